//! What stops the end of what holds data or keys, and what keeps it for less time.

use crate::catalog::holdings::{ENDS, KEPT, find};
use crate::format::terraform::value::{Fields, Value};

/// What is lost with a resource of that type, for people; nothing of most.
pub fn what(kind: &str) -> Option<&'static str> {
    find(kind).map(|h| h.what)
}

/// Arguments of a resource that keep something for less time than before.
pub fn shortened(kind: &str, before: &Fields, after: &Fields) -> Vec<String> {
    let of = KEPT.iter().find(|(k, _)| *k == kind).map(|(_, kept)| *kept);
    let kept = find(kind).map_or(&[][..], |h| h.kept);
    let (before, after) = (Value::Map(before.clone()), Value::Map(after.clone()));
    let shorter = |path: &&&str| {
        let steps: Vec<&str> = path.split('.').collect();
        let ends = steps.last().is_some_and(|last| ENDS.contains(last));
        let (old, new) = (amounts(&before, &steps), amounts(&after, &steps));
        let whole = |all: &[f64]| vec![kept_for(all, ends)];
        let (old, new) = if old.len() == new.len() {
            (old, new)
        } else {
            (whole(&old), whole(&new))
        };
        let time = |amount: f64| kept_for(&[amount], ends);
        old.iter()
            .zip(&new)
            .any(|(old, new)| time(*new) < time(*old))
    };
    let all = kept.iter().chain(of.unwrap_or_default());
    let all = all.filter(shorter);
    all.map(|path| path.replace(".*", "")).collect()
}

/// How long what is kept at least, or at most where nothing else ends it, is there.
fn kept_for(amounts: &[f64], ends: bool) -> f64 {
    let all = amounts.iter().copied();
    if ends {
        all.filter(|days| *days > 0.0).fold(f64::INFINITY, f64::min)
    } else {
        all.fold(0.0, f64::max)
    }
}

/// Whether a rule deletes: some only move objects to where they cost less.
fn deletes(rule: &Value) -> bool {
    match rule.at("action.0.type") {
        Value::Text(action) => action == "Delete",
        _ => true,
    }
}

/// The amounts at a path; `*` stands for each block of a list.
fn amounts(of: &Value, path: &[&str]) -> Vec<f64> {
    let Some((first, rest)) = path.split_first() else {
        return amount(of).into_iter().collect();
    };
    match (of, *first) {
        (Value::List(items), "*") => {
            let items = items.iter().filter(|i| deletes(i));
            items.flat_map(|i| amounts(i, rest)).collect()
        }
        (Value::Map(fields), name) => {
            let inner = fields.get(name).into_iter();
            inner.flat_map(|v| amounts(v, rest)).collect()
        }
        _ => Vec::new(),
    }
}

/// `30`, `604800s`, or whether something is kept at all.
fn amount(of: &Value) -> Option<f64> {
    match of {
        Value::Bool(on) => return Some(f64::from(u8::from(*on))),
        Value::Text(text) if text.ends_with("_ENABLED") => return Some(1.0),
        Value::Text(text) if text.ends_with("_DISABLED") => return Some(0.0),
        _ => {}
    }
    let text = of.to_text()?;
    text.strip_suffix('s').unwrap_or(&text).parse().ok()
}

/// What makes an apply fail before the provider destroys a resource: an argument, as it was
/// applied, that the provider or the cloud heeds.
pub fn guard(kind: &str, applied: &Fields) -> Option<String> {
    let switches = [
        "deletion_protection",
        "deletion_protection_enabled",
        "enable_deletion_protection",
    ];
    let on = |name: &&&str| applied.get(**name) == Some(&Value::Bool(true));
    if let Some(name) = switches.iter().find(on) {
        return Some((*name).to_string());
    }
    let words = [
        ("deletion_policy", "PREVENT"),
        ("delete_protection_state", "DELETE_PROTECTION_ENABLED"),
    ];
    let is = |(name, word): &&(&str, &str)| applied.get(*name) == Some(&Value::text(*word));
    words
        .iter()
        .find(is)
        .map(|(name, _)| (*name).to_string())
        .or_else(|| {
            let force = find(kind)?.force()?;
            let forced = applied.get(force) == Some(&Value::Bool(true));
            (!forced).then(|| {
                format!(
                    "{force} is off, while there are {} in it",
                    find(kind).map_or("", |h| h.what)
                )
            })
        })
}

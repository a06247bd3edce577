//! What a provider does with other arguments: in place, replaced, refused.

use crate::catalog::immutable::{Condition, Kind, When};
use crate::format::terraform::value::{Fields, Value};
use std::collections::BTreeSet;

/// What differs of a resource, as dotted paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Arguments that replace it.
    pub forced: BTreeSet<String>,
    /// Those of them that are not known before apply: they follow from what is made anew.
    pub following: BTreeSet<String>,
    /// Arguments that the provider refuses to change.
    pub refused: BTreeSet<String>,
    /// Immutable arguments that were left to the provider and are given now: it is replaced
    /// unless the provider chose the same.
    pub open: BTreeSet<String>,
    /// Everything that differs.
    pub all: BTreeSet<String>,
}

/// Gives what is left out the value that it keeps: the provider's choice of an argument stays
/// as it was, and so does what `ignore_changes` names.
pub fn keep(kind: &Kind, before: &Fields, after: &mut Fields, ignored: &[String]) {
    for path in ignored {
        ignore(before, after, path);
    }
    kept(kind, "", before, after);
}

fn ignore(before: &Fields, after: &mut Fields, path: &str) {
    if path == "all" {
        *after = before.clone();
        return;
    }
    let (name, rest) = path.split_once(['.', '[']).unwrap_or((path, ""));
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "].".contains(c));
    let old = before.get(name);
    if rest.is_empty() {
        match old {
            Some(old) => _ = after.insert(name.to_string(), old.clone()),
            None => _ = after.remove(name),
        }
        return;
    }
    if let (Some(Value::List(old)), Some(Value::List(new))) = (old, after.get_mut(name)) {
        for (old, new) in old.iter().zip(new) {
            if let (Value::Map(old), Value::Map(new)) = (old, new) {
                ignore(old, new, rest);
            }
        }
    }
}

fn kept(kind: &Kind, prefix: &str, before: &Fields, after: &mut Fields) {
    for (name, old) in before {
        let path = under(prefix, name);
        let given = after.get(name).is_some_and(|v| *v != Value::Null);
        if !given && kind.computed.contains(&path) {
            after.insert(name.clone(), old.clone());
        }
        match (old, after.get_mut(name)) {
            (Value::Map(old), Some(Value::Map(new))) => kept(kind, &path, old, new),
            (Value::List(old), Some(Value::List(new))) if !kind.sets.contains(&path) => {
                for (old, new) in old.iter().zip(new) {
                    if let (Value::Map(old), Value::Map(new)) = (old, new) {
                        kept(kind, &path, old, new);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What differs; `after` keeps already what it keeps.
pub fn changes(kind: &Kind, before: &Fields, after: &Fields) -> Changes {
    let mut walk = Walk {
        kind,
        found: Changes::default(),
    };
    walk.fields("", before, after);
    for condition in &kind.conditional {
        walk.condition(condition, before, after);
    }
    walk.found
}

fn under(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_string()
    } else {
        format!("{prefix}.{name}")
    }
}

struct Walk<'a> {
    kind: &'a Kind,
    found: Changes,
}

impl Walk<'_> {
    fn fields(&mut self, prefix: &str, before: &Fields, after: &Fields) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let old = before.get(name).unwrap_or(&Value::Null);
            let new = after.get(name).unwrap_or(&Value::Null);
            self.value(&under(prefix, name), old, new);
        }
    }

    fn value(&mut self, path: &str, old: &Value, new: &Value) {
        if self.same(path, old, new) {
            return;
        }
        let known = self.found.all.len();
        match (nested(old), nested(new), old, new) {
            (Some(old), Some(new), ..) if !(old.is_empty() && new.is_empty()) => {
                self.blocks(path, &old, &new);
            }
            (_, _, Value::Map(old), Value::Map(new)) if !self.kind.immutable.contains(path) => {
                self.fields(path, old, new);
            }
            _ => {
                self.found.all.insert(path.to_string());
                self.plain(path, old, new);
            }
        }
        // What differs by the order of a set alone does not differ.
        if self.found.all.len() > known {
            self.found.all.insert(path.to_string());
        }
    }

    /// Blocks, by place; a set has no places, and each block that is in one only counts. The
    /// path of the blocks counts where their number changes.
    fn blocks(&mut self, path: &str, old: &[&Fields], new: &[&Fields]) {
        if old.len() != new.len() {
            self.found.all.insert(path.to_string());
            if self.kind.immutable.contains(path) {
                self.found.forced.insert(path.to_string());
                return;
            }
        }
        let (none, mut pairs) = (Fields::new(), Vec::new());
        if self.kind.sets.contains(path) {
            let gone = old.iter().filter(|f| !new.contains(f));
            pairs.extend(gone.map(|old| (*old, &none)));
            let added = new.iter().filter(|f| !old.contains(f));
            pairs.extend(added.map(|new| (&none, *new)));
        } else {
            let at = |of: &[&'_ Fields], i: usize| of.get(i).copied().cloned();
            for i in 0..old.len().max(new.len()) {
                let (old, new) = (at(old, i), at(new, i));
                self.fields(path, &old.unwrap_or_default(), &new.unwrap_or_default());
            }
        }
        for (old, new) in pairs {
            self.fields(path, old, new);
        }
    }

    fn plain(&mut self, path: &str, old: &Value, new: &Value) {
        if !self.kind.immutable.contains(path) {
            return;
        }
        let chosen = *old == Value::Null && self.kind.computed.contains(path);
        let switch = matches!(new, Value::Bool(_));
        if new.has_unknown() {
            self.found.following.insert(path.to_string());
        }
        let list = if chosen && !switch && !new.has_unknown() {
            &mut self.found.open
        } else {
            &mut self.found.forced
        };
        list.insert(path.to_string());
    }

    fn same(&self, path: &str, old: &Value, new: &Value) -> bool {
        let is_default = |of: &Value| {
            let default = self.kind.defaults.get(path);
            default.is_some_and(|d| as_value(d) == *of)
        };
        let equal = match (old, new) {
            (Value::List(a), Value::List(b)) if self.kind.sets.contains(path) => {
                crate::format::terraform::functions::set(a)
                    == crate::format::terraform::functions::set(b)
            }
            _ => old == new,
        };
        (equal && !new.has_unknown())
            || (old.is_empty() && new.is_empty())
            || (*old == Value::Null && is_default(new))
            || (*new == Value::Null && is_default(old))
    }

    fn condition(&mut self, of: &Condition, before: &Fields, after: &Fields) {
        let (before, after) = (Value::Map(before.clone()), Value::Map(after.clone()));
        let holds =
            |(name, wanted): (&String, &String)| after.at(name).to_text().as_ref() == Some(wanted);
        let dotted = of.path.replace(".0", "");
        let (old, new) = (before.at(&of.path), after.at(&of.path));
        if !of.only_if.iter().all(holds) || self.same(&dotted, old, new) {
            return;
        }
        if changes_so(of.when, old, new) {
            let list = if of.refused {
                &mut self.found.refused
            } else {
                &mut self.found.forced
            };
            list.insert(dotted);
        }
    }
}

/// Blocks, or objects in a list; `None` for plain values.
fn nested(of: &Value) -> Option<Vec<&Fields>> {
    match of {
        Value::List(items) => items.iter().map(Value::fields).collect(),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

fn as_value(of: &toml::Value) -> Value {
    match of {
        toml::Value::Boolean(b) => Value::Bool(*b),
        toml::Value::Integer(n) => Value::Number(*n as f64),
        toml::Value::Float(n) => Value::Number(*n),
        other => Value::text(other.as_str().unwrap_or_default()),
    }
}

fn changes_so(when: When, old: &Value, new: &Value) -> bool {
    // A list is known even if some of its elements are not.
    if *new == Value::Unknown {
        return false;
    }
    let on = |v: &Value| *v == Value::Bool(true);
    let numbers = match (old, new) {
        (Value::Number(a), Value::Number(b)) => Some((a, b)),
        _ => None,
    };
    match when {
        When::Changed => true,
        When::Added => old.is_empty() && !new.is_empty(),
        When::Removed => !old.is_empty() && new.is_empty(),
        When::TurnedOff => on(old) && !on(new),
        When::TurnedOn => !on(old) && on(new),
        When::Decreased => numbers.is_some_and(|(a, b)| b < a),
        When::Increased => numbers.is_some_and(|(a, b)| b > a),
        When::LosesAnElement => match (old, new) {
            (Value::List(old), Value::List(new)) => old.iter().any(|v| !new.contains(v)),
            (Value::List(old), _) => !old.is_empty(),
            _ => false,
        },
        When::Older => older(new, old).unwrap_or(false),
        When::NotWidened => !widened(old, new).unwrap_or(true),
    }
}

/// Whether a version is older than another, number by number.
fn older(a: &Value, b: &Value) -> Option<bool> {
    let numbers = |v: &Value| -> Option<Vec<u32>> {
        let text = v.to_text()?;
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    let (a, b) = (numbers(a)?, numbers(b)?);
    let differ = a.iter().zip(&b).find(|(x, y)| x != y);
    Some(differ.is_some_and(|(x, y)| x < y))
}

/// Whether a range holds all of another.
fn widened(old: &Value, new: &Value) -> Option<bool> {
    let range = |v: &Value| -> Option<(u32, u32)> {
        let text = v.to_text()?;
        let (address, bits) = text.split_once('/')?;
        let address: std::net::Ipv4Addr = address.parse().ok()?;
        Some((address.into(), bits.parse().ok().filter(|b| *b <= 32)?))
    };
    let ((old, old_bits), (new, new_bits)) = (range(old)?, range(new)?);
    let mask = u32::MAX.checked_shl(32 - new_bits).unwrap_or(0);
    Some(new_bits <= old_bits && old & mask == new & mask)
}

//! Other texts that could stand where a value stands.

use super::inputs::alternatives as shapes;
use crate::syntax::{Document, Kind, Node};
use crate::{catalog, cloud};
use serde_json::Value as Json;

/// More than so many are not tried.
const TRIED: usize = 8;

/// Texts to put in the place of one, in groups: each number of a text is one, because `2..10` is
/// two values that other lines follow from. A number is doubled first: a small change can vanish
/// where numbers are rounded. Where that contradicts the rest of the spec, one more or less may not.
pub fn alternatives(text: &str, shape: &'static Json, document: &Document) -> Vec<Vec<String>> {
    let mut words = Vec::new();
    for shape in shapes(shape) {
        let known = shape["enum"].as_array().into_iter().flatten();
        words.extend(known.filter_map(Json::as_str).map(str::to_string));
    }
    if matches!(text, "true" | "false") {
        words.extend(["true", "false"].map(str::to_string));
    }
    words.extend(siblings(text, &document.root));
    words.extend(places(text));
    let mut groups = numbers(text);
    // Free text last: where something else fits, this is refused.
    let free = [format!("{text}x"), format!("x{text}")];
    match groups.first_mut() {
        Some(last) => {
            last.splice(0..0, words);
            last.truncate(TRIED);
            last.extend(free);
        }
        None => {
            words.truncate(TRIED);
            words.extend(free);
            groups.push(words);
        }
    }
    for group in &mut groups {
        group.retain(|other| other != text);
    }
    groups
}

/// Names beside one that is written somewhere as a key: another region, another service.
fn siblings(text: &str, root: &Node) -> Vec<String> {
    let maps = root.entries().iter().map(|e| e.value.entries());
    maps.filter(|map| map.iter().any(|e| e.key.text == text))
        .flat_map(|map| map.iter().map(|e| e.key.text.clone()))
        .collect()
}

/// Other places of the cloud, beside one of its places.
fn places(text: &str) -> Vec<String> {
    let regions = catalog::places();
    let here = regions.iter().find(|p| p.location == text);
    let multi: Vec<&str> = cloud::multi_regions().collect();
    let others: Vec<&str> = match here {
        Some(here) => {
            let same = regions.iter().filter(|p| p.provider == here.provider);
            same.map(|p| p.location).collect()
        }
        None if multi.contains(&text) => multi,
        None => Vec::new(),
    };
    let others = others.into_iter().filter(|other| *other != text);
    others.take(3).map(str::to_string).collect()
}

/// The text with its last and with its first number changed much and a little, all else kept:
/// `5s` becomes `10s`, `6s`, `4s`.
fn numbers(text: &str) -> Vec<Vec<String>> {
    let digits = |c: char| c.is_ascii_digit();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find(digits).map(|b| at + b) {
        let end = text[begin..]
            .find(|c| !digits(c))
            .map_or(text.len(), |e| begin + e);
        found.push((begin, end));
        at = end;
    }
    let mut ends: Vec<_> = found.last().into_iter().chain(found.first()).collect();
    ends.dedup();
    let changed = ends.into_iter().map(|&(begin, end)| {
        let number: u64 = text[begin..end].parse().unwrap_or_default();
        let others = [
            number.saturating_mul(2),
            number.saturating_add(1),
            number.saturating_sub(1),
        ];
        let width = end - begin;
        let put = |n| format!("{}{n:0width$}{}", &text[..begin], &text[end..]);
        others.into_iter().map(put).collect()
    });
    changed.collect()
}

/// Puts a name in the place of another one, wherever it is a key or a whole value.
pub fn rename(node: &mut Node, from: &str, to: &str) {
    match &mut node.kind {
        Kind::Null => {}
        Kind::Scalar(s) if s.text == from => s.text = to.to_string(),
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter_mut().for_each(|n| rename(n, from, to)),
        Kind::Map(entries) => {
            for entry in entries {
                if entry.key.text == from {
                    entry.key.text = to.to_string();
                }
                rename(&mut entry.value, from, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_keep_what_stands_around_them() {
        assert_eq!(numbers("5s"), [["10s", "6s", "4s"]]);
        let range = [["3..40", "3..21", "3..19"], ["6..20", "4..20", "2..20"]];
        assert_eq!(numbers("3..20"), range);
        assert_eq!(numbers("2026-10-01")[0][1], "2026-10-02");
        assert!(numbers("none").is_empty());
    }
}

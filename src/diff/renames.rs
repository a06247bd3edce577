//! Entries that have another name: those that say so, and those that seem to.

use super::values::{same, shown};
use crate::syntax::{Document, Entry, Kind, Node};
use schemars::JsonSchema;
use serde::Serialize;

/// Maps whose entries may say what they were named before, beside the databases of each store.
const MAPS: [&str; 5] = ["datastores", "services", "regions", "queues", "secrets"];
/// The map of the stores, and the one in each of them.
const NESTED: (&str, &str) = ("datastores", "databases");
/// The field that says it.
const FIELD: &str = "renamed_from";

/// An entry with another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rename {
    /// The map: `datastores`.
    pub map: String,
    /// The name before.
    pub from: String,
    /// The name now.
    pub to: String,
}

/// The entries that say what they were named before.
pub fn said(before: &Document, after: &Document) -> Vec<Rename> {
    let mut found = Vec::new();
    for map in maps(after) {
        let (old, new) = (entries(before, &map), entries(after, &map));
        for entry in new {
            let Some(Kind::Scalar(from)) = entry.value.get(FIELD).map(|e| &e.value.kind) else {
                continue;
            };
            let named = |all: &[Entry]| all.iter().any(|e| e.key.text == from.text);
            if named(old) && !named(new) {
                found.push(rename(&map, &from.text, &entry.key.text));
            }
        }
    }
    found
}

/// Entries that vanished where an equal one appeared: likely one thing with another name, which
/// is destroyed and made anew as long as nobody says so.
pub fn likely(before: &Document, after: &Document) -> Vec<Rename> {
    let mut found = Vec::new();
    for map in maps(after) {
        let (old, new) = (entries(before, &map), entries(after, &map));
        let only = |of: &'_ [Entry], other: &[Entry]| -> Vec<Entry> {
            let known = |e: &Entry| other.iter().any(|o| o.key.text == e.key.text);
            of.iter().filter(|e| !known(e)).cloned().collect()
        };
        let mut added = only(new, old);
        for gone in only(old, new) {
            let like = added.iter().position(|e| same(&e.value, &gone.value));
            if let Some(place) = like {
                let now = added.remove(place);
                found.push(rename(&map, &gone.key.text, &now.key.text));
            }
        }
    }
    found
}

/// The ways to the maps, joined with dots.
fn maps(of: &Document) -> Vec<String> {
    let (stores, databases) = NESTED;
    let nested = entries(of, stores).iter();
    let nested = nested.map(|store| format!("{stores}.{}.{databases}", store.key.text));
    MAPS.map(str::to_string).into_iter().chain(nested).collect()
}

fn rename(map: &str, from: &str, to: &str) -> Rename {
    Rename {
        map: map.to_string(),
        from: from.to_string(),
        to: to.to_string(),
    }
}

fn entries<'a>(of: &'a Document, map: &str) -> &'a [Entry] {
    let found = map
        .split('.')
        .try_fold(&of.root, |node, key| Some(&node.get(key)?.value));
    found.map_or(&[], Node::entries)
}

impl Rename {
    /// Whether a path of the spec is in the entry, under either name.
    pub fn holds(&self, path: &[String]) -> bool {
        let depth = self.map.split('.').count();
        let in_map = self
            .map
            .split('.')
            .eq(path.iter().take(depth).map(String::as_str));
        in_map
            && path
                .get(depth)
                .is_some_and(|name| *name == self.from || *name == self.to)
    }

    /// Whether two values differ by the name alone.
    pub fn explains(&self, before: &Node, after: &Node) -> bool {
        words(&shown(before), &self.from, &self.to) == shown(after)
    }
}

/// A text with a word replaced wherever it stands alone.
fn words(text: &str, from: &str, to: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(from) {
        let (head, tail) = (&rest[..at], &rest[at + from.len()..]);
        let alone = !tail.starts_with(part)
            && (from.starts_with(' ') || !head.chars().next_back().is_some_and(part));
        out.push_str(head);
        out.push_str(if alone { to } else { from });
        rest = tail;
    }
    out + rest
}

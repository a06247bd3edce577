//! Values of a spec that differ, whatever the notation, order and comments.

use crate::syntax::{Document, Entry, Kind, Node};

/// Longer values are cut when they are shown.
const SHOWN: usize = 80;

/// A value that differs, with its way from the top.
#[derive(Debug, Clone)]
pub struct Difference<'a> {
    /// The keys and indices that lead to it.
    pub path: Vec<String>,
    /// What it was.
    pub before: Option<&'a Entry>,
    /// What it is.
    pub after: Option<&'a Entry>,
}

/// The values that differ. A map that only one side has is one value, and so is a list.
pub fn differences<'a>(before: &'a Document, after: &'a Document) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    members(&[], &before.root, &after.root, &mut found);
    found
}

/// The values that differ inside of two maps, under one path.
pub fn inside<'a>(path: &[String], before: &'a Node, after: &'a Node) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    members(path, before, after, &mut found);
    found
}

fn members<'a>(
    path: &[String],
    before: &'a Node,
    after: &'a Node,
    found: &mut Vec<Difference<'a>>,
) {
    let of = |key: &str| [path, &[key.to_string()]].concat();
    for old in before.entries() {
        let path = of(&old.key.text);
        match after.get(&old.key.text) {
            Some(new) => entry(path, old, new, found),
            None => found.push(Difference {
                path,
                before: Some(old),
                after: None,
            }),
        }
    }
    let new = after.entries().iter();
    for new in new.filter(|e| before.get(&e.key.text).is_none()) {
        found.push(Difference {
            path: of(&new.key.text),
            before: None,
            after: Some(new),
        });
    }
}

fn entry<'a>(path: Vec<String>, old: &'a Entry, new: &'a Entry, found: &mut Vec<Difference<'a>>) {
    match (&old.value.kind, &new.value.kind) {
        (Kind::Map(_), Kind::Map(_)) => members(&path, &old.value, &new.value, found),
        _ if same(&old.value, &new.value) => {}
        _ => found.push(Difference {
            path,
            before: Some(old),
            after: Some(new),
        }),
    }
}

/// Whether two values mean the same, wherever and however they are written.
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Scalar(a), Kind::Scalar(b)) => a.text == b.text,
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|old| {
                    let new = b.iter().find(|e| e.key.text == old.key.text);
                    new.is_some_and(|new| same(&old.value, &new.value))
                })
        }
        _ => false,
    }
}

/// Puts one side of a difference into a tree: `None` takes the value out.
pub fn put(root: &mut Node, path: &[String], value: Option<&Entry>) {
    let Kind::Map(entries) = &mut root.kind else {
        return;
    };
    let at = entries.iter().position(|e| e.key.text == path[0]);
    match (path, at, value) {
        ([_], Some(at), Some(value)) => entries[at] = value.clone(),
        ([_], Some(at), None) => {
            entries.remove(at);
        }
        ([_], None, Some(value)) => entries.push(value.clone()),
        ([_, rest @ ..], Some(at), value) if !rest.is_empty() => {
            put(&mut entries[at].value, rest, value);
        }
        _ => {}
    }
}

/// A path as people write it; a key with a dot stands in quotes.
pub fn path(path: &[String]) -> String {
    let keys = path.iter().map(|key| match key.contains('.') {
        true => format!("\"{key}\""),
        false => key.clone(),
    });
    keys.collect::<Vec<_>>().join(".")
}

/// A value in one line.
pub fn shown(node: &Node) -> String {
    let text = flow(node);
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn flow(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".into(),
        Kind::Scalar(s) => s.text.split_whitespace().collect::<Vec<_>>().join(" "),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|e| format!("{}: {}", e.key.text, flow(&e.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

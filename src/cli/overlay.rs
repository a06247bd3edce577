//! A spec laid over another: `extends: base.yaml`, and what this environment has differently.

use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};

/// The base that a tree names, and where.
pub(super) fn base(root: &Node) -> Option<(String, Span)> {
    let node = &root.get("extends")?.value;
    match &node.kind {
        Kind::Scalar(name) => Some((name.text.clone(), node.span)),
        // The decoder says what is wrong with it.
        Kind::Null | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// A base with what is laid over it: maps are merged by key, anything else takes the place of what
/// the base has, and nothing (`~`) takes it away. Every value keeps the place where it is written.
pub(super) fn over(base: Node, above: Node) -> Node {
    let (Kind::Map(mut entries), true) = (base.kind, matches!(above.kind, Kind::Map(_))) else {
        return above;
    };
    let Node { span, kind, notes } = above;
    let Kind::Map(new) = kind else {
        return Node { span, kind, notes };
    };
    for entry in new {
        lay(&mut entries, entry);
    }
    let kind = Kind::Map(entries);
    Node { span, kind, notes }
}

fn lay(entries: &mut Vec<Entry>, entry: Entry) {
    let place = entries.iter().position(|e| e.key.text == entry.key.text);
    match place {
        None => entries.push(entry),
        Some(place) if entry.value.kind == Kind::Null => {
            entries.remove(place);
        }
        Some(place) => {
            let below = std::mem::replace(&mut entries[place].value, entry.value.clone());
            entries[place] = Entry {
                value: over(below, entry.value),
                ..entry
            };
        }
    }
}

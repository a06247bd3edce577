//! A tree as KDL.

use super::{WIDTH, quiet};
use crate::syntax::document::decimal;
use crate::syntax::{Document, Entry, Kind, Layout, Line, Node, Scalar, Style};

pub(super) fn print(document: &Document) -> String {
    let root = &document.root;
    let mut out = String::new();
    lines(&root.notes.before, 0, &mut out);
    children(root, 0, &mut out);
    lines(&root.notes.inside, 0, &mut out);
    out
}

fn lines(lines: &[Line], depth: usize, out: &mut String) {
    for line in lines {
        if let Line::Comment(text) = line {
            indent(depth, out);
            out.push_str("//");
            out.push_str(text);
        }
        out.push('\n');
    }
}

fn indent(depth: usize, out: &mut String) {
    out.push_str(&"    ".repeat(depth));
}

/// The members of a collection with the words that they are written under.
fn named(node: &Node) -> Vec<(String, &Node)> {
    match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .map(|e| (word(&e.key.text), &e.value))
            .collect(),
        _ => node.members().map(|n| ("-".to_string(), n)).collect(),
    }
}

fn children(parent: &Node, depth: usize, out: &mut String) {
    for (name, node) in named(parent) {
        lines(&node.notes.before, depth, out);
        indent(depth, out);
        out.push_str(&name);
        let beside = node.notes.beside.as_ref();
        let beside = beside.map_or(String::new(), |text| format!(" //{text}"));
        match row(node, depth * 4 + name.chars().count()) {
            Some(line) => out.push_str(&format!("{line}{beside}\n")),
            None => {
                out.push_str(&format!(" {{{beside}\n"));
                children(node, depth + 1, out);
                lines(&node.notes.inside, depth + 1, out);
                indent(depth, out);
                out.push_str("}\n");
            }
        }
    }
}

/// What follows a name if all of a value stands on its line, after as many columns as are
/// used.
fn row(node: &Node, used: usize) -> Option<String> {
    let layout = node.notes.layout;
    match &node.kind {
        Kind::Null => return Some(String::new()),
        Kind::Scalar(s) => return Some(format!(" {}", scalar(s))),
        Kind::List(items) if items.is_empty() => return Some(" {}".to_string()),
        Kind::Map(entries) if entries.is_empty() => return Some(" {}".to_string()),
        _ if layout == Layout::Block || !quiet(node) => return None,
        Kind::List(items) => {
            let words: Option<String> = items.iter().map(argument).collect();
            // A single null would be nothing at all.
            if let Some(words) = words.filter(|w| w != " #null") {
                return Some(words);
            }
        }
        Kind::Map(entries) => {
            if let Some(line) = properties(entries) {
                let fits = used + line.chars().count() <= WIDTH;
                return (fits || layout == Layout::Row).then_some(line);
            }
        }
    }
    if layout != Layout::Row {
        return None;
    }
    let members = named(node).into_iter();
    let members = members.map(|(name, node)| Some(format!("{name}{}", row(node, 0)?)));
    let members: Option<Vec<_>> = members.collect();
    Some(format!(" {{ {} }}", members?.join("; ")))
}

fn argument(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Null => Some(" #null".to_string()),
        Kind::Scalar(s) => Some(format!(" {}", scalar(s))),
        _ => None,
    }
}

/// ` a="x" b=1`, if every member is a scalar.
fn properties(entries: &[Entry]) -> Option<String> {
    let one = |e: &Entry| {
        let value = argument(&e.value)?;
        Some(format!(" {}={}", word(&e.key.text), value.trim_start()))
    };
    entries.iter().map(one).collect()
}

fn scalar(scalar: &Scalar) -> String {
    match (scalar.style, scalar.text.as_str()) {
        (Style::Plain, "true" | "false") => format!("#{}", scalar.text),
        (Style::Plain, text) if decimal(text) => scalar.text.clone(),
        _ => quoted(&scalar.text),
    }
}

/// A name, bare where it is an identifier of KDL.
pub(super) fn word(text: &str) -> String {
    let first = text.chars().next();
    let starts = first.is_some_and(|c| c.is_ascii_alphabetic());
    let inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let reserved = matches!(text, "true" | "false" | "null" | "inf" | "nan");
    if starts && !reserved && text.chars().all(inside) {
        text.to_string()
    } else {
        quoted(text)
    }
}

/// A text as a value.
pub(super) fn quoted(text: &str) -> String {
    super::quoted(text, String::from)
}

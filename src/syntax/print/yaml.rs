//! A tree as YAML.

use super::{WIDTH, quiet};
use crate::syntax::{Document, Entry, Kind, Label, Layout, Line, Node, Scalar, Style};

pub(super) fn print(document: &Document) -> String {
    let root = &document.root;
    let mut out = String::new();
    lines(&root.notes.before, 0, &mut out);
    if root.members().next().is_none() {
        out.push_str(&format!("{}{}\n", flow(root), beside(root)));
    }
    members(root, 0, &mut out);
    out
}

/// Whether a scalar stands among brackets, where more signs have a meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    Lines,
    Brackets,
}

fn lines(lines: &[Line], depth: usize, out: &mut String) {
    for line in lines {
        if let Line::Comment(text) = line {
            indent(depth, out);
            out.push('#');
            out.push_str(text);
        }
        out.push('\n');
    }
}

fn indent(depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
}

fn beside(node: &Node) -> String {
    let comment = node.notes.beside.as_ref();
    comment.map_or(String::new(), |text| format!(" #{text}"))
}

fn map(entries: &[Entry], depth: usize, out: &mut String) {
    for entry in entries {
        lines(&entry.value.notes.before, depth, out);
        indent(depth, out);
        out.push_str(&key(&entry.key.text, Among::Lines));
        out.push(':');
        value(&entry.value, depth, out);
    }
}

fn list(items: &[Node], depth: usize, out: &mut String) {
    for item in items {
        lines(&item.notes.before, depth, out);
        indent(depth, out);
        out.push('-');
        match &item.kind {
            Kind::Null if item.notes.label.is_none() => {
                out.push_str(&format!(" null{}\n", beside(item)));
            }
            Kind::Map(_) | Kind::List(_)
                if item.notes.label.is_none()
                    && item.notes.beside.is_none()
                    && !on_one_line(item, depth * 2 + 1) =>
            {
                let mut below = String::new();
                members(item, depth + 1, &mut below);
                // The first member stands beside the dash.
                out.push(' ');
                out.push_str(below.trim_start_matches(' '));
            }
            _ => value(item, depth, out),
        }
    }
}

/// What follows a key or a dash: on the same line, or below.
fn value(node: &Node, depth: usize, out: &mut String) {
    let line_start = out.rfind('\n').map_or(0, |n| n + 1);
    let used = out[line_start..].chars().count();
    match &node.notes.label {
        Some(Label::Alias(name, _)) => {
            out.push_str(&format!(" *{name}{}\n", beside(node)));
            return;
        }
        Some(Label::Anchor(name)) => out.push_str(&format!(" &{name}")),
        None => {}
    }
    match &node.kind {
        Kind::Null => out.push_str(&format!("{}\n", beside(node))),
        Kind::Scalar(s) if literal(&s.text) => {
            let keep = if s.text.ends_with('\n') { "" } else { "-" };
            out.push_str(&format!(" |{keep}{}\n", beside(node)));
            for line in s.text.lines() {
                if !line.is_empty() {
                    indent(depth + 1, out);
                }
                out.push_str(line);
                out.push('\n');
            }
        }
        Kind::Scalar(s) => {
            let text = scalar(s, Among::Lines);
            out.push_str(&format!(" {text}{}\n", beside(node)));
        }
        _ if on_one_line(node, used) => {
            out.push_str(&format!(" {}{}\n", unlabelled(node), beside(node)));
        }
        Kind::Map(_) | Kind::List(_) => {
            out.push_str(&format!("{}\n", beside(node)));
            members(node, depth + 1, out);
        }
    }
}

fn members(node: &Node, depth: usize, out: &mut String) {
    match &node.kind {
        Kind::Map(entries) => map(entries, depth, out),
        Kind::List(items) => list(items, depth, out),
        Kind::Null | Kind::Scalar(_) => {}
    }
    lines(&node.notes.inside, depth, out);
}

/// Whether a collection stands on one line, after as many columns as are used.
fn on_one_line(node: &Node, used: usize) -> bool {
    let empty = node.members().next().is_none();
    let fits = || {
        let width = used + 1 + flow(node).chars().count() + beside(node).chars().count();
        shallow(node) && width <= WIDTH
    };
    empty
        || quiet(node)
            && match node.notes.layout {
                Layout::Row => true,
                Layout::Block => false,
                Layout::Free => fits(),
            }
}

/// Whether a collection is flat enough to be read on one line.
fn shallow(node: &Node) -> bool {
    let scalar = |n: &Node| matches!(n.kind, Kind::Scalar(_));
    match &node.kind {
        Kind::Null | Kind::Scalar(_) => true,
        Kind::List(items) => items.iter().all(scalar),
        Kind::Map(entries) => entries
            .iter()
            .all(|e| !matches!(e.value.kind, Kind::Map(_)) && shallow(&e.value)),
    }
}

/// A value on one line.
fn flow(node: &Node) -> String {
    match &node.notes.label {
        Some(Label::Alias(name, _)) => format!("*{name}"),
        Some(Label::Anchor(name)) => format!("&{name} {}", unlabelled(node)),
        None => unlabelled(node),
    }
}

fn unlabelled(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_string(),
        Kind::Scalar(s) => scalar(s, Among::Brackets),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(entries) if entries.is_empty() => "{}".to_string(),
        Kind::Map(entries) => {
            let member =
                |e: &Entry| format!("{}: {}", key(&e.key.text, Among::Brackets), flow(&e.value));
            let members: Vec<_> = entries.iter().map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

/// Whether a text is written line by line after a `|`.
fn literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let first = body.lines().next().unwrap_or_default();
    let last = body.rsplit('\n').next().unwrap_or_default();
    text.contains('\n')
        && !text.contains('\r')
        && !first.is_empty()
        && !first.starts_with([' ', '\t'])
        && !last.trim().is_empty()
}

fn scalar(scalar: &Scalar, among: Among) -> String {
    let text = &scalar.text;
    // Among brackets, these end a plain text or begin something else.
    let ends = text.contains([',', '[', ']', '{', '}']) || text.starts_with(['?', ':', '-']);
    let stays = among == Among::Lines || Scalar::typed(text) || !ends;
    let plain = scalar.style == Style::Plain && !text.contains('\n') && stays;
    if plain || bare(text, among) && !numeric(text) && !reserved(text) {
        text.clone()
    } else {
        quoted(text)
    }
}

/// A key; it is text whatever it looks like.
fn key(text: &str, among: Among) -> String {
    if bare(text, among) {
        text.to_string()
    } else {
        quoted(text)
    }
}

/// A text as a key, also among brackets.
pub(super) fn text_key(text: &str) -> String {
    key(text, Among::Brackets)
}

/// A text as a value, also among brackets.
pub(super) fn text_value(text: &str) -> String {
    let plain = bare(text, Among::Brackets) && !numeric(text) && !reserved(text);
    if plain {
        text.to_string()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    super::quoted(text, |c| format!("\\u{:04x}", u32::from(c)))
}

/// Whether every reader of YAML takes a text for one without quotes.
fn bare(text: &str, among: Among) -> bool {
    let first = text.chars().next();
    let starts = first.is_some_and(|c| c.is_alphanumeric() || c == '/');
    let inside = |c: char| !c.is_control() && !",[]{}#&*!|>'\"`".contains(c);
    let colon = match among {
        Among::Lines => text.contains(": ") || text.ends_with(':'),
        Among::Brackets => text.contains(':'),
    };
    starts && !colon && !text.ends_with(' ') && text.chars().all(inside)
}

/// Whether some reader of YAML takes a word for a boolean or for nothing.
fn reserved(text: &str) -> bool {
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    words.iter().any(|w| text.eq_ignore_ascii_case(w))
}

/// Whether any reader of YAML could take a text for a number or a date.
fn numeric(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let prefixed = ["0x", "0o", "0b"].iter().any(|p| text.starts_with(p));
    text.parse::<f64>().is_ok()
        || prefixed
        || digits(&text.replace('_', ""))
        || text.split(':').all(digits)
        || text.split('-').all(digits)
}

//! Changes of a tree as changes of its text, in either notation.

use super::Page;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Layout, Node, Notation};

/// A text in the quotes of the one that it replaces.
pub(super) fn like(old: &str, new: &str) -> String {
    let quote = old.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.map_or(new.to_string(), |q| format!("{q}{new}{q}"))
}

/// A scalar of YAML as the notation of a page writes it.
fn scalar(page: Page, value: &str) -> String {
    let plain = value.parse::<f64>().is_ok();
    match (page.notation(), value) {
        (Notation::Yaml, _) => value.to_string(),
        (Notation::Kdl, "true" | "false") => format!("#{value}"),
        (Notation::Kdl, _) if plain => value.to_string(),
        (Notation::Kdl, _) => format!("\"{value}\""),
    }
}

/// Replaces a scalar or a key.
pub(super) fn replace(page: Page, span: Span, value: &str) -> (Span, String) {
    let old = page.project.sources.text(span);
    let text = match page.notation() {
        Notation::Yaml => like(old, value),
        Notation::Kdl if old.starts_with('"') => like(old, value),
        Notation::Kdl => value.to_string(),
    };
    (span, text)
}

/// Puts `key: value` into the record of an entry, or replaces the value that is there. `value`
/// is YAML on one line; KDL takes scalars only.
pub(super) fn set(page: Page, record: &Entry, key: &str, value: &str) -> Option<(Span, String)> {
    if page.notation() == Notation::Kdl && value.starts_with(['{', '[']) {
        return None;
    }
    let value = scalar(page, value);
    if let Some(known) = record.value.get(key) {
        return Some((known.value.span, value));
    }
    let Kind::Map(members) = &record.value.kind else {
        return None;
    };
    let first = members.first()?;
    let at = first.key.span.start as usize;
    let line = page.text()[..at].rfind('\n').map_or(0, |n| n + 1);
    let own_line = page.text()[line..at].trim().is_empty();
    let text = match (page.notation(), own_line) {
        (Notation::Yaml, true) => format!("{key}: {value}\n{}", &page.text()[line..at]),
        (Notation::Yaml, false) => format!("{key}: {value}, "),
        (Notation::Kdl, true) => format!("{key} {value}\n{}", &page.text()[line..at]),
        (Notation::Kdl, false) => format!("{key}={value} "),
    };
    Some((Span::new(page.file, at, at), text))
}

/// Puts `key: value` at the end of the topmost record, on a line of its own.
pub(super) fn append(page: Page, key: &str, value: &str) -> Option<(Span, String)> {
    if page.notation() == Notation::Kdl && value.starts_with(['{', '[']) {
        return None;
    }
    let end = page.text().len();
    let begin = if page.text().ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let value = scalar(page, value);
    let text = match page.notation() {
        Notation::Yaml => format!("{begin}{key}: {value}\n"),
        Notation::Kdl => format!("{begin}{key} {value}\n"),
    };
    Some((Span::new(page.file, end, end), text))
}

/// Takes an entry out of the map that it is in: its lines, or its part of a row.
pub(super) fn remove(page: Page, map: &Node, entry: &Entry) -> (Span, String) {
    let text = page.text();
    let (start, end) = (
        entry.key.span.start as usize,
        (entry.value.span.end.max(entry.key.span.end)) as usize,
    );
    let line = text[..start].rfind('\n').map_or(0, |n| n + 1);
    let own_line = text[line..start].trim().is_empty();
    let rest = text[end..].find('\n').map_or(text.len(), |n| end + n + 1);
    let alone = own_line && (map.notes.layout != Layout::Row || map.entries().len() == 1);
    let tail = text[end..rest].trim_start();
    if alone && (tail.is_empty() || tail.starts_with(['#', '/'])) {
        return (Span::new(page.file, line, rest), String::new());
    }
    let after = text[end..].len() - text[end..].trim_start_matches([' ', ',', ';']).len();
    let is_last = map
        .entries()
        .last()
        .is_some_and(|last| last.key.span == entry.key.span);
    // The last one of a row takes the comma before it along.
    let from = match is_last && map.entries().len() > 1 {
        true => text[..start].trim_end_matches([' ', ',', ';']).len(),
        false => start,
    };
    let end = if is_last { end } else { end + after };
    (Span::new(page.file, from, end), String::new())
}

/// A text with edits that do not overlap.
pub fn applied(text: &str, edits: &[(Span, String)]) -> String {
    let mut edits: Vec<&(Span, String)> = edits.iter().collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut out = text.to_string();
    for (span, new) in edits {
        out.replace_range(span.start as usize..span.end as usize, new);
    }
    out
}

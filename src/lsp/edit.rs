//! Changes of a tree as changes of its text, in either notation.

use super::Page;
use crate::source::Span;
use crate::syntax::print::{self, Stands};
use crate::syntax::{Entry, Kind, Layout, Node, Notation};

/// A text in the place of another: in its quotes, or as the canonical form writes it.
pub(super) fn respelt(old: &str, new: &str, stands: Stands, notation: Notation) -> String {
    let quote = old.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.map_or(print::text(new, stands, notation), |q| {
        format!("{q}{new}{q}")
    })
}

/// A text in the place of what stands at a place of a page.
pub(super) fn respelt_at(page: Page, at: Span, new: &str, stands: Stands) -> (Span, String) {
    let old = page.project.sources.text(at);
    (at, respelt(old, new, stands, page.notation()))
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

/// Replaces a scalar by a value of YAML, in the quotes that it has.
pub(super) fn replace(page: Page, span: Span, value: &str) -> (Span, String) {
    let old = page.project.sources.text(span);
    let text = match old.starts_with(['"', '\'']) {
        true => respelt(old, value, Stands::Value, page.notation()),
        false => scalar(page, value),
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
    match record.value.get(key) {
        Some(known) => Some((known.value.span, value)),
        None => insert(page, record, &[(key, value)]),
    }
}

/// Puts members, as the page writes them, before all others of the record of an entry, which
/// may be empty.
pub(super) fn insert(
    page: Page,
    record: &Entry,
    members: &[(&str, String)],
) -> Option<(Span, String)> {
    let first = match &record.value.kind {
        Kind::Map(entries) => entries.first(),
        Kind::Null => None,
        Kind::Scalar(_) | Kind::List(_) => return None,
    };
    let first = first.map(|e| e.key.span.start as usize);
    let margin = first.and_then(|at| {
        let line = page.text()[..at].rfind('\n').map_or(0, |n| n + 1);
        let margin = &page.text()[line..at];
        margin.trim().is_empty().then_some(margin)
    });
    let all = |one: &dyn Fn(&str, &str) -> String| -> Vec<String> {
        members.iter().map(|(key, value)| one(key, value)).collect()
    };
    let point = |at: usize| Span::new(page.file, at, at);
    let edit = match (page.notation(), first, margin) {
        (Notation::Yaml, Some(at), Some(margin)) => {
            let lines = all(&|key, value| format!("{key}: {value}\n{margin}"));
            (point(at), lines.concat())
        }
        (Notation::Kdl, Some(at), Some(margin)) => {
            let lines = all(&|key, value| format!("{key} {value}\n{margin}"));
            (point(at), lines.concat())
        }
        (Notation::Yaml, Some(at), None) => (
            point(at),
            all(&|key, value| format!("{key}: {value}, ")).concat(),
        ),
        (Notation::Yaml, None, _) => {
            let row = all(&|key, value| format!("{key}: {value}")).join(", ");
            let written = !page
                .project
                .sources
                .text(record.value.span)
                .trim()
                .is_empty();
            match written {
                true => (record.value.span, format!("{{ {row} }}")),
                false => {
                    let key = record.key.span.end as usize;
                    let colon = page.text()[key..].find(':')?;
                    (point(key + colon + 1), format!(" {{ {row} }}"))
                }
            }
        }
        (Notation::Kdl, ..) => {
            let row = all(&|key, value| format!(" {key}={value}")).concat();
            (point(record.key.span.end as usize), row)
        }
    };
    Some(edit)
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
    if map.entries().len() == 1 && text[..start].trim_end().ends_with('{') {
        return (map.span, "{}".to_string());
    }
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

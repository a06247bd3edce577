//! For programs: an array of objects with stable keys.

use crate::diagnostic::{Diagnostic, Diagnostics, Label};
use crate::source::SourceMap;
use serde_json::{Value, json};

pub(super) fn render(sources: &SourceMap, diagnostics: &Diagnostics) -> String {
    let all: Vec<Value> = diagnostics.iter().map(|d| object(sources, d)).collect();
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}

fn object(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let place = |l: &Label| place(sources, l);
    json!({
        "code": diagnostic.code.id,
        "name": diagnostic.code.name,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "primary": diagnostic.primary.as_ref().map(place),
        "secondary": diagnostic.secondary.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(sources: &SourceMap, label: &Label) -> Value {
    let file = sources.file(label.span.file);
    let (line, column) = file.line_column(label.span.start);
    let (end_line, end_column) = file.line_column(label.span.end);
    json!({
        "file": file.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": label.text,
    })
}

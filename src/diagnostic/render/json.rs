//! For programs: an array of objects with stable keys.

use super::{Options, Run, located};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceMap;
use serde_json::{Value, json};

pub(super) fn render(runs: &[Run], options: Options) -> String {
    let all = runs.iter().flat_map(|run| {
        let found = run.diagnostics.iter();
        found
            .map(|d| object(run.sources, d, options.base))
            .collect::<Vec<Value>>()
    });
    let all: Vec<Value> = all.collect();
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}

fn object(sources: &SourceMap, diagnostic: &Diagnostic, base: &str) -> Value {
    let place = |l: &Label| place(sources, l, base);
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

fn place(sources: &SourceMap, label: &Label, base: &str) -> Value {
    let file = sources.file(label.span.file);
    let (line, column) = file.line_column(label.span.start);
    let (end_line, end_column) = file.line_column(label.span.end);
    json!({
        "file": located(base, &file.name),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": label.text,
    })
}

//! SARIF 2.1.0, for code scanning.

use super::uri;
use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::SourceMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn render(sources: &SourceMap, diagnostics: &Diagnostics) -> String {
    let rules: BTreeMap<_, _> = diagnostics
        .iter()
        .map(|d| (d.code.id, d.code.name))
        .collect();
    let rules: Vec<Value> = rules
        .into_iter()
        .map(|(id, name)| json!({ "id": id, "name": name }))
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(sources, d)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "meridian",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn result(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = diagnostic.help.iter();
    let help: String = help.map(|h| format!("\nhelp: {h}")).collect();
    let text = format!("{}{help}", diagnostic.message);
    json!({
        "ruleId": diagnostic.code.id,
        "level": level,
        "message": { "text": text },
        "locations": diagnostic.primary.iter().map(|l| location(sources, l)).collect::<Vec<_>>(),
        "relatedLocations": diagnostic.secondary.iter().map(|l| location(sources, l)).collect::<Vec<_>>(),
    })
}

fn location(sources: &SourceMap, label: &Label) -> Value {
    let file = sources.file(label.span.file);
    let (line, column) = file.line_column(label.span.start);
    let (end_line, end_column) = file.line_column(label.span.end);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.name) },
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        },
        "message": { "text": label.text },
    })
}

//! SARIF 2.1.0, for code scanning: a run for each spec, with the texts of its rules, marks by
//! which a finding is known again, and what is accepted as suppressed.

use super::{Options, Run, fingerprints, located, page, uri};
use crate::diagnostic::{Diagnostic, Label, Severity, Waived};
use crate::source::SourceMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn render(runs: &[Run], options: Options) -> String {
    let runs: Vec<Value> = runs.iter().map(|run| one(run, options)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    let text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text + "\n"
}

fn one(run: &Run, options: Options) -> Value {
    let waived = run.waived.iter().map(|w| &w.diagnostic);
    let all: Vec<&Diagnostic> = run.diagnostics.iter().chain(waived).collect();
    let rules: BTreeMap<_, _> = all.iter().map(|d| (d.code.id, d.code.name)).collect();
    let rules = rules.into_iter().map(|(id, name)| rule(id, name, options));
    let marks = fingerprints(run.sources, all.iter().copied(), options.base);
    let accepted = |index: usize| {
        let waived = index.checked_sub(run.diagnostics.len());
        waived.and_then(|at| run.waived.get(at))
    };
    let results = all.iter().zip(&marks).enumerate();
    let results =
        results.map(|(index, (d, mark))| result(run.sources, d, mark, accepted(index), options));
    json!({
        "tool": { "driver": {
            "name": "meridian",
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.collect::<Vec<Value>>(),
        } },
        "automationDetails": { "id": format!("meridian/{}/", located(options.base, run.spec)) },
        "columnKind": "unicodeCodePoints",
        "results": results.collect::<Vec<Value>>(),
    })
}

fn rule(id: &str, name: &str, options: Options) -> Value {
    let mut rule = json!({ "id": id, "name": name, "helpUri": page(id) });
    if let Some((title, text)) = (options.explain)(id) {
        rule["shortDescription"] = json!({ "text": title });
        rule["help"] = json!({ "text": text, "markdown": text });
    }
    rule
}

fn result(
    sources: &SourceMap,
    diagnostic: &Diagnostic,
    mark: &str,
    waived: Option<&Waived>,
    options: Options,
) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = diagnostic.help.iter();
    let help: String = help.map(|h| format!("\nhelp: {h}")).collect();
    let text = format!("{}{help}", diagnostic.message);
    let place = |l: &Label| location(sources, l, options);
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "level": level,
        "message": { "text": text },
        "partialFingerprints": { "meridian/v1": mark },
        "locations": diagnostic.primary.iter().map(place).collect::<Vec<_>>(),
        "relatedLocations": diagnostic.secondary.iter().map(place).collect::<Vec<_>>(),
    });
    if let Some(waived) = waived {
        result["suppressions"] = json!([{
            "kind": if waived.in_spec { "inSource" } else { "external" },
            "status": "accepted",
            "justification": waived.because,
        }]);
    }
    result
}

fn location(sources: &SourceMap, label: &Label, options: Options) -> Value {
    let file = sources.file(label.span.file);
    let (line, column) = file.line_column(label.span.start);
    let (end_line, end_column) = file.line_column(label.span.end);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&located(options.base, &file.name)) },
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

//! GitLab's code quality report: an array that merge requests show beside the lines.

use super::{Options, Run, fingerprints, located, printable};
use crate::diagnostic::Severity;
use serde_json::{Value, json};

pub(super) fn render(runs: &[Run], options: Options) -> String {
    let all = runs.iter().flat_map(|run| {
        let marks = fingerprints(run.sources, run.diagnostics.iter(), options.base);
        let each = run.diagnostics.iter().zip(marks);
        each.map(|(d, fingerprint)| {
            let severity = match d.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Note => "info",
            };
            let help = d.help.iter().map(|h| format!(" ({h})")).collect::<String>();
            let (path, line) = match &d.primary {
                Some(label) => {
                    let file = run.sources.file(label.span.file);
                    (file.name.as_str(), file.line(label.span.start))
                }
                None => (run.spec, 1),
            };
            json!({
                "description": printable(&format!("{}{help}", d.message)),
                "check_name": d.code.to_string(),
                "fingerprint": fingerprint,
                "severity": severity,
                "location": { "path": located(options.base, path), "lines": { "begin": line } },
            })
        })
        .collect::<Vec<Value>>()
    });
    let text = serde_json::to_string_pretty(&all.collect::<Vec<_>>()).unwrap_or_default();
    text + "\n"
}

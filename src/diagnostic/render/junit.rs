//! JUnit's XML: a suite for each spec, a case for each finding. Errors and warnings have failed;
//! a spec without findings has passed one.

use super::{Options, Run, located, printable};
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Write;

pub(super) fn render(runs: &[Run], options: Options) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"meridian\">\n",
    );
    for run in runs {
        let count = run.diagnostics.len();
        let failed = run
            .diagnostics
            .iter()
            .filter(|d| d.severity > Severity::Note)
            .count();
        let name = text(&located(options.base, run.spec));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\">",
            count.max(1)
        );
        if count == 0 {
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"check\"/>");
        }
        for diagnostic in run.diagnostics.iter() {
            case(&mut out, run, diagnostic, options);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, run: &Run, d: &Diagnostic, options: Options) {
    let (path, line) = match &d.primary {
        Some(label) => {
            let file = run.sources.file(label.span.file);
            (file.name.as_str(), file.line(label.span.start))
        }
        None => (run.spec, 1),
    };
    let path = located(options.base, path);
    // Readers keep one case of a name: two findings of a code may stand in one line.
    let name = text(&format!("{} {path}:{line}: {}", d.code, d.message));
    let suite = text(&located(options.base, run.spec));
    let _ = write!(
        out,
        "    <testcase classname=\"{suite}\" name=\"{name}\" file=\"{}\" line=\"{line}\"",
        text(&path)
    );
    let help = d
        .help
        .iter()
        .map(|h| format!("\nhelp: {h}"))
        .collect::<String>();
    let says = text(&format!("{path}:{line}: {}{help}", d.message));
    let _ = match d.severity {
        Severity::Note => writeln!(out, "><system-out>{says}</system-out></testcase>"),
        _ => writeln!(
            out,
            "><failure type=\"{}\" message=\"{}\">{says}</failure></testcase>",
            d.severity.word(),
            text(&d.message)
        ),
    };
}

/// Text of XML; lines stay lines.
fn text(plain: &str) -> String {
    let lines = plain
        .split('\n')
        .map(|line| crate::format::xml::text(&printable(line)));
    lines.collect::<Vec<_>>().join("\n")
}

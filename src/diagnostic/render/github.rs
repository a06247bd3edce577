//! GitHub's workflow commands: annotations on the lines of a pull request.

use super::{Options, Run, located, printable};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

pub(super) fn render(run: Run, options: Options) -> String {
    let Run {
        sources,
        diagnostics,
        ..
    } = run;
    let shown = diagnostics.iter().take(options.max);
    let mut out: String = shown.map(|d| line(sources, d, options)).collect();
    let hidden = diagnostics.len().saturating_sub(options.max);
    if hidden > 0 {
        out.push_str(&format!("::notice::and {hidden} more\n"));
    }
    out
}

fn line(sources: &SourceMap, diagnostic: &Diagnostic, options: Options) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let code = diagnostic.code;
    let title = property(&format!("{} {}", code.id, code.name));
    let place = diagnostic.primary.as_ref().map_or(String::new(), |label| {
        let file = sources.file(label.span.file);
        let (line, column) = file.line_column(label.span.start);
        let (end_line, end_column) = file.line_column(label.span.end);
        let name = property(&located(options.base, &file.name));
        // Columns are taken only where both are of one line.
        match line == end_line {
            true => format!(
                "file={name},line={line},col={column},endLine={end_line},endColumn={end_column},"
            ),
            false => format!("file={name},line={line},endLine={end_line},"),
        }
    });
    let help = diagnostic.help.as_ref();
    let help = help.map_or(String::new(), |h| format!("\n{h}"));
    format!(
        "::{command} {place}title={title}::{}\n",
        data(&format!("{}{help}", diagnostic.message))
    )
}

/// Escapes a command's text.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split(['\r', '\n']).map(printable).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// Escapes a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

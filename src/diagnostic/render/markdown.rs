//! For the summary of a workflow or a comment: a list, each finding with its places.

use super::{Options, Run, located, printable};
use crate::diagnostic::{Diagnostic, Label, accepted};
use crate::source::SourceMap;

pub(super) fn render(runs: &[Run], options: Options) -> String {
    let several = runs.len() > 1;
    let each = runs.iter().map(|run| {
        let heading = match several {
            true => format!("#### {}\n\n", code(&located(options.base, run.spec))),
            false => String::new(),
        };
        let shown = run.diagnostics.iter().take(options.max);
        let mut out: String = shown.map(|d| item(run.sources, d, options.base)).collect();
        let hidden = run.diagnostics.len().saturating_sub(options.max);
        if hidden > 0 {
            out.push_str(&format!("- and {hidden} more\n"));
        }
        if several && out.is_empty() {
            out.push_str("Nothing to complain about.\n");
        }
        if let Some(accepted) = accepted(run.waived) {
            out.push_str(&format!("\n{accepted}.\n"));
        }
        format!("{heading}{out}")
    });
    each.collect::<Vec<_>>()
        .join(if several { "\n" } else { "" })
}

fn item(sources: &SourceMap, diagnostic: &Diagnostic, base: &str) -> String {
    let code = diagnostic.code.id;
    let word = diagnostic.severity.word();
    let mut item = format!("- **{word}\\[{code}\\]**: {}\n", prose(&diagnostic.message));
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        item.push_str(&format!("  - {}\n", place(sources, label, base)));
    }
    if let Some(help) = &diagnostic.help {
        item.push_str(&format!("  - help: {}\n", prose(help)));
    }
    item
}

fn place(sources: &SourceMap, label: &Label, base: &str) -> String {
    let place = code(&located(base, &sources.place(label.span)));
    match label.text.is_empty() {
        true => place,
        false => format!("{place} {}", prose(&label.text)),
    }
}

/// Text with code in backticks, as our messages have it. Outside of code nothing is markup; an
/// odd backtick is none.
fn prose(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(&text);
    }
    let parts = parts.iter().enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => code(part),
        })
        .collect()
}

fn code(text: &str) -> String {
    match text.contains('`') || text.is_empty() {
        true => escaped(text),
        false => format!("`{text}`"),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>|~#&@".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

//! Showing diagnostics, and the exit code that they mean.

use super::{FailLevel, FormatArg, Shared, exit};
use crate::diagnostic::render::{Format, Options, render};
use crate::diagnostic::{Diagnostics, Severity};
use crate::source::SourceMap;
use std::io::{IsTerminal, Write};

/// Shows sorted diagnostics: for people on standard error, for programs as the result.
pub(super) fn show(sources: &SourceMap, diagnostics: &Diagnostics, shared: &Shared) {
    show_as(sources, diagnostics, shared, shared.format);
}

/// The same in a format of the command's choosing.
pub(super) fn show_as(
    sources: &SourceMap,
    diagnostics: &Diagnostics,
    shared: &Shared,
    format: FormatArg,
) {
    let format = match format {
        FormatArg::Human => Format::Human,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Json => Format::Json,
        FormatArg::Github => Format::Github,
        FormatArg::Sarif => Format::Sarif,
    };
    let options = Options {
        color: color(),
        width: width(),
        max: shared.max_diagnostics,
    };
    let text = render(sources, diagnostics, format, options);
    if format == Format::Human {
        let _ = anstream::stderr().write_all(text.as_bytes());
    } else {
        super::print(&text);
    }
}

/// `1 error, 2 warnings, 3 notes`.
pub(super) fn counts(diagnostics: &Diagnostics) -> String {
    let count = |severity: Severity| {
        let number = diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count();
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {}{plural}", severity.word()))
    };
    let all = [Severity::Error, Severity::Warning, Severity::Note];
    let found: Vec<String> = all.into_iter().filter_map(count).collect();
    match found.is_empty() {
        true => "nothing to complain about".into(),
        false => found.join(", "),
    }
}

/// The exit code that diagnostics mean at the chosen level.
pub(super) fn code(diagnostics: &Diagnostics, shared: &Shared) -> u8 {
    let level = match shared.fail_level {
        FailLevel::Error => Severity::Error,
        FailLevel::Warning => Severity::Warning,
        FailLevel::Note => Severity::Note,
        FailLevel::Never => return exit::CLEAN,
    };
    match diagnostics.worst() {
        Some(worst) if worst >= level => exit::DIAGNOSTICS,
        _ => exit::CLEAN,
    }
}

fn color() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Columns: what the environment says, or else the terminal, between 40 and 120.
fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal = || terminal_size::terminal_size_of(std::io::stderr());
    let columns = said.or_else(|| terminal().map(|(width, _)| usize::from(width.0)));
    columns.unwrap_or(100).clamp(40, 120)
}

//! Showing diagnostics, and the exit code that they mean.

use super::{FailLevel, FormatArg, Shared, exit};
use crate::diagnostic::render::{Format, Options, Run, render};
use crate::diagnostic::{Diagnostics, Severity, Waived, accepted};
use crate::rules::pages;
use crate::source::SourceMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What is said of a spec.
pub(super) struct Report {
    /// The spec, as it was named.
    pub(super) spec: String,
    /// Its files.
    pub(super) sources: SourceMap,
    /// What is said, sorted.
    pub(super) diagnostics: Diagnostics,
    /// What is accepted.
    pub(super) waived: Vec<Waived>,
}

impl Report {
    /// That nothing is said of a spec.
    pub(super) fn empty(spec: String) -> Report {
        Report {
            spec,
            sources: SourceMap::default(),
            diagnostics: Diagnostics::default(),
            waived: Vec::new(),
        }
    }

    fn run(&self) -> Run<'_> {
        Run {
            spec: &self.spec,
            sources: &self.sources,
            diagnostics: &self.diagnostics,
            waived: &self.waived,
        }
    }
}

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
    let run = Run {
        spec: "",
        sources,
        diagnostics,
        waived: &[],
    };
    shown(&[run], shared, format);
}

/// Shows what is said of several specs, in one document.
pub(super) fn show_all(reports: &[Report], shared: &Shared) {
    let runs: Vec<Run> = reports.iter().map(Report::run).collect();
    shown(&runs, shared, shared.format);
}

fn shown(runs: &[Run], shared: &Shared, format: FormatArg) {
    let format = match format {
        FormatArg::Human => Format::Human,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Json => Format::Json,
        FormatArg::Github => Format::Github,
        FormatArg::Gitlab => Format::Gitlab,
        FormatArg::Junit => Format::Junit,
        FormatArg::Sarif => Format::Sarif,
    };
    let base = base();
    let text = render(runs, format, options(&base, shared));
    if format == Format::Human {
        let _ = anstream::stderr().write_all(text.as_bytes());
    } else {
        super::print(&text);
    }
}

fn options<'a>(base: &'a str, shared: &Shared) -> Options<'a> {
    Options {
        color: color(),
        width: width(),
        max: shared.max_diagnostics,
        base,
        explain: |code| {
            let page = pages::all().into_iter().find(|p| p.id == code)?;
            Some((page.title, page.text))
        },
    }
}

/// Adds a page about specs to a file, such as the summary of a workflow; `headline` says what
/// was done.
pub(super) fn summarize(reports: &[Report], headline: &str, into: &Path, shared: &Shared) -> u8 {
    let runs: Vec<Run> = reports.iter().map(Report::run).collect();
    let base = base();
    let page = render(&runs, Format::Markdown, options(&base, shared));
    let text = format!("### meridian: {headline}\n\n{page}\n");
    let file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(into);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => exit::CLEAN,
        Err(error) => {
            say!("meridian: `{}`: {}", into.display(), super::cause(&error));
            exit::REFUSED
        }
    }
}

/// The path from the root of the repository to the working folder; empty outside of one, and at
/// its root.
pub(super) fn base() -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join(".git").exists());
    let inside = root.and_then(|root| here.strip_prefix(root).ok());
    inside.map_or(String::new(), |p: &Path| {
        let parts: PathBuf = p.to_path_buf();
        parts.to_string_lossy().replace('\\', "/")
    })
}

/// `1 error, 2 warnings, 3 notes; 4 findings accepted by the baseline`.
pub(super) fn counts(report: &Report) -> String {
    let diagnostics = &report.diagnostics;
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
    let found = if found.is_empty() {
        "nothing to complain about".into()
    } else {
        found.join(", ")
    };
    match accepted(&report.waived) {
        Some(accepted) => format!("{found}; {accepted}"),
        None => found,
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

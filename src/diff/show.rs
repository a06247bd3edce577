//! A difference for people: a screen, a patch, a comment under a pull request.

mod comment;
mod fates;

pub use comment::{markdown, together, tree};

use super::{
    Cause, Consequence, Difference, Direction, FileChange, Hunks, Rename, ResourceFate, ValueChange,
};
use std::fmt::Write;

/// One screen.
pub fn human(difference: &Difference) -> String {
    let d = difference;
    let mut out = format!("{} · {} → {}\n{}\n", d.system, d.before, d.after, counts(d));
    if d.causes.is_empty() && d.is_empty() {
        return format!(
            "{} · {} → {}\nnothing differs\n",
            d.system, d.before, d.after
        );
    }
    if !d.left_out.is_empty() {
        let _ = writeln!(out, "\n{}", handed_over(&d.left_out));
    }
    heading(&mut out, "fates", d.fates.len());
    out.push_str(&fates::human(&d.fates));
    for rename in &d.renames {
        let _ = writeln!(out, "  → {}", proposal(rename));
    }
    heading(&mut out, "changed values", d.causes.len());
    for (index, cause) in d.causes.iter().enumerate() {
        cause_rows(&mut out, index, cause);
    }
    heading(&mut out, "consequences", d.consequences.len());
    for row in &d.consequences {
        let because = because(row);
        let _ = writeln!(out, "  {}{}{because}", word(row.direction), row.about);
        let _ = writeln!(out, "      {}", arrow(&row.before, &row.after));
    }
    heading(&mut out, "diagnostics", d.findings.len());
    for finding in &d.findings {
        let what = if finding.new { "new" } else { "gone" };
        let (severity, code) = (finding.severity, finding.code);
        let _ = writeln!(out, "  {what:<4} {severity}[{code}] {}", finding.message);
    }
    heading(&mut out, "files", d.files.len());
    out.push_str(&lines(&d.files));
    out
}

/// What is said of parts that others make from now on.
fn handed_over(parts: &[String]) -> String {
    format!(
        "left to others from now on: {}. What is applied stays; nothing here plans or changes it, and CONTRACT.md lists what they must provide.",
        parts.join(", ")
    )
}

fn heading(out: &mut String, title: &str, count: usize) {
    if count > 0 {
        let _ = write!(out, "\n{title}\n");
    }
}

fn cause_rows(out: &mut String, index: usize, cause: &Cause) {
    for (at, value) in cause.values.iter().enumerate() {
        let number = if at == 0 {
            format!("{}", index + 1)
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {number:>3} {}", value_line(value));
    }
    let effect = match cause.files.len() {
        0 => "no file differs by this alone".to_string(),
        1 => "1 file".to_string(),
        n => format!("{n} files"),
    };
    let _ = writeln!(out, "      {effect}");
}

fn value_line(value: &ValueChange) -> String {
    format!(
        "{}: {} · {}",
        value.path,
        arrow(&value.before, &value.after),
        value.place
    )
}

/// `7d → 14d`; what is not there is a dash.
fn arrow(before: &Option<String>, after: &Option<String>) -> String {
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".into());
    format!("{} → {}", shown(before), shown(after))
}

fn word(direction: Option<Direction>) -> &'static str {
    match direction {
        Some(Direction::Worse) => "worse  ",
        Some(Direction::Better) => "better ",
        None => "",
    }
}

fn because(row: &Consequence) -> String {
    match numbers(&row.causes).as_str() {
        "" => " (several changes together)".into(),
        causes => format!(" (by {causes})"),
    }
}

/// What to write if two entries are one.
fn proposal(of: &Rename) -> String {
    let Rename { map, from, to } = of;
    format!("if {map}.{to} is {map}.{from} under a new name, write `renamed_from: {from}` in it")
}

/// Causes as they are numbered for people.
fn numbers<'a>(of: impl IntoIterator<Item = &'a usize>) -> String {
    let all: Vec<String> = of.into_iter().map(|c| (c + 1).to_string()).collect();
    all.join(", ")
}

/// `2 changed values · 4 consequences (1 worse) · 9 files (+30 -12)`.
fn counts(d: &Difference) -> String {
    let values = d.causes.iter().map(|c| c.values.len()).sum();
    let lines = |of: fn(&FileChange) -> usize| d.files.iter().map(of).sum::<usize>();
    let fates = match fates::counts(&d.fates) {
        none if none.is_empty() => String::new(),
        counts => format!(" · {counts}"),
    };
    format!(
        "{}{fates} · {} · {} (+{} -{})",
        plural(values, "changed value"),
        consequences(d),
        plural(d.files.len(), "file"),
        lines(|f| f.added),
        lines(|f| f.removed),
    )
}

fn consequences(d: &Difference) -> String {
    let worse = d.consequences.iter();
    let worse = worse
        .filter(|c| c.direction == Some(Direction::Worse))
        .count();
    let all = plural(d.consequences.len(), "consequence");
    match worse {
        0 => all,
        n => format!("{all}, {n} for the worse"),
    }
}

fn plural(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// What a compile would change on disk: fates, then files.
pub fn stat(fates: &[ResourceFate], files: &[FileChange]) -> String {
    let told = fates::human(fates);
    if told.is_empty() {
        lines(files)
    } else {
        format!("fates\n{told}\nfiles\n{}", lines(files))
    }
}

/// A line a file: `M +3 -1 helm/values.yaml`.
fn lines(files: &[FileChange]) -> String {
    let mut out = String::new();
    for f in files {
        let (letter, added, removed) = (f.kind.letter(), f.added, f.removed);
        let counts = format!("+{added} -{removed}");
        let _ = writeln!(out, "  {letter} {counts:<10} {}", f.path);
    }
    out
}

/// Patches one after the other.
pub fn patches(hunks: &[Hunks]) -> String {
    hunks.iter().map(|h| h.patch.as_str()).collect()
}

/// Text inside of backticks.
fn code(text: &str) -> String {
    text.replace('`', "'")
}

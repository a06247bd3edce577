//! Diagnostics as text: for people, for programs, for pull requests.

mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod sarif;

use super::{Diagnostic, Diagnostics, Waived};
use crate::source::{SourceMap, printable};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A person at a terminal.
    Human,
    /// A program: an array of objects.
    Json,
    /// GitHub's workflow commands.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML, which most CI systems show.
    Junit,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A page: the summary of a workflow, or a comment.
    Markdown,
}

/// What is said of one spec.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The spec, as it was named.
    pub spec: &'a str,
    /// Its files.
    pub sources: &'a SourceMap,
    /// What is said, sorted.
    pub diagnostics: &'a Diagnostics,
    /// What is accepted.
    pub waived: &'a [Waived],
}

/// The title and the text of a code's page.
pub type Explain = fn(&str) -> Option<(&'static str, &'static str)>;

/// How it looks.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Whether to use colour (`Human` only).
    pub color: bool,
    /// Columns of the terminal (`Human` only).
    pub width: usize,
    /// How many are shown before "and N more" (all but `Json`, `Gitlab`, `Junit` and `Sarif`).
    pub max: usize,
    /// The path from the root of the repository to here, which annotations begin with.
    pub base: &'a str,
    /// The pages of codes (`Sarif` only).
    pub explain: Explain,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            color: false,
            width: 100,
            max: 50,
            base: "",
            explain: |_| None,
        }
    }
}

/// The text of what is said of specs; empty for nothing, except where the format has a frame.
pub fn render(runs: &[Run], format: Format, options: Options) -> String {
    let each =
        |one: fn(Run, Options) -> String| runs.iter().map(|run| one(*run, options)).collect();
    match format {
        Format::Human => each(|run, options| human::render(run.sources, run.diagnostics, options)),
        Format::Json => json::render(runs, options),
        Format::Github => each(github::render),
        Format::Gitlab => gitlab::render(runs, options),
        Format::Junit => junit::render(runs, options),
        Format::Sarif => sarif::render(runs, options),
        Format::Markdown => markdown::render(runs, options),
    }
}

/// A mark for each finding that stays the same while lines move: of its code, its file and what
/// it says; equal ones are counted.
pub fn fingerprints<'a>(
    sources: &SourceMap,
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    base: &str,
) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let marks = diagnostics.into_iter().map(|d| {
        let label = d.primary.as_ref();
        let file = label.map_or(String::new(), |l| {
            located(base, &sources.file(l.span.file).name)
        });
        let text = [d.code.id, &file, &d.message].join("\n");
        let count = seen.entry(text.clone()).or_default();
        *count += 1;
        let hash = Sha256::digest(format!("{text}\n{count}"));
        hash.iter().take(16).map(|b| format!("{b:02x}")).collect()
    });
    marks.collect()
}

/// A path from the root of the repository, for a path from here.
fn located(base: &str, path: &str) -> String {
    if base.is_empty() || path.starts_with(['/', '<']) {
        return path.to_string();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The address of the page of a code.
pub fn page(code: &str) -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    format!("{repository}/blob/main/src/rules/pages/{code}.md")
}

/// A path as the reference of RFC 3986: relative, or with `file://` before it.
pub fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let encoded = path.bytes().map(|b| match plain(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    });
    let encoded: String = encoded.collect();
    match encoded.starts_with('/') {
        true => format!("file://{encoded}"),
        false => encoded,
    }
}

#[cfg(test)]
mod tests {
    use super::located;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        assert_eq!(located("infra/eu", "../base.yaml"), "infra/base.yaml");
        assert_eq!(located("infra", "./topology.yaml"), "infra/topology.yaml");
        assert_eq!(located("", "topology.yaml"), "topology.yaml");
        assert_eq!(located("infra", "<stdin>"), "<stdin>");
    }
}

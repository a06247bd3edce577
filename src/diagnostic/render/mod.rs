//! Diagnostics as text: for people, for programs, for pull requests.

mod excerpt;
mod github;
mod human;
mod json;
mod markdown;
mod sarif;

use super::Diagnostics;
use crate::source::{SourceMap, unseen};

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A person at a terminal.
    Human,
    /// A program: an array of objects.
    Json,
    /// GitHub's workflow commands.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A page: the summary of a workflow, or a comment.
    Markdown,
}

/// How it looks.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to use colour (`Human` only).
    pub color: bool,
    /// Columns of the terminal (`Human` only).
    pub width: usize,
    /// How many are shown before "and N more" (all but `Json` and `Sarif`).
    pub max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            color: false,
            width: 100,
            max: 50,
        }
    }
}

/// The text of sorted diagnostics; empty for none, except where the format has a frame.
pub fn render(
    sources: &SourceMap,
    diagnostics: &Diagnostics,
    format: Format,
    options: Options,
) -> String {
    match format {
        Format::Human => human::render(sources, diagnostics, options),
        Format::Json => json::render(sources, diagnostics),
        Format::Github => github::render(sources, diagnostics, options),
        Format::Sarif => sarif::render(sources, diagnostics),
        Format::Markdown => markdown::render(sources, diagnostics, options),
    }
}

/// The address of the page of a code.
pub fn page(code: &str) -> String {
    format!(
        "{}/blob/main/src/rules/pages/{code}.md",
        env!("CARGO_PKG_REPOSITORY")
    )
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

/// Text from a spec may hold anything; what nobody would see is spelled out.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if unseen(c) || matches!(c, '\t' | '\r') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

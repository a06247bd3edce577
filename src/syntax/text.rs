//! What both notations refuse in any text, and their bounds on size and depth.

use super::Limits;
use super::codes::*;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span, reorders, unseen};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The smallest topology that says something, for help texts.
const SMALLEST: &str =
    "begin with `meridian init`, or with `version: 1`, `name`, `clouds`, `regions` and `services`";

/// Looks over the whole text once: size and raw control characters. `false` if reading it
/// makes no sense.
pub(super) fn scan(source: &str, file: FileId, limits: &Limits, out: &mut Diagnostics) -> bool {
    if source.len() > limits.file_bytes {
        let span = Span::new(file, 0, 0);
        let (size, limit) = (source.len(), limits.file_bytes);
        out.push(too_large(span, "the file", size, limit, "--max-file-bytes"));
        return false;
    }
    if let Some(at) = merge_marker(source) {
        let end = source[at..]
            .find(['\n', '\r'])
            .map_or(source.len(), |n| at + n);
        let fault = Diagnostic::error(
            MERGE,
            Span::new(file, at, end),
            "a merge conflict is not resolved",
            "git left this marker",
        );
        out.push(fault.help("decide for one side, and delete the lines with the markers"));
        return false;
    }
    // Comments are not looked at again, and they are what reviewers read.
    let misleads = |c: char| (c.is_control() && unseen(c)) || reorders(c) || c == '\u{feff}';
    match source.char_indices().find(|(_, c)| misleads(*c)) {
        Some((at, c)) => {
            out.push(hidden(c, one(source, file, at)));
            false
        }
        None => true,
    }
}

/// Where the first line of a conflict begins.
fn merge_marker(source: &str) -> Option<usize> {
    const MARKER: &str = "<<<<<<< ";
    if source.starts_with(MARKER) {
        return Some(0);
    }
    ["\n", "\r"]
        .iter()
        .find_map(|end| Some(source.find(&format!("{end}{MARKER}"))? + 1))
}

/// A scalar's text, composed; `None` if it holds characters that nobody can see.
pub(super) fn checked(text: &str, span: Span, out: &mut Diagnostics) -> Option<String> {
    if let Some(c) = text.chars().find(|c| unseen(*c)) {
        out.push(hidden(c, span));
        return None;
    }
    if is_nfc(text) {
        return Some(text.to_string());
    }
    out.push(
        Diagnostic::warning(
            NOT_COMPOSED,
            span,
            "this text looks the same as another spelling of it",
            "read in its composed form (NFC)",
        )
        .help("save the file in Unicode's composed form, NFC"),
    );
    Some(text.nfc().collect())
}

fn hidden(c: char, span: Span) -> Diagnostic {
    Diagnostic::error(
        HIDDEN_CHARACTER,
        span,
        format!("a control or invisible character: U+{:04X}", u32::from(c)),
        format!("{} is here", c.escape_unicode()),
    )
    .help("remove it; nothing that a reviewer cannot see may reach the output")
}

/// A topology without anything in it.
pub(super) fn empty(span: Span) -> Diagnostic {
    Diagnostic::error(EMPTY, span, "the spec is empty", "nothing is written here").help(SMALLEST)
}

/// Nesting beyond the limit.
pub(super) fn too_deep(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::error(
        TOO_DEEP,
        span,
        format!("nested deeper than {limit}"),
        "one level too deep",
    )
    .help("no topology needs this depth; `--max-depth` raises the limit")
}

/// Size beyond a limit.
pub(super) fn too_large(
    span: Span,
    what: &str,
    size: usize,
    limit: usize,
    flag: &str,
) -> Diagnostic {
    Diagnostic::error(
        TOO_LARGE,
        span,
        format!("{what} is too large: {size}, and the limit is {limit}"),
        "over the limit",
    )
    .help(format!(
        "split the spec with `include`, or raise the limit with `{flag}`"
    ))
}

/// A few characters of a text for a message.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if text.chars().count() > 40 {
        shown.push('…');
    }
    shown
}

/// The nearest character boundary at or before an offset.
pub(super) fn boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The span of the one character at an offset.
pub(super) fn one(source: &str, file: FileId, at: usize) -> Span {
    let at = boundary(source, at);
    let width = source[at..].chars().next().map_or(0, char::len_utf8);
    Span::new(file, at, at + width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_marker_begins_a_line() {
        assert_eq!(merge_marker("<<<<<<< HEAD\na"), Some(0));
        assert_eq!(merge_marker("a: 1\n<<<<<<< HEAD"), Some(5));
        assert_eq!(merge_marker("a: 1\r<<<<<<< HEAD"), Some(5));
        assert_eq!(merge_marker("a: '<<<<<<< HEAD'"), None);
        assert_eq!(merge_marker("<<<<<<<"), None, "without what is merged");
    }

    #[test]
    fn a_boundary_is_never_inside_a_character() {
        for at in 0..8 {
            assert!("aüß€".is_char_boundary(boundary("aüß€", at)), "{at}");
        }
        assert_eq!(boundary("aü", 2), 1);
        assert_eq!(boundary("aü", 99), 3);
    }
}

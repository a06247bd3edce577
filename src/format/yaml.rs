//! YAML out, so that every reader, of YAML 1.1 or 1.2, reads the same values.
//!
//! `serde_yaml` and its forks write `no`, `on`, `y` and `1_000` bare, which kubectl and Helm
//! read as booleans and numbers; hence our own crate choice behind this module. Maps, lists and
//! words that are plain for everybody are written here, into the text that is returned; the crate
//! decides about every other scalar.

use super::spaces;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Prints one document.
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    document(value, &mut out);
    out
}

/// Prints several documents of one file, under a comment.
pub fn print_documents(header: &str, documents: &[Value]) -> String {
    let mut out = format!("# {header}\n");
    for value in documents {
        out.push_str("---\n");
        document(value, &mut out);
    }
    out
}

fn document(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) if !entries.is_empty() => map(entries, 0, true, out),
        Value::Array(items) if !items.is_empty() => list(items, 0, true, out),
        other => scalar(other, 0, out),
    }
}

/// The entries of a map, whose keys stand in a column; the first where the line is.
fn map(entries: &Map<String, Value>, column: usize, mut here: bool, out: &mut String) {
    for (name, value) in entries {
        indent(column, &mut here, out);
        key(name, out);
        out.push(':');
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                out.push('\n');
                map(entries, column + 2, false, out);
            }
            // Dashes stand under the key.
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                list(items, column, false, out);
            }
            other => {
                out.push(' ');
                scalar(other, column, out);
            }
        }
    }
}

/// The items of a list, whose dashes stand in a column; the first where the line is.
fn list(items: &[Value], column: usize, mut here: bool, out: &mut String) {
    for item in items {
        indent(column, &mut here, out);
        out.push_str("- ");
        match item {
            Value::Object(entries) if !entries.is_empty() => map(entries, column + 2, true, out),
            Value::Array(items) if !items.is_empty() => list(items, column + 2, true, out),
            other => scalar(other, column, out),
        }
    }
}

fn indent(column: usize, here: &mut bool, out: &mut String) {
    if !std::mem::take(here) {
        spaces(column, out);
    }
}

fn key(name: &str, out: &mut String) {
    let letter =
        |b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'/');
    if begins_plain(name) && name.bytes().all(letter) {
        return out.push_str(name);
    }
    let printed = others(&BTreeMap::from([(name, ())]));
    let key = printed.strip_suffix(": null\n");
    debug_assert!(key.is_some(), "a key that takes lines: {name}");
    out.push_str(key.unwrap_or(name));
}

/// A scalar or an empty collection and the end of its line. The key or dash before it stands in a
/// column.
fn scalar(value: &Value, column: usize, out: &mut String) {
    match value {
        Value::String(text) if is_plain(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Value::String(text) if text.contains('\n') && text.chars().all(is_shown) => {
            block(text, column, out);
        }
        Value::Bool(value) => out.push_str(if *value { "true\n" } else { "false\n" }),
        other => out.push_str(&others(other)),
    }
}

/// What the crate prints.
fn others<T: serde::Serialize>(value: &T) -> String {
    let mut options = serde_saphyr::SerializerOptions::default();
    // Long words stay on one line: folding helps nobody to read a query.
    options.folded_wrap_chars = usize::MAX;
    let mut out = String::new();
    let printed = serde_saphyr::to_fmt_writer_with_options(&mut out, value, options);
    debug_assert!(printed.is_ok(), "values without maps as keys always print");
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Whether every reader takes a text for text where nothing quotes it. Not of every such text: what
/// begins with a digit or sign, or is not ASCII, is the crate's to judge.
fn is_plain(text: &str) -> bool {
    let mut before = b' ';
    let inside = |byte: u8| {
        let fine = match byte {
            b' ' => before != b':',
            b'#' => before != b' ',
            byte => matches!(byte, b'!'..=b'~'),
        };
        before = byte;
        fine
    };
    begins_plain(text) && text.bytes().all(inside) && !text.ends_with([' ', ':'])
}

/// Whether a text begins as no number, mark or indicator does, and is no word with a meaning.
fn begins_plain(text: &str) -> bool {
    let begins = |first: &u8| first.is_ascii_alphabetic() || b"/($".contains(first);
    text.as_bytes().first().is_some_and(begins)
        && (text.len() > 5 || !MEANT.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Words that a reader takes for something else than text.
const MEANT: [&str; 13] = [
    "y", "n", "t", "f", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
];

/// Whether a character can stand in a block as it is.
fn is_shown(c: char) -> bool {
    matches!(c, '\n' | '\t')
        || !c.is_control()
            && !matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
}

/// A text of several lines as it is; its empty lines are not indented.
fn block(text: &str, column: usize, out: &mut String) {
    let content = text.trim_end_matches('\n');
    let ends = text.len() - content.len();
    out.push('|');
    // Readers take the indentation from the first line, unless they are told.
    if content.trim_start_matches('\n').starts_with(' ') {
        out.push('2');
    }
    match ends {
        0 => out.push_str("-\n"),
        1 if !content.is_empty() => out.push('\n'),
        _ => out.push_str("+\n"),
    }
    let lines = content.split('\n').filter(|_| !content.is_empty());
    for line in lines {
        if !line.is_empty() {
            spaces(column + 2, out);
            out.push_str(line);
        }
        out.push('\n');
    }
    let kept = if content.is_empty() {
        ends
    } else {
        ends.max(1) - 1
    };
    out.extend(std::iter::repeat_n('\n', kept));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        const AWKWARD: &[&str] = &[
            "no",
            "On",
            "y",
            "T",
            "null",
            "NaN",
            "inf",
            "~",
            "1_000",
            "0x1f",
            "1e3",
            "+1",
            ".5",
            "12:30:00",
            "2026-01-02",
            "<<",
            "=",
            "---",
            "- a",
            "-a",
            "? a",
            ":",
            "a:",
            "a: b",
            "a #b",
            "a#b",
            "a ",
            " a",
            "a\tb",
            "(a)",
            "/a/b",
            "$a",
            "a\n",
            "\n",
            "\n\n",
            "a\nb",
            "a\n\nb\n",
            "  a\nb",
            "a\n\n",
            "é",
            "é\nb",
            "a\u{85}b",
            "a\u{feff}\nb",
            "",
            "a\r\nb",
            "*",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "'a'",
            "\"a\"",
            "{}",
            "[]",
            "{a}",
            "a, b",
            "|",
            ">",
        ];
        prop_oneof![
            proptest::sample::select(AWKWARD).prop_map(str::to_string),
            "[ -~]{0,12}",
            "\\PC{0,6}",
            "[a-z:# \n-]{0,8}",
        ]
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((text(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    /// Lines of nothing but indentation mean the same without it.
    fn without_blanks(text: &str) -> String {
        let line = |line: &str| match line.trim_start_matches(' ') {
            "" => "\n".to_string(),
            _ => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }

    proptest! {
        /// Fails if a word is left out of `MEANT`, or `before` does not go along.
        #[test]
        fn what_is_written_here_is_what_the_crate_writes(value in tree()) {
            prop_assert_eq!(without_blanks(&print(&value)), without_blanks(&others(&value)));
        }
    }

    #[test]
    fn lines_of_spaces_keep_them() {
        let value = serde_json::json!({ "a": "b\n   \nc\n" });
        assert_eq!(print(&value), "a: |\n  b\n     \n  c\n");
    }
}

//! YAML out, so that every reader, of YAML 1.1 or 1.2, reads the same values.
//!
//! `serde_yaml` and its forks write `no`, `on`, `y` and `1_000` bare, which kubectl and Helm
//! read as booleans and numbers; hence our own crate choice behind this one function.

use serde::Serialize;

/// Prints one document.
pub fn print<T: Serialize>(value: &T) -> String {
    let mut options = serde_saphyr::SerializerOptions::default();
    options.indent_step = 2;
    // Long words stay on one line: folding helps nobody to read a query.
    options.folded_wrap_chars = usize::MAX;
    let mut out = String::new();
    let printed = serde_saphyr::to_fmt_writer_with_options(&mut out, value, options);
    debug_assert!(printed.is_ok(), "values without maps as keys always print");
    if !out.ends_with('\n') {
        out.push('\n');
    }
    without_blanks(&out)
}

/// Empty lines of a text in a block scalar come out indented; they mean the same without.
fn without_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(if line.trim_start_matches(' ').is_empty() {
            ""
        } else {
            line
        });
        out.push('\n');
    }
    out
}

/// Prints several documents of one file, under a comment.
pub fn print_documents(header: &str, documents: &[serde_json::Value]) -> String {
    let mut out = format!("# {header}\n");
    for document in documents {
        out.push_str("---\n");
        out.push_str(&print(document));
    }
    out
}

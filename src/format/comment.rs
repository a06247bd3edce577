//! Comments of generated files, in any language that ends them with the line, `-->` or `*/`.

use crate::source::unseen;

/// Text on one line of a comment: what could end the line or the comment is written
/// as letters.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Ends a comment of HTML after two dashes.
            '>' => out.push_str("&gt;"),
            '/' if out.ends_with('*') => out.push_str(" /"),
            c if c.is_control() || unseen(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    // At the end of a line these would join it with the next.
    if out.ends_with('\\') {
        out.push('.');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_stays_one_line_and_a_comment() {
        assert_eq!(line("a\nb --> c\u{2028}"), "a\\u{a}b --&gt; c\\u{2028}");
        assert_eq!(line("a\\"), "a\\.");
        assert_eq!(line("a */ b"), "a * / b");
    }
}

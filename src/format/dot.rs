//! Graphviz DOT.

/// A text in quotes; lines are centred one below the other.
pub fn quoted<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let lines = lines.into_iter().map(|line| {
        let mut out = String::new();
        for c in line.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' | '\r' => out.push(' '),
                c => out.push(c),
            }
        }
        out
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_ends_a_text() {
        assert_eq!(super::quoted(["a\"b\\", "c\nd"]), r#""a\"b\\\nc d""#);
    }
}

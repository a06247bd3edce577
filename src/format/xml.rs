//! Text of XML, as in SVG.

/// Text between tags or in an attribute; what XML cannot hold becomes a space.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            super::text("<a b='\"'>&\n"),
            "&lt;a b=&#39;&quot;&#39;&gt;&amp; "
        );
    }
}

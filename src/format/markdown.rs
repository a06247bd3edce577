//! Markdown text.

/// Text from a spec as Markdown shows it: nothing in it is markup, HTML or a link.
pub fn text(text: &str) -> String {
    let out = inline(text);
    match out.chars().next() {
        Some('#' | '-' | '+' | '=') => format!("\\{out}"),
        _ => out,
    }
}

/// Text that does not begin a line.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            // Underscores and dashes inside words mean nothing to GitHub.
            c => out.push(c),
        }
    }
    out
}

/// Prose of ours, which may quote names of the spec between backticks: those stay code, and
/// everything else is [`text`]. Backticks that do not pair are text.
pub fn prose(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let part = |(index, part): (usize, &&str)| match index % 2 {
        0 if index == 0 => text(part),
        0 => inline(part),
        _ => format!("`{}`", part.replace(['\n', '|'], " ")),
    };
    parts.iter().enumerate().map(part).collect()
}

/// The label of a node of a Mermaid diagram, in its quotes.
pub fn mermaid(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            ';' => out.push_str("#59;"),
            '`' => out.push('\''),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A link, also in a cell of a table; what would end the address is encoded.
pub fn link(title: &str, url: &str) -> String {
    let mut address = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '|' => address.push_str("%7C"),
            '\\' => address.push_str("%5C"),
            ' ' | '\n' | '\r' => address.push_str("%20"),
            c => address.push(c),
        }
    }
    format!("[{}](<{address}>)", text(title))
}

/// A name in a Mermaid gantt chart, which knows no quotes: what would end it becomes a space.
pub fn gantt(text: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || "-_. ".contains(c) {
            c
        } else {
            ' '
        }
    };
    text.chars().map(keep).collect()
}

/// The anchor that GitHub gives a heading.
pub fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_live() {
        assert_eq!(
            text("a|b <script> [x](y)"),
            "a\\|b &lt;script&gt; \\[x\\](y)"
        );
        assert_eq!(text("# no heading"), "\\# no heading");
        assert_eq!(text("two\nlines"), "two lines");
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(prose("`a|b` is <b>, `c`"), "`a b` is &lt;b&gt;, `c`");
        assert_eq!(prose("one ` alone"), "one \\` alone");
        assert_eq!(prose("- `x` - `y`"), "\\- `x` - `y`");
    }

    #[test]
    fn anchors_are_githubs() {
        assert_eq!(anchor("3. Fence the old writer"), "3-fence-the-old-writer");
    }
}

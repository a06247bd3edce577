//! Markdown text.

use crate::source::{printable, unseen};

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
            c if unseen(c) => out.extend(c.escape_unicode()),
            // Underscores and dashes inside words mean nothing to GitHub.
            c => out.push(c),
        }
    }
    out
}

/// Prose of ours, which may quote names of the spec between backticks and link to generated
/// pages: those stay, and everything else is [`text`]. Backticks that do not pair are text.
pub fn prose(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let part = |(index, part): (usize, &&str)| match index % 2 {
        0 if index == 0 => linked(part, text),
        0 => linked(part, inline),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Text with its links to generated pages: `[words](RUNBOOK_RESTORE.md#what-there-is)`.
fn linked(part: &str, text: fn(&str) -> String) -> String {
    let link = || {
        let (before, rest) = part.split_once('[')?;
        let (title, rest) = rest.split_once("](")?;
        let (page, after) = rest.split_once(')')?;
        is_page(page).then_some((before, title, page, after))
    };
    match link() {
        Some((before, title, page, after)) => {
            let before = if before.is_empty() {
                String::new()
            } else {
                text(before)
            };
            format!(
                "{before}[{}]({page}){}",
                inline(title),
                linked(after, inline)
            )
        }
        None => text(part),
    }
}

/// Whether an address is that of a page of ours: no scheme, no folder.
fn is_page(address: &str) -> bool {
    let (page, anchor) = address.split_once('#').unwrap_or((address, "top"));
    let name = page.strip_suffix(".md").unwrap_or_default();
    let letters = |c: char| c.is_ascii_uppercase() || c == '_';
    let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(letters) && anchor.chars().all(slug)
}

/// A span of code, also in a cell of a table.
pub fn code(text: &str) -> String {
    let one_line = text.replace('`', "'").replace(['\n', '\r', '|'], " ");
    format!("`{}`", printable(&one_line))
}

/// Lines inside a fence: none of them can close it, because one that is indented by four is
/// no fence (CommonMark 0.31, 4.5).
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let fence = start.starts_with("```") || start.starts_with("~~~");
        if index > 0 {
            out.push('\n');
        }
        out.push_str(if fence { "    " } else { "" });
        out.push_str(line);
    }
    out
}

/// Where a declaration can be read: a link if it is an address on the web.
pub fn evidence(written: &str) -> String {
    if written.starts_with("https://") || written.starts_with("http://") {
        link("evidence", written)
    } else {
        text(written)
    }
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
        assert_eq!(text("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(prose("`a|b` is <b>, `c`"), "`a b` is &lt;b&gt;, `c`");
        assert_eq!(prose("one ` alone"), "one \\` alone");
        assert_eq!(prose("- `x` - `y`"), "\\- `x` - `y`");
    }

    #[test]
    fn only_pages_of_ours_are_linked() {
        let own = "[go `x`](A.md)";
        assert_eq!(prose(own), "\\[go `x`\\](A.md)");
        assert_eq!(
            prose("see [it](RUN_BOOK.md#a-1), then"),
            "see [it](RUN_BOOK.md#a-1), then"
        );
        assert_eq!(prose("[x](javascript:1)"), "\\[x\\](javascript:1)");
        assert_eq!(prose("[x](../A.md)"), "\\[x\\](../A.md)");
    }

    #[test]
    fn nothing_closes_a_block() {
        assert_eq!(block("a\n```\n  ~~~ b"), "a\n    ```\n      ~~~ b");
    }

    #[test]
    fn anchors_are_githubs() {
        assert_eq!(anchor("3. Fence the old writer"), "3-fence-the-old-writer");
    }
}

//! A tree as text, in either notation: the canonical form of `fmt` and `convert`.

use super::{Document, Notation};

/// The canonical text of a tree.
pub fn print(document: &Document, notation: Notation) -> String {
    match notation {
        Notation::Yaml => yaml::print(document),
        Notation::Kdl => kdl::print(document),
    }
}

mod yaml {
    use crate::syntax::{Document, Entry, Kind, Node, Scalar, Style};

    /// Columns up to which a map or list of scalars stays on one line.
    const WIDTH: usize = 100;

    pub(super) fn print(document: &Document) -> String {
        let mut out = String::new();
        match &document.root.kind {
            Kind::Map(entries) => map(entries, 0, &mut out),
            _ => {
                out.push_str(&flow(&document.root));
                out.push('\n');
            }
        }
        for line in &document.trailing {
            comment(line, 0, &mut out);
        }
        out
    }

    fn comment(line: &str, depth: usize, out: &mut String) {
        indent(depth, out);
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }

    fn indent(depth: usize, out: &mut String) {
        out.push_str(&"  ".repeat(depth));
    }

    fn map(entries: &[Entry], depth: usize, out: &mut String) {
        for entry in entries {
            for line in &entry.comments {
                comment(line, depth, out);
            }
            indent(depth, out);
            out.push_str(&word(&entry.key.text, true));
            out.push(':');
            value(&entry.value, depth, trailing(entry), out);
        }
    }

    fn trailing(entry: &Entry) -> String {
        entry
            .trailing
            .as_ref()
            .map_or(String::new(), |t| format!(" # {t}"))
    }

    /// What follows a key: on the same line if it fits, else below.
    fn value(node: &Node, depth: usize, trailing: String, out: &mut String) {
        if matches!(node.kind, Kind::Null) {
            out.push_str(&trailing);
            out.push('\n');
            return;
        }
        let line_start = out.rfind('\n').map_or(0, |n| n + 1);
        let used = out[line_start..].chars().count() + trailing.chars().count();
        if inline(node) && (is_scalar(node) || used + 1 + flow(node).chars().count() <= WIDTH) {
            out.push(' ');
            out.push_str(&flow(node));
            out.push_str(&trailing);
            out.push('\n');
            return;
        }
        out.push_str(&trailing);
        out.push('\n');
        match &node.kind {
            Kind::Map(entries) => map(entries, depth + 1, out),
            Kind::List(items) => list(items, depth + 1, out),
            Kind::Null | Kind::Scalar(_) => {}
        }
    }

    fn list(items: &[Node], depth: usize, out: &mut String) {
        for item in items {
            indent(depth, out);
            out.push('-');
            match &item.kind {
                Kind::Map(entries) if !inline(item) => {
                    let mut below = String::new();
                    map(entries, depth + 1, &mut below);
                    // The first member stands beside the dash.
                    out.push(' ');
                    out.push_str(below.trim_start_matches(' '));
                }
                Kind::List(inner) if !inline(item) => {
                    out.push('\n');
                    list(inner, depth + 1, out);
                }
                _ => {
                    out.push(' ');
                    out.push_str(&flow(item));
                    out.push('\n');
                }
            }
        }
    }

    fn is_scalar(node: &Node) -> bool {
        matches!(node.kind, Kind::Scalar(_))
    }

    /// Whether a node may stand on one line: no comments, and at most one level of map.
    fn inline(node: &Node) -> bool {
        match &node.kind {
            Kind::Null | Kind::Scalar(_) => true,
            Kind::List(items) => items.iter().all(is_scalar),
            Kind::Map(entries) => entries.iter().all(|e| {
                let bare = e.comments.is_empty() && e.trailing.is_none();
                bare && (is_scalar(&e.value)
                    || matches!(e.value.kind, Kind::List(_) | Kind::Null) && inline(&e.value))
            }),
        }
    }

    fn flow(node: &Node) -> String {
        match &node.kind {
            Kind::Null => "null".to_string(),
            Kind::Scalar(s) => scalar(s),
            Kind::List(items) => {
                let items: Vec<_> = items.iter().map(flow).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Map(entries) if entries.is_empty() => "{}".to_string(),
            Kind::Map(entries) => {
                let members = entries
                    .iter()
                    .map(|e| format!("{}: {}", word(&e.key.text, true), flow(&e.value)));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn scalar(scalar: &Scalar) -> String {
        match scalar.style {
            Style::Plain => scalar.text.clone(),
            Style::Quoted => word(&scalar.text, false),
        }
    }

    /// Text, bare where every reader of YAML takes it for text.
    fn word(text: &str, key: bool) -> String {
        if bare(text, key) {
            return text.to_string();
        }
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out.push('"');
        out
    }

    fn bare(text: &str, key: bool) -> bool {
        let first = text.chars().next();
        let starts = first.is_some_and(|c| c.is_alphanumeric() || c == '/');
        let ends = !text.ends_with([' ', ':']);
        let inside = |c: char| !c.is_control() && !",[]{}#&*!|>'\"`".contains(c);
        let lower = text.to_ascii_lowercase();
        let reserved = matches!(
            lower.as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
        let number = !key && numeric(text);
        starts
            && ends
            && !number
            && (key || !reserved)
            && text.chars().all(inside)
            && !text.contains(": ")
            && !text.contains(" #")
    }

    /// Whether any reader of YAML could take a text for a number or a date.
    fn numeric(text: &str) -> bool {
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let prefixed = ["0x", "0o", "0b"].iter().any(|p| text.starts_with(p));
        text.parse::<f64>().is_ok()
            || prefixed
            || digits(&text.replace('_', ""))
            || text.split(':').all(digits)
            || text.split('-').all(digits)
    }
}

mod kdl {
    use crate::syntax::{Document, Entry, Kind, Node, Scalar, Style};

    /// Columns up to which a map of scalars is written as properties.
    const WIDTH: usize = 100;

    pub(super) fn print(document: &Document) -> String {
        let mut out = String::new();
        children(document.root.entries(), 0, &mut out);
        for line in &document.trailing {
            comment(line, 0, &mut out);
        }
        out
    }

    fn comment(line: &str, depth: usize, out: &mut String) {
        indent(depth, out);
        out.push_str("//");
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }

    fn indent(depth: usize, out: &mut String) {
        out.push_str(&"    ".repeat(depth));
    }

    fn children(entries: &[Entry], depth: usize, out: &mut String) {
        for entry in entries {
            for line in &entry.comments {
                comment(line, depth, out);
            }
            node(
                &entry.key.text,
                &entry.value,
                depth,
                entry.trailing.as_deref(),
                out,
            );
        }
    }

    fn node(name: &str, value: &Node, depth: usize, trailing: Option<&str>, out: &mut String) {
        let start = out.len();
        indent(depth, out);
        out.push_str(&word(name));
        let trailing = trailing.map_or(String::new(), |t| format!(" // {t}"));
        match &value.kind {
            Kind::Null => {}
            Kind::Scalar(s) => {
                out.push(' ');
                out.push_str(&scalar(s));
            }
            Kind::List(items) if !items.is_empty() && items.iter().all(is_scalar) => {
                for item in items {
                    if let Kind::Scalar(s) = &item.kind {
                        out.push(' ');
                        out.push_str(&scalar(s));
                    }
                }
            }
            Kind::List(items) => {
                out.push_str(&format!(" {{{trailing}\n"));
                for item in items {
                    node("-", item, depth + 1, None, out);
                }
                indent(depth, out);
                out.push_str("}\n");
                return;
            }
            Kind::Map(entries) => {
                let line = properties(entries);
                let fits = |l: &String| out.len() - start + l.chars().count() <= WIDTH;
                match line.filter(fits) {
                    Some(line) => out.push_str(&line),
                    None => {
                        out.push_str(&format!(" {{{trailing}\n"));
                        children(entries, depth + 1, out);
                        indent(depth, out);
                        out.push_str("}\n");
                        return;
                    }
                }
            }
        }
        out.push_str(&trailing);
        out.push('\n');
    }

    /// ` a="x" b=1`, if every member is a scalar without comments.
    fn properties(entries: &[Entry]) -> Option<String> {
        if entries.is_empty() {
            return None;
        }
        let one = |e: &Entry| match &e.value.kind {
            Kind::Scalar(s) if e.comments.is_empty() && e.trailing.is_none() => {
                Some(format!(" {}={}", word(&e.key.text), scalar(s)))
            }
            _ => None,
        };
        entries.iter().map(one).collect()
    }

    fn is_scalar(node: &Node) -> bool {
        matches!(node.kind, Kind::Scalar(_))
    }

    fn scalar(scalar: &Scalar) -> String {
        let number = scalar.text.parse::<f64>().is_ok_and(f64::is_finite);
        match (scalar.style, scalar.text.as_str()) {
            (Style::Plain, "true" | "false") => format!("#{}", scalar.text),
            (Style::Plain, text) if number && !text.ends_with('.') => scalar.text.clone(),
            _ => quoted(&scalar.text),
        }
    }

    /// A name, bare where it is an identifier of KDL.
    fn word(text: &str) -> String {
        let first = text.chars().next();
        let starts = first.is_some_and(|c| c.is_ascii_alphabetic());
        let inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let reserved = matches!(text, "true" | "false" | "null" | "inf" | "nan");
        if text == "-" || (starts && !reserved && text.chars().all(inside)) {
            text.to_string()
        } else {
            quoted(text)
        }
    }

    fn quoted(text: &str) -> String {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c => out.push(c),
            }
        }
        out.push('"');
        out
    }
}

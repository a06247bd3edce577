//! KDL 2, read into the same tree as YAML:
//!
//! | KDL | tree |
//! |---|---|
//! | `name "x"` | a scalar (which may also stand for a list of one) |
//! | `name "x" "y"` | a list of scalars |
//! | `name a=1 { b 2 }` | a map: properties first, then children |
//! | `name { - "x"; - a=1 }` | a list |
//! | `name` / `name {}` | nothing / an empty map |
//!
//! The crate's parser recurses and would end the process at some 1,200 levels, and gives
//! eight messages for one missing quote; so the text is scanned first.

use super::codes::*;
use super::document::decimal;
use super::notes::{self, Comment, comment_line};
use super::text::{self, checked};
use super::{Document, Entry, Key, Kind, Layout, Limits, Node, Scalar, Style, yaml};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};
use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};
use std::collections::BTreeMap;

/// Parses a KDL text.
pub(super) fn parse(
    sources: &SourceMap,
    file: FileId,
    limits: &Limits,
    out: &mut Diagnostics,
) -> Option<Document> {
    let source = &sources.file(file).text;
    if !text::scan(source, file, limits, out) {
        return None;
    }
    let comments = match structure(source, file, limits.depth) {
        Ok(comments) => comments,
        Err(fault) => {
            out.push(fault);
            return None;
        }
    };
    let document = match KdlDocument::parse_v2(source) {
        Ok(document) => document,
        Err(error) => {
            out.push(syntax_error(source, file, &error));
            return None;
        }
    };
    if document.nodes().is_empty() {
        out.push(text::empty(Span::new(file, 0, source.len())));
        return None;
    }
    let mut reader = Reader {
        source,
        file,
        limits,
        nodes: 0,
        out,
    };
    let whole = Span::new(file, 0, source.len());
    let entries = reader.children(&document)?;
    let mut root = Node::new(whole, Kind::Map(entries));
    notes::attach(&mut root, comments, sources.file(file));
    Some(Document { root })
}

/// Walks the text once: strings closed, braces matched, nesting bounded. Gives the comments.
fn structure(source: &str, file: FileId, limit: usize) -> Result<Vec<Comment>, Diagnostic> {
    let bytes = source.as_bytes();
    let mut comments: Vec<Comment> = Vec::new();
    let mut braces: Vec<usize> = Vec::new();
    let mut slashdashes = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at).map_err(|()| unclosed(source, file, at))?,
            b'#' => match raw_string_end(bytes, at) {
                Some(Ok(end)) => at = end,
                Some(Err(())) => return Err(unclosed(source, file, at)),
                None => {}
            },
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = source[at..]
                    .find(['\n', '\r'])
                    .map_or(bytes.len(), |n| at + n);
                comments.push(comment(source, at, end));
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = comment_end(source, file, at, limit)?;
                comments.push(comment(source, at, end));
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'-') => {
                let within = comments.last().is_some_and(|c| at < c.end);
                if !within {
                    comments.push(comment(source, at, struck_end(source, at)));
                }
                slashdashes += 1;
                at += 1;
                if slashdashes > limit {
                    return Err(text::too_deep(text::one(source, file, at), limit));
                }
            }
            b'{' => {
                braces.push(at);
                if braces.len() > limit {
                    return Err(text::too_deep(text::one(source, file, at), limit));
                }
            }
            b'}' if braces.pop().is_none() => {
                let span = text::one(source, file, at);
                let message = "a `}` closes nothing";
                let fault = Diagnostic::error(SYNTAX, span, message, "no `{` before this");
                return Err(fault.help("remove it, or add the `{` that it closes"));
            }
            b'\n' | b';' => slashdashes = 0,
            _ => {}
        }
        at += 1;
    }
    match braces.last() {
        // What stands inside a struck node went with it.
        None => {
            let mut end = 0;
            comments.retain(|c| {
                let outside = c.start >= end;
                end = end.max(c.end);
                outside
            });
            Ok(comments)
        }
        Some(open) => {
            let span = text::one(source, file, *open);
            Err(
                Diagnostic::error(SYNTAX, span, "a `{` is never closed", "opened here")
                    .help("add the `}` where its children end"),
            )
        }
    }
}

/// A comment of lines, one in `/* */`, or what `/-` strikes out, as lines.
fn comment(source: &str, start: usize, end: usize) -> Comment {
    let text = &source[start..end];
    let block = text.starts_with("/*");
    let inner = if block {
        text[2..].strip_suffix("*/").unwrap_or(&text[2..])
    } else {
        &text[2..]
    };
    // The lines below keep their indentation against the first.
    let margin = start - source[..start].rfind('\n').map_or(0, |n| n + 1);
    let margin = if block { margin + 3 } else { margin };
    let lines = inner.trim_end().lines().enumerate();
    let lines = lines.map(|(number, line)| {
        let blank = line.len() - line.trim_start().len();
        match number {
            0 => comment_line(line),
            _ => comment_line(&format!(" {}", &line[blank.min(margin)..])),
        }
    });
    let mut lines: Vec<String> = lines.collect();
    if lines.len() > 1 && lines[0].is_empty() {
        lines.remove(0);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    Comment { start, end, lines }
}

/// Where what `/-` strikes out ends: an argument, a property or children within a node, a
/// node elsewhere.
fn struck_end(source: &str, start: usize) -> usize {
    let bytes = source.as_bytes();
    let line = source[..start].rfind(['\n', '{', ';']).map_or(0, |n| n + 1);
    let node = source[line..start].trim().is_empty();
    let mut at = start + 2;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at).unwrap_or(at),
            b'#' => at = raw_string_end(bytes, at).and_then(Result::ok).unwrap_or(at),
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'\n' | b'\r' | b';' if depth == 0 => return at,
            b' ' | b'\t' if depth == 0 && !node => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn unclosed(source: &str, file: FileId, at: usize) -> Diagnostic {
    let span = text::one(source, file, at);
    Diagnostic::error(SYNTAX, span, "a quote is never closed", "opened here")
        .help("add the closing `\"` on the same line")
}

/// The place of a string's last quote.
fn string_end(bytes: &[u8], start: usize) -> Result<usize, ()> {
    let multi = bytes[start..].starts_with(b"\"\"\"");
    let mut at = if multi { start + 3 } else { start + 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' if !multi => return Ok(at),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => return Ok(at + 2),
            b'\n' if !multi => return Err(()),
            _ => {}
        }
        at += 1;
    }
    Err(())
}

/// The place of a raw string's last `#`; `None` if none begins here.
fn raw_string_end(bytes: &[u8], start: usize) -> Option<Result<usize, ()>> {
    let hashes = bytes[start..].iter().take_while(|b| **b == b'#').count();
    let quotes = match bytes.get(start + hashes..) {
        Some(rest) if rest.starts_with(b"\"\"\"") => 3,
        Some(rest) if rest.starts_with(b"\"") => 1,
        _ => return None,
    };
    let mut end = vec![b'"'; quotes];
    end.extend(std::iter::repeat_n(b'#', hashes));
    let body = start + hashes + quotes;
    let found = bytes[body..].windows(end.len()).position(|w| w == end);
    Some(found.map(|n| body + n + end.len() - 1).ok_or(()))
}

fn comment_end(
    source: &str,
    file: FileId,
    start: usize,
    limit: usize,
) -> Result<usize, Diagnostic> {
    let bytes = source.as_bytes();
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
            if depth > limit {
                return Err(text::too_deep(text::one(source, file, at - 1), limit));
            }
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Ok(at);
            }
        } else {
            at += 1;
        }
    }
    let span = text::one(source, file, start);
    Err(
        Diagnostic::error(SYNTAX, span, "a comment is never closed", "opened here")
            .help("add `*/`"),
    )
}

/// The first fault that the crate names, at its place.
fn syntax_error(source: &str, file: FileId, error: &kdl::KdlError) -> Diagnostic {
    let Some(first) = error.diagnostics.iter().min_by_key(|d| d.span.offset()) else {
        return text::empty(Span::new(file, 0, 0));
    };
    let start = text::boundary(source, first.span.offset());
    let end = text::boundary(source, first.span.offset() + first.span.len()).max(start);
    let found = source[start..end].trim();
    let old = ["true", "false", "null"]
        .iter()
        .find(|w| found.contains(**w));
    let help = match old {
        Some(word) => format!("KDL 2 writes `#{word}`"),
        None if found.starts_with("r\"") || found.starts_with("r#") => {
            "KDL 2 writes raw text as `#\"…\"#`".to_string()
        }
        None => first.help.clone().unwrap_or_else(|| {
            "put text that begins with a digit or holds special characters in quotes".to_string()
        }),
    };
    let message = first
        .message
        .clone()
        .unwrap_or_else(|| "unexpected text".to_string());
    let span = Span::new(
        file,
        start,
        end.min(start + found.len().max(1)).min(source.len()),
    );
    Diagnostic::error(
        SYNTAX,
        span,
        format!("this is not KDL: {message}"),
        "reading stopped here",
    )
    .help(help)
}

struct Reader<'a> {
    source: &'a str,
    file: FileId,
    limits: &'a Limits,
    nodes: usize,
    out: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn children(&mut self, document: &KdlDocument) -> Option<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for node in document.nodes() {
            let entry = self.entry(node)?;
            self.add(entry, &mut entries, &mut seen);
        }
        Some(entries)
    }

    /// Adds a member unless its name is there already.
    fn add(&mut self, entry: Entry, to: &mut Vec<Entry>, seen: &mut BTreeMap<String, Span>) {
        match seen.get(&entry.key.text) {
            Some(first) => {
                let fault = yaml::duplicate(&entry.key.text, *first, entry.key.span);
                self.out.push(fault);
            }
            None => {
                seen.insert(entry.key.text.clone(), entry.key.span);
                to.push(entry);
            }
        }
    }

    fn entry(&mut self, node: &KdlNode) -> Option<Entry> {
        let name = node.name();
        let span = self.span(name.span().offset(), name.span().len());
        let value = self.value(node)?;
        Some(Entry {
            key: Key {
                text: checked(name.value(), span, self.out).unwrap_or_default(),
                span,
            },
            value,
        })
    }

    fn value(&mut self, node: &KdlNode) -> Option<Node> {
        let span = self.span(node.span().offset(), node.span().len());
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let (count, limit) = (self.nodes, self.limits.nodes);
            let fault = text::too_large(span, "the spec", count, limit, "--max-nodes");
            self.out.push(fault);
            return None;
        }
        if let Some(ty) = node.ty() {
            let at = self.span(ty.span().offset(), ty.span().len());
            self.refuse(
                at,
                "type annotations have no meaning here",
                "write the value without `(…)`",
            );
        }
        let (properties, arguments): (Vec<_>, Vec<_>) =
            node.entries().iter().partition(|e| e.name().is_some());
        let children = node.children();
        if !arguments.is_empty() && (!properties.is_empty() || children.is_some()) {
            self.refuse(
                span,
                "a value stands beside properties or children",
                "give the value a name: `value \"x\"`",
            );
        }
        let kind = match (&arguments[..], properties.is_empty(), children) {
            ([], true, None) => Kind::Null,
            ([only], true, None) => return Some(self.scalar(only, true)),
            ([], true, Some(list)) if is_list(list) => {
                let items: Option<Vec<Node>> = list.nodes().iter().map(|n| self.value(n)).collect();
                Kind::List(items?)
            }
            (several, true, None) => {
                Kind::List(several.iter().map(|a| self.scalar(a, false)).collect())
            }
            _ => Kind::Map(self.members(&properties, children)?),
        };
        let mut whole = Node::new(span, kind);
        let text = &self.source[span.start as usize..span.end as usize];
        whole.notes.layout = if text.contains(['\n', '\r']) {
            Layout::Block
        } else {
            Layout::Row
        };
        Some(whole)
    }

    fn members(
        &mut self,
        properties: &[&KdlEntry],
        children: Option<&KdlDocument>,
    ) -> Option<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut seen = BTreeMap::new();
        for property in properties {
            let Some(name) = property.name() else {
                continue;
            };
            let span = self.span(name.span().offset(), name.span().len());
            let entry = Entry {
                key: Key {
                    text: name.value().to_string(),
                    span,
                },
                value: self.scalar(property, true),
            };
            self.add(entry, &mut entries, &mut seen);
        }
        if let Some(children) = children {
            for entry in self.children(children)? {
                self.add(entry, &mut entries, &mut seen);
            }
        }
        Some(entries)
    }

    fn scalar(&mut self, entry: &KdlEntry, may_be_list: bool) -> Node {
        let whole = self.span(entry.span().offset(), entry.span().len());
        // The entry's span of a property covers its name too.
        let prefix = match entry.name() {
            Some(name) => (name.span().len() + 1) as u32,
            None => 0,
        };
        let span = Span {
            start: (whole.start + prefix).min(whole.end),
            ..whole
        };
        if entry.ty().is_some() {
            self.refuse(
                span,
                "type annotations have no meaning here",
                "write the value without `(…)`",
            );
        }
        let (value, style) = match entry.value() {
            KdlValue::String(text) => (text.clone(), Style::Quoted),
            KdlValue::Integer(number) => (written(entry, number), Style::Plain),
            KdlValue::Float(number) => (written(entry, number), Style::Plain),
            KdlValue::Bool(yes) => (yes.to_string(), Style::Plain),
            KdlValue::Null => return Node::new(span, Kind::Null),
        };
        if value.len() > self.limits.scalar_bytes {
            let (size, limit) = (value.len(), self.limits.scalar_bytes);
            let fault = text::too_large(span, "text", size, limit, "--max-scalar-bytes");
            self.out.push(fault);
        }
        let scalar = Scalar {
            text: checked(&value, span, self.out).unwrap_or_default(),
            style,
            may_be_list,
        };
        Node::new(span, Kind::Scalar(scalar))
    }

    fn refuse(&mut self, span: Span, message: &str, help: &str) {
        let fault = Diagnostic::error(UNSUPPORTED, span, message, "here").help(help);
        self.out.push(fault);
    }

    fn span(&self, offset: usize, len: usize) -> Span {
        let mut start = text::boundary(self.source, offset);
        let mut end = text::boundary(self.source, offset + len);
        // The crate counts the white space around an entry to it.
        while start < end && self.source.as_bytes()[start].is_ascii_whitespace() {
            start += 1;
        }
        while end > start
            && (self.source.as_bytes()[end - 1].is_ascii_whitespace()
                || self.source.as_bytes()[end - 1] == b';')
        {
            end -= 1;
        }
        Span::new(self.file, start, end)
    }
}

fn is_list(document: &KdlDocument) -> bool {
    !document.nodes().is_empty() && document.nodes().iter().all(|n| n.name().value() == "-")
}

/// A number as it was written, if YAML reads it alike: `1.10` stays `1.10`.
fn written(entry: &KdlEntry, number: &impl ToString) -> String {
    let text = entry.format().map(|f| f.value_repr.as_str());
    match text.filter(|t| decimal(t)) {
        Some(text) => text.to_string(),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_last_quote() {
        let end = |text: &str| string_end(text.as_bytes(), 0);
        assert_eq!(end(r#""a" "b""#), Ok(2));
        assert_eq!(end(r#""a\"b""#), Ok(5));
        assert_eq!(end(r#""""a"b""""#), Ok(8));
        assert_eq!(end("\"a\n\""), Err(()), "a line ends it");
        assert_eq!(end("\"\"\"\na\n\"\"\""), Ok(8), "none ends three quotes");
        assert_eq!(end(r#""a\""#), Err(()), "the last quote is escaped");
    }

    #[test]
    fn a_raw_string_ends_with_as_many_signs_as_it_has() {
        let end = |text: &str| raw_string_end(text.as_bytes(), 0);
        assert_eq!(end(r##"#"a"#"##), Some(Ok(4)));
        assert_eq!(end(r###"##"a"#b"##"###), Some(Ok(9)));
        assert_eq!(end("#true"), None);
        assert_eq!(end(r##"#"a""##), Some(Err(())));
    }

    #[test]
    fn comments_lie_in_each_other_down_to_a_limit() {
        let mut sources = SourceMap::default();
        let file = sources.add("x.kdl", "");
        let end = |text: &str| comment_end(text, file, 0, 2);
        assert_eq!(end("/* a /* b */ c */ d").ok(), Some(17));
        assert!(end("/* a /* b */").is_err(), "one is open");
        assert!(end("/* /* /* */ */ */").is_err(), "too deep");
    }

    #[test]
    fn a_slash_strikes_out_a_node_or_one_part_of_it() {
        assert_eq!(struck_end("/-a 1 { b }\nc", 0), 11);
        assert_eq!(struck_end("a /-1 2", 2), 5);
        assert_eq!(struck_end("a /-\"b c\" d", 2), 9);
        assert_eq!(struck_end("/-a \"}\"; b", 0), 7);
    }
}

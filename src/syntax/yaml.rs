//! YAML 1.2, core schema, without the parts that surprise: tags, merge keys and values that
//! other readers take for booleans are refused.
//!
//! The tree is built with a stack of our own, so that depth in the input is never depth in
//! the program.

use super::codes::*;
use super::notes::{self, Comment, comment_line};
use super::text::{self, checked};
use super::{Document, Entry, Key, Kind, Label, Layout, Limits, Node, Scalar, Style, words};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError};
use std::collections::BTreeMap;

/// Parses a YAML text.
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
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = limits.depth + 2;
    options.block_nesting_limit = limits.depth + 2;
    options.max_buffered_comment_events = 100_000;
    let mut builder = Builder::new(source, file, limits);
    let mut parser = Parser::new_from_str_with_options(source, options);
    while let Some(event) = parser.next_event() {
        let go_on = match event {
            Ok((event, span)) => builder.event(event, span, out),
            Err(error) => {
                out.push(builder.scan_error(&error));
                return None;
            }
        };
        if !go_on {
            return None;
        }
    }
    builder.finish(sources, out)
}

/// A collection that is still open.
struct Frame {
    span_start: usize,
    anchor: usize,
    kind: Open,
}

enum Open {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        index: BTreeMap<String, Span>,
        key: Option<Key>,
    },
}

/// What an anchor stands for.
struct Anchored {
    node: Node,
    nodes: usize,
    bytes: usize,
}

struct Builder<'a> {
    source: &'a str,
    file: FileId,
    limits: &'a Limits,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Anchored>,
    root: Option<Node>,
    comments: Vec<Comment>,
    documents: usize,
    nodes: usize,
    bytes: usize,
    last_end: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str, file: FileId, limits: &'a Limits) -> Self {
        Builder {
            source,
            file,
            limits,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            comments: Vec::new(),
            documents: 0,
            nodes: 0,
            bytes: 0,
            last_end: 0,
        }
    }

    /// Takes one event; `false` means that going on makes no sense.
    fn event(
        &mut self,
        event: Event<'_>,
        span: granit_parser::Span,
        out: &mut Diagnostics,
    ) -> bool {
        let span = self.span(span);
        match event {
            Event::DocumentStart(_, version) => return self.document(version, span, out),
            Event::Comment(text, _) => self.comment(&text, span),
            Event::Scalar(text, style, anchor, tag) => {
                if self.refuse_tag(tag.is_some(), span, out) {
                    return false;
                }
                return self.scalar(&text, style, anchor, span, out);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let open = Open::List(Vec::new());
                return !self.refuse_tag(tag.is_some(), span, out)
                    && self.open(open, anchor, span, out);
            }
            Event::MappingStart(_, anchor, tag) => {
                let open = Open::Map {
                    entries: Vec::new(),
                    index: BTreeMap::new(),
                    key: None,
                };
                return !self.refuse_tag(tag.is_some(), span, out)
                    && self.open(open, anchor, span, out);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(span, out),
            Event::Alias(id) => return self.alias(id, span, out),
            Event::UnresolvedAlias(name) => {
                out.push(
                    Diagnostic::error(
                        BAD_ALIAS,
                        span,
                        format!("`*{name}` refers to nothing"),
                        "there is no such anchor before this",
                    )
                    .help(format!(
                        "write `&{name}` before the value that it stands for"
                    )),
                );
                return false;
            }
            _ => {}
        }
        true
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let mut end = range.end.min(self.source.len());
        let start = range.start.min(end);
        // Block collections and block scalars end at the next token: leave out the white
        // space between.
        while end > start && self.source.as_bytes()[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        Span::new(self.file, start, end)
    }

    fn document(
        &mut self,
        version: Option<granit_parser::YamlVersion>,
        span: Span,
        out: &mut Diagnostics,
    ) -> bool {
        self.documents += 1;
        if let Some(version) = version
            && (version.major, version.minor) != (1, 2)
        {
            out.push(
                Diagnostic::error(
                    UNSUPPORTED,
                    span,
                    "a topology is YAML 1.2",
                    "another version is declared before this",
                )
                .help("remove the `%YAML` line"),
            );
            return false;
        }
        if self.documents == 2 {
            out.push(
                Diagnostic::error(
                    TWO_DOCUMENTS,
                    span,
                    "there are two documents in one file",
                    "the second begins here",
                )
                .help("put the second topology into a file of its own, or `include` it"),
            );
            return false;
        }
        true
    }

    fn refuse_tag(&self, tagged: bool, span: Span, out: &mut Diagnostics) -> bool {
        if tagged {
            out.push(
                Diagnostic::error(
                    UNSUPPORTED,
                    span,
                    "tags such as `!x` have no meaning here",
                    "this value has a tag",
                )
                .help("write the value without `!…`; put text in quotes"),
            );
        }
        tagged
    }

    fn comment(&mut self, text: &str, span: Span) {
        self.comments.push(Comment {
            start: span.start as usize,
            end: span.end as usize,
            lines: vec![comment_line(text)],
        });
    }

    fn scalar(
        &mut self,
        raw: &str,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
        out: &mut Diagnostics,
    ) -> bool {
        if raw.len() > self.limits.scalar_bytes {
            out.push(text::too_large(
                span,
                "text",
                raw.len(),
                self.limits.scalar_bytes,
                "--max-scalar-bytes",
            ));
            return false;
        }
        let plain = style == ScalarStyle::Plain;
        let is_key = self.wants_key();
        let Some(text) = checked(raw, span, out) else {
            // Already reported; a placeholder keeps the tree in shape.
            return self.place(null(span), 0, span, out);
        };
        if is_key {
            return self.key(text, plain, span, out);
        }
        let node = if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
            null(span)
        } else {
            if plain {
                ambiguous(&text, span, out);
            }
            let scalar = Scalar {
                text,
                style: if plain { Style::Plain } else { Style::Quoted },
                may_be_list: false,
            };
            Node::new(span, Kind::Scalar(scalar))
        };
        // A value that is not written is wherever the reader noticed.
        if span.start < span.end {
            self.last_end = span.end as usize;
        }
        self.place(node, anchor, span, out)
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Frame {
                kind: Open::Map { key: None, .. },
                ..
            })
        )
    }

    fn key(&mut self, text: String, plain: bool, span: Span, out: &mut Diagnostics) -> bool {
        if plain && text == "<<" {
            out.push(
                Diagnostic::error(
                    UNSUPPORTED,
                    span,
                    "merge keys are not part of YAML 1.2",
                    "a merge key",
                )
                .help("write the members out, or move them into a file that you `include`"),
            );
            return false;
        }
        let Some(Frame {
            kind: Open::Map { index, key, .. },
            ..
        }) = self.stack.last_mut()
        else {
            return true;
        };
        if let Some(first) = index.get(&text) {
            out.push(duplicate(&text, *first, span));
        } else {
            index.insert(text.clone(), span);
        }
        *key = Some(Key { text, span });
        self.last_end = span.end as usize;
        true
    }

    fn open(&mut self, kind: Open, anchor: usize, span: Span, out: &mut Diagnostics) -> bool {
        if self.wants_key() {
            out.push(
                Diagnostic::error(
                    UNSUPPORTED,
                    span,
                    "a key must be a word",
                    "this key is a list or a map",
                )
                .help("quote it if it is meant as text: `\"{…}\"`"),
            );
            return false;
        }
        if self.stack.len() >= self.limits.depth {
            out.push(text::too_deep(span, self.limits.depth));
            return false;
        }
        self.stack.push(Frame {
            span_start: span.start as usize,
            anchor,
            kind,
        });
        true
    }

    fn close(&mut self, span: Span, out: &mut Diagnostics) -> bool {
        let Some(frame) = self.stack.pop() else {
            return true;
        };
        let flow = matches!(
            self.source.as_bytes().get(frame.span_start),
            Some(b'[' | b'{')
        );
        let end = if flow {
            span.end as usize
        } else {
            self.last_end.max(frame.span_start)
        };
        let whole = Span::new(self.file, frame.span_start, end);
        self.last_end = end;
        let kind = match frame.kind {
            Open::List(items) => Kind::List(items),
            Open::Map { entries, .. } => Kind::Map(entries),
        };
        let mut node = Node::new(whole, kind);
        let lines = self.source[frame.span_start..end].contains(['\n', '\r']);
        node.notes.layout = match (flow, lines) {
            (true, false) => Layout::Row,
            (true, true) => Layout::Free,
            (false, _) => Layout::Block,
        };
        self.place(node, frame.anchor, whole, out)
    }

    fn alias(&mut self, id: usize, span: Span, out: &mut Diagnostics) -> bool {
        let Some(anchored) = self.anchors.get(&id) else {
            out.push(
                Diagnostic::error(
                    BAD_ALIAS,
                    span,
                    "an alias stands inside the value that it refers to",
                    "this would never end",
                )
                .help("write the value out"),
            );
            return false;
        };
        self.nodes += anchored.nodes;
        self.bytes += anchored.bytes;
        if self.nodes > self.limits.nodes || self.bytes > self.limits.total_scalar_bytes {
            out.push(
                text::too_large(
                    span,
                    "the spec after its aliases are expanded",
                    self.nodes,
                    self.limits.nodes,
                    "--max-nodes",
                )
                .also(anchored.node.span, "what it stands for"),
            );
            return false;
        }
        let mut node = anchored.node.clone();
        let name = &self.source[span.start as usize + 1..span.end as usize];
        node.notes.label = Some(Label::Alias(name.to_string(), span));
        self.last_end = span.end as usize;
        if self.wants_key() {
            return match node.kind {
                Kind::Scalar(scalar) => self.key(scalar.text, false, span, out),
                _ => self.open(Open::List(Vec::new()), 0, span, out),
            };
        }
        self.place(node, 0, span, out)
    }

    /// The name of the anchor that stands right before a value.
    fn anchor_name(&self, start: usize) -> Option<Label> {
        let before = self.source.get(..start)?;
        let name = &before[before.rfind('&')? + 1..];
        let name: String = name.chars().take_while(|c| !c.is_whitespace()).collect();
        Some(Label::Anchor(name))
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, mut node: Node, anchor: usize, span: Span, out: &mut Diagnostics) -> bool {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            out.push(text::too_large(
                span,
                "the spec",
                self.nodes,
                self.limits.nodes,
                "--max-nodes",
            ));
            return false;
        }
        if anchor != 0 {
            let (nodes, bytes) = weight(&node);
            let copy = unlabelled(node.clone());
            self.anchors.insert(
                anchor,
                Anchored {
                    node: copy,
                    nodes,
                    bytes,
                },
            );
            node.notes.label = self.anchor_name(node.span.start as usize);
        }
        match self.stack.last_mut().map(|f| &mut f.kind) {
            None => self.root = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.push(Entry { key, value: node });
                }
            }
        }
        true
    }

    fn finish(mut self, sources: &SourceMap, out: &mut Diagnostics) -> Option<Document> {
        let root = self.root.take();
        match root {
            Some(root) if !matches!(root.kind, Kind::Null) => {
                let mut root = without_duplicates(root);
                self.comments.sort_by_key(|c| c.start);
                notes::attach(&mut root, self.comments, sources.file(self.file));
                Some(Document { root })
            }
            _ => {
                out.push(text::empty(Span::new(self.file, 0, self.source.len())));
                None
            }
        }
    }

    fn scan_error(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker().byte_offset().unwrap_or(0);
        let at = text::boundary(self.source, at);
        let info = error.info();
        let line_start = self.source[..at].rfind('\n').map_or(0, |n| n + 1);
        if info.contains("nesting") || info.contains("recursion") {
            return text::too_deep(text::one(self.source, self.file, at), self.limits.depth);
        }
        let indent_end = self.source[line_start..]
            .find(|c: char| c != ' ' && c != '\t')
            .map_or(at, |n| line_start + n);
        if let Some(tab) = self.source[line_start..indent_end].find('\t') {
            return Diagnostic::error(
                SYNTAX,
                text::one(self.source, self.file, line_start + tab),
                "a tab is used for indentation",
                "this is a tab",
            )
            .help("use spaces: YAML does not allow tabs here");
        }
        let (fault, cure) = words::plain(&info);
        let place = text::one(self.source, self.file, at);
        Diagnostic::error(SYNTAX, place, fault, "reading stopped here").help(cure)
    }
}

/// Duplicate keys have been reported; the first value stays.
fn without_duplicates(node: Node) -> Node {
    fn prune(node: &mut Node) {
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().for_each(prune),
            Kind::Map(entries) => {
                let mut seen = std::collections::BTreeSet::new();
                entries.retain(|e| seen.insert(e.key.text.clone()));
                entries.iter_mut().for_each(|e| prune(&mut e.value));
            }
            Kind::Null | Kind::Scalar(_) => {}
        }
    }
    let mut node = node;
    prune(&mut node);
    node
}

fn null(span: Span) -> Node {
    Node::new(span, Kind::Null)
}

/// What an alias repeats: the value without the anchors inside it.
fn unlabelled(mut node: Node) -> Node {
    node.notes.label = None;
    for member in node.members_mut() {
        *member = unlabelled(std::mem::replace(member, null(Span::default())));
    }
    node
}

/// The nodes and bytes that a copy of a node costs.
fn weight(node: &Node) -> (usize, usize) {
    match &node.kind {
        Kind::Null => (1, 0),
        Kind::Scalar(s) => (1, s.text.len()),
        Kind::List(items) => items.iter().map(weight).fold((1, 0), add),
        Kind::Map(entries) => entries
            .iter()
            .map(|e| add(weight(&e.value), (0, e.key.text.len())))
            .fold((1, 0), add),
    }
}

fn add(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0 + b.0, a.1 + b.1)
}

/// Both places of a key that is there twice.
pub(super) fn duplicate(name: &str, first: Span, again: Span) -> Diagnostic {
    Diagnostic::error(
        DUPLICATE_KEY,
        again,
        format!("`{}` is there twice", text::shown(name)),
        "again here",
    )
    .also(first, "first here")
    .help("remove one of the two, or rename it")
}

/// Reports a plain value that readers of YAML understand differently.
fn ambiguous(text: &str, span: Span, out: &mut Diagnostics) {
    let lower = text.to_ascii_lowercase();
    let word = match lower.as_str() {
        "yes" | "on" | "y" => Some("true"),
        "no" | "off" | "n" => Some("false"),
        _ => None,
    };
    let diagnostic = |why: &str, help: String| {
        Diagnostic::error(
            AMBIGUOUS,
            span,
            format!(
                "`{}` means different things to different readers",
                text::shown(text)
            ),
            why.to_string(),
        )
        .help(help)
    };
    if let Some(word) = word {
        out.push(diagnostic(
            "a boolean in YAML 1.1, text in YAML 1.2",
            format!("write `{word}` for the boolean or `\"{text}\"` for the text"),
        ));
        return;
    }
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if text.len() > 1 && text.starts_with('0') && digits(text) {
        out.push(diagnostic(
            "octal to some readers, decimal to others",
            format!(
                "write `{}` for the number or `\"{text}\"` for the text",
                text.trim_start_matches('0')
            ),
        ));
    } else if text.contains('_') && digits(&text.replace('_', "")) {
        out.push(diagnostic(
            "a number in YAML 1.1, text in YAML 1.2",
            format!(
                "write `{}` for the number or `\"{text}\"` for the text",
                text.replace('_', "")
            ),
        ));
    } else if text.contains(':') && text.split(':').all(digits) {
        out.push(diagnostic(
            "a number in base 60 in YAML 1.1",
            format!("write a unit, such as `90m`, or `\"{text}\"` for the text"),
        ));
    } else if matches!(lower.as_str(), ".nan" | ".inf" | "-.inf" | "+.inf") {
        out.push(diagnostic(
            "not a number that anything here can have",
            "write a finite number".to_string(),
        ));
    } else if text.len() > 18 && digits(text) {
        out.push(diagnostic(
            "too large for most readers",
            format!("write a smaller number, or `\"{text}\"` for the text"),
        ));
    }
}

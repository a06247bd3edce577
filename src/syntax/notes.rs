//! Comments and blank lines, found by their places and kept beside the values they belong to.

use super::{Kind, Label, Layout, Line, Node, Notation};
use crate::source::{SourceFile, Span};

/// A comment of the source.
#[derive(Debug, Default)]
pub(super) struct Comment {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Its lines, without the signs that make them comments.
    pub lines: Vec<String>,
}

/// A line of a comment as it is kept: a space before the words, nothing after them.
pub(super) fn comment_line(raw: &str) -> String {
    let text = raw.trim_end();
    match text.chars().next() {
        Some(c) if !c.is_whitespace() && !"#/!".contains(c) => format!(" {text}"),
        _ => text.to_string(),
    }
}

/// Puts comments (in order of their places) and blank lines beside the values of a tree.
pub(super) fn attach(root: &mut Node, comments: Vec<Comment>, file: &SourceFile) {
    let mut attacher = Attacher {
        file,
        yaml: Notation::of(&file.name) == Notation::Yaml,
        comments,
        next: 0,
        last_line: 0,
    };
    let whole = Place {
        start: 0,
        limit: file.text.len(),
        outer: None,
    };
    if matches!(root.kind, Kind::List(_) | Kind::Map(_)) {
        attacher.members(root, whole);
    } else {
        root.notes.before = attacher.above(root.span.start as usize);
        attacher.leaf(root, whole, root.span);
        root.notes.inside = attacher.above(whole.limit);
    }
    // The first line of a file is not blank.
    let first = if root.members().next().is_some() {
        root.members_mut().next()
    } else {
        Some(root)
    };
    if let Some(notes) = first.map(|n| &mut n.notes)
        && notes.before.first() == Some(&Line::Blank)
    {
        notes.before.remove(0);
    }
}

/// Where a value stands among its neighbours.
#[derive(Clone, Copy)]
struct Place {
    /// First byte of its key, or of the value.
    start: usize,
    /// First byte of what comes next.
    limit: usize,
    /// Column of the collection around it.
    outer: Option<usize>,
}

struct Attacher<'a> {
    file: &'a SourceFile,
    /// Whether blocks are told by dashes and columns rather than by brackets.
    yaml: bool,
    comments: Vec<Comment>,
    /// The first comment that has no place yet.
    next: usize,
    /// The line of what was placed last.
    last_line: usize,
}

impl Attacher<'_> {
    fn line(&self, at: usize) -> usize {
        self.file.line(at as u32)
    }

    fn column(&self, at: usize) -> usize {
        self.file.line_column(at as u32).1
    }

    /// Takes the next comment if it is wanted.
    fn next_if(&mut self, wanted: impl FnOnce(&Self, usize) -> bool) -> Option<Comment> {
        let start = self.comments.get(self.next)?.start;
        if !wanted(self, start) {
            return None;
        }
        self.next += 1;
        self.comments.get_mut(self.next - 1).map(std::mem::take)
    }

    /// A blank line, if one stands right above an offset and was not placed yet.
    fn blank(&mut self, at: usize, lines: &mut Vec<Line>) {
        let line = self.line(at);
        let blank = self
            .file
            .line_above(at)
            .is_some_and(|l| l.trim().is_empty());
        if blank && line > self.last_line {
            lines.push(Line::Blank);
        }
        self.last_line = line;
    }

    fn push(&mut self, comment: Comment, lines: &mut Vec<Line>) {
        self.blank(comment.start, lines);
        self.last_line = self.line(comment.end.saturating_sub(1).max(comment.start));
        lines.extend(comment.lines.into_iter().map(Line::Comment));
    }

    /// What stands above an offset.
    fn above(&mut self, at: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(comment) = self.next_if(|_, start| start < at) {
            self.push(comment, &mut lines);
        }
        if at < self.file.text.len() {
            self.blank(at, &mut lines);
        }
        lines
    }

    /// Where the members of a collection begin: at their keys or dashes.
    fn starts(&self, node: &Node) -> Vec<usize> {
        if let Kind::Map(entries) = &node.kind {
            return entries.iter().map(|e| e.key.span.start as usize).collect();
        }
        let dashes = self.yaml && node.notes.layout == Layout::Block;
        let mut next = self.next;
        let mut end = node.span.start as usize;
        let item = |item: &Node| {
            if !dashes {
                return at(item).start as usize;
            }
            let dash = self.skip(end, &mut next);
            end = end_of(item, dash + 1);
            dash
        };
        node.members().map(item).collect()
    }

    /// The first byte from an offset on that is neither white space nor in a comment, nor the
    /// colon of a key without a value.
    fn skip(&self, mut from: usize, next: &mut usize) -> usize {
        loop {
            let rest = &self.file.text[from..];
            let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':');
            from = self.file.text.len() - rest.len();
            match self.comments.get(*next) {
                Some(comment) if comment.start < from => *next += 1,
                Some(comment) if comment.start == from => from = comment.end,
                _ => return from,
            }
        }
    }

    fn members(&mut self, node: &mut Node, place: Place) {
        let span = node.span;
        let column = self.column(span.start as usize);
        let mut starts = self.starts(node);
        starts.push(place.limit);
        let places = starts.windows(2).map(|w| Place {
            start: w[0],
            limit: w[1],
            outer: Some(column),
        });
        let places: Vec<Place> = places.collect();
        match &mut node.kind {
            Kind::Map(entries) => {
                for (entry, place) in entries.iter_mut().zip(places) {
                    self.member(Some(entry.key.span), &mut entry.value, place);
                }
            }
            Kind::List(items) => {
                for (item, place) in items.iter_mut().zip(places) {
                    self.member(None, item, place);
                }
            }
            Kind::Null | Kind::Scalar(_) => {}
        }
        // Before its bracket, or indented like its members, a comment still belongs to it.
        let block = self.yaml && node.notes.layout == Layout::Block;
        let mut tail = Vec::new();
        while let Some(comment) = self.next_if(|this, start| {
            let indented =
                || block && column > place.outer.unwrap_or(0) && this.column(start) >= column;
            start < place.limit
                && (start < span.end as usize || place.outer.is_none() || indented())
        }) {
            self.push(comment, &mut tail);
        }
        node.notes.inside.extend(tail);
    }

    fn member(&mut self, key: Option<Span>, value: &mut Node, place: Place) {
        value.notes.before = self.above(place.start);
        let head = key.unwrap_or(at(value));
        let alias = matches!(value.notes.label, Some(Label::Alias(..)));
        let open = !alias && value.notes.layout != Layout::Row && value.members().next().is_some();
        if !open {
            return self.leaf(value, place, head);
        }
        let head_line = self.line(place.start);
        let first = self.starts(value).first().copied().unwrap_or(place.limit);
        if self.line(first) > head_line {
            value.notes.beside = self.beside(head_line, first);
        }
        self.members(value, place);
        let last_line = self.line((value.span.end as usize).saturating_sub(1));
        if let Some(comment) =
            self.next_if(|this, start| start < place.limit && this.line(start) == last_line)
        {
            self.push(comment, &mut value.notes.inside);
        }
        if key.is_none() && value.notes.beside.is_none() {
            // The first member stands beside the dash: what is above it is above both.
            let first = value.members_mut().next();
            let first = first.map(|n| std::mem::take(&mut n.notes.before));
            value.notes.before.extend(first.unwrap_or_default());
            value
                .notes
                .before
                .dedup_by(|a, b| *a == Line::Blank && a == b);
        }
    }

    /// A comment of one line that stands on a line, before an offset.
    fn beside(&mut self, line: usize, limit: usize) -> Option<String> {
        self.comments
            .get(self.next)
            .filter(|c| c.lines.len() == 1)?;
        let mut found = self.next_if(|this, start| start < limit && this.line(start) == line)?;
        found.lines.pop()
    }

    /// A value on one line, or one without members.
    fn leaf(&mut self, value: &mut Node, place: Place, head: Span) {
        let end = end_of(value, head.end as usize);
        let (first, last) = (
            self.line(place.start),
            self.line(end.saturating_sub(1).max(place.start)),
        );
        if first < last && matches!(value.kind, Kind::Scalar(_)) {
            value.notes.beside = self.beside(first, end);
        }
        while let Some(comment) = self.next_if(|_, start| start < end) {
            self.push(comment, &mut value.notes.before);
        }
        if value.notes.beside.is_none() {
            value.notes.beside = self.beside(last, place.limit);
        }
        self.last_line = last;
    }
}

/// Where a value stands: an alias, not what it stands for.
fn at(node: &Node) -> Span {
    match &node.notes.label {
        Some(Label::Alias(_, at)) => *at,
        _ => node.span,
    }
}

/// Where a value ends; one that is not written ends with what stands before it.
fn end_of(node: &Node, head: usize) -> usize {
    let span = at(node);
    if span.start == span.end {
        head
    } else {
        head.max(span.end as usize)
    }
}

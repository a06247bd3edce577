//! Source text and places in it. The lowest layer: it knows nothing of what the text means.
//!
//! Invariant: a [`Span`] always lies inside the file that it names, on character
//! boundaries, so that rendering one can never panic.

use std::fmt;
use std::ops::Range;

/// Which file of a [`SourceMap`] a place belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(u32);

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to `end` (exclusive).
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span {
            file,
            start: start as u32,
            end: end.max(start) as u32,
        }
    }

    /// The smallest span that covers both; both must lie in one file.
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file);
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A value and the place where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }

    /// Borrows the value, keeping the place.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned::new(&self.value, self.span)
    }

    /// Changes the value, keeping the place.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(f(self.value), self.span)
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Whether a character takes no room or changes the order of others, so that a reviewer does
/// not see it: formats of bidirectional text, joiners, fillers, tags and separators of
/// Unicode 16, beside the control characters that are no line end or tab.
pub fn unseen(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    control
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text of somebody else's as a terminal may have it: on its lines, and what nobody would see, or
/// what moves the cursor, written as letters.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if unseen(c) || matches!(c, '\t' | '\r') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character changes the order in which others are shown.
pub fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One input text, already valid UTF-8 and without a byte order mark.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name shown to people: the path as given, or `<stdin>`.
    pub name: String,
    /// The whole text.
    pub text: String,
    line_starts: Vec<u32>,
    /// Characters before every 1024th byte, so that no line is too long to be counted.
    marks: Vec<u32>,
}

/// Bytes from one mark to the next.
const MARK: usize = 1024;

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        for (i, b) in bytes.iter().enumerate() {
            // A lone CR ends a line too; in CR LF only the LF does.
            let ends = *b == b'\n' || (*b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
            if ends {
                line_starts.push(i as u32 + 1);
            }
        }
        let mut marks = vec![0];
        for chunk in bytes.chunks(MARK) {
            marks.push(marks.last().copied().unwrap_or(0) + characters(chunk) as u32);
        }
        SourceFile {
            name,
            text,
            line_starts,
            marks,
        }
    }

    /// The line before the one that holds a byte offset, without its end.
    pub fn line_above(&self, offset: usize) -> Option<&str> {
        let line = self.line(offset as u32) - 1;
        let start = *self.line_starts.get(line.checked_sub(1)?)? as usize;
        let end = self.line_starts[line] as usize;
        self.text.get(start..end)
    }

    /// The bytes of some lines, counted from zero; those past the end are none.
    pub fn lines(&self, lines: Range<usize>) -> Range<usize> {
        let start = |line: usize| {
            let start = self.line_starts.get(line);
            start.map_or(self.text.len(), |start| *start as usize)
        };
        start(lines.start)..start(lines.end)
    }

    /// One-based line of a byte offset.
    pub fn line(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|s| *s <= offset)
    }

    /// One-based line and column (in characters) of a byte offset.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.line_starts[line - 1] as usize;
        let end = (offset as usize).clamp(start, self.text.len());
        (line, self.characters(start, end) + 1)
    }

    /// The characters that begin between two bytes: those of whole marks are known.
    fn characters(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (first, last) = (start.div_ceil(MARK), end / MARK);
        if first >= last {
            return characters(&bytes[start..end]);
        }
        let between = self.marks[last] - self.marks[first];
        characters(&bytes[start..first * MARK])
            + between as usize
            + characters(&bytes[last * MARK..end])
    }
}

/// How many characters of UTF-8 begin in some bytes.
fn characters(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        bytes.len()
    } else {
        bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
    }
}

/// All inputs of one run, in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text under the name that diagnostics show.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(SourceFile::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// The file behind an id of this map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The ids of all files, in the order in which they were read.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The file with that name.
    pub fn named(&self, name: &str) -> Option<FileId> {
        self.ids().find(|id| self.file(*id).name == name)
    }

    /// Whether nothing has been read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        let file = self.file(span.file);
        file.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// `file:line` of the start of a span.
    pub fn line(&self, span: Span) -> String {
        let file = self.file(span.file);
        format!("{}:{}", file.name, file.line(span.start))
    }

    /// `file:line:column` of the start of a span, as terminals make clickable.
    pub fn place(&self, span: Span) -> String {
        let file = self.file(span.file);
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}", file.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_for_every_line_ending() {
        let mut map = SourceMap::default();
        let id = map.add("t", "a\r\nb\rc\nd");
        let file = map.file(id);
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(3), (2, 1));
        assert_eq!(file.line_column(5), (3, 1));
        assert_eq!(file.line_column(7), (4, 1));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let mut map = SourceMap::default();
        let id = map.add("t", "é: x");
        assert_eq!(map.place(Span::new(id, 2, 3)), "t:1:2");
        let id = map.add("t", format!("a\n{}x", "é".repeat(5000)));
        for characters in [1, 511, 512, 1024, 5000] {
            let place = map.file(id).line_column(2 + 2 * characters);
            assert_eq!(place, (2, characters as usize + 1));
        }
    }
}

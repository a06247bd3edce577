//! Places as editors count them: lines from 0, and units of UTF-16 in a line.

use crate::source::Span;
use lsp_types::{Position, Range};

/// The byte of a place; the end of the line or of the text for a place beyond it.
pub fn offset(text: &str, position: Position) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
    let mut units = 0;
    for (at, c) in line.char_indices() {
        if units >= position.character {
            return start + at;
        }
        units += c.len_utf16() as u32;
    }
    start + line.len()
}

/// The place of a byte.
pub fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    let units: usize = before[start..].chars().map(char::len_utf16).sum();
    let line = before.bytes().filter(|b| *b == b'\n').count();
    Position::new(line as u32, units as u32)
}

/// The place of a span.
pub fn range(text: &str, span: Span) -> Range {
    Range::new(
        position(text, span.start as usize),
        position(text, span.end as usize),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_utf_16_and_come_back() {
        let text = "a: é\r\n𝄞b: c\n";
        for at in text
            .char_indices()
            .map(|(at, _)| at)
            .filter(|at| !text[*at..].starts_with('\n'))
        {
            assert_eq!(offset(text, position(text, at)), at);
        }
        assert_eq!(position(text, text.find('b').unwrap()), Position::new(1, 2));
        assert_eq!(offset(text, Position::new(0, 99)), text.find('\r').unwrap());
        assert_eq!(offset(text, Position::new(9, 0)), text.len());
    }
}

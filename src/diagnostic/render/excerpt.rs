//! The lines of a file that a diagnostic shows: nothing invisible in them, and none longer
//! than the terminal, because a line that wraps takes the marks below it out of place.

use super::printable;
use crate::diagnostic::Label;
use crate::source::{SourceFile, unseen};
use miette::{
    LabeledSpan, MietteError, MietteSpanContents, NamedSource, SourceCode, SourceSpan, SpanContents,
};
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that line number and frame take.
const GUTTER: usize = 8;
/// The narrowest excerpt that still says something.
const NARROWEST: usize = 30;

/// Lines above and below the labels that miette may ask for.
const CONTEXT: usize = 2;

/// The lines of a file that are shown for some labels of it.
#[derive(Debug)]
pub(super) struct Excerpt {
    source: NamedSource<String>,
    /// Lines of the file above them.
    above: usize,
    /// Where each label stands in the file, one-based, by its offset in what is shown.
    places: Vec<(usize, (usize, usize))>,
}

/// What is shown of a file for labels of it, the first being the place that is wrong, and the labels
/// as they lie in what is shown.
pub(super) fn excerpt(
    file: &SourceFile,
    labels: &[&Label],
    width: usize,
) -> (Excerpt, Vec<LabeledSpan>) {
    let room = width.saturating_sub(GUTTER).max(NARROWEST);
    let first = labels.iter().map(|l| l.span.start).min().unwrap_or(0);
    let last = labels.iter().map(|l| l.span.end).max().unwrap_or(first);
    let above = file.line(first).saturating_sub(1 + CONTEXT);
    let part = file.lines(above..file.line(last) + CONTEXT);
    let text = visible(&file.text[part.clone()]);
    let inside = |at: u32| at as usize - part.start;
    let spans: Vec<Range<usize>> = labels
        .iter()
        .map(|l| begun(inside(l.span.start)..inside(l.span.end), &text, room))
        .collect();
    let (shown, moved) = crop(&text, &spans, room);
    let label = |(index, span): (usize, &Range<usize>)| {
        let words = &labels[index].text;
        let words = (!words.is_empty()).then(|| wrapped(&printable(words), &shown, span, room));
        let span = (span.start, span.len());
        match index {
            0 => LabeledSpan::new_primary_with_span(words, span),
            _ => LabeledSpan::new_with_span(words, span),
        }
    };
    let words = moved.iter().enumerate().map(label).collect();
    let places = moved.iter().zip(labels);
    let excerpt = Excerpt {
        source: NamedSource::new(printable(&file.name), shown),
        above,
        places: places
            .map(|(span, l)| (span.start, file.line_column(l.span.start)))
            .collect(),
    };
    (excerpt, words)
}

/// A place on one line that is longer than the terminal is wide is shown by its beginning.
fn begun(span: Range<usize>, text: &str, room: usize) -> Range<usize> {
    let of = &text[span.clone()];
    match of.char_indices().nth(room / 2) {
        Some((at, _)) if !of.contains('\n') && of.chars().nth(room).is_some() => {
            span.start..span.start + at
        }
        _ => span,
    }
}

/// What is said of a place, on lines that end where the terminal does, or a little later where a
/// place far to the right leaves them no room.
fn wrapped(words: &str, shown: &str, span: &Range<usize>, room: usize) -> String {
    let begin = shown[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let column = shown[begin..span.start].width() + shown[span.clone()].width() / 2;
    // The corner that leads to them.
    let width = room.saturating_sub(column + 4).max(NARROWEST);
    let options = textwrap::Options::new(width)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    // `5s .. 12s` is one word.
    let whole = words.replace(" .. ", "\u{a0}..\u{a0}");
    textwrap::fill(&whole, options).replace('\u{a0}', " ")
}

/// The text with everything invisible replaced, byte for byte, so that places stay right.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        shown.push_str(match c {
            '\n' => "\n",
            '\r' if chars.peek() != Some(&'\n') => "\n",
            _ if !unseen(c) && !c.is_control() => {
                shown.push(c);
                continue;
            }
            _ => [" ", "·", "\u{fffd}", "\u{fffd} "][c.len_utf8() - 1],
        });
    }
    shown
}

/// Cuts the lines at and around labels to the room there is, and moves the labels along.
fn crop(text: &str, spans: &[Range<usize>], room: usize) -> (String, Vec<Range<usize>>) {
    let mut shown = String::with_capacity(text.len());
    let mut moved = spans.to_vec();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let body = line.trim_end_matches('\n');
        let touches = |s: &Range<usize>| s.start < end && s.end >= start;
        let inside = |s: &Range<usize>| start <= s.start && s.end <= start + body.len();
        let whole = body.width() <= room || spans.iter().any(|s| touches(s) && !inside(s));
        let own: Vec<_> = spans.iter().filter(|s| inside(s)).cloned().collect();
        let window = match (whole, own.iter().map(|s| s.start).min()) {
            (true, _) => 0..body.len(),
            (false, None) => kept(body, 0, 0, room),
            (false, Some(first)) => {
                let last = own.iter().map(|s| s.end).max().unwrap_or(first);
                kept(body, first - start, last - start, room)
            }
        };
        let before = if window.start > 0 { "…" } else { "" };
        for (from, to) in spans.iter().zip(&mut moved) {
            let shift = |at: usize| {
                if at <= start {
                    return None;
                }
                let at = at.min(start + window.end).max(start + window.start);
                Some(shown.len() + before.len() + at - start - window.start)
            };
            if from.start >= start && from.start < end || from.start == text.len() {
                to.start = shift(from.start).unwrap_or(shown.len());
            }
            if from.end >= start {
                to.end = shift(from.end).unwrap_or(shown.len()).max(to.start);
            }
        }
        shown.push_str(before);
        shown.push_str(&body[window.clone()]);
        if window.end < body.len() {
            shown.push('…');
        }
        shown.push_str(&line[body.len()..]);
        start = end;
    }
    (shown, moved)
}

/// The part of a line to keep, about `room` columns wide: all of its labels, which lie between
/// `first` and `last`, with a third of the room before them and the rest for their words.
fn kept(line: &str, first: usize, last: usize, room: usize) -> Range<usize> {
    let columns: Vec<(usize, usize)> = line
        .char_indices()
        .scan(0, |column, (at, c)| {
            let here = *column;
            *column += c.width().unwrap_or(0);
            Some((at, here))
        })
        .collect();
    let column = |at: usize| columns.iter().rfind(|c| c.0 <= at).map_or(0, |c| c.1);
    let byte = |wanted: usize| {
        columns
            .iter()
            .find(|c| c.1 >= wanted)
            .map_or(line.len(), |c| c.0)
    };
    let (first, last) = (column(first), column(last));
    // Room for the two marks of a cut.
    let room = room - 2;
    let from = match last <= room * 2 / 3 {
        true => 0,
        false => first
            .saturating_sub(room / 3)
            .max(last.saturating_sub(room))
            .min(first),
    };
    let to = (from + room).max(last + 1);
    byte(from)..byte(to)
}

impl SourceCode for Excerpt {
    /// miette counts the lines of an excerpt from the start of the text and takes excerpts far
    /// apart for overlapping, and it counts columns in bytes; here both are what people count.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let excerpt = self.source.read_span(span, before, after)?;
        let lines = excerpt.data().iter().filter(|b| **b == b'\n').count();
        let place = self.places.iter().find(|(at, _)| *at == span.offset());
        let place = place.filter(|_| before == 0);
        let (line, column) = match place {
            Some((_, (line, column))) => (line - 1, column - 1),
            None => (self.above + excerpt.line(), excerpt.column()),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name().to_string(),
            excerpt.data(),
            *excerpt.span(),
            line,
            column,
            lines,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cropped(text: &str, what: &str, room: usize) -> (String, String) {
        let at = text.find(what).unwrap();
        let span = at..at + what.len();
        let (shown, moved) = crop(text, std::slice::from_ref(&span), room);
        let marked = shown[moved[0].clone()].to_string();
        (shown, marked)
    }

    #[test]
    fn a_long_line_keeps_what_is_marked() {
        let line = format!(
            "a: 1\nlist: [ {} wrong, {} ]\nb: 2\n",
            "x, ".repeat(60),
            "y, ".repeat(60)
        );
        let (shown, marked) = cropped(&line, "wrong", 40);
        assert_eq!(marked, "wrong");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[2]), (3, "a: 1", "b: 2"));
        assert!(
            lines[1].starts_with('…') && lines[1].ends_with('…'),
            "{shown}"
        );
        assert!(lines[1].width() <= 40, "{shown}");
    }

    #[test]
    fn places_at_the_ends_of_a_text_stay_there() {
        let text = format!("a: {}\n", "日本".repeat(50));
        for at in [0, text.len() - 1, text.len()] {
            let (shown, moved) = crop(&text, std::slice::from_ref(&(at..at)), 30);
            assert!(moved[0].start <= shown.len() && moved[0].end <= shown.len());
            assert!(shown.is_char_boundary(moved[0].start), "{at}");
        }
    }

    /// Fails if the whole of it is shown: three megabytes on a terminal.
    #[test]
    fn a_place_without_end_is_shown_by_its_beginning() {
        let text = format!("a: {}\n", "日".repeat(1000));
        assert_eq!(begun(3..text.len() - 1, &text, 40), 3..3 + 20 * 3);
        assert_eq!(begun(3..3 + 40 * 3, &text, 40), 3..3 + 40 * 3);
        let lines = "x\n".repeat(100);
        assert_eq!(begun(0..200, &lines, 40), 0..200);
    }

    #[test]
    fn what_nobody_sees_is_replaced_byte_for_byte() {
        let text = "a\tb\u{9b}c\u{202e}d\re\r\nf\u{e0001}";
        let shown = visible(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "a b·c\u{fffd}d\ne \nf\u{fffd} ");
    }
}

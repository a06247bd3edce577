//! Examples with random damage: whatever is written, the compiler ends, in time and without
//! a panic, and each thing that it says has a place inside the file.

use crate::support::{property, spread};
use meridian::diagnostic::Diagnostics;
use meridian::diagnostic::render::{Format, Options, Run, render};
use meridian::source::{SourceMap, unseen};
use meridian::syntax::{self, Limits};
use meridian::{Until, compile, spec};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

const SPECS: [(&str, &str); 8] = [
    (
        "a.yaml",
        include_str!("../../examples/minimal/topology.yaml"),
    ),
    ("b.yaml", include_str!("../../examples/ggen/topology.yaml")),
    (
        "c.yaml",
        include_str!("../../examples/paynow/topology.yaml"),
    ),
    ("d.yaml", include_str!("../../examples/eden/topology.yaml")),
    ("e.yaml", include_str!("../../examples/eden/before.yaml")),
    ("f.kdl", include_str!("../../examples/minimal/topology.kdl")),
    ("g.kdl", include_str!("../../examples/ggen/topology.kdl")),
    ("h.kdl", include_str!("../../examples/eden/topology.kdl")),
];

/// Words and signs that have broken readers of YAML, KDL and of this language.
const NASTY: [&str; 47] = [
    "",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    ":",
    ": ",
    "-",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    "\"",
    "'",
    "|",
    ">",
    "&a ",
    "*a",
    "!x ",
    "%",
    "@",
    "`",
    "~",
    "null",
    "no",
    "0",
    "-1",
    "0s",
    "99999999999999999999",
    "4294967295",
    "1e9",
    "0.0001%",
    "100%",
    "1..0",
    "18446744073709551615s",
    "é",
    "日本",
    "😀",
    "e\u{301}",
    "\u{202e}",
    "\0",
    "/*",
];

/// SplitMix64: the same damage on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }

    fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.roll(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// A word: what lies between blanks and brackets.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = None;
    let blank = |c: char| c.is_whitespace() || "{}[],\"".contains(c);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, blank(c)) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// One to three kinds of damage: a word replaced by another, a line lost, doubled or moved,
/// a sign put in, a piece cut out.
fn damaged(text: &str, dice: &mut Dice) -> String {
    let mut text = text.to_string();
    for _ in 0..=dice.roll(3) {
        let spans = words(&text);
        if spans.is_empty() {
            return text;
        }
        let (from, to) = spans[dice.roll(spans.len())];
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let line = dice.roll(lines.len());
        text = match dice.roll(8) {
            0 | 1 => {
                let (a, b) = spans[dice.roll(spans.len())];
                format!("{}{}{}", &text[..from], &text[a..b], &text[to..])
            }
            2 | 3 => {
                let nasty = NASTY[dice.roll(NASTY.len())];
                format!("{}{nasty}{}", &text[..from], &text[to..])
            }
            4 => {
                let at = dice.boundary(&text);
                let nasty = NASTY[dice.roll(NASTY.len())];
                format!("{}{nasty}{}", &text[..at], &text[at..])
            }
            5 => [&lines[..line], &lines[line + 1..]].concat().concat(),
            6 => [&lines[..line], &lines[line..=line], &lines[line..]]
                .concat()
                .concat(),
            _ => {
                let (a, b) = (dice.boundary(&text), dice.boundary(&text));
                let b = b.min(a + 40).max(a);
                let b = (a..=b).rev().find(|i| text.is_char_boundary(*i));
                format!("{}{}", &text[..a], &text[b.unwrap_or(a)..])
            }
        };
    }
    text
}

/// What is wrong with the way a text was taken, if anything.
fn fault(name: &str, text: &str) -> Option<String> {
    let begun = Instant::now();
    let taken = catch_unwind(AssertUnwindSafe(|| {
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        let mut out = Diagnostics::default();
        let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
        let today = spec::Date {
            year: 2026,
            month: 11,
            day: 21,
        };
        let done = compile(
            document.as_ref(),
            None,
            name,
            out,
            Until::Emitted,
            Some(today),
        );
        for format in [Format::Human, Format::Github, Format::Markdown] {
            let options = Options {
                width: 60,
                ..Options::default()
            };
            let run = Run {
                spec: "topology.yaml",
                sources: &sources,
                diagnostics: &done.diagnostics,
                waived: &done.waived,
            };
            let shown = render(&[run], format, options);
            if shown.contains(unseen) {
                return Some(format!("a control character in {format:?}"));
            }
        }
        let placeless = done.diagnostics.iter().find(|d| d.primary.is_none());
        if let Some(d) = placeless {
            return Some(format!("no place: {}", d.message));
        }
        let outside = |d: &&meridian::diagnostic::Diagnostic| {
            let labels = d.primary.iter().chain(&d.secondary);
            labels.into_iter().any(|l| {
                text.get(l.span.start as usize..l.span.end as usize)
                    .is_none()
            })
        };
        done.diagnostics
            .iter()
            .find(outside)
            .map(|d| format!("outside the file: {}", d.message))
    }));
    let late = begun.elapsed() > Duration::from_secs(5);
    match taken {
        Err(_) => Some("a panic".to_string()),
        Ok(Some(fault)) => Some(fault),
        Ok(None) if late => Some(format!("it took {:?}", begun.elapsed())),
        Ok(None) => None,
    }
}

/// `FUZZ=20000 cargo test hostile` rolls longer than the test needs to.
#[test]
fn damage_is_always_reported_and_never_crashes() {
    let rounds = option_env!("FUZZ").and_then(|n| n.parse().ok());
    let mut dice = Dice(2026);
    for round in 0..rounds.unwrap_or(96_u64) {
        let (name, text) = SPECS[round as usize % SPECS.len()];
        let text = damaged(text, &mut dice);
        if let Some(fault) = fault(name, &text) {
            panic!("round {round}, {fault}:\n{text}");
        }
    }
}

/// Where each number of a text begins and ends, exponents and parts of names left alone.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let inside =
        |at: usize| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'-');
    let begins = (0..bytes.len()).filter(|at| digit(*at) && !inside(*at));
    begins
        .map(|from| (from, (from..).find(|at| !digit(*at)).unwrap_or(text.len())))
        .collect()
}

property!(
    no_number_is_too_small_or_too_large_to_be_answered,
    20,
    u64::MAX
);
/// Sums of what people write must not overflow, nor lists of that length be made: so many numbers of
/// each spec.
fn no_number_is_too_small_or_too_large_to_be_answered(most: u64) {
    for (name, text) in SPECS.iter().take(3) {
        for (index, (from, to)) in spread(numbers(text), most).into_iter().enumerate() {
            let number = ["0", "4294967295", "18446744073709551"][index % 3];
            let text = format!("{}{number}{}", &text[..from], &text[to..]);
            if let Some(fault) = fault(name, &text) {
                panic!("{name}, {number} at byte {from}: {fault}");
            }
        }
    }
}

#[test]
fn a_push_to_a_host_whose_service_is_broken_is_no_crash() {
    let (_, text) = SPECS[2];
    let broken = text.replacen("    image: siraj/webhook\n", "", 1);
    assert_ne!(broken, text);
    assert_eq!(fault("paynow.yaml", &broken), None);
}

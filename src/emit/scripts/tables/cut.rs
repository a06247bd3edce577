//! Words cut into what all commands of a kind have, and names and numbers that may differ.

use crate::format::json::json;
use crate::topology::Topology;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Words of titles that say nothing of what a function does.
const SMALL: [&str; 17] = [
    "again", "an", "and", "as", "at", "for", "from", "in", "is", "it", "its", "of", "that", "the",
    "to", "what", "whether",
];
/// The most words of a function's name.
const LONG: usize = 4;

/// A piece of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// What all have.
    Text(&'a str),
    /// What may differ, and what it is called as a parameter.
    Hole(&'a str, &'static str),
}

/// The words of some lines.
#[derive(Debug, Default)]
pub(super) struct Cut<'a> {
    /// Their pieces, word by word.
    pub words: Vec<Vec<Piece<'a>>>,
    /// How many words are run by each line, and how many follow if that fails.
    pub ends: Vec<(usize, usize)>,
}

impl Cut<'_> {
    /// The same for all lines that differ in names and numbers only.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for word in &self.words {
            for piece in word {
                match piece {
                    Piece::Text(text) => shape.push_str(text),
                    Piece::Hole(_, kind) => {
                        shape.push('\u{1}');
                        shape.push_str(kind);
                        shape.push('\u{1}');
                    }
                }
            }
            shape.push('\u{2}');
        }
        for (does, or) in &self.ends {
            shape.push_str(&format!("\u{3}{does} {or}"));
        }
        shape
    }

    fn holes(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.words.iter().flatten().filter_map(|piece| match piece {
            Piece::Hole(text, kind) => Some((*text, *kind)),
            Piece::Text(_) => None,
        })
    }
}

/// What a system has names for: by the letters and digits that they begin with, the longest first.
pub(in super::super) struct Names<'a>(BTreeMap<&'a str, Vec<(&'a str, &'static str)>>);

impl<'a> Names<'a> {
    pub(in super::super) fn of(topology: &'a Topology) -> Self {
        let system = [(topology.name.as_str(), "system")].into_iter();
        let hosts = topology.hosts.iter().map(|h| (h.name.as_str(), "host"));
        let queues = topology.queues.iter().map(|q| (q.name.as_str(), "queue"));
        let stores = topology
            .datastores
            .iter()
            .map(|d| (d.name.as_str(), "store"));
        let services = topology
            .services
            .iter()
            .map(|s| (s.name.as_str(), "service"));
        let shorts = topology.regions.iter().map(|r| (r.short.as_str(), "short"));
        let places = topology
            .regions
            .iter()
            .map(|r| (r.place.location, "location"));
        let regions = topology.regions.iter().map(|r| (r.name.as_str(), "region"));
        let parts = hosts.chain(queues).chain(stores).chain(services);
        // Of two that have one name, the last.
        let all = system
            .chain(parts)
            .chain(shorts)
            .chain(places)
            .chain(regions);
        let kinds: BTreeMap<&str, &'static str> = all.collect();
        let mut names: BTreeMap<&str, Vec<(&str, &'static str)>> = BTreeMap::new();
        for (name, kind) in kinds.into_iter().rev() {
            names
                .entry(&name[..run(name)])
                .or_default()
                .push((name, kind));
        }
        // Of two that begin alike, the longer one is what is meant.
        names
            .values_mut()
            .for_each(|all| all.sort_by_key(|(name, _)| std::cmp::Reverse(name.len())));
        Names(names)
    }

    /// The pieces of a word. A variable is one.
    pub(super) fn cut<'w>(&self, word: &'w str) -> Vec<Piece<'w>> {
        if variable(word) {
            return vec![Piece::Hole(word, "value")];
        }
        let (mut pieces, mut text, mut at) = (Vec::new(), 0, 0);
        while at < word.len() {
            let run = run(&word[at..]);
            let named = self.named(&word[at..]);
            let numbered = || {
                word[at..at + run]
                    .bytes()
                    .any(|b| b.is_ascii_digit())
                    .then_some((run, "part"))
            };
            if let Some((length, kind)) = named.or_else(numbered) {
                if text < at {
                    pieces.push(Piece::Text(&word[text..at]));
                }
                let found = &word[at..at + length];
                let digits = found.bytes().all(|b| b.is_ascii_digit());
                let kind = if digits && kind == "part" {
                    "number"
                } else {
                    kind
                };
                pieces.push(Piece::Hole(found, kind));
                at += length;
                text = at;
                // `us-east1-b` is a zone of `us-east1`.
                if matches!(kind, "region" | "location")
                    && word[at..].starts_with('-')
                    && self::run(&word[at + 1..]) == 1
                {
                    pieces.push(Piece::Text("-"));
                    pieces.push(Piece::Hole(&word[at + 1..at + 2], "zone"));
                    at += 2;
                    text = at;
                }
            } else {
                at += run;
            }
            // What stands between.
            at += word[at..]
                .bytes()
                .take_while(|b| !b.is_ascii_alphanumeric())
                .count();
        }
        if text < word.len() {
            pieces.push(Piece::Text(&word[text..]));
        }
        pieces
    }

    /// A part of a context with a variable of the script wherever a region is named.
    pub(in super::super) fn with(&self, variable: &str, region: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let mut filled = vec![String::new()];
                for piece in self.cut(text) {
                    match piece {
                        Piece::Hole(found, "region") if found == region => {
                            filled.push(variable.into());
                            filled.push(String::new());
                        }
                        Piece::Text(text) | Piece::Hole(text, _) => extend(&mut filled, text),
                    }
                }
                word(filled)
            }
            Value::Array(all) => all.iter().map(|v| self.with(variable, region, v)).collect(),
            Value::Object(map) => {
                let each = map
                    .iter()
                    .map(|(key, v)| (key.clone(), self.with(variable, region, v)));
                Value::Object(each.collect())
            }
            other => other.clone(),
        }
    }

    /// The longest name that a text begins with.
    fn named(&self, text: &str) -> Option<(usize, &'static str)> {
        let all = self.0.get(&text[..run(text)])?;
        let ends = |name: &str| {
            text[name.len()..]
                .bytes()
                .next()
                .is_none_or(|b| !b.is_ascii_alphanumeric())
        };
        let mut fitting = all
            .iter()
            .filter(|(name, _)| text.starts_with(name) && ends(name));
        fitting.next().map(|(name, kind)| (name.len(), *kind))
    }
}

/// The length of the letters and digits that a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

/// What differs among some lines that have one shape.
pub(super) struct Columns {
    /// The names of the parameters.
    pub parameters: Vec<String>,
    /// What each of the lines has for them.
    pub rows: Vec<Vec<String>>,
    /// For each hole its column, if it is not the same everywhere.
    holes: Vec<Option<usize>>,
    /// How many holes were given out.
    given: usize,
}

/// The columns of cuts that have one shape.
pub(super) fn columns(cuts: &[Cut]) -> Columns {
    let table: Vec<Vec<(&str, &'static str)>> = cuts.iter().map(|c| c.holes().collect()).collect();
    let mut columns: Vec<Vec<&str>> = Vec::new();
    let mut parameters: Vec<String> = Vec::new();
    let mut holes = Vec::new();
    for hole in 0..table[0].len() {
        let values: Vec<&str> = table.iter().map(|row| row[hole].0).collect();
        if values.iter().all(|v| *v == values[0]) {
            holes.push(None);
            continue;
        }
        let known = columns.iter().position(|c| *c == values);
        if known.is_none() {
            parameters.push(parameter(table[0][hole].1, &parameters));
            columns.push(values);
        }
        holes.push(Some(known.unwrap_or(columns.len() - 1)));
    }
    let row = |i: usize| columns.iter().map(|c| c[i].to_string()).collect();
    Columns {
        rows: (0..cuts.len()).map(row).collect(),
        parameters,
        holes,
        given: 0,
    }
}

/// A name for a parameter beside others.
fn parameter(kind: &str, others: &[String]) -> String {
    let numbered = |n: u32| {
        if n == 1 {
            kind.to_string()
        } else {
            format!("{kind}{n}")
        }
    };
    let mut names = (1..).map(numbered);
    let found = names.find(|name| !others.contains(name));
    found.unwrap_or_default()
}

impl Columns {
    /// The next word of the lines, with parameters in its holes.
    pub fn word(&mut self, pieces: &[Piece]) -> Value {
        // Texts and parameters in turn, a text first.
        let mut filled = vec![String::new()];
        for piece in pieces {
            match piece {
                Piece::Text(text) => extend(&mut filled, text),
                Piece::Hole(text, _) => {
                    let column = self.holes[self.given];
                    self.given += 1;
                    match column {
                        None => extend(&mut filled, text),
                        Some(column) => {
                            filled.push(self.parameters[column].clone());
                            filled.push(String::new());
                        }
                    }
                }
            }
        }
        word(filled)
    }
}

/// A word of a function with values in place of its parameters; what is none stays.
pub(super) fn put(pieces: &Value, given: &BTreeMap<&str, &Value>) -> Value {
    let Some(parts) = pieces["filled"].as_array() else {
        return pieces.clone();
    };
    let mut filled = vec![String::new()];
    for (index, part) in parts.iter().enumerate() {
        let part = part.as_str().unwrap_or_default();
        match given.get(part).filter(|_| index % 2 == 1) {
            Some(Value::String(text)) if variable(text) => {
                filled.extend([text[1..].to_string(), String::new()])
            }
            Some(Value::String(text)) => extend(&mut filled, text),
            Some(value) => {
                let parts = value["filled"].as_array().into_iter().flatten();
                for (index, part) in parts.filter_map(Value::as_str).enumerate() {
                    match index {
                        0 => extend(&mut filled, part),
                        _ => filled.push(part.into()),
                    }
                }
            }
            None if index % 2 == 1 => filled.extend([part.to_string(), String::new()]),
            None => extend(&mut filled, part),
        }
    }
    word(filled)
}

/// Whether a word stands for a variable of the script.
fn variable(word: &str) -> bool {
    let letters = |c: char| c.is_ascii_uppercase() || c == '_';
    word.len() > 1
        && word
            .strip_prefix('$')
            .is_some_and(|w| w.chars().all(letters))
}

/// Puts a text behind the last one.
fn extend(filled: &mut Vec<String>, text: &str) {
    match filled.last_mut() {
        Some(last) => last.push_str(text),
        None => filled.push(text.into()),
    }
}

/// A word of texts and parameters in turn.
fn word(filled: Vec<String>) -> Value {
    match &filled[..] {
        [text] => json!(text),
        _ => json!({ "filled": filled }),
    }
}

/// A function's name, after what its title says: two words, and none that the script has.
pub(super) fn name(title: &[Piece], taken: &mut BTreeSet<String>) -> String {
    let texts = title.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Hole(..) => None,
    });
    let all = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
    let all: Vec<String> = all.filter(|w| w.len() > 1).map(str::to_lowercase).collect();
    let telling = all.iter().filter(|w| !SMALL.contains(&w.as_str()));
    let mut words: Vec<String> = telling.take(LONG).cloned().collect();
    if words.len() < 2 {
        words = all.into_iter().take(LONG).collect();
    }
    // No command of a shell has such a name.
    if words.len() < 2 {
        words.push("row".into());
    }
    let name = words.join("_");
    // Numbers would be taken for what differs among rows.
    let letters = (b'b'..=b'z').map(char::from);
    let more = (1..).flat_map(|n| letters.clone().map(move |c| c.to_string().repeat(n)));
    let mut names = std::iter::once(name.clone()).chain(more.map(|m| format!("{name}_{m}")));
    let found = names.find(|n| !taken.contains(n)).unwrap_or(name);
    taken.insert(found.clone());
    found
}

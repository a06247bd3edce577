//! What `fmt` and `convert` print means what was read, comments and blank lines included:
//! generated documents with awkward scalars, in both notations.

use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::print::{checked, relaid};
use meridian::syntax::{self, Document, Kind, Limits, Line, Node, Notation, Scalar, Style};
use std::fmt::Write;

/// Texts that have broken printers of YAML and KDL.
const AWKWARD: [&str; 52] = [
    "a, b",
    "yes",
    "no",
    "on",
    "null",
    "~",
    "true",
    "1_000",
    "1.10",
    "1e3",
    "0777",
    "0x1f",
    "1:30",
    "2026-10-01",
    "- x",
    "-",
    "-x",
    "? x",
    "?",
    "#x",
    "a #b",
    "a#b",
    "a: b",
    "a:",
    ":a",
    "a:b",
    " leading",
    "trailing ",
    "",
    " ",
    "say \"it\"",
    "it's",
    "'quoted'",
    "back\\slash",
    "{ a: 1 }",
    "[x]",
    "a]",
    "}",
    "&anchor",
    "*alias",
    "!tag",
    "%directive",
    "@at",
    "`tick`",
    "| bar",
    "> 10",
    "---",
    "...",
    "é 日本 😀",
    "tab\there",
    "// no comment",
    "/* nor this */",
];

const LINES: [&str; 6] = [
    "first\nsecond",
    "first\nsecond\n",
    "first\n\n  indented\n# not a comment\nlast\n",
    "\nbegins empty",
    "  begins indented\nends\n\n",
    "a\n \n\tb",
];

const COMMENTS: [&str; 8] = [
    "note",
    "a: b",
    "- item, { flow ]",
    "# twice",
    "quote \" ' here",
    "é 日本",
    "",
    "  indented",
];

const KEYS: [&str; 12] = [
    "alpha", "b c", "on", "1", "x:y", "#k", "é", "q\"q", "k, l", "null", "-x", "a.b/c",
];

/// SplitMix64: the same documents on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

/// What a document means, made before any text.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    /// A boolean or number.
    Typed(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth < 4 { 10 } else { 6 }) {
        0 => Value::Null,
        1 => Value::Typed(dice.of(&["true", "false", "0", "-3", "4.50", "12"]).into()),
        2 => Value::Text(dice.of(&LINES).into()),
        3..6 => Value::Text(dice.of(&AWKWARD).into()),
        6 | 7 => Value::List(
            (0..dice.roll(4) + 1)
                .map(|_| value(dice, depth + 1))
                .collect(),
        ),
        _ => map(dice, depth),
    }
}

fn map(dice: &mut Dice, depth: usize) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    for _ in 0..dice.roll(4) + 1 {
        let key = dice.of(&KEYS).to_string();
        if members.iter().all(|(k, _)| *k != key) {
            members.push((key, value(dice, depth + 1)));
        }
    }
    Value::Map(members)
}

fn read(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar(s) if s.style == Style::Plain && Scalar::typed(&s.text) => {
            Value::Typed(s.text.clone())
        }
        Kind::Scalar(s) => Value::Text(s.text.clone()),
        Kind::List(items) => Value::List(items.iter().map(read).collect()),
        Kind::Map(entries) => {
            let members = entries.iter().map(|e| (e.key.text.clone(), read(&e.value)));
            Value::Map(members.collect())
        }
    }
}

/// A list of one is written like its member in KDL.
fn without_lists_of_one(value: Value) -> Value {
    match value {
        Value::List(mut items) if items.len() == 1 => {
            let only = items.remove(0);
            match without_lists_of_one(only) {
                simple @ (Value::Typed(_) | Value::Text(_)) => simple,
                other => Value::List(vec![other]),
            }
        }
        Value::List(items) => Value::List(items.into_iter().map(without_lists_of_one).collect()),
        Value::Map(members) => Value::Map(
            members
                .into_iter()
                .map(|(k, v)| (k, without_lists_of_one(v)))
                .collect(),
        ),
        other => other,
    }
}

/// Writes a value as somebody might who has no formatter.
struct Writer<'a> {
    dice: &'a mut Dice,
    out: String,
    comments: Vec<String>,
    sign: &'static str,
}

impl Writer<'_> {
    fn comment(&mut self) -> String {
        let words = self.dice.of(&COMMENTS);
        let text = format!("{} {words}", self.comments.len());
        self.comments.push(text.trim_end().to_string());
        format!("{} {text}", self.sign)
    }

    fn above(&mut self, indent: usize) {
        for _ in 0..self.dice.roll(3) {
            match self.dice.roll(4) {
                0 => self.out.push('\n'),
                1 => {
                    let comment = self.comment();
                    let _ = writeln!(self.out, "{}{comment}", " ".repeat(indent));
                }
                _ => {}
            }
        }
    }

    fn line_end(&mut self) {
        if self.dice.one_in(6) {
            let comment = self.comment();
            let _ = write!(self.out, " {comment}");
        }
        self.out.push('\n');
    }

    fn yaml_members(&mut self, members: &[(String, Value)], indent: usize) {
        for (key, value) in members {
            self.above(indent);
            let pad = " ".repeat(indent);
            let _ = write!(self.out, "{pad}{}:", quoted(key));
            self.yaml_value(value, indent);
        }
        if self.dice.one_in(5) {
            let comment = self.comment();
            let _ = writeln!(self.out, "{}{comment}", " ".repeat(indent));
        }
    }

    fn yaml_value(&mut self, value: &Value, indent: usize) {
        let deeper = indent + 1 + self.dice.roll(4);
        match value {
            Value::Map(members) if !self.dice.one_in(3) => {
                self.line_end();
                self.yaml_members(members, deeper);
            }
            Value::List(items) if !self.dice.one_in(3) => {
                self.line_end();
                for item in items {
                    self.above(deeper);
                    let _ = write!(self.out, "{}-", " ".repeat(deeper));
                    self.yaml_value(item, deeper);
                }
            }
            Value::Text(text) if block(text) && self.dice.one_in(2) => {
                let keep = if text.ends_with('\n') { "" } else { "-" };
                let _ = write!(self.out, " |{keep}");
                self.line_end();
                for line in text.lines() {
                    let pad = if line.is_empty() { 0 } else { deeper };
                    let _ = writeln!(self.out, "{}{line}", " ".repeat(pad));
                }
            }
            _ => {
                let text = self.yaml_line(value, false);
                let _ = write!(self.out, " {text}");
                self.line_end();
            }
        }
    }

    fn yaml_line(&mut self, value: &Value, flow: bool) -> String {
        match value {
            Value::Null => self.dice.of(&["null", "~"]).to_string(),
            Value::Typed(text) => text.clone(),
            Value::Text(text) if plain(text, flow) && self.dice.one_in(2) => text.clone(),
            Value::Text(text) if !text.contains(['\n', '\t']) && self.dice.one_in(2) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            Value::Text(text) => quoted(text),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|i| self.yaml_line(i, true)).collect();
                format!("[{}]", items.join(","))
            }
            Value::Map(members) => {
                let one = |(k, v): &(String, Value)| {
                    format!("{}: {}", quoted(k), self.yaml_line(v, true))
                };
                let members: Vec<_> = members.iter().map(one).collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    fn kdl_members(&mut self, members: &[(String, Value)], indent: usize) {
        for (key, value) in members {
            self.above(indent);
            if self.dice.one_in(12) {
                let words = format!("{} struck", self.comments.len());
                let _ = writeln!(self.out, "/-node \"{words}\" {{ a 1; }}");
                self.comments.push(format!("node \"{words}\" {{ a 1; }}"));
            }
            if self.dice.one_in(12) {
                let words = format!("{} block", self.comments.len());
                let _ = writeln!(self.out, "/* {words} */");
                self.comments.push(words);
            }
            let name = if key == "- " { "-".into() } else { quoted(key) };
            let _ = write!(self.out, "{}{name}", " ".repeat(indent));
            self.kdl_value(value, indent);
        }
        if self.dice.one_in(5) {
            let comment = self.comment();
            let _ = writeln!(self.out, "{comment}");
        }
    }

    fn kdl_value(&mut self, value: &Value, indent: usize) {
        let simple = |v: &Value| match v {
            Value::Typed(text) if text == "true" || text == "false" => Some(format!("#{text}")),
            Value::Typed(text) => Some(text.clone()),
            Value::Text(text) => Some(quoted(text)),
            _ => None,
        };
        let (members, on_line): (Vec<(String, Value)>, Option<String>) = match value {
            Value::Null => (Vec::new(), Some(String::new())),
            Value::Typed(_) | Value::Text(_) => {
                (Vec::new(), simple(value).map(|text| format!(" {text}")))
            }
            Value::List(items) => {
                let words: Option<Vec<_>> = items.iter().map(simple).collect();
                let dashed = items.iter().map(|i| ("- ".to_string(), i.clone()));
                (dashed.collect(), words.map(|w| format!(" {}", w.join(" "))))
            }
            Value::Map(members) => {
                let property =
                    |(k, v): &(String, Value)| Some(format!("{}={}", quoted(k), simple(v)?));
                let words: Option<Vec<_>> = members.iter().map(property).collect();
                (members.clone(), words.map(|w| format!(" {}", w.join(" "))))
            }
        };
        let one_line = members.is_empty() || self.dice.one_in(2);
        if let Some(line) = on_line.filter(|_| one_line) {
            self.out.push_str(&line);
            return self.line_end();
        }
        self.out.push_str(" {");
        self.line_end();
        let deeper = indent + 1 + self.dice.roll(4);
        self.kdl_members(&members, deeper);
        let _ = write!(self.out, "{}}}", " ".repeat(indent));
        self.line_end();
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn block(text: &str) -> bool {
    text.contains('\n') && !text.starts_with(['\n', ' ']) && !text.ends_with("\n\n")
}

/// Texts of the list that may stand without quotes.
fn plain(text: &str, flow: bool) -> bool {
    let anywhere = [
        "a#b",
        "a:b",
        "it's",
        "back\\slash",
        "-x",
        "é 日本 😀",
        "2026-10-01",
    ];
    let on_lines = ["a, b", "a]", "say \"it\""];
    anywhere.contains(&text) || !flow && on_lines.contains(&text)
}

fn parse(text: &str, notation: Notation) -> Document {
    let name = match notation {
        Notation::Yaml => "x.yaml",
        Notation::Kdl => "x.kdl",
    };
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    assert!(out.is_empty(), "{out:#?}\n{text}");
    document.expect("a tree")
}

/// The comments of a tree in the order in which they stand.
fn comments(node: &Node) -> Vec<String> {
    let mut all = lines(&node.notes.before);
    all.extend(node.notes.beside.iter().map(|c| c.trim().to_string()));
    all.extend(node.members().flat_map(comments));
    all.extend(lines(&node.notes.inside));
    all
}

fn lines(lines: &[Line]) -> Vec<String> {
    let text = lines.iter().filter_map(|l| match l {
        Line::Blank => None,
        Line::Comment(text) => Some(text.trim().to_string()),
    });
    text.collect()
}

fn printed(document: &Document, notation: Notation, from: &str) -> String {
    checked(document, notation, &Limits::default()).unwrap_or_else(|fault| {
        panic!(
            "{fault:?}\n{from}\n{}",
            syntax::print::print(document, notation)
        )
    })
}

/// One generated document in one notation, formatted, and converted there and back.
fn round_trip(seed: u64, from: Notation) {
    let mut dice = Dice(seed);
    let Value::Map(members) = map(&mut dice, 0) else {
        return;
    };
    let sign = match from {
        Notation::Yaml => "#",
        Notation::Kdl => "//",
    };
    let mut writer = Writer {
        dice: &mut dice,
        out: String::new(),
        comments: Vec::new(),
        sign,
    };
    match from {
        Notation::Yaml => writer.yaml_members(&members, 0),
        Notation::Kdl => writer.kdl_members(&members, 0),
    }
    let (text, said) = (writer.out, writer.comments);
    let meant = without_lists_of_one(Value::Map(members));
    let read_as = |document: &Document| without_lists_of_one(read(&document.root));
    let document = parse(&text, from);
    assert_eq!(read_as(&document), meant, "{text}");
    assert_eq!(comments(&document.root), said, "{text}");
    let canonical = printed(&document, from, &text);
    let again = parse(&canonical, from);
    assert_eq!(read_as(&again), meant, "{text}\n{canonical}");
    assert_eq!(comments(&again.root), said, "{text}\n{canonical}");
    assert_eq!(
        printed(&again, from, &text),
        canonical,
        "its own form\n{text}"
    );
    let other = match from {
        Notation::Yaml => Notation::Kdl,
        Notation::Kdl => Notation::Yaml,
    };
    let converted = printed(&relaid(document), other, &text);
    let there = parse(&converted, other);
    assert_eq!(read_as(&there), meant, "{text}\n{converted}");
    assert_eq!(comments(&there.root), said, "{text}\n{converted}");
    let back = parse(&printed(&relaid(there), from, &converted), from);
    assert_eq!(read_as(&back), meant, "{converted}");
    assert_eq!(comments(&back.root), said, "{converted}");
}

fn round_trips(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        round_trip(seed, Notation::Yaml);
        round_trip(seed, Notation::Kdl);
    }
}

#[test]
fn generated_documents_survive_fmt_and_convert() {
    round_trips(0..300);
}

#[test]
#[ignore = "slow: run by .ci/run"]
fn thousands_of_generated_documents_survive_fmt_and_convert() {
    round_trips(300..5_300);
}

//! The tree that both notations become.

use crate::source::Span;
use serde_json::Value as Json;

/// A parsed text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The topmost node; a map in every valid topology.
    pub root: Node,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value's own text, without its key.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// How it was written, kept for `fmt` and `convert`; it means nothing.
    pub notes: Notes,
}

/// What stands around a value and does not change its meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Blank and comment lines above it (above its key, if it has one).
    pub before: Vec<Line>,
    /// The comment on its line; on the first line of a block.
    pub beside: Option<String>,
    /// Blank and comment lines after its last member.
    pub inside: Vec<Line>,
    /// How a list or map was laid out.
    pub layout: Layout,
    /// Its anchor or alias in YAML.
    pub label: Option<Label>,
}

/// A line that says nothing to the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// One or more blank lines.
    Blank,
    /// A comment: what follows `#` or `//`, its leading space included.
    Comment(String),
}

/// How a list or map was laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// Unknown: printed on one line where it fits.
    #[default]
    Free,
    /// On one line.
    Row,
    /// A member on each line.
    Block,
}

/// A name that YAML gives to a value, to repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// `&name`
    Anchor(String),
    /// `*name`, and where it stands; the node itself is a copy of what was anchored.
    Alias(String, Span),
}

/// The shapes a value can have.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nothing written after a key, `null` or `~`; in KDL a node without anything, or `#null`.
    Null,
    /// Text, still uninterpreted.
    Scalar(Scalar),
    /// Values in order.
    List(Vec<Node>),
    /// Values by name, in the order written; names are unique.
    Map(Vec<Entry>),
}

/// A scalar's text and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The value: escapes undone, quotes gone.
    pub text: String,
    /// How it stood in the source.
    pub style: Style,
    /// KDL writes `serves "europe"` for a list of one as for a single value. Such a scalar
    /// is accepted where a list is wanted; a YAML scalar never is.
    pub may_be_list: bool,
}

/// How a scalar was written. Only a plain one can be a number, a boolean or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes (in KDL: a number, `#true` or `#false`, whose text is kept without `#`).
    Plain,
    /// Quoted, or a block: always text.
    Quoted,
}

/// One member of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub key: Key,
    /// Its value.
    pub value: Node,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Scalar {
    /// Whether the text is a boolean or a number, so that quotes change what it is.
    pub fn typed(text: &str) -> bool {
        matches!(text, "true" | "false") || decimal(text)
    }
}

/// Whether a text is a decimal number that YAML and KDL read alike.
pub(super) fn decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

impl Node {
    /// A value without anything around it.
    pub fn new(span: Span, kind: Kind) -> Node {
        Node {
            span,
            kind,
            notes: Notes::default(),
        }
    }

    /// It as JSON: plain numbers and booleans are such, every other scalar is text.
    pub fn json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Scalar(s) if s.style == Style::Plain => serde_json::from_str::<Json>(&s.text)
                .ok()
                .filter(|j| j.is_number() || j.is_boolean())
                .unwrap_or_else(|| Json::String(s.text.clone())),
            Kind::Scalar(s) => Json::String(s.text.clone()),
            Kind::List(items) => items.iter().map(Node::json).collect(),
            Kind::Map(entries) => {
                let members = entries.iter().map(|e| (e.key.text.clone(), e.value.json()));
                Json::Object(members.collect())
            }
        }
    }

    /// The values directly inside, in order.
    pub fn members(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.kind {
            Kind::List(items) => Box::new(items.iter()),
            Kind::Map(entries) => Box::new(entries.iter().map(|e| &e.value)),
            Kind::Null | Kind::Scalar(_) => Box::new(std::iter::empty()),
        }
    }

    /// The values directly inside, to change.
    pub fn members_mut(&mut self) -> Box<dyn Iterator<Item = &mut Node> + '_> {
        match &mut self.kind {
            Kind::List(items) => Box::new(items.iter_mut()),
            Kind::Map(entries) => Box::new(entries.iter_mut().map(|e| &mut e.value)),
            Kind::Null | Kind::Scalar(_) => Box::new(std::iter::empty()),
        }
    }

    /// What a person would call this value in a message: "a list", "text", ...
    pub fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Scalar(s) if s.style == Style::Quoted => "text",
            Kind::Scalar(s) if s.text == "true" || s.text == "false" => "a boolean",
            Kind::Scalar(s) if s.text.parse::<f64>().is_ok() => "a number",
            Kind::Scalar(_) => "text",
        }
    }

    /// The members, if this is a map.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The member of that name, if this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key.text == name)
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_decimal_is_a_number_in_both_notations() {
        for number in ["0", "-0", "+1", "10", "1.5", "0.5", "1e9", "1.5E-3"] {
            assert!(decimal(number), "{number}");
        }
        for text in [
            "", "-", "01", ".5", "1.", "0x10", "1_000", "1e", "1e+", "NaN", "1.5.0", "٣",
        ] {
            assert!(!decimal(text), "{text}");
        }
    }
}

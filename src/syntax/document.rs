//! The tree that both notations become.

use crate::source::Span;

/// A parsed text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The topmost node; a map in every valid topology.
    pub root: Node,
    /// Comments that follow the last node.
    pub trailing: Vec<String>,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value's own text, without its key.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
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
    /// Comment lines standing before it, without `#` or `//`, kept for `fmt` and `convert`.
    pub comments: Vec<String>,
    /// A comment on the same line.
    pub trailing: Option<String>,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
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

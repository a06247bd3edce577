//! A tree as text, in either notation: the canonical form of `fmt` and `convert`.
//!
//! Lines stay lines: what was written on one line stays there, what had a line for each
//! member keeps them, and comments and blank lines keep their places.

mod kdl;
mod yaml;

use super::codes::CHANGED;
use super::{Document, Kind, Label, Layout, Limits, Node, Notation, Scalar};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};

/// Columns up to which a collection of unknown layout stays on one line.
const WIDTH: usize = 100;

/// The canonical text of a tree.
pub fn print(document: &Document, notation: Notation) -> String {
    match notation {
        Notation::Yaml => yaml::print(document),
        Notation::Kdl => kdl::print(document),
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// As a key.
    Key,
    /// As a value.
    Value,
}

/// A text as the canonical form writes it, also among brackets: in quotes where it needs them.
pub fn text(text: &str, stands: Stands, notation: Notation) -> String {
    match (notation, stands) {
        (Notation::Yaml, Stands::Key) => yaml::text_key(text),
        (Notation::Yaml, Stands::Value) => yaml::text_value(text),
        (Notation::Kdl, Stands::Key) => kdl::word(text),
        (Notation::Kdl, Stands::Value) => kdl::quoted(text),
    }
}

/// Text in double quotes, with the escapes that both notations share; `control` prints any other
/// control character.
fn quoted(text: &str, control: fn(char) -> String) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&control(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The canonical text of a tree, read again: whatever it says, it says the same.
///
/// # Errors
/// The place whose value or comments would not be the same.
pub fn checked(
    document: &Document,
    notation: Notation,
    limits: &Limits,
) -> Result<String, Box<Diagnostic>> {
    let text = print(document, notation);
    let mut sources = SourceMap::default();
    let name = match notation {
        Notation::Yaml => "printed.yaml",
        Notation::Kdl => "printed.kdl",
    };
    let file = sources.add(name, text.as_str());
    let mut out = Diagnostics::default();
    let again = super::parse(&sources, file, limits, &mut out);
    let fault = out.iter().next();
    let place = match &again {
        Some(again) if fault.is_none() => difference(&document.root, &again.root),
        _ => Some(document.root.span),
    };
    let Some(place) = place else {
        return Ok(text);
    };
    let said = fault.map_or(String::new(), |f| format!(": {}", f.message));
    let notation = match notation {
        Notation::Yaml => "YAML",
        Notation::Kdl => "KDL",
    };
    let message = format!("printed as {notation}, this would read differently{said}");
    let fault = Diagnostic::error(CHANGED, place, message, "nothing was written");
    Err(Box::new(fault.help(
        "write this value another way; it is a bug of meridian: please report it with this line",
    )))
}

/// The tree as another notation lays it out: on one line where it fits, and without the
/// names that only YAML has.
pub fn relaid(mut document: Document) -> Document {
    fn relay(node: &mut Node) {
        node.notes.layout = Layout::Free;
        node.notes.label = None;
        node.members_mut().for_each(relay);
    }
    relay(&mut document.root);
    document
}

/// The first place where two trees differ in a value or a comment.
fn difference(a: &Node, b: &Node) -> Option<Span> {
    let notes = (&a.notes.before, &a.notes.beside, &a.notes.inside)
        == (&b.notes.before, &b.notes.beside, &b.notes.inside);
    let same = notes && label(a) == label(b);
    match (&a.kind, &b.kind) {
        _ if !same => Some(a.span),
        (Kind::Null, Kind::Null) => None,
        (Kind::Scalar(x), Kind::Scalar(y)) => {
            let style = x.style == y.style || !Scalar::typed(&x.text);
            (x.text != y.text || !style).then_some(a.span)
        }
        (Kind::List(x), Kind::List(y)) if x.len() == y.len() => {
            x.iter().zip(y).find_map(|(x, y)| difference(x, y))
        }
        // KDL writes a list of one like a single value.
        (Kind::List(x), Kind::Scalar(y)) if x.len() == 1 && y.may_be_list => {
            let alone = Node::new(b.span, b.kind.clone());
            difference(&x[0], &alone)
        }
        (Kind::Map(x), Kind::Map(y)) if x.len() == y.len() => x.iter().zip(y).find_map(|(x, y)| {
            if x.key.text == y.key.text {
                difference(&x.value, &y.value)
            } else {
                Some(x.key.span)
            }
        }),
        _ => Some(a.span),
    }
}

fn label(node: &Node) -> Option<(bool, &str)> {
    match node.notes.label.as_ref()? {
        Label::Anchor(name) => Some((false, name)),
        Label::Alias(name, _) => Some((true, name)),
    }
}

/// Whether nothing inside a collection has a comment or a blank line, so that it may stand
/// on one line.
fn quiet(node: &Node) -> bool {
    let bare = |n: &Node| n.notes.before.is_empty() && n.notes.beside.is_none() && quiet(n);
    node.notes.inside.is_empty() && node.members().all(bare)
}

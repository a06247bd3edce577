//! What a spec consists of, seen as inputs: every value, every name, every default.

use crate::source::Span;
use crate::spec::schema;
use crate::syntax::{Document, Key, Node};
use serde_json::Value as Json;

/// Something that could be otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The keys that lead to it, as people read them; items of lists by number: `serves[0]`.
    pub path: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// Where it stands; a default where the entry that lacks it stands.
    pub span: Span,
    /// Its text.
    pub text: String,
    /// The way to it: the place of each member among its siblings.
    pub(super) way: Vec<usize>,
}

/// The kinds of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A value that is written.
    Value,
    /// The name of an entry: a region, a service, a host.
    Name,
    /// A value that is not written, and what it is then.
    Default,
}

impl Input {
    /// The path as people write it; a key with a dot stands in quotes.
    pub fn shown(&self) -> String {
        crate::diff::path(&self.path)
    }
}

/// Every input of a spec with what the schema says about it.
pub fn inputs(document: &Document) -> Vec<(Input, &'static Json)> {
    let mut found = Vec::new();
    let root = schema::shared();
    walk(&document.root, root, &Input::top(document), &mut found);
    found
}

impl Input {
    fn top(document: &Document) -> Self {
        Input {
            path: Vec::new(),
            kind: Kind::Value,
            span: document.root.span,
            text: String::new(),
            way: Vec::new(),
        }
    }

    /// A member of it.
    fn member(&self, place: usize, path: Vec<String>, span: Span, text: &str) -> Self {
        Input {
            path,
            kind: Kind::Value,
            span,
            text: text.to_string(),
            way: [self.way.as_slice(), &[place]].concat(),
        }
    }

    fn below(&self, key: &str) -> Vec<String> {
        [self.path.as_slice(), &[key.to_string()]].concat()
    }
}

fn walk(node: &Node, shape: &'static Json, at: &Input, found: &mut Vec<(Input, &'static Json)>) {
    match &node.kind {
        crate::syntax::Kind::Null => {}
        crate::syntax::Kind::Scalar(s) => {
            let text = s.text.clone();
            found.push((Input { text, ..at.clone() }, shape));
        }
        crate::syntax::Kind::List(items) => {
            let of = alternatives(shape).find_map(|s| s.get("items"));
            for (place, item) in items.iter().enumerate() {
                let mut path = at.path.clone();
                if let Some(last) = path.last_mut() {
                    last.push_str(&format!("[{place}]"));
                }
                let input = at.member(place, path, item.span, "");
                walk(item, of.unwrap_or(&Json::Null), &input, found);
            }
        }
        crate::syntax::Kind::Map(entries) => {
            for (place, entry) in entries.iter().enumerate() {
                let (shape, named) = member(shape, &entry.key);
                let path = at.below(&entry.key.text);
                let input = at.member(place, path, entry.value.span, &entry.key.text);
                if named {
                    let span = entry.key.span;
                    let name = Input {
                        kind: Kind::Name,
                        span,
                        ..input.clone()
                    };
                    found.push((name, &Json::Null));
                }
                walk(&entry.value, shape, &input, found);
            }
            defaults(node, shape, at, found);
        }
    }
}

/// Fields that an entry leaves to their defaults.
fn defaults(
    node: &Node,
    shape: &'static Json,
    at: &Input,
    found: &mut Vec<(Input, &'static Json)>,
) {
    let fields = alternatives(shape).filter_map(|s| s["properties"].as_object());
    for (key, field) in fields.flatten() {
        if node.get(key).is_some() {
            continue;
        }
        let text = match &field["default"] {
            Json::String(text) => text.clone(),
            Json::Bool(_) | Json::Number(_) => field["default"].to_string(),
            _ => continue,
        };
        let input = Input {
            path: at.below(key),
            kind: Kind::Default,
            text,
            ..at.clone()
        };
        found.push((input, field));
    }
}

/// The schema of a member, and whether its key is a name that the user chose.
fn member(shape: &'static Json, key: &Key) -> (&'static Json, bool) {
    let own = alternatives(shape).find_map(|s| s["properties"].get(&key.text));
    let named = alternatives(shape).find_map(|s| s.get("additionalProperties"));
    match (own, named) {
        (Some(own), _) => (own, false),
        (None, Some(named)) => (named, true),
        (None, None) => (&Json::Null, false),
    }
}

/// The shapes that a schema allows, behind references.
pub(super) fn alternatives(shape: &'static Json) -> impl Iterator<Item = &'static Json> {
    fn gather(shape: &'static Json, found: &mut Vec<&'static Json>) {
        let reference = shape["$ref"]
            .as_str()
            .or(shape["allOf"][0]["$ref"].as_str());
        let name = reference.and_then(|r| r.strip_prefix("#/definitions/"));
        match (name, shape["anyOf"].as_array()) {
            (Some(name), _) => gather(&schema::shared()["definitions"][name], found),
            (None, Some(any)) => any.iter().for_each(|s| gather(s, found)),
            (None, None) => found.push(shape),
        }
    }
    let mut found = Vec::new();
    gather(shape, &mut found);
    found.into_iter()
}

//! The language at each place of a tree: which record and field a value belongs to.

use crate::source::Span;
use crate::spec::schema;
use crate::syntax::{Document, Key, Kind, Node};
use serde_json::Value as Json;

/// A value of a tree with what the language says of it.
pub(super) struct Here<'a> {
    /// The value.
    pub(super) node: &'a Node,
    /// Its key, if it has one.
    pub(super) key: Option<&'a Key>,
    /// The keys that lead to it.
    pub(super) path: Vec<&'a str>,
    /// The schema of the value; `Null` where the language knows nothing.
    pub(super) schema: &'static Json,
    /// The schema of the field, with its description.
    pub(super) about: &'static Json,
    /// The record and the field that it is in: `("Service", "uses")`, also for its items and
    /// for members by name.
    pub(super) field: (&'static str, &'static str),
    /// Whether its key is a name, and no key of the language.
    pub(super) named: bool,
    /// Whether the field has one value for all, or one for each by name.
    pub(super) per_name: bool,
}

/// Visits every value of a tree, the outer ones first.
pub(super) fn walk<'a>(document: &'a Document, visit: &mut dyn FnMut(&Here<'a>)) {
    let root = Here {
        node: &document.root,
        key: None,
        path: Vec::new(),
        schema: schema::shared(),
        about: schema::shared(),
        field: ("Spec", ""),
        named: false,
        per_name: false,
    };
    inside(&root, "Spec", visit);
}

fn inside<'a>(here: &Here<'a>, record: &'static str, visit: &mut dyn FnMut(&Here<'a>)) {
    visit(here);
    match &here.node.kind {
        Kind::List(items) => {
            for item in items {
                let (schema, inner) = resolved(&here.schema["items"], item);
                let next = Here {
                    node: item,
                    key: None,
                    path: here.path.clone(),
                    schema,
                    named: false,
                    per_name: false,
                    ..*here
                };
                inside(&next, inner.unwrap_or(""), visit);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let own = here.schema["properties"].as_object();
                let own = own.and_then(|p| p.get_key_value(&entry.key.text));
                let about = own.map_or(&here.schema["additionalProperties"], |(_, s)| s);
                let (schema, inner) = resolved(about, &entry.value);
                let mut path = here.path.clone();
                path.push(&entry.key.text);
                let next = Here {
                    node: &entry.value,
                    key: Some(&entry.key),
                    path,
                    schema,
                    about,
                    field: own.map_or(here.field, |(key, _)| (record, key.as_str())),
                    named: own.is_none(),
                    per_name: about["anyOf"].is_array(),
                };
                inside(&next, inner.unwrap_or(""), visit);
            }
        }
        Kind::Null | Kind::Scalar(_) => {}
    }
}

/// The schema of a value behind references and choices, and the record that it is, if any.
fn resolved(schema: &'static Json, node: &Node) -> (&'static Json, Option<&'static str>) {
    if let Some(name) = schema::record_of(schema) {
        return (&schema::shared()["definitions"][name], Some(name));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let map = matches!(node.kind, Kind::Map(_));
        let fits = |s: &&Json| (s["type"] == "object") == map;
        let choice = choices.iter().find(fits);
        return (choice.unwrap_or(schema), None);
    }
    (schema, None)
}

/// The innermost value at a place of a file: the place is in its key or in its text.
pub(super) fn at(document: &Document, offset: usize) -> Option<Here<'_>> {
    let covers = |span: Span| (span.start as usize..=span.end as usize).contains(&offset);
    let mut found: Option<Here> = None;
    walk(document, &mut |here| {
        let on_key = here.key.is_some_and(|k| covers(k.span));
        if on_key || covers(here.node.span) {
            found = Some(Here {
                path: here.path.clone(),
                ..*here
            });
        }
    });
    found.filter(|h| !h.path.is_empty())
}

/// The keys that the record of an entry may have, found by the place of the entry's key.
pub(super) fn keys(document: &Document, key: Span) -> Vec<&'static str> {
    let mut found = Vec::new();
    walk(document, &mut |here| {
        if here.key.is_some_and(|k| k.span == key) {
            let properties = here.schema["properties"].as_object();
            found = properties
                .into_iter()
                .flatten()
                .map(|(k, _)| k.as_str())
                .collect();
        }
    });
    found
}

/// The places of all keys that are names, and no keys of the language.
pub(super) fn names(document: &Document) -> Vec<Span> {
    let mut found = Vec::new();
    walk(document, &mut |here| {
        found.extend(here.key.filter(|_| here.named).map(|key| key.span));
    });
    found
}

/// Whether a key stands at the top level.
pub(super) fn is_topmost(key: &str) -> bool {
    schema::shared()["properties"].get(key).is_some()
}

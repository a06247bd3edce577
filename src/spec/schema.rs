//! The JSON schema of the language, from the same records that decode it.

use super::decode::{Decode, Definitions};
use super::model::Spec;
use crate::syntax::{Document, Kind, Node};
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

/// The schema, made once: a spec with thousands of unknown keys asks for it as often.
static SCHEMA: LazyLock<Json> = LazyLock::new(schema);

/// The schema as JSON, draft-07: what editors read everywhere.
pub fn schema() -> Json {
    let mut definitions = Definitions::new();
    Spec::schema(&mut definitions);
    let mut root = definitions.remove("Spec").unwrap_or_default();
    add_snippets(&mut root);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://meridian-compiler.dev/schema/topology.schema.json",
        "title": "meridian topology",
    });
    if let (Some(target), Json::Object(members)) = (schema.as_object_mut(), root) {
        target.extend(members);
        target.insert("definitions".into(), json!(definitions));
    }
    schema
}

/// The schema, made once.
pub fn shared() -> &'static Json {
    &SCHEMA
}

/// The record that a schema refers to.
pub fn record_of(schema: &Json) -> Option<&str> {
    let reference = schema["allOf"][0]["$ref"]
        .as_str()
        .or(schema["$ref"].as_str());
    reference?.strip_prefix("#/definitions/")
}

/// The settings of stores that no kind of an engine reads.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The engine's word.
    pub engine: &'static str,
    /// The settings, by their paths below the store.
    pub paths: Vec<&'static str>,
}

/// The schema file's text. An editor warns of a setting that the store's engine does not read.
pub fn text(unread: &[Unread]) -> String {
    printed(&hinted(unread))
}

/// The text of the schema for files that include others or are included: a record may be in
/// several files, so nothing has to be in this one.
pub fn part_text(unread: &[Unread]) -> String {
    let mut schema = hinted(unread);
    schema["$id"] = json!("https://meridian-compiler.dev/schema/part.schema.json");
    schema["title"] = json!("meridian topology in several files");
    let definitions = schema["definitions"].as_object_mut().into_iter();
    for record in definitions.flat_map(|all| all.values_mut()) {
        optional(record);
    }
    optional(&mut schema);
    printed(&schema)
}

fn optional(record: &mut Json) {
    if let Some(members) = record.as_object_mut() {
        members.shift_remove("required");
    }
}

fn hinted(unread: &[Unread]) -> Json {
    let mut schema = schema();
    let hints: Vec<Json> = unread.iter().map(hint).collect();
    schema["definitions"]["Datastore"]["allOf"] = Json::Array(hints);
    schema
}

fn printed(schema: &Json) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}

/// What is said of the settings that an engine does not read. It refuses nothing: the compiler
/// warns of them too.
fn hint(unread: &Unread) -> Json {
    let mut fields = json!({});
    for path in &unread.paths {
        let says = format!("`{}` does not read `{path}`", unread.engine);
        let mut here = &mut fields;
        let mut record = "Datastore";
        let mut keys = path.split('.').peekable();
        while let Some(key) = keys.next() {
            here = &mut here["properties"][key];
            let member = &SCHEMA["definitions"][record]["properties"][key];
            if keys.peek().is_none() {
                break;
            }
            if let Some(items) = record_of(&member["additionalProperties"]) {
                record = items;
                here = &mut here["additionalProperties"];
            } else if let Some(next) = record_of(member) {
                record = next;
            }
        }
        here["deprecationMessage"] = json!(says);
    }
    json!({
        "if": { "properties": { "engine": { "const": unread.engine } }, "required": ["engine"] },
        "then": fields,
    })
}

fn add_snippets(root: &mut Json) {
    let snippets = [
        (
            "regions",
            "region",
            "${1:us-central1}:\n  role: ${2|primary,secondary,standby,witness|}\n  weight: ${3:50}",
        ),
        (
            "services",
            "service",
            "${1:api}:\n  runtime: ${2|kubernetes,cloud-run|}\n  image: ${3:shop/api}\n  replicas: ${4:3..20}",
        ),
        (
            "datastores",
            "datastore",
            "${1:main}:\n  engine: ${2:firestore}\n  location: ${3:nam5}\n  backup: { every: 1d, keep: 30d, point_in_time: 7d }",
        ),
    ];
    for (key, label, body) in snippets {
        root["properties"][key]["defaultSnippets"] = json!([{
            "label": label,
            "description": format!("A new {label}"),
            "body": body,
        }]);
    }
}

/// The tree with lists wherever the language has them: KDL writes a list of one like a
/// single value.
pub fn with_lists(document: &Document) -> Document {
    fn walk(schema: &Json, here: &Json, node: &mut Node) {
        if let Some(name) = record_of(here) {
            return walk(schema, &schema["definitions"][name], node);
        }
        if here["type"] == "array" && matches!(&node.kind, Kind::Scalar(s) if s.may_be_list) {
            node.kind = Kind::List(vec![node.clone()]);
        }
        match &mut node.kind {
            Kind::List(items) => items
                .iter_mut()
                .for_each(|i| walk(schema, &here["items"], i)),
            Kind::Map(entries) => {
                for entry in entries {
                    let own = here["properties"].get(&entry.key.text);
                    walk(
                        schema,
                        own.unwrap_or(&here["additionalProperties"]),
                        &mut entry.value,
                    );
                }
            }
            Kind::Null | Kind::Scalar(_) => {}
        }
    }
    let mut document = document.clone();
    walk(&SCHEMA, &SCHEMA, &mut document.root);
    document
}

/// The keys under which a key of that name may stand: for "belongs under".
pub fn homes_of(key: &str) -> Vec<String> {
    let schema = &*SCHEMA;
    let mut homes = Vec::new();
    let properties = schema["properties"].as_object();
    for (top, member) in properties.into_iter().flatten() {
        if has_property(schema, member, key, 0) {
            homes.push(top.clone());
        }
    }
    if schema["properties"].get(key).is_some() {
        homes.insert(0, "the top level".to_string());
    }
    homes.truncate(3);
    homes
}

/// A value that a key of a record may have, as JSON, from its documentation.
pub fn example_of(record: &str, key: &str) -> Option<String> {
    let properties = match record {
        "Spec" => &SCHEMA["properties"],
        _ => &SCHEMA["definitions"][record]["properties"],
    };
    let example = &properties[key]["examples"][0];
    (!example.is_null()).then(|| example.to_string())
}

/// Whether a member leads to a record with that key, at most one map away.
fn has_property(schema: &Json, member: &Json, key: &str, depth: usize) -> bool {
    if let Some(name) = record_of(member) {
        return schema["definitions"][name]["properties"].get(key).is_some();
    }
    depth < 2 && has_property(schema, &member["additionalProperties"], key, depth + 1)
}

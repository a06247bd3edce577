//! The JSON schemas of what commands print as JSON, from the records that are printed.

use super::view::View;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value as Json, json};

/// The version of what `analyze` and `diff` print as JSON. 2: verdicts are `met`, `met if`, `at risk`,
/// `violated` and `unproven`; classes are `emitted`, `enforced`, `documented`, `measured` and `unknown`.
pub const VERSION: u32 = 2;

/// The schema of what `analyze` prints.
pub fn schema() -> Json {
    of::<View>("analysis")
}

/// The schema file's text.
pub fn text() -> String {
    printed(&schema())
}

/// The schema of a record as JSON, draft-07. Every member is always there; there are no others.
pub fn of<T: JsonSchema>(name: &str) -> Json {
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let mut root = generator.into_root_schema_for::<T>().to_value();
    closed(&mut root);
    let mut schema = json!({
        "$schema": root["$schema"],
        "$id": format!("https://meridian-compiler.dev/schema/{name}.schema.json"),
        "title": format!("meridian {name}"),
    });
    if let (Some(target), Json::Object(members)) = (schema.as_object_mut(), root) {
        let rest = members.into_iter();
        target.extend(rest.filter(|(name, _)| name != "$schema" && name != "title"));
    }
    schema
}

/// A schema as text.
pub fn printed(schema: &Json) -> String {
    let text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text + "\n"
}

/// Says of every object that it has exactly the members that it names. Formats of numbers
/// are none that validators know.
fn closed(schema: &mut Json) {
    if let Some(object) = schema.as_object_mut()
        && object.contains_key("minimum")
    {
        object.remove("format");
    }
    if let Some(properties) = schema["properties"].as_object() {
        let names: Vec<String> = properties.keys().cloned().collect();
        schema["required"] = json!(names);
        schema["additionalProperties"] = json!(false);
    }
    match schema {
        Json::Object(members) => members.values_mut().for_each(closed),
        Json::Array(items) => items.iter_mut().for_each(closed),
        _ => {}
    }
}

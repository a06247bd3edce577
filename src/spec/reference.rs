//! The reference of the language for people, from the same definitions as decoder and schema.

use super::schema::{record_of, shared};
use crate::format::markdown::{code, text as escaped};
use serde_json::Value as Json;
use std::fmt::Write;

/// The page: every record with its fields, those that lead to others first.
pub fn text() -> String {
    let mut out = String::from(
        "# Language reference\n\nPrinted by `meridian schema reference`. A field without a default may be left out unless it says *required*. \
         `meridian explain CODE` and the hover text of `meridian lsp` say more where it depends on the spec.\n",
    );
    let mut queue = vec![("Spec", shared())];
    let mut seen = vec!["Spec"];
    let mut at = 0;
    while let Some((name, record)) = queue.get(at).copied() {
        at += 1;
        section(&mut out, name, record);
        for (_, member) in properties(record) {
            for found in records(member) {
                if !seen.contains(&found) {
                    seen.push(found);
                    queue.push((found, &shared()["definitions"][found]));
                }
            }
        }
    }
    out
}

fn properties(record: &'static Json) -> impl Iterator<Item = (&'static str, &'static Json)> {
    let members = record["properties"].as_object().into_iter().flatten();
    members.map(|(key, member)| (key.as_str(), member))
}

/// The records that a value leads to.
fn records(schema: &'static Json) -> Vec<&'static str> {
    if let Some(name) = record_of(schema) {
        return vec![name];
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    let inside = [&schema["items"], &schema["additionalProperties"]];
    let inside = inside.into_iter().filter(|s| s.is_object());
    choices.chain(inside).flat_map(records).collect()
}

fn section(out: &mut String, name: &str, record: &'static Json) {
    let title = if name == "Spec" {
        "The topmost level"
    } else {
        name
    };
    let says = record["description"].as_str().unwrap_or_default();
    let _ = writeln!(out, "\n## {title}\n\n{}\n", escaped(says));
    out.push_str("| field | takes | default | meaning | example |\n|---|---|---|---|---|\n");
    let required = record["required"].as_array();
    let mut words = Vec::new();
    for (key, member) in properties(record) {
        let needs = required.is_some_and(|all| all.iter().any(|k| k == key));
        let default = match (member.get("default"), needs) {
            (Some(default), _) => code(&shown(default)),
            (None, true) => "*required*".into(),
            (None, false) => "–".into(),
        };
        let example = member["examples"].get(0);
        let example = example.map_or("–".into(), |e| code(&shown(e)));
        let says = escaped(member["description"].as_str().unwrap_or_default());
        let _ = writeln!(
            out,
            "| {} | {} | {default} | {says} | {example} |",
            code(key),
            takes(member)
        );
        if let Some(choice) = choice(member) {
            words.push((key, choice));
        }
    }
    for (key, choice) in words {
        let _ = writeln!(out, "\nWords of {}:\n", code(key));
        let all = choice["enum"].as_array().into_iter().flatten().enumerate();
        for (at, word) in all {
            let means = choice["markdownEnumDescriptions"][at]
                .as_str()
                .unwrap_or_default();
            let _ = writeln!(out, "- {}: {}", code(&shown(word)), escaped(means));
        }
    }
}

/// The closed list that a value, or an item of it, is out of.
fn choice(schema: &'static Json) -> Option<&'static Json> {
    if schema["enum"].is_array() {
        return Some(schema);
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    let inside = [&schema["items"], &schema["additionalProperties"]];
    let inside = inside.into_iter().filter(|s| s.is_object());
    choices.chain(inside).find_map(choice)
}

/// What a field takes, in words.
fn takes(schema: &'static Json) -> String {
    if let Some(name) = record_of(schema) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let each: Vec<String> = choices.iter().map(takes).collect();
        return each.join("; or ");
    }
    if schema["enum"].is_array() {
        return "a word".into();
    }
    if let Some(unit) = schema["patternErrorMessage"].as_str() {
        return unit.trim_start_matches("write ").replace('|', "\\|");
    }
    let bounds = (schema["minimum"].as_u64(), schema["maximum"].as_u64());
    match (schema["type"].as_str(), bounds) {
        (Some("array"), _) => format!("a list of: {}", takes(&schema["items"])),
        (Some("object"), _) => format!("by name: {}", takes(&schema["additionalProperties"])),
        (Some("integer"), (Some(least), Some(most))) if most < u64::from(u32::MAX) => {
            format!("a whole number from {least} to {most}")
        }
        (Some("integer"), _) => "a whole number".into(),
        (Some("number"), _) => "a number".into(),
        (Some("boolean"), _) => "`true` or `false`".into(),
        _ => "text".into(),
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

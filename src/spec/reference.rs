//! The reference of the language for people, from the same definitions as decoder and schema.

use super::schema::{record_of, shared};
use crate::format::markdown::{code, text as escaped};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Who reads a setting that not every kind and not every cloud reads.
#[derive(Debug, Clone)]
pub struct Readers {
    /// The record that the path begins at.
    pub record: &'static str,
    /// The setting's path below it: `replication.max_lag`. What follows a colon is the one value
    /// that is meant.
    pub path: &'static str,
    /// Who reads it, for people.
    pub by: String,
}

/// A record and one of its fields.
type Field = (&'static str, &'static str);

impl Readers {
    /// The record and the field where the path ends.
    fn field(&self) -> Field {
        let path = self.path.split(':').next().unwrap_or(self.path);
        let (mut record, mut rest) = (self.record, path);
        while let Some((key, below)) = rest.split_once('.') {
            let member = &definition(record)["properties"][key];
            record = records(member).first().copied().unwrap_or(record);
            rest = below;
        }
        (record, rest)
    }

    /// Who reads it: with the value that is meant, and with what has the record, if several do.
    fn words(&self) -> String {
        let value = self.path.split_once(": ").map(|(_, value)| code(value));
        let several = self.record != "Spec" && self.record != self.field().0;
        let of = several.then(|| format!("of {}", self.record));
        let which: Vec<String> = value.into_iter().chain(of).collect();
        if which.is_empty() {
            self.by.clone()
        } else {
            format!("{}: {}", which.join(" "), self.by)
        }
    }
}

fn definition(record: &str) -> &'static Json {
    if record == "Spec" {
        shared()
    } else {
        &shared()["definitions"][record]
    }
}

/// The page: every record with its fields, those that lead to others first.
pub fn text(readers: &[Readers]) -> String {
    let mut out = String::from(
        "# Language reference\n\nPrinted by `meridian schema reference`. A field without a default may be left out unless it says *required*. \
         *Read by* is there where not every kind of store and not every cloud reads a field: what is written elsewhere is PRV102 or PRV103. \
         `meridian explain CODE` and the hover text of `meridian lsp` say more where it depends on the spec.\n",
    );
    let mut read_by: BTreeMap<Field, Vec<String>> = BTreeMap::new();
    for readers in readers {
        let by = readers.words();
        read_by.entry(readers.field()).or_default().push(by);
    }
    let mut queue = vec![("Spec", shared())];
    let mut seen = vec!["Spec"];
    let mut at = 0;
    while let Some((name, record)) = queue.get(at).copied() {
        at += 1;
        section(&mut out, name, record, &read_by);
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

fn section(
    out: &mut String,
    name: &'static str,
    record: &'static Json,
    read_by: &BTreeMap<Field, Vec<String>>,
) {
    let title = if name == "Spec" {
        "The topmost level"
    } else {
        name
    };
    let says = record["description"].as_str().unwrap_or_default();
    let _ = writeln!(out, "\n## {title}\n\n{}\n", escaped(says));
    let partly = properties(record).any(|(key, _)| read_by.contains_key(&(name, key)));
    let (title, rule) = if partly {
        (" read by |", "---|")
    } else {
        ("", "")
    };
    let _ = writeln!(
        out,
        "| field | takes | default | meaning | example |{title}\n|---|---|---|---|---|{rule}"
    );
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
        let readers = read_by.get(&(name, key)).map(|by| by.join("; "));
        let readers = match readers {
            Some(readers) => format!(" {readers} |"),
            None if partly => " all |".to_string(),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {default} | {says} | {example} |{readers}",
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

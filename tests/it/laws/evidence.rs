//! Evidence, looked up in the files of a tree.

use super::documents;
use crate::support::Case;
use meridian::deployment::{Evidence, Reading};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The files of a tree, with what has been read of them.
pub struct Files {
    texts: BTreeMap<String, String>,
    calls: BTreeMap<String, Value>,
    objects: RefCell<BTreeMap<String, Vec<Value>>>,
}

impl Files {
    pub fn of(case: &Case) -> Files {
        let files = case.done.artifacts.iter();
        Files::new(files.map(|(path, file)| (path.to_string(), file.text.clone())))
    }

    pub fn new(texts: impl Iterator<Item = (String, String)>) -> Files {
        let texts: BTreeMap<String, String> = texts.collect();
        let mains = texts.iter();
        let mains = mains.filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"));
        let mut calls = BTreeMap::new();
        for (_, text) in mains {
            let root: Value = hcl::from_str(text).expect("HCL");
            for (name, call) in root["module"].as_object().into_iter().flatten() {
                calls.insert(name.clone(), call.clone());
            }
        }
        Files {
            texts,
            calls,
            objects: RefCell::default(),
        }
    }

    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// All module calls by name.
    pub fn calls(&self) -> &BTreeMap<String, Value> {
        &self.calls
    }

    /// The documents of a YAML file, read once.
    pub fn documents(&self, file: &str) -> Vec<Value> {
        let text = self.texts.get(file).map_or("", String::as_str);
        let mut objects = self.objects.borrow_mut();
        let read = objects.entry(file.to_string());
        read.or_insert_with(|| documents(text)).clone()
    }

    /// What stands at an evidence, as text; several where a pointer has a `*`.
    fn at(&self, evidence: &Evidence) -> Vec<String> {
        match evidence {
            Evidence::Argument { call, path } => {
                let found = self.calls.get(call).and_then(|call| by_dots(call, path));
                found.map(text).into_iter().collect()
            }
            Evidence::Object {
                file,
                kind,
                name,
                pointer,
            } => {
                let objects = self.documents(file);
                let own = objects
                    .iter()
                    .filter(|o| o["kind"] == **kind && o["metadata"]["name"] == **name);
                own.flat_map(|o| pointed(o, pointer)).map(text).collect()
            }
            Evidence::Field { file, pointer } => {
                let documents = self.documents(file);
                let found = documents.iter().flat_map(|d| pointed(d, pointer));
                found.map(text).collect()
            }
            Evidence::File { .. } => Vec::new(),
        }
    }

    /// Whether a reading is what the tree says.
    pub fn holds(&self, reading: &Reading) -> Result<(), String> {
        if let Evidence::File { file, key } = &reading.at {
            let text = self.texts.get(file).map_or("", String::as_str);
            let mut rests = text.split(key.as_str()).skip(1);
            let found = rests.any(|rest| rest.starts_with(&reading.says));
            return match found {
                true => Ok(()),
                false => Err(format!("nothing in {file} says {key}{}", reading.says)),
            };
        }
        let found = self.at(&reading.at);
        match found.contains(&reading.says) {
            true => Ok(()),
            false => Err(format!(
                "{:?} says {found:?}, not {}",
                reading.at, reading.says
            )),
        }
    }
}

/// A value behind keys that are joined by dots, and may hold dots of their own.
fn by_dots<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(value);
    }
    value.as_object()?.iter().find_map(|(key, inner)| {
        let rest = path.strip_prefix(key.as_str())?;
        match rest.strip_prefix('.') {
            Some(rest) => by_dots(inner, rest),
            None if rest.is_empty() => Some(inner),
            None => None,
        }
    })
}

/// What a pointer leads to: see [`Evidence::Field`].
fn pointed<'a>(value: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for part in pointer.split('/').skip(1) {
        found = found.into_iter().flat_map(|v| step(v, part)).collect();
    }
    found
}

fn step<'a>(value: &'a Value, part: &str) -> Vec<&'a Value> {
    let items = || value.as_array().into_iter().flatten();
    match part.split_once('=') {
        _ if part == "*" => items().collect(),
        Some((key, wanted)) => items().filter(|i| i[key] == *wanted).collect(),
        None => match part.parse::<usize>() {
            Ok(index) if value.is_array() => items().nth(index).into_iter().collect(),
            _ => value.get(part).into_iter().collect(),
        },
    }
}

/// A scalar as it is written.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

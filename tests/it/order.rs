//! A map has no order: permuting one changes no byte, and what is added or removed changes
//! nothing of what stays.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::arithmetic::dice::Dice;
use crate::support::{Case, TODAY, compiled, example, root, spec_after};
use meridian::cli::load;
use meridian::lock::{Lock, print};
use meridian::syntax::{Document, Kind, Limits, Node};
use meridian::{Compilation, Until, compile};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn shuffle(node: &mut Node, dice: &mut Dice) {
    match &mut node.kind {
        Kind::Map(entries) => {
            for last in (1..entries.len()).rev() {
                entries.swap(last, dice.from(0, last as u64) as usize);
            }
            entries.iter_mut().for_each(|e| shuffle(&mut e.value, dice));
        }
        Kind::List(items) => items.iter_mut().for_each(|i| shuffle(i, dice)),
        Kind::Scalar(_) | Kind::Null => {}
    }
}

fn built(document: &Document, lock: Option<&Lock>) -> Compilation {
    compile(
        Some(document),
        lock,
        "topology.yaml",
        Default::default(),
        Until::Emitted,
        Some(TODAY),
    )
}

/// Everything that a compilation says, as text.
fn said(done: &Compilation) -> BTreeMap<String, String> {
    let files = done.artifacts.iter();
    let files = files.map(|(path, file)| (path.to_string(), file.text.clone()));
    let lock = done.lock().map(|l| ("lock".to_string(), print(l)));
    let findings = done.diagnostics.iter().map(|d| format!("{d:?}\n"));
    let findings = ("findings".to_string(), findings.collect());
    files.chain(lock).chain([findings]).collect()
}

fn specs() -> Vec<PathBuf> {
    let folders = ["examples", "tests/fixtures", "tests/cases"];
    let files = folders
        .iter()
        .flat_map(|f| walkdir::WalkDir::new(root().join(f)));
    let files = files.flatten().map(|e| e.into_path());
    let mut specs: Vec<_> = files
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .collect();
    specs.sort();
    specs
}

/// The files that are others once the maps of a spec are permuted.
pub fn moved_by_order(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("topology.yaml");
    std::fs::write(&path, text).unwrap();
    let Some(document) = load::load(&path, &Limits::default()).document else {
        return vec!["it cannot be read".into()];
    };
    let straight = said(&built(&document, None));
    let mut turned = document;
    shuffle(&mut turned.root, &mut Dice::new(7));
    let turned = said(&built(&turned, None));
    let names = straight.keys().chain(turned.keys());
    let mut names: Vec<&String> = names
        .filter(|n| straight.get(*n) != turned.get(*n))
        .collect();
    names.dedup();
    names.into_iter().cloned().collect()
}

#[test]
fn permuting_maps_changes_no_byte() {
    let mut tried = 0;
    for path in specs() {
        let loaded = load::load(&path, &Limits::default());
        let Some(document) = loaded.document.filter(|_| loaded.diagnostics.is_empty()) else {
            continue;
        };
        let straight = said(&built(&document, loaded.lock.as_ref()));
        let rounds = if path.starts_with(root().join("tests/cases")) {
            1
        } else {
            3
        };
        for seed in 0..rounds {
            let mut turned = document.clone();
            shuffle(&mut turned.root, &mut Dice::new(seed));
            let turned = said(&built(&turned, loaded.lock.as_ref()));
            let paths: Vec<_> = straight.keys().collect();
            assert_eq!(paths, turned.keys().collect::<Vec<_>>(), "{path:?}");
            for (name, text) in &straight {
                assert!(
                    *text == turned[name],
                    "{path:?}, {name}:\n{}",
                    similar::TextDiff::from_lines(text, &turned[name]).unified_diff()
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}

/// All module calls of a tree, by name.
fn calls(of: &Case) -> BTreeMap<String, Value> {
    let files = of.done.artifacts.iter();
    let mains = files.filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"));
    let mut calls = BTreeMap::new();
    for (_, file) in mains {
        let root: Value = hcl::from_str(&file.text).unwrap();
        for (name, call) in root["module"].as_object().into_iter().flatten() {
            calls.insert(name.clone(), call.clone());
        }
    }
    calls
}

/// Where a text of one tree is another in the other; lists and maps may gain and lose members,
/// and numbers may follow the load.
fn moved(path: &str, before: &Value, after: &Value, out: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                if let Some(other) = b.get(key) {
                    moved(&format!("{path}.{key}"), value, other, out);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let kept: Vec<_> = a.iter().filter(|v| b.contains(v)).collect();
            let there: Vec<_> = b.iter().filter(|v| a.contains(v)).collect();
            if kept != there {
                out.push(format!("{path}: {before} becomes {after}"));
            }
        }
        (Value::Number(_), Value::Number(_)) => {}
        _ if before == after => {}
        // A dashboard shows everything in one text.
        _ if path.contains(".dashboards.") => {}
        _ => out.push(format!("{path}: {before} becomes {after}")),
    }
}

fn unmoved(before: &Case, after: &Case, what: &str) {
    assert_eq!(
        after.errors(),
        Vec::<&str>::new(),
        "{what}: {:?}",
        after.done.diagnostics
    );
    let (before, after) = (calls(before), calls(after));
    let mut found = Vec::new();
    for (name, call) in &before {
        if let Some(other) = after.get(name) {
            moved(name, call, other, &mut found);
        }
    }
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn a_region_that_comes_moves_nothing_and_neither_does_one_that_goes() {
    let regions = [
        ("ggen", "us-west1"),
        ("ggen", "asia-east1"),
        ("paynow", "africa-south1"),
        ("minimal", "europe-north1"),
        ("eden", "us-east-2"),
        ("eden", "ca-central-1"),
    ];
    for (name, region) in regions {
        let before = example(name);
        let path = root().join(format!("examples/{name}/topology.yaml"));
        let text = std::fs::read_to_string(path).unwrap();
        for place in ["regions:\n", "\nregions:\n"] {
            let more = format!("{place}  {region}: {{ role: standby }}\n");
            let more = text.replacen(place, &more, 1);
            let after = spec_after(&more, &print(before.lock()));
            unmoved(&before, &after, &format!("{name} with {region}"));
            let gone = format!("region {region} leaving = delete\n");
            let back = spec_after(&text, &(print(after.lock()) + &gone));
            unmoved(&after, &back, &format!("{name} without {region}"));
            assert_eq!(calls(&before), calls(&back), "{name}");
        }
    }
}

/// Every entry of some maps, taken out of every example in turn. (A host may own the DNS zone of
/// others, which then is another one.)
#[test]
fn an_entry_that_goes_moves_nothing() {
    let mut tried = 0;
    for path in specs() {
        let folder = path.strip_prefix(root()).unwrap().to_path_buf();
        if folder.starts_with("tests/cases") {
            continue;
        }
        let before = compiled(&path);
        let loaded = load::load(&path, &Limits::default());
        let Some(document) = loaded.document else {
            continue;
        };
        for map in [
            "alerts",
            "channels",
            "datastores",
            "metrics",
            "queues",
            "secrets",
            "services",
        ] {
            let Some(Kind::Map(entries)) = document.root.get(map).map(|e| &e.value.kind) else {
                continue;
            };
            for gone in entries {
                let mut less = document.clone();
                remove(&mut less.root, map, &gone.key.text);
                // It took leave before.
                let mut lock = before.lock().clone();
                let kind = map.trim_end_matches('s');
                lock.set(kind, &gone.key.text, "leaving", "delete");
                let done = built(&less, Some(&lock));
                // What is referred to cannot go alone.
                if !done.diagnostics.has_errors() {
                    let what = format!("{folder:?} without {map}.{}", gone.key.text);
                    unmoved(&before, &Case { done }, &what);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

fn remove(root: &mut Node, map: &str, name: &str) {
    let Kind::Map(entries) = &mut root.kind else {
        return;
    };
    for entry in entries.iter_mut().filter(|e| e.key.text == map) {
        if let Kind::Map(inner) = &mut entry.value.kind {
            inner.retain(|e| e.key.text != name);
        }
    }
}

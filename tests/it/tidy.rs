//! The shape of the code: layers, and modules that are called as they are declared.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::support::{MODULES, golden_trees};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Imports go from right to left only.
const LAYERS: [&str; 20] = [
    "source",
    "format",
    "diagnostic",
    "syntax",
    "spec",
    "catalog",
    "lock",
    "topology",
    "deployment",
    "analysis",
    "rules",
    "watch",
    "procedure",
    "graph",
    "cloud",
    "artifact",
    "emit",
    "diff",
    "cli",
    "main",
];

/// Rules read the arithmetic of the analysis; the analysis knows no rule. Plans come after the
/// deployment that clouds make.
const SIBLINGS: [(&str, &str); 2] = [("analysis", "rules"), ("cloud", "procedure")];

fn sources() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == "rs"))
        .map(|e| {
            let path = e.path().strip_prefix(root).unwrap().display().to_string();
            (path, std::fs::read_to_string(e.path()).unwrap())
        })
        .collect()
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|l| *l == layer)
}

#[test]
fn imports_go_one_way() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let layer = path.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(layer) else { continue };
        for rest in text.split("crate::").skip(1) {
            let target: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if let Some(other) = rank(&target)
                && (other > own || SIBLINGS.contains(&(layer, target.as_str())))
            {
                faults.push(format!(
                    "{path} uses {target}: move what both need to `{layer}` or below"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn emitters_do_not_know_each_other_or_a_cloud() {
    let emitters = [
        "alerts",
        "helm",
        "kubernetes",
        "observability",
        "pages",
        "recovery",
        "scripts",
        "terraform",
    ];
    for (path, text) in sources() {
        let Some(emitter) = path.strip_prefix("emit/").and_then(|p| p.split('/').next()) else {
            continue;
        };
        for other in emitters
            .iter()
            .filter(|e| **e != emitter && emitter != "mod.rs")
        {
            assert!(
                !text.contains(&format!("emit::{other}")),
                "{path} uses the emitter {other}"
            );
        }
        for cloud in ["gcp::", "aws::"] {
            assert!(!text.contains(cloud), "{path} names a cloud");
        }
    }
}

#[test]
fn files_stay_small() {
    for (path, text) in sources() {
        // The language is one list of records.
        let limit = if path == "spec/model.rs" { 1900 } else { 900 };
        let lines = text.lines().count();
        assert!(lines <= limit, "{path} has {lines} lines: split it");
    }
}

/// The folders of all modules of all clouds.
fn modules() -> Vec<std::path::PathBuf> {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/terraform");
    let folders = |path: &Path| -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(path).unwrap().flatten();
        entries.map(|e| e.path()).filter(|p| p.is_dir()).collect()
    };
    let clouds = folders(Path::new(templates)).into_iter();
    clouds.flat_map(|cloud| folders(&cloud)).collect()
}

/// Inputs that a module's `variables.tf` declares: name, and whether a call must give it.
fn inputs(variables: &str) -> BTreeMap<String, bool> {
    let body: hcl::Body = hcl::from_str(variables).unwrap();
    let variables = body.blocks().filter(|b| b.identifier() == "variable");
    variables
        .map(|b| {
            let name = b.labels()[0].as_str().to_string();
            let required = b.body().attributes().all(|a| a.key() != "default");
            (name, required)
        })
        .collect()
}

#[test]
fn every_call_gives_a_module_what_it_declares() {
    let mut calls = 0;
    let mut used = BTreeSet::new();
    for (name, tree) in golden_trees() {
        let roots = tree.iter();
        let roots = roots.filter(|(p, _)| p.ends_with("/main.tf") && !p.starts_with(MODULES));
        for (path, text) in roots {
            let path = format!("{name}/{path}");
            let body: hcl::Body = hcl::from_str(text).unwrap();
            for call in body.blocks().filter(|b| b.identifier() == "module") {
                let arguments = call.body().attributes();
                let given: BTreeMap<_, _> =
                    arguments.map(|a| (a.key(), a.expr().to_string())).collect();
                let source = given["source"].trim_matches('"');
                let module = source.rsplit('/').next().unwrap().to_string();
                let declared = inputs(&tree[&format!("{MODULES}{module}/variables.tf")]);
                let meta = ["source", "providers", "depends_on"];
                for name in given.keys().filter(|n| !meta.contains(n)) {
                    assert!(
                        declared.contains_key(*name),
                        "{path}: {module} has no input {name}"
                    );
                }
                for (name, _) in declared.iter().filter(|(_, required)| **required) {
                    assert!(
                        given.contains_key(name.as_str()),
                        "{path}: {module} needs {name}"
                    );
                }
                used.insert(module);
                calls += 1;
            }
        }
    }
    assert!(calls > 30 && used.len() > 15, "{calls} calls of {used:?}");
}

#[test]
fn a_modules_page_lists_its_inputs_and_outputs() {
    for module in modules() {
        let page = std::fs::read_to_string(module.join("README.md")).unwrap();
        for (name, required) in
            inputs(&std::fs::read_to_string(module.join("variables.tf")).unwrap())
        {
            let inputs = page.split("## Inputs").nth(1).unwrap_or_default();
            let row = inputs
                .lines()
                .filter(|l| !l.contains("| description | type |"))
                .find(|l| l.starts_with(&format!("| {name} |")));
            let row = row.unwrap_or_else(|| panic!("{module:?}: README lacks {name}"));
            assert!(
                row.ends_with(if required { "| yes |" } else { "| no |" }),
                "{module:?}: {row}"
            );
        }
        let outputs: hcl::Body =
            hcl::from_str(&std::fs::read_to_string(module.join("outputs.tf")).unwrap()).unwrap();
        for output in outputs.blocks() {
            let name = output.labels()[0].as_str();
            assert!(
                page.contains(&format!("| {name} |")),
                "{module:?}: README lacks {name}"
            );
        }
    }
}

/// Whether a literal looks like the id of a fact: `redis.sentinel.ping`.
fn looks_like_a_fact(literal: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    literal.contains('.') && literal.split('.').all(word)
}

#[test]
fn facts_in_the_code_are_in_the_catalog_and_every_fact_is_used() {
    let known: BTreeSet<&str> = meridian::catalog::facts::all()
        .keys()
        .map(String::as_str)
        .collect();
    let sources = sources();
    let mut used = BTreeSet::new();
    for (path, text) in &sources {
        let literals = text.split('"').skip(1).step_by(2);
        used.extend(literals.clone().filter(|l| known.contains(l)));
        if path.contains("recovery") {
            let unknown = literals.filter(|l| looks_like_a_fact(l) && !known.contains(l));
            let unknown: Vec<_> = unknown.collect();
            assert!(unknown.is_empty(), "{path}: no such fact: {unknown:?}");
        }
    }
    let idle: Vec<_> = known.difference(&used).collect();
    assert!(idle.is_empty(), "nothing uses {idle:?}: remove them");
}

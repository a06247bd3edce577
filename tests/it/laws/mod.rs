//! Laws that hold between what is emitted, what is proved and what is told: in all examples, in
//! fixtures, and in systems made by chance. (Law 3 is `plans`, 4 `needs`, 5 `series`, 7 `order`, 9
//! `offerings`; `whole` holds them all over systems made by chance.)
#![expect(clippy::disallowed_methods, reason = "tests read files")]

mod copies;
mod evidence;
mod facts;
mod generate;
mod mesh;
mod numbers;
mod promises;
mod timers;
mod whole;

use crate::support::{Case, compiled, root};

/// Examples and fixtures: every kind and mechanism that is generated is in one of them.
fn systems() -> Vec<(String, Case)> {
    let paths = [
        "examples/minimal/topology.yaml",
        "examples/ggen/topology.yaml",
        "examples/paynow/topology.yaml",
        "examples/covergen/topology.yaml",
        "examples/eden/topology.yaml",
        "examples/eden/before.yaml",
        "tests/fixtures/aws-engines.yaml",
        "tests/fixtures/gcp-cache.yaml",
        "tests/fixtures/gcp-data.yaml",
    ];
    let each = paths.iter();
    each.map(|path| (path.to_string(), compiled(&root().join(path))))
        .collect()
}

/// The documents of a YAML file.
fn documents(text: &str) -> Vec<serde_json::Value> {
    let each = text.split("\n---\n");
    each.filter_map(crate::support::yaml).collect()
}

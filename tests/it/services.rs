//! What services are given of their stores, and what the page for them says of it.

use crate::support::{Tree, golden_trees, yaml};
use std::collections::BTreeSet;

/// What a chart gives services in a region, secrets among it.
fn given(tree: &Tree) -> BTreeSet<String> {
    let values = tree.iter().filter(|(p, _)| p.starts_with("helm/values-"));
    let mut found = BTreeSet::new();
    for (path, text) in values.filter(|(p, _)| p.ends_with(".yaml")) {
        let values = yaml(text).unwrap_or_else(|| panic!("{path} is YAML"));
        let services = values["services"].as_object().into_iter().flatten();
        for (_, service) in services {
            for part in ["env", "secrets"] {
                let part = service[part].as_object().into_iter().flatten();
                found.extend(part.map(|(name, _)| name.clone()));
            }
        }
    }
    found
}

/// A host without a sign-in is of no use: whoever is told where a store is also learns how to get
/// in. Fails if a variable of a store, or the section of a store, is left out of the page.
#[test]
fn services_are_told_how_to_get_in() {
    let mut seen = 0;
    for (name, tree) in golden_trees() {
        let Some(page) = tree.get("SERVICES.md") else {
            continue;
        };
        for variable in given(&tree) {
            let ends = [
                "_HOST",
                "_PORT",
                "_USER",
                "_PASSWORD",
                "_CA",
                "_TABLE",
                "_BUCKET",
            ];
            let of_a_store = ends.iter().any(|e| variable.ends_with(e));
            if of_a_store {
                seen += 1;
                assert!(
                    page.contains(&format!("| `{variable}` |")),
                    "{name}: {variable}"
                );
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

/// What lets services in: a password from the secret store, or a user whose token the role signs.
#[test]
fn a_store_with_a_sign_in_gives_it() {
    let trees = golden_trees();
    for (tree, variable) in [
        ("ggen", "SESSIONS_PASSWORD"),
        ("gcp-cache", "CACHE_PASSWORD"),
        ("eden", "REDIS_PASSWORD"),
        ("eden", "POSTGRES_USER"),
        ("aws-engines", "ORDERS_USER"),
        ("aws-engines", "SESSIONS_USER"),
    ] {
        assert!(given(&trees[tree]).contains(variable), "{tree}: {variable}");
    }
    for tree in ["eden", "aws-engines"] {
        let roots = trees[tree].iter().filter(|(p, _)| p.ends_with("main.tf"));
        let granted = roots.filter(|(_, text)| text.contains("\"rds-db:connect\""));
        assert_eq!(granted.count(), 2, "{tree}: the roles of both regions");
    }
}

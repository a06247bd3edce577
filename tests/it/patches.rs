//! Patches of emitted YAML: applied, marked, refused where they contradict the rest of the tree.

use crate::support::{Case, example_text, spec, yaml};
use serde_json::{Value, json};

fn with(patches: &str) -> Case {
    spec(&format!("{}patches:\n{patches}", example_text("ggen")))
}

/// The object of a kind and name in a file.
fn object(case: &Case, file: &str, kind: &str, name: &str) -> Value {
    let documents = case.file(file).split("\n---\n").filter_map(yaml);
    let is = |o: &Value| o["kind"] == *kind && o["metadata"]["name"] == *name;
    documents.into_iter().find(is).expect("an object")
}

#[test]
fn a_merge_changes_the_object_and_nothing_else_and_the_file_says_so() {
    let whole = spec(&example_text("ggen"));
    let file = "kubernetes/us-east1/disruption-budgets.yaml";
    let case = with(
        "  team: { file: kubernetes/*/disruption-budgets.yaml, object: PodDisruptionBudget/api, merge: \"metadata: { labels: { team: shop } }\", reason: billing }\n",
    );
    assert!(
        !case.done.diagnostics.has_errors(),
        "{:#?}",
        case.done.diagnostics
    );
    let mut before = object(&whole, file, "PodDisruptionBudget", "api");
    before["metadata"]["labels"]["team"] = json!("shop");
    assert_eq!(object(&case, file, "PodDisruptionBudget", "api"), before);
    let marked = case.file(file).lines().nth(1).unwrap();
    assert_eq!(marked, "# Patched by `patches.team`: billing");
    let changed: Vec<&str> = case
        .done
        .artifacts
        .iter()
        .filter(|(p, a)| whole.done.artifacts.get(p) != Some(a))
        .map(|(p, _)| p)
        .collect();
    let regions = ["europe-west1", "us-central1", "us-east1"];
    assert_eq!(
        changed,
        regions.map(|r| format!("kubernetes/{r}/disruption-budgets.yaml"))
    );
    // All other lines are as they were.
    let lines = |case: &Case| case.file(file).lines().count();
    assert_eq!(lines(&case), lines(&whole) + 2);
}

#[test]
fn containers_are_merged_by_name_and_operations_are_applied() {
    let file = "kubernetes/us-east1/redis-sessions.yaml";
    let whole = spec(&example_text("ggen"));
    let old = object(&whole, file, "StatefulSet", "sessions-node");
    let case = with(&format!(
        "  a: {{ file: {file}, object: StatefulSet/sessions-node, merge: \"spec: {{ template: {{ spec: {{ containers: [{{ name: node, env: [{{ name: TZ, value: UTC }}] }}] }} }} }}\" }}\n  b: {{ file: {file}, object: StatefulSet/sessions-node, operations: \"[{{ op: add, path: /metadata/annotations, value: {{ note: x }} }}]\" }}\n",
    ));
    assert!(
        !case.done.diagnostics.has_errors(),
        "{:#?}",
        case.done.diagnostics
    );
    let new = object(&case, file, "StatefulSet", "sessions-node");
    let containers = |o: &Value| {
        o["spec"]["template"]["spec"]["containers"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert_eq!(containers(&new).len(), containers(&old).len());
    let node = containers(&new)
        .into_iter()
        .find(|c| c["name"] == "node")
        .unwrap();
    let env = node["env"].as_array().unwrap();
    assert!(env.contains(&json!({ "name": "TZ", "value": "UTC" })));
    assert_eq!(new["metadata"]["annotations"], json!({ "note": "x" }));
    // A patch of a field that cannot change is a fate like any other: see `fates`.
}

/// Broken on purpose by a `Job::counted` that compares nothing.
#[test]
fn what_the_tree_depends_on_is_not_patched() {
    let cases = [
        // The name that scripts and runbooks use.
        (
            "file: kubernetes/us-east1/disruption-budgets.yaml, object: PodDisruptionBudget/api, merge: \"metadata: { name: x }\"",
            "PCH103",
        ),
        // How long an alert waits is in the budget: the spec sets it.
        (
            "file: alerts/alertmanager.yaml, merge: \"route: { group_wait: 10m }\"",
            "PCH103",
        ),
        ("file: kubernetes/us-east/x.yaml, merge: \"a: b\"", "PCH101"),
        (
            "file: helm/templates/deployment.yaml, merge: \"a: b\"",
            "PCH101",
        ),
        ("file: terraform/main.tf, merge: \"a: b\"", "PCH101"),
        (
            "file: kubernetes/us-east1/redis-sessions.yaml, merge: \"a: b\"",
            "PCH101",
        ),
        (
            "file: kubernetes/us-east1/redis-sessions.yaml, object: StatefulSet/x, merge: \"a: b\"",
            "PCH101",
        ),
        ("file: helm/values.yaml", "PCH102"),
        ("file: helm/values.yaml, merge: \"[1]\"", "PCH102"),
        (
            "file: helm/values.yaml, merge: \"a: b\", operations: \"[]\"",
            "PCH102",
        ),
        (
            "file: helm/values.yaml, operations: \"[{ op: remove, path: /x }]\"",
            "PCH102",
        ),
    ];
    for (patch, code) in cases {
        let case = with(&format!("  p: {{ {patch} }}\n"));
        assert_eq!(case.errors(), [code], "{patch}");
    }
}

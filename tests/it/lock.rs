//! The lock: what it records stays, and what it cannot be is refused.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, case, example, root, spec_after};
use meridian::lock::print;
use std::fs;

fn text(case: &str) -> String {
    fs::read_to_string(root().join(format!("tests/cases/{case}.yaml"))).unwrap()
}

fn lock_of(case: &Case) -> String {
    print(case.lock())
}

#[test]
fn every_committed_lock_is_what_its_spec_decides() {
    let specs = [
        "examples/eden/topology",
        "examples/eden/before",
        "examples/ggen/topology",
        "examples/minimal/topology",
        "examples/paynow/topology",
        "tests/fixtures/aws-engines",
    ];
    for spec in specs {
        let path = root().join(spec);
        let lock = fs::read_to_string(path.with_extension("lock")).unwrap();
        let done = crate::support::compiled(&path.with_extension("yaml"));
        assert_eq!(lock_of(&done), lock, "{spec}");
    }
}

#[test]
fn two_regions_with_one_range_are_an_error_at_both_lines() {
    let before = case("second-day/three-regions");
    let lock = lock_of(&before);
    let range = |region: &str| before.lock().get("region", region, "network").unwrap();
    let merged = lock.replace(range("us-east1"), range("us-central1"));
    let after = spec_after(&text("second-day/three-regions"), &merged);
    assert_eq!(after.errors(), ["LCK105"]);
    let found = after.found("LCK105")[0];
    assert_eq!(found.secondary.len(), 1);
    assert!(found.message.contains("us-central1") && found.message.contains("us-east1"));
    // The cure: the line of one is deleted, and the other keeps its range.
    let line = format!("region us-east1 network = {}\n", range("us-central1"));
    assert!(merged.contains(&line));
    let cured = spec_after(
        &text("second-day/three-regions"),
        &merged.replace(&line, ""),
    );
    assert_eq!(cured.errors(), Vec::<&str>::new());
    assert_eq!(
        cured.lock().get("region", "us-central1", "network"),
        Some(range("us-central1"))
    );
}

#[test]
fn a_removed_region_keeps_its_range_until_its_line_is_deleted() {
    let before = case("second-day/three-regions-one-inserted");
    let range = before.lock().get("region", "us-west1", "network").unwrap();
    let after = spec_after(&text("second-day/three-regions"), &lock_of(&before));
    assert_eq!(
        after.lock().get("region", "us-west1", "network"),
        Some(range)
    );
}

#[test]
fn a_written_range_that_is_not_the_applied_one_is_an_error() {
    let before = case("second-day/three-regions");
    let moved = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, cidr: 10.252.0.0/14 }",
    );
    let after = spec_after(&moved, &lock_of(&before));
    assert_eq!(after.errors(), ["LCK104"]);
    let help = after.found("LCK104")[0].help.clone().unwrap();
    let applied = before.lock().get("region", "us-east1", "network").unwrap();
    assert!(
        help.contains(applied) && help.contains("delete this line"),
        "{help}"
    );
    let free = lock_of(&before).replace(&format!("region us-east1 network = {applied}\n"), "");
    let after = spec_after(&moved, &free);
    assert_eq!(after.errors(), Vec::<&str>::new());
    assert_eq!(
        after.lock().get("region", "us-east1", "network"),
        Some("10.252.0.0/14")
    );
    let written = moved.replace("10.252.0.0/14", applied);
    assert_eq!(
        spec_after(&written, &lock_of(&before)).errors(),
        Vec::<&str>::new()
    );
}

#[test]
fn places_of_a_secret_that_are_written_otherwise_are_an_error() {
    let before = case("second-day/three-regions");
    let moved = text("second-day/three-regions")
        .replace("used_by: [web]", "used_by: [web], regions: [us-central1]");
    let after = spec_after(&moved, &lock_of(&before));
    assert_eq!(after.errors(), ["LCK104"]);
    assert!(after.found("LCK104")[0].message.contains("its value lost"));
}

#[test]
fn the_lock_of_another_system_is_refused() {
    let after = spec_after(
        &text("second-day/trio"),
        &lock_of(&case("second-day/three-regions")),
    );
    assert_eq!(after.errors(), ["LCK102"]);
}

#[test]
fn a_range_of_control_planes_is_no_range_of_a_region() {
    let spec = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, cidr: 172.20.0.0/14 }",
    );
    assert_eq!(crate::support::spec(&spec).errors(), ["NET102"]);
}

#[test]
fn a_renamed_region_keeps_what_it_has() {
    let before = case("second-day/three-regions");
    let renamed = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "east: { role: secondary, location: us-east1, renamed_from: us-east1 }",
    );
    let after = spec_after(&renamed, &lock_of(&before));
    assert_eq!(after.errors(), Vec::<&str>::new());
    assert_eq!(
        before.lock().get("region", "us-east1", "network"),
        after.lock().get("region", "east", "network")
    );
    assert_eq!(after.lock().get("region", "us-east1", "network"), None);
}

#[test]
fn a_successor_stays_when_a_nearer_region_comes() {
    let before = example("ggen");
    let spec = fs::read_to_string(root().join("examples/ggen/topology.yaml")).unwrap();
    let more = spec.replace(
        "  europe-west1: { role: secondary, weight: 15,",
        "  us-west1: { role: secondary, weight: 5 }\n  europe-west1: { role: secondary, weight: 10,",
    );
    assert_ne!(spec, more);
    let after = spec_after(&more, &lock_of(&before));
    for region in ["us-central1", "us-east1", "europe-west1"] {
        assert_eq!(
            before.lock().get("region", region, "successor"),
            after.lock().get("region", region, "successor")
        );
    }
}

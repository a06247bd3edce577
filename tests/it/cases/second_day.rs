//! `tests/cases/second-day`.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, case, case_after, example};
use serde_json::Value;

/// The range and the control plane of a region on Google Cloud.
fn ranges(of: &Case, region: &str) -> (Value, Value) {
    let slug = region.replace('-', "_");
    let network = of.call("network")["regions"][region].clone();
    assert!(network.is_object(), "{region} has no network");
    let cluster = of.call(&format!("gke_{slug}"));
    (network, cluster["control_plane_cidr"].clone())
}

fn same_ranges(before: &Case, after: &Case, regions: &[&str]) {
    for region in regions {
        assert_eq!(ranges(before, region), ranges(after, region), "{region}");
    }
}

const GGEN: [&str; 3] = ["us-central1", "us-east1", "europe-west1"];

#[test]
fn three_regions_one_inserted() {
    let before = case("second-day/three-regions");
    let after = case_after("second-day/three-regions-one-inserted", &before);
    assert_eq!(after.errors(), Vec::<&str>::new());
    same_ranges(&before, &after, &GGEN);
    let page = after.file("ARCHITECTURE.md");
    assert!(page.contains("reads secrets where they are"));
    let new = ranges(&after, "us-west1");
    assert!(GGEN.iter().all(|r| ranges(&after, r) != new));
}

#[test]
fn ggen_region_inserted() {
    let before = example("ggen");
    let after = case_after("second-day/ggen-region-inserted", &before);
    same_ranges(&before, &after, &GGEN);
    for name in ["gke_us_central1", "gke_us_east1", "gke_europe_west1"] {
        assert_eq!(before.call(name), after.call(name), "{name}");
    }
}

/// Google Cloud never changes where a secret has copies: a region added later reads the old ones.
#[test]
fn ggen_region_appended() {
    let before = example("ggen");
    let after = case_after("second-day/ggen-region-appended", &before);
    same_ranges(&before, &after, &GGEN);
    for secret in ["stripe-api-key", "jwt-signing-key", "sessions-password"] {
        let places = |of: &Case| of.call("secrets")["secrets"][secret]["regions"].clone();
        assert_eq!(places(&before), places(&after), "{secret}");
    }
    assert_eq!(
        before.call("secrets")["kms_key_ids"],
        after.call("secrets")["kms_key_ids"]
    );
}

/// Shared things stay where they were made when the survivor becomes primary.
#[test]
fn paynow_primary_swapped() {
    let before = example("paynow");
    let after = case_after("second-day/paynow-primary-swapped", &before);
    assert_eq!(after.errors(), Vec::<&str>::new());
    for call in ["registry", "kms_us", "backup_restore", "secrets"] {
        assert_eq!(before.call(call), after.call(call), "{call}");
    }
}

#[test]
fn overlap() {
    // The recorded range of another region.
    let before = case("second-day/three-regions");
    let lock = meridian::lock::print(before.lock());
    let own = before
        .lock()
        .get("region", "us-central1", "network")
        .unwrap();
    let lock = lock
        .replace(own, "10.0.0.0/14")
        .replace("region us-east1 network", "region gone network");
    let text =
        std::fs::read_to_string(crate::support::root().join("tests/cases/second-day/overlap.yaml"));
    let after = crate::support::spec_after(&text.unwrap(), &lock);
    assert_eq!(after.errors(), ["NET102"]);
    let found = after.found("NET102")[0];
    assert_eq!(found.secondary.len(), 1, "an error at both places");
    // With none recorded, derived ranges keep off the written one.
    assert_eq!(case("second-day/overlap").errors(), Vec::<&str>::new());
}

#[test]
fn successor() {
    let after = case("second-day/successor");
    let lock = after.lock();
    assert_eq!(
        lock.get("region", "us-central1", "successor"),
        Some("us-east1")
    );
    assert_eq!(
        lock.get("region", "us-east1", "successor"),
        Some("us-central1")
    );
    let clusters = &after.call("backup_restore")["clusters"];
    assert_eq!(clusters["us-central1"]["backup_region"], "us-east1");
}

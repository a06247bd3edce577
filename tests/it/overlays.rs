//! A spec laid over another: what it says counts, what it does not say is the base's, and each
//! value is shown where it is written.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::cli::ran;
use crate::support::{compiled, root};
use meridian::cli::load;
use meridian::syntax::Limits;
use std::fs;

const BASE: &str = "\
version: 1
name: shop
objectives: { rto: 15m, rpo: 5m }
clouds: { gcp: { project: shop-prod } }
regions: { us-central1: { role: primary }, us-east1: {} }
services: { web: { runtime: cloud-run, image: shop/web, replicas: 2..10 } }
drills: { failover: { every: monthly, primary: us-central1, secondary: us-east1 } }
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The case of `env-staging`, which cannot include its base, extends it.
#[test]
fn an_environment_says_what_is_different() {
    let path = root().join("tests/cases/workflows/env-overlay.yaml");
    let loaded = load::load(&path, &Limits::default());
    assert_eq!(loaded.diagnostics.len(), 0, "{:?}", loaded.diagnostics);
    let done = compiled(&path).done;
    let spec = done.spec.as_ref().expect("it decodes");
    let (_, store) = spec.datastores.iter().next().unwrap();
    assert_eq!(store.machine.as_ref().unwrap().value, "db.t4g.medium");
    assert!(store.backup.is_some(), "the base's");
    let (_, web) = spec.services.iter().next().unwrap();
    assert_eq!(
        web.capacity
            .as_ref()
            .unwrap()
            .peak
            .as_ref()
            .unwrap()
            .value
            .to_string(),
        "30/s"
    );
    assert!(web.capacity.as_ref().unwrap().start.is_some(), "the base's");
}

#[test]
fn lists_and_values_replace_and_nothing_removes() {
    let staging = "version: 1\nextends: base.yaml\nname: shop-staging\nclouds: { gcp: { project: shop-staging } }\nregions: { us-east1: ~ }\nobjectives: ~\ndrills: ~\n";
    let files = folder(&[("base.yaml", BASE), ("staging.yaml", staging)]);
    let done = compiled(&files.path().join("staging.yaml")).done;
    assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
    let topology = done.topology.as_ref().unwrap();
    assert_eq!(topology.name, "shop-staging");
    assert_eq!(topology.regions.len(), 1);
    assert!(topology.drills.is_empty());
    // The same in KDL, from the converter.
    let (_, kdl, _) = ran(files.path(), &["convert", "staging.yaml"]);
    fs::write(files.path().join("staging.kdl"), &kdl).unwrap();
    let twin = compiled(&files.path().join("staging.kdl")).done;
    let text =
        |done: &meridian::Compilation| done.artifacts.get("README.md").map(|a| a.text.clone());
    assert!(
        text(&twin).is_some() && text(&twin) == text(&done),
        "{kdl}\n{:#?}",
        twin.diagnostics
    );
}

/// Broken on purpose by a base whose nodes take the place of what is laid over them.
#[test]
fn a_finding_is_shown_in_the_file_that_has_the_value() {
    let cases = [
        ("weight: 105", "services: {}\n", "base.yaml"),
        (
            "weight: 50",
            "regions: { us-central1: { weight: 105 } }\n",
            "staging.yaml",
        ),
    ];
    for (weight, over, file) in cases {
        let base = BASE.replace("role: primary", &format!("role: primary, {weight}"));
        let staging = format!("version: 1\nextends: base.yaml\n{over}");
        let files = folder(&[("base.yaml", &base), ("staging.yaml", &staging)]);
        let (code, _, said) = ran(files.path(), &["check", "staging.yaml"]);
        assert_eq!(code, 1, "{said}");
        let found = said.lines().find(|l| l.contains("╭─[")).unwrap();
        assert!(found.contains(file), "{file}: {said}");
    }
}

#[test]
fn a_base_that_leads_nowhere_good_is_refused() {
    let cases = [
        ("staging.yaml", "includes itself"),
        ("../base.yaml", "leaves the project"),
        ("nowhere.yaml", "nowhere.yaml"),
    ];
    for (name, says) in cases {
        let staging = format!("version: 1\nextends: {name}\n");
        let files = folder(&[("staging.yaml", &staging)]);
        let (code, _, said) = ran(files.path(), &["check", "staging.yaml"]);
        assert!(
            code == 1 && said.contains("IN102") && said.contains(says),
            "{name}: {said}"
        );
    }
}

/// What a promotion from one environment to the other changes.
#[test]
fn environments_are_compared_like_specs() {
    let staging = "version: 1\nextends: base.yaml\nservices: { web: { replicas: 1..2 } }\n";
    let files = folder(&[("base.yaml", BASE), ("staging.yaml", staging)]);
    let (code, said, told) = ran(
        files.path(),
        &["diff", "base.yaml", "--from", "staging.yaml"],
    );
    assert_eq!(code, 2, "{told}");
    assert!(
        said.contains("services.web.replicas: 1..2 → 2..10"),
        "{said}"
    );
}

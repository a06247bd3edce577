//! A team's repository takes one part after the other: each step compiles on the lock of the step
//! before, and its plan is what `tests/adoption/README.md` says.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run programs"
)]

use crate::cli::ran;
use crate::support::{between, root};
use meridian::diff::Fate;
use std::fs;
use std::path::Path;

/// The steps in order, each with the only fate that its plan may have.
const STEPS: [(&str, Option<Fate>); 6] = [
    ("1-watch", None),
    ("2-clusters", Some(Fate::Created)),
    ("3-terraform", Some(Fate::Created)),
    ("4-names", None),
    ("5-steps", Some(Fate::InPlace)),
    ("production", None),
];

/// A copy of the team's repository.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = root().join("tests/adoption");
    for entry in walkdir::WalkDir::new(&from).into_iter().flatten() {
        let to = folder
            .path()
            .join(entry.path().strip_prefix(&from).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(to).unwrap(),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
    folder
}

/// Compiles a step on what the step before has decided.
fn take(folder: &Path, step: &str, before: Option<&str>) {
    if let Some(before) = before {
        let lock = |name: &str| folder.join(format!("{name}.lock"));
        fs::copy(lock(before), lock(step)).unwrap();
    }
    let spec = format!("{step}.yaml");
    let (code, out, err) = ran(folder, &["compile", &spec, "--out", "deploy"]);
    assert_eq!(code, 0, "{step}: {out}{err}");
}

/// Seen to fail with an `account` that is not the name that the role had: it is replaced.
#[test]
fn each_step_has_the_plan_that_it_says() {
    let folder = repository();
    let folder = folder.path();
    let mut before: Option<&str> = None;
    for (step, only) in STEPS {
        take(folder, step, before);
        if let Some(before) = before {
            let path = |name: &str| folder.join(format!("{name}.yaml"));
            let fates = between(&path(before), &path(step)).fates;
            let other: Vec<_> = fates.iter().filter(|f| Some(f.fate) != only).collect();
            assert!(other.is_empty(), "{step}: {other:#?}");
            assert_eq!(fates.is_empty(), only.is_none(), "{step} does something");
        }
        before = Some(step);
    }
    let read = |path: &str| fs::read_to_string(folder.join("deploy").join(path)).unwrap();
    let region = read("terraform/regions/us-east-1/main.tf");
    assert!(region.contains("source = \"../../../../modules/network\""));
    assert!(region.contains("create = \"90m\""), "{region}");
    assert!(!folder.join("deploy/terraform/modules/network").exists());
    assert!(!folder.join("deploy/helm/Chart.yaml").exists());
    assert!(folder.join("deploy/helm/values.yaml").exists());
    assert!(read("scripts/failover-region.sh").contains("partnerctl pause shop"));
    assert!(read("RUNBOOK_FAILOVER.md").contains("partnerctl pause shop"));
    let contract = read("CONTRACT.md");
    for heading in ["## Workloads", "## Modules of your own"] {
        assert!(contract.contains(heading), "{heading}");
    }
}

/// Two environments of one base, and what a pipeline runs.
#[test]
fn environments_are_checked_in_one_run() {
    let folder = repository();
    let folder = folder.path();
    take(folder, "5-steps", None);
    fs::remove_dir_all(folder.join("deploy")).unwrap();
    take(folder, "production", Some("5-steps"));
    let compiled = ran(folder, &["compile", "staging.yaml", "--out", "staging"]);
    assert_eq!(compiled.0, 0, "{}{}", compiled.1, compiled.2);
    let check = ["compile", "--check"];
    let (code, out, err) = ran(folder, &check);
    assert_eq!(code, 0, "{out}{err}");
    let staging = fs::read_to_string(folder.join("staging.yaml")).unwrap();
    fs::write(folder.join("staging.yaml"), staging.replace("1..3", "1..4")).unwrap();
    assert_eq!(ran(folder, &check).0, 2, "the tree of staging is outdated");
}

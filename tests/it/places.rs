//! Scripts act on their own account, project and clusters, and begin only where what holds state is safe.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::stage::{Stage, code, said};
use std::fs;

/// Every script of eden that acts, or of ggen, as it is called.
fn acting(tree: &str) -> Vec<Vec<&'static str>> {
    let (scripts, copy): (&[&str], _) = match tree {
        "eden" => (
            &[
                "failover-region.sh --from us-east-1 --to us-west-2",
                "promote-region.sh --region us-east-1",
                "switch-store.sh --datastore eden-postgres-us-east-1 --to back",
                "restore-from-backup.sh --datastore eden-postgres-us-east-1 --into back --at 2026-11-21T05:00:00Z",
                "take-region-out.sh --region us-east-1 --stage traffic --var-file x.tfvars",
            ],
            "deploy-all-regions.sh --var-file x.tfvars --bootstrap",
        ),
        _ => (
            &[
                "failover-region.sh --from us-central1 --to us-east1",
                "promote-region.sh --region us-east1",
                "failover-region.sh --unlock",
            ],
            "deploy-all-regions.sh --var-file x.tfvars --bootstrap",
        ),
    };
    let all = scripts.iter().chain([&copy]);
    all.map(|line| line.split(' ').chain(["--apply", "--yes"]).collect())
        .collect()
}

fn run(stage: &Stage, line: &[&str]) -> (i32, String, Vec<String>) {
    fs::write(stage.folder.path().join("x.tfvars"), "").unwrap();
    let output = stage.run(line[0], &line[1..]);
    (code(&output), said(&output), stage.calls())
}

/// Credentials that work, and are those of another account or project: nothing else is called.
/// Broken by a script that does not ask, as `--bootstrap` did, or that only sees a call fail.
#[test]
fn another_account_or_project_is_refused_first() {
    for (tree, tool, words, other) in [
        ("eden", "aws", "get-caller-identity", "999999999999"),
        ("ggen", "gcloud", "projects describe", "somebody-elses"),
    ] {
        for line in acting(tree) {
            let stage = Stage::new(tree);
            stage.says(tool, words, other);
            let (code, said, calls) = run(&stage, &line);
            assert_eq!(code, 75, "{line:?}: {said}");
            assert!(said.contains("nothing was changed"), "{line:?}: {said}");
            // What is measured before the lock is taken changes nothing.
            let acts = |c: &&String| !c.contains(words) && !c.contains("lag");
            let more: Vec<&String> = calls.iter().filter(acts).collect();
            assert!(more.is_empty(), "{line:?}: {more:#?}");
        }
    }
}

/// A context of the right name that leads to another cluster is not spoken to.
#[test]
fn a_context_that_leads_elsewhere_is_refused() {
    for (tree, other) in [
        (
            "eden",
            "arn:aws:eks:us-east-1:999999999999:cluster/eden-us-east-1",
        ),
        ("ggen", "gke_somebody-elses_us-east1_ggen-us-east1"),
    ] {
        for line in acting(tree) {
            if line.contains(&"--unlock") {
                continue;
            }
            let stage = Stage::new(tree);
            stage.says("kubectl", "config view", other);
            let (code, said, calls) = run(&stage, &line);
            let asked = |c: &&String| !c.contains("config view") && !c.contains("lag");
            let kubectl = calls
                .iter()
                .filter(|c| c.starts_with("kubectl"))
                .filter(asked);
            assert_eq!(kubectl.count(), 0, "{line:?}: {calls:#?}");
            // The stages of a region that stays end before any cluster is asked.
            assert!(matches!(code, 65 | 75), "{line:?}: {said}");
        }
    }
}

/// What keeps state safe holds before Terraform writes any: only what is there already is no
/// failure. Broken by steps that may fail.
#[test]
fn state_goes_nowhere_before_its_bucket_is_safe() {
    let deploy = ["deploy-all-regions.sh", "--var-file", "x.tfvars"];
    let deploy = [&deploy[..], &["--bootstrap", "--apply", "--yes"]].concat();
    for (tree, tool, words) in [
        ("eden", "aws", "create-bucket"),
        ("eden", "aws", "put-bucket-versioning"),
        ("eden", "aws", "put-public-access-block"),
        ("eden", "aws", "put-bucket-encryption"),
        ("eden", "aws", "create-service-linked-role"),
        ("ggen", "gcloud", "services enable"),
        ("ggen", "gcloud", "identity create"),
    ] {
        let stage = Stage::new(tree);
        stage.refuses(tool, words);
        let (code, said, calls) = run(&stage, &deploy);
        assert_eq!(code, 75, "{words}: {said}");
        let terraform = calls.iter().any(|c| c.starts_with("terraform"));
        assert!(!terraform, "{words}: {calls:#?}");
    }
    for (words, error) in [
        ("create-bucket", "(BucketAlreadyOwnedByYou) when calling"),
        (
            "create-service-linked-role",
            "(InvalidInput): Service role name AWSServiceRoleForAutoScaling has been taken in this account",
        ),
    ] {
        let stage = Stage::new("eden");
        stage.fails_with("aws", words, error);
        let (_, said, calls) = run(&stage, &deploy);
        let terraform = calls.iter().any(|c| c.starts_with("terraform"));
        assert!(terraform, "{words}: {said}");
    }
    let stage = Stage::new("eden");
    stage.fails_with("aws", "create-bucket", "(BucketAlreadyExists) when calling");
    assert_eq!(run(&stage, &deploy).0, 75, "it is another account's");
}

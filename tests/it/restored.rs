//! What was restored: only that is put into service or deleted by a command, and nothing that serves.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::stage::{Stage, code, said};
use std::collections::BTreeSet;
use std::fs;

/// Stores whose copies a command switches: the tree, the store, and the name of a copy.
const SWITCHED: [(&str, &str, &str); 8] = [
    ("eden", "eden-postgres-us-east-1", "back"),
    ("aws-engines", "shop-orders-us-east-1", "back"),
    ("aws-engines", "shop-sessions-us-west-2", "back"),
    ("aws-engines", "shop-carts-us-east-1", "back"),
    (
        "ggen",
        "ggen-marketplace-marketplace-eu",
        "ggen-marketplace-marketplace-eu-copy-1",
    ),
    ("ggen", "sessions-us-central1", "sessions-copy-1"),
    ("gcp-cache", "shop-cache-us-east1", "back"),
    ("aws-engines", "images-us-east-1", "back"),
];

/// A stage where a copy was made of a store.
fn stage(tree: &str, of: &str) -> Stage {
    let stage = Stage::new(tree);
    fs::write(stage.state("copy-of"), format!("{of}\n")).unwrap();
    stage
}

fn switch(stage: &Stage, store: &str, way: &str, copy: &str) -> (i32, String, Vec<String>) {
    let arguments = ["--datastore", store, way, copy, "--apply", "--yes"];
    let output = stage.run("switch-store.sh", &arguments);
    (code(&output), said(&output), stage.calls())
}

/// What would be lost or moved.
fn acts(calls: &[String]) -> Vec<&String> {
    let words = [
        "modify-db-",
        " delete",
        "delete-",
        "=restored",
        "update-table",
        "--update-env-vars",
        "policy-binding",
        "patch cronjob",
        "rollout status",
        "restore.sh take",
        "instances import",
        "instances delete",
        "copy-object",
        "s3 rm s3://123456789012-shop-records/restores",
    ];
    let acts = |c: &&String| words.iter().any(|w| c.contains(w));
    calls.iter().filter(acts).collect()
}

#[test]
fn a_copy_comes_into_service_and_goes() {
    for (tree, store, copy) in SWITCHED {
        for way in ["--to", "--delete"] {
            let (code, said, calls) = switch(&stage(tree, store), store, way, copy);
            assert_eq!(code, 0, "{store} {way}: {said}");
            assert!(!acts(&calls).is_empty(), "{store} {way}: {calls:#?}");
        }
    }
}

/// What another system has, or what was restored of another store, is neither deleted nor put into
/// service. Broken by a script that takes any name.
#[test]
fn what_is_no_copy_of_the_store_is_left_alone() {
    for (tree, store, _) in SWITCHED {
        for (of, answer) in [("None", "no tag"), ("shop-other", "another store's")] {
            for way in ["--to", "--delete"] {
                let stage = stage(tree, of);
                if store.contains("carts") {
                    stage.answers_none("aws", "RestoreSummary");
                }
                let (code, said, calls) = switch(&stage, store, way, "eden-billing-us-east-1");
                assert!(matches!(code, 65 | 75), "{store} {way} {answer}: {said}");
                assert!(said.contains("it is no copy") || said.contains("is no copy of"));
                assert!(acts(&calls).is_empty(), "{store} {way}: {calls:#?}");
            }
        }
    }
}

/// Also where a tag says that it is a copy, such as after a switch: no other region's and no other
/// store's name is taken. Broken by a comparison with the name of the original alone.
#[test]
fn the_names_of_this_system_are_no_copies() {
    for (tree, store, other) in [
        ("eden", "eden-postgres-us-east-1", "eden-postgres-us-west-2"),
        (
            "eden",
            "eden-postgres-us-east-1",
            "eden-postgres-us-west-2-before",
        ),
        (
            "aws-engines",
            "shop-orders-us-east-1",
            "shop-orders-us-west-2",
        ),
        ("aws-engines", "shop-carts-us-east-1", "shop-carts"),
        (
            "ggen",
            "ggen-marketplace-marketplace-eu",
            "ggen-marketplace-marketplace-us",
        ),
    ] {
        for way in ["--to", "--delete", "--back-from"] {
            let (code, said, calls) = switch(&stage(tree, store), store, way, other);
            assert_eq!(code, 65, "{store} {way} {other}: {said}");
            assert!(calls.is_empty(), "{calls:#?}");
        }
    }
}

/// Services are asked before a copy goes. Broken by a deletion that only looks at the name.
#[test]
fn a_copy_that_serves_is_not_deleted() {
    for (tree, store, copy, setting) in [
        (
            "aws-engines",
            "shop-orders-us-east-1",
            "back",
            "ORDERS_HOST=restored.example.com",
        ),
        (
            "aws-engines",
            "shop-carts-us-east-1",
            "back",
            "CARTS_TABLE=back",
        ),
    ] {
        let stage = stage(tree, store);
        fs::write(stage.state("setting"), format!("{setting}\n")).unwrap();
        if store.contains("orders") {
            stage.says("aws", "].Endpoint", "restored.example.com");
        }
        let (code, said, calls) = switch(&stage, store, "--delete", copy);
        assert_eq!(code, 75, "{store}: {said}");
        assert!(said.contains("uses it"), "{said}");
        assert!(acts(&calls).is_empty(), "{calls:#?}");
    }
    // What nobody answers is not taken for no.
    let (_, store, copy) = SWITCHED[4];
    for answer in ["refuses", "in use"] {
        let stage = stage("ggen", store);
        match answer {
            "refuses" => stage.refuses("gcloud", "run services describe"),
            _ => {
                let script = fs::read_to_string(stage.scripts.join("switch-store.sh")).unwrap();
                let names = script.split(".name == \\\"").skip(1);
                let names = names.filter_map(|rest| rest.split('\\').next());
                let all: BTreeSet<String> = names.map(|n| format!("{n}={copy}\n")).collect();
                assert!(!all.is_empty());
                fs::write(stage.state("setting"), all.into_iter().collect::<String>()).unwrap();
            }
        }
        let (code, said, calls) = switch(&stage, store, "--delete", copy);
        assert_eq!(code, 75, "{answer}: {said}");
        assert!(acts(&calls).is_empty(), "{answer}: {calls:#?}");
    }
}

/// A rename that has stopped half way leaves no instance of the original's name: the copy may be
/// all that can serve.
#[test]
fn a_copy_stays_while_nothing_serves() {
    let (tree, store, copy) = SWITCHED[0];
    let stage = stage(tree, store);
    let there = format!("--db-instance-identifier {store} --query DBInstances[0].DBInstanceStatus");
    stage.refuses("aws", &there);
    let (code, said, calls) = switch(&stage, store, "--delete", copy);
    assert_eq!(code, 75, "{said}");
    assert!(acts(&calls).is_empty(), "{calls:#?}");
}

/// What a restore makes says what it was made of, by the mark that a switch reads.
#[test]
fn a_restore_marks_what_it_makes() {
    for (tree, store, call) in [
        (
            "eden",
            "eden-postgres-us-east-1",
            "restore-db-instance-to-point-in-time",
        ),
        (
            "aws-engines",
            "shop-orders-us-east-1",
            "restore-db-cluster-to-point-in-time",
        ),
        (
            "aws-engines",
            "shop-sessions-us-west-2",
            "create-replication-group",
        ),
    ] {
        let stage = Stage::new(tree);
        let (moment, backup) = (["--at", "2026-11-21T05:00:00Z"], ["--backup", "b1"]);
        let from = if call.starts_with("create") {
            backup
        } else {
            moment
        };
        let arguments = [
            &["--datastore", store, "--into", "back", "--apply", "--yes"][..],
            &from,
        ]
        .concat();
        let output = stage.run("restore-from-backup.sh", &arguments);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let calls = stage.calls();
        let made = calls.iter().find(|c| c.contains(call)).expect(call);
        let mark = format!("Key=restored-from,Value={store}");
        assert!(made.contains(&mark), "{made}");
    }
    let (_, store, copy) = SWITCHED[4];
    let stage = Stage::new("ggen");
    for (name, ends) in [("drill-1", 65), (copy, 0)] {
        let arguments = ["--datastore", store, "--into", name, "--apply", "--yes"];
        let from = ["--at", "2026-11-21T05:00:00Z"];
        let output = stage.run(
            "restore-from-backup.sh",
            &[&arguments[..], &from[..]].concat(),
        );
        assert_eq!(code(&output), ends, "{}", said(&output));
    }
}

/// A copy whose data the original takes over leaves no mark: nothing that is deployed puts back what was
/// wrong. One beside the original leaves it until it is taken back, and is never settled, for the next
/// deployment would point services at the original; one that has the original's name is.
#[test]
fn deployments_stop_as_long_as_they_would_undo_a_switch() {
    for (tree, store, copy) in SWITCHED {
        let stage = stage(tree, store);
        let mark = stage.state(&format!("switched-{store}"));
        let (code, said, _) = switch(&stage, store, "--to", copy);
        assert_eq!(code, 0, "{store}: {said}");
        let in_original = [
            "sessions-us-central1",
            "shop-cache-us-east1",
            "images-us-east-1",
        ];
        assert_eq!(mark.exists(), !in_original.contains(&store), "{store}");
        let (code, said, _) = switch(&stage, store, "--settle", copy);
        let settles = in_original.contains(&store) || store.starts_with("eden");
        assert_eq!(code, if settles { 0 } else { 65 }, "{store}: {said}");
        assert_eq!(mark.exists(), !settles, "{store}");
    }
}

/// The names that follow a word in some lines of a text.
fn after<'a>(text: &'a str, word: &str, and: &str) -> BTreeSet<&'a str> {
    let lines = text.lines().filter(|l| l.contains(word) && l.contains(and));
    let names = lines.filter_map(|l| l.split(word).nth(1)?.split_whitespace().next());
    names.collect()
}

/// Each store of the first table of the page comes back by commands, to the end: made, read, compared, put
/// into service, taken back and deleted; or the page says why a step has no command. Broken by an
/// offering that gives a restore without a switch, or nothing at all.
#[test]
fn the_page_of_restores_goes_to_the_end() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");
    let mut seen = 0;
    for tree in fs::read_dir(golden).unwrap().flatten() {
        let tree = tree.path().join("tree");
        let page = fs::read_to_string(tree.join("RUNBOOK_RESTORE.md")).unwrap();
        let script = fs::read_to_string(tree.join("scripts/restore-from-backup.sh")).unwrap();
        let restored = after(&page, "restore-from-backup.sh --datastore ", "--into");
        let table = page
            .split("point-in-time recovery |")
            .nth(1)
            .unwrap_or_default();
        let table = table.lines().skip(2).take_while(|l| l.starts_with('|'));
        for row in table {
            let store = row.split('|').nth(1).unwrap().trim();
            let own = restored.iter().any(|r| r.contains(store));
            let by_hand = page.contains(&format!("No script restores {store}."));
            assert!(own || by_hand, "{}: {store}", tree.display());
            seen += 1;
        }
        for subject in &restored {
            let at =
                |way: &str| after(&page, "switch-store.sh --datastore ", way).contains(subject);
            let why = page.contains(&format!("- `{subject}`: "));
            assert!(at("--to ") != why, "{}: {subject}", tree.display());
            assert_eq!(at("--to "), at("--back-from "), "{subject}");
            assert!(at("--delete "), "{subject}");
            let part = script.split(&format!("\n  {subject})\n")).nth(1);
            let part = part.and_then(|p| p.split("\n    ;;").next()).unwrap();
            assert!(
                part.contains("      prove "),
                "{subject} is called done unread"
            );
        }
        // What is emptied by hand has its commands.
        for hand in page.split("\nNo script restores ").skip(1) {
            let hand = hand.split("\n### ").next().unwrap();
            let ours = !hand.contains("Ask the team that runs it");
            assert!(
                !ours || hand.contains("```sh"),
                "{}: {hand}",
                tree.display()
            );
        }
    }
    assert!(seen > 5);
}

/// A copy that serves alone is no end: the page of each store says by which commands every region follows it, to the
/// step by which deployments run again, and what Terraform is told of. Roots that are named are there.
#[test]
fn regions_follow_a_restored_copy_again() {
    let tree = crate::support::golden("aws-engines");
    let page = &tree["RUNBOOK_RESTORE.md"];
    let section = |of: &str| {
        let begins = format!("\n#### {of}\n");
        let (_, rest) = page.split_once(&begins).expect(of);
        rest.split("\n###").next().unwrap_or_default().to_string()
    };
    let in_order = |of: &str, words: &[&str]| {
        let (text, mut at) = (section(of), 0);
        for word in words {
            let found = text[at..]
                .find(word)
                .unwrap_or_else(|| panic!("{of}: no `{word}` in its place\n{text}"));
            at += found;
        }
    };
    in_order(
        "shop-orders-us-east-1",
        &[
            "remove-from-global-cluster --region us-west-2",
            "remove-from-global-cluster --region us-east-1",
            "delete-global-cluster",
            "--new-db-cluster-identifier shop-orders-us-east-1-before",
            "--db-cluster-identifier NEW_NAME --new-db-cluster-identifier shop-orders-us-east-1",
            "create-global-cluster",
            "state rm 'module.aurora_orders.aws_rds_global_cluster.this' 'module.aurora_orders_us_west_2.aws_rds_cluster_instance.this'",
            "import -var-file=",
            "--back-from NEW_NAME",
        ],
    );
    in_order(
        "shop-sessions-us-east-1",
        &[
            "create-snapshot --region us-east-1 --replication-group-id NEW_NAME",
            "disassociate-global-replication-group",
            "delete-global-replication-group",
            "--snapshot-name NEW_NAME-back",
            "state rm 'module.cache_sessions.aws_elasticache_global_replication_group.this'",
            "--back-from NEW_NAME",
        ],
    );
    // Only the region that the others joined has a cluster that they can follow again.
    for other in ["shop-orders-us-west-2", "shop-sessions-us-west-2"] {
        assert!(!section(other).contains("global-"), "{other}");
    }
}

/// A page that a person types from names roots and modules of its own tree.
#[test]
fn terraform_on_pages_names_what_there_is() {
    let mut seen = 0;
    for (name, tree) in crate::support::golden_trees() {
        let pages = tree
            .iter()
            .filter(|(path, _)| path.ends_with("RUNBOOK_RESTORE.md"));
        for line in pages.flat_map(|(_, text)| text.lines()) {
            for root in line.split("-chdir=").skip(1) {
                let root = root.split(' ').next().unwrap_or_default();
                let main = tree.get(&format!("{root}/main.tf"));
                let main = main.unwrap_or_else(|| panic!("{name}: no {root}"));
                for address in line.split("'module.").skip(1) {
                    let call = address.split('.').next().unwrap_or_default();
                    assert!(
                        main.contains(&format!("module \"{call}\"")),
                        "{name}: no {call} in {root}"
                    );
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 4, "{seen}");
}

/// Copies are compared by commands of which the page has both: what the copy has, and what the original has.
#[test]
fn what_a_copy_has_is_counted_beside_the_original() {
    for (name, subject, counts) in [
        (
            "ggen",
            "ggen-marketplace-marketplace-eu",
            "runAggregationQuery",
        ),
        ("ggen", "sessions-us-central1", "restore.sh count"),
        (
            "eden",
            "eden-postgres-us-east-1",
            "SELECT count(*) FROM TABLE",
        ),
        ("aws-engines", "shop-carts-us-east-1", "--select COUNT"),
    ] {
        let tree = crate::support::golden(name);
        let page = &tree["RUNBOOK_RESTORE.md"];
        let begins = format!("`{subject}`, the copy and then the original:\n\n```sh\n");
        let (_, rest) = page.split_once(&begins).expect(subject);
        let lines: Vec<&str> = rest.lines().take_while(|l| *l != "```").collect();
        assert_eq!(lines.len(), 2, "{subject}");
        assert!(
            lines[0].contains("NEW_NAME") && !lines[1].contains("NEW_NAME"),
            "{lines:?}"
        );
        assert!(lines.iter().all(|l| l.contains(counts)), "{lines:?}");
    }
}

/// After a failover the region that the topology names comes back as the one that writes: a global database or cache
/// that a command has moved is moved back by one, and services write there again. Before, users came back to a region
/// whose services wrote to a group that follows.
#[test]
fn a_region_that_is_back_writes_again() {
    let stage = Stage::new("aws-engines");
    let away = [
        "--from",
        "us-east-1",
        "--to",
        "us-west-2",
        "--apply",
        "--yes",
    ];
    assert_eq!(code(&stage.run("failover-region.sh", &away)), 0);
    let back = stage.run(
        "promote-region.sh",
        &["--region", "us-east-1", "--apply", "--yes"],
    );
    assert_eq!(code(&back), 0, "{}", said(&back));
    let calls = stage.calls();
    let at = |what: &[&str]| {
        let found = calls
            .iter()
            .position(|c| what.iter().all(|w| c.contains(w)));
        found.unwrap_or_else(|| panic!("no {what:?} in {calls:#?}"))
    };
    at(&["switchover-global-cluster", "cluster:shop-orders-us-east-1"]);
    let moved = at(&[
        "failover-global-replication-group",
        "--primary-region us-east-1",
    ]);
    let told = at(&[
        "set env deployment/web",
        "us-west-2",
        "WRITER_REGION=us-east-1",
    ]);
    assert!(moved < told, "services are told once it writes");
    // A region that never wrote has nothing to take back.
    let script = &crate::support::golden("aws-engines")["scripts/promote-region.sh"];
    assert!(!script.contains("--primary-region us-west-2"), "{script}");
}

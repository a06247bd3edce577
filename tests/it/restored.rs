//! What was restored: only that is put into service or deleted by a command, and nothing that serves.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::stage::{Stage, code, said};
use std::collections::BTreeSet;
use std::fs;

/// Stores whose copies a command switches: the tree, the store, and the name of a copy.
const SWITCHED: [(&str, &str, &str); 5] = [
    ("eden", "eden-postgres-us-east-1", "back"),
    ("aws-engines", "shop-orders-us-east-1", "back"),
    ("aws-engines", "shop-sessions-us-west-2", "back"),
    ("aws-engines", "shop-carts-us-east-1", "back"),
    (
        "ggen",
        "ggen-marketplace-marketplace-eu",
        "ggen-marketplace-marketplace-eu-copy-1",
    ),
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

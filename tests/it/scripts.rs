//! The generated scripts, run with stub commands that record their calls.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::stage::{Stage, answers, code};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

const LEAVE: [&str; 4] = ["--from", "us-central1", "--to", "us-east1"];

/// Whether a recorded call could change anything.
fn changes(call: &str) -> bool {
    let reads = [
        "describe",
        "get-health",
        " list",
        "get-master-addr-by-name",
        "/config/lag.sh",
        "curl ",
        " pull ",
    ];
    !reads.iter().any(|r| call.contains(r))
}

#[test]
fn a_dry_run_changes_nothing() {
    let stage = Stage::new("ggen");
    let output = stage.run("failover-region.sh", &LEAVE);
    assert_eq!(
        code(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calls = stage.calls();
    assert!(!calls.iter().any(|c| changes(c)), "{calls:#?}");
    let shown = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(
        shown.contains("update-backend") && shown.contains("/config/promote.sh"),
        "{shown}"
    );
}

#[test]
fn applying_acts_in_order_under_a_lock() {
    let stage = Stage::new("ggen");
    let mut arguments = LEAVE.to_vec();
    arguments.extend(["--apply", "--yes"]);
    let output = stage.run("failover-region.sh", &arguments);
    assert_eq!(
        code(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calls = stage.calls();
    let at = |part: &str| {
        calls
            .iter()
            .position(|c| c.contains(part))
            .unwrap_or_else(|| panic!("no {part} in {calls:#?}"))
    };
    let order = [
        at("--if-generation-match=0"),
        at("paused-scale-in=true"),
        at("--capacity-scaler=0"),
        at("/config/lag.sh"),
        at("/config/promote.sh"),
        at("run services update"),
        at("curl"),
        at("/records/"),
        at("storage rm"),
    ];
    assert!(order.is_sorted(), "{order:?} {calls:#?}");
    // Only the region that is left is drained.
    let drained: Vec<_> = calls
        .iter()
        .filter(|c| c.contains("--capacity-scaler=0"))
        .collect();
    assert!(
        !drained.is_empty() && drained.iter().all(|c| c.contains("ingress-us-central1")),
        "{drained:#?}"
    );
}

/// Who is asked first: sentinels that have promoted a node elsewhere are not overruled.
#[test]
fn what_automation_has_done_is_not_done_again() {
    for (primary, promotes) in [
        ("us-central1", true),
        ("us-east1", false),
        ("europe-west1", false),
    ] {
        let stage = Stage::new("ggen");
        let state = stage.folder.path().join("calls.state");
        fs::create_dir(&state).unwrap();
        fs::write(state.join("primary"), primary).unwrap();
        let mut arguments = LEAVE.to_vec();
        arguments.extend(["--apply", "--yes"]);
        let output = stage.run("failover-region.sh", &arguments);
        assert_eq!(code(&output), 0, "{primary}: {output:?}");
        let calls = stage.calls();
        let promoted = calls.iter().any(|c| c.contains("/config/promote.sh"));
        assert_eq!(promoted, promotes, "{primary}: {calls:#?}");
        // A client's write is read back whoever has promoted.
        assert!(calls.iter().any(|c| c.contains("/config/writes.sh")));
    }
}

/// Every step acts in the region that is named, not in the usual successor.
#[test]
fn the_region_that_takes_over_is_the_one_that_is_named() {
    let stage = Stage::new("ggen");
    let leave = [
        "--from",
        "us-central1",
        "--to",
        "europe-west1",
        "--apply",
        "--yes",
    ];
    assert_eq!(code(&stage.run("failover-region.sh", &leave)), 0);
    let calls = stage.calls();
    for part in [
        "paused-scale-in=true",
        "/config/lag.sh",
        "/config/promote.sh",
        "modify-push-config",
        "run services update",
    ] {
        let own: Vec<&String> = calls.iter().filter(|c| c.contains(part)).collect();
        let there = own.iter().all(|c| c.contains("europe-west1"));
        assert!(!own.is_empty() && there, "{part}: {own:#?}");
    }
}

/// A region that is back gets back what only it has, unless it has it.
#[test]
fn what_is_back_is_not_brought_back_again() {
    for (primary, moved) in [("us-central1", false), ("us-east1", true)] {
        let stage = Stage::new("ggen");
        let state = stage.folder.path().join("calls.state");
        fs::create_dir(&state).unwrap();
        fs::write(state.join("primary"), primary).unwrap();
        let back = ["--region", "us-central1", "--apply", "--yes"];
        let output = stage.run("promote-region.sh", &back);
        assert_eq!(code(&output), 0, "{primary}: {output:?}");
        let calls = stage.calls();
        let promoted = calls.iter().any(|c| c.contains("/config/promote.sh"));
        assert_eq!(promoted, moved, "{primary}: {calls:#?}");
        // What pushed elsewhere pushes to its home again.
        assert!(calls.iter().any(|c| c.contains("modify-push-config")));
    }
}

#[test]
fn regions_that_the_topology_does_not_have_are_refused() {
    let stage = Stage::new("ggen");
    let output = stage.run(
        "failover-region.sh",
        &["--from", "us-central1", "--to", "mars", "--apply", "--yes"],
    );
    assert_eq!(code(&output), 65);
    let output = stage.run(
        "failover-region.sh",
        &["--from", "us-east1", "--to", "us-east1", "--apply", "--yes"],
    );
    assert_eq!(code(&output), 65);
    assert!(stage.calls().is_empty());
}

#[test]
fn without_confirmation_nothing_happens() {
    let stage = Stage::new("ggen");
    let mut arguments = LEAVE.to_vec();
    arguments.push("--apply");
    assert_eq!(code(&stage.run("failover-region.sh", &arguments)), 77);
    assert!(stage.calls().is_empty());
}

/// Every parameter that a script takes does something. Broken on purpose by an option that is only
/// parsed.
#[test]
fn every_parameter_is_used() {
    let mut seen = 0;
    for (name, tree) in crate::support::golden_trees() {
        let scripts = tree.iter().filter(|(path, _)| path.starts_with("scripts/"));
        for (path, text) in scripts.filter(|(path, _)| !path.ends_with("lib.sh")) {
            let parsed = text
                .lines()
                .map(str::trim_start)
                .filter(|l| l.starts_with("--"));
            for line in parsed.filter(|l| l.contains(") ") && l.contains('=')) {
                let (_, sets) = line.split_once(") ").unwrap();
                let variable = sets.split('=').next().unwrap();
                if matches!(variable, "APPLY" | "ASSUME_YES") || variable.contains([' ', '"']) {
                    continue;
                }
                let read = text.contains(&format!("${{{variable}}}"))
                    || text.contains(&format!("${{{variable}:-}}"))
                    || text.contains(&format!("${{#{variable}[@]}}"))
                    || text.contains(&format!("${{{variable}[@]}}"));
                assert!(read, "{name}: {path} reads no {variable}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn usage_is_64_and_help_is_0() {
    let stage = Stage::new("minimal");
    for script in [
        "deploy-all-regions.sh",
        "failover-region.sh",
        "promote-region.sh",
        "restore-from-backup.sh",
        "dr-test.sh",
        "cost-report.sh",
    ] {
        assert_eq!(code(&stage.run(script, &["--nonsense"])), 64, "{script}");
        assert_eq!(code(&stage.run(script, &["--help"])), 0, "{script}");
    }
    assert!(stage.calls().is_empty());
}

#[test]
fn another_failover_waits_and_going_on_with_the_same_one_does_not() {
    let stage = Stage::new("eden");
    let nap = stage.folder.path().join("bin/sleep");
    let naps = stage.folder.path().join("naps");
    fs::write(
        &nap,
        format!("#!/bin/sh\necho \"$1\" >> '{}'\n", naps.display()),
    )
    .unwrap();
    fs::set_permissions(&nap, fs::Permissions::from_mode(0o755)).unwrap();
    let fence = |from: &str, to: &str| {
        let all = [
            "--from", from, "--to", to, "--step", "fence", "--apply", "--yes",
        ];
        let output = stage.run("failover-region.sh", &all);
        assert_eq!(code(&output), 0, "{output:?}");
        let text = fs::read_to_string(&naps).unwrap_or_default();
        text.lines()
            .map(|l| l.parse().unwrap())
            .collect::<Vec<u64>>()
    };
    assert!(fence("us-east-1", "us-west-2").is_empty());
    assert!(fence("us-east-1", "us-west-2").is_empty());
    let waited = fence("us-west-2", "us-east-1");
    assert!(matches!(waited[..], [1..=60]), "{waited:?}");
}

#[test]
fn drills_run_the_failover_and_keep_a_record() {
    let stage = Stage::new("ggen");
    let output = stage.run(
        "dr-test.sh",
        &[
            "--primary",
            "us-central1",
            "--secondary",
            "us-east1",
            "--test-type",
            "region-failure",
            "--apply",
            "--yes",
        ],
    );
    assert_eq!(
        code(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let record = String::from_utf8_lossy(&output.stdout).to_string();
    let line = record
        .lines()
        .find(|l| l.starts_with('{'))
        .unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    // Of those who wait for people: the others are moved by what this does not exercise.
    assert_eq!(record["objective_seconds"], 1800);
    assert_eq!(record["result"], "passed");
    // Where nobody waits for people, no time is judged.
    let stage = Stage::new("eden");
    let drill = ["--test-type", "region-failure", "--primary", "us-east-1"];
    let apply = ["--secondary", "us-west-2", "--apply", "--yes"];
    let output = stage.run("dr-test.sh", &[&drill[..], &apply].concat());
    let record = String::from_utf8_lossy(&output.stdout).to_string();
    let line = record
        .lines()
        .find(|l| l.starts_with('{'))
        .unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(record["objective_seconds"], serde_json::Value::Null);
}

#[test]
fn the_first_deployment_comes_in_two_stages() {
    let stage = Stage::new("ggen");
    fs::write(stage.folder.path().join("x.tfvars"), "").unwrap();
    let output = stage.run(
        "deploy-all-regions.sh",
        &["--var-file", "x.tfvars", "--bootstrap", "--apply", "--yes"],
    );
    assert_eq!(
        code(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calls = stage.calls();
    let at = |part: &str| {
        calls
            .iter()
            .position(|c| c.contains(part))
            .unwrap_or_else(|| panic!("no {part} in {calls:#?}"))
    };
    assert!(at("identity create") < at("serving_regions=[]"));
    assert!(at("serving_regions=[]") < at("apply --kustomize"));
    let last = calls
        .iter()
        .rposition(|c| c.starts_with("terraform") && c.contains(" apply "))
        .unwrap();
    assert!(last > at("helm upgrade") && !calls[last].contains("serving_regions"));
    // The order of the topology: the primary last.
    let regions: Vec<_> = calls.iter().filter(|c| c.starts_with("helm")).collect();
    assert!(
        regions[0].contains("us-east1") && regions[2].contains("us-central1"),
        "{regions:#?}"
    );
}

#[test]
fn the_first_deployment_needs_no_lock_and_carries_ids_to_the_links() {
    let stage = Stage::of_fixture("aws-small.yaml");
    fs::write(stage.folder.path().join("x.tfvars"), "").unwrap();
    let arguments = ["--var-file", "x.tfvars", "--apply", "--yes"];
    let first: Vec<&str> = arguments.iter().copied().chain(["--bootstrap"]).collect();
    let output = stage.run("deploy-all-regions.sh", &first);
    let errors = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(code(&output), 0, "{errors}");
    let calls = stage.calls();
    assert!(
        !calls.iter().any(|c| c.contains("locks/failover")),
        "{calls:#?}"
    );
    assert!(
        calls
            .iter()
            .any(|c| c.contains("create-bucket --bucket shop-prod-tfstate"))
    );
    let id = "network_us_west_2_vpc_id";
    let carried = stage.root("links").join(format!("{id}.auto.tfvars.json"));
    let text = fs::read_to_string(carried).unwrap();
    assert_eq!(text, format!("{{\"{id}\": [\"id\"]}}\n"));
    let at = |part: &str| calls.iter().position(|c| c.contains(part)).unwrap();
    assert!(at("output -json network_us_west_2_vpc_id") < at("terraform/links apply"));

    let output = stage.run("deploy-all-regions.sh", &arguments);
    assert_eq!(code(&output), 0);
    let calls = stage.calls();
    // Who one is comes before the lock, and the lock before all else.
    assert!(calls[0].contains("get-caller-identity"), "{calls:#?}");
    assert!(calls[1].contains("put-object") && calls[1].contains("--if-none-match *"));
}

/// What the tree no longer has is removed from each cluster before Terraform takes away what it
/// holds; what the tree has stays, and so do claims and namespaces. Fails if the loop over kinds,
/// or the comparison with the tree, is taken out of lib.sh.
#[test]
fn what_the_tree_no_longer_has_leaves_the_clusters_before_terraform() {
    let stage = Stage::of_fixture("aws-small.yaml");
    fs::write(stage.folder.path().join("x.tfvars"), "").unwrap();
    let stub = stage.folder.path().join("bin/kubectl");
    let calls = stage.folder.path().join("calls");
    let text = format!(
        "#!/bin/bash\nprintf 'kubectl %s\\n' \"$*\" >> '{}'\ncase \"$*\" in\n\
         kustomize*) printf 'apiVersion: apps/v1\\nkind: Deployment\\nmetadata:\\n  name: web\\n  namespace: shop\\n---\\nkind: Service\\nmetadata:\\n  name: web\\n  namespace: shop\\n' ;;\n\
         *'get deployments.apps'*) printf 'Deployment/shop/web\\nDeployment/shop/old\\n' ;;\n\
         *'get services'*) printf 'Service/shop/web\\n' ;;\n\
         *'get externalsecrets'*) exit 1 ;;\n\
         *'config view'*) printf \"arn:aws:eks:${{5#shop-}}:123456789012:cluster/$5\" ;;\nesac\n",
        calls.display()
    );
    fs::write(&stub, text).unwrap();
    let output = stage.run(
        "deploy-all-regions.sh",
        &["--var-file", "x.tfvars", "--apply", "--yes"],
    );
    let errors = String::from_utf8_lossy(&output.stderr).to_string();
    let calls = stage.calls();
    let deleted: Vec<&String> = calls.iter().filter(|c| c.contains(" delete ")).collect();
    assert_eq!(
        deleted.len(),
        2,
        "one in each region: {deleted:#?}\n{errors}"
    );
    assert!(
        deleted
            .iter()
            .all(|c| c.contains("--namespace shop delete deployments.apps old")),
        "{deleted:#?}"
    );
    let at = |part: &str| calls.iter().position(|c| c.contains(part));
    assert!(
        at(" delete ").unwrap() < at("terraform").unwrap(),
        "{calls:#?}"
    );
    for kept in ["namespaces", "persistentvolumeclaims", "redisenterprise"] {
        assert!(
            !calls.iter().any(|c| c.contains(&format!("get {kept}"))),
            "{kept}"
        );
    }
}

#[test]
fn a_restore_goes_into_a_new_database() {
    let stage = Stage::new("minimal");
    let arguments = [
        "--datastore",
        "hello-main",
        "--into",
        "hello-main-copy-1",
        "--at",
        "2026-11-21T05:00:00Z",
        "--apply",
        "--yes",
    ];
    let output = stage.run("restore-from-backup.sh", &arguments);
    assert_eq!(
        code(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let calls = stage.calls();
    assert!(
        calls.iter().any(|c| c.contains("databases clone")
            && c.contains("--destination-database hello-main-copy-1")),
        "{calls:#?}"
    );
    assert!(
        !calls.iter().any(|c| c.contains("databases restore")),
        "{calls:#?}"
    );
}

/// Lets the stub of a tool keep what is sent to it.
fn keeps_input(stage: &Stage, tool: &str) {
    let stub = stage.folder.path().join("bin").join(tool);
    let body = stage.folder.path().join("body");
    let recorded = fs::read_to_string(&stub).unwrap();
    fs::write(&stub, format!("{recorded}cat >'{}'\n", body.display())).unwrap();
}

#[test]
fn a_name_is_turned_to_a_region_and_back() {
    let stage = Stage::new("paynow");
    answers(&stage, "gcloud", "192.0.2.7\n");
    keeps_input(&stage, "curl");
    let to = ["--host", "hooks.siraj.life", "--to", "europe-west1"];
    let output = stage.run("switch-dns.sh", &to);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(!stage.calls().iter().any(|c| c.contains("/changes")));

    let output = stage.run("switch-dns.sh", &[&to[..], &["--apply", "--yes"]].concat());
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    let change = calls
        .iter()
        .find(|c| c.contains("managedZones/siraj-life/changes"));
    assert!(change.is_some_and(|c| c.starts_with("curl")), "{calls:#?}");
    // Whatever stands there is what goes: here the stub's answer.
    let body = fs::read_to_string(stage.folder.path().join("body")).unwrap();
    assert_eq!(
        body,
        "{\"additions\":[{\"name\":\"hooks.siraj.life.\",\"type\":\"A\",\"ttl\":30,\"rrdatas\":[\"192.0.2.7\"]}],\"deletions\":[192.0.2.7]}"
    );

    let values = stage.folder.path().join("values.tfvars");
    fs::write(&values, "").unwrap();
    let values = values.display().to_string();
    let back = [
        "--host",
        "hooks.siraj.life",
        "--to",
        "failover",
        "--var-file",
        &values,
    ];
    let output = stage.run(
        "switch-dns.sh",
        &[&back[..], &["--apply", "--yes"]].concat(),
    );
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    assert!(
        calls
            .iter()
            .any(|c| c.starts_with("terraform") && c.contains("-target=module.dns_siraj_life")),
        "{calls:#?}"
    );
}

#[test]
fn a_name_is_not_turned_to_nothing() {
    let stage = Stage::new("paynow");
    answers(&stage, "gcloud", "no such address\n");
    let to = [
        "--host",
        "hooks.siraj.life",
        "--to",
        "us-central1",
        "--apply",
        "--yes",
    ];
    assert_eq!(code(&stage.run("switch-dns.sh", &to)), 75);
    assert!(!stage.calls().iter().any(|c| c.contains("/changes")));
    let other = ["--host", "shop.example.com", "--to", "us-central1"];
    assert_eq!(code(&stage.run("switch-dns.sh", &other)), 65);
}

#[test]
fn a_flag_is_switched_in_one_region_or_in_all() {
    let stage = Stage::new("paynow");
    answers(&stage, "curl", "403");
    let told =
        |value: &str| format!("{{ \"name\": \"MULTI_REGION_ENABLED\",   \"value\": \"{value}\" }}");
    stage.says("gcloud", "containers[0].env", &told("false"));
    let all = [
        "--flag",
        "multi-region",
        "--value",
        "false",
        "--apply",
        "--yes",
    ];
    let output = stage.run("set-flag.sh", &all);
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    let set = calls
        .iter()
        .filter(|c| c.contains("--update-env-vars MULTI_REGION_ENABLED=false"));
    assert_eq!(set.count(), 4, "{calls:#?}");

    let one = [&all[..], &["--region", "europe-west1"]].concat();
    assert_eq!(code(&stage.run("set-flag.sh", &one)), 0);
    let calls = stage.calls();
    let set: Vec<_> = calls
        .iter()
        .filter(|c| c.contains("--update-env-vars"))
        .collect();
    assert!(
        set.len() == 2
            && set
                .iter()
                .all(|c| c.contains("-eu ") && c.contains("europe-west1")),
        "{set:#?}"
    );

    // What was set is read back: another value is no success.
    let other = Stage::new("paynow");
    answers(&other, "curl", "403");
    other.says("gcloud", "containers[0].env", &told("true"));
    let output = other.run("set-flag.sh", &one);
    assert_eq!(code(&output), 75, "{output:?}");

    let hostile = ["--flag", "multi-region", "--value", "false,OTHER=1"];
    assert_eq!(code(&stage.run("set-flag.sh", &hostile)), 64);
    assert_eq!(
        code(&stage.run("set-flag.sh", &["--flag", "none", "--value", "x"])),
        65
    );
}

#[test]
fn a_rollback_drill_ends_as_it_began() {
    let stage = Stage::new("paynow");
    answers(&stage, "curl", "403");
    let drill = [
        "--test-type",
        "rollback",
        "--flag",
        "multi-region",
        "--apply",
        "--yes",
    ];
    let output = stage.run("dr-test.sh", &drill);
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    let values: Vec<&str> = calls
        .iter()
        .filter_map(|c| c.split("MULTI_REGION_ENABLED=").nth(1))
        .map(|rest| rest.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        values,
        [
            "false", "false", "false", "false", "true", "true", "true", "true"
        ]
    );
}

#[test]
fn a_drill_is_told_to_the_metrics_only_when_it_has_passed() {
    let stage = Stage::new("paynow");
    answers(&stage, "curl", "403");
    let drill = ["--test-type", "rollback", "--flag", "multi-region"];
    let output = stage.run("dr-test.sh", &drill);
    let shown = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(!shown.contains("\"passed\""), "{shown}");

    let applied = [&drill[..], &["--apply", "--yes"]].concat();
    let told = |stage: &Stage| {
        // The metric ends with a line of its own, so the call has two.
        let calls = stage.calls();
        let at = calls.iter().position(|c| c.contains("/metrics/job/"))?;
        Some(calls[at.saturating_sub(1)..=at].concat())
    };
    let output = stage.run("dr-test.sh", &applied);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains(r#""drill":"configuration-rollback""#),
        "{shown}"
    );
    assert!(told(&stage).is_none(), "nobody has named a Pushgateway");

    let gateway = Stage {
        gateway: Some("http://push.example.com/".into()),
        ..Stage::new("paynow")
    };
    answers(&gateway, "curl", "403");
    assert_eq!(code(&gateway.run("dr-test.sh", &applied)), 0);
    let call = told(&gateway).expect("a metric");
    assert!(
        call.contains(r#"dr_test_last_success_timestamp_seconds{system="paynow",drill="configuration-rollback"} "#),
        "{call}"
    );

    // Any time is longer than less than none.
    let script = gateway.scripts.join("dr-test.sh");
    let text = fs::read_to_string(&script).unwrap();
    let strict = text.replace("*) printf null ;;", "*) printf -- -1 ;;");
    assert_ne!(text, strict);
    fs::write(&script, strict).unwrap();
    let output = gateway.run("dr-test.sh", &applied);
    assert_eq!(code(&output), 75);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains(r#""result":"late""#), "{shown}");
    assert!(told(&gateway).is_none(), "it has not passed");
    fs::write(&script, text).unwrap();

    answers(&gateway, "curl", "500");
    assert_eq!(code(&gateway.run("dr-test.sh", &applied)), 75);
    assert!(told(&gateway).is_none(), "it has failed");
}

/// Two dead letters as `gcloud pubsub subscriptions pull --format=json` gives them: one that
/// failed, with a comma and a quote in an attribute, and one that a receiver set aside.
const DEAD_LETTERS: &str = r#"[
  {"ackId": "ack-1", "message": {"messageId": "1", "orderingKey": "order 7", "data": "eyJpZCI6ICJldnRfMSJ9",
    "attributes": {"source": "a,b \"c\"", "CloudPubSubDeadLetterSourceDeliveryCount": "5"}}},
  {"ackId": "ack-2", "message": {"messageId": "2", "data": "e30=", "attributes": {"verdict": "drop_incompatible"}}}
]"#;

#[test]
fn dead_letters_go_back_before_they_are_removed() {
    let stage = Stage::new("paynow");
    answers(&stage, "gcloud", DEAD_LETTERS);
    let replay = ["--queue", "webhook-events", "--limit", "2"];
    let output = stage.run("replay-dead-letters.sh", &replay);
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    assert!(
        !calls
            .iter()
            .any(|c| c.contains(" ack ") || c.contains("publish")),
        "{calls:#?}"
    );

    let output = stage.run(
        "replay-dead-letters.sh",
        &[&replay[..], &["--apply", "--yes"]].concat(),
    );
    assert_eq!(code(&output), 0, "{output:?}");
    let calls = stage.calls();
    let at = |text: &str| calls.iter().position(|c| c.contains(text));
    let (back, removed) = (at("topics publish"), at("subscriptions ack"));
    assert!(back.is_some() && back < removed, "{calls:#?}");
    assert_eq!(
        calls.iter().filter(|c| c.contains("publish")).count(),
        1,
        "{calls:#?}"
    );
    let back = &calls[back.unwrap()];
    assert!(
        back.contains(r#"--message {"id": "evt_1"} --attribute ^:::^replayed=true:::source=a,b "c" --ordering-key order 7"#),
        "{back}"
    );
    assert!(calls[removed.unwrap()].contains("--ack-ids ack-1"));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(
        shown.contains("1 put back, 1 left") && !shown.contains("evt_1"),
        "{shown}"
    );
}

#[test]
fn what_helped_shrinks_when_a_region_is_back() {
    for (example, shrunk, held) in [
        (
            "paynow",
            "run services update siraj-webhook-eu --min-instances=5 --region europe-west1",
            "run services update siraj-webhook-us",
        ),
        (
            "ggen",
            "gke_ggen-prod_us-east1_ggen-marketplace-us-east1 --namespace ggen annotate --overwrite scaledobject api autoscaling.keda.sh/paused-scale-in=false",
            "gke_ggen-prod_us-central1_ggen-marketplace-us-central1 --namespace ggen annotate",
        ),
    ] {
        let stage = Stage::new(example);
        answers(&stage, "curl", "403");
        let back = ["--region", "us-central1", "--apply", "--yes"];
        let output = stage.run("promote-region.sh", &back);
        assert_eq!(code(&output), 0, "{output:?}");
        let calls = stage.calls();
        assert!(calls.iter().any(|c| c.contains(shrunk)), "{calls:#?}");
        assert!(!calls.iter().any(|c| c.contains(held)), "{calls:#?}");
    }
}

#[test]
fn pub_sub_is_asked_where_messages_may_be_and_shows_none() {
    let stage = Stage::new("paynow");
    let stub = stage.folder.path().join("bin/gcloud");
    let recorded = fs::read_to_string(&stub).unwrap();
    let calls = stage.folder.path().join("calls");
    let note = format!(
        "printf 'at %s\\n' \"$CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB\" >> '{}'\n",
        calls.display()
    );
    fs::write(&stub, recorded + &note).unwrap();
    answers(&stage, "gcloud", DEAD_LETTERS);
    let replay = ["--queue", "webhook-events", "--apply", "--yes"];
    assert_eq!(code(&stage.run("replay-dead-letters.sh", &replay)), 0);
    assert_eq!(code(&stage.run("failover-region.sh", &["--status"])), 0);
    let calls = stage.calls();
    let asked = calls.windows(2).filter(|w| w[0].contains(" pubsub "));
    let asked: Vec<_> = asked.collect();
    assert_eq!(asked.len(), 4, "{calls:#?}");
    for pair in asked {
        assert_eq!(pair[1], "at https://us-central1-pubsub.googleapis.com/");
    }
    let looked = calls
        .iter()
        .find(|c| c.contains("pull") && c.contains("--limit=10"));
    assert!(
        looked.is_some_and(|c| c.contains("--format=table(message.messageId,")),
        "{calls:#?}"
    );
}

#[test]
fn a_message_goes_back_as_it_was_or_stays() {
    let stage = Stage::new("paynow");
    // {"p":"~~?ü"} and a line feed, in the alphabet that gcloud writes; and bytes that are no text.
    let letters = r#"[
      {"ackId": "ack-1", "message": {"messageId": "1", "orderingKey": "o", "data": "eyJwIjoifn4_w7wifQo="}},
      {"ackId": "ack-2", "message": {"messageId": "2", "orderingKey": "o", "data": "_wD-"}}
    ]"#;
    answers(&stage, "gcloud", letters);
    let replay = ["--queue", "webhook-events", "--apply", "--yes"];
    let output = stage.run("replay-dead-letters.sh", &replay);
    let shown = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(code(&output), 0, "{shown}");
    assert!(shown.contains("1 put back, 1 left"), "{shown}");
    assert!(shown.contains("message 2: left, it is no text"), "{shown}");
    let calls = stage.calls().join("\n");
    assert!(
        calls.contains("--message {\"p\":\"~~?\u{fc}\"}\n --attribute"),
        "{calls}"
    );
    assert!(!calls.contains("ack-2"), "{calls}");
}

#[test]
fn a_region_whose_secrets_have_no_value_is_not_deployed() {
    let stage = Stage::new("paynow");
    let values = stage.folder.path().join("values.tfvars");
    fs::write(&values, "").unwrap();
    let stub = stage.folder.path().join("bin/gcloud");
    let recorded = fs::read_to_string(&stub).unwrap();
    fs::write(
        &stub,
        format!("{recorded}case \"$*\" in *versions*) exit 1 ;; esac\n"),
    )
    .unwrap();
    let values = values.display().to_string();
    let deploy = ["--var-file", &values, "--apply", "--yes"];
    assert_eq!(code(&stage.run("deploy-all-regions.sh", &deploy)), 75);
    let calls = stage.calls();
    let applied: Vec<_> = calls.iter().filter(|c| c.contains(" apply ")).collect();
    assert!(
        applied.len() == 1 && applied[0].contains("terraform/global"),
        "{applied:#?}"
    );
}

/// A stage whose users have records of equal names, and whose requests fail by this share.
fn shifting(failing: &str) -> Stage {
    let stage = Stage::new("eden");
    let records = r#"[{"Name":"us-east-1.shift.api.eden.example.com.","Type":"CNAME","TTL":60,"SetIdentifier":"us-east-1","Weight":100,"ResourceRecords":[{"Value":"a.example.com"}]},{"Name":"us-east-1.shift.api.eden.example.com.","Type":"CNAME","TTL":60,"SetIdentifier":"us-west-2","Weight":0,"ResourceRecords":[{"Value":"b.example.com"}]}]"#;
    let stub = stage.folder.path().join("bin/aws");
    let recorded = fs::read_to_string(&stub).unwrap();
    let routes = format!(
        "case \"$*\" in *list-hosted-zones*) echo /hostedzone/Z1 ;; *list-resource-record-sets*) echo '{records}' ;; esac\n"
    );
    fs::write(&stub, recorded + &routes).unwrap();
    let value = format!(r#"{{"data":{{"result":[{{"value":[0,"{failing}"]}}]}}}}"#);
    answers(&stage, "curl", &value);
    let sleep = stage.folder.path().join("bin/sleep");
    fs::write(&sleep, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&sleep, fs::Permissions::from_mode(0o755)).unwrap();
    stage
}

/// The weights of the region that is left and of the one that is entered, change by change.
fn weights(calls: &[String]) -> Vec<(u64, u64)> {
    let changes = calls.iter().filter_map(|call| {
        let (_, batch) = call.split_once("--change-batch ")?;
        let batch: serde_json::Value = serde_json::from_str(batch).unwrap();
        let weight = |index: usize| {
            batch["Changes"][index]["ResourceRecordSet"]["Weight"]
                .as_u64()
                .unwrap()
        };
        Some((weight(0), weight(1)))
    });
    changes.collect()
}

const SHIFT: [&str; 6] = [
    "--from",
    "us-east-1",
    "--to",
    "us-west-2",
    "--apply",
    "--yes",
];

fn shift(stage: &Stage, more: &[&str]) -> Output {
    stage.run("shift-traffic.sh", &[&SHIFT[..], more].concat())
}

#[test]
fn users_are_moved_bit_by_bit_and_back() {
    let stage = shifting("0.01");
    let output = shift(&stage, &[]);
    assert_eq!(code(&output), 0, "{output:?}");
    let steps = [20, 40, 60, 80, 100];
    let there: Vec<_> = steps.iter().map(|s| (100 - s, *s)).collect();
    assert_eq!(weights(&stage.calls()), there);

    assert_eq!(code(&shift(&stage, &["--back"])), 0);
    let back: Vec<_> = steps.iter().map(|s| (*s, 100 - s)).collect();
    assert_eq!(weights(&stage.calls()), back);
}

#[test]
fn users_go_back_when_requests_fail_and_stay_for_a_while() {
    for share in ["0.05", "0.3", "NaN"] {
        let stage = shifting(share);
        let output = shift(&stage, &[]);
        assert_eq!(code(&output), 75, "{share}: {output:?}");
        assert_eq!(weights(&stage.calls()), [(80, 20), (100, 0)], "{share}");
        assert_eq!(code(&shift(&stage, &[])), 75);
        assert!(weights(&stage.calls()).is_empty());
    }
}

#[test]
fn a_restore_that_runs_nothing_is_no_exercise_passed() {
    let stage = Stage::new("aws-engines");
    let of = ["--datastore", "shop-sessions-us-east-1", "--apply", "--yes"];
    let drill = |more: &[&str]| {
        let arguments = [&["--test-type", "restore"], &of[..], more].concat();
        stage.run("dr-test.sh", &arguments)
    };
    // ElastiCache comes back from a snapshot, and not as it was at a moment: no drill begins, and none has failed.
    assert_eq!(code(&drill(&[])), 65);
    assert!(stage.calls().is_empty(), "{:#?}", stage.calls());
    assert_eq!(code(&drill(&["--backup", "snapshot-1"])), 0);
    let calls = stage.calls();
    let made = calls
        .iter()
        .find(|c| c.contains("create-replication-group"));
    assert!(
        made.is_some_and(|c| c.contains("--snapshot-name snapshot-1")),
        "{calls:#?}"
    );
}

#[test]
fn stores_of_aws_are_promoted_by_what_they_have() {
    let stage = Stage::new("aws-engines");
    let step = |id: &str, more: &[&str]| {
        let pair = [
            "--from",
            "us-east-1",
            "--to",
            "us-west-2",
            "--apply",
            "--yes",
        ];
        let all = [&pair[..], &["--step", id], more].concat();
        let mut command = stage.command("failover-region.sh", &all);
        code(&command.env("LAG", "1500").output().unwrap())
    };
    let accepted = ["--accept-data-loss-seconds", "1500"];
    assert_eq!(step("fence", &[]), 0);
    // The copies are 1500 s behind: a loss of less does not cover it.
    assert_eq!(step("promote", &[]), 75);
    assert_eq!(step("promote", &["--accept-data-loss-seconds", "60"]), 75);
    assert_eq!(step("promote", &accepted), 0);
    let calls = stage.calls();
    let at = |part: &str| {
        let found = calls.iter().position(|c| c.contains(part));
        found.unwrap_or_else(|| panic!("no {part} in {calls:#?}"))
    };
    let promoted = at("elasticache failover-global-replication-group --region us-west-2");
    let told = at("set env deployment/web SESSIONS_WRITER_HOST=sessions.us-west-2.shop.internal");
    assert!(promoted < told, "who writes is told once it does");
    at("rds failover-global-cluster --region us-west-2");
}

/// All calls of all scripts fail in turn in `tests/live/scripts`; here a few of them.
#[test]
fn nothing_that_failed_is_called_done() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg(root.join("tests/live/scripts/fail.py"))
        .arg("--sample")
        .arg(root.join("golden/minimal/tree"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The table of live runs fails at a measure over its promise, at one that is no number, and at a part that has none.
#[test]
fn the_table_of_live_runs_holds_measures_against_promises() {
    let table = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/table");
        let output = Command::new(script).arg(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).to_string();
        (output.status.success(), said)
    };
    let fine = ("redis-lost", "redis: a write\t17.5\t21\n");
    let (holds, said) = table(&[fine, ("scripts", "scripts: wrong ends\t0\t0\t \n")]);
    assert!(
        holds && said.contains("17.5 s") && said.contains("21 s"),
        "{said}"
    );
    let over = table(&[fine, ("postgres", "postgres: back\t21.1\t21\n")]);
    assert!(
        !over.0 && over.1.contains("MORE THAN PROMISED"),
        "{}",
        over.1
    );
    let wrong = table(&[("scripts", "scripts: wrong ends\t1\t0\t \n")]);
    assert!(!wrong.0, "{}", wrong.1);
    let none = table(&[("redis-lost", "redis: a write\t\t21\n")]);
    assert!(!none.0 && none.1.contains("IS NO NUMBER"), "{}", none.1);
    let silent = table(&[fine, ("envoy", "")]);
    assert!(
        !silent.0 && silent.1.contains("nothing was measured"),
        "{}",
        silent.1
    );
    assert!(!table(&[]).0);
    // Every part that runs has a file.
    let run =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/run")).unwrap();
    assert!(run.contains(": >\"$results/$label\"") && run.contains("\"$here/table\" \"$results\""));
}

fn deploy(stage: &Stage, more: &[&str]) -> Output {
    let values = stage.folder.path().join("production.tfvars");
    fs::write(&values, "").unwrap();
    let values = values.display().to_string();
    let all = [&["--var-file", &values, "--apply", "--yes"], more].concat();
    stage.run("deploy-all-regions.sh", &all)
}

/// A fence stands until somebody takes it down: a deployment would undo it, and says whose it is.
#[test]
fn a_deployment_stops_while_a_region_is_fenced() {
    for (example, fenced, other) in [
        ("ggen", "us-central1", "us-east1"),
        ("eden", "us-east-1", "us-west-2"),
    ] {
        let stage = Stage::new(example);
        let leave = [
            "--from", fenced, "--to", other, "--step", "fence", "--apply", "--yes",
        ];
        assert_eq!(
            code(&stage.run("failover-region.sh", &leave)),
            0,
            "{example}"
        );
        let marked = stage.calls();
        let mark = format!("locks/fenced-{fenced}");
        assert!(
            marked.iter().any(|c| c.contains(&mark)),
            "{example}: {marked:#?}"
        );
        // The next pipeline run: nothing is planned, nothing is applied.
        let output = deploy(&stage, &[]);
        assert_eq!(code(&output), 75, "{example}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(
            said.contains(&format!("{fenced} is fenced by ")),
            "{example}: {said}"
        );
        let calls = stage.calls();
        let acts = |c: &String| {
            c.starts_with("terraform") || c.starts_with("helm") || c.contains(" apply ")
        };
        assert!(!calls.iter().any(acts), "{example}: {calls:#?}");
        // For a region that does not come back, and only for that one.
        let output = deploy(&stage, &["--despite-fence", other]);
        assert_eq!(code(&output), 75, "{example}: {output:?}");
        stage.calls();
        let output = deploy(&stage, &["--despite-fence", fenced]);
        let calls = stage.calls();
        assert!(
            calls.iter().any(|c| c.starts_with("terraform")),
            "{example}: {output:?} {calls:#?}"
        );
    }
}

/// A restored copy serves until somebody puts the original back or settles it: a deployment would
/// name the original again. Fails without the mark of `switch-store.sh`, or if nobody reads it.
#[test]
fn a_deployment_stops_while_a_copy_serves() {
    for (example, store, copy, end) in [
        (
            "ggen",
            "ggen-marketplace-marketplace-us",
            "ggen-marketplace-marketplace-us-copy-1",
            "--back-from",
        ),
        (
            "eden",
            "eden-postgres-us-east-1",
            "copy-of-monday",
            "--settle",
        ),
    ] {
        let stage = Stage::new(example);
        fs::write(stage.state("copy-of"), format!("{store}\n")).unwrap();
        // The stubs answer nothing, so that what is read back of the services stops the script.
        let switch = |way: &str| {
            let words = ["--datastore", store, way, copy, "--apply", "--yes"];
            stage.run("switch-store.sh", &words);
        };
        let said = |output: &Output| String::from_utf8_lossy(&output.stderr).to_string();
        switch("--to");
        stage.calls();
        let output = deploy(&stage, &[]);
        assert_eq!(code(&output), 75, "{example}: {output:?}");
        let expected = format!("a copy serves in place of {store}, put there by ");
        assert!(
            said(&output).contains(&expected),
            "{example}: {}",
            said(&output)
        );
        let calls = stage.calls();
        let acts = |c: &String| c.starts_with("terraform") || c.starts_with("helm");
        assert!(!calls.iter().any(acts), "{example}: {calls:#?}");
        switch(end);
        stage.calls();
        let output = deploy(&stage, &[]);
        let calls = stage.calls();
        assert!(calls.iter().any(acts), "{example}: {output:?}");
    }
}

/// What is applied is what was shown: every apply is of the file of the plan before it.
#[test]
fn a_deployment_applies_the_plans_that_it_shows() {
    for example in ["ggen", "eden", "paynow"] {
        let stage = Stage::new(example);
        for root in ["global", "links", "regions/us-east-1", "regions/us-west-2"] {
            fs::create_dir_all(stage.root(root)).unwrap();
        }
        let output = deploy(&stage, &[]);
        assert_eq!(code(&output), 0, "{example}: {output:?}");
        let calls = stage.calls();
        let terraform: Vec<&String> = calls
            .iter()
            .filter(|c| c.starts_with("terraform"))
            .collect();
        let word = |call: &str, word: &str| call.split(' ').any(|w| w == word);
        let applies: Vec<usize> = (0..terraform.len())
            .filter(|i| word(terraform[*i], "apply"))
            .collect();
        assert!(!applies.is_empty(), "{example}");
        for at in applies {
            let file = terraform[at].split(' ').next_back().unwrap();
            assert!(file.ends_with(".tfplan"), "{}", terraform[at]);
            let planned = terraform[..at].iter().rfind(|c| word(c, "plan")).unwrap();
            assert!(
                planned.contains(&format!("-out={file}")),
                "{planned}\n{}",
                terraform[at]
            );
            assert!(!word(terraform[at], "-auto-approve"));
        }
    }
}

/// Somebody else's lock stops a deployment before it plans, and its holder is named.
#[test]
fn a_deployment_stops_while_somebody_holds_the_lock() {
    for example in ["ggen", "eden"] {
        let stage = Stage::new(example);
        let state = stage.folder.path().join("calls.state");
        fs::create_dir_all(&state).unwrap();
        fs::write(state.join("lock"), "alice pid 7 on laptop").unwrap();
        let output = deploy(&stage, &[]);
        assert_eq!(code(&output), 75, "{example}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(said.contains("alice"), "{example}: {said}");
        assert!(
            !stage.calls().iter().any(|c| c.starts_with("terraform")),
            "{example}"
        );
    }
}

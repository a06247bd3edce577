//! Versions go up by changing them in the spec, along a path that one apply can go.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, example, root, spec, spec_after};
use serde_json::json;

fn eden() -> String {
    std::fs::read_to_string(root().join("examples/eden/topology.yaml")).unwrap()
}

fn engines() -> String {
    std::fs::read_to_string(root().join("tests/fixtures/aws-engines.yaml")).unwrap()
}

/// A spec whose first lines are followed by a version of Kubernetes.
fn versioned(text: &str, version: &str) -> String {
    text.replacen(
        "\nregions:\n",
        &format!("\nkubernetes: {{ version: {version} }}\n\nregions:\n"),
        1,
    )
}

fn after(before: &Case, text: &str) -> Case {
    spec_after(text, &meridian::lock::print(before.lock()))
}

/// What an edit of an applied spec says.
fn edited(text: &str, from: &str, to: &str) -> Case {
    assert!(text.contains(from), "the spec has no {from:?}");
    after(&spec(text), &text.replace(from, to))
}

#[test]
fn kubernetes_goes_up_by_one_minor_version() {
    let before = spec(&versioned(&eden(), "\"1.33\""));
    assert_eq!(before.call("eks_us_west_2")["kubernetes_version"], "1.33");
    let up = after(&before, &versioned(&eden(), "\"1.34\""));
    assert_eq!(up.errors(), Vec::<&str>::new());
    assert_eq!(up.call("eks_us_west_2")["kubernetes_version"], "1.34");
    let jump = after(&before, &versioned(&eden(), "\"1.36\""));
    assert_eq!(jump.errors(), ["UPG101", "UPG101"]);
    let help = jump.found("UPG101")[0].help.clone().unwrap();
    assert!(help.contains("1.34, 1.35, 1.36"), "{help}");
    let back = after(&before, &versioned(&eden(), "\"1.32\""));
    assert_eq!(back.errors(), ["UPG101", "UPG101"]);
}

/// A version that is left out stays what it was when the clusters were made, whatever a newer
/// meridian would choose.
#[test]
fn a_version_that_is_left_out_stays() {
    let before = spec(&versioned(&eden(), "\"1.35\""));
    let same = after(&before, &eden());
    assert_eq!(same.call("eks_us_west_2")["kubernetes_version"], "1.35");
}

#[test]
fn one_region_goes_before_the_other() {
    let before = example("eden");
    let text = versioned(&eden(), "{ us-east-1: \"1.33\", us-west-2: \"1.34\" }");
    let up = after(&before, &text);
    assert_eq!(up.errors(), Vec::<&str>::new());
    assert_eq!(up.call("eks_us_east_1"), before.call("eks_us_east_1"));
    assert_eq!(up.call("eks_us_west_2")["kubernetes_version"], "1.34");
}

/// The channel of GKE chooses as long as the spec does not.
#[test]
fn gke_is_asked_for_a_version_only_where_the_spec_is() {
    let ggen = std::fs::read_to_string(root().join("examples/ggen/topology.yaml")).unwrap();
    let before = example("ggen");
    assert_eq!(
        before.call("gke_us_east1")["kubernetes_version"],
        json!(null)
    );
    let up = after(&before, &versioned(&ggen, "{ us-east1: \"1.33\" }"));
    assert_eq!(up.call("gke_us_east1")["kubernetes_version"], "1.33");
    assert_eq!(up.call("gke_us_central1"), before.call("gke_us_central1"));
}

#[test]
fn no_engine_goes_back() {
    let back = edited(&eden(), "engine_version: \"16\"", "engine_version: \"15\"");
    assert_eq!(back.errors(), ["UPG101"]);
    let up = edited(
        &eden(),
        "engine_version: \"16\"",
        "engine_version: \"17.2\"",
    );
    assert_eq!(up.errors(), Vec::<&str>::new());
    // A minor version that is not said is none that is lost.
    let open = edited(
        &engines(),
        "engine_version: \"16.6\"",
        "engine_version: \"16\"",
    );
    assert_eq!(open.errors(), Vec::<&str>::new());
}

#[test]
fn aurora_does_not_change_its_major_version_while_writes_would_stop() {
    let text = engines();
    let jump = edited(
        &text,
        "engine_version: \"16.6\"",
        "engine_version: \"17.4\"",
    );
    assert_eq!(jump.errors(), ["UPG101"]);
    assert_eq!(
        edited(&text, "\"16.6\"", "\"16.8\"").errors(),
        Vec::<&str>::new()
    );
    let free = text.replace(" stop_writes_at: 60s,", "");
    let up = edited(
        &free,
        "engine_version: \"16.6\"",
        "engine_version: \"17.4\"",
    );
    assert_eq!(up.errors(), Vec::<&str>::new());
}

/// What a Global Datastore has is changed on the frame, and only within a major version.
#[test]
fn redis_goes_up_on_elasticache() {
    let made = "    engine: redis\n    machine";
    let old = engines().replace(
        made,
        "    engine: redis\n    engine_version: \"7.0\"\n    machine",
    );
    let up = edited(&old, "\"7.0\"", "\"7.1\"");
    assert_eq!(up.errors(), Vec::<&str>::new());
    assert_eq!(up.call("cache_sessions")["engine_version"], "7.1");
    assert_eq!(edited(&old, "\"7.0\"", "\"8.0\"").errors(), ["UPG101"]);
    assert_eq!(edited(&old, "\"7.0\"", "\"7.2\"").errors(), ["UPG101"]);
    // Alone in its region it becomes Valkey in place.
    let mode = "replication: { mode: async, lag: { target: 1s, warn: 5s, critical: 30s } }\n    backup: { every: 1d, keep: 7d }";
    assert!(old.contains(mode));
    let alone = old.replace(
        mode,
        "replication: { mode: none, loss_accepted: true }\n    backup: { every: 1d, keep: 7d }",
    );
    let errors = edited(&alone, "\"7.0\"", "\"8.0\"");
    assert!(
        !errors.errors().contains(&"UPG101"),
        "{:?}",
        errors.errors()
    );
}

/// A parameter group of a family is never changed, so the next one is made beside it: its name has
/// the major version, and it goes last. Fails for a `name` without one.
#[test]
fn parameter_groups_of_two_families_can_stand_side_by_side() {
    let mut seen = 0;
    for module in [
        "aurora-regional",
        "elasticache-member",
        "elasticache-regional",
        "rds-postgres",
    ] {
        let path = root().join(format!("templates/terraform/aws/{module}/main.tf"));
        let body: hcl::Body = hcl::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let groups = body.blocks().filter(|b| {
            b.labels
                .first()
                .is_some_and(|l| l.as_str().ends_with("_parameter_group"))
        });
        for group in groups {
            seen += 1;
            let text = hcl::to_string(&group.body).unwrap();
            assert!(
                text.contains("create_before_destroy = true"),
                "{module}: {text}"
            );
            let attribute = |name: &str| {
                let mut all = group.body.attributes();
                all.find(|a| a.key.as_str() == name)
                    .unwrap()
                    .expr
                    .to_string()
            };
            let (name, family) = (attribute("name"), attribute("family"));
            let versioned = ["major", "family", "each.value", "engine_version"];
            assert!(
                versioned.iter().any(|v| name.contains(v)),
                "{module}: {name} for {family}"
            );
        }
    }
    assert_eq!(seen, 5);
}

/// Nodes and add-ons are of the control plane's version, and wait for it.
#[test]
fn nodes_and_add_ons_follow_the_control_plane() {
    let path = root().join("templates/terraform/aws/eks/main.tf");
    let text = std::fs::read_to_string(path).unwrap();
    let block = |head: &str| {
        let from = text.find(head).unwrap_or_else(|| panic!("{head}"));
        let end = text[from..].find("\n}\n").unwrap();
        &text[from..from + end]
    };
    let nodes = block("resource \"aws_eks_node_group\" \"this\"");
    assert!(nodes.contains("= aws_eks_cluster.this.version"), "{nodes}");
    for name in ["network", "this"] {
        let addon = block(&format!("resource \"aws_eks_addon\" \"{name}\""));
        assert!(
            addon.contains("= data.aws_eks_addon_version.this[each.key].version"),
            "{addon}"
        );
    }
    let versions = block("data \"aws_eks_addon_version\" \"this\"");
    assert!(
        versions.contains("depends_on = [aws_eks_cluster.this]"),
        "{versions}"
    );
}

/// Every version of a spec has its place on the page, with the field to write.
#[test]
fn the_page_names_every_version() {
    let eden = example("eden");
    let page = eden.file("RUNBOOK_UPGRADE.md");
    for field in ["datastores.postgres.engine_version", "kubernetes.version"] {
        assert!(page.contains(field), "{field}: {page}");
    }
    // No node goes while a region subscribes to it.
    let at = |region: &str, what: &str| {
        let command = format!(
            "--context eden-{region} --namespace eden exec deployment/postgres-heartbeat -- /bin/sh /config/leave-replication.sh {what}"
        );
        page.find(&command)
            .unwrap_or_else(|| panic!("no {command} in {page}"))
    };
    let regions = ["us-east-1", "us-west-2"];
    let last = regions.iter().map(|r| at(r, "subscriptions")).max();
    let first = regions.iter().map(|r| at(r, "nodes")).min();
    assert!(last < first, "{page}");
    assert!(eden.file("README.md").contains("RUNBOOK_UPGRADE.md"));
    let ggen = example("ggen");
    assert!(
        ggen.file("RUNBOOK_UPGRADE.md")
            .contains("datastores.sessions.engine_version")
    );
}

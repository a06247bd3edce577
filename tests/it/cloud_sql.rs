//! PostgreSQL on Cloud SQL: what it cannot be is refused at its place, and another writer moves nothing.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::engines::{compiled, spec};
use crate::support::root;
use crate::tables::unrolled;
use meridian::Compilation;
use std::collections::BTreeSet;
use std::fs;

/// The fixture with both stores of Google Cloud.
pub fn fixture() -> String {
    fs::read_to_string(root().join("tests/fixtures/gcp-data.yaml")).unwrap()
}

/// A file of a compiled spec.
pub fn text<'a>(done: &'a Compilation, path: &str) -> &'a str {
    let found = done.artifacts.get(path);
    found.map_or_else(|| panic!("no {path}"), |a| a.text.as_str())
}

/// Each with what is offered instead. Shown by `cloud_sql_can` without one of its checks.
#[test]
fn what_cloud_sql_cannot_be_is_refused_with_what_there_is() {
    for (written, instead, offered) in [
        (
            "mode: async,",
            "mode: active-active, conflicts: last-write-wins, loss_accepted: true,",
            "`async`",
        ),
        ("mode: async,", "mode: sync,", "`async`"),
        ("mode: async,", "mode: quorum,", "`async`"),
        ("mode: async,", "mode: async, by: pglogical,", "`external`"),
        ("engine_version: \"18\"", "engine_version: \"11\"", "16"),
        (
            "machine: db-custom-8-32768",
            "machine: n2-standard-4",
            "db-custom-4-16384",
        ),
        ("size: 200Gi", "size: 2Gi", "10Gi"),
        (
            "every: 1d, keep: 30d",
            "every: 6h, keep: 30d",
            "point_in_time",
        ),
        ("every: 1d, keep: 30d", "every: 1d, keep: 500d", "365d"),
        (
            "keep: 30d, point_in_time: 7d",
            "keep: 30d, point_in_time: 14d",
            "35d",
        ),
    ] {
        let spec = fixture();
        assert!(spec.contains(written), "{written}");
        let done = compiled(&spec.replacen(written, instead, 1));
        let all = done.diagnostics.iter();
        let refused: Vec<_> = all.filter(|d| d.code.id == "PRV101").collect();
        assert_eq!(refused.len(), 1, "{instead}: {:#?}", done.diagnostics);
        let help = refused[0].help.as_deref().unwrap_or_default();
        assert!(help.contains(offered), "{instead}: {help}");
    }
}

/// The only place of backups that are copied is in the region that takes them.
#[test]
fn backups_are_in_one_place() {
    let one = spec("gcp", "postgres", "async");
    let with = |places: &str| {
        let backup =
            format!("backup: {{ every: 1d, keep: 7d, copies_to: [{places}] }}, datasets: {{");
        compiled(&one.replace("datasets: {", &backup))
    };
    let done = with("us-west1");
    let links = text(&done, "terraform/links/main.tf");
    assert_eq!(links.matches("backup_location = \"us-west1\"").count(), 1);
    let flow = text(&done, "DATA_FLOW.md");
    let backups = flow
        .lines()
        .filter(|l| l.contains("backup") && l.contains("us-east1"));
    assert_eq!(backups.collect::<Vec<_>>(), Vec::<&str>::new());
    for refused in ["us-west1, us-central1", "us-west1, us-central1, us-east1"] {
        let done = with(refused);
        let all = done.diagnostics.iter();
        assert_eq!(
            all.filter(|d| d.code.id == "PRV101").count(),
            1,
            "{refused}"
        );
    }
}

/// Instances stand in one root, whoever writes: a promotion that the spec repeats makes none anew.
#[test]
fn another_writer_moves_no_instance() {
    let before = fixture();
    let after = before
        .replace("us-east1: { role: primary", "us-east1: { role: SECOND")
        .replace("us-west1: { role: secondary", "us-west1: { role: primary")
        .replace("SECOND", "secondary");
    assert_ne!(before, after);
    let calls = |spec: &str| -> BTreeSet<String> {
        let done = compiled(spec);
        let links = text(&done, "terraform/links/main.tf");
        let all = links.lines().filter(|l| l.starts_with("module \""));
        all.map(String::from).collect()
    };
    assert_eq!(calls(&before), calls(&after));
    let done = compiled(&after);
    let links = text(&done, "terraform/links/main.tf");
    assert!(
        links.contains("replica_of       = \"shop-orders-us-west1\""),
        "{links}"
    );
}

/// Services of all regions write to the name that a promotion turns.
#[test]
fn a_promotion_turns_the_name_that_all_regions_write_to() {
    let done = compiled(&fixture());
    for region in ["us-east1", "us-west1"] {
        let values = text(&done, &format!("helm/values-{region}.yaml"));
        for setting in [
            "ORDERS_HOST: writer.orders.internal".to_string(),
            format!("ORDERS_READ_HOST: {region}.orders.internal"),
            format!("CARTS_HOST: {region}.carts.internal"),
        ] {
            assert!(values.contains(&setting), "{region} lacks {setting}");
        }
    }
    let links = text(&done, "terraform/links/main.tf");
    let address = links
        .lines()
        .find_map(|l| {
            l.trim()
                .strip_prefix("us-west1 = \"")
                .filter(|_| l.contains("10.146.29"))
        })
        .map(|l| l.trim_end_matches('"').to_string());
    let address = address.expect("an address of the replica");
    let script = unrolled(text(&done, "scripts/failover-region.sh"));
    assert!(script.contains("promote-replica shop-orders-us-west1"));
    assert!(script.contains(&format!("--rrdatas {address}")));
    assert!(!script.contains("promote-replica shop-carts"));
}

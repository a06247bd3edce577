//! What a module of Terraform would refuse is refused by `check`, at the value that it comes from.

use super::siblings::{AMAZON, GOOGLE};
use crate::support::{Case, spec};
use meridian::deployment::limits::refusals;
use meridian::deployment::{Argument, Call, Scope, modules};

/// A setting that a module refuses, and the value that is proposed. Without
/// `deployment::limits` all of these compile, and `terraform plan` fails on each.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    (
        AMAZON,
        "engine: redis, replication: { mode: none }",
        "replicas: 6",
        "replicas: 5",
    ),
    (
        AMAZON,
        "engine: redis, replication: { mode: none }",
        "replicas: 0",
        "replicas: 1",
    ),
    (
        AMAZON,
        "engine: redis, replication: { mode: none }",
        "backup: { every: 1d, keep: 60d }",
        "keep: 35d",
    ),
    (AMAZON, "engine: postgres", "size: 1Gi", "size: 20Gi"),
    (AMAZON, "engine: postgres", "size: 40Ti", "size: 16384Gi"),
    (
        AMAZON,
        "engine: aurora",
        "replication: { mode: async, arbiter: operator, stop_writes_at: 5s }",
        "stop_writes_at: 20s",
    ),
    (
        GOOGLE,
        "engine: firestore, location: nam5",
        "backup: { every: 1d, keep: 200d }",
        "keep: 98d",
    ),
];

fn refused(text: &str, help: &str) -> Case {
    let case = spec(text);
    let found = case.found("PRV104");
    let [one] = found[..] else {
        panic!("{text}\n{:?}", case.codes())
    };
    let said = one.help.as_deref().unwrap_or_default();
    assert!(said.contains(&format!("`{help}`")), "{text}: {one:?}");
    case
}

#[test]
fn a_store_s_value_that_its_module_refuses() {
    for (base, store, setting, help) in REFUSED {
        refused(
            &format!("{base}datastores: {{ db: {{ {store}, {setting} }} }}\n"),
            help,
        );
    }
}

#[test]
fn values_of_keys_hosts_secrets_queues_and_services_that_a_module_refuses() {
    let amazon = AMAZON.replace("uses: [db], ", "");
    let google = GOOGLE.replace("uses: [db], ", "");
    let host = |more: &str| amazon.replace("health: { every: 10s }", more);
    let queue = |more: &str| {
        format!("{google}queues: {{ q: {{ engine: pubsub, publishers: [web], {more} }} }}\n")
    };
    let cases = [
        (format!("{amazon}keys: {{ rotate: 30d }}\n"), "rotate: 90d"),
        (format!("{google}keys: {{ rotate: 400d }}\n"), "rotate: 90d"),
        (host("health: { every: 10s }, ttl: 30d"), "ttl: 1d"),
        (
            host("health: { every: 10s }, protect: { rate_limit: 1/min }"),
            "rate_limit: 10/min",
        ),
        (
            host("health: { every: 10s }, protect: { region_limit: 1/d }"),
            "region_limit: 10/min",
        ),
        (
            format!("{google}secrets: {{ pw: {{ rotate: 30m, used_by: [web] }} }}\n"),
            "rotate: 1h",
        ),
        (queue("keep: 32d"), "keep: 31d"),
        (queue("ack_within: 11m"), "ack_within: 10m"),
        (queue("dead_letter: { after: 4 }"), "after: 5"),
    ];
    for (text, help) in cases {
        refused(&text, help);
    }
}

/// The start of an instance is longer than Cloud Run waits: emitted as its limit, in silence, once.
#[test]
fn values_of_cloud_run_that_its_module_refuses() {
    let run = |more: &str| {
        format!(
            "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary }} }}\nservices: {{ web: {{ runtime: cloud-run, image: shop/web, {more} }} }}\n"
        )
    };
    refused(&run("concurrency: 1001"), "concurrency: 1000");
    refused(&run("capacity: { start: 10m }"), "start: 4m");
}

/// Every number that a module bounds is decided: some value is taken and some is refused. A form of
/// condition that the evaluator cannot read would let everything pass.
#[test]
fn every_bound_of_a_number_is_decided() {
    let mut decided = 0;
    for cloud in modules::groups() {
        for name in modules::names(cloud) {
            let module: &'static str = format!("{cloud}/{name}").leak();
            for (variable, condition) in bounded(module) {
                let variable: &'static str = variable.leak();
                let takes = |n: i64| {
                    let call = Call {
                        name: "one".into(),
                        module,
                        scope: Scope::Global,
                        providers: Vec::new(),
                        arguments: vec![(variable, Argument::Int(n))],
                        after: Vec::new(),
                        comment: String::new(),
                    };
                    !refusals(&call).iter().any(|r| r.argument == variable)
                };
                let own = condition.split(|c: char| !c.is_ascii_digit());
                let own: Vec<i64> = own.filter_map(|n| n.parse().ok()).collect();
                assert!(
                    own.iter().any(|n| takes(*n) || takes(n + 1)),
                    "{module} {variable}"
                );
                assert!(
                    own.iter()
                        .any(|n| !takes(n - 1) || !takes(n + 1) || !takes(-n - 1)),
                    "{module} {variable}: {condition}"
                );
                decided += 1;
            }
        }
    }
    assert!(decided > 40, "{decided} bounds");
}

/// The variables of a module that one condition holds against numbers alone.
fn bounded(module: &str) -> Vec<(String, String)> {
    let files = modules::files(module);
    let text = files.iter().find(|(name, _)| *name == "variables.tf");
    let blocks = text.map_or("", |(_, text)| text).split("\nvariable \"");
    let bounded = blocks.skip(1).filter_map(|block| {
        let name = block.split('"').next()?;
        let mut lines = block.lines().map(str::trim);
        let condition = lines.find_map(|l| l.strip_prefix("condition"))?;
        let own = format!("var.{name} ");
        let alone = condition.matches("var.").count() == condition.matches(&own).count();
        let compares =
            condition.contains(&format!("{own}>=")) || condition.contains(&format!("{own}<="));
        (block.contains("= number") && alone && compares)
            .then(|| (name.to_string(), condition.to_string()))
    });
    bounded.collect()
}

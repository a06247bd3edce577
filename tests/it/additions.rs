//! What a team adds to what is emitted: arguments of modules, steps of plans.

use crate::support::{Case, spec};
use meridian::topology::RegionId;

const CLUSTERS: &str = r#"
version: 1
name: shop
objectives: { availability: 99%, rto: 2h }
clouds: { aws: { account: "123456789012" } }
regions: { us-east-1: { role: primary }, us-west-2: {} }
mesh: { kind: istio }
datastores:
  orders: { engine: aurora, replication: { mode: async, stop_writes_at: 60s }, backup: { every: 1d, keep: 7d }, datasets: { orders: { holds: [internal] } } }
services: { web: { image: shop/web, uses: [orders], replicas: 2..10, scale_on: { cpu: 70% } } }
traffic:
  www.example.com: { to: web, policy: [failover] }
  east.example.com: { to: web, region: us-east-1 }
  west.example.com: { to: web, region: us-west-2 }
channels: { ops: { pagerduty: ops } }
"#;

fn with(more: &str) -> Case {
    spec(&format!("{CLUSTERS}{more}\n"))
}

#[test]
fn a_module_gets_what_nothing_else_sets() {
    let case = with(
        r#"terraform: { arguments: { patience: { module: eks, regions: [us-west-2], values: "{ timeouts: { create: 90m }, log_days: 30 }" } } }"#,
    );
    assert_eq!(case.errors(), Vec::<&str>::new());
    assert_eq!(case.call("eks_us_west_2")["timeouts"]["create"], "90m");
    assert_eq!(case.call("eks_us_west_2")["log_days"], 30);
    assert!(case.call("eks_us_east_1").get("timeouts").is_none());
    let file = case.file("terraform/regions/us-west-2/main.tf");
    assert!(file.contains("create = \"90m\""), "{file}");
}

#[test]
fn what_a_module_cannot_be_given_is_refused() {
    for (module, values, says) in [
        ("eks", "timeout: {}", "no input `timeout`"),
        ("eks", "nodes: { min: 1, max: 2 }", "follows from the spec"),
        ("eks", "[1]", "no map"),
        ("gke", "labels: {}", "no root calls"),
    ] {
        let case = with(&format!(
            "terraform: {{ arguments: {{ a: {{ module: {module}, values: \"{values}\" }} }} }}"
        ));
        let found = case.found("TFM105");
        assert!(!found.is_empty(), "{values}: {:?}", case.errors());
        assert!(found[0].message.contains(says), "{}", found[0].message);
    }
    let none = with("terraform: { arguments: { a: { module: eks, values: \"log_days: 31\" } } }");
    assert_eq!(none.errors(), ["PRV104"], "the module's own rule");
}

/// A step is in script and page, in its place, and what it takes is in the recovery time. Fails where
/// a plan leaves out a step that the budget counts, or the other way around.
#[test]
fn a_step_is_run_shown_and_counted() {
    let step = r#"steps:
  partners: { at: fence, when: before, run: [partnerctl, pause, shop], takes: 5m, expect: paused }
  desk: { at: fence, says: "Tell the desk, +1 555 0100", takes: 10s }"#;
    let (without, case) = (with(""), with(step));
    assert_eq!(case.errors(), Vec::<&str>::new());
    let script = case.file("scripts/failover-region.sh");
    let place = |what: &str| script.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(place("partnerctl pause shop") < place("Tell the desk"));
    let page = case.file("RUNBOOK_FAILOVER.md");
    assert!(page.contains("partnerctl pause shop") && page.contains("Tell the desk"));
    let fence = |case: &Case| {
        let deployment = case.done.deployment.as_ref().unwrap();
        let steps = deployment.before_promotion(RegionId(0), RegionId(1));
        let fences = steps.iter().filter(|(_, word, _)| *word == "fence");
        fences.map(|(.., seconds)| *seconds).sum::<u64>()
    };
    assert!(fence(&case) >= 300 && fence(&without) < 300);
}

#[test]
fn a_step_that_does_nothing_is_refused() {
    for step in ["{ at: fence }", "{ at: fence, run: [echo, $REGION] }"] {
        let case = with(&format!("steps: {{ a: {step} }}"));
        assert_eq!(case.errors(), ["STP101"], "{step}");
    }
}

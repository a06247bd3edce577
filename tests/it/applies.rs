//! What Terraform needs so that an apply works in a real account: on the emitted text, each with
//! what the product says and the day on which it was read.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, example, root, spec};

fn module(path: &str) -> String {
    std::fs::read_to_string(root().join("templates/terraform").join(path)).unwrap()
}

fn everything(case: &Case) -> String {
    let files = case.done.artifacts.iter();
    files.map(|(_, file)| file.text.as_str()).collect()
}

/// `google_project_service` asks Service Usage, `google_project_iam_member` the Resource Manager:
/// off in a new project, and `SERVICE_DISABLED` until they are on (documentation of both APIs,
/// 2026-11). So a command switches them on before the first plan.
#[test]
fn the_bootstrap_switches_on_what_terraform_itself_asks() {
    for name in ["ggen", "paynow", "minimal"] {
        let case = example(name);
        let script = case.file("scripts/deploy-all-regions.sh");
        for api in ["cloudresourcemanager", "serviceusage"] {
            assert!(
                script.contains(&format!("{api}.googleapis.com")),
                "{name}: {api}"
            );
        }
    }
}

/// An organization that shares within its domains refuses the member `allUsers`
/// (cloud.google.com/run/docs/authenticating/public, 2026-11); the check of callers is switched off
/// instead.
#[test]
fn a_public_service_has_no_member_that_an_organization_may_refuse() {
    let case = example("minimal");
    let files = everything(&case);
    assert!(!files.contains("= \"allUsers\""));
    assert!(
        files.contains("public = true") || files.contains("public               = true") || {
            let line = files
                .lines()
                .find(|l| l.trim_start().starts_with("public "))
                .unwrap_or_default();
            line.trim_end().ends_with("= true")
        }
    );
    assert!(module("gcp/cloud-run/main.tf").contains("invoker_iam_disabled = var.public"));
}

/// With a person's credentials the API of budgets wants to know which project counts
/// (provider 7.45.0, google_billing_budget, 2026-11).
#[test]
fn a_budget_says_which_project_counts() {
    let case = example("ggen");
    let files = case.done.artifacts.iter();
    let mut roots = files.filter(|(path, _)| path.ends_with("provider.tf"));
    assert!(roots.any(
        |(_, file)| file.text.contains("user_project_override = true")
            && file.text.contains("billing_project")
    ));
}

/// PromQL refuses a log-based metric whose type of resource is not named
/// (cloud.google.com/monitoring/promql/promql-mapping, 2026-11).
#[test]
fn alerts_on_log_based_metrics_name_their_type_of_resource() {
    let files = everything(&example("ggen"));
    let lines = files
        .lines()
        .filter(|l| l.contains("logging_googleapis_com:user_"));
    let mut seen = 0;
    for line in lines {
        seen += 1;
        assert!(line.contains("monitored_resource="), "{line}");
    }
    assert!(seen > 0);
    assert!(files.contains("resource.type=\\\"cloudkms_cryptokey\\\""));
}

/// Objects with a retention or a legal hold are not replicated, and nobody is told, unless the role
/// may read these (docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html, 2026-11).
/// The lock itself is switched on in place: `object_lock_enabled` would replace the bucket.
#[test]
fn locked_objects_are_replicated() {
    let text = module("aws/s3-replication/main.tf");
    for right in ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] {
        assert!(text.contains(right), "{right}");
    }
    assert!(!module("aws/s3-bucket/main.tf").contains("object_lock_enabled"));
}

/// Two states ask for a certificate of one host and get one record: the second takes it over
/// (docs.aws.amazon.com/acm/latest/userguide/dns-validation.html: the record is a function of the
/// domain and the account, 2026-11).
#[test]
fn several_states_may_write_one_validation_record() {
    assert!(module("aws/alb/main.tf").contains("allow_overwrite = true"));
}

/// Anybody can send a user agent; a refused health check loses the region; and the common rules
/// refuse bodies over 8 KB (docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
/// 2026-11).
#[test]
fn the_firewall_lets_health_checks_pass_and_counts_bodies_first() {
    let text = module("aws/waf/main.tf");
    assert!(!text.contains("user-agent"));
    assert!(text.contains("ip_set_reference_statement"));
    assert!(text.contains("\"SizeRestrictions_BODY\""));
    let eden = example("eden");
    assert!(everything(&eden).contains("health_checker_cidrs"));
}

/// Keys of channels and passwords lie in no state (write-only arguments, Terraform 1.11).
#[test]
fn secrets_lie_in_no_state() {
    let text = module("gcp/monitoring/main.tf");
    for name in [
        "auth_token_wo ",
        "auth_token_wo_version",
        "service_key_wo ",
        "service_key_wo_version",
    ] {
        assert!(text.contains(name), "{name}");
    }
    for name in ["  auth_token ", "  service_key "] {
        assert!(!text.contains(name), "{name}");
    }
    assert!(module("aws/aurora-regional/main.tf").contains("master_password_wo "));
}

/// Five attempts that begin ten seconds apart may be over after forty; the promise of `ggen` is
/// minutes. Attempts fill it (docs.cloud.google.com/pubsub/docs/handling-failures, 2026-11).
#[test]
fn attempts_last_as_long_as_a_region_may_be_gone() {
    for name in ["ggen", "paynow"] {
        let case = example(name);
        let promises = case.done.topology.as_ref().unwrap().promises();
        let rto = promises
            .strictest(meridian::topology::Scenario::ANY_REGION)
            .rto;
        let back = rto.unwrap().time().secs();
        let queue = case.done.topology.as_ref().unwrap().queues[0]
            .name
            .replace('-', "_");
        let call = case.call(&format!("queue_{queue}"));
        let attempts = call["max_delivery_attempts"].as_u64().unwrap();
        let apart = call["minimum_backoff_seconds"].as_u64().unwrap();
        assert!(
            (attempts - 1) * apart >= back,
            "{name}: {attempts} x {apart} < {back}"
        );
    }
}

const PUSHED: &str = r#"
version: 1
name: shop
clouds: { gcp: { project: shop-prod, project_number: "123456789012" } }
regions: { us-central1: { role: primary }, us-east1: { role: secondary } }
queues: { events: { engine: pubsub, push: { to: worker, path: /events } } }
services:
  web: { runtime: cloud-run, image: shop/web, publishes: [events], replicas: 2..10 }
  worker: { runtime: cloud-run, image: shop/worker, replicas: 2..10 }
traffic: { www.shop.example.com: { to: web, health: { path: /ready } }, worker.shop.example.com: { to: worker, health: { path: /ready } } }
"#;

/// A region's own address goes with the region: the host of the receiver is pushed to.
#[test]
fn pushes_outlive_the_primary() {
    let case = spec(PUSHED);
    let push = &case.call("queue_events")["push"];
    assert_eq!(push["endpoint"], "https://worker.shop.example.com/events");
}

/// Another partition has accounts, endpoints and ARNs of its own: refused by name.
#[test]
fn other_partitions_are_refused() {
    for (region, other) in [
        ("us-gov-west-1", "us-gov-east-1"),
        ("cn-north-1", "cn-northwest-1"),
    ] {
        let text = format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"123456789012\" }} }}\n\
             regions: {{ {region}: {{ role: primary }}, {other}: {{ role: secondary }} }}\n\
             services: {{ web: {{ image: shop/web, replicas: 2..4 }} }}\n"
        );
        let case = spec(&text);
        assert!(!case.errors().is_empty(), "{region}");
        let refused = case
            .found("PRV101")
            .iter()
            .any(|d| d.message.contains(region));
        let unknown = case.errors().contains(&"REG101") || case.errors().contains(&"REG102");
        assert!(refused || unknown, "{region}: {:?}", case.errors());
    }
}

/// A check without a policy tells nobody.
#[test]
fn every_uptime_check_has_an_alert() {
    for name in ["ggen", "paynow", "minimal"] {
        let case = example(name);
        let files = case.done.artifacts.iter();
        let mains: String = files
            .filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"))
            .map(|(_, f)| f.text.as_str())
            .collect();
        if !mains.contains("modules/monitoring\"") {
            continue;
        }
        let hosts = &case.done.topology.as_ref().unwrap().hosts;
        assert!(!hosts.is_empty());
        for host in hosts {
            let key = format!("{}-unreachable", host.name.replace('.', "-"));
            assert!(mains.contains(&key), "{name}: {key}");
        }
    }
}

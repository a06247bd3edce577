//! Parts that others own: nothing of them is made, what stands on them is, and the contract says
//! what must be true of them.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, compiled, root, spec, spec_after};
use meridian::lock::print;

fn fixture(cloud: &str) -> Case {
    compiled(&root().join(format!("tests/fixtures/existing-{cloud}.yaml")))
}

fn text(cloud: &str) -> String {
    let path = root().join(format!("tests/fixtures/existing-{cloud}.yaml"));
    std::fs::read_to_string(path).unwrap()
}

/// The modules that a file of Terraform calls, each with its call.
fn calls(text: &str) -> Vec<(String, String)> {
    let body: hcl::Body = hcl::from_str(text).unwrap();
    let calls = body.blocks().filter(|b| b.identifier() == "module");
    let call = |b: &hcl::Block| {
        let source = b.body().attributes().find(|a| a.key() == "source").unwrap();
        let source = source.expr().to_string();
        let module = source.trim_matches('"').rsplit('/').next().unwrap();
        (b.labels()[0].as_str().to_string(), module.to_string())
    };
    calls.map(call).collect()
}

fn roots(case: &Case) -> Vec<(String, String)> {
    let all = case.done.artifacts.iter();
    let mains = all.filter(|(p, _)| p.ends_with("/main.tf") && !p.contains("/modules/"));
    mains.flat_map(|(_, file)| calls(&file.text)).collect()
}

/// What a region of others would have made here, and what reads it in its place. Fails where a
/// lowering does not ask who owns the part: its own call stands beside the one that reads.
#[test]
fn nothing_of_what_others_own_is_made() {
    let aws = fixture("aws");
    assert_eq!(aws.errors(), Vec::<&str>::new());
    let east = calls(aws.file("terraform/regions/us-east-1/main.tf"));
    let of = |call: &str| {
        east.iter()
            .find(|(name, _)| name == call)
            .map(|(_, m)| m.as_str())
    };
    assert_eq!(of("network_us_east_1"), Some("existing-network"));
    assert_eq!(of("eks_us_east_1"), Some("existing-cluster"));
    assert_eq!(of("kms_us_east_1"), None);
    assert_eq!(of("roles_us_east_1"), Some("irsa-role"));
    let west = calls(aws.file("terraform/regions/us-west-2/main.tf"));
    let names: Vec<&str> = west.iter().map(|(_, module)| module.as_str()).collect();
    assert!(
        names.contains(&"network") && names.contains(&"eks") && names.contains(&"kms-regional")
    );
    assert!(
        roots(&aws)
            .iter()
            .all(|(_, m)| m != "ecr" && m != "ecr-replication" && m != "dns")
    );
    let everything: String = aws
        .done
        .artifacts
        .iter()
        .map(|(_, a)| a.text.as_str())
        .collect();
    assert!(
        !everything.contains("shop-us-east-1\" \"--alias"),
        "the cluster has its owner's name"
    );
    assert!(everything.contains("platform-use1"));

    let gcp = fixture("gcp");
    assert_eq!(gcp.errors(), Vec::<&str>::new());
    let all = roots(&gcp);
    let of = |call: &str| {
        all.iter()
            .find(|(name, _)| name == call)
            .map(|(_, m)| m.as_str())
    };
    assert_eq!(of("network"), Some("existing-network"));
    assert_eq!(of("gke_us_central1"), Some("existing-cluster"));
    assert_eq!(of("gke_us_east1"), Some("gke"));
    assert_eq!(of("kms_us_central1"), None);
    assert!(
        all.iter()
            .all(|(_, m)| m != "artifact-registry" && m != "dns-zone")
    );
    let cluster = gcp.call("gke_us_east1");
    assert_eq!(
        cluster["subnetwork_id"],
        "projects/host-prod/regions/us-east1/subnetworks/apps-use1"
    );
    let store = gcp.call("memorystore_sessions_us_central1");
    assert!(
        store["ip_range"].as_str().unwrap().starts_with("10.23.0."),
        "{store}"
    );
    let accounts = gcp.call("accounts");
    assert!(accounts["accounts"].get("shop-web-usc1").is_none());
}

/// Each part is in the contract, and a plan checks what it can.
#[test]
fn the_contract_says_what_must_be_true() {
    for (cloud, parts) in [
        (
            "aws",
            ["network", "cluster", "registry", "zone", "key", "role"],
        ),
        (
            "gcp",
            ["network", "cluster", "registry", "zone", "key", "account"],
        ),
    ] {
        let case = fixture(cloud);
        let page = case.file("CONTRACT.md");
        let section = page.split("## Parts that others own").nth(1).unwrap();
        for part in parts {
            assert!(
                section.contains(&format!("\n| {part} | ")),
                "{cloud}: {part}"
            );
        }
        assert!(section.contains("| the plan |") && section.contains("| its owner |"));
    }
}

/// A range of others is taken: no region of ours gets one that shares addresses with it.
#[test]
fn ranges_of_others_are_taken() {
    let case = fixture("aws");
    assert_eq!(
        case.lock().get("region", "us-east-1", "network"),
        Some("10.20.0.0/16")
    );
    let twice = text("aws").replace(
        "us-west-2: { short: usw2 }",
        "us-west-2: { short: usw2, cidr: 10.20.0.0/14 }",
    );
    assert_eq!(spec(&twice).errors(), ["NET102"]);
}

#[test]
fn facts_that_lack_are_errors_at_their_place() {
    for (cloud, from, to, says) in [
        ("aws", ", subnet-0c3]", "]", "data subnets"),
        ("aws", "vpc-0123456789abcdef0", "shared", "id of a VPC"),
        (
            "aws",
            ", account: \"shop-web-{region}\"",
            "",
            "what they are called",
        ),
        (
            "aws",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            "arn:aws:kms:us-east-2:123456789012:key/1",
            "key of this region",
        ),
        ("gcp", ", pods: 10.21.0.0/16", "", "`pods`"),
        ("gcp", ", stores: 10.23.0.0/24", "", "`stores`"),
        (
            "gcp",
            "us-east1: { id: projects/host-prod/global/networks/shared",
            "us-east1: { id: projects/other/global/networks/shared",
            "network of this system",
        ),
        (
            "gcp",
            "us-docker.pkg.dev/images-prod/shop,",
            "docker.io/shop,",
            "a registry",
        ),
    ] {
        let changed = text(cloud).replacen(from, to, 1);
        let case = spec(&changed);
        let found = case.found("EXI101");
        assert!(
            found.iter().any(|d| d.message.contains(says)),
            "{from}: {:?}",
            case.errors()
        );
    }
}

/// What moves to others, or back, is refused until the lock says so.
#[test]
fn a_part_changes_hands_only_by_the_lock() {
    let others = text("aws");
    let ours = others.replace("  clusters: { us-east-1: { name: platform-use1 } }\n", "");
    let lock = print(spec(&ours).lock());
    let moved = spec_after(&others, &lock);
    assert_eq!(moved.errors(), ["EXI102"]);
    let help = moved.found("EXI102")[0].help.clone().unwrap_or_default();
    let line = "region us-east-1 cluster_of = others";
    assert!(help.contains(line), "{help}");
    let said = lock.replace(
        "region us-east-1 keys_of",
        &format!("{line}\nregion us-east-1 keys_of"),
    );
    assert_eq!(spec_after(&others, &said).errors(), Vec::<&str>::new());
    let back = spec_after(&ours, &print(spec(&others).lock()));
    assert_eq!(back.errors(), ["EXI102"]);
    let said = print(spec(&others).lock()).replace(&format!("{line}\n"), "");
    assert_eq!(spec_after(&ours, &said).errors(), Vec::<&str>::new());
}

/// A region and a service that go by another name take their parts with them.
#[test]
fn names_that_lead_nowhere_are_errors() {
    let case = spec(&text("aws").replace("clusters: { us-east-1:", "clusters: { us-east-9:"));
    assert!(!case.errors().is_empty());
    let idle = spec(&text("aws").replace("example.com: Z0", "example.org: Z0"));
    assert!(
        idle.found("PRV103")
            .iter()
            .any(|d| d.message.contains("zones"))
    );
}

//! `tests/cases/routing`.

use crate::arithmetic::emitted::documents;
use crate::support::{Case, case, case_with, compiled, root, spec};
use crate::tables::unrolled;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::deployment::Evidence;
use meridian::deployment::routes::{Calls, Choice, List};
use meridian::topology::Topology;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// An object of a region's mesh.
fn object(case: &Case, region: &str, kind: &str, name: &str) -> Value {
    let path = format!("kubernetes/{region}/istio-config.yaml");
    let mut all = documents(case.file(&path)).into_iter();
    let wanted = |o: &Value| o["kind"] == kind && o["metadata"]["name"] == name;
    all.find(wanted)
        .unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// Where calls of `web` go in a region, by the name of their route: subsets and their weights.
fn sent(case: &Case, region: &str) -> BTreeMap<String, Vec<(String, u64)>> {
    let routes = object(case, region, "VirtualService", "web");
    let routes = routes["spec"]["http"].as_array().expect("routes").iter();
    let to = |d: &Value| {
        let subset = d["destination"]["subset"].as_str().expect("a subset");
        (subset.to_string(), d["weight"].as_u64().unwrap_or(100))
    };
    let named = |r: &Value| {
        let to = r["route"].as_array().expect("targets").iter().map(to);
        (
            r["name"].as_str().expect("a name").to_string(),
            to.collect(),
        )
    };
    routes.map(named).collect()
}

/// A subset of `web` in a region.
fn subset(case: &Case, region: &str, name: &str) -> Value {
    let rule = object(case, region, "DestinationRule", "web");
    let mut subsets = rule["spec"]["subsets"].as_array().expect("subsets").iter();
    let found = subsets.find(|s| s["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}")).clone()
}

/// All calls of a list prefer one region, and fail over from it.
fn prefers(case: &Case, from: &str, list: &str, region: &str) {
    let name = format!("prefer-{region}");
    assert_eq!(sent(case, from)[list], [(name.clone(), 100)]);
    let policy = &subset(case, from, &name)["trafficPolicy"];
    assert_eq!(
        policy["loadBalancer"]["localityLbSetting"],
        serde_json::json!({
            "enabled": true,
            "failoverPriority": [format!("topology.kubernetes.io/region={region}")],
        })
    );
    assert!(!policy["outlierDetection"].is_null());
}

#[test]
fn a_standby_serves_those_who_come_to_it() {
    for edits in [
        &[][..],
        &[(
            "{ role: primary }, us-east1: { role: standby }",
            "{ role: primary, weight: 100 }, us-east1: { role: secondary, weight: 0 }",
        )],
    ] {
        let case = case_with("routing/standby", edits);
        for region in ["us-central1", "us-east1"] {
            prefers(&case, region, "nearest", region);
        }
        // The edge notices and leaves; nothing of the mesh goes on calling the lost region.
        let (low, high, verdict) = case
            .rto("service web", "region:us-central1")
            .expect("touched");
        assert!(
            low <= 5_000 && high.is_some_and(|h| h < 900_000),
            "{low} {high:?}"
        );
        assert_eq!(verdict, Verdict::MetIf);
    }
}

#[test]
fn the_edge_is_answered_by_the_region_that_it_asks() {
    let case = case("routing/standby");
    let routes = object(&case, "us-east1", "VirtualService", "web");
    let check = &routes["spec"]["http"][0];
    assert_eq!(check["match"][0]["uri"]["exact"], "/health");
    assert_eq!(check["match"][0]["gateways"][0], "istio-ingress/public");
    assert_eq!(check["route"][0]["destination"]["subset"], "only-us-east1");
    assert!(check["retries"].is_null());
    // Its own pods, by a label that they have from the chart: the selector of the Deployment is the same.
    let own = subset(&case, "us-east1", "only-us-east1");
    assert_eq!(own["labels"]["mesh/region"], "us-east1");
    assert!(own["trafficPolicy"]["loadBalancer"]["localityLbSetting"].is_null());
    let values = case.file("helm/values-us-east1.yaml");
    assert!(
        values.contains("podLabels:\n  mesh/region: us-east1\n"),
        "{values}"
    );
}

/// Where a real `istiod` runs, lists are subsets with shares by place.
#[test]
fn a_control_plane_that_takes_places_is_given_places() {
    let case = compiled(&root().join("examples/eden/topology.yaml"));
    let text = case.file("kubernetes/us-west-2/istio-config.yaml");
    assert!(
        text.contains("distribute:") && text.contains("us-west-2/*: 100"),
        "{text}"
    );
    assert!(
        text.contains("- topology.istio.io/cluster=eden-us-"),
        "{text}"
    );
    let values = case.file("helm/values-us-west-2.yaml");
    assert!(!values.contains("mesh/region"));
}

#[test]
fn users_of_a_lost_geography_are_served_elsewhere() {
    let case = case("routing/geography-one-region");
    for region in ["us-central1", "europe-west1"] {
        // Their own region first, wherever they come in; then any other.
        prefers(&case, region, "geography-1", "us-central1");
        prefers(&case, region, "geography-2", "europe-west1");
    }
    // No setting stands where the subsets replace it.
    let rule = object(&case, "us-central1", "DestinationRule", "web");
    assert!(rule["spec"]["trafficPolicy"]["loadBalancer"].is_null());
}

#[test]
fn a_fence_keeps_calls_inside() {
    for policy in ["", ", policy: [weight]"] {
        let edits = [
            (
                "region: us-central1 }",
                &format!("region: us-central1{policy} }}")[..],
            ),
            (
                "region: europe-west1 }",
                &format!("region: europe-west1{policy} }}")[..],
            ),
        ];
        let case = case_with("routing/fence-and-weights", &edits);
        assert_eq!(case.errors(), [""; 0], "{:?}", case.codes());
        for (region, island) in [("europe-west1", "eu"), ("us-central1", "mainland")] {
            let rule = object(&case, region, "DestinationRule", "web");
            for subset in rule["spec"]["subsets"].as_array().expect("subsets") {
                assert_eq!(subset["labels"]["mesh/island"], island);
            }
            let values = case.file(&format!("helm/values-{region}.yaml"));
            assert!(values.contains(&format!("mesh/island: {island}")));
        }
        let flow = case.file("DATA_FLOW.md");
        assert!(!flow.contains("web in us-central1"), "{flow}");
    }
}

#[test]
fn what_the_mesh_does_all_the_time_is_not_said_to_follow_a_loss() {
    let shared = [
        ("fenced: true", "fenced: false"),
        (
            "to: web, region: europe-west1 }",
            "to: web, region: europe-west1, policy: [weight] }",
        ),
    ];
    let case = case_with("routing/fence-and-weights", &shared);
    let found = case.found("RES104");
    let said: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    let always = |m: &&str| m.contains("web in us-central1") && m.contains("at any time");
    assert!(said.iter().any(always), "{said:?}");
}

#[test]
fn a_person_who_decides_is_waited_for_or_refused() {
    for name in ["routing/manual-mode-gcp", "routing/manual-mode-aws"] {
        let case = case(name);
        let found = case.found("PRV101");
        assert_eq!(found.len(), 1, "{name}: {:?}", case.codes());
        assert!(found[0].message.contains("do not wait for a person"));
        let automatic = case_with(name, &[("mode: manual", "mode: automatic")]);
        assert!(automatic.found("PRV101").is_empty());
    }
}

#[test]
fn no_verdict_rests_on_what_is_refused() {
    for name in ["routing/gcp-routing-dns", "routing/manual-mode-gcp"] {
        let case = case(name);
        assert_eq!(case.errors(), ["PRV101"], "{name}");
        let lost = case
            .rto("service web", "region:us-central1")
            .expect("touched");
        assert_eq!((lost.1, lost.2), (None, Verdict::Unproven), "{name}");
    }
}

/// What the manual and the automatic form of a case say of the same thing.
fn both(name: &str, edits: &[(&str, &str)], mode: (&str, &str)) -> [Case; 2] {
    let mut automatic = edits.to_vec();
    automatic.push(mode);
    [case_with(name, edits), case_with(name, &automatic)]
}

#[test]
fn records_follow_a_switch_where_a_person_decides() {
    let mode = ("mode: manual, back", "mode: automatic, back");
    // Its Redis copies nothing, so without a cure for that nothing is emitted.
    let promise = (
        "rto: 8h, rpo: 4h }",
        "rto: 8h }\nwaivers: { w: { code: RTO201, reason: its Redis copies nothing, owner: cto, expires: 2027-06-01 } }",
    );
    let [manual, automatic] = both("routing/git-forge", &[promise], mode);
    let root = "terraform/links/main.tf";
    let arguments = |case: &Case| case.file(root).matches("automatic").count();
    assert_eq!((arguments(&manual), arguments(&automatic)), (2, 0));
    let decides =
        |case: &Case| case.terms("service web", "region:us-east-1", "decide git.example.com");
    assert_eq!(decides(&manual), [(0, Some(1_800_000))]);
    assert_eq!(decides(&automatic), [(0, Some(0))]);
    // Nobody is served in the region that stands by.
    let lost = manual.rto("service web", "region:us-west-2");
    assert_eq!(lost, Some((0, Some(0), Verdict::Met)));
}

#[test]
fn a_region_that_stands_by_on_google_cloud_is_closed_or_filled_last() {
    let promise = ("rto: 1m", "rto: 5m");
    let [automatic, manual] = both(
        "routing/passive-gcp",
        &[promise],
        ("mode: automatic", "mode: manual, answer: 1m"),
    );
    let back_ends = |case: &Case| {
        let text = case.file("terraform/global/main.tf");
        let has = |words: &str| text.contains(words);
        (has("preferred = true"), has("capacity = 0"))
    };
    assert_eq!(back_ends(&automatic), (true, false));
    assert_eq!(back_ends(&manual), (false, true));
    let script = unrolled(manual.file("scripts/failover-region.sh"));
    assert!(script.contains("'Let us-east1-b serve shop.example.com'"));
    let decides = |case: &Case| {
        case.terms(
            "service web",
            "region:us-central1",
            "decide shop.example.com",
        )
    };
    assert_eq!(decides(&automatic), [(0, Some(0))]);
    assert_eq!(decides(&manual), [(0, Some(60_000))]);
    let lost = automatic
        .rto("service web", "region:us-east1")
        .expect("touched");
    assert_eq!((lost.0, lost.1), (0, Some(0)));
    // Cloud Run's back ends cannot be preferred.
    let serverless = [promise, ("runtime: kubernetes", "runtime: cloud-run")];
    let refused = case_with("routing/passive-gcp", &serverless);
    assert_eq!(refused.errors(), ["PRV101"]);
}

#[test]
fn losing_a_region_that_serves_nobody_takes_no_time() {
    let case = case("routing/passive-aws");
    let lost = case.rto("service web", "region:us-west-2");
    assert_eq!(lost, Some((0, Some(0), Verdict::Met)));
    let lost = case
        .rto("service web", "region:us-east-1")
        .expect("touched");
    assert!(lost.0 >= 10_000, "{lost:?}");
}

#[test]
fn a_host_of_one_region_is_judged_as_itself() {
    let case = case("routing/gcp-host-of-region");
    assert_eq!(case.errors(), [""; 0], "{:?}", case.codes());
    let lost = case.rto("service web", "region:us-central1");
    assert_eq!(lost, Some((5_000, Some(17_000), Verdict::MetIf)));
    // Without the host that leads on, its users have no other way in.
    let global = "  h.example.com:\n    to: web\n    health:\n      path: /h\n      every: 5s\n      timeout: 2s\n      unhealthy_after: 2\n";
    let edits = [(global, ""), ("'on': h.example.com", "'on': e.example.com")];
    let alone = case_with("routing/gcp-host-of-region", &edits);
    let lost = alone
        .rto("service web", "region:us-central1")
        .expect("touched");
    assert_eq!((lost.1, lost.2), (None, Verdict::Violated));
}

#[test]
fn a_fence_of_people_moves_the_mesh_too() {
    let text = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary, weight: 50 }, us-east1: { weight: 30 }, us-west1: { weight: 20 } }\nservices: { web: { image: shop/web, replicas: 3..10 } }\ntraffic: { shop.example.com: { to: web, policy: [weight] } }\nmesh: { kind: istio, namespace: shop }\n";
    let case = spec(text);
    let script = unrolled(case.file("scripts/failover-region.sh"));
    let fence = script.split("fence()").nth(1).expect("a step");
    let west = fence
        .split("us-west1)")
        .nth(1)
        .expect("a region")
        .split(";;")
        .next()
        .expect("its end");
    let patches: Vec<&str> = west
        .lines()
        .filter(|l| l.contains("patch virtualservice web"))
        .collect();
    assert_eq!(patches.len(), 2, "{west}");
    assert!(
        patches[0].contains(r#""subset":"prefer-us-central1","port":{"number":80}},"weight":63"#)
            && patches[0]
                .contains(r#""subset":"prefer-us-east1","port":{"number":80}},"weight":37"#),
        "{}",
        patches[0]
    );
    // The patch is what the list's field holds: applied to the object, calls go as the model says.
    let before = sent(&case, "us-central1");
    assert_eq!(before["weighted"].len(), 3, "{before:?}");
}

#[test]
fn the_evidence_of_every_route_is_there() {
    for name in [
        "routing/standby",
        "routing/fence-and-weights",
        "routing/passive-aws",
        "routing/git-forge",
    ] {
        let edits: &[(&str, &str)] = match name {
            "routing/passive-aws" => &[("rto: 1m", "rto: 1h")],
            _ => &[],
        };
        let case = case_with(name, edits);
        let deployment = case.done.deployment.as_ref().expect("a deployment");
        assert!(!deployment.routes.is_empty(), "{name}");
        for route in &deployment.routes {
            assert!(!route.evidence.is_empty());
            route.evidence.iter().for_each(|e| seen(&case, e));
        }
    }
}

fn seen(case: &Case, evidence: &Evidence) {
    match evidence {
        Evidence::Argument { call, path } => {
            let deployment = case.done.deployment.as_ref().expect("a deployment");
            let call = deployment.calls.iter().find(|c| c.name == *call);
            let call = call.unwrap_or_else(|| panic!("no {evidence:?}"));
            assert!(
                call.arguments.iter().any(|(name, _)| name == path),
                "{evidence:?}"
            );
        }
        Evidence::Object {
            file,
            kind,
            name,
            pointer,
        } => {
            let all = documents(case.file(file));
            let mut all = all.iter();
            let object = all.find(|o| o["kind"] == **kind && o["metadata"]["name"] == **name);
            let field = object.and_then(|o| o.pointer(pointer));
            assert!(field.is_some_and(|f| !f.is_null()), "{evidence:?}");
        }
        Evidence::Field { file, .. } => assert!(!case.file(file).is_empty()),
        Evidence::File { file, key } => assert!(case.file(file).contains(key.as_str())),
    }
}

const PLACES: [&str; 5] = [
    "us-central1",
    "us-east1",
    "europe-west1",
    "europe-west4",
    "asia-northeast1",
];
const SERVES: [&str; 3] = ["north-america", "europe", "asia"];

/// A system in a mesh: what it serves, weights, fence, policies, header.
fn meshed() -> impl Strategy<Value = String> {
    let region = (0..3usize, 0..4u32, any::<bool>());
    let policies = prop::sample::subsequence(vec!["geography", "latency", "weight"], 0..=3);
    (prop::collection::vec(region, 2..=5), policies, any::<[bool; 3]>()).prop_map(
        |(regions, policies, [fenced, header, isolated])| {
            let total: u32 = regions.iter().map(|r| r.1).sum();
            let mut left = 100;
            let mut written = Vec::new();
            for (index, (serves, weight, zoned)) in regions.iter().enumerate() {
                let last = index + 1 == regions.len();
                let share = if last { left } else { (100 * weight).checked_div(total).unwrap_or(0) };
                left -= share;
                let role = if index == 0 { "primary" } else { "secondary" };
                let zone = if *zoned { ", zone: z" } else { "" };
                let (place, serves) = (PLACES[index], SERVES[*serves]);
                written.push(format!("{place}: {{ role: {role}, weight: {share}, serves: [{serves}]{zone} }}"));
            }
            let header = if header { ", geography_header: from" } else { "" };
            let isolated = if isolated { "network: { isolated: [us-east1] }\n" } else { "" };
            format!(
                "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ {} }}\ncompliance: {{ zones: {{ z: {{ jurisdictions: [eea], fenced: {fenced} }} }} }}\n{isolated}services: {{ web: {{ image: shop/web, needs: [stock] }}, stock: {{ image: shop/stock }} }}\ntraffic: {{ shop.example.com: {{ to: web, policy: [{}] }} }}\nmesh: {{ kind: istio{header} }}\n",
                written.join(", "),
                policies.join(", ")
            )
        },
    )
}

/// What holds for a list: the sender among its targets, none beyond a fence, percent that add
/// up, and somewhere to go whatever other region is lost.
fn lawful(topology: &Topology, list: &List) {
    let own = topology.island(list.from);
    for target in list.targets() {
        assert_eq!(topology.island(target), own, "{list:?}");
    }
    assert!(list.targets().contains(&list.from), "{list:?}");
    if let Choice::Shared(shares) | Choice::Split(shares) = &list.choice {
        assert_eq!(shares.iter().map(|(_, s)| s).sum::<u32>(), 100, "{list:?}");
        assert!(
            shares.iter().all(|(_, s)| *s > 0) && shares.len() > 1,
            "{list:?}"
        );
    }
    let total = |shares: Vec<(_, f64)>| shares.iter().map(|(_, s)| s).sum::<f64>();
    assert!((total(list.shares(&[])) - 1.0).abs() < 1e-9);
    for lost in topology.region_ids().filter(|r| *r != list.from) {
        let left = list.shares(&[lost]);
        assert!((total(left.clone()) - 1.0).abs() < 1e-9, "{list:?}");
        assert!(left.iter().all(|(r, _)| *r != lost));
        if let Some(without) = list.without(lost) {
            assert!(!without.targets().contains(&lost));
            assert!((total(without.shares(&[])) - 1.0).abs() < 1e-9);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_list_has_its_own_region_and_somewhere_to_go(text in meshed()) {
        let case = spec(&text);
        let topology = case.done.topology.as_ref().expect("a topology");
        let deployment = case.done.deployment.as_ref().expect("a deployment");
        let lists = deployment.mesh.lists();
        prop_assert!(!lists.is_empty());
        lists.iter().for_each(|list| lawful(topology, list));
        for list in lists.iter().filter(|l| l.calls == Calls::Rest) {
            let sent = deployment.mesh.of_cluster(list.service, list.from);
            prop_assert!(sent.contains(list));
        }
    }
}

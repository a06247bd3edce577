//! A mesh is given what its control plane takes: no field of Istio's API that it refuses or ignores,
//! and no gateways between clusters of one network (`src/catalog/mesh.toml`).

use super::{documents, systems};
use crate::support::Case;
use meridian::catalog::mesh::{ControlPlane, DISTRIBUTE, SAMPLING, control_plane};
use meridian::deployment::Cluster;
use serde_json::{Value, json};

/// Fields of an object, `Kind.path`, without the places in lists.
fn fields(at: &str, value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(fields_of) => {
            for (key, value) in fields_of {
                let path = format!("{at}.{key}");
                out.push(path.clone());
                fields(&path, value, out);
            }
        }
        Value::Array(values) => values.iter().for_each(|v| fields(at, v, out)),
        _ => {}
    }
}

/// What of an object a control plane does not take.
fn refused(plane: &ControlPlane, object: &Value) -> Vec<String> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut all = vec![kind.to_string()];
    fields(kind, object, &mut all);
    let words = object.to_string();
    let between = [
        "AUTO_PASSTHROUGH",
        "topology.istio.io/network",
        "istio/multiCluster",
    ];
    let between = between
        .iter()
        .filter(|w| plane.one_network && words.contains(**w));
    let between: Vec<String> = between.map(|w| format!("{kind}: {w}")).collect();
    all.retain(|field| !plane.takes(field));
    all.into_iter().chain(between).collect()
}

fn objects(case: &Case, cluster: &Cluster) -> Vec<Value> {
    let topology = case.done.topology.as_ref().expect("a topology");
    let folder = format!("kubernetes/{}/", topology.region(cluster.region).name);
    let paths = case.done.artifacts.iter().map(|(path, _)| path);
    let of_cluster = paths.filter(|p| p.starts_with(&folder));
    of_cluster.flat_map(|p| documents(case.file(p))).collect()
}

/// What the clusters of a system are given and do not take, and how many objects of Istio there are.
pub(super) fn faults(case: &Case) -> (Vec<String>, usize) {
    let (Some(topology), Some(deployment)) = (&case.done.topology, &case.done.deployment) else {
        return (Vec::new(), 0);
    };
    let (mut faults, mut seen) = (Vec::new(), 0);
    for cluster in deployment
        .clusters
        .iter()
        .filter(|_| topology.mesh.is_some())
    {
        let plane = control_plane(topology.region(cluster.region).place.provider);
        if plane.one_network != cluster.east_west.is_none() {
            faults.push(format!("{}: gateways between clusters", cluster.name));
        }
        let objects = objects(case, cluster);
        faults.extend(objects.iter().flat_map(|o| refused(plane, o)));
        let istio = |o: &&Value| o["apiVersion"] == "networking.istio.io/v1";
        seen += objects.iter().filter(istio).count();
    }
    (faults, seen)
}

#[test]
fn a_mesh_is_given_what_its_control_plane_takes() {
    let mut seen = 0;
    for (name, case) in systems() {
        let (faults, objects) = faults(&case);
        assert!(faults.is_empty(), "{name}: {faults:?}");
        seen += objects;
    }
    assert!(seen > 20, "{seen}");
}

/// The law is broken by what was emitted before, and by what only other control planes take.
#[test]
fn what_a_control_plane_does_not_take_is_found() {
    let managed = control_plane(meridian::spec::Provider::Gcp);
    let setting = json!({ "enabled": true, "distribute": [{ "from": "us-east1/*", "to": { "us-east1/*": 100 } }] });
    let policy = json!({ "loadBalancer": { "localityLbSetting": setting } });
    let rule = json!({ "kind": "DestinationRule", "spec": { "subsets": [{ "name": "own", "trafficPolicy": policy }] } });
    assert!(refused(managed, &rule).contains(&DISTRIBUTE.to_string()));
    let whole = json!({ "kind": "DestinationRule", "spec": { "trafficPolicy": policy } });
    assert!(!refused(managed, &whole).is_empty());
    let gateway = json!({ "kind": "Gateway", "spec": { "servers": [{ "tls": { "mode": "AUTO_PASSTHROUGH" } }] } });
    assert_eq!(refused(managed, &gateway), ["Gateway: AUTO_PASSTHROUGH"]);
    assert!(!refused(managed, &json!({ "kind": "EnvoyFilter", "spec": {} })).is_empty());
    let share =
        json!({ "kind": "Telemetry", "spec": { "tracing": [{ "randomSamplingPercentage": 10 }] } });
    assert_eq!(refused(managed, &share), [SAMPLING]);
    let own = control_plane(meridian::spec::Provider::Aws);
    assert!(refused(own, &rule).is_empty() && refused(own, &gateway).is_empty());
}

/// Pods of other clusters are let in where they call directly; the port of gateways is closed there.
#[test]
fn pods_of_one_network_call_each_other() {
    let (_, case) = systems()
        .into_iter()
        .find(|(name, _)| name.contains("ggen"))
        .expect("ggen");
    let deployment = case.done.deployment.as_ref().expect("a deployment");
    let there = |region: &str| {
        deployment
            .clusters
            .iter()
            .find(|c| c.name.ends_with(region))
            .expect("a cluster")
    };
    let text = case.file("kubernetes/us-central1/network-policy.yaml");
    for region in ["us-east1", "europe-west1"] {
        let range = &there(region).pod_range;
        let policies = documents(text);
        let api = policies
            .iter()
            .find(|p| p["metadata"]["name"] == "api")
            .expect("a policy");
        assert!(
            api["spec"]["ingress"][0]
                .to_string()
                .contains(range.as_str()),
            "{api}"
        );
        let egress = policies
            .iter()
            .find(|p| p["metadata"]["name"] == "common-egress")
            .expect("a policy");
        let mut rules = egress["spec"]["egress"].as_array().expect("rules").iter();
        let port = |r: &&Value| r["ports"] == json!([{ "protocol": "TCP", "port": "8080" }]);
        let open = rules.any(|r| port(&r) && r["to"].to_string().contains(range.as_str()));
        assert!(open, "{range}: {egress}");
    }
    assert!(!text.contains("15443"));
    let terraform = case.file("terraform/main.tf");
    assert!(!terraform.contains("east_west"), "{terraform}");
}

/// A trust domain that cannot be set is a finding, and identities begin with the one that holds.
#[test]
fn the_trust_domain_of_a_managed_mesh_is_not_ours() {
    let text = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary }, us-east1: {} }\nservices: { web: { image: shop/web } }\ntraffic: { shop.example.com: { to: web } }\nmesh: { kind: istio, trust_domain: shop.internal }\n";
    let case = crate::support::spec(text);
    let found = case.found("PRV103");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    assert!(
        found[0].message.contains("trust_domain"),
        "{}",
        found[0].message
    );
    let config = case.file("kubernetes/us-east1/istio-config.yaml");
    assert!(
        config.contains("- shop-prod.svc.id.goog/ns/istio-ingress/sa/ingressgateway"),
        "{config}"
    );
    assert!(!config.contains("shop.internal"));
    // It is read where the control plane is the user's.
    let own = crate::support::compiled(&crate::support::root().join("examples/eden/topology.yaml"));
    assert!(own.found("PRV103").is_empty(), "{:?}", own.codes());
    let config = own.file("kubernetes/us-west-2/istio-config.yaml");
    assert!(
        config.contains("- eden.internal/ns/istio-ingress/"),
        "{config}"
    );
}

/// A share of traces that the control plane does not take is a finding, and is not emitted.
#[test]
fn the_share_of_traces_of_a_managed_mesh_is_not_ours() {
    let text = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary }, us-east1: {} }\nservices: { web: { image: shop/web } }\ntraffic: { shop.example.com: { to: web } }\nmesh: { kind: istio }\nobservability: { traces: { by: jaeger, sample: 10% } }\n";
    let case = crate::support::spec(text);
    let found = case.found("PRV103");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    assert!(
        found[0]
            .message
            .contains("`sample` has no effect on Google Cloud"),
        "{}",
        found[0].message
    );
    let config = case.file("kubernetes/us-east1/istio-config.yaml");
    assert!(!config.contains("kind: Telemetry"), "{config}");
    // It is read where the control plane is the user's.
    let own = crate::support::example("eden");
    assert!(own.found("PRV103").is_empty());
    let config = own.file("kubernetes/us-east-1/istio-config.yaml");
    assert!(config.contains("randomSamplingPercentage: 10"), "{config}");
}

/// Of a kind whose rows on the provider's page nobody has read, what is emitted is on the page of what an account shows.
#[test]
fn kinds_of_unread_rows_are_checked_in_an_account() {
    let page = std::fs::read_to_string(crate::support::root().join("docs/cloud-account.md"));
    let page = page.expect("a page");
    let (mut seen, mut unread) = (0, 0);
    for (name, case) in systems() {
        let (Some(topology), Some(deployment)) = (&case.done.topology, &case.done.deployment)
        else {
            continue;
        };
        for cluster in &deployment.clusters {
            let plane = control_plane(topology.region(cluster.region).place.provider);
            for object in objects(&case, cluster) {
                let kind = object["kind"].as_str().unwrap_or_default();
                seen += 1;
                if plane.unread.iter().any(|k| k == kind) {
                    unread += 1;
                    assert!(page.contains(&format!("`{kind}`")), "{name}: {kind}");
                }
            }
        }
    }
    assert!(seen > 100 && unread > 0, "{seen} {unread}");
}

//! What may talk to what, and how many pods may be away at once.

use crate::deployment::manifests::{NETWORKING, selector};
use crate::deployment::{GATEWAYS, Ground};
use crate::format::json::json;
use crate::topology::Service;
use serde_json::Value;
use std::collections::BTreeSet;

/// Network policies: nothing, but for what is named.
pub(super) fn network(ground: &Ground) -> Vec<Value> {
    let namespace = ground.namespace();
    let policy =
        |name: &str, spec: Value| ground.object(NETWORKING, "NetworkPolicy", name, namespace, spec);
    let mut objects = vec![
        policy(
            "default-deny",
            json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }),
        ),
        policy("common-egress", common_egress(ground)),
    ];
    for (_, service) in ground.services() {
        objects.push(policy(&service.name, service_ingress(ground, service)));
    }
    objects
}

/// What every pod needs: names, the cloud's APIs and metadata, the mesh.
fn common_egress(ground: &Ground) -> Value {
    let tcp = |port: u32| json!({ "protocol": "TCP", "port": port });
    let mut egress = vec![
        json!({
            "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } } }],
            "ports": [{ "protocol": "UDP", "port": 53 }, tcp(53)],
        }),
        json!({ "to": [{ "ipBlock": { "cidr": "0.0.0.0/0" } }], "ports": [tcp(443)] }),
    ];
    for (range, port) in &ground.cluster.metadata_servers {
        egress.push(json!({ "to": [{ "ipBlock": { "cidr": range } }], "ports": [tcp(*port)] }));
    }
    egress.push(json!({ "to": [{ "podSelector": {} }] }));
    if ground.meshed() {
        egress.push(json!({ "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "istio-system" } } }], "ports": [tcp(15012)] }));
        // Other clusters: their gateways, or where there are none their pods.
        let ports = match ground.cluster.east_west {
            Some(_) => BTreeSet::from([15443]),
            None => ground.services().map(|(_, s)| s.port.value).collect(),
        };
        let ports: Vec<Value> = ports.into_iter().map(tcp).collect();
        if !ports.is_empty() {
            egress.push(json!({ "to": ground.all_clusters(), "ports": ports }));
        }
    }
    let guests = &ground.deployment.guests;
    let called: BTreeSet<&Vec<u32>> = guests.iter().map(|g| &g.ports).collect();
    for ports in called.into_iter().filter(|ports| !ports.is_empty()) {
        let ports: Vec<Value> = ports.iter().map(|port| tcp(*port)).collect();
        egress.push(json!({ "to": ground.all_clusters(), "ports": ports }));
    }
    for (range, port) in &ground.cluster.stores {
        egress.push(json!({ "to": [{ "ipBlock": { "cidr": range } }], "ports": [tcp(*port)] }));
    }
    for namespace in guests.iter().filter_map(|g| g.namespace.as_ref()) {
        let labels = json!({ "kubernetes.io/metadata.name": namespace });
        egress.push(json!({ "to": [{ "namespaceSelector": { "matchLabels": labels } }] }));
    }
    json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": egress })
}

fn service_ingress(ground: &Ground, service: &Service) -> Value {
    let mut from = vec![json!({ "podSelector": {} })];
    let gateways = json!({
        "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": GATEWAYS } },
    });
    if ground.meshed() {
        from.push(gateways);
        if ground.cluster.east_west.is_none() {
            from.extend(ground.pods_of_others());
        }
    }
    // Probes come from the node that a pod is on.
    from.push(json!({ "ipBlock": { "cidr": ground.cluster.node_range } }));
    for range in &ground.cluster.probe_ranges {
        from.push(json!({ "ipBlock": { "cidr": range } }));
    }
    let mut ports = vec![json!({ "protocol": "TCP", "port": service.port.value })];
    if ground.meshed() {
        for port in [15020, 15021, 15090] {
            ports.push(json!({ "protocol": "TCP", "port": port }));
        }
    }
    let mut ingress = vec![json!({ "from": from, "ports": ports })];
    if ground.meshed() {
        let collectors = json!({ "kubernetes.io/metadata.name": ground.cluster.scraped_from });
        ingress.push(json!({
            "from": [{ "namespaceSelector": { "matchLabels": collectors } }],
            "ports": [{ "protocol": "TCP", "port": 15020 }, { "protocol": "TCP", "port": 15090 }],
        }));
    }
    json!({
        "podSelector": { "matchLabels": selector(&service.name) },
        "policyTypes": ["Ingress"],
        "ingress": ingress,
    })
}

/// One pod at a time; none for a single pod, whose node could then never be drained.
pub(super) fn budgets(ground: &Ground) -> Vec<Value> {
    let several = |s: &&Service| s.replicas_in(ground.region()).is_some_and(|r| r.min > 1);
    ground
        .services()
        .map(|(_, service)| service)
        .filter(several)
        .map(|service| {
            let spec = json!({
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": { "matchLabels": selector(&service.name) },
            });
            ground.object(
                "policy/v1",
                "PodDisruptionBudget",
                &service.name,
                ground.namespace(),
                spec,
            )
        })
        .collect()
}

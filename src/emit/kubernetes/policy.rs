//! What may talk to what, and how many pods may be away at once.

use super::{Folder, selector};
use crate::deployment::GATEWAYS;
use crate::topology::Service;
use serde_json::{Value, json};

pub(super) const API: &str = "networking.k8s.io/v1";

/// Network policies: nothing, but for what is named.
pub(super) fn network(folder: &Folder) -> Vec<Value> {
    let namespace = folder.namespace();
    let policy =
        |name: &str, spec: Value| folder.object(API, "NetworkPolicy", name, namespace, spec);
    let mut objects = vec![
        policy(
            "default-deny",
            json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }),
        ),
        policy("common-egress", common_egress(folder)),
    ];
    for (_, service) in folder.services() {
        objects.push(policy(&service.name, service_ingress(folder, service)));
    }
    objects
}

/// What every pod needs: names, the cloud's APIs and metadata, the mesh.
fn common_egress(folder: &Folder) -> Value {
    let tcp = |port: u32| json!({ "protocol": "TCP", "port": port });
    let mut egress = vec![
        json!({
            "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } } }],
            "ports": [{ "protocol": "UDP", "port": 53 }, tcp(53)],
        }),
        json!({ "to": [{ "ipBlock": { "cidr": "0.0.0.0/0" } }], "ports": [tcp(443)] }),
    ];
    for (range, port) in &folder.cluster.metadata_servers {
        egress.push(json!({ "to": [{ "ipBlock": { "cidr": range } }], "ports": [tcp(*port)] }));
    }
    egress.push(json!({ "to": [{ "podSelector": {} }] }));
    if folder.meshed() {
        egress.push(json!({ "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "istio-system" } } }], "ports": [tcp(15012)] }));
        egress.push(json!({ "to": others(folder), "ports": [tcp(15443)] }));
    }
    if !folder.input.deployment.sentinel_sets.is_empty() {
        egress.push(json!({ "to": others(folder), "ports": [tcp(6379), tcp(26379)] }));
    }
    for (range, port) in &folder.cluster.stores {
        egress.push(json!({ "to": [{ "ipBlock": { "cidr": range } }], "ports": [tcp(*port)] }));
    }
    for redis in &folder.input.deployment.active_active_sets {
        let labels = json!({ "kubernetes.io/metadata.name": redis.namespace });
        egress.push(json!({ "to": [{ "namespaceSelector": { "matchLabels": labels } }] }));
    }
    json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": egress })
}

/// Nodes and pods of all clusters of the system.
pub(super) fn others(folder: &Folder) -> Vec<Value> {
    let clusters = folder.input.deployment.clusters.iter();
    let mut ranges: Vec<_> = clusters
        .flat_map(|c| [&c.node_range, &c.pod_range])
        .collect();
    // Where pods have addresses of the nodes' range.
    ranges.dedup();
    let ranges = ranges.into_iter();
    ranges
        .map(|r| json!({ "ipBlock": { "cidr": r } }))
        .collect()
}

fn service_ingress(folder: &Folder, service: &Service) -> Value {
    let mut from = vec![json!({ "podSelector": {} })];
    let gateways = json!({
        "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": GATEWAYS } },
    });
    if folder.meshed() {
        from.push(gateways);
    }
    // Probes come from the node that a pod is on.
    from.push(json!({ "ipBlock": { "cidr": folder.cluster.node_range } }));
    for range in &folder.cluster.probe_ranges {
        from.push(json!({ "ipBlock": { "cidr": range } }));
    }
    let mut ports = vec![json!({ "protocol": "TCP", "port": service.port.value })];
    if folder.meshed() {
        for port in [15020, 15021, 15090] {
            ports.push(json!({ "protocol": "TCP", "port": port }));
        }
    }
    let mut ingress = vec![json!({ "from": from, "ports": ports })];
    if folder.meshed() {
        let collectors = json!({ "kubernetes.io/metadata.name": folder.cluster.scraped_from });
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
pub(super) fn budgets(folder: &Folder) -> Vec<Value> {
    let several = |s: &&Service| s.replicas_in(folder.region()).is_some_and(|r| r.min > 1);
    folder
        .services()
        .map(|(_, service)| service)
        .filter(several)
        .map(|service| {
            let spec = json!({
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": { "matchLabels": selector(&service.name) },
            });
            folder.object(
                "policy/v1",
                "PodDisruptionBudget",
                &service.name,
                folder.namespace(),
                spec,
            )
        })
        .collect()
}

//! Objects of Kubernetes: the frame that all of ours have, and what stores bring to the clusters
//! that they run on.

use super::{Cluster, Deployment};
use crate::format::json::json;
use crate::topology::{RegionId, Service, ServiceId, Topology};
use serde_json::Value;
use std::collections::BTreeMap;

/// The API of network policies.
pub const NETWORKING: &str = "networking.k8s.io/v1";
/// The API of gateways and routes of the mesh.
pub const ISTIO: &str = "networking.istio.io/v1";

/// What a store brings to the clusters that it runs on.
#[derive(Debug, Clone, PartialEq)]
pub struct Guest {
    /// The datastore.
    pub datastore: String,
    /// Its kind, for pages that have a paragraph on it: the folder of its offering.
    pub kind: &'static str,
    /// The file with its objects, in the folder of each cluster.
    pub file: String,
    /// Its objects by region.
    pub objects: BTreeMap<RegionId, Vec<Value>>,
    /// Ports at which its members are called from pods of other clusters.
    pub ports: Vec<u32>,
    /// The namespace that it has for itself and that pods call, if it has one.
    pub namespace: Option<String>,
    /// Whether its members call each other through the gateways of the clusters.
    pub through_gateways: bool,
    /// A scrape job of Prometheus by its name, where annotations of pods do not ask for one.
    pub scrape: Option<(String, Value)>,
}

impl Guest {
    /// Whether members of it run on the clusters, and not only what sets it up.
    pub fn has_members(&self) -> bool {
        !self.ports.is_empty() || self.namespace.is_some()
    }
}

/// Where objects are made: one cluster, and all that is known of the system.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The topology.
    pub topology: &'a Topology,
    /// All that is deployed.
    pub deployment: &'a Deployment,
    /// The cluster.
    pub cluster: &'a Cluster,
}

impl<'a> Ground<'a> {
    /// The cluster's region.
    pub fn region(&self) -> RegionId {
        self.cluster.region
    }

    /// The namespace of the services.
    pub fn namespace(&self) -> &'a str {
        &self.topology.namespace
    }

    /// The services that run on this cluster.
    pub fn services(&self) -> impl Iterator<Item = (ServiceId, &'a Service)> {
        let region = self.region();
        let all = self.topology.services.iter().enumerate();
        all.filter(|(_, s)| s.on_cluster())
            .filter(move |(_, s)| s.replicas_in(region).is_some())
            .map(|(index, s)| (ServiceId(index), s))
    }

    /// Whether pods are in the mesh.
    pub fn meshed(&self) -> bool {
        self.topology.mesh.is_some()
    }

    /// Metadata of an object of ours.
    pub fn metadata(&self, name: &str, namespace: &str) -> Value {
        json!({
            "name": name,
            "namespace": namespace,
            "labels": self.labels(),
        })
    }

    /// The labels of everything of ours.
    pub fn labels(&self) -> Value {
        json!({
            "app.kubernetes.io/part-of": self.topology.name,
            "app.kubernetes.io/managed-by": "meridian",
        })
    }

    /// An object of ours.
    pub fn object(&self, api: &str, kind: &str, name: &str, namespace: &str, spec: Value) -> Value {
        json!({
            "apiVersion": api,
            "kind": kind,
            "metadata": self.metadata(name, namespace),
            "spec": spec,
        })
    }

    /// Pods of the other clusters of the system, as peers of a network policy.
    pub fn pods_of_others(&self) -> Vec<Value> {
        let others = self.deployment.clusters.iter();
        let others = others.filter(|c| c.region != self.region());
        others
            .map(|c| json!({ "ipBlock": { "cidr": c.pod_range } }))
            .collect()
    }

    /// Nodes and pods of all clusters of the system, as peers of a network policy.
    pub fn all_clusters(&self) -> Vec<Value> {
        let clusters = self.deployment.clusters.iter();
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
}

/// The labels that select a service's pods.
pub fn selector(service: &str) -> Value {
    json!({ "app.kubernetes.io/name": service })
}

/// Pairs as a JSON object.
pub fn object_of(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(k, v)| (k.clone(), json!(v)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What every container of ours is refused.
pub fn restricted() -> Value {
    json!({
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": { "drop": ["ALL"] },
    })
}

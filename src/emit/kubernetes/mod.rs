//! Manifests of each cluster: a folder that `kubectl apply -k` takes as it is.

mod changes;
mod istio;
mod keda;
mod policy;
mod postgres;
mod redis;
mod redis_enterprise;

use super::Input;
use crate::artifact::ArtifactSet;
use crate::deployment::{Cluster, GATEWAYS};
use crate::format::yaml;
use crate::topology::{RegionId, Service, ServiceId};
use serde_json::{Value, json};

const EMITTER: &str = "kubernetes";

/// Emits the manifests of every cluster.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    for cluster in &input.deployment.clusters {
        Folder { input, cluster }.emit(set);
    }
}

/// One cluster's folder.
#[derive(Clone, Copy)]
struct Folder<'a> {
    input: Input<'a>,
    cluster: &'a Cluster,
}

impl<'a> Folder<'a> {
    fn emit(&self, set: &mut ArtifactSet) {
        let region = &self.input.topology.region(self.cluster.region).name;
        let mut resources = Vec::new();
        let mut files = vec![
            ("namespace.yaml".to_string(), self.namespaces()),
            ("istio-config.yaml".to_string(), istio::objects(self)),
            ("keda-hpa.yaml".to_string(), keda::objects(self)),
            ("network-policy.yaml".to_string(), policy::network(self)),
            ("disruption-budgets.yaml".to_string(), policy::budgets(self)),
        ];
        let deployment = self.input.deployment;
        for redis in &deployment.sentinel_sets {
            let name = format!("redis-{}.yaml", redis.datastore);
            files.push((name, redis::objects(self, redis)));
        }
        for redis in &deployment.active_active_sets {
            let name = format!("redis-enterprise-{}.yaml", redis.datastore);
            files.push((name, redis_enterprise::objects(self, redis)));
        }
        for store in &deployment.logical_stores {
            let name = format!("postgres-{}.yaml", store.datastore);
            files.push((name, postgres::objects(self, store)));
        }
        files.push(("cloud.yaml".to_string(), self.cluster.objects.clone()));
        let mut files = files;
        changes::reach(&mut files);
        for (name, objects) in files {
            if objects.is_empty() {
                continue;
            }
            let text = yaml::print_documents(&self.input.header(), &objects);
            set.text(EMITTER, format!("kubernetes/{region}/{name}"), text);
            resources.push(name);
        }
        let kustomization = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": resources,
            // By these the deployment finds what the tree no longer has.
            "labels": [{ "pairs": self.labels() }],
        });
        let text = yaml::print_documents(&self.input.header(), &[kustomization]);
        set.text(
            EMITTER,
            format!("kubernetes/{region}/kustomization.yaml"),
            text,
        );
    }

    fn region(&self) -> RegionId {
        self.cluster.region
    }

    fn namespace(&self) -> &'a str {
        &self.input.topology.namespace
    }

    /// The services that run on this cluster.
    fn services(&self) -> impl Iterator<Item = (ServiceId, &'a Service)> {
        let region = self.region();
        let all = self.input.topology.services.iter().enumerate();
        all.filter(|(_, s)| s.on_cluster())
            .filter(move |(_, s)| s.replicas_in(region).is_some())
            .map(|(index, s)| (ServiceId(index), s))
    }

    fn meshed(&self) -> bool {
        self.input.topology.mesh.is_some()
    }

    fn namespaces(&self) -> Vec<Value> {
        let namespace = |name: &str, inject: bool| {
            let mut labels = json!({ "kubernetes.io/metadata.name": name });
            if inject && self.meshed() {
                labels["istio-injection"] = json!("enabled");
            }
            json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": { "name": name, "labels": labels },
            })
        };
        let mut namespaces = vec![namespace(self.namespace(), true)];
        if self.meshed() {
            namespaces.push(namespace(GATEWAYS, true));
        }
        namespaces
    }

    /// Metadata of an object of ours.
    fn metadata(&self, name: &str, namespace: &str) -> Value {
        json!({
            "name": name,
            "namespace": namespace,
            "labels": self.labels(),
        })
    }

    /// The labels of everything of ours.
    fn labels(&self) -> Value {
        json!({
            "app.kubernetes.io/part-of": self.input.topology.name,
            "app.kubernetes.io/managed-by": "meridian",
        })
    }

    fn object(&self, api: &str, kind: &str, name: &str, namespace: &str, spec: Value) -> Value {
        json!({
            "apiVersion": api,
            "kind": kind,
            "metadata": self.metadata(name, namespace),
            "spec": spec,
        })
    }
}

/// The labels that select a service's pods.
fn selector(service: &str) -> Value {
    json!({ "app.kubernetes.io/name": service })
}

/// Pairs as a JSON object.
fn object_of(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(k, v)| (k.clone(), json!(v)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What every container of ours is refused.
fn restricted() -> Value {
    json!({
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": { "drop": ["ALL"] },
    })
}

//! Manifests of each cluster: a folder that `kubectl apply -k` takes as it is.

mod changes;
mod istio;
mod keda;
mod policy;

use super::Input;
use crate::artifact::ArtifactSet;
use crate::deployment::{GATEWAYS, Ground};
use crate::format::json::json;
use crate::format::yaml;
use serde_json::Value;

const EMITTER: &str = "kubernetes";

/// Emits the manifests of every cluster.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    for cluster in &input.deployment.clusters {
        let ground = Ground {
            topology: input.topology,
            deployment: input.deployment,
            cluster,
        };
        folder(&ground, &input.header(), set);
    }
}

/// One cluster's folder.
fn folder(ground: &Ground, header: &str, set: &mut ArtifactSet) {
    let region = &ground.topology.region(ground.region()).name;
    let mut resources = Vec::new();
    let mut files = vec![
        ("namespace.yaml".to_string(), namespaces(ground)),
        ("istio-config.yaml".to_string(), istio::objects(ground)),
        ("keda-hpa.yaml".to_string(), keda::objects(ground)),
        ("network-policy.yaml".to_string(), policy::network(ground)),
        (
            "disruption-budgets.yaml".to_string(),
            policy::budgets(ground),
        ),
    ];
    for guest in &ground.deployment.guests {
        let objects = guest.objects.get(&ground.region());
        files.extend(objects.map(|objects| (guest.file.clone(), objects.clone())));
    }
    files.push(("cloud.yaml".to_string(), ground.cluster.objects.clone()));
    changes::reach(&mut files);
    for (name, objects) in files {
        if objects.is_empty() {
            continue;
        }
        let text = yaml::print_documents(header, &objects);
        set.text(EMITTER, format!("kubernetes/{region}/{name}"), text);
        resources.push(name);
    }
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        // By these the deployment finds what the tree no longer has.
        "labels": [{ "pairs": ground.labels() }],
    });
    let text = yaml::print_documents(header, &[kustomization]);
    set.text(
        EMITTER,
        format!("kubernetes/{region}/kustomization.yaml"),
        text,
    );
}

fn namespaces(ground: &Ground) -> Vec<Value> {
    let namespace = |name: &str, inject: bool| {
        let mut labels = json!({ "kubernetes.io/metadata.name": name });
        if inject && ground.meshed() {
            labels["istio-injection"] = json!("enabled");
        }
        json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": { "name": name, "labels": labels },
        })
    };
    let mut namespaces = vec![namespace(ground.namespace(), true)];
    if ground.meshed() {
        namespaces.push(namespace(GATEWAYS, true));
    }
    namespaces
}

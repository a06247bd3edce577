//! What managed collection scrapes: it follows no annotations of pods, only these objects.

use super::Lowering;
use crate::deployment::{Decision, SentinelSet};
use crate::format::json::json;
use crate::topology::Provider;
use crate::watch::pace::SCRAPE_SECONDS;
use serde_json::Value;

/// The namespace of the collectors
/// (cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed).
pub(super) const COLLECTORS: &str = "gmp-system";

impl Lowering<'_> {
    /// A PodMonitoring for the sidecars of each service and for the exporters of each Redis, in
    /// every cluster. The labels that alerts and dashboards read are added here.
    pub(super) fn scrapes(&mut self) {
        let topology = self.topology;
        let namespace = &topology.namespace;
        if self.has_clusters() {
            self.deployment.decisions.push(own_metrics(namespace));
        }
        let sets = &self.deployment.sentinel_sets;
        for cluster in &mut self.deployment.clusters {
            let place = topology.region(cluster.region);
            if place.place.provider != Provider::Gcp {
                continue;
            }
            let region = &place.name;
            let own = topology
                .services
                .iter()
                .filter(|s| s.on_cluster() && s.replicas_in(cluster.region).is_some());
            let sidecars = own.filter(|_| topology.mesh.is_some()).map(|s| {
                let endpoint = endpoint("http-envoy-prom", "/stats/prometheus", region);
                monitoring(&s.name, namespace, &s.name, endpoint, &[])
            });
            let here = |set: &&SentinelSet| set.regions.iter().any(|r| r.region == cluster.region);
            let exporters = sets.iter().filter(here).map(|set| {
                let store = &set.datastore;
                let endpoint = endpoint("metrics", "/metrics", region);
                let labels = [("app.kubernetes.io/component", "redis")];
                let pods = format!("{store}-node");
                monitoring(
                    &format!("{store}-redis"),
                    namespace,
                    &pods,
                    endpoint,
                    &labels,
                )
            });
            let objects: Vec<Value> = sidecars.chain(exporters).collect();
            cluster.objects.extend(objects);
        }
    }
}

/// What services, probers and jobs export is scraped by objects of theirs: nothing says at which port.
fn own_metrics(namespace: &str) -> Decision {
    Decision {
        title: "A PodMonitoring for what your services export".into(),
        reason: format!(
            "Managed collection scrapes what a `PodMonitoring` of `monitoring.googleapis.com/v1` names, and no annotation of pods. \
             The tree has those of sidecars and of Redis. For each metric of the contract below, make one in `{namespace}` \
             for the pods that export it: `spec.selector.matchLabels`, and in `spec.endpoints` the name of the port, the path, \
             `interval: {SCRAPE_SECONDS}s`, and `metricRelabeling` with `action: replace`, `targetLabel: region` and the region as \
             `replacement`. `kubectl get podmonitorings --namespace {namespace}` shows them; without one, the alert on a metric \
             that nobody exports fires."
        ),
    }
}

fn endpoint(port: &str, path: &str, region: &str) -> Value {
    json!({
        "port": port,
        "path": path,
        "interval": format!("{SCRAPE_SECONDS}s"),
        "metricRelabeling": [
            { "action": "replace", "targetLabel": "region", "replacement": region },
        ],
    })
}

fn monitoring(
    name: &str,
    namespace: &str,
    pods: &str,
    endpoint: Value,
    labels: &[(&str, &str)],
) -> Value {
    let from_pod = labels
        .iter()
        .map(|(from, to)| json!({ "from": from, "to": to }));
    let from_pod: Vec<Value> = from_pod.collect();
    let mut spec = json!({
        "selector": { "matchLabels": { "app.kubernetes.io/name": pods } },
        "endpoints": [endpoint],
    });
    if !from_pod.is_empty() {
        spec["targetLabels"] = json!({ "fromPod": from_pod });
    }
    json!({
        "apiVersion": "monitoring.googleapis.com/v1",
        "kind": "PodMonitoring",
        "metadata": { "name": name, "namespace": namespace },
        "spec": spec,
    })
}

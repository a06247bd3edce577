//! Scaling: one ScaledObject per workload, with all its triggers; two would fight.

use crate::deployment::Ground;
use crate::format::json::json;
use crate::format::promql;
use crate::topology::settings::{
    REQUEST_RATE_WINDOW, SCALE_OUT_PERCENT, SCALE_OUT_PERIOD, SCALE_OUT_PODS,
};
use crate::topology::{Duration, Placement, ScaleOn, Service};
use serde_json::Value;

const API: &str = "keda.sh/v1alpha1";
const AUTHENTICATION: &str = "metrics-reader";

pub(super) fn objects(ground: &Ground) -> Vec<Value> {
    let mut objects = Vec::new();
    for (_, service) in ground.services() {
        let placement = service
            .placements
            .iter()
            .find(|p| p.region == ground.region());
        if let (Some(scale), Some(placement)) = (&service.scale_on, placement) {
            objects.extend(scaled_object(ground, service, scale, placement));
        }
    }
    let asks = |o: &Value| o.to_string().contains(AUTHENTICATION);
    let promql = ground.cluster.promql.as_ref();
    if let Some(identity) = promql.and_then(|p| p.pod_identity)
        && objects.iter().any(asks)
    {
        let spec = json!({ "podIdentity": { "provider": identity } });
        let authentication = ground.object(
            API,
            "TriggerAuthentication",
            AUTHENTICATION,
            ground.namespace(),
            spec,
        );
        objects.insert(0, authentication);
    }
    objects
}

/// `None` without a trigger, which KEDA refuses.
fn scaled_object(
    ground: &Ground,
    service: &Service,
    scale: &ScaleOn,
    placement: &Placement,
) -> Option<Value> {
    let triggers = triggers(ground, service, scale);
    if triggers.is_empty() {
        return None;
    }
    let replicas = placement.replicas;
    let fallback = scale.fallback.as_ref().map_or(replicas.max, |f| f.value);
    let mut spec = json!({
        "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": service.name },
        "pollingInterval": scale.every.secs(),
        "minReplicaCount": replicas.min,
        "maxReplicaCount": replicas.max,
        "advanced": { "horizontalPodAutoscalerConfig": { "behavior": behavior(scale) } },
        "triggers": triggers,
    });
    // KEDA has no fallback for CPU and memory, and refuses one without another trigger.
    let counted = spec["triggers"].as_array().into_iter().flatten();
    if counted.clone().any(|t| t["type"] == "prometheus") {
        spec["fallback"] = json!({
            "failureThreshold": 3,
            "replicas": fallback.clamp(replicas.min, replicas.max),
            "behavior": "currentReplicasIfHigher",
        });
    }
    let (name, namespace) = (&service.name, ground.namespace());
    Some(ground.object(API, "ScaledObject", name, namespace, spec))
}

/// Scale up fast, down slowly: a surviving region must scale up at once and not scale down
/// while traffic comes back.
fn behavior(scale: &ScaleOn) -> Value {
    json!({
        "scaleUp": {
            "stabilizationWindowSeconds": scale.out_after.secs(),
            "selectPolicy": "Max",
            "policies": [
                { "type": "Percent", "value": SCALE_OUT_PERCENT, "periodSeconds": SCALE_OUT_PERIOD },
                { "type": "Pods", "value": SCALE_OUT_PODS, "periodSeconds": SCALE_OUT_PERIOD },
            ],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": scale.in_after.secs(),
            "policies": [{ "type": "Percent", "value": 10, "periodSeconds": 60 }],
        },
    })
}

fn triggers(ground: &Ground, service: &Service, scale: &ScaleOn) -> Vec<Value> {
    let mut triggers = Vec::new();
    for (kind, share) in [("cpu", &scale.cpu), ("memory", &scale.memory)] {
        if let Some(share) = share {
            let percent = share.millionths() / 10_000;
            triggers.push(json!({
                "type": kind,
                "metricType": "Utilization",
                "metadata": { "value": percent.to_string() },
            }));
        }
    }
    if let Some(rate) = &scale.requests {
        let query = format!(
            "sum(rate(istio_requests_total{{reporter=\"destination\",destination_service_name={},destination_service_namespace={},cluster={}}}[{window}]))",
            promql::value(&service.name),
            promql::value(&ground.namespace()),
            promql::value(&ground.cluster.name),
            window = Duration::from_secs(REQUEST_RATE_WINDOW)
        );
        triggers.extend(prometheus(ground, &query, &rate.per_second().to_string()));
    }
    for (queue, per_replica) in scale.queues.iter() {
        let found = |q: &&crate::deployment::SignalQuery| {
            q.signal == crate::topology::Signal::QueueBacklog && q.subject == queue.text
        };
        if let Some(signal) = ground.deployment.signals.iter().find(found) {
            triggers.extend(prometheus(
                ground,
                &signal.query,
                &per_replica.value.to_string(),
            ));
        }
    }
    triggers
}

/// A trigger over PromQL, if the cluster has somewhere to ask.
fn prometheus(ground: &Ground, query: &str, threshold: &str) -> Option<Value> {
    let promql = ground.cluster.promql.as_ref()?;
    let mut trigger = json!({ "type": "prometheus", "metricType": "AverageValue" });
    if promql.pod_identity.is_some() {
        trigger["authenticationRef"] = json!({ "name": AUTHENTICATION });
    }
    trigger["metadata"] = json!({
        "serverAddress": promql.address,
        "query": query,
        "threshold": threshold,
        // A lost metric must not read as no load.
        "ignoreNullValues": "false",
    });
    Some(trigger)
}

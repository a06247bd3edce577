//! What the chart's values may be: a typing mistake in a values file fails the release.

use crate::emit::Input;
use crate::format::json::json;
use serde_json::{Map, Value};

/// The schema of the values, draft-07.
pub(super) fn schema(input: Input) -> Value {
    let regions: Vec<&str> = input
        .deployment
        .clusters
        .iter()
        .map(|c| input.topology.region(c.region).name.as_str())
        .collect();
    let services = input.topology.services.iter();
    let services: Map<String, Value> = services
        .filter(|s| s.on_cluster())
        .map(|s| (s.name.clone(), json!({ "$ref": "#/definitions/service" })))
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["global", "services"],
        "properties": {
            "global": object(json!({
                "region": { "enum": regions },
                "clusterName": { "type": "string" },
            })),
            "secretStore": { "type": "string", "minLength": 1 },
            "podLabels": { "type": "object", "additionalProperties": { "type": "string" } },
            "podSecurityContext": { "type": "object" },
            "securityContext": { "type": "object" },
            "services": object(Value::Object(services)),
        },
        "definitions": { "service": service() },
    })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn strings() -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" } })
}

fn count(minimum: u32) -> Value {
    json!({ "type": "integer", "minimum": minimum })
}

fn service() -> Value {
    object(json!({
        "enabled": { "type": "boolean" },
        "replicaCount": count(0),
        "image": object(json!({
            "repository": { "type": "string", "minLength": 1 },
            "tag": { "type": "string" },
            "digest": { "type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$" },
            "pullPolicy": { "enum": ["Always", "IfNotPresent", "Never"] },
        })),
        "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
        "env": strings(),
        "secrets": strings(),
        "serviceAccount": object(json!({ "annotations": strings() })),
        "podAnnotations": strings(),
        "autoscaling": object(json!({
            "enabled": { "type": "boolean" },
            "minReplicas": count(0),
            "maxReplicas": count(1),
        })),
        "drainSeconds": count(0),
        "terminationGracePeriodSeconds": count(1),
        "startupProbe": object(json!({ "failureThreshold": count(1) })),
        "readinessProbe": object(json!({
            "path": { "type": "string", "pattern": "^/" },
            "periodSeconds": count(1),
            "timeoutSeconds": count(1),
            "failureThreshold": count(1),
        })),
        "resources": { "type": "object" },
    }))
}

//! Prometheus rules.

use crate::emit::Input;
use crate::format::go_template::literal;
use crate::watch::alerts::{AlertRule, WINDOWS, error_ratios, evaluation_seconds};
use serde_json::{Value, json};

/// The names of the groups, in the order of evaluation.
pub(super) const GROUPS: [&str; 2] = ["recording", "alerts"];

pub(super) fn rules(input: Input, alerts: &[AlertRule]) -> Value {
    let mut groups = Vec::new();
    let recorded = recording(input);
    if !recorded.is_empty() {
        groups.push(json!({ "name": GROUPS[0], "interval": "30s", "rules": recorded }));
    }
    let alerts: Vec<Value> = alerts.iter().map(|a| alert(input, a)).collect();
    let interval = format!("{}s", evaluation_seconds(input.topology));
    groups.push(json!({ "name": GROUPS[1], "interval": interval, "rules": alerts }));
    json!({ "groups": groups })
}

/// The error ratio of each service over each window.
fn recording(input: Input) -> Vec<Value> {
    let objectives = input.topology.spec.objectives.as_ref();
    if objectives.is_none_or(|o| o.availability.is_none()) {
        return Vec::new();
    }
    let mut rules = Vec::new();
    for query in error_ratios(input.topology, input.deployment) {
        for window in WINDOWS {
            rules.push(json!({
                "record": format!("slo:error_ratio:rate{window}"),
                "expr": query.query.replace("[5m]", &format!("[{window}]")),
                "labels": { "service": query.subject },
            }));
        }
    }
    rules
}

fn alert(input: Input, alert: &AlertRule) -> Value {
    let mut labels = labels(input, alert);
    if !alert.channels.is_empty() {
        labels["tell"] = json!(alert.channels.join(","));
    }
    let mut rule = json!({
        "alert": alert.name,
        "expr": alert.expr,
        "for": format!("{}s", alert.lasting_seconds),
        "labels": labels,
        "annotations": annotations(alert),
    });
    if alert.lasting_seconds == 0 {
        // `for: 0s` says nothing.
        if let Some(rule) = rule.as_object_mut() {
            rule.remove("for");
        }
    }
    rule
}

pub(super) fn labels(input: Input, alert: &AlertRule) -> Value {
    json!({
        "severity": alert.severity.word(),
        "system": input.topology.name,
    })
}

/// What people read. Only our own templates stand in it: text of the spec is literal.
pub(super) fn annotations(alert: &AlertRule) -> Value {
    let about: Vec<String> = alert
        .labels
        .iter()
        .filter(|l| **l != "service")
        .map(|label| format!("{label} {{{{ $labels.{label} }}}}"))
        .collect();
    let summary = match about.is_empty() {
        true => literal(&alert.title),
        false => format!("{} ({})", literal(&alert.title), about.join(", ")),
    };
    json!({
        "summary": summary,
        "description": literal(&alert.meaning),
        "runbook_url": literal(&alert.runbook),
    })
}

//! Prometheus rules.

use crate::emit::Input;
use crate::format::go_template::literal;
use crate::format::json::json;
use crate::watch::alerts::{AlertRule, WINDOWS, error_ratios};
use crate::watch::pace::{SLOWEST_EVALUATION, evaluation};
use serde_json::Value;
use std::collections::BTreeMap;

/// The name of the group of recordings.
const RECORDING: &str = "recording";

pub(super) fn rules(input: Input, alerts: &[AlertRule]) -> Value {
    let mut groups = Vec::new();
    let recorded = recording(input);
    if !recorded.is_empty() {
        let interval = format!("{SLOWEST_EVALUATION}s");
        groups.push(json!({ "name": RECORDING, "interval": interval, "rules": recorded }));
    }
    for (seconds, rules) in by_pace(input, alerts) {
        let rules: Vec<Value> = rules.iter().map(|a| alert(input, a)).collect();
        let interval = format!("{seconds}s");
        groups.push(json!({ "name": name(seconds), "interval": interval, "rules": rules }));
    }
    json!({ "groups": groups })
}

/// The names of the groups, in the order of evaluation.
pub(super) fn groups(input: Input, alerts: &[AlertRule]) -> Vec<String> {
    let paces = by_pace(input, alerts).into_keys().map(name);
    std::iter::once(RECORDING.to_string())
        .chain(paces)
        .collect()
}

fn name(seconds: u64) -> String {
    format!("alerts-every-{seconds}s")
}

/// The rules by the seconds between their evaluations.
fn by_pace<'a>(input: Input, alerts: &'a [AlertRule]) -> BTreeMap<u64, Vec<&'a AlertRule>> {
    let mut groups: BTreeMap<u64, Vec<&AlertRule>> = BTreeMap::new();
    for alert in alerts {
        let seconds = evaluation(input.topology, alert);
        groups.entry(seconds).or_default().push(alert);
    }
    groups
}

/// The error ratio of each service over each window.
fn recording(input: Input) -> Vec<Value> {
    let objectives = input.topology.objectives.as_ref();
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

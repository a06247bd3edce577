//! Alerts as conditions over signals, for whatever tells people: the cloud's policies and
//! Prometheus' rules are made from the same list.

use super::{Deployment, SignalQuery, Unit};
use crate::spec::{AlertSeverity, Signal, Threshold};
use crate::topology::Topology;

/// A condition that tells people.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    /// Its name in the spec, or ours: `replication-lag-critical`.
    pub key: String,
    /// Its name as an alert: `GgenMarketplaceReplicationLagCritical`.
    pub name: String,
    /// The condition, PromQL.
    pub expr: String,
    /// How long it must hold.
    pub lasting_seconds: u64,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// One line, without values.
    pub title: String,
    /// What it means and why it matters.
    pub meaning: String,
    /// Where to read on.
    pub runbook: String,
    /// Who is told, by channel.
    pub channels: Vec<String>,
    /// The labels that the condition's result carries.
    pub labels: Vec<&'static str>,
    /// The unit of the result.
    pub unit: Unit,
    /// The comparison and bound, for tests: what fires and what does not.
    pub bound: Option<(&'static str, f64)>,
    /// The series that tests are made from.
    pub sample: Vec<super::Sample>,
}

/// The file that has a section for every alert.
pub const PAGE: &str = "RUNBOOK_ALERTS.md";

/// The alerts that the spec names.
pub fn spec_alerts(topology: &Topology, deployment: &Deployment) -> Vec<AlertRule> {
    let mut rules = Vec::new();
    for (name, alert) in topology.spec.alerts.iter() {
        let on = alert.on.as_ref().map(|o| o.value.as_str());
        let matching: Vec<&SignalQuery> = deployment
            .signals
            .iter()
            .filter(|q| q.signal == *alert.of && on.is_none_or(|o| o == q.subject))
            .collect();
        for query in &matching {
            let key = match matching.len() {
                1 => name.text.clone(),
                _ => format!("{}-{}", name.text, query.subject.replace('.', "-")),
            };
            rules.push(rule(topology, key, alert, query));
        }
    }
    rules
}

fn rule(
    topology: &Topology,
    key: String,
    alert: &crate::spec::Alert,
    query: &SignalQuery,
) -> AlertRule {
    let (comparison, bound) = condition(alert);
    let title = alert
        .summary
        .as_ref()
        .map_or_else(|| title(*alert.of, &query.subject), |s| s.value.clone());
    let name = alert_name(topology, &key);
    AlertRule {
        expr: format!("{} {comparison} {}", query.query, number(bound)),
        lasting_seconds: alert.lasting.secs(),
        severity: *alert.severity,
        meaning: meaning(*alert.of, alert.when.as_ref().map(|w| &w.value)),
        runbook: runbook(topology, &name),
        channels: alert.tell.iter().map(|t| t.value.clone()).collect(),
        labels: query.labels.clone(),
        unit: query.unit,
        bound: Some((comparison, bound)),
        sample: query.sample.clone(),
        title,
        name,
        key,
    }
}

/// The written bound; an event has none and counts from the first.
fn condition(alert: &crate::spec::Alert) -> (&'static str, f64) {
    match (&alert.when, &alert.regions) {
        (Some(when), _) => (when.comparison, when.bound),
        (None, Some(regions)) => (">=", f64::from(regions.value)),
        (None, None) => (">", 0.0),
    }
}

/// A number as PromQL reads it: no exponent, no trailing zeros.
pub fn number(value: f64) -> String {
    let text = format!("{value:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// An alert's name: system and key in camel case.
pub fn alert_name(topology: &Topology, key: &str) -> String {
    let words = topology
        .name
        .split(['-', '.', '_'])
        .chain(key.split(['-', '.', '_']));
    words
        .filter_map(|word| {
            let mut chars = word.chars();
            let first = chars.next()?;
            Some(first.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}

/// Where an alert's section is.
pub fn runbook(topology: &Topology, name: &str) -> String {
    format!("{}/{PAGE}#{}", topology.runbooks, name.to_ascii_lowercase())
}

fn title(signal: Signal, subject: &str) -> String {
    match signal {
        Signal::ReplicationLag => format!("Copies of {subject} are behind"),
        Signal::HealthFailures => "Health checks fail in several regions".into(),
        Signal::HealthSuccess => "Fewer health checks succeed than promised".into(),
        Signal::RegionSilent => "A region does not answer".into(),
        Signal::CrossRegionLatency => "A region answers slowly".into(),
        Signal::FailoverTriggered => "A failover happened".into(),
        Signal::BackupFailure => format!("A backup of {subject} failed"),
        Signal::BackupSuccess => format!("Backups of {subject} fail"),
        Signal::RestoreFailure => "A restore drill failed".into(),
        Signal::CertificateExpiry => "A certificate expires soon".into(),
        Signal::Egress => "More leaves the network than usual".into(),
        Signal::KeyRotation => "A key was not rotated".into(),
        Signal::CacheHitRate => format!("{subject} misses more than planned"),
        Signal::ErrorRate => format!("Requests to {subject} fail"),
        Signal::DeadLetters => format!("{subject} sets messages aside"),
        Signal::QueueBacklog => format!("{subject} does not keep up"),
        Signal::Conflicts => format!("Concurrent writes to {subject}"),
        Signal::ConsistencyViolations => format!("Copies of {subject} differ"),
        other => format!("{} of {subject}", other.word().replace('-', " ")),
    }
}

/// Why a signal matters, for whoever is paged.
fn meaning(signal: Signal, when: Option<&Threshold>) -> String {
    let bound = when.map_or(String::new(), |w| {
        format!(" The bound is {} {}.", w.comparison, w.text)
    });
    let why = match signal {
        Signal::ReplicationLag => {
            "Writes that are not yet in another region are lost if this one is lost now."
        }
        Signal::HealthFailures | Signal::RegionSilent => {
            "Users of the region are being moved, or get errors."
        }
        Signal::FailoverTriggered => {
            "Traffic has left a region; capacity is short until it is back."
        }
        Signal::BackupFailure | Signal::BackupSuccess => {
            "Without a fresh backup, wrong or deleted data cannot be undone."
        }
        Signal::RestoreFailure => "A backup that cannot be restored is no backup.",
        Signal::CertificateExpiry => "Browsers and callers refuse an expired certificate.",
        Signal::Egress => "Data may be leaving that should not, and it is charged for.",
        Signal::KeyRotation => "A key that is not rotated breaks the rule that keys rotate.",
        Signal::CacheHitRate => "Every miss is a read of the database.",
        Signal::ErrorRate | Signal::Availability => {
            "Users see errors, and the error budget is being spent."
        }
        Signal::DeadLetters => "Messages wait for a person; their effect is missing.",
        Signal::ConsistencyViolations | Signal::Conflicts => {
            "Users in different regions see different data."
        }
        _ => "See the dashboard for what changed when.",
    };
    format!("{why}{bound}")
}

//! Alerts as conditions over signals, for whatever tells people: the cloud's policies and
//! Prometheus' rules are made from the same list.

use super::derived::derived_alerts;
use super::reading::answers;
use super::words::{meaning, title};
use crate::analysis::coverage::Trouble;
use crate::deployment::{Deployment, SignalQuery, Unit};
use crate::source::Span;
use crate::topology::{Alert, AlertSeverity, Signal, Topology};

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
    /// The channels to notify.
    pub channels: Vec<String>,
    /// The labels that the condition's result carries.
    pub labels: Vec<&'static str>,
    /// The unit of the result.
    pub unit: Unit,
    /// The comparison and bound, for tests: what fires and what does not.
    pub bound: Option<(&'static str, f64)>,
    /// The series that tests are made from.
    pub sample: Vec<crate::deployment::Sample>,
    /// What it is about; nothing for one that only shows that alerting works.
    pub about: Option<About>,
    /// What it tells of, and on which part, if a promise is at stake.
    pub tells: Option<(Trouble, String)>,
    /// Where the spec says how long it must hold, if it is the spec's.
    pub span: Option<Span>,
}

/// What an alert is about: it decides what whoever is paged does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// What a signal measures.
    Signal(Signal),
    /// Room for the load of a lost region.
    Room,
    /// A promise that has not been exercised.
    Drill,
    /// The probes that other alerts read.
    Probes,
    /// A metric that the contract asks for.
    Contract,
}

/// The file that has a section for every alert.
pub const PAGE: &str = "RUNBOOK_ALERTS.md";

/// The alerts that the spec names.
pub fn spec_alerts(topology: &Topology, deployment: &Deployment) -> Vec<AlertRule> {
    let mut rules = Vec::new();
    for (name, alert) in topology.alerts.iter() {
        let matching: Vec<&SignalQuery> = deployment
            .signals
            .iter()
            .filter(|q| answers(topology, alert, q))
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

fn rule(topology: &Topology, key: String, alert: &Alert, query: &SignalQuery) -> AlertRule {
    let (comparison, bound) = condition(alert);
    let title = match (&alert.summary, query.between) {
        (Some(summary), _) => summary.value.clone(),
        (None, Some((slow, fast))) => format!(
            "{} is slower in {} than in {}",
            query.subject,
            topology.region(slow).name,
            topology.region(fast).name
        ),
        // One of a service reads what it answers, and not whether the region is reached.
        (None, None) if *alert.of == Signal::RegionSilent && query.subject != topology.name => {
            format!("All requests to {} fail in one region", query.subject)
        }
        (None, None) => title(*alert.of, &query.subject),
    };
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
        about: Some(About::Signal(*alert.of)),
        tells: tells(query),
        span: Some(alert.lasting.span),
        title,
        name,
        key,
    }
}

/// What a signal's condition tells of.
pub(super) fn tells(query: &SignalQuery) -> Option<(Trouble, String)> {
    Some((Trouble::of(query.signal)?, query.subject.clone()))
}

/// The written bound; an event has none and counts from the first.
fn condition(alert: &Alert) -> (&'static str, f64) {
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

/// The key of the alert for a state of failover.
pub fn state_key(state: &str) -> String {
    format!("region-{state}")
}

/// Where an alert's section is.
pub fn runbook(topology: &Topology, name: &str) -> String {
    format!("{}/{PAGE}#{}", topology.runbooks, name.to_ascii_lowercase())
}

/// The multi-window burn rates of a 30-day objective: factor, long window, short window,
/// and whether somebody is paged (share of the budget spent: 2 % in 1 h, 5 % in 6 h, 10 %
/// in 1 d, 10 % in 3 d).
pub const BURN_RATES: [(f64, &str, &str, AlertSeverity); 4] = [
    (14.4, "1h", "5m", AlertSeverity::Critical),
    (6.0, "6h", "30m", AlertSeverity::Critical),
    (3.0, "1d", "2h", AlertSeverity::Warning),
    (1.0, "3d", "6h", AlertSeverity::Warning),
];

/// The windows that recording rules are needed for.
pub const WINDOWS: [&str; 8] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "7d"];

/// The services whose share of failed requests is known, with the query.
pub fn error_ratios<'a>(
    topology: &'a Topology,
    deployment: &'a Deployment,
) -> impl Iterator<Item = &'a SignalQuery> {
    let queries = deployment.signals.iter();
    queries.filter(|q| {
        q.signal == Signal::ErrorRate && topology.services.iter().any(|s| s.name == q.subject)
    })
}

/// All alerts of a system, those of the spec first.
pub fn all_alerts(topology: &Topology, deployment: &Deployment) -> Vec<AlertRule> {
    let mut rules = spec_alerts(topology, deployment);
    rules.extend(derived_alerts(topology, deployment));
    rules
}

//! Alerts, channels and escalations, settled.

use super::*;
use crate::spec::{self, AlertSeverity, Map, Name, Percent, Signal, Threshold};

settled! {
    /// Where people are told. Exactly one of the addresses.
    pub struct Channel from spec::Channel {
        /// A Slack channel.
        pub slack: Option<Text>,
        /// A PagerDuty service.
        pub pagerduty: Option<Text>,
        /// A mail address.
        pub email: Option<Text>,
        /// A web hook.
        pub webhook: Option<Text>,
        /// The regions whose alerts come here; all if left out.
        pub regions: Vec<Ref>,
        /// Whether it is notified of alerts that name no channel, before others of its kind.
        pub default: Flag,
    }
}

settled! {
    /// Escalation policies: who is notified next, and after how long.
    pub struct Escalation from spec::Escalation {
        /// The steps; the one with the shortest `after` comes first.
        pub steps: Map<EscalationStep>,
    }
}

settled! {
    /// One step of an escalation.
    pub struct EscalationStep from spec::EscalationStep {
        /// The channels to notify.
        pub channel: Ref,
        /// The time without an answer after which the next is told.
        pub after: Time,
    }
}

settled! {
    /// A metric with a target and two thresholds.
    pub struct Metric from spec::Metric {
        /// What is measured.
        pub of: Settled<Signal>,
        /// Which datastore, service, queue or host; all that have it if left out.
        pub on: Option<Ref>,
        /// What is aimed at.
        pub target: Option<Settled<Threshold>>,
        /// When it is worth a message.
        pub warning: Option<Settled<Threshold>>,
        /// When it is worth a page.
        pub critical: Option<Settled<Threshold>>,
        /// PromQL, for `of: custom`.
        pub query: Option<Text>,
        /// What it means, for the dashboard.
        pub title: Option<Text>,
    }
}

settled! {
    /// A condition that tells people.
    pub struct Alert from spec::Alert {
        /// What is measured.
        pub of: Settled<Signal>,
        /// Which datastore, service, queue or host; all that have it if left out.
        pub on: Option<Ref>,
        /// The bound.
        pub when: Option<Settled<Threshold>>,
        /// How long it holds before anyone is told.
        pub lasting: Time,
        /// In how many regions at once.
        pub regions: Option<Count>,
        /// The two regions that `latency-skew` compares.
        pub between: Vec<Ref>,
        /// How bad it is.
        pub severity: Settled<AlertSeverity>,
        /// The channels to notify.
        pub tell: Vec<Ref>,
        /// Whose escalation it follows.
        pub escalation: Option<Ref>,
        /// PromQL, for `of: custom`.
        pub query: Option<Text>,
        /// One line for the page; made from the signal if left out.
        pub summary: Option<Text>,
    }
}

settled! {
    /// Metrics, logs, traces and dashboards.
    pub struct Observability from spec::Observability {
        /// Who collects metrics, and how long they are kept.
        pub metrics: Option<Telemetry>,
        /// Who collects logs, and how long they are kept.
        pub logs: Option<Telemetry>,
        /// Who collects traces, and which share.
        pub traces: Option<Telemetry>,
        /// Which dashboards are made.
        pub dashboards: Whole<Dashboards> = |o: &spec::Observability| settle_whole(&o.dashboards, o.span),
        /// Probes from outside.
        pub probes: Vec<Text>,
        /// The time in which alerts of several regions count as one incident.
        pub correlate: Option<Time>,
        /// How often copies of data are compared.
        pub data_checks: Option<Time>,
    }
}

settled! {
    /// One kind of telemetry.
    pub struct Telemetry from spec::Telemetry {
        /// What collects it: `prometheus` or `managed-prometheus` metrics, `elasticsearch` or `cloud-logging` logs, `jaeger` traces; anything that is `external`.
        pub by: Text,
        /// Somebody else runs it: nothing is generated, and where it keeps what it collects counts as a place of the data.
        pub external: Option<Outside>,
        /// How long it is kept.
        pub retention: Option<Time>,
        /// The share of traces that is kept.
        pub sample: Option<Settled<Percent>>,
        /// Whether all regions are brought together, and so leave their own.
        pub across: Flag,
        /// Where PromQL is answered.
        pub address: Option<Text>,
        /// The region or location that keeps it; its own region if left out.
        pub location: Option<Text>,
        /// The datasets that it holds parts of.
        pub carries: Vec<Ref>,
    }
}

settled! {
    /// Dashboards.
    pub struct Dashboards from spec::Dashboards {
        /// One for each region.
        pub per_region: Flag,
        /// One across all regions.
        pub across: Flag,
        /// One more for each service, queue or host named, region beside region.
        pub named: Vec<Ref>,
    }
}

impl Escalation {
    /// The steps by the time after which each is due.
    pub fn in_order(&self) -> Vec<(&Name, &EscalationStep)> {
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by_key(|(_, step)| step.after.millis());
        steps
    }
}

/// Whether what is left out or named in `on` takes in a part.
fn takes_in(on: Option<&Ref>, part: &str) -> bool {
    on.is_none_or(|on| on.value == part)
}

impl Metric {
    /// Whether it shows a signal of a part: its own, or all that have it.
    pub fn is_of(&self, signal: Signal, part: &str) -> bool {
        *self.of == signal && takes_in(self.on.as_ref(), part)
    }
}

impl Alert {
    /// Whether it watches a signal of a part: its own, or all that have it.
    pub fn watches(&self, signal: Signal, part: &str) -> bool {
        *self.of == signal && takes_in(self.on.as_ref(), part)
    }
}

impl Telemetry {
    /// Whether it is collected by that collector, and by us.
    pub fn is_ours(&self, collector: &str) -> bool {
        self.external.is_none() && self.by.as_str() == collector
    }
}

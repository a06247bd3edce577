//! Which queries the alerts and metrics of the spec read, and those that read none.

use crate::deployment::{Deployment, SignalQuery, Unit};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::rules::emission::no_effect::CODE as NO_EFFECT;
use crate::source::Span;
use crate::topology::{Alert, KeyMetric, Metric, Ref, Settled, Signal, Text, Topology};

/// An alert or a metric of the spec that has nothing to read.
pub const UNMEASURED: Code = Code::new("ALT102", "nothing-measures-it");

/// Adds the queries that the spec writes itself, each once.
pub fn custom(topology: &Topology, deployment: &mut Deployment) {
    let metrics = topology
        .metrics
        .iter()
        .map(|m| (m.name.as_str(), &m.metric.of, &m.metric.query));
    let alerts = topology
        .alerts
        .iter()
        .map(|(n, a)| (n.text.as_str(), &a.of, &a.query));
    for (name, of, query) in metrics.chain(alerts) {
        let Some(query) = written(of, query.as_ref()) else {
            continue;
        };
        if deployment.signals.iter().any(|q| q.query == query) {
            continue;
        }
        deployment.signals.push(SignalQuery {
            signal: Signal::Custom,
            subject: name.to_string(),
            region: None,
            between: None,
            query,
            labels: Vec::new(),
            unit: Unit::Count,
            source: "the topology's own query".into(),
            sample: Vec::new(),
        });
    }
}

/// A query of the spec in one line and in brackets, so that a bound applies to all of it.
fn written(of: &Settled<Signal>, query: Option<&Text>) -> Option<String> {
    let query = query.filter(|_| **of == Signal::Custom)?;
    let line: Vec<&str> = query.split_whitespace().collect();
    Some(format!("({})", line.join(" ")))
}

/// Reports every alert and metric of the spec that no query of the clouds answers: nobody
/// would ever be told, or shown anything.
pub fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    check_limits(topology, deployment, out);
    for (_, alert) in topology.alerts.iter() {
        let mut queries = deployment.signals.iter();
        if !queries.any(|q| answers(topology, alert, q)) {
            let query = alert.query.is_some();
            out.push(unmeasured(deployment, &alert.of, alert.on.as_ref(), query));
        }
    }
    for KeyMetric { metric, of_lag, .. } in &topology.metrics {
        let mut queries = deployment.signals.iter();
        let unread = !queries.any(|q| shows(metric, q));
        if unread && *of_lag {
            let of = metric.on.as_ref().map_or("", |on| on.value.as_str());
            out.push(idle("lag", of, metric.of.span));
        } else if unread {
            let query = metric.query.is_some();
            out.push(unmeasured(
                deployment,
                &metric.of,
                metric.on.as_ref(),
                query,
            ));
        }
    }
}

/// Reports limits of replication that nothing can tell of.
fn check_limits(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let Some(replication) = &store.replication else {
            continue;
        };
        for (key, signal, limit) in replication.limits() {
            let mut queries = deployment.signals.iter();
            let read = queries.any(|q| q.signal == signal && q.subject == store.name);
            if let Some(limit) = limit.filter(|_| !read) {
                out.push(idle(key, &store.name, limit.span));
            }
        }
    }
}

fn idle(key: &str, of: &str, place: Span) -> Diagnostic {
    let message = format!("`{key}` has no effect on `{of}`");
    Diagnostic::warning(NO_EFFECT, place, message, "no metric measures it here")
        .help("remove it, or write `metrics` with `of: custom` and a `query`")
}

fn unmeasured(
    deployment: &Deployment,
    of: &Settled<Signal>,
    on: Option<&Ref>,
    query: bool,
) -> Diagnostic {
    let queries = deployment.signals.iter();
    let mut subjects: Vec<&str> = queries
        .filter(|q| q.signal == **of)
        .map(|q| q.subject.as_str())
        .collect();
    subjects.dedup();
    let help = match (**of, subjects.as_slice()) {
        (Signal::Custom, _) if !query => "set `query` to its PromQL".to_string(),
        (Signal::LatencySkew, []) => {
            "it compares a Cloud Run service in two regions: set `between`".to_string()
        }
        (_, []) => "remove it, or set `of: custom` with a `query` on your own metric".to_string(),
        _ => format!("it is measured for {}", subjects.join(", ")),
    };
    let whom = on.map_or(String::new(), |on| format!(" of `{}`", on.value));
    Diagnostic::error(
        UNMEASURED,
        of.span,
        format!("no metric measures `{}`{whom}", of.word()),
        "no such metric",
    )
    .help(help)
}

/// Whether a query answers an alert.
pub fn answers(topology: &Topology, alert: &Alert, query: &SignalQuery) -> bool {
    query.signal == *alert.of
        && match *alert.of {
            Signal::Custom => {
                written(&alert.of, alert.query.as_ref()).is_some_and(|w| w == query.query)
            }
            _ => is_about(topology, alert, query),
        }
}

/// Whether a query shows a metric of the topology.
pub fn shows(metric: &Metric, query: &SignalQuery) -> bool {
    match *metric.of {
        Signal::Custom => {
            query.signal == Signal::Custom
                && written(&metric.of, metric.query.as_ref()).is_some_and(|w| w == query.query)
        }
        _ => metric.is_of(query.signal, &query.subject),
    }
}

/// Whether an alert means this query: the one of its part and its two regions. A silent
/// region that is not one of a part is one of the whole system.
fn is_about(topology: &Topology, alert: &Alert, query: &SignalQuery) -> bool {
    let on = alert.on.as_ref().map(|o| o.value.as_str());
    let on = match *alert.of {
        Signal::RegionSilent => Some(on.unwrap_or(&topology.name)),
        _ => on,
    };
    let between = query.between.is_none_or(|(a, b)| {
        let names = [a, b].map(|id| topology.region(id).name.as_str());
        alert.between.iter().map(|r| r.as_str()).eq(names)
    });
    on.is_none_or(|o| o == query.subject) && between
}

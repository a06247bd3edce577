//! The series that a PromQL expression reads, and who produces them.

use super::alerts::all_alerts;
use crate::catalog::providers::measures;
use crate::deployment::contract::{CONTRACT, Contract};
use crate::deployment::{Deployment, SignalQuery};
use crate::topology::Topology;
use std::collections::BTreeSet;

/// A series selector in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector<'a> {
    /// The metric's name.
    pub metric: &'a str,
    /// The matchers, without braces.
    pub matchers: &'a str,
    /// The range in milliseconds, if it asks for one.
    pub range: Option<u64>,
}

/// Who makes a series, and so how often it has a new sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Producer {
    /// A rule of ours, or Prometheus itself.
    Rules,
    /// The probes from outside that the contract asks for.
    Probes,
    /// Something of the system that the contract asks for.
    Contract,
    /// An exporter, sidecar or node that is scraped.
    Scrape,
    /// The cloud's own monitoring.
    Cloud,
}

/// How the names begin of what is scraped: Istio's sidecars, cAdvisor, kube-state-metrics, the
/// exporters of Redis, of Redis Enterprise and of PostgreSQL's subscriptions.
pub const SCRAPED: [&str; 6] = [
    "istio_",
    "container_",
    "kube_",
    "redis_",
    "database_syncer_",
    "pglogical_",
];

impl Producer {
    /// Who makes a metric; `None` if nobody does.
    pub fn of(metric: &str) -> Option<Producer> {
        let asked_for = CONTRACT.iter().any(|c| c.name == metric);
        if metric.starts_with("slo:") || metric == "ALERTS" {
            Some(Producer::Rules)
        } else if measures(metric) {
            Some(Producer::Cloud)
        } else if asked_for && metric.starts_with("probe_") {
            Some(Producer::Probes)
        } else if asked_for {
            Some(Producer::Contract)
        } else {
            let scraped = SCRAPED.iter().any(|start| metric.starts_with(start));
            scraped.then_some(Producer::Scrape)
        }
    }
}

/// The metrics that the services of a system have to export: what its alerts and dashboards
/// read, without what an exporter of ours makes under the same name.
pub fn contract(topology: &Topology, deployment: &Deployment) -> Vec<Contract> {
    let rules = all_alerts(topology, deployment);
    let rules = rules.iter().flat_map(|rule| selectors(&rule.expr));
    let mut read: BTreeSet<&str> = rules.map(|s| s.metric).collect();
    let mut ours = BTreeSet::new();
    for query in &deployment.signals {
        let names = selectors(&query.query).into_iter().map(|s| s.metric);
        if query.from_contract() {
            read.extend(names);
        } else {
            ours.extend(names);
        }
    }
    let asked = CONTRACT.iter();
    let asked = asked.filter(|c| read.contains(&*c.name) && !ours.contains(&*c.name));
    let boards = deployment.boards.iter().flat_map(|b| &b.panels);
    let shown = boards.flat_map(|p| selectors(&p.query)).map(|s| s.metric);
    let all: BTreeSet<&str> = read.iter().chain(&ours).copied().chain(shown).collect();
    let foreign = all
        .into_iter()
        .filter_map(|name| of_others(name, deployment));
    asked.cloned().chain(foreign).collect()
}

/// A series that exists and that nothing emitted exports.
fn of_others(name: &str, deployment: &Deployment) -> Option<Contract> {
    let mut unexported = deployment.unexported.iter();
    let unexported = unexported.find(|u| name.starts_with(u.prefix))?;
    let reads = |q: &&SignalQuery| selectors(&q.query).iter().any(|s| s.metric == name);
    let signal = deployment.signals.iter().find(reads);
    let meaning = signal.map_or("defined by its exporter", |q| q.source.as_str());
    Some(Contract {
        name: name.to_string().into(),
        kind: "defined by its exporter",
        labels: "set by its exporter",
        by: unexported.by,
        meaning: meaning.to_string().into(),
    })
}

/// Words that stand where a metric could, and those that a list of labels follows.
const OPERATORS: [&str; 5] = ["and", "or", "unless", "bool", "offset"];
const GROUPINGS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// All selectors of an expression, in its order. What it looks at is ASCII, so it goes by bytes.
pub fn selectors(expr: &str) -> Vec<Selector<'_>> {
    let bytes = expr.as_bytes();
    let mut found: Vec<Selector<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        match first {
            b'"' => at = quoted(bytes, at),
            // Numbers and durations.
            b'0'..=b'9' => at = end_of(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'.'),
            // The range of a subquery.
            b'[' => {
                let end = end_of(bytes, at, |b| b != b']');
                if let Some(last) = found.last_mut() {
                    last.range = last.range.max(range(&expr[at + 1..end]));
                }
                at = end + 1;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let end = end_of(bytes, at, is_name);
                let name = &expr[at..end];
                let next = end_of(bytes, end, |b| b.is_ascii_whitespace());
                at = end;
                if GROUPINGS.contains(&name) {
                    if bytes.get(next) == Some(&b'(') {
                        at = end_of(bytes, next, |b| b != b')') + 1;
                    }
                } else if !OPERATORS.contains(&name) && !calls(expr, next) {
                    let (matchers, after) = matchers(expr, end);
                    found.push(Selector {
                        metric: name,
                        matchers,
                        range: None,
                    });
                    at = after;
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// The first place from one on whose byte is none of some.
fn end_of(bytes: &[u8], mut at: usize, among: impl Fn(u8) -> bool) -> usize {
    while at < bytes.len() && among(bytes[at]) {
        at += 1;
    }
    at
}

/// Whether what follows a name makes it a function or an aggregation.
fn calls(expr: &str, next: usize) -> bool {
    let bytes = expr.as_bytes();
    let word = &expr[next..end_of(bytes, next, is_name)];
    bytes.get(next) == Some(&b'(') || matches!(word, "by" | "without")
}

fn is_name(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b':')
}

/// Where the text ends that begins with a quote at a place.
fn quoted(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The matchers of a selector, without braces, and where what follows begins.
fn matchers(expr: &str, from: usize) -> (&str, usize) {
    let bytes = expr.as_bytes();
    if bytes.get(from) != Some(&b'{') {
        return ("", from);
    }
    let mut at = from + 1;
    while at < bytes.len() && bytes[at] != b'}' {
        at = match bytes[at] {
            b'"' => quoted(bytes, at),
            _ => at + 1,
        };
    }
    (&expr[from + 1..at], at + 1)
}

/// The range in brackets, without the step of a subquery.
fn range(inside: &str) -> Option<u64> {
    millis(inside.split(':').next().unwrap_or(inside))
}

/// A duration of PromQL in milliseconds: `5m`, `1h30m`.
pub fn millis(text: &str) -> Option<u64> {
    let mut total = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let ends = unit
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(unit.len());
        let factor = match &unit[..ends] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total += number.checked_mul(factor)?;
        rest = &unit[ends..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::{millis, selectors};

    #[test]
    fn selectors_are_found_among_functions_and_groupings() {
        let read = |expr| -> Vec<(&str, &str, Option<u64>)> {
            let all = selectors(expr).into_iter();
            all.map(|s| (s.metric, s.matchers, s.range)).collect()
        };
        let one = |metric, matchers, range| (metric, matchers, range);
        assert_eq!(
            read(
                "1 - (avg by (region) (avg_over_time(probe_success{job=\"a{b}\"}[15s])) >= bool 0.5) > 1e3"
            ),
            [one("probe_success", "job=\"a{b}\"", Some(15_000))]
        );
        assert_eq!(
            read("a_total offset 5m unless on (x) b:rate1h{le!=\"}\\\"\"} or sum(c) by (d)"),
            [
                one("a_total", "", None),
                one("b:rate1h", "le!=\"}\\\"\"", None),
                one("c", "", None),
            ]
        );
        assert_eq!(
            read("count_over_time((s == 2)[10m:1m])"),
            [one("s", "", Some(600_000))]
        );
        assert_eq!(read("vector(1)"), []);
        assert_eq!(read("x{a=\"é"), [one("x", "a=\"é", None)]);
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("90"), None);
    }
}

//! How often probes ask, series are scraped and rules are evaluated, and when an alert fires
//! by that.

use super::alerts::{About, AlertRule};
use super::series::{Producer, Selector, millis, selectors};
use super::signals::counts_newborn;
use crate::deployment::{AlertTiming, Deployment, GROUP_WAIT_SECONDS, Unit};
use crate::format::promql;
use crate::topology::Signal;
use crate::topology::settings::Check;
use crate::topology::{Promisee, Scenario, Topology};

/// Seconds between two evaluations of alerts where nothing asks for less, and of recordings.
pub const SLOWEST_EVALUATION: u64 = 30;
/// Seconds between two scrapes, by collectors and of collectors.
pub const SCRAPE_SECONDS: u64 = 15;
/// Probes in the window of a silent region: of three, two must fail.
const PROBES: u64 = 3;
/// How long Prometheus shows the last sample of a series that nobody says has ended
/// (`query.lookback-delta`), in milliseconds.
const LOOKBACK: u64 = 300_000;

/// Seconds between two evaluations of alerts: half a minute, and less where so little is
/// promised that an alert could not come in time.
pub fn evaluation_seconds(topology: &Topology) -> u64 {
    let services = topology.hosts.iter().map(|h| Promisee::Service(h.service));
    let promises = services.filter_map(|s| topology.promises().of(s, Scenario::ANY_REGION).rto);
    let shortest = promises.map(|p| p.time().secs()).min();
    shortest.map_or(SLOWEST_EVALUATION, |s| (s / 6).clamp(1, SLOWEST_EVALUATION))
}

/// The health checks of hosts, the most frequent first.
fn check(topology: &Topology) -> Option<Check> {
    let checks = topology.hosts.iter().filter_map(|h| topology.notices(h));
    checks.min_by_key(|c| c.every)
}

/// Seconds between two probes of a region from outside: as often as the health checks that
/// move users, and as often as the promise needs.
pub fn probe_seconds(topology: &Topology) -> u64 {
    let every = check(topology).map_or(SCRAPE_SECONDS, |c| c.every);
    let most = SCRAPE_SECONDS.min(evaluation_seconds(topology));
    every.clamp(1, most)
}

/// Seconds after which a probe has failed: never longer than until the next.
pub fn probe_timeout(topology: &Topology) -> u64 {
    let timeout = check(topology).map_or(5, |c| c.timeout);
    timeout.clamp(1, probe_seconds(topology))
}

/// The range over which probes tell that a region is silent, as PromQL.
pub fn silent_window(topology: &Topology) -> String {
    format!("{}s", PROBES * probe_seconds(topology))
}

/// Seconds between two evaluations of a rule: at most as often as it can change, and so that
/// its `for` ends on one.
pub fn evaluation(topology: &Topology, rule: &AlertRule) -> u64 {
    let most = match counts_probes(rule) {
        true => probe_seconds(topology),
        false => evaluation_seconds(topology),
    };
    match rule.lasting_seconds {
        0 => most,
        hold if hold < most => hold,
        hold => {
            let mut fitting = (most.div_ceil(2)..=most).rev();
            fitting.find(|e| hold % e == 0).unwrap_or(most)
        }
    }
}

/// Whether a rule asks for each region whether most of the last probes failed.
fn counts_probes(rule: &AlertRule) -> bool {
    let silence = [Signal::RegionSilent, Signal::HealthFailures];
    let about = matches!(rule.about, Some(About::Signal(signal)) if silence.contains(&signal));
    about && rule.expr.contains("probe_success")
}

/// When an alert fires and is notified, by the fields of its rule as they are emitted.
pub fn timing(topology: &Topology, deployment: &Deployment, rule: &AlertRule) -> AlertTiming {
    let read = selectors(&rule.expr);
    AlertTiming {
        window: window(topology, rule, &read),
        scrape: scrape(topology, deployment, &read),
        evaluation: evaluation(topology, rule) * 1000,
        hold: rule.lasting_seconds * 1000,
        group_wait: GROUP_WAIT_SECONDS * 1000,
    }
}

/// The part of a range that has to be bad: of probes the second of three, or the third where
/// four fall into the window; of a share as much as its bound, when everything fails; of
/// events none, since the first counts; else all of it.
fn window(topology: &Topology, rule: &AlertRule, read: &[Selector<'_>]) -> (u64, u64) {
    let probe = probe_seconds(topology) * 1000;
    if counts_probes(rule) {
        return (probe, 2 * probe);
    }
    let recorded = |s: &Selector<'_>| millis(s.metric.strip_prefix("slo:error_ratio:rate")?);
    let ranges = read.iter().filter_map(|s| s.range.or_else(|| recorded(s)));
    let gone = rule.expr.contains("absent(").then_some(LOOKBACK);
    let range = ranges.chain(gone).max().unwrap_or(0);
    let part = match rule.bound {
        Some((">", 0.0)) if counts_newborn(&rule.expr) => 0.0,
        Some((">" | ">=", bound)) if rule.unit == Unit::Ratio => bound.clamp(0.0, 1.0),
        _ => 1.0,
    };
    let seconds = (range as f64 / 1000.0 * part).ceil() as u64;
    (0, seconds * 1000)
}

/// Milliseconds between two samples of what is read; `None` if anything has no known pace.
fn scrape(topology: &Topology, deployment: &Deployment, read: &[Selector<'_>]) -> Option<u64> {
    let paces = read.iter().map(|selector| {
        let of = Producer::of(selector.metric)?;
        match of {
            Producer::Rules => recorded(topology, deployment, selector),
            other => sampled(topology, other),
        }
    });
    let paces: Option<Vec<u64>> = paces.collect();
    Some(paces?.into_iter().max().unwrap_or(0))
}

/// What a recording reads, and its own evaluation after that.
fn recorded(topology: &Topology, deployment: &Deployment, selector: &Selector<'_>) -> Option<u64> {
    let mut signals = deployment.signals.iter();
    let query = signals.find(|q| {
        q.signal == Signal::ErrorRate
            && selector.matchers == format!("service={}", promql::value(&q.subject))
    });
    let sources = query.map(|q| selectors(&q.query)).unwrap_or_default();
    let sources = sources
        .iter()
        .map(|s| sampled(topology, Producer::of(s.metric)?));
    let sources: Option<Vec<u64>> = sources.collect();
    Some(sources?.into_iter().max().unwrap_or(0) + SLOWEST_EVALUATION * 1000)
}

fn sampled(topology: &Topology, producer: Producer) -> Option<u64> {
    let metrics = topology.observability.metrics.as_ref();
    // A server asks the collectors of all regions, which scrape.
    let federated = metrics.is_some_and(|m| m.by.as_str() == "prometheus");
    let hops = if federated { 2 } else { 1 };
    match producer {
        Producer::Probes => Some((probe_seconds(topology) + probe_timeout(topology)) * 1000),
        Producer::Rules => Some(SLOWEST_EVALUATION * 1000),
        Producer::Contract | Producer::Scrape => Some(hops * SCRAPE_SECONDS * 1000),
        Producer::Cloud => None,
    }
}

//! What the compiler works out from values of the spec: times that rest on them, verdicts of
//! promises, shares of traffic.

use crate::Compilation;
use crate::analysis::recovery::verdict::Verdict;
use crate::analysis::term::interval;
use crate::analysis::view::conditions;
use crate::deployment::routes::Sender;
use crate::source::Span;
use crate::spec::Duration;
use crate::topology::RegionId;
use std::collections::BTreeMap;

/// The worst result of a promise.
pub(super) struct Judged {
    /// The judgement.
    pub(super) verdict: Verdict,
    /// The interval for people: `17s .. 3m14s`.
    pub(super) interval: String,
    /// What was lost, and of what: `lose us-central1, api`.
    pub(super) of: String,
    /// What is promised.
    pub(super) promised: Duration,
    /// What has to hold where it is met if; empty otherwise.
    conditions: Vec<String>,
    high: u64,
}

impl Judged {
    /// `worst 3m14s of 5m, lose us-central1, api: met if promote sessions within 5s`.
    pub(super) fn words(&self) -> String {
        let Judged {
            interval,
            of,
            promised,
            conditions,
            ..
        } = self;
        let verdict = format!("{} {}", self.verdict.word(), conditions.join(", "));
        format!(
            "worst {interval} of {promised}, {of}: {}",
            verdict.trim_end()
        )
    }
}

/// The worst result of each promise, by the place of the promise.
pub(super) fn judged(done: &Compilation) -> BTreeMap<Span, Judged> {
    let mut worst: BTreeMap<Span, Judged> = BTreeMap::new();
    let (Some(analysis), Some(topology)) = (done.today(), &done.topology) else {
        return worst;
    };
    let mut add = |promise: Option<crate::topology::Promise>, judged: Judged| {
        let Some(promise) = promise else { return };
        let rank = |j: &Judged| (j.verdict, j.high);
        let known = worst.get(&promise.span);
        if known.is_none_or(|known| rank(known) < rank(&judged)) {
            worst.insert(promise.span, judged);
        }
    };
    for time in &analysis.recovery.times {
        let (low, high) = time.budget.total();
        let of = time.subject.name(topology);
        add(
            time.promise,
            Judged {
                verdict: time.verdict,
                interval: high.map_or(interval(low, high), |h| interval(h, Some(h))),
                of: format!("{}, {of}", time.scenario.title(topology)),
                promised: time.promise.map_or(Duration::from_millis(0), |p| p.time()),
                conditions: conditions(time.verdict, time.budget.assumptions().into_iter()),
                high: high.unwrap_or(u64::MAX),
            },
        );
    }
    for loss in &analysis.recovery.losses {
        let best = loss.remaining.first().map(|r| &r.lacks);
        let high = best.and_then(|l| l.high);
        let store = &topology.datastore(loss.store).name;
        let of = loss
            .dataset
            .as_ref()
            .map_or(store.clone(), |d| format!("{store}.{d}"));
        let shown = match (best, high) {
            (None, _) => "everything".into(),
            (Some(_), Some(h)) => interval(h, Some(h)),
            (Some(lacks), None) => interval(lacks.low, None),
        };
        add(
            loss.promise,
            Judged {
                verdict: loss.verdict,
                interval: shown,
                of: format!("{}, {of}", loss.scenario.title(topology)),
                promised: loss.promise.map_or(Duration::from_millis(0), |p| p.time()),
                conditions: conditions(loss.verdict, best.into_iter()),
                high: high.unwrap_or(u64::MAX),
            },
        );
    }
    worst
}

/// The times that rest on a value, a line each: `detect api: 5s .. 12s, health check 5s x 2 + 2s`.
pub(super) fn times(done: &Compilation, place: Span) -> Vec<String> {
    let inside = |span: Span| {
        let outer = span.start <= place.start && place.end <= span.end;
        let inner = place.start <= span.start && span.end <= place.end;
        span.file == place.file && (outer || inner)
    };
    let mut lines = Vec::new();
    for time in done.today().iter().flat_map(|a| &a.recovery.times) {
        for node in &time.budget.nodes {
            let term = &node.term;
            if term.span.is_some_and(inside) {
                let line = format!(
                    "{} {}: {}, {}",
                    term.step.word(),
                    term.of,
                    term.interval(),
                    term.because
                );
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    lines
}

/// Where the users of each host come in, as far as it is a region's: `50 % of shop.example.com`.
pub(super) fn shares(done: &Compilation, region: &str) -> Vec<String> {
    let (Some(topology), Some(deployment)) = (&done.topology, &done.deployment) else {
        return Vec::new();
    };
    let Some(RegionId(wanted)) = topology.region_named(region) else {
        return Vec::new();
    };
    let routes = deployment.routes.iter().filter_map(|route| {
        let Sender::Users(host) = route.from else {
            return None;
        };
        let part = |shares: &[(RegionId, f64)]| {
            let here = shares.iter().filter(|(r, _)| r.0 == wanted);
            here.map(|(_, share)| share * 100.0).sum::<f64>()
        };
        let normal = part(&route.shares);
        let most = route
            .after
            .iter()
            .map(|(_, shares)| part(shares))
            .fold(normal, f64::max);
        let (normal, most) = (normal.round() as u32, most.round() as u32);
        let name = &topology.host(host).name;
        let said = format!("{normal} % of {name}; up to {most} % after the loss of another region");
        (most > 0).then_some(said)
    });
    routes.collect()
}

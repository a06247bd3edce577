//! Services on Kubernetes: leaving dead pods, and growing.

use crate::analysis::Context;
use crate::analysis::term::{Change, Class, Source, Step, Term};
use crate::cloud::recovery::{noticed, readings};
use crate::deployment::routes::{Arrival, Edge};
use crate::topology::settings::{
    CONNECT_TIMEOUT, GATEWAY_PODS, REQUEST_RATE_WINDOW, SCALE_OUT_PERCENT, SCALE_OUT_PERIOD,
    SCALE_OUT_PODS,
};
use crate::topology::{Duration, FactKind, Policy, Scenario};
use crate::topology::{RegionId, Service, ServiceId, Topology};

/// How traffic leaves dead replicas: the mesh ejects them after errors in a row, else
/// readiness and the endpoints behind it.
pub(super) fn replica(context: &Context, service: &Service, scenario: Scenario) -> Vec<Term> {
    if let Scenario::Region(lost) = scenario {
        return left_by_mesh(context, service, lost);
    }
    let pairs = pairs(context, service, &[]);
    let terms = match ejection(context, service, scenario, pairs) {
        Some(ejected) => vec![ejected],
        None => probed(service, scenario),
    };
    context.narrowed(terms, FactKind::Detect, &service.name)
}

/// The kubelet's probes notice, and endpoints are updated.
fn probed(service: &Service, scenario: Scenario) -> Vec<Term> {
    let noticed = match scenario {
        Scenario::Pod => readiness(service),
        // Who would probe is lost as well.
        _ => Term::fact(Step::Detect, &service.name, "kubernetes.node-lost"),
    };
    let endpoints = Term::fact(Step::Detect, &service.name, "kubernetes.endpoints");
    vec![noticed, endpoints.change(measure(service))]
}

fn measure(service: &Service) -> Change {
    Change::Measure {
        of: FactKind::Detect.word(),
        on: service.name.clone(),
    }
}

/// Where the mesh sends calls to a lost region, only errors make it stop: what is lost cannot
/// tell the other clusters that its endpoints are gone.
fn left_by_mesh(context: &Context, service: &Service, lost: RegionId) -> Vec<Term> {
    if context.topology.mesh.is_none() {
        return Vec::new();
    }
    let mut pairs = pairs(context, service, &[lost]);
    pairs.retain(|p| p.from != lost && p.to == lost);
    if pairs.is_empty() {
        return Vec::new();
    }
    let ejected = ejection(context, service, Scenario::Region(lost), pairs);
    let unknown = || {
        let term = Term::fact(Step::Detect, &service.name, "istio.ejection");
        term.at(service.span).change(measure(service))
    };
    let term = ejected.unwrap_or_else(unknown);
    context.narrowed(vec![term], FactKind::Detect, &service.name)
}

/// So many failed requests in a row, seen by each caller for itself: at the declared peak by
/// the one that calls a replica most rarely, each as long as a try may take.
fn ejection(
    context: &Context,
    service: &Service,
    scenario: Scenario,
    pairs: Vec<Pair>,
) -> Option<Term> {
    let (errors, at_most) = service.ejection();
    let peak = service.capacity.as_ref()?.peak.as_ref()?;
    if !may_leave_out(context.topology, service, scenario, at_most) {
        return None;
    }
    let rarest = pairs.into_iter().map(|p| p.rate);
    let rarest = rarest.min_by(f64::total_cmp)?;
    let (amount, seconds) = peak.parts();
    let rate = amount as f64 / seconds as f64 * rarest;
    let eject = service.calls.as_ref().and_then(|c| c.eject.as_ref());
    if rate <= 0.0 {
        return None;
    }
    let Some(wait) = service.longest_try() else {
        let term = Term::fact(Step::Detect, &service.name, "istio.no-timeout");
        return Some(term.at(service.span).change(measure(service)));
    };
    // Saturates; what is less than a part of a millisecond comes from rounding.
    let calls = (f64::from(errors) * 1000.0 / rate - ROUNDING).ceil() as u64;
    // A dead replica answers nothing: each error comes when its try has timed out.
    let waits = wait.saturating_mul(errors.into());
    let high = calls.saturating_add(waits).saturating_add(CONNECT_TIMEOUT);
    let because = format!(
        "ejected after {errors} errors in a row, each after {} at most, and {} to connect; at peak \
         the rarest caller sees {rate:.1}/s of a replica",
        Duration::from_millis(wait),
        Duration::from_millis(CONNECT_TIMEOUT)
    );
    Some(Term {
        class: Class::Measured,
        ..Term::emitted(Step::Detect, &service.name, (0, high), because)
            .read(readings::ejection(context, service, wait))
            .at(eject.map_or(service.span, |e| e.errors.span))
            .change(Change::Count {
                name: "errors",
                count: errors.into(),
                fixed: CONNECT_TIMEOUT,
            })
    })
}

/// See [`ejection`].
const ROUNDING: f64 = 1e-6;

/// Calls from one region's callers to one region's replicas: the part of all calls that one
/// caller makes of one replica.
struct Pair {
    from: RegionId,
    to: RegionId,
    rate: f64,
}

/// Who calls whom at all, once the edge has moved the users of a lost region if there is one:
/// as the mesh sends calls as long as no caller has seen an error.
fn pairs(context: &Context, service: &Service, lost: &[RegionId]) -> Vec<Pair> {
    let topology = context.topology;
    let Some(id) = topology.service_named(&service.name) else {
        return Vec::new();
    };
    let mesh = &context.deployment.mesh;
    let mut pairs = Vec::new();
    for (arrival, callers) in callers(topology, id, service, lost) {
        let list = mesh.list(id, arrival.at, arrival.home);
        for (to, share) in list.map_or(Vec::new(), |l| l.shares(&[])) {
            let placement = service.placements.iter().find(|p| p.region == to);
            let pods = placement.map_or(0, |p| service.most(p));
            let rate = arrival.part * share / f64::from(callers) / f64::from(pods);
            if rate > 0.0 && rate.is_finite() {
                let from = arrival.at;
                pairs.push(Pair { from, to, rate });
            }
        }
    }
    pairs
}

/// Where calls arise, and from how many pods there: the gateways in front of a host, else the
/// replicas of the one service that calls. How calls divide among several services is not
/// declared.
fn callers(
    topology: &Topology,
    id: ServiceId,
    service: &Service,
    lost: &[RegionId],
) -> Vec<(Arrival, u32)> {
    let edge = Edge::of(topology);
    let weighted = |service: &Service| {
        let at: Vec<RegionId> = service.placements.iter().map(|p| p.region).collect();
        edge.arrivals(service, &at, &[Policy::Weight], lost)
    };
    let mut hosts = topology.hosts.iter().filter(|h| h.service == id).peekable();
    if hosts.peek().is_some() {
        let arrivals = match hosts.find(|h| h.region.is_none()) {
            Some(host) => edge.users(host, lost),
            None => weighted(service),
        };
        return arrivals.into_iter().map(|a| (a, GATEWAY_PODS)).collect();
    }
    let calls = |s: &&Service| s.needs.contains(&id);
    let all: Vec<&Service> = topology.services.iter().filter(calls).collect();
    let [only] = all[..] else {
        return Vec::new();
    };
    if !only.on_cluster() {
        return Vec::new();
    }
    let pods = |r: RegionId| {
        let placement = only.placements.iter().find(|p| p.region == r);
        placement.map_or(0, |p| only.most(p))
    };
    let arrivals = weighted(only).into_iter();
    arrivals.map(|a| (a, pods(a.at))).collect()
}

/// Whether the mesh may leave out as many replicas at once as a scenario takes.
fn may_leave_out(topology: &Topology, service: &Service, scenario: Scenario, at_most: u32) -> bool {
    let at_most = u64::from(at_most);
    let fewest: u64 = service
        .placements
        .iter()
        .map(|p| u64::from(p.replicas.min))
        .sum();
    service.placements.iter().all(|placement| {
        let least = u64::from(placement.replicas.min);
        let most = u64::from(service.most(placement));
        let others = fewest - least;
        let fits = |gone: u64, of: u64| gone * 100 <= at_most * of;
        match scenario {
            Scenario::Region(lost) => lost != placement.region || fits(most, most + others),
            Scenario::Pod => fits(1, fewest),
            _ => {
                // A zone's share is largest where one more than fills the zones runs.
                let zones = topology.region(placement.region).place.spread().len() as u64;
                let first = least + (zones + 1 - least % zones) % zones;
                let last = most.saturating_sub((most + zones - 1) % zones);
                let worst = [least, first, last].into_iter();
                let mut worst = worst.filter(|n| (least..=most).contains(n));
                worst.all(|n| fits(n.div_ceil(zones), n + others))
            }
        }
    })
}

/// A process that ends is seen at once; one that hangs fails its probes.
fn readiness(service: &Service) -> Term {
    let check = service.readiness();
    let readings = readings::readiness(service);
    let term = noticed(&service.name, "readiness", check, readings);
    Term { low: 0, ..term }.change(Change::Interval {
        failures: u64::from(check.failures),
        timeout: check.timeout * 1000,
        fixed: 0,
        longer: true,
        allowed: &[],
    })
}

/// Growing: the metric, rounds of the autoscaler, nodes, images, start.
pub(super) fn grow(
    context: &Context,
    service: &Service,
    region: RegionId,
    before: u32,
    needed: u32,
) -> Vec<Term> {
    let name = &service.name;
    let place = &context.topology.region(region).name;
    let rounds = rounds(before, needed);
    let period = SCALE_OUT_PERIOD * 1000;
    let because = format!(
        "{name} in {place} from {before} to {needed} replicas: {rounds} x {SCALE_OUT_PERIOD}s"
    );
    let scale = Term::emitted(
        Step::WarmUp,
        name,
        ((rounds - 1) * period, rounds * period),
        because,
    )
    .read(readings::rounds(context, service, region))
    .at(service.span)
    .change(Change::Replicas(vec![(place.clone(), needed)]));
    let start = service.capacity.as_ref().and_then(|c| c.start.as_ref());
    let mut terms = vec![
        metric(context, service, region),
        Term::fact(Step::WarmUp, name, "kubernetes.autoscaler-sync"),
    ];
    terms.extend(woken(context, service, region).filter(|_| before == 0));
    terms.extend(stabilized(context, service, region));
    terms.push(scale);
    terms.push(Term::fact(Step::WarmUp, name, "kubernetes.nodes"));
    terms.push(
        Term::fact(Step::WarmUp, name, "kubernetes.image-pull").change(Change::Measure {
            of: "warm-up",
            on: name.clone(),
        }),
    );
    terms.extend(start.map(|start| {
        Term {
            class: Class::Measured,
            source: Source::Spec,
            ..Term::emitted(Step::WarmUp, name, (0, start.millis()), "starts".into())
        }
        .at(start.span)
        .change(Change::Value("start"))
    }));
    terms
}

/// From no replica on, the scaler itself starts the first one, when it next looks at its triggers.
fn woken(context: &Context, service: &Service, region: RegionId) -> Option<Term> {
    let every = &service.scale_on.as_ref()?.every;
    let time = Duration::from_secs(every.secs());
    let because = format!("the scaler looks every {time}");
    let term = Term::emitted(Step::WarmUp, &service.name, (0, time.millis()), because);
    let term = term.read(readings::polling(context, service, region, every.secs()));
    Some(term.at(every.span).change(Change::Value("every")))
}

/// The smallest recommendation of a window counts: growth waits until the load fills it.
fn stabilized(context: &Context, service: &Service, region: RegionId) -> Option<Term> {
    let window = &service.scale_on.as_ref()?.out_after;
    let time = Duration::from_secs(window.secs());
    let because = format!("the smallest recommendation of {time} counts");
    let term = Term::emitted(Step::WarmUp, &service.name, (0, time.millis()), because);
    let term = term
        .read(readings::window(context, service, region, window.secs()))
        .at(window.span)
        .change(Change::Value("out_after"));
    (!term.is_zero()).then_some(term)
}

/// Until the scaler's metric shows the whole load.
fn metric(context: &Context, service: &Service, region: RegionId) -> Term {
    let scale = service.scale_on.as_ref();
    match scale.and_then(|s| s.requests.as_ref()) {
        Some(requests) => {
            let window = REQUEST_RATE_WINDOW * 1000;
            let because = format!("request rate averaged over {REQUEST_RATE_WINDOW}s");
            Term::emitted(Step::WarmUp, &service.name, (0, window), because)
                .read(readings::rate(context, service, region))
                .at(requests.span)
        }
        None => Term::fact(Step::WarmUp, &service.name, "kubernetes.metrics"),
    }
}

/// How many rounds the autoscaler needs: each doubles, or adds a few where that is more.
pub fn rounds(before: u32, needed: u32) -> u64 {
    let mut now = u64::from(before.max(1));
    let mut rounds = 0;
    while now < u64::from(needed) {
        let percent = now * u64::from(SCALE_OUT_PERCENT) / 100;
        now += percent.max(SCALE_OUT_PODS.into());
        rounds += 1;
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_autoscaler_doubles_or_adds_four() {
        assert_eq!(rounds(2, 2), 0);
        assert_eq!(rounds(2, 6), 1);
        assert_eq!(rounds(5, 10), 1);
        assert_eq!(rounds(5, 11), 2);
        assert_eq!(rounds(1, 20), 3);
    }
}

//! Services on Kubernetes: leaving dead pods, and growing.

use super::noticed;
use crate::analysis::Context;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, Class, Source, Step, Term};
use crate::topology::knobs::{
    GATEWAY_PODS, REQUEST_RATE_WINDOW, SCALE_OUT_PERCENT, SCALE_OUT_PERIOD, SCALE_OUT_PODS,
};
use crate::topology::{RegionId, Service};

/// How traffic leaves dead replicas: the mesh ejects them after failures in a row, else
/// readiness and the endpoints behind it.
pub(super) fn replica(context: &Context, service: &Service, _: Scenario) -> Vec<Term> {
    match ejection(context, service) {
        Some(term) => vec![term],
        None => vec![
            noticed(&service.name, "readiness", service.readiness()),
            Term::fact(Step::Detect, &service.name, "kubernetes.endpoints"),
        ],
    }
}

/// `errors` failed requests in a row, seen by each gateway for itself. At the declared peak
/// each replica gets what it can bear at the aimed use, spread over the gateways.
fn ejection(context: &Context, service: &Service) -> Option<Term> {
    context.topology.spec.mesh.as_ref()?;
    let eject = service.written.calls.as_ref()?.eject.as_ref()?;
    let capacity = service.written.capacity.as_ref()?;
    let bears = capacity.per_replica.as_ref()?.per_second() * capacity.target.ratio();
    // Replicas below the aimed use get less: at least the share of peak of the full set.
    let most: u32 = service.placements.iter().map(|p| p.replicas.max).sum();
    let peak = capacity.peak.as_ref()?.per_second();
    let least = (peak / f64::from(most.max(1))).min(bears) / f64::from(GATEWAY_PODS);
    let errors = f64::from(eject.errors.value);
    let millis = (errors / least * 1000.0).ceil() as u64;
    let because = format!(
        "ejected after {} errors in a row, at {least:.1}/s of peak from each gateway",
        eject.errors.value
    );
    Some(Term {
        class: Class::Declared,
        ..Term::knob(Step::Detect, &service.name, (0, millis), because)
            .at(eject.errors.span)
            .change(Change::Value("errors"))
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
    let scale = Term::knob(
        Step::WarmUp,
        name,
        ((rounds - 1) * period, rounds * period),
        because,
    )
    .at(service.span)
    .change(Change::Replicas {
        region: place.clone(),
        min: needed,
    });
    let start = service
        .written
        .capacity
        .as_ref()
        .and_then(|c| c.start.as_ref());
    let mut terms = vec![
        metric(service),
        Term::fact(Step::WarmUp, name, "kubernetes.autoscaler-sync"),
        scale,
    ];
    terms.push(Term::fact(Step::WarmUp, name, "kubernetes.nodes"));
    terms.push(
        Term::fact(Step::WarmUp, name, "kubernetes.image-pull").change(Change::Measure {
            of: "warm-up",
            on: name.clone(),
        }),
    );
    terms.extend(start.map(|start| {
        Term {
            class: Class::Declared,
            source: Source::Spec,
            ..Term::knob(Step::WarmUp, name, (0, start.millis()), "starts".into())
        }
        .at(start.span)
        .change(Change::Value("start"))
    }));
    terms
}

/// Until the scaler's metric shows the whole load.
fn metric(service: &Service) -> Term {
    let scale = service.written.scale_on.as_ref();
    match scale.and_then(|s| s.requests.as_ref()) {
        Some(requests) => {
            let window = REQUEST_RATE_WINDOW * 1000;
            let because = format!("request rate averaged over {REQUEST_RATE_WINDOW}s");
            Term::knob(Step::WarmUp, &service.name, (0, window), because).at(requests.span)
        }
        None => Term::fact(Step::WarmUp, &service.name, "kubernetes.metrics"),
    }
}

/// How many rounds the autoscaler needs: each doubles, or adds a few where that is more.
pub fn rounds(before: u32, needed: u32) -> u64 {
    let mut now = before.max(1);
    let mut rounds = 0;
    while now < needed {
        let percent = now + now * SCALE_OUT_PERCENT / 100;
        now = percent.max(now + SCALE_OUT_PODS);
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

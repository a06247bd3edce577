//! After losing a region the others can carry its load, also when it surges.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Rate, Value};
use crate::topology::{Host, Service, Topology};

/// Too little room after a loss.
pub const CODE: Code = Code::new("CAP101", "survivors-cannot-carry-peak");
/// A limit that refuses load that is promised to be borne.
pub const LIMIT: Code = Code::new("CAP102", "region-limit-below-load");

/// Checks, for each region that may be lost, the most that the others can run, and let in,
/// against the declared peak at the declared use, times the surge that is promised.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for service in &topology.services {
        if service.placements.len() > 1 {
            out.extend(finding(topology, service));
        }
    }
    for host in &topology.hosts {
        out.extend(limit(topology, host));
    }
}

/// What arrives at most, per second, and how it comes about.
fn demand(topology: &Topology, peak: &Value<Rate>) -> (f64, String) {
    let objectives = topology.spec.objectives.as_ref();
    match objectives.and_then(|o| o.surge.as_ref()) {
        Some(surge) => (
            peak.per_second() * surge.value.0,
            format!(
                "at peak {} arrive, and {} times that in a surge",
                peak.value, surge.value.0
            ),
        ),
        None => (peak.per_second(), format!("at peak {} arrive", peak.value)),
    }
}

fn finding(topology: &Topology, service: &Service) -> Option<Diagnostic> {
    let capacity = service.written.capacity.as_ref()?;
    let (per_replica, peak) = (capacity.per_replica.as_ref()?, capacity.peak.as_ref()?);
    let room = |without: usize| -> f64 {
        let others = service
            .placements
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != without);
        let most: u32 = others.map(|(_, p)| p.replicas.max).sum();
        f64::from(most) * per_replica.per_second() * capacity.target.ratio()
    };
    let worst = (0..service.placements.len()).min_by(|a, b| room(*a).total_cmp(&room(*b)))?;
    let left = room(worst);
    let (wanted, arrives) = demand(topology, peak);
    if left >= wanted {
        return None;
    }
    let lost = topology.region(service.placements[worst].region);
    let replicas = (wanted / per_replica.per_second() / capacity.target.ratio()).ceil();
    Some(
        Diagnostic::error(
            CODE,
            peak.span,
            format!(
                "losing `{}` leaves too few replicas of `{}`",
                lost.name, service.name
            ),
            arrives,
        )
        .also(
            per_replica.span,
            format!(
                "the others carry {left:.0}/s at most, at {} each",
                capacity.target.value
            ),
        )
        .help(format!(
            "allow {replicas:.0} replicas in the regions that remain"
        )),
    )
}

fn limit(topology: &Topology, host: &Host) -> Option<Diagnostic> {
    let protect = host.written.protect.as_ref()?;
    let limit = protect.region_limit.as_ref()?;
    let capacity = topology.service(host.service).written.capacity.as_ref()?;
    let peak = capacity.peak.as_ref()?;
    let remaining = host.regions.len().saturating_sub(1).max(1) as f64;
    let (wanted, arrives) = demand(topology, peak);
    (limit.per_second() * remaining < wanted).then(|| {
        Diagnostic::error(
            LIMIT,
            limit.span,
            format!(
                "with one region lost, `{}` refuses load that it should bear",
                host.name
            ),
            format!(
                "the remaining regions let in {:.0}/s",
                limit.per_second() * remaining
            ),
        )
        .also(peak.span, arrives)
        .help(format!(
            "let each region take {:.0}/s",
            (wanted / remaining).ceil()
        ))
    })
}

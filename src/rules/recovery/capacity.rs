//! After losing a region the others can carry its load.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Service, Topology};

/// Too little room after a loss.
pub const CODE: Code = Code::new("CAP101", "survivors-cannot-carry-peak");

/// Checks, for each region that may be lost, the most that the others can run against the
/// declared peak at the declared use.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for service in &topology.services {
        if service.placements.len() > 1 {
            out.extend(finding(topology, service));
        }
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
    if left >= peak.per_second() {
        return None;
    }
    let lost = topology.region(service.placements[worst].region);
    let replicas = (peak.per_second() / per_replica.per_second() / capacity.target.ratio()).ceil();
    Some(
        Diagnostic::error(
            CODE,
            peak.span,
            format!(
                "losing `{}` leaves too few replicas of `{}`",
                lost.name, service.name
            ),
            format!("at peak {peak} arrive", peak = peak.value),
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

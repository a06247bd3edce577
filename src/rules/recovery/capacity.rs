//! After losing a region the others can carry its load.

use crate::analysis::capacity::{Routing, Survivor};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{RegionId, Service, Topology};

/// Too little capacity after a region loss.
pub const LOST: Code = Code::new("CAP101", "survivors-cannot-carry-peak");
/// Too little room as it is.
pub const PEAK: Code = Code::new("CAP102", "peak-exceeds-replicas");

/// Checks, before and after the loss of each region, the most replicas that may run in a
/// region against the load that routing brings there. One finding a service: the worst.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let routing = Routing::of(topology);
    let now = routing.after(&[]).into_iter().map(shortest);
    for ((service, worst), now) in topology.services.iter().zip(routing.worst()).zip(now) {
        let after = worst.and_then(|(lost, short)| after_loss(topology, service, lost, &short));
        let before = now.and_then(|short| at_peak(topology, service, &short));
        out.extend(before.into_iter().chain(after));
    }
}

/// The region with the most replicas missing.
fn shortest(survivors: Option<Vec<Survivor>>) -> Option<Survivor> {
    let short = survivors?.into_iter().filter(|s| s.short() > 0);
    short.min_by_key(|s| std::cmp::Reverse(s.short()))
}

fn after_loss(
    topology: &Topology,
    service: &Service,
    lost: RegionId,
    short: &Survivor,
) -> Option<Diagnostic> {
    let lost = &topology.region(lost).name;
    let message = format!(
        "losing `{lost}` leaves too few replicas of `{}`",
        service.name
    );
    finding(topology, service, short, (LOST, &message))
}

fn at_peak(topology: &Topology, service: &Service, short: &Survivor) -> Option<Diagnostic> {
    let message = format!(
        "`{}` may not run enough replicas for its peak",
        service.name
    );
    finding(topology, service, short, (PEAK, &message))
}

fn finding(
    topology: &Topology,
    service: &Service,
    short: &Survivor,
    (code, message): (Code, &str),
) -> Option<Diagnostic> {
    let capacity = service.capacity.as_ref()?;
    let (peak, each) = (capacity.peak.as_ref()?, capacity.per_replica.as_ref()?);
    let region = &topology.region(short.region).name;
    let target = capacity.target.value;
    let room = f64::from(short.max) * each.per_second() * target.ratio();
    Some(
        Diagnostic::error(
            code,
            peak.span,
            message,
            format!("at peak {} arrive", peak.value),
        )
        .also(
            each.span,
            format!(
                "`{region}` then bears {:.0}/s, and carries {room:.0}/s at most, at {target} each",
                short.load_after
            ),
        )
        .help(help(service, short, region)),
    )
}

fn help(service: &Service, short: &Survivor, region: &str) -> String {
    let needed = short.replicas_needed;
    let replicas = service.replicas_in(short.region);
    match replicas.is_some_and(|r| r.max > short.max) {
        true => format!(
            "nothing adds replicas: say what does, `scale_on: {{ cpu: 70% }}`, or run {needed} in `{region}` from the beginning"
        ),
        false => format!("allow {needed} replicas in `{region}`"),
    }
}

//! What a service uses must be within its reach in each region that it runs in: a store that tells it
//! an address there, a service whose name leads somewhere.

use super::NOT_AVAILABLE;
use crate::deployment::Deployment;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Datastore, Ref, RegionId, Service, Topology};

/// Reports each region where a service finds nothing of what it uses.
pub(super) fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    for service in &topology.services {
        for id in &service.uses {
            let store = topology.datastore(*id);
            if store.external().is_none() && !store.has_locations() {
                let misses = |id: &RegionId| !is_told(deployment, service, store, *id);
                let lost = missing(topology, service, &store.regions, misses);
                let span = place(&service.uses_at, &store.name, service.span);
                out.extend(lost.map(|id| {
                    stranded(topology, service, (&store.name, &store.regions), id, span)
                }));
            }
        }
        for id in &service.needs {
            let other = topology.service(*id);
            if service.on_cluster() && other.on_cluster() {
                let runs: Vec<RegionId> = other.placements.iter().map(|p| p.region).collect();
                let lost = missing(topology, service, &runs, |_| true);
                let span = place(&service.needs_at, &other.name, service.span);
                out.extend(
                    lost.map(|id| stranded(topology, service, (&other.name, &runs), id, span)),
                );
            }
        }
    }
}

/// The first region of a service in which a part is not, and which it does not reach from there. Parts
/// of another cloud are reported as such.
fn missing(
    topology: &Topology,
    service: &Service,
    at: &[RegionId],
    misses: impl Fn(&RegionId) -> bool,
) -> Option<RegionId> {
    let provider = |id: &RegionId| topology.region(*id).place.provider;
    let mut regions = service.placements.iter().map(|p| p.region);
    regions.find(|id| {
        let same_cloud = at.iter().any(|other| provider(other) == provider(id));
        same_cloud && !at.contains(id) && !topology.region(*id).leaving && misses(id)
    })
}

/// Whether the service is told in a region where the store is.
fn is_told(deployment: &Deployment, service: &Service, store: &Datastore, id: RegionId) -> bool {
    let mut settings = deployment.settings.iter();
    settings.any(|s| s.service == service.name && s.region == id && s.datastore == store.name)
}

/// Where a part is named among others.
pub(super) fn place(written: &[Ref], name: &str, otherwise: Span) -> Span {
    let found = written.iter().find(|r| r.value == name);
    found.map_or(otherwise, |r| r.span)
}

fn stranded(
    topology: &Topology,
    service: &Service,
    (part, at): (&str, &[RegionId]),
    id: RegionId,
    span: Span,
) -> Diagnostic {
    let region = topology.region(id);
    let names: Vec<&str> = at
        .iter()
        .map(|id| topology.region(*id).name.as_str())
        .collect();
    let message = format!(
        "`{}` runs in `{}`, where `{part}` is not, and nothing leads from there to it",
        service.name, region.name
    );
    Diagnostic::error(
        NOT_AVAILABLE,
        span,
        message,
        format!("is in {}", names.join(", ")),
    )
    .also(region.span, "nothing here says where it is")
    .help(format!(
        "add `{}` to the regions of `{part}`, or take it from those of `{}`",
        region.name, service.name
    ))
}

//! A host that names a region leads to where its service runs.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{RegionId, Topology};

/// A host that leads to a region without its service.
pub const CODE: Code = Code::new("TRF105", "host-without-service");

/// Checks that the service of a host runs in the region that the host names.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for host in topology.hosts.iter().filter(|h| h.external().is_none()) {
        let service = topology.service(host.service);
        let named = host.region.as_ref().zip(host.regions.first());
        let missing =
            |id: RegionId| service.replicas_in(id).is_none() && !topology.region(id).leaving;
        let Some((written, _)) = named.filter(|(_, id)| missing(**id)) else {
            continue;
        };
        let runs = service.placements.iter();
        let runs: Vec<&str> = runs
            .map(|p| topology.region(p.region).name.as_str())
            .collect();
        out.push(
            Diagnostic::error(
                CODE,
                written.span,
                format!(
                    "`{}` leads to `{}`, where `{}` does not run",
                    host.name, written.value, service.name
                ),
                "nothing answers here",
            )
            .also(service.span, format!("runs in {}", runs.join(", ")))
            .help(format!(
                "give `{}` replicas in `{}`, or remove the host",
                service.name, written.value
            )),
        );
    }
}

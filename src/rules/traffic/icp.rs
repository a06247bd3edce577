//! Hosts that mainland China is served by need a number.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Continent, Host, Topology};

/// A host served in mainland China without a filing.
pub const CODE: Code = Code::new("CHN101", "host-without-icp");

/// Checks hosts that mainland China is served by.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for host in &topology.hosts {
        if mainland(topology, host) && !filed(topology) {
            out.push(
                Diagnostic::error(
                    CODE,
                    host.span,
                    format!(
                        "`{}` is served in mainland China without an ICP number",
                        host.name
                    ),
                    "needs a filing or licence before it goes live",
                )
                .help(
                    "write `icp: …` into the compliance zone of the region; a licence takes months",
                ),
            );
        }
    }
}

fn mainland(topology: &Topology, host: &Host) -> bool {
    let region = host.region.as_ref().and_then(|r| topology.region_named(r));
    let there = region.is_some_and(|id| topology.region(id).place.continent == Continent::China);
    there || host.cdn.as_ref().is_some_and(|c| *c.china_network)
}

fn filed(topology: &Topology) -> bool {
    topology.zones.iter().any(|(_, z)| z.icp.is_some())
}

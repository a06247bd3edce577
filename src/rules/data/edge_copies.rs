//! A cache at the edge is a copy everywhere, and hosts in mainland China need a number.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{CacheRule, Continent, Host, Nature};
use crate::topology::Topology;

/// Data about people in caches all over the world.
pub const CACHED: Code = Code::new("RES103", "people-cached-at-the-edge");
/// A host served in mainland China without a filing.
pub const NO_ICP: Code = Code::new("CHN101", "host-without-icp");

/// Checks what caches hold, and hosts that mainland China is served by.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for (name, host) in topology.spec.traffic.iter() {
        let rules = host.cdn.as_ref().map(|c| c.rules.iter());
        for (_, rule) in rules.into_iter().flatten() {
            out.extend(cached(topology, rule));
        }
        if mainland(topology, host) && !filed(topology) {
            out.push(
                Diagnostic::error(
                    NO_ICP,
                    name.span,
                    format!(
                        "`{}` is served in mainland China without an ICP number",
                        name.text
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

/// A rule that caches records of people whose zone is fenced off by jurisdictions.
fn cached(topology: &Topology, rule: &CacheRule) -> Option<Diagnostic> {
    let zones = topology.spec.compliance.as_ref()?;
    if zones.zones.is_empty() {
        return None;
    }
    rule.carries.iter().find_map(|carried| {
        let stores = topology.datastores.iter();
        let dataset = stores
            .flat_map(|s| s.written.datasets.get(&carried.value))
            .next()?;
        let about = dataset.holds.iter().find(|h| {
            matches!(
                h.value,
                Nature::Personal | Nature::Sensitive | Nature::Payment | Nature::Health
            )
        })?;
        Some(
            Diagnostic::error(
                CACHED,
                carried.span,
                format!(
                    "`{}` is cached at the edge: a copy in every country",
                    carried.value
                ),
                "cached here",
            )
            .also(about.span, "about people")
            .help("cache only what is public, or answer such requests with `no-store`"),
        )
    })
}

fn mainland(topology: &Topology, host: &Host) -> bool {
    let region = host.region.as_ref().and_then(|r| topology.region_named(r));
    let there = region.is_some_and(|id| topology.region(id).place.continent == Continent::China);
    there || host.cdn.as_ref().is_some_and(|c| *c.china_network)
}

fn filed(topology: &Topology) -> bool {
    let zones = topology.spec.compliance.as_ref().map(|c| c.zones.iter());
    zones.into_iter().flatten().any(|(_, z)| z.icp.is_some())
}

//! Which regions serve the users of a region: in normal times, and when it is lost.

use crate::analysis::capacity::Routing;
use crate::spec::{Policy, Role};
use crate::topology::{Host, HostId, RegionId, Topology};
use std::collections::BTreeMap;

/// Users of some regions served from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Served {
    /// A region that they belong to.
    pub home: RegionId,
    /// The region that serves them.
    pub from: RegionId,
    /// Whether only after their own region is lost.
    pub after_loss: bool,
}

/// Which other regions serve users of `homes` through a host, each once. After a loss these
/// are the regions that routing chooses, and the one that `failover-region.sh` moves to.
pub(super) fn elsewhere(
    topology: &Topology,
    routing: &Routing,
    host: HostId,
    homes: &[RegionId],
) -> Vec<Served> {
    let regions = &topology.host(host).regions;
    let homes: Vec<_> = homes.iter().filter(|r| regions.contains(r)).collect();
    let mut found = BTreeMap::new();
    let mut add = |home: RegionId, from: RegionId, after_loss: bool| {
        if !homes.contains(&&from) {
            found.entry(from).or_insert(Served {
                home,
                from,
                after_loss,
            });
        }
    };
    if let Some(home) = homes.first() {
        for from in usual(topology, topology.host(host)) {
            add(**home, from, false);
        }
    }
    for home in &homes {
        let heirs = routing.heirs(host, **home);
        if !heirs.is_empty() {
            let moved_to = topology.successor(**home);
            let moved_to = moved_to.filter(|r| regions.contains(r));
            heirs
                .into_iter()
                .chain(moved_to)
                .for_each(|r| add(**home, r, true));
        }
    }
    found.into_values().collect()
}

/// The regions that any user of a host may be served from while nothing is lost, wherever
/// they are; none if users stay near.
fn usual(topology: &Topology, host: &Host) -> Vec<RegionId> {
    if host.written.region.is_some() {
        return Vec::new();
    }
    let serving = || {
        let regions = host.regions.iter().copied();
        regions.filter(|r| topology.region(*r).serving())
    };
    let primary = |r: &RegionId| topology.region(*r).role == Role::Primary;
    match host.written.policy.first().map(|p| p.value) {
        None | Some(Policy::Geography | Policy::Latency) => Vec::new(),
        Some(Policy::Failover) => serving().find(primary).into_iter().collect(),
        Some(Policy::Weight | Policy::RoundRobin | Policy::Capacity | Policy::Cost) => {
            serving().collect()
        }
    }
}

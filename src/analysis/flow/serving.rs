//! Which regions serve the users of a region: in normal times, and when it is lost.

use crate::analysis::capacity::Routing;
use crate::spec::{Policy, Role};
use crate::topology::{Host, HostId, RegionId, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// Users of some regions served from another.
#[derive(Debug, Clone)]
pub(super) struct Served {
    /// A region that they belong to.
    pub home: RegionId,
    /// The region that serves them.
    pub from: RegionId,
    /// Whether only after their own region is lost.
    pub after_loss: bool,
    /// The hosts through which they come, by name; at least one.
    pub hosts: Vec<HostId>,
}

/// Which other regions serve users of `homes` through some hosts, each once.
pub(super) fn elsewhere(
    topology: &Topology,
    routing: &Routing,
    hosts: &[HostId],
    homes: &[RegionId],
) -> Vec<Served> {
    let mut known = BTreeMap::new();
    let mut served: BTreeMap<(RegionId, bool), Served> = BTreeMap::new();
    for id in hosts {
        let host = topology.host(*id);
        let policy: Vec<Policy> = host.written.policy.iter().map(|p| p.value).collect();
        // Hosts that lead to the same regions by the same policies lead the same way.
        let ways = known
            .entry((&host.regions, host.written.region.is_some(), policy))
            .or_insert_with(|| ways_out(topology, routing, *id, homes));
        for (from, home, after_loss) in ways.iter() {
            let one = served.entry((*from, *after_loss)).or_insert(Served {
                home: *home,
                from: *from,
                after_loss: *after_loss,
                hosts: Vec::new(),
            });
            one.hosts.push(*id);
        }
    }
    served.into_values().collect()
}

/// Where a host sends users of `homes` beside them: the region, one of theirs, and whether
/// only after a loss. Then these are the regions that routing chooses, and the one that
/// `failover-region.sh` moves to.
fn ways_out(
    topology: &Topology,
    routing: &Routing,
    host: HostId,
    homes: &[RegionId],
) -> Vec<(RegionId, RegionId, bool)> {
    let regions = &topology.host(host).regions;
    let homes: BTreeSet<_> = homes.iter().filter(|r| regions.contains(r)).collect();
    let mut found = BTreeMap::new();
    let mut add = |home: RegionId, from: RegionId, after_loss: bool| {
        if !homes.contains(&from) {
            found.entry(from).or_insert((from, home, after_loss));
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
            let all = heirs.into_iter().chain(moved_to);
            all.for_each(|r| add(**home, r, true));
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

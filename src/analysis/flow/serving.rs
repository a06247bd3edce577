//! Which regions serve the users of a region: in normal times, and when it is lost. Users come
//! in where the edge sends them, and from there calls go where the mesh does.

use crate::analysis::capacity::Routing;
use crate::deployment::routes::{List, open};
use crate::topology::{DatastoreId, Host, HostId, Policy, RegionId, Role, ServiceId, Topology};
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
    /// The services that work for them there: those that use the store, else those behind the
    /// hosts.
    pub services: BTreeSet<ServiceId>,
}

/// Where a host's users of some regions are served beside them, and by what.
#[derive(Debug, Clone)]
struct Way {
    from: RegionId,
    home: RegionId,
    after_loss: bool,
    /// The services that use the store there.
    users: BTreeSet<ServiceId>,
}

/// Regions, each with the services that use a store there.
type Ends = BTreeMap<RegionId, BTreeSet<ServiceId>>;

/// Which other regions serve users of `homes` of a store through some hosts, each once.
pub(super) fn elsewhere(
    topology: &Topology,
    routing: &Routing,
    (store, hosts): (DatastoreId, &[HostId]),
    homes: &[RegionId],
) -> Vec<Served> {
    let mut known: BTreeMap<_, Vec<Way>> = BTreeMap::new();
    let mut served: BTreeMap<(RegionId, bool), Served> = BTreeMap::new();
    for id in hosts {
        let host = topology.host(*id);
        let policy: Vec<Policy> = host.policy.iter().map(|p| p.value).collect();
        // Hosts that lead to the same service in the same regions by the same policies lead the
        // same way.
        let pinned = host.region.is_some();
        let ways = known
            .entry((&host.regions, pinned, policy, host.service))
            .or_insert_with(|| {
                let users = Users {
                    topology,
                    routing,
                    host: *id,
                    store,
                };
                users.ways_out(homes)
            });
        for way in ways.iter() {
            let one = served.entry((way.from, way.after_loss)).or_insert(Served {
                home: way.home,
                from: way.from,
                after_loss: way.after_loss,
                hosts: Vec::new(),
                services: BTreeSet::new(),
            });
            one.hosts.push(*id);
            one.services.extend(&way.users);
        }
    }
    let mut served: Vec<Served> = served.into_values().collect();
    for one in served.iter_mut().filter(|s| s.services.is_empty()) {
        let behind = one.hosts.iter().map(|id| topology.host(*id).service);
        one.services = behind.collect();
    }
    served
}

/// The users of a host, on their way to what uses a store.
struct Users<'a> {
    topology: &'a Topology,
    routing: &'a Routing<'a>,
    host: HostId,
    store: DatastoreId,
}

impl Users<'_> {
    /// Where users of `homes` are served beside them: the region, one of theirs, and whether
    /// only after a loss. Then these are the regions that routing chooses, and the one that
    /// `failover-region.sh` moves to.
    fn ways_out(&self, homes: &[RegionId]) -> Vec<Way> {
        let topology = self.topology;
        let host = topology.host(self.host);
        let regions = &host.regions;
        let homes: BTreeSet<_> = homes.iter().filter(|r| regions.contains(r)).collect();
        let mut found: BTreeMap<RegionId, Way> = BTreeMap::new();
        let mut add = |home: RegionId, from: RegionId, after_loss: bool, users: BTreeSet<_>| {
            if !homes.contains(&from) {
                let way = found.entry(from).or_insert(Way {
                    from,
                    home,
                    after_loss,
                    users: BTreeSet::new(),
                });
                // A way that is always open is not told by what else comes after a loss.
                if way.after_loss == after_loss {
                    way.users.extend(users);
                }
            }
        };
        let anywhere = usual(topology, host);
        for home in &homes {
            let near = std::iter::once(**home);
            for at in near.chain(anywhere.iter().copied()) {
                self.from(at, **home, &[])
                    .into_iter()
                    .for_each(|(r, users)| add(**home, r, false, users));
            }
        }
        for home in &homes {
            // The region stands, and what runs there does not.
            let spill = self.spill(**home);
            spill
                .into_iter()
                .for_each(|(r, users)| add(**home, r, true, users));
            let heirs = self.routing.edge().heirs(host, **home);
            if heirs.is_empty() {
                continue;
            }
            let moved_to = topology.successor(**home);
            let moved_to = moved_to.filter(|r| regions.contains(r));
            for at in heirs.into_iter().chain(moved_to) {
                add(**home, at, true, BTreeSet::new());
                self.from(at, **home, &[**home])
                    .into_iter()
                    .for_each(|(r, users)| add(**home, r, true, users));
            }
        }
        found.into_values().collect()
    }

    /// The regions where services that use the store work for users of `home` who come in at
    /// a region.
    fn from(&self, at: RegionId, home: RegionId, lost: &[RegionId]) -> Ends {
        self.walk(at, home, |list| {
            list.shares(lost).into_iter().map(|(r, _)| r).collect()
        })
    }

    /// The same for everywhere that calls may go to from a region.
    fn spill(&self, home: RegionId) -> Ends {
        match self.routing.mesh().lists().is_empty() {
            true => Ends::new(),
            false => self.walk(home, home, List::targets),
        }
    }

    fn walk(&self, at: RegionId, home: RegionId, to: impl Fn(&List) -> Vec<RegionId>) -> Ends {
        let topology = self.topology;
        let first = topology.host(self.host).service;
        let mut ends = Ends::new();
        let mut seen: BTreeSet<(ServiceId, RegionId)> = BTreeSet::new();
        let mut next = vec![(first, at)];
        while let Some((service, from)) = next.pop() {
            let list = self.routing.mesh().list(service, from, home);
            let regions = list.map_or_else(|| self.near(service, from), &to);
            for region in regions {
                if seen.insert((service, region)) {
                    let id = service;
                    let service = topology.service(id);
                    if service.uses.contains(&self.store) {
                        ends.entry(region).or_default().insert(id);
                    }
                    next.extend(service.needs.iter().map(|needed| (*needed, region)));
                }
            }
        }
        ends
    }
}

impl Users<'_> {
    /// Without a mesh, calls stay in their region, or go to the nearest that has the service.
    fn near(&self, service: ServiceId, from: RegionId) -> Vec<RegionId> {
        let open = open(self.topology, self.topology.service(service), &[]);
        let here = Some(from).filter(|r| open[r.0]);
        let near = here.or_else(|| self.routing.edge().nearest(from, &open));
        near.into_iter().collect()
    }
}

/// The regions that any user of a host may be served from while nothing is lost, wherever
/// they are; none if users stay near.
fn usual(topology: &Topology, host: &Host) -> Vec<RegionId> {
    if host.region.is_some() {
        return Vec::new();
    }
    let serving = || {
        let regions = host.regions.iter().copied();
        regions.filter(|r| topology.region(*r).serving())
    };
    let primary = |r: &RegionId| topology.region(*r).role == Role::Primary;
    match host.policy.first().map(|p| p.value) {
        None | Some(Policy::Geography | Policy::Latency) => Vec::new(),
        Some(Policy::Failover) => serving().find(primary).into_iter().collect(),
        Some(Policy::Weight | Policy::RoundRobin | Policy::Capacity | Policy::Cost) => {
            serving().collect()
        }
    }
}

//! Where users come in: how the policies of a host choose a region, in normal times and after
//! a loss.
//!
//! Where users are is not declared: they belong to regions in proportion to the regions'
//! weights, and how those of one region divide among continents is not said, so they are not
//! divided.

use super::Shares;
use crate::topology::{Host, Policy, RegionId, Role, Service, Topology};

/// Users who belong to a region, where they come in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// The region that they belong to.
    pub home: RegionId,
    /// The region that they come to.
    pub at: RegionId,
    /// Their part of all users.
    pub part: f64,
}

/// How policies choose, worked out once for a topology.
#[derive(Debug)]
pub struct Edge<'a> {
    topology: &'a Topology,
    neighbours: Vec<Neighbours>,
}

impl<'a> Edge<'a> {
    /// Reads regions and fences.
    pub fn of(topology: &'a Topology) -> Self {
        let ids = topology.region_ids();
        Edge {
            topology,
            neighbours: ids.map(|r| neighbours(topology, r)).collect(),
        }
    }

    /// Where the users of a host come in once some regions are lost. A host of one region
    /// leads nowhere else.
    pub fn users(&self, host: &Host, lost: &[RegionId]) -> Vec<Arrival> {
        if host.region.is_some() {
            let left = host.regions.iter().filter(|r| !lost.contains(r));
            let stay = |r: &RegionId| Arrival {
                home: *r,
                at: *r,
                part: 1.0,
            };
            return left.map(stay).collect();
        }
        let service = self.topology.service(host.service);
        let policies: Vec<_> = host.policy.iter().map(|p| p.value).collect();
        self.arrivals(service, &host.regions, &policies, lost)
    }

    /// Where users at some regions come in once some regions are lost, by policies.
    pub fn arrivals(
        &self,
        service: &Service,
        at: &[RegionId],
        policies: &[Policy],
        lost: &[RegionId],
    ) -> Vec<Arrival> {
        let open = open(self.topology, service, lost);
        let mut arrivals = Vec::new();
        for (home, part) in self.homes(at, policies, &open) {
            if !lost.contains(&home) {
                arrivals.push(Arrival {
                    home,
                    at: home,
                    part,
                });
                continue;
            }
            for (to, share) in self.moved(service, home, policies, &open) {
                arrivals.push(Arrival {
                    home,
                    at: to,
                    part: part * share,
                });
            }
        }
        arrivals
    }

    /// The regions that serve a host's users of a region when it is lost; none if the host
    /// leads to one region only, or where a fence keeps them.
    pub fn heirs(&self, host: &Host, lost: RegionId) -> Vec<RegionId> {
        if host.region.is_some() {
            return Vec::new();
        }
        let service = self.topology.service(host.service);
        let policies: Vec<_> = host.policy.iter().map(|p| p.value).collect();
        let open = open(self.topology, service, &[lost]);
        let moved = self.moved(service, lost, &policies, &open);
        moved.into_iter().map(|(region, _)| region).collect()
    }

    /// Whether a host leads anybody to a region while nothing is lost. Where users are near is
    /// not declared: a host that leads by nearness leads to each of its regions.
    pub fn leads(&self, host: &Host, region: RegionId) -> bool {
        host.regions.contains(&region)
            && match host.policy.first().map(|p| p.value) {
                _ if host.region.is_some() => true,
                Some(Policy::Failover) => {
                    let first = first(self.topology, &host.regions);
                    first.iter().any(|(r, _)| *r == region)
                }
                Some(Policy::Weight) if host.weighs_answers().is_some() => {
                    self.weight(region) > 0.0
                }
                _ => true,
            }
    }

    /// The region nearest to one that is left.
    pub fn nearest(&self, from: RegionId, open: &[bool]) -> Option<RegionId> {
        self.neighbours[from.0].left(open).next()
    }

    /// The regions that serve users while nothing is lost.
    fn homes(&self, at: &[RegionId], policies: &[Policy], open: &[bool]) -> Shares {
        match policies.first() {
            Some(Policy::Failover) => first(self.topology, at),
            Some(Policy::RoundRobin) => spread(&in_turn(self.topology, open), |_| 1.0),
            _ => spread(at, |r| self.weight(r)),
        }
    }

    /// Where the users of a lost region go: to its standby, else where the first policy that
    /// decides says. Geography leaves the regions that serve the same parts of the world; and
    /// without any word a load balancer takes the nearest.
    fn moved(
        &self,
        service: &Service,
        from: RegionId,
        policies: &[Policy],
        open: &[bool],
    ) -> Shares {
        let around = &self.neighbours[from.0];
        if let Some(standby) = around.standbys.iter().find(|r| open[r.0]) {
            return vec![(*standby, 1.0)];
        }
        let kin = || around.kin.iter().copied().filter(|r| open[r.0]);
        let (left, decides) = match policies {
            [Policy::Geography, rest @ ..] if kin().next().is_some() => (
                kin().collect(),
                rest.first().copied().unwrap_or(Policy::Weight),
            ),
            [] | [Policy::Geography, ..] => (around.left(open).collect(), Policy::Latency),
            [decides, ..] => (around.left(open).collect::<Vec<_>>(), *decides),
        };
        let only = |r: Option<&RegionId>| r.map(|r| (*r, 1.0)).into_iter().collect();
        match decides {
            Policy::Latency | Policy::Geography => only(left.first()),
            Policy::Failover => only(left.iter().min()),
            Policy::Weight | Policy::Cost => spread(&left, |r| self.weight(r)),
            Policy::RoundRobin => spread(&left, |_| 1.0),
            Policy::Capacity => {
                let mut room = vec![0; open.len()];
                service
                    .placements
                    .iter()
                    .for_each(|p| room[p.region.0] = service.most(p));
                spread(&left, |r| f64::from(room[r.0]))
            }
        }
    }

    fn weight(&self, region: RegionId) -> f64 {
        f64::from(self.topology.region(region).weight)
    }
}

/// The regions that may bear the load of one, nearest first. Load crosses no border: not out
/// of a fenced compliance zone, and not in or out of an isolated region.
#[derive(Debug)]
struct Neighbours {
    /// Those that stand by for it.
    standbys: Vec<RegionId>,
    /// Those that serve in normal times.
    near: Vec<RegionId>,
    /// Those of `near` that serve the same parts of the world.
    kin: Vec<RegionId>,
    /// Those that serve only when there is nothing else.
    spare: Vec<RegionId>,
}

impl Neighbours {
    /// Those that are left.
    fn left(&self, open: &[bool]) -> impl Iterator<Item = RegionId> {
        let near = self.near.iter().any(|r| open[r.0]);
        let list = if near { &self.near } else { &self.spare };
        list.iter().copied().filter(|r| open[r.0])
    }
}

fn neighbours(topology: &Topology, from: RegionId) -> Neighbours {
    let region = topology.region(from);
    let mut all = by_distance(topology, from);
    all.retain(|to| crosses(topology, from, *to));
    let standbys = all.iter().copied().filter(|to| {
        let pair = topology.region(*to).pair.as_deref();
        pair == Some(&region.name)
    });
    let standbys = standbys.collect();
    let (near, spare): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|to| topology.region(*to).serving());
    let same = |to: &&RegionId| {
        let other = &topology.region(**to).serves;
        region.serves.iter().any(|c| other.contains(c))
    };
    Neighbours {
        standbys,
        kin: near.iter().filter(same).copied().collect(),
        near,
        spare,
    }
}

/// Whether the load of one region may be borne by another.
fn crosses(topology: &Topology, from: RegionId, to: RegionId) -> bool {
    let (from, to) = (topology.region(from), topology.region(to));
    let zone = from.zone.as_ref().and_then(|z| topology.zones.get(z));
    let fenced = zone.is_some_and(|z| *z.fenced);
    let isolated = topology.is_isolated(&from.name) || topology.is_isolated(&to.name);
    (!fenced || from.zone == to.zone) && !isolated
}

fn by_distance(topology: &Topology, from: RegionId) -> Vec<RegionId> {
    let place = topology.region(from).place;
    let others = topology.region_ids().filter(|r| *r != from);
    let mut others: Vec<_> = others
        .map(|r| (place.distance(topology.region(r).place), r))
        .collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    others.into_iter().map(|(_, r)| r).collect()
}

/// Splits a whole in proportion; evenly if nobody has any weight.
fn spread(among: &[RegionId], weight: impl Fn(RegionId) -> f64) -> Shares {
    let total: f64 = among.iter().map(|r| weight(*r)).sum();
    let part = |r: RegionId| match total > 0.0 {
        true => weight(r) / total,
        false => 1.0 / among.len() as f64,
    };
    among.iter().map(|r| (*r, part(*r))).collect()
}

/// The region that takes everything as long as it is there: the first primary.
fn first(topology: &Topology, at: &[RegionId]) -> Shares {
    let primary = at
        .iter()
        .find(|r| topology.region(**r).role == Role::Primary);
    primary
        .or(at.first())
        .map(|r| (*r, 1.0))
        .into_iter()
        .collect()
}

/// Where a service still runs, by region.
pub fn open(topology: &Topology, service: &Service, lost: &[RegionId]) -> Vec<bool> {
    let mut open = vec![false; topology.regions.len()];
    for placement in &service.placements {
        open[placement.region.0] = true;
    }
    for region in lost {
        open[region.0] = false;
    }
    open
}

/// The regions that take turns: those that serve, and the others only if there are none.
fn in_turn(topology: &Topology, open: &[bool]) -> Vec<RegionId> {
    let all = topology.region_ids().filter(|r| open[r.0]);
    let (serving, rest): (Vec<_>, Vec<_>) = all.partition(|r| topology.region(*r).serving());
    if serving.is_empty() { rest } else { serving }
}

//! Where load goes when regions are lost, and what it takes to carry it there.
//!
//! A model of declared numbers: users come to the regions of a service in proportion to the
//! regions' weights, and all users of a lost region go where the policy of the service's host
//! sends them. How the users of one region divide among continents is not declared, so they
//! are not divided.

use crate::spec::{Policy, Role};
use crate::topology::{HostId, Placement, RegionId, Service, ServiceId, Topology};
use std::cmp::Reverse;
use std::collections::VecDeque;

/// One region after the loss of others, for one service. Loads are requests per second at the
/// declared peak, times the surge that must be borne.
#[derive(Debug, Clone, PartialEq)]
pub struct Survivor {
    /// The region.
    pub region: RegionId,
    /// What it bears while nothing is lost.
    pub load_before: f64,
    /// What it must bear now.
    pub load_after: f64,
    /// What runs at `load_before`, within the bounds of the spec.
    pub replicas_before: u32,
    /// What must run to bear `load_after` at the use that is aimed at.
    pub replicas_needed: u32,
    /// The most that may run.
    pub max: u32,
}

impl Survivor {
    /// How many replicas are missing even at the most that may run.
    pub fn short(&self) -> u32 {
        self.replicas_needed.saturating_sub(self.max)
    }
}

/// Where the load of lost regions goes and what it takes; `None` if the service declares no
/// peak, or not what a replica bears. To ask for many services or losses, keep a [`Routing`].
pub fn after_loss(
    topology: &Topology,
    service: ServiceId,
    lost: &[RegionId],
) -> Option<Vec<Survivor>> {
    Routing::of(topology).after(lost).swap_remove(service.0)
}

/// The part of a service's load that each region bears, by region; less than 1 in all if a
/// fence leaves users without a region.
type Shares = Vec<f64>;

/// How load finds its regions, worked out once for a topology: each loss then costs time in
/// proportion to services times regions.
#[derive(Debug)]
pub struct Routing<'a> {
    topology: &'a Topology,
    neighbours: Vec<Neighbours>,
    sources: Vec<Source>,
    /// Every service after those that call it.
    order: Vec<ServiceId>,
    before: Vec<Shares>,
}

/// What brings load to a service.
#[derive(Debug)]
enum Source {
    /// Users at these regions; the policies send them elsewhere when theirs is lost.
    Users(Vec<RegionId>, Vec<Policy>),
    /// Services that call it, each with its part of the calls.
    Callers(Vec<(ServiceId, f64)>),
}

impl<'a> Routing<'a> {
    /// Reads hosts, queues and calls.
    pub fn of(topology: &'a Topology) -> Self {
        let sources = sources(topology);
        let mut routing = Routing {
            topology,
            neighbours: topology
                .region_ids()
                .map(|r| neighbours(topology, r))
                .collect(),
            order: callers_first(&sources),
            sources,
            before: Vec::new(),
        };
        routing.before = routing.shares(&[]);
        routing
    }

    /// What the regions that are left must bear, by service.
    pub fn after(&self, lost: &[RegionId]) -> Vec<Option<Vec<Survivor>>> {
        let shares = self.shares(lost);
        let services = self.topology.services.iter().zip(&self.before).zip(&shares);
        let survivors = |((service, before), after): ((&Service, &Shares), &Shares)| {
            let demand = Demand::of(self.topology, service)?;
            let left = service
                .placements
                .iter()
                .filter(|p| !lost.contains(&p.region));
            Some(left.map(|p| demand.survivor(p, before, after)).collect())
        };
        services.map(survivors).collect()
    }

    /// The loss of one region that leaves a service with the most replicas missing in another
    /// that bears more because of it, by service; `None` if every loss can be borne.
    pub fn worst(&self) -> Vec<Option<(RegionId, Survivor)>> {
        let mut worst: Vec<Option<(RegionId, Survivor)>> = vec![None; self.sources.len()];
        for lost in self.topology.region_ids() {
            let shares = self.shares(&[lost]);
            for ((index, worst), after) in worst.iter_mut().enumerate().zip(&shares) {
                let service = &self.topology.services[index];
                let least = worst.as_ref().map_or(0, |(_, w)| w.short());
                let before = &self.before[index];
                let Some(demand) = Demand::of(self.topology, service) else {
                    continue;
                };
                let grown = |p: &&Placement| after[p.region.0] > before[p.region.0] + ROUNDING;
                let left = service.placements.iter().filter(|p| p.region != lost);
                let short = left
                    .filter(grown)
                    .map(|p| demand.survivor(p, before, after))
                    .filter(|s| s.short() > least)
                    .min_by_key(|s| Reverse(s.short()));
                if let Some(short) = short {
                    *worst = Some((lost, short));
                }
            }
        }
        worst
    }

    /// The regions that serve a host's users of a region when it is lost; none if the host
    /// leads to one region only, or where a fence keeps them.
    pub fn heirs(&self, host: HostId, lost: RegionId) -> Vec<RegionId> {
        let host = self.topology.host(host);
        if host.written.region.is_some() {
            return Vec::new();
        }
        let service = self.topology.service(host.service);
        let policies: Vec<_> = host.written.policy.iter().map(|p| p.value).collect();
        let open = open(self.topology, service, &[lost]);
        let moved = self.moved(service, lost, &policies, &open);
        moved.into_iter().map(|(region, _)| region).collect()
    }

    fn shares(&self, lost: &[RegionId]) -> Vec<Shares> {
        let mut shares: Vec<Shares> = vec![Vec::new(); self.sources.len()];
        for id in &self.order {
            let service = self.topology.service(*id);
            let open = open(self.topology, service, lost);
            shares[id.0] = match &self.sources[id.0] {
                Source::Users(at, policies) => {
                    self.of_users(service, (at, policies), self.before.get(id.0), lost, &open)
                }
                Source::Callers(callers) => self.of_callers(callers, &shares, &open),
            };
        }
        shares
    }

    /// Users are served in their region; those of a lost one elsewhere.
    fn of_users(
        &self,
        service: &Service,
        (at, policies): (&[RegionId], &[Policy]),
        before: Option<&Shares>,
        lost: &[RegionId],
        open: &[bool],
    ) -> Shares {
        let Some(before) = before.filter(|_| policies.first() != Some(&Policy::RoundRobin)) else {
            return self.at_home(at, policies, open);
        };
        let mut shares = before.clone();
        for from in lost {
            let share = std::mem::take(&mut shares[from.0]);
            if share > 0.0 {
                for (to, part) in self.moved(service, *from, policies, open) {
                    shares[to.0] += share * part;
                }
            }
        }
        shares
    }

    fn at_home(&self, at: &[RegionId], policies: &[Policy], open: &[bool]) -> Shares {
        let users = match policies.first() {
            Some(Policy::Failover) => first(self.topology, at),
            Some(Policy::RoundRobin) => spread(&in_turn(self.topology, open), |_| 1.0),
            _ => spread(at, |r| self.weight(r)),
        };
        let mut shares = vec![0.0; open.len()];
        for (region, share) in users {
            shares[region.0] += share;
        }
        shares
    }

    /// Calls stay in the caller's region; without the service there, they go to the nearest.
    fn of_callers(&self, callers: &[(ServiceId, f64)], all: &[Shares], open: &[bool]) -> Shares {
        let mut shares = vec![0.0; open.len()];
        for (from, around) in self.topology.region_ids().zip(&self.neighbours) {
            // The callers of a cycle are not known yet; that they exist is an error elsewhere.
            let calls = callers
                .iter()
                .filter_map(|(c, part)| Some(part * all[c.0].get(from.0)?));
            let calls: f64 = calls.sum();
            if calls > 0.0 {
                let here = Some(from).filter(|r| open[r.0]);
                let to = here.or_else(|| around.left(open).next());
                if let Some(to) = to {
                    shares[to.0] += calls;
                }
            }
        }
        shares
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
    ) -> Vec<(RegionId, f64)> {
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
        let pair = topology.region(*to).written.pair.as_deref();
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
    let compliance = topology.spec.compliance.as_ref();
    let zone = from.zone.as_ref().and_then(|z| compliance?.zones.get(z));
    let fenced = zone.is_some_and(|z| *z.fenced);
    let network = topology.spec.network.as_ref();
    let isolated = |name: &str| network.is_some_and(|n| n.isolated.iter().any(|i| i.value == name));
    (!fenced || from.zone == to.zone) && !isolated(&from.name) && !isolated(&to.name)
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
fn spread(among: &[RegionId], weight: impl Fn(RegionId) -> f64) -> Vec<(RegionId, f64)> {
    let total: f64 = among.iter().map(|r| weight(*r)).sum();
    let part = |r: RegionId| match total > 0.0 {
        true => weight(r) / total,
        false => 1.0 / among.len() as f64,
    };
    among.iter().map(|r| (*r, part(*r))).collect()
}

/// The region that takes everything as long as it is there: the first primary.
fn first(topology: &Topology, at: &[RegionId]) -> Vec<(RegionId, f64)> {
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
fn open(topology: &Topology, service: &Service, lost: &[RegionId]) -> Vec<bool> {
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

/// What brings load to each service: its host, else its callers, else its queue, else users by
/// the weights of its regions. A host that names one region moves by hand only and is no help.
fn sources(topology: &Topology) -> Vec<Source> {
    let mut hosts = vec![None; topology.services.len()];
    for (index, host) in topology.hosts.iter().enumerate().rev() {
        if host.written.region.is_none() {
            hosts[host.service.0] = Some(HostId(index));
        }
    }
    let mut callers = vec![Vec::new(); topology.services.len()];
    for (index, service) in topology.services.iter().enumerate() {
        for needed in &service.needs {
            callers[needed.0].push(ServiceId(index));
        }
    }
    let queues = queue_regions(topology);
    let each = topology
        .services
        .iter()
        .enumerate()
        .map(|(index, service)| {
            let at: Vec<_> = service.placements.iter().map(|p| p.region).collect();
            if let Some(host) = hosts[index] {
                let policy = &topology.host(host).written.policy;
                return Source::Users(at, policy.iter().map(|p| p.value).collect());
            }
            if !callers[index].is_empty() {
                return Source::Callers(parts(topology, &callers[index]));
            }
            let fed: Vec<_> = at
                .iter()
                .filter(|r| queues[index].contains(r))
                .copied()
                .collect();
            let at = if fed.is_empty() { at } else { fed };
            Source::Users(at, vec![Policy::Weight])
        });
    each.collect()
}

/// The regions of the queues that feed each service, pushed to or read.
fn queue_regions(topology: &Topology) -> Vec<Vec<RegionId>> {
    let mut regions = vec![Vec::new(); topology.services.len()];
    for queue in &topology.queues {
        for (index, service) in topology.services.iter().enumerate() {
            let scale = service.written.scale_on.as_ref();
            let reads = scale.is_some_and(|s| s.queues.knows(&queue.name));
            if reads || queue.receiver == Some(ServiceId(index)) {
                regions[index].extend(&queue.regions);
            }
        }
    }
    regions
}

/// How calls divide among callers: by their peaks, evenly unless all are declared.
fn parts(topology: &Topology, callers: &[ServiceId]) -> Vec<(ServiceId, f64)> {
    let peaks: Option<Vec<f64>> = callers
        .iter()
        .map(|id| planned_load(topology, topology.service(*id)))
        .collect();
    let peaks = peaks.filter(|p| p.iter().sum::<f64>() > 0.0);
    let peaks = peaks.unwrap_or_else(|| vec![1.0; callers.len()]);
    let total: f64 = peaks.iter().sum();
    let shares = peaks.iter().map(|p| p / total);
    callers.iter().copied().zip(shares).collect()
}

/// Services in an order in which callers come before what they call; those of a cycle, which
/// is an error elsewhere, come last.
fn callers_first(sources: &[Source]) -> Vec<ServiceId> {
    let mut waits = vec![0; sources.len()];
    let mut called = vec![Vec::new(); sources.len()];
    for (index, source) in sources.iter().enumerate() {
        if let Source::Callers(callers) = source {
            waits[index] = callers.len();
            callers.iter().for_each(|(c, _)| called[c.0].push(index));
        }
    }
    let mut ready: VecDeque<usize> = (0..sources.len()).filter(|i| waits[*i] == 0).collect();
    let mut order = Vec::new();
    while let Some(index) = ready.pop_front() {
        order.push(ServiceId(index));
        for next in &called[index] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push_back(*next);
            }
        }
    }
    order.extend((0..sources.len()).filter(|i| waits[*i] > 0).map(ServiceId));
    order
}

/// The load to plan for in requests per second: the declared peak, times the surge.
pub fn planned_load(topology: &Topology, service: &Service) -> Option<f64> {
    let peak = service
        .written
        .capacity
        .as_ref()?
        .peak
        .as_ref()?
        .per_second();
    let own = service.written.objectives.as_ref();
    let mut promises = own.into_iter().chain(&topology.spec.objectives);
    let surge = promises.find_map(|o| o.surge.as_ref());
    Some(peak * surge.map_or(1.0, |s| s.value.0))
}

/// What a service must bear, and what each of its replicas bears.
struct Demand<'a> {
    service: &'a Service,
    peak: f64,
    each: f64,
}

impl<'a> Demand<'a> {
    fn of(topology: &Topology, service: &'a Service) -> Option<Self> {
        let each = bears(service)? * service.written.capacity.as_ref()?.target.ratio();
        let peak = planned_load(topology, service)?;
        Some(Demand {
            service,
            peak,
            each,
        })
    }

    fn survivor(&self, placement: &Placement, before: &Shares, after: &Shares) -> Survivor {
        let region = placement.region;
        let load_before = self.peak * before[region.0];
        let load_after = self.peak * after[region.0];
        let max = self.service.most(placement);
        Survivor {
            region,
            load_before,
            load_after,
            replicas_before: replicas(load_before, self.each)
                .max(placement.replicas.min)
                .min(max),
            replicas_needed: replicas(load_after, self.each),
            max,
        }
    }
}

/// The load that one replica bears at full use, in requests per second.
pub(super) fn bears(service: &Service) -> Option<f64> {
    let capacity = service.written.capacity.as_ref()?;
    Some(capacity.per_replica.as_ref()?.per_second())
}

/// How many replicas bear a load when each takes `each`; as many as can be written if one
/// bears nothing.
pub(super) fn replicas(load: f64, each: f64) -> u32 {
    if load <= 0.0 {
        return 0;
    }
    // Saturates.
    (load / each - ROUNDING).ceil() as u32
}

/// Parts of a replica or a share that are smaller than this come from rounding.
const ROUNDING: f64 = 1e-9;

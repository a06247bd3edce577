//! Where load goes when regions are lost, and what it takes to carry it there.
//!
//! A model of declared numbers: users come to the regions of a service in proportion to the
//! regions' weights, and all users of a lost region go where the policy of the service's host
//! sends them. How the users of one region divide among continents is not declared, so they
//! are not divided.

use crate::spec::{Policy, Role};
use crate::topology::{HostId, RegionId, Service, ServiceId, Topology};
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
    borders: Borders<'a>,
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
            borders: Borders::of(topology),
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
        services
            .map(|((service, before), after)| {
                survivors(self.topology, service, before, after, lost)
            })
            .collect()
    }

    fn shares(&self, lost: &[RegionId]) -> Vec<Shares> {
        let none = vec![0.0; self.topology.regions.len()];
        let mut shares = vec![none; self.topology.services.len()];
        for id in &self.order {
            let service = self.topology.service(*id);
            let open = open(self.topology, service, lost);
            shares[id.0] = match &self.sources[id.0] {
                Source::Users(at, policies) => self.of_users(service, at, policies, &open),
                Source::Callers(callers) => self.of_callers(callers, &shares, &open),
            };
        }
        shares
    }

    fn of_users(
        &self,
        service: &Service,
        at: &[RegionId],
        policies: &[Policy],
        open: &[bool],
    ) -> Shares {
        let users = match policies.first() {
            Some(Policy::Failover) => first(self.topology, at),
            Some(Policy::RoundRobin) => spread(&self.serving(open_regions(open)), |_| 1.0),
            _ => spread(at, |r| self.weight(r)),
        };
        let mut shares = vec![0.0; open.len()];
        for (from, share) in users {
            if open[from.0] {
                shares[from.0] += share;
                continue;
            }
            for (to, part) in self.moved(service, from, policies, open) {
                shares[to.0] += share * part;
            }
        }
        shares
    }

    /// Calls stay in the caller's region; without the service there, they go to the nearest.
    fn of_callers(&self, callers: &[(ServiceId, f64)], all: &[Shares], open: &[bool]) -> Shares {
        let mut shares = vec![0.0; open.len()];
        for from in self.topology.region_ids() {
            let calls: f64 = callers
                .iter()
                .map(|(c, part)| part * all[c.0][from.0])
                .sum();
            if calls > 0.0
                && let Some(to) = self.borders.nearest_open(from, open)
            {
                shares[to.0] += calls;
            }
        }
        shares
    }

    /// Where the users of a lost region go: to its standby, else where the policies say.
    fn moved(
        &self,
        service: &Service,
        from: RegionId,
        policies: &[Policy],
        open: &[bool],
    ) -> Vec<(RegionId, f64)> {
        let left = open_regions(open).filter(|to| self.borders.lets(from, *to));
        let left: Vec<_> = left.collect();
        match left.iter().find(|r| stands_by(self.topology, **r, from)) {
            Some(standby) => vec![(*standby, 1.0)],
            None => self.chosen(service, from, policies, self.serving(left.into_iter())),
        }
    }

    /// The first policy that decides: geography leaves the regions that serve the same parts
    /// of the world, and without any other word a load balancer takes the nearest.
    fn chosen(
        &self,
        service: &Service,
        from: RegionId,
        policies: &[Policy],
        mut left: Vec<RegionId>,
    ) -> Vec<(RegionId, f64)> {
        let mut policies = policies.iter().copied();
        let mut decides = policies.next().unwrap_or(Policy::Latency);
        if decides == Policy::Geography {
            let near = self.of_same_continents(from, &left);
            decides = match near.is_empty() {
                true => Policy::Latency,
                false => policies.next().unwrap_or(Policy::Weight),
            };
            if !near.is_empty() {
                left = near;
            }
        }
        let room = |r| {
            let placed = service.placements.iter().find(|p| p.region == r);
            placed.map_or(0.0, |p| f64::from(service.most(p)))
        };
        match decides {
            Policy::Latency | Policy::Geography => self.borders.nearest(from, &left),
            Policy::Weight | Policy::Cost => spread(&left, |r| self.weight(r)),
            Policy::Capacity => spread(&left, room),
            Policy::RoundRobin => spread(&left, |_| 1.0),
            Policy::Failover => left.first().map(|r| (*r, 1.0)).into_iter().collect(),
        }
    }

    fn of_same_continents(&self, from: RegionId, left: &[RegionId]) -> Vec<RegionId> {
        let served = &self.topology.region(from).serves;
        let shares_one = |r: &&RegionId| {
            let other = &self.topology.region(**r).serves;
            served.iter().any(|c| other.contains(c))
        };
        left.iter().filter(shares_one).copied().collect()
    }

    /// Those that serve in normal times; the others only if there is nothing else.
    fn serving(&self, regions: impl Iterator<Item = RegionId>) -> Vec<RegionId> {
        let (serving, rest): (Vec<_>, Vec<_>) =
            regions.partition(|r| self.topology.region(*r).serving());
        if serving.is_empty() { rest } else { serving }
    }

    fn weight(&self, region: RegionId) -> f64 {
        f64::from(self.topology.region(region).weight)
    }
}

/// Distances between regions, and where load may not cross: out of a fenced compliance zone,
/// and in or out of an isolated region.
#[derive(Debug)]
struct Borders<'a> {
    /// The other regions of each region, nearest first.
    nearest: Vec<Vec<RegionId>>,
    zones: Vec<Option<&'a str>>,
    fenced: Vec<bool>,
    isolated: Vec<bool>,
}

impl<'a> Borders<'a> {
    fn of(topology: &'a Topology) -> Self {
        let compliance = topology.spec.compliance.as_ref();
        let fenced = |zone: &str| {
            let zone = compliance.and_then(|c| c.zones.get(zone));
            zone.is_some_and(|z| *z.fenced)
        };
        let network = topology.spec.network.as_ref();
        let isolated =
            |name: &str| network.is_some_and(|n| n.isolated.iter().any(|i| i.value == name));
        let regions = || topology.regions.iter();
        Borders {
            nearest: topology
                .region_ids()
                .map(|r| by_distance(topology, r))
                .collect(),
            zones: regions().map(|r| r.zone.as_deref()).collect(),
            fenced: regions()
                .map(|r| r.zone.as_deref().is_some_and(fenced))
                .collect(),
            isolated: regions().map(|r| isolated(&r.name)).collect(),
        }
    }

    /// Whether the load of one region may be borne by another.
    fn lets(&self, from: RegionId, to: RegionId) -> bool {
        let stays = !self.fenced[from.0] || self.zones[from.0] == self.zones[to.0];
        from == to || (stays && !self.isolated[from.0] && !self.isolated[to.0])
    }

    fn nearest_open(&self, from: RegionId, open: &[bool]) -> Option<RegionId> {
        let all = std::iter::once(&from).chain(&self.nearest[from.0]);
        all.copied().find(|to| open[to.0] && self.lets(from, *to))
    }

    fn nearest(&self, from: RegionId, among: &[RegionId]) -> Vec<(RegionId, f64)> {
        let found = self.nearest[from.0].iter().find(|r| among.contains(r));
        found.map(|r| (*r, 1.0)).into_iter().collect()
    }
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

fn stands_by(topology: &Topology, region: RegionId, lost: RegionId) -> bool {
    let pair = topology.region(region).written.pair.as_deref();
    pair == Some(&topology.region(lost).name)
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

fn open_regions(open: &[bool]) -> impl Iterator<Item = RegionId> {
    let all = open.iter().enumerate();
    all.filter(|(_, open)| **open)
        .map(|(index, _)| RegionId(index))
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
        .map(|id| peak(topology, topology.service(*id)))
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
fn peak(topology: &Topology, service: &Service) -> Option<f64> {
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

/// The load that one replica bears at full use, in requests per second.
pub(super) fn bears(service: &Service) -> Option<f64> {
    let capacity = service.written.capacity.as_ref()?;
    Some(capacity.per_replica.as_ref()?.per_second())
}

fn survivors(
    topology: &Topology,
    service: &Service,
    before: &Shares,
    after: &Shares,
    lost: &[RegionId],
) -> Option<Vec<Survivor>> {
    let each = bears(service)? * service.written.capacity.as_ref()?.target.ratio();
    let peak = peak(topology, service)?;
    let left = service
        .placements
        .iter()
        .filter(|p| !lost.contains(&p.region));
    let survivor = |p: &crate::topology::Placement| {
        let (load_before, load_after) = (peak * before[p.region.0], peak * after[p.region.0]);
        let runs = replicas(load_before, each);
        Survivor {
            region: p.region,
            load_before,
            load_after,
            replicas_before: runs.max(p.replicas.min).min(service.most(p)),
            replicas_needed: replicas(load_after, each),
            max: service.most(p),
        }
    };
    Some(left.map(survivor).collect())
}

/// Parts of a load that are smaller than this come from rounding, not from users.
const ROUNDING: f64 = 1e-9;

/// How many replicas bear a load when each takes `each`; without bound if one takes nothing.
pub(super) fn replicas(load: f64, each: f64) -> u32 {
    if load <= 0.0 {
        return 0;
    }
    // Saturates: no count is larger than the largest that can be written.
    (load / each - ROUNDING).ceil() as u32
}

//! Where load goes when regions are lost, and what it takes to carry it there.
//!
//! A model of declared numbers: users come to the regions of a service in proportion to the
//! regions' weights, and all users of a lost region go where the policy of the service's host
//! sends them. How the users of one region divide among continents is not declared, so they
//! are not divided.

use crate::deployment::routes::{Arrival, Edge, Mesh, open};
use crate::topology::{HostId, Placement, Policy, RegionId, Service, ServiceId, Topology};
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
    edge: Edge<'a>,
    mesh: Mesh,
    sources: Vec<Source>,
    /// Every service after those that call it.
    order: Vec<ServiceId>,
    before: Vec<Shares>,
    /// By service and region, whether nobody is served there while nothing is lost.
    idle: Vec<Vec<bool>>,
}

/// What brings load to a service.
#[derive(Debug)]
enum Source {
    /// Users of a host.
    Host(HostId),
    /// Work at these regions, in proportion to their weights.
    Work(Vec<RegionId>),
    /// Services that call it, each with its part of the calls.
    Callers(Vec<(ServiceId, f64)>),
}

impl<'a> Routing<'a> {
    /// Reads the routes of hosts and of the mesh, queues and calls.
    pub fn of(topology: &'a Topology) -> Self {
        let sources = sources(topology);
        let mut routing = Routing {
            topology,
            edge: Edge::of(topology),
            mesh: Mesh::of(topology),
            order: callers_first(&sources),
            sources,
            before: Vec::new(),
            idle: Vec::new(),
        };
        routing.before = routing.shares(&[]);
        routing.idle = routing.idle_regions();
        routing
    }

    /// Where users come in.
    pub fn edge(&self) -> &Edge<'a> {
        &self.edge
    }

    /// Where gateways and services send calls.
    pub fn mesh(&self) -> &Mesh {
        &self.mesh
    }

    /// Whether nobody is served by a service in a region while nothing is lost: no user can
    /// come there, and no call is sent there.
    pub fn idle(&self, service: ServiceId, region: RegionId) -> bool {
        self.idle[service.0][region.0]
    }

    fn idle_regions(&self) -> Vec<Vec<bool>> {
        let hosts = &self.topology.hosts;
        let fed = queue_regions(self.topology);
        let mut idle: Vec<Vec<bool>> = vec![Vec::new(); self.sources.len()];
        for id in &self.order {
            let here = |region: RegionId| match &self.sources[id.0] {
                Source::Host(host) => !self.edge.leads(self.topology.host(*host), region),
                Source::Work(_) if !fed[id.0].is_empty() => false,
                Source::Work(_) => {
                    let mut own = hosts.iter().filter(|h| h.service == *id).peekable();
                    own.peek().is_some() && !own.any(|h| self.edge.leads(h, region))
                }
                Source::Callers(callers) => callers
                    .iter()
                    .all(|(c, _)| idle[c.0].get(region.0).copied().unwrap_or(false)),
            };
            let bears = |region: RegionId| self.before[id.0][region.0] > 0.0;
            let regions = self.topology.region_ids();
            idle[id.0] = regions.map(|r| !bears(r) && here(r)).collect();
        }
        idle
    }

    /// What the regions that are left must bear, by service.
    pub fn after(&self, lost: &[RegionId]) -> Vec<Option<Vec<Survivor>>> {
        let shares = self.most(lost);
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
            let shares = self.most(&[lost]);
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

    /// The part of each service's load that each region bears once some are lost, by service and
    /// region; less than 1 in all if a fence leaves users without a region.
    pub fn shares(&self, lost: &[RegionId]) -> Vec<Vec<f64>> {
        self.shares_of(&self.mesh, lost)
    }

    /// The most that each region has to bear: as the mesh sends calls by itself, or once a person
    /// has taken the lost regions out of it.
    fn most(&self, lost: &[RegionId]) -> Vec<Shares> {
        let by_itself = self.shares(lost);
        let fenced = self.shares_of(&self.mesh.without(lost), lost);
        let larger = |(a, b): (f64, f64)| a.max(b);
        let each = by_itself.into_iter().zip(fenced);
        each.map(|(a, b)| a.into_iter().zip(b).map(larger).collect())
            .collect()
    }

    fn shares_of(&self, mesh: &Mesh, lost: &[RegionId]) -> Vec<Shares> {
        let mut shares: Vec<Shares> = vec![Vec::new(); self.sources.len()];
        for id in &self.order {
            let service = self.topology.service(*id);
            let mut own = vec![0.0; self.topology.regions.len()];
            match &self.sources[id.0] {
                Source::Host(host) => {
                    for arrival in self.edge.users(self.topology.host(*host), lost) {
                        send(mesh, *id, arrival, lost, &mut own);
                    }
                }
                Source::Work(at) => {
                    let by = [Policy::Weight];
                    for arrival in self.edge.arrivals(service, at, &by, lost) {
                        own[arrival.at.0] += arrival.part;
                    }
                }
                Source::Callers(callers) => {
                    let open = open(self.topology, service, lost);
                    for arrival in self.calls(callers, &shares, &open) {
                        send(mesh, *id, arrival, lost, &mut own);
                    }
                }
            }
            shares[id.0] = own;
        }
        shares
    }

    /// Calls arise in the caller's region; without the service there, they go to the nearest.
    fn calls(&self, callers: &[(ServiceId, f64)], all: &[Shares], open: &[bool]) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        for from in self.topology.region_ids() {
            // The callers of a cycle are not known yet; that they exist is an error elsewhere.
            let calls = callers
                .iter()
                .filter_map(|(c, part)| Some(part * all[c.0].get(from.0)?));
            let part: f64 = calls.sum();
            if part > 0.0 {
                let here = Some(from).filter(|r| open[r.0]);
                let at = here.or_else(|| self.edge.nearest(from, open));
                arrivals.extend(at.map(|at| Arrival { home: at, at, part }));
            }
        }
        arrivals
    }
}

/// What has come in at a region goes where the mesh sends it from there.
fn send(mesh: &Mesh, service: ServiceId, arrival: Arrival, lost: &[RegionId], to: &mut Shares) {
    match mesh.list(service, arrival.at, arrival.home) {
        Some(list) => {
            for (region, share) in list.shares(lost) {
                to[region.0] += arrival.part * share;
            }
        }
        None => to[arrival.at.0] += arrival.part,
    }
}

/// What brings load to each service: its host, else its callers, else its queue, else users by
/// the weights of its regions. A host that names one region moves by hand only and is no help.
fn sources(topology: &Topology) -> Vec<Source> {
    let mut hosts = vec![None; topology.services.len()];
    for (index, host) in topology.hosts.iter().enumerate().rev() {
        if host.region.is_none() {
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
                return Source::Host(host);
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
            Source::Work(at)
        });
    each.collect()
}

/// The regions of the queues that feed each service, pushed to or read.
fn queue_regions(topology: &Topology) -> Vec<Vec<RegionId>> {
    let mut regions = vec![Vec::new(); topology.services.len()];
    for queue in &topology.queues {
        for (index, service) in topology.services.iter().enumerate() {
            let scale = service.scale_on.as_ref();
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
    let peak = service.capacity.as_ref()?.peak.as_ref()?.per_second();
    let own = service.objectives.as_ref();
    let mut promises = own.into_iter().chain(&topology.objectives);
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
        let each = bears(service)? * service.capacity.as_ref()?.target.ratio();
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
    let capacity = service.capacity.as_ref()?;
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

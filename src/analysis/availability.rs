//! A model of availability: what the providers' contracts add up to for each service that
//! users reach, against what is promised.
//!
//! A contract pays credits and prevents nothing, so no result here is a proof. Copies in
//! several regions count as independent and the move between them as instant and complete,
//! which is better than anything real; everything that a request needs counts in full, and
//! what several parts share counts once. Queues keep messages while their receiver is away,
//! so publishing is not counted. A part without a known contract leaves the result open.

use super::capacity;
use super::quorum::{Electorate, Fault, Kind, electorates};
use crate::catalog;
use crate::catalog::availability::{Contract, contract};
use crate::source::Span;
use crate::topology::{
    Datastore, DatastoreId, Host, HostId, Mode, Percent, Placed, Promisee, Provider, RegionId,
    Routing, Runtime, ServiceId, Topology, Trigger,
};
use std::collections::BTreeSet;

/// What the model assumes, printed with every result.
pub const ASSUMES: &str = "every SLA is kept, regions fail independently, failover takes no time";

/// The availability of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// The service.
    pub service: ServiceId,
    /// Everything that a request to it needs, each once.
    pub parts: Vec<Part>,
    /// The share of time that all parts are there, from 0 to 1; `None` if a contract is not
    /// known.
    pub total: Option<f64>,
    /// What is promised, and where.
    pub objective: Option<(Percent, Span)>,
}

/// Something that a request needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is.
    pub what: What,
    /// The regions that have it, one of which is enough if `redundant`.
    pub regions: Vec<RegionId>,
    /// Whether the others take over for a region that is lost.
    pub redundant: bool,
    /// What its providers promise.
    pub contracts: Vec<&'static Contract>,
    /// The share of time that it is there, from 0 to 1.
    pub share: Option<f64>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What directs users to a region.
    Entry(HostId),
    /// What receives them in the regions.
    Balancers(HostId),
    /// What runs a service and those that it calls.
    Compute(Runtime),
    /// A store.
    Store(DatastoreId),
}

/// How the model and the promise compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The contracts add up to less than is promised.
    Below,
    /// They add up to the promise or more.
    Supported,
    /// A contract is not known.
    Unproven,
    /// Nothing is promised.
    NotPromised,
}

impl Availability {
    /// How the model and the promise compare.
    pub fn verdict(&self) -> Verdict {
        match (&self.objective, self.total) {
            (None, _) => Verdict::NotPromised,
            (Some((promised, _)), Some(total)) if total < promised.ratio() => Verdict::Below,
            (Some(_), Some(_)) => Verdict::Supported,
            // What is known may already be too little.
            (Some((promised, _)), None) if self.known() < promised.ratio() => Verdict::Below,
            (Some(_), None) => Verdict::Unproven,
        }
    }

    /// The share of time that all parts with a known contract are there.
    pub fn known(&self) -> f64 {
        self.parts.iter().filter_map(|p| p.share).product()
    }

    /// The part that is there least.
    pub fn weakest(&self) -> Option<&Part> {
        let known = self.parts.iter().filter(|p| p.share.is_some());
        let share = |p: &Part| p.share.unwrap_or(1.0);
        known.min_by(|a, b| share(a).total_cmp(&share(b)))
    }

    /// The parts whose contract is not known.
    pub fn unknown(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| p.share.is_none())
    }
}

/// The services that users reach, by name.
pub fn availability(topology: &Topology) -> Vec<Availability> {
    let model = Model::of(topology);
    let services = topology.services.iter().enumerate();
    services
        .filter_map(|(index, _)| model.service(ServiceId(index)))
        .collect()
}

struct Model<'a> {
    topology: &'a Topology,
    electorates: Vec<Electorate>,
    /// Services of which a region cannot be lost, because the others cannot bear its load.
    short: Vec<bool>,
}

impl<'a> Model<'a> {
    fn of(topology: &'a Topology) -> Self {
        let worst = capacity::Routing::of(topology).worst();
        Model {
            topology,
            electorates: electorates(topology),
            short: worst.into_iter().map(|w| w.is_some()).collect(),
        }
    }

    fn service(&self, id: ServiceId) -> Option<Availability> {
        let hosts = self.topology.hosts.iter().enumerate();
        let hosts: Vec<_> = hosts.filter(|(_, h)| h.service == id).collect();
        if hosts.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        for (index, host) in hosts {
            parts.extend(self.entry(HostId(index), host));
        }
        let needed = self.needed(id);
        parts.extend(self.compute(&needed));
        let stores: BTreeSet<DatastoreId> = needed
            .iter()
            .flat_map(|s| self.topology.service(*s).uses.iter().copied())
            .collect();
        parts.extend(stores.into_iter().map(|store| self.store(store)));
        let shares: Option<Vec<f64>> = parts.iter().map(|p| p.share).collect();
        Some(Availability {
            service: id,
            total: shares.map(|s| s.iter().product()),
            objective: self.objective(id),
            parts,
        })
    }

    fn objective(&self, id: ServiceId) -> Option<(Percent, Span)> {
        let promises = self.topology.promises();
        let found = promises.availability(Promisee::Service(id))?;
        Some((found.value, found.span))
    }

    /// The service and all that it calls, directly or not.
    fn needed(&self, id: ServiceId) -> Vec<ServiceId> {
        let mut needed = vec![id];
        let mut next = 0;
        while let Some(service) = needed.get(next) {
            for other in &self.topology.service(*service).needs {
                if !needed.contains(other) {
                    needed.push(*other);
                }
            }
            next += 1;
        }
        needed
    }

    /// Users are directed to a region; unless that is one load balancer for all regions, one
    /// in each region receives them.
    fn entry(&self, id: HostId, host: &Host) -> Vec<Part> {
        let (routing, balancer) = (host.led_by(), Routing::LoadBalancer);
        let Some(first) = host.regions.first() else {
            return Vec::new();
        };
        let provider = self.topology.region(*first).place.provider;
        let found = contract(provider.word(), routing.word());
        let entry = Part {
            what: What::Entry(id),
            regions: host.regions.clone(),
            redundant: false,
            contracts: found.into_iter().collect(),
            share: found.map(|c| c.uptime),
        };
        if routing == balancer && found.is_some_and(|c| c.global) {
            return vec![entry];
        }
        let redundant = self.moves(host.service);
        let what = What::Balancers(id);
        let receive = self.part(what, &host.regions, balancer.word(), redundant);
        match routing == balancer {
            true => vec![receive],
            false => vec![entry, receive],
        }
    }

    /// What the services run on: those on the same runtime in the same regions share it.
    fn compute(&self, needed: &[ServiceId]) -> Vec<Part> {
        let mut pools: Vec<(Runtime, Vec<RegionId>, bool)> = Vec::new();
        for id in needed {
            let service = self.topology.service(*id);
            let regions: Vec<_> = service.placements.iter().map(|p| p.region).collect();
            let redundant = self.moves(*id);
            let shared = pools
                .iter_mut()
                .find(|(runtime, at, _)| *runtime == service.runtime && *at == regions);
            match shared {
                Some((_, _, all)) => *all &= redundant,
                None => pools.push((service.runtime, regions, redundant)),
            }
        }
        let parts = pools.iter().map(|(runtime, regions, redundant)| {
            self.part(What::Compute(*runtime), regions, runtime.word(), *redundant)
        });
        parts.collect()
    }

    fn store(&self, id: DatastoreId) -> Part {
        let store = self.topology.datastore(id);
        let what = What::Store(id);
        let voting = self.electorates.iter().find(|e| e.store == id);
        if let Some(set) = voting.filter(|e| e.kind == Kind::Sentinels) {
            return self.voted(what, store, set);
        }
        if let Some(contracts) = placed(self.topology, store) {
            return one_of(what, store, contracts);
        }
        let survives = |e: &Electorate| {
            let regions = (0..e.seats.len()).map(Fault::Region);
            regions.into_iter().all(|f| e.outcome(f).state.holds())
        };
        let promoted = voting.is_some_and(survives) || self.written_everywhere(store);
        // Copies that nobody promotes are no help: the writer's region is what counts.
        let regions = match store.writer {
            Some(writer) if !promoted => vec![writer],
            _ => store.regions.clone(),
        };
        self.part(what, &regions, store.engine.word(), promoted)
    }

    /// Whether every region takes writes, and users are moved to them without a person.
    fn written_everywhere(&self, store: &Datastore) -> bool {
        store.mode() == Mode::ActiveActive && !self.manual()
    }

    /// A store that runs on the clusters and votes: there as long as a majority of the votes
    /// is in regions that are there.
    fn voted(&self, what: What, store: &Datastore, set: &Electorate) -> Part {
        let on = Runtime::Kubernetes.word();
        let whole = self.part(what, &store.regions, on, true);
        let votes = set.seats.iter().map(|seat| {
            let region = seat.region?;
            Some((seat.votes, self.in_region(region, on)?.1))
        });
        let votes: Option<Vec<(u32, f64)>> = votes.collect();
        Part {
            share: votes.map(|v| majority(&v, set.majority())),
            ..whole
        }
    }

    /// A part that regions have one each of.
    fn part(&self, what: What, regions: &[RegionId], about: &str, redundant: bool) -> Part {
        let found: Vec<_> = regions
            .iter()
            .filter_map(|r| self.in_region(*r, about))
            .collect();
        let shares: Vec<f64> = found.iter().map(|(_, share)| *share).collect();
        let mut contracts: Vec<&Contract> = Vec::new();
        for (contract, _) in &found {
            if !contracts.contains(contract) {
                contracts.push(contract);
            }
        }
        let redundant = redundant && regions.len() > 1;
        Part {
            what,
            regions: regions.to_vec(),
            redundant,
            contracts,
            share: (found.len() == regions.len()).then(|| together(&shares, redundant)),
        }
    }

    /// The contract that holds in a region, and its figure there.
    fn in_region(&self, region: RegionId, about: &str) -> Option<(&'static Contract, f64)> {
        let place = self.topology.region(region).place;
        let found = contract(place.provider.word(), about)?;
        Some((found, found.uptime_in(place.location)))
    }

    /// Whether the other regions take over for a lost one: without a person, and with room.
    fn moves(&self, service: ServiceId) -> bool {
        !self.manual() && !self.short[service.0]
    }

    /// Whether a person moves the users.
    fn manual(&self) -> bool {
        let failover = self.topology.failover.as_ref();
        failover.is_some_and(|f| *f.mode == Trigger::Manual)
    }
}

/// The contracts of a store whose copies the provider places, one for each database; `None`
/// for other stores.
fn placed(topology: &Topology, store: &Datastore) -> Option<Vec<Option<&'static Contract>>> {
    if store.external().is_some() {
        return Some(vec![None]);
    }
    let provider = topology.region(*store.regions.first()?).place.provider;
    let locations: Vec<bool> = match store.placed() {
        Placed::AcrossRegions => vec![store.regions.len() > 1],
        Placed::AtLocation => multi_regions(provider, store),
        Placed::InRegions => return None,
    };
    let about = |multi: &bool| match multi {
        true => format!("{}-multi-region", store.engine.word()),
        false => store.engine.word().to_string(),
    };
    let contracts = locations
        .iter()
        .map(|m| contract(provider.word(), &about(m)));
    Some(contracts.collect())
}

/// Whether each database is at a location that is more than a region.
fn multi_regions(provider: Provider, store: &Datastore) -> Vec<bool> {
    let databases = store.databases.iter();
    databases
        .map(|d| catalog::find(provider, &d.location).is_none())
        .collect()
}

/// Several databases, of which a user needs the one that serves his region: the weakest
/// counts.
fn one_of(what: What, store: &Datastore, contracts: Vec<Option<&'static Contract>>) -> Part {
    let shares = contracts.iter().map(|c| c.map(|c| c.uptime));
    let shares: Option<Vec<f64>> = shares.collect();
    Part {
        what,
        regions: store.regions.clone(),
        redundant: false,
        share: shares.and_then(|s| s.into_iter().reduce(f64::min)),
        contracts: contracts.into_iter().flatten().collect(),
    }
}

/// The share of time that one of several, or all of them, are there.
fn together(shares: &[f64], one_is_enough: bool) -> f64 {
    match one_is_enough {
        true => 1.0 - shares.iter().map(|s| 1.0 - s).product::<f64>(),
        false => shares.iter().product(),
    }
}

/// The share of time that `needed` votes are there, of places with so many votes each.
fn majority(places: &[(u32, f64)], needed: u32) -> f64 {
    let total: u32 = places.iter().map(|(votes, _)| votes).sum();
    // How likely each number of votes is.
    let mut likely = vec![0.0; total as usize + 1];
    likely[0] = 1.0;
    for (votes, share) in places {
        let mut next = vec![0.0; likely.len()];
        for (count, chance) in likely.iter().enumerate().filter(|(_, c)| **c > 0.0) {
            next[count] += chance * (1.0 - share);
            next[count + *votes as usize] += chance * share;
        }
        likely = next;
    }
    likely.iter().skip(needed as usize).sum()
}

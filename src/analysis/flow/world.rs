//! What the graphs of all datasets of a topology are built from, gathered once.

use super::copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied, Written};
use super::processing::{Reader, of_queues, of_stores};
use super::serving::{Served, elsewhere};
use super::zones::Zones;
use crate::analysis::capacity::Routing;
use crate::source::Span;
use crate::topology::{
    Dataset, DatastoreId, HostId, Nature, QueueId, RegionId, ServiceId, Telemetry, Topology,
};
use std::collections::{BTreeMap, BTreeSet};

/// What all graphs of a topology are built from.
pub(super) struct World<'a> {
    pub topology: &'a Topology,
    pub zones: Zones<'a>,
    pub stores: Vec<Vec<&'a Copy>>,
    pub queues: Vec<Vec<&'a Copy>>,
    pub edges: Vec<Vec<&'a Copy>>,
    pub sinks: Vec<(Sink, &'a Telemetry, Vec<Copy>)>,
    /// The regions whose services use a store, each with the place that says so.
    pub users: Vec<BTreeMap<RegionId, Span>>,
    /// Who reads each store, and where.
    pub readers: BTreeMap<DatastoreId, Vec<Reader>>,
    /// Who receives what each queue keeps, and where.
    pub receivers: BTreeMap<QueueId, Vec<Reader>>,
    /// The hosts whose services use a store.
    pub hosts: Vec<Vec<HostId>>,
    /// By zone and store, who else serves users of what uses the store.
    pub served: BTreeMap<(&'a str, DatastoreId), Vec<Served>>,
}

impl<'a> World<'a> {
    pub(super) fn of(topology: &'a Topology, supplied: &'a Supplied) -> Self {
        let mut world = World {
            topology,
            zones: Zones::of(topology),
            stores: vec![Vec::new(); topology.datastores.len()],
            queues: vec![Vec::new(); topology.queues.len()],
            edges: vec![Vec::new(); topology.hosts.len()],
            sinks: sinks(topology, supplied),
            users: users(topology),
            readers: of_stores(topology),
            receivers: of_queues(topology),
            hosts: hosts(topology),
            served: BTreeMap::new(),
        };
        for copy in &supplied.copies {
            match copy.of {
                Holder::Store(id) => world.stores[id.0].push(copy),
                Holder::Queue(id) => world.queues[id.0].push(copy),
                Holder::Host(id) => world.edges[id.0].push(copy),
                Holder::Telemetry(_) => {}
            }
        }
        let routing = Routing::of(topology);
        for (zone, _) in world.zones.iter() {
            let homes = world.homes(Some(&zone.text), &[]);
            for (index, hosts) in world.hosts.iter().enumerate() {
                let store = DatastoreId(index);
                let served = elsewhere(topology, &routing, (store, hosts), &homes);
                world.served.insert((&zone.text, store), served);
            }
        }
        world
    }

    /// The zones with people whose data a dataset holds: its own, else those of its places
    /// and of the services that use it.
    pub(super) fn owners(&self, store: DatastoreId, dataset: &'a Dataset) -> Vec<&'a str> {
        if let Some(zone) = &dataset.zone {
            return vec![&zone.value];
        }
        if !about_people(dataset) {
            return Vec::new();
        }
        let owns = |zone: &str| {
            let site = |copy: &&Copy| copy.site.zone.as_deref() == Some(zone);
            let region = |r: &RegionId| self.topology.region(*r).zone.as_deref() == Some(zone);
            self.stores[store.0].iter().any(site) || self.users[store.0].keys().any(region)
        };
        let zones = self.zones.iter().map(|(name, _)| name.text.as_str());
        zones.filter(|zone| owns(zone)).collect()
    }

    /// Whether anybody outside of the owners' zones has data in a dataset.
    pub(super) fn others(&self, store: DatastoreId, owners: &[&str]) -> bool {
        let foreign = |zone: Option<&str>| zone.is_none_or(|z| !owners.contains(&z));
        let user = |r: &RegionId| foreign(self.topology.region(*r).zone.as_deref());
        let root = |copy: &&Copy| owners.iter().all(|z| !self.zones.inside(z, &copy.site));
        owners.is_empty()
            || self.users[store.0].keys().any(user)
            || self.stores[store.0].iter().any(root)
    }

    /// The regions of a zone; those of no owner's zone for `None`.
    pub(super) fn homes(&self, zone: Option<&str>, owners: &[&str]) -> Vec<RegionId> {
        let at_home = |id: &RegionId| {
            let own = self.topology.region(*id).zone.as_deref();
            match zone {
                Some(zone) => own == Some(zone),
                None => own.is_none_or(|z| !owners.contains(&z)),
            }
        };
        self.topology.region_ids().filter(at_home).collect()
    }
}

/// Whether data is about people, or their money or health.
pub(super) fn about_people(dataset: &Dataset) -> bool {
    protected(dataset).is_some()
}

/// The place that says that data is about people.
pub(super) fn protected(dataset: &Dataset) -> Option<Span> {
    let about = dataset.holds.iter().find(|h| {
        matches!(
            h.value,
            Nature::Personal | Nature::Sensitive | Nature::Payment | Nature::Health
        )
    });
    about.map(|h| h.span)
}

fn users(topology: &Topology) -> Vec<BTreeMap<RegionId, Span>> {
    let mut users = vec![BTreeMap::new(); topology.datastores.len()];
    for service in &topology.services {
        for (id, place) in service.uses.iter().zip(&service.uses_at) {
            for placement in &service.placements {
                users[id.0].entry(placement.region).or_insert(place.span);
            }
        }
    }
    users
}

/// By store, the hosts behind which a service uses it, or one that is called from there.
fn hosts(topology: &Topology) -> Vec<Vec<HostId>> {
    let mut behind: BTreeMap<ServiceId, Vec<DatastoreId>> = BTreeMap::new();
    let mut hosts = vec![Vec::new(); topology.datastores.len()];
    for (index, host) in topology.hosts.iter().enumerate() {
        let stores = behind
            .entry(host.service)
            .or_insert_with(|| stores_behind(topology, host.service));
        for store in stores {
            hosts[store.0].push(HostId(index));
        }
    }
    hosts
}

fn stores_behind(topology: &Topology, service: ServiceId) -> Vec<DatastoreId> {
    let mut seen = BTreeSet::new();
    let mut stores = BTreeSet::new();
    let mut next = vec![service];
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            stores.extend(topology.service(id).uses.iter().copied());
            next.extend(topology.service(id).needs.iter().copied());
        }
    }
    stores.into_iter().collect()
}

/// Where telemetry rests: at the location that the spec names, where the offering keeps it,
/// or beside what it is of; and brought together, if it is and nobody says where.
fn sinks<'a>(topology: &'a Topology, supplied: &Supplied) -> Vec<(Sink, &'a Telemetry, Vec<Copy>)> {
    let observability = &topology.observability;
    let written = [
        &observability.metrics,
        &observability.logs,
        &observability.traces,
    ];
    let sinks = Sink::ALL.into_iter().zip(written);
    sinks
        .filter_map(|(sink, written)| {
            let written = written.as_ref()?;
            Some((
                sink,
                written,
                sink_copies(topology, supplied, sink, written),
            ))
        })
        .collect()
}

fn sink_copies(
    topology: &Topology,
    supplied: &Supplied,
    sink: Sink,
    written: &Telemetry,
) -> Vec<Copy> {
    let of = Holder::Telemetry(sink);
    let keeps = written
        .retention
        .as_ref()
        .map_or(Keep::Lives, |r| Keep::Seconds(r.secs()));
    let copy = |site: Site, span: Span, text: &str| {
        let copy = Copy::new(of, Kind::Telemetry, sink.word(), site);
        copy.kept(keeps).at(span, text)
    };
    if let Some(location) = &written.location {
        let site = located(topology, supplied, location);
        return vec![
            copy(site, location.span, "kept here").written_by(topology.region_ids().collect()),
        ];
    }
    let offered = supplied.copies.iter().filter(|c| c.of == of);
    let mut copies: Vec<Copy> = offered
        .cloned()
        .map(|c| {
            c.kept(keeps)
                .at(written.by.span, "kept where this keeps it")
        })
        .collect();
    for id in topology.region_ids() {
        let covers = |c: &Copy| matches!(&c.written, Written::By(by) if by.contains(&id));
        if !copies.iter().any(covers) {
            let own = copy(
                Site::region(topology, id),
                written.by.span,
                "kept by region",
            );
            copies.push(own.written_by(vec![id]));
        }
    }
    if written.across.value {
        let together = Site::named("where all regions are brought together", []);
        let all = copy(
            together,
            written.across.span,
            "brought together, nobody says where",
        );
        copies.push(all.written_by(topology.region_ids().collect()));
    }
    copies
}

/// A region of the topology, or a location that an offering knows.
fn located(topology: &Topology, supplied: &Supplied, location: &crate::topology::Text) -> Site {
    let known = supplied.copies.iter().map(|c| &c.site);
    match topology.region_named(&location.value) {
        Some(id) => Site::region(topology, id),
        None => known
            .into_iter()
            .find(|s| s.name == location.value)
            .cloned()
            .unwrap_or_else(|| place_named(topology, &location.value)),
    }
}

fn place_named(topology: &Topology, name: &str) -> Site {
    let mut providers = topology.providers().into_iter();
    match providers.find_map(|p| crate::catalog::find(p, name)) {
        Some(place) => Site::place(topology, place),
        None => Site::named(name, []),
    }
}

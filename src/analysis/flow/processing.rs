//! Services that read or receive a dataset outside of its zone: what is processed there is there.

use super::build::{Builder, Node};
use super::copy::{Holder, Keep, Kind, Site};
use super::world::World;
use crate::diagnostic::Label;
use crate::source::Span;
use crate::topology::{DatastoreId, QueueId, RegionId, Topology};
use std::collections::BTreeMap;

/// Services at a place.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// The first one's name.
    pub service: String,
    /// How many more there are at the place.
    pub more: usize,
    /// Where it runs.
    pub site: Site,
    /// The place that says so.
    pub span: Span,
    /// Whether it is the worker that carries changes between all copies of a store.
    pub carries: bool,
}

impl Reader {
    fn name(&self) -> String {
        match self.more {
            0 => self.service.clone(),
            more => format!("{} and {more} more", self.service),
        }
    }
}

/// Readers by what they read; those at one place are one, so that a graph grows with places.
type Readers<K> = BTreeMap<K, Vec<Reader>>;

fn add<K: Ord>(readers: &mut Readers<K>, of: K, reader: Reader) {
    let here = readers.entry(of).or_default();
    let same = |r: &&mut Reader| r.site == reader.site && r.carries == reader.carries;
    match here.iter_mut().find(same) {
        Some(known) if known.service == reader.service => {}
        Some(known) => known.more += 1,
        None => here.push(reader),
    }
}

/// By store, who reads it and where.
pub(super) fn of_stores(topology: &Topology) -> Readers<DatastoreId> {
    let mut readers = Readers::new();
    for service in &topology.services {
        for (id, place) in service.uses.iter().zip(&service.uses_at) {
            let worker = topology.worker(topology.datastore(*id));
            if worker.is_some_and(|(w, _)| w.name == service.name) {
                // Counted below, by what it carries.
                continue;
            }
            let each = service.placements.iter().map(|p| Reader {
                service: service.name.clone(),
                more: 0,
                site: Site::region(topology, p.region),
                span: place.span,
                carries: false,
            });
            each.for_each(|reader| add(&mut readers, *id, reader));
        }
    }
    for service in &topology.outside {
        let at = service.external.at.iter();
        let sites: Vec<(Site, Span)> = at.filter_map(|s| Site::spot(topology, s)).collect();
        for id in &service.uses {
            let each = sites.iter().map(|(site, span)| Reader {
                service: service.name.clone(),
                more: 0,
                site: site.clone(),
                span: *span,
                carries: false,
            });
            each.for_each(|reader| add(&mut readers, *id, reader));
        }
    }
    for (index, store) in topology.datastores.iter().enumerate() {
        let Some((service, span)) = topology.worker(store) else {
            continue;
        };
        let each = service.placements.iter().map(|p| Reader {
            service: service.name.clone(),
            more: 0,
            site: Site::region(topology, p.region),
            span,
            carries: true,
        });
        each.for_each(|reader| add(&mut readers, DatastoreId(index), reader));
    }
    readers
}

/// By queue, who receives its messages and where: what they are pushed to, and who reads them.
pub(super) fn of_queues(topology: &Topology) -> Readers<QueueId> {
    let mut readers = Readers::new();
    for (index, queue) in topology.queues.iter().enumerate() {
        let mut receives =
            |service: &crate::topology::Service, regions: Vec<RegionId>, span: Span| {
                let each = regions.into_iter().map(|id| Reader {
                    service: service.name.clone(),
                    more: 0,
                    site: Site::region(topology, id),
                    span,
                    carries: false,
                });
                each.for_each(|reader| add(&mut readers, QueueId(index), reader));
            };
        if let Some(id) = queue.receiver {
            let service = topology.service(id);
            let span = queue.push_at;
            let regions = match queue.host {
                Some(host) => topology.host(host).regions.clone(),
                None => topology.push_region(service).into_iter().collect(),
            };
            receives(service, regions, span);
        }
        for service in &topology.services {
            let scale = service.scale_on.as_ref();
            let reads = scale.and_then(|s| s.queues.name(&queue.name));
            if let Some(name) = reads {
                let regions = service.placements.iter().map(|p| p.region);
                receives(service, regions.collect(), name.span);
            }
        }
    }
    readers
}

impl Builder<'_, '_> {
    /// Services that read the copies of the store, as far as they are outside of the zone.
    pub(super) fn read(&mut self) {
        let world: &World = self.world;
        let readers = || world.readers.get(&self.subject.store).into_iter().flatten();
        // Where the worker also runs inside of the zone, that one reads what is there.
        let beside = readers().any(|r| r.carries && self.inside(r));
        let holder = Holder::Store(self.subject.store);
        for reader in readers().filter(|r| !r.carries || !beside) {
            let from = self.read_from(reader);
            self.processed(reader, holder, &from);
        }
    }

    /// The copies that a service reads: that of its region, else those that it writes to. What
    /// no copy is for, and what carries all of them, reads one at home.
    fn read_from(&self, reader: &Reader) -> Vec<usize> {
        let home = || {
            let mut roots = self.roots.iter();
            let home = roots.clone().find(|(_, copy)| self.is_home(copy));
            home.or(roots.next())
                .map(|(node, _)| *node)
                .into_iter()
                .collect()
        };
        let Some(region) = reader.site.region.filter(|_| !reader.carries) else {
            return home();
        };
        let here = self.roots.iter();
        let here = here.filter(|(_, copy)| copy.site.region == Some(region));
        let here: Vec<usize> = here.map(|(node, _)| *node).collect();
        let mut choices = [here, self.written_from(region)].into_iter();
        choices.find(|nodes| !nodes.is_empty()).unwrap_or_else(home)
    }

    /// Services that receive what a queue keeps, as far as they are outside of the zone.
    pub(super) fn received(&mut self, queue: QueueId, nodes: &[usize]) {
        let world: &World = self.world;
        for reader in world.receivers.get(&queue).into_iter().flatten() {
            self.processed(reader, Holder::Queue(queue), nodes);
        }
    }

    fn inside(&self, reader: &Reader) -> bool {
        let inside = |zone| self.world.zones.inside(zone, &reader.site);
        self.subject.zone.is_some_and(inside)
    }

    fn processed(&mut self, reader: &Reader, holder: Holder, from: &[usize]) {
        if self.subject.zone.is_none() || self.inside(reader) || from.is_empty() {
            return;
        }
        let place = Label {
            span: reader.span,
            text: format!("{} reads or receives it", reader.name()),
        };
        let node = self.node(Node {
            kind: Kind::Processing,
            name: reader.name(),
            site: reader.site.clone(),
            keeps: Keep::Passing,
            holder: Some(holder),
            places: vec![place],
            source: String::new(),
        });
        for source in from {
            self.link(*source, node, Vec::new());
        }
    }
}

//! The part of a topology that one cloud generates. Each cloud lowers its own part alone, so
//! that a topology on two clouds becomes two halves that know nothing of each other.

use super::{
    Datastore, DatastoreId, Host, HostId, Queue, QueueId, RegionId, Secret, Service, ServiceId,
    Topology,
};
use crate::spec::Provider;

/// Where what is kept of a list went: the old places in the new order.
struct Kept(Vec<usize>);

impl Kept {
    fn of<T>(all: &[T], keep: impl Fn(&T) -> bool) -> Kept {
        let kept = all.iter().enumerate().filter(|(_, each)| keep(each));
        Kept(kept.map(|(at, _)| at).collect())
    }

    /// The new place of an old one.
    fn at(&self, old: usize) -> Option<usize> {
        self.0.iter().position(|kept| *kept == old)
    }

    fn services(&self, ids: &[ServiceId]) -> Vec<ServiceId> {
        let new = ids.iter().filter_map(|id| self.at(id.0));
        new.map(ServiceId).collect()
    }
}

impl Topology {
    /// What a cloud generates: services, datastores, queues, hosts and secrets that have a
    /// region there, each in those regions only, and nothing that somebody else runs. Regions keep their ids, and those of other
    /// clouds no longer count ([`Topology::region_ids`]).
    pub fn on(&self, provider: Provider) -> Topology {
        let here = |id: &RegionId| self.region(*id).place.provider == provider;
        let any = |ids: &[RegionId]| ids.iter().any(here);
        let own = |ids: &[RegionId]| ids.iter().copied().filter(here).collect::<Vec<_>>();
        let services = Kept::of(&self.services, |s| {
            s.placements.iter().any(|p| here(&p.region))
        });
        let stores = Kept::of(&self.datastores, |s| {
            s.external().is_none() && any(&s.regions)
        });
        let queues = Kept::of(&self.queues, |q| q.external().is_none() && any(&q.regions));
        let hosts = Kept::of(&self.hosts, |h| h.external().is_none() && any(&h.regions));
        let service = |at: &usize| {
            let service = &self.services[*at];
            let mut placements = service.placements.clone();
            placements.retain(|p| here(&p.region));
            let uses = service.uses.iter().filter_map(|id| stores.at(id.0));
            let publishes = service.publishes.iter().filter_map(|id| queues.at(id.0));
            Service {
                placements,
                uses: uses.map(DatastoreId).collect(),
                needs: services.services(&service.needs),
                publishes: publishes.map(QueueId).collect(),
                ..service.clone()
            }
        };
        let store = |at: &usize| {
            let store = &self.datastores[*at];
            let mut databases = store.databases.clone();
            for database in &mut databases {
                database.serves.retain(here);
                database.taken_over_by.retain(here);
            }
            Datastore {
                regions: own(&store.regions),
                writer: store.writer.filter(here),
                databases,
                ..store.clone()
            }
        };
        let queue = |at: &usize| {
            let queue = &self.queues[*at];
            Queue {
                receiver: queue
                    .receiver
                    .and_then(|id| services.at(id.0))
                    .map(ServiceId),
                host: queue.host.and_then(|id| hosts.at(id.0)).map(HostId),
                regions: own(&queue.regions),
                publishers: services.services(&queue.publishers),
                ..queue.clone()
            }
        };
        let host = |at: &usize| {
            let host = &self.hosts[*at];
            // A host that is kept leads to a service that runs where it does.
            let service = services.at(host.service.0).map(ServiceId)?;
            Some(Host {
                service,
                regions: own(&host.regions),
                ..host.clone()
            })
        };
        let secrets = self.secrets.iter().filter(|s| any(&s.regions));
        let secrets = secrets.map(|secret| Secret {
            regions: own(&secret.regions),
            readers: services.services(&secret.readers),
            ..secret.clone()
        });
        Topology {
            only: Some(provider),
            services: services.0.iter().map(service).collect(),
            datastores: stores.0.iter().map(store).collect(),
            queues: queues.0.iter().map(queue).collect(),
            hosts: hosts.0.iter().filter_map(host).collect(),
            secrets: secrets.collect(),
            ..self.clone()
        }
    }
}

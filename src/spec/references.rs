//! Where the parts of a spec name each other: the one place in which a name is exchanged or
//! taken out everywhere.

use super::decode::Value;
use super::{Datastore, PerRegion, Ref, Spec, Spot};
use std::collections::BTreeSet;

/// A kind of thing that has a name and that something is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A region.
    Region,
    /// A datastore.
    Datastore,
    /// A queue.
    Queue,
    /// A service.
    Service,
    /// A host.
    Host,
    /// A secret.
    Secret,
    /// A database of a datastore that has several, by both names: `marketplace.us`. Its store's
    /// own database has the name of the store twice.
    Database,
}

/// What a name becomes: another one, or nothing.
pub type Becomes<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Thing {
    /// All kinds.
    pub const ALL: [Thing; 7] = [
        Thing::Region,
        Thing::Datastore,
        Thing::Queue,
        Thing::Service,
        Thing::Host,
        Thing::Secret,
        // After its store, which is named first.
        Thing::Database,
    ];

    /// Its word in the lock and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Thing::Region => "region",
            Thing::Datastore => "datastore",
            Thing::Queue => "queue",
            Thing::Service => "service",
            Thing::Host => "host",
            Thing::Secret => "secret",
            Thing::Database => "database",
        }
    }

    /// The map of the spec that holds the one of a name.
    pub fn map(self, name: &str) -> String {
        let map = match self {
            Thing::Region => "regions",
            Thing::Datastore => "datastores",
            Thing::Queue => "queues",
            Thing::Service => "services",
            Thing::Host => "traffic",
            Thing::Secret => "secrets",
            Thing::Database => {
                let (store, _) = name.split_once('.').unwrap_or((name, ""));
                return format!("datastores.{store}.databases");
            }
        };
        map.to_string()
    }

    /// The name within that map.
    pub fn key(self, name: &str) -> &str {
        match self {
            Thing::Database => name.split_once('.').map_or(name, |(_, key)| key),
            _ => name,
        }
    }
}

impl Spec {
    /// Exchanges the names of a kind of thing, where they are given and wherever they are
    /// referred to. What becomes nothing is taken out with what is only about it; a reference
    /// that must be there stays, and then leads nowhere.
    pub fn exchange(&mut self, thing: Thing, to: Becomes) {
        match thing {
            Thing::Region => self.regions.rename(to),
            Thing::Datastore => {
                let before = self.datasets();
                self.datastores.rename(to);
                let gone = &before - &self.datasets();
                self.datasets_named(&|name| (!gone.contains(name)).then(|| name.to_string()));
            }
            Thing::Queue => self.queues.rename(to),
            Thing::Service => self.services.rename(to),
            Thing::Host => self.traffic.rename(to),
            Thing::Secret => self.secrets.rename(to),
            Thing::Database => self.databases_named(to),
        }
        self.exchange_references(thing, to);
    }

    /// The same, but the thing itself keeps its name and stays.
    pub fn exchange_references(&mut self, thing: Thing, to: Becomes) {
        match thing {
            Thing::Region => self.regions_named(to),
            Thing::Datastore => {
                for service in self.services.values_mut() {
                    list(&mut service.uses, to);
                }
            }
            Thing::Queue => self.queues_named(to),
            Thing::Service => self.services_named(to),
            Thing::Host => {
                for queue in self.queues.values_mut() {
                    queue.push.iter_mut().for_each(|p| one(&mut p.host, to));
                }
            }
            Thing::Secret => {
                for service in self.services.values_mut() {
                    list(&mut service.secrets, to);
                }
                let stores = self.datastores.values_mut().map(|d| &mut d.external);
                for external in stores.flatten() {
                    one(&mut external.secret, to);
                }
            }
            // Nothing refers to one by its name.
            Thing::Database => {}
        }
        if !matches!(thing, Thing::Region | Thing::Secret | Thing::Database) {
            self.parts_named(to);
        }
    }

    /// The names of all datasets.
    fn datasets(&self) -> BTreeSet<String> {
        let stores = self.datastores.iter();
        let names = stores.flat_map(|(_, store)| store.datasets.names());
        names.map(str::to_string).collect()
    }

    /// What is about datasets: a transfer of none is gone, for without a list it is one of all.
    fn datasets_named(&mut self, to: Becomes) {
        for queue in self.queues.values_mut() {
            list(&mut queue.carries, to);
        }
        let caches = self.traffic.values_mut().flat_map(|h| &mut h.cdn);
        let rules = caches.flat_map(|c| c.rules.values_mut());
        rules.for_each(|rule| list(&mut rule.carries, to));
        let telemetry = self.observability.iter_mut();
        let telemetry = telemetry.flat_map(|o| [&mut o.metrics, &mut o.logs, &mut o.traces]);
        telemetry.flatten().for_each(|t| list(&mut t.carries, to));
        if let Some(compliance) = &mut self.compliance {
            let all = &mut compliance.transfers;
            all.retain(|t| t.datasets.is_empty() || t.datasets.iter().any(|d| to(d).is_some()));
            all.values_mut().for_each(|t| list(&mut t.datasets, to));
        }
    }

    fn databases_named(&mut self, to: Becomes) {
        let stores: Vec<String> = self.datastores.names().map(str::to_string).collect();
        for (store, written) in stores.iter().zip(self.datastores.values_mut()) {
            written.databases.rename(&|name| {
                let named = to(&database(store, name))?;
                Some(Thing::Database.key(&named).to_string())
            });
        }
    }

    /// What is measured: a datastore, service, queue or host.
    fn parts_named(&mut self, to: Becomes) {
        self.metrics.retain(|m| stays(m.on.as_ref(), to));
        self.alerts.retain(|a| stays(a.on.as_ref(), to));
        self.facts.retain(|f| stays(f.on.as_ref(), to));
        self.metrics.values_mut().for_each(|m| one(&mut m.on, to));
        self.alerts.values_mut().for_each(|a| one(&mut a.on, to));
        self.facts.values_mut().for_each(|f| one(&mut f.on, to));
        let boards = self
            .observability
            .iter_mut()
            .flat_map(|o| &mut o.dashboards);
        boards.for_each(|d| list(&mut d.named, to));
    }

    fn queues_named(&mut self, to: Becomes) {
        for service in self.services.values_mut() {
            list(&mut service.publishes, to);
            let scaled = service.scale_on.iter_mut();
            scaled.for_each(|s| s.queues.rename(to));
        }
        for store in self.datastores.values_mut() {
            let replication = store.replication.iter_mut();
            replication.for_each(|r| one(&mut r.queue, to));
        }
        self.drills.retain(|d| stays(d.queue.as_ref(), to));
        self.drills.values_mut().for_each(|d| one(&mut d.queue, to));
    }

    fn services_named(&mut self, to: Becomes) {
        for service in self.services.values_mut() {
            list(&mut service.needs, to);
        }
        for secret in self.secrets.values_mut() {
            list(&mut secret.used_by, to);
        }
        if let Some(existing) = &mut self.existing {
            list(&mut existing.roles, to);
        }
        for queue in self.queues.values_mut() {
            list(&mut queue.publishers, to);
            queue.push.iter_mut().for_each(|p| must(&mut p.to, to));
        }
        for host in self.traffic.values_mut() {
            must(&mut host.to, to);
        }
        for store in self.datastores.values_mut() {
            let replication = store.replication.iter_mut();
            replication.for_each(|r| one(&mut r.worker, to));
        }
    }

    /// Takes all publishers from a queue; what empties it stays.
    pub fn no_longer_published(&mut self, queue: &str) {
        for service in self.services.values_mut() {
            service.publishes.retain(|to| to.value != queue);
        }
        let names: Vec<String> = self.queues.names().map(str::to_string).collect();
        for (name, written) in names.iter().zip(self.queues.values_mut()) {
            if name == queue {
                written.publishers.clear();
            }
        }
    }

    /// Takes a service out of what other services call.
    pub fn no_longer_needed(&mut self, service: &str) {
        for other in self.services.values_mut() {
            other.needs.retain(|needed| needed.value != service);
        }
    }

    fn regions_named(&mut self, to: Becomes) {
        for region in self.regions.values_mut() {
            one(&mut region.pair, to);
        }
        for secret in self.secrets.values_mut() {
            list(&mut secret.regions, to);
        }
        for store in self.datastores.values_mut() {
            regions_of_store(store, to);
        }
        for queue in self.queues.values_mut() {
            list(&mut queue.regions, to);
            queue.external.iter_mut().for_each(|e| spots(&mut e.at, to));
        }
        for service in self.services.values_mut() {
            list(&mut service.regions, to);
            each(&mut service.replicas, to);
            service
                .external
                .iter_mut()
                .for_each(|e| spots(&mut e.at, to));
        }
        for host in self.traffic.values_mut() {
            one(&mut host.region, to);
            host.external.iter_mut().for_each(|e| spots(&mut e.at, to));
        }
        self.regions_of_the_system(to);
    }

    /// What names regions beside what is in them.
    fn regions_of_the_system(&mut self, to: Becomes) {
        if let Some(network) = &mut self.network {
            list(&mut network.isolated, to);
            network
                .links
                .retain(|l| l.between.iter().all(|r| to(r).is_some()));
            network
                .links
                .values_mut()
                .for_each(|l| list(&mut l.between, to));
        }
        let arguments = self.terraform.iter_mut().map(|t| &mut t.arguments);
        for arguments in arguments {
            let all = |a: &super::ExtraArguments| a.regions.is_empty();
            arguments.retain(|a| all(a) || a.regions.iter().any(|r| to(r).is_some()));
            arguments
                .values_mut()
                .for_each(|a| list(&mut a.regions, to));
        }
        if let Some(existing) = &mut self.existing {
            existing.networks.rename(to);
            existing.clusters.rename(to);
            existing.registries.rename(to);
            existing.keys.rename(to);
        }
        let transfers = self.compliance.iter_mut().map(|c| &mut c.transfers);
        for transfers in transfers {
            transfers.retain(|t| to(&t.to).is_some());
            transfers.values_mut().for_each(|t| must(&mut t.to, to));
        }
        self.steps.retain(|s| stays(s.region.as_ref(), to));
        self.steps.values_mut().for_each(|s| one(&mut s.region, to));
        self.drills
            .retain(|d| stays(d.primary.as_ref(), to) && stays(d.secondary.as_ref(), to));
        for drill in self.drills.values_mut() {
            one(&mut drill.primary, to);
            one(&mut drill.secondary, to);
        }
        self.alerts
            .retain(|a| a.between.iter().all(|r| to(r).is_some()));
        self.alerts
            .values_mut()
            .for_each(|a| list(&mut a.between, to));
        let all = |c: &super::Channel| c.regions.is_empty();
        self.channels
            .retain(|c| all(c) || c.regions.iter().any(|r| to(r).is_some()));
        self.channels
            .values_mut()
            .for_each(|c| list(&mut c.regions, to));
        if let Some(deployment) = &mut self.deployment {
            list(&mut deployment.order, to);
            deployment.environments.rename(to);
        }
        if let Some(cost) = &mut self.cost {
            cost.monthly.rename(to);
            cost.shares.rename(to);
        }
        let collectors = self.observability.iter_mut();
        let collectors = collectors.flat_map(|o| [&mut o.metrics, &mut o.logs, &mut o.traces]);
        for outside in collectors.flatten().filter_map(|t| t.external.as_mut()) {
            spots(&mut outside.at, to);
        }
    }
}

/// The name of a database among those of all stores.
pub fn database(store: &str, name: &str) -> String {
    format!("{store}.{name}")
}

fn regions_of_store(store: &mut Datastore, to: Becomes) {
    list(&mut store.regions, to);
    list(&mut store.read_replicas, to);
    each(&mut store.nodes, to);
    each(&mut store.sentinels, to);
    store.members.retain(|m| to(&m.region).is_some());
    store
        .members
        .values_mut()
        .for_each(|m| must(&mut m.region, to));
    for database in store.databases.values_mut() {
        list(&mut database.serves, to);
        list(&mut database.taken_over_by, to);
        // What served the lost region alone serves those that take over from it.
        if database.serves.is_empty() {
            database.serves.clone_from(&database.taken_over_by);
        }
    }
    if let Some(replication) = &mut store.replication {
        replication.links.rename(to);
        replication.links.values_mut().for_each(|l| list(l, to));
    }
    store
        .backup
        .iter_mut()
        .for_each(|b| list(&mut b.copies_to, to));
    store.external.iter_mut().for_each(|e| spots(&mut e.at, to));
}

/// Whether what is about something, or about all, is still about something.
fn stays(on: Option<&Ref>, to: Becomes) -> bool {
    on.is_none_or(|on| to(on).is_some())
}

fn must(of: &mut Ref, to: Becomes) {
    if let Some(name) = to(&of.value) {
        of.value = name;
    }
}

fn one(of: &mut Option<Ref>, to: Becomes) {
    let named = of.take();
    *of = named.and_then(|r| {
        Some(Value {
            value: to(&r.value)?,
            ..r
        })
    });
}

fn list(of: &mut Vec<Ref>, to: Becomes) {
    let named = std::mem::take(of).into_iter();
    *of = named
        .filter_map(|r| {
            Some(Value {
                value: to(&r.value)?,
                ..r
            })
        })
        .collect();
}

fn spots(of: &mut Vec<Spot>, to: Becomes) {
    of.retain(|spot| stays(spot.region.as_ref(), to));
    of.iter_mut().for_each(|spot| one(&mut spot.region, to));
}

fn each<T>(of: &mut Option<PerRegion<T>>, to: Becomes) {
    if let Some(PerRegion::Each(map)) = of {
        map.rename(to);
    }
}

//! What an offering needs of Google Cloud's frame.

use super::Lowering;
use super::cloud_run::CloudRun;
use super::cloud_sql::CloudSql;
use super::cloud_storage::CloudStorage;
use super::firestore::Firestore;
use super::memorystore::Memorystore;
use super::operations::Operations;
use super::pointing::User;
use super::pubsub::Pubsub;
use crate::analysis::Context;
use crate::analysis::flow::copy::Copy;
use crate::analysis::term::Term;
use crate::cloud::copies::Cloud;
use crate::cloud::offering::{
    Aspect, Offering, QueueOffering, RuntimeOffering, Side, WatchService,
};
use crate::cloud::shared::kubernetes::Kubernetes;
use crate::cloud::shared::redis_sentinel::RedisSentinel;
use crate::deployment::Argument;
use crate::topology::{Datastore, DatastoreId, Host, Queue, RegionId, Service, Topology};

/// Adds the commands that act on a store.
pub(super) type Operate = fn(&mut Operations, &Datastore);
/// What a service in a region is told of a store, each behind its name.
pub(super) type Told = fn(&Topology, &Datastore, &Service, RegionId) -> Vec<(&'static str, String)>;
/// What a service in a region may do with a store.
pub(super) type Grants = fn(&Topology, &Datastore, &Service, RegionId) -> Vec<Argument>;
/// Adds how restored copies of a store come into service, and the names that none of them has.
pub(super) type Switches = fn(&mut Lowering, &Datastore);
/// Adds what backups of the clusters keep of a copy.
pub(super) type Volumes = fn(Cloud, DatastoreId, &Datastore, Copy) -> Copy;

/// An offering of Google Cloud.
pub(super) trait OnGcp: Offering {
    /// Makes what the store is, or says why not.
    fn lower(&self, lowering: &mut Lowering, store: &Datastore);
    /// The commands that act on it.
    fn operations(&self) -> Aspect<Operate>;
    /// What services are told of it.
    fn told(&self) -> Aspect<Told>;
    /// What accounts of services may do with it.
    fn grants(&self) -> Aspect<Grants>;
    /// Whether a password lets services in.
    fn password(&self) -> Aspect<()>;
    /// Whether it has a range of addresses of its own in each region.
    fn range(&self) -> Aspect<()>;
    /// What the clusters' backups keep of it, if it runs on the clusters.
    fn volumes(&self) -> Aspect<Volumes>;
    /// How restored copies of it come into service.
    fn switches(&self) -> Aspect<Switches>;
}

/// Adds the commands that act on a queue.
pub(super) type OperateQueue = fn(&mut Operations, &Queue);
/// What a service in a region is told of a queue, each behind its name.
pub(super) type ToldOfQueue =
    fn(&Topology, &Queue, &Service, RegionId) -> Vec<(&'static str, String)>;

/// A queue of Google Cloud.
pub(super) trait QueueOnGcp: QueueOffering {
    /// Makes what the queue is, or says why not.
    fn lower(&self, lowering: &mut Lowering, queue: &Queue);
    /// The commands that act on it.
    fn operations(&self) -> Aspect<OperateQueue>;
    /// What services are told of it.
    fn told(&self) -> Aspect<ToldOfQueue>;
}

/// Every kind of queue of Google Cloud; the first that fits is taken.
const QUEUES: &[&dyn QueueOnGcp] = &[&Pubsub];

/// The offering that a queue of Google Cloud is.
pub(super) fn queue_offering(queue: &Queue) -> Option<&'static dyn QueueOnGcp> {
    QUEUES.iter().copied().find(|o| o.fits(queue))
}

/// Every queue of Google Cloud.
pub fn queues() -> impl Iterator<Item = &'static dyn QueueOffering> {
    QUEUES.iter().map(|o| *o as &dyn QueueOffering)
}

/// What notices that a region of a host is lost.
pub(super) type Noticed = fn(&Context, &Host, &Service) -> Vec<Term>;

/// A runtime of Google Cloud.
pub(super) trait RunsOnGcp: RuntimeOffering {
    /// Makes its services.
    fn lower(&self) -> Aspect<fn(&mut Lowering)>;
    /// The queries that show how a service is.
    fn signals(&self) -> Aspect<WatchService>;
    /// What notices, for the load balancer before it, that a region of a service is lost.
    fn noticed(&self) -> Aspect<Noticed>;
    /// Shell that tells a service the values `$1`, `$2` and so on of its variables.
    fn tells(&self, topology: &Topology, user: &User) -> String;
    /// Shell that prints what a service is told by a variable.
    fn shows(&self, topology: &Topology, user: &User, variable: &str) -> String;
}

/// Every runtime of Google Cloud.
const RUNTIMES: &[&dyn RunsOnGcp] = &[&Kubernetes, &CloudRun];

/// What services can run on here.
pub fn runtimes() -> Vec<&'static dyn RuntimeOffering> {
    RUNTIMES
        .iter()
        .map(|o| *o as &dyn RuntimeOffering)
        .collect()
}

/// What a service runs on, if Google Cloud has it.
pub(super) fn runtime(service: &Service) -> Option<&'static dyn RunsOnGcp> {
    let mut all = RUNTIMES.iter().copied();
    all.find(|o| o.runtime() == service.runtime)
}

impl Lowering<'_> {
    /// How restored copies of stores come into service.
    pub(super) fn switches(&mut self) {
        for store in &self.topology.datastores {
            if let Some(switches) = offering(store).and_then(|o| o.switches().given()) {
                switches(self, store);
            }
        }
    }

    /// What each runtime makes of its services.
    pub(super) fn runtimes(&mut self) {
        for lower in RUNTIMES.iter().filter_map(|o| o.lower().given()) {
            lower(self);
        }
    }
}

/// Every kind of store of Google Cloud; the first that fits is taken.
const OFFERINGS: &[&dyn OnGcp] = &[
    &Firestore,
    &RedisSentinel,
    &Memorystore,
    &CloudSql,
    &CloudStorage,
];

/// The offering that a store of Google Cloud is.
pub(super) fn offering(store: &Datastore) -> Option<&'static dyn OnGcp> {
    OFFERINGS.iter().copied().find(|o| o.fits(store))
}

/// Every offering of Google Cloud.
pub fn offerings() -> impl Iterator<Item = &'static dyn Offering> {
    OFFERINGS.iter().map(|o| *o as &dyn Offering)
}

/// Whether a password lets services in to a store.
pub(super) fn has_password(store: &Datastore) -> bool {
    offering(store).is_some_and(|o| o.password().given().is_some())
}

/// Whether a store has ranges of addresses.
pub(super) fn has_range(store: &Datastore) -> bool {
    let ours = store.external().is_none();
    ours && offering(store).is_some_and(|o| o.range().given().is_some())
}

/// The sides of offerings that this cloud's frame asks for.
pub fn sides() -> impl Iterator<Item = Side> {
    let queues = QUEUES.iter().flat_map(|o| {
        [
            (o.id(), "operations", o.operations().kept()),
            (o.id(), "told", o.told().kept()),
        ]
    });
    let stores = OFFERINGS.iter().flat_map(|o| {
        [
            (o.id(), "operations", o.operations().kept()),
            (o.id(), "told", o.told().kept()),
            (o.id(), "grants", o.grants().kept()),
            (o.id(), "password", o.password()),
            (o.id(), "range", o.range()),
            (o.id(), "volumes", o.volumes().kept()),
            (o.id(), "switches", o.switches().kept()),
        ]
    });
    let runtimes = RUNTIMES.iter().flat_map(|o| {
        [
            (o.id(), "recovery", o.recovery().kept()),
            (o.id(), "lower", o.lower().kept()),
            (o.id(), "signals", o.signals().kept()),
            (o.id(), "noticed", o.noticed().kept()),
        ]
    });
    stores.chain(queues).chain(runtimes)
}

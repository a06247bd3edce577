//! An offering: everything that is true of one kind of store on one cloud, in one folder.
//!
//! Architecture invariant: whoever needs to know something of a kind asks its offering. An
//! engine is named in the folder of its offering and nowhere else in `cloud`.

use super::copies::Cloud;
use super::{frame, shared};
use crate::analysis::Context;
use crate::analysis::flow::copy::Copy;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::deployment::{Deployment, Guest, Past};
use crate::topology::{
    Datastore, DatastoreId, Engine, Provider, Queue, QueueId, RegionId, Runtime, Scenario, Service,
    Topology,
};
use crate::watch::signals::Signals;

/// One side of an offering: what it is, or why there is none. Nothing is left to a default.
#[derive(Debug, Clone, Copy)]
pub enum Aspect<T> {
    /// What it is.
    Given(T),
    /// There is none, for this reason.
    Absent(&'static str),
}

impl<T> Aspect<T> {
    /// What it is, if it is given.
    pub fn given(self) -> Option<T> {
        match self {
            Aspect::Given(given) => Some(given),
            Aspect::Absent(_) => None,
        }
    }

    /// Why there is none.
    pub fn absent(&self) -> Option<&'static str> {
        match self {
            Aspect::Given(_) => None,
            Aspect::Absent(why) => Some(why),
        }
    }

    /// The same aspect without what it is.
    pub fn kept(self) -> Aspect<()> {
        match self {
            Aspect::Given(_) => Aspect::Given(()),
            Aspect::Absent(why) => Aspect::Absent(why),
        }
    }
}

/// The version of a kind where nothing names one.
pub type Version = fn() -> &'static str;
/// Adds the queries that show how a store is.
pub type Watch = fn(&mut Signals, &Datastore);
/// Where a store's data rests.
pub type RestsAt = fn(Cloud, DatastoreId, &Datastore) -> Vec<Copy>;

/// Why a store cannot go from one version to another by one apply, and what leads there; `None`
/// if it can.
pub type Path = fn(&Datastore, &str, &str) -> Option<(String, String)>;

/// What a store brings to the clusters; `None` where it needs nothing there.
pub type Brings = fn(&Topology, &Deployment, &Datastore) -> Option<Guest>;

/// How a kind comes back, and what of its data remains.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// How a store takes writes again.
    pub again: fn(&Context, &Datastore, Scenario) -> Vec<Term>,
    /// What remains of its data; `None` if nothing of it is lost.
    pub remaining: fn(&Context, &Datastore, Scenario) -> Option<Vec<Remaining>>,
}

/// A kind of store, as far as no cloud's frame is needed for it.
pub trait Offering: Sync {
    /// Its folder: `gcp/firestore`.
    fn id(&self) -> &'static str;
    /// What it is called, for people.
    fn name(&self) -> &'static str;
    /// The engine that the spec names.
    fn engine(&self) -> Engine;
    /// How the spec asks for it, for people: "`redis` with `sentinels`".
    fn asked(&self) -> &'static str;
    /// Whether a store is one: an engine that is offered in several ways looks at more.
    fn fits(&self, store: &Datastore) -> bool {
        store.engine == self.engine()
    }
    /// The settings that it reads, of those that not every kind has.
    fn reads(&self) -> &'static [Read];
    /// The version of a store where neither the spec nor the lock names one.
    fn version(&self) -> Aspect<Version>;
    /// What one apply cannot do to its version, beyond going back.
    fn path(&self) -> Aspect<Path>;
    /// The queries that show how it is.
    fn signals(&self) -> Aspect<Watch>;
    /// Where its data rests.
    fn copies(&self) -> Aspect<RestsAt>;
    /// What its recovery takes.
    fn recovery(&self) -> Aspect<Recovery>;
    /// How far back a store can be brought, as it is emitted.
    fn history(&self, store: &Datastore) -> Past {
        Past::as_asked(store)
    }
    /// How clients get in, for those who write services, in Markdown: encryption, sign-in, and what
    /// the variables mean that services are given of it.
    fn clients(&self) -> &'static str;
    /// What it brings to the clusters.
    fn guest(&self) -> Aspect<Brings>;
}

/// Adds the queries that show how a queue is.
pub type WatchQueue = fn(&mut Signals, &Queue);
/// Where a queue's messages rest.
pub type QueueRestsAt = fn(Cloud, QueueId, &Queue) -> Vec<Copy>;
/// How a queue comes back.
#[derive(Debug, Clone, Copy)]
pub struct QueueRecovery {
    /// How it delivers again.
    pub again: fn(&Context, &Queue, Scenario) -> Vec<Term>,
    /// How it takes messages again.
    pub publish: fn(&Context, &Queue, Scenario) -> Vec<Term>,
}

/// A kind of queue, as far as no cloud's frame is needed for it.
pub trait QueueOffering: Sync {
    /// Its folder: `gcp/pubsub`.
    fn id(&self) -> &'static str;
    /// How the spec asks for it, for people.
    fn asked(&self) -> &'static str;
    /// Whether a queue is one.
    fn fits(&self, queue: &Queue) -> bool;
    /// The queries that show how it is.
    fn signals(&self) -> Aspect<WatchQueue>;
    /// Where its messages rest.
    fn copies(&self) -> Aspect<QueueRestsAt>;
    /// What its recovery takes.
    fn recovery(&self) -> Aspect<QueueRecovery>;
}

/// The offering that a queue is, if its cloud has one.
pub fn of_queue(topology: &Topology, queue: &Queue) -> Option<&'static dyn QueueOffering> {
    let ours = queue.external().is_none();
    let provider = provider_of(topology, &queue.regions).filter(|_| ours)?;
    let queues = frame::generated_on(provider)?.queues();
    queues.into_iter().find(|o| o.fits(queue))
}

/// Adds the queries that show how a service is.
pub type WatchService = fn(&mut Signals, &Service);
/// How replicas of a service come back.
#[derive(Debug, Clone, Copy)]
pub struct RuntimeRecovery {
    /// The documented time of a replica that starts anew, in the catalog.
    pub restart: &'static str,
    /// How requests leave replicas that are lost; nothing where that is immediate.
    pub replica: fn(&Context, &Service, Scenario) -> Vec<Term>,
    /// How a region comes from so many replicas to so many.
    pub grow: fn(&Context, &Service, RegionId, u32, u32) -> Vec<Term>,
}

/// What runs code, as far as no cloud's frame is needed for it.
pub trait RuntimeOffering: Sync {
    /// Its folder: `gcp/cloud_run`.
    fn id(&self) -> &'static str;
    /// The runtime that the spec names.
    fn runtime(&self) -> Runtime;
    /// What its recovery takes.
    fn recovery(&self) -> Aspect<RuntimeRecovery>;
}

/// The offering that a service runs on, wherever it is: analysis has numbers also for clouds that
/// nothing is generated on.
///
/// # Panics
/// If no cloud has a runtime of the language: a test names it.
pub fn of_service(service: &Service) -> &'static dyn RuntimeOffering {
    let mut all = frame::generated().flat_map(|cloud| cloud.runtimes());
    let found = all.find(|o| o.runtime() == service.runtime);
    found.expect("a test holds the runtimes of all clouds against the language")
}

/// A setting that an offering reads.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// The setting by its path: `replication.max_lag`.
    pub field: &'static str,
    /// Whether it reads it of a store.
    pub when: fn(&Datastore) -> bool,
    /// Where the setting counts, for people, of a store whose setting it does not read.
    pub counts: &'static str,
}

/// A setting that is always read.
pub const fn read(field: &'static str) -> Read {
    Read {
        field,
        when: |_| true,
        counts: "",
    }
}

/// A setting that is read of some stores only; `counts` says of which.
pub const fn read_if(
    field: &'static str,
    when: fn(&Datastore) -> bool,
    counts: &'static str,
) -> Read {
    Read {
        field,
        when,
        counts,
    }
}

/// The offering that a store is, if its cloud has one.
pub fn of(topology: &Topology, store: &Datastore) -> Option<&'static dyn Offering> {
    let provider = provider_of(topology, &store.regions)?;
    let ours = store.external().is_none();
    on(provider).find(|o| ours && o.fits(store))
}

/// Every offering of every cloud, each once.
pub fn all() -> impl Iterator<Item = &'static dyn Offering> {
    let lent = shared::OFFERINGS.iter().copied();
    let is_lent = |o: &&'static dyn Offering| shared::OFFERINGS.iter().any(|l| l.id() == o.id());
    let own = frame::generated().flat_map(|cloud| cloud.offerings());
    own.filter(move |o| !is_lent(o)).chain(lent)
}

/// Every offering of a cloud, and what runs on the clusters of any.
pub fn on(provider: Provider) -> impl Iterator<Item = &'static dyn Offering> {
    let own = of_cloud(provider);
    let lent = shared::OFFERINGS.iter().copied();
    let lent: Vec<_> = lent
        .filter(|o| own.iter().all(|own| own.id() != o.id()))
        .collect();
    own.into_iter().chain(lent)
}

/// What services can run on, on a cloud.
pub fn runtimes(provider: Provider) -> impl Iterator<Item = Runtime> {
    let cloud = frame::generated_on(provider).into_iter();
    let all = cloud.flat_map(|cloud| cloud.runtimes());
    all.map(|o| o.runtime())
}

/// Whether stores are generated on a cloud.
pub fn generated(provider: Provider) -> bool {
    !of_cloud(provider).is_empty()
}

fn of_cloud(provider: Provider) -> Vec<&'static dyn Offering> {
    let cloud = frame::generated_on(provider);
    cloud.map_or_else(Vec::new, |cloud| cloud.offerings())
}

/// The cloud that a part is on: that of its first region.
pub fn provider_of(topology: &Topology, regions: &[RegionId]) -> Option<Provider> {
    let first = regions.first()?;
    Some(topology.region(*first).place.provider)
}

/// How the spec asks for each offering of some, for people: "`a`, `b` and `c`".
pub fn asked<'a>(offerings: impl Iterator<Item = &'a dyn Offering>) -> String {
    let mut all: Vec<&str> = offerings.map(|o| o.asked()).collect();
    match all.pop() {
        Some(last) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        Some(last) => last.to_string(),
        None => "no store".to_string(),
    }
}

/// Where copies of backups in other regions count, of kinds whose vaults take them.
pub const COPIES_OF_LOCKED: &str = "backups that are `immutable` are copied to other vaults";

/// What the spec says to have backups of a store copied to other regions, if its kind can.
pub fn copied_by(offering: &dyn Offering, store: &Datastore) -> Option<&'static str> {
    let mut reads = offering.reads().iter();
    let read = reads.find(|r| r.field == "backup.copies_to")?;
    if (read.when)(store) {
        Some("`backup: { copies_to: [...] }`")
    } else if read.counts == COPIES_OF_LOCKED {
        Some("`backup: { immutable: true, copies_to: [...] }`")
    } else {
        None
    }
}

/// Who writes a dataset means something where there are copies that could.
pub const WRITERS_OF_COPIES: Read = read_if(
    "datasets.writers",
    |s| s.is_copied(),
    "every region has data of its own",
);

/// The same of a kind whose copies all take writes, unless the topology says which do.
pub const WRITERS_WHERE_SAID: Read = read_if(
    "datasets.writers",
    |s| s.all_may_write(),
    "every copy of it takes writes",
);

/// A side of an offering, for the laws: whose it is, which, and whether it is given.
pub type Side = (&'static str, &'static str, Aspect<()>);

/// Every side of every offering, those that a cloud's frame asks for among them.
pub fn sides() -> Vec<Side> {
    let common = all().flat_map(|o| {
        [
            (o.id(), "version", o.version().kept()),
            (o.id(), "path", o.path().kept()),
            (o.id(), "signals", o.signals().kept()),
            (o.id(), "copies", o.copies().kept()),
            (o.id(), "recovery", o.recovery().kept()),
            (o.id(), "guest", o.guest().kept()),
        ]
    });
    let queues = frame::generated().flat_map(|cloud| cloud.queues());
    let queues = queues.flat_map(|o| {
        [
            (o.id(), "signals", o.signals().kept()),
            (o.id(), "copies", o.copies().kept()),
            (o.id(), "recovery", o.recovery().kept()),
        ]
    });
    let frames = frame::generated().flat_map(|cloud| cloud.sides());
    common.chain(queues).chain(frames).collect()
}

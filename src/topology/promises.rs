//! What is promised, to whom, for which loss. The only way to a promise: analysis, rules,
//! regimes, pages, scripts and alerts all ask here.
//!
//! A general `rto` or `rpo` covers pods, nodes, zones, regions and links. Losing a cloud, the
//! entry or a key, and corrupted data, are promised by their own words alone. What a part
//! states itself comes before what the whole it belongs to states: dataset, datastore or
//! service, system.

use super::{DatastoreId, Objectives, Recovery, Scenario, ServiceId, Settled, Time, Topology};
use crate::source::Span;
use crate::spec::{Duration, Percent};

/// What a promise is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promisee {
    /// The whole system.
    System,
    /// A service.
    Service(ServiceId),
    /// A datastore.
    Store(DatastoreId),
    /// A dataset, by its place among those of its datastore.
    Dataset(DatastoreId, usize),
}

/// A promised span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise {
    /// In milliseconds.
    pub millis: u64,
    /// Where it is written.
    pub span: Span,
}

impl Promise {
    /// The promise as a duration, for people.
    pub fn time(self) -> Duration {
        Duration::from_millis(self.millis)
    }
}

impl From<&Time> for Promise {
    fn from(time: &Time) -> Self {
        Promise {
            millis: time.millis(),
            span: time.span,
        }
    }
}

/// What is promised for one loss.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Promised {
    /// The longest time until users are served and a write is acknowledged.
    pub rto: Option<Promise>,
    /// The longest span of writes that may be lost.
    pub rpo: Option<Promise>,
}

/// All promises of a topology.
#[derive(Debug, Clone, Copy)]
pub struct Promises<'a> {
    topology: &'a Topology,
}

impl Topology {
    /// What this system promises.
    pub fn promises(&self) -> Promises<'_> {
        Promises { topology: self }
    }
}

impl<'a> Promises<'a> {
    /// What holds for a part when a loss strikes.
    pub fn of(self, part: Promisee, scenario: Scenario) -> Promised {
        // A cache with corrupted data is emptied: what the system may lose is not about it.
        let alone = scenario == Scenario::Corruption && self.can_be_refilled(part);
        let time = |get: fn(&Recovery) -> Option<&Time>, general: General, alone| {
            let own = self.of_store(part).filter(|_| alone);
            let chain = self.chain(part).filter(|_| !alone);
            let found = own
                .chain(chain)
                .find_map(|o| match own_words(o, scenario).and_then(get) {
                    Some(time) => Some(time),
                    None if covered_by_general(scenario) => general(o),
                    None => None,
                });
            found.map(Promise::from)
        };
        Promised {
            rto: time(|r| r.rto.as_ref(), |o| o.rto.as_ref(), false),
            rpo: time(|r| r.rpo.as_ref(), |o| o.rpo.as_ref(), alone),
        }
    }

    /// What a part of a datastore promises, and then the datastore.
    fn of_store(self, part: Promisee) -> impl Iterator<Item = &'a Objectives> {
        let whole = match part {
            Promisee::Dataset(id, _) => Some(Promisee::Store(id)),
            _ => None,
        };
        let parts = std::iter::once(part).chain(whole);
        parts.filter_map(move |part| self.own(part))
    }

    /// The strictest promises that any part makes for a loss: what a drill of the whole
    /// system is held against.
    pub fn strictest(self, scenario: Scenario) -> Promised {
        let least = |all: Vec<(String, Option<Promise>)>| {
            let stated = all.into_iter().filter_map(|(_, promise)| promise);
            stated.min_by_key(|p| p.millis)
        };
        Promised {
            rto: least(self.times(scenario)),
            rpo: least(self.losses(scenario)),
        }
    }

    /// The shortest span of writes that a datastore, or a part of it, may lose.
    pub fn strictest_loss(self, scenario: Scenario, store: DatastoreId) -> Option<Promise> {
        let parts = self.stores().into_iter().map(|(_, part)| part);
        let parts = parts.filter(|part| match part {
            Promisee::Store(id) | Promisee::Dataset(id, _) => *id == store,
            Promisee::System | Promisee::Service(_) => false,
        });
        let promised = parts.filter_map(|part| self.of(part, scenario).rpo);
        promised.min_by_key(|p| p.millis)
    }

    /// The recovery times promised for a loss, for people: one if all parts promise the
    /// same, else each with its parts.
    pub fn times_in_words(self, scenario: Scenario) -> String {
        in_words(self.times(scenario))
    }

    /// The spans of writes that may be lost, likewise.
    pub fn losses_in_words(self, scenario: Scenario) -> String {
        in_words(self.losses(scenario))
    }

    /// By part: services are back after a loss, datastores after corruption.
    fn times(self, scenario: Scenario) -> Vec<(String, Option<Promise>)> {
        let restored = matches!(scenario, Scenario::Corruption | Scenario::Key);
        let services = self.topology.services.iter().enumerate();
        let services = services.filter(|_| !restored);
        let services = services.map(|(i, s)| (s.name.clone(), Promisee::Service(ServiceId(i))));
        let stores = self.stores().into_iter().filter(|_| restored);
        let all = self.or_system(services.chain(stores).collect(), scenario);
        all.into_iter()
            .map(|(name, part)| (name, self.of(part, scenario).rto))
            .collect()
    }

    fn losses(self, scenario: Scenario) -> Vec<(String, Option<Promise>)> {
        let all = self.or_system(self.stores(), scenario);
        all.into_iter()
            .map(|(name, part)| (name, self.of(part, scenario).rpo))
            .collect()
    }

    /// Without a part that the system's own promise is about, it is shown as it stands.
    fn or_system(
        self,
        parts: Vec<(String, Promisee)>,
        scenario: Scenario,
    ) -> Vec<(String, Promisee)> {
        let meant = |(_, part): &(String, Promisee)| {
            scenario != Scenario::Corruption || !self.can_be_refilled(*part)
        };
        let own = |(_, part): &(String, Promisee)| self.own(*part).is_some();
        let system = !parts.iter().any(meant);
        let mut all: Vec<_> = parts.into_iter().filter(|p| meant(p) || own(p)).collect();
        if system {
            all.push((self.topology.name.clone(), Promisee::System));
        }
        all
    }

    /// Every datastore, or its datasets where one of them promises for itself.
    fn stores(self) -> Vec<(String, Promisee)> {
        let mut all = Vec::new();
        for (index, store) in self.topology.datastores.iter().enumerate() {
            let id = DatastoreId(index);
            let datasets = store.datasets.iter().enumerate();
            let datasets: Vec<_> = datasets
                .map(|(i, (name, _))| (name.text.clone(), Promisee::Dataset(id, i)))
                .collect();
            if datasets.iter().any(|(_, part)| self.own(*part).is_some()) {
                all.extend(datasets);
            } else {
                all.push((store.name.clone(), Promisee::Store(id)));
            }
        }
        all
    }

    /// What a part promises by its own words, whatever the whole promises.
    pub fn own(self, part: Promisee) -> Option<&'a Objectives> {
        let topology = self.topology;
        match part {
            Promisee::System => topology.objectives.as_ref(),
            Promisee::Service(id) => topology.service(id).objectives.as_ref(),
            Promisee::Store(id) => topology.datastore(id).objectives.as_ref(),
            Promisee::Dataset(id, index) => {
                let mut datasets = topology.datastore(id).datasets.iter();
                datasets.nth(index)?.1.objectives.as_ref()
            }
        }
    }

    /// The share of requests that are to succeed.
    pub fn availability(self, part: Promisee) -> Option<&'a Settled<Percent>> {
        self.chain(part).find_map(|o| o.availability.as_ref())
    }

    /// The promised 95th percentile of response time.
    pub fn latency_p95(self, part: Promisee) -> Option<Promise> {
        let promised = self.chain(part).find_map(|o| o.latency_p95.as_ref());
        promised.map(Promise::from)
    }

    /// The part and what it belongs to, the nearest first.
    fn chain(self, part: Promisee) -> impl Iterator<Item = &'a Objectives> {
        let whole = match part {
            Promisee::System => [None, None],
            Promisee::Dataset(id, _) => [Some(Promisee::Store(id)), Some(Promisee::System)],
            _ => [Some(Promisee::System), None],
        };
        let parts = std::iter::once(part).chain(whole.into_iter().flatten());
        parts.filter_map(move |part| self.own(part))
    }

    fn can_be_refilled(self, part: Promisee) -> bool {
        match part {
            Promisee::Store(id) | Promisee::Dataset(id, _) => {
                self.topology.datastore(id).can_be_refilled()
            }
            Promisee::System | Promisee::Service(_) => false,
        }
    }
}

/// One value if all are alike, else the strictest first, each with its parts:
/// `5m for web, 1h for api`.
fn in_words(all: Vec<(String, Option<Promise>)>) -> String {
    let text = |promise: &Option<Promise>| match promise {
        Some(promise) => promise.time().to_string(),
        None => "not promised".to_string(),
    };
    let mut groups: Vec<(u64, String, Vec<String>)> = Vec::new();
    for (name, promise) in all {
        let (length, text) = (promise.map_or(u64::MAX, |p| p.millis), text(&promise));
        match groups.iter_mut().find(|(known, ..)| *known == length) {
            Some((.., names)) => names.push(name),
            None => groups.push((length, text, vec![name])),
        }
    }
    groups.sort_by_key(|(length, ..)| *length);
    if let [(_, text, _)] = groups.as_slice() {
        return text.clone();
    }
    let each = groups.iter();
    let each = each.map(|(_, text, names)| format!("{text} for {}", names.join(" and ")));
    each.collect::<Vec<_>>().join(", ")
}

type General = fn(&Objectives) -> Option<&Time>;

/// The promise that names the loss itself.
fn own_words(objectives: &Objectives, scenario: Scenario) -> Option<&Recovery> {
    match scenario {
        Scenario::Pod | Scenario::Node => None,
        Scenario::Zone => objectives.zone.as_ref(),
        Scenario::Region(_) | Scenario::Elsewhere(_) => objectives.region.as_ref(),
        Scenario::Cloud(_) => objectives.cloud.as_ref(),
        Scenario::Entry => objectives.entry.as_ref(),
        Scenario::Link => objectives.link.as_ref(),
        Scenario::Corruption => objectives.corruption.as_ref(),
        Scenario::Key => objectives.key.as_ref(),
    }
}

/// Whether a general `rto` and `rpo` cover the loss.
fn covered_by_general(scenario: Scenario) -> bool {
    match scenario {
        Scenario::Pod
        | Scenario::Node
        | Scenario::Zone
        | Scenario::Region(_)
        | Scenario::Elsewhere(_)
        | Scenario::Link => true,
        Scenario::Cloud(_) | Scenario::Entry | Scenario::Corruption | Scenario::Key => false,
    }
}

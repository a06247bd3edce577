//! The recovery time of every service and store: terms, and what waits for what.

use super::budget::Budget;
use super::others;
use super::verdict::Verdict;
use super::{RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::capacity::{Routing, Survivor};
use crate::analysis::offering::Offerings;
use crate::analysis::term::{Step, Term};
use crate::topology::Scenario;
use crate::topology::{Datastore, DatastoreId, Host, Queue, ServiceId};
use std::collections::BTreeSet;

pub(super) fn times(
    context: Context,
    offerings: &dyn Offerings,
    scenarios: &[Scenario],
) -> Vec<RecoveryTime> {
    let parts = Parts::of(context);
    let routing = Routing::of(context.topology);
    let at_peak = routing.after(&[]);
    let services = &context.topology.services;
    // One scenario at a time: where load goes is as large as services times regions.
    let mut by_service = vec![Vec::new(); services.len()];
    for scenario in scenarios {
        let loss = Loss {
            context,
            offerings,
            scenario: *scenario,
            routing: &routing,
            at_peak: &at_peak,
            after: match scenario {
                Scenario::Region(id) => routing.after(&[*id]),
                _ => Vec::new(),
            },
            stores: stores(context, offerings, *scenario),
        };
        for (index, (rows, on)) in by_service.iter_mut().zip(&parts.of_service).enumerate() {
            let subject = Subject::Service(ServiceId(index));
            let budget = loss.service(on);
            rows.extend(budget.map(|b| judged(context, subject, *scenario, b)));
        }
    }
    let mut times: Vec<RecoveryTime> = by_service.into_iter().flatten().collect();
    for index in 0..context.topology.datastores.len() {
        let id = DatastoreId(index);
        for subject in subjects_of(context, id) {
            for scenario in scenarios {
                times.extend(of_store(context, offerings, subject, id, *scenario));
            }
        }
    }
    times
}

/// A store, and those of its datasets that promise a time of their own.
fn subjects_of(context: Context, id: DatastoreId) -> Vec<Subject> {
    let datasets = context.topology.datastore(id).datasets.len();
    let datasets = (0..datasets).map(|index| Subject::Dataset(id, index));
    let own = |s: &Subject| context.topology.promises().own((*s).into()).is_some();
    std::iter::once(Subject::Store(id))
        .chain(datasets.filter(own))
        .collect()
}

/// The recovery time of a store or dataset. What services wait for is part of their own
/// times, so it is shown where the store itself promises it, and where no service waits:
/// corrupted data and a lost key.
fn of_store(
    context: Context,
    offerings: &dyn Offerings,
    subject: Subject,
    id: DatastoreId,
    scenario: Scenario,
) -> Option<RecoveryTime> {
    let alone = matches!(scenario, Scenario::Corruption | Scenario::Key);
    let promises = context.topology.promises();
    let own = promises.own(subject.into()).is_some();
    let promised = own && promises.of(subject.into(), scenario).rto.is_some();
    let shown = promised || (alone && matches!(subject, Subject::Store(_)));
    let terms = offerings.store(&context, context.topology.datastore(id), scenario);
    if !shown || terms.is_empty() {
        return None;
    }
    let mut budget = Budget::default();
    budget.add_serial(terms, Vec::new());
    Some(judged(context, subject, scenario, budget))
}

fn judged(
    context: Context,
    subject: Subject,
    scenario: Scenario,
    mut budget: Budget,
) -> RecoveryTime {
    for node in &mut budget.nodes {
        others::asked(context.topology, &mut node.term);
    }
    let promise = context.topology.promises().of(subject.into(), scenario).rto;
    let (low, high) = budget.total();
    let verdict = Verdict::of(promise.map(|p| p.millis), low, high, budget.class());
    RecoveryTime {
        subject,
        scenario,
        promise,
        budget,
        verdict,
    }
}

/// What the stores need in a scenario, worked out once for all services.
fn stores(context: Context, offerings: &dyn Offerings, scenario: Scenario) -> Vec<Vec<Term>> {
    let stores = context.topology.datastores.iter();
    if matches!(scenario, Scenario::Corruption | Scenario::Key) {
        return Vec::new();
    }
    stores
        .map(|store| offerings.store(&context, store, scenario))
        .collect()
}

/// What each service stands on.
struct Parts<'a> {
    of_service: Vec<StandsOn<'a>>,
}

/// What a service stands on, also through the services that it calls.
struct StandsOn<'a> {
    services: Vec<ServiceId>,
    stores: Vec<(DatastoreId, &'a Datastore)>,
    hosts: Vec<&'a Host>,
    queues: Vec<&'a Queue>,
}

impl<'a> Parts<'a> {
    fn of(context: Context<'a>) -> Self {
        let topology = context.topology;
        let of_service = (0..topology.services.len()).map(|index| {
            let mut services = vec![ServiceId(index)];
            let mut stores = BTreeSet::new();
            let mut next = 0;
            while next < services.len() {
                let service = topology.service(services[next]);
                stores.extend(service.uses.iter().copied());
                for needed in &service.needs {
                    if !services.contains(needed) {
                        services.push(*needed);
                    }
                }
                next += 1;
            }
            let id = ServiceId(index);
            StandsOn {
                services,
                stores: stores
                    .into_iter()
                    .map(|id| (id, topology.datastore(id)))
                    .collect(),
                hosts: topology.hosts.iter().filter(|h| h.service == id).collect(),
                queues: topology
                    .queues
                    .iter()
                    .filter(|q| q.receiver == Some(id))
                    .collect(),
            }
        });
        Parts {
            of_service: of_service.collect(),
        }
    }
}

/// One scenario, with what holds for all services.
pub(super) struct Loss<'a> {
    pub(super) context: Context<'a>,
    pub(super) offerings: &'a dyn Offerings,
    pub(super) scenario: Scenario,
    /// Where users come in, and who is served where.
    pub(super) routing: &'a Routing<'a>,
    /// What runs while nothing is lost, by service.
    pub(super) at_peak: &'a [Option<Vec<Survivor>>],
    /// Where load goes, by service; empty unless a region is lost.
    pub(super) after: Vec<Option<Vec<Survivor>>>,
    /// What each store needs.
    stores: Vec<Vec<Term>>,
}

impl Loss<'_> {
    /// The budget of a service; `None` if the scenario does not touch it.
    fn service(&self, on: &StandsOn) -> Option<Budget> {
        if matches!(
            self.scenario,
            Scenario::Corruption | Scenario::Key | Scenario::Link
        ) {
            return None;
        }
        let mut budget = Budget::default();
        // Traffic has left what is lost.
        let mut moved = Vec::new();
        moved.extend(budget.add_serial(self.led_nowhere(on), Vec::new()));
        for host in on.hosts.iter().filter(|h| self.is_way(h, on)) {
            let terms = self.offerings.entry(&self.context, host, self.scenario);
            moved.extend(budget.add_serial(terms, Vec::new()));
        }
        for queue in &on.queues {
            let terms = self.offerings.queue(&self.context, queue, self.scenario);
            moved.extend(budget.add_serial(terms, Vec::new()));
        }
        let mut ready = Vec::new();
        for needed in &on.services {
            // Callers leave what is lost meanwhile; load reaches other regions once it has moved.
            let after = match self.scenario {
                Scenario::Region(_) => moved.clone(),
                _ => Vec::new(),
            };
            ready.extend(budget.add_serial(self.left(*needed), Vec::new()));
            ready.extend(budget.add_serial(self.replaced(*needed), after));
        }
        let queues = self.context.topology.queues.iter();
        for queue in queues.filter(|q| q.publishers.iter().any(|id| on.services.contains(id))) {
            let terms = self.offerings.publish(&self.context, queue, self.scenario);
            ready.extend(budget.add_serial(terms, Vec::new()));
        }
        let called = on.services.iter();
        let outside = called.flat_map(|id| &self.context.topology.service(*id).needs_outside);
        let outside: BTreeSet<&usize> = outside.collect();
        for at in outside {
            let other = &self.context.topology.outside[*at];
            let terms = self.offerings.outside(&self.context, other, self.scenario);
            ready.extend(budget.add_serial(terms, Vec::new()));
        }
        // Stores recover meanwhile; nobody is served before they take writes.
        for (store, _) in &on.stores {
            let terms = self.stores.get(store.0).cloned().unwrap_or_default();
            ready.extend(budget.add_serial(terms, Vec::new()));
        }
        if budget.nodes.is_empty() {
            return None;
        }
        Some(budget)
    }

    /// Whether what becomes of a host counts for its service. One of a single region is judged
    /// as itself where users have another way in, and one that leads nobody to a lost region
    /// has nobody to move.
    fn is_way(&self, host: &Host, on: &StandsOn) -> bool {
        let pinned = |h: &Host| h.region.is_some();
        let only = on.hosts.iter().all(|h| pinned(h));
        match self.scenario {
            Scenario::Region(lost) => !pinned(host) && self.routing.edge().leads(host, lost),
            Scenario::Entry => only || !pinned(host),
            _ => true,
        }
    }

    /// Users of a lost region whose only ways in are hosts of that region.
    fn led_nowhere(&self, on: &StandsOn) -> Vec<Term> {
        let Scenario::Region(lost) = self.scenario else {
            return Vec::new();
        };
        let leads = on.hosts.iter().filter(|h| h.regions.contains(&lost));
        let leads: Vec<&&Host> = leads.collect();
        let Some(host) = leads.first().filter(|_| {
            let pinned = |h: &&&Host| h.region.is_some();
            leads.iter().all(pinned)
        }) else {
            return Vec::new();
        };
        let region = &self.context.topology.region(lost).name;
        let why = format!(
            "{} leads to {region} alone, and no other host leads on",
            host.name
        );
        let service = &self.context.topology.service(host.service).name;
        let write = format!("add a host of `{service}` without `region`, or one of another region");
        vec![Term::never(Step::Redirect, &host.name, why, write).at(host.span)]
    }
}

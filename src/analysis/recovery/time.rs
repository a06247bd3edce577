//! The recovery time of every service and store: terms, and what waits for what.

use super::budget::Budget;
use super::verdict::{Verdict, promised_time};
use super::{Promise, RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::capacity::{Routing, Survivor};
use crate::analysis::offering::Offerings;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, Step, Term};
use crate::spec::{Duration, Objectives};
use crate::topology::{Datastore, DatastoreId, Host, Queue, Service, ServiceId};
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
            at_peak: &at_peak,
            after: match scenario {
                Scenario::Region(id) => routing.after(&[*id]),
                _ => Vec::new(),
            },
            stores: stores(context, offerings, *scenario),
        };
        for (index, service) in services.iter().enumerate() {
            let own = service.written.objectives.as_ref();
            let subject = Subject::Service(ServiceId(index));
            let budget = loss.service(service, &parts.of_service[index]);
            by_service[index].extend(budget.map(|b| judged(context, subject, own, *scenario, b)));
        }
    }
    let mut times: Vec<RecoveryTime> = by_service.into_iter().flatten().collect();
    for (index, store) in context.topology.datastores.iter().enumerate() {
        let own = store.written.objectives.as_ref();
        for scenario in [Scenario::Corruption, Scenario::Key] {
            let terms = offerings.store(&context, store, scenario);
            if terms.is_empty() {
                continue;
            }
            let mut budget = Budget::default();
            budget.add_serial(terms, Vec::new());
            let subject = Subject::Store(DatastoreId(index));
            times.push(judged(context, subject, own, scenario, budget));
        }
    }
    times
}

fn judged(
    context: Context,
    subject: Subject,
    own: Option<&Objectives>,
    scenario: Scenario,
    budget: Budget,
) -> RecoveryTime {
    let whole = context.topology.spec.objectives.as_ref();
    let promise = promised_time(own, whole, scenario).map(Promise::from);
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
    /// What runs while nothing is lost, by service.
    pub(super) at_peak: &'a [Option<Vec<Survivor>>],
    /// Where load goes, by service; empty unless a region is lost.
    pub(super) after: Vec<Option<Vec<Survivor>>>,
    /// What each store needs.
    stores: Vec<Vec<Term>>,
}

impl Loss<'_> {
    /// The budget of a service; `None` if the scenario does not touch it.
    fn service(&self, service: &Service, on: &StandsOn) -> Option<Budget> {
        if matches!(
            self.scenario,
            Scenario::Corruption | Scenario::Key | Scenario::Link
        ) {
            return None;
        }
        let mut budget = Budget::default();
        // Traffic has left what is lost.
        let mut moved = Vec::new();
        for host in &on.hosts {
            let mut terms = self.offerings.entry(&self.context, host, self.scenario);
            let region = matches!(self.scenario, Scenario::Region(_)) && !terms.is_empty();
            terms.extend(self.shift().filter(|_| region));
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
        if ready.is_empty() {
            ready = moved;
        }
        if let Scenario::Region(lost) = self.scenario
            && service.replicas_in(lost).is_some()
        {
            budget.add_serial(self.verify(), ready);
        }
        Some(budget)
    }

    /// Moving traffic step by step takes its time before the move is complete.
    fn shift(&self) -> Option<Term> {
        let topology = self.context.topology;
        let shift = topology.spec.failover.as_ref()?.shift.as_ref()?;
        let steps = u64::from(1_000_000_u32.div_ceil(shift.step.millionths().max(1)));
        let verify = shift.verify.as_ref().map_or(0, |v| v.millis());
        let millis = shift.every.millis().saturating_mul(steps) + verify;
        let because = format!(
            "{steps} steps of {} and {} at the end",
            shift.every.value,
            Duration::from_millis(verify)
        );
        let term = Term::knob(Step::Redirect, &topology.name, (millis, millis), because);
        Some(term.at(shift.span).change(Change::Interval {
            failures: steps,
            timeout: verify,
            longer: true,
        }))
    }

    /// What is watched before the move counts as done.
    fn verify(&self) -> Vec<Term> {
        let failover = self.context.topology.spec.failover.as_ref();
        let Some(verify) = failover.and_then(|f| f.verify.as_ref()) else {
            return Vec::new();
        };
        let watch = verify.watch.as_ref();
        let term = watch.map(|watch| {
            let millis = watch.millis();
            let because = format!("watched for {}", watch.value);
            Term::knob(
                Step::Verify,
                &self.context.topology.name,
                (millis, millis),
                because,
            )
            .at(watch.span)
            .change(Change::Value("watch"))
        });
        term.into_iter().collect()
    }
}

//! The recovery time of every service and store: terms, and what waits for what.

use super::budget::Budget;
use super::verdict::{Verdict, promised_time};
use super::{Promise, RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::capacity::{Routing, Survivor};
use crate::analysis::offering::Offerings;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, Step, Term};
use crate::spec::{Duration, FactKind, Objectives};
use crate::topology::{Datastore, DatastoreId, Host, Queue, RegionId, Service, ServiceId};
use std::collections::BTreeSet;

pub(super) fn times(
    context: Context,
    offerings: &dyn Offerings,
    scenarios: &[Scenario],
) -> Vec<RecoveryTime> {
    let parts = Parts::of(context);
    let routing = Routing::of(context.topology);
    let mut times = Vec::new();
    let mut by_scenario = Vec::with_capacity(scenarios.len());
    for scenario in scenarios {
        let lost = match scenario {
            Scenario::Region(id) => routing.after(&[*id]),
            _ => Vec::new(),
        };
        by_scenario.push(Loss {
            context,
            offerings,
            scenario: *scenario,
            after: lost,
            stores: stores(context, offerings, *scenario),
        });
    }
    for (index, service) in context.topology.services.iter().enumerate() {
        let id = ServiceId(index);
        let own = service.written.objectives.as_ref();
        for loss in &by_scenario {
            let budget = loss.service(service, &parts.of_service[index]);
            times.extend(
                budget.map(|b| judged(context, Subject::Service(id), own, loss.scenario, b)),
            );
        }
    }
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
struct Loss<'a> {
    context: Context<'a>,
    offerings: &'a dyn Offerings,
    scenario: Scenario,
    /// Where load goes, by service; empty unless a region is lost.
    after: Vec<Option<Vec<Survivor>>>,
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
            let terms = self.replicas(*needed);
            ready.extend(budget.add_serial(terms, moved.clone()));
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
        let millis = steps * shift.every.millis() + verify;
        let because = format!(
            "{steps} steps of {} and {} at the end",
            shift.every.value,
            Duration::from_millis(verify)
        );
        let term = Term::knob(Step::Redirect, &topology.name, (millis, millis), because);
        Some(term.at(shift.span).change(Change::Value("shift")))
    }

    /// The replicas that remain carry the load.
    fn replicas(&self, id: ServiceId) -> Vec<Term> {
        let service = self.context.topology.service(id);
        match self.scenario {
            Scenario::Pod | Scenario::Node | Scenario::Zone => {
                let mut terms = self
                    .offerings
                    .replica(&self.context, service, self.scenario);
                terms.extend(self.within_regions(service));
                terms
            }
            Scenario::Region(region) => self.other_regions(id, service, region),
            Scenario::Cloud(provider) => {
                let stays =
                    |id: &RegionId| self.context.topology.region(*id).place.provider != provider;
                let left = service.placements.iter().any(|p| stays(&p.region));
                let why = format!("every replica is on {provider}");
                (!left)
                    .then(|| Term::never(Step::WarmUp, &service.name, why))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// After a pod, node or zone: the rest of the same region, at full use. Zones spread
    /// evenly, so a third of the pods is the most that a zone or a node of it holds.
    fn within_regions(&self, service: &Service) -> Option<Term> {
        let worst = service.placements.iter().filter(|placement| {
            let most = placement.replicas.min;
            let gone = match self.scenario {
                Scenario::Pod => 1,
                _ => most.div_ceil(3),
            };
            most <= gone
        });
        let alone = worst.min_by_key(|p| p.replicas.min)?;
        let region = &self.context.topology.region(alone.region).name;
        let because = format!(
            "{} in {region}: nothing is left there",
            count(alone.replicas.min, "replica")
        );
        let term = self.offerings.restart(&self.context, service);
        let because = format!("{because}; {}", term.because);
        Some(
            self.measured_warm_up(service)
                .unwrap_or(Term { because, ..term }),
        )
    }

    /// After a region: the others take its load.
    fn other_regions(&self, id: ServiceId, service: &Service, lost: RegionId) -> Vec<Term> {
        if service.replicas_in(lost).is_none() {
            return Vec::new();
        }
        if service.placements.len() == 1 {
            let region = &self.context.topology.region(lost).name;
            let why = format!("`{}` runs in {region} alone", service.name);
            return vec![Term::never(Step::WarmUp, &service.name, why).at(service.span)];
        }
        let Some(Some(survivors)) = self.after.get(id.0) else {
            let term = Term::fact(Step::WarmUp, &service.name, "capacity.undeclared");
            return vec![
                self.measured_warm_up(service)
                    .unwrap_or(term)
                    .at(service.span),
            ];
        };
        let over = survivors.iter().find(|s| s.replicas_needed > s.max);
        if let Some(over) = over {
            let region = &self.context.topology.region(over.region).name;
            let why = format!(
                "{region} needs {} of at most {}",
                count(over.replicas_needed, "replica"),
                over.max
            );
            return vec![Term::never(Step::WarmUp, &service.name, why).at(service.span)];
        }
        // Regions grow side by side; the one that must grow most takes longest.
        let grows = |s: &&Survivor| s.replicas_needed > s.replicas_before;
        let Some(worst) = survivors
            .iter()
            .filter(grows)
            .max_by_key(|s| s.replicas_needed - s.replicas_before)
        else {
            let enough = "what runs at peak is enough".to_string();
            return vec![Term::knob(Step::WarmUp, &service.name, (0, 0), enough)];
        };
        match self.measured_warm_up(service) {
            Some(term) => vec![term.change(Change::Replicas {
                region: self.context.topology.region(worst.region).name.clone(),
                min: worst.replicas_needed,
            })],
            None => self.offerings.grow(
                &self.context,
                service,
                worst.region,
                worst.replicas_before,
                worst.replicas_needed,
            ),
        }
    }

    fn measured_warm_up(&self, service: &Service) -> Option<Term> {
        self.context
            .measured(Step::WarmUp, FactKind::WarmUp, &service.name)
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

/// `1 replica`, `2 replicas`.
fn count(number: u32, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

//! The recovery time of every service and store: terms, and what waits for what.

use super::budget::Budget;
use super::verdict::{Verdict, promised_time};
use super::{Promise, RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::capacity::{Routing, Survivor, bears, replicas};
use crate::analysis::offering::Offerings;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, Step, Term};
use crate::spec::{Duration, FactKind, Objectives};
use crate::topology::knobs::CLUSTER_ZONES;
use crate::topology::{Datastore, DatastoreId, Host, Queue, RegionId, Service, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn times(
    context: Context,
    offerings: &dyn Offerings,
    scenarios: &[Scenario],
) -> Vec<RecoveryTime> {
    let parts = Parts::of(context);
    let routing = Routing::of(context.topology);
    let at_peak = routing.after(&[]);
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
            at_peak: &at_peak,
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
    /// What runs while nothing is lost, by service.
    at_peak: &'a [Option<Vec<Survivor>>],
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
            // Callers leave what is lost meanwhile; load reaches other regions once it has moved.
            let after = match self.scenario {
                Scenario::Region(_) => moved.clone(),
                _ => Vec::new(),
            };
            ready.extend(budget.add_serial(self.left(*needed), Vec::new()));
            ready.extend(budget.add_serial(self.replaced(*needed), after));
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

    /// Nobody calls the replicas that are lost any more.
    fn left(&self, id: ServiceId) -> Vec<Term> {
        let service = self.context.topology.service(id);
        match self.scenario {
            Scenario::Pod | Scenario::Node | Scenario::Zone | Scenario::Region(_) => self
                .offerings
                .replica(&self.context, service, self.scenario),
            _ => Vec::new(),
        }
    }

    /// The replicas that remain, or that come, carry the load.
    fn replaced(&self, id: ServiceId) -> Vec<Term> {
        let service = self.context.topology.service(id);
        match self.scenario {
            Scenario::Pod | Scenario::Node | Scenario::Zone => {
                self.within_regions(id, service).into_iter().collect()
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

    /// After a pod, node or zone: the rest of the same region, at full use. Pods spread evenly
    /// over zones, and a node holds no more than its zone does.
    fn within_regions(&self, id: ServiceId, service: &Service) -> Option<Term> {
        let (Some(peak), Some(each)) = (&self.at_peak[id.0], bears(service)) else {
            return Some(self.undeclared(service));
        };
        let left = |runs: u32| match self.scenario {
            Scenario::Pod => runs.saturating_sub(1),
            _ => runs - runs.div_ceil(CLUSTER_ZONES),
        };
        let needed = |s: &Survivor| replicas(s.load_before, each).max(1);
        let short = |s: &&Survivor| left(s.replicas_before) < needed(s);
        let worst = peak
            .iter()
            .filter(short)
            .min_by_key(|s| left(s.replicas_before))?;
        let region = &self.context.topology.region(worst.region).name;
        let because = format!(
            "{} in {region} at peak, and {} left for {:.0}/s",
            count(worst.replicas_before, "replica"),
            left(worst.replicas_before),
            worst.load_before
        );
        let term = self.measured_warm_up(service).unwrap_or_else(|| {
            let term = self.offerings.restart(&self.context, service);
            let because = format!("{because}; {}", term.because);
            Term { because, ..term }
        });
        // Half as many again fill what a zone takes.
        let mut enough = needed(worst)..=needed(worst).saturating_mul(2);
        match enough.find(|runs| left(*runs) >= needed(worst)) {
            Some(min) if term.high.is_some() => Some(term.change(Change::Replicas {
                region: region.clone(),
                min,
            })),
            _ => Some(term),
        }
    }

    /// Nobody says what comes and what a replica bears.
    fn undeclared(&self, service: &Service) -> Term {
        let term = || Term::fact(Step::WarmUp, &service.name, "capacity.undeclared");
        let term = self.measured_warm_up(service).unwrap_or_else(term);
        term.at(service.span)
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
            return vec![self.undeclared(service)];
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
        let Some((worst, grows)) = self.slowest(service, survivors) else {
            let enough = "what runs at peak is enough".to_string();
            return vec![Term::knob(Step::WarmUp, &service.name, (0, 0), enough)];
        };
        match self.measured_warm_up(service) {
            Some(term) => vec![term.change(Change::Replicas {
                region: self.context.topology.region(worst.region).name.clone(),
                min: worst.replicas_needed,
            })],
            None => grows,
        }
    }

    /// Regions grow side by side: the one that takes longest, if any must grow. Of those that
    /// begin with as many, the one that must reach most.
    fn slowest<'s>(
        &self,
        service: &Service,
        survivors: &'s [Survivor],
    ) -> Option<(&'s Survivor, Vec<Term>)> {
        let mut by_size: BTreeMap<u32, &Survivor> = BTreeMap::new();
        for survivor in survivors {
            let most = by_size.entry(survivor.replicas_before).or_insert(survivor);
            if survivor.replicas_needed > most.replicas_needed {
                *most = survivor;
            }
        }
        let grows = by_size
            .into_values()
            .filter(|s| s.replicas_needed > s.replicas_before);
        let terms = grows.map(|s| {
            let (before, needed) = (s.replicas_before, s.replicas_needed);
            let terms = self
                .offerings
                .grow(&self.context, service, s.region, before, needed);
            (s, terms)
        });
        terms.max_by_key(|(_, terms)| {
            let known = terms.iter().filter_map(|t| t.high);
            known.fold(0, u64::saturating_add)
        })
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

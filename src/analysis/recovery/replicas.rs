//! Whether the replicas that a loss leaves carry the load, and how long it takes others to
//! come.

use super::time::Loss;
use crate::analysis::capacity::{Survivor, bears, replicas};
use crate::analysis::term::{self, Change, Class, Step, Term};
use crate::catalog::Place;
use crate::deployment::Action;
use crate::topology::{FactKind, Scenario};
use crate::topology::{RegionId, Service, ServiceId};
use std::collections::BTreeMap;

impl Loss<'_> {
    /// Nobody calls the replicas that are lost any more.
    pub(super) fn left(&self, id: ServiceId) -> Vec<Term> {
        let service = self.context.topology.service(id);
        match self.scenario {
            Scenario::Pod | Scenario::Node | Scenario::Zone | Scenario::Region(_) => self
                .offerings
                .replica(&self.context, service, self.scenario),
            _ => Vec::new(),
        }
    }

    /// The replicas that remain, or that come, carry the load.
    pub(super) fn replaced(&self, id: ServiceId) -> Vec<Term> {
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
                let write = term::off_cloud(provider);
                (!left)
                    .then(|| Term::never(Step::WarmUp, &service.name, why, write))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// After a pod, node or zone: the rest of the same region, at full use. Pods spread evenly
    /// over the zones that are emitted, and a node holds no more than its zone does.
    fn within_regions(&self, id: ServiceId, service: &Service) -> Option<Term> {
        let (Some(peak), Some(each)) = (&self.at_peak[id.0], bears(service)) else {
            return Some(self.undeclared(service));
        };
        let left = |s: &Survivor| {
            let runs = s.replicas_before;
            match self.scenario {
                Scenario::Pod => runs.saturating_sub(1),
                _ => runs - self.place(s).share_of_zone(runs),
            }
        };
        let needed = |s: &Survivor| replicas(s.load_before, each);
        let short = |s: &&Survivor| left(s) < needed(s);
        let worst = peak.iter().filter(short).min_by_key(|s| left(s))?;
        let because = format!(
            "{} in {} at peak, and {} left for {:.0}/s",
            count(worst.replicas_before, "replica"),
            self.name(worst),
            left(worst),
            worst.load_before
        );
        let term = self.offerings.restart(&self.context, service);
        let because = format!("{because}; {}", term.because);
        let term = Term { because, ..term };
        let term = self
            .context
            .narrowed_one(term, FactKind::WarmUp, &service.name);
        if term.high.is_none() {
            return Some(term);
        }
        // With as many as this, what is left after the loss is what is needed.
        let enough = |s: &Survivor| {
            let zones = self.place(s).spread().len() as u32;
            match self.scenario {
                Scenario::Pod => needed(s).saturating_add(1),
                // Nothing is left of what has one zone, however many run.
                _ if zones < 2 => u32::MAX,
                _ => needed(s).saturating_mul(zones).div_ceil(zones - 1),
            }
        };
        let regions = peak.iter().filter(short);
        let regions = regions.map(|s| (self.name(s).clone(), enough(s)));
        Some(term.change(Change::Replicas(regions.collect())))
    }

    fn place(&self, survivor: &Survivor) -> &'static Place {
        self.context.topology.region(survivor.region).place
    }

    fn name(&self, survivor: &Survivor) -> &String {
        &self.context.topology.region(survivor.region).name
    }

    /// Nobody says what comes and what a replica bears: a drill shows how long others took to
    /// come, not whether as many may come as the peak needs.
    fn undeclared(&self, service: &Service) -> Term {
        let write = format!(
            "declare what one replica bears and how much comes at most: `capacity: {{ per_replica: 100/s, peak: 500/s }}` of `{}`, with your numbers",
            service.name
        );
        Term::fact(Step::WarmUp, &service.name, "capacity.undeclared")
            .change(Change::Write(write))
            .at(service.span)
    }

    /// After a region: the others take its load.
    fn other_regions(&self, id: ServiceId, service: &Service, lost: RegionId) -> Vec<Term> {
        if service.replicas_in(lost).is_none() {
            return Vec::new();
        }
        if self.routing.idle(id, lost) {
            let region = &self.context.topology.region(lost).name;
            let nobody = format!("nobody is served in {region}");
            return vec![Term::emitted(Step::WarmUp, &service.name, (0, 0), nobody)];
        }
        if service.placements.len() == 1 {
            let region = &self.context.topology.region(lost).name;
            let why = format!("`{}` runs in {region} alone", service.name);
            let write = term::in_another_region(&service.name);
            return vec![Term::never(Step::WarmUp, &service.name, why, write).at(service.span)];
        }
        let Some(Some(survivors)) = self.after.get(id.0) else {
            return vec![self.undeclared(service)];
        };
        let over = survivors.iter().find(|s| s.replicas_needed > s.max);
        if let Some(over) = over {
            let why = format!(
                "{} needs {} of at most {}",
                self.name(over),
                count(over.replicas_needed, "replica"),
                over.max
            );
            let write = format!(
                "let `{}` grow to {} in {}: `replicas`",
                service.name,
                over.replicas_needed,
                self.name(over)
            );
            return vec![Term::never(Step::WarmUp, &service.name, why, write).at(service.span)];
        }
        let grows = |s: &&Survivor| s.replicas_needed > s.replicas_before;
        let growing: Vec<&Survivor> = survivors.iter().filter(grows).collect();
        if growing.is_empty() {
            let enough = "what runs at peak is enough".to_string();
            return vec![Term::emitted(Step::WarmUp, &service.name, (0, 0), enough)];
        }
        if let Some(missing) = self.cannot_start(service, &growing, lost) {
            return vec![missing];
        }
        let terms = self.slowest(id, service, &growing);
        let mut terms = self
            .context
            .narrowed(terms, FactKind::WarmUp, &service.name);
        if let [only] = terms.as_mut_slice()
            && only.class == Class::Measured
        {
            let needed = growing.iter();
            let needed = needed.map(|s| (self.name(s).clone(), s.replicas_needed));
            only.change = Some(Change::Replicas(needed.collect()));
        }
        terms
    }

    /// What replicas need to start is lost as well: only nodes and caches that have it by chance
    /// start one, and nothing says that they do.
    fn cannot_start(
        &self,
        service: &Service,
        growing: &[&Survivor],
        lost: RegionId,
    ) -> Option<Term> {
        let start = Action::Start(service.name.clone());
        let need = self.context.deployment.lost_need(&start, &[lost])?;
        let most = growing.iter().max_by_key(|s| s.replicas_needed)?;
        let why = format!(
            "{} needs {}, and a replica needs {}, which {} alone has",
            self.name(most),
            count(most.replicas_needed, "replica"),
            need.what,
            self.context.topology.region(lost).name
        );
        let term = Term::unbounded(Step::WarmUp, &service.name, why);
        let needed = growing.iter();
        let needed = needed.map(|s| (self.name(s).clone(), s.replicas_needed));
        Some(Term {
            span: need.span.or(Some(service.span)),
            change: Some(Change::Replicas(needed.collect())),
            ..term
        })
    }

    /// Regions grow side by side: the one that takes longest. Of those that begin with as many,
    /// it is the one that must reach most.
    fn slowest(&self, id: ServiceId, service: &Service, growing: &[&Survivor]) -> Vec<Term> {
        let mut by_size: BTreeMap<u32, &Survivor> = BTreeMap::new();
        for survivor in growing {
            let most = by_size.entry(survivor.replicas_before).or_insert(survivor);
            if survivor.replicas_needed > most.replicas_needed {
                *most = survivor;
            }
        }
        // What is not there measures nothing.
        let asleep = growing.iter().find(|s| s.replicas_before == 0);
        let mut hosts = self.context.topology.hosts.iter();
        // A queue that grows wakes a worker, and no user puts anything into it.
        let by_queue = service.on_cluster();
        let users = hosts.any(|h| h.service == id) && by_queue;
        if let Some(asleep) = asleep.filter(|_| !service.wakes() || users) {
            let what = match service.wakes() {
                true => "only a queue starts one, not requests",
                false => "nothing starts one",
            };
            let why = format!("no replica runs in {}, and {what}", self.name(asleep));
            let write = format!(
                "keep at least 1 replica of `{}` there: `replicas`",
                service.name
            );
            return vec![Term::never(Step::WarmUp, &service.name, why, write).at(service.span)];
        }
        let grow = |s: &Survivor| {
            let (before, needed) = (s.replicas_before, s.replicas_needed);
            self.offerings
                .grow(&self.context, service, s.region, before, needed)
        };
        let known = |terms: &Vec<Term>| {
            let known = terms.iter().filter_map(|t| t.high);
            known.fold(0, u64::saturating_add)
        };
        let each = by_size.into_values().map(grow);
        each.max_by_key(known).unwrap_or_default()
    }
}

/// `1 replica`, `2 replicas`.
fn count(number: u32, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

//! Every total of the analysis, calculated again from the emitted files, the declared
//! values and the documented facts.

use super::documented::{Documented, Range};
use super::emitted::{Check, Emitted, Scaling, Sentinel, Workload, longest_gap};
use super::load::{Arrival, Load, Part};
use super::plan::{Database, Host, Kind, Plan, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Times by subject and scenario, as the command line names them.
pub type Times = BTreeMap<(String, String), Range>;
/// Losses by store and scenario; nothing if no copy remains.
pub type Losses = BTreeMap<(String, String), Option<Range>>;

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lost {
    Pod,
    Node,
    Zone,
    Region(usize),
    /// A location that only databases use.
    Elsewhere(usize),
    Cloud,
    Entry,
    Link,
    Corruption,
    Key,
}

/// Milliseconds in a second.
const SECOND: u64 = 1000;
/// Zones that Cloud Run spreads over: it has no setting for them.
const OF_CLOUD_RUN: u64 = 3;

pub struct Expected<'a> {
    plan: &'a Plan,
    emitted: &'a Emitted,
    documented: &'a Documented,
    load: Load<'a>,
    before: Vec<Vec<Part>>,
    /// The locations of databases that no region is in.
    elsewhere: Vec<String>,
}

impl<'a> Expected<'a> {
    pub fn of(plan: &'a Plan, emitted: &'a Emitted, documented: &'a Documented) -> Self {
        let load = Load::of(plan, documented, emitted);
        let databases = emitted.firestores.values().flat_map(|d| {
            let multi = documented.multi_regions.get(&d.location);
            multi.cloned().unwrap_or_else(|| vec![d.location.clone()])
        });
        let own = |l: &String| plan.regions.iter().any(|r| r.location == l);
        let elsewhere: BTreeSet<String> = databases.filter(|l| !own(l)).collect();
        Expected {
            elsewhere: elsewhere.into_iter().collect(),
            plan,
            emitted,
            documented,
            before: load.shares(None),
            load,
        }
    }

    fn scenarios(&self) -> Vec<(String, Lost)> {
        let regions = self.plan.regions.iter().enumerate();
        let regions = regions.map(|(index, r)| (format!("region:{}", r.name), Lost::Region(index)));
        let rest = [
            ("pod", Lost::Pod),
            ("node", Lost::Node),
            ("zone", Lost::Zone),
            ("cloud:gcp", Lost::Cloud),
            ("entry", Lost::Entry),
            ("link", Lost::Link),
            ("corruption", Lost::Corruption),
            ("key", Lost::Key),
        ];
        let rest = rest.into_iter().map(|(id, lost)| (id.to_string(), lost));
        let elsewhere = self.elsewhere.iter().enumerate();
        let elsewhere = elsewhere.map(|(at, l)| (format!("region:{l}"), Lost::Elsewhere(at)));
        rest.chain(regions).chain(elsewhere).collect()
    }

    /// How long what is down.
    pub fn times(&self) -> Times {
        let mut times = Times::new();
        for (id, lost) in self.scenarios() {
            let after = match lost {
                Lost::Region(region) => self.load.shares(Some(region)),
                _ => Vec::new(),
            };
            for (index, service) in self.plan.services.iter().enumerate() {
                if let Some(range) = self.service(index, lost, &after) {
                    times.insert((service.name.clone(), id.clone()), range);
                }
            }
            for store in &self.plan.stores {
                if matches!(lost, Lost::Corruption | Lost::Key)
                    && let Some(range) = self.store(store, lost)
                {
                    times.insert((store.name.clone(), id.clone()), range);
                }
            }
        }
        times
    }

    /// What is lost of which store.
    pub fn losses(&self) -> Losses {
        let mut losses = Losses::new();
        for (id, lost) in self.scenarios() {
            for store in &self.plan.stores {
                let best = match &store.kind {
                    Kind::Redis { .. } => self.redis_loss(store, lost),
                    Kind::Firestore { .. } => self.firestore_loss(store, lost),
                };
                if let Some(best) = best {
                    losses.insert((store.name.clone(), id.clone()), best);
                }
            }
        }
        losses
    }

    // What is declared and documented

    fn fact(&self, id: &str) -> Range {
        self.documented.fact(id)
    }

    /// The longest measurement of a part, else of the whole.
    fn measured(&self, of: &str, on: &str) -> Option<Range> {
        let facts = || self.plan.facts.iter().filter(|f| f.of == of);
        let own = facts().filter(|f| f.on.as_deref() == Some(on));
        let whole = facts().filter(|f| f.on.is_none());
        let value = own
            .map(|f| f.value)
            .max()
            .or(whole.map(|f| f.value).max())?;
        Some(Range::from(0, value))
    }

    fn measured_or(&self, of: &str, on: &str, id: &str) -> Range {
        self.narrowed(of, on, Range::ZERO, self.fact(id))
    }

    /// What is certain and what is open, with a measurement of both together: an upper bound
    /// that takes nothing from what is certain, and does not count if it is less than that
    /// takes at least.
    fn narrowed(&self, of: &str, on: &str, certain: Range, open: Range) -> Range {
        let all = certain.then(open);
        let Some(measured) = self.measured(of, on).and_then(|m| m.high) else {
            return all;
        };
        let most = measured.max(certain.high.unwrap_or(0));
        if measured < certain.low || all.high.is_some_and(|high| high <= most) {
            return all;
        }
        Range::from(all.low.min(most), most)
    }

    /// A person is paged, if a rule fires and somebody is told: two of three probes fail, each
    /// of which waits for its answer; then the rule, and the group.
    fn paged(&self, region: usize) -> Range {
        let location = self.location(region);
        let mut hosts = self.emitted.hosts.values();
        let probed = hosts.any(|h| h.backends.iter().any(|(l, _)| *l == location));
        let pages = self.emitted.pages.iter().filter(|_| probed).map(|page| {
            let hold = page.hold.div_ceil(page.evaluation) * page.evaluation;
            let least = page.probe + hold + page.group_wait;
            let most = page.probe + page.waits + 2 * page.probe + page.evaluation;
            Range::from(least * SECOND, (most + hold + page.group_wait) * SECOND)
        });
        let open = Range { low: 0, high: None };
        pages.min_by_key(|r| r.high).unwrap_or(open)
    }

    /// A person answers and decides.
    fn answered(&self, on: &str) -> Range {
        let declared = self.plan.failover.as_ref().and_then(|f| f.answer);
        let declared = declared.map(|a| Range::from(0, a));
        let open = declared.unwrap_or_else(|| self.fact("people.answer"));
        self.narrowed("answer", on, Range::ZERO, open)
    }

    // A service

    fn service(&self, index: usize, lost: Lost, after: &[Vec<Part>]) -> Option<Range> {
        if matches!(lost, Lost::Corruption | Lost::Key | Lost::Link) {
            return None;
        }
        let mut moved = Vec::new();
        moved.extend(self.led_nowhere(index, lost));
        for host in self.plan.hosts.iter().filter(|h| h.service == index) {
            if self.is_way(host, lost) {
                moved.extend(self.host(&host.name, lost));
            }
        }
        for queue in self
            .plan
            .queues
            .iter()
            .filter(|q| q.receiver == Some(index))
        {
            moved.extend(self.queue(&queue.name, queue.host.is_some(), lost));
        }
        let left = moved.iter().fold(Range::ZERO, |all, one| all.and(*one));
        let mut parts = moved.clone();
        let on = self.stands_on(index);
        for needed in &on {
            parts.extend(self.noticed(*needed, lost));
            parts.extend(self.replaced(*needed, lost, after).map(|r| match lost {
                Lost::Region(_) => left.then(r),
                _ => r,
            }));
        }
        let stores = on.iter().flat_map(|s| &self.plan.services[*s].uses);
        for store in stores {
            parts.extend(self.store(&self.plan.stores[*store], lost));
        }
        parts.iter().copied().reduce(Range::and)
    }

    /// Whether users who are lost with something come by a host: that of one region is judged
    /// as itself, and one that leads to a primary has nobody elsewhere.
    fn is_way(&self, host: &Host, lost: Lost) -> bool {
        let mut others = self.plan.hosts.iter().filter(|h| h.service == host.service);
        match lost {
            Lost::Region(region) => host.pinned.is_none() && self.leads(host, region),
            Lost::Entry => host.pinned.is_none() || others.all(|h| h.pinned.is_some()),
            _ => true,
        }
    }

    fn leads(&self, host: &Host, region: usize) -> bool {
        let places = self.places(host.service);
        if host.pinned.is_some() {
            return host.pinned == Some(region);
        }
        let first = self.plan.first(&places);
        places.contains(&region)
            && (host.policy.first() != Some(&"failover") || first == Some(region))
    }

    /// Nothing but hosts of a lost region leads there.
    fn led_nowhere(&self, service: usize, lost: Lost) -> Option<Range> {
        let Lost::Region(region) = lost else {
            return None;
        };
        let placed = |h: &&Host| {
            h.pinned
                .map_or(self.placed(service, region), |p| p == region)
        };
        let hosts = self.plan.hosts.iter().filter(|h| h.service == service);
        let there: Vec<&Host> = hosts.filter(placed).collect();
        let only = !there.is_empty() && there.iter().all(|h| h.pinned.is_some());
        only.then_some(Range::NEVER)
    }

    /// Whether nobody is served in a region as long as nothing is lost.
    fn idle(&self, service: usize, region: usize) -> bool {
        let hosts = || self.plan.hosts.iter().filter(|h| h.service == service);
        let callers: Vec<usize> = (0..self.plan.services.len())
            .filter(|s| self.plan.services[*s].needs.contains(&service))
            .collect();
        let bears = self.before[service][region].over > 0;
        let here = match hosts().find(|h| h.pinned.is_none()) {
            Some(host) => self.leads(host, region),
            None if !callers.is_empty() => !callers.iter().all(|c| self.idle(*c, region)),
            None if self.plan.queues.iter().any(|q| q.receiver == Some(service)) => true,
            None => hosts().next().is_none() || hosts().any(|h| self.leads(h, region)),
        };
        !bears && !here
    }

    /// The service and all that it calls, directly or not.
    fn stands_on(&self, index: usize) -> Vec<usize> {
        let mut all = vec![index];
        let mut next = 0;
        while next < all.len() {
            for needed in &self.plan.services[all[next]].needs {
                if !all.contains(needed) {
                    all.push(*needed);
                }
            }
            next += 1;
        }
        all
    }

    fn placed(&self, service: usize, region: usize) -> bool {
        self.plan.services[service]
            .replicas
            .iter()
            .any(|r| r.0 == region)
    }

    fn workload(&self, service: usize, region: usize) -> &Workload {
        let name = self.plan.services[service].name.clone();
        &self.emitted.workloads[&(name, self.location(region))]
    }

    fn location(&self, region: usize) -> String {
        self.plan.regions[region].location.to_string()
    }

    fn zones(&self, region: usize) -> u64 {
        self.zones_at(self.plan.regions[region].location)
    }

    fn zones_at(&self, location: &str) -> u64 {
        *self.emitted.zones.get(location).unwrap_or(&OF_CLOUD_RUN)
    }

    fn places(&self, service: usize) -> Vec<usize> {
        self.plan.services[service]
            .replicas
            .iter()
            .map(|r| r.0)
            .collect()
    }

    // Traffic

    fn host(&self, name: &str, lost: Lost) -> Option<Range> {
        let host = &self.emitted.hosts[name];
        let clusters = host.backends.iter().any(|(_, cluster)| *cluster);
        match lost {
            Lost::Region(region) => {
                let location = self.location(region);
                let leads = host.backends.iter().any(|(l, _)| *l == location);
                let range = match host.backends.len() {
                    1 => Range::NEVER,
                    _ => self.leave(name),
                };
                leads.then_some(range)
            }
            Lost::Zone if clusters => Some(self.leave(name)),
            Lost::Cloud => Some(Range::NEVER),
            Lost::Entry => {
                let ttl = Range::from(0, host.ttl * SECOND);
                let turned = |check| counted(check).then(ttl).then(self.fact("dns.resolvers"));
                Some(host.turns.map_or(Range::NEVER, turned))
            }
            _ => None,
        }
    }

    fn leave(&self, name: &str) -> Range {
        let host = &self.emitted.hosts[name];
        let plan = self
            .plan
            .hosts
            .iter()
            .find(|h| h.name == name)
            .expect("declared");
        let (certain, open) = match host.check {
            Some(check) => (counted(check), Range::ZERO),
            None => {
                let place = self.places(plan.service)[0];
                let readiness = self.workload(plan.service, place).readiness;
                (
                    counted(readiness),
                    self.fact("gcp.cloud-run.service-health"),
                )
            }
        };
        let noticed = self.narrowed("detect", name, certain, open);
        noticed.then(self.measured_or("redirect", name, "gcp.load-balancer.redirect"))
    }

    fn queue(&self, name: &str, through_host: bool, lost: Lost) -> Option<Range> {
        match lost {
            Lost::Cloud => Some(Range::NEVER),
            Lost::Region(region) => {
                let address = self.emitted.pushes.get(name).map_or("", String::as_str);
                let there = address.contains(&format!(".{}.run.app", self.location(region)));
                let moved = || self.measured_or("redirect", name, "gcp.pubsub.repoint");
                let keeps = self.emitted.keeps.get(name).map_or(&[][..], Vec::as_slice);
                if !keeps.is_empty() && keeps.iter().all(|l| *l == self.location(region)) {
                    return Some(Range::NEVER);
                }
                let told = || self.paged(region).then(self.answered(name));
                (!through_host && there).then(|| told().then(moved()))
            }
            _ => None,
        }
    }

    // Replicas

    /// Until nobody calls lost pods any more.
    fn noticed(&self, service: usize, lost: Lost) -> Option<Range> {
        let own = &self.plan.services[service];
        if !own.kubernetes {
            return None;
        }
        let endpoints = self.fact("kubernetes.endpoints");
        match lost {
            Lost::Pod => {
                let readiness = self.workload(service, self.places(service)[0]).readiness;
                let probed = Range {
                    low: 0,
                    ..counted(readiness)
                };
                Some(self.seen_leaving(service, lost, probed, endpoints))
            }
            Lost::Node | Lost::Zone => {
                let open = self.fact("kubernetes.node-lost").then(endpoints);
                Some(self.seen_leaving(service, lost, Range::ZERO, open))
            }
            Lost::Region(region) => {
                self.emitted.ejections.get(&own.name)?;
                let called = self
                    .pairs(service, lost)?
                    .iter()
                    .any(|(_, to, _)| *to == region);
                let open = self.fact("istio.ejection");
                called.then(|| self.seen_leaving(service, lost, Range::ZERO, open))
            }
            _ => None,
        }
    }

    /// By the mesh, else by probes; and as it was measured.
    fn seen_leaving(&self, service: usize, lost: Lost, certain: Range, open: Range) -> Range {
        let name = &self.plan.services[service].name;
        match self.ejected(service, lost) {
            Some(ejected) => self.narrowed("detect", name, Range::ZERO, ejected),
            None => self.narrowed("detect", name, certain, open),
        }
    }

    /// Until the slowest of those who call has seen as many errors as it takes, at peak.
    fn ejected(&self, service: usize, lost: Lost) -> Option<Range> {
        let own = &self.plan.services[service];
        let ejection = self.emitted.ejections.get(&own.name)?;
        let peak = own.capacity.as_ref()?.peak;
        if !self.may_eject(service, lost, ejection.at_most) {
            return None;
        }
        let mut slowest: Option<u64> = None;
        for (callers, to, part) in self.pairs(service, lost)? {
            let most = self.workload(service, to).most;
            // errors / (peak / 60 * part / callers / most), in milliseconds
            let over =
                u128::from(ejection.errors) * 60_000 * u128::from(callers * most) * part.under;
            let under = u128::from(peak) * part.over;
            let time = over.div_ceil(under) as u64;
            slowest = Some(slowest.map_or(time, |s| s.max(time)));
        }
        let calls = slowest?;
        // A try ends by its own bound; without one the dead give no errors.
        match self.emitted.waits[&own.name] {
            Some(wait) => {
                let waits = ejection.errors * wait;
                Some(Range::from(0, calls + waits + ejection.connect))
            }
            None => Some(self.fact("istio.no-timeout")),
        }
    }

    /// How many callers there are where calls arise, which region they call, and the part of
    /// all calls. After a region only what others go on sending there counts.
    fn pairs(&self, service: usize, lost: Lost) -> Option<Vec<(u64, usize, Part)>> {
        let gone = match lost {
            Lost::Region(region) => Some(region),
            _ => None,
        };
        let mut pairs = Vec::new();
        for (arrival, callers) in self.callers(service, gone)? {
            for (to, share) in self
                .load
                .sent(service, arrival.at, arrival.home, None, false)
            {
                let part = arrival.part.times(share);
                let counts = gone.is_none_or(|gone| to == gone && arrival.at != gone);
                if counts && part.over > 0 {
                    pairs.push((callers, to, part));
                }
            }
        }
        Some(pairs)
    }

    /// Who calls from each region: where calls arise, and from how many pods.
    fn callers(&self, service: usize, lost: Option<usize>) -> Option<Vec<(Arrival, u64)>> {
        if self.plan.hosts.iter().any(|h| h.service == service) {
            let gateways = |r: usize| self.emitted.gateways[&self.location(r)];
            let users = self.load.users(service, lost).into_iter();
            return Some(
                users
                    .map(|a| {
                        let pods = gateways(a.at);
                        (a, pods)
                    })
                    .collect(),
            );
        }
        let calls = (0..self.plan.services.len())
            .filter(|s| self.plan.services[*s].needs.contains(&service));
        let callers: Vec<_> = calls.collect();
        let [caller] = callers[..] else {
            return Some(Vec::new());
        };
        if !self.plan.services[caller].kubernetes {
            return Some(Vec::new());
        }
        let arrivals = self.load.by_weights(caller, lost).into_iter();
        // Where a service is called that does not run beside its caller, nothing is emitted.
        let here = arrivals.filter(|a| self.placed(service, a.at));
        Some(
            here.map(|a| {
                let pods = self.workload(caller, a.at).most;
                (a, pods)
            })
            .collect(),
        )
    }

    /// Whether as many as are lost may be left out at once.
    fn may_eject(&self, service: usize, lost: Lost, at_most: u64) -> bool {
        let places = self.places(service);
        let least = |r: &usize| self.workload(service, *r).least;
        let total: u64 = places.iter().map(least).sum();
        let worst = places.iter().map(|r| {
            let most = self.workload(service, *r).most;
            let others = total - least(r);
            match lost {
                Lost::Region(region) if region != *r => (0, 1),
                Lost::Region(_) => (most, most + others),
                Lost::Pod => (1, total),
                _ => {
                    // The share of a zone is largest at the fewest or at one more than fills
                    // the zones.
                    let zones = self.zones(*r);
                    let share = |n: u64| (n.div_ceil(zones), n + others);
                    let shares = (least(r)..=most).map(share);
                    shares
                        .reduce(|a, b| if a.0 * b.1 >= b.0 * a.1 { a } else { b })
                        .expect("one")
                }
            }
        });
        let mut worst = worst;
        worst.all(|(gone, of)| gone * 100 <= at_most * of)
    }

    /// Until the load is carried again.
    fn replaced(&self, service: usize, lost: Lost, after: &[Vec<Part>]) -> Option<Range> {
        match lost {
            Lost::Pod | Lost::Node | Lost::Zone => self.rest_of_region(service, lost),
            Lost::Region(region) if self.placed(service, region) && self.idle(service, region) => {
                Some(Range::ZERO)
            }
            Lost::Region(region) if self.placed(service, region) => {
                Some(self.other_regions(service, region, &after[service]))
            }
            Lost::Cloud => Some(Range::NEVER),
            _ => None,
        }
    }

    /// The pods that are left in a region carry its peak, at full use; else others must come.
    fn rest_of_region(&self, service: usize, lost: Lost) -> Option<Range> {
        let peak = self.load.peak(service);
        let carries = self.places(service).into_iter().all(|region| {
            let Some((peak, (full, _))) = peak.zip(self.load.bears(service)) else {
                return false;
            };
            let load = peak.times(self.before[service][region]);
            let runs = self.running(service, region, load);
            let gone = if lost == Lost::Pod {
                1
            } else {
                runs.div_ceil(self.zones(region))
            };
            let left = runs.saturating_sub(gone);
            !load.exceeds(full.times(Part::of(left.into(), 1)))
        });
        let own = &self.plan.services[service];
        let unknown = match own.kubernetes {
            true => "kubernetes.reschedule",
            false => "gcp.cloud-run.scale",
        };
        match (carries, peak) {
            (true, _) => None,
            (false, None) => Some(self.fact("capacity.undeclared")),
            (false, Some(_)) => Some(self.measured_or("warm-up", &own.name, unknown)),
        }
    }

    /// How many run at a load.
    fn running(&self, service: usize, region: usize, load: Part) -> u64 {
        let (_, aimed) = self.load.bears(service).expect("declared");
        let workload = self.workload(service, region);
        load.fill(aimed).clamp(workload.least, workload.most)
    }

    fn other_regions(&self, service: usize, lost: usize, after: &[Part]) -> Range {
        let name = &self.plan.services[service].name;
        let left: Vec<usize> = self
            .places(service)
            .into_iter()
            .filter(|r| *r != lost)
            .collect();
        if left.is_empty() {
            return Range::NEVER;
        }
        let Some((peak, (_, aimed))) = self.load.peak(service).zip(self.load.bears(service)) else {
            return self.fact("capacity.undeclared");
        };
        let mut slowest = (Range::ZERO, Range::ZERO);
        for region in left {
            let needed = peak.times(after[region]).fill(aimed);
            let runs = self.running(service, region, peak.times(self.before[service][region]));
            let workload = self.workload(service, region);
            if needed > workload.most {
                return Range::NEVER;
            }
            if needed > runs {
                // Regions grow side by side: all of them must have grown.
                let (certain, open) = self.grown(service, workload, runs, needed);
                slowest = (slowest.0.and(certain), slowest.1.and(open));
            }
        }
        self.narrowed("warm-up", name, slowest.0, slowest.1)
    }

    /// What of growing is certain, by the autoscaler's own numbers, and what is open.
    fn grown(&self, service: usize, workload: &Workload, runs: u64, needed: u64) -> (Range, Range) {
        let Some(scaling) = &workload.scaling else {
            return (Range::ZERO, self.fact("gcp.cloud-run.scale"));
        };
        let (seen, unseen) = match scaling.rate_window {
            Some(window) => (Range::from(0, window * SECOND), Range::ZERO),
            None => (Range::ZERO, self.fact("kubernetes.metrics")),
        };
        let capacity = self.plan.services[service].capacity.as_ref();
        let start = capacity.and_then(|c| c.start).unwrap_or(0);
        let certain = seen
            .then(Range::from(0, scaling.window * SECOND))
            .then(rounds(scaling, runs, needed));
        let open = unseen
            .then(self.fact("kubernetes.autoscaler-sync"))
            .then(self.fact("kubernetes.nodes"))
            .then(self.fact("kubernetes.image-pull"))
            .then(Range::from(0, start));
        (certain, open)
    }

    // Stores

    fn store(&self, store: &Store, lost: Lost) -> Option<Range> {
        match (&store.kind, lost) {
            (_, Lost::Corruption) => {
                let name = &store.name;
                let noticed =
                    self.measured_or("notice-corruption", name, "people.notice-corruption");
                let restored = self.measured_or("restore", name, "restore.time");
                // A cache is filled in again.
                let cache = matches!(store.kind, Kind::Redis { .. });
                if !cache && self.firestore_history(store).is_none() {
                    return Some(Range::NEVER);
                }
                Some(noticed.then(self.answered(name)).then(restored))
            }
            (_, Lost::Cloud) => Some(Range::NEVER),
            (Kind::Redis { .. }, _) => self.redis(store, lost),
            (Kind::Firestore { .. }, Lost::Key) => Some(self.fact("gcp.kms.destroyed")),
            (Kind::Firestore { .. }, Lost::Elsewhere(at)) => {
                let held = self.held_at(store, &self.elsewhere[at]).into_iter();
                let again = held.map(|members| match members {
                    1 => Range::NEVER,
                    _ => self.fact("gcp.firestore.failover"),
                });
                again.reduce(Range::and)
            }
            (Kind::Firestore { .. }, Lost::Region(region)) => {
                let each = self.databases(store).into_iter();
                each.filter_map(|d| self.database(&store.name, &d, region))
                    .reduce(Range::and)
            }
            _ => None,
        }
    }

    /// Nodes and sentinels that are lost, whether the primary is among them.
    fn lost_members(&self, set: &Sentinel, lost: Lost) -> Option<(u64, u64, bool)> {
        let home = set.members[&set.home];
        match lost {
            Lost::Pod => Some((1, 0, true)),
            Lost::Node | Lost::Zone => {
                let zones = self.zones_at(&set.home);
                Some((home.0.div_ceil(zones), home.1.div_ceil(zones), true))
            }
            Lost::Region(region) => {
                let there = set.members.get(&self.location(region))?;
                let primary = self.location(region) == set.home;
                Some((there.0, there.1, primary && home.0 > 0))
            }
            _ => None,
        }
    }

    /// Silence, agreement, promotion; the new primary then needs enough replicas to write.
    fn redis(&self, store: &Store, lost: Lost) -> Option<Range> {
        let set = &self.emitted.sentinels[&store.name];
        let (nodes, sentinels, primary) = self.lost_members(set, lost)?;
        let total = |of: fn(&(u64, u64)) -> u64| set.members.values().map(of).sum::<u64>();
        let left = total(|m| m.0).saturating_sub(nodes);
        // Any zone may take replicas that writes need.
        let most = match lost {
            Lost::Node | Lost::Zone => {
                let zones = set.members.iter();
                let most = zones.map(|(l, m)| m.0.div_ceil(self.zones_at(l))).max();
                most.unwrap_or(nodes)
            }
            _ => nodes,
        };
        let replicas = total(|m| m.0).saturating_sub(most);
        // A pod or node comes back with its data; a zone or region does not.
        let back = match lost {
            Lost::Pod | Lost::Node => self.fact("kubernetes.reschedule"),
            _ => Range::NEVER,
        };
        // The primary is one of those that are left, the others are its replicas.
        let writes = match replicas.saturating_sub(1) >= set.min_replicas {
            true => Range::ZERO,
            false => back,
        };
        if !primary {
            return (writes != Range::ZERO).then_some(writes);
        }
        if left == 0 {
            return Some(back);
        }
        let votes = total(|m| m.1);
        if (votes - sentinels) * 2 <= votes {
            return Some(back);
        }
        // Until a write is acknowledged, as measured; with a dead replica in the way of the
        // others, after the failover timeout.
        let follow = if set.parallel_syncs + 1 >= total(|m| m.0) {
            5_000
        } else {
            set.failover_timeout + 5_000
        };
        let open = Range::from(0, follow);
        let promoted = self.narrowed("promote", &store.name, Range::ZERO, open);
        let silent = Range::from(set.down_after, set.down_after);
        Some(
            silent
                .then(self.fact("redis.sentinel.ping"))
                .then(promoted)
                .then(writes),
        )
    }

    fn redis_loss(&self, store: &Store, lost: Lost) -> Option<Option<Range>> {
        let set = &self.emitted.sentinels[&store.name];
        // The limit holds for a copy that survives only if those that do not cannot meet it.
        let home = set.members[&set.home].0;
        let beside = match lost {
            Lost::Pod => 0,
            Lost::Node | Lost::Zone => home.div_ceil(self.zones_at(&set.home)).saturating_sub(1),
            _ => home.saturating_sub(1),
        };
        let replica = match set.min_replicas > beside {
            false => self.measured_or("lag", &store.name, "redis.lag-bound"),
            true => {
                let open = Range::from(0, set.max_lag * SECOND);
                self.narrowed("lag", &store.name, Range::ZERO, open)
            }
        };
        let snapshot = self.redis_snapshot(store, set, None);
        match lost {
            Lost::Cloud => Some(None),
            // The majority promotes, and what the old primary still took is discarded.
            Lost::Link => (set.members.len() > 1).then_some(Some(replica)),
            Lost::Corruption => Some(snapshot.and_then(|s| self.reaching(store, 30, s))),
            Lost::Entry | Lost::Key => None,
            _ => {
                let (nodes, _, primary) = self.lost_members(set, lost)?;
                let total: u64 = set.members.values().map(|m| m.0).sum();
                let disk = matches!(lost, Lost::Pod | Lost::Node);
                primary.then(|| match total - nodes {
                    0 if disk => Some(self.fact("redis.append-only")),
                    0 => match lost {
                        Lost::Region(region) => self.redis_snapshot(store, set, Some(region)),
                        _ => snapshot,
                    },
                    _ => Some(replica),
                })
            }
        }
    }

    /// The newest snapshot, where one run may have failed; those of a lost region are lost.
    fn redis_snapshot(&self, store: &Store, set: &Sentinel, lost: Option<usize>) -> Option<Range> {
        let lost = lost.map(|r| self.location(r));
        let schedules = set
            .backups
            .iter()
            .filter(|(l, _)| Some(*l) != lost.as_ref());
        let gap = schedules.map(|(_, s)| longest_gap(s)).max()?;
        Some(aged(gap, takes(store)))
    }

    fn databases(&self, store: &Store) -> Vec<Database> {
        let Kind::Firestore {
            location: _,
            regions,
            databases,
        } = &store.kind
        else {
            return Vec::new();
        };
        let all: Vec<usize> = (0..self.plan.regions.len()).collect();
        let or_serving = |regions: &Vec<usize>| match regions.is_empty() {
            true => all
                .iter()
                .copied()
                .filter(|r| self.plan.regions[*r].role != "standby")
                .collect(),
            false => regions.clone(),
        };
        if databases.is_empty() {
            return vec![Database {
                name: String::new(),
                location: "",
                serves: or_serving(regions),
                taken_over_by: Vec::new(),
            }];
        }
        let each = databases.iter().map(|d| Database {
            serves: or_serving(&d.serves),
            ..d.clone()
        });
        each.collect()
    }

    /// Where a database was put: the regions that hold it, by the emitted location.
    fn holders(&self, store: &str, database: &Database, alone: bool) -> Vec<String> {
        let id = match alone {
            true => format!("gen-{store}"),
            false => format!("gen-{store}-{}", database.name),
        };
        let location = &self.emitted.firestores[&id].location;
        let multi = self.documented.multi_regions.get(location);
        multi.cloned().unwrap_or_else(|| vec![location.clone()])
    }

    fn alone(&self, store: &str) -> bool {
        let prefix = format!("gen-{store}");
        self.emitted.firestores.contains_key(&prefix)
    }

    fn database(&self, store: &str, database: &Database, lost: usize) -> Option<Range> {
        let holders = self.holders(store, database, self.alone(store));
        let touched = holders.contains(&self.location(lost));
        let used = database.serves.contains(&lost);
        let others = database.serves.iter().chain(&database.taken_over_by);
        // The only database is used by every region that runs a service with it.
        let at = self.plan.stores.iter().position(|s| s.name == store);
        let mut services = self.plan.services.iter();
        let alone = database.name.is_empty();
        let stands_by = services.any(|s| {
            let uses = s.uses.iter().any(|u| Some(*u) == at);
            alone && uses && s.replicas.iter().any(|(r, ..)| *r != lost)
        });
        let mut others = others.filter(|r| **r != lost);
        let unreachable = used && others.next().is_none() && !stands_by;
        if (touched && holders.len() == 1) || unreachable {
            return Some(Range::NEVER);
        }
        touched.then(|| self.fact("gcp.firestore.failover"))
    }

    /// The databases that a location holds: by how many regions each.
    fn held_at(&self, store: &Store, location: &String) -> Vec<usize> {
        let alone = self.alone(&store.name);
        let databases = self.databases(store);
        let holders = databases.iter();
        let holders = holders.map(|d| self.holders(&store.name, d, alone));
        let held = holders.filter(|h| h.contains(location));
        held.map(|h| h.len()).collect()
    }

    fn firestore_loss(&self, store: &Store, lost: Lost) -> Option<Option<Range>> {
        let databases = self.databases(store);
        match lost {
            Lost::Cloud | Lost::Key => Some(None),
            Lost::Link => {
                let several = databases.len() > 1 && store.replicated;
                several.then_some(Some(Range::ZERO))
            }
            Lost::Corruption => Some(self.firestore_history(store)),
            Lost::Region(_) | Lost::Elsewhere(_) => {
                let location = match lost {
                    Lost::Elsewhere(at) => self.elsewhere[at].clone(),
                    Lost::Region(region) => self.location(region),
                    _ => return None,
                };
                let touched = self.held_at(store, &location);
                let whole = self.fact("gcp.firestore.quorum");
                (!touched.is_empty()).then(|| (!touched.contains(&1)).then_some(whole))
            }
            _ => None,
        }
    }

    /// What history is worth against corruption: nothing if it does not reach back to before
    /// anybody has noticed and decided, and nobody knows if that is not known.
    fn reaching(&self, store: &Store, days: u64, history: Range) -> Option<Range> {
        let noticed =
            self.measured_or("notice-corruption", &store.name, "people.notice-corruption");
        match noticed.then(self.answered(&store.name)).high {
            Some(late) => (late <= days * 86_400 * SECOND).then_some(history),
            None => Some(Range {
                high: None,
                ..history
            }),
        }
    }

    /// The better of point-in-time recovery and backups.
    fn firestore_history(&self, store: &Store) -> Option<Range> {
        let prefix = format!("gen-{}", store.name);
        let mut databases = self.emitted.firestores.iter();
        let (_, database) =
            databases.find(|(id, _)| **id == prefix || id.starts_with(&format!("{prefix}-")))?;
        let moments = self.fact("gcp.firestore.point-in-time");
        let moments = database.point_in_time.then_some(moments);
        let moments = moments.and_then(|m| self.reaching(store, 7, m));
        let backups = database.every.map(|every| aged(every, takes(store)));
        moments.or(backups.and_then(|b| self.reaching(store, 30, b)))
    }
}

fn takes(store: &Store) -> u64 {
    let declared = store.backup.as_ref().and_then(|b| b.takes);
    declared.unwrap_or(3600 * SECOND)
}

/// The age of a backup: one may fail, and the next one takes its time.
fn aged(seconds: u64, takes: u64) -> Range {
    Range::from(seconds * SECOND, 2 * seconds * SECOND + takes)
}

/// Failures in a row of a check: the loss comes right before one, or right after.
fn counted(check: Check) -> Range {
    Range::from(
        check.every * (check.failures - 1) * SECOND,
        (check.every * check.failures + check.timeout) * SECOND,
    )
}

/// Rounds of the autoscaler, each by the policy that adds most.
fn rounds(scaling: &Scaling, runs: u64, needed: u64) -> Range {
    let mut now = runs;
    let mut time = 0;
    let period = scaling
        .policies
        .iter()
        .map(|p| p.2)
        .max()
        .expect("a policy")
        * SECOND;
    while now < needed {
        let added = scaling
            .policies
            .iter()
            .map(|(kind, amount, _)| match kind.as_str() {
                "Percent" => now * amount / 100,
                _ => *amount,
            });
        now += added.max().expect("a policy");
        time += period;
    }
    Range::from(time - period, time)
}

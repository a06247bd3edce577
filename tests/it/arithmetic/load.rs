//! Where load goes when a region is lost, in exact fractions.

use super::documented::Documented;
use super::emitted::Emitted;
use super::plan::Plan;

/// A fraction that is not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub over: u128,
    pub under: u128,
}

impl Part {
    pub const NONE: Part = Part::of(0, 1);

    pub const fn of(over: u128, under: u128) -> Self {
        Part { over, under }
    }

    pub fn plus(self, other: Part) -> Part {
        Part::of(
            self.over * other.under + other.over * self.under,
            self.under * other.under,
        )
        .reduced()
    }

    pub fn times(self, other: Part) -> Part {
        Part::of(self.over * other.over, self.under * other.under).reduced()
    }

    /// Divided and rounded up.
    pub fn fill(self, other: Part) -> u64 {
        let (over, under) = (self.over * other.under, self.under * other.over);
        over.div_ceil(under) as u64
    }

    pub fn exceeds(self, other: Part) -> bool {
        self.over * other.under > other.over * self.under
    }

    fn reduced(self) -> Part {
        let (mut a, mut b) = (self.over, self.under);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Part::of(self.over / a.max(1), self.under / a.max(1))
    }
}

/// The part of each service's load that each region bears.
pub struct Load<'a> {
    plan: &'a Plan,
    documented: &'a Documented,
    emitted: &'a Emitted,
    weights: Vec<u128>,
}

/// A part of the users of a service, by the region that they belong to and come to.
pub struct Arrival {
    pub home: usize,
    pub at: usize,
    pub part: Part,
}

impl<'a> Load<'a> {
    pub fn of(plan: &'a Plan, documented: &'a Documented, emitted: &'a Emitted) -> Self {
        Load {
            plan,
            documented,
            emitted,
            weights: weights(plan),
        }
    }

    /// The peak that must be borne, per second.
    pub fn peak(&self, service: usize) -> Option<Part> {
        let capacity = self.plan.services[service].capacity.as_ref()?;
        let surge = self
            .plan
            .surge
            .map_or(Part::of(1, 1), |s| Part::of(s.into(), 10));
        Some(Part::of(capacity.peak.into(), 60).times(surge))
    }

    /// What one replica bears at full use, and at the use that is aimed at.
    pub fn bears(&self, service: usize) -> Option<(Part, Part)> {
        let capacity = self.plan.services[service].capacity.as_ref()?;
        let full = Part::of(capacity.per_replica.into(), 1);
        Some((full, full.times(Part::of(capacity.target.into(), 10_000))))
    }

    /// The most by service and region, with a region lost or none: as the mesh sends calls by itself,
    /// and once the scripts have taken the region out of it.
    pub fn shares(&self, lost: Option<usize>) -> Vec<Vec<Part>> {
        let by_itself = self.shares_once(lost, false).into_iter();
        let both = by_itself.zip(self.shares_once(lost, true));
        let larger = |(a, b): (Part, Part)| if b.exceeds(a) { b } else { a };
        both.map(|(a, b)| a.into_iter().zip(b).map(larger).collect())
            .collect()
    }

    fn shares_once(&self, lost: Option<usize>, fenced: bool) -> Vec<Vec<Part>> {
        // Callers have higher numbers than what they call.
        let count = self.plan.services.len();
        let mut shares = vec![vec![Part::NONE; self.plan.regions.len()]; count];
        for service in (0..count).rev() {
            shares[service] = self.of_service(service, lost, fenced, &shares);
        }
        shares
    }

    fn of_service(
        &self,
        service: usize,
        lost: Option<usize>,
        fenced: bool,
        all: &[Vec<Part>],
    ) -> Vec<Part> {
        let plan = self.plan;
        let at: Vec<usize> = plan.services[service]
            .replicas
            .iter()
            .map(|r| r.0)
            .collect();
        let mut shares = vec![Part::NONE; plan.regions.len()];
        let mut add = |region: usize, part: Part| shares[region] = shares[region].plus(part);
        let callers: Vec<usize> = (0..plan.services.len())
            .filter(|s| plan.services[*s].needs.contains(&service))
            .collect();
        let arrivals = match self.host(service) {
            Some(policy) => self.arrivals(service, &at, lost, &policy),
            None if !callers.is_empty() => self.calls(service, &callers, lost, all),
            None => {
                let queued = self.queued(service);
                let fed: Vec<usize> = at.iter().copied().filter(|r| queued.contains(r)).collect();
                let at = if fed.is_empty() { at } else { fed };
                for arrival in self.arrivals(service, &at, lost, &["weight"]) {
                    add(arrival.at, arrival.part);
                }
                return shares;
            }
        };
        for arrival in arrivals {
            for (to, part) in self.sent(service, arrival.at, arrival.home, lost, fenced) {
                add(to, arrival.part.times(part));
            }
        }
        shares
    }

    /// The policies of the host that brings users to a service: those that Google's load balancer,
    /// or the mesh behind it, acts upon.
    fn host(&self, service: usize) -> Option<Vec<&'static str>> {
        let mut hosts = self.plan.hosts.iter();
        let host = hosts.find(|h| h.service == service && h.pinned.is_none())?;
        let meshed = self.plan.mesh && self.plan.services[service].kubernetes;
        let acts = |at: usize, policy: &str| match policy {
            "latency" => true,
            "failover" => at == 0,
            "weight" | "geography" => meshed,
            _ => false,
        };
        let policies = host.policy.iter().enumerate();
        let acting = policies.filter(|(at, p)| acts(*at, p));
        Some(acting.map(|(_, p)| *p).collect())
    }

    /// Where users come in: of a host that names no region, else by weight.
    pub fn users(&self, service: usize, lost: Option<usize>) -> Vec<Arrival> {
        let at: Vec<usize> = self.plan.services[service]
            .replicas
            .iter()
            .map(|r| r.0)
            .collect();
        let policy = self.host(service).unwrap_or_else(|| vec!["weight"]);
        self.arrivals(service, &at, lost, &policy)
    }

    /// Where a service works, by weight.
    pub fn by_weights(&self, service: usize, lost: Option<usize>) -> Vec<Arrival> {
        let replicas = self.plan.services[service].replicas.iter();
        let at: Vec<usize> = replicas.map(|r| r.0).collect();
        self.arrivals(service, &at, lost, &["weight"])
    }

    /// Where the mesh sends what comes in at a region.
    pub fn sent(
        &self,
        service: usize,
        at: usize,
        home: usize,
        lost: Option<usize>,
        fenced: bool,
    ) -> Vec<(usize, Part)> {
        let regions = &self.plan.regions;
        let key = (
            self.plan.services[service].name.clone(),
            regions[at].location.to_string(),
        );
        let Some(lists) = self.emitted.lists.get(&key) else {
            return vec![(at, Part::of(1, 1))];
        };
        let home = regions[home].location.to_string();
        let list = lists
            .iter()
            .find(|l| l.users.is_empty() || l.users.contains(&home))
            .expect("a list for the rest");
        let open = |r: &usize| Some(*r) != lost;
        let places = || self.plan.services[service].replicas.iter().map(|r| r.0);
        let share = |r: usize| {
            let share = list.shares.get(regions[r].location);
            share.map_or(0, |s| u128::from(*s))
        };
        let named: Vec<usize> = places().filter(|r| open(r) && share(*r) > 0).collect();
        let out = lost.is_some_and(|r| share(r) > 0);
        if fenced && out && named.len() < 2 {
            return vec![(at, Part::of(1, 1))];
        }
        if !list.spills || fenced && out {
            return proportional(&named, share);
        }
        // Weights do not follow health: what a lost region had goes to all others alike.
        let left: Vec<usize> = places().filter(open).collect();
        let gone = 100 - named.iter().map(|r| share(*r)).sum::<u128>();
        let each = evenly(&left).into_iter();
        let each = each.map(|(r, part)| {
            let spilt = part.times(Part::of(gone, 100));
            (r, spilt.plus(Part::of(share(r), 100)))
        });
        each.filter(|(_, part)| part.over > 0).collect()
    }

    /// The regions of the queues that push to a service.
    fn queued(&self, service: usize) -> Vec<usize> {
        let queues = self
            .plan
            .queues
            .iter()
            .filter(|q| q.receiver == Some(service));
        queues
            .flat_map(|q| match q.regions.is_empty() {
                true => self.serving(&(0..self.plan.regions.len()).collect::<Vec<_>>()),
                false => q.regions.clone(),
            })
            .collect()
    }

    fn serving(&self, regions: &[usize]) -> Vec<usize> {
        let serves = |r: &usize| self.plan.regions[*r].role != "standby";
        regions.iter().copied().filter(serves).collect()
    }

    fn arrivals(
        &self,
        service: usize,
        at: &[usize],
        lost: Option<usize>,
        policy: &[&str],
    ) -> Vec<Arrival> {
        let places = self.plan.services[service].replicas.iter().map(|r| r.0);
        let open: Vec<usize> = places.filter(|r| Some(*r) != lost).collect();
        let users = match policy.first() {
            Some(&"failover") => {
                let first = self.plan.first(at).expect("a region");
                vec![(first, Part::of(1, 1))]
            }
            _ => self.by_weight(at),
        };
        let mut arrivals = Vec::new();
        for (home, share) in users {
            let to = match Some(home) == lost {
                true => self.moved(home, &open, policy),
                false => vec![(home, Part::of(1, 1))],
            };
            arrivals.extend(to.into_iter().map(|(at, part)| Arrival {
                home,
                at,
                part: share.times(part),
            }));
        }
        arrivals
    }

    fn serving_or_all(&self, regions: &[usize]) -> Vec<usize> {
        let serving = self.serving(regions);
        if serving.is_empty() {
            regions.to_vec()
        } else {
            serving
        }
    }

    /// Where the users of a lost region go.
    fn moved(&self, lost: usize, open: &[usize], policy: &[&str]) -> Vec<(usize, Part)> {
        let regions = &self.plan.regions;
        // In the order of the spec, not of the service.
        let mut open = open.to_vec();
        open.sort_unstable();
        if let Some(standby) = open.iter().find(|r| regions[**r].pair == Some(lost)) {
            return vec![(*standby, Part::of(1, 1))];
        }
        let left = self.serving_or_all(&open);
        let near: Vec<usize> = left
            .iter()
            .copied()
            .filter(|r| {
                regions[*r].role != "standby"
                    && regions[*r]
                        .serves
                        .iter()
                        .any(|c| regions[lost].serves.contains(c))
            })
            .collect();
        let (decides, left) = match policy {
            [] => ("latency", left),
            ["geography", ..] if near.is_empty() => ("latency", left),
            ["geography"] => ("weight", near),
            ["geography", next, ..] => (*next, near),
            [first, ..] => (*first, left),
        };
        if left.is_empty() {
            return Vec::new();
        }
        match decides {
            "latency" => vec![(self.nearest(lost, &left), Part::of(1, 1))],
            "weight" => self.by_weight(&left),
            "failover" => vec![(self.plan.first(&left).expect("a region"), Part::of(1, 1))],
            other => panic!("{other}"),
        }
    }

    /// Calls arise in their region, else at the nearest; callers divide them by their peaks.
    fn calls(
        &self,
        service: usize,
        callers: &[usize],
        lost: Option<usize>,
        all: &[Vec<Part>],
    ) -> Vec<Arrival> {
        let places = self.plan.services[service].replicas.iter().map(|r| r.0);
        let open: Vec<usize> = places.filter(|r| Some(*r) != lost).collect();
        let mut arrivals = Vec::new();
        let peaks: Option<Vec<Part>> = callers.iter().map(|c| self.peak(*c)).collect();
        let peaks = peaks.unwrap_or_else(|| vec![Part::of(1, 1); callers.len()]);
        let total = peaks.iter().fold(Part::NONE, |sum, p| sum.plus(*p));
        for (caller, peak) in callers.iter().zip(peaks) {
            let part = peak.times(Part::of(total.under, total.over));
            for (from, share) in all[*caller].iter().enumerate() {
                let part = part.times(*share);
                if part.over == 0 || open.is_empty() {
                    continue;
                }
                let at = match open.contains(&from) {
                    true => from,
                    false => self.nearest(from, &open),
                };
                arrivals.push(Arrival { home: at, at, part });
            }
        }
        arrivals
    }

    fn nearest(&self, from: usize, among: &[usize]) -> usize {
        let location = |r: usize| self.plan.regions[r].location;
        let angle = |r: &usize| self.documented.angle(location(from), location(*r));
        *among
            .iter()
            .min_by(|a, b| angle(a).total_cmp(&angle(b)))
            .expect("somewhere to go")
    }

    fn by_weight(&self, among: &[usize]) -> Vec<(usize, Part)> {
        proportional(among, |r| self.weights[r])
    }
}

fn evenly(among: &[usize]) -> Vec<(usize, Part)> {
    proportional(among, |_| 1)
}

fn proportional(among: &[usize], weight: impl Fn(usize) -> u128) -> Vec<(usize, Part)> {
    let total: u128 = among.iter().map(|r| weight(*r)).sum();
    let part = |r: usize| match total {
        0 => Part::of(1, among.len() as u128),
        _ => Part::of(weight(r), total),
    };
    among.iter().map(|r| (*r, part(*r))).collect()
}

/// What is written, and what is left to the others in whole percent, one more for the primary and
/// then by name.
fn weights(plan: &Plan) -> Vec<u128> {
    let written: u32 = plan.regions.iter().filter_map(|r| r.weight).sum();
    let mut open: Vec<usize> = (0..plan.regions.len())
        .filter(|r| plan.regions[*r].weight.is_none() && plan.regions[*r].role != "standby")
        .collect();
    let rank = |r: &usize| {
        (
            plan.regions[*r].role != "primary",
            plan.regions[*r].name.clone(),
        )
    };
    open.sort_by_key(rank);
    let left = u128::from(100 - written);
    let count = open.len() as u128;
    let mut weights: Vec<u128> = plan
        .regions
        .iter()
        .map(|r| r.weight.unwrap_or(0).into())
        .collect();
    for (place, region) in open.iter().enumerate() {
        weights[*region] = left / count + u128::from((place as u128) < left % count);
    }
    weights
}

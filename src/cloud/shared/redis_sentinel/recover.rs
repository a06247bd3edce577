//! Redis with Sentinel: sentinels that agree promote a replica; replication is
//! asynchronous.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{self, Change, Class, Step, Term};
use crate::cloud::recovery::{not_abroad, past, readings, restored, snapshot};
use crate::topology::settings::{SENTINEL_FAILOVER_MILLIS, SENTINEL_PROMOTION_MILLIS};
use crate::topology::{Datastore, Duration, FactKind, Mode, RegionId, Scenario};

pub(super) fn store(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    match scenario {
        Scenario::Cloud(provider) => {
            let on = |id: &RegionId| context.topology.region(*id).place.provider == provider;
            match store.regions.iter().all(on) {
                true => {
                    let why = format!("every node is on {provider}");
                    let write = term::off_cloud(provider);
                    vec![Term::never(Step::Promote, &store.name, why, write).at(store.span)]
                }
                false => Vec::new(),
            }
        }
        Scenario::Corruption => restored(context, store, &history(context, store)),
        _ => Members::of(context, store).again(scenario),
    }
}

/// Failures that the language counts where `health` is written without a number.
const UNHEALTHY_AFTER: u64 = 3;

/// The nodes and sentinels of a set by region.
struct Members<'a> {
    context: &'a Context<'a>,
    store: &'a Datastore,
    regions: Vec<(RegionId, u32, u32)>,
}

/// What a scenario takes of a set, at worst.
struct Taken {
    nodes: u32,
    sentinels: u32,
    primary: bool,
}

impl<'a> Members<'a> {
    fn of(context: &'a Context<'a>, store: &'a Datastore) -> Self {
        let topology = context.topology;
        // Where copies are ruled out, nothing of other regions is a member.
        let replication = store.replication.as_ref();
        let alone = replication.is_some_and(|r| *r.mode == Mode::None);
        let first = topology.first_node(store);
        let members = store.regions.iter();
        let members = members.filter(|id| !alone || Some(**id) == first);
        let regions = members.map(|id| {
            let counts = (topology.nodes(store, *id), topology.sentinels(store, *id));
            (*id, counts.0, counts.1)
        });
        Members {
            context,
            store,
            regions: regions.collect(),
        }
    }

    fn nodes(&self) -> u32 {
        self.regions.iter().map(|r| r.1).sum()
    }

    fn sentinels(&self) -> u32 {
        self.regions.iter().map(|r| r.2).sum()
    }

    /// The region where the first node starts as the primary.
    fn home(&self) -> Option<RegionId> {
        self.context.topology.first_node(self.store)
    }

    /// What a zone of a region takes of nodes and of sentinels, at worst: they spread evenly
    /// over the zones that are emitted.
    fn of_zone(&self, (region, nodes, sentinels): &(RegionId, u32, u32)) -> (u32, u32) {
        let place = self.context.topology.region(*region).place;
        (place.share_of_zone(*nodes), place.share_of_zone(*sentinels))
    }

    /// What is lost with the primary, `None` if the scenario takes no member. A node holds no
    /// more than its zone does.
    fn taken(&self, scenario: Scenario) -> Option<Taken> {
        match scenario {
            Scenario::Pod => Some(Taken {
                nodes: 1,
                sentinels: 0,
                primary: true,
            }),
            Scenario::Node | Scenario::Zone => {
                let home = self.regions.iter().find(|r| Some(r.0) == self.home());
                let (nodes, sentinels) = home.map_or((0, 0), |r| self.of_zone(r));
                Some(Taken {
                    nodes,
                    sentinels,
                    primary: true,
                })
            }
            Scenario::Region(lost) => {
                let (_, nodes, sentinels) = *self.regions.iter().find(|r| r.0 == lost)?;
                Some(Taken {
                    nodes,
                    sentinels,
                    primary: self.home() == Some(lost),
                })
            }
            _ => None,
        }
    }

    /// Silence, agreement, promotion; the new primary writes if it has replicas enough.
    fn again(&self, scenario: Scenario) -> Vec<Term> {
        let Some(taken) = self.taken(scenario) else {
            return Vec::new();
        };
        let left = self.nodes().saturating_sub(taken.nodes);
        // A zone without the primary may take more of the replicas that it needs.
        let most = match scenario {
            Scenario::Node | Scenario::Zone => self.regions.iter().map(|r| self.of_zone(r).0).max(),
            _ => None,
        };
        let most = most.unwrap_or(taken.nodes);
        let stopped = self.stopped(self.nodes().saturating_sub(most), scenario);
        if !taken.primary {
            return stopped.into_iter().collect();
        }
        if left == 0 {
            let why = "no other node can be promoted".into();
            return vec![self.comes_back(scenario, why, "nodes")];
        }
        let (votes, of) = (self.sentinels() - taken.sentinels, self.sentinels());
        if votes < of / 2 + 1 {
            let why = format!("{votes} of {of} sentinels are left: no majority");
            return vec![self.comes_back(scenario, why, "sentinels")];
        }
        let mut terms = self.noticed();
        terms.push(self.promoted(votes));
        terms.extend(stopped);
        terms
    }

    /// The primary takes no writes with too few replicas.
    fn stopped(&self, left: u32, scenario: Scenario) -> Option<Term> {
        let replication = self.store.replication.as_ref()?;
        let needed = replication.min_replicas.as_ref()?;
        let replicas = left.saturating_sub(1);
        let why = format!(
            "writes stop: {replicas} of at least {} replicas are left",
            needed.value
        );
        (replicas < needed.value).then(|| self.comes_back(scenario, why, "nodes").at(needed.span))
    }

    /// A pod, or that of a lost node, comes back with its disk; what a zone or region held
    /// comes back with it, unless more of `key` are elsewhere.
    fn comes_back(&self, scenario: Scenario, why: String, key: &str) -> Term {
        let store = self.store;
        let term = match scenario {
            Scenario::Pod | Scenario::Node => {
                let term = Term::fact(Step::Promote, &store.name, "kubernetes.reschedule");
                let because = format!("{why}; {}", term.because);
                Term { because, ..term }
            }
            _ => {
                let write = format!(
                    "place more of `{}` where this loss does not reach: `{key}`",
                    store.name
                );
                Term::never(Step::Promote, &store.name, why, write)
            }
        };
        term.at(store.span)
    }

    fn noticed(&self) -> Vec<Term> {
        let store = self.store;
        let silence = store.silence_millis();
        let health = store.health.as_ref();
        let because = format!("silent for {}", Duration::from_millis(silence));
        vec![
            Term::emitted(Step::Detect, &store.name, (silence, silence), because)
                .read(readings::redis(
                    self.context,
                    store,
                    &format!("sentinel down-after-milliseconds {} ", store.name),
                    silence,
                ))
                .at(health.map_or(store.span, |h| h.span))
                .change(Change::Interval {
                    failures: health.map_or(UNHEALTHY_AFTER, |h| h.unhealthy_after.value.into()),
                    timeout: 0,
                    fixed: 0,
                    longer: true,
                    allowed: &[],
                }),
            Term::fact(Step::Detect, &store.name, "redis.sentinel.ping"),
        ]
    }

    fn promoted(&self, votes: u32) -> Term {
        let name = &self.store.name;
        let again = Duration::from_millis(2 * SENTINEL_FAILOVER_MILLIS);
        let of = self.sentinels();
        let because = format!(
            "{votes} of {of} sentinels agree and promote, replicas follow, and a write is \
             acknowledged; a vote that fails is repeated after {again}"
        );
        let term = Term {
            class: Class::Documented,
            high: Some(SENTINEL_PROMOTION_MILLIS),
            because,
            ..Term::fact(Step::Promote, name, "redis.sentinel.election")
        };
        self.context.narrowed_one(term, FactKind::Promote, name)
    }

    /// What is left of the data when the primary is gone.
    fn copies(&self, scenario: Scenario, taken: &Taken) -> Vec<Remaining> {
        let store = self.store;
        if self.nodes().saturating_sub(taken.nodes) > 0 {
            let lacks = self.lacks(self.lost_beside(scenario));
            let replica = |copy: String| Remaining::live(copy, lacks.clone());
            let Scenario::Region(lost) = scenario else {
                return vec![replica("a replica in another zone".into())];
            };
            let holding = self.regions.iter().filter(|r| r.0 != lost && r.1 > 0);
            let named = holding.map(|r| &self.context.topology.region(r.0).name);
            let leaves_out = not_abroad(store, &[]);
            return named
                .map(|name| Remaining {
                    leaves_out: leaves_out.clone(),
                    ..replica(format!("replicas in {name}"))
                })
                .collect();
        }
        match scenario {
            Scenario::Pod | Scenario::Node => vec![Remaining::live(
                "its own disk",
                Term::fact(Step::Lag, &store.name, "redis.append-only"),
            )],
            // Disks are a zone's, buckets of backups a region's.
            Scenario::Zone => snapshot(self.context, store).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// What is left of the data when the primary is cut off: the majority promotes a replica,
    /// and what the old primary still took is discarded when the link is back.
    fn cut_off(&self) -> Remaining {
        let beside = match self.home() {
            Some(home) => self.lost_beside(Scenario::Region(home)),
            None => 0,
        };
        Remaining::live("replicas on the other side of the cut", self.lacks(beside))
    }

    /// How many replicas are lost with the primary, at worst.
    fn lost_beside(&self, scenario: Scenario) -> u32 {
        let home = self.regions.iter().find(|r| Some(r.0) == self.home());
        let lost = match scenario {
            Scenario::Pod => 1,
            Scenario::Node | Scenario::Zone => home.map_or(0, |r| self.of_zone(r).0),
            _ => home.map_or(0, |r| r.1),
        };
        lost.saturating_sub(1)
    }

    /// A replica lacks what the primary has not sent yet. With a limit the primary stops
    /// taking writes, best effort, unless the replicas that are lost beside it satisfy it;
    /// without one there is no bound but what was measured.
    fn lacks(&self, beside: u32) -> Term {
        let store = self.store;
        let replication = store.replication.as_ref();
        let least = replication.and_then(|r| r.min_replicas.as_ref());
        let reaches = least.is_some_and(|m| m.value > beside);
        let term = match store.lag_limit_seconds().filter(|_| reaches) {
            Some(limit) => {
                let span = replication.and_then(|r| r.max_lag.as_ref()).map(|m| m.span);
                Term {
                    high: Some(limit * 1000),
                    because: format!("writes stop at a lag of {limit}s, best effort"),
                    span,
                    ..Term::fact(Step::Lag, &store.name, "redis.lag-limited")
                }
                .read(readings::redis(
                    self.context,
                    store,
                    "min-replicas-max-lag ",
                    limit,
                ))
                .change(Change::Value("max_lag"))
            }
            None => Term::fact(Step::Lag, &store.name, "redis.lag-bound").change(Change::Measure {
                of: FactKind::Lag.word(),
                on: store.name.clone(),
            }),
        };
        self.context.narrowed_one(term, FactKind::Lag, &store.name)
    }
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    match scenario {
        Scenario::Cloud(provider) => {
            let on = |id: &RegionId| context.topology.region(*id).place.provider == provider;
            store.regions.iter().all(on).then(Vec::new)
        }
        Scenario::Link => {
            let members = Members::of(context, store);
            (members.regions.len() > 1).then(|| vec![members.cut_off()])
        }
        Scenario::Corruption => Some(history(context, store)),
        _ => {
            let members = Members::of(context, store);
            let taken = members.taken(scenario).filter(|t| t.primary)?;
            Some(members.copies(scenario, &taken))
        }
    }
}

/// Snapshots that reach back far enough to undo corruption.
fn history(context: &Context, store: &Datastore) -> Vec<Remaining> {
    let moment = Term::fact(Step::Lag, &store.name, "restore.history");
    past(context, store, moment)
}

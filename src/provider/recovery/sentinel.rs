//! Redis with Sentinel: sentinels that agree promote a replica; replication is
//! asynchronous.

use super::{restore, snapshot};
use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, Class, Step, Term};
use crate::spec::{Duration, FactKind};
use crate::topology::knobs::SENTINEL_FAILOVER_MILLIS;
use crate::topology::{Datastore, RegionId};

/// The region where the first node starts as the primary.
fn home(context: &Context, store: &Datastore) -> Option<RegionId> {
    let primary = context.topology.primary();
    primary
        .filter(|id| store.regions.contains(id))
        .or(store.regions.first().copied())
}

fn in_region(count: Option<&crate::spec::PerRegion<crate::spec::Count>>, region: &str) -> u32 {
    count.and_then(|c| c.get(region)).map_or(0, |c| c.value)
}

pub(super) fn store(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    match scenario {
        Scenario::Pod | Scenario::Node | Scenario::Zone => promote(context, store, None),
        Scenario::Region(lost) if home(context, store) == Some(lost) => {
            promote(context, store, Some(lost))
        }
        Scenario::Cloud(provider) => {
            let on = |id: &RegionId| context.topology.region(*id).place.provider == provider;
            match store.regions.iter().all(on) {
                true => {
                    let why = format!("every node is on {provider}");
                    vec![Term::never(Step::Promote, &store.name, why).at(store.span)]
                }
                false => Vec::new(),
            }
        }
        Scenario::Corruption => restore(context, &store.name),
        _ => Vec::new(),
    }
}

/// Silence, agreement, promotion.
fn promote(context: &Context, store: &Datastore, lost: Option<RegionId>) -> Vec<Term> {
    let topology = context.topology;
    let sentinels = store.written.sentinels.as_ref();
    let votes = |id: &RegionId| in_region(sentinels, &topology.region(*id).name);
    let total: u32 = store.regions.iter().map(votes).sum();
    let left: u32 = store
        .regions
        .iter()
        .filter(|id| Some(**id) != lost)
        .map(votes)
        .sum();
    if left < total / 2 + 1 {
        let why = format!("{left} of {total} sentinels are left: no majority");
        return vec![Term::never(Step::Promote, &store.name, why).at(store.span)];
    }
    let silence = store.silence_millis();
    let span = store.written.health.as_ref().map_or(store.span, |h| h.span);
    let noticed = format!("silent for {}", Duration::from_millis(silence));
    let failures = store
        .written
        .health
        .as_ref()
        .map_or(1, |h| u64::from(h.unhealthy_after.value));
    let promoted = context
        .measured(Step::Promote, FactKind::Promote, &store.name)
        .unwrap_or_else(|| {
            let limit = Duration::from_millis(SENTINEL_FAILOVER_MILLIS);
            let because = format!("{left} of {total} sentinels agree and promote, within the failover timeout of {limit}");
            Term {
                class: Class::Typical,
                high: Some(SENTINEL_FAILOVER_MILLIS),
                because,
                ..Term::fact(Step::Promote, &store.name, "redis.sentinel.election")
            }
        });
    vec![
        Term::knob(Step::Detect, &store.name, (silence, silence), noticed)
            .at(span)
            .change(Change::Interval {
                failures,
                timeout: 0,
            }),
        Term::fact(Step::Detect, &store.name, "redis.sentinel.ping"),
        promoted,
    ]
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    let topology = context.topology;
    match scenario {
        Scenario::Pod | Scenario::Node | Scenario::Zone => Some(vec![replica(
            context,
            store,
            "a replica in another zone",
            false,
        )]),
        Scenario::Region(lost) if home(context, store) == Some(lost) => {
            let nodes = store.written.nodes.as_ref();
            let others = store.regions.iter().filter(|id| **id != lost);
            let holding = others.filter(|id| in_region(nodes, &topology.region(**id).name) > 0);
            let copies = holding.map(|id| {
                replica(
                    context,
                    store,
                    &format!("replicas in {}", topology.region(*id).name),
                    true,
                )
            });
            Some(copies.collect())
        }
        Scenario::Cloud(provider) => {
            let on = |id: &RegionId| topology.region(*id).place.provider == provider;
            store.regions.iter().all(on).then(Vec::new)
        }
        Scenario::Link => {
            let lag = Term::fact(Step::Lag, &store.name, "replication.link-cut");
            (store.regions.len() > 1).then(|| {
                vec![Remaining {
                    copy: "replicas behind the cut".into(),
                    lacks: lag,
                    abroad: false,
                }]
            })
        }
        Scenario::Corruption => Some(snapshot(store).into_iter().collect()),
        Scenario::Region(_) | Scenario::Entry | Scenario::Key => None,
    }
}

/// A replica lacks what the primary has not sent yet. With a limit the primary stops taking
/// writes, best effort; without one there is no bound but what was measured.
fn replica(context: &Context, store: &Datastore, copy: &str, abroad: bool) -> Remaining {
    // Replicas beside the primary satisfy the limit as long as there are enough of them.
    let beside = home(context, store).map_or(0, |id| {
        let nodes = store.written.nodes.as_ref();
        in_region(nodes, &context.topology.region(id).name).saturating_sub(1)
    });
    let replication = store.written.replication.as_ref();
    let least = replication.and_then(|r| r.min_replicas.as_ref());
    let reaches = !abroad || least.is_some_and(|m| m.value > beside);
    let lacks = match store.lag_limit_seconds().filter(|_| reaches) {
        Some(limit) => {
            let span = replication.and_then(|r| r.max_lag.as_ref()).map(|m| m.span);
            Term {
                high: Some(limit * 1000),
                because: format!("writes stop at a lag of {limit}s, best effort"),
                span,
                ..Term::fact(Step::Lag, &store.name, "redis.lag-limited")
            }
            .change(Change::Value("max_lag"))
        }
        None => context
            .measured(Step::Lag, FactKind::Lag, &store.name)
            .unwrap_or_else(|| {
                Term::fact(Step::Lag, &store.name, "redis.lag-bound").change(Change::Measure {
                    of: "lag",
                    on: store.name.clone(),
                })
            }),
    };
    Remaining {
        copy: copy.into(),
        lacks,
        abroad,
    }
}

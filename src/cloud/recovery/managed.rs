//! Managed stores of one region or several: what a zone, a region and wrong data take.

use super::{before_promotion, behind_a_cut, by_hand, not_abroad, past, restored, snapshot};
use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{self, By, Change, Class, Source, Step, Term};
use crate::deployment::{Keeps, Reading};
use crate::topology::{Datastore, RegionId};
use crate::topology::{Duration, FactKind, Mode, Provider, Scenario};

/// Where a bound in seconds stands at which a store stops writes.
pub(in crate::cloud) type StopsWrites = fn(&Context, &Datastore, u64) -> Vec<Reading>;

/// What is known of a kind; every text is the id of a fact.
pub(in crate::cloud) struct Kind {
    /// Taking writes again after a pod, node or zone.
    pub(in crate::cloud) zone: &'static str,
    /// What such a loss takes with it.
    pub(in crate::cloud) zone_loss: &'static str,
    /// Taking writes again after the writer's region.
    pub(in crate::cloud) region: Way,
    /// The replication that keeps copies in other regions, if any can.
    pub(in crate::cloud) replicate: Option<Mode>,
    /// The replication lag of other regions.
    pub(in crate::cloud) lag: &'static str,
    /// How exactly any moment of the past can be restored.
    pub(in crate::cloud) history: &'static str,
    /// How far the log of moments is behind where it is copied to another region, if it can
    /// be.
    pub(in crate::cloud) log_abroad: Option<&'static str>,
    /// The replication lag at which it stops writes, if it can.
    pub(in crate::cloud) stops_writes: Option<StopsWrites>,
}

impl Kind {
    /// What to write so that another region holds what one does.
    fn replicated(&self, store: &Datastore) -> String {
        let name = &store.name;
        let Some(mode) = self.replicate else {
            return format!(
                "keep what must survive the region in another kind of store: no copy of `{name}` in another region is generated"
            );
        };
        let replication = format!("`replication: {{ mode: {mode} }}`");
        match store.regions.len() {
            1 => format!("place `{name}` in another region too, with {replication}"),
            _ => format!("write {replication} of `{name}`"),
        }
    }
}

/// How a store takes writes after its region is lost.
pub(in crate::cloud) enum Way {
    /// Every region takes writes all along.
    EveryRegionWrites,
    /// A person promotes a copy.
    ByHand(&'static str),
}

impl Way {
    /// Every region writes if the topology says so; else a person promotes.
    pub(in crate::cloud) fn by_hand_unless_active_active(
        store: &Datastore,
        promote: &'static str,
    ) -> Self {
        match store.mode() == Mode::ActiveActive {
            true => Way::EveryRegionWrites,
            false => Way::ByHand(promote),
        }
    }
}

/// How the store takes writes again.
pub(in crate::cloud) fn store(
    context: &Context,
    kind: &Kind,
    store: &Datastore,
    scenario: Scenario,
) -> Vec<Term> {
    match scenario {
        Scenario::Zone if majority_in_a_zone(context, store).is_some() => {
            let why = majority_in_a_zone(context, store).unwrap_or_default();
            let write = "give it more nodes in each region, or a region with more zones";
            vec![Term::never(Step::Promote, &store.name, why, write.into()).at(store.span)]
        }
        Scenario::Pod | Scenario::Node | Scenario::Zone => {
            vec![taken(context, store, kind.zone, FactKind::Failover)]
        }
        Scenario::Region(lost) => region(context, kind, store, lost),
        Scenario::Cloud(provider) => all_on(context, store, provider)
            .map(|why| {
                let write = term::off_cloud(provider);
                Term::never(Step::Promote, &store.name, why, write).at(store.span)
            })
            .into_iter()
            .collect(),
        Scenario::Corruption => restored(context, store, &history(context, kind, store)),
        Scenario::Key => vec![Term::fact(Step::Restore, &store.name, "key.destroyed")],
        Scenario::Entry | Scenario::Link | Scenario::Elsewhere(_) => Vec::new(),
    }
}

/// Why a zone stops a cluster whose nodes agree by majority and spread over the emitted zones.
fn majority_in_a_zone(context: &Context, store: &Datastore) -> Option<String> {
    let mut sets = context.deployment.active_active_sets.iter();
    let set = sets.find(|s| s.datastore == store.name)?;
    set.regions.iter().find_map(|member| {
        let region = context.topology.region(member.region);
        let lost = region.place.share_of_zone(member.nodes);
        let (left, of) = (member.nodes - lost, member.nodes);
        (left < of / 2 + 1).then(|| {
            format!(
                "{left} of {of} nodes are left in {}: no majority",
                region.name
            )
        })
    })
}

/// How the store takes writes after its region is lost. What nobody replicates can at best
/// be restored where its history is copied to.
fn region(context: &Context, kind: &Kind, store: &Datastore, lost: RegionId) -> Vec<Term> {
    if !store.regions.contains(&lost) {
        return Vec::new();
    }
    if store.regions.len() == 1 && !kept_away(context, store, lost, Keeps::History) {
        let region = &context.topology.region(lost).name;
        let why = format!("{} is in {region} alone", store.name);
        let write = kind.replicated(store);
        return vec![Term::never(Step::Promote, &store.name, why, write).at(store.span)];
    }
    let replicated = context
        .deployment
        .copies
        .iter()
        .any(|c| c.store == context.topology.id_of(store) && c.keeps == Keeps::Live);
    if !replicated {
        return unreplicated(context, kind, store, lost);
    }
    match kind.region {
        Way::EveryRegionWrites => {
            let why = "the other regions take writes all along".to_string();
            let span = store
                .replication
                .as_ref()
                .map_or(store.span, |r| r.mode.span);
            vec![Term::emitted(Step::Promote, &store.name, (0, 0), why).at(span)]
        }
        Way::ByHand(fact) if writer(context, store) == Some(lost) => {
            let mut terms = by_hand(context, &store.name, Scenario::Region(lost));
            terms.extend(before_promotion(context, &store.name, lost));
            terms.push(taken(context, store, fact, FactKind::Promote).by(By::Person));
            terms
        }
        Way::ByHand(_) => Vec::new(),
    }
}

/// Whether another region keeps a copy of what a region holds.
fn kept_away(context: &Context, store: &Datastore, lost: RegionId, keeps: Keeps) -> bool {
    let id = context.topology.id_of(store);
    context
        .deployment
        .copies_from(id, lost, keeps)
        .next()
        .is_some()
}

/// Nothing follows what the lost region held: it is restored elsewhere, or comes back with
/// the region. Where nobody is served in normal times nothing was written.
fn unreplicated(context: &Context, kind: &Kind, store: &Datastore, lost: RegionId) -> Vec<Term> {
    if idle(context, store, lost) {
        return Vec::new();
    }
    if kept_away(context, store, lost, Keeps::History) {
        let restored = Term::fact(Step::Restore, &store.name, "restore.time");
        let restored = restored.change(Change::Measure {
            of: FactKind::Restore.word(),
            on: store.name.clone(),
        });
        let mut terms = by_hand(context, &store.name, Scenario::Region(lost));
        let restored = restored.by(By::Person);
        terms.push(context.narrowed_one(restored, FactKind::Restore, &store.name));
        return terms;
    }
    let region = &context.topology.region(lost).name;
    let why = format!(
        "nothing replicates `{}`: what {region} holds is nowhere else",
        store.name
    );
    let span = store.replication.as_ref();
    let span = span.map_or(store.span, |r| r.mode.span);
    vec![Term::never(Step::Promote, &store.name, why, kind.replicated(store)).at(span)]
}

/// The region that takes writes: the one that is written, else the primary, else the first.
fn writer(context: &Context, store: &Datastore) -> Option<RegionId> {
    let primary = context.topology.primary();
    let primary = primary.filter(|id| store.regions.contains(id));
    store.writer.or(primary).or(store.regions.first().copied())
}

/// Another takes writes, as documented and as it was measured: a standby beside what is lost, or a
/// copy in another region, which is another action.
fn taken(context: &Context, store: &Datastore, fact: &str, by: FactKind) -> Term {
    let documented = Term::fact(Step::Promote, &store.name, fact).change(Change::Measure {
        of: by.word(),
        on: store.name.clone(),
    });
    context.narrowed_one(documented, by, &store.name)
}

fn all_on(context: &Context, store: &Datastore, provider: Provider) -> Option<String> {
    let on = |id: &RegionId| context.topology.region(*id).place.provider == provider;
    store
        .regions
        .iter()
        .all(on)
        .then(|| format!("every copy is on {provider}"))
}

/// What remains of the store's data.
pub(in crate::cloud) fn remaining(
    context: &Context,
    kind: &Kind,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    match scenario {
        Scenario::Pod | Scenario::Node | Scenario::Zone => Some(vec![Remaining {
            copy: "the copies in other zones".into(),
            lacks: Term::fact(Step::Lag, &store.name, kind.zone_loss),
            live: true,
            leaves_out: Vec::new(),
        }]),
        Scenario::Region(lost) => {
            takes_writes(context, kind, store, lost).then(|| elsewhere(context, kind, store, lost))
        }
        Scenario::Cloud(provider) => all_on(context, store, provider).map(|_| Vec::new()),
        Scenario::Link => (store.regions.len() > 1).then(|| vec![behind_a_cut(store)]),
        Scenario::Corruption => Some(history(context, kind, store)),
        Scenario::Key => Some(Vec::new()),
        Scenario::Entry | Scenario::Elsewhere(_) => None,
    }
}

/// Whether services write to what a region holds of a store, so that something is lost with it:
/// a region whose writes are copied away, or one that stands alone and serves users. What only
/// follows a writer holds no writes of its own.
fn takes_writes(context: &Context, kind: &Kind, store: &Datastore, region: RegionId) -> bool {
    let copied = kept_away(context, store, region, Keeps::Live);
    // Copied one way, a copy follows also where it could be written.
    let one_way = matches!(kind.region, Way::ByHand(_)) || store.mode() == Mode::Async;
    let follows = one_way && follows(context, store, region);
    store.regions.contains(&region) && (copied || !follows && !idle(context, store, region))
}

/// Whether nobody is served in a region in normal times, and it is not where the store is written.
fn idle(context: &Context, store: &Datastore, region: RegionId) -> bool {
    context.topology.region(region).weight == 0 && writer(context, store) != Some(region)
}

/// Whether a region holds a copy of another's data.
fn follows(context: &Context, store: &Datastore, region: RegionId) -> bool {
    let id = context.topology.id_of(store);
    let mut copies = context.deployment.copies.iter();
    copies.any(|c| c.store == id && c.to == region && c.keeps == Keeps::Live)
}

/// The copies in other regions that are emitted: live ones, and history.
fn elsewhere(context: &Context, kind: &Kind, store: &Datastore, lost: RegionId) -> Vec<Remaining> {
    let id = context.topology.id_of(store);
    let name = |id: RegionId| context.topology.region(id).name.clone();
    let live = || context.deployment.copies_from(id, lost, Keeps::Live);
    let mut copies = Vec::new();
    if let Some(first) = live().next() {
        let others: Vec<String> = live().map(|c| name(c.to)).collect();
        copies.push(Remaining {
            copy: format!("the copy in {}", others.join(" and ")),
            lacks: lag(context, kind, store),
            live: true,
            leaves_out: not_abroad(store, &first.leaves_out),
        });
    }
    if !kept_away(context, store, lost, Keeps::History) {
        return copies;
    }
    copies.extend(snapshot(context, store));
    let backup = store.backup.as_ref();
    let log = backup.map(|b| b.point_in_time.as_ref().unwrap_or(&b.keep));
    let log = log.filter(|_| context.deployment.past(id).moments.is_some());
    if let (Some(fact), Some(log)) = (kind.log_abroad, log) {
        copies.push(Remaining::history(
            "the point-in-time log that is copied away",
            Term::fact(Step::Lag, &store.name, fact).at(log.span),
        ));
    }
    copies
}

/// The replication lag: the bound at which writes stop, else what is documented,
/// else what was measured.
fn lag(context: &Context, kind: &Kind, store: &Datastore) -> Term {
    let replication = store.replication.as_ref();
    let bound = replication.and_then(|r| r.stop_writes_at.as_ref());
    if let (Some(bound), Some(emitted)) = (bound, kind.stops_writes) {
        let because = format!(
            "writes stop at a lag of {}",
            Duration::from_millis(bound.millis())
        );
        return Term {
            class: Class::Enforced,
            source: Source::Spec,
            ..Term::emitted(Step::Lag, &store.name, (0, bound.millis()), because)
                .read(emitted(context, store, bound.secs()))
                .at(bound.span)
                .change(Change::Value("stop_writes_at"))
        };
    }
    measured_lag(context, store, kind.lag)
}

/// How far replication to other regions is behind, as documented and as measured.
fn measured_lag(context: &Context, store: &Datastore, fact: &str) -> Term {
    let documented = Term::fact(Step::Lag, &store.name, fact).change(Change::Measure {
        of: FactKind::Lag.word(),
        on: store.name.clone(),
    });
    context.narrowed_one(documented, FactKind::Lag, &store.name)
}

/// What can be restored after corruption: backups and moments that reach back far enough.
fn history(context: &Context, kind: &Kind, store: &Datastore) -> Vec<Remaining> {
    let Some(backup) = &store.backup else {
        return Vec::new();
    };
    let window = backup.point_in_time.as_ref().unwrap_or(&backup.keep);
    let moment = Term::fact(Step::Lag, &store.name, kind.history).at(window.span);
    past(context, store, moment)
}

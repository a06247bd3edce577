//! The facts of recovery, kind by kind: what [`crate::analysis`] asks of the offerings.
//! Kinds that run on any cloud are here, those of one cloud beside its other offerings.

mod external;
pub(super) mod managed;
pub(super) mod readings;

use super::frame;
use super::offering::{self, Recovery};
use crate::analysis::Context;
use crate::analysis::offering::{Offerings, Remaining};
use crate::analysis::term::{self, By, Change, Class, Source, Step, Term, detection};
use crate::deployment::{Action, OperationKind, Reading};
use crate::topology::settings::Check;
use crate::topology::{Datastore, Host, OutsideService, Queue, RegionId, Service};
use crate::topology::{Duration, FactKind, Reach, Scenario, Trigger};

/// The facts of all kinds on all clouds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts;

impl Offerings for Facts {
    fn outside(&self, context: &Context, of: &OutsideService, scenario: Scenario) -> Vec<Term> {
        external::returns(context, &of.name, &of.external, Step::Promote, scenario)
    }

    fn entry(&self, context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
        if let Some(external) = host.external() {
            // Nothing of ours notices for it, so its regions' loss is its own to redirect.
            return external::entry(context, host, external, scenario);
        }
        let topology = context.topology;
        // A number for what is not emitted would prove nothing.
        let nothing_known = || match scenario {
            Scenario::Pod | Scenario::Node => Vec::new(),
            _ => no_facts(Step::Redirect, &host.name),
        };
        let provider = offering::provider_of(topology, &host.regions);
        match provider.and_then(frame::generated_on) {
            Some(cloud) if cloud.entry().refuses(topology, host) => nothing_known(),
            Some(cloud) => cloud.entry().recovery(context, host, scenario),
            None => no_facts(Step::Redirect, &host.name),
        }
    }

    fn store(&self, context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
        if let Some(external) = store.external() {
            return match scenario {
                Scenario::Corruption => {
                    let history = external::history(context, store, external);
                    restored(context, store, &history)
                }
                _ => external::returns(context, &store.name, external, Step::Promote, scenario),
            };
        }
        match recovery(context, store) {
            Some(recovery) => (recovery.again)(context, store, scenario),
            None if touched(context, store, scenario) => no_facts(Step::Promote, &store.name),
            None => Vec::new(),
        }
    }

    fn remaining(
        &self,
        context: &Context,
        store: &Datastore,
        scenario: Scenario,
    ) -> Option<Vec<Remaining>> {
        if let Some(external) = store.external() {
            return external::remaining(context, store, external, scenario);
        }
        match recovery(context, store) {
            Some(recovery) => (recovery.remaining)(context, store, scenario),
            None if !touched(context, store, scenario) => None,
            None => Some(vec![Remaining::live(
                "nobody has said",
                no_facts(Step::Lag, &store.name).remove(0),
            )]),
        }
    }

    fn queue(&self, context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term> {
        if let Some(external) = queue.external() {
            return external::returns(context, &queue.name, external, Step::Redirect, scenario);
        }
        let offering = offering::of_queue(context.topology, queue);
        match offering.and_then(|o| o.recovery().given()) {
            Some(recovery) => (recovery.again)(context, queue, scenario),
            None => no_facts(Step::Redirect, &queue.name),
        }
    }

    fn publish(&self, context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term> {
        if let Some(external) = queue.external() {
            return external::returns(context, &queue.name, external, Step::Redirect, scenario);
        }
        let offering = offering::of_queue(context.topology, queue);
        match offering.and_then(|o| o.recovery().given()) {
            Some(recovery) => (recovery.publish)(context, queue, scenario),
            None => no_facts(Step::Redirect, &queue.name),
        }
    }

    fn grow(
        &self,
        context: &Context,
        service: &Service,
        region: RegionId,
        before: u32,
        needed: u32,
    ) -> Vec<Term> {
        match offering::of_service(service).recovery().given() {
            Some(recovery) => (recovery.grow)(context, service, region, before, needed),
            None => no_facts(Step::WarmUp, &service.name),
        }
    }

    fn restart(&self, _: &Context, service: &Service) -> Term {
        let Some(recovery) = offering::of_service(service).recovery().given() else {
            return no_facts(Step::WarmUp, &service.name).remove(0);
        };
        Term::fact(Step::WarmUp, &service.name, recovery.restart).change(Change::Measure {
            of: FactKind::WarmUp.word(),
            on: service.name.clone(),
        })
    }

    fn replica(&self, context: &Context, service: &Service, scenario: Scenario) -> Vec<Term> {
        match offering::of_service(service).recovery().given() {
            Some(recovery) => (recovery.replica)(context, service, scenario),
            None => no_facts(Step::Detect, &service.name),
        }
    }
}

/// What the offering of a store says of its recovery.
fn recovery(context: &Context, store: &Datastore) -> Option<Recovery> {
    offering::of(context.topology, store)?.recovery().given()
}

/// Whether a scenario takes anything from a store, whatever its kind is.
fn touched(context: &Context, store: &Datastore, scenario: Scenario) -> bool {
    let on = |id: &RegionId, provider| context.topology.region(*id).place.provider == provider;
    match scenario {
        Scenario::Region(lost) => store.regions.contains(&lost),
        Scenario::Cloud(provider) => store.regions.iter().any(|id| on(id, provider)),
        Scenario::Entry | Scenario::Elsewhere(_) => false,
        Scenario::Link => store.regions.len() > 1,
        _ => true,
    }
}

/// A kind whose facts nobody has gathered.
fn no_facts(step: Step, of: &str) -> Vec<Term> {
    vec![Term::fact(step, of, "offering.none")]
}

/// Whether a region that does not answer is left by itself. Where a person decides, what leads
/// users is emitted so that it waits.
pub(super) fn leaves_by_itself(context: &Context) -> bool {
    let failover = context.topology.failover.as_ref();
    failover.is_none_or(|f| *f.mode != Trigger::Manual)
}

/// Nobody has to choose: the part acts by itself.
pub(super) fn by_itself(of: &str) -> Term {
    Term::emitted(Step::Decide, of, (0, 0), "by itself".into())
}

/// A person acts on lost regions: paged first, then answering and deciding. What needs
/// something that is lost as well cannot be done.
pub(super) fn by_hand(context: &Context, of: &str, scenario: Scenario) -> Vec<Term> {
    let lost = scenario.regions(context.topology);
    let mut terms = vec![paged(context, of, scenario)];
    match context.deployment.lost_need(&Action::Script, &lost) {
        Some(need) => {
            let at = need
                .at
                .iter()
                .map(|id| context.topology.region(*id).name.as_str());
            let at: Vec<&str> = at.collect();
            let why = format!(
                "scripts need {}, which is in {} and lost with it",
                need.what,
                at.join(" and ")
            );
            let write = format!(
                "put {} into a region that the system does not use",
                need.what
            );
            let never = Term::never(Step::Decide, of, why, write).by(By::Person);
            terms.push(Term {
                span: need.span,
                ..never
            });
        }
        None => terms.push(decide(context, of)),
    }
    terms
}

/// What the script does before it promotes anything in the region that takes over.
pub(super) fn before_promotion(context: &Context, of: &str, lost: RegionId) -> Option<Term> {
    let why = "the script promotes nothing before";
    scripted(context, of, lost, (OperationKind::Lag, why))
}

/// What the script does until a lost region is out of the entries.
pub(super) fn taking_out(context: &Context, of: &str, lost: RegionId) -> Option<Term> {
    let why = "then the script has taken the region out";
    scripted(context, of, lost, (OperationKind::Fence, why))
}

/// The steps of the script up to one of them, for the region that takes over.
fn scripted(
    context: &Context,
    of: &str,
    lost: RegionId,
    (last, why): (OperationKind, &str),
) -> Option<Term> {
    let to = context.topology.successor(lost)?;
    let mut steps = context.deployment.before_promotion(lost, to);
    if let Some(end) = steps.iter().position(|(kind, ..)| *kind == last) {
        steps.truncate(end + 1);
    }
    // Queues have a term of their own, which the plan goes by.
    let queues = repointed(context, lost);
    if queues.iter().any(|t| t.high.is_none()) {
        let why = "nobody has measured how long it takes to point queues elsewhere, and the script does that first";
        return Some(Term::unbounded(Step::Fence, of, why.into()).by(By::Person));
    }
    let measured = queues.iter().filter_map(|t| t.high).max();
    for (_, _, seconds) in steps
        .iter_mut()
        .filter(|(kind, ..)| *kind == OperationKind::Repoint)
    {
        *seconds = measured.map_or(*seconds, |high| high.div_ceil(1000));
    }
    let total: u64 = steps.iter().map(|(.., seconds)| seconds).sum();
    let named = steps
        .iter()
        .map(|(_, word, seconds)| format!("{word} {}", Duration::from_secs(*seconds)));
    let named: Vec<String> = named.collect();
    let because = format!("{}: {why}", named.join(", "));
    let term = Term {
        source: Source::Structure,
        ..Term::emitted(Step::Fence, of, (0, total * 1000), because)
    };
    Some(term.by(By::Person))
}

/// How long people take to point the queues of a lost region elsewhere.
fn repointed(context: &Context, lost: RegionId) -> Vec<Term> {
    // No command points those of others elsewhere.
    let queues = context.topology.queues.iter();
    let queues = queues.filter(|q| q.external().is_none());
    let terms = queues.flat_map(|q| Facts.queue(context, q, Scenario::Region(lost)));
    terms
        .filter(|t| t.step == Step::Redirect && t.by == By::Person)
        .collect()
}

/// Until somebody is paged. Without an alert that pages, nobody knows that there is something to
/// act on, and there is no bound.
fn paged(context: &Context, of: &str, scenario: Scenario) -> Term {
    let step = Step::Page;
    let Some(page) = context
        .deployment
        .paged(&scenario.regions(context.topology))
    else {
        let regions = scenario.regions(context.topology);
        let lost = scenario.title(context.topology);
        let detectors = &context.deployment.detectors;
        let why = match detectors.iter().any(|d| !d.outlives(&regions)) {
            true => format!(
                "alerts are evaluated there and are lost too if you {lost}: evaluate them in another region as well"
            ),
            false => format!(
                "no alert pages anybody if you {lost}: add one `of: region-silent` that tells a channel with `pagerduty` or `webhook`"
            ),
        };
        return Term::unbounded(step, of, why);
    };
    let (alert, channel) = (&page.alert, &page.channel);
    let term = match page.known() {
        _ if page.pager && !page.pages => Term::unbounded(
            step,
            of,
            format!(
                "{alert} is too mild for {channel} to call anybody out: write `severity: critical` or `severity: high`"
            ),
        ),
        _ if !page.pages => Term::unbounded(
            step,
            of,
            format!(
                "{alert} only leaves a message for {channel}: {}",
                call_out(context, scenario)
            ),
        ),
        None => Term::unbounded(
            step,
            of,
            format!("{alert} pages {channel}: {}", page.because),
        ),
        Some(high) => {
            let because = format!("{alert} pages {channel}: {}", page.because);
            let term = Term::emitted(step, of, (page.low, high), because)
                .read(readings::page(alert, &page.timing));
            let held = page.timing.held();
            match page.span.filter(|_| held > 0) {
                Some(_) => term.change(Change::Lasting {
                    beside: high - held,
                    every: page.timing.evaluation,
                }),
                None => term,
            }
        }
    };
    let low = page.low;
    Term {
        low,
        span: page.span,
        ..term
    }
}

/// What makes an alert call people out: a channel that does, or the regions that one leaves out.
fn call_out(context: &Context, scenario: Scenario) -> String {
    let topology = context.topology;
    let mut lost = scenario.regions(topology).into_iter();
    let left_out = lost.find_map(|id| {
        let region = &topology.region(id).name;
        let mut channels = topology.channels.iter();
        let (name, _) = channels.find(|(_, c)| {
            let pages = c.pagerduty.is_some() || c.webhook.is_some();
            pages && !c.regions.is_empty() && !c.regions.iter().any(|r| r.value == *region)
        })?;
        Some(format!("add {region} to the `regions` of `{}`", name.text))
    });
    left_out.unwrap_or("tell a channel with `pagerduty` or `webhook`".into())
}

/// A person answers and chooses to act.
fn decide(context: &Context, of: &str) -> Term {
    let failover = context.topology.failover.as_ref();
    let answer = failover.and_then(|f| f.answer.as_ref());
    let term = match answer {
        Some(answer) => Term {
            class: Class::Measured,
            source: Source::Spec,
            ..Term::emitted(
                Step::Decide,
                of,
                (0, answer.millis()),
                "a person answers and decides".into(),
            )
            .at(answer.span)
            .change(Change::Value("answer"))
        },
        None => Term::fact(Step::Decide, of, "people.answer").change(Change::Measure {
            of: FactKind::Answer.word(),
            on: of.into(),
        }),
    };
    context.narrowed_one(term.by(By::Person), FactKind::Answer, of)
}

/// Bringing data back from history: noticing, deciding, restoring.
fn restore(context: &Context, store: &str) -> Vec<Term> {
    let measured = |step, kind: FactKind, id| {
        let term = Term::fact(step, store, id).change(Change::Measure {
            of: kind.word(),
            on: store.into(),
        });
        context.narrowed_one(term.by(By::Person), kind, store)
    };
    vec![
        measured(
            Step::Detect,
            FactKind::NoticeCorruption,
            "people.notice-corruption",
        ),
        decide(context, store),
        measured(Step::Restore, FactKind::Restore, "restore.time"),
    ]
}

/// What a periodic backup lacks: at worst one failed run that is made good by the next, and
/// the time that a run takes (recovery facts, 2.4).
pub(super) fn snapshot(context: &Context, store: &Datastore) -> Option<Remaining> {
    let schedule = context.deployment.schedule(context.topology.id_of(store))?;
    let class = match schedule.limit {
        Some(_) => Class::Emitted,
        // Nothing ends a run that takes longer than the spec says.
        None => Class::Measured,
    };
    let taken = taken_every(store, schedule.period)?;
    let lacks = Term {
        class,
        ..taken.lacks
    }
    .read(schedule.readings.clone());
    Some(Remaining { lacks, ..taken })
}

/// What a backup that somebody takes every so many seconds lacks.
fn taken_every(store: &Datastore, period: u64) -> Option<Remaining> {
    let every = store.backup_every()?;
    let period = Duration::from_secs(period);
    let takes = store.backup_limit();
    let because = format!("one run may fail: 2 x {period} + {takes}");
    let (period, takes) = (period.millis(), takes.millis());
    let lacks = Term::emitted(
        Step::Lag,
        &store.name,
        (period, 2 * period + takes),
        because,
    )
    .at(every.span)
    .change(Change::Value("every"));
    let copy = format!("backup every {}", Duration::from_millis(period));
    Some(Remaining::history(copy, lacks))
}

/// What to write where a host leads to one region alone.
pub(super) fn leads_on(context: &Context, host: &Host) -> String {
    term::in_another_region(&context.topology.service(host.service).name)
}

/// Restoring what history is left; without any, corrupted data stays corrupted, unless it can be
/// filled in again.
pub(super) fn restored(context: &Context, store: &Datastore, history: &[Remaining]) -> Vec<Term> {
    if history.is_empty() && !store.can_be_refilled() {
        let span = store.backup.as_ref().map_or(store.span, |b| b.span);
        let (why, write) = unrestorable(context, store);
        let why = format!("`{}` cannot be restored: {why}", store.name);
        return vec![Term::never(Step::Restore, &store.name, why, write.into()).at(span)];
    }
    restore(context, &store.name)
}

/// Why nothing that is kept of a store undoes corruption, and what to write.
fn unrestorable(context: &Context, store: &Datastore) -> (String, &'static str) {
    let past = context.deployment.past(context.topology.id_of(store));
    match (past.longest(), past.withheld) {
        (Some(reach), _) => {
            let late = late(&restore(context, &store.name)).map(Duration::from_millis);
            let late = late.map_or("later".into(), |late| format!("up to {late} later"));
            let why = format!(
                "what is kept reaches back {}, and corruption is noticed and decided on {late}",
                Duration::from_secs(reach)
            );
            let write = "keep a longer history: `keep` or `point_in_time` of its `backup`";
            (why, write)
        }
        (None, Some(withheld)) => (
            withheld.into(),
            "keep it in a kind of store that keeps history",
        ),
        (None, None) => (
            "no backup is taken".into(),
            "take backups: `backup: { every: 1d, keep: 30d }`",
        ),
    }
}

/// When corruption is noticed and decided on, at worst; nothing where nobody has measured it.
fn late(restore: &[Term]) -> Option<u64> {
    let before = restore.iter().filter(|t| t.step != Step::Restore);
    let mut before = before.map(|t| t.high);
    before.try_fold(0u64, |sum, high| Some(sum.saturating_add(high?)))
}

/// The backups and moments of a store that reach back to before corruption is noticed and decided
/// on; `moment` is what any moment lacks.
pub(super) fn past(context: &Context, store: &Datastore, moment: Term) -> Vec<Remaining> {
    let past = context.deployment.past(context.topology.id_of(store));
    let kept = |reach, history| reaching_back(context, store, Duration::from_secs(reach), history);
    let snapshots = snapshot(context, store).zip(past.snapshots);
    let snapshots = snapshots.and_then(|(s, reach)| kept(reach, s));
    let moments = past.moments.and_then(|reach| {
        let copy = format!("point-in-time recovery of {}", Duration::from_secs(reach));
        kept(reach, Remaining::history(copy, moment))
    });
    snapshots.into_iter().chain(moments).collect()
}

/// Datasets that no copy abroad has: those that it leaves out, and those that the spec keeps
/// where they were written, so that nothing may rest on a copy of them.
pub(super) fn not_abroad(store: &Datastore, leaves_out: &[String]) -> Vec<String> {
    let datasets = store.datasets.iter();
    let origin = datasets.filter(|(_, d)| *d.copies == Reach::Origin);
    let origin = origin.map(|(name, _)| name.text.clone());
    leaves_out.iter().cloned().chain(origin).collect()
}

/// History counts against corrupted data as long as it reaches back to before anybody has
/// noticed and decided. Where nobody says how long that takes, it is unknown.
pub(super) fn reaching_back(
    context: &Context,
    store: &Datastore,
    reach: Duration,
    history: Remaining,
) -> Option<Remaining> {
    let terms = restore(context, &store.name);
    match late(&terms) {
        Some(late) => (late <= reach.millis()).then_some(history),
        None => {
            let because = format!(
                "history reaches back {reach}; how late corruption is noticed and decided on is not measured"
            );
            let open = terms.into_iter().find(|t| t.high.is_none());
            let lacks = Term {
                high: None,
                class: Class::Unknown,
                because,
                change: open.and_then(|t| t.change),
                ..history.lacks
            };
            Some(Remaining { lacks, ..history })
        }
    }
}

/// What a cut link loses of a store that nothing promotes meanwhile: no write. Each stays
/// where it was taken, and copies catch up once the link is back; how conflicts of writes on
/// both sides end is declared with the replication.
pub(super) fn behind_a_cut(store: &Datastore) -> Remaining {
    let because = "writes stay where they were taken, and copies catch up after the cut";
    let lacks = Term {
        source: Source::Structure,
        ..Term::emitted(Step::Lag, &store.name, (0, 0), because.into())
    };
    Remaining::live("the copies on both sides of the cut", lacks)
}

/// A check as the term of noticing a loss; `what` counts: `health check`, `readiness`.
pub(super) fn noticed(of: &str, what: &str, check: Check, readings: Vec<Reading>) -> Term {
    let failures = u64::from(check.failures);
    let (every, timeout) = (check.every * 1000, check.timeout * 1000);
    let because = format!("{what} {}", check.words());
    Term::emitted(
        Step::Detect,
        of,
        detection(every, timeout, failures),
        because,
    )
    .read(readings)
    .at(check.span)
    .change(Change::Interval {
        failures,
        timeout,
        fixed: 0,
        longer: false,
        allowed: &[],
    })
}

//! What somebody else runs recovers as `facts` say; what nobody has measured is unknown.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{By, Change, Class, Source, Step, Term};
use crate::deployment::OperationKind;
use crate::topology::{Datastore, Duration, External, FactKind, Host, RegionId, Scenario, Spot};

/// Whether a loss of ours takes something of others with it. What runs in a region of ours
/// may be in any of its zones.
fn touched(context: &Context, external: &External, scenario: Scenario) -> bool {
    let topology = context.topology;
    let regions = topology.regions_at(&external.at);
    match scenario {
        Scenario::Zone => !regions.is_empty(),
        Scenario::Region(lost) => regions.contains(&lost),
        Scenario::Cloud(provider) => {
            let on = |id: &&_| topology.region(**id).place.provider == provider;
            regions.iter().any(|id| on(&id))
        }
        _ => false,
    }
}

/// A measured time, or that nobody has measured it.
fn measured(context: &Context, step: Step, kind: FactKind, name: &str) -> Vec<Term> {
    let unknown = Term::fact(step, name, "external.unmeasured").change(Change::Measure {
        of: kind.word(),
        on: name.to_string(),
    });
    context.narrowed(vec![unknown.by(By::Others)], kind, name)
}

/// How it serves again: what `facts` say of promoting it, all in all. Where the script has a command
/// for that, it comes after the page, the decision and the steps before it.
pub(super) fn returns(
    context: &Context,
    name: &str,
    external: &External,
    step: Step,
    scenario: Scenario,
) -> Vec<Term> {
    let kind = match step {
        Step::Redirect => FactKind::Redirect,
        _ => FactKind::Promote,
    };
    if gone(context, external, scenario) {
        let why = format!("every place that `{name}` is in is lost");
        let write = format!("list its other places under `at` of `{name}`, if it has any");
        return vec![Term::never(step, name, why, write).at(external.span)];
    }
    if !touched(context, external, scenario) {
        return Vec::new();
    }
    if let Scenario::Region(lost) = scenario
        && let Some(to) = context.topology.successor(lost)
        && commanded(context, name, OperationKind::Promote, to)
    {
        let mut terms = super::by_hand(context, name, scenario);
        terms.extend(super::before_promotion(context, name, lost));
        let promoted = measured(context, Step::Promote, kind, name).into_iter();
        terms.extend(promoted.map(|t| t.by(By::Person)));
        return terms;
    }
    measured(context, step, kind, name)
}

/// Whether the script has a command for it in a region: then it waits for whoever runs the script.
fn commanded(context: &Context, name: &str, kind: OperationKind, region: RegionId) -> bool {
    let mut operations = context.deployment.operations.iter();
    operations.any(|o| o.kind == kind && o.subject == name && o.region == Some(region))
}

/// Whether a loss takes every place that something of others is in: nothing is left that could
/// take over, whatever was measured of it.
fn gone(context: &Context, external: &External, scenario: Scenario) -> bool {
    let lost = scenario.regions(context.topology);
    let taken = |spot: &Spot| {
        let region = spot.region.as_ref();
        let region = region.and_then(|name| context.topology.region_named(name));
        region.is_some_and(|id| lost.contains(&id))
    };
    !external.at.is_empty() && external.at.iter().all(taken)
}

/// What remains of its data: after a loss, what the greatest measured lag leaves; after wrong
/// data, the backup that is declared. A lag says nothing of how old a backup is.
pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    external: &External,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    let name = &store.name;
    if scenario == Scenario::Corruption {
        return Some(history(context, store, external));
    }
    if gone(context, external, scenario) {
        return Some(Vec::new());
    }
    if !touched(context, external, scenario) {
        return None;
    }
    let lacks = measured(context, Step::Lag, FactKind::Lag, name);
    let copy = format!("what {} keeps", external.run_by.value);
    let remaining = lacks
        .into_iter()
        .map(|lacks| Remaining::live(copy.clone(), lacks));
    Some(remaining.collect())
}

/// What the spec says is kept, as far as it reaches back to before anybody notices: nothing of
/// ours makes it.
pub(super) fn history(context: &Context, store: &Datastore, external: &External) -> Vec<Remaining> {
    let past = context.deployment.past(context.topology.id_of(store));
    let backup = backup(store, external);
    match past.longest() {
        Some(reach) => {
            let reach = Duration::from_secs(reach);
            let kept = super::reaching_back(context, store, reach, backup);
            kept.into_iter().collect()
        }
        None => vec![backup],
    }
}

/// The backup that is declared, or that nobody has said anything of one.
fn backup(store: &Datastore, external: &External) -> Remaining {
    let taken = super::taken_every(store, store.backup_period().unwrap_or(0));
    let declared = taken.map(|snapshot| Remaining {
        lacks: Term {
            class: Class::Measured,
            source: Source::Spec,
            ..snapshot.lacks
        },
        ..snapshot
    });
    declared.unwrap_or_else(|| {
        let unknown = Term::fact(Step::Lag, &store.name, "external.unmeasured");
        Remaining::history(format!("what {} keeps", external.run_by.value), unknown)
    })
}

/// How users leave what is lost behind a host that somebody else routes: one of its regions,
/// or what routes it.
pub(super) fn entry(
    context: &Context,
    host: &Host,
    external: &External,
    scenario: Scenario,
) -> Vec<Term> {
    let topology = context.topology;
    let on = |provider| {
        let mut regions = host.regions.iter();
        regions.any(|id| topology.region(*id).place.provider == provider)
    };
    let moved = match scenario {
        Scenario::Region(lost) => host.regions.contains(&lost),
        Scenario::Cloud(provider) => on(provider),
        Scenario::Entry => true,
        _ => false,
    };
    if gone(context, external, scenario) {
        let why = format!("every place that leads users of `{}` is lost", host.name);
        let write = format!(
            "list its other places under `at` of {}, if it has any",
            host.name
        );
        return vec![Term::never(Step::Redirect, &host.name, why, write).at(external.span)];
    }
    if !moved && !touched(context, external, scenario) {
        return Vec::new();
    }
    let redirected = measured(context, Step::Redirect, FactKind::Redirect, &host.name);
    if let Scenario::Region(lost) = scenario
        && commanded(context, &host.name, OperationKind::Fence, lost)
    {
        let mut terms = super::by_hand(context, &host.name, scenario);
        terms.extend(super::taking_out(context, &host.name, lost));
        terms.extend(redirected.into_iter().map(|t| t.by(By::Person)));
        return terms;
    }
    redirected
}

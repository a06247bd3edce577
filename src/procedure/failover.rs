//! Leaving a region for another.

use super::schedule::cases;
use super::{Act, Actor, Failure, Model, Place, Procedure, Step, StepId, Verb, Work};
use crate::analysis::term;
use crate::deployment::{Operation, OperationKind};
use crate::topology::RegionId;

/// Seconds to tell everybody something.
const ALOUD: u64 = 30;

/// The plan. A step that has nothing to do in any region is left out.
pub(super) fn fail_over(model: Model) -> Procedure {
    let steps = [
        decide(model),
        // The budget counts on it, and it needs nothing of the others.
        redirect(model),
        freeze(model),
        fence(model),
        lag(model),
        promote(model),
        scale(model),
        verify(model),
    ];
    let mut steps: Vec<Step> = steps.into_iter().flatten().collect();
    // What must hold is asked only of steps that there are.
    let there: Vec<StepId> = steps.iter().map(|s| s.id).collect();
    for step in &mut steps {
        step.needs.retain(|id| there.contains(id));
    }
    let cases = cases(model, &steps);
    Procedure { steps, cases }
}

/// A step of which only a few parts differ from the usual.
fn step(id: StepId, on: Place, works: Vec<Work>) -> Option<Step> {
    let any = works.iter().any(|w| !w.acts.is_empty());
    any.then_some(Step {
        id,
        actor: Actor::Operator,
        on,
        verb: Verb::Run,
        works,
        needs: Vec::new(),
        failure: Failure::Continue,
        no_return: false,
        term: None,
    })
}

/// Where the budget counts on a person, that person decides first.
fn decide(model: Model) -> Option<Step> {
    let times = model.analysis.recovery.times.iter();
    let lost = times.filter(|t| matches!(t.scenario, crate::topology::Scenario::Region(_)));
    let mut terms = lost.flat_map(|t| &t.budget.nodes).map(|n| &n.term);
    let waits =
        terms.any(|t| t.step == term::Step::Decide && t.by == term::By::Person && !t.is_zero());
    waits.then_some(Step {
        id: StepId::Decide,
        actor: Actor::Commander,
        on: Place::System,
        verb: Verb::Person,
        works: vec![Work {
            region: None,
            title: "Answer the page and decide to fail over".into(),
            acts: Vec::new(),
            idle: "",
            seconds: 0,
        }],
        needs: Vec::new(),
        failure: Failure::Continue,
        no_return: false,
        term: Some(term::Step::Decide),
    })
}

fn freeze(model: Model) -> Option<Step> {
    let clusters = !model.deployment.clusters.is_empty();
    let works = works(model, |id| {
        let name = &model.topology.region(id).name;
        let acts = acts(model, OperationKind::Scale, id, holds);
        // Somebody says it aloud meanwhile.
        let seconds = ALOUD.max(takes(&acts));
        Work {
            title: match clusters {
                true => format!("Freeze deployments and scaling in {name}"),
                false => "Freeze deployments".to_string(),
            },
            idle: "nothing scales in",
            seconds,
            ..work(Some(id), acts)
        }
    });
    Some(Step {
        id: StepId::Freeze,
        actor: Actor::Operator,
        on: Place::To,
        verb: Verb::Run,
        works,
        needs: Vec::new(),
        failure: Failure::Continue,
        no_return: false,
        term: None,
    })
}

fn fence(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Take {} out of the load balancers",
            model.topology.region(id).name
        ),
        idle: "nothing sends traffic here",
        ..work(Some(id), acts(model, OperationKind::Fence, id, any))
    });
    Some(Step {
        failure: before_promoting(model, "the region is not fenced, nothing is promoted"),
        ..step(StepId::Fence, Place::From, works)?
    })
}

fn lag(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Measure how far {} is behind",
            model.topology.region(id).name
        ),
        idle: "nothing replicates asynchronously to this region that could be measured here",
        ..work(Some(id), acts(model, OperationKind::Lag, id, any))
    });
    Some(Step {
        verb: Verb::Measure,
        failure: before_promoting(model, "nothing is promoted"),
        ..step(StepId::Lag, Place::To, works)?
    })
}

fn promote(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Let the copies in {} take writes",
            model.topology.region(id).name
        ),
        idle: "nothing to promote: every store here either votes by itself or has one location",
        ..work(Some(id), acts(model, OperationKind::Promote, id, any))
    });
    Some(Step {
        actor: Actor::OnDecision,
        needs: vec![StepId::Fence, StepId::Lag],
        no_return: true,
        term: Some(term::Step::Promote),
        ..step(StepId::Promote, Place::To, works)?
    })
}

fn redirect(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!("Push messages to {}", model.topology.region(id).name),
        idle: "nothing pushes to one region alone",
        ..work(Some(id), acts(model, OperationKind::Repoint, id, any))
    });
    Some(Step {
        term: Some(term::Step::Redirect),
        ..step(StepId::Redirect, Place::To, works)?
    })
}

fn scale(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Grow {} for the load that comes",
            model.topology.region(id).name
        ),
        idle: "services scale by themselves",
        ..work(Some(id), acts(model, OperationKind::Scale, id, grows))
    });
    step(StepId::Scale, Place::To, works)
}

fn verify(model: Model) -> Option<Step> {
    let operations = model.deployment.operations.iter();
    let own = operations.filter(|o| o.kind == OperationKind::Verify);
    let acts: Vec<Act> = own
        .map(|o| Act {
            subject: o.subject.clone(),
            seat: None,
            commands: vec![o.clone()],
            proofs: Vec::new(),
        })
        .collect();
    // One after the other: each is a request that either answers or does not.
    let commands = acts.iter().flat_map(|a| &a.commands);
    let seconds = commands.map(|o| o.budget_seconds).sum();
    let works = vec![Work {
        title: "See from outside that users are served".into(),
        idle: "no host to ask",
        seconds,
        ..work(None, acts)
    }];
    Some(Step {
        verb: Verb::Look,
        failure: Failure::Stop("users are not served"),
        ..step(StepId::Verify, Place::System, works)?
    })
}

/// What must hold before a promotion stops what comes after it. Where nothing is promoted,
/// nothing is won by waiting.
fn before_promoting(model: Model, why: &'static str) -> Failure {
    let mut operations = model.deployment.operations.iter();
    match operations.any(|o| o.kind == OperationKind::Promote) {
        true => Failure::Stop(why),
        false => Failure::Continue,
    }
}

fn works(model: Model, of: impl Fn(RegionId) -> Work) -> Vec<Work> {
    model.topology.region_ids().map(of).collect()
}

fn work(region: Option<RegionId>, acts: Vec<Act>) -> Work {
    let seconds = takes(&acts);
    Work {
        region,
        title: String::new(),
        acts,
        idle: "",
        seconds,
    }
}

fn any(_: &Operation) -> bool {
    true
}

/// Whether a command keeps a scaler from removing replicas, rather than adding capacity.
fn holds(operation: &Operation) -> bool {
    operation.command.iter().any(|w| w == "annotate")
}

fn grows(operation: &Operation) -> bool {
    !holds(operation)
}

/// What commands of a kind do in a region, subject by subject.
fn acts(
    model: Model,
    kind: OperationKind,
    region: RegionId,
    fits: fn(&Operation) -> bool,
) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let operations = model.deployment.operations.iter();
    let here = |o: &&Operation| o.kind == kind && o.region == Some(region) && fits(o);
    for operation in operations.filter(here) {
        match acts.iter_mut().find(|a| a.subject == operation.subject) {
            Some(act) => act.commands.push(operation.clone()),
            None => acts.push(act(model, operation, region)),
        }
    }
    acts
}

/// A first command with what is asked before it and read back after all of its subject.
fn act(model: Model, operation: &Operation, region: RegionId) -> Act {
    let (kind, subject) = (operation.kind, &operation.subject);
    let seats = model.deployment.seats.iter();
    let asked = |seat: &&crate::deployment::Seat| seat.asks.iter().any(|(id, _)| *id == region);
    let mut seats = seats.filter(|s| s.of == kind && s.subject == *subject);
    let proofs = model.deployment.proofs.iter();
    let own = proofs.filter(|p| p.of == kind && p.subject == *subject && p.region == Some(region));
    Act {
        subject: subject.clone(),
        seat: seats.find(asked).map(|s| (s.clone(), region)),
        commands: vec![operation.clone()],
        proofs: own.cloned().collect(),
    }
}

/// Commands of one step run one after the other, but what they wait for overlaps.
fn takes(acts: &[Act]) -> u64 {
    let asked = acts.iter().filter_map(|a| a.seat.as_ref());
    let asked: u64 = asked.map(|(seat, _)| seat.within_seconds).sum();
    let commands = acts.iter().flat_map(|a| &a.commands);
    let mut own: Vec<u64> = commands.map(|o| o.budget_seconds).collect();
    own.sort_unstable();
    let longest = own.pop().unwrap_or(0);
    asked + longest + own.len() as u64 * 5
}

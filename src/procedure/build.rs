//! What plans are put together from.

use super::{Act, Actor, Ask, Failure, Model, Place, Step, StepId, Verb, Wants, Work};
use crate::deployment::{Operation, OperationKind, together};
use crate::topology::RegionId;

/// The steps that there are; each needs only others that there are.
pub(super) fn settled<const N: usize>(steps: [Option<Step>; N]) -> Vec<Step> {
    let mut steps: Vec<Step> = steps.into_iter().flatten().collect();
    let there: Vec<StepId> = steps.iter().map(|s| s.id).collect();
    for step in &mut steps {
        step.needs.retain(|id| there.contains(id));
    }
    steps
}

/// A step of which only a few parts differ from the usual.
pub(super) fn step(id: StepId, on: Place, works: Vec<Work>) -> Option<Step> {
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
        holds: 0,
        term: None,
    })
}

/// A step whose answer must hold as long as the topology says, so that one good moment is not
/// taken for the end.
pub(super) fn held(model: Model, step: Option<Step>) -> Option<Step> {
    let mut step = step?;
    step.holds = model.topology.watched().secs();
    for work in step.works.iter_mut().filter(|w| !w.acts.is_empty()) {
        work.seconds += step.holds;
    }
    Some(step)
}

/// Users are served, seen from outside, for as long as that is to hold.
pub(super) fn verify(model: Model) -> Option<Step> {
    held(model, seen(model))
}

/// Users are served, seen from outside once.
pub(super) fn seen(model: Model) -> Option<Step> {
    let operations = model.deployment.operations.iter();
    let own = operations.filter(|o| o.kind == OperationKind::Verify);
    let acts: Vec<Act> = own
        .map(|o| Act {
            subject: o.subject.clone(),
            ask: None,
            commands: vec![o.clone()],
            proofs: Vec::new(),
            most: None,
        })
        .collect();
    // One after the other: each is a request that either answers or does not.
    let commands = acts.iter().flat_map(|a| &a.commands);
    let seconds = commands.map(|o| o.budget_seconds).sum();
    let works = vec![Work {
        title: "Verify from outside that users are served".into(),
        idle: "no host to check",
        seconds,
        ..work(None, acts)
    }];
    Some(Step {
        verb: Verb::Look,
        failure: Failure::Stop("users are not served"),
        ..step(StepId::Verify, Place::System, works)?
    })
}

pub(super) fn works(model: Model, of: impl Fn(RegionId) -> Work) -> Vec<Work> {
    model.topology.region_ids().map(of).collect()
}

pub(super) fn work(region: Option<RegionId>, acts: Vec<Act>) -> Work {
    let seconds = takes(&acts);
    Work {
        region,
        title: String::new(),
        acts,
        idle: "",
        seconds,
    }
}

/// What commands of a kind do in a region, subject by subject.
pub(super) fn acts(model: Model, kind: OperationKind, region: RegionId) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let operations = model.deployment.operations.iter();
    let here = |o: &&Operation| o.kind == kind && o.region == Some(region);
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
    let mut seats = seats.filter(|s| s.moved_by(kind) && s.subject == *subject);
    let wants = match kind {
        OperationKind::Return => Wants::Here,
        _ => Wants::Elsewhere,
    };
    let proofs = model.deployment.proofs.iter();
    let own = proofs.filter(|p| p.of == kind && p.subject == *subject && p.region == Some(region));
    Act {
        subject: subject.clone(),
        ask: seats.find_map(|s| Ask::of(s, region, wants)),
        commands: vec![operation.clone()],
        proofs: own.cloned().collect(),
        most: None,
    }
}

/// Commands of one step run one after the other, but what they wait for overlaps.
pub(super) fn takes(acts: &[Act]) -> u64 {
    let asked = acts.iter().filter_map(|a| a.ask.as_ref());
    let asked: u64 = asked.map(|ask| ask.seat.within_seconds).sum();
    let commands = acts.iter().flat_map(|a| &a.commands);
    asked + together(commands.map(|o| o.budget_seconds))
}

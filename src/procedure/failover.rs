//! Leaving a region for another.

use super::build::{acts, settled, step, takes, verify, work, works};
use super::schedule::cases;
use super::{Act, Actor, Failure, Model, Place, Procedure, Step, StepId, Verb, Work};
use crate::analysis::term;
use crate::deployment::{ALOUD, OperationKind};
use crate::topology::{RegionId, Scenario};

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
    let steps = settled(steps);
    let cases = cases(model, &steps);
    Procedure { steps, cases }
}

/// Where the budget counts on a person, that person decides first.
fn decide(model: Model) -> Option<Step> {
    let times = model.analysis.recovery.times.iter();
    let lost = times.filter(|t| matches!(t.scenario, Scenario::Region(_)));
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
        holds: 0,
        term: Some(term::Step::Decide),
    })
}

fn freeze(model: Model) -> Option<Step> {
    let clusters = !model.deployment.clusters.is_empty();
    let works = works(model, |id| {
        let name = &model.topology.region(id).name;
        let acts = acts(model, OperationKind::Hold, id);
        // Somebody says it aloud meanwhile.
        let seconds = ALOUD.max(takes(&acts));
        Work {
            title: match clusters {
                true => format!("Freeze deployments and scaling in {name}"),
                false => "Freeze deployments".to_string(),
            },
            idle: "no autoscaler scales in",
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
        holds: 0,
        term: None,
    })
}

fn fence(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Fence {} at the load balancers",
            model.topology.region(id).name
        ),
        idle: "no traffic reaches this region",
        ..work(Some(id), acts(model, OperationKind::Fence, id))
    });
    Some(Step {
        failure: before_promoting(model, "the region is not fenced, nothing is promoted"),
        ..step(StepId::Fence, Place::From, works)?
    })
}

fn lag(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Measure the replication lag of {}",
            model.topology.region(id).name
        ),
        idle: "no asynchronous replication to this region to measure",
        ..work(Some(id), measured(model, id))
    });
    Some(Step {
        verb: Verb::Measure,
        failure: before_promoting(model, "nothing is promoted"),
        ..step(StepId::Lag, Place::To, works)?
    })
}

/// What shows how far each copy is behind, with what its datastore may lose.
fn measured(model: Model, id: RegionId) -> Vec<Act> {
    let promises = model.topology.promises();
    let most = |subject: &str| {
        let mut ids = model.topology.datastore_ids();
        let store = ids.find(|s| model.topology.datastore(*s).name == subject)?;
        let promised = promises.strictest_loss(Scenario::ANY_REGION, store)?;
        Some(promised.millis.div_ceil(1000))
    };
    let acts = acts(model, OperationKind::Lag, id).into_iter();
    let holds = |act: &Act| {
        let mut commands = act.commands.iter();
        commands.any(|o| model.deployment.holds_promotion(o))
    };
    acts.filter(holds)
        .map(|act| Act {
            most: most(&act.subject),
            ..act
        })
        .collect()
}

fn promote(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!("Promote the replicas in {}", model.topology.region(id).name),
        idle: "nothing to promote: each datastore here elects its own primary or has one location",
        ..work(Some(id), acts(model, OperationKind::Promote, id))
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
        title: format!(
            "Redirect push subscriptions to {}",
            model.topology.region(id).name
        ),
        idle: "no queue pushes to a single region",
        ..work(Some(id), acts(model, OperationKind::Repoint, id))
    });
    Some(Step {
        term: Some(term::Step::Redirect),
        ..step(StepId::Redirect, Place::To, works)?
    })
}

fn scale(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Scale up {} for the shifted load",
            model.topology.region(id).name
        ),
        idle: "services scale automatically",
        ..work(Some(id), acts(model, OperationKind::Scale, id))
    });
    step(StepId::Scale, Place::To, works)
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

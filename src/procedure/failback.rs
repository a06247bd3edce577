//! The way back: a recovered region serves again.

use super::build::{acts, held, settled, step, verify, work, works};
use super::schedule::back;
use super::{Act, Failure, Model, Place, Procedure, Step, StepId, Verb, Work};
use crate::deployment::OperationKind;
use crate::topology::RegionId;

/// The plan. Its only parameter is the region that is back.
pub(super) fn fail_back(model: Model) -> Procedure {
    let steps = settled([
        lag(model),
        home(model),
        serve(model),
        verify(model),
        settle(model),
    ]);
    let cases = back(model, &steps);
    Procedure { steps, cases }
}

fn lag(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!(
            "Precondition: replication lag of {} is at most {}",
            name(model, id),
            model.topology.return_lag()
        ),
        idle: "no asynchronous replication to this region to measure",
        ..work(Some(id), measured(model, id))
    });
    Some(Step {
        verb: Verb::Measure,
        failure: Failure::Stop("do not fail back yet"),
        ..held(model, step(StepId::Lag, Place::Back, works))?
    })
}

/// What shows how far each copy is behind: all of them wait for the same.
fn measured(model: Model, id: RegionId) -> Vec<Act> {
    let most = model.topology.return_lag().millis().div_ceil(1000);
    let acts = acts(model, OperationKind::Lag, id).into_iter();
    acts.map(|act| Act {
        most: Some(most),
        ..act
    })
    .collect()
}

/// What the region wrote and took before, it writes and takes again.
fn home(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!("Move writes back to {}", name(model, id)),
        idle: "no single-region resource belongs to this region",
        ..work(Some(id), acts(model, OperationKind::Return, id))
    });
    Some(Step {
        failure: Failure::Stop("the region does not serve yet"),
        ..step(StepId::Home, Place::Back, works)?
    })
}

fn serve(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!("Unfence {}", name(model, id)),
        idle: "nothing was fenced",
        ..work(Some(id), acts(model, OperationKind::Unfence, id))
    });
    Some(Step {
        failure: Failure::Stop("the region does not serve yet"),
        ..step(StepId::Serve, Place::Back, works)?
    })
}

fn settle(model: Model) -> Option<Step> {
    let works = works(model, |id| Work {
        title: format!("Scale {} down", name(model, id)),
        idle: "no replicas were added here",
        ..work(Some(id), acts(model, OperationKind::Settle, id))
    });
    step(StepId::Settle, Place::Others, works)
}

fn name(model: Model<'_>, id: RegionId) -> &str {
    &model.topology.region(id).name
}

//! Bringing wrong or deleted data back: beside the original, compared, then into service.

use super::schedule::{Hand, by_hand, timed};
use super::{Act, Actor, Failure, Model, Place, Step, StepId, Timed, Verb, Work};
use crate::analysis::recovery::{RecoveryTime, Subject};
use crate::analysis::term::{self, Term};
use crate::deployment::{ByHand, Operation, OperationKind, Restorable, Switch, SwitchStep};
use crate::topology::{Datastore, Promisee, Scenario};

/// How the data of a datastore is brought back.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The datastore's name in the topology.
    pub datastore: String,
    /// What people and scripts do, in order. Each step has one work for everything that is
    /// restored by itself, by its name as the title.
    pub steps: Vec<Step>,
    /// How long data may be wrong before that is noticed, in seconds; `None` without a bound.
    pub noticed: Option<u64>,
    /// When the steps are taken, on the clock that starts when somebody notices.
    pub times: Vec<Timed>,
    /// What is promised, in seconds.
    pub promised: Option<u64>,
    /// What people do where no script restores it.
    pub by_hand: Option<ByHand>,
}

impl Restore {
    /// A step of it.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// When a step of it is taken.
    pub fn timed(&self, id: StepId) -> Option<&Timed> {
        self.times.iter().find(|t| t.id == id)
    }

    /// Seconds until somebody has noticed and decided: a drill begins there.
    pub fn before(&self) -> u64 {
        let decide = self.timed(StepId::Decide).map_or(0, |s| s.seconds);
        self.noticed.unwrap_or(0) + decide
    }

    /// What is restored by itself, by the name that commands have for it.
    pub fn subjects(&self) -> impl Iterator<Item = &Work> {
        self.step(StepId::Restore)
            .into_iter()
            .flat_map(|s| &s.works)
    }
}

/// One for each datastore that commands restore, or that the budget counts on people for.
pub(super) fn restores(model: Model) -> Vec<Restore> {
    let stores = model.topology.datastores.iter();
    stores.filter_map(|store| restore(model, store)).collect()
}

fn restore(model: Model, store: &Datastore) -> Option<Restore> {
    let datastore = store.name.as_str();
    let restorable = model.deployment.restorable.iter();
    let own: Vec<&Restorable> = restorable.filter(|r| r.datastore == datastore).collect();
    let without = own.is_empty().then(|| told(model, store));
    let steps = match &without {
        None => vec![
            decide(),
            beside(model, &own),
            compare(),
            switch(model, &own),
        ],
        Some(_) => vec![
            decide(),
            Step {
                verb: Verb::Person,
                ..beside(model, &own)
            },
        ],
    };
    let corrupted = corrupted(model, datastore);
    let terms = || {
        let nodes = corrupted.iter().flat_map(|t| &t.budget.nodes);
        nodes.map(|n| &n.term)
    };
    if without.is_some() && counts_on_nobody(terms()) {
        return None;
    }
    // One copy is made in an emergency, by one of the ways.
    let commands = |step: &Step| step.works.iter().map(|w| w.seconds).max().unwrap_or(0);
    Some(Restore {
        datastore: datastore.into(),
        noticed: match by_hand(terms(), term::Step::Detect) {
            Hand::Takes(seconds) => Some(seconds),
            Hand::None => Some(0),
            Hand::Unbounded => None,
        },
        times: timed(&steps, commands, |step| hand(terms(), step)),
        steps,
        promised: promised(model, datastore),
        by_hand: without,
    })
}

/// Whether nothing is counted on people for.
fn counts_on_nobody<'a>(terms: impl Iterator<Item = &'a Term>) -> bool {
    by_hand(terms, term::Step::Restore) == Hand::None
}

fn told(model: Model, store: &Datastore) -> ByHand {
    let mut hands = model.deployment.by_hand.iter();
    let found = hands.find(|b| b.datastore == store.name).cloned();
    found.unwrap_or_else(|| ByHand {
        datastore: store.name.clone(),
        how: match store.can_be_refilled() {
            true => "It has no backup. Flush it: the services refill it.".into(),
            false => "Ask the team that runs it.".into(),
        },
        commands: Vec::new(),
    })
}

/// Without terms nothing bounds it: nothing is known of a store of others.
fn hand<'a>(terms: impl Iterator<Item = &'a Term>, step: term::Step) -> Hand {
    match by_hand(terms, step) {
        Hand::None => Hand::Unbounded,
        hand => hand,
    }
}

/// The recovery times of a datastore whose data is wrong.
fn corrupted<'a>(model: Model<'a>, datastore: &str) -> Vec<&'a RecoveryTime> {
    let times = model.analysis.recovery.times.iter();
    let own = times.filter(|t| match t.subject {
        Subject::Store(id) => model.topology.datastore(id).name == datastore,
        Subject::Service(_) | Subject::Dataset(..) => false,
    });
    own.filter(|t| t.scenario == Scenario::Corruption).collect()
}

fn promised(model: Model, datastore: &str) -> Option<u64> {
    let mut stores = model.topology.datastores.iter();
    let store = stores.find(|s| s.name == datastore)?;
    let of = Promisee::Store(model.topology.id_of(store));
    let promised = model.topology.promises().of(of, Scenario::Corruption);
    promised.rto.map(|p| p.millis.div_ceil(1000))
}

fn step(id: StepId, term: term::Step, works: Vec<Work>) -> Step {
    Step {
        id,
        actor: Actor::Operator,
        on: Place::System,
        verb: Verb::Run,
        works,
        needs: Vec::new(),
        failure: Failure::Stop("the original is unchanged"),
        no_return: false,
        holds: 0,
        term: Some(term),
    }
}

/// Answering, stopping the damage and choosing the moment are what a person's answer takes.
fn decide() -> Step {
    Step {
        actor: Actor::Commander,
        verb: Verb::Person,
        failure: Failure::Continue,
        ..step(StepId::Decide, term::Step::Decide, Vec::new())
    }
}

fn beside(model: Model, own: &[&Restorable]) -> Step {
    let works = own.iter().map(|restorable| {
        let operations = model.deployment.operations.iter();
        let ways = operations
            .filter(|o| o.kind == OperationKind::Restore && o.subject == restorable.subject);
        let acts: Vec<Act> = ways.map(|way| act(model, way)).collect();
        let commands = acts.iter().flat_map(|a| &a.commands);
        Work {
            region: acts.first().and_then(|a| a.commands.first()?.region),
            title: restorable.subject.clone(),
            seconds: commands.map(|o| o.budget_seconds).max().unwrap_or(0),
            idle: "",
            acts,
        }
    });
    step(StepId::Restore, term::Step::Restore, works.collect())
}

/// A way to make the copy, with what is read back of it.
fn act(model: Model, way: &Operation) -> Act {
    let proofs = model.deployment.proofs.iter();
    let own = proofs.filter(|p| p.of == OperationKind::Restore && p.subject == way.subject);
    Act {
        subject: way.subject.clone(),
        ask: None,
        commands: vec![way.clone()],
        proofs: own.cloned().collect(),
        most: None,
    }
}

fn compare() -> Step {
    Step {
        verb: Verb::Person,
        ..step(StepId::Compare, term::Step::Restore, Vec::new())
    }
}

fn switch(model: Model, own: &[&Restorable]) -> Step {
    let works = own.iter().map(|restorable| {
        let mut switches = model.deployment.switches.iter();
        let found = switches.find(|s| s.subject == restorable.subject);
        let acts: Vec<Act> = found.map_or(Vec::new(), switched);
        let commands = acts.iter().flat_map(|a| &a.commands);
        Work {
            region: None,
            title: restorable.subject.clone(),
            seconds: commands.map(|o| o.budget_seconds).sum(),
            idle: "no command can put a copy of it into service",
            acts,
        }
    });
    Step {
        actor: Actor::OnDecision,
        no_return: true,
        ..step(StepId::Switch, term::Step::Restore, works.collect())
    }
}

/// What the script does, in its order.
fn switched(switch: &Switch) -> Vec<Act> {
    let copying = switch.copying.iter();
    let stop = copying.clone().flat_map(|c| &c.stop);
    let join = copying.flat_map(|c| &c.join);
    let all = stop.chain(&switch.to_copy).chain(join);
    let act = |step: &SwitchStep| Act {
        subject: switch.subject.clone(),
        ask: None,
        commands: vec![step.operation.clone()],
        proofs: step.proof.iter().cloned().collect(),
        most: None,
    };
    all.map(act).collect()
}

//! When steps are taken: what automation has done before anybody is paged, and the clock of
//! those who are.

use super::{Model, Step, StepId, Verb};
use crate::analysis::recovery::{RecoveryTime, Subject};
use crate::analysis::term::{self, By, NEVER, Term};
use crate::deployment::Paged;
use crate::topology::{RegionId, Scenario};

/// A plan for a pair of regions. Seconds, at worst.
#[derive(Debug, Clone)]
pub struct Case {
    /// The region that is left.
    pub from: RegionId,
    /// The region that takes over.
    pub to: RegionId,
    /// What nobody has to do: the terms of the recovery budget that no person is.
    pub automation: Vec<Automatic>,
    /// The first page.
    pub paged: Option<Paged>,
    /// The steps of the plan, in its order.
    pub steps: Vec<Timed>,
    /// Services whose users wait for a person.
    pub waiting: Vec<String>,
    /// Whether there are others, which automation serves again.
    pub others: bool,
    /// When automation has served the users of all others again; `None` without a bound.
    pub served: Option<u64>,
}

/// What automation does when a region is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automatic {
    /// What it does.
    pub step: term::Step,
    /// The host, service or store that it does it for.
    pub of: String,
    /// When it begins after the loss.
    pub begins: u64,
    /// When it ends; `None` without a bound.
    pub ends: Option<u64>,
}

/// When a step is taken, in seconds of the clock that starts with the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Which.
    pub id: StepId,
    /// What it may take. Where nobody has measured it, what its commands may take.
    pub seconds: u64,
    /// Whether that is a bound.
    pub bounded: bool,
    /// The clock at its end.
    pub clock: u64,
}

impl Case {
    /// Seconds from the loss to the page; `None` if nobody is paged, or without a bound.
    pub fn page(&self) -> Option<u64> {
        let paged = self.paged.as_ref()?;
        paged.high.map(|high| high.div_ceil(1000))
    }

    /// The clock when all is done.
    pub fn done(&self) -> u64 {
        self.steps.last().map_or(0, |s| s.clock)
    }

    /// When a step is taken, if it is.
    pub fn timed(&self, id: StepId) -> Option<&Timed> {
        self.steps.iter().find(|s| s.id == id)
    }
}

pub(super) fn cases(model: Model, steps: &[Step]) -> Vec<Case> {
    let regions = || model.topology.region_ids();
    let pairs = regions().flat_map(|from| regions().map(move |to| (from, to)));
    let pairs = pairs.filter(|(from, to)| from != to);
    pairs
        .map(|(from, to)| case(model, steps, from, to))
        .collect()
}

/// A return has one region.
pub(super) fn back(model: Model, steps: &[Step]) -> Vec<Case> {
    let regions = model.topology.region_ids();
    let each = regions.map(|id| Case {
        automation: Vec::new(),
        paged: None,
        waiting: Vec::new(),
        others: false,
        served: None,
        ..case(model, steps, id, id)
    });
    each.collect()
}

fn case(model: Model, steps: &[Step], from: RegionId, to: RegionId) -> Case {
    let mut clock = 0;
    let timed = steps.iter().filter_map(|step| {
        let measured = step.term.map(|term| by_hand(model, from, term));
        let commands: u64 = step.works(from, to).iter().map(|w| w.seconds).sum();
        let (seconds, bounded) = match measured {
            Some(Hand::Takes(seconds)) => (seconds, true),
            Some(Hand::Unbounded) => (commands, false),
            // Nothing waits for a person, and there is no command.
            Some(Hand::None) if step.verb == Verb::Person => return None,
            Some(Hand::None) | None => (commands, true),
        };
        clock += seconds;
        Some(Timed {
            id: step.id,
            seconds,
            bounded,
            clock,
        })
    });
    let steps = timed.collect();
    let services = lost(model, from).filter(|t| matches!(t.subject, Subject::Service(_)));
    let (by_people, by_itself): (Vec<&RecoveryTime>, Vec<_>) = services.partition(|t| waits(t));
    let mut totals = by_itself.iter().map(|t| t.budget.total().1);
    let served = totals.try_fold(0, |worst: u64, end| Some(worst.max(end?)));
    Case {
        from,
        to,
        automation: automation(model, from),
        paged: model.deployment.paged(&[from]),
        steps,
        waiting: by_people
            .iter()
            .map(|t| t.subject.name(model.topology))
            .collect(),
        others: !by_itself.is_empty(),
        served: served.map(|s| s.div_ceil(1000)),
    }
}

/// The terms of a person's step.
enum Hand {
    /// There is none.
    None,
    /// The longest.
    Takes(u64),
    /// One that nobody has measured.
    Unbounded,
}

fn lost(model: Model<'_>, from: RegionId) -> impl Iterator<Item = &RecoveryTime> {
    let times = model.analysis.recovery.times.iter();
    times.filter(move |t| t.scenario == Scenario::Region(from))
}

/// What a step by hand takes by the analysis of losing a region: the longest of all.
fn by_hand(model: Model, from: RegionId, step: term::Step) -> Hand {
    let nodes = lost(model, from).flat_map(|t| &t.budget.nodes);
    let own = nodes
        .map(|n| &n.term)
        .filter(|t| t.step == step && t.by == By::Person);
    let counted: Vec<Option<u64>> = own.filter(|t| !t.is_zero()).map(|t| t.high).collect();
    let all: Option<Vec<u64>> = counted.into_iter().collect();
    match all {
        None => Hand::Unbounded,
        Some(all) => match all.into_iter().max() {
            Some(high) => Hand::Takes(high.div_ceil(1000)),
            None => Hand::None,
        },
    }
}

/// Whether users of a service are served again only once a person has acted.
fn waits(time: &RecoveryTime) -> bool {
    let mut terms = time.budget.nodes.iter().map(|n| &n.term);
    terms.any(|t| t.by == By::Person && !t.is_zero())
}

/// What nobody has to do, each thing once: the terms of all services, in the order in which
/// they end.
fn automation(model: Model, from: RegionId) -> Vec<Automatic> {
    let mut found: Vec<Automatic> = Vec::new();
    for time in lost(model, from) {
        let nodes = time.budget.nodes.iter().zip(time.budget.ends());
        // The page begins the other clock.
        let acts = |t: &Term| t.by == By::System && t.step != term::Step::Page && !t.is_zero();
        let own = nodes.filter(|(n, _)| acts(&n.term));
        for (node, (_, ends)) in own.filter(|(n, _)| n.term.low != NEVER) {
            let term = &node.term;
            let begins = ends.zip(term.high).map(|(end, high)| end - high);
            let each = Automatic {
                step: term.step,
                of: term.of.clone(),
                begins: begins.unwrap_or(0) / 1000,
                ends: ends.map(|e| e.div_ceil(1000)),
            };
            add(&mut found, each);
        }
    }
    found.sort_by_key(|a| (a.ends.unwrap_or(u64::MAX), a.begins));
    found
}

fn add(found: &mut Vec<Automatic>, each: Automatic) {
    let same = |a: &&mut Automatic| a.step == each.step && a.of == each.of;
    match found.iter_mut().find(same) {
        Some(known) => {
            known.begins = known.begins.min(each.begins);
            known.ends = known.ends.zip(each.ends).map(|(a, b)| a.max(b));
        }
        None => found.push(each),
    }
}

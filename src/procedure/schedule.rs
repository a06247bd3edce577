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
    /// The lost region.
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
    /// What is promised to those who wait, in seconds: the strictest.
    pub promised: Option<u64>,
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
    /// The earlier step in whose time it is, because both are one term.
    pub within: Option<StepId>,
    /// The clock at its end; `None` without a bound, of this step or of one before it.
    pub clock: Option<u64>,
}

impl Case {
    /// Seconds from the loss to the page; `None` if nobody is paged, or without a bound.
    pub fn page(&self) -> Option<u64> {
        let paged = self.paged.as_ref()?;
        paged.high.map(|high| high.div_ceil(1000))
    }

    /// The clock when all is done; `None` without a bound.
    pub fn done(&self) -> Option<u64> {
        self.steps.last().map_or(Some(0), |s| s.clock)
    }

    /// Seconds until the page has come and somebody has decided: a drill by script begins there.
    pub fn before(&self) -> u64 {
        let decide = self.timed(StepId::Decide).map_or(0, |s| s.seconds);
        self.page().unwrap_or(0) + decide
    }

    /// When a step is taken, if it is.
    pub fn timed(&self, id: StepId) -> Option<&Timed> {
        self.steps.iter().find(|s| s.id == id)
    }
}

/// Every pair of regions.
pub(super) fn cases(model: Model, steps: &[Step]) -> Vec<Case> {
    let mut cases = Vec::new();
    for from in model.topology.region_ids() {
        let left = Left::of(model, steps, from);
        let others = model.topology.region_ids().filter(|to| *to != from);
        cases.extend(others.map(|to| left.case(steps, to)));
    }
    cases
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
        promised: None,
        ..Left::of(model, steps, id).case(steps, id)
    });
    each.collect()
}

/// A lost region: what holds for every surviving region.
struct Left {
    case: Case,
    hands: Vec<(term::Step, Hand)>,
}

impl Left {
    fn of(model: Model, steps: &[Step], from: RegionId) -> Self {
        let lost: Vec<&RecoveryTime> = lost(model, from).collect();
        let hand = |step| {
            let nodes = lost.iter().flat_map(|t| &t.budget.nodes);
            (step, by_hand(nodes.map(|n| &n.term), step))
        };
        let hands = steps.iter().filter_map(|s| s.term).map(hand).collect();
        let services = lost.iter();
        let services = services.filter(|t| matches!(t.subject, Subject::Service(_)));
        let (by_people, by_itself): (Vec<&RecoveryTime>, Vec<_>) = services.partition(|t| waits(t));
        let mut totals = by_itself.iter().map(|t| t.budget.total().1);
        let served = totals.try_fold(0, |worst: u64, end| Some(worst.max(end?)));
        let promised = by_people.iter().filter_map(|t| Some(t.promise?.millis));
        let waiting = by_people.iter().map(|t| t.subject.name(model.topology));
        let case = Case {
            from,
            to: from,
            automation: automation(&lost),
            paged: model.deployment.paged(&[from]),
            steps: Vec::new(),
            waiting: waiting.collect(),
            others: !by_itself.is_empty(),
            served: served.map(|s| s.div_ceil(1000)),
            promised: promised.min().map(|p| p.div_ceil(1000)),
        };
        Left { case, hands }
    }

    fn case(&self, steps: &[Step], to: RegionId) -> Case {
        let from = self.case.from;
        let commands = |step: &Step| step.works(from, to).iter().map(|w| w.seconds).sum();
        let measured = |term| {
            let known = self.hands.iter().find(|(step, _)| *step == term);
            known.map_or(Hand::None, |(_, hand)| *hand)
        };
        Case {
            to,
            steps: timed(steps, commands, measured),
            ..self.case.clone()
        }
    }
}

/// Steps one after the other. Those that are one term share its time: the first has it, and the
/// others end with it.
pub(super) fn timed(
    steps: &[Step],
    commands: impl Fn(&Step) -> u64,
    measured: impl Fn(term::Step) -> Hand,
) -> Vec<Timed> {
    let mut found: Vec<Timed> = Vec::new();
    let mut clock = Some(0);
    for step in steps {
        let earlier = found.iter().find(|t| {
            let same = |s: &&Step| s.id == t.id && s.term.is_some() && s.term == step.term;
            steps.iter().any(|s| same(&s))
        });
        let hand = step.term.map(&measured);
        let (seconds, bounded) = match (earlier, hand) {
            (Some(earlier), _) => (0, earlier.bounded),
            (None, Some(Hand::Takes(seconds))) => (seconds, true),
            (None, Some(Hand::Unbounded)) => (commands(step), false),
            // Nothing waits for a person, and there is no command.
            (None, Some(Hand::None)) if step.verb == Verb::Person => continue,
            (None, Some(Hand::None) | None) => (commands(step), true),
        };
        let within = earlier.map(|t| t.id);
        clock = clock.filter(|_| bounded).map(|clock| clock + seconds);
        found.push(Timed {
            id: step.id,
            seconds,
            bounded,
            within,
            clock,
        });
    }
    found
}

/// The terms of a person's step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
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

/// What a step by hand takes by some terms: the longest of all.
pub(super) fn by_hand<'a>(terms: impl Iterator<Item = &'a Term>, step: term::Step) -> Hand {
    let own = terms.filter(|t| t.step == step && t.by == By::Person);
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
fn automation(lost: &[&RecoveryTime]) -> Vec<Automatic> {
    let mut found: Vec<Automatic> = Vec::new();
    for time in lost {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procedure::{Actor, Failure, Place};

    fn step(id: StepId, verb: Verb, term: Option<term::Step>) -> Step {
        Step {
            id,
            actor: Actor::Operator,
            on: Place::System,
            verb,
            works: Vec::new(),
            needs: Vec::new(),
            failure: Failure::Continue,
            no_return: false,
            holds: 0,
            term,
        }
    }

    /// Id, seconds and clock of each step; commands take a minute.
    fn times(steps: &[Step], hand: Hand) -> Vec<(StepId, u64, Option<u64>)> {
        let timed = timed(steps, |_| 60, |_| hand);
        timed.iter().map(|t| (t.id, t.seconds, t.clock)).collect()
    }

    #[test]
    fn a_measured_step_takes_its_term_and_the_others_their_commands() {
        let steps = [
            step(StepId::Fence, Verb::Run, None),
            step(StepId::Promote, Verb::Run, Some(term::Step::Promote)),
            step(StepId::Scale, Verb::Run, None),
        ];
        assert_eq!(
            times(&steps, Hand::Takes(300)),
            [
                (StepId::Fence, 60, Some(60)),
                (StepId::Promote, 300, Some(360)),
                (StepId::Scale, 60, Some(420)),
            ]
        );
    }

    #[test]
    fn after_a_step_without_a_bound_the_clock_has_none() {
        let steps = [
            step(StepId::Fence, Verb::Run, None),
            step(StepId::Promote, Verb::Run, Some(term::Step::Promote)),
            step(StepId::Scale, Verb::Run, None),
        ];
        let clocks: Vec<_> = times(&steps, Hand::Unbounded)
            .into_iter()
            .map(|(.., clock)| clock)
            .collect();
        assert_eq!(clocks, [Some(60), None, None]);
    }

    #[test]
    fn a_decision_that_nobody_waits_for_is_no_step() {
        let steps = [
            step(StepId::Decide, Verb::Person, Some(term::Step::Decide)),
            step(StepId::Fence, Verb::Run, None),
        ];
        assert_eq!(times(&steps, Hand::None), [(StepId::Fence, 60, Some(60))]);
    }

    #[test]
    fn steps_of_one_term_share_its_time() {
        let restore = Some(term::Step::Restore);
        let steps = [
            step(StepId::Restore, Verb::Run, restore),
            step(StepId::Compare, Verb::Person, restore),
            step(StepId::Switch, Verb::Run, restore),
        ];
        let found = timed(&steps, |_| 60, |_| Hand::Takes(5400));
        let within: Vec<_> = found.iter().map(|t| t.within).collect();
        assert_eq!(within, [None, Some(StepId::Restore), Some(StepId::Restore)]);
        assert!(found.iter().all(|t| t.clock == Some(5400)));
    }

    #[test]
    fn a_persons_step_is_the_longest_of_its_terms() {
        let term = |high| Term {
            high,
            ..Term::emitted(term::Step::Decide, "x", (0, 1), String::new()).by(By::Person)
        };
        let of = |all: &[Term]| by_hand(all.iter(), term::Step::Decide);
        assert_eq!(of(&[term(Some(1500)), term(Some(900))]), Hand::Takes(2));
        assert_eq!(of(&[term(Some(900)), term(None)]), Hand::Unbounded);
        assert_eq!(of(&[]), Hand::None);
        let system = Term::emitted(term::Step::Decide, "x", (0, 900), String::new());
        assert_eq!(of(&[system]), Hand::None);
    }
}

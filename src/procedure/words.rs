//! What people read of a step.

use super::{Act, Actor, Ask, Failure, Place, Step, StepId, Timed, Verb, Wants, Work, clock};

impl Actor {
    /// Who, for people.
    pub fn words(self) -> &'static str {
        match self {
            Actor::Operator => "operator",
            Actor::Commander => "incident commander",
            Actor::OnDecision => "incident commander decides, operator acts",
        }
    }
}

impl StepId {
    /// What it is for, whatever the region.
    pub fn title(self) -> &'static str {
        match self {
            StepId::Decide => "Answer the page and decide",
            StepId::Freeze => "Freeze deployments and scaling",
            StepId::Fence => "Take the region out of the load balancers",
            StepId::Lag => "Measure how far copies are behind, and compare",
            StepId::Promote => "Let the copies take writes",
            StepId::Redirect => "Push messages to the region that takes over",
            StepId::Scale => "Grow for the load that comes",
            StepId::Verify => "See from outside that users are served",
            StepId::Home => "Bring back what only one region has",
            StepId::Serve => "Let the region serve again",
            StepId::Settle => "Let the regions that helped shrink again",
            StepId::Restore => "Restore beside the original",
            StepId::Compare => "Compare the copy with the original",
            StepId::Switch => "Put the copy into service",
            StepId::Status => "Show the state of everything",
            StepId::Turn => "Turn the name to a region",
            StepId::Flag => "Switch the flag",
            StepId::Few => "Put a few messages back",
            StepId::Many => "Put the other messages back",
        }
    }
}

impl Timed {
    /// What it may take, for people.
    pub fn takes(&self) -> String {
        match (self.within, self.bounded, self.seconds) {
            (Some(step), ..) => format!("in {}", step.word()),
            (None, true, seconds) => clock(seconds),
            (None, false, 0) => UNBOUNDED.into(),
            (None, false, seconds) => format!("{} for its commands, else no bound", clock(seconds)),
        }
    }
}

/// A clock that may have no bound, for people.
pub fn until(seconds: Option<u64>) -> String {
    seconds.map_or(UNBOUNDED.into(), clock)
}

const UNBOUNDED: &str = "no bound";

impl Ask {
    /// What is said when nothing has to be done.
    pub fn done(&self) -> String {
        let subject = &self.seat.subject;
        let so = match (self.wants, self.seat.by) {
            (Wants::Here, _) => format!("{subject} is back already"),
            (Wants::Elsewhere, Some(by)) => format!("{by} have moved {subject} already"),
            (Wants::Elsewhere, None) => format!("{subject} is elsewhere already"),
        };
        format!("{so}: nothing is done again")
    }

    /// What to do while it is not so.
    pub fn still(&self) -> String {
        let subject = &self.seat.subject;
        match self.wants {
            Wants::Here => format!("{subject} is not back: run it again"),
            Wants::Elsewhere => {
                format!("{subject} is still in the region that is left: run the step again")
            }
        }
    }
}

impl Step {
    /// What a good end of it looks like, for people. `most` is how many seconds copies may be
    /// behind.
    pub fn expect(&self, works: &[&Work], most: Option<u64>) -> String {
        let acts: Vec<&Act> = works.iter().flat_map(|w| &w.acts).collect();
        if acts.is_empty() {
            let idle = works.first().map_or("", |w| w.idle);
            return match self.id {
                StepId::Decide => "a decision and its time, in the scribe's notes".into(),
                _ => format!("`{idle}`"),
            };
        }
        let held = match self.holds {
            0 => String::new(),
            seconds => format!(" for {}", clock(seconds)),
        };
        match self.verb {
            Verb::Measure => compared(&acts, most) + &held,
            Verb::Look if self.holds > 0 => format!("{held}: {}", printed(&acts)).trim().into(),
            _ => printed(&acts),
        }
    }
}

impl Step {
    /// What to do if it does not end as expected.
    pub fn otherwise(&self) -> &'static str {
        match (self.failure, self.id) {
            (_, StepId::Decide) => "page the next in the escalation.",
            (Failure::Stop(_), StepId::Lag) if self.on == Place::Back => {
                "wait until the copies have caught up: the script does not go on before."
            }
            (Failure::Stop(_), StepId::Lag) => {
                "do not go on. The incident commander accepts the loss with \
                 `--accept-data-loss-seconds N`, given to this step and to the promotion, or waits."
            }
            (Failure::Stop(_), _) => {
                "do what the script prints after `next:`, run the step again, and do not go on \
                 before it succeeds."
            }
            (Failure::Continue, _) => {
                "do what the script prints, go on, and run the step again at the end."
            }
        }
    }
}

fn compared(acts: &[&Act], most: Option<u64>) -> String {
    let subjects: Vec<&str> = acts.iter().map(|a| a.subject.as_str()).collect();
    let subjects = subjects.join(", ");
    match most {
        Some(most) => format!(
            "a number of seconds for each copy of {subjects}, at most {most}: the script compares"
        ),
        None => format!(
            "a number of seconds for each copy of {subjects}; nothing is promised to compare it with"
        ),
    }
}

/// What its commands print, each thing once with how often it comes.
fn printed(acts: &[&Act]) -> String {
    let mut found: Vec<(String, usize)> = Vec::new();
    for act in acts {
        for expect in act.expects() {
            let words = expect.words();
            match found.iter_mut().find(|(w, _)| *w == words) {
                Some((_, count)) => *count += 1,
                None => found.push((words, 1)),
            }
        }
    }
    let each = found.into_iter().map(|(words, count)| match count {
        1 => words,
        _ => format!("{words} ({count} times)"),
    });
    let mut all: Vec<String> = each.collect();
    all.extend(read_back(acts));
    all.join("; ")
}

/// What is read back, for people.
fn read_back(acts: &[&Act]) -> Option<String> {
    let proofs: usize = acts.iter().map(|a| a.proofs.len()).sum();
    let seats = acts.iter().filter(|a| a.ask.is_some()).count();
    match proofs + seats {
        0 => None,
        1 => Some("then 1 read-back that matches".into()),
        count => Some(format!("then {count} read-backs that match")),
    }
}

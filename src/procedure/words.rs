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
            StepId::Lag => "Measure replication lag and compare it with the RPO",
            StepId::Promote => "Promote the replicas",
            StepId::Redirect => "Redirect push subscriptions to the surviving region",
            StepId::Scale => "Scale up for the shifted load",
            StepId::Verify => "Verify from outside that users are served",
            StepId::Home => "Move single-region resources back",
            StepId::Serve => "Unfence the region",
            StepId::Settle => "Scale the surviving regions down",
            StepId::Restore => "Restore into a copy",
            StepId::Compare => "Compare the copy with the original",
            StepId::Switch => "Put the copy into service",
            StepId::Status => "Show the status",
            StepId::Turn => "Switch the name to a region",
            StepId::Flag => "Switch the flag",
            StepId::Few => "Replay a few messages",
            StepId::Many => "Replay the remaining messages",
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
            (None, false, seconds) => {
                format!("{} for its commands; total has no bound", clock(seconds))
            }
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
            (Wants::Here, _) => format!("{subject} has already moved back"),
            (Wants::Elsewhere, Some(by)) => format!("{by} have already moved {subject}"),
            (Wants::Elsewhere, None) => format!("{subject} has already moved"),
        };
        format!("{so}: nothing to do")
    }

    /// What to do while it is not so.
    pub fn still(&self) -> String {
        let subject = &self.seat.subject;
        match self.wants {
            Wants::Here => format!("{subject} has not moved back: run this again"),
            Wants::Elsewhere => {
                format!("{subject} is still in the lost region: run this step again")
            }
        }
    }
}

impl Step {
    /// What a good end of it looks like, for people.
    pub fn expect(&self, works: &[&Work]) -> String {
        let acts: Vec<&Act> = works.iter().flat_map(|w| &w.acts).collect();
        if acts.is_empty() {
            let idle = works.first().map_or("", |w| w.idle);
            return match self.id {
                StepId::Decide => "the decision and its time in the scribe's notes".into(),
                _ => format!("`{idle}`"),
            };
        }
        let held = match self.holds {
            0 => String::new(),
            seconds => format!(" for {}", clock(seconds)),
        };
        match self.verb {
            Verb::Measure => compared(&acts) + &held,
            Verb::Look if self.holds > 0 => format!("{held}: {}", printed(&acts)).trim().into(),
            _ => printed(&acts),
        }
    }
}

impl Step {
    /// What to do if it does not end as expected.
    pub fn otherwise(&self) -> &'static str {
        match (self.failure, self.id) {
            (_, StepId::Decide) => "page the next escalation step.",
            (Failure::Stop(_), StepId::Lag) if self.on == Place::Back => {
                "wait until the replicas have caught up: the script does not continue before."
            }
            (Failure::Stop(_), StepId::Lag) => {
                "stop. The incident commander accepts the data loss with \
                 `--accept-data-loss-seconds N`, for this step and for the promotion, or waits."
            }
            (Failure::Stop(_), _) => {
                "do what the script prints after `next:`, and run the step again. Do not continue \
                 until it succeeds."
            }
            (Failure::Continue, _) => {
                "do what the script prints, continue, and run the step again at the end."
            }
        }
    }
}

/// What each copy is held against: those that may be behind as long stand together.
fn compared(acts: &[&Act]) -> String {
    let mut found: Vec<(Option<u64>, Vec<&str>)> = Vec::new();
    for act in acts {
        match found.iter_mut().find(|(most, _)| *most == act.most) {
            Some((_, subjects)) => subjects.push(&act.subject),
            None => found.push((act.most, vec![&act.subject])),
        }
    }
    let each = found.into_iter().map(|(most, subjects)| {
        let subjects = subjects.join(", ");
        match most {
            Some(most) => format!("of {subjects}, at most {most}: the script compares"),
            None => format!("of {subjects}; no RPO is promised, so the script does not compare it"),
        }
    });
    let each: Vec<String> = each.collect();
    format!(
        "a replication lag in seconds for each replica {}",
        each.join("; ")
    )
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

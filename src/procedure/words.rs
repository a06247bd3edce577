//! What people read of a step.

use super::{Act, Actor, Failure, Step, StepId, Verb, Work};

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

impl Step {
    /// What a good end of it looks like, for people. `most` is how many seconds copies may be
    /// behind.
    pub fn expect(&self, work: &Work, most: Option<u64>) -> String {
        if work.acts.is_empty() {
            return match self.id {
                StepId::Decide => "a decision and its time, in the scribe's notes".into(),
                _ => format!("`{}`", work.idle),
            };
        }
        match self.verb {
            Verb::Measure => compared(work, most),
            _ => printed(work),
        }
    }
}

impl Step {
    /// What to do if it does not end as expected.
    pub fn otherwise(&self) -> &'static str {
        match (self.failure, self.id) {
            (_, StepId::Decide) => "page the next in the escalation.",
            (Failure::Stop(_), StepId::Lag) => {
                "do not go on. The incident commander accepts the loss with \
                 `--accept-data-loss-seconds`, or waits."
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

fn compared(work: &Work, most: Option<u64>) -> String {
    let subjects: Vec<&str> = work.acts.iter().map(|a| a.subject.as_str()).collect();
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
fn printed(work: &Work) -> String {
    let mut found: Vec<(String, usize)> = Vec::new();
    for act in &work.acts {
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
    all.extend(read_back(&work.acts));
    all.join("; ")
}

/// What is read back, for people.
fn read_back(acts: &[Act]) -> Option<String> {
    let proofs: usize = acts.iter().map(|a| a.proofs.len()).sum();
    let seats = acts.iter().filter(|a| a.seat.is_some()).count();
    match proofs + seats {
        0 => None,
        1 => Some("then 1 read-back that matches".into()),
        count => Some(format!("then {count} read-backs that match")),
    }
}

//! Drills: plans that are carried out on purpose, and judged.

use super::Model;
use crate::analysis::coverage::{Does, exercises};
use crate::topology::{Cadence, Date, RegionId};

/// A drill of the topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Its name.
    pub name: String,
    /// How often.
    pub every: Cadence,
    /// The day it last succeeded.
    pub last: Option<Date>,
    /// The scenario of the drill, in a sentence.
    pub of: String,
    /// What `dr-test.sh` does for it; `None` where people do it by hand.
    pub exercise: Option<Exercise>,
}

/// What `dr-test.sh` does, for a drill or without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exercise {
    /// The plan of leaving a region for another, judged by what is promised to those who wait.
    Region {
        /// The region that is taken away.
        from: RegionId,
        /// The region that takes over.
        to: RegionId,
    },
    /// A restore beside the original, judged by what is promised.
    Restore {
        /// What is restored, by the name that commands have for it.
        subject: String,
        /// Whether as it was at a moment; else from a backup that a person names.
        moment: bool,
    },
    /// Putting back what a queue has set aside.
    DeadLetters {
        /// The queue.
        queue: String,
    },
    /// Switching a flag off and on again.
    Rollback {
        /// The flag.
        flag: String,
    },
}

impl Exercise {
    /// The word after `--test-type`.
    pub fn word(&self) -> &'static str {
        match self {
            Exercise::Region { .. } => "region-failure",
            Exercise::Restore { .. } => "restore",
            Exercise::DeadLetters { .. } => "dead-letters",
            Exercise::Rollback { .. } => "rollback",
        }
    }
}

pub(super) fn drills(model: Model) -> Vec<Drill> {
    let written = model.topology.drills.iter();
    let drills = exercises(model.topology).into_iter().zip(written);
    let drills = drills.map(|(drill, (name, written))| Drill {
        of: match &written.of {
            Some(of) => of.value.clone(),
            None => name.text.clone(),
        },
        exercise: exercise(model, drill.does),
        name: drill.drill,
        every: drill.every,
        last: drill.last,
    });
    drills.collect()
}

fn exercise(model: Model, does: Does) -> Option<Exercise> {
    match does {
        Does::Region(from, to) => Some(Exercise::Region { from, to: to? }),
        Does::Restore => model
            .deployment
            .exercised_restore()
            .map(|o| Exercise::Restore {
                subject: o.subject.clone(),
                moment: o.takes_moment(),
            }),
        Does::DeadLetters(queue) => Some(Exercise::DeadLetters { queue }),
        Does::Rollback(flag) => Some(Exercise::Rollback { flag }),
        Does::ByHand => None,
    }
}

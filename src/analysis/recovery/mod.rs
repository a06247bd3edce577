//! How long we are down and what we lose, for every scenario.

pub mod budget;
pub mod findings;
mod loss;
mod replicas;
mod time;
pub mod verdict;

use super::Context;
use super::offering::{Offerings, Remaining};
use super::scenario::Scenario;
use crate::source::Span;
use crate::spec::Time;
use crate::topology::{DatastoreId, ServiceId};
use budget::Budget;
use verdict::Verdict;

/// What is promised, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promise {
    /// In milliseconds.
    pub millis: u64,
    /// Where it is written.
    pub span: Span,
}

impl From<&Time> for Promise {
    fn from(time: &Time) -> Self {
        Promise {
            millis: time.millis(),
            span: time.span,
        }
    }
}

/// What a recovery time is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A service: users are served again.
    Service(ServiceId),
    /// A datastore: its data is right again.
    Store(DatastoreId),
}

/// A recovery time.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveryTime {
    /// What is down.
    pub subject: Subject,
    /// What was lost.
    pub scenario: Scenario,
    /// What is promised, if anything is.
    pub promise: Option<Promise>,
    /// The terms.
    pub budget: Budget,
    /// The judgement.
    pub verdict: Verdict,
}

/// How much of a dataset's latest writes a scenario loses.
#[derive(Debug, Clone, PartialEq)]
pub struct DataLoss {
    /// The store.
    pub store: DatastoreId,
    /// The dataset, if the store names any.
    pub dataset: Option<String>,
    /// What was lost.
    pub scenario: Scenario,
    /// What is promised, if anything is.
    pub promise: Option<Promise>,
    /// What remains, the best copy first; empty if nothing does.
    pub remaining: Vec<Remaining>,
    /// The judgement.
    pub verdict: Verdict,
}

/// Recovery of the whole system.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// Times, services first, in the order of the topology and of the scenarios.
    pub times: Vec<RecoveryTime>,
    /// Losses in the order of the topology and of the scenarios.
    pub losses: Vec<DataLoss>,
}

/// Analyses every scenario. What a scenario does not touch is left out.
pub fn recovery(context: Context, offerings: &dyn Offerings) -> Recovery {
    let scenarios = Scenario::all(context.topology);
    Recovery {
        times: time::times(context, offerings, &scenarios),
        losses: loss::losses(context, offerings, &scenarios),
    }
}

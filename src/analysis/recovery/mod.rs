//! How long we are down and what we lose, for every scenario.

pub mod budget;
pub mod findings;
mod loss;
mod others;
mod replicas;
mod time;
pub mod verdict;

use super::Context;
use super::offering::{Offerings, Remaining};
use crate::topology::Scenario;
use crate::topology::{DatastoreId, Promise, Promisee, ServiceId, Topology};
use budget::Budget;
use verdict::Verdict;

/// What a recovery time is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A service: users are served again.
    Service(ServiceId),
    /// A datastore: it takes writes, and its data is right again.
    Store(DatastoreId),
    /// A dataset that promises for itself, by its place among those of its datastore.
    Dataset(DatastoreId, usize),
}

impl Subject {
    /// What kind of thing it is, for people.
    pub fn kind(self) -> &'static str {
        match self {
            Subject::Service(_) => "service",
            Subject::Store(_) => "datastore",
            Subject::Dataset(..) => "dataset",
        }
    }

    /// Its name in the spec; a dataset's with its store: `main.orders`.
    pub fn name(self, topology: &Topology) -> String {
        match self {
            Subject::Service(id) => topology.service(id).name.clone(),
            Subject::Store(id) => topology.datastore(id).name.clone(),
            Subject::Dataset(id, index) => {
                let store = topology.datastore(id);
                let name = store.datasets.iter().nth(index);
                let name = name.map_or("", |(name, _)| &name.text);
                format!("{}.{name}", store.name)
            }
        }
    }
}

impl From<Subject> for Promisee {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Service(id) => Promisee::Service(id),
            Subject::Store(id) => Promisee::Store(id),
            Subject::Dataset(id, index) => Promisee::Dataset(id, index),
        }
    }
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

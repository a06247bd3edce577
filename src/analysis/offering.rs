//! What the analysis asks of an offering: the facts of recovery of one kind on one cloud.

use super::Context;
use super::term::Term;
use crate::topology::{Datastore, Host, OutsideService, Queue, RegionId, Scenario, Service};

/// What remains of a store's data in a scenario, and what it lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Remaining {
    /// The copy: `europe-west4 and europe-north1 of eur3`.
    pub copy: String,
    /// How much of the latest writes it lacks.
    pub lacks: Term,
    /// Whether it takes the place of what is lost as it is; else it is history, from which
    /// data is restored.
    pub live: bool,
    /// Datasets that it does not have.
    pub leaves_out: Vec<String>,
}

impl Remaining {
    /// History from which all datasets can be restored.
    pub fn history(copy: impl Into<String>, lacks: Term) -> Self {
        Remaining {
            copy: copy.into(),
            lacks,
            live: false,
            leaves_out: Vec::new(),
        }
    }

    /// A copy of all datasets that takes the place of what is lost.
    pub fn live(copy: impl Into<String>, lacks: Term) -> Self {
        Remaining {
            live: true,
            ..Remaining::history(copy, lacks)
        }
    }
}

/// The facts of recovery of every kind on every cloud. A result of terms is serial: each
/// begins when the one before it ends; an empty one says that the scenario does not touch
/// the part.
pub trait Offerings {
    /// How requests for a host leave what is lost.
    fn entry(&self, context: &Context, host: &Host, scenario: Scenario) -> Vec<Term>;
    /// How a service that somebody else runs answers again.
    fn outside(&self, context: &Context, of: &OutsideService, scenario: Scenario) -> Vec<Term>;
    /// How a store takes writes again.
    fn store(&self, context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term>;
    /// What remains of a store's data; `None` if nothing of it is lost.
    fn remaining(
        &self,
        context: &Context,
        store: &Datastore,
        scenario: Scenario,
    ) -> Option<Vec<Remaining>>;
    /// How a queue delivers again.
    fn queue(&self, context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term>;
    /// How a queue takes messages again.
    fn publish(&self, context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term>;
    /// How a service grows from `before` to `needed` replicas in a region; `needed` is more
    /// than `before` and within what the region allows.
    fn grow(
        &self,
        context: &Context,
        service: &Service,
        region: RegionId,
        before: u32,
        needed: u32,
    ) -> Vec<Term>;
    /// How a service's replicas that are lost with a pod, node or zone leave the mesh or
    /// balancer in front of them.
    fn replica(&self, context: &Context, service: &Service, scenario: Scenario) -> Vec<Term>;
    /// How a replica comes back where none is left.
    fn restart(&self, context: &Context, service: &Service) -> Term;
}

//! What actions use beside the part that they act on. An action whose need is lost cannot be
//! taken.

use super::{Deployment, Evidence};
use crate::source::Span;
use crate::topology::RegionId;

/// An action that needs something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Whatever people do by script: one failover at a time holds the lock.
    Script,
    /// Starting a replica of the service with this name where none ran.
    Start(String),
    /// Taking and delivering messages of the queue with this name.
    Carry(String),
}

/// Something that an action needs, and that is in regions of the topology alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What needs it.
    pub by: Action,
    /// What it is, for people: `the failover lock`.
    pub what: String,
    /// The regions that hold it; it is lost with all of them.
    pub at: Vec<RegionId>,
    /// Where the topology puts it there, if it does.
    pub span: Option<Span>,
    /// What in the emitted tree shows where it is.
    pub evidence: Vec<Evidence>,
}

impl Deployment {
    /// What keeps an action from being taken while regions are lost.
    pub fn lost_need(&self, by: &Action, lost: &[RegionId]) -> Option<&Need> {
        let mut needs = self.needs.iter().filter(|n| n.by == *by);
        needs.find(|n| n.at.iter().all(|id| lost.contains(id)))
    }
}

//! Copies of stores that the emitted tree makes in other regions. What is not here does not
//! exist: recovery counts these alone, and a test holds each against what is emitted.

use super::{Deployment, Evidence};
use crate::topology::{DatastoreId, RegionId};

/// What a copy is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeps {
    /// It follows the original and can take its place.
    Live,
    /// It is history, from which the original can be restored.
    History,
}

/// A copy of a store in another region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreCopy {
    /// The store.
    pub store: DatastoreId,
    /// The region whose data is copied.
    pub from: RegionId,
    /// The region that keeps the copy.
    pub to: RegionId,
    /// What it is good for.
    pub keeps: Keeps,
    /// Datasets that the copy leaves out, by name. A copy below the level of datasets leaves
    /// out none.
    pub leaves_out: Vec<String>,
    /// What carries it, for people: `a physical replica`.
    pub by: &'static str,
    /// What in the emitted tree makes it.
    pub evidence: Vec<Evidence>,
}

impl Deployment {
    /// The copies that others keep of what a region holds of a store.
    pub fn copies_from(
        &self,
        store: DatastoreId,
        region: RegionId,
        keeps: Keeps,
    ) -> impl Iterator<Item = &StoreCopy> {
        let all = self.copies.iter();
        all.filter(move |c| c.store == store && c.from == region && c.keeps == keeps)
    }
}

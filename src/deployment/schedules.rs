//! Backups that are taken on a schedule. What is not here is taken by nobody: recovery counts
//! these alone.

use super::{Deployment, Reading};
use crate::topology::DatastoreId;

/// A schedule on which a store is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The store.
    pub store: DatastoreId,
    /// Seconds between two runs.
    pub period: u64,
    /// Seconds after which a run is ended; `None` where nothing ends one.
    pub limit: Option<u64>,
    /// What in the emitted tree says so.
    pub readings: Vec<Reading>,
}

impl Deployment {
    /// The most frequent schedule of a store.
    pub fn schedule(&self, store: DatastoreId) -> Option<&Schedule> {
        let own = self.schedules.iter().filter(|s| s.store == store);
        own.min_by_key(|s| s.period)
    }
}

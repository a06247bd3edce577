//! What others own and this system stands on.

use super::Deployment;

/// Something that has to be true of a part that others own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// The kind of part: `cluster`.
    pub part: &'static str,
    /// Its name or id.
    pub name: String,
    /// Where it is: a region or location.
    pub at: String,
    /// What has to be true of it.
    pub says: String,
    /// Whether a plan fails without it.
    pub planned: bool,
}

impl Deployment {
    /// Adds what has to be true, once.
    pub fn demand(&mut self, demand: Demand) {
        if !self.demands.contains(&demand) {
            self.demands.push(demand);
        }
    }
}

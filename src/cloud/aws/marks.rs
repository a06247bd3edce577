//! The mark by which what a restore has made is told from what this system, or another one, has:
//! only that is put into service or deleted by a command.

use super::{Lowering, facts};
use crate::cloud::aws::dynamodb::table_name;
use crate::deployment::{OperationKind, Proof};
use crate::topology::RegionId;

/// The tag that names the subject of the restore.
const MARK: &str = "restored-from";

impl Lowering<'_> {
    /// The arguments by which a restore marks what it makes. Metrics are found by the system's tag.
    pub(super) fn marked(&self, subject: &str) -> String {
        format!(
            "--tags Key=system,Value={} Key={MARK},Value={subject}",
            self.topology.name
        )
    }

    /// The names that this system gives to its stores.
    pub(super) fn own_names(&mut self) {
        let mut names = Vec::new();
        for store in &self.topology.datastores {
            names.push(table_name(self.topology, store));
            for id in store.regions.iter().filter(|r| self.regions.contains(r)) {
                names.push(self.store_name(store, *id, facts::names().database));
                names.push(self.store_name(store, *id, facts::names().cache));
            }
        }
        self.deployment.store_names.extend(names);
    }
}

/// The query that prints the mark among a list of tags.
pub(super) fn mark_in(tags: &str) -> String {
    format!("{tags}[?Key=='{MARK}'].Value | [0]")
}

/// Sees that something is a copy that was made of a subject.
pub(super) fn is_copy(subject: &str, id: RegionId, command: Vec<String>, wants: &str) -> Proof {
    Proof::guard(
        OperationKind::Switch,
        (subject, Some(id)),
        format!("See that it is a copy of {subject}"),
        command,
        wants,
        format!("it is no copy that restore-from-backup.sh has made of {subject}"),
    )
}

//! Datastores, as they are settled.

use super::*;
use crate::spec::{self, Conflict, Factor, Mode, Nature, Reach, Signal, Writers};

settled! {
    /// A member of a replica set that votes.
    pub struct Member from spec::Member {
        /// Its region.
        pub region: Ref,
        /// Its priority in elections; the highest becomes primary.
        pub priority: Settled<Factor>,
        /// Whether it votes.
        pub votes: Flag,
        /// Its address, for self-managed sets.
        pub host: Option<Text>,
    }
}

settled! {
    /// Election timing of a voting replica set.
    pub struct Election from spec::Election {
        /// The time without a primary after which one is elected.
        pub timeout: Time,
        /// The time between heartbeats.
        pub heartbeat: Time,
    }
}

settled! {
    /// A part of a store with its own rules.
    pub struct Dataset from spec::Dataset {
        /// What the data is about.
        pub holds: Vec<Settled<Nature>>,
        /// The compliance zone that owns it.
        pub zone: Option<Ref>,
        /// Where copies may go.
        pub copies: Settled<Reach>,
        /// Who may write.
        pub writers: Option<Settled<Writers>>,
        /// Names in the store: collections, tables, prefixes.
        pub collections: Vec<Text>,
        /// How long a record lives, from the field named in `expires_at`.
        pub ttl: Option<Time>,
        /// The field that says when a record ends.
        pub expires_at: Option<Text>,
        /// Storage tier.
        pub tier: Option<Text>,
        /// The promise for this dataset, where it differs.
        pub objectives: Option<Objectives>,
    }
}

settled! {
    /// How copies are kept alike.
    pub struct Replication from spec::Replication {
        /// When a write counts as done.
        pub mode: Settled<Mode>,
        /// What carries it.
        pub by: Option<Text>,
        /// The service that carries it, for `mode: application`.
        pub worker: Option<Ref>,
        /// The queue that feeds the worker.
        pub queue: Option<Ref>,
        /// Which of two concurrent writes stays.
        pub conflicts: Option<Settled<Conflict>>,
        /// What decides between causally concurrent writes.
        pub tie: Option<Settled<Conflict>>,
        /// The table that keeps conflicts.
        pub conflict_log: Option<Text>,
        /// Conflicts per ten minutes that are worth a message.
        pub conflict_limit: Option<Count>,
        /// How often changes are sent.
        pub every: Option<Time>,
        /// Limits of the replication lag.
        pub lag: Option<Lag>,
        /// Failed rounds that are worth a message.
        pub failure_limit: Option<Count>,
        /// Redis: writes stop when fewer replicas than `min_replicas` are within this lag.
        pub max_lag: Option<Time>,
        /// Redis: how many replicas must be within `max_lag`.
        pub min_replicas: Option<Count>,
        /// The commit delay at which the primary stops writes (`rds.global_db_rpo`).
        pub stop_writes_at: Option<Time>,
        /// Which regions send to which; all pairs if left out.
        pub links: Map<Vec<Ref>>,
        /// Who decides when two halves cannot see each other: a vote in a third place, a person (`operator`), or, where all copies write, what directs the users (`route53`).
        pub arbiter: Option<Text>,
        /// Whether losing concurrent writes is accepted.
        pub loss_accepted: Flag,
    }
}

settled! {
    /// Limits of the replication lag.
    pub struct Lag from spec::Lag {
        /// What is aimed at.
        pub target: Option<Time>,
        /// When to tell people.
        pub warn: Option<Time>,
        /// When to page people.
        pub critical: Option<Time>,
    }
}

settled! {
    /// Copies in time: the only thing that helps against wrong or deleted data.
    pub struct Backup from spec::Backup {
        /// The time between two backups.
        pub every: Option<Time>,
        /// How long they are kept.
        pub keep: Time,
        /// How far back any moment can be restored; off if left out.
        pub point_in_time: Option<Time>,
        /// Where copies go; beside the store if left out.
        pub copies_to: Vec<Ref>,
        /// How long one takes at most; the backup-age alert adds it.
        pub takes: Time,
        /// Whether they cannot be deleted before their time.
        pub immutable: Flag,
    }
}

settled! {
    /// How a dead node is noticed.
    pub struct NodeHealth from spec::NodeHealth {
        /// The time between two checks.
        pub every: Time,
        /// The time after which a check has failed.
        pub timeout: Time,
        /// Failures in a row after which it counts as dead.
        pub unhealthy_after: Count,
    }
}

settled! {
    /// A storage tier by age.
    pub struct Tier from spec::Tier {
        /// The age at which objects move.
        pub after: Time,
    }
}

impl Replication {
    /// The limits beyond which people are told: the key, what is counted, and the limit.
    pub fn limits(&self) -> [(&'static str, Signal, Option<&Count>); 2] {
        [
            (
                "conflict_limit",
                Signal::Conflicts,
                self.conflict_limit.as_ref(),
            ),
            (
                "failure_limit",
                Signal::SyncFailures,
                self.failure_limit.as_ref(),
            ),
        ]
    }
}

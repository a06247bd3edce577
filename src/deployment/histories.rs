//! How far back stores can be brought, as it is emitted: recovery and runbooks count with these,
//! and a test holds each against what is emitted.

use super::Deployment;
use crate::topology::{Datastore, DatastoreId};

/// How far back a store can be brought, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// How long each backup is kept; nothing where none is taken.
    pub snapshots: Option<u64>,
    /// How far back any moment can be restored; nothing where none can.
    pub moments: Option<u64>,
    /// Why what is kept beside these brings nothing back by itself: `only Google reads its
    /// snapshots`; nothing where nothing else is kept.
    pub withheld: Option<&'static str>,
}

impl Past {
    /// That of a kind whose backups and moments are kept apart, each as long as the spec says.
    pub fn as_asked(store: &Datastore) -> Self {
        let backup = store.backup.as_ref();
        let kept = backup.filter(|b| b.every.is_some());
        let moments = backup.and_then(|b| b.point_in_time.as_ref());
        Past {
            snapshots: kept.map(|b| b.keep.secs()),
            moments: moments.map(|m| m.secs()),
            withheld: None,
        }
    }

    /// That of a kind that keeps every moment for the longer of `keep` and `point_in_time`, by the
    /// day, and takes no backups.
    pub fn in_versions(store: &Datastore) -> Self {
        let asked = store.backup.as_ref().map(|b| {
            let moments = b.point_in_time.as_ref().map_or(0, |p| p.secs());
            b.keep.secs().max(moments)
        });
        Past {
            moments: asked.map(in_days),
            ..Past::default()
        }
    }

    /// How far back it reaches at most.
    pub fn longest(self) -> Option<u64> {
        self.snapshots.max(self.moments)
    }
}

/// Seconds as clouds keep history: in whole days.
pub fn in_days(seconds: u64) -> u64 {
    seconds.div_ceil(86_400).max(1) * 86_400
}

/// The past of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The store.
    pub store: DatastoreId,
    /// How far back it can be brought.
    pub past: Past,
    /// What the spec says to have its backups copied to other regions, where they can be.
    pub copied_by: Option<&'static str>,
}

impl Deployment {
    /// How far back a store can be brought.
    pub fn past(&self, store: DatastoreId) -> Past {
        self.history(store).map_or(Past::default(), |h| h.past)
    }

    /// What is known of a store's past; nothing of a kind that no cloud here has.
    pub fn history(&self, store: DatastoreId) -> Option<&History> {
        self.histories.iter().find(|h| h.store == store)
    }
}

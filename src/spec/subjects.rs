//! What written metrics, alerts and limits are about.

use super::{Alert, Count, Metric, Ref, Replication, Signal, Telemetry};

/// Whether what is left out or named in `on` takes in a part.
fn takes_in(on: Option<&Ref>, part: &str) -> bool {
    on.is_none_or(|on| on.value == part)
}

impl Metric {
    /// Whether it shows a signal of a part: its own, or all that have it.
    pub fn is_of(&self, signal: Signal, part: &str) -> bool {
        *self.of == signal && takes_in(self.on.as_ref(), part)
    }
}

impl Alert {
    /// Whether it watches a signal of a part: its own, or all that have it.
    pub fn watches(&self, signal: Signal, part: &str) -> bool {
        *self.of == signal && takes_in(self.on.as_ref(), part)
    }
}

impl Telemetry {
    /// Whether it is collected by that collector, and by us.
    pub fn is_ours(&self, collector: &str) -> bool {
        self.external.is_none() && self.by.as_str() == collector
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

//! Which of two concurrent writes stays is said.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Conflict, Dataset, Mode, Topology, Writers};

/// A vector clock without a tie break.
pub const TIE: Code = Code::new("CNF101", "vector-clock-without-tie");
/// Concurrent writes are lost, and nobody has said that this is fine.
pub const LOSS: Code = Code::new("CNF102", "concurrent-writes-are-lost");

/// Checks every store that takes writes in several places.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let Some(replication) = &store.replication else {
            continue;
        };
        let conflicts = replication.conflicts.as_ref();
        if let Some(clock) =
            conflicts.filter(|c| c.value == Conflict::VectorClock && replication.tie.is_none())
        {
            out.push(
                Diagnostic::error(
                    TIE,
                    clock.span,
                    "vector clocks cannot decide between concurrent writes",
                    "[2,0,0] and [1,1,0] are concurrent: neither is later",
                )
                .help("name what decides then: `tie: last-write-wins`, or `tie: application`"),
            );
        }
        let several = matches!(*replication.mode, Mode::ActiveActive | Mode::Application);
        let lossy = [conflicts, replication.tie.as_ref()]
            .into_iter()
            .flatten()
            .find(|c| c.value == Conflict::LastWriteWins);
        let datasets = &store.datasets;
        let apart = |d: &Dataset| matches!(writers(d), Some(Writers::Primary | Writers::PerRegion));
        let apart = !datasets.is_empty() && datasets.iter().all(|(_, d)| apart(d));
        if let Some(lossy) = lossy.filter(|_| several && !apart && !*replication.loss_accepted) {
            out.push(
                Diagnostic::warning(
                    LOSS,
                    lossy.span,
                    format!("of two concurrent writes to `{}` one is lost silently", store.name),
                    "the earlier one, by clocks that differ",
                )
                .also(replication.mode.span, "writes are taken in several regions")
                .help("accept it with `loss_accepted: true`, or let each record be written in one region: `writers: per-region`"),
            );
        }
    }
}

/// Who may write a record, if the spec says so.
fn writers(dataset: &Dataset) -> Option<Writers> {
    dataset.writers.as_ref().map(|w| w.value)
}

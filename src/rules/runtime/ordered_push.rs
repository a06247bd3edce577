//! Ordered delivery pins messages to a region.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Order and failover get in each other's way.
pub const CODE: Code = Code::new("QUE101", "ordered-delivery-pins-a-region");

/// Reports ordered queues whose receiver runs in several regions.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for queue in &topology.queues {
        let receiver = queue.receiver.map(|id| topology.service(id));
        let Some(ordered) = &queue.ordered_by else {
            continue;
        };
        if receiver.is_some_and(|r| r.placements.len() > 1) {
            out.push(
                Diagnostic::warning(
                    CODE,
                    ordered.span,
                    format!("messages of `{}` wait when the region that they were published in is lost", queue.name),
                    "in order means: from one region",
                )
                .help("accept it with a waiver, or order by a version in the message and keep the receiver idempotent"),
            );
        }
    }
}

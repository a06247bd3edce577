//! Redis replicates asynchronously, whatever is asked for.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Engine, Mode, Topology};

/// Synchronous replication that does not exist.
pub const CODE: Code = Code::new("REP101", "redis-is-asynchronous");

/// Checks that no Redis claims to replicate synchronously.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let replication = store.replication.as_ref();
        let Some(mode) = replication.map(|r| &r.mode) else {
            continue;
        };
        if store.engine == Engine::Redis && matches!(mode.value, Mode::Sync | Mode::Quorum) {
            out.push(
                Diagnostic::error(
                    CODE,
                    mode.span,
                    format!("Redis has no `{}` replication", mode.value),
                    "copies always follow later",
                )
                .also(store.kind.span, "this is Redis")
                .help("write `mode: async, min_replicas: 1, max_lag: 10s`: writes stop when no copy is near, and some may still be lost"),
            );
        }
    }
}

//! Somebody takes the writes: there is a primary.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Mode, Role, Topology};

/// No region is primary.
pub const NONE: Code = Code::new("REG201", "no-primary");
/// Two primaries, and a store that has one writer.
pub const TWO: Code = Code::new("REG202", "two-primaries-one-writer");

/// Checks that there is a primary, and that a second one is meant.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let primaries: Vec<_> = topology
        .regions
        .iter()
        .filter(|r| r.role == Role::Primary)
        .collect();
    match &primaries[..] {
        [] => out.push(none(topology)),
        [first, second, ..] => {
            for store in &topology.datastores {
                let replication = store.replication.as_ref();
                let Some(mode) = replication.map(|r| &r.mode) else {
                    continue;
                };
                // These take writes anywhere, or carry them between writers.
                let several = [
                    Mode::ActiveActive,
                    Mode::Application,
                    Mode::None,
                    Mode::Quorum,
                ];
                if several.contains(&mode.value) {
                    continue;
                }
                out.push(
                    Diagnostic::error(
                        TWO,
                        second.role_at,
                        format!("`{}` has one writer, and two regions are primary", store.name),
                        "a second primary",
                    )
                    .also(first.role_at, "the first primary")
                    .also(mode.span, format!("`{}` replication has one writer", mode.value))
                    .help("make one of them `secondary`, or choose `mode: active-active` and say how conflicts end"),
                );
            }
        }
        _ => {}
    }
}

fn none(topology: &Topology) -> Diagnostic {
    let span = topology.regions.first().map_or(topology.span, |r| r.span);
    Diagnostic::error(
        NONE,
        span,
        "no region is the primary",
        "nobody takes the writes",
    )
    .help("give one region `role: primary`")
}

//! Outlier detection as Istio has it, wide enough for a lost region.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// A field that Istio does not have.
pub const NO_MINIMUM: Code = Code::new("MSH101", "no-minimum-request-volume");
/// A lost region cannot be left out as a whole.
pub const TOO_NARROW: Code = Code::new("MSH102", "ejection-too-narrow");
/// Keep-alive switched off by accident.
pub const SHORT_CONNECTIONS: Code = Code::new("MSH103", "connections-closed-at-once");

/// Checks how failing replicas are left out, and how connections are reused.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for service in &topology.services {
        let Some(calls) = &service.calls else {
            continue;
        };
        let per_connection = &calls.max_requests_per_connection;
        if (1..10).contains(&per_connection.value) {
            out.push(
                Diagnostic::warning(
                    SHORT_CONNECTIONS,
                    per_connection.span,
                    format!(
                        "connections to `{}` are closed after {} requests",
                        service.name, per_connection.value
                    ),
                    "every few requests pay for a new connection and handshake",
                )
                .help("write 0, or leave it out: connections stay open"),
            );
        }
        let Some(eject) = &calls.eject else {
            continue;
        };
        if let Some(minimum) = &eject.min_requests {
            out.push(
                Diagnostic::error(
                    NO_MINIMUM,
                    minimum.span,
                    "Istio's outlier detection has no least number of requests",
                    "no such field: `minRequestVolume`",
                )
                .help("remove it; `errors` in a row is what is counted"),
            );
        }
        let several = service.placements.len() > 1;
        let narrow = eject
            .at_most
            .as_ref()
            .filter(|p| p.millionths() < 1_000_000 && several);
        if let Some(at_most) = narrow {
            out.push(
                Diagnostic::warning(
                    TOO_NARROW,
                    at_most.span,
                    format!(
                        "at most {} of `{}` can be left out: a lost region cannot",
                        at_most.value, service.name
                    ),
                    "the rest of a dead region keeps getting requests",
                )
                .help("write `at_most: 100%`: another region takes over"),
            );
        }
    }
}

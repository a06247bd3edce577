//! One DNS record set has one routing policy.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Policy, Topology};

/// Weights and latency on one Route 53 name.
pub const CODE: Code = Code::new("TRF103", "two-policies-on-one-name");

/// Checks hosts that Route 53 routes.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for host in &topology.hosts {
        let weighs = host.weighs_answers();
        let has = |wanted: Policy| host.policy.iter().find(|p| p.value == wanted);
        if let (Some(routing), Some(weight), Some(latency)) =
            (weighs, has(Policy::Weight), has(Policy::Latency))
        {
            out.push(
                Diagnostic::error(
                    CODE,
                    weight.span,
                    "one Route 53 name cannot have weights and latency at once",
                    "by weight",
                )
                .also(latency.span, "and by latency")
                .also(routing, "on Route 53")
                .help("keep `latency`; weights for moving traffic belong on names of their own below it"),
            );
        }
    }
}

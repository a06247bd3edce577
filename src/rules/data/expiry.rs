//! A declared basis ends; it must not end unnoticed.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// A basis that ends before it was reviewed, or was never in force.
pub const CODE: Code = Code::new("RES102", "basis-without-time");

/// Checks that a transfer's end lies after its review.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let compliance = topology.spec.compliance.as_ref();
    for (name, transfer) in compliance.into_iter().flat_map(|c| c.transfers.iter()) {
        if transfer.expires.value <= transfer.reviewed.value {
            out.push(
                Diagnostic::error(
                    CODE,
                    transfer.expires.span,
                    format!(
                        "the transfer `{}` ends on the day it was reviewed, or before",
                        name.text
                    ),
                    "ends",
                )
                .also(transfer.reviewed.span, "reviewed")
                .help("write the day until which the basis was found to hold"),
            );
        }
    }
}

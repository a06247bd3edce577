//! Weights of regions add up to 100.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Weights that do not add up.
pub const CODE: Code = Code::new("TRF101", "weights-do-not-add-up");

/// Checks that the written weights, with what is left for the others, make 100.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let sum: u64 = topology.regions.iter().map(|r| u64::from(r.weight)).sum();
    let written = topology
        .regions
        .iter()
        .filter_map(|r| r.own_weight.as_ref());
    let written: Vec<_> = written.collect();
    let Some(first) = written.first().filter(|_| sum != 100) else {
        return;
    };
    let mut diagnostic = Diagnostic::error(
        CODE,
        first.span,
        format!("the weights of the regions add up to {sum}, not 100"),
        format!("{} here", first.value),
    );
    for weight in &written[1..] {
        diagnostic = diagnostic.also(weight.span, format!("{} here", weight.value));
    }
    out.push(diagnostic.help("a weight is the percent of traffic that a region gets"));
}

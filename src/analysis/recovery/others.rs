//! Numbers in parts of the output that other teams make: they hold if those teams keep the
//! contract, so nothing that rests on them is met without a condition.

use crate::analysis::term::{Class, Source, Term};
use crate::topology::Topology;

/// Weakens a term that we would emit, where what it is read from is left to others.
pub(super) fn asked(topology: &Topology, term: &mut Term) {
    let parts = term.readings.iter().map(|r| r.at.part());
    let left = parts.filter(|p| !topology.makes(*p)).min();
    if let Some(part) = left.filter(|_| term.class <= Class::Enforced) {
        term.class = Class::Documented;
        term.source = Source::Others(part.word());
    }
}

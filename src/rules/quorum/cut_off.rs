//! A primary that is cut off stops writing.

use crate::analysis::quorum::{Electorate, Fault, Kind, electorates};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Two primaries at once.
pub const CODE: Code = Code::new("QRM109", "cut-off-primary-keeps-writing");

/// Checks that a Redis primary which the Sentinels have replaced refuses writes, unless the
/// loss is accepted.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for electorate in electorates(topology) {
        let store = topology.datastore(electorate.store);
        let replication = store.replication.as_ref();
        if !replication.is_some_and(|r| *r.loss_accepted) {
            let mut writing = electorate.writing.iter();
            let stale = writing.find_map(|w| electorate.outcome(Fault::CutOff(*w)).stale);
            let stale = stale.filter(|_| electorate.kind == Kind::Sentinels);
            out.extend(stale.map(|seat| finding(topology, &electorate, seat)));
        }
    }
}

fn finding(topology: &Topology, electorate: &Electorate, seat: usize) -> Diagnostic {
    let store = topology.datastore(electorate.store);
    let seat = &electorate.seats[seat];
    let beside = seat.copies.saturating_sub(1);
    let replication = store.replication.as_ref();
    let min = replication.and_then(|r| r.min_replicas.as_ref());
    Diagnostic::warning(
        CODE,
        min.map_or(electorate.span, |m| m.span),
        format!(
            "cut off from the others, the primary of `{}` in `{}` takes writes that are lost",
            store.name, seat.name
        ),
        format!(
            "it asks for {} replicas and has {beside} beside it",
            electorate.min_replicas
        ),
    )
    .help(format!(
        "let it ask for one that is elsewhere: `replication: {{ min_replicas: {} }}`, or accept the loss: `loss_accepted: true`",
        beside + 1
    ))
}

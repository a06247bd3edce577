//! Two sites cannot tell a lost partner from a lost link.

use crate::analysis::quorum::{Arbiter, Electorate, Kind, electorates};
use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Datastore, Topology};

/// An automatic promotion without a third vote.
pub const CODE: Code = Code::new("QRM104", "two-sites-without-arbiter");
/// An arbiter that is nobody.
pub const UNKNOWN: Code = Code::new("QRM106", "unknown-arbiter");

/// Checks that automatic failover of single-writer stores in two regions has an arbiter, and
/// that an arbiter is a place or a person.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let sites = electorates(topology)
        .into_iter()
        .filter(|e| e.kind == Kind::Sites);
    for store in &topology.datastores {
        no_choice(topology, store, out);
    }
    for electorate in sites {
        match &electorate.arbiter {
            Arbiter::Nobody if electorate.seats.len() == 2 => {
                out.push(alone(topology, &electorate));
            }
            Arbiter::Unknown(name) => out.push(unknown(topology, &electorate, name)),
            _ => {}
        }
    }
}

/// Reports an arbiter that nobody asks and that is none.
fn no_choice(topology: &Topology, store: &Datastore, out: &mut Diagnostics) {
    let replication = store.replication.as_ref();
    let Some(arbiter) = replication.and_then(|r| r.arbiter.as_ref()) else {
        return;
    };
    let asked = |e: &Electorate| topology.datastore(e.store).name == store.name;
    let word = arbiter.as_str();
    let witness = word.strip_prefix("witness:").unwrap_or_default();
    let place = catalog::places().iter().any(|p| p.location == witness);
    let known = place || topology.region_named(witness).is_some();
    let person = ["operator", "route53"].contains(&word);
    if known || person || electorates(topology).iter().any(asked) {
        return;
    }
    out.push(
        Diagnostic::error(
            UNKNOWN,
            arbiter.span,
            format!("`{word}` is no arbiter"),
            "no person, and no region whose vote would decide",
        )
        .help("write `operator` for a person, or `witness:` and a region"),
    );
}

/// What to write, with the nearest place where a witness may stand.
fn way_out(topology: &Topology, electorate: &Electorate) -> String {
    match electorate.witness_places(topology).first() {
        Some(place) => format!(
            "name who decides: `arbiter: witness:{}`, or another third place where its data may be, or `arbiter: operator` for a person",
            place.location
        ),
        None => {
            "name who decides: `arbiter: operator` for a person; its data may be in no third place"
                .into()
        }
    }
}

fn alone(topology: &Topology, electorate: &Electorate) -> Diagnostic {
    let store = &topology.datastore(electorate.store).name;
    let finding = Diagnostic::error(
        CODE,
        electorate.span,
        format!(
            "`{store}` is in two regions: neither has a majority when they cannot see each other"
        ),
        "who may write then?",
    )
    .help(way_out(topology, electorate));
    match &topology.failover {
        Some(failover) => finding.also(failover.mode.span, "failover is automatic"),
        None => finding,
    }
}

fn unknown(topology: &Topology, electorate: &Electorate, name: &str) -> Diagnostic {
    let replication = topology.datastore(electorate.store).replication.as_ref();
    let arbiter = replication.and_then(|r| r.arbiter.as_ref());
    Diagnostic::error(
        UNKNOWN,
        arbiter.map_or(electorate.span, |a| a.span),
        format!("`{name}` is no arbiter"),
        "no person, and no region whose vote would decide",
    )
    .help(way_out(topology, electorate))
}

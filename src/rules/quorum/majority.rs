//! Whatever votes keeps a majority when a region is lost, and somebody to promote.

use crate::analysis::quorum::{
    Arbiter, Electorate, Fault, Kind, Lack, Outcome, State, electorates,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Datastore, Promisee, Scenario, Topology};

/// Losing one region loses the majority: an error where writes stop, a warning where the
/// primary goes on and cannot be replaced.
pub const LOST: Code = Code::new("QRM101", "majority-lost-with-a-region");
/// An even number of votes.
pub const EVEN: Code = Code::new("QRM102", "even-votes");
/// Members that are all alike.
pub const EQUAL: Code = Code::new("QRM103", "equal-priorities");
/// A majority without anything to promote.
pub const NO_COPY: Code = Code::new("QRM107", "majority-without-a-copy");
/// A promoted copy that refuses writes.
pub const REFUSES: Code = Code::new("QRM110", "min-replicas-stop-writes");
/// Losing one cloud loses the majority; as [`LOST`].
pub const CLOUD: Code = Code::new("QRM111", "majority-lost-with-a-cloud");

/// Checks everything that votes: against the loss of each region, of each cloud where that
/// is promised, and for votes that add nothing.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for electorate in electorates(topology) {
        let store = topology.datastore(electorate.store);
        regions(topology, store, &electorate, out);
        clouds(topology, store, &electorate, out);
        even(store, &electorate, out);
    }
    for store in &topology.datastores {
        equal(topology, store, out);
    }
}

fn regions(topology: &Topology, store: &Datastore, who: &Electorate, out: &mut Diagnostics) {
    // Two sites alone are told so in their own words; a store of one region dies with it.
    let pair = who.kind == Kind::Sites && who.arbiter == Arbiter::Nobody && who.seats.len() == 2;
    let single = who.seats.len() == 1 && matches!(who.kind, Kind::Copies | Kind::Sites);
    if pair || single {
        return;
    }
    for seat in 0..who.seats.len() {
        let outcome = who.outcome(Fault::Region(seat));
        match outcome.lack {
            // Where there is no vote, none can be lost.
            Some(Lack::Majority) if who.seats[seat].votes > 0 => {
                out.push(lost(topology, store, who, seat, &outcome));
            }
            Some(Lack::Copy) => out.push(no_copy(store, who, seat)),
            Some(Lack::Replicas) => out.push(refuses(store, who, seat)),
            _ => {}
        }
    }
}

fn lost(
    topology: &Topology,
    store: &Datastore,
    who: &Electorate,
    seat: usize,
    outcome: &Outcome,
) -> Diagnostic {
    let left = outcome.sees.iter().max().copied().unwrap_or(0);
    let smaller = match who.counterexample().map(|o| o.fault) {
        Some(Fault::Voter(s)) if s == seat => ", and one vote less is enough",
        Some(Fault::Zone(s)) if s == seat => ", and losing one zone is enough",
        _ => "",
    };
    let spread =
        "spread the votes over three regions so that none holds half: one each, or 2 + 2 + 1";
    let third = match who.witness_places(topology).first() {
        Some(place) if who.seats.len() == 2 => {
            format!("; the third vote may stand in `{}`", place.location)
        }
        _ => String::new(),
    };
    let region = &who.seats[seat].name;
    let (new, message): (fn(_, _, _, _) -> _, _) = match outcome.state {
        State::NoPromotion => (
            Diagnostic::warning,
            format!(
                "after losing `{region}` the primary of `{}` still takes writes and cannot be replaced",
                store.name
            ),
        ),
        _ => (
            Diagnostic::error,
            format!(
                "losing `{region}` stops writes to `{}`: no majority, nothing is promoted",
                store.name
            ),
        ),
    };
    let votes = format!(
        "{} votes, {} must agree, {left} would be left{smaller}",
        who.total(),
        who.majority()
    );
    new(LOST, who.span, message, votes).help(format!("{spread}{third}"))
}

fn no_copy(store: &Datastore, who: &Electorate, seat: usize) -> Diagnostic {
    let name = &who.seats[seat].name;
    Diagnostic::error(
        NO_COPY,
        who.span,
        format!(
            "losing `{name}` leaves a majority of `{}` and nothing to promote",
            store.name
        ),
        format!("every copy that may be promoted is in `{name}`"),
    )
    .help("put a copy into another region that votes: `nodes`, or a member with a priority above 0")
}

fn refuses(store: &Datastore, who: &Electorate, seat: usize) -> Diagnostic {
    let others: u32 = who.seats.iter().map(|s| s.copies).sum();
    let left = others - who.seats[seat].copies;
    let replication = store.replication.as_ref();
    let min = replication.and_then(|r| r.min_replicas.as_ref());
    Diagnostic::error(
        REFUSES,
        min.map_or(who.span, |m| m.span),
        format!(
            "after losing `{}` the new primary of `{}` refuses every write",
            who.seats[seat].name, store.name
        ),
        format!(
            "it must see {} replicas, and {} are left",
            who.min_replicas,
            left.saturating_sub(1)
        ),
    )
    .help("ask for fewer replicas, or put more nodes into the other regions")
}

fn clouds(topology: &Topology, store: &Datastore, who: &Electorate, out: &mut Diagnostics) {
    let promised = |cloud| {
        let all = topology.promises();
        let promised = all.of(Promisee::Store(who.store), Scenario::Cloud(cloud));
        promised.rto.or(promised.rpo)
    };
    let outcomes = who.outcomes();
    let clouds = outcomes.iter().filter_map(|o| match o.fault {
        Fault::Cloud(cloud) => Some((cloud, o)),
        _ => None,
    });
    let clouds: Vec<_> = clouds.collect();
    for (cloud, outcome) in clouds.iter().filter(|_| clouds.len() > 1) {
        let broken = outcome.state != State::Writable;
        if let Some(promise) = promised(*cloud).filter(|_| broken) {
            let votes = format!("{} votes, {} must agree", who.total(), who.majority());
            let finding = match outcome.state {
                State::NoPromotion => Diagnostic::warning(
                    CLOUD,
                    who.span,
                    format!(
                        "after losing {cloud} the primary of `{}` still takes writes and cannot be replaced",
                        store.name
                    ),
                    votes,
                ),
                _ => Diagnostic::error(
                    CLOUD,
                    who.span,
                    format!("losing {cloud} leaves `{}` without a writer", store.name),
                    votes,
                ),
            };
            out.push(
                finding
                .also(promise.span, "the loss of a cloud is to be survived")
                .help("spread the votes over three clouds, or promise nothing for a cloud: a person then decides"),
            );
        }
    }
}

fn even(store: &Datastore, who: &Electorate, out: &mut Diagnostics) {
    let total = who.total();
    let chosen = match who.kind {
        Kind::Sentinels | Kind::Members => true,
        Kind::Sites => who.arbiter == Arbiter::Witness,
        Kind::Copies => false,
    };
    if !chosen || !total.is_multiple_of(2) {
        return;
    }
    out.push(
        Diagnostic::warning(
            EVEN,
            who.span,
            format!(
                "`{}` has {total} votes: one of them adds nothing",
                store.name
            ),
            format!(
                "{} must agree, so {} may be lost, as with {}",
                who.majority(),
                (total - 1) / 2,
                total - 1
            ),
        )
        .help("take one vote away, or add one in another region"),
    );
}

fn equal(topology: &Topology, store: &Datastore, out: &mut Diagnostics) {
    let members: Vec<_> = store.members.iter().filter(|(_, m)| *m.votes).collect();
    let top = members
        .iter()
        .map(|(_, m)| m.priority.value.0)
        .fold(0.0, f64::max);
    let first: Vec<_> = members
        .iter()
        .filter(|(_, m)| m.priority.value.0 == top)
        .collect();
    let continent = |region: &str| {
        let id = topology.region_named(region)?;
        Some(topology.region(id).place.continent)
    };
    let mut continents: Vec<_> = first
        .iter()
        .filter_map(|(_, m)| continent(&m.region))
        .collect();
    continents.sort();
    continents.dedup();
    if continents.len() > 1 {
        out.push(
            Diagnostic::warning(
                EQUAL,
                first[0].1.priority.span,
                format!("the primary of `{}` may wander between continents", store.name),
                "the same highest priority on several continents",
            )
            .help("give the region that should write the highest priority, and the others descending ones"),
        );
    }
}

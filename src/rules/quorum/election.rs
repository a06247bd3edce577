//! An election waits long enough for messages to travel.

use crate::analysis::quorum::electorates;
use crate::catalog::network::round_trips_of_an_election;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Duration, Topology};

/// A time-out that distance alone comes near.
pub const CODE: Code = Code::new("QRM108", "election-under-ten-round-trips");

/// Checks election time-outs against the least time that a round trip between the farthest
/// voters takes.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for electorate in electorates(topology) {
        let store = topology.datastore(electorate.store);
        let (Some(timeout), Some(election)) = (electorate.timeout, &store.election) else {
            continue;
        };
        let Some((trip, a, b)) = electorate.longest_round_trip() else {
            continue;
        };
        let trips = round_trips_of_an_election();
        let least = (trip * trips as f64).ceil() as u64;
        if timeout >= least {
            continue;
        }
        out.push(
            Diagnostic::warning(
                CODE,
                election.timeout.span,
                format!("`{}` holds elections because of distance", store.name),
                format!(
                    "a message from `{}` to `{}` and back takes {trip:.0} ms at least, by distance",
                    a.name, b.name
                ),
            )
            .help(format!(
                "wait {trips} round trips or more: `election: {{ timeout: {} }}`",
                Duration::from_millis(least)
            )),
        );
    }
}

//! The time between regions, `network.toml`: a bound from below, from the distance.

use super::Place;
use serde::Deserialize;
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
struct Network {
    fibre: Fibre,
    election: Election,
}

#[derive(Debug, Deserialize)]
struct Fibre {
    kilometres_per_millisecond: f64,
}

#[derive(Debug, Deserialize)]
struct Election {
    round_trips: u64,
}

fn network() -> &'static Network {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    NETWORK.get_or_init(|| {
        toml::from_str(include_str!("network.toml")).expect("the catalog is checked by a test")
    })
}

/// The least time in milliseconds that a message and its answer take between two places: the
/// great circle, twice, at the speed of light in fibre.
pub fn least_round_trip(a: &Place, b: &Place) -> f64 {
    2.0 * a.distance(b) / network().fibre.kilometres_per_millisecond
}

/// How many round trips an election time-out should last at least.
pub fn round_trips_of_an_election() -> u64 {
    network().election.round_trips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog, spec::Provider};

    #[test]
    fn light_needs_its_time_over_the_atlantic() {
        let virginia = catalog::find(Provider::Gcp, "us-east4").unwrap();
        let london = catalog::find(Provider::Gcp, "europe-west2").unwrap();
        assert!((50.0..65.0).contains(&least_round_trip(virginia, london)));
        assert_eq!(least_round_trip(london, london), 0.0);
        assert!(round_trips_of_an_election() > 1);
    }
}

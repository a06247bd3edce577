//! What recovery of Cloud Storage takes: a bucket of several regions goes on without one of them.

use super::super::facts;
use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{Step, Term};
use crate::catalog;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Database, Datastore, Mode, Provider, Scenario};

const KIND: Kind = Kind {
    zone: "gcp.storage.zones",
    zone_loss: "gcp.storage.zones",
    region: Way::EveryRegionWrites,
    replicate: Some(Mode::Async),
    lag: "gcp.storage.cross-bucket",
    history: "gcp.storage.versions",
    log_abroad: None,
    stops_writes: None,
};

/// What losing a region takes from a bucket at a location.
enum Touched {
    Not,
    /// Nothing but what is nowhere else yet, by the fact of that id.
    Young(&'static str),
    Gone,
}

fn touched(database: &Database, lost: &str) -> Touched {
    let Some(several) = facts::storage_location(&database.location) else {
        return match database.location == lost {
            true => Touched::Gone,
            false => Touched::Not,
        };
    };
    let place = catalog::find(Provider::Gcp, lost);
    let within = place.is_some_and(|p| several.may_be_in(p));
    match (within, several.dual) {
        (false, _) => Touched::Not,
        (true, true) => Touched::Young("gcp.storage.turbo"),
        (true, false) => Touched::Young("gcp.storage.multi-region"),
    }
}

pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    let Some(lost) = lost(context, store, scenario) else {
        return managed::store(context, &KIND, store, scenario);
    };
    let again = |database: &Database| match touched(database, &lost) {
        Touched::Not => None,
        Touched::Young(_) => Some(Term::fact(
            Step::Promote,
            &store.name,
            "gcp.storage.goes-on",
        )),
        Touched::Gone => {
            let why = format!("the bucket of `{}` is in {lost} alone", database.name);
            let write = format!(
                "a location of two regions or more, such as `nam4` or `eu`, for `{}`",
                database.name
            );
            Some(Term::never(Step::Promote, &store.name, why, write).at(store.span))
        }
    };
    let terms = store.databases.iter().filter_map(again);
    // Buckets come back side by side: the worst one counts.
    let worst = terms.max_by_key(|t| (t.low, t.high.unwrap_or(u64::MAX)));
    worst.into_iter().collect()
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    let Some(lost) = lost(context, store, scenario) else {
        return managed::remaining(context, &KIND, store, scenario);
    };
    let mut worst = None;
    for database in &store.databases {
        match touched(database, &lost) {
            Touched::Not => {}
            Touched::Gone => return Some(Vec::new()),
            Touched::Young(fact) => {
                let left = format!("the other regions of {}", database.location);
                let lacks = Term::fact(Step::Lag, &store.name, fact);
                worst = Some(vec![Remaining::live(left, lacks)]);
            }
        }
    }
    worst
}

/// The location that is lost, of a store with locations of its own.
fn lost(context: &Context, store: &Datastore, scenario: Scenario) -> Option<String> {
    let at_locations = store.names_locations();
    let (provider, lost) = scenario.location(context.topology)?;
    (at_locations && provider == Provider::Gcp).then(|| lost.to_string())
}

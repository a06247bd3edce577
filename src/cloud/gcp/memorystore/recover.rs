//! What recovery of Memorystore takes: a zone by itself, a region never.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::cloud::recovery::restored;
use crate::topology::{Datastore, Scenario};

const KIND: Kind = Kind {
    zone: "gcp.memorystore.failover",
    zone_loss: "redis.lag-bound",
    region: Way::ByHand("gcp.memorystore.failover"),
    replicate: None,
    lag: "redis.lag-bound",
    history: "restore.history",
    log_abroad: None,
    stops_writes: None,
};

pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    match scenario {
        Scenario::Corruption => restored(context, store, &[]),
        _ => managed::store(context, &KIND, store, scenario),
    }
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    match scenario {
        Scenario::Corruption => Some(Vec::new()),
        _ => managed::remaining(context, &KIND, store, scenario),
    }
}

//! What recovery of Redis Enterprise takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

fn kind(store: &Datastore) -> Kind {
    Kind {
        zone: "redis-enterprise.failover",
        zone_loss: "redis.lag-bound",
        region: Way::by_hand_unless_active_active(store, "redis-enterprise.failover"),
        replicate: Some(Mode::ActiveActive),
        lag: "redis-enterprise.lag",
        history: "restore.history",
        log_abroad: None,
        stops_writes: None,
    }
}

pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    managed::store(context, &kind(store), store, scenario)
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    managed::remaining(context, &kind(store), store, scenario)
}

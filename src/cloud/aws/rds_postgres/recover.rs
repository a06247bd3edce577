//! What recovery of PostgreSQL on RDS takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

fn kind(store: &Datastore) -> Kind {
    Kind {
        zone: "aws.rds.multi-az",
        zone_loss: "aws.rds.synchronous",
        region: Way::by_hand_unless_active_active(store, "aws.rds.promote"),
        replicate: Some(Mode::Async),
        lag: "asynchronous.lag",
        history: "aws.rds.point-in-time",
        log_abroad: Some("aws.rds.log-copies"),
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

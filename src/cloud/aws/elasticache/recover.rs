//! What recovery of ElastiCache takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

const KIND: Kind = Kind {
    zone: "aws.elasticache.failover",
    zone_loss: "redis.lag-bound",
    region: Way::ByHand("aws.elasticache.promote"),
    replicate: Some(Mode::Async),
    lag: "aws.elasticache.lag",
    history: "restore.history",
    log_abroad: None,
    stops_writes: None,
};

pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    managed::store(context, &KIND, store, scenario)
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    managed::remaining(context, &KIND, store, scenario)
}

//! What recovery of Aurora takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::aws::readings::stop_writes;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

const KIND: Kind = Kind {
    zone: "aws.aurora.failover",
    zone_loss: "aws.aurora.quorum",
    region: Way::ByHand("aws.aurora.global-failover"),
    replicate: Some(Mode::Async),
    lag: "aws.aurora.global-lag",
    history: "aws.rds.point-in-time",
    log_abroad: None,
    stops_writes: Some(stop_writes),
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

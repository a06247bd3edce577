//! What recovery of DynamoDB takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

const KIND: Kind = Kind {
    zone: "aws.dynamodb.zones",
    zone_loss: "aws.dynamodb.zones",
    region: Way::EveryRegionWrites,
    replicate: Some(Mode::ActiveActive),
    lag: "aws.dynamodb.lag",
    history: "aws.dynamodb.point-in-time",
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

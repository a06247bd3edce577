//! What recovery of S3 takes.

use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::Term;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::topology::{Datastore, Mode, Scenario};

const KIND: Kind = Kind {
    zone: "aws.s3.zones",
    zone_loss: "aws.s3.zones",
    region: Way::EveryRegionWrites,
    replicate: Some(Mode::Async),
    lag: "aws.s3.replication",
    history: "aws.s3.versions",
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

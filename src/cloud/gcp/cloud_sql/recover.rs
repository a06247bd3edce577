//! What recovery of Cloud SQL takes: a zone by itself, a region by a person, who turns a name as well.

use super::{Copies, copies, names_call};
use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{Step, Term};
use crate::cloud::gcp::facts;
use crate::cloud::recovery::managed::{self, Kind, Way};
use crate::deployment::Reading;
use crate::topology::{Datastore, Duration, Mode, Scenario};

const KIND: Kind = Kind {
    zone: "gcp.cloud-sql.failover",
    zone_loss: "gcp.cloud-sql.synchronous",
    region: Way::ByHand("gcp.cloud-sql.promote"),
    replicate: Some(Mode::Async),
    lag: "asynchronous.lag",
    history: "gcp.cloud-sql.point-in-time",
    log_abroad: None,
    stops_writes: None,
};

pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    let mut terms = managed::store(context, &KIND, store, scenario);
    let lost = matches!(scenario, Scenario::Region(lost) if store.writer == Some(lost));
    if lost && copies(store) == Copies::Replicas {
        terms.push(turned(store));
    }
    terms
}

/// Services keep the answer of the writer's name.
fn turned(store: &Datastore) -> Term {
    let ttl = facts::cloud_sql().writer_ttl_seconds;
    let kept = Duration::from_secs(ttl);
    let because = format!("pods keep the address of the old writer for {kept}");
    let reading = Reading::argument(&names_call(store), "writer.ttl_seconds", ttl);
    Term::emitted(Step::Redirect, &store.name, (0, kept.millis()), because).read(vec![reading])
}

pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    managed::remaining(context, &KIND, store, scenario)
}

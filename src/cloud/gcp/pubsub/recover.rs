//! How Pub/Sub delivers again.

use crate::analysis::Context;
use crate::analysis::term::{self, By, Change, Step, Term};
use crate::cloud::recovery::by_hand;
use crate::deployment::Action;
use crate::topology::{FactKind, Provider, Queue, RegionId, Scenario, Service};

/// A push subscription: messages of the lost region wait there; others go on if they are
/// sent to a host with another region behind it.
pub(super) fn again(context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term> {
    let Scenario::Region(lost) = scenario else {
        return match scenario {
            Scenario::Cloud(Provider::Gcp) => {
                let why = "the queue is on gcp".into();
                let write = term::off_cloud(Provider::Gcp);
                vec![Term::never(Step::Redirect, &queue.name, why, write).at(queue.span)]
            }
            _ => Vec::new(),
        };
    };
    let gone = publish(context, queue, scenario);
    if !gone.is_empty() {
        return gone;
    }
    let target = queue.receiver.map(|id| context.topology.service(id));
    let home = target.and_then(|service| push_region(context, service));
    if queue.host.is_none() && home == Some(lost) {
        // The endpoint is one region's: a person points it elsewhere.
        let moved = Term::fact(Step::Redirect, &queue.name, "gcp.pubsub.repoint");
        let moved = moved.by(By::Person).change(Change::Measure {
            of: FactKind::Redirect.word(),
            on: queue.name.clone(),
        });
        let mut terms = by_hand(context, &queue.name, scenario);
        terms.push(context.narrowed_one(moved, FactKind::Redirect, &queue.name));
        return terms;
    }
    Vec::new()
}

/// A topic keeps messages in its regions alone: without any of them it takes none, nor without its
/// key.
pub(super) fn publish(context: &Context, queue: &Queue, scenario: Scenario) -> Vec<Term> {
    let lost = scenario.regions(context.topology);
    let carries = Action::Carry(queue.name.clone());
    if let Some(need) = context.deployment.lost_need(&carries, &lost) {
        let names = need.at.iter();
        let names = names.map(|id| context.topology.region(*id).name.as_str());
        let names = names.collect::<Vec<_>>().join(" and ");
        let why = format!(
            "{} needs {}, which is in {names} and lost with it",
            queue.name, need.what
        );
        let write = "begin in a region near which keys have a location of several: `us`, `europe` or `asia`";
        let term = Term::never(Step::Redirect, &queue.name, why, write.into());
        return vec![Term {
            span: need.span,
            ..term
        }];
    }
    if queue.regions.is_empty() || !queue.regions.iter().all(|id| lost.contains(id)) {
        return Vec::new();
    }
    let names = queue.regions.iter();
    let names = names.map(|id| context.topology.region(*id).name.as_str());
    let names = names.collect::<Vec<_>>().join(" and ");
    let why = format!("{} keeps messages in {names} alone", queue.name);
    let write = format!(
        "let `{}` keep messages in more regions: `regions`",
        queue.name
    );
    vec![Term::never(Step::Redirect, &queue.name, why, write).at(queue.span)]
}

/// The region whose Cloud Run address a subscription without a host pushes to.
fn push_region(context: &Context, service: &Service) -> Option<RegionId> {
    let placed = |id: &RegionId| service.replicas_in(*id).is_some();
    let primary = context.topology.primary().filter(placed);
    primary.or(service.placements.first().map(|p| p.region))
}

//! What is lost of each dataset: the best of the copies that survive.

use super::DataLoss;
use super::others;
use super::verdict::Verdict;
use crate::analysis::Context;
use crate::analysis::offering::{Offerings, Remaining};
use crate::analysis::term::{Class, NEVER};
use crate::topology::{Dataset, Scenario};
use crate::topology::{DatastoreId, Promisee};

pub(super) fn losses(
    context: Context,
    offerings: &dyn Offerings,
    scenarios: &[Scenario],
) -> Vec<DataLoss> {
    let mut losses = Vec::new();
    for (index, store) in context.topology.datastores.iter().enumerate() {
        for scenario in scenarios {
            let Some(remaining) = offerings.remaining(&context, store, *scenario) else {
                continue;
            };
            let id = DatastoreId(index);
            let mut add = |part, dataset: Option<(&str, &Dataset)>| {
                let remaining = remaining.clone();
                losses.push(loss(context, id, (part, dataset), *scenario, remaining));
            };
            if store.datasets.is_empty() {
                add(Promisee::Store(id), None);
            }
            for (place, (name, dataset)) in store.datasets.iter().enumerate() {
                add(Promisee::Dataset(id, place), Some((&name.text, dataset)));
            }
        }
    }
    losses
}

fn loss(
    context: Context,
    id: DatastoreId,
    (part, dataset): (Promisee, Option<(&str, &Dataset)>),
    scenario: Scenario,
    remaining: Vec<Remaining>,
) -> DataLoss {
    let promise = context.topology.promises().of(part, scenario).rpo;
    let millis = promise.map(|p| p.millis);
    let mut remaining = remaining;
    for copy in &mut remaining {
        others::asked(context.topology, &mut copy.lacks);
    }
    let has =
        |r: &Remaining| dataset.is_none_or(|(name, _)| !r.leaves_out.iter().any(|d| d == name));
    remaining.retain(has);
    // One action recovers a store: where a copy takes the place of what is lost, nobody
    // restores history beside it.
    if remaining.iter().any(|r| r.live) {
        remaining.retain(|r| r.live);
    }
    // The copy that keeps the promise best is the one to use.
    let judged = |r: &Remaining| Verdict::of(millis, r.lacks.low, r.lacks.high, r.lacks.class);
    remaining.sort_by_key(|r| (judged(r), r.lacks.high.unwrap_or(NEVER), r.lacks.low));
    // If nothing survives, everything is lost for certain.
    let nothing = Verdict::of(millis, NEVER, None, Class::Emitted);
    let verdict = remaining.first().map_or(nothing, judged);
    DataLoss {
        store: id,
        dataset: dataset.map(|(name, _)| name.to_string()),
        scenario,
        promise,
        remaining,
        verdict,
    }
}

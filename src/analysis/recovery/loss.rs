//! What is lost of each dataset: the best of the copies that survive.

use super::verdict::{Verdict, promised_loss};
use super::{DataLoss, Promise};
use crate::analysis::Context;
use crate::analysis::offering::{Offerings, Remaining};
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Class, NEVER};
use crate::spec::{Dataset, Engine, Objectives, Reach};
use crate::topology::{Datastore, DatastoreId};

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
            let mut add = |dataset: Option<(&str, &Dataset)>| {
                losses.push(loss(
                    context,
                    (DatastoreId(index), store),
                    dataset,
                    *scenario,
                    remaining.clone(),
                ));
            };
            if store.written.datasets.is_empty() {
                add(None);
            }
            for (name, dataset) in store.written.datasets.iter() {
                add(Some((&name.text, dataset)));
            }
        }
    }
    losses
}

fn loss(
    context: Context,
    (id, store): (DatastoreId, &Datastore),
    dataset: Option<(&str, &Dataset)>,
    scenario: Scenario,
    remaining: Vec<Remaining>,
) -> DataLoss {
    let of_dataset = dataset.and_then(|(_, d)| d.objectives.as_ref());
    let of_store = store.written.objectives.as_ref();
    let whole = context.topology.spec.objectives.as_ref();
    let whole = whole.filter(|_| !can_be_filled_again(store, scenario));
    let own: [Option<&Objectives>; 2] = [of_dataset, of_store];
    let promise = promised_loss(own, whole, scenario).map(Promise::from);
    let millis = promise.map(|p| p.millis);
    let mut remaining = remaining;
    let stays = dataset.is_some_and(|(_, d)| *d.copies == Reach::Origin);
    remaining.retain(|r| !(stays && r.abroad));
    // The copy that keeps the promise best is the one to use.
    let judged = |r: &Remaining| Verdict::of(millis, r.lacks.low, r.lacks.high, r.lacks.class);
    remaining.sort_by_key(|r| (judged(r), r.lacks.high.unwrap_or(NEVER), r.lacks.low));
    // If nothing survives, everything is lost for certain.
    let nothing = Verdict::of(millis, NEVER, None, Class::Knob);
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

/// A cache that is wrong is emptied: the system's promise for wrong data is about what
/// cannot be filled again.
fn can_be_filled_again(store: &Datastore, scenario: Scenario) -> bool {
    let cache = matches!(store.engine, Engine::Redis | Engine::RedisEnterprise);
    cache && scenario == Scenario::Corruption
}

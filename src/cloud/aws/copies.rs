//! Where offerings of Amazon Web Services keep copies.

use super::homes;
use super::offering::offering;
use crate::analysis::flow::copy::Supplied;
use crate::cloud::copies::{Cloud, Facts, facts};
use crate::topology::{Provider, Topology};
use std::sync::OnceLock;

static FACTS: OnceLock<Facts> = OnceLock::new();

/// Adds what is known of the copies of a topology on Amazon Web Services.
pub fn supply(topology: &Topology, out: &mut Supplied) {
    let cloud = Cloud {
        topology,
        provider: Provider::Aws,
        facts: FACTS.get_or_init(|| facts(include_str!("copies.toml"))),
    };
    for (id, store) in cloud.stores() {
        out.copies
            .extend(match offering(store).and_then(|o| o.copies().given()) {
                Some(copies) => copies(cloud, id, store),
                None => cloud.store(id, store),
            });
    }
    // Queues of this cloud are of one region each.
    for (id, queue) in cloud.queues() {
        out.copies.extend(cloud.queue(id, queue, false));
    }
    out.copies.extend(cloud.edges());
    out.shared.extend(cloud.balancers());
    out.shared.extend(homes::shared(topology));
}

//! Where offerings of Alibaba Cloud keep copies.

use crate::analysis::flow::copy::Supplied;
use crate::cloud::copies::{Cloud, Facts, facts};
use crate::topology::{Provider, Topology};
use std::sync::OnceLock;

static FACTS: OnceLock<Facts> = OnceLock::new();

/// Adds what is known of the copies of a topology on Alibaba Cloud.
pub fn supply(topology: &Topology, out: &mut Supplied) {
    let cloud = Cloud {
        topology,
        provider: Provider::Alibaba,
        facts: FACTS.get_or_init(|| facts(include_str!("copies.toml"))),
    };
    for (id, store) in cloud.stores() {
        out.copies.extend(cloud.store(id, store));
    }
    // Queues of this cloud are of one region each.
    for (id, queue) in cloud.queues() {
        out.copies.extend(cloud.queue(id, queue, false));
    }
    out.copies.extend(cloud.edges());
    out.shared.extend(cloud.balancers());
}

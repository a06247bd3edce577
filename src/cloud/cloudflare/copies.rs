//! Where offerings of Cloudflare keep copies.

use crate::analysis::flow::copy::Supplied;
use crate::cloud::copies::{Cloud, Facts, facts};
use crate::topology::{Provider, Topology};
use std::sync::OnceLock;

static FACTS: OnceLock<Facts> = OnceLock::new();

/// Adds what is known of the copies of a topology on Cloudflare.
pub fn supply(topology: &Topology, out: &mut Supplied) {
    let cloud = Cloud {
        topology,
        provider: Provider::Cloudflare,
        facts: FACTS.get_or_init(|| facts(include_str!("copies.toml"))),
    };
    out.copies.extend(cloud.edges());
    out.shared.extend(cloud.balancers());
}

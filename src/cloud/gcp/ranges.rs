//! What Google Cloud makes of a region's range: nodes, pods, services and control plane.

use crate::cloud::ranges::{base, block, settle_each};
use crate::diagnostic::Diagnostics;
use crate::lock::Lock;
use crate::lock::ranges::{Block, allocate};
use crate::topology::{Datastore, Region, RegionId, Text, Topology};

/// The smallest range that a region's networks fit in: three blocks of up to a /16.
pub const SMALLEST: u32 = 14;

/// Where control planes have their addresses: the first /16 of 172.16.0.0/12, for Docker uses
/// the second.
const CONTROL_PLANES: Block = Block {
    base: 0xAC10_0000,
    bits: 16,
};
/// The key of a control plane's range in the lock.
const CONTROL_PLANE: &str = "control_plane";

/// Settles the control plane of each region, a /28.
pub fn settle(topology: &mut Topology, regions: &[RegionId], out: &mut Diagnostics) {
    settle_each(topology, regions, CONTROL_PLANE, CONTROL_PLANES, 28, out);
}

/// Where stores of a region have their addresses, each a /28: behind the services.
fn stores(topology: &Topology, id: RegionId) -> Block {
    let existing = topology
        .existing_network(id)
        .and_then(|n| n.stores.as_ref());
    if let Some(block) = existing.and_then(|range| Block::parse(range)) {
        return block;
    }
    Block {
        base: base(topology, id) + (2 << 16) + (1 << 12),
        bits: 20,
    }
}

/// The key of a store's range in a region in the lock.
fn range_in(region: &str) -> String {
    format!("range-{region}")
}

/// Settles the range of a store in each of some regions.
pub(super) fn settle_store(topology: &mut Topology, store: &Datastore, regions: &[RegionId]) {
    for id in regions {
        let key = range_in(&topology.region(*id).name);
        if topology.lock.get("datastore", &store.name, &key).is_some() {
            continue;
        }
        let held = topology.lock.all("datastore", &key);
        let taken: Vec<Block> = held.filter_map(|(_, e)| Block::parse(&e.value)).collect();
        if let Some(block) = allocate(&store.name, stores(topology, *id), 28, &taken) {
            let lock = &mut topology.lock;
            lock.set("datastore", &store.name, &key, block.to_string());
        }
    }
}

/// The range of a store in a region.
pub(super) fn of_store(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let key = range_in(&topology.region(id).name);
    let range = topology.lock.get("datastore", &store.name, &key);
    range.unwrap_or_default().to_string()
}

/// Records the range of a store in a region.
pub(super) fn record_store(store: &Datastore, region: &Region, range: &str, lock: &mut Lock) {
    lock.set("datastore", &store.name, &range_in(&region.name), range);
}

/// Records the control plane of a region.
pub(super) fn record(region: &Region, range: &str, lock: &mut Lock) {
    lock.set("region", &region.name, CONTROL_PLANE, range);
}

/// Ranges of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    /// Nodes and internal load balancers: a /20.
    pub nodes: String,
    /// Pods: a /16.
    pub pods: String,
    /// Services: a /20.
    pub services: String,
    /// Proxies of load balancers in the region: a /23.
    pub proxies: String,
    /// The control plane: a /28 of 172.16.0.0/12.
    pub control_plane: String,
}

impl Ranges {
    /// The ranges of a region.
    pub fn of(topology: &Topology, id: RegionId) -> Self {
        let base = base(topology, id);
        let region = &topology.region(id).name;
        let control_plane = topology.lock.get("region", region, CONTROL_PLANE);
        if let Some(network) = topology.existing_network(id) {
            let text =
                |range: &Option<Text>| range.as_ref().map_or(String::new(), |r| r.value.clone());
            return Ranges {
                nodes: network.cidr.value.clone(),
                pods: text(&network.pods),
                services: text(&network.services),
                proxies: text(&network.proxies),
                control_plane: control_plane.unwrap_or_default().to_string(),
            };
        }
        Ranges {
            nodes: block(base, 20),
            pods: block(base + (1 << 16), 16),
            services: block(base + (2 << 16), 20),
            proxies: block(base + (3 << 16), 23),
            control_plane: control_plane.unwrap_or_default().to_string(),
        }
    }
}

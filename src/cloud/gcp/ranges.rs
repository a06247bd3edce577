//! What Google Cloud makes of a region's range: nodes, pods, services and control plane.

use crate::cloud::ranges::{base, block};
use crate::topology::{RegionId, Topology};

/// The smallest range that a region's networks fit in: three blocks of up to a /16.
pub const SMALLEST: u32 = 14;

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
        let ordinal = topology.region(id).ordinal as u32;
        Ranges {
            nodes: block(base, 20),
            pods: block(base + (1 << 16), 16),
            services: block(base + (2 << 16), 20),
            proxies: block(base + (3 << 16), 23),
            control_plane: block(0xAC10_0000 + 16 * ordinal, 28),
        }
    }
}

//! What AWS makes of a region's range: one VPC, as large as AWS allows, with three kinds of
//! subnets. Pods have addresses of the private ones.

use crate::cloud::ranges::{base, block};
use crate::topology::{RegionId, Topology};

/// The largest VPC, and the smallest range that a region's networks fit in
/// (docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
pub const VPC: u32 = 16;

/// Ranges of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    /// The VPC: a /16.
    pub vpc: String,
    /// Nodes, pods and internal load balancers, one a zone: /18.
    pub private: Vec<String>,
    /// Public load balancers and NAT, one a zone: /22.
    pub public: Vec<String>,
    /// Databases and caches, without a way out, one a zone: /22.
    pub data: Vec<String>,
}

impl Ranges {
    /// The ranges of a region.
    pub fn of(topology: &Topology, id: RegionId) -> Self {
        if let Some(network) = topology.existing_network(id) {
            let all = || vec![network.cidr.value.clone()];
            return Ranges {
                vpc: network.cidr.value.clone(),
                private: all(),
                public: all(),
                data: all(),
            };
        }
        let base = base(topology, id);
        let each = |first: u32, bits: u32| -> Vec<String> {
            let size = 1 << (32 - bits);
            let zones = 0..topology.region(id).place.spread().len() as u32;
            zones
                .map(|z| block(base + first + z * size, bits))
                .collect()
        };
        // The last quarter of the VPC is cut into sixteen /22.
        let last = 3 << 14;
        Ranges {
            vpc: block(base, VPC),
            private: each(0, 18),
            public: each(last, 22),
            data: each(last + (4 << 10), 22),
        }
    }
}

//! How much the services of a region ask of a cluster.

use crate::topology::{RegionId, Topology};

/// CPU that the services on a region's cluster ask for, in thousandths of a core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    /// With the fewest replicas.
    pub fewest: u64,
    /// With the most.
    pub most: u64,
}

impl Demand {
    /// The demand in a region.
    pub fn of(topology: &Topology, id: RegionId) -> Self {
        let mut demand = Demand::default();
        for service in topology.services.iter().filter(|s| s.on_cluster()) {
            if let Some(replicas) = service.replicas_in(id) {
                let each = millicores(&service.cpu);
                demand.fewest += each * u64::from(replicas.min);
                demand.most += each * u64::from(replicas.max);
            }
        }
        demand
    }
}

/// `500m` or `2` in thousandths of a core; 500 for anything else.
pub fn millicores(cpu: &str) -> u64 {
    match cpu.strip_suffix('m') {
        Some(millis) => millis.parse().unwrap_or(500),
        None => cpu
            .parse::<f64>()
            .map_or(500, |cores| (cores * 1000.0) as u64),
    }
}

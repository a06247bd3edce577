//! What AWS reads of the settings that not every cloud does.

use crate::cloud::reads::CloudReads;
use crate::topology::{Provider, Routing, Singleton, Topology};

/// See [`CloudReads`].
pub const READS: CloudReads = CloudReads {
    account: &["account", "existing"],
    existing: &[(Singleton::RegistryReplication, replicated)],
    system: &[
        ("terraform.state_region", |_| true),
        ("mesh.trust_domain", |_| true),
        ("observability.traces.sample", |_| true),
        ("network.links", |_| true),
        ("network.isolated", |_| true),
        ("failover.shift", |_| true),
        ("failover.undo", |_| true),
        ("failover.detect", |_| true),
        ("failover.healthy_below", |_| true),
        ("cost.budget", |_| true),
    ],
    hosts: &[
        ("health.timeout", |_, _| true),
        ("health.healthy_after", |_, _| true),
        ("protect.firewall: false", |_, _| true),
    ],
    routings: &[Routing::Route53],
    idle_policy: |_, _, _, _| None,
};

/// Images go from one region's registry to another's.
fn replicated(topology: &Topology) -> bool {
    let regions = topology.regions_on(Provider::Aws).into_iter();
    regions.filter(|id| topology.needs_cluster(*id)).count() > 1
}

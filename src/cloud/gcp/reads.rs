//! What Google Cloud reads of the settings that not every cloud does.

use super::offering::has_password;
use crate::cloud::reads::CloudReads;
use crate::topology::{Host, Policy, Provider, Routing, Singleton, Topology};

/// See [`CloudReads`].
pub const READS: CloudReads = CloudReads {
    account: &["project", "project_number", "billing_account", "existing"],
    existing: &[
        (Singleton::Mesh, meshed),
        (Singleton::SecretAudit, secretive),
    ],
    system: &[
        ("observability.dashboards.named", boards),
        ("cost.billing_export", |_| true),
        ("cost.budget", exported),
        ("keys.hardware", |_| true),
    ],
    hosts: &[
        ("health.timeout", |t, h| !serverless(t, h)),
        ("health.healthy_after", |t, h| !serverless(t, h)),
        ("health.status", |_, _| true),
        ("cors", |_, _| true),
        ("backup", serverless),
    ],
    routings: &[Routing::LoadBalancer],
    idle_policy,
};

/// Clusters are in a mesh.
fn meshed(topology: &Topology) -> bool {
    let mut regions = topology.regions_on(Provider::Gcp).into_iter();
    topology.mesh.is_some() && regions.any(|id| topology.needs_cluster(id))
}

/// Something is kept in Secret Manager.
fn secretive(topology: &Topology) -> bool {
    let stores = topology.datastores.iter();
    let mut own = stores.filter(|s| s.external().is_none());
    !topology.secrets.is_empty() || own.any(has_password)
}

/// Boards are made of services, queues and hosts.
fn boards(topology: &Topology) -> bool {
    let mut named = topology.observability.dashboards.named.iter();
    named.all(|name| {
        let services = topology.services.iter().map(|s| &s.name);
        let others = topology.outside.iter().map(|s| &s.name);
        let queues = topology.queues.iter().map(|q| &q.name);
        let hosts = topology.hosts.iter().map(|h| &h.name);
        let mut parts = services.chain(others).chain(queues).chain(hosts);
        parts.any(|part| *part == name.value)
    })
}

/// A budget stands beside the export of the bill.
fn exported(topology: &Topology) -> bool {
    let cost = topology.cost.as_ref();
    cost.is_some_and(|c| c.billing_export.value)
}

fn serverless(topology: &Topology, host: &Host) -> bool {
    !topology.service(host.service).on_cluster()
}

/// A global load balancer sends each user to the nearest region with room
/// (docs.cloud.google.com/load-balancing/docs/load-balancing-overview, 2026-11). What shares and
/// chooses by geography is the mesh behind it.
fn idle_policy(
    topology: &Topology,
    host: &Host,
    at: usize,
    policy: Policy,
) -> Option<&'static str> {
    let meshed = topology.mesh.is_some() && topology.service(host.service).on_cluster();
    match policy {
        Policy::Latency => None,
        Policy::Failover => (at > 0).then_some("it decides in the first place alone"),
        Policy::Weight => (!meshed).then_some(
            "weights share requests between regions in a mesh, or where Route 53 answers",
        ),
        Policy::Geography => (!meshed).then_some(
            "regions are chosen by the part of the world that they serve in a mesh; without one give each part a host of its own",
        ),
        Policy::Capacity => {
            Some("the load balancer leads users on by itself where a region has no room")
        }
        Policy::Cost => Some("price is no input of a load balancer"),
        Policy::RoundRobin => Some("Route 53 answers in turn, behind `latency`"),
    }
}

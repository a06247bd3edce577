//! What Google Cloud reads of the settings that not every cloud does.

use super::offering::has_password;
use crate::cloud::reads::CloudReads;
use crate::topology::{Host, Provider, Routing, Singleton, Topology};

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

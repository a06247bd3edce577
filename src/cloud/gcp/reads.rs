//! What Google Cloud reads of the settings that not every cloud does.

use crate::cloud::reads::CloudReads;
use crate::topology::{Host, Topology};

/// See [`CloudReads`].
pub const READS: CloudReads = CloudReads {
    account: &["project", "project_number", "billing_account"],
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
};

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

//! How versions on Google Cloud go up (cloud.google.com/kubernetes-engine/upgrades, read 2026-11).

use super::Lowering;
use super::platform::own_clusters;
use crate::cloud::upgrades::{nodes, step, versions, words};
use crate::deployment::Upgrade;

impl Lowering<'_> {
    /// Clusters are in a release channel: it chooses, unless the spec asks for a newer version.
    pub(super) fn upgrades(&mut self) {
        let regions = own_clusters(self.topology, &self.cluster_regions());
        if regions.is_empty() {
            return;
        }
        let project = self.project_text();
        let each = regions.iter().map(|id| {
            let location = self.topology.region(*id).place.location;
            (location, self.cluster_name(*id))
        });
        let clusters: Vec<(&str, String)> = each.collect();
        let contexts = clusters
            .iter()
            .map(|(location, name)| format!("gke_{project}_{location}_{name}"));
        let contexts: Vec<String> = contexts.collect();
        let servers = clusters.iter().map(|(location, _)| {
            #[rustfmt::skip]
            let command = words(&[
                "gcloud", "container", "get-server-config", "--location", location, "--project", &project,
                "--flatten", "channels", "--filter", "channels.channel=REGULAR", "--format", "value(channels.validVersions)",
            ]);
            command
        });
        let pools = clusters.iter().map(|(location, name)| {
            #[rustfmt::skip]
            let command = words(&[
                "gcloud", "container", "clusters", "upgrade", name, "--node-pool", "main", "--location", location, "--project", &project,
            ]);
            command
        });
        let upgrade = Upgrade {
            what: "Kubernetes (GKE)".into(),
            field: "kubernetes.version".into(),
            version: versions(self.topology, &regions),
            demands: vec![
                "The regular channel upgrades control planes and nodes by itself, in the maintenance window. A version in the spec brings the control plane there at once; it is the least, and the channel goes on from it.".into(),
                "One minor version at a time, and never back. Nodes follow in the window, within the surge of their pool.".into(),
            ],
            before: vec![step(
                "List the versions of the channel",
                servers.collect(),
                "the wanted version begins one of them",
            )],
            after: vec![
                step("Upgrade the nodes now instead of in the window, one region after the other", pools.collect(), "done; pods move while disruption budgets hold"),
                nodes(&contexts),
            ],
        };
        self.deployment.upgrades.push(upgrade);
    }
}

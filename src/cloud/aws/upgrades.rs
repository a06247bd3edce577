//! How versions on AWS go up; the kinds of stores say it of themselves.

use super::offering::offering;
use super::{Lowering, facts};
use crate::cloud::upgrades::{nodes, step, versions, words};
use crate::deployment::{Upgrade, UpgradeStep};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    /// One upgrade for each store with a version, and one for the clusters.
    pub(super) fn upgrades(&mut self) {
        let stores = self.topology.datastores.iter();
        let stores = stores.filter_map(|store| {
            let upgrade = offering(store)?.upgrade().given()?;
            Some(upgrade(self, store))
        });
        let clusters = self.upgrade_of_clusters();
        let found: Vec<Upgrade> = stores.chain(clusters).collect();
        self.deployment.upgrades.extend(found);
    }

    pub(super) fn upgrade(&self, store: &Datastore, product: &str, demands: &[&str]) -> Upgrade {
        Upgrade {
            what: format!("{} ({product})", store.name),
            field: format!("datastores.{}.engine_version", store.name),
            version: self.engine_version(store).to_string(),
            demands: demands.iter().map(|d| (*d).to_string()).collect(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    pub(super) fn instances(&self, store: &Datastore) -> Vec<(&'static str, String)> {
        let name = |id: &RegionId| self.store_name(store, *id, facts::names().database);
        let regions = store.regions.iter();
        regions.map(|id| (self.location(*id), name(id))).collect()
    }

    pub(super) fn targets(&self, store: &Datastore, engine: &str) -> UpgradeStep {
        let query = "DBEngineVersions[].ValidUpgradeTarget[].EngineVersion";
        let version = self.engine_version(store);
        #[rustfmt::skip]
        let ask = words(&[
            "aws", "rds", "describe-db-engine-versions", "--region", self.location(store.regions[0]), "--engine", engine,
            "--engine-version", version, "--query", query, "--output", "text",
        ]);
        let expect = "the wanted version is among them";
        step(
            "List the versions that can be reached from here",
            vec![ask],
            expect,
        )
    }

    /// One minor version at a time (docs.aws.amazon.com/eks/latest/userguide/update-cluster.html, read 2026-11).
    fn upgrade_of_clusters(&self) -> Option<Upgrade> {
        let regions = self.own_clusters();
        let first = *regions.first()?;
        let contexts: Vec<String> = regions.iter().map(|id| self.cluster_name(*id)).collect();
        let clusters = regions.iter().zip(&contexts);
        let insights = clusters.map(|(id, name)| {
            words(&[
                "aws",
                "eks",
                "list-insights",
                "--region",
                self.location(*id),
                "--cluster-name",
                name,
            ])
        });
        let supported = words(&[
            "aws",
            "eks",
            "describe-cluster-versions",
            "--region",
            self.location(first),
        ]);
        Some(Upgrade {
            what: "Kubernetes (EKS)".into(),
            field: "kubernetes.version".into(),
            version: versions(self.topology, &regions),
            demands: vec![
                "One minor version at a time, and never back; nodes may be three minor versions behind the control plane at most.".into(),
                "One apply brings a region from the control plane over its add-ons to the nodes, in this order; disruption budgets hold while nodes are replaced.".into(),
                "One region after the other: give each its own version (`kubernetes: { version: { REGION: \"1.NN\" } }`), the primary's last.".into(),
            ],
            before: vec![
                step("List the versions in standard support", vec![supported], "the wanted version is among them"),
                step("Ask what would break", insights.collect(), "no insight with the status ERROR"),
            ],
            after: vec![nodes(&contexts)],
        })
    }
}

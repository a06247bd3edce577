//! How the version of a global database goes up. What is demanded is AWS' word, read 2026-11:
//! docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyGlobalCluster.html and
//! docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html.

use super::global_name;
use crate::cloud::aws::Lowering;
use crate::cloud::upgrades::{major, step, words};
use crate::deployment::Upgrade;
use crate::topology::Datastore;

/// A major version does not go up while commits wait for other regions.
pub(super) fn path(store: &Datastore, runs: &str, to: &str) -> Option<(String, String)> {
    let replication = store.replication.as_ref();
    let stops = replication.and_then(|r| r.stop_writes_at.as_ref());
    (major(runs) != major(to) && stops.is_some()).then(|| {
        (
            "a major version does not go up while `stop_writes_at` is on".into(),
            format!("keep `{runs}`, take `stop_writes_at` out and apply; then write `{to}` and apply; then put it back"),
        )
    })
}

impl Lowering<'_> {
    pub(super) fn upgrade_of_aurora(&self, store: &Datastore) -> Upgrade {
        let mut upgrade = self.upgrade(
            store,
            "Aurora PostgreSQL",
            &[
                "The global database is upgraded with all its clusters in one apply; no region answers for minutes.",
                "A major version puts the default parameter group into use; the same apply puts ours, of the new family, back.",
                "A major version does not go up while `stop_writes_at` is on: meridian refuses it.",
            ],
        );
        upgrade
            .before
            .push(self.targets(store, "aurora-postgresql"));
        let global = global_name(self, store);
        #[rustfmt::skip]
        let shown = words(&[
            "aws", "rds", "describe-global-clusters", "--region", self.location(store.regions[0]), "--global-cluster-identifier", &global,
            "--query", "GlobalClusters[0].[Status,EngineVersion]", "--output", "text",
        ]);
        let title = "See the global database come back";
        upgrade
            .after
            .push(step(title, vec![shown], "available and the new version"));
        let clusters = self.instances(store);
        let groups = clusters.iter().map(|(location, name)| {
            #[rustfmt::skip]
            let command = words(&[
                "aws", "rds", "describe-db-clusters", "--region", location, "--db-cluster-identifier", name,
                "--query", "DBClusters[0].DBClusterParameterGroup", "--output", "text",
            ]);
            command
        });
        upgrade.after.push(step(
            "See each cluster with its own parameters",
            groups.collect(),
            "the cluster's name with the new major version. A reboot of its instances puts static parameters into use",
        ));
        upgrade
    }
}

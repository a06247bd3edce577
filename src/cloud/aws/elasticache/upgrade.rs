//! How the version of a cache goes up. What is demanded is AWS' word, read 2026-11:
//! docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagementConsiderations.html and
//! docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyGlobalReplicationGroup.html.

use super::is_global;
use crate::cloud::aws::{Lowering, facts};
use crate::cloud::upgrades::{major, newer_than, step, words};
use crate::deployment::Upgrade;
use crate::topology::Datastore;

/// A Global Datastore stays within a major version and an engine.
pub(super) fn path(store: &Datastore, runs: &str, to: &str) -> Option<(String, String)> {
    // Redis ends at 7.1; what comes after it is Valkey.
    let valkey = |version: &str| newer_than(version, &[7, 1]);
    let other = major(runs) != major(to) || valkey(runs) != valkey(to);
    (is_global(store) && other).then(|| {
        (
            "a Global Datastore changes its major version or engine with parameter groups that its writer cannot have beside the old ones".into(),
            format!("keep `{runs}`, and make a second store with `{to}`; move the services there, then remove this one"),
        )
    })
}

impl Lowering<'_> {
    pub(super) fn upgrade_of_cache(&self, store: &Datastore) -> Upgrade {
        let alone = [
            "From 7.2 on the engine is Valkey, which takes the data of Redis over.",
            "ElastiCache upgrades replicas first and fails over to them: connections break once.",
        ];
        let global = [
            "The Global Datastore upgrades all its groups, followers first.",
            "Only minor versions go up here; another major version or engine is a new store: meridian refuses it.",
        ];
        let demands = if is_global(store) { &global } else { &alone };
        let mut upgrade = self.upgrade(store, "ElastiCache", demands);
        let regions = store.regions.iter();
        let shown = regions.map(|id| {
            let name = self.store_name(store, *id, facts::names().cache);
            #[rustfmt::skip]
            let command = words(&[
                "aws", "elasticache", "describe-cache-clusters", "--region", self.location(*id),
                "--query", &format!("CacheClusters[?ReplicationGroupId=='{name}'].[CacheClusterId,EngineVersion,CacheClusterStatus]"), "--output", "text",
            ]);
            command
        });
        upgrade.after.push(step(
            "See each node come back",
            shown.collect(),
            "available and the new version for each node",
        ));
        upgrade
    }
}

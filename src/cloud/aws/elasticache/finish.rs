//! How a Global Datastore begins anew with the data of a restored group: a group is made of a snapshot, and nothing
//! is put into one that is there (docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html). The prefix
//! of a global group's id is the region's, so that its id stays (API_CreateGlobalReplicationGroup.html). Read 2026-11.

use super::{global_name, is_global, machine, shards, user_name};
use crate::cloud::aws::commands::security_group;
use crate::cloud::aws::finish::steps;
use crate::cloud::aws::{Lowering, facts, homes, naming};
use crate::cloud::upgrades::major;
use crate::deployment::Scope;
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    /// Nothing where the store is no Global Datastore, or where the copy is not in the region that the others joined.
    pub(super) fn elasticache_finish(
        &self,
        store: &Datastore,
        id: RegionId,
    ) -> Vec<(String, String)> {
        let writer = store.writer.unwrap_or(id);
        let home = homes::home_of_store(self.topology, &store.name).unwrap_or(writer);
        if !is_global(store) || id != home {
            return Vec::new();
        }
        let name = |id| self.store_name(store, id, facts::names().cache);
        let (location, own) = (self.location(id), name(id));
        let others = || store.regions.iter().copied().filter(|r| *r != id);
        let find = format!(
            "global=$(aws elasticache describe-global-replication-groups --region {location} --output text \
             --query \"GlobalReplicationGroups[?ends_with(GlobalReplicationGroupId, '-{}')] | [0].GlobalReplicationGroupId\")",
            global_name(self, store)
        );
        let leave = others().map(|r| {
            format!(
                "aws elasticache disassociate-global-replication-group --region {location} --global-replication-group-id \"$global\" --replication-group-id {} --replication-group-region {}",
                name(r),
                self.location(r)
            )
        });
        let frame = format!(
            "aws elasticache delete-global-replication-group --region {location} --global-replication-group-id \"$global\" --retain-primary-replication-group"
        );
        let delete = others().map(|r| {
            format!(
                "aws elasticache delete-replication-group --region {} --replication-group-id {}",
                self.location(r),
                name(r)
            )
        });
        let delete = delete.chain([format!(
            "aws elasticache delete-replication-group --region {location} --replication-group-id {own} --final-snapshot-identifier {own}-before"
        )]);
        let version = self.engine_version(store).to_string();
        let group = format!("{}{}", engine(&version), major(&version));
        let make = format!(
            "{}aws elasticache create-replication-group --region {location} --replication-group-id {own} \
             --replication-group-description 'Redis of {own}' --snapshot-name NEW_NAME-back --engine {} --engine-version {version} \
             --cache-node-type {} --num-node-groups {} --replicas-per-node-group {} --cache-parameter-group-name {own}-{group} \
             --cache-subnet-group-name {own} --security-group-ids \"$group\" --user-group-ids {} --automatic-failover-enabled \
             --multi-az-enabled --transit-encryption-enabled --at-rest-encryption-enabled --kms-key-id \"$key\"",
            security_group(location, &format!("{own}-redis")),
            engine(&version),
            machine(store),
            shards(self.topology, store, id),
            store.replicas.as_ref().map_or(1, |r| r.value),
            user_name(self, store),
        );
        let wait = |what: &str| {
            format!(
                "aws elasticache wait replication-group-{what} --region {location} --replication-group-id {own}"
            )
        };
        let slug = naming::slug(&store.name);
        let mut forgotten = vec![format!(
            "module.cache_{slug}.aws_elasticache_global_replication_group.this"
        )];
        forgotten.extend(others().map(|r| {
            let call = format!("cache_{slug}_{}", self.topology.region(r).slug());
            format!("module.{call}.aws_elasticache_replication_group.this")
        }));
        steps(vec![
            (
                "Take a snapshot of the copy, and wait until it is available; what is written after it is lost, so stop writes first".into(),
                vec![
                    format!("aws elasticache create-snapshot --region {location} --replication-group-id NEW_NAME --snapshot-name NEW_NAME-back"),
                    format!("aws elasticache describe-snapshots --region {location} --snapshot-name NEW_NAME-back --query 'Snapshots[0].SnapshotStatus' --output text"),
                    format!("key=$(aws elasticache describe-replication-groups --region {location} --replication-group-id {own} --query 'ReplicationGroups[0].KmsKeyId' --output text)"),
                ],
            ),
            (
                "Take the global group apart, and delete its groups; the last snapshot of the original stays. Wait for each before the next".into(),
                [find].into_iter().chain(leave).chain([frame]).chain(delete).chain([wait("deleted")]).collect(),
            ),
            (
                "Make the group anew of the copy's snapshot".into(),
                vec![make, wait("available")],
            ),
            (
                "Let Terraform make the global group and the other regions' groups; read the plan: it creates those, and replaces nothing".into(),
                vec![self.forgotten(Scope::Links, &forgotten), self.applied(Scope::Links)],
            ),
            (
                "Point services at it, and let deployments run again; then delete the copy".into(),
                vec![
                    format!("scripts/switch-store.sh --datastore {own} --back-from NEW_NAME --apply"),
                    format!("scripts/switch-store.sh --datastore {own} --delete NEW_NAME --apply"),
                ],
            ),
        ])
    }
}

/// The engine of a version, as the modules choose it: Redis ends at 7.1 on ElastiCache.
fn engine(version: &str) -> &'static str {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let numbers = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if numbers > (7, 1) { "valkey" } else { "redis" }
}

//! How a restored cluster of Aurora becomes the first of the global database, and every region follows it:
//! docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-managing.html (a cluster is removed
//! before its global database is deleted, the writer last) and API_CreateGlobalCluster.html
//! (`SourceDBClusterIdentifier`), read 2026-11.

use super::{cluster_call, global_name};
use crate::cloud::aws::finish::steps;
use crate::cloud::aws::{Lowering, facts, homes, naming};
use crate::deployment::Scope;
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    /// Nothing where the store is alone, or where the copy is not in the region that the others joined: only its
    /// cluster has users of its own.
    pub(super) fn aurora_finish(&self, store: &Datastore, id: RegionId) -> Vec<(String, String)> {
        let writer = store.writer.unwrap_or(id);
        let home = homes::home_of_store(self.topology, &store.name).unwrap_or(writer);
        if store.regions.len() < 2 || id != home {
            return Vec::new();
        }
        let name = |id| self.store_name(store, id, facts::names().database);
        let (location, own, group) = (self.location(id), name(id), global_name(self, store));
        let arn = |id| {
            let (location, account) = (self.location(id), self.account_text());
            format!("arn:aws:rds:{location}:{account}:cluster:{}", name(id))
        };
        let others: Vec<RegionId> = store.regions.iter().copied().filter(|r| *r != id).collect();
        let all = || others.iter().copied().chain([id]);
        let remove = |r| {
            format!(
                "aws rds remove-from-global-cluster --region {} --global-cluster-identifier {group} --db-cluster-identifier {}",
                self.location(r),
                arn(r)
            )
        };
        let rename = |r, from: &str, to: &str| {
            let location = self.location(r);
            let cluster = format!(
                "aws rds modify-db-cluster --region {location} --db-cluster-identifier {from} --new-db-cluster-identifier {to} --apply-immediately"
            );
            let instances = format!(
                "for n in $(aws rds describe-db-instances --region {location} --query \"DBInstances[?DBClusterIdentifier=='{from}'].DBInstanceIdentifier\" --output text); do \
                 aws rds modify-db-instance --region {location} --db-instance-identifier \"$n\" --new-db-instance-identifier \"{to}-${{n##*-}}\" --apply-immediately; done"
            );
            [instances, cluster]
        };
        let global = format!("module.aurora_{}", naming::slug(&store.name));
        let frame = format!("{global}.aws_rds_global_cluster.this");
        let mut forgotten = vec![frame.clone()];
        for other in &others {
            let call = cluster_call(self, store, *other);
            forgotten.push(format!("module.{call}.aws_rds_cluster_instance.this"));
            forgotten.push(format!("module.{call}.aws_rds_cluster.this"));
        }
        let delete = all().flat_map(|r| {
            let (location, before) = (self.location(r), format!("{}-before", name(r)));
            [
                format!("for n in $(aws rds describe-db-instances --region {location} --query \"DBInstances[?DBClusterIdentifier=='{before}'].DBInstanceIdentifier\" --output text); do aws rds delete-db-instance --region {location} --db-instance-identifier \"$n\"; done"),
                format!("aws rds modify-db-cluster --region {location} --db-cluster-identifier {before} --no-deletion-protection --apply-immediately"),
                format!("aws rds delete-db-cluster --region {location} --db-cluster-identifier {before} --final-db-snapshot-identifier {before}"),
            ]
        });
        steps(vec![
            (
                "Take the clusters out of the global database, the one that writes last, and wait until it has no member; then delete it".into(),
                all()
                    .map(remove)
                    .chain([
                        format!("aws rds describe-global-clusters --region {location} --global-cluster-identifier {group} --query 'GlobalClusters[0].GlobalClusterMembers'"),
                        format!("aws rds modify-global-cluster --region {location} --global-cluster-identifier {group} --no-deletion-protection"),
                        format!("aws rds delete-global-cluster --region {location} --global-cluster-identifier {group}"),
                    ])
                    .collect(),
            ),
            (
                "Keep the originals under other names".into(),
                all().flat_map(|r| rename(r, &name(r), &format!("{}-before", name(r)))).collect(),
            ),
            (
                "Give the copy the original's name; services cannot reach it from here on until the last but one step".into(),
                rename(id, "NEW_NAME", &own).to_vec(),
            ),
            (
                "Make it the first cluster of a global database".into(),
                vec![format!("aws rds create-global-cluster --region {location} --global-cluster-identifier {group} --source-db-cluster-identifier {} --deletion-protection", arn(id))],
            ),
            (
                "Let Terraform know it, and make the other regions' clusters; read the plan: it creates those and their instances, and replaces nothing".into(),
                vec![
                    self.forgotten(Scope::Links, &forgotten),
                    self.imported(Scope::Links, &frame, &group),
                    self.applied(Scope::Links),
                ],
            ),
            (
                "Point services at it by the names that they had, and let deployments run again".into(),
                vec![format!("scripts/switch-store.sh --datastore {own} --back-from NEW_NAME --apply")],
            ),
            (
                "Once nobody needs the originals as evidence, delete them".into(),
                delete.collect(),
            ),
        ])
    }
}

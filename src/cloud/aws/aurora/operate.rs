//! The commands that act on Aurora.

use super::global_name;
use crate::cloud::aws::commands::{
    LOOK, RESTORE, parameter_group, restored, seconds_behind, security_group,
};
use crate::cloud::aws::{Lowering, facts};
use crate::deployment::{Expect, Operation, OperationKind, Proof, script, words};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn aurora_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let mut found = Vec::new();
            if store.regions.len() > 1 {
                found.extend(self.aurora_copies(store, id));
                let promoted = self.aurora_writes(store, id, OperationKind::Promote);
                self.deployment.proofs.push(promoted);
                // The region that the topology names writes again once it is back.
                if store.writer == Some(id) {
                    found.push(self.aurora_back(store, id));
                    let back = self.aurora_writes(store, id, OperationKind::Return);
                    self.deployment.proofs.push(back);
                }
            }
            if store.backup.is_some() {
                found.extend(self.aurora_backups(store, id));
                let location = self.location(id);
                let name = self.store_name(store, id, facts::names().database);
                let read = format!(
                    "aws rds describe-db-instances --region {location} --db-instance-identifier \"$1-0\" \
                     --query 'DBInstances[0].DBInstanceStatus' --output text"
                );
                let title = "Wait until the copy's instance is available";
                let proof = restored(&name, id, title, &read, "available");
                self.deployment.proofs.push(proof);
                let switch = self.aurora_switch(store, id, &name);
                self.deployment.switches.push(switch);
            }
            for operation in found {
                self.operation(operation);
            }
        }
    }

    fn aurora_copies(&self, store: &Datastore, id: RegionId) -> [Operation; 2] {
        let location = self.location(id);
        let group = global_name(self, store);
        let name = self.store_name(store, id, facts::names().database);
        let account = self.account_text();
        let arn = format!("arn:aws:rds:{location}:{account}:cluster:{name}");
        // A metric has the dimensions that AWS gives it: the cluster, the source's region, or both. They are read, not known.
        // That of the region counts where it is the only one, first and last.
        let metric = "--namespace AWS/RDS --metric-name AuroraGlobalDBReplicationLag";
        let dimensions = format!(
            "dimensions=$(aws cloudwatch list-metrics --region {location} {metric} --output json \
             --query \"[Metrics[?Dimensions[?Value=='{name}']], Metrics[?Dimensions[0].Name=='SourceRegion' && Dimensions[-1].Name=='SourceRegion']][] | [0].Dimensions\") && "
        );
        let behind = seconds_behind(
            &store.name,
            location,
            &format!("{metric} --dimensions \"$dimensions\""),
            1000,
        );
        let lag = format!(
            "writer=$(aws rds describe-global-clusters --region {location} --global-cluster-identifier {group} \
             --query 'GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn' --output text) && \
             if [ \"$writer\" = {arn} ]; then echo '{}: this region writes, 0 s'; else {dimensions}{behind}; fi",
            store.name
        );
        let promote = format!(
            "writer=$(aws rds describe-global-clusters --region {location} --global-cluster-identifier {group} \
             --query 'GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn' --output text) && \
             if [ \"$writer\" = {arn} ]; then echo 'this region writes already'; else \
             aws rds failover-global-cluster --region {location} --global-cluster-identifier {group} \
             --target-db-cluster-identifier {arn} --allow-data-loss; fi"
        );
        [
            Operation::of_store(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show how far {location} is behind with {}", store.name),
                script(&lag, &[]),
                Expect::Seconds,
                "treat unknown lag as over the limit",
            ),
            Operation::of_store(
                store,
                id,
                (OperationKind::Promote, 600),
                format!("Let {location} write {}", store.name),
                script(&promote, &[]),
                "failing-over, then available; or that it writes already",
                "the old writer is up: use switchover-global-cluster, which loses nothing",
            ),
        ]
    }

    /// A switchover waits until the target has everything: nothing is lost
    /// (docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_SwitchoverGlobalCluster.html, read 2026-11).
    fn aurora_back(&self, store: &Datastore, id: RegionId) -> Operation {
        let (location, account, group) = (
            self.location(id),
            self.account_text(),
            global_name(self, store),
        );
        let name = self.store_name(store, id, facts::names().database);
        let arn = format!("arn:aws:rds:{location}:{account}:cluster:{name}");
        let back = format!(
            "writer=$(aws rds describe-global-clusters --region {location} --global-cluster-identifier {group} \
             --query 'GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn' --output text) && \
             if [ \"$writer\" = {arn} ]; then echo 'this region writes already'; else \
             aws rds switchover-global-cluster --region {location} --global-cluster-identifier {group} \
             --target-db-cluster-identifier {arn}; fi"
        );
        Operation::of_store(
            store,
            id,
            (OperationKind::Return, 600),
            format!("Let {location} write {} again", store.name),
            script(&back, &[]),
            "switching-over, then available; or that it writes already",
            "wait until every cluster of the global database is available, and run it again",
        )
    }

    fn aurora_writes(&self, store: &Datastore, id: RegionId, of: OperationKind) -> Proof {
        let (location, account) = (self.location(id), self.account_text());
        let name = self.store_name(store, id, facts::names().database);
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "describe-global-clusters", "--region", location,
            "--global-cluster-identifier", &global_name(self, store),
            "--query", "GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn", "--output", "text",
        ]);
        Proof {
            of,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Read back who writes {}", store.name),
            command,
            wants: format!("arn:aws:rds:{location}:{account}:cluster:{name}"),
            within_seconds: 600,
            otherwise: "it is failing over still: look at the status of the global cluster".into(),
        }
    }

    fn aurora_backups(&self, store: &Datastore, id: RegionId) -> Vec<Operation> {
        let location = self.location(id);
        let name = self.store_name(store, id, facts::names().database);
        #[rustfmt::skip]
        let list = words(&[
            "aws", "rds", "describe-db-clusters", "--region", location, "--db-cluster-identifier", &name,
            "--query", "DBClusters[].[DBClusterIdentifier,Status,EarliestRestorableTime,LatestRestorableTime]",
            "--output", "table",
        ]);
        #[rustfmt::skip]
        let backup = words(&[
            "aws", "rds", "create-db-cluster-snapshot", "--region", location, "--db-cluster-identifier", &name,
            "--db-cluster-snapshot-identifier", "$NEW_DATABASE",
        ]);
        let machine = store.machine.as_ref();
        let machine = machine.map_or(facts::postgres().machine.as_str(), |m| m.as_str());
        // A restored cluster has no instance, and with the VPC's own security group no guest.
        let instance = format!(
            "aws rds create-db-instance --region {location} --db-cluster-identifier \"$1\" \
             --db-instance-identifier \"$1-0\" --engine aurora-postgresql --db-instance-class {machine}"
        );
        let parameters = parameter_group(&name, self.engine_version(store));
        let as_ours = format!(
            "--db-subnet-group-name {name} --db-cluster-parameter-group-name {parameters} \
             --vpc-security-group-ids \"$group\" --deletion-protection {}",
            self.marked(&name)
        );
        let group = security_group(location, &format!("{name}-postgres"));
        let moment = format!(
            "{group}aws rds restore-db-cluster-to-point-in-time --region {location} \
             --source-db-cluster-identifier {name} --db-cluster-identifier \"$1\" \
             --restore-to-time \"$2\" {as_ours} && {instance}"
        );
        let snapshot = format!(
            "{group}aws rds restore-db-cluster-from-snapshot --region {location} --engine aurora-postgresql \
             --snapshot-identifier \"$2\" --db-cluster-identifier \"$1\" {as_ours} && {instance}"
        );
        let restore = |title, script, otherwise: &str| Operation {
            subject: name.clone(),
            ..Operation::of_store(
                store,
                id,
                (OperationKind::Restore, RESTORE),
                title,
                script,
                "the status `creating`, for the cluster and its instance",
                otherwise,
            )
        };
        vec![
            Operation::of_store(
                store,
                id,
                (OperationKind::Backup, 30),
                format!("Take a snapshot of {name} now"),
                backup,
                "creating",
                "wait until no other backup is being taken",
            ),
            Operation::of_store(
                store,
                id,
                (OperationKind::ListBackups, LOOK),
                format!("Show from which moments {name} can be restored"),
                list,
                "available, and a window that ends minutes ago",
                "restore the newest snapshot, or in another region",
            ),
            restore(
                format!("Bring {name} back as it was, as a new cluster"),
                script(&moment, &["$NEW_DATABASE", "$SNAPSHOT_TIME"]),
                "choose an earlier moment, or restore the newest snapshot",
            ),
            restore(
                format!("Bring a snapshot of {name} back, as a new cluster"),
                script(&snapshot, &["$NEW_DATABASE", "$BACKUP"]),
                "take the snapshot before it",
            ),
        ]
    }
}

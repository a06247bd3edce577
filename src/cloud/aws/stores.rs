//! The commands that act on stores that copy themselves: Aurora, ElastiCache, DynamoDB, S3.

use super::aurora;
use super::buckets::{self, bucket_name};
use super::data::table_name;
use super::redis::{self, WRITER};
use super::{Lowering, facts};
use crate::deployment::{Operation, OperationKind, Proof, RESTORED_WITHIN, words};
use crate::topology::{Datastore, RegionId, Service};

/// Seconds that a read of the API may take.
const LOOK: u64 = 15;
/// Seconds that a restore's request may take; what it makes is there later.
const RESTORE: u64 = 900;

impl Lowering<'_> {
    /// An operation on a store in a region.
    fn store_operation(
        &self,
        store: &Datastore,
        id: RegionId,
        (kind, budget_seconds): (OperationKind, u64),
        title: String,
        command: Vec<String>,
        expect: &str,
        otherwise: &str,
    ) -> Operation {
        Operation {
            kind,
            subject: store.name.clone(),
            region: Some(id),
            title,
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    pub(super) fn aurora_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let mut found = Vec::new();
            if store.regions.len() > 1 {
                found.extend(self.aurora_copies(store, id));
                let promoted = self.aurora_writes(store, id);
                self.deployment.proofs.push(promoted);
            }
            if store.written.backup.is_some() {
                found.extend(self.aurora_backups(store, id));
            }
            for operation in found {
                self.operation(operation);
            }
        }
    }

    fn aurora_copies(&self, store: &Datastore, id: RegionId) -> [Operation; 2] {
        let location = self.location(id);
        let group = aurora::global_name(self, store);
        let name = self.store_name(store, id, facts::names().database);
        let account = self.account_text();
        let arn = format!("arn:aws:rds:{location}:{account}:cluster:{name}");
        let behind = seconds_behind(
            &store.name,
            location,
            &format!(
                "--namespace AWS/RDS --metric-name AuroraGlobalDBReplicationLag --dimensions Name=DBClusterIdentifier,Value={name}"
            ),
            1000,
        );
        let lag = format!(
            "writer=$(aws rds describe-global-clusters --region {location} --global-cluster-identifier {group} \
             --query 'GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn' --output text) && \
             if [ \"$writer\" = {arn} ]; then echo '{}: this region writes, 0 s'; else {behind}; fi",
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
            self.store_operation(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show how far {location} is behind with {}", store.name),
                script(&lag, &[]),
                "seconds; None if nothing was measured in the last five minutes",
                "unknown lag counts as lag over the objective",
            ),
            self.store_operation(
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

    fn aurora_writes(&self, store: &Datastore, id: RegionId) -> Proof {
        let (location, account) = (self.location(id), self.account_text());
        let name = self.store_name(store, id, facts::names().database);
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "describe-global-clusters", "--region", location,
            "--global-cluster-identifier", &aurora::global_name(self, store),
            "--query", "GlobalClusters[0].GlobalClusterMembers[?IsWriter].DBClusterArn", "--output", "text",
        ]);
        Proof {
            of: OperationKind::Promote,
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
        let machine = store.written.machine.as_ref();
        let machine = machine.map_or(facts::postgres().machine.as_str(), |m| m.as_str());
        // A restored cluster has no instance, and with the VPC's own security group no guest.
        let instance = format!(
            "aws rds create-db-instance --region {location} --db-cluster-identifier \"$1\" \
             --db-instance-identifier \"$1-0\" --engine aurora-postgresql --db-instance-class {machine}"
        );
        let as_ours = format!(
            "--db-subnet-group-name {name} --db-cluster-parameter-group-name {name} \
             --vpc-security-group-ids \"$group\" --deletion-protection"
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
        let restore = |title, script, otherwise: &str| {
            Operation {
            subject: name.clone(),
            ..self.store_operation(
                store,
                id,
                (OperationKind::Restore, RESTORE),
                title,
                script,
                "creating, for the cluster and its instance; then available, after minutes to hours by size",
                otherwise,
            )
        }
        };
        vec![
            self.store_operation(
                store,
                id,
                (OperationKind::Backup, 30),
                format!("Take a snapshot of {name} now"),
                backup,
                "creating",
                "wait until no other backup is being taken",
            ),
            self.store_operation(
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

    pub(super) fn elasticache_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let mut found = Vec::new();
            if redis::is_global(store) {
                found.extend(self.elasticache_copies(store, id));
                let promoted = self.elasticache_writes(store, id);
                self.deployment.proofs.push(promoted);
            }
            if store.written.backup.is_some() {
                found.extend(self.elasticache_backups(store, id));
            }
            for operation in found {
                self.operation(operation);
            }
        }
    }

    fn elasticache_copies(&self, store: &Datastore, id: RegionId) -> Vec<Operation> {
        let location = self.location(id);
        let name = self.store_name(store, id, facts::names().cache);
        // AWS chooses how the group's id begins.
        let ours = format!(
            "GlobalReplicationGroups[?ends_with(GlobalReplicationGroupId, '-{}')]",
            redis::global_name(self, store)
        );
        let describe = format!(
            "aws elasticache describe-global-replication-groups --region {location} --show-member-info"
        );
        #[rustfmt::skip]
        let members = words(&[
            "aws", "elasticache", "describe-global-replication-groups", "--region", location, "--show-member-info",
            "--query", &format!("{ours}.Members[].[ReplicationGroupRegion,Role,Status]"), "--output", "table",
        ]);
        let promote = format!(
            "writer=$({describe} --output text --query \"{ours} | [0].Members[?Role=='PRIMARY'].ReplicationGroupRegion\") && \
             group=$({describe} --output text --query \"{ours} | [0].GlobalReplicationGroupId\") && \
             if [ \"$writer\" = {location} ]; then echo 'this region writes already'; else \
             aws elasticache failover-global-replication-group --region {location} --primary-region {location} \
             --primary-replication-group-id {name} --global-replication-group-id \"$group\"; fi"
        );
        let mut found = vec![
            self.store_operation(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show which regions of {} {location} sees, and who writes", store.name),
                members,
                "PRIMARY once, and associated for each; how far the others are behind is on the dashboard",
                "unknown lag counts as lag over the objective",
            ),
            self.store_operation(
                store,
                id,
                (OperationKind::Promote, 120),
                format!("Let {location} write {}", store.name),
                script(&promote, &[]),
                "modifying, then primary-associated; or that it writes already",
                "its own control plane does not answer: wait for it, nothing else can promote",
            ),
        ];
        found.extend(self.told_of_the_writer(store, id));
        found
    }

    fn elasticache_writes(&self, store: &Datastore, id: RegionId) -> Proof {
        let location = self.location(id);
        let writer = format!(
            "GlobalReplicationGroups[?ends_with(GlobalReplicationGroupId, '-{}')] | [0].Members[?Role=='PRIMARY'].ReplicationGroupRegion",
            redis::global_name(self, store)
        );
        #[rustfmt::skip]
        let command = words(&[
            "aws", "elasticache", "describe-global-replication-groups", "--region", location, "--show-member-info",
            "--query", &writer, "--output", "text",
        ]);
        Proof {
            of: OperationKind::Promote,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Read back who writes {}", store.name),
            command,
            wants: location.into(),
            within_seconds: 600,
            otherwise: "it is failing over still: look at the status of the global group".into(),
        }
    }

    /// Services of a region learn that they write at home from now on.
    fn told_of_the_writer(&self, store: &Datastore, id: RegionId) -> Vec<Operation> {
        let (context, location) = (self.cluster_name(id), self.location(id));
        let variable = store.name.to_uppercase().replace(['-', '.'], "_");
        let host = redis::writer_host(self.topology, store, id);
        let setting = format!("{variable}_{WRITER}={host}");
        let uses = |s: &&Service| {
            let mut stores = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            s.replicas_in(id).is_some() && stores.any(|n| *n == store.name)
        };
        let users = self.topology.services.iter().filter(uses);
        let told = users.map(|service| {
            let name = service.name_in(self.topology.region(id));
            #[rustfmt::skip]
            let command = words(&[
                "kubectl", "--context", &context, "--namespace", &self.topology.namespace,
                "set", "env", &format!("deployment/{name}"), &setting,
            ]);
            self.store_operation(
                store,
                id,
                (OperationKind::Promote, 30),
                format!("Let {name} in {location} write {} at home", store.name),
                command,
                "env updated, or no output if it was so already",
                "the cluster does not answer: stop, this region cannot take over",
            )
        });
        told.collect()
    }

    fn elasticache_backups(&self, store: &Datastore, id: RegionId) -> Vec<Operation> {
        let location = self.location(id);
        let name = self.store_name(store, id, facts::names().cache);
        let machine = store.written.machine.as_ref();
        let machine = machine.map_or(facts::redis().machine.as_str(), |m| m.as_str());
        #[rustfmt::skip]
        let backup = words(&[
            "aws", "elasticache", "create-snapshot", "--region", location, "--replication-group-id", &name,
            "--snapshot-name", "$NEW_DATABASE",
        ]);
        #[rustfmt::skip]
        let list = words(&[
            "aws", "elasticache", "describe-snapshots", "--region", location, "--replication-group-id", &name,
            "--query", "Snapshots[].[SnapshotName,SnapshotStatus,NodeSnapshots[0].SnapshotCreateTime]", "--output", "table",
        ]);
        let restore = format!(
            "{}aws elasticache create-replication-group --region {location} --replication-group-id \"$1\" \
             --replication-group-description {name} --snapshot-name \"$2\" --engine redis \
             --cache-node-type {machine} --cache-subnet-group-name {name} --security-group-ids \"$group\" \
             --automatic-failover-enabled --multi-az-enabled --replicas-per-node-group 1 \
             --transit-encryption-enabled --at-rest-encryption-enabled",
            security_group(location, &format!("{name}-redis")),
        );
        vec![
            self.store_operation(
                store,
                id,
                (OperationKind::Backup, 30),
                format!("Take a snapshot of {name} now"),
                backup,
                "creating",
                "wait until no other snapshot is being taken",
            ),
            self.store_operation(
                store,
                id,
                (OperationKind::ListBackups, LOOK),
                format!("List the snapshots of {name}"),
                list,
                "the newest snapshot that is available is younger than a day",
                "without a snapshot the other regions' copies are all there is",
            ),
            Operation {
                subject: name.clone(),
                ..self.store_operation(
                    store,
                    id,
                    (OperationKind::Restore, RESTORE),
                    format!("Bring a snapshot of {name} back, as a new group"),
                    script(&restore, &["$NEW_DATABASE", "$BACKUP"]),
                    "creating; then available, after minutes to hours by size",
                    "take the snapshot before it",
                )
            },
        ]
    }

    pub(super) fn dynamodb_operations(&mut self, store: &Datastore) {
        let table = table_name(self.topology, store);
        for id in store.regions.clone() {
            let location = self.location(id);
            // Each origin measures how long its writes take to arrive elsewhere.
            let others = store.regions.iter().filter(|o| **o != id);
            let behind = others.map(|origin| {
                let from = self.location(*origin);
                seconds_behind(
                    &format!("{table} from {from}"),
                    from,
                    &format!("--namespace AWS/DynamoDB --metric-name ReplicationLatency --dimensions Name=TableName,Value={table} Name=ReceivingRegion,Value={location}"),
                    1000,
                )
            });
            let behind = behind.collect::<Vec<_>>().join(" && ");
            let copies = self.store_operation(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show how far {location} is behind with {table}"),
                script(&behind, &[]),
                "seconds for each region that writes",
                "unknown lag counts as lag over the objective",
            );
            #[rustfmt::skip]
            let restore = words(&[
                "aws", "dynamodb", "restore-table-to-point-in-time", "--region", location,
                "--source-table-name", &table, "--target-table-name", "$NEW_DATABASE",
                "--restore-date-time", "$SNAPSHOT_TIME",
            ]);
            let restore = Operation {
                subject: format!("{table}-{location}"),
                ..self.store_operation(
                    store,
                    id,
                    (OperationKind::Restore, RESTORE),
                    format!("Bring {table} of {location} back as it was, as a new table"),
                    restore,
                    "CREATING; then ACTIVE, after minutes to hours by size",
                    "choose an earlier moment",
                )
            };
            if store.regions.len() > 1 {
                self.operation(copies);
            }
            let read = format!(
                "aws dynamodb wait table-exists --region {location} --table-name \"$1\" && aws dynamodb scan --region {location} --table-name \"$1\" --max-items 1 --query 'length(Items)' --output text"
            );
            let restored = restored(&restore.subject, id, "Read an item of the copy", &read, "1");
            self.deployment.proofs.push(restored);
            self.operation(restore);
        }
    }

    /// What is behind is seen from the origin; what was deleted is brought back from a copy.
    pub(super) fn bucket_operations(&mut self, store: &Datastore) {
        let Some(copies) = buckets::copies(store) else {
            return;
        };
        for origin in store.regions.clone() {
            for target in buckets::targets(store, origin, copies).collect::<Vec<_>>() {
                let behind = self.bucket_lag(store, origin, target);
                let back = self.bucket_back(store, origin, target);
                self.operation(behind);
                self.operation(back);
            }
        }
    }

    fn bucket_lag(&self, store: &Datastore, origin: RegionId, target: RegionId) -> Operation {
        let name = |id| bucket_name(self.topology, store, id);
        let (from, to) = (self.location(origin), self.location(target));
        // The metric is published where the origin is.
        let seconds = format!(
            "aws cloudwatch get-metric-statistics --region {from} --namespace AWS/S3 \
             --metric-name ReplicationLatency --dimensions Name=SourceBucket,Value={} \
             Name=DestinationBucket,Value={} Name=RuleId,Value=to-{to} \
             --start-time \"$(date -u -d '-15 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" \
             --period 60 --statistics Maximum --query 'max(Datapoints[].Maximum)' --output text",
            name(origin),
            name(target)
        );
        // Without a write there is nothing to be behind with.
        let seconds = format!(
            "behind=$({seconds}) && if [ \"$behind\" = None ]; then behind=0; fi && echo \"{}: $behind s\"",
            store.name
        );
        self.store_operation(
            store,
            target,
            (OperationKind::Lag, LOOK),
            format!(
                "Show how many seconds {} in {to} is behind {from}",
                store.name
            ),
            script(&seconds, &[]),
            "seconds; 0 when nothing was written in the last quarter of an hour",
            "unknown lag counts as lag over the objective",
        )
    }

    fn bucket_back(&self, store: &Datastore, origin: RegionId, target: RegionId) -> Operation {
        let name = |id| bucket_name(self.topology, store, id);
        let (from, to) = (self.location(origin), self.location(target));
        let copy = format!(
            "aws s3 sync \"s3://{}/$2\" \"s3://{}/$1\" --source-region {to} --region {from}",
            name(target),
            name(origin)
        );
        Operation {
            subject: format!("{}-{from}", store.name),
            ..self.store_operation(
                store,
                origin,
                (OperationKind::Restore, RESTORE),
                format!("Copy a prefix of {} that {to} still has into a new prefix in {from}", store.name),
                script(&copy, &["$NEW_DATABASE", "$BACKUP"]),
                "a line `copy:` for each object",
                "objects that were replaced are kept as versions: aws s3api list-object-versions shows them",
            )
        }
    }
}

/// Waits until what was restored answers; `$1` is its name.
pub(super) fn restored(subject: &str, id: RegionId, title: &str, read: &str, wants: &str) -> Proof {
    Proof {
        of: OperationKind::Restore,
        subject: subject.to_string(),
        region: Some(id),
        title: title.into(),
        command: script(read, &["$NEW_DATABASE"]),
        wants: wants.into(),
        within_seconds: RESTORED_WITHIN,
        otherwise: "it is being made still, or has nothing in it: look at its status".into(),
    }
}

/// Prints a metric of CloudWatch, of which so many units are a second, as seconds.
fn seconds_behind(what: &str, location: &str, metric: &str, per_second: u32) -> String {
    format!(
        "behind=$(aws cloudwatch get-metric-statistics --region {location} {metric} \
         --start-time \"$(date -u -d '-5 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" --period 60 --statistics Maximum \
         --query 'max(Datapoints[].Maximum)' --output text) && behind=${{behind%.*}} && \
         if [ \"$behind\" = None ]; then echo '{what}: nothing was measured'; \
         else echo \"{what}: $(((behind + {per_second} - 1) / {per_second})) s\"; fi"
    )
}

/// Finds the security group of a name, as `$group`, for the command that follows.
pub(super) fn security_group(location: &str, name: &str) -> String {
    format!(
        "group=$(aws ec2 describe-security-groups --region {location} --filters Name=group-name,Values={name} \
         --query 'SecurityGroups[0].GroupId' --output text) && "
    )
}

/// A line for a shell, with the words that it calls `$1`, `$2` and so on.
pub(super) fn script(line: &str, parameters: &[&str]) -> Vec<String> {
    let mut command = words(&["bash", "-c", line]);
    if !parameters.is_empty() {
        command.push("bash".into());
        command.extend(words(parameters));
    }
    command
}

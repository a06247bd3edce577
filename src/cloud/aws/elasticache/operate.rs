//! The commands that act on ElastiCache.

use super::{global_name, is_global, machine, user_name};
use crate::cloud::aws::commands::{LOOK, RESTORE, restored, security_group};
use crate::cloud::aws::pointing::setting_name;
use crate::cloud::aws::{Lowering, facts};
use crate::deployment::{Expect, Operation, OperationKind, Proof, script, words};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn elasticache_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let mut found = Vec::new();
            if is_global(store) {
                found.extend(self.elasticache_copies(store, id));
                let promoted = self.elasticache_writes(store, id, OperationKind::Promote);
                self.deployment.proofs.push(promoted);
                // The region that the topology names writes again once it is back.
                if store.writer == Some(id) {
                    let back = self.elasticache_writes(store, id, OperationKind::Return);
                    self.deployment.proofs.push(back);
                }
            }
            if store.backup.is_some() {
                found.extend(self.elasticache_backups(store, id));
                let location = self.location(id);
                let name = self.store_name(store, id, facts::names().cache);
                // The engine's own count, sampled each minute: nobody signs in but services.
                let read = format!(
                    "state=$(aws elasticache describe-replication-groups --region {location} --replication-group-id \"$1\" \
                     --query 'ReplicationGroups[0].Status' --output text) && test \"$state\" = available && \
                     dimensions=$(aws cloudwatch list-metrics --region {location} --namespace AWS/ElastiCache \
                     --metric-name CurrItems --output json --query \"Metrics[?Dimensions[?starts_with(Value, '$1-')]] | [0].Dimensions\") && \
                     aws cloudwatch get-metric-statistics --region {location} --namespace AWS/ElastiCache \
                     --metric-name CurrItems --dimensions \"$dimensions\" \
                     --start-time \"$(date -u -d '-10 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" --period 60 --statistics Maximum \
                     --query 'max(Datapoints[].Maximum) > `0`' --output text"
                );
                let title = "Read how many keys the copy counts";
                let proof = restored(&name, id, title, &read, "True");
                self.deployment.proofs.push(proof);
                let switch = self.elasticache_switch(store, id, &name);
                self.deployment.switches.push(switch);
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
            global_name(self, store)
        );
        let describe = format!(
            "aws elasticache describe-global-replication-groups --region {location} --show-member-info"
        );
        // A metric has the dimensions that AWS gives it: they are read, not known. Its unit is the
        // second (docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html, 2026-11).
        let behind = format!(
            "writer=$({describe} --output text --query \"{ours} | [0].Members[?Role=='PRIMARY'].ReplicationGroupRegion\") && \
             if [ \"$writer\" = {location} ]; then echo '{store}: this region writes, 0 s'; exit 0; fi && \
             dimensions=$(aws cloudwatch list-metrics --region {location} --namespace AWS/ElastiCache \
             --metric-name GlobalDatastoreReplicationLag --output json \
             --query \"Metrics[?Dimensions[?starts_with(Value, '{name}')]] | [0].Dimensions\") && \
             behind=$(aws cloudwatch get-metric-statistics --region {location} --namespace AWS/ElastiCache \
             --metric-name GlobalDatastoreReplicationLag --dimensions \"$dimensions\" \
             --start-time \"$(date -u -d '-5 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" --period 60 --statistics Maximum \
             --query 'max(Datapoints[].Maximum)' --output text) && \
             if [ \"$behind\" = None ]; then echo '{store}: nothing was measured'; else echo \"{store}: $behind s\"; fi",
            store = store.name
        );
        let promote = format!(
            "writer=$({describe} --output text --query \"{ours} | [0].Members[?Role=='PRIMARY'].ReplicationGroupRegion\") && \
             group=$({describe} --output text --query \"{ours} | [0].GlobalReplicationGroupId\") && \
             if [ \"$writer\" = {location} ]; then echo 'this region writes already'; else \
             aws elasticache failover-global-replication-group --region {location} --primary-region {location} \
             --primary-replication-group-id {name} --global-replication-group-id \"$group\"; fi"
        );
        let mut found = vec![Operation::of_store(
            store,
            id,
            (OperationKind::Lag, LOOK),
            format!("Show how far {location} is behind with {}", store.name),
            script(&behind, &[]),
            Expect::Seconds,
            "treat unknown lag as over the limit",
        )];
        let home = store.writer == Some(id);
        let back = home.then_some(OperationKind::Return);
        for kind in [OperationKind::Promote].into_iter().chain(back) {
            found.push(Operation::of_store(
                store,
                id,
                (kind, 120),
                format!("Let {location} write {}", store.name),
                script(&promote, &[]),
                "modifying, then primary-associated; or that it writes already",
                "its own control plane does not answer: wait for it, nothing else can promote",
            ));
        }
        found.extend(self.told_of_the_writer(store, id, id, OperationKind::Promote));
        // Those that took over were told to write at home.
        let told = store.regions.iter().filter(|_| home);
        found.extend(
            told.flat_map(|at| self.told_of_the_writer(store, id, *at, OperationKind::Return)),
        );
        found
    }

    fn elasticache_writes(&self, store: &Datastore, id: RegionId, of: OperationKind) -> Proof {
        let location = self.location(id);
        let writer = format!(
            "GlobalReplicationGroups[?ends_with(GlobalReplicationGroupId, '-{}')] | [0].Members[?Role=='PRIMARY'].ReplicationGroupRegion",
            global_name(self, store)
        );
        #[rustfmt::skip]
        let command = words(&[
            "aws", "elasticache", "describe-global-replication-groups", "--region", location, "--show-member-info",
            "--query", &writer, "--output", "text",
        ]);
        Proof {
            of,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Read back who writes {}", store.name),
            command,
            wants: location.into(),
            within_seconds: 600,
            otherwise: "it is failing over still: look at the status of the global group".into(),
        }
    }

    /// Services of a region learn that they write in the one of `writer` from now on.
    fn told_of_the_writer(
        &self,
        store: &Datastore,
        writer: RegionId,
        at: RegionId,
        kind: OperationKind,
    ) -> Vec<Operation> {
        let (context, location) = (self.cluster_name(at), self.location(at));
        let told = self.told_of_writer(store, writer).into_iter();
        let told = told.map(|(what, value)| format!("{}={value}", setting_name(store, what)));
        let told: Vec<String> = told.collect();
        let users = self.users(store, at).into_iter();
        let to = match at == writer {
            true => "at home".to_string(),
            false => format!("in {}", self.location(writer)),
        };
        let steps = users.map(|service| {
            let name = service.name_in(self.topology.region(at));
            #[rustfmt::skip]
            let command = words(&[
                "kubectl", "--context", &context, "--namespace", &self.topology.namespace,
                "set", "env", &format!("deployment/{name}"),
            ]);
            let command = [command, told.clone()].concat();
            Operation::of_store(
                store,
                writer,
                (kind, 30),
                format!("Let {name} in {location} write {} {to}", store.name),
                command,
                "env updated, or no output if it was so already",
                "the cluster does not answer: stop, this region cannot take over",
            )
        });
        steps.collect()
    }

    fn elasticache_backups(&self, store: &Datastore, id: RegionId) -> Vec<Operation> {
        let location = self.location(id);
        let name = self.store_name(store, id, facts::names().cache);
        let (machine, users) = (machine(store), user_name(self, store));
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
             --transit-encryption-enabled --at-rest-encryption-enabled --user-group-ids {users} {}",
            security_group(location, &format!("{name}-redis")),
            self.marked(&name),
        );
        vec![
            Operation::of_store(
                store,
                id,
                (OperationKind::Backup, 30),
                format!("Take a snapshot of {name} now"),
                backup,
                "creating",
                "wait until no other snapshot is being taken",
            ),
            Operation::of_store(
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
                ..Operation::of_store(
                    store,
                    id,
                    (OperationKind::Restore, RESTORE),
                    format!("Bring a snapshot of {name} back, as a new group"),
                    script(&restore, &["$NEW_DATABASE", "$BACKUP"]),
                    "the status `creating`",
                    "take the snapshot before it",
                )
            },
        ]
    }
}

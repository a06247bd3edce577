//! The commands that act on PostgreSQL of RDS.

use super::{Copies, copies, databases};
use crate::cloud::aws::commands::{
    LOOK, parameter_group, restored, seconds_behind, security_group,
};
use crate::cloud::aws::{Lowering, facts};
use crate::deployment::{Expect, Operation, OperationKind, Proof, script, words};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn postgres_operations(&mut self, store: &Datastore) {
        let Some(copies) = copies(store) else {
            return;
        };
        for id in store.regions.clone() {
            let location = self.location(id);
            let name = self.store_name(store, id, facts::names().database);
            let operation =
                |kind, title: String, command: &[&str], expect: &str, budget, otherwise: &str| {
                    Operation {
                        kind,
                        subject: store.name.clone(),
                        region: Some(id),
                        title,
                        command: words(command),
                        expect: expect.into(),
                        budget_seconds: budget,
                        otherwise: otherwise.into(),
                    }
                };
            #[rustfmt::skip]
            let mut found = vec![operation(
                OperationKind::Inspect,
                format!("Show the instance {name}"),
                &["aws", "rds", "describe-db-instances", "--region", location, "--db-instance-identifier", &name,
                  "--query", "DBInstances[].[DBInstanceStatus,MultiAZ,LatestRestorableTime]", "--output", "table"],
                "available, True, and a moment of the last ten minutes",
                15,
                "the instance or the API is not there: go on with the other region",
            )];
            if copies == Copies::Physical && store.writer != Some(id) {
                let promoted = self.promoted_replica(store, id, &name);
                self.deployment.proofs.push(promoted);
            }
            if store.backup.is_some() {
                #[rustfmt::skip]
                found.extend([
                    operation(
                        OperationKind::Backup,
                        format!("Take a snapshot of {name} now"),
                        &["aws", "rds", "create-db-snapshot", "--region", location, "--db-instance-identifier", &name,
                          "--db-snapshot-identifier", "$NEW_DATABASE"],
                        "creating",
                        30,
                        "wait until no other backup is being taken",
                    ),
                    operation(
                        OperationKind::ListBackups,
                        format!("List the snapshots of {name}"),
                        &["aws", "rds", "describe-db-snapshots", "--region", location, "--db-instance-identifier", &name,
                          "--query", "DBSnapshots[].[DBSnapshotIdentifier,SnapshotCreateTime,Status]", "--output", "table"],
                        "the newest snapshot that is available is younger than a day",
                        15,
                        "without a snapshot only point-in-time recovery is left",
                    ),
                    operation(
                        OperationKind::ListBackups,
                        format!("List the histories that {location} keeps, its own and those of other regions"),
                        &["aws", "rds", "describe-db-instance-automated-backups", "--region", location,
                          "--query", "DBInstanceAutomatedBackups[].[DBInstanceIdentifier,Region,RestoreWindow.EarliestTime,RestoreWindow.LatestTime,DBInstanceAutomatedBackupsArn]",
                          "--output", "table"],
                        "one line for each instance, with a window that ends minutes ago",
                        15,
                        "a history that is missing here must be restored in its own region",
                    ),
                ]);
                found.extend(self.postgres_restores(store, id, &name, copies));
            }
            found.extend(self.postgres_copies(store, id, copies));
            for operation in found {
                self.operation(operation);
            }
        }
        self.postgres_switches(store);
    }

    fn postgres_restores(
        &mut self,
        store: &Datastore,
        id: RegionId,
        name: &str,
        copies: Copies,
    ) -> Vec<Operation> {
        let location = self.location(id);
        let group = security_group(location, &format!("{name}-postgres"));
        let moment = format!(
            "{group}aws rds restore-db-instance-to-point-in-time --region {location} \
             --source-db-instance-identifier {name} --target-db-instance-identifier \"$1\" \
             --restore-time \"$2\" {} {}",
            as_ours(name, self.engine_version(store), copies),
            self.marked(name)
        );
        let snapshot = format!(
            "{group}aws rds restore-db-instance-from-db-snapshot --region {location} \
             --db-snapshot-identifier \"$2\" --db-instance-identifier \"$1\" {} {}",
            as_ours(name, self.engine_version(store), copies),
            self.marked(name)
        );
        let mut restores = vec![
            postgres_restore(
                name.to_string(),
                id,
                format!("Bring {name} back as it was, as a new instance"),
                script(&moment, &["$NEW_DATABASE", "$SNAPSHOT_TIME"]),
                "choose an earlier moment, or restore the newest snapshot",
            ),
            postgres_restore(
                name.to_string(),
                id,
                format!("Bring a snapshot of {name} back, as a new instance"),
                script(&snapshot, &["$NEW_DATABASE", "$BACKUP"]),
                "take the snapshot before it",
            ),
        ];
        let proof = self.postgres_restored(store, name, id);
        self.deployment.proofs.push(proof);
        let backup = store.backup.as_ref();
        let kept = backup.into_iter().flat_map(|b| &b.copies_to);
        let kept = kept.filter_map(|r| self.topology.region_named(r));
        let abroad = kept.filter(|r| *r != id && store.regions.contains(r));
        for to in abroad.collect::<Vec<_>>() {
            let restore = self.postgres_restore_abroad(store, (id, to), copies);
            let proof = self.postgres_restored(store, &restore.subject, to);
            self.deployment.proofs.push(proof);
            restores.push(restore);
        }
        restores
    }

    /// The copy is there once it is available and, where a pod can sign in to it, a row is read.
    fn postgres_restored(&self, store: &Datastore, subject: &str, id: RegionId) -> Proof {
        let location = self.location(id);
        let address = format!(
            "host=$(aws rds describe-db-instances --region {location} --db-instance-identifier \"$1\" \
             --query \"DBInstances[?DBInstanceStatus=='available'] | [0].Endpoint.Address\" --output text) && \
             if [ \"$host\" = None ]; then exit 1; fi && "
        );
        if !copies(store).is_some_and(Copies::logical) {
            let read = format!("{address}echo available");
            return restored(
                subject,
                id,
                "Wait until the copy is available",
                &read,
                "available",
            );
        }
        let (cluster, namespace) = (self.cluster_name(id), &self.topology.namespace);
        let database = databases(store).swap_remove(0);
        let read = format!(
            "{address}kubectl --context {cluster} --namespace {namespace} exec deployment/{}-heartbeat -- \
             env PGHOST=\"$host\" psql --no-psqlrc --tuples-only --no-align --dbname {database} \
             --command 'SELECT count(*) > 0 FROM replication_heartbeat'",
            store.name
        );
        restored(subject, id, "Read a row of the copy", &read, "t")
    }

    fn promoted_replica(&self, store: &Datastore, id: RegionId, name: &str) -> Proof {
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "describe-db-instances", "--region", self.location(id), "--db-instance-identifier", name,
            "--query", "DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier]", "--output", "text",
        ]);
        Proof {
            of: OperationKind::Promote,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Read back that {name} takes writes"),
            command,
            wants: "available None".into(),
            within_seconds: 1800,
            otherwise: "it is being promoted still: look at its status".into(),
        }
    }

    /// From the history that another region keeps, while the instance's own region is gone.
    fn postgres_restore_abroad(
        &self,
        store: &Datastore,
        (from, to): (RegionId, RegionId),
        copies: Copies,
    ) -> Operation {
        let name = |id| self.store_name(store, id, facts::names().database);
        let (location, own) = (self.location(to), name(to));
        let subject = format!("{}-in-{location}", name(from));
        let history = format!(
            "history=$(aws rds describe-db-instance-automated-backups --region {location} --query \
             \"DBInstanceAutomatedBackups[?DBInstanceIdentifier=='{}'] | [0].DBInstanceAutomatedBackupsArn\" \
             --output text) && ",
            name(from)
        );
        let restore = format!(
            "{history}{}aws rds restore-db-instance-to-point-in-time --region {location} \
             --source-db-instance-automated-backups-arn \"$history\" \
             --target-db-instance-identifier \"$1\" --restore-time \"$2\" {} {}",
            security_group(location, &format!("{own}-postgres")),
            as_ours(&own, self.engine_version(store), copies),
            self.marked(&subject)
        );
        postgres_restore(
            subject,
            to,
            format!(
                "Bring {} back in {location}, from the history that is kept there",
                name(from)
            ),
            script(&restore, &["$NEW_DATABASE", "$SNAPSHOT_TIME"]),
            "choose an earlier moment: copies of the log come minutes later",
        )
    }

    /// How far a region is behind, and how it stops following.
    fn postgres_copies(&self, store: &Datastore, id: RegionId, copies: Copies) -> Vec<Operation> {
        let location = self.location(id);
        if copies == Copies::Physical {
            let writes = store.writer == Some(id);
            let name = self.store_name(store, id, facts::names().database);
            #[rustfmt::skip]
            let promote = Operation {
                kind: OperationKind::Promote,
                subject: store.name.clone(),
                region: Some(id),
                title: format!("Make the replica {name} an instance of its own"),
                command: words(&["aws", "rds", "promote-read-replica", "--region", location, "--db-instance-identifier", &name]),
                expect: "modifying, then available".into(),
                budget_seconds: 600,
                otherwise: "it is not a replica any more: look at its status".into(),
            };
            let promote = Some(promote).filter(|_| !writes);
            let lag = Operation::of_store(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show how far {location} is behind with {}", store.name),
                script(&replica_lag(store, location, &name), &[]),
                Expect::Seconds,
                "treat unknown lag as over the limit",
            );
            return [lag].into_iter().chain(promote).collect();
        }
        if !copies.logical() {
            return Vec::new();
        }
        let exec = |script: &str| {
            let deployment = format!("deployment/{}-heartbeat", store.name);
            let context = self.cluster_name(id);
            #[rustfmt::skip]
            let command = words(&[
                "kubectl", "--context", &context, "--namespace", &self.topology.namespace,
                "exec", &deployment, "--", "/bin/sh", &format!("/config/{script}"),
            ]);
            command
        };
        let others = store.regions.iter().filter(|r| **r != id);
        let others: Vec<&str> = others
            .map(|r| self.topology.region(*r).name.as_str())
            .collect();
        let mut found = vec![Operation {
            kind: OperationKind::Lag,
            subject: store.name.clone(),
            region: Some(id),
            title: format!(
                "Show how old what {location} has of {} is",
                others.join(" and ")
            ),
            command: exec("lag.sh"),
            expect: Expect::Seconds,
            budget_seconds: 20,
            otherwise: "treat unknown lag as over the limit".into(),
        }];
        if copies == Copies::OneWay && store.writer != Some(id) {
            found.push(Operation {
                kind: OperationKind::Promote,
                subject: store.name.clone(),
                region: Some(id),
                title: format!(
                    "Let {location} take writes of {}: end its subscriptions",
                    store.name
                ),
                command: exec("stop-following.sh"),
                expect: "a line that ends in true for each subscription".into(),
                budget_seconds: 30,
                otherwise: "the servers of the region do not answer: stop and call AWS".into(),
            });
        }
        found
    }
}

/// How far a physical replica is behind. It says -1 while it does not follow, which is no number
/// of seconds; what was promoted follows nobody.
fn replica_lag(store: &Datastore, location: &str, name: &str) -> String {
    let metric = format!(
        "--namespace AWS/RDS --metric-name ReplicaLag --dimensions Name=DBInstanceIdentifier,Value={name}"
    );
    let behind = seconds_behind(&store.name, location, &metric, 1);
    format!(
        "source=$(aws rds describe-db-instances --region {location} --db-instance-identifier {name} \
         --query 'DBInstances[0].ReadReplicaSourceDBInstanceIdentifier' --output text) && \
         if [ \"$source\" = None ]; then echo '{}: this region writes, 0 s'; else {behind}; fi",
        store.name
    )
}

fn postgres_restore(
    subject: String,
    region: RegionId,
    title: String,
    command: Vec<String>,
    otherwise: &str,
) -> Operation {
    Operation {
        kind: OperationKind::Restore,
        subject,
        region: Some(region),
        title,
        command,
        expect: "the status `creating`".into(),
        budget_seconds: 900,
        otherwise: otherwise.into(),
    }
}

/// What a restored instance is made with: else it has the VPC's own security group, which
/// lets no service in.
fn as_ours(name: &str, version: &str, copies: Copies) -> String {
    // With pglogical it would take the original's place with its peers as soon as it starts.
    let parameters = if copies.logical() {
        parameter_group(&format!("{name}-restored"), version)
    } else {
        parameter_group(name, version)
    };
    format!(
        "--db-subnet-group-name {name} --db-parameter-group-name {parameters} \
         --vpc-security-group-ids \"$group\" --multi-az --no-publicly-accessible --deletion-protection"
    )
}

//! The commands that act on hosts and stores.

use super::edge::{
    EVACUATE, domain, edge_name, evacuation_namespace, region_host, switch_location,
};
use super::postgres::{Copies, copies, databases};
use super::stores::{restored, script, security_group};
use super::{Lowering, facts};
use crate::deployment::{Operation, OperationKind, Proof, Shift, words};
use crate::spec::Engine;
use crate::topology::{Datastore, Host, RegionId};

/// The function by which a script moves a share of a region's users.
const SET_SHARE: &str = include_str!("../../../templates/scripts/aws-set-share.sh");

/// Seconds that an alarm needs to see a metric, and a check to see the alarm
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: standard
/// resolution is a minute).
const ALARM_SECONDS: u64 = 120;

impl Lowering<'_> {
    pub(super) fn operations_of_parts(&mut self) {
        let hosts: Vec<&Host> = self.topology.hosts.iter().collect();
        for host in &hosts {
            self.host_operations(host);
        }
        self.evacuations(&hosts);
        self.shift(&hosts);
        for store in &self.topology.datastores {
            match store.engine {
                Engine::Postgres => self.postgres_operations(store),
                Engine::Aurora => self.aurora_operations(store),
                Engine::Redis => self.elasticache_operations(store),
                Engine::RedisEnterprise => self.redis_enterprise_operations(store),
                Engine::Dynamodb => self.dynamodb_operations(store),
                Engine::ObjectStorage => self.bucket_operations(store),
                _ => {}
            }
        }
    }

    pub(super) fn operation(&mut self, operation: Operation) {
        self.deployment.operations.push(operation);
    }

    fn host_operations(&mut self, host: &Host) {
        let path = host
            .written
            .health
            .as_ref()
            .map_or("/health", |h| h.path.as_str());
        #[rustfmt::skip]
        let command = words(&[
            "curl", "--fail", "--silent", "--show-error", "--max-time", "10", "--output", "/dev/null",
            "--", &format!("https://{}{path}", host.name),
        ]);
        self.operation(Operation {
            kind: OperationKind::Verify,
            subject: host.name.clone(),
            region: match host.regions.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            title: format!("See that {} answers from outside", host.name),
            command,
            expect: "no output and exit status 0".into(),
            budget_seconds: 10,
            otherwise: "look at the region's load balancer; users get errors as long as this fails"
                .into(),
        });
        if host.regions.len() < 2 {
            return;
        }
        self.operation(Operation {
            kind: OperationKind::Inspect,
            subject: host.name.clone(),
            region: None,
            title: format!("Show which region {} leads to from here", host.name),
            command: words(&["dig", "+noall", "+answer", &host.name]),
            expect: "a name of a region that is up".into(),
            budget_seconds: 10,
            otherwise: "ask again after the life of the record".into(),
        });
    }

    /// Sending users of a region elsewhere, and back: a metric in another region.
    fn evacuations(&mut self, hosts: &[&Host]) {
        let global: Vec<&&Host> = hosts.iter().filter(|h| h.regions.len() > 1).collect();
        let Some(first) = global.first() else {
            return;
        };
        let ttl = global
            .iter()
            .map(|h| h.written.ttl.secs())
            .max()
            .unwrap_or(60);
        let drain = global
            .iter()
            .map(|h| h.written.drain.secs())
            .max()
            .unwrap_or(0);
        for id in first.regions.clone() {
            let location = self.location(id);
            let at = switch_location(self, id);
            for (kind, value, title, budget) in [
                (
                    OperationKind::Fence,
                    "1",
                    format!("Send users of {location} elsewhere"),
                    ALARM_SECONDS + ttl + drain,
                ),
                (
                    OperationKind::Unfence,
                    "0",
                    format!("Let {location} have users again"),
                    ALARM_SECONDS + ttl,
                ),
            ] {
                let wants = if kind == OperationKind::Fence {
                    "ALARM"
                } else {
                    "OK"
                };
                for host in &global {
                    let proof = self.evacuated(host, id, kind, wants);
                    self.deployment.proofs.push(proof);
                }
                #[rustfmt::skip]
                let command = words(&[
                    "aws", "cloudwatch", "put-metric-data", "--region", at,
                    "--namespace", &evacuation_namespace(self.topology), "--metric-name", EVACUATE,
                    "--dimensions", &format!("Region={location}"), "--value", value,
                ]);
                self.operation(Operation {
                    kind,
                    subject: first.name.clone(),
                    region: Some(id),
                    title,
                    command,
                    expect: "no output and exit status 0".into(),
                    budget_seconds: budget,
                    otherwise: format!("run it again; if {at} does not answer, Route 53 still leaves the region by its own check"),
                });
            }
            let name = edge_name(self.topology, id);
            #[rustfmt::skip]
            let command = words(&[
                "aws", "cloudwatch", "describe-alarms", "--region", location, "--alarm-name-prefix", &name,
                "--query", "[MetricAlarms,CompositeAlarms][].[AlarmName,StateValue]", "--output", "table",
            ]);
            self.operation(Operation {
                kind: OperationKind::Inspect,
                subject: first.name.clone(),
                region: Some(id),
                title: format!("Show the alarms of {location}"),
                command,
                expect: "OK for everything in a region that is up".into(),
                budget_seconds: 15,
                otherwise: "the region does not answer: take it for lost".into(),
            });
        }
    }

    /// What a script needs to move traffic bit by bit.
    fn shift(&mut self, hosts: &[&Host]) {
        let of = |host: &&Host| {
            let regions = host.regions.iter();
            let names = regions.filter_map(|id| {
                region_host(self.topology, host, *id)?;
                let location = self.location(*id);
                Some((*id, format!("{location}.shift.{}", host.name), location))
            });
            let names: Vec<(RegionId, String, &str)> = names.collect();
            (domain(self.topology, host), names)
        };
        let hosts: Vec<_> = hosts
            .iter()
            .filter(|h| h.regions.len() > 1)
            .map(of)
            .collect();
        if hosts.is_empty() {
            return;
        }
        let words = hosts.into_iter().flat_map(|(domain, names)| {
            names.into_iter().map(move |(region, name, location)| {
                (region, vec![domain.clone(), name, location.to_string()])
            })
        });
        self.deployment.shift = Some(Shift {
            function: SET_SHARE,
            tools: &["aws", "jq"],
            names: words.collect(),
        });
    }

    /// The alarm that the health check of a host in a region reads.
    fn evacuated(&self, host: &Host, id: RegionId, of: OperationKind, wants: &str) -> Proof {
        let location = self.location(id);
        let alarm = format!("{}-{location}-evacuated", host.name.replace('.', "-"));
        #[rustfmt::skip]
        let command = words(&[
            "aws", "cloudwatch", "describe-alarms", "--region", switch_location(self, id), "--alarm-names", &alarm,
            "--query", "MetricAlarms[0].StateValue", "--output", "text",
        ]);
        Proof {
            of,
            subject: host.name.clone(),
            region: Some(id),
            title: format!(
                "Read back the alarm that sends users of {} elsewhere",
                host.name
            ),
            command,
            wants: wants.into(),
            within_seconds: ALARM_SECONDS,
            otherwise: "run it again: the alarm has not followed its metric".into(),
        }
    }

    fn postgres_operations(&mut self, store: &Datastore) {
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
            if store.written.backup.is_some() {
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
             --restore-time \"$2\" {}",
            as_ours(name, copies)
        );
        let snapshot = format!(
            "{group}aws rds restore-db-instance-from-db-snapshot --region {location} \
             --db-snapshot-identifier \"$2\" --db-instance-identifier \"$1\" {}",
            as_ours(name, copies)
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
        let backup = store.written.backup.as_ref();
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
        let history = format!(
            "history=$(aws rds describe-db-instance-automated-backups --region {location} --query \
             \"DBInstanceAutomatedBackups[?DBInstanceIdentifier=='{}'] | [0].DBInstanceAutomatedBackupsArn\" \
             --output text) && ",
            name(from)
        );
        let restore = format!(
            "{history}{}aws rds restore-db-instance-to-point-in-time --region {location} \
             --source-db-instance-automated-backups-arn \"$history\" \
             --target-db-instance-identifier \"$1\" --restore-time \"$2\" {}",
            security_group(location, &format!("{own}-postgres")),
            as_ours(&own, copies)
        );
        postgres_restore(
            format!("{}-in-{location}", name(from)),
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
            return Some(promote).filter(|_| !writes).into_iter().collect();
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
            title: format!("Show how old what {location} has of {} is", others.join(" and ")),
            command: exec("lag.sh"),
            expect: "seconds for each database; while the other region is gone they grow, and began with what is lost".into(),
            budget_seconds: 20,
            otherwise: "unknown lag counts as lag over the objective".into(),
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

    fn redis_enterprise_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let context = self.cluster_name(id);
            let namespace = format!("{}-{}", self.topology.namespace, store.name);
            let of = |path: &str| {
                words(&[
                    "kubectl",
                    "--context",
                    &context,
                    "--namespace",
                    &namespace,
                    "get",
                    "redisenterpriseactiveactivedatabases.app.redislabs.com",
                    &store.name,
                    "--output",
                    path,
                ])
            };
            let location = self.location(id);
            let inspect = Operation {
                kind: OperationKind::Inspect,
                subject: store.name.clone(),
                region: Some(id),
                title: format!("Show the state of {} as {location} sees it", store.name),
                command: of("jsonpath={.status.status} {.status.participatingClusters}"),
                expect: "active, and `up` for each region that is up".into(),
                budget_seconds: 15,
                otherwise: "ask another region".into(),
            };
            let exchanged = format!(
                "status=$({}) && if [ \"$status\" = up ]; then echo '{}: changes are exchanged, 0 s'; else echo \"{}: $status\"; fi",
                crate::format::shell::command(&of("jsonpath={.status.replicationStatus}")),
                store.name,
                store.name
            );
            let lag = Operation {
                kind: OperationKind::Lag,
                subject: store.name.clone(),
                region: Some(id),
                title: format!(
                    "Show whether {location} exchanges changes of {}",
                    store.name
                ),
                command: script(&exchanged, &[]),
                expect: "that changes are exchanged, 0 s; while another region is gone, its status"
                    .into(),
                budget_seconds: 15,
                otherwise: "unknown lag counts as lag over the objective".into(),
            };
            self.operation(inspect);
            self.operation(lag);
        }
    }
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
        expect: "creating; then available, after minutes to hours by size".into(),
        budget_seconds: 900,
        otherwise: otherwise.into(),
    }
}

/// What a restored instance is made with: else it has the VPC's own security group, which
/// lets no service in.
fn as_ours(name: &str, copies: Copies) -> String {
    // With pglogical it would take the original's place with its peers as soon as it starts.
    let parameters = if copies.logical() {
        format!("{name}-restored")
    } else {
        name.to_string()
    };
    format!(
        "--db-subnet-group-name {name} --db-parameter-group-name {parameters} \
         --vpc-security-group-ids \"$group\" --multi-az --no-publicly-accessible --deletion-protection"
    )
}

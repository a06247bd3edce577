//! PostgreSQL on RDS: an instance in each region, copied logically both ways, logically one
//! way, physically, or not at all.

mod manifests;
mod operate;
mod recover;
mod switch;
mod upgrade;
mod watch;

use super::clusters::{Statement, Workload};
use super::data::recovered;
use super::homes;
use super::metrics::RDS;
use super::network::{LOGS, Subnets};
use super::platform::Held;
use super::{Lowering, facts, naming, output};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::maintenance;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read, read_if,
};
use crate::deployment::{
    Argument, Decision, Evidence, Fetch, Keeps, LogicalRegion, LogicalStore, Past, Scope, StoreCopy,
};
use crate::topology::{Conflict, Datastore, Engine, Mode, Reach, RegionId, Role, Topology};
use Aspect::{Absent, Given};

/// The administrator's name, and its password's place, are RDS's own.
const ADMINISTRATOR: &str = "administrator";
/// The image of AWS' command line.
const COMMAND_LINE: &str = "public.ecr.aws/aws-cli/aws-cli:2.27.50";
const PORT: u32 = 5432;

/// PostgreSQL on RDS.
#[derive(Debug, Clone, Copy)]
pub(super) struct RdsPostgres;

impl Offering for RdsPostgres {
    fn id(&self) -> &'static str {
        "aws/rds_postgres"
    }

    fn name(&self) -> &'static str {
        "PostgreSQL on RDS"
    }

    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn asked(&self) -> &'static str {
        "`postgres`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("engine_version"),
            read("machine"),
            read("size"),
            WRITERS_OF_COPIES,
            read_if("replication.by", |s| s.is_copied(), "nothing carries any"),
            read("replication.conflict_log"),
            read_if(
                "node_groups",
                |s| copies(s).is_some_and(Copies::logical),
                "pglogical has them: `mode: active-active`, or `by: pglogical`",
            ),
            read("backup.copies_to"),
            read("backup.immutable"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| &facts::postgres().version)
    }

    fn path(&self) -> Aspect<Path> {
        Absent("RDS goes to any version that it lists as a target")
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(|cloud, id, store| cloud.store(id, store))
    }

    fn history(&self, store: &Datastore) -> Past {
        recovered(store)
    }
    fn recovery(&self) -> Aspect<Recovery> {
        Given(Recovery {
            again: recover::again,
            remaining: recover::remaining,
        })
    }

    fn clients(&self) -> &'static str {
        super::sign_in::CLIENTS
    }

    fn guest(&self) -> Aspect<Brings> {
        Given(manifests::guest)
    }
}

impl OnAws for RdsPostgres {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        lowering.postgres(store);
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.postgres_operations(store))
    }

    fn upgrade(&self) -> Aspect<Upgrades> {
        Given(|lowering, store| lowering.upgrade_of_postgres(store))
    }

    fn machines(&self) -> Aspect<&'static str> {
        Given("db.")
    }

    fn alarms(&self) -> Aspect<Alarming> {
        Given(watch::alarms)
    }

    fn metrics(&self) -> Aspect<Metrics> {
        Given(RDS)
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Given(watch::own_metrics)
    }

    fn locked(&self) -> Aspect<Locked> {
        Given(Locked::Vault(|lowering, store, id| {
            let name = lowering.store_name(store, id, facts::names().database);
            lowering.arn("rds", lowering.location(id), &format!("db:{name}"))
        }))
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Absent("it runs on no cluster")
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Absent("it is reached in the region's own network")
    }
}

/// How the instances of a store copy each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    /// They do not.
    Apart,
    /// By pglogical, each from every other.
    BothWays,
    /// By pglogical, from the writer.
    OneWay,
    /// Below SQL, from the writer.
    Physical,
}

impl Copies {
    pub(super) fn logical(self) -> bool {
        matches!(self, Copies::BothWays | Copies::OneWay)
    }
}

/// How the instances of a store copy each other, if RDS can do it.
pub(super) fn copies(store: &Datastore) -> Option<Copies> {
    let Some(replication) = &store.replication else {
        return Some(Copies::Apart);
    };
    let by = replication.by.as_ref().map(|b| b.as_str());
    match (*replication.mode, by) {
        (Mode::None | Mode::Application, _) => Some(Copies::Apart),
        (Mode::ActiveActive, None | Some("pglogical")) => Some(Copies::BothWays),
        (Mode::Async, Some("pglogical")) => Some(Copies::OneWay),
        (Mode::Async, None) => Some(Copies::Physical),
        _ => None,
    }
}

/// The databases of an instance that are copied, each by itself.
pub(super) fn databases(store: &Datastore) -> Vec<String> {
    let groups = store.node_groups.iter().map(|g| g.value.clone());
    let mut databases: Vec<String> = groups.collect();
    if databases.is_empty() {
        databases.push(naming::slug(&store.name));
    }
    databases
}

impl Lowering<'_> {
    fn postgres(&mut self, store: &Datastore) {
        let Some(copies) = self.copies(store) else {
            return;
        };
        for id in store.regions.clone() {
            self.instance(store, id, copies);
        }
        self.backup_copies(store);
        if copies.logical() {
            self.logical_store(store, copies);
        }
        self.postgres_decision(store, copies);
    }

    fn copies(&mut self, store: &Datastore) -> Option<Copies> {
        let found = copies(store);
        if let (None, Some(replication)) = (found, &store.replication) {
            let span = replication
                .by
                .as_ref()
                .map_or(replication.mode.span, |b| b.span);
            let what = match &replication.by {
                Some(by) => format!("`{}` replication by `{}`", replication.mode.value, by.value),
                None => format!("`{}` replication of `postgres`", replication.mode.value),
            };
            self.not_available(
                span,
                &what,
                "`active-active` and `async` by `pglogical`, `async` below SQL, and `none`; regions are never copied synchronously",
            );
        }
        found
    }

    fn instance_name(&self, store: &Datastore, id: RegionId) -> String {
        self.store_name(store, id, facts::names().database)
    }

    pub(super) fn instance_call(&self, store: &str, id: RegionId) -> String {
        format!(
            "postgres_{}_{}",
            naming::slug(store),
            self.topology.region(id).slug()
        )
    }

    fn instance(&mut self, store: &Datastore, id: RegionId, copies: Copies) {
        let defaults = facts::postgres();
        let text = |t: &Option<crate::topology::Text>, other: &str| {
            t.as_ref().map_or(other.to_string(), |t| t.value.clone())
        };
        let storage = store
            .size
            .as_ref()
            .map_or(defaults.storage_gb, |s| s.get().div_ceil(1 << 30));
        let others: Vec<RegionId> = store.regions.iter().copied().filter(|r| *r != id).collect();
        let reading = if copies.logical() {
            store.regions.clone()
        } else {
            vec![id]
        };
        let name = self.instance_name(store, id);
        let data = self.key(id, "data", &[]);
        let logs = self.key(id, "logs", &[LOGS]);
        let days = self.history_days(store);
        let mut arguments = vec![
            ("name", name.clone().into()),
            ("engine_version", self.engine_version(store).into()),
            (
                "instance_class",
                text(&store.machine, &defaults.machine).into(),
            ),
            ("storage_gb", storage.into()),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Data)),
            ("client_cidrs", self.networks_of(&reading)),
        ];
        if copies.logical() {
            arguments.push(("peer_cidrs", self.networks_of(&others)));
        }
        arguments.extend([
            ("kms_key_arn", data),
            ("logs_kms_key_arn", logs),
            ("backup_days", days.into()),
            (
                "maintenance_window",
                maintenance_window(self.topology, id).into(),
            ),
        ]);
        if copies.logical() {
            let keep = storage * 1024 / defaults.keep_wal_share;
            arguments.push(("logical", self.logical(store, id, keep)));
        }
        if let (Copies::Physical, Some(writer)) = (copies, store.writer.filter(|w| *w != id)) {
            let source = format!("db:{}", self.instance_name(store, writer));
            let source = self.arn("rds", self.location(writer), &source);
            arguments.push(("replica_of", source));
            let evidence = Evidence::Argument {
                call: self.instance_call(&store.name, id),
                path: "replica_of".into(),
            };
            let copy = whole(
                self.topology,
                store,
                (writer, id),
                "a physical replica",
                evidence,
            );
            self.deployment.copies.push(copy);
        }
        if copies == Copies::BothWays {
            let table = text_of(store, |r| r.conflict_log.as_ref(), "conflicts");
            let conflicts = Argument::map([
                ("namespace", conflict_namespace(self.topology, store)),
                ("metric", CONFLICTS.to_string()),
                ("table", table),
            ]);
            arguments.push(("conflicts", conflicts));
        }
        let call = self.instance_call(&store.name, id);
        self.daily_backups(store, &call, days);
        self.call(&call, "aws/rds-postgres", Scope::Region(id), id, arguments);
        let host = self.private_name(id, &store.name, output(&call, "address", Argument::Null));
        let user = super::sign_in::USER.to_string();
        let port = PORT.to_string();
        self.tell(store, id, &[("HOST", host), ("PORT", port), ("USER", user)]);
        self.sign_in(store, id);
        self.reach(id, &reading, PORT);
    }

    /// What pglogical is told: which of two concurrent writes stays, on this side.
    fn logical(&self, store: &Datastore, id: RegionId, keep_wal_mb: u64) -> Argument {
        let databases = store.node_groups.len().max(1) as u64;
        let conflicts = store
            .replication
            .as_ref()
            .and_then(|r| r.conflicts.as_ref());
        let primary = self.topology.region(id).role == Role::Primary;
        let resolution = match conflicts.map(|c| c.value) {
            Some(Conflict::LastWriteWins) => "last_update_wins",
            Some(Conflict::PrimaryWins) if primary => "keep_local",
            Some(Conflict::Application) => "error",
            _ => "apply_remote",
        };
        Argument::map([
            ("databases", Argument::from(databases)),
            ("conflict_resolution", resolution.into()),
            ("keep_wal_mb", keep_wal_mb.into()),
        ])
    }

    /// History of each region in the others that were asked for, so that a lost region's
    /// last moments can be restored elsewhere.
    fn backup_copies(&mut self, store: &Datastore) {
        let Some(backup) = &store.backup else {
            return;
        };
        let days = self.history_days(store);
        let named = backup.copies_to.iter();
        let targets: Vec<RegionId> = named
            .filter_map(|r| self.topology.region_named(r))
            .collect();
        for target in targets {
            let sources = store.regions.iter().filter(|r| **r != target);
            let sources = sources.map(|source| {
                let name = self.instance_name(store, *source);
                let arn = self.arn("rds", self.location(*source), &format!("db:{name}"));
                (name, arn)
            });
            let sources: Vec<(String, Argument)> = sources.collect();
            if sources.is_empty() {
                continue;
            }
            let region = self.topology.region(target).slug();
            let call = format!("backups_of_{}_{region}", naming::slug(&store.name));
            for from in store.regions.iter().copied().filter(|r| *r != target) {
                let name = self.instance_name(store, from);
                let copy = StoreCopy {
                    keeps: Keeps::History,
                    ..whole(
                        self.topology,
                        store,
                        (from, target),
                        "replicated backups",
                        Evidence::Argument {
                            call: call.clone(),
                            path: format!("instances.{name}"),
                        },
                    )
                };
                self.deployment.copies.push(copy);
            }
            let key = self.carried_key(target, "data");
            let arguments = vec![
                ("instances", Argument::Map(sources)),
                ("keep_days", days.into()),
                ("kms_key_arn", key),
            ];
            self.call(
                &call,
                "aws/rds-backup-copies",
                Scope::Links,
                target,
                arguments,
            );
        }
    }

    /// The databases, users and subscriptions, which are SQL's and not Terraform's.
    fn logical_store(&mut self, store: &Datastore, copies: Copies) {
        let both_ways = copies == Copies::BothWays;
        let regions: Vec<LogicalRegion> = store
            .regions
            .iter()
            .map(|id| LogicalRegion {
                region: *id,
                host: format!("{}.{}", store.name, self.private_domain(*id)),
                sources: match both_ways {
                    true => store.regions.iter().copied().filter(|r| r != id).collect(),
                    false => store.writer.into_iter().filter(|w| w != id).collect(),
                },
                administrator_password: self.administrator_password(store, *id),
            })
            .collect();
        let databases = databases(store);
        let local = || {
            let datasets = store.datasets.iter();
            datasets.filter(|(_, d)| *d.copies == Reach::Origin && !d.collections.is_empty())
        };
        let leaves_out: Vec<String> = local().map(|(name, _)| name.text.clone()).collect();
        for region in &regions {
            let (topology, to) = (self.topology, region.region);
            let copies = region.sources.iter().map(|from| {
                let source = &topology.region(*from).name;
                let evidence = Evidence::File {
                    file: format!(
                        "kubernetes/{}/postgres-{}.yaml",
                        topology.region(to).name,
                        store.name
                    ),
                    key: source.clone(),
                };
                StoreCopy {
                    leaves_out: leaves_out.clone(),
                    ..whole(topology, store, (*from, to), "pglogical", evidence)
                }
            });
            self.deployment.copies.extend(copies.collect::<Vec<_>>());
        }
        let local = local().flat_map(|(_, d)| d.collections.iter().map(|c| c.value.clone()));
        let version = self.engine_version(store);
        let version = version.split('.').next().unwrap_or(version).to_string();
        let password = format!("{}-replication", store.name);
        self.store_secrets.push(Held {
            name: password.clone(),
            regions: store.regions.clone(),
            home: homes::home_of_store(self.topology, &store.name),
            rotate_days: None,
        });
        self.deployment.logical_stores.push(LogicalStore {
            datastore: store.name.clone(),
            version,
            databases,
            local_tables: local.collect(),
            both_ways,
            administrator: ADMINISTRATOR,
            password_secret: format!("{}-{password}", self.topology.name),
            regions,
        });
        for id in store.regions.clone() {
            let workload = self.replication_workload(store, id);
            self.workloads.entry(id).or_default().push(workload);
        }
    }

    /// RDS makes the administrator's secret under a name of its own, and says which.
    fn administrator_password(&self, store: &Datastore, id: RegionId) -> Fetch {
        let location = self.location(id);
        let name = self.instance_name(store, id);
        Fetch {
            image: COMMAND_LINE,
            script: format!(
                "set -eu\n\
                 arn=$(aws rds describe-db-instances --region {location} --db-instance-identifier {name} \
                 --query 'DBInstances[0].MasterUserSecret.SecretArn' --output text)\n\
                 aws secretsmanager get-secret-value --region {location} --secret-id \"$arn\" \
                 --query SecretString --output text |\n  \
                 sed -e 's/.*\"password\":\"\\(\\([^\"\\\\]\\|\\\\.\\)*\\)\".*/\\1/' -e 's/\\\\\\(.\\)/\\1/g' >\"$PASSWORD_FILE\"\n"
            ),
        }
    }

    fn replication_workload(&self, store: &Datastore, id: RegionId) -> Workload {
        let location = self.location(id);
        let account = self.account_text();
        let name = self.instance_name(store, id);
        let key = self.alias("data");
        Workload {
            name: format!("{}-replication", store.name),
            namespace: self.topology.namespace.clone(),
            statements: vec![
                Statement {
                    actions: vec!["rds:DescribeDBInstances"],
                    resources: vec![format!("arn:aws:rds:{location}:{account}:db:{name}")],
                    conditions: Vec::new(),
                },
                Statement {
                    actions: vec!["secretsmanager:GetSecretValue"],
                    resources: vec![format!(
                        "arn:aws:secretsmanager:{location}:{account}:secret:rds!db-*"
                    )],
                    conditions: vec![(
                        "StringEquals",
                        "aws:ResourceTag/aws:rds:primaryDBInstanceArn",
                        vec![format!("arn:aws:rds:{location}:{account}:db:{name}")],
                    )],
                },
                Statement {
                    actions: vec!["kms:Decrypt"],
                    resources: vec![format!("arn:aws:kms:{location}:{account}:key/*")],
                    conditions: vec![(
                        "ForAnyValue:StringEquals",
                        "kms:ResourceAliases",
                        vec![key],
                    )],
                },
            ],
        }
    }

    fn postgres_decision(&mut self, store: &Datastore, copies: Copies) {
        let (title, reason) = match copies {
            Copies::BothWays => (
                format!(
                    "{}: PostgreSQL on RDS, copied both ways by pglogical",
                    store.name
                ),
                "RDS loads pglogical in every version, can tell which of two writes came later, and \
                 brings the standby, any moment of the last weeks and patches with it; servers of \
                 our own would do the same and need people for it. Aurora cannot: a global database \
                 has one writer. What pglogical leaves to us is done by jobs on the clusters: each \
                 database subscribes to its twin, sends only what was written at its own side, and \
                 gives out every n-th number of a sequence. Changes of the schema are not copied: \
                 they go to all regions first, and a table is sent once both sides have it. Tables \
                 without a primary key send new rows only. Conflicts are written into the server's \
                 log and nowhere else: they are counted from there, and a saved query shows them as \
                 a table. The lag is measured by a beat that each region writes, so clocks must \
                 agree; RDS keeps them so. A region that is away longer than its share of the log \
                 lasts must be copied anew.",
            ),
            Copies::OneWay => (
                format!(
                    "{}: PostgreSQL on RDS, copied one way by pglogical",
                    store.name
                ),
                "The writer's changes are sent to the other regions, which must not be written. A \
                 promotion ends the subscription; the way back is a new copy.",
            ),
            Copies::Physical => (
                format!(
                    "{}: PostgreSQL on RDS with replicas in other regions",
                    store.name
                ),
                "Replicas follow below SQL, read only and without a bound on the lag. A promotion \
                 cannot be undone: the old writer becomes a new replica.",
            ),
            Copies::Apart => return,
        };
        self.deployment.decisions.push(Decision {
            title,
            reason: reason.into(),
        });
    }
}

/// The name of the metric that counts conflicts.
pub(super) const CONFLICTS: &str = "conflicts";

/// Where conflicts of a store are counted.
pub(super) fn conflict_namespace(
    topology: &crate::topology::Topology,
    store: &Datastore,
) -> String {
    format!("{}/{}", topology.name, store.name)
}

fn text_of(
    store: &Datastore,
    of: fn(&crate::topology::Replication) -> Option<&crate::topology::Text>,
    other: &str,
) -> String {
    let text = store.replication.as_ref().and_then(of);
    text.map_or(other.to_string(), |t| t.value.clone())
}

/// An hour of the week: that of the region's day.
fn maintenance_window(topology: &Topology, id: RegionId) -> String {
    let day = maintenance::day(topology, id);
    format!("{day}:05:00-{day}:06:00")
}

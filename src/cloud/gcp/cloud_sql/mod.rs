//! PostgreSQL on Cloud SQL: in each region an instance with a standby in another zone, which
//! follows the one that takes writes, or stands apart.

mod operate;
mod recover;
mod rest;
mod switch;
mod watch;

use super::Lowering;
use super::facts;
use super::naming::{self, Kind, slug};
use super::offering::{Grants, OnGcp, Operate, Switches, Told, Volumes};
use super::platform::account_id;
use super::{project, ranges};
use crate::cloud::kept::whole;
use crate::cloud::maintenance;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::deployment::{
    Argument, Decision, Evidence, Keeps, Past, Reading, Schedule, Scope, StoreCopy,
};
use crate::topology::{Datastore, Engine, Mode, RegionId, Service, Topology};
use Aspect::{Absent, Given};

const PORT: u32 = 5432;
/// The agent that keys are granted to.
const AGENT: &str = "gcp-sa-cloud-sql";
/// The only period of automated backups (cloud.google.com/sql/docs/postgres/backup-recovery/backups).
const DAY: u64 = 86_400;

/// PostgreSQL on Cloud SQL.
#[derive(Debug, Clone, Copy)]
pub(super) struct CloudSql;

impl Offering for CloudSql {
    fn id(&self) -> &'static str {
        "gcp/cloud_sql"
    }

    fn name(&self) -> &'static str {
        "PostgreSQL on Cloud SQL"
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
            read("replication.by"),
            read("backup.copies_to"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| &facts::cloud_sql().version)
    }

    fn path(&self) -> Aspect<Path> {
        Given(path)
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(rest::copies)
    }

    fn history(&self, store: &Datastore) -> Past {
        // One that nobody asked for is taken for the standby, and gone the day after.
        if store.backup.is_none() {
            return Past::default();
        }
        let (backups, log) = kept(store);
        Past {
            snapshots: Some(backups * DAY),
            moments: Some(log * DAY),
            withheld: None,
        }
    }

    fn recovery(&self) -> Aspect<Recovery> {
        Given(Recovery {
            again: recover::again,
            remaining: recover::remaining,
        })
    }

    fn clients(&self) -> &'static str {
        include_str!("clients.md").trim_ascii_end()
    }

    fn guest(&self) -> Aspect<Brings> {
        Absent("the cloud runs it, outside of the clusters")
    }
}

impl OnGcp for CloudSql {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.cloud_sql_can(store) {
            lowering.cloud_sql(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|all, store| all.cloud_sql(store))
    }

    fn told(&self) -> Aspect<Told> {
        Given(told)
    }

    fn grants(&self) -> Aspect<Grants> {
        Given(grants)
    }

    fn password(&self) -> Aspect<()> {
        Absent("services are let in as their accounts")
    }

    fn range(&self) -> Aspect<()> {
        Given(())
    }

    fn volumes(&self) -> Aspect<Volumes> {
        Absent("it runs on no cluster")
    }

    fn switches(&self) -> Aspect<Switches> {
        Given(|lowering, store| lowering.cloud_sql_switches(store))
    }
}

/// How the instances of a store copy each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copies {
    /// They do not.
    Apart,
    /// Below SQL, from the writer.
    Replicas,
}

fn copies(store: &Datastore) -> Copies {
    match store.mode() {
        Mode::Async => Copies::Replicas,
        _ => Copies::Apart,
    }
}

/// Whether an instance takes writes: alone of them all, or of its own region.
fn writes(store: &Datastore, id: RegionId) -> bool {
    copies(store) == Copies::Apart || store.writer == Some(id)
}

/// What an instance is called; what belongs to it has the same name.
fn instance(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    format!("{}-{}-{location}", topology.name, store.name)
}

/// The zone of a store's names, and the domain that it holds.
fn zone(topology: &Topology, store: &Datastore) -> (String, String) {
    let domain = format!("{}.internal", store.name);
    (format!("{}-{}", topology.name, store.name), domain)
}

/// An address of an instance's endpoint: the second of its range, or the third for a restored
/// copy that serves in its place.
fn address(topology: &Topology, store: &Datastore, id: RegionId, place: u32) -> String {
    let range = ranges::of_store(topology, store, id);
    let base = range.split('/').next().unwrap_or_default();
    match base.parse::<std::net::Ipv4Addr>() {
        Ok(base) => std::net::Ipv4Addr::from(u32::from(base) + place).to_string(),
        Err(_) => base.to_string(),
    }
}

/// Its own endpoint.
const OWN: u32 = 2;
/// That of a restored copy.
const COPY: u32 = 3;

/// The machine, and whether only Enterprise Plus has it.
fn tier(store: &Datastore) -> (String, bool) {
    let machine = store.machine.as_ref();
    let machine = machine.map_or(facts::cloud_sql().machine.clone(), |m| m.value.clone());
    let mut plus = facts::cloud_sql().plus.iter();
    let plus = plus.any(|p| machine.starts_with(p.as_str()));
    (machine, plus)
}

fn edition(plus: bool) -> &'static str {
    if plus {
        "ENTERPRISE_PLUS"
    } else {
        "ENTERPRISE"
    }
}

/// The version as the API calls it: `POSTGRES_18`.
fn version(topology: &Topology, store: &Datastore) -> String {
    let version = topology.engine_version(store).unwrap_or_default();
    format!("POSTGRES_{version}")
}

/// Daily backups that are kept, and days of the log.
fn kept(store: &Datastore) -> (u64, u64) {
    let Some(backup) = &store.backup else {
        // A standby in another zone takes both, whoever asks for them.
        return (1, 1);
    };
    let days = |seconds: u64| seconds.div_ceil(DAY).max(1);
    let log = backup.point_in_time.as_ref().map_or(1, |p| days(p.secs()));
    (days(backup.keep.secs()), log)
}

/// The other region that keeps the backups of a region.
fn backups_at(topology: &Topology, store: &Datastore, id: RegionId) -> Option<RegionId> {
    let named = store.backup.iter().flat_map(|b| &b.copies_to);
    let mut named = named.filter_map(|r| topology.region_named(&r.value));
    named.find(|r| *r != id)
}

/// Replicas stay at their version while the instance that they follow goes to the next.
fn path(store: &Datastore, from: &str, to: &str) -> Option<(String, String)> {
    (copies(store) == Copies::Replicas && from != to).then(|| {
        (
            format!("replicas of version {from} cannot follow an instance of version {to}"),
            "restore a backup into a new store of that version, and lead the services there".into(),
        )
    })
}

/// Where a region finds the instance that takes writes and its own, and as whom it signs in.
fn told(
    topology: &Topology,
    store: &Datastore,
    service: &Service,
    id: RegionId,
) -> Vec<(&'static str, String)> {
    let (_, domain) = zone(topology, store);
    let own = format!("{}.{domain}", topology.region(id).place.location);
    let here = store.regions.contains(&id);
    let hosts = match copies(store) {
        Copies::Replicas => vec![
            ("HOST", format!("writer.{domain}")),
            (
                "READ_HOST",
                if here {
                    own
                } else {
                    format!("writer.{domain}")
                },
            ),
        ],
        Copies::Apart if here => vec![("HOST", own)],
        Copies::Apart => return Vec::new(),
    };
    let account = account_id(topology, service, id);
    let user = format!("{account}@{}.iam", project(topology));
    let more = [("PORT", PORT.to_string()), ("USER", user)];
    hosts.into_iter().chain(more).collect()
}

/// A service signs in to the instances of its store, and to restored copies of them.
fn grants(topology: &Topology, store: &Datastore, _: &Service, region: RegionId) -> Vec<Argument> {
    let reached = store.regions.iter().copied();
    let reached = reached.filter(|id| copies(store) == Copies::Replicas || *id == region);
    let grant = |id: RegionId| {
        let name = instance(topology, store, id);
        let is = |rest: &str| -> [Argument; 3] {
            [
                "\"projects/".into(),
                Argument::variable("project_id"),
                format!("/instances/{name}{rest}\"").into(),
            ]
        };
        let mut expression: Vec<Argument> =
            vec!["resource.service == \"sqladmin.googleapis.com\" && (resource.name == ".into()];
        expression.extend(is(""));
        expression.push(" || resource.name.startsWith(".into());
        expression.extend(is("-copy-"));
        expression.push("))".into());
        Argument::map([
            ("title", Argument::from(name.clone())),
            ("role", "roles/cloudsql.instanceUser".into()),
            ("expression", Argument::Template(expression)),
        ])
    };
    reached.map(grant).collect()
}

impl Lowering<'_> {
    fn cloud_sql_can(&mut self, store: &Datastore) -> bool {
        let before = self.out.len();
        let has = "`async` from the one region that writes to replicas in the others, `application` with a `worker` that copies, and `none`; for writes in every region, a store for each of them, or one that somebody runs with `external`";
        self.replicates(store, &[Mode::None, Mode::Application, Mode::Async], has);
        self.cloud_sql_fits(store);
        self.cloud_sql_backups(store);
        self.only_for_clusters(store);
        self.out.len() == before
    }

    /// Versions, machines and sizes that there are.
    fn cloud_sql_fits(&mut self, store: &Datastore) {
        let facts = facts::cloud_sql();
        let version = store.engine_version.as_ref();
        if let Some(other) = version.filter(|v| !facts.versions.contains(&v.value)) {
            let what = format!("version `{}` of `postgres`", other.value);
            let has = format!("`engine_version` {}", facts.versions.join(", "));
            self.not_available(other.span, &what, &has);
        }
        if let Some(other) = store.machine.as_ref().filter(|m| !m.starts_with("db-")) {
            let what = format!("`postgres` on the machine `{}`", other.value);
            let has = format!(
                "`machine` such as `{}`, and `{}` of Enterprise Plus",
                facts.machine, facts.machine_plus
            );
            self.not_available(other.span, &what, &has);
        }
        let most = facts.most_storage_gb;
        let gib = gibibytes(store);
        if let Some(size) = store.size.as_ref().filter(|_| !(10..=most).contains(&gib)) {
            let what = format!("`postgres` with {gib} GiB");
            self.not_available(size.span, &what, &format!("`size` from 10Gi to {most}Gi"));
        }
    }

    /// One backup a day, in one place, and a log beside the instance.
    fn cloud_sql_backups(&mut self, store: &Datastore) {
        let Some(backup) = &store.backup else {
            return;
        };
        let facts = facts::cloud_sql();
        if let Some(every) = backup.every.as_ref().filter(|e| e.secs() != DAY) {
            let what = format!("a backup of `postgres` every {}", every.value);
            let has = "`every: 1d`, and any moment between two backups with `point_in_time`";
            self.not_available(every.span, &what, has);
        }
        let (keep, log) = kept(store);
        if keep > facts.most_backups {
            let what = format!("backups of `postgres` kept for {}", backup.keep.value);
            let has = format!("`keep` up to {}d", facts.most_backups);
            self.not_available(backup.keep.span, &what, &has);
        }
        let (_, plus) = tier(store);
        let most = if plus {
            facts.most_log_days_plus
        } else {
            facts.most_log_days
        };
        if let Some(moment) = backup.point_in_time.as_ref().filter(|_| log > most) {
            let what = format!("any moment of the last {} of `postgres`", moment.value);
            let has = format!(
                "`point_in_time` up to {}d, and up to {}d on a `machine` of Enterprise Plus such as `{}`",
                facts.most_log_days, facts.most_log_days_plus, facts.machine_plus
            );
            self.not_available(moment.span, &what, &has);
        }
        let before = self.out.len();
        let elsewhere = backup.copies_to.iter();
        let mut elsewhere = elsewhere.filter(|r| {
            let id = self.topology.region_named(&r.value);
            id.is_none_or(|id| !store.regions.contains(&id))
        });
        if let Some(other) = elsewhere.next() {
            let what = format!(
                "a copy of the backups of `{}` in `{}`",
                store.name, other.value
            );
            let has = "`copies_to` with one other region of the store: a backup is restored beside the instance there";
            self.not_available(other.span, &what, has);
        }
        let several = |id: &RegionId| {
            let named = backup.copies_to.iter();
            let named = named.filter(|r| self.topology.region_named(&r.value) != Some(*id));
            named.count() > 1
        };
        let writing = store.regions.iter().filter(|id| writes(store, **id));
        if before == self.out.len()
            && let Some(second) = backup.copies_to.get(1)
            && writing.copied().any(|id| several(&id))
        {
            let what = "backups of `postgres` in several other regions";
            let has = "one place for all backups of an instance: name one region in `copies_to`";
            self.not_available(second.span, what, has);
        }
    }

    fn cloud_sql(&mut self, store: &Datastore) {
        for api in ["sqladmin", "dns"] {
            self.api(api);
        }
        // A replica comes after the instance that it follows.
        let mut regions = store.regions.clone();
        regions.sort_by_key(|id| !writes(store, *id));
        for id in regions {
            self.cloud_sql_instance(store, id);
        }
        self.cloud_sql_names(store);
        let reached = self.cluster_regions().into_iter();
        for id in reached.collect::<Vec<_>>() {
            let all = store.regions.iter().copied();
            let all = all.filter(|r| copies(store) == Copies::Replicas || *r == id);
            let ranges = all.map(|r| (ranges::of_store(self.topology, store, r), PORT));
            let ranges: Vec<_> = ranges.collect();
            self.reached.entry(id).or_default().extend(ranges);
        }
        self.cloud_sql_decision(store);
    }

    /// Instances stand in the links root: the one that writes must be there before the others
    /// follow it, whichever region is applied first.
    fn cloud_sql_instance(&mut self, store: &Datastore, id: RegionId) {
        let region = self.topology.region(id);
        let location = region.place.location.to_string();
        let name = instance(self.topology, store, id);
        naming::checked(Kind::Sql, name.clone(), store.span, self.out);
        let key = self.key(&location, "sql", AGENT);
        let (machine, plus) = tier(store);
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.into()),
            ("region", location.clone().into()),
            ("database_version", version(self.topology, store).into()),
            ("tier", machine.into()),
            ("edition", edition(plus).into()),
            ("storage_gb", gibibytes(store).into()),
            ("kms_key_id", key),
            ("network_id", self.network_id()),
            (
                "ip_range",
                ranges::of_store(self.topology, store, id).into(),
            ),
            (
                "maintenance_day",
                maintenance::weekday(self.topology, id).into(),
            ),
        ];
        let call = call(self.topology, store, id);
        match store.writer.filter(|_| !writes(store, id)) {
            Some(writer) => arguments.push(self.cloud_sql_follows(store, id, writer)),
            None => arguments.extend(self.cloud_sql_writes(store, id)),
        }
        arguments.push(("labels", Argument::variable("labels")));
        self.call_after_keys(&call, "gcp/cloud-sql", Scope::Links, &location, arguments);
        self.add_after(&call, "network");
        self.add_after(&call, "accounts");
        if let Some(writer) = store.writer.filter(|_| !writes(store, id)) {
            let first = self::call(self.topology, store, writer);
            self.add_after(&call, &first);
        }
    }

    fn cloud_sql_follows(
        &mut self,
        store: &Datastore,
        id: RegionId,
        writer: RegionId,
    ) -> (&'static str, Argument) {
        let evidence = Evidence::Argument {
            call: call(self.topology, store, id),
            path: "replica_of".into(),
        };
        let by = "a read replica";
        let copy = whole(self.topology, store, (writer, id), by, evidence);
        self.deployment.copies.push(copy);
        ("replica_of", instance(self.topology, store, writer).into())
    }

    fn cloud_sql_writes(
        &mut self,
        store: &Datastore,
        id: RegionId,
    ) -> Vec<(&'static str, Argument)> {
        let call = call(self.topology, store, id);
        let (keep, log_days) = kept(store);
        let backup = Argument::map([("keep", keep), ("log_days", log_days)]);
        let users = self.cloud_sql_users(store, id);
        let mut arguments = vec![("users", Argument::List(users)), ("backup", backup)];
        if store.backup.is_some() {
            self.deployment.schedules.push(Schedule {
                store: self.topology.id_of(store),
                period: DAY,
                limit: None,
                readings: vec![Reading::argument(&call, "backup.keep", keep)],
            });
        }
        if let Some(to) = backups_at(self.topology, store, id) {
            let evidence = Evidence::Argument {
                call,
                path: "backup_location".into(),
            };
            let by = "backups that are kept in another region";
            self.deployment.copies.push(StoreCopy {
                keeps: Keeps::History,
                ..whole(self.topology, store, (id, to), by, evidence)
            });
            let to = self.topology.region(to).place.location;
            arguments.push(("backup_location", to.into()));
        }
        arguments
    }

    /// The accounts of the services that write to an instance: those of all regions to the only
    /// one, else those of its own.
    fn cloud_sql_users(&self, store: &Datastore, id: RegionId) -> Vec<Argument> {
        let services = self.topology.services.iter().filter(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            uses.any(|n| *n == store.name)
        });
        let placed = services.flat_map(|s| s.placements.iter().map(move |p| (s, p.region)));
        let here = placed.filter(|(_, region)| {
            self.regions.contains(region) && (copies(store) == Copies::Replicas || *region == id)
        });
        let mut accounts: Vec<String> = here
            .map(|(service, region)| account_id(self.topology, service, region))
            .collect();
        accounts.sort();
        accounts.dedup();
        let user = |account: String| {
            Argument::Template(vec![
                format!("{account}@").into(),
                Argument::variable("project_id"),
                ".iam".into(),
            ])
        };
        accounts.into_iter().map(user).collect()
    }

    fn cloud_sql_names(&mut self, store: &Datastore) {
        let (zone, domain) = zone(self.topology, store);
        let addresses = store.regions.iter().map(|id| {
            let location = self.topology.region(*id).place.location.to_string();
            let address = address(self.topology, store, *id, OWN);
            (location, Argument::from(address))
        });
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", zone.into()),
            ("domain", domain.into()),
            ("network_id", self.network_id()),
            ("addresses", Argument::Map(addresses.collect())),
        ];
        if let Some(writer) = store.writer.filter(|_| copies(store) == Copies::Replicas) {
            let address = address(self.topology, store, writer, OWN);
            let ttl = facts::cloud_sql().writer_ttl_seconds;
            let writer = [
                ("address", Argument::from(address)),
                ("ttl_seconds", ttl.into()),
            ];
            arguments.push(("writer", Argument::map(writer)));
        }
        arguments.push(("labels", Argument::variable("labels")));
        let call = names_call(store);
        self.call(&call, "gcp/cloud-sql-names", Scope::Links, arguments);
        self.add_after(&call, "network");
    }

    fn cloud_sql_decision(&mut self, store: &Datastore) {
        let (title, reason) = match copies(store) {
            Copies::Apart => (
                format!("{}: a PostgreSQL of its own in each region", store.name),
                "Cloud SQL fails over between zones by itself. Instances are reached by an endpoint \
                 in the network, so nothing is peered. Backups and the log of moments are kept also \
                 where nobody asks for them: there is no standby without them.",
            ),
            Copies::Replicas => (
                format!(
                    "{}: PostgreSQL on Cloud SQL with replicas in other regions",
                    store.name
                ),
                "One instance takes writes. Replicas follow it below SQL, read only and without a \
                 bound on the lag; each has a standby in another zone. Services of all regions \
                 write to one name, which the promotion turns. A promotion cannot be undone: no \
                 plan takes it back, and the old writer comes back as a new replica, after it was \
                 deleted. A replica has no backups: the promotion switches daily ones on, and the \
                 first deployment that names the new writer the log of moments, with a restart.",
            ),
        };
        self.deployment.decisions.push(Decision {
            title,
            reason: reason.into(),
        });
    }
}

/// Storage in GiB.
fn gibibytes(store: &Datastore) -> u64 {
    let size = store.size.as_ref();
    size.map_or(facts::cloud_sql().storage_gb, |s| s.get().div_ceil(1 << 30))
}

fn call(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    format!(
        "postgres_{}_{}",
        slug(&store.name),
        topology.region(id).slug()
    )
}

fn names_call(store: &Datastore) -> String {
    format!("names_of_{}", slug(&store.name))
}

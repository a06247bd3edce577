//! Firestore: databases at locations of one region or several.

mod operate;
mod recover;
mod rest;
mod switch;
mod watch;

use super::Lowering;
use super::facts;
use super::naming::{self, Kind, slug};
use super::offering::{Grants, OnGcp, Operate, Switches, Told, Volumes};
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_WHERE_SAID, Watch,
    read,
};
use crate::deployment::{Argument, Decision, Reading, Schedule, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::emission::no_effect;
use crate::topology::{
    Database, Datastore, Duration, Engine, Mode, RegionId, Service, Thing, Topology,
};
use Aspect::{Absent, Given};

/// A location that Firestore does not have.
pub const FIRESTORE_LOCATION: Code = Code::new("GCP101", "firestore-location");

/// The key of a location that nobody wrote, in the lock.
const LOCATION: &str = "location";

/// Settles where a store lies that says nothing of it: beside the first region of that day.
pub(super) fn settle(topology: &mut Topology) {
    for index in 0..topology.datastores.len() {
        let store = &topology.datastores[index];
        let silent = store.location.is_none() && !store.names_databases;
        if store.engine != Engine::Firestore || !silent {
            continue;
        }
        let name = store.name.clone();
        for place in 0..store.databases.len() {
            let derived = topology.datastores[index].databases[place].location.clone();
            let kind = Thing::Datastore.word();
            let location = topology.lock.settle(kind, &name, LOCATION, || derived);
            topology.datastores[index].databases[place].location = location;
        }
    }
}

/// Replicas that Firestore does not have.
pub const FIRESTORE_REPLICAS: Code = Code::new("GCP102", "firestore-has-no-read-replicas");

/// A window of point-in-time recovery that Firestore does not have.
pub const HISTORY: Code = Code::new("GCP108", "firestore-history");

/// Firestore.
#[derive(Debug, Clone, Copy)]
pub(super) struct Firestore;

impl Offering for Firestore {
    fn id(&self) -> &'static str {
        "gcp/firestore"
    }

    fn name(&self) -> &'static str {
        "Firestore"
    }

    fn engine(&self) -> Engine {
        Engine::Firestore
    }

    fn asked(&self) -> &'static str {
        "`firestore`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("location"),
            read("databases"),
            read("read_replicas"),
            WRITERS_WHERE_SAID,
            read("replication.by"),
            read("datasets.expires_at"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Absent("Google runs one version for everybody")
    }

    fn path(&self) -> Aspect<Path> {
        Absent("Google runs one version for everybody")
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(rest::copies)
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

impl OnGcp for Firestore {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.firestore_can(store) {
            lowering.firestore(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|all, store| all.firestore(store))
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
        Absent("it is reached at Google's own addresses")
    }

    fn volumes(&self) -> Aspect<Volumes> {
        Absent("it runs on no cluster")
    }

    fn switches(&self) -> Aspect<Switches> {
        Given(|lowering, store| lowering.database_switches(store))
    }
}

impl Lowering<'_> {
    /// A database is copied by a majority within its location, and by a worker beyond it.
    fn firestore_can(&mut self, store: &Datastore) -> bool {
        let has = "`quorum` within a multi-region, `application` among `databases` with a `worker`, and `none`";
        let modes = [Mode::Quorum, Mode::Application, Mode::None];
        self.replicates(store, &modes, has)
    }

    /// Firestore keeps versions for a week, whatever is asked for: a longer promise is broken,
    /// and a shorter one keeps data for longer than the spec says.
    fn check_history(&mut self, store: &Datastore) {
        let backup = store.backup.as_ref();
        let Some(asked) = backup.and_then(|b| b.point_in_time.as_ref()) else {
            return;
        };
        let window = Duration::from_secs(facts::firestore_history().days * 86_400);
        if asked.value == window {
            return;
        }
        self.out.push(
            Diagnostic::error(
                HISTORY,
                asked.span,
                format!("Firestore goes back {window}, neither more nor less"),
                "asked for here",
            )
            .also(store.kind.span, "this is Firestore")
            .help(format!(
                "write `point_in_time: {window}`; what must be older comes from backups: `keep: 30d`"
            )),
        );
    }

    /// Firestore deletes by a field of collections that are named.
    fn check_expiry(&mut self, store: &Datastore) {
        let datasets = store.datasets.iter().map(|(_, d)| d);
        let unnamed = datasets.filter(|d| d.collections.is_empty());
        let unread = unnamed.filter_map(|d| d.expires_at.as_ref());
        self.out.extend(unread.map(|field| {
            no_effect::says(
                field.span,
                "expires_at",
                "without `collections`",
                "Firestore deletes in the `collections` that are named",
            )
        }));
    }

    fn firestore(&mut self, store: &Datastore) {
        self.api("firestore");
        self.check_history(store);
        self.check_expiry(store);
        if let Some(replica) = store.read_replicas.first() {
            self.out.push(
                Diagnostic::error(
                    FIRESTORE_REPLICAS,
                    replica.span,
                    "Firestore has no read replicas that a user can place",
                    "asked for here",
                )
                .also(store.kind.span, "this is Firestore")
                .help(
                    "use a multi-region (`location: nam5` or `eur3`), or several `databases` \
                     with `replication: { mode: application, … }`",
                ),
            );
        }
        for database in &store.databases {
            self.firestore_database(store, database);
        }
        let places =
            store
                .databases
                .iter()
                .map(|d| match facts::firestore_multi_region(&d.location) {
                    Some(multi) => format!(
                        "`{}` at {}: full copies in {}, a witness in {}",
                        d.name,
                        d.location,
                        multi.read_write.join(" and "),
                        multi.witness.join(" and "),
                    ),
                    None => format!(
                        "`{}` in {} alone: losing the region loses access",
                        d.name, d.location
                    ),
                });
        let places = places.collect::<Vec<_>>().join("; ");
        let rest = match store.databases.len() {
            1 => {
                "No location spans continents: a write from another one crosses the ocean, so \
                 what must be quick there answers before it writes."
            }
            _ => {
                "No location spans continents, so data that must be near users on both sides of \
                 an ocean is in several databases, and a worker of ours carries between them \
                 what may cross."
            }
        };
        self.deployment.decisions.push(Decision {
            title: format!("{}: where Firestore keeps its copies", store.name),
            reason: format!(
                "A Firestore database lies at one location for ever, and has no read replicas \
                 that a user could place. {places}. {rest}"
            ),
        });
    }

    fn firestore_database(&mut self, store: &Datastore, database: &Database) {
        let (span, location) = (store.span, database.location.as_str());
        let multi = facts::firestore_multi_region(location);
        if multi.is_none()
            && crate::catalog::find(crate::topology::Provider::Gcp, location).is_none()
        {
            let known: Vec<_> = facts::firestore_multi_regions().collect();
            self.out.push(
                Diagnostic::error(
                    FIRESTORE_LOCATION,
                    database.location_at.unwrap_or(span),
                    format!("Firestore has no location `{location}`"),
                    "unknown location",
                )
                .help(format!("write a region, or one of {}", known.join(", "))),
            );
        }
        let key_location = multi.map_or(location, |m| m.kms.as_str()).to_string();
        let id = database_id(self.topology, store, &database.name);
        naming::checked(Kind::Firestore, id.clone(), span, self.out);
        let key = self.key(&key_location, "firestore", "gcp-sa-firestore");
        let backup = store.backup.as_ref();
        let keep = backup.and_then(|b| b.every.as_ref().map(|_| b.keep.secs()));
        let weekly = store.backup_period() == Some(7 * 86_400);
        let ttl = store.datasets.iter().flat_map(|(_, dataset)| {
            let field = dataset.expires_at.clone();
            let names = dataset.collections.iter().map(|c| c.value.clone());
            field.map_or(Vec::new(), |f| {
                names.map(|n| (n, f.value.clone())).collect()
            })
        });
        let mut arguments = vec![
            ("project_id", self.project()),
            ("database_id", id.into()),
            ("location_id", location.into()),
            ("kms_key_id", key),
            (
                "point_in_time_recovery",
                backup.is_some_and(|b| b.point_in_time.is_some()).into(),
            ),
        ];
        if let Some(keep) = keep {
            arguments.push(("backup_retention_seconds", keep.into()));
            arguments.push(("backup_weekly", weekly.into()));
            self.deployment.schedules.push(Schedule {
                store: self.topology.id_of(store),
                period: if weekly { 7 * 86_400 } else { 86_400 },
                limit: None,
                readings: vec![Reading::argument(
                    &database_call(store, &database.name),
                    "backup_weekly",
                    weekly,
                )],
            });
        }
        arguments.push(("ttl_fields", Argument::map(ttl)));
        let name = database_call(store, &database.name);
        self.call_after_keys(
            &name,
            "gcp/firestore-regional",
            Scope::Global,
            &key_location,
            arguments,
        );
    }
}

/// Access of a service in a region to the databases that serve that region.
fn grants(
    topology: &Topology,
    store: &Datastore,
    service: &Service,
    region: RegionId,
) -> Vec<Argument> {
    // A replication worker's access to all databases comes with the pipeline.
    let replication = store.replication.as_ref();
    let worker = replication.and_then(|r| r.worker.as_ref());
    if worker.is_some_and(|w| w.value == service.name) {
        return Vec::new();
    }
    let used = store
        .databases
        .iter()
        .filter(|d| d.serves.contains(&region) || d.taken_over_by.contains(&region));
    used.map(|database| {
        let id = database_id(topology, store, &database.name);
        Argument::map([
            ("title", Argument::from(id.clone())),
            ("role", "roles/datastore.user".into()),
            (
                "expression",
                Argument::Template(vec![
                    "resource.name == \"projects/".into(),
                    Argument::variable("project_id"),
                    format!("/databases/{id}\"").into(),
                ]),
            ),
        ])
    })
    .collect()
}

/// The databases of a region: its own, and those that it takes over.
fn told(
    topology: &Topology,
    store: &Datastore,
    _: &Service,
    region: RegionId,
) -> Vec<(&'static str, String)> {
    let id = |d: &crate::topology::Database| database_id(topology, store, &d.name);
    let near = store.databases.iter().find(|d| d.serves.contains(&region));
    let taken_over = store
        .databases
        .iter()
        .filter(|d| d.taken_over_by.contains(&region));
    let ids: Vec<String> = taken_over.map(id).collect();
    let near = near.map(|near| ("DATABASE", id(near)));
    let others = (!ids.is_empty()).then(|| ("TAKEOVER_DATABASES", ids.join(",")));
    near.into_iter().chain(others).collect()
}

fn database_call(store: &Datastore, database: &str) -> String {
    if database == store.name {
        format!("firestore_{}", slug(&store.name))
    } else {
        format!("firestore_{}_{}", slug(&store.name), slug(database))
    }
}

/// A database's id: system, store, and its own name unless it is the store's own.
pub(in crate::cloud::gcp) fn database_id(
    topology: &crate::topology::Topology,
    store: &Datastore,
    database: &str,
) -> String {
    if database == store.name {
        format!("{}-{}", topology.name, store.name)
    } else {
        format!("{}-{}-{database}", topology.name, store.name)
    }
}

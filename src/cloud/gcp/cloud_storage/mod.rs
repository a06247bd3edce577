//! Object storage on Cloud Storage: a bucket at a location of one region or several, or one in each
//! region, which is copied from the region that writes, or not at all.

mod lifecycle;
mod operate;
mod recover;
mod rest;
mod watch;

use super::Lowering;
use super::facts;
use super::naming::{self, Kind, slug};
use super::offering::{Grants, OnGcp, Operate, Switches, Told, Volumes};
use super::project;
use crate::catalog;
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::deployment::{Argument, Decision, Evidence, Past, Scope, StoreCopy};
use crate::topology::{
    Database, Datastore, Engine, Mode, Provider, Reach, RegionId, Service, Topology,
};
use Aspect::{Absent, Given};

/// The agent that keys are granted to.
const AGENT: &str = "gs-project-accounts";
/// The call with the jobs that copy buckets, of all stores.
const COPIES: &str = "copies_of_buckets";

/// Cloud Storage.
#[derive(Debug, Clone, Copy)]
pub(super) struct CloudStorage;

impl Offering for CloudStorage {
    fn id(&self) -> &'static str {
        "gcp/cloud_storage"
    }

    fn name(&self) -> &'static str {
        "Cloud Storage"
    }

    fn engine(&self) -> Engine {
        Engine::ObjectStorage
    }

    fn asked(&self) -> &'static str {
        "`object-storage`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("location"),
            read("databases"),
            read("lifecycle"),
            WRITERS_OF_COPIES,
            read("datasets.tier"),
            read("replication.by"),
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

    fn history(&self, store: &Datastore) -> Past {
        Past::in_versions(store)
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

impl OnGcp for CloudStorage {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.buckets_can(store) {
            lowering.buckets(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|all, store| all.buckets(store))
    }

    fn told(&self) -> Aspect<Told> {
        Given(told)
    }

    fn grants(&self) -> Aspect<Grants> {
        Absent("each bucket says who may use it")
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
        Absent("what was deleted is brought back into the bucket itself, under another prefix")
    }
}

/// A bucket of a store: its name, where it is, and the regions whose services use it.
struct Bucket {
    name: String,
    location: String,
    serves: Vec<RegionId>,
    /// The region that it is in, if it is the region's own.
    region: Option<RegionId>,
}

/// The buckets of a store.
fn buckets(topology: &Topology, store: &Datastore) -> Vec<Bucket> {
    let prefix = format!("{}-{}-{}", project(topology), topology.name, store.name);
    if store.names_locations() {
        let at = |database: &Database| Bucket {
            name: match database.name == store.name {
                true => prefix.clone(),
                false => format!("{prefix}-{}", database.name),
            },
            location: database.location.clone(),
            serves: used_by(store, database),
            region: None,
        };
        return store.databases.iter().map(at).collect();
    }
    let regions = store.regions.iter();
    let own = |id: &RegionId| {
        let location = topology.region(*id).place.location;
        Bucket {
            name: format!("{prefix}-{location}"),
            location: location.to_string(),
            serves: vec![*id],
            region: Some(*id),
        }
    };
    regions.map(own).collect()
}

/// The regions whose services use a bucket at a location, now or after a loss.
fn used_by(store: &Datastore, database: &Database) -> Vec<RegionId> {
    let mut all = database.serves.clone();
    all.extend(&database.taken_over_by);
    if !store.names_databases {
        all.extend(&store.regions);
    }
    all.sort();
    all.dedup();
    all
}

/// Where the bucket of a region is copied to.
fn targets(store: &Datastore, origin: RegionId) -> Vec<RegionId> {
    let sends = store.mode() == Mode::Async && store.writer == Some(origin);
    let others = store.regions.iter().copied();
    others.filter(|id| sends && *id != origin).collect()
}

/// The datasets that a copy leaves out: by name, and their prefixes.
fn left_out(
    topology: &Topology,
    store: &Datastore,
    from: RegionId,
    to: RegionId,
) -> Vec<(String, Vec<String>)> {
    let zone = |id| topology.region(id).zone.as_deref();
    let stays = |reach: Reach| match reach {
        Reach::Everywhere => false,
        Reach::WithinZone => zone(from) != zone(to),
        Reach::Origin => true,
    };
    let datasets = store.datasets.iter();
    // Without prefixes nothing tells its objects from others: the copy takes them along.
    let named = datasets.filter(|(_, d)| stays(*d.copies) && !d.collections.is_empty());
    named
        .map(|(name, dataset)| {
            let prefixes = dataset.collections.iter().map(|c| c.value.clone());
            (name.text.clone(), prefixes.collect())
        })
        .collect()
}

fn told(
    topology: &Topology,
    store: &Datastore,
    _: &Service,
    id: RegionId,
) -> Vec<(&'static str, String)> {
    let mut all = buckets(topology, store).into_iter();
    let own = all.find(|b| b.serves.contains(&id));
    own.map(|b| ("BUCKET", b.name)).into_iter().collect()
}

impl Lowering<'_> {
    fn buckets_can(&mut self, store: &Datastore) -> bool {
        let before = self.out.len();
        let has = "`async` from the region that writes to buckets in the others, `none`, and a `location` of two regions or several, which is one bucket that they all write";
        self.replicates(store, &[Mode::None, Mode::Async], has);
        let replication = store.replication.as_ref();
        if let Some(mode) = replication.map(|r| &r.mode)
            && store.names_locations()
            && mode.value == Mode::Async
        {
            let what = "`async` replication of `object-storage` that has a `location`";
            let has = "a `location` that is in several regions by itself, or a bucket in each of the `regions`";
            self.not_available(mode.span, what, has);
        }
        self.buckets_are_there(store);
        if let Some(every) = store.backup.as_ref().and_then(|b| b.every.as_ref()) {
            let what = "a backup of `object-storage` every so often";
            let has =
                "versions: what is replaced or deleted is kept for `keep`, from that moment on";
            self.not_available(every.span, what, has);
        }
        self.tiers_can(store);
        self.out.len() == before
    }

    fn buckets_are_there(&mut self, store: &Datastore) {
        for database in store.databases.iter().filter(|_| store.names_locations()) {
            let location = database.location.as_str();
            let region = catalog::find(Provider::Gcp, location).is_some();
            if region || facts::storage_location(location).is_some() {
                continue;
            }
            let span = database.location_at.or(database.span).unwrap_or(store.span);
            let several: Vec<String> = facts::storage_locations()
                .map(|l| format!("`{l}`"))
                .collect();
            let what = format!("`object-storage` at `{location}`");
            let has = format!("it in every region, and at {}", several.join(", "));
            self.not_available(span, &what, &has);
        }
    }

    fn buckets(&mut self, store: &Datastore) {
        self.api("storage");
        for bucket in buckets(self.topology, store) {
            self.bucket(store, &bucket);
        }
        for from in store.regions.clone() {
            for to in targets(store, from) {
                self.bucket_copy(store, from, to);
            }
        }
        self.bucket_decision(store);
    }

    fn bucket(&mut self, store: &Datastore, bucket: &Bucket) {
        naming::checked(Kind::Bucket, bucket.name.clone(), store.span, self.out);
        let several = facts::storage_location(&bucket.location);
        let key_location = several.map_or(bucket.location.clone(), |l| l.kms.clone());
        let key = self.key(&key_location, "storage", AGENT);
        let mut arguments = vec![
            ("project_id", self.project()),
            ("bucket", bucket.name.clone().into()),
            ("location", bucket.location.to_uppercase().into()),
        ];
        if several.is_some_and(|l| l.dual) {
            arguments.push(("turbo", true.into()));
        }
        arguments.push(("kms_key_id", key));
        let kept = Past::in_versions(store).moments;
        if let Some(days) = kept.map(|seconds| seconds / 86_400) {
            arguments.push(("old_version_days", days.into()));
        }
        arguments.extend(lifecycle::arguments(store));
        let users = self.bucket_users(store, bucket);
        arguments.push(("users", Argument::Map(users)));
        arguments.push(("labels", Argument::variable("labels")));
        let scope = bucket.region.map_or(Scope::Global, Scope::Region);
        let call = call(store, bucket);
        self.call_after_keys(&call, "gcp/object-store", scope, &key_location, arguments);
        self.add_after(&call, "accounts");
    }

    /// The accounts of the services that use a bucket.
    fn bucket_users(&self, store: &Datastore, bucket: &Bucket) -> Vec<(String, Argument)> {
        let services = self.topology.services.iter().filter(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            uses.any(|n| *n == store.name)
        });
        let placed = services.flat_map(|s| s.placements.iter().map(move |p| (s, p.region)));
        let here = placed.filter(|(_, id)| self.regions.contains(id) && bucket.serves.contains(id));
        let mut users: Vec<(String, Argument)> = here
            .map(|(service, id)| {
                let account = self.account_id(service, id);
                let member = self.member(&account);
                (account, member)
            })
            .collect();
        users.sort_by(|a, b| a.0.cmp(&b.0));
        users.dedup_by(|a, b| a.0 == b.0);
        users
    }

    /// A job that copies, in the links root: both buckets must be there. All jobs are in one call,
    /// for the agent's rights in the project are one.
    fn bucket_copy(&mut self, store: &Datastore, from: RegionId, to: RegionId) {
        for api in ["storagetransfer", "pubsub"] {
            self.api(api);
        }
        let all = buckets(self.topology, store);
        let of = |id: RegionId| {
            all.iter()
                .find(|b| b.region == Some(id))
                .map_or("", |b| &b.name)
        };
        let location = |id| self.topology.region(id).place.location;
        let job = format!("{}-{}-to-{}", store.name, location(from), location(to));
        let out = left_out(self.topology, store, from, to);
        let prefixes: Vec<String> = out.iter().flat_map(|(_, p)| p.clone()).collect();
        let mut entry = vec![
            ("source".to_string(), Argument::from(of(from))),
            ("sink".to_string(), of(to).into()),
        ];
        if !prefixes.is_empty() {
            entry.push(("leaves_out".into(), prefixes.into()));
        }
        let evidence = Evidence::Argument {
            call: COPIES.into(),
            path: format!("jobs.{job}"),
        };
        let by = "a replication job of Storage Transfer Service";
        self.deployment.copies.push(StoreCopy {
            leaves_out: out.into_iter().map(|(name, _)| name).collect(),
            ..whole(self.topology, store, (from, to), by, evidence)
        });
        let calls = &mut self.deployment.calls;
        if calls.iter().all(|c| c.name != COPIES) {
            let arguments = vec![
                ("project_id", self.project()),
                ("project_number", Argument::variable("project_number")),
                ("jobs", Argument::Map(Vec::new())),
            ];
            self.call(COPIES, "gcp/object-store-copies", Scope::Links, arguments);
        }
        let mut calls = self.deployment.calls.iter_mut();
        let arguments = calls.find(|c| c.name == COPIES).map(|c| &mut c.arguments);
        let jobs = arguments
            .into_iter()
            .flatten()
            .find(|(name, _)| *name == "jobs");
        if let Some((_, Argument::Map(jobs))) = jobs {
            jobs.push((job, Argument::Map(entry)));
        }
    }

    fn bucket_decision(&mut self, store: &Datastore) {
        let reason = match store.mode() {
            _ if store.names_locations() => {
                "A bucket at a location of two regions or several is one bucket: every region reads \
                 and writes it under one name, and a lost region changes no path. Objects are in a \
                 second region a while after they were written: within 15 minutes with turbo \
                 replication, which dual-regions have; else most within an hour, all within twelve. \
                 What was not there yet cannot be read until the region is back."
            }
            Mode::Async => {
                "Objects are copied from the region that writes by jobs of Storage Transfer Service, \
                 most within minutes; no time is promised. A deletion is not copied: what was deleted \
                 by mistake is still in the other regions. Only objects that are written after the \
                 jobs were made are copied. Buckets are not copied both ways: of two concurrent \
                 writes each side would send its own to the other, again and again. A `location` of \
                 several regions takes writes everywhere."
            }
            _ => return,
        };
        self.deployment.decisions.push(Decision {
            title: format!("{}: objects in several regions", store.name),
            reason: reason.into(),
        });
    }
}

fn call(store: &Datastore, bucket: &Bucket) -> String {
    let store = slug(&store.name);
    match bucket.region {
        Some(_) => format!("bucket_{store}_{}", slug(&bucket.location)),
        None if bucket
            .name
            .ends_with(&format!("-{}", store.replace('_', "-"))) =>
        {
            format!("bucket_{store}")
        }
        None => {
            let own = bucket
                .name
                .rsplit_once(&format!("-{}-", store.replace('_', "-")));
            format!("bucket_{store}_{}", slug(own.map_or("", |(_, own)| own)))
        }
    }
}

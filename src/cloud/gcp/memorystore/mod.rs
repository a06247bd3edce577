//! Memorystore for Redis: in each region an instance of its own, with replicas in other zones
//! that take over by themselves. Nothing copies it to another region.

mod operate;
mod recover;
mod rest;
mod switch;
mod watch;

use super::Lowering;
use super::facts;
use super::naming::{self, Kind, slug};
use super::offering::{Grants, OnGcp, Operate, Switches, Told, Volumes};
use super::ranges;
use crate::cloud::maintenance;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::deployment::{Argument, Decision, Past, Reading, Schedule, Scope};
use crate::topology::{Datastore, Engine, Mode, RegionId, Service, Topology};
use Aspect::{Absent, Given};

/// The port that takes TLS alone, for the primary and for reading
/// (cloud.google.com/memorystore/docs/redis/in-transit-encryption).
const PORT: u32 = 6378;

/// The periods of snapshots in seconds, as the API calls them
/// (Terraform google_redis_instance, rdb_snapshot_period).
const PERIODS: [(u64, &str); 4] = [
    (3600, "ONE_HOUR"),
    (6 * 3600, "SIX_HOURS"),
    (12 * 3600, "TWELVE_HOURS"),
    (24 * 3600, "TWENTY_FOUR_HOURS"),
];

/// Memorystore for Redis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memorystore;

impl Offering for Memorystore {
    fn id(&self) -> &'static str {
        "gcp/memorystore"
    }

    fn name(&self) -> &'static str {
        "Memorystore for Redis"
    }

    fn engine(&self) -> Engine {
        Engine::Redis
    }

    fn asked(&self) -> &'static str {
        "`redis`"
    }

    fn fits(&self, store: &Datastore) -> bool {
        store.engine == Engine::Redis && store.sentinels.is_none()
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("engine_version"),
            read("size"),
            read("replicas"),
            WRITERS_OF_COPIES,
            read("replication.by"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| &facts::memorystore().version)
    }

    fn path(&self) -> Aspect<Path> {
        Absent("Memorystore goes to any newer version in place")
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(rest::copies)
    }

    fn history(&self, store: &Datastore) -> Past {
        let snapshots = store.backup_every().is_some();
        let exports = store.backup.is_some();
        Past {
            withheld: match (snapshots, exports) {
                (true, _) => Some(
                    "its snapshots bring back an instance whose nodes are lost, and nobody but Google reads them; only exports that people have taken help",
                ),
                (false, true) => Some("nothing takes exports but people"),
                (false, false) => None,
            },
            ..Past::default()
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

impl OnGcp for Memorystore {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.memorystore_can(store) {
            lowering.memorystore(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|all, store| all.memorystore(store))
    }

    fn told(&self) -> Aspect<Told> {
        Given(told)
    }

    fn grants(&self) -> Aspect<Grants> {
        Absent("services are let in with a password")
    }

    fn password(&self) -> Aspect<()> {
        Absent("Google makes it; its secret is made beside the instance")
    }

    fn range(&self) -> Aspect<()> {
        Given(())
    }

    fn volumes(&self) -> Aspect<Volumes> {
        Absent("it runs on no cluster")
    }

    fn switches(&self) -> Aspect<Switches> {
        Absent("its commands bring a copy's data into the original: `operations` adds them")
    }
}

/// What an instance is called.
pub(super) fn instance(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    format!("{}-{}-{location}", topology.name, store.name)
}

/// The private zone that has the names of an instance.
fn domain(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    format!("{location}.{}.internal", store.name)
}

/// The bucket that exports go to.
fn bucket(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    format!(
        "{}-{}",
        super::project(topology),
        instance(topology, store, id)
    )
}

/// Memory of a node in GiB.
fn gibibytes(store: &Datastore) -> u64 {
    let size = store.size.as_ref();
    size.map_or(facts::memorystore().gibibytes, |s| {
        s.get().div_ceil(1 << 30)
    })
}

/// Replicas of the primary in other zones.
fn replicas(store: &Datastore) -> u32 {
    let written = store.replicas.as_ref();
    written.map_or(facts::memorystore().replicas, |r| r.value)
}

/// The version as the API calls it: `REDIS_7_2`.
fn version(topology: &Topology, store: &Datastore) -> String {
    let version = topology.engine_version(store).unwrap_or_default();
    format!("REDIS_{}", version.replace('.', "_"))
}

/// Where a region finds its instance: names of ours lead to the addresses that Google chooses.
fn told(
    topology: &Topology,
    store: &Datastore,
    _: &Service,
    id: RegionId,
) -> Vec<(&'static str, String)> {
    if !store.regions.contains(&id) {
        return Vec::new();
    }
    let domain = domain(topology, store, id);
    vec![
        ("HOST", format!("primary.{domain}")),
        ("READ_HOST", format!("read.{domain}")),
        ("PORT", PORT.to_string()),
    ]
}

impl Lowering<'_> {
    fn memorystore_can(&mut self, store: &Datastore) -> bool {
        let before = self.out.len();
        let has = "an instance in each region with `mode: none`; `redis` with `sentinels` is copied to other regions";
        self.replicates(store, &[Mode::None], has);
        self.memorystore_fits(store);
        self.memorystore_backups(store);
        self.only_for_clusters(store);
        self.out.len() == before
    }

    /// Sizes, replicas and versions that an instance can have.
    fn memorystore_fits(&mut self, store: &Datastore) {
        let facts = facts::memorystore();
        let (least, most) = (facts.gibibytes, facts.most_gibibytes);
        if let Some(size) = &store.size
            && !(least..=most).contains(&gibibytes(store))
        {
            let what = format!("`redis` with {} GiB", gibibytes(store));
            let has = format!("`size` from {least}Gi to {most}Gi, with replicas to read from");
            self.not_available(size.span, &what, &has);
        }
        if let Some(written) = &store.replicas
            && !(1..=facts.most_replicas).contains(&replicas(store))
        {
            let what = format!("`redis` with {} replicas", replicas(store));
            let has = format!("`replicas` from 1 to {}", facts.most_replicas);
            self.not_available(written.span, &what, &has);
        }
        let version = store.engine_version.as_ref();
        if let Some(other) = version.filter(|v| !facts.versions.contains(&v.value)) {
            let what = format!("version `{}` of `redis`", other.value);
            let has = format!("`engine_version` {}", facts.versions.join(", "));
            self.not_available(other.span, &what, &has);
        }
    }

    /// Snapshots come every so often and are Google's own; people take exports.
    fn memorystore_backups(&mut self, store: &Datastore) {
        let Some(backup) = &store.backup else {
            return;
        };
        if let Some(every) = &backup.every
            && PERIODS.iter().all(|(seconds, _)| *seconds != every.secs())
        {
            let what = format!("a snapshot of `redis` every {}", every.value);
            self.not_available(every.span, &what, "`every: 1h`, `6h`, `12h` and `1d`");
        }
        if let Some(moment) = &backup.point_in_time {
            let has = "snapshots with `every`, and exports that people take, for `keep`";
            self.not_available(moment.span, "any moment of `redis`", has);
        }
    }

    fn memorystore(&mut self, store: &Datastore) {
        for api in ["redis", "dns", "secretmanager"] {
            self.api(api);
        }
        for id in store.regions.clone() {
            self.memorystore_instance(store, id);
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: a Redis of its own in each region", store.name),
            reason: "Memorystore fails over between zones by itself, and copies nothing to another \
                     region: who is moved to another region finds another cache there. Snapshots \
                     bring an instance back whose nodes are all lost; nobody else can read them, so \
                     exports to the bucket are what is left after a mistake. Clients check the \
                     certificate against the authority that they are given, and not its name: the \
                     name is ours. The instance's password lies in Terraform's state, for the provider has \
                     no write-only way to it: let only those who apply read the state's bucket. `redis` \
                     with `sentinels` is copied to other regions, and has no password in a state."
                .into(),
        });
    }

    fn memorystore_instance(&mut self, store: &Datastore, id: RegionId) {
        let region = self.topology.region(id);
        let location = region.place.location.to_string();
        let name = instance(self.topology, store, id);
        naming::checked(Kind::Redis, name.clone(), store.span, self.out);
        let range = ranges::of_store(self.topology, store, id);
        let key = self.key(&location, "redis", "cloud-redis");
        let secrets = self.key(&location, "secrets", "gcp-sa-secretmanager");
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.clone().into()),
            ("region", location.clone().into()),
            ("network_id", self.network_id()),
            ("ip_range", range.clone().into()),
            ("domain", domain(self.topology, store, id).into()),
            ("memory_size_gb", gibibytes(store).into()),
            ("replicas", replicas(store).into()),
            ("redis_version", version(self.topology, store).into()),
            ("kms_key_id", key),
            ("secrets_kms_key_id", secrets),
            (
                "maintenance_day",
                maintenance::weekday(self.topology, id).into(),
            ),
        ];
        let call = format!("memorystore_{}_{}", slug(&store.name), region.slug());
        if let Some(backup) = &store.backup {
            self.api("storage");
            let bucket = bucket(self.topology, store, id);
            naming::checked(Kind::Bucket, bucket.clone(), store.span, self.out);
            let every = backup.every.as_ref().map(|e| e.secs());
            let period = PERIODS.iter().find(|(seconds, _)| Some(*seconds) == every);
            if let Some((seconds, period)) = period {
                arguments.push(("snapshot_period", (*period).into()));
                self.deployment.schedules.push(Schedule {
                    store: self.topology.id_of(store),
                    period: *seconds,
                    limit: None,
                    readings: vec![Reading::argument(&call, "snapshot_period", period)],
                });
            }
            let kept = Argument::map([
                ("bucket", Argument::from(bucket)),
                (
                    "kms_key_id",
                    self.key(&location, "storage", "gs-project-accounts"),
                ),
                ("keep_days", backup.keep.secs().div_ceil(86_400).into()),
            ]);
            arguments.push(("exports", kept));
        }
        arguments.push(("labels", Argument::variable("labels")));
        self.call_after_keys(
            &call,
            "gcp/memorystore-redis",
            Scope::Region(id),
            &location,
            arguments,
        );
        self.add_after(&call, "network");
        self.reached.entry(id).or_default().insert((range, PORT));
        self.memorystore_secrets(store, id, &name);
    }

    /// The password and the authority of an instance, for the services of its region.
    fn memorystore_secrets(&mut self, store: &Datastore, id: RegionId, name: &str) {
        for (what, secret) in [("PASSWORD", "auth"), ("CA", "ca")] {
            self.tell_secret(store, id, what, format!("{name}-{secret}"));
        }
    }
}

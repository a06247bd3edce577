//! What Google Cloud lends to Redis with Sentinel: addresses, names, firewall, buckets.

mod operate;
mod rest;
mod restore;

use super::Lowering;
use super::data::member_annotations;
use super::naming::{self, Kind, slug};
use super::offering::{Grants, OnGcp, Operate, Switches, Told, Volumes};
use super::ranges::Ranges;
use crate::cloud::kept::whole;
use crate::cloud::offering::Aspect;
use crate::cloud::shared::redis_sentinel::RedisSentinel;
use crate::deployment::{
    Argument, Decision, Evidence, Reading, Schedule, Scope, SentinelRegion, SentinelSet, Upload,
};
use crate::topology::settings::SENTINEL_FAILOVER_MILLIS;
use crate::topology::{Datastore, Mode, RegionId, Service, Topology};
use Aspect::{Absent, Given};

impl OnGcp for RedisSentinel {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.sentinel_can(store) {
            lowering.sentinel(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|all, store| all.redis(store))
    }

    fn told(&self) -> Aspect<Told> {
        Given(told)
    }

    fn grants(&self) -> Aspect<Grants> {
        Absent("services are let in with a password")
    }

    fn password(&self) -> Aspect<()> {
        Given(())
    }

    fn range(&self) -> Aspect<()> {
        Absent("its members have addresses of the nodes' range")
    }

    fn volumes(&self) -> Aspect<Volumes> {
        Given(rest::with_volumes)
    }

    fn switches(&self) -> Aspect<Switches> {
        Absent("its commands bring a copy's data into the original: `operations` adds them")
    }
}

/// The sentinels of all regions, which know the primary by the store's name.
fn told(
    topology: &Topology,
    store: &Datastore,
    _: &Service,
    _: RegionId,
) -> Vec<(&'static str, String)> {
    let places = store.regions.iter().flat_map(|id| {
        let region = topology.region(*id);
        let count = topology.sentinels(store, *id);
        let location = region.place.location;
        (0..count).map(move |n| format!("sentinel-{n}.{location}.{}.internal:26379", store.name))
    });
    vec![
        ("SENTINELS", places.collect::<Vec<_>>().join(",")),
        ("PRIMARY_NAME", store.name.clone()),
    ]
}

impl Lowering<'_> {
    /// Sentinels watch over one writer with copies.
    fn sentinel_can(&mut self, store: &Datastore) -> bool {
        let has = "one writer with `mode: async`, `min_replicas` and `max_lag`";
        self.replicates(store, &[Mode::Async], has)
    }

    /// Redis with Sentinel: nodes and sentinels are Kubernetes', addresses, names, backups
    /// and firewall are Terraform's.
    fn sentinel(&mut self, store: &Datastore) {
        self.api("dns");
        let domain = format!("{}.internal", store.name);
        let ranges = store.regions.iter().flat_map(|id| {
            let ranges = Ranges::of(self.topology, *id);
            [ranges.nodes, ranges.pods]
        });
        let ranges: Vec<String> = ranges.collect();
        let group = format!("{}-{}", self.topology.name, store.name);
        let arguments = vec![
            ("project_id", self.project()),
            ("name", group.clone().into()),
            ("network_id", self.network_id()),
            ("domain", domain.clone().into()),
            ("ranges", ranges.into()),
            ("labels", Argument::variable("labels")),
        ];
        let replication = format!("redis_replication_{}", slug(&store.name));
        self.call(
            &replication,
            "gcp/redis-replication",
            Scope::Global,
            arguments,
        );
        let mut regions = Vec::new();
        for id in store.regions.clone() {
            regions.push(self.sentinel_region(store, id, &domain, &replication, &group));
        }
        // Services are told of the sentinels wherever they run.
        for id in self.regions.clone() {
            let secret = format!("{}-{}", self.prefix(), super::homes::password(&store.name));
            self.tell_secret(store, id, "PASSWORD", secret);
        }
        self.sentinel_set(store, regions);
    }

    fn sentinel_region(
        &mut self,
        store: &Datastore,
        id: RegionId,
        domain: &str,
        replication: &str,
        group: &str,
    ) -> SentinelRegion {
        let region = self.topology.region(id);
        let location = region.place.location.to_string();
        let names = |kind: &str, count: u32| -> Vec<String> {
            (0..count).map(|n| format!("{kind}-{n}")).collect()
        };
        let nodes = names("node", self.topology.nodes(store, id));
        let sentinels = names("sentinel", self.topology.sentinels(store, id));
        let dns = |short: &String| format!("{short}.{location}.{domain}");
        let members = nodes.iter().chain(&sentinels);
        let members = Argument::map(members.map(|short| (short.clone(), dns(short))));
        let prefix = format!("{group}-{location}");
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", prefix.clone().into()),
            ("region", location.clone().into()),
            ("subnetwork_id", self.subnetwork_id(id)),
            (
                "dns_zone",
                self.output(replication, "dns_zone", group.into()),
            ),
            ("members", members),
        ];
        let bucket = format!("{}-{}-{location}", self.project_text(), store.name);
        let backup = store.backup.as_ref().filter(|b| b.every.is_some());
        if let Some(backup) = backup {
            naming::checked(Kind::Bucket, bucket.clone(), store.span, self.out);
            self.api("storage");
            let key = self.key(&location, "storage", "gs-project-accounts");
            let account = format!("{}-backup", store.name);
            naming::checked(Kind::ServiceAccount, account.clone(), store.span, self.out);
            let writer = self.member(&account);
            arguments.push((
                "backup",
                Argument::map([
                    ("bucket", Argument::from(bucket.clone())),
                    ("kms_key_id", key),
                    ("keep_days", (backup.keep.secs().div_ceil(86_400)).into()),
                    ("writer", writer),
                ]),
            ));
        }
        arguments.push(("labels", Argument::variable("labels")));
        let call = format!("redis_{}_{}", slug(&store.name), region.slug());
        self.call_after_keys(
            &call,
            "gcp/redis-regional",
            Scope::Region(id),
            &location,
            arguments,
        );
        for after in ["accounts", "network"] {
            self.add_after(&call, after);
        }
        SentinelRegion {
            region: id,
            annotations: nodes
                .iter()
                .chain(&sentinels)
                .map(|short| member_annotations(&format!("{prefix}-{short}")))
                .collect(),
            nodes: nodes.iter().map(dns).collect(),
            sentinels: sentinels.iter().map(dns).collect(),
            primary: self.topology.first_node(store) == Some(id),
            backup: backup.map(|_| Upload {
                target: format!("gs://{bucket}"),
                image: "gcr.io/google.com/cloudsdktool/google-cloud-cli:546.0.0-slim",
                command: vec!["gcloud", "storage", "cp", "--no-clobber", "--"],
            }),
        }
    }

    fn sentinel_set(&mut self, store: &Datastore, regions: Vec<SentinelRegion>) {
        let account = format!("{}-backup", store.name);
        if regions.iter().any(|r| r.backup.is_some()) {
            let title = format!("Backups of {}", store.name);
            self.extra_accounts
                .push((account.clone(), Argument::map([("display_name", title)])));
        }
        let total: usize = regions.iter().map(|r| r.sentinels.len()).sum();
        let project = self.project_text();
        for region in &regions {
            self.deployment
                .identities
                .push(crate::deployment::Identity {
                    workload: account.clone(),
                    region: region.region,
                    annotations: vec![(
                        "iam.gke.io/gcp-service-account".into(),
                        format!("{account}@{project}.iam.gserviceaccount.com"),
                    )],
                });
        }
        self.sentinel_copies(store, &regions);
        self.sentinel_backups(store, &regions);
        self.deployment.sentinel_sets.push(SentinelSet {
            datastore: store.name.clone(),
            quorum: total as u32 / 2 + 1,
            regions,
            down_after_millis: store.silence_millis(),
            failover_timeout_millis: SENTINEL_FAILOVER_MILLIS,
            memory: store.node_memory(),
            min_replicas: store.min_replicas(),
            max_lag_seconds: store.max_lag_seconds(),
            backup_schedule: store.backup_period().map(cron),
            backup_limit_seconds: store.backup_limit().secs().max(1),
            password_secret: format!("{}-{}-password", self.topology.name, store.name),
        });
        self.deployment.decisions.push(Decision {
            title: format!("{}: Redis runs on the clusters", store.name),
            reason: "Sentinels were asked for, and the promotion must happen by itself when a \
                     region is lost. Memorystore has no Sentinel and its cross-region secondaries \
                     are promoted by a person, so the nodes run on the clusters; Terraform owns \
                     their addresses, names, firewall and backups. Replication is asynchronous: \
                     writes of the last moments can be lost."
                .into(),
        });
    }

    /// A CronJob in each region that has a bucket.
    fn sentinel_backups(&mut self, store: &Datastore, regions: &[SentinelRegion]) {
        let Some(period) = store.backup_period() else {
            return;
        };
        let limit = store.backup_limit().secs().max(1);
        for region in regions.iter().filter(|r| r.backup.is_some()) {
            let at = |pointer: &str| Evidence::Object {
                file: format!(
                    "kubernetes/{}/redis-{}.yaml",
                    self.topology.region(region.region).name,
                    store.name
                ),
                kind: "CronJob".into(),
                name: format!("{}-backup", store.name),
                pointer: pointer.into(),
            };
            self.deployment.schedules.push(Schedule {
                store: self.topology.id_of(store),
                period,
                limit: Some(limit),
                readings: vec![
                    Reading::new(at("/spec/schedule"), cron(period)),
                    Reading::new(at("/spec/jobTemplate/spec/activeDeadlineSeconds"), limit),
                ],
            });
        }
    }

    /// Every node follows the primary, wherever it is.
    fn sentinel_copies(&mut self, store: &Datastore, regions: &[SentinelRegion]) {
        let topology = self.topology;
        let holding = || regions.iter().filter(|r| !r.nodes.is_empty());
        for from in holding() {
            for to in holding().filter(|r| r.region != from.region) {
                let name = &topology.region(to.region).name;
                let evidence = Evidence::Object {
                    file: format!("kubernetes/{name}/redis-{}.yaml", store.name),
                    kind: "StatefulSet".into(),
                    name: format!("{}-node", store.name),
                    pointer: "/spec/replicas".into(),
                };
                let ends = (from.region, to.region);
                let copy = whole(topology, store, ends, "replication of Redis", evidence);
                self.deployment.copies.push(copy);
            }
        }
    }
}

/// A cron schedule for a period that divides an hour or a day, or is a day or a week.
fn cron(seconds: u64) -> String {
    match seconds / 60 {
        minutes @ 0..60 => format!("*/{minutes} * * * *"),
        minutes @ 60..1440 => format!("15 */{} * * *", minutes / 60),
        1440 => "15 3 * * *".into(),
        _ => "15 3 * * 0".into(),
    }
}

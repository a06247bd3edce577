//! Firestore, Redis, secrets and backups.

use super::Lowering;
use super::facts;
use super::homes::{Home, password, places_of, read_from_afar};
use super::naming::{self, Kind, slug};
use super::ranges::Ranges;
use crate::cloud::kept::whole;
use crate::deployment::{
    Argument, Decision, Evidence, Scope, SentinelRegion, SentinelSet, Setting, Upload, Variable,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::spec::{Duration, Engine, Mode, PerRegion, SecretReplication};
use crate::topology::knobs::{DEFAULT_MAX_LAG, SENTINEL_FAILOVER_MILLIS};
use crate::topology::{Datastore, RegionId, Secret, Service};

/// A location that Firestore does not have.
pub const FIRESTORE_LOCATION: Code = Code::new("GCP101", "firestore-location");
/// How long backups of clusters are kept.
pub(super) const CLUSTER_BACKUP_DAYS: u32 = 30;

/// Replicas that Firestore does not have.
pub const FIRESTORE_REPLICAS: Code = Code::new("GCP102", "firestore-has-no-read-replicas");
/// Backups that are asked for more often than they can be made.
pub const BACKUP_PERIOD: Code = Code::new("GCP107", "backups-rarer-than-asked");
/// A window of point-in-time recovery that Firestore does not have.
pub const HISTORY: Code = Code::new("GCP108", "firestore-history");

impl Lowering<'_> {
    pub(super) fn datastores(&mut self) {
        for store in &self.topology.datastores {
            self.check_backup_period(store);
            match store.engine {
                Engine::Firestore if self.firestore_can(store) => self.firestore(store),
                Engine::Firestore => {}
                Engine::Redis if store.written.sentinels.is_some() => {
                    if self.sentinel_can(store) {
                        self.sentinel(store);
                    }
                }
                other => self.not_available(
                    store.written.engine.span,
                    &format!("`{other}`"),
                    "`firestore`, and `redis` with `sentinels`; declare a store that somebody runs with `external: { run_by: … }`",
                ),
            }
        }
    }

    /// Schedules go by the day at Firestore's, by the quarter of an hour elsewhere.
    fn check_backup_period(&mut self, store: &Datastore) {
        let backup = store.written.backup.as_ref();
        let every = backup.and_then(|b| b.every.as_ref());
        if let Some((every, period)) = every.zip(store.backup_period())
            && period > every.secs()
        {
            let period = Duration::from_secs(period);
            self.out.push(
                Diagnostic::warning(
                    BACKUP_PERIOD,
                    every.span,
                    format!("`{}` is backed up every {period} at most", store.name),
                    "asked for more often",
                )
                .also(
                    store.written.engine.span,
                    format!("this is {}", store.engine),
                )
                .help(format!(
                    "write `every: {period}`; point-in-time recovery or replicas lose less"
                )),
            );
        }
    }

    /// A database is copied by a majority within its location, and by a worker beyond it.
    fn firestore_can(&mut self, store: &Datastore) -> bool {
        let has = "`quorum` within a multi-region, `application` among `databases` with a `worker`, and `none`";
        let modes = [Mode::Quorum, Mode::Application, Mode::None];
        self.replicates(store, &modes, has)
    }

    /// Sentinels watch over one writer with copies.
    fn sentinel_can(&mut self, store: &Datastore) -> bool {
        let has = "one writer with `mode: async`, `min_replicas` and `max_lag`";
        self.replicates(store, &[Mode::Async], has)
    }

    /// Whether a store is asked for a mode that its kind has, and for nothing else to do it.
    fn replicates(&mut self, store: &Datastore, modes: &[Mode], has: &str) -> bool {
        let Some(replication) = &store.written.replication else {
            return true;
        };
        let mode = &replication.mode;
        let by = replication.by.as_ref();
        let by = by.filter(|_| mode.value != Mode::Application);
        let (span, what) = match by {
            _ if !modes.contains(&mode.value) => (
                mode.span,
                format!("`{}` replication of `{}`", mode.value, store.engine),
            ),
            Some(by) => (
                by.span,
                format!("`{}` copied by `{}`", store.engine, by.value),
            ),
            None => return true,
        };
        self.not_available(span, &what, has);
        false
    }

    /// Firestore keeps versions for a week, whatever is asked for: a longer promise is broken,
    /// and a shorter one keeps data for longer than the spec says.
    fn check_history(&mut self, store: &Datastore) {
        let backup = store.written.backup.as_ref();
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
            .also(store.written.engine.span, "this is Firestore")
            .help(format!(
                "write `point_in_time: {window}`; what must be older comes from backups: `keep: 30d`"
            )),
        );
    }

    fn firestore(&mut self, store: &Datastore) {
        self.api("firestore");
        self.check_history(store);
        if let Some(replica) = store.written.read_replicas.first() {
            self.out.push(
                Diagnostic::error(
                    FIRESTORE_REPLICAS,
                    replica.span,
                    "Firestore has no read replicas that a user can place",
                    "asked for here",
                )
                .also(store.written.engine.span, "this is Firestore")
                .help(
                    "use a multi-region (`location: nam5` or `eur3`), or several `databases` \
                     with `replication: { mode: application, … }`",
                ),
            );
        }
        for database in &store.databases {
            self.firestore_database(store, &database.name, &database.location);
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

    fn firestore_database(&mut self, store: &Datastore, database: &str, location: &str) {
        let span = store.span;
        let multi = facts::firestore_multi_region(location);
        let of_database = store.written.databases.get(database).map(|d| &d.location);
        let written = of_database.or(store.written.location.as_ref());
        if multi.is_none() && crate::catalog::find(crate::spec::Provider::Gcp, location).is_none() {
            let known: Vec<_> = facts::firestore_multi_regions().collect();
            self.out.push(
                Diagnostic::error(
                    FIRESTORE_LOCATION,
                    written.map_or(span, |l| l.span),
                    format!("Firestore has no location `{location}`"),
                    "unknown location",
                )
                .help(format!("write a region, or one of {}", known.join(", "))),
            );
        }
        let key_location = multi.map_or(location, |m| m.kms.as_str()).to_string();
        let id = self.database_id(store, database);
        naming::checked(Kind::Firestore, id.clone(), span, self.out);
        let key = self.key(&key_location, "firestore", "gcp-sa-firestore");
        let backup = store.written.backup.as_ref();
        let keep = backup.and_then(|b| b.every.as_ref().map(|_| b.keep.secs()));
        let weekly = store.backup_period() == Some(7 * 86_400);
        let ttl = store.written.datasets.iter().flat_map(|(_, dataset)| {
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
        }
        arguments.push(("ttl_fields", Argument::map(ttl)));
        let name = database_call(store, database);
        self.call_after_keys(
            &name,
            "gcp/firestore-regional",
            Scope::Global,
            &key_location,
            arguments,
        );
    }

    /// A database's id: system, store, and its own name where the store has several.
    pub(super) fn database_id(&self, store: &Datastore, database: &str) -> String {
        database_id(self.topology, store, database)
    }

    /// Access of a service in a region to the databases that serve that region.
    pub(super) fn database_grants(&self, service: &Service, region: RegionId) -> Vec<Argument> {
        let mut grants = Vec::new();
        for id in &service.uses {
            let store = self.topology.datastore(*id);
            if store.engine != Engine::Firestore {
                continue;
            }
            // A replication worker's access to all databases comes with the pipeline.
            let worker = store
                .written
                .replication
                .as_ref()
                .and_then(|r| r.worker.as_ref());
            if worker.is_some_and(|w| w.value == service.name) {
                continue;
            }
            for database in store
                .databases
                .iter()
                .filter(|d| d.serves.contains(&region) || d.taken_over_by.contains(&region))
            {
                let id = self.database_id(store, &database.name);
                grants.push(Argument::map([
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
                ]));
            }
        }
        grants
    }

    /// Where a service in a region finds the stores that it uses.
    pub(super) fn settings(&self, service: &Service, region: RegionId) -> Vec<Setting> {
        let mut settings = Vec::new();
        let mut add = |store: &Datastore, what: &str, value: String| {
            let name = store.name.to_uppercase().replace(['-', '.'], "_");
            settings.push(Setting {
                service: service.name.clone(),
                region,
                variable: format!("{name}_{what}"),
                value,
            });
        };
        for id in &service.uses {
            let store = self.topology.datastore(*id);
            let near = store.databases.iter().find(|d| d.serves.contains(&region));
            if let (Engine::Firestore, Some(near)) = (store.engine, near) {
                add(store, "DATABASE", self.database_id(store, &near.name));
            }
            let taken_over = store
                .databases
                .iter()
                .filter(|d| d.taken_over_by.contains(&region));
            let ids: Vec<String> = taken_over
                .map(|d| self.database_id(store, &d.name))
                .collect();
            if store.engine == Engine::Firestore && !ids.is_empty() {
                add(store, "TAKEOVER_DATABASES", ids.join(","));
            }
            if let Some(sentinels) = &store.written.sentinels {
                let places = store.regions.iter().flat_map(|id| {
                    let region = self.topology.region(*id);
                    let count = sentinels.get(&region.name).map_or(0, |c| c.value.0);
                    let location = region.place.location;
                    (0..count).map(move |n| {
                        format!("sentinel-{n}.{location}.{}.internal:26379", store.name)
                    })
                });
                let places = places.collect::<Vec<_>>().join(",");
                add(store, "SENTINELS", places);
                add(store, "PRIMARY_NAME", store.name.clone());
            }
        }
        settings
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
        let count = |of: &Option<PerRegion<crate::spec::Nodes>>| {
            of.as_ref()
                .and_then(|c| c.get(&region.name))
                .map_or(0, |c| c.value.0)
        };
        let names = |kind: &str, count: u32| -> Vec<String> {
            (0..count).map(|n| format!("{kind}-{n}")).collect()
        };
        let nodes = names("node", count(&store.written.nodes));
        let sentinels = names("sentinel", count(&store.written.sentinels));
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
        let backup = store.written.backup.as_ref().filter(|b| b.every.is_some());
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
        let replication = store.written.replication.as_ref();
        let knob = |f: fn(&crate::spec::Replication) -> Option<u64>| replication.and_then(f);
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
        self.deployment.sentinel_sets.push(SentinelSet {
            datastore: store.name.clone(),
            quorum: total as u32 / 2 + 1,
            regions,
            down_after_millis: store.silence_millis(),
            failover_timeout_millis: SENTINEL_FAILOVER_MILLIS,
            memory: store.written.size.as_ref().map_or(1 << 30, |s| s.get()),
            min_replicas: knob(|r| r.min_replicas.as_ref().map(|m| u64::from(m.value))).unwrap_or(0)
                as u32,
            max_lag_seconds: knob(|r| r.max_lag.as_ref().map(|m| m.secs()))
                .unwrap_or(DEFAULT_MAX_LAG),
            backup_schedule: store.backup_period().map(cron),
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

    pub(super) fn secrets(&mut self) {
        if self.topology.secrets.is_empty() && !self.needs_passwords() {
            return;
        }
        for api in ["secretmanager", "pubsub"] {
            self.api(api);
        }
        let mut regions: Vec<String> = Vec::new();
        let mut entries = Vec::new();
        for secret in &self.topology.secrets {
            if *secret.written.replication == SecretReplication::Automatic {
                let span = secret.written.replication.span;
                self.not_available(
                    span,
                    "a secret with automatic replication",
                    "`named` copies and `regional` secrets: `automatic` promises no place",
                );
            }
            if *secret.written.replication == SecretReplication::Regional {
                regions.extend(self.locations(&secret.regions));
                for id in &secret.regions {
                    let name = secret.name_in(self.topology.region(*id));
                    let place = self.locations(&[*id]);
                    entries.push((name, self.secret(secret, place, Some(*id))));
                }
            } else {
                let places = places_of(self.topology, &secret.name);
                regions.extend(places.clone());
                let entry = self.secret(secret, places, None);
                entries.push((secret.name.clone(), entry));
            }
        }
        self.secret_decision();
        for store in self
            .topology
            .datastores
            .iter()
            .filter(|s| s.written.sentinels.is_some())
        {
            let name = password(&store.name);
            let locations = places_of(self.topology, &name);
            let entry = Argument::map([("regions", Argument::from(locations.clone()))]);
            entries.push((name, entry));
            regions.extend(locations);
        }
        self.secrets_call(regions, entries);
    }

    /// A secret with copies in regions, readable by the accounts of one region or of all.
    fn secret(&self, secret: &Secret, places: Vec<String>, only: Option<RegionId>) -> Argument {
        let readers = secret.readers.iter().flat_map(|id| {
            let service = self.topology.service(*id);
            let placed = service.placements.iter().map(|p| p.region);
            let placed = placed.filter(move |id| only.is_none_or(|only| *id == only));
            placed.map(move |id| self.member(&self.account_id(service, id)))
        });
        let mut entry = vec![
            ("regions".to_string(), places.into()),
            ("readers".to_string(), Argument::List(readers.collect())),
        ];
        if let Some(rotate) = &secret.written.rotate {
            entry.push(("rotation_seconds".into(), rotate.secs().into()));
        }
        Argument::Map(entry)
    }

    fn secret_decision(&mut self) {
        let named = |s: &&Secret| *s.written.replication == SecretReplication::Named;
        let secrets = self.topology.secrets.iter().filter(named);
        let mut afar = secrets.filter_map(|s| Some((s, read_from_afar(self.topology, s)?)));
        if let Some((secret, region)) = afar.next() {
            self.deployment.decisions.push(Decision {
                title: "A region added later reads secrets where they are".into(),
                reason: format!(
                    "Google Cloud never changes the places of a secret: a copy in another region \
                     replaces the secret and loses its value. So {} in {} stays in {} and is \
                     read there. A pod that starts in {} needs one of these regions.",
                    secret.name,
                    region.name,
                    places_of(self.topology, &secret.name).join(", "),
                    region.name,
                ),
            });
        }
        let regional = |s: &Secret| *s.written.replication == SecretReplication::Regional;
        if !self.topology.secrets.iter().any(regional) {
            return;
        }
        self.deployment.decisions.push(Decision {
            title: "Each region has secrets of its own".into(),
            reason: "A secret with automatic replication has copies wherever the provider likes, \
                     and one with copies in named regions is still one secret: whoever reads it \
                     in one region can read it in all. Here each region has a separate secret \
                     with one copy, under a key of the region, readable by the accounts of that \
                     region alone; a value is put into each of them. They are secrets of the \
                     global API, which Cloud Run gives to a container by name."
                .into(),
        });
    }

    fn secrets_call(&mut self, mut regions: Vec<String>, entries: Vec<(String, Argument)>) {
        regions.sort();
        regions.dedup();
        let mut keys = Vec::new();
        for location in &regions {
            keys.push((
                location.clone(),
                self.key(location, "secrets", "gcp-sa-secretmanager"),
            ));
        }
        let home = Home::Topics.of(self.topology);
        let topic_key = self.key(&home, "pubsub", "gcp-sa-pubsub");
        self.deployment.variables.push(Variable {
            pattern: Some((
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}T",
                "A moment such as 2027-01-01T00:00:00Z.",
            )),
            ..super::variable(
                "first_secret_rotation",
                "The first rotation of secrets that rotate, in RFC 3339.".into(),
                None,
                "2027-01-01T00:00:00Z".into(),
            )
        });
        let arguments = vec![
            ("project_id", self.project()),
            ("project_number", Argument::variable("project_number")),
            ("name", self.prefix().into()),
            ("secrets", Argument::Map(entries)),
            ("kms_key_ids", Argument::Map(keys)),
            ("topic_kms_key_id", topic_key),
            (
                "first_rotation",
                Argument::variable("first_secret_rotation"),
            ),
            ("labels", Argument::variable("labels")),
        ];
        self.call_after_keys("secrets", "gcp/secrets", Scope::Global, &home, arguments);
        for location in &regions {
            self.add_after("secrets", &format!("kms_{}", slug(location)));
        }
        self.add_after("secrets", "accounts");
    }

    fn needs_passwords(&self) -> bool {
        let stores = &self.topology.datastores;
        stores
            .iter()
            .any(|s| s.engine == Engine::Redis && s.written.sentinels.is_some())
    }

    pub(super) fn locations(&self, regions: &[RegionId]) -> Vec<String> {
        let location = |id: &RegionId| self.topology.region(*id).place.location.to_string();
        regions.iter().map(location).collect()
    }

    /// Backups of clusters, each kept in the region that would take over.
    pub(super) fn backups(&mut self) {
        let regions = self.cluster_regions();
        let home = Home::Evidence.of(self.topology);
        self.api("storage");
        let evidence_key = self.key(&home, "storage", "gs-project-accounts");
        let mut clusters = Vec::new();
        for id in &regions {
            let Some(other) = self.topology.successor(*id).filter(|s| regions.contains(s)) else {
                continue;
            };
            let own = self.topology.region(*id).place.location;
            let away = self.topology.region(other).place.location.to_string();
            let key = self.key(&away, "backup", "gcp-sa-gkebackup");
            let cluster =
                |l: &str, n: String| self.in_project(&format!("locations/{l}/clusters/{n}"));
            let entry = Argument::map([
                ("cluster_id", cluster(own, self.cluster_name(*id))),
                ("backup_region", Argument::from(away.clone())),
                ("kms_key_id", key),
                (
                    "restore_cluster_id",
                    cluster(&away, self.cluster_name(other)),
                ),
            ]);
            clusters.push((own.to_string(), entry));
        }
        let namespace = self.topology.namespace.clone();
        let evidence = format!("{}-{}-evidence", self.project_text(), self.topology.name);
        naming::checked(
            Kind::Bucket,
            evidence.clone(),
            self.topology.spec.name.span,
            self.out,
        );
        let arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("clusters", Argument::Map(clusters)),
            ("namespaces", vec![namespace].into()),
            ("keep_days", CLUSTER_BACKUP_DAYS.into()),
            (
                "evidence",
                Argument::map([
                    ("bucket", Argument::from(evidence)),
                    (
                        "location",
                        home.to_uppercase().replace("EUROPE", "EU").into(),
                    ),
                    ("kms_key_id", evidence_key),
                ]),
            ),
            ("labels", Argument::variable("labels")),
        ];
        self.call_after_keys(
            "backup_restore",
            "gcp/backup-restore",
            Scope::Global,
            &home,
            arguments,
        );
        for id in regions {
            let region = self.topology.region(id);
            let after = [
                format!("gke_{}", region.slug()),
                format!("kms_{}", slug(region.place.location)),
            ];
            after
                .iter()
                .for_each(|a| self.add_after("backup_restore", a));
        }
    }
}

/// A database's id: system, store, and its own name where the store has several.
pub fn database_id(
    topology: &crate::topology::Topology,
    store: &Datastore,
    database: &str,
) -> String {
    match store.databases.len() {
        1 => format!("{}-{}", topology.name, store.made_as()),
        _ => format!("{}-{}-{database}", topology.name, store.made_as()),
    }
}

fn database_call(store: &Datastore, database: &str) -> String {
    match store.databases.len() {
        1 => format!("firestore_{}", slug(&store.name)),
        _ => format!("firestore_{}_{}", slug(&store.name), slug(database)),
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

/// A GKE Service on a reserved internal address that other regions reach too.
pub(super) fn member_annotations(address: &str) -> Vec<(String, String)> {
    [
        ("networking.gke.io/load-balancer-type", "Internal"),
        (
            "networking.gke.io/internal-load-balancer-allow-global-access",
            "true",
        ),
        ("networking.gke.io/load-balancer-ip-addresses", address),
    ]
    .map(|(k, v)| (k.to_string(), v.to_string()))
    .to_vec()
}

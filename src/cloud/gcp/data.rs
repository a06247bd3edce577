//! What every store has on Google Cloud, secrets, and backups of clusters.

use super::Lowering;
use super::homes::{
    Home, backups_before, backups_of, left_before, password, places_of, read_from_afar,
};
use super::naming::{self, Kind, slug};
use super::offering::{has_password, offering, offerings};
use crate::cloud::offering::asked;
use crate::deployment::{Argument, Decision, Scope, SecretSetting, Setting, Stray};
use crate::topology::{Datastore, Provider, RegionId, Secret, Service, Singleton};
use crate::topology::{Mode, SecretReplication, variable_name};

/// How long backups of clusters are kept.
pub(super) const CLUSTER_BACKUP_DAYS: u32 = 30;

impl Lowering<'_> {
    pub(super) fn datastores(&mut self) {
        for store in &self.topology.datastores {
            match offering(store) {
                Some(offering) => offering.lower(self, store),
                None => self.not_available(
                    store.kind.span,
                    &format!("`{}`", store.engine),
                    &format!(
                        "{}; declare a store that somebody runs with `external: {{ run_by: … }}`",
                        asked(offerings())
                    ),
                ),
            }
        }
    }

    /// Whether a store is asked for a mode that its kind has, and for nothing else to do it.
    pub(super) fn replicates(&mut self, store: &Datastore, modes: &[Mode], has: &str) -> bool {
        let Some(replication) = &store.replication else {
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

    /// Whether a store that pods reach in the network has clusters in its regions, and no other users.
    pub(super) fn only_for_clusters(&mut self, store: &Datastore) {
        let clusters = self.cluster_regions();
        let alone = store.regions.iter().find(|r| !clusters.contains(r));
        let serverless = self.topology.services.iter().any(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            !s.on_cluster() && uses.any(|n| *n == store.name)
        });
        if alone.is_some() || serverless {
            let what = format!("`{}` without clusters", store.engine);
            let has = "it where `kubernetes` runs the services: their pods reach it in the network";
            self.not_available(store.span, &what, has);
        }
    }

    /// What a service in a region may do with the stores that it uses.
    pub(super) fn grants(&self, service: &Service, region: RegionId) -> Vec<Argument> {
        let used = service.uses.iter().map(|id| self.topology.datastore(*id));
        let grants = used.filter_map(|store| Some((store, offering(store)?.grants().given()?)));
        grants
            .flat_map(|(store, grants)| grants(self.topology, store, service, region))
            .collect()
    }

    /// Where a service in a region finds the stores that it uses.
    pub(super) fn settings(&self, service: &Service, region: RegionId) -> Vec<Setting> {
        let used = service.uses.iter().map(|id| self.topology.datastore(*id));
        let told = used.filter_map(|store| Some((store, offering(store)?.told().given()?)));
        let told = told.flat_map(|(store, told)| {
            let name = variable_name(&store.name);
            let told = told(self.topology, store, service, region).into_iter();
            told.map(move |(what, value)| Setting {
                service: service.name.clone(),
                datastore: store.name.clone(),
                region,
                variable: format!("{name}_{what}"),
                value,
            })
        });
        told.collect()
    }

    /// Gives the services of a region a secret of a store.
    pub(super) fn tell_secret(
        &mut self,
        store: &Datastore,
        id: RegionId,
        what: &str,
        name: String,
    ) {
        let variable = variable_name(&store.name);
        let users = self.topology.services.iter().filter(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            s.on_cluster() && s.replicas_in(id).is_some() && uses.any(|n| *n == store.name)
        });
        let told = users.map(|service| SecretSetting {
            service: service.name.clone(),
            datastore: store.name.clone(),
            region: id,
            variable: format!("{variable}_{what}"),
            secret: name.clone(),
        });
        let told: Vec<SecretSetting> = told.collect();
        self.deployment.secret_settings.extend(told);
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
            if *secret.replication == SecretReplication::Automatic {
                let span = secret.replication.span;
                self.not_available(
                    span,
                    "a secret with automatic replication",
                    "`named` copies and `regional` secrets: `automatic` promises no place",
                );
            }
            if *secret.replication == SecretReplication::Regional {
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
        for store in self.topology.datastores.iter().filter(|s| has_password(s)) {
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
        if let Some(rotate) = &secret.rotate {
            entry.push(("rotation_seconds".into(), rotate.secs().into()));
        }
        Argument::Map(entry)
    }

    fn secret_decision(&mut self) {
        let named = |s: &&Secret| *s.replication == SecretReplication::Named;
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
        let regional = |s: &Secret| *s.replication == SecretReplication::Regional;
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
        let mut arguments = vec![
            ("project_id", self.project()),
            ("project_number", Argument::variable("project_number")),
            ("name", self.prefix().into()),
            ("secrets", Argument::Map(entries)),
            ("kms_key_ids", Argument::Map(keys)),
            ("topic_kms_key_id", topic_key),
            ("labels", Argument::variable("labels")),
        ];
        if self
            .topology
            .has_already(Provider::Gcp, Singleton::SecretAudit)
        {
            arguments.push(("audited", false.into()));
        }
        self.call_after_keys("secrets", "gcp/secrets", Scope::Global, &home, arguments);
        for location in &regions {
            self.add_after("secrets", &format!("kms_{}", slug(location)));
        }
        self.add_after("secrets", "accounts");
    }

    fn needs_passwords(&self) -> bool {
        let stores = &self.topology.datastores;
        stores.iter().any(has_password)
    }

    pub(super) fn locations(&self, regions: &[RegionId]) -> Vec<String> {
        let location = |id: &RegionId| self.topology.region(*id).place.location.to_string();
        regions.iter().map(location).collect()
    }

    /// Backups of clusters, each kept in the region that would take over when it was made.
    pub(super) fn backups(&mut self) {
        let regions = self.cluster_regions();
        let home = Home::Evidence.of(self.topology);
        self.api("storage");
        let evidence_key = self.key(&home, "storage", "gs-project-accounts");
        let mut clusters = Vec::new();
        for id in &regions {
            let Some(away) = backups_of(self.topology, *id).map(str::to_string) else {
                continue;
            };
            let own = self.topology.region(*id).place.location;
            let key = self.key(&away, "backup", "gcp-sa-gkebackup");
            for before in backups_before(self.topology, *id) {
                self.key(&before, "backup", "gcp-sa-gkebackup");
            }
            let cluster =
                |l: &str, n: String| self.in_project(&format!("locations/{l}/clusters/{n}"));
            let entry = Argument::map([
                ("cluster_id", cluster(own, self.cluster_name(*id))),
                ("backup_region", Argument::from(away.clone())),
                ("kms_key_id", key),
                (
                    "restore_cluster_id",
                    cluster(&away, self.cluster_name_at(&away)),
                ),
            ]);
            clusters.push((own.to_string(), entry));
        }
        let namespace = self.topology.namespace.clone();
        let evidence = format!("{}-{}-evidence", self.project_text(), self.topology.name);
        naming::checked(
            Kind::Bucket,
            evidence.clone(),
            self.topology.name_at,
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
        let gone = self.topology.left.iter().filter(|l| !l.named);
        let gone = gone.map(|left| (left, left.place.location, None));
        // Those that were kept in a region that has left are kept elsewhere from now on.
        let moved = regions.iter().filter_map(|id| {
            let left = left_before(self.topology, *id)?;
            let before = left.place.location.to_string();
            Some((left, self.topology.region(*id).place.location, Some(before)))
        });
        for (left, key, location) in gone.chain(moved) {
            // It is one of several of its call, which no `removed` block can name.
            let plan = "module.backup_restore.google_gke_backup_backup_plan.this";
            self.deployment.strays.push(Stray {
                cloud: "gcp",
                scope: Scope::Global,
                region: Some(left.name.clone()),
                address: format!("{plan}[\"{key}\"]"),
                location,
            });
        }
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

//! What everything else on Google Cloud stands on: APIs, network, keys, identities,
//! registry, clusters, mesh.

use super::Lowering;
use super::backup::has_backup;
use super::existing;
use super::naming::{self, Kind, slug};
use super::ranges::Ranges;
use super::scrapes;
use crate::cloud::sizing::Demand;
use crate::deployment::{Argument, Call, Cluster, Decision, Identity, Plugin, Promql, Scope};
use crate::rules::names::collisions::Accounts;
use crate::topology::{Provider, RegionId, Singleton, Topology};

/// What every account of a service has.
pub(super) const ROLES: [&str; 2] = ["roles/monitoring.metricWriter", "roles/cloudtrace.agent"];

impl Lowering<'_> {
    /// Enables what the other calls need; written first, so that all can wait for it.
    pub(super) fn apis(&mut self) {
        let services: Vec<String> = self
            .apis
            .iter()
            .map(|api| format!("{api}.googleapis.com"))
            .collect();
        let arguments = vec![
            ("project_id", self.project()),
            ("services", services.into()),
        ];
        let call = self.new_call("apis", "gcp/project-services", Scope::Global, arguments);
        self.deployment.calls.insert(
            0,
            Call {
                after: Vec::new(),
                ..call
            },
        );
    }

    /// The network that clusters and regional load balancers stand in; Cloud Run needs none.
    pub(super) fn network(&mut self) {
        for api in ["compute", "logging", "cloudtrace"] {
            self.api(api);
        }
        let clusters = self.cluster_regions();
        let mut hosts = self.topology.hosts.iter();
        if clusters.is_empty() && !hosts.any(|h| has_backup(self.topology, h)) {
            return;
        }
        if let Some(network) = existing::network(self.topology) {
            self.network_of_others(network, &clusters);
            return;
        }
        let regions = clusters.iter().map(|id| {
            let region = self.topology.region(*id);
            let ranges = Ranges::of(self.topology, *id);
            let entry = Argument::map([
                ("cidr", ranges.nodes),
                ("pods_cidr", ranges.pods),
                ("services_cidr", ranges.services),
            ]);
            (region.place.location.to_string(), entry)
        });
        let arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("regions", Argument::Map(regions.collect())),
        ];
        self.call("network", "gcp/network", Scope::Global, arguments);
    }

    pub(super) fn network_id(&self) -> Argument {
        let path = match existing::network(self.topology) {
            Some(network) => existing::network_path(self.topology, network).into(),
            None => self.in_project(&format!("global/networks/{}", self.prefix())),
        };
        self.output("network", "network_id", path)
    }

    pub(super) fn subnetwork_id(&self, region: RegionId) -> Argument {
        if let Some(path) = existing::subnetwork_path(self.topology, region) {
            return path.into();
        }
        let location = self.topology.region(region).place.location;
        let prefix = self.prefix();
        // A map's element is no plain output, so the name is given in every layout; the
        // network argument beside it carries the order.
        self.in_project(&format!(
            "regions/{location}/subnetworks/{prefix}-{location}"
        ))
    }

    /// Key rings of every location that a call asked for a key in.
    pub(super) fn keys(&mut self) {
        self.api("cloudkms");
        let rotation = self.topology.keys.rotate.secs();
        let hardware = *self.topology.keys.hardware;
        for (location, mut keys) in self.requested_keys.clone() {
            for (name, agents) in super::homes::keys_at(self.topology, &location) {
                keys.entry(name).or_insert(agents);
            }
            let keys = keys.into_iter().map(|(name, agents)| {
                (name, Argument::from(agents.into_iter().collect::<Vec<_>>()))
            });
            let arguments = vec![
                ("project_id", self.project()),
                ("project_number", Argument::variable("project_number")),
                ("name", self.prefix().into()),
                ("location", location.clone().into()),
                ("keys", Argument::Map(keys.collect())),
                ("rotation_seconds", rotation.into()),
                (
                    "protection_level",
                    if hardware { "HSM" } else { "SOFTWARE" }.into(),
                ),
                ("labels", Argument::variable("labels")),
            ];
            let name = format!("kms_{}", slug(&location));
            self.call(&name, "gcp/kms-regional", Scope::Global, arguments);
        }
    }

    /// A key's id as the function of names that it is.
    pub(super) fn key(&mut self, location: &str, name: &str, agent: &str) -> Argument {
        if let Some(key) = self.topology.existing_key(location) {
            self.key_of_others(location, key, agent);
            return key.value.as_str().into();
        }
        self.requested_keys
            .entry(location.to_string())
            .or_default()
            .entry(name.to_string())
            .or_default()
            .insert(agent.to_string());
        let prefix = self.prefix();
        self.in_project(&format!(
            "locations/{location}/keyRings/{prefix}-{location}/cryptoKeys/{name}"
        ))
    }

    pub(super) fn node_account(&self) -> String {
        let name: String = self.prefix().chars().take(24).collect();
        format!("{}-nodes", name.trim_end_matches('-'))
    }

    pub(super) fn has_clusters(&self) -> bool {
        self.topology.services.iter().any(|s| s.on_cluster())
    }

    /// Whether a cluster is made here.
    pub(super) fn makes_clusters(&self) -> bool {
        self.has_clusters() && !own_clusters(self.topology, &self.cluster_regions()).is_empty()
    }

    /// The regions that need a cluster.
    pub(super) fn cluster_regions(&self) -> Vec<RegionId> {
        clusters_of(self.topology, &self.regions)
    }

    pub(super) fn clusters(&mut self) {
        for id in self.cluster_regions() {
            self.cluster(id);
        }
    }

    fn cluster(&mut self, id: RegionId) {
        for api in ["container", "gkehub", "gkebackup", "binaryauthorization"] {
            self.api(api);
        }
        let region = self.topology.region(id);
        let location = region.place.location.to_string();
        let span = region.span;
        let name = self.cluster_name(id);
        naming::checked(Kind::Cluster, name.clone(), span, self.out);
        let ranges = Ranges::of(self.topology, id);
        let zones = region.place.spread();
        match self.topology.existing_cluster(id) {
            Some(_) => self.cluster_of_others(id, &name, &ranges.pods),
            None => self.cluster_of_ours(id, &name, &ranges),
        }
        let project = self.project_text();
        self.deployment.clusters.push(Cluster {
            region: id,
            context: format!("gke_{project}_{location}_{name}"),
            // One network, one fleet: `catalog/mesh.toml`.
            east_west: None,
            zones,
            probe_ranges: vec!["35.191.0.0/16".into(), "130.211.0.0/22".into()],
            // Workload identity asks the node for credentials.
            metadata_servers: vec![("169.254.169.252/32", 988), ("169.254.169.254/32", 80)],
            node_range: ranges.nodes,
            pod_range: ranges.pods,
            ingress_annotations: vec![(
                "cloud.google.com/neg".into(),
                format!(
                    "{{\"exposed_ports\":{{\"443\":{{\"name\":\"{}\"}}}}}}",
                    self.endpoint_group(&location)
                ),
            )],
            trust_domain: format!("{project}.{}", super::facts::mesh().pool),
            stores: self.reached.remove(&id).unwrap_or_default().into_iter().collect(),
            objects: Vec::new(),
            scraped_from: scrapes::COLLECTORS,
            charts: Vec::new(),
            metrics_host: None,
            promql: Some(Promql {
                address: format!(
                    "https://monitoring.googleapis.com/v1/projects/{project}/location/global/prometheus"
                ),
                pod_identity: Some("gcp"),
            }),
            credentials: [
                "gcloud",
                "container",
                "clusters",
                "get-credentials",
                &name,
                "--region",
                &location,
                "--project",
                &project,
            ]
            .map(String::from)
            .to_vec(),
            // kubectl speaks to GKE through it since 1.26.
            plugin: Some(Plugin {
                program: "gke-gcloud-auth-plugin",
                install: "gcloud components install gke-gcloud-auth-plugin",
            }),
            registry: None,
            needs: self.cluster_needs(),
            name,
        });
    }

    fn cluster_of_ours(&mut self, id: RegionId, name: &str, ranges: &Ranges) {
        let region = self.topology.region(id);
        let location = region.place.location;
        let secrets = self.key(location, "gke", "container-engine-robot");
        let disks = self.key(location, "disk", "compute-system");
        let account = self.node_account();
        self.variable(
            "authorized_networks",
            "Private ranges that may reach the clusters' control planes, by a name: a VPN, a bastion.".into(),
            None,
            Argument::map([("vpn", "10.255.0.0/24")]),
        );
        let mut arguments = vec![
            ("project_id", self.project()),
            ("project_number", Argument::variable("project_number")),
            ("name", name.into()),
            ("region", location.into()),
            ("zones", region.place.spread().into()),
            ("network_id", self.network_id()),
            ("subnetwork_id", self.subnetwork_id(id)),
            ("control_plane_cidr", ranges.control_plane.clone().into()),
            (
                "authorized_networks",
                Argument::variable("authorized_networks"),
            ),
            ("secrets_kms_key_id", secrets),
            ("disk_kms_key_id", disks),
            ("node_service_account", self.email(&account)),
            ("nodes", self.nodes(id)),
            ("labels", Argument::variable("labels")),
        ];
        if let Some(version) = self.topology.kubernetes_version(id) {
            arguments.push(("kubernetes_version", version.into()));
        }
        let call = format!("gke_{}", region.slug());
        self.call_after_keys(&call, "gcp/gke", Scope::Region(id), location, arguments);
        self.add_after(&call, "accounts");
    }

    /// What Terraform does not install.
    fn cluster_needs(&self) -> Vec<String> {
        let mut needs = vec![
            "Reloader (chart `stakater/reloader`), which restarts pods when a Secret that they read changes;".to_string(),
            "KEDA 2.18 or newer in the namespace `keda`, its operator's service account bound to `keda-operator`;".to_string(),
            format!(
                "External Secrets Operator with a `ClusterSecretStore` called `{}-secrets`;",
                self.topology.name
            ),
        ];
        if self.topology.mesh.is_some() {
            // docs.cloud.google.com/service-mesh/docs/check-control-plane-implementation, read 2026-11-28.
            needs.push(format!(
                "the managed mesh, which Terraform switches on through the fleet. It finds the other clusters by itself, without \
                 secrets and gateways between them. Release services once `gcloud container fleet mesh describe --project {}` \
                 says `state: ACTIVE` and `implementation: TRAFFIC_DIRECTOR` of each cluster: pods that start earlier have no proxy;",
                self.project_text()
            ));
        }
        needs
    }

    pub(super) fn cluster_name(&self, id: RegionId) -> String {
        self.cluster_name_at(self.topology.region(id).place.location)
    }

    /// The name of the cluster at a location.
    pub(super) fn cluster_name_at(&self, location: &str) -> String {
        cluster_name_at(self.topology, location)
    }

    /// The endpoint groups that the ingress gateway's Service makes, one in each zone.
    pub(super) fn endpoint_group(&self, location: &str) -> String {
        format!("{}-ingress-{location}", self.prefix())
    }

    /// Nodes for what runs at least and at most, at 80 % of four cores each.
    fn nodes(&self, id: RegionId) -> Argument {
        let demand = Demand::of(self.topology, id);
        let nodes = |millis: u64| millis.div_ceil(3200) + 3;
        Argument::map([
            ("min", nodes(demand.fewest)),
            ("max", nodes(demand.most).max(nodes(demand.fewest) + 3)),
        ])
    }

    /// Accounts of services, nodes and the scaler, with their roles.
    pub(super) fn accounts(&mut self) {
        self.api("iam");
        self.api("iamcredentials");
        let mut accounts: Vec<(String, Argument)> = Vec::new();
        let mut taken = Accounts::default();
        for service in &self.topology.services {
            for placement in &service.placements {
                if !self.regions.contains(&placement.region) {
                    continue;
                }
                let id = self.account_id(service, placement.region);
                naming::checked(Kind::ServiceAccount, id.clone(), service.span, self.out);
                self.out.extend(taken.take(service, &id));
                if self.topology.has_account(service) {
                    self.account_of_others(service, placement.region, &id);
                } else {
                    accounts.push((id.clone(), self.service_account(service, placement.region)));
                }
                let settings = self.settings(service, placement.region);
                self.deployment.settings.extend(settings);
                if service.on_cluster() {
                    let email = format!("{id}@{}.iam.gserviceaccount.com", self.project_text());
                    self.deployment.identities.push(Identity {
                        workload: service.name.clone(),
                        region: placement.region,
                        annotations: vec![("iam.gke.io/gcp-service-account".into(), email)],
                    });
                }
            }
        }
        if self.makes_clusters() {
            let roles = vec!["roles/container.defaultNodeServiceAccount"];
            accounts.push((
                self.node_account(),
                Argument::map([
                    ("display_name", Argument::from("Nodes of the clusters")),
                    ("roles", roles.into()),
                ]),
            ));
        }
        if self.has_clusters() {
            accounts.push((
                "keda-operator".into(),
                Argument::map([
                    (
                        "display_name",
                        Argument::from("KEDA reads metrics to scale by"),
                    ),
                    ("roles", vec!["roles/monitoring.viewer"].into()),
                ]),
            ));
        }
        accounts.append(&mut self.extra_accounts);
        let fixed = |s: &crate::topology::Service| s.account.is_some();
        if self.topology.services.iter().any(fixed) {
            self.deployment.decisions.push(Decision {
                title: "An account for each service and region".into(),
                reason: "An account may write its own metrics and traces, use the databases that \
                         serve its region, read the secrets of its services, and publish where \
                         its service does; that is all. It has no role in another project, so \
                         writing there is denied by never having been allowed; who wants it \
                         refused even if somebody allows it sets a deny policy above the project."
                    .into(),
            });
        }
        let arguments = vec![
            ("project_id", self.project()),
            ("accounts", Argument::Map(accounts)),
        ];
        self.call("accounts", "gcp/service-accounts", Scope::Global, arguments);
    }

    pub(super) fn account_id(&self, service: &crate::topology::Service, id: RegionId) -> String {
        account_id(self.topology, service, id)
    }

    fn service_account(&self, service: &crate::topology::Service, id: RegionId) -> Argument {
        let region = self.topology.region(id);
        let mut entries = vec![
            (
                "display_name".to_string(),
                Argument::from(format!("{} in {}", service.name, region.name)),
            ),
            ("roles".to_string(), ROLES.to_vec().into()),
        ];
        let grants = self.grants(service, id);
        if !grants.is_empty() {
            entries.push(("conditional_roles".into(), Argument::List(grants)));
        }
        Argument::Map(entries)
    }

    /// Which Kubernetes service accounts act as which accounts: once the clusters are there,
    /// because the project's identity pool comes with the first.
    pub(super) fn workload_identities(&mut self) {
        let namespace = self.topology.namespace.clone();
        let binder = super::homes::binder(self.topology);
        for id in self.cluster_regions() {
            let mut bindings = Vec::new();
            for service in &self.topology.services {
                let own = !self.topology.has_account(service);
                if own && service.on_cluster() && service.replicas_in(id).is_some() {
                    let account = self.account_id(service, id);
                    bindings.push((account, binding(&namespace, &service.name)));
                }
            }
            // What acts in every region is bound once.
            if binder == Some(id) {
                bindings.push(("keda-operator".into(), binding("keda", "keda-operator")));
                let backups = self.deployment.sentinel_sets.iter();
                let backups = backups.filter(|s| s.regions.iter().any(|r| r.backup.is_some()));
                bindings.extend(backups.map(|s| {
                    let account = format!("{}-backup", s.datastore);
                    (account.clone(), binding(&namespace, &account))
                }));
            }
            let arguments = vec![
                ("project_id", self.project()),
                ("bindings", Argument::Map(bindings)),
            ];
            let region = self.topology.region(id).slug();
            let call = format!("identity_{region}");
            self.call(&call, "gcp/workload-identity", Scope::Region(id), arguments);
            self.add_after(&call, &format!("gke_{region}"));
            self.add_after(&call, "accounts");
        }
    }

    /// The mesh, if services run on more than one cluster.
    pub(super) fn mesh(&mut self) {
        let regions = self.cluster_regions();
        if self.topology.mesh.is_none() || regions.is_empty() {
            return;
        }
        self.api("mesh");
        let clusters = regions.iter().map(|id| {
            let ranges = Ranges::of(self.topology, *id);
            let entry = Argument::map([
                ("name", Argument::from(self.cluster_name(*id))),
                ("ranges", vec![ranges.nodes, ranges.pods].into()),
            ]);
            (self.topology.region(*id).place.location.to_string(), entry)
        });
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("network_id", self.network_id()),
            ("clusters", Argument::Map(clusters.collect())),
            ("labels", Argument::variable("labels")),
        ];
        if self.topology.has_already(Provider::Gcp, Singleton::Mesh) {
            arguments.push(("make_feature", false.into()));
        }
        self.call("mesh", "gcp/istio-traffic", Scope::Global, arguments);
        let domain = format!("{}.{}", self.project_text(), super::facts::mesh().pool);
        self.deployment.decisions.push(Decision {
            title: format!("Identities of the mesh on GKE begin with {domain}"),
            reason: "The managed mesh has the project's workload identity pool as its trust domain, and it \
                     cannot be set: what may call what is written with it."
                .into(),
        });
        for id in regions {
            let call = format!("gke_{}", self.topology.region(id).slug());
            self.add_after("mesh", &call);
        }
        self.deployment.decisions.push(Decision {
            title: "The mesh is owned in two places".into(),
            reason: "Terraform owns fleet membership, the mesh feature and the firewall; \
                     the Istio objects are manifests, because planning them would need every \
                     cluster's API, also the lost one's."
                .into(),
        });
    }
}

/// The id of the account of a service in a region.
pub(super) fn account_id(
    topology: &Topology,
    service: &crate::topology::Service,
    id: RegionId,
) -> String {
    let region = topology.region(id);
    match &service.account {
        Some(pattern) => pattern.replace("{region}", &region.short),
        None => format!("{}-{}", service.name, naming::code(region.place.location)),
    }
}

/// The regions, among some, that need a cluster.
pub(super) fn clusters_of(topology: &Topology, regions: &[RegionId]) -> Vec<RegionId> {
    let needs = |id: &RegionId| topology.needs_cluster(*id);
    regions.iter().copied().filter(needs).collect()
}

/// The regions, among some, whose cluster is made here.
pub(super) fn own_clusters(topology: &Topology, regions: &[RegionId]) -> Vec<RegionId> {
    let own = |id: &RegionId| topology.existing_cluster(*id).is_none();
    regions.iter().copied().filter(own).collect()
}

/// The name of the cluster at a location: as its owner calls it, or after the system.
pub(super) fn cluster_name_at(topology: &Topology, location: &str) -> String {
    let mut regions = topology.region_ids();
    let region = regions.find(|id| {
        let place = topology.region(*id).place;
        place.provider == Provider::Gcp && place.location == location
    });
    match region.and_then(|id| topology.existing_cluster(id)) {
        Some(cluster) => cluster.name.value.clone(),
        None => format!("{}-{location}", topology.name),
    }
}

fn binding(namespace: &str, name: &str) -> Argument {
    Argument::map([("namespace", namespace), ("name", name)])
}

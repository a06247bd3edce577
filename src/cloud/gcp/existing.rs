//! Parts on Google Cloud that others own: what must be written of them, and what must be true.

use super::backup::has_backup;
use super::offering::has_range;
use super::ranges::Ranges;
use super::{Lowering, project};
use crate::cloud::existing::{self, form, idle, lacks, range};
use crate::deployment::{Argument, Demand, Scope};
use crate::topology::{ExistingNetwork, Provider, RegionId, Service, Text, Topology};

/// A fact about a network: its key, what is written, whether it is needed, and the sizes of a range.
type Fact<'a> = (&'a str, &'a Option<Text>, bool, Option<(u32, u32)>);

/// The path of a network of others, as it is written or in the system's project.
pub(super) fn network_path(topology: &Topology, network: &ExistingNetwork) -> String {
    match network.id.contains('/') {
        true => network.id.value.clone(),
        false => format!(
            "projects/{}/global/networks/{}",
            project(topology),
            network.id.value
        ),
    }
}

/// The project of a network's path, and its name.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (project, name) = path
        .strip_prefix("projects/")?
        .split_once("/global/networks/")?;
    let plain = |t: &str| !t.is_empty() && !t.contains('/');
    (plain(project) && plain(name)).then_some((project, name))
}

/// The network of others that the system stands in: all regions of Google Cloud share one.
pub(super) fn network(topology: &Topology) -> Option<&ExistingNetwork> {
    let mut regions = topology.regions_on(Provider::Gcp).into_iter();
    regions.find_map(|id| topology.existing_network(id))
}

/// The path of the subnetwork of a region, in a network of others.
pub(super) fn subnetwork_path(topology: &Topology, id: RegionId) -> Option<String> {
    let network = topology.existing_network(id)?;
    let path = network_path(topology, network);
    let (project, _) = parts(&path)?;
    let location = topology.region(id).place.location;
    let name = network.subnetwork.as_ref()?;
    Some(format!(
        "projects/{project}/regions/{location}/subnetworks/{}",
        name.value
    ))
}

impl Lowering<'_> {
    /// Checks what is written of parts that others own.
    pub(super) fn check_existing(&mut self) {
        let first = network(self.topology).map(|n| network_path(self.topology, n));
        for id in self.regions.clone() {
            self.check_network(id, first.as_deref());
            existing::cluster(self.topology, id, "network", self.out);
            if let Some(registry) = self.topology.existing_registry(id) {
                let fits = registry
                    .split('/')
                    .next()
                    .is_some_and(|host| host.ends_with("-docker.pkg.dev"))
                    && registry.split('/').count() >= 3;
                let help =
                    "an address of Artifact Registry: `europe-docker.pkg.dev/images-prod/shop`";
                form(registry, fits, "a registry", help, self.out);
            }
        }
        for (location, key) in self.topology.existing.keys.iter() {
            let own = self.topology.region_named(&location.text);
            let own = own.map(|id| self.topology.region(id));
            if own.is_some_and(|r| r.place.provider != Provider::Gcp) {
                continue;
            }
            let place = own.map_or(location.text.as_str(), |r| r.place.location);
            let fits = key.starts_with("projects/")
                && key.contains(&format!("/locations/{place}/keyRings/"))
                && key.contains("/cryptoKeys/");
            let help = format!(
                "the id of a key at {place}: `projects/keys-prod/locations/{place}/keyRings/shop/cryptoKeys/data`"
            );
            form(key, fits, "a key of this location", &help, self.out);
        }
        existing::unnamed(self.topology, "accounts", self.out);
    }

    fn check_network(&mut self, id: RegionId, first: Option<&str>) {
        let region = self.topology.region(id);
        let Some(network) = self.topology.existing_network(id) else {
            if first.is_some() && self.stands_in_network(id) {
                let message = format!(
                    "the network of others spans all regions of Google Cloud, and nothing is written of it in `{}`",
                    region.name
                );
                self.out.push(lacks(
                    region.span,
                    &message,
                    "this region stands in it too",
                    "write it under `existing.networks`",
                ));
            }
            return;
        };
        let path = network_path(self.topology, network);
        let fits = parts(&path).is_some() && Some(path.as_str()) == first;
        let help = "its name, or `projects/PROJECT/global/networks/NAME`; the same in every region";
        form(
            &network.id,
            fits,
            "the network of this system",
            help,
            self.out,
        );
        range(&network.cidr, 8, 29, self.out);
        let amazon = [
            ("private", &network.private),
            ("public", &network.public),
            ("data", &network.data),
        ];
        for (what, written) in amazon {
            let place = written.first().map(|w| w.span);
            idle(place, what, "on Google Cloud", "it is for AWS", self.out);
        }
        let clusters = self.topology.needs_cluster(id);
        let stores = self
            .topology
            .datastores
            .iter()
            .any(|s| has_range(s) && s.regions.contains(&id));
        let proxies = self
            .topology
            .hosts
            .iter()
            .any(|h| has_backup(self.topology, h) && h.regions.contains(&id));
        let facts: [Fact; 5] = [
            ("subnetwork", &network.subnetwork, clusters, None),
            ("pods", &network.pods, clusters, Some((9, 21))),
            ("services", &network.services, clusters, Some((16, 27))),
            ("stores", &network.stores, stores, Some((8, 28))),
            ("proxies", &network.proxies, proxies, Some((8, 26))),
        ];
        for (what, written, needed, sizes) in facts {
            match (written, sizes) {
                (Some(text), Some((largest, smallest))) => range(text, largest, smallest, self.out),
                (None, _) if needed => {
                    let message = format!(
                        "nothing says which `{what}` of the network `{}` has",
                        region.name
                    );
                    let help = format!("write `{what}` beside `id` and `cidr`");
                    self.out.push(lacks(
                        network.span,
                        &message,
                        "what this system makes stands in it",
                        &help,
                    ));
                }
                _ => {}
            }
        }
    }

    fn stands_in_network(&self, id: RegionId) -> bool {
        let mut stores = self.topology.datastores.iter();
        self.topology.needs_cluster(id) || stores.any(|s| has_range(s) && s.regions.contains(&id))
    }

    /// Reads a network of others and gives on what ours would give.
    pub(super) fn network_of_others(&mut self, network: &ExistingNetwork, clusters: &[RegionId]) {
        let path = network_path(self.topology, network);
        let Some((project, name)) = parts(&path) else {
            return;
        };
        let subnetworks = clusters.iter().filter_map(|id| {
            let own = self.topology.existing_network(*id)?.subnetwork.as_ref()?;
            let ranges = Ranges::of(self.topology, *id);
            let entry = Argument::map([
                ("name", own.value.clone()),
                ("cidr", ranges.nodes),
                ("pods_cidr", ranges.pods),
                ("services_cidr", ranges.services),
            ]);
            Some((self.topology.region(*id).place.location.to_string(), entry))
        });
        let subnetworks = Argument::Map(subnetworks.collect());
        let arguments = vec![
            ("project_id", project.into()),
            ("name", name.into()),
            ("subnetworks", subnetworks),
        ];
        self.call("network", "gcp/existing-network", Scope::Global, arguments);
        let location = "global";
        for (says, planned) in [
            (
                "each subnetwork has the ranges that the spec says, secondary ranges `pods` and `services`, and private Google access",
                true,
            ),
            ("Cloud NAT for all ranges of these subnetworks", false),
            (
                "ingress from 35.191.0.0/16 and 130.211.0.0/22 to ports 8080, 8443 and 15021 is allowed",
                false,
            ),
            (
                "ingress among all node and pod ranges to ports 443, 8080, 8443 and 10250 is allowed",
                false,
            ),
            (
                "the account that applies may make firewall rules, addresses and DNS zones in it (in a Shared VPC: roles/compute.networkUser and roles/compute.securityAdmin on the host project)",
                false,
            ),
            (
                "in a Shared VPC, the service agents of GKE and of the stores have roles/container.hostServiceAgentUser and roles/compute.networkUser on the host project",
                false,
            ),
        ] {
            self.demand("network", &path, location, says.into(), planned);
        }
    }

    /// Reads a cluster of others.
    pub(super) fn cluster_of_others(&mut self, id: RegionId, name: &str, pods: &str) {
        let region = self.topology.region(id);
        let location = region.place.location;
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.into()),
            ("location", location.into()),
            ("pods_cidr", pods.into()),
        ];
        if self.topology.mesh.is_some() {
            arguments.push(("in_fleet", true.into()));
        }
        let call = format!("gke_{}", region.slug());
        self.call(&call, "gcp/existing-cluster", Scope::Region(id), arguments);
        let region = region.name.clone();
        for (says, planned) in [
            (
                "is a regional cluster in the named subnetwork, in the system's project, with its pods in the named range",
                true,
            ),
            ("has Workload Identity, with the project's pool", true),
            (
                "is a member of the project's fleet, where the system has a mesh",
                true,
            ),
            (
                "managed collection of Prometheus, the Backup for GKE agent, Dataplane V2 (network policies) and the HTTP load balancing add-on are on",
                false,
            ),
            (
                "nodes in every zone of the region that grow to what the services ask for",
                false,
            ),
            (
                "nodes may pull the system's images: their account is a reader of its registries",
                false,
            ),
            ("its owner upgrades it", false),
        ] {
            self.demand("cluster", name, &region, says.into(), planned);
        }
    }

    /// What a key of others must be, where something asks for it.
    pub(super) fn key_of_others(&mut self, location: &str, key: &str, agent: &str) {
        let says = format!(
            "grants roles/cloudkms.cryptoKeyEncrypterDecrypter to the service agent `{agent}` of the project"
        );
        self.demand("key", key, location, says, false);
        let says =
            "its owner rotates it, and never destroys a version that has encrypted something";
        self.demand("key", key, location, says.into(), false);
    }

    /// What the account of a service must be, where others own it.
    pub(super) fn account_of_others(&mut self, service: &Service, id: RegionId, account: &str) {
        let region = self.topology.region(id).name.clone();
        let name = format!("{account}@{}.iam.gserviceaccount.com", self.project_text());
        for role in super::platform::ROLES {
            let says = format!("has {role} on the project");
            self.demand("account", &name, &region, says, false);
        }
        for grant in self.grants(service, id) {
            self.demand("account", &name, &region, granted(&grant), false);
        }
        if service.on_cluster() {
            let says = format!(
                "lets `serviceAccount:{}.svc.id.goog[{}/{}]` act as it (roles/iam.workloadIdentityUser)",
                self.project_text(),
                self.topology.namespace,
                service.name
            );
            self.demand("account", &name, &region, says, false);
        }
    }

    /// Images of services that others keep.
    pub(super) fn registry_of_others(&mut self, id: RegionId, registry: &str) {
        let region = self.topology.region(id).name.clone();
        let services = self.topology.services.iter();
        let here = services.filter(|s| s.replicas_in(id).is_some());
        let images: Vec<&str> = here
            .map(|s| s.image().rsplit('/').next().unwrap_or_default())
            .collect();
        let says = format!(
            "has the images {}, each before a deployment names it",
            images.join(", ")
        );
        self.demand("registry", registry, &region, says, false);
        let says =
            "nodes, and the Cloud Run service agent, may read it (roles/artifactregistry.reader)";
        self.demand("registry", registry, &region, says.into(), false);
    }

    fn demand(&mut self, part: &'static str, name: &str, at: &str, says: String, planned: bool) {
        self.deployment.demand(Demand {
            part,
            name: name.to_string(),
            at: at.to_string(),
            says,
            planned,
        });
    }
}

/// A role under a condition, in words.
fn granted(grant: &Argument) -> String {
    let Argument::Map(parts) = grant else {
        return String::new();
    };
    let text = |wanted: &str| {
        parts.iter().find_map(|(name, value)| match value {
            Argument::Text(text) if name == wanted => Some(text.as_str()),
            _ => None,
        })
    };
    let role = text("role").unwrap_or_default();
    match text("title") {
        Some(title) => format!("has {role} on the project, under the condition `{title}`"),
        None => format!("has {role} on the project"),
    }
}

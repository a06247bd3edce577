//! Where container images are kept: a registry on each continent that has one, or in the region.
//!
//! Artifact Registry has the multi-regions `us`, `europe` and `asia` and copies no image from one
//! registry to another, so images are pushed to each. The lock holds where each region pulls from;
//! a registry stays as long as the lock names it.

use super::homes::Home;
use super::{CLOUD, Lowering, multi_region, naming};
use crate::analysis::flow::fate::{Loss, Shared};
use crate::cloud::copies::Cloud;
use crate::deployment::{Action, Argument, Registry, Scope};
use crate::diagnostic::Label;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::{Provider, RegionId, Topology};

/// The location that a region pulls images from, in the lock.
const REGISTRY: &str = "registry";

/// Settles where each region that runs services pulls images from. A lock that knows one registry for the whole cloud
/// keeps it for all regions: their images are there.
pub(super) fn settle(topology: &mut Topology, regions: &[RegionId], one_for_all: bool) {
    let home = Home::Registry.of(topology);
    let serves = |id: &&RegionId| {
        let mut services = topology.services.iter();
        let own = topology.existing_registry(**id).is_none();
        own && services.any(|s| s.placements.iter().any(|p| p.region == **id))
    };
    let serving: Vec<RegionId> = regions.iter().filter(serves).copied().collect();
    for id in &serving {
        let region = topology.region(*id);
        let near = if one_for_all {
            home.clone()
        } else {
            multi_region(region.place)
        };
        let name = region.name.clone();
        topology.lock.settle("region", &name, REGISTRY, || near);
    }
}

/// Whether a lock decides on one registry for the whole cloud, as all did once.
pub(super) fn one_for_all(lock: &Lock) -> bool {
    let home = lock.get("cloud", CLOUD, Home::Registry.key());
    home.is_some() && lock.all("region", REGISTRY).next().is_none()
}

/// The location of the registry that a region pulls from.
fn of(topology: &Topology, id: RegionId) -> String {
    let region = &topology.region(id).name;
    let near = topology.lock.get("region", region, REGISTRY);
    near.map_or_else(|| Home::Registry.of(topology), str::to_string)
}

/// The locations of all registries: that of the cloud's shared things, then the others, also those
/// of regions that have left.
pub(super) fn locations(topology: &Topology) -> Vec<String> {
    let home = Home::Registry.of(topology);
    let serves = |id: &RegionId| {
        topology
            .services
            .iter()
            .any(|s| s.replicas_in(*id).is_some())
    };
    let serving: Vec<RegionId> = topology
        .regions_on(Provider::Gcp)
        .into_iter()
        .filter(serves)
        .collect();
    let of_others = |id: &RegionId| topology.existing_registry(*id).is_some();
    if !serving.is_empty() && serving.iter().all(of_others) {
        return Vec::new();
    }
    let near = topology.lock.all("region", REGISTRY);
    let mut others: Vec<String> = near.map(|(_, entry)| entry.value.clone()).collect();
    others.retain(|location| *location != home);
    others.sort();
    others.dedup();
    std::iter::once(home).chain(others).collect()
}

/// The regions that pull from the registry at a location.
fn pulling<'a>(
    topology: &'a Topology,
    regions: &'a [RegionId],
    location: &'a str,
) -> impl Iterator<Item = RegionId> + 'a {
    let own = regions
        .iter()
        .copied()
        .filter(|id| topology.existing_registry(*id).is_none());
    own.filter(move |id| of(topology, *id) == location)
}

/// The Terraform call of the registry at a location.
fn call(topology: &Topology, location: &str) -> String {
    if location == Home::Registry.of(topology) {
        "registry".into()
    } else {
        format!("registry_{}", naming::slug(location))
    }
}

/// Records where an applied tree keeps its images.
pub(super) fn adopt(topology: &Topology, applied: &Applied, lock: &mut Lock) {
    let home = applied.text("registry", &["location"]);
    let others = applied.calls("registry_");
    let others: Vec<String> = others
        .filter_map(|(rest, _)| applied.text(&format!("registry_{rest}"), &["location"]))
        .map(str::to_string)
        .collect();
    for id in topology.regions_on(Provider::Gcp) {
        let region = topology.region(id);
        let near = multi_region(region.place);
        let near = others.iter().find(|l| **l == near).map(String::as_str);
        if let Some(location) = near.or(home) {
            lock.set("region", &region.name, REGISTRY, location);
        }
    }
}

impl Lowering<'_> {
    /// The registries.
    pub(super) fn registries(&mut self) {
        self.api("artifactregistry");
        for id in self.regions.clone() {
            if let Some(registry) = self.topology.existing_registry(id) {
                self.registry_of_others(id, registry);
                let prefix = registry.value.clone();
                self.part().registries.push(Registry {
                    prefix,
                    regions: vec![id],
                });
            }
        }
        for location in locations(self.topology) {
            self.registry(&location);
        }
    }

    fn registry(&mut self, location: &str) {
        let key = self.key(location, "registry", "gcp-sa-artifactregistry");
        let prefix = format!(
            "{location}-docker.pkg.dev/{}/{}",
            self.project_text(),
            self.prefix()
        );
        let regions = pulling(self.topology, &self.regions, location).collect();
        self.part().registries.push(Registry { prefix, regions });
        let mut readers = Vec::new();
        if self.makes_clusters() {
            let id = self.node_account();
            readers.push(("nodes".to_string(), self.member(&id)));
        }
        let arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("location", location.into()),
            ("kms_key_id", key),
            ("readers", Argument::Map(readers)),
            ("labels", Argument::variable("labels")),
        ];
        let name = call(self.topology, location);
        let module = "gcp/artifact-registry";
        self.call_after_keys(&name, module, Scope::Global, location, arguments);
    }

    /// The image of a service in a region: in the registry there, with its tag from a variable.
    pub(super) fn image(&mut self, name: &str, id: RegionId) -> Argument {
        let location = of(self.topology, id);
        let service = self.topology.services.iter().find(|s| s.name == name);
        let (image, tag) = service.map_or(("", None), |s| (s.image(), s.tag.as_ref()));
        let short = image.rsplit('/').next().unwrap_or(image).to_string();
        let variable = format!("{}_tag", naming::slug(name));
        self.variable(
            &variable,
            format!("Tag of the image {image} that {name} runs."),
            tag.map(|t| Argument::from(t.value.as_str())),
            "1.0.0".into(),
        );
        if let Some(registry) = self.topology.existing_registry(id) {
            let image = format!("{}/{short}:", registry.value).into();
            return Argument::Template(vec![image, Argument::variable(variable)]);
        }
        Argument::Template(vec![
            format!("{location}-docker.pkg.dev/").into(),
            Argument::variable("project_id"),
            format!("/{}/{short}:", self.prefix()).into(),
            Argument::variable(variable),
        ])
    }

    /// The images that replicas on the clusters need to start: a node that has not run one pulls
    /// it. Cloud Run keeps a copy of the image.
    pub(super) fn needs_of_images(&mut self) {
        for location in locations(self.topology) {
            let there = |id: &RegionId| self.topology.region(*id).place.location == location;
            let pulling = pulling(self.topology, &self.regions, &location);
            let afar: Vec<RegionId> = pulling.filter(|id| !there(id)).collect();
            let services = self.topology.services.iter().filter(|s| s.on_cluster());
            let served = services.filter(|s| s.placements.iter().any(|p| afar.contains(&p.region)));
            let starts: Vec<Action> = served.map(|s| Action::Start(s.name.clone())).collect();
            let images = format!("{location}-docker.pkg.dev");
            for start in starts {
                let at = std::slice::from_ref(&location);
                self.need(start, "its image", at, None, ("helm/values.yaml", &images));
            }
        }
    }
}

/// The registries, each with the regions that pull from it.
pub(super) fn shared(cloud: Cloud) -> Vec<Shared> {
    let topology = cloud.topology;
    let regions = topology.regions_on(Provider::Gcp);
    let shared = |location: String| {
        let users: Vec<RegionId> = pulling(topology, &regions, &location).collect();
        let first = *users.first()?;
        let place = topology.primary().filter(|id| users.contains(id));
        let alone = regions
            .iter()
            .find(|id| topology.region(**id).place.location == location);
        Some(Shared {
            what: format!("the image registry in {location}"),
            breaks: vec![match alone {
                Some(id) => Loss::Region(*id),
                None => Loss::Cloud(Provider::Gcp),
            }],
            regions: users,
            without: "what runs already; no new replica starts on a node without the image",
            place: Label {
                span: topology.region(place.unwrap_or(first)).span,
                text: "images are kept near it".into(),
            },
            counted: false,
        })
    };
    locations(topology).into_iter().filter_map(shared).collect()
}

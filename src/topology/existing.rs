//! What others own of what a region or service stands on.

use super::lookup::{key, lookup};
use super::{ExistingCluster, ExistingNetwork, RegionId, Service, Text, Topology};
use crate::diagnostic::Diagnostics;
use crate::spec::{self, Spec};

impl Topology {
    /// The network of a region, if others own it.
    pub fn existing_network(&self, id: RegionId) -> Option<&ExistingNetwork> {
        self.existing.networks.get(&self.region(id).name)
    }

    /// The cluster of a region, if others own it.
    pub fn existing_cluster(&self, id: RegionId) -> Option<&ExistingCluster> {
        self.existing.clusters.get(&self.region(id).name)
    }

    /// What the names of images that a region pulls begin with, if others own its registry.
    pub fn existing_registry(&self, id: RegionId) -> Option<&Text> {
        self.existing.registries.get(&self.region(id).name)
    }

    /// The key for everything at a location, if others own it: by that location, or by the name of
    /// a region there.
    pub fn existing_key(&self, location: &str) -> Option<&Text> {
        let there = |name: &str| {
            let region = self.region_named(name).map(|id| self.region(id));
            region.is_some_and(|r| r.place.location == location)
        };
        let mut keys = self.existing.keys.iter();
        let of_region = keys.find(|(name, _)| there(&name.text));
        let of_region = of_region.map(|(_, key)| key);
        of_region.or_else(|| self.existing.keys.get(location))
    }

    /// Whether the accounts or roles of a service are others'.
    pub fn has_account(&self, service: &Service) -> bool {
        self.existing.roles.iter().any(|r| r.value == service.name)
    }
}

/// Reports regions and services that are not there.
pub(super) fn check(spec: &Spec, out: &mut Diagnostics) {
    for region in spec.steps.iter().filter_map(|(_, s)| s.region.as_ref()) {
        lookup("region", &spec.regions, region, out);
    }
    let arguments = spec.terraform.iter().flat_map(|t| t.arguments.iter());
    for region in arguments.flat_map(|(_, a)| &a.regions) {
        lookup("region", &spec.regions, region, out);
    }
    let Some(existing) = &spec.existing else {
        return;
    };
    let networks = existing.networks.iter().map(|(name, _)| name);
    let clusters = existing.clusters.iter().map(|(name, _)| name);
    let registries = existing.registries.iter().map(|(name, _)| name);
    let regions = networks.chain(clusters).chain(registries);
    regions.for_each(|name| key("region", &spec.regions, name, out));
    let roles = existing.roles.iter();
    roles.for_each(|service| lookup("service", &spec.services, service, out));
}

/// The zone of others that holds a host: that of the longest domain.
pub(super) fn zone_of<'a>(spec: &'a Spec, host: &str) -> Option<&'a spec::Text> {
    let zones = spec.existing.as_ref()?.zones.iter();
    let holds = |domain: &str| {
        let rest = host.strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let zones = zones.filter(|(domain, _)| holds(&domain.text));
    let longest = zones.max_by_key(|(domain, _)| domain.text.len());
    longest.map(|(_, zone)| zone)
}

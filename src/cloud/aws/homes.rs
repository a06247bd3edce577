//! Which region owns what all regions share, and where state and records are: chosen once and
//! recorded, because moving one replaces it with what it holds.

use super::{Lowering, facts};
use crate::analysis::flow::fate::{Loss, Shared};
use crate::catalog::{self, Place};
use crate::diagnostic::{Diagnostics, Label};
use crate::lock::{self, Lock};
use crate::topology::{Datastore, Provider, RegionId, SecretReplication, Topology};

/// The name of this cloud in the lock.
pub(super) const CLOUD: &str = "aws";
/// The key of the owning region in the lock.
const HOME: &str = "home";
/// The key of the location of state, locks and records in the lock.
const STATE: &str = "state";

impl Lowering<'_> {
    /// The version of a store's engine.
    pub(super) fn engine_version(&self, store: &Datastore) -> &'_ str {
        let known = self
            .topology
            .lock
            .get("datastore", &store.name, "engine_version");
        known.unwrap_or_default()
    }
}

/// Records the region that owns a thing.
pub(super) fn record(lock: &mut Lock, kind: &str, name: &str, region: &str) {
    lock.set(kind, name, HOME, region);
}

/// Records the location of state, locks and records.
pub(super) fn record_state(lock: &mut Lock, location: &str) {
    lock.set("cloud", CLOUD, STATE, location);
}

/// Settles the region of what has none, of each store and of each secret with copies, and the
/// location of state.
pub(super) fn settle(topology: &mut Topology, regions: &[RegionId], out: &mut Diagnostics) {
    let primary = topology.primary().filter(|id| regions.contains(id));
    let Some(first) = primary.or(regions.first().copied()) else {
        return;
    };
    keep(topology, "cloud", CLOUD, regions, first);
    for store in topology.datastores.clone() {
        let held: Vec<_> = store
            .regions
            .iter()
            .copied()
            .filter(|r| regions.contains(r))
            .collect();
        if let Some(home) = store
            .writer
            .filter(|w| held.contains(w))
            .or(held.first().copied())
        {
            keep(topology, "datastore", &store.name, &held, home);
        }
    }
    for secret in topology.secrets.clone() {
        let held: Vec<_> = secret
            .regions
            .iter()
            .copied()
            .filter(|r| regions.contains(r))
            .collect();
        if let Some(home) = held.first().copied()
            && *secret.replication == SecretReplication::Named
        {
            keep(topology, "secret", &secret.name, &held, home);
        }
    }
    settle_state(topology, regions, out);
}

/// Records the owner of a thing: the recorded one as long as it is among its regions.
fn keep(topology: &mut Topology, kind: &str, name: &str, regions: &[RegionId], derived: RegionId) {
    let home = owner(topology, kind, name).filter(|id| regions.contains(id));
    let region = topology.region(home.unwrap_or(derived)).name.clone();
    topology.lock.set(kind, name, HOME, region);
}

fn owner(topology: &Topology, kind: &str, name: &str) -> Option<RegionId> {
    topology.region_named(topology.lock.get(kind, name, HOME)?)
}

/// The region whose endpoints serve what has no region, and that owns multi-Region keys.
pub(super) fn home(topology: &Topology) -> Option<RegionId> {
    owner(topology, "cloud", CLOUD)
}

/// The region that owns a store whose copies are resources of it.
pub(super) fn home_of_store(topology: &Topology, store: &str) -> Option<RegionId> {
    owner(topology, "datastore", store)
}

/// The region that owns a secret with copies.
pub(super) fn home_of_secret(topology: &Topology, secret: &str) -> Option<RegionId> {
    owner(topology, "secret", secret)
}

/// The regions that hold something: state, locks and records.
pub(in crate::cloud) fn locations_in_use(topology: &Topology) -> Vec<String> {
    let found = topology.lock.get("cloud", CLOUD, STATE);
    found.map(str::to_string).into_iter().collect()
}

/// The location of state, locks and records.
pub(super) fn state(topology: &Topology) -> &str {
    topology
        .lock
        .get("cloud", CLOUD, STATE)
        .unwrap_or("us-east-1")
}

/// What must outlive the regions and is in one of them.
pub(super) fn shared(topology: &Topology) -> Option<Shared> {
    let regions = topology.regions_on(Provider::Aws);
    let location = state(topology);
    let mut own = regions.iter().copied();
    let id = own.find(|id| topology.region(*id).place.location == location)?;
    let written = topology.terraform.state_region.as_ref();
    Some(Shared {
        what: format!("the failover lock, the records and the state in {location}"),
        breaks: vec![Loss::Region(id)],
        regions,
        without: "everything that runs; no script moves users or promotes anything",
        place: Label {
            span: written.map_or(topology.region(id).span, |w| w.span),
            text: "in a region of the system".into(),
        },
        counted: true,
    })
}

/// Settles the location of state: the one that the topology names, else the nearest one to the
/// home that the system does not use and where the same law holds, else the successor's.
fn settle_state(topology: &mut Topology, regions: &[RegionId], out: &mut Diagnostics) {
    if let Some(named) = named_state(topology) {
        let entry = topology.lock.entry("cloud", CLOUD, STATE);
        if let Some(entry) = entry.filter(|e| e.value != named.location) {
            let written = topology.terraform.state_region.as_ref();
            let span = written.map_or(topology.span, |w| w.span);
            let what =
                "Terraform would look for its state in an empty bucket and create everything again";
            out.push(lock::disagrees(entry, span, named.location, what));
        }
        topology.lock.set("cloud", CLOUD, STATE, named.location);
        return;
    }
    let derived = derived_state(topology, regions);
    topology.lock.settle("cloud", CLOUD, STATE, || derived);
}

fn derived_state(topology: &Topology, regions: &[RegionId]) -> String {
    let place = |id: &RegionId| topology.region(*id).place;
    let Some(home) = home(topology) else {
        return String::new();
    };
    let around = place(&home);
    let open = catalog::places().iter().filter(|p| {
        p.provider == Provider::Aws
            && facts::open_to_all(p.location)
            && regions.iter().all(|u| same_law(place(u), p))
            && regions.iter().all(|u| place(u).location != p.location)
    });
    let nearest = open.min_by(|a, b| around.distance(a).total_cmp(&around.distance(b)));
    let heir = topology.successor(home).filter(|s| regions.contains(s));
    let other = || place(&heir.unwrap_or(home)).location;
    nearest.map_or_else(other, |p| p.location).to_string()
}

/// The region that the topology names for what must outlive its regions.
pub(super) fn named_state(topology: &Topology) -> Option<&'static Place> {
    catalog::find(Provider::Aws, topology.terraform.state_region.as_ref()?)
}

/// Whether two places are in one country, or both in the European Economic Area.
fn same_law(a: &Place, b: &Place) -> bool {
    let eea = |p: &Place| catalog::EEA.contains(&p.country);
    a.country == b.country || (eea(a) && eea(b))
}

//! Where things that all regions share are: chosen once, around the primary of that day, and
//! recorded, because moving one replaces it with what it holds.

use super::facts::firestore_multi_region;
use super::offering::has_password;
use super::{CLOUD, Lowering, multi_region, registries};
use crate::analysis::flow::fate::{Loss, Shared};
use crate::catalog;
use crate::deployment::{Action, Argument, Deployment, Evidence, Need};
use crate::diagnostic::{Diagnostics, Label};
use crate::lock::{self, Lock};
use crate::source::Span;
use crate::topology::leaving::LeftRegion;
use crate::topology::{Provider, Region, RegionId, Secret, SecretReplication, Topology};
use std::collections::BTreeSet;

/// The key of the places of a secret in the lock.
const PLACES: &str = "places";

/// A shared thing with a location of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// The registry of images.
    Registry,
    /// The bucket of evidence and its key.
    Evidence,
    /// The keys of topics.
    Topics,
    /// The dataset of the bill and its key.
    Billing,
}

impl Home {
    const ALL: [Home; 4] = [Home::Registry, Home::Evidence, Home::Topics, Home::Billing];

    /// Its key in the lock.
    pub fn key(self) -> &'static str {
        match self {
            Home::Registry => "registry",
            Home::Evidence => "evidence",
            Home::Topics => "topics",
            Home::Billing => "billing",
        }
    }

    /// The region or multi-region that it is in.
    pub fn of(self, topology: &Topology) -> String {
        let home = topology.lock.get("cloud", CLOUD, self.key());
        home.unwrap_or("us").to_string()
    }
}

/// Records the home of a shared thing.
pub(super) fn record(lock: &mut Lock, home: Home, location: &str) {
    lock.set("cloud", CLOUD, home.key(), location);
}

/// Records the places of a secret.
pub(super) fn record_places(lock: &mut Lock, secret: &str, places: &[String]) {
    lock.set("secret", secret, PLACES, places.join(" "));
}

/// Settles every home, and the places of every secret with copies.
pub(super) fn settle(topology: &mut Topology, regions: &[RegionId], out: &mut Diagnostics) {
    let primary = topology.primary().filter(|id| regions.contains(id));
    let Some(around) = primary.or(regions.first().copied()) else {
        return;
    };
    let around = multi_region(topology.region(around).place);
    let one_for_all = registries::one_for_all(&topology.lock);
    for home in Home::ALL {
        let derive = || around.clone();
        topology.lock.settle("cloud", CLOUD, home.key(), derive);
    }
    registries::settle(topology, regions, one_for_all);
    for secret in topology.secrets.clone() {
        if *secret.replication == SecretReplication::Named {
            let here = locations(topology, &secret.regions);
            let written = secret.regions_at.first();
            places(topology, &secret.name, &here, written, out);
        }
    }
    for store in topology.datastores.clone() {
        if store.external().is_none() && has_password(&store) {
            let here = locations(topology, &store.regions);
            places(topology, &password(&store.name), &here, None, out);
        }
    }
}

/// The regions that hold something: databases and the members of their multi-regions, what has a
/// home of its own, copies of secrets. A multi-region without named members is in no region.
pub(in crate::cloud) fn locations_in_use(topology: &Topology) -> Vec<String> {
    let stores = topology.datastores.iter();
    let databases = stores
        .filter(|s| s.external().is_none())
        .flat_map(|s| &s.databases);
    let databases = databases.map(|d| d.location.clone());
    let homes = Home::ALL.iter().map(|home| home.of(topology));
    let homes = homes.chain(registries::locations(topology));
    let secrets = topology.secrets.iter();
    let copies = secrets.flat_map(|s| places_of(topology, &s.name));
    let all = databases.chain(homes).chain(copies);
    let known = |l: &String| catalog::find(Provider::Gcp, l).is_some();
    all.flat_map(|location| match firestore_multi_region(&location) {
        Some(multi) => multi.members().map(str::to_string).collect(),
        None => Vec::from_iter(Some(location).filter(known)),
    })
    .collect()
}

/// The key of the location of a cluster's backups in the lock.
const BACKUP: &str = "backup";
/// The key of where they were before, in the lock.
const BACKUP_BEFORE: &str = "backup_before";
/// The key of the region that binds what acts in every region, in the lock.
const BINDINGS: &str = "bindings";

/// Settles where the backups of each cluster are, and which cluster's root binds what acts in all
/// of them: another successor or primary moves neither.
pub(super) fn settle_clusters(topology: &mut Topology, clusters: &[RegionId]) {
    for id in clusters {
        let heir = topology.successor(*id).filter(|s| clusters.contains(s));
        if let Some(heir) = heir {
            let name = topology.region(*id).name.clone();
            let away = topology.region(heir).place.location.to_string();
            let kept = topology
                .lock
                .settle("region", &name, BACKUP, || away.clone());
            // Without its region, nothing could be restored from there.
            if left_at(topology, &kept).is_some() {
                let mut before: BTreeSet<String> = backups_before(topology, *id).collect();
                before.insert(kept);
                let before: Vec<String> = before.into_iter().collect();
                topology
                    .lock
                    .set("region", &name, BACKUP_BEFORE, before.join(" "));
                topology.lock.set("region", &name, BACKUP, away);
            }
        }
    }
    let known = binder(topology).is_some_and(|id| clusters.contains(&id));
    if let Some(first) = clusters.first().filter(|_| !known) {
        let name = topology.region(*first).name.clone();
        topology.lock.set("cloud", CLOUD, BINDINGS, name);
    }
}

/// The region that has left a location.
fn left_at<'a>(topology: &'a Topology, location: &str) -> Option<&'a LeftRegion> {
    let mut left = topology.left.iter().filter(|l| !l.named);
    left.find(|l| l.place.location == location)
}

/// Where the backups of a region's cluster were before: their keys stay there.
pub(super) fn backups_before(
    topology: &Topology,
    id: RegionId,
) -> impl Iterator<Item = String> + use<> {
    let region = &topology.region(id).name;
    let before = topology.lock.get("region", region, BACKUP_BEFORE);
    let before: Vec<String> = before
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_string)
        .collect();
    before.into_iter()
}

/// The region that has left, and with it the backups of a region's cluster.
pub(super) fn left_before(topology: &Topology, id: RegionId) -> Option<&LeftRegion> {
    backups_before(topology, id).find_map(|location| left_at(topology, &location))
}

/// The region whose root binds what acts in every region.
pub(super) fn binder(topology: &Topology) -> Option<RegionId> {
    topology.region_named(topology.lock.get("cloud", CLOUD, BINDINGS)?)
}

/// Records that region.
pub(super) fn record_binder(lock: &mut Lock, region: &str) {
    lock.set("cloud", CLOUD, BINDINGS, region);
}

/// Where the backups of a region's cluster are.
pub(super) fn backups_of(topology: &Topology, id: RegionId) -> Option<&str> {
    let region = &topology.region(id).name;
    topology.lock.get("region", region, BACKUP)
}

/// Records that.
pub(super) fn record_backups(lock: &mut Lock, region: &str, location: &str) {
    lock.set("region", region, BACKUP, location);
}

/// The kind of keys in the lock: by location, each with the agents that use it.
const KEY: &str = "key";

/// Records the keys that are made. One that nothing asks for any more stays with its grants: what it
/// has encrypted is still there.
pub(super) fn remember_keys(lock: &mut Lock, deployment: &Deployment) {
    let calls = deployment.calls.iter();
    for call in calls.filter(|c| c.module == "gcp/kms-regional") {
        let given = |wanted: &str| call.arguments.iter().find(|(name, _)| *name == wanted);
        if let (Some((_, Argument::Text(location))), Some((_, Argument::Map(keys)))) =
            (given("location"), given("keys"))
        {
            for (name, agents) in keys {
                lock.set(KEY, location, name, words(agents).join(" "));
            }
        }
    }
}

/// The keys that were made at a location, each with its agents.
pub(super) fn keys_at(topology: &Topology, location: &str) -> Vec<(String, BTreeSet<String>)> {
    let all = topology.lock.iter();
    let here = all.filter(|(k, _)| k.kind == KEY && k.name == location);
    let agents = |text: &str| text.split(' ').map(str::to_string).collect();
    here.map(|(k, entry)| (k.key.clone(), agents(&entry.value)))
        .collect()
}

fn words(list: &Argument) -> Vec<String> {
    let Argument::List(items) = list else {
        return Vec::new();
    };
    let texts = items.iter().filter_map(|item| match item {
        Argument::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

/// The secret that holds the password of a store.
pub(super) fn password(store: &str) -> String {
    format!("{store}-password")
}

/// The regions of this cloud among some, as it calls them.
fn locations(topology: &Topology, regions: &[RegionId]) -> Vec<String> {
    let regions = regions.iter().map(|id| topology.region(*id));
    let here = regions.filter(|r| r.place.provider == Provider::Gcp);
    here.map(|r| r.place.location.to_string()).collect()
}

/// Settles where a secret has copies. Google Cloud never changes that of one that is there.
fn places(
    topology: &mut Topology,
    secret: &str,
    here: &[String],
    written: Option<Span>,
    out: &mut Diagnostics,
) {
    if here.is_empty() {
        return;
    }
    if let (Some(entry), Some(span)) = (topology.lock.entry("secret", secret, PLACES), written) {
        let mut locked: Vec<&str> = entry.value.split(' ').collect();
        let mut says: Vec<&str> = here.iter().map(String::as_str).collect();
        locked.sort_unstable();
        says.sort_unstable();
        if locked != says {
            let what = format!("`{secret}` would be replaced, and its value lost");
            out.push(lock::disagrees(entry, span, &says.join(" "), &what));
        }
    }
    let derive = || here.join(" ");
    topology.lock.settle("secret", secret, PLACES, derive);
}

/// The regions that hold a copy of a secret, in the order in which they were given once.
pub(super) fn places_of(topology: &Topology, secret: &str) -> Vec<String> {
    let places = topology.lock.get("secret", secret, PLACES);
    let places = places.into_iter().flat_map(|p| p.split(' '));
    places.map(str::to_string).collect()
}

/// Shared things that are in one region of the system, for want of a location of several: losing it
/// takes them from all.
pub(super) fn shared(topology: &Topology) -> Vec<Shared> {
    let regions = topology.regions_on(Provider::Gcp);
    let own = |location: &str| {
        let mut regions = regions.iter().copied();
        regions.find(|id| topology.region(*id).place.location == location)
    };
    let row = |what: String, location: &str, without| {
        let id = own(location)?;
        Some(Shared {
            what,
            regions: regions.clone(),
            breaks: vec![Loss::Region(id)],
            without,
            place: Label {
                span: topology.region(id).span,
                text: "no location of several regions is near it".into(),
            },
            counted: true,
        })
    };
    let homes = [
        (
            Home::Evidence,
            "the failover lock and the records",
            "everything that runs; no script moves users or promotes anything",
            true,
        ),
        (
            Home::Topics,
            "the key of topics",
            "what needs no message: none is taken or delivered",
            topology.queues.iter().any(|q| q.external().is_none()),
        ),
        (
            Home::Billing,
            "the export of the bill",
            "everything that runs; nobody sees what it costs",
            topology.cost.as_ref().is_some_and(|c| *c.billing_export),
        ),
    ];
    let homes = homes.into_iter().filter(|(.., made)| *made);
    let homes = homes.filter_map(|(home, what, without, _)| {
        let location = home.of(topology);
        row(format!("{what} in {location}"), &location, without)
    });
    let secrets = topology.secrets.iter().filter_map(|secret| {
        let places = places_of(topology, &secret.name);
        let [only] = places.as_slice() else {
            return None;
        };
        let what = format!("the secret {} in {only}", secret.name);
        row(
            what,
            only,
            "what runs already; no new replica that reads it starts",
        )
    });
    homes.chain(secrets).collect()
}

impl Lowering<'_> {
    /// Records what an action needs, if it is in regions of ours alone.
    pub(super) fn need(
        &mut self,
        by: Action,
        what: &str,
        locations: &[String],
        span: Option<Span>,
        (file, key): (&str, &str),
    ) {
        let region = |location: &String| {
            let mut own = self.regions.iter().copied();
            own.find(|id| self.topology.region(*id).place.location == location)
        };
        let at: Option<Vec<RegionId>> = locations.iter().map(region).collect();
        let at = at.filter(|at| !at.is_empty());
        self.deployment.needs.extend(at.map(|at| Need {
            by,
            what: what.into(),
            at,
            span,
            evidence: vec![Evidence::File {
                file: file.into(),
                key: key.into(),
            }],
        }));
    }

    /// The secrets that replicas need to start.
    pub(super) fn needs_of_secrets(&mut self) {
        for secret in &self.topology.secrets {
            let places = places_of(self.topology, &secret.name);
            let written = secret.regions_at.first();
            let what = format!("the secret `{}`", secret.name);
            for reader in &secret.readers {
                let service = self.topology.service(*reader).name.clone();
                let file = ("terraform", secret.name.as_str());
                self.need(Action::Start(service), &what, &places, written, file);
            }
        }
    }
}

/// A region that reads a secret which has no copy there.
pub(super) fn read_from_afar<'a>(topology: &'a Topology, secret: &Secret) -> Option<&'a Region> {
    let places = places_of(topology, &secret.name);
    let readers = secret.readers.iter().map(|id| topology.service(*id));
    let mut regions = readers.flat_map(|s| s.placements.iter().map(|p| topology.region(p.region)));
    regions.find(|r| {
        r.place.provider == Provider::Gcp && !places.iter().any(|p| p == r.place.location)
    })
}

//! Where the offerings of all clouds keep copies: what every cloud does alike. What only one
//! does is in its own `copies.rs`, also for clouds that nothing is generated for yet.
//!
//! All of it is a pure function of the topology and of each cloud's `copies.toml`.

use super::{frame, offering};
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind, Site, Supplied};
use crate::analysis::flow::fate::{Loss, Shared};
use crate::diagnostic::Label;
use crate::source::Span;
use crate::topology::{
    Datastore, DatastoreId, Host, HostId, PerRegion, Provider, Queue, QueueId, Ref, RegionId,
    Routing, Topology,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The facts of a cloud, its `copies.toml`.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    /// Its name for people.
    pub cloud: String,
    /// What each engine is there.
    #[serde(default)]
    pub engines: BTreeMap<String, Engine>,
    /// Locations of several regions, by engine and name.
    #[serde(default)]
    pub locations: BTreeMap<String, BTreeMap<String, Location>>,
    /// Locations of keys that are no regions.
    #[serde(default)]
    pub keys: BTreeMap<String, Location>,
    /// The countries of regions that are in no public list.
    #[serde(default)]
    pub private_regions: BTreeMap<String, String>,
    /// Telemetry that is not kept where it arises, by what collects it.
    #[serde(default)]
    pub telemetry: BTreeMap<String, Elsewhere>,
    /// Where requests are decrypted outside of the regions, by who routes them.
    #[serde(default)]
    pub edges: BTreeMap<String, Elsewhere>,
    /// Where answers are cached.
    pub cache: Option<Elsewhere>,
    /// Where answers of hosts in mainland China are cached.
    pub mainland_cache: Option<Elsewhere>,
}

/// What an engine is on a cloud.
#[derive(Debug, Deserialize)]
pub(super) struct Engine {
    /// The product.
    pub product: String,
    /// Who says where it keeps copies.
    pub source: String,
    /// Systems of its vendor that may see the data.
    pub vendor: Option<Vendor>,
}

/// Systems of a vendor beside the data.
#[derive(Debug, Deserialize)]
pub(super) struct Vendor {
    name: String,
    within: Vec<String>,
    does: String,
    source: String,
}

/// A location of several regions.
#[derive(Debug, Deserialize)]
pub(super) struct Location {
    /// Its regions, where they are published.
    #[serde(default)]
    pub members: Vec<String>,
    /// The countries that it lies in, where its regions are not published.
    #[serde(default)]
    pub within: Vec<String>,
    /// Who says so.
    pub source: String,
}

/// A place that is no region.
#[derive(Debug, Deserialize)]
pub(super) struct Elsewhere {
    name: String,
    within: Vec<String>,
    source: String,
}

impl Elsewhere {
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn site(&self) -> Site {
        Site::named(self.name.clone(), self.within.iter().map(String::as_str))
    }
}

/// Reads a cloud's `copies.toml`.
///
/// # Panics
/// If it is not readable: a test reads them all.
pub(super) fn facts(text: &str) -> Facts {
    toml::from_str(text).expect("a test reads all catalogs")
}

/// What the offerings of all clouds say of where data rests, and of what regions share.
pub fn supplied(topology: &Topology) -> Supplied {
    let mut all = Supplied::default();
    frame::all().for_each(|cloud| cloud.supply(topology, &mut all));
    super::external::supply(topology, &mut all);
    let stores = topology.datastores.iter();
    all.pasts = stores.map(|store| super::past(topology, store)).collect();
    all
}

/// One cloud, for what all clouds do alike.
#[derive(Debug, Clone, Copy)]
pub struct Cloud<'a> {
    pub(super) topology: &'a Topology,
    pub(super) provider: Provider,
    pub(super) facts: &'static Facts,
}

impl<'a> Cloud<'a> {
    /// Every store of ours by its id.
    pub(super) fn stores(self) -> impl Iterator<Item = (DatastoreId, &'a Datastore)> {
        let stores = self.topology.datastores.iter().enumerate();
        let stores = stores.filter(|(_, s)| s.external().is_none());
        stores.map(|(index, store)| (DatastoreId(index), store))
    }

    /// Every queue of ours by its id.
    pub(super) fn queues(self) -> impl Iterator<Item = (QueueId, &'a Queue)> {
        let queues = self.topology.queues.iter().enumerate();
        let queues = queues.filter(|(_, q)| q.external().is_none());
        queues.map(|(index, queue)| (QueueId(index), queue))
    }

    /// Every host of ours by its id.
    pub(super) fn hosts(self) -> impl Iterator<Item = (HostId, &'a Host)> {
        let hosts = self.topology.hosts.iter().enumerate();
        let hosts = hosts.filter(|(_, h)| h.external().is_none());
        hosts.map(|(index, host)| (HostId(index), host))
    }

    fn mine(self, id: RegionId) -> bool {
        self.topology.region(id).place.provider == self.provider
    }

    fn engine(self, store: &Datastore) -> Option<&'static Engine> {
        let offering = offering::of(self.topology, store);
        let folder = offering.and_then(|o| o.id().rsplit('/').next());
        let own = folder.and_then(|f| self.facts.engines.get(f));
        own.or_else(|| self.facts.engines.get(store.engine.word()))
    }

    fn source(self, store: &Datastore) -> String {
        let engine = self.engine(store);
        engine.map_or(String::new(), |e| format!("{}: {}", e.product, e.source))
    }

    /// A region of this cloud by its name there; also one that is in no public list.
    pub(super) fn site(self, location: &str) -> Option<Site> {
        if let Some(place) = crate::catalog::find(self.provider, location) {
            return Some(Site::place(self.topology, place));
        }
        let country = self.facts.private_regions.get(location)?;
        Some(Site::named(location, [country.as_str()]))
    }

    /// A store: at its locations if it names any, else in its regions of this cloud.
    pub(super) fn store(self, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
        if store.names_locations() {
            return self.located(id, store);
        }
        regions(self.topology, store)
            .into_iter()
            .filter(|(region, ..)| self.mine(*region))
            .map(|(region, kind, span)| self.regional(id, store, region, kind, span))
            .collect()
    }

    fn regional(
        self,
        id: DatastoreId,
        store: &Datastore,
        region: RegionId,
        kind: Kind,
        span: Span,
    ) -> Copy {
        let site = Site::region(self.topology, region);
        let mut copy = Copy::new(Holder::Store(id), kind, store.name.clone(), site.clone())
            .at(
                span,
                match span == store.span {
                    true => "held by its regions".to_string(),
                    false => format!("{} is in {}", store.name, site.name),
                },
            )
            .says(self.source(store));
        if kind == Kind::Store {
            copy = copy.with(self.backups(id, store, &site));
        }
        copy.with(self.vendor(id, store))
    }

    /// The databases of a store that lie at locations of this cloud.
    fn located(self, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
        let mine = |regions: &[RegionId]| regions.first().is_some_and(|r| self.mine(*r));
        let databases = store.databases.iter().filter(|d| mine(&d.serves));
        databases
            .map(|database| {
                let (site, members) = self.location(store, &database.location);
                let copy = self.database(id, store, database, site, members);
                copy.with(self.vendor(id, store))
            })
            .collect()
    }

    /// A database with the members of its location and its copies in time.
    pub(super) fn database(
        self,
        id: DatastoreId,
        store: &Datastore,
        database: &crate::topology::Database,
        mut site: Site,
        members: Vec<(Kind, Site)>,
    ) -> Copy {
        let of = Holder::Store(id);
        let span = database.span.or(database.location_at);
        let span = span.unwrap_or(store.span);
        site.zone = database.zone.clone().or(site.zone);
        // The only one of a store goes by the store's name.
        let name = if store.names_databases && database.name != store.name {
            format!("{} database {}", store.name, database.name)
        } else {
            store.name.clone()
        };
        let members = members
            .into_iter()
            .map(|(kind, site)| Copy::new(of, kind, kind.words(), site).says(self.source(store)));
        Copy::new(of, Kind::Store, name, site.clone())
            .written_by(database.serves.clone())
            .at(span, format!("lies at {}", database.location))
            .says(self.source(store))
            .with(members)
            .with(self.backups(id, store, &site))
    }

    /// A location of an engine, with its members if they are published.
    fn location(self, store: &Datastore, name: &str) -> (Site, Vec<(Kind, Site)>) {
        let of_engine = self.facts.locations.get(store.engine.word());
        if let Some(location) = of_engine.and_then(|l| l.get(name)) {
            return self.several(name, location);
        }
        let unknown = || Site::named(name, []);
        (self.site(name).unwrap_or_else(unknown), Vec::new())
    }

    fn several(self, name: &str, location: &Location) -> (Site, Vec<(Kind, Site)>) {
        let members = location.members.iter().filter_map(|m| self.site(m));
        let members: Vec<_> = members.map(|site| (Kind::Replica, site)).collect();
        (self.around(name, location, &members), members)
    }

    /// A location as one site: in all the countries of its members.
    fn around(self, name: &str, location: &Location, members: &[(Kind, Site)]) -> Site {
        let within = members.iter().flat_map(|(_, site)| &site.within);
        let within = within.chain(&location.within).map(String::as_str);
        Site::named(name, within)
    }

    /// Copies in time, beside the store and where the spec sends them.
    pub(super) fn backups(self, id: DatastoreId, store: &Datastore, site: &Site) -> Vec<Copy> {
        let of = Holder::Store(id);
        let Some(backup) = &store.backup else {
            return Vec::new();
        };
        let source = self.source(store);
        // What is kept, and not what is asked for.
        let past = super::past(self.topology, store);
        let backups = past.snapshots.map(|kept| {
            let every = backup.every.as_ref();
            let name = every.map_or("backup".into(), |e| format!("backup every {}", e.value));
            Copy::new(of, Kind::Backup, name, site.clone())
                .kept(Keep::Seconds(kept))
                .at(every.map_or(backup.keep.span, |e| e.span), "backed up")
                .says(source.clone())
        });
        let log = past.moments.map(|kept| {
            let window = backup.point_in_time.as_ref();
            Copy::new(
                of,
                Kind::PointInTime,
                Kind::PointInTime.words(),
                site.clone(),
            )
            .kept(Keep::Seconds(kept))
            .at(window.map_or(backup.keep.span, |w| w.span), "logged")
            .says(source.clone())
        });
        let mut made: Vec<Copy> = backups.into_iter().chain(log).collect();
        let kept = past.longest().unwrap_or(backup.keep.secs());
        let away = backup.copies_to.iter();
        let away = away.filter_map(|to| self.taken_away(of, to, site, kept));
        if let Some(first) = made.first_mut() {
            first.copies.extend(away);
        }
        made
    }

    fn taken_away(self, of: Holder, to: &Ref, from: &Site, seconds: u64) -> Option<Copy> {
        let region = self.topology.region_named(&to.value)?;
        let site = Site::region(self.topology, region);
        (site != *from).then(|| {
            Copy::new(of, Kind::Backup, "copy of the backup", site)
                .kept(Keep::Seconds(seconds))
                .at(to.span, "copied here")
        })
    }

    fn vendor(self, id: DatastoreId, store: &Datastore) -> Option<Copy> {
        let vendor = self.engine(store)?.vendor.as_ref()?;
        let members = &store.members;
        if !members.is_empty() && members.iter().all(|(_, m)| m.host.is_some()) {
            return None;
        }
        let site = Site::named(
            vendor.within.join(", "),
            vendor.within.iter().map(String::as_str),
        );
        let name = format!("{} ({})", vendor.name, vendor.does);
        Some(
            Copy::new(Holder::Store(id), Kind::ControlPlane, name, site)
                .at(store.kind.span, "run by a vendor")
                .says(vendor.source.clone()),
        )
    }

    /// A queue of this cloud: messages rest in each of its regions, and so do those that
    /// failed. `anywhere` if a message may come to rest in any of them.
    pub(super) fn queue(self, id: QueueId, queue: &Queue, anywhere: bool) -> Vec<Copy> {
        let of = Holder::Queue(id);
        let keep = Keep::Seconds(queue.keep.secs());
        let regions = queue.regions.iter().filter(|r| self.mine(**r));
        regions
            .map(|region| {
                let site = Site::region(self.topology, *region);
                let span = queue.regions_at.of(*region).unwrap_or(queue.span);
                let name = format!("queue {}", queue.name);
                let copy = Copy::new(of, Kind::Queue, name, site.clone())
                    .kept(keep)
                    .at(span, "messages may rest here");
                let failed = queue.dead_letter.said.then(|| {
                    let dead = &queue.dead_letter;
                    let name = format!("dead letters of {}", queue.name);
                    Copy::new(of, Kind::DeadLetters, name, site)
                        .kept(Keep::Seconds(dead.keep.secs()))
                        .at(dead.keep.span, "messages that failed")
                });
                let copy = copy.with(failed);
                match anywhere {
                    true => copy,
                    false => copy.written_by(vec![*region]),
                }
            })
            .collect()
    }

    /// Where requests for hosts that this cloud routes are decrypted, and what it caches.
    pub(super) fn edges(self) -> Vec<Copy> {
        let mut copies = Vec::new();
        for (id, host) in self.hosts() {
            let routing = self.routing(host);
            let edge = routing.and_then(|r| self.facts.edges.get(r.word()));
            copies.extend(edge.map(|edge| {
                Copy::new(Holder::Host(id), Kind::Edge, host.name.clone(), edge.site())
                    .kept(Keep::Passing)
                    .at(host.span, "decrypted at the edge")
                    .says(edge.source.clone())
            }));
            copies.extend(self.cache(host).map(|cache| {
                Copy::new(
                    Holder::Host(id),
                    Kind::Cache,
                    host.name.clone(),
                    cache.site(),
                )
                .says(cache.source.clone())
            }));
        }
        copies
    }

    /// How this cloud routes a host, if it does.
    fn routing(self, host: &Host) -> Option<Routing> {
        (self.topology.router(host) == Some(self.provider)).then(|| host.led_by())
    }

    fn cache(self, host: &Host) -> Option<&'static Elsewhere> {
        let cdn = host.cdn.as_ref()?;
        let named = cdn.provider.as_ref().and_then(|name| {
            let mut clouds = self.topology.clouds.iter();
            let (_, cloud) = clouds.find(|(n, _)| n.text == name.value)?;
            cloud.provider
        });
        if named.or(self.topology.router(host)) != Some(self.provider) {
            return None;
        }
        let mainland = |id: &RegionId| self.topology.region(*id).place.country == "CN";
        let only = !host.regions.is_empty() && host.regions.iter().all(mainland);
        let mainland = self.facts.mainland_cache.as_ref().filter(|_| only);
        mainland.or(self.facts.cache.as_ref())
    }

    /// The balancers in front of hosts that this cloud routes.
    pub(super) fn balancers(self) -> Vec<Shared> {
        let balanced = |host: &&Host| {
            let kinds = [
                Routing::LoadBalancer,
                Routing::GlobalAccelerator,
                Routing::Cloudflare,
            ];
            let ours = host.external().is_none() && !host.backup.value;
            ours && self.routing(host).is_some_and(|r| kinds.contains(&r))
        };
        let hosts = self.topology.hosts.iter().filter(balanced);
        hosts
            .map(|host| Shared {
                what: format!(
                    "the load balancer of {}, by {}",
                    host.name, self.facts.cloud
                ),
                regions: host.regions.clone(),
                breaks: vec![Loss::Entry, Loss::Cloud(self.provider)],
                without: "no way in but the regions' own addresses",
                place: Label {
                    span: host.span,
                    text: "one load balancer".into(),
                },
                counted: false,
            })
            .collect()
    }
}

/// The regions that hold a store, each with the place that says so: its members, or its
/// regions and read replicas.
fn regions(topology: &Topology, store: &Datastore) -> Vec<(RegionId, Kind, Span)> {
    let named = |kind: Kind, r: &Ref| Some((topology.region_named(&r.value)?, kind, r.span));
    if !store.members.is_empty() {
        let members = store.members.iter();
        let mut all: Vec<_> = members
            .filter_map(|(_, m)| named(Kind::Store, &m.region))
            .collect();
        all.dedup_by_key(|(region, ..)| *region);
        return all;
    }
    let by_nodes = |name: &str| match &store.nodes {
        Some(PerRegion::Each(map)) => map.name(name).map(|n| n.span),
        _ => None,
    };
    let held = store.regions.iter().map(|id| {
        let by_list = store.regions_at.of(*id);
        let span = by_list.or_else(|| by_nodes(&topology.region(*id).name));
        (*id, Kind::Store, span.unwrap_or(store.span))
    });
    let replicas = store.read_replicas.iter();
    let replicas = replicas.filter_map(|r| named(Kind::Replica, r));
    let replicas = replicas.filter(|(id, ..)| !store.regions.contains(id));
    held.chain(replicas).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_catalog_is_readable_and_names_its_sources() {
        let texts = [
            include_str!("gcp/copies.toml"),
            include_str!("aws/copies.toml"),
            include_str!("alibaba/copies.toml"),
            include_str!("cloudflare/copies.toml"),
        ];
        for text in texts {
            let facts = facts(text);
            assert!(facts.cache.is_some(), "{}", facts.cloud);
            let engines = facts.engines.values();
            assert!(
                engines
                    .clone()
                    .all(|e| !e.source.is_empty() && !e.product.is_empty())
            );
            let elsewhere = facts.edges.values().chain(&facts.cache);
            assert!(elsewhere.clone().all(|e| !e.source.is_empty()));
        }
    }

    #[test]
    fn locations_name_regions_that_exist() {
        let facts = facts(include_str!("gcp/copies.toml"));
        let of_engines = facts.locations.values().flat_map(|l| l.values());
        for member in of_engines.flat_map(|l| &l.members) {
            assert!(
                crate::catalog::find(Provider::Gcp, member).is_some(),
                "{member}"
            );
        }
    }
}

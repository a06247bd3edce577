//! From topology and deployment to a graph.

use super::{Change, Edge, Graph, Kind, Node, Region, Relation};
use crate::analysis::capacity::Routing;
use crate::deployment::routes::{Calls, Route, Sender, Shares, open};
use crate::deployment::{Deployment, Keeps};
use crate::topology::{
    Database, Datastore, DatastoreId, External, HostId, Mode, RegionId, Service, ServiceId,
    Topology,
};
use std::collections::BTreeMap;

/// The system in normal times, or what is left of it, and what moves, without a region.
pub fn graph(topology: &Topology, deployment: &Deployment, without: Option<RegionId>) -> Graph {
    let before = World::new(topology, deployment, None);
    let mut nodes = before.nodes();
    let mut edges = before.edges();
    let mut moves = Vec::new();
    if let Some(lost) = without {
        let after = World::new(topology, deployment, Some(lost));
        merge(&mut edges, after.edges());
        for (node, later) in nodes.iter_mut().zip(after.nodes()) {
            node.details = changed(&node.details, &later.details);
            node.lost = later.lost;
        }
        moves = after.moves(&before);
    }
    Graph {
        system: topology.name.clone(),
        without: without.map(|r| topology.region(r).name.clone()),
        regions: regions(topology, without),
        nodes,
        edges: edges
            .into_iter()
            .map(|((from, to, kind), sent)| Edge {
                from,
                to,
                kind,
                both_ways: sent.both_ways,
                label: sent.label,
                change: sent.change,
            })
            .collect(),
        moves,
    }
}

fn regions(topology: &Topology, without: Option<RegionId>) -> Vec<Region> {
    let ids = topology.region_ids();
    ids.map(|id| {
        let region = topology.region(id);
        let mut details = vec![format!("{} · {}", region.role, region.place.city)];
        details.extend(region.zone.iter().map(|zone| format!("zone {zone}")));
        Region {
            name: region.name.clone(),
            details,
            lost: without == Some(id),
        }
    })
    .collect()
}

/// What goes along an edge.
struct Sent {
    both_ways: bool,
    label: String,
    change: Change,
}

/// Edges by sender, receiver and kind.
type Edges = BTreeMap<(String, String, Relation), Sent>;

/// Adds what is after a loss to what was before it.
fn merge(before: &mut Edges, after: Edges) {
    for (key, sent) in before.iter_mut() {
        match after.get(key) {
            None => sent.change = Change::Gone,
            Some(later) if later.label != sent.label => {
                sent.label = [sent.label.as_str(), later.label.as_str()].join(" → ");
                sent.change = Change::Moved;
            }
            Some(_) => {}
        }
    }
    for (key, sent) in after {
        let change = Change::Added;
        before.entry(key).or_insert(Sent { change, ..sent });
    }
}

/// The lines of a node before and after: those that differ show both.
fn changed(before: &[String], after: &[String]) -> Vec<String> {
    let pairs = before.iter().zip(after);
    pairs
        .map(|(old, new)| match old == new {
            true => old.clone(),
            false => format!("{old} → {new}"),
        })
        .collect()
}

/// A share, and the calls that it is of.
type Part<'a> = (String, &'a Calls);

/// A topology with or without a region.
struct World<'a> {
    topology: &'a Topology,
    deployment: &'a Deployment,
    routing: Routing<'a>,
    lost: Vec<RegionId>,
    /// The part of each service's load by region.
    load: Vec<Vec<f64>>,
}

impl<'a> World<'a> {
    fn new(topology: &'a Topology, deployment: &'a Deployment, lost: Option<RegionId>) -> Self {
        let routing = Routing::of(topology);
        let lost = Vec::from_iter(lost);
        World {
            topology,
            deployment,
            load: routing.shares(&lost),
            routing,
            lost,
        }
    }

    fn stands(&self, region: RegionId) -> bool {
        !self.lost.contains(&region)
    }

    fn name(&self, region: RegionId) -> &'a str {
        &self.topology.region(region).name
    }

    fn nodes(&self) -> Vec<Node> {
        let topology = self.topology;
        let mut nodes = Vec::new();
        for (index, host) in topology.hosts.iter().enumerate() {
            let policies = host.policy.iter().map(|p| p.value.word());
            let policies = policies.collect::<Vec<_>>().join(", ");
            let external = host.external().map(|e| format!("by {}", e.run_by.value));
            let details = [external.unwrap_or(policies), self.arrivals(HostId(index))];
            let details = details.into_iter().filter(|d| !d.is_empty());
            nodes.push(Node {
                details: details.collect(),
                ..node(format!("h{index}"), Kind::Host, &host.name)
            });
        }
        for (index, service) in topology.services.iter().enumerate() {
            for placement in &service.placements {
                let share = self.load[index][placement.region.0];
                nodes.push(Node {
                    details: vec![
                        format!("{} · {}", service.runtime, placement.replicas),
                        format!("{} of its load", percent(share)),
                    ],
                    ..self.here(
                        self.service(ServiceId(index), placement.region),
                        Kind::Service,
                        &service.name,
                        placement.region,
                    )
                });
            }
        }
        for (index, service) in topology.outside.iter().enumerate() {
            nodes.push(self.outside(
                format!("o{index}"),
                Kind::Outside,
                &service.name,
                &service.external,
            ));
        }
        for index in 0..topology.datastores.len() {
            nodes.extend(self.members(DatastoreId(index)));
        }
        nodes.extend(self.backups());
        for (index, queue) in topology.queues.iter().enumerate() {
            let id = format!("q{index}");
            let engine = queue.kind.value.clone();
            nodes.push(match (queue.external(), queue.regions.as_slice()) {
                (Some(external), _) => self.outside(id, Kind::Queue, &queue.name, external),
                (None, [only]) => Node {
                    details: vec![engine],
                    ..self.here(id, Kind::Queue, &queue.name, *only)
                },
                (None, several) => {
                    let places: Vec<&str> = several.iter().map(|r| self.name(*r)).collect();
                    Node {
                        details: vec![format!("{engine} · {}", places.join(", "))],
                        ..node(id, Kind::Queue, &queue.name)
                    }
                }
            });
        }
        nodes
    }

    /// A node in a region.
    fn here(&self, id: String, kind: Kind, name: &str, region: RegionId) -> Node {
        Node {
            region: Some(self.name(region).to_string()),
            lost: !self.stands(region),
            ..node(id, kind, name)
        }
    }

    /// Something that somebody else runs; it is lost with a region if it is nowhere else.
    fn outside(&self, id: String, kind: Kind, name: &str, external: &External) -> Node {
        let topology = self.topology;
        let spots = external.at.iter();
        let places = spots.filter_map(|s| Some(s.region.as_ref().or(s.country.as_ref())?.as_str()));
        let places = places.collect::<Vec<_>>().join(", ");
        let at = topology.regions_at(&external.at);
        let abroad = external.at.iter().any(|s| s.country.is_some());
        Node {
            details: vec![format!("by {} · {places}", external.run_by.value)],
            lost: !abroad && !at.is_empty() && !at.iter().any(|r| self.stands(*r)),
            ..node(id, kind, name)
        }
    }

    fn service(&self, service: ServiceId, region: RegionId) -> String {
        format!("s{}r{}", service.0, region.0)
    }

    /// The members or databases of a store.
    fn members(&self, id: DatastoreId) -> Vec<Node> {
        let store = self.topology.datastore(id);
        let engine = store.kind.value.clone();
        if let Some(external) = store.external() {
            return vec![self.outside(format!("d{}", id.0), Kind::Store, &store.name, external)];
        }
        if store.has_locations() {
            let databases = store.databases.iter().enumerate();
            let one = |(at, database): (usize, &Database)| {
                let name = match database.name == store.name {
                    true => store.name.clone(),
                    false => format!("{} {}", store.name, database.name),
                };
                let id = format!("d{}x{at}", id.0);
                let mut details = vec![format!("{engine} · {}", database.location)];
                let replication = store.replication.as_ref();
                let worker = replication.and_then(|r| r.worker.as_ref());
                details.extend(worker.map(|w| format!("copied by {}", w.value)));
                match self.region_at(&database.location) {
                    Some(region) => Node {
                        details,
                        ..self.here(id, Kind::Store, &name, region)
                    },
                    None => Node {
                        details,
                        ..node(id, Kind::Store, &name)
                    },
                }
            };
            return databases.map(one).collect();
        }
        let member = |region: &RegionId| Node {
            details: vec![engine.clone(), self.part(id, *region)],
            ..self.here(
                format!("d{}r{}", id.0, region.0),
                Kind::Store,
                &store.name,
                *region,
            )
        };
        store.regions.iter().map(member).collect()
    }

    /// The region of the topology at a provider's location.
    fn region_at(&self, location: &str) -> Option<RegionId> {
        let mut ids = self.topology.region_ids();
        ids.find(|id| self.topology.region(*id).place.location == location)
    }

    /// What a member of a store is for.
    fn part(&self, id: DatastoreId, region: RegionId) -> String {
        let store = self.topology.datastore(id);
        let feeds = |from: RegionId| {
            let mut copies = self.deployment.copies_from(id, from, Keeps::Live);
            copies.any(|c| c.to == region)
        };
        match self.writer(store) {
            Some(writer) if writer == region => "takes writes".into(),
            Some(writer) if !self.stands(writer) => "may be promoted".into(),
            Some(writer) if feeds(writer) => format!("follows {}", self.name(writer)),
            Some(_) => "no copy of the writer".into(),
            None if store.regions.iter().any(|r| feeds(*r)) => "takes writes".into(),
            None => "on its own".into(),
        }
    }

    /// The only region that takes a store's writes, if there is one.
    fn writer(&self, store: &Datastore) -> Option<RegionId> {
        let mode = store.replication.as_ref().map(|r| r.mode.value);
        let apart = matches!(mode, None | Some(Mode::ActiveActive | Mode::None));
        let managed = store.external().is_none() && !store.has_locations();
        store
            .writer
            .filter(|_| managed && (!apart || store.regions.len() == 1))
    }

    /// Backups that are kept in another region, where the store has no member.
    fn backups(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        for copy in &self.deployment.copies {
            let id = self.copy(copy.store, copy.to);
            let known = nodes.iter().any(|n| n.id == id);
            let store = self.topology.datastore(copy.store);
            if id.starts_with('b') && !known {
                nodes.push(Node {
                    details: vec![copy.by.to_string()],
                    ..self.here(id, Kind::Backup, &store.name, copy.to)
                });
            }
        }
        nodes
    }

    /// The node that takes a copy of a store in a region.
    fn copy(&self, id: DatastoreId, region: RegionId) -> String {
        let store = self.topology.datastore(id);
        let database = || {
            let location = &self.topology.region(region).place.location;
            store.databases.iter().position(|d| d.location == *location)
        };
        match database().filter(|_| store.has_locations()) {
            Some(at) => format!("d{}x{at}", id.0),
            None if store.regions.contains(&region) && !store.has_locations() => {
                format!("d{}r{}", id.0, region.0)
            }
            None => format!("b{}r{}", id.0, region.0),
        }
    }

    fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        self.traffic(&mut edges);
        self.forwards(&mut edges);
        for (index, service) in self.topology.services.iter().enumerate() {
            for placement in &service.placements {
                let at = placement.region;
                if self.stands(at) {
                    let from = self.service(ServiceId(index), at);
                    self.calls(service, &from, at, &mut edges);
                    self.stores(service, &from, at, &mut edges);
                }
            }
        }
        self.messages(&mut edges);
        self.copies(&mut edges);
        both_ways(edges)
    }

    /// The route of a host's users, as it is without the lost region.
    fn shares(&self, route: &'a Route) -> impl Iterator<Item = (RegionId, f64)> {
        let after = route.after.iter().find(|(r, _)| self.lost.contains(r));
        let shares = after.map_or(&route.shares, |(_, shares)| shares).iter();
        shares.copied().filter(|(r, _)| self.stands(*r))
    }

    /// Where the users of a host come in: `us-central1 50 %, us-east1 50 %`.
    fn arrivals(&self, host: HostId) -> String {
        let mut routes = self.deployment.routes.iter();
        let route = routes.find(|r| r.from == Sender::Users(host));
        let shares = route.into_iter().flat_map(|route| self.shares(route));
        let each = shares.map(|(r, share)| format!("{} {}", self.name(r), percent(share)));
        each.collect::<Vec<_>>().join(", ")
    }

    /// Users of hosts, by share.
    fn traffic(&self, edges: &mut Edges) {
        for route in &self.deployment.routes {
            let Sender::Users(host) = route.from else {
                continue;
            };
            for (region, share) in self.shares(route) {
                let to = self.service(route.service, region);
                let label = percent(share);
                put(edges, format!("h{}", host.0), to, Relation::Traffic, label);
            }
        }
    }

    /// What gateways send on to another region: one share if all lists agree, else each list's.
    fn forwards(&self, edges: &mut Edges) {
        let mut sent: BTreeMap<(ServiceId, RegionId, RegionId), Vec<Part>> = BTreeMap::new();
        let fed = |service| self.topology.hosts.iter().any(|h| h.service == service);
        let lists = || {
            let all = self.routing.mesh().lists().iter();
            all.filter(|l| l.calls != Calls::Checks && fed(l.service) && self.stands(l.from))
        };
        for list in lists() {
            for (to, share) in list.shares(&self.lost) {
                if to != list.from && share > 0.0 {
                    let all = sent.entry((list.service, list.from, to)).or_default();
                    all.push((percent(share), &list.calls));
                }
            }
        }
        for ((service, from, to), shares) in sent {
            let of_cluster = lists().filter(|l| l.service == service && l.from == from);
            let agree = shares.iter().all(|(share, _)| *share == shares[0].0);
            let label = match agree && of_cluster.count() == shares.len() {
                true => shares[0].0.clone(),
                false => {
                    let each = shares
                        .iter()
                        .map(|(share, calls)| self.part_of(share, calls));
                    each.collect::<Vec<_>>().join("; ")
                }
            };
            let ends = (self.service(service, from), self.service(service, to));
            put(edges, ends.0, ends.1, Relation::Forward, label);
        }
    }

    /// `59 % of users of europe-west1`.
    fn part_of(&self, share: &str, calls: &Calls) -> String {
        match calls {
            Calls::Of(_, regions) => {
                let names: Vec<&str> = regions.iter().map(|r| self.name(*r)).collect();
                format!("{share} of users of {}", names.join(", "))
            }
            Calls::Rest | Calls::Checks => format!("{share} of other calls"),
        }
    }

    /// What a service in a region calls.
    fn calls(&self, service: &Service, from: &str, at: RegionId, edges: &mut Edges) {
        for needed in &service.needs {
            for (region, share) in self.targets(*needed, at) {
                let label = match share < 0.995 {
                    true => percent(share),
                    false => String::new(),
                };
                put(
                    edges,
                    from.into(),
                    self.service(*needed, region),
                    Relation::Call,
                    label,
                );
            }
        }
        for outside in &service.needs_outside {
            put(
                edges,
                from.into(),
                format!("o{outside}"),
                Relation::Call,
                String::new(),
            );
        }
    }

    /// Where calls from a region go: where the mesh sends them; without one, to the service's
    /// own region or the nearest.
    fn targets(&self, service: ServiceId, from: RegionId) -> Shares {
        let open = open(self.topology, self.topology.service(service), &self.lost);
        let here = Some(from).filter(|r| open[r.0]);
        let Some(at) = here.or_else(|| self.routing.edge().nearest(from, &open)) else {
            return Vec::new();
        };
        let list = self.routing.mesh().list(service, at, at);
        let shares = list.map_or(vec![(at, 1.0)], |l| l.shares(&self.lost));
        shares
            .into_iter()
            .filter(|(_, share)| *share > 0.0)
            .collect()
    }

    /// The stores that a service in a region reads and writes.
    fn stores(&self, service: &Service, from: &str, at: RegionId, edges: &mut Edges) {
        for id in &service.uses {
            for to in self.used(*id, at) {
                put(edges, from.into(), to, Relation::Use, String::new());
            }
        }
    }

    /// The nodes of a store that services in a region use.
    fn used(&self, id: DatastoreId, at: RegionId) -> Vec<String> {
        let store = self.topology.datastore(id);
        if store.external().is_some() {
            return vec![format!("d{}", id.0)];
        }
        if store.has_locations() {
            let databases = store.databases.iter().enumerate();
            let used = databases.filter(|(_, d)| self.users(d).contains(&at));
            return used
                .map(|(index, _)| format!("d{}x{index}", id.0))
                .collect();
        }
        let stands = |r: &RegionId| self.stands(*r);
        let own = Some(at).filter(|r| store.regions.contains(r));
        let writer = self.writer(store).filter(stands);
        let other = store.regions.iter().copied().find(stands);
        let member = own.or(writer).or(other);
        member
            .map(|r| format!("d{}r{}", id.0, r.0))
            .into_iter()
            .collect()
    }

    /// The regions whose services use a database.
    fn users<'d>(&self, database: &'d Database) -> &'d [RegionId] {
        match database.serves.iter().any(|r| self.stands(*r)) {
            true => &database.serves,
            false => &database.taken_over_by,
        }
    }

    /// Who puts messages into queues, and who gets them.
    fn messages(&self, edges: &mut Edges) {
        let topology = self.topology;
        let placed = |id: ServiceId| {
            let placements = topology.service(id).placements.iter();
            placements
                .map(|p| p.region)
                .filter(|r| self.stands(*r))
                .collect::<Vec<_>>()
        };
        for (index, queue) in topology.queues.iter().enumerate() {
            let id = format!("q{index}");
            let mut message =
                |from: String, to: String| put(edges, from, to, Relation::Message, String::new());
            for publisher in &queue.publishers {
                for region in placed(*publisher) {
                    message(self.service(*publisher, region), id.clone());
                }
            }
            let services = topology.services.iter().enumerate();
            let reads = services.filter(|(_, s)| {
                let scale = s.scale_on.as_ref();
                scale.is_some_and(|s| s.queues.knows(&queue.name))
            });
            let readers = reads.map(|(index, _)| ServiceId(index));
            let pushed = queue.receiver.filter(|_| queue.host.is_none());
            for reader in readers.chain(pushed) {
                for region in placed(reader) {
                    message(id.clone(), self.service(reader, region));
                }
            }
            if let Some(host) = queue.host {
                message(id.clone(), format!("h{}", host.0));
            }
        }
    }

    /// Replication and copies of backups.
    fn copies(&self, edges: &mut Edges) {
        for copy in &self.deployment.copies {
            if !self.stands(copy.from) || !self.stands(copy.to) {
                continue;
            }
            let kind = match copy.keeps {
                Keeps::Live => Relation::Replicate,
                Keeps::History => Relation::Backup,
            };
            let store = self.topology.datastore(copy.store);
            let mode = store.replication.as_ref().map(|r| r.mode.value);
            let label = match (copy.keeps, mode) {
                (Keeps::Live, Some(mode)) => mode.to_string(),
                _ => String::new(),
            };
            let (from, to) = (
                self.copy(copy.store, copy.from),
                self.copy(copy.store, copy.to),
            );
            put(edges, from, to, kind, label);
        }
        for (index, store) in self.topology.datastores.iter().enumerate() {
            self.carried(DatastoreId(index), store, edges);
        }
    }

    /// What a worker of ours carries among the databases of a store.
    fn carried(&self, id: DatastoreId, store: &Datastore, edges: &mut Edges) {
        let replication = store.replication.as_ref();
        let by_worker = |mode: Mode| mode == Mode::Application;
        if !replication.is_some_and(|r| by_worker(r.mode.value)) || !store.has_locations() {
            return;
        }
        for from in 0..store.databases.len() {
            for to in (0..store.databases.len()).filter(|to| *to != from) {
                let node = |at| format!("d{}x{at}", id.0);
                put(
                    edges,
                    node(from),
                    node(to),
                    Relation::Replicate,
                    "application".into(),
                );
            }
        }
    }

    /// What the loss moves, a sentence each.
    fn moves(&self, before: &World) -> Vec<String> {
        let topology = self.topology;
        let mut moves = Vec::new();
        for (index, service) in topology.services.iter().enumerate() {
            let placed = service.placements.iter().map(|p| p.region);
            let (old, new) = (&before.load[index], &self.load[index]);
            let differ = placed.filter(|r| percent(old[r.0]) != percent(new[r.0]));
            let shares: Vec<String> = differ
                .map(|r| {
                    format!(
                        "{} {} → {}",
                        self.name(r),
                        percent(old[r.0]),
                        percent(new[r.0])
                    )
                })
                .collect();
            if !shares.is_empty() {
                moves.push(format!("load of {}: {}", service.name, shares.join(", ")));
            }
        }
        for (index, store) in topology.datastores.iter().enumerate() {
            moves.extend(self.writer_moves(DatastoreId(index), store));
            for database in &store.databases {
                let orphaned =
                    !database.serves.is_empty() && !database.serves.iter().any(|r| self.stands(*r));
                let heirs: Vec<&str> = database
                    .taken_over_by
                    .iter()
                    .map(|r| self.name(*r))
                    .collect();
                if orphaned && store.has_locations() && !heirs.is_empty() {
                    moves.push(format!(
                        "{} {}: used from {}",
                        store.name,
                        database.name,
                        heirs.join(", ")
                    ));
                }
            }
        }
        moves
    }

    /// Which members may take the writes of one that is lost.
    fn writer_moves(&self, id: DatastoreId, store: &Datastore) -> Option<String> {
        let writer = self.writer(store).filter(|w| !self.stands(*w))?;
        let copies = self.deployment.copies_from(id, writer, Keeps::Live);
        let heirs: Vec<&str> = copies.map(|c| self.name(c.to)).collect();
        let (name, lost) = (&store.name, self.name(writer));
        Some(match heirs.is_empty() {
            true => format!("{name}: writes stop; no copy follows {lost}"),
            false => format!("{name}: writes move from {lost} to {}", heirs.join(" or ")),
        })
    }
}

fn node(id: String, kind: Kind, name: &str) -> Node {
    Node {
        id,
        kind,
        name: name.to_string(),
        region: None,
        details: Vec::new(),
        lost: false,
    }
}

fn put(edges: &mut Edges, from: String, to: String, kind: Relation, label: String) {
    let sent = Sent {
        both_ways: false,
        label,
        change: Change::Same,
    };
    edges.insert((from, to, kind), sent);
}

/// One edge for two that say the same in both directions.
fn both_ways(edges: Edges) -> Edges {
    let mut joined = Edges::new();
    for ((from, to, kind), mut sent) in edges {
        let back = (to.clone(), from.clone(), kind);
        match joined.get_mut(&back).filter(|b| b.label == sent.label) {
            Some(first) => first.both_ways = true,
            None => {
                sent.both_ways = false;
                joined.insert((from, to, kind), sent);
            }
        }
    }
    joined
}

/// `50 %`; what is more than nothing is never shown as nothing.
fn percent(share: f64) -> String {
    let whole = (share * 100.0).round();
    match whole < 1.0 && share > 0.0 {
        true => "< 1 %".into(),
        false => format!("{whole} %"),
    }
}

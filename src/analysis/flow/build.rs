//! From a topology and the offerings' copies to the graph of one dataset.

use super::copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied, Written};
use super::graph::Link;
use super::serving::{Served, elsewhere};
use super::zones::Zones;
use crate::analysis::capacity::Routing;
use crate::diagnostic::Label;
use crate::source::Span;
use crate::spec::{Dataset, Engine, Mode, Name, Nature, Reach, Ref, Telemetry, Writers};
use crate::topology::{Datastore, DatastoreId, HostId, RegionId, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// A node of a dataset's graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// What kind of copy it is.
    pub kind: Kind,
    /// The name for people.
    pub name: String,
    /// Where it is.
    pub site: Site,
    /// How long data stays there.
    pub keeps: Keep,
    /// What it belongs to; nothing for the origin.
    pub holder: Option<Holder>,
    /// Where the spec asks for it.
    pub places: Vec<Label>,
    /// Who says that it rests there; empty if it is the spec.
    pub source: String,
}

/// The graph of one dataset, of the people of one zone or of those of none.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The nodes; the origin is the first.
    pub nodes: Vec<Node>,
    /// The ways between them.
    pub links: Vec<Link>,
    /// Where the spec makes each link, by link.
    pub reasons: Vec<Vec<Label>>,
    /// The region whose loss opens each link, by link.
    pub lost: Vec<Option<RegionId>>,
}

/// A dataset as one group of people sees it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub store: DatastoreId,
    pub name: &'a Name,
    pub dataset: &'a Dataset,
    /// The zone of the people; `None` for everybody who is in no zone of `owners`.
    pub zone: Option<&'a str>,
    /// All zones with people whose data it holds.
    pub owners: &'a [&'a str],
}

/// What all graphs of a topology are built from.
pub(super) struct World<'a> {
    pub topology: &'a Topology,
    pub zones: Zones<'a>,
    stores: Vec<Vec<&'a Copy>>,
    queues: Vec<Vec<&'a Copy>>,
    edges: Vec<Vec<&'a Copy>>,
    sinks: Vec<(Sink, &'a Telemetry, Vec<Copy>)>,
    /// The regions whose services use a store, each with the place that says so.
    users: Vec<BTreeMap<RegionId, Span>>,
    /// The hosts whose services use a store.
    hosts: Vec<Vec<HostId>>,
    /// By zone and host, who else serves the users.
    served: BTreeMap<(&'a str, HostId), Vec<Served>>,
}

impl<'a> World<'a> {
    pub(super) fn of(topology: &'a Topology, supplied: &'a Supplied) -> Self {
        let mut world = World {
            topology,
            zones: Zones::of(topology),
            stores: vec![Vec::new(); topology.datastores.len()],
            queues: vec![Vec::new(); topology.queues.len()],
            edges: vec![Vec::new(); topology.hosts.len()],
            sinks: sinks(topology, supplied),
            users: users(topology),
            hosts: hosts(topology),
            served: BTreeMap::new(),
        };
        for copy in &supplied.copies {
            match copy.of {
                Holder::Store(id) => world.stores[id.0].push(copy),
                Holder::Queue(id) => world.queues[id.0].push(copy),
                Holder::Host(id) => world.edges[id.0].push(copy),
                Holder::Telemetry(_) => {}
            }
        }
        let routing = Routing::of(topology);
        for (zone, _) in world.zones.iter() {
            let homes = world.homes(Some(&zone.text), &[]);
            for host in (0..topology.hosts.len()).map(HostId) {
                let served = elsewhere(topology, &routing, host, &homes);
                world.served.insert((&zone.text, host), served);
            }
        }
        world
    }

    /// The zones with people whose data a dataset holds: its own, else those of its places
    /// and of the services that use it.
    pub(super) fn owners(&self, store: DatastoreId, dataset: &'a Dataset) -> Vec<&'a str> {
        if let Some(zone) = &dataset.zone {
            return vec![&zone.value];
        }
        if !about_people(dataset) {
            return Vec::new();
        }
        let owns = |zone: &str| {
            let site = |copy: &&Copy| copy.site.zone.as_deref() == Some(zone);
            let region = |r: &RegionId| self.topology.region(*r).zone.as_deref() == Some(zone);
            self.stores[store.0].iter().any(site) || self.users[store.0].keys().any(region)
        };
        let zones = self.zones.iter().map(|(name, _)| name.text.as_str());
        zones.filter(|zone| owns(zone)).collect()
    }

    /// Whether anybody outside of the owners' zones has data in a dataset.
    pub(super) fn others(&self, store: DatastoreId, owners: &[&str]) -> bool {
        let foreign = |zone: Option<&str>| zone.is_none_or(|z| !owners.contains(&z));
        let user = |r: &RegionId| foreign(self.topology.region(*r).zone.as_deref());
        let root = |copy: &&Copy| owners.iter().all(|z| !self.zones.inside(z, &copy.site));
        owners.is_empty()
            || self.users[store.0].keys().any(user)
            || self.stores[store.0].iter().any(root)
    }

    /// The regions of a zone; those of no owner's zone for `None`.
    fn homes(&self, zone: Option<&str>, owners: &[&str]) -> Vec<RegionId> {
        let at_home = |id: &RegionId| {
            let own = self.topology.region(*id).zone.as_deref();
            match zone {
                Some(zone) => own == Some(zone),
                None => own.is_none_or(|z| !owners.contains(&z)),
            }
        };
        self.topology.region_ids().filter(at_home).collect()
    }

    /// The graph of a dataset.
    pub(super) fn graph(&self, subject: Subject<'a>) -> Graph {
        let mut builder = Builder {
            world: self,
            subject,
            store: self.topology.datastore(subject.store),
            homes: self
                .homes(subject.zone, subject.owners)
                .into_iter()
                .collect(),
            graph: Graph::default(),
            roots: Vec::new(),
            takes: BTreeMap::new(),
            carriers: Vec::new(),
        };
        builder.build();
        builder.graph
    }
}

/// Whether data is about people, or their money or health.
pub(super) fn about_people(dataset: &Dataset) -> bool {
    protected(dataset).is_some()
}

/// The place that says that data is about people.
pub(super) fn protected(dataset: &Dataset) -> Option<Span> {
    let about = dataset.holds.iter().find(|h| {
        matches!(
            h.value,
            Nature::Personal | Nature::Sensitive | Nature::Payment | Nature::Health
        )
    });
    about.map(|h| h.span)
}

fn users(topology: &Topology) -> Vec<BTreeMap<RegionId, Span>> {
    let mut users = vec![BTreeMap::new(); topology.datastores.len()];
    for service in &topology.services {
        for (id, reference) in service.uses.iter().zip(&service.written.uses) {
            for placement in &service.placements {
                users[id.0]
                    .entry(placement.region)
                    .or_insert(reference.span);
            }
        }
    }
    users
}

fn hosts(topology: &Topology) -> Vec<Vec<HostId>> {
    let mut hosts = vec![Vec::new(); topology.datastores.len()];
    for (index, host) in topology.hosts.iter().enumerate() {
        for store in &topology.service(host.service).uses {
            hosts[store.0].push(HostId(index));
        }
    }
    hosts
}

/// Where telemetry rests: at the location that the spec names, where the offering keeps it,
/// or beside what it is of; and brought together, if it is and nobody says where.
fn sinks<'a>(topology: &'a Topology, supplied: &Supplied) -> Vec<(Sink, &'a Telemetry, Vec<Copy>)> {
    let Some(observability) = &topology.spec.observability else {
        return Vec::new();
    };
    let written = [
        &observability.metrics,
        &observability.logs,
        &observability.traces,
    ];
    let sinks = Sink::ALL.into_iter().zip(written);
    sinks
        .filter_map(|(sink, written)| {
            let written = written.as_ref()?;
            Some((
                sink,
                written,
                sink_copies(topology, supplied, sink, written),
            ))
        })
        .collect()
}

fn sink_copies(
    topology: &Topology,
    supplied: &Supplied,
    sink: Sink,
    written: &Telemetry,
) -> Vec<Copy> {
    let of = Holder::Telemetry(sink);
    let keeps = written
        .retention
        .as_ref()
        .map_or(Keep::Lives, |r| Keep::Seconds(r.secs()));
    let copy = |site: Site, span: Span, text: &str| {
        let copy = Copy::new(of, Kind::Telemetry, sink.word(), site);
        copy.kept(keeps).at(span, text)
    };
    if let Some(location) = &written.location {
        let site = located(topology, supplied, location);
        return vec![
            copy(site, location.span, "kept here").written_by(topology.region_ids().collect()),
        ];
    }
    let offered = supplied.copies.iter().filter(|c| c.of == of);
    let mut copies: Vec<Copy> = offered
        .cloned()
        .map(|c| {
            c.kept(keeps)
                .at(written.by.span, "kept where this keeps it")
        })
        .collect();
    for id in topology.region_ids() {
        let covers = |c: &Copy| matches!(&c.written, Written::By(by) if by.contains(&id));
        if !copies.iter().any(covers) {
            let own = copy(
                Site::region(topology, id),
                written.by.span,
                "kept by region",
            );
            copies.push(own.written_by(vec![id]));
        }
    }
    if written.across.value {
        let together = Site::named("where all regions are brought together", []);
        let all = copy(
            together,
            written.across.span,
            "brought together, nobody says where",
        );
        copies.push(all.written_by(topology.region_ids().collect()));
    }
    copies
}

/// A region of the topology, or a location that an offering knows.
fn located(topology: &Topology, supplied: &Supplied, location: &crate::spec::Text) -> Site {
    let known = supplied.copies.iter().map(|c| &c.site);
    match topology.region_named(&location.value) {
        Some(id) => Site::region(topology, id),
        None => known
            .into_iter()
            .find(|s| s.name == location.value)
            .cloned()
            .unwrap_or_else(|| place_named(topology, &location.value)),
    }
}

fn place_named(topology: &Topology, name: &str) -> Site {
    let mut providers = topology.providers().into_iter();
    match providers.find_map(|p| crate::catalog::find(p, name)) {
        Some(place) => Site::place(topology, place),
        None => Site::named(name, []),
    }
}

struct Builder<'a, 'w> {
    world: &'w World<'a>,
    subject: Subject<'a>,
    store: &'a Datastore,
    homes: BTreeSet<RegionId>,
    graph: Graph,
    /// The nodes of the store's own copies, beside them.
    roots: Vec<(usize, &'a Copy)>,
    /// The nodes that take the writes of a region.
    takes: BTreeMap<RegionId, Vec<usize>>,
    /// The nodes that carry changes between them.
    carriers: Vec<usize>,
}

const ORIGIN: usize = 0;

impl<'a> Builder<'a, '_> {
    fn build(&mut self) {
        self.origin();
        for copy in &self.world.stores[self.subject.store.0] {
            let node = self.tree(copy);
            self.roots.push((node, copy));
        }
        self.takes();
        self.entries();
        self.replication();
        self.queues();
        self.telemetry();
        self.edges();
        self.served();
    }

    fn node(&mut self, node: Node) -> usize {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    fn link(&mut self, from: usize, to: usize, reasons: Vec<Label>) {
        self.link_after(from, to, None, reasons);
    }

    fn link_after(&mut self, from: usize, to: usize, lost: Option<RegionId>, reasons: Vec<Label>) {
        self.graph.links.push(Link {
            from,
            to,
            after_loss: lost.is_some(),
        });
        self.graph.reasons.push(reasons);
        self.graph.lost.push(lost);
    }

    fn origin(&mut self) {
        let dataset = &self.subject.name.text;
        let name = match self.subject.zone {
            Some(zone) => format!("{dataset} ({zone})"),
            None => dataset.clone(),
        };
        let label = |(span, text): (Span, &str)| Label {
            span,
            text: text.into(),
        };
        let places = protected(self.subject.dataset).map(|s| label((s, "about people")));
        self.node(Node {
            kind: Kind::Origin,
            name,
            site: Site::default(),
            keeps: Keep::Passing,
            holder: None,
            places: places.into_iter().collect(),
            source: String::new(),
        });
    }

    /// A copy and all that is made of it.
    fn tree(&mut self, copy: &Copy) -> usize {
        let node = self.node(Node {
            kind: copy.kind,
            name: copy.name.clone(),
            site: copy.site.clone(),
            keeps: self.kept(copy),
            holder: Some(copy.of),
            places: copy.places.clone(),
            source: copy.source.clone(),
        });
        for made in &copy.copies {
            let made = self.tree(made);
            self.link(node, made, Vec::new());
        }
        node
    }

    /// Records that end by themselves end in every live copy too.
    fn kept(&self, copy: &Copy) -> Keep {
        let ttl = self.subject.dataset.ttl.as_ref();
        match (copy.keeps, ttl) {
            (Keep::Lives, Some(ttl)) => Keep::Seconds(ttl.secs()),
            (keeps, _) => keeps,
        }
    }

    fn reach(&self) -> Reach {
        *self.subject.dataset.copies
    }

    /// Whether records are written at one place, wherever they arise.
    fn one_writer(&self) -> bool {
        let written = &self.store.written;
        let one = matches!(
            self.store.engine,
            Engine::Postgres
                | Engine::Mysql
                | Engine::Aurora
                | Engine::Mongodb
                | Engine::Redis
                | Engine::Spanner
        );
        let mode = written.replication.as_ref().map(|r| *r.mode);
        let by_mode = matches!(mode, None | Some(Mode::Async | Mode::Sync | Mode::Quorum));
        let senders = written.replication.as_ref().map_or(0, |r| r.links.len());
        let writers = self.subject.dataset.writers.as_ref().map(|w| w.value);
        one && by_mode && senders < 2 && matches!(writers, None | Some(Writers::Primary))
    }

    /// The live copies that take writes.
    fn writable(&self) -> impl Iterator<Item = (usize, &'a Copy)> + use<'a, '_> {
        let roots = self.roots.iter().copied();
        roots.filter(|(_, copy)| copy.kind == Kind::Store)
    }

    fn writer(&self) -> Option<(usize, &'a Copy)> {
        let at_writer = |(_, copy): &(usize, &Copy)| copy.site.region == self.store.writer;
        self.writable()
            .find(at_writer)
            .or_else(|| self.writable().next())
    }

    /// Which nodes services of each region write to, where that is not the writer's.
    fn takes(&mut self) {
        let one_writer = self.one_writer();
        let mut takes: BTreeMap<RegionId, Vec<usize>> = BTreeMap::new();
        for (node, copy) in self.writable() {
            let own = copy.site.region.filter(|_| !one_writer);
            let regions = match &copy.written {
                Written::By(by) => by.clone(),
                Written::AsReplicated => own.into_iter().collect(),
            };
            for region in regions {
                takes.entry(region).or_default().push(node);
            }
        }
        self.takes = takes;
    }

    /// The nodes that services of a region write to.
    fn written_from(&self, region: RegionId) -> Vec<usize> {
        if let Some(nodes) = self.takes.get(&region) {
            return nodes.clone();
        }
        let free = |(_, copy): &(usize, &Copy)| copy.written == Written::AsReplicated;
        let writer = self.writer().filter(free);
        writer.map(|(node, _)| node).into_iter().collect()
    }

    fn is_home(&self, copy: &Copy) -> bool {
        let inside = |zone: &str| self.world.zones.inside(zone, &copy.site);
        match self.subject.zone {
            Some(zone) => inside(zone) || copy.site.zone.as_deref() == Some(zone),
            None => !self.subject.owners.iter().any(|zone| inside(zone)),
        }
    }

    /// Where records are written first: at home, and wherever services at home write.
    fn entries(&mut self) {
        let moves = self.one_writer() && self.reach() == Reach::Everywhere;
        let mut entries: BTreeMap<usize, Vec<Label>> = BTreeMap::new();
        if moves {
            entries.extend(self.writer().map(|(node, _)| (node, Vec::new())));
        } else {
            let home = self.writable().filter(|(_, copy)| self.is_home(copy));
            entries.extend(home.map(|(node, _)| (node, Vec::new())));
        }
        let users = &self.world.users[self.subject.store.0];
        for home in &self.homes {
            let Some(span) = users.get(home) else {
                continue;
            };
            let region = &self.world.topology.region(*home).name;
            for node in self.written_from(*home) {
                let text = format!("written from {region}");
                let label = Label { span: *span, text };
                let reasons = entries.entry(node).or_default();
                if reasons.is_empty() {
                    reasons.push(label);
                }
            }
        }
        if entries.is_empty() {
            entries.extend(self.writable().map(|(node, _)| (node, Vec::new())));
        }
        for (node, reasons) in entries {
            self.link(ORIGIN, node, reasons);
        }
    }

    fn replication(&mut self) {
        let replication = self.store.written.replication.as_ref();
        let none = replication.is_some_and(|r| *r.mode == Mode::None);
        if none || self.reach() == Reach::Origin || self.roots.len() < 2 {
            return;
        }
        let reasons = self.replication_reasons();
        let links = replication.map(|r| &r.links).filter(|l| !l.is_empty());
        if let Some(links) = links {
            for (from, targets) in links.iter() {
                self.linked(&from.text, targets, &reasons);
            }
        } else if self.one_writer() {
            self.from_writer(&reasons);
        } else {
            self.carried(&reasons);
        }
    }

    fn replication_reasons(&self) -> Vec<Label> {
        let copies = &self.subject.dataset.copies;
        let label = |span: Span, text: &str| Label {
            span,
            text: text.into(),
        };
        let mut reasons = vec![label(
            copies.span,
            match self.reach() {
                Reach::Everywhere => "copies go everywhere that the store is",
                _ => "copies go within the zone",
            },
        )];
        let mode = self.store.written.replication.as_ref().map(|r| &r.mode);
        reasons.extend(mode.map(|m| label(m.span, "replicated")));
        reasons
    }

    /// Whether `copies` lets a record go from one live copy to another.
    fn may_go(&self, from: &Copy, to: &Copy) -> bool {
        match self.reach() {
            Reach::Everywhere => true,
            Reach::WithinZone => from.site.zone == to.site.zone,
            Reach::Origin => false,
        }
    }

    fn linked(&mut self, from: &str, targets: &[Ref], reasons: &[Label]) {
        let at = |name: &str| {
            let id = self.world.topology.region_named(name);
            let here = move |(_, c): &&(usize, &Copy)| c.site.region == id && id.is_some();
            self.roots.iter().find(here).copied()
        };
        let Some((source, copy)) = at(from) else {
            return;
        };
        let ends: Vec<_> = targets
            .iter()
            .filter_map(|t| at(&t.value).map(|(node, to)| (node, to, t.span)))
            .filter(|(_, to, _)| self.may_go(copy, to))
            .collect();
        for (node, _, span) in ends {
            let mut reasons = reasons.to_vec();
            let text = format!("{from} sends here");
            reasons.push(Label { span, text });
            self.link(source, node, reasons);
        }
    }

    fn from_writer(&mut self, reasons: &[Label]) {
        let Some((source, copy)) = self.writer() else {
            return;
        };
        let ends = self.roots.iter().copied();
        let ends: Vec<_> = ends
            .filter(|(node, to)| *node != source && self.may_go(copy, to))
            .collect();
        for (node, _) in ends {
            self.link(source, node, reasons.to_vec());
        }
    }

    /// Every copy to every other, through what carries them: a link for each, not a pair.
    fn carried(&mut self, reasons: &[Label]) {
        let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (node, copy) in &self.roots {
            let zone = copy.site.zone.as_deref();
            let group = zone.filter(|_| self.reach() == Reach::WithinZone);
            groups.entry(group).or_default().push(*node);
        }
        for nodes in groups.into_values().filter(|n| n.len() > 1) {
            let carrier = self.carrier();
            self.carriers.push(carrier);
            for node in nodes {
                if self.graph.nodes[node].kind == Kind::Store {
                    self.link(node, carrier, Vec::new());
                }
                self.link(carrier, node, reasons.to_vec());
            }
        }
    }

    fn carrier(&mut self) -> usize {
        let replication = self.store.written.replication.as_ref();
        let named = replication.and_then(|r| r.worker.as_ref().or(r.by.as_ref()));
        self.node(Node {
            kind: Kind::Carrier,
            name: named.map_or_else(
                || format!("replication of {}", self.store.name),
                |n| n.value.clone(),
            ),
            site: Site::default(),
            keeps: Keep::Passing,
            holder: Some(Holder::Store(self.subject.store)),
            places: Vec::new(),
            source: String::new(),
        })
    }

    fn names(&self, carries: &'a [Ref]) -> Option<&'a Ref> {
        carries.iter().find(|c| c.value == self.subject.name.text)
    }

    /// Queues that carry records: put in by services at home, or fed to a carrier.
    fn queues(&mut self) {
        let topology = self.world.topology;
        let replication = self.store.written.replication.as_ref();
        let fed_by = replication.and_then(|r| r.queue.as_ref());
        for (index, queue) in topology.queues.iter().enumerate() {
            let feeds = fed_by.is_some_and(|q| q.value == queue.name);
            let named = self.names(&queue.written.carries);
            let unnamed = feeds && queue.written.carries.is_empty();
            if named.is_none() && !unnamed {
                continue;
            }
            let label = |span: Span| Label {
                span,
                text: format!("carried by {}", queue.name),
            };
            let reasons = vec![label(named.map_or(queue.span, |n| n.span))];
            let published = queue.publishers.iter().any(|id| {
                let service = topology.service(*id);
                self.homes.iter().any(|r| service.replicas_in(*r).is_some())
            });
            let mut sources = if feeds {
                self.carriers.clone()
            } else {
                Vec::new()
            };
            sources.extend(published.then_some(ORIGIN));
            for copy in &self.world.queues[index] {
                let takes = match &copy.written {
                    Written::By(by) => by.iter().any(|r| self.homes.contains(r)),
                    Written::AsReplicated => true,
                };
                if takes && !sources.is_empty() {
                    let node = self.tree(copy);
                    for source in &sources {
                        self.link(*source, node, reasons.clone());
                    }
                }
            }
        }
    }

    fn telemetry(&mut self) {
        let world = self.world;
        for (sink, written, copies) in &world.sinks {
            let Some(named) = self.names(&written.carries) else {
                continue;
            };
            let text = format!("parts of it are in {}", sink.word());
            let reasons = vec![Label {
                span: named.span,
                text,
            }];
            for copy in copies {
                let from_home = match &copy.written {
                    Written::By(by) => by.iter().any(|r| self.homes.contains(r)),
                    Written::AsReplicated => true,
                };
                if from_home {
                    let node = self.tree(copy);
                    self.link(ORIGIN, node, reasons.clone());
                }
            }
        }
    }

    /// What stands in front of services: where requests are decrypted, and what is cached.
    fn edges(&mut self) {
        let world = self.world;
        for (index, host) in world.topology.hosts.iter().enumerate() {
            let uses = world.hosts[self.subject.store.0].contains(&HostId(index));
            for copy in &world.edges[index] {
                match copy.kind {
                    Kind::Cache => self.cached(host, copy),
                    _ if uses => {
                        let node = self.tree(copy);
                        self.link(ORIGIN, node, Vec::new());
                    }
                    _ => {}
                }
            }
        }
    }

    fn cached(&mut self, host: &'a crate::topology::Host, copy: &Copy) {
        let rules = host.written.cdn.as_ref().map(|c| &c.rules);
        for (name, rule) in rules.into_iter().flat_map(|r| r.iter()) {
            let Some(named) = self.names(&rule.carries) else {
                continue;
            };
            let keep = rule.edge.as_ref().unwrap_or(&rule.keep);
            let copy = copy.clone().kept(Keep::Seconds(keep.secs()));
            let copy = Copy {
                name: format!("cache rule {} of {}", name.text, host.name),
                ..copy
            };
            let node = self.tree(&copy);
            let text = "cached here".into();
            self.link(
                ORIGIN,
                node,
                vec![Label {
                    span: named.span,
                    text,
                }],
            );
        }
    }

    /// Users of the zone who are served from elsewhere, and where their records come to
    /// rest then.
    fn served(&mut self) {
        let Some(zone) = self.subject.zone else {
            return;
        };
        let world = self.world;
        for id in &world.hosts[self.subject.store.0] {
            let Some(served) = world.served.get(&(zone, *id)) else {
                continue;
            };
            for one in served {
                self.served_from(*id, *one);
            }
        }
    }

    fn served_from(&mut self, id: HostId, one: Served) {
        let topology = self.world.topology;
        let host = topology.host(id);
        let service = &topology.service(host.service).name;
        let (home, from) = (topology.region(one.home), topology.region(one.from));
        let node = self.node(Node {
            kind: Kind::Service,
            name: service.clone(),
            site: Site::region(topology, one.from),
            keeps: Keep::Passing,
            holder: Some(Holder::Host(id)),
            places: vec![Label {
                span: from.span,
                text: "serves them".into(),
            }],
            source: String::new(),
        });
        let text = match one.after_loss {
            true => format!("without {} its users are sent to {}", home.name, from.name),
            false => format!("users are sent to {} at any time", from.name),
        };
        let span = host.written.policy.first().map_or(host.span, |p| p.span);
        let lost = one.after_loss.then_some(one.home);
        self.link_after(ORIGIN, node, lost, vec![Label { span, text }]);
        for root in self.written_from(one.from) {
            self.link(node, root, Vec::new());
        }
    }
}

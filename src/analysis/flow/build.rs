//! From a topology and the offerings' copies to the graph of one dataset.

use super::copy::{Copy, Holder, Keep, Kind, Site, Written};
use super::graph::Link;
use super::serving::Served;
use super::world::{World, protected};
use crate::diagnostic::Label;
use crate::source::Span;
use crate::topology::{
    Dataset, Datastore, DatastoreId, HostId, Mode, Name, QueueId, Reach, Ref, RegionId, ServiceId,
    Writers,
};
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

/// The graph of a dataset.
pub(super) fn graph<'a>(world: &World<'a>, subject: Subject<'a>) -> Graph {
    let homes = world.homes(subject.zone, subject.owners);
    let mut builder = Builder {
        world,
        subject,
        store: world.topology.datastore(subject.store),
        homes: homes.into_iter().collect(),
        graph: Graph::default(),
        roots: Vec::new(),
        takes: BTreeMap::new(),
        carriers: Vec::new(),
    };
    builder.build();
    builder.graph
}

pub(super) struct Builder<'a, 'w> {
    pub world: &'w World<'a>,
    pub subject: Subject<'a>,
    pub store: &'a Datastore,
    homes: BTreeSet<RegionId>,
    pub graph: Graph,
    /// The nodes of the store's own copies, beside them.
    pub roots: Vec<(usize, &'a Copy)>,
    /// The nodes that take the writes of a region.
    takes: BTreeMap<RegionId, Vec<usize>>,
    /// The nodes that carry changes between them.
    pub carriers: Vec<usize>,
}

const ORIGIN: usize = 0;

/// How many hosts that lead the same way are pointed at.
const HOSTS_SHOWN: usize = 4;

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
        self.placed();
        self.queues();
        self.telemetry();
        self.edges();
        self.served();
        self.read();
    }

    pub(super) fn node(&mut self, node: Node) -> usize {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    pub(super) fn link(&mut self, from: usize, to: usize, reasons: Vec<Label>) {
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

    pub(super) fn reach(&self) -> Reach {
        *self.subject.dataset.copies
    }

    /// Whether records are written at one place, wherever they arise.
    pub(super) fn one_writer(&self) -> bool {
        let one = self.store.has_one_writer();
        let by_mode = match self.store.mode() {
            Mode::Async | Mode::Sync | Mode::Quorum => true,
            // Replicas that only read follow one all the same.
            Mode::None => self.has_replicas(),
            _ => false,
        };
        let senders = self.store.replication.as_ref().map_or(0, |r| r.links.len());
        let writers = self.subject.dataset.writers.as_ref().map(|w| w.value);
        one && by_mode && senders < 2 && matches!(writers, None | Some(Writers::Primary))
    }

    /// Whether it has copies that only read.
    pub(super) fn has_replicas(&self) -> bool {
        let mut roots = self.roots.iter();
        roots.any(|(_, copy)| copy.kind == Kind::Replica)
    }

    /// The live copies that take writes.
    fn writable(&self) -> impl Iterator<Item = (usize, &'a Copy)> + use<'a, '_> {
        let roots = self.roots.iter().copied();
        roots.filter(|(_, copy)| copy.kind == Kind::Store)
    }

    pub(super) fn writer(&self) -> Option<(usize, &'a Copy)> {
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
    pub(super) fn written_from(&self, region: RegionId) -> Vec<usize> {
        if let Some(nodes) = self.takes.get(&region) {
            return nodes.clone();
        }
        let free = |(_, copy): &(usize, &Copy)| copy.written == Written::AsReplicated;
        let writer = self.writer().filter(free);
        writer.map(|(node, _)| node).into_iter().collect()
    }

    pub(super) fn is_home(&self, copy: &Copy) -> bool {
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

    /// Live copies that nothing leads to, of a dataset that belongs to a zone: the spec keeps it there
    /// too, or services there use it. What is kept within the zone by its own word is not there.
    fn placed(&mut self) {
        if self.subject.dataset.zone.is_none() || self.reach() == Reach::WithinZone {
            return;
        }
        let users = &self.world.users[self.subject.store.0];
        let reached = |node: usize| self.graph.links.iter().any(|l| l.to == node);
        let alone = self.roots.iter().filter(|(node, _)| !reached(*node));
        let alone: Vec<(usize, Option<Span>)> = alone
            .map(|(node, copy)| (*node, copy.site.region.and_then(|r| users.get(&r)).copied()))
            .filter(|(_, used)| used.is_some() || self.reach() == Reach::Everywhere)
            .collect();
        for (node, used) in alone {
            let text = "used there".to_string();
            let reasons = used.map(|span| Label { span, text });
            self.link(ORIGIN, node, reasons.into_iter().collect());
        }
    }

    fn names(&self, carries: &'a [Ref]) -> Option<&'a Ref> {
        carries.iter().find(|c| c.value == self.subject.name.text)
    }

    /// Queues that carry records: put in by services at home, or fed to a carrier.
    fn queues(&mut self) {
        let topology = self.world.topology;
        let replication = self.store.replication.as_ref();
        let fed_by = replication.and_then(|r| r.queue.as_ref());
        for (index, queue) in topology.queues.iter().enumerate() {
            let feeds = fed_by.is_some_and(|q| q.value == queue.name);
            let named = self.names(&queue.carries);
            let unnamed = feeds && queue.carries.is_empty();
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
            let mut kept = Vec::new();
            for copy in &self.world.queues[index] {
                let takes = match &copy.written {
                    Written::By(by) => by.iter().any(|r| self.homes.contains(r)),
                    Written::AsReplicated => true,
                };
                if takes && !sources.is_empty() {
                    let node = self.tree(copy);
                    kept.push(node);
                    for source in &sources {
                        self.link(*source, node, reasons.clone());
                    }
                }
            }
            self.received(QueueId(index), &kept);
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
        let rules = host.cdn.as_ref().map(|c| &c.rules);
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
        for served in world
            .served
            .get(&(zone, self.subject.store))
            .into_iter()
            .flatten()
        {
            self.served_from(served);
        }
    }

    fn served_from(&mut self, served: &Served) {
        let topology = self.world.topology;
        let (home, from) = (topology.region(served.home), topology.region(served.from));
        let node = self.node(Node {
            kind: Kind::Service,
            name: self.services(&served.services),
            site: Site::region(topology, served.from),
            keeps: Keep::Passing,
            holder: served.hosts.first().map(|id| Holder::Host(*id)),
            places: vec![Label {
                span: from.span,
                text: "serves them".into(),
            }],
            source: String::new(),
        });
        let text = match served.after_loss {
            true => format!("without {} its users are sent to {}", home.name, from.name),
            false => format!("users are sent to {} at any time", from.name),
        };
        let through = served.hosts.iter().take(HOSTS_SHOWN).map(|id| {
            let host = topology.host(*id);
            let span = host.policy.first().map_or(host.span, |p| p.span);
            let text = text.clone();
            Label { span, text }
        });
        let at_home = Label {
            span: home.span,
            text: format!("in the zone `{}`", self.subject.zone.unwrap_or_default()),
        };
        let reasons = std::iter::once(at_home).chain(through).collect();
        let lost = served.after_loss.then_some(served.home);
        self.link_after(ORIGIN, node, lost, reasons);
        for root in self.written_from(served.from) {
            self.link(node, root, Vec::new());
        }
    }

    /// Some services: the first, and how many more.
    fn services(&self, services: &BTreeSet<ServiceId>) -> String {
        let topology = self.world.topology;
        let first = services
            .first()
            .map_or("", |id| topology.service(*id).name.as_str());
        match services.len() {
            0 | 1 => first.to_string(),
            more => format!("{first} and {} more", more - 1),
        }
    }
}

//! Who votes, who still has a majority after a loss or a cut, and whether writes go on then.
//!
//! Decided by the systems themselves and so not here: stores whose voters the provider places
//! (Firestore, Spanner, DynamoDB, Aurora), and those of others that name no `members`. Queues
//! declare no members that could be counted.

use crate::catalog::{self, Place, network};
use crate::source::Span;
use crate::topology::{
    Conflict, Datastore, DatastoreId, Mode, Provider, RegionId, Role, Routing, Scalar, Topology,
    Trigger,
};
use std::collections::BTreeSet;

/// Voters of one store that act only when more than half of all agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Electorate {
    /// What they decide about.
    pub store: DatastoreId,
    /// What they are.
    pub kind: Kind,
    /// Where they sit: one entry a place.
    pub seats: Vec<Seat>,
    /// Who votes from outside the store, if anyone does.
    pub arbiter: Arbiter,
    /// The time without a writer after which one is elected, in milliseconds, if it is set.
    pub timeout: Option<u64>,
    /// Other copies that a writer must see, or it refuses writes; 0 without such a rule.
    pub min_replicas: u32,
    /// The seats that write while nothing is wrong; none where no one is the writer.
    pub writing: Vec<usize>,
    /// Places without a seat where services use the store. A fault names them after the seats.
    pub clients: Vec<Client>,
    /// Where the votes are written.
    pub span: Span,
    /// Pairs of places that have no link; all others see each other.
    unlinked: Vec<(usize, usize)>,
}

/// What votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Redis Sentinels: they promote nodes and hold no data.
    Sentinels,
    /// Members of a replica set.
    Members,
    /// Nodes of a store that acknowledges by majority.
    Copies,
    /// Sites of a store with one writer that is promoted without a person: one vote each.
    Sites,
}

/// Who decides when two halves cannot see each other.
#[derive(Debug, Clone, PartialEq)]
pub enum Arbiter {
    /// The voters alone.
    Nobody,
    /// One more vote in a place of its own.
    Witness,
    /// A name that is no place and no person.
    Unknown(String),
}

/// A place with votes, or with copies that may be promoted.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// The region's name, or the provider's for a witness outside the topology.
    pub name: String,
    /// Where it is.
    pub place: &'static Place,
    /// The region of the topology, unless it is a witness outside of it.
    pub region: Option<RegionId>,
    /// How many votes it has.
    pub votes: u32,
    /// How many copies there may be promoted.
    pub copies: u32,
}

/// A region without a seat from which a store is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The region's name.
    pub name: String,
    /// Where it is.
    pub place: &'static Place,
    /// The region.
    pub region: RegionId,
}

/// A loss, or a cut that leaves everybody alive. Places are seats, then clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// One voter at a seat.
    Voter(usize),
    /// The zone of a seat that holds most, with its voters spread evenly over the zones that
    /// are emitted.
    Zone(usize),
    /// The link between two places.
    Link(usize, usize),
    /// All of a seat.
    Region(usize),
    /// All links of a place.
    CutOff(usize),
    /// All seats on a provider.
    Cloud(Provider),
    /// All links between a provider and the others.
    CloudCutOff(Provider),
}

/// What is left under a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What happened.
    pub fault: Fault,
    /// Votes that each seat sees, its own among them; 0 for a seat without a voter left.
    pub sees: Vec<u32>,
    /// The seats that see a majority.
    pub majority: Vec<usize>,
    /// The seats where a copy may become or stay the writer; the voters choose one of them.
    pub writers: Vec<usize>,
    /// Whether writes go on.
    pub state: State,
    /// Why nobody is promoted, if so.
    pub lack: Option<Lack>,
    /// The seat of the old writer, if it goes on writing apart from the majority: another is
    /// promoted, and what this one took is dropped when the two meet again.
    pub stale: Option<usize>,
    /// The places that are alive and have no way to the writer: their clients cannot write, though
    /// somebody may. Where one is chosen anew, those with no way to any that may be chosen.
    pub stranded: Vec<usize>,
    /// The places whose clients reach the stale writer and none that was promoted: what they write
    /// is dropped.
    pub astray: Vec<usize>,
}

/// Whether writes go on under a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// There is a writer, and another can be promoted in its place.
    Writable,
    /// The old writer goes on, and nothing can be promoted in its place.
    NoPromotion,
    /// There is no writer.
    NotWritable,
    /// Two write apart from each other, and what one of them takes is dropped.
    Split,
}

impl State {
    /// All of them, the best first.
    pub const ALL: [State; 4] = [
        State::Writable,
        State::NoPromotion,
        State::NotWritable,
        State::Split,
    ];

    /// The words shown to people.
    pub fn word(self) -> &'static str {
        match self {
            State::Writable => "writable",
            State::NoPromotion => "writable without promotion",
            State::NotWritable => "not writable",
            State::Split => "split",
        }
    }

    /// Whether the store takes writes, and keeps them.
    pub fn holds(self) -> bool {
        matches!(self, State::Writable | State::NoPromotion)
    }
}

/// What is missing for a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nowhere do enough voters see each other.
    Majority,
    /// There is a majority, and it reaches no copy that may be promoted.
    Copy,
    /// Whoever is promoted sees too few other copies and refuses writes.
    Replicas,
}

/// Everything that votes, in the order of the stores.
pub fn electorates(topology: &Topology) -> Vec<Electorate> {
    let stores = topology.datastores.iter().enumerate();
    // How those vote that somebody else runs is known by the members that are declared.
    let counted = |store: &Datastore| store.external().is_none() || !store.members.is_empty();
    let stores = stores.filter(|(_, store)| counted(store));
    let each = stores.filter_map(|(index, store)| electorate(topology, DatastoreId(index), store));
    each.filter(|e| e.total() > 0).collect()
}

impl Electorate {
    /// All places: seats, then clients.
    fn places(&self) -> std::ops::Range<usize> {
        0..self.seats.len() + self.clients.len()
    }

    /// Where a place is.
    fn place(&self, at: usize) -> &'static Place {
        match self.seats.get(at) {
            Some(seat) => seat.place,
            None => self.clients[at - self.seats.len()].place,
        }
    }

    /// The name of a place.
    pub fn name(&self, at: usize) -> &str {
        match self.seats.get(at) {
            Some(seat) => &seat.name,
            None => &self.clients[at - self.seats.len()].name,
        }
    }

    /// All votes.
    pub fn total(&self) -> u32 {
        self.seats.iter().map(|s| s.votes).sum()
    }

    /// How many must agree.
    pub fn majority(&self) -> u32 {
        self.total() / 2 + 1
    }

    /// Every single loss, then every cut.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.faults().into_iter().map(|f| self.outcome(f)).collect()
    }

    /// The smallest fault after which nothing can be promoted.
    pub fn counterexample(&self) -> Option<Outcome> {
        let broken = self.outcomes().into_iter().filter(|o| o.lack.is_some());
        broken.min_by_key(|o| o.fault)
    }

    /// What a fault leaves.
    pub fn outcome(&self, fault: Fault) -> Outcome {
        let seats = || 0..self.seats.len();
        let left: Vec<Seat> = seats().map(|i| self.left(i, fault)).collect();
        let linked = |a: usize, b: usize| a == b || (self.linked(a, b) && !self.cuts(fault, a, b));
        let seen = |from: usize, of: fn(&Seat) -> u32| -> u32 {
            let near = seats().filter(|to| linked(from, *to));
            near.map(|to| of(&left[to])).sum()
        };
        let votes = |seat: usize| match left[seat].votes {
            0 => 0,
            _ => seen(seat, |s| s.votes),
        };
        let sees: Vec<u32> = seats().map(votes).collect();
        let majority: Vec<usize> = seats().filter(|s| sees[*s] >= self.majority()).collect();
        let reached = |seat: &usize| match self.kind {
            // A Sentinel with a majority behind it promotes any node that it reaches.
            Kind::Sentinels => majority.iter().any(|m| linked(*m, *seat)),
            _ => majority.contains(seat),
        };
        let writes = |seat: &usize| {
            let copies = left[*seat].copies;
            copies > 0 && seen(*seat, |s| s.copies) > self.min_replicas
        };
        let promotable = || seats().filter(|s| left[*s].copies > 0 && reached(s));
        let writers: Vec<usize> = promotable().filter(writes).collect();
        let lack = match (majority.is_empty(), promotable().next(), writers.is_empty()) {
            (true, ..) => Some(Lack::Majority),
            (_, None, _) => Some(Lack::Copy),
            (_, _, true) => Some(Lack::Replicas),
            _ => None,
        };
        let on = self.writing.iter().filter(|w| {
            // A writer that the fault may hit is hit.
            let hit = left[**w].copies < self.seats[**w].copies;
            !hit && writes(w) && (self.writes_alone() || reached(w))
        });
        let on: Vec<usize> = on.copied().collect();
        let elsewhere = !writers.is_empty();
        let stale = on.iter().copied().find(|w| elsewhere && !reached(w));
        let apart = on.iter().any(|a| on.iter().any(|b| !linked(*a, *b)));
        let state = match (stale.is_some() || apart, elsewhere, on.is_empty()) {
            (true, ..) => State::Split,
            (_, true, _) => State::Writable,
            (_, _, false) => State::NoPromotion,
            _ => State::NotWritable,
        };
        let serving = if on.is_empty() { &writers } else { &on };
        let alive = |at: &usize| match fault {
            Fault::Region(lost) => lost != *at,
            Fault::Cloud(lost) => lost != self.place(*at).provider,
            _ => true,
        };
        let reaches = |at: usize, any: &[usize]| any.iter().any(|w| linked(at, *w));
        let alive: Vec<usize> = self.places().filter(alive).collect();
        let mut stranded = alive.clone();
        stranded.retain(|at| match state {
            State::NotWritable => false,
            State::Split => !reaches(*at, &on) && !reaches(*at, &writers),
            State::Writable | State::NoPromotion => !reaches(*at, serving),
        });
        let mut astray = alive;
        astray.retain(|at| {
            let old = stale.is_some_and(|stale| linked(*at, stale));
            let promoted = writers.iter().any(|w| Some(*w) != stale && linked(*at, *w));
            old && !promoted
        });
        Outcome {
            fault,
            stranded,
            astray,
            sees,
            majority,
            writers,
            state,
            lack,
            stale,
        }
    }

    /// Whether a writer goes on without a majority behind it. Members of a replica set step
    /// down, and what acknowledges by majority waits; a Redis primary asks no Sentinel, and a
    /// database of one site no other.
    fn writes_alone(&self) -> bool {
        matches!(self.kind, Kind::Sentinels | Kind::Sites)
    }

    fn faults(&self) -> Vec<Fault> {
        let seats = || 0..self.seats.len();
        let voting = || seats().filter(|s| self.seats[*s].votes > 0);
        let mut faults: Vec<Fault> = voting().map(Fault::Voter).collect();
        faults.extend(seats().map(Fault::Zone));
        faults.extend(seats().map(Fault::Region));
        let clouds = self.providers();
        faults.extend(clouds.iter().copied().map(Fault::Cloud));
        for a in seats() {
            let later = seats().filter(|b| a < *b && self.linked(a, *b));
            faults.extend(later.map(|b| Fault::Link(a, b)));
        }
        let clients = || self.places().skip(self.seats.len());
        for client in clients() {
            let copies = seats().filter(|s| self.seats[*s].copies > 0 && self.linked(*s, client));
            faults.extend(copies.map(|s| Fault::Link(s, client)));
        }
        if self.seats.len() > 1 {
            faults.extend(seats().map(Fault::CutOff));
        }
        faults.extend(clients().map(Fault::CutOff));
        let users = self.clients.iter().map(|c| c.place.provider);
        let apart: BTreeSet<Provider> = clouds.into_iter().chain(users).collect();
        if apart.len() > 1 {
            faults.extend(apart.into_iter().map(Fault::CloudCutOff));
        }
        faults
    }

    fn providers(&self) -> Vec<Provider> {
        let mut providers = Vec::new();
        for seat in &self.seats {
            if !providers.contains(&seat.place.provider) {
                providers.push(seat.place.provider);
            }
        }
        providers
    }

    /// A seat without what a fault takes from it.
    fn left(&self, seat: usize, fault: Fault) -> Seat {
        let whole = &self.seats[seat];
        let (votes, copies) = match fault {
            // A voter of a replica set is a copy too.
            Fault::Voter(lost) if lost == seat => (1, u32::from(self.kind != Kind::Sentinels)),
            Fault::Zone(lost) if lost == seat => {
                let share = |all| whole.place.share_of_zone(all);
                (share(whole.votes), share(whole.copies))
            }
            Fault::Region(lost) if lost == seat => (whole.votes, whole.copies),
            Fault::Cloud(lost) if lost == whole.place.provider => (whole.votes, whole.copies),
            _ => (0, 0),
        };
        Seat {
            votes: whole.votes - votes,
            copies: whole.copies.saturating_sub(copies),
            ..whole.clone()
        }
    }

    fn linked(&self, a: usize, b: usize) -> bool {
        !self.unlinked.contains(&(a.min(b), a.max(b)))
    }

    fn cuts(&self, fault: Fault, a: usize, b: usize) -> bool {
        let on = |at: usize, provider| self.place(at).provider == provider;
        match fault {
            Fault::Link(x, y) => (a, b) == (x, y) || (b, a) == (x, y),
            Fault::CutOff(seat) => (a == seat) != (b == seat),
            Fault::CloudCutOff(provider) => on(a, provider) != on(b, provider),
            _ => false,
        }
    }

    /// The longest of the least round trips between two voters, in milliseconds, with them.
    pub fn longest_round_trip(&self) -> Option<(f64, &Seat, &Seat)> {
        let voting: Vec<&Seat> = self.seats.iter().filter(|s| s.votes > 0).collect();
        let pairs = voting
            .iter()
            .enumerate()
            .flat_map(|(i, a)| voting[i + 1..].iter().map(move |b| (*a, *b)));
        let timed = pairs.map(|(a, b)| (network::least_round_trip(a.place, b.place), a, b));
        timed.max_by(|x, y| x.0.total_cmp(&y.0))
    }

    /// The places where one more voter would help, nearest first: regions of the topology
    /// before others of the same providers, none that has a seat. A voter holds data, so its
    /// country lies in every jurisdiction that the store's data may not leave; a Sentinel
    /// holds none.
    pub fn witness_places(&self, topology: &Topology) -> Vec<&'static Place> {
        let providers = self.providers();
        let zones = match self.kind {
            Kind::Sentinels => Vec::new(),
            _ => jurisdictions(topology, topology.datastore(self.store)),
        };
        let taken = |p: &Place| self.seats.iter().any(|s| s.place == p);
        let allowed = |p: &Place| {
            let inside =
                |zone: &Vec<String>| zone.iter().any(|j| catalog::in_jurisdiction(p.country, j));
            providers.contains(&p.provider) && !taken(p) && zones.iter().all(inside)
        };
        let known = |p: &Place| topology.regions.iter().any(|r| r.place == p);
        let farthest = |p: &Place| {
            let distances = self.seats.iter().map(|s| s.place.distance(p));
            distances.fold(0.0, f64::max)
        };
        let mut places: Vec<_> = catalog::places().iter().filter(|p| allowed(p)).collect();
        places.sort_by(|a, b| {
            let order = known(b).cmp(&known(a));
            order.then(farthest(a).total_cmp(&farthest(b)))
        });
        places
    }
}

/// The jurisdictions of each zone that the store's data belongs to.
fn jurisdictions(topology: &Topology, store: &Datastore) -> Vec<Vec<String>> {
    let datasets = store.datasets.iter();
    let owned = datasets.filter_map(|(_, d)| d.zone.as_ref().map(|z| z.value.as_str()));
    let placed = store
        .regions
        .iter()
        .filter_map(|r| topology.region(*r).zone.as_deref());
    let mut names: Vec<&str> = owned.chain(placed).collect();
    names.sort_unstable();
    names.dedup();
    let zones = names
        .into_iter()
        .filter_map(|name| topology.zones.get(name));
    let written = zones.map(|z| z.jurisdictions.iter().map(|j| j.value.clone()).collect());
    written.filter(|j: &Vec<String>| !j.is_empty()).collect()
}

fn electorate(topology: &Topology, id: DatastoreId, store: &Datastore) -> Option<Electorate> {
    let found = sentinels(topology, store)
        .or_else(|| members(topology, store))
        .or_else(|| copies(topology, store))
        .or_else(|| sites(topology, store))?;
    let (kind, seats, span) = found;
    let mut electorate = Electorate {
        store: id,
        kind,
        seats,
        arbiter: Arbiter::Nobody,
        timeout: None,
        min_replicas: 0,
        writing: Vec::new(),
        clients: Vec::new(),
        span,
        unlinked: Vec::new(),
    };
    if kind == Kind::Sentinels {
        electorate.min_replicas = store.min_replicas();
    }
    electorate.writing = writing(topology, store, &electorate);
    if kind == Kind::Sites {
        witness(topology, store, &mut electorate);
    }
    let election = store.election.as_ref();
    electorate.timeout = election
        .filter(|_| kind == Kind::Members)
        .map(|e| e.timeout.millis());
    electorate.clients = clients(topology, id, &electorate.seats);
    electorate.unlinked = unlinked(topology, &electorate);
    Some(electorate)
}

/// The seats that write while nothing is wrong.
fn writing(topology: &Topology, store: &Datastore, electorate: &Electorate) -> Vec<usize> {
    let everywhere = store.mode() == Mode::ActiveActive;
    let first = match electorate.kind {
        Kind::Sentinels => topology.first_node(store),
        Kind::Members => preferred(topology, store),
        // Each part of the data has a writer of its own.
        Kind::Copies => None,
        Kind::Sites => store.writer,
    };
    let writes = |s: &Seat| match electorate.kind {
        Kind::Sites if everywhere => s.copies > 0,
        _ => s.region.is_some() && s.region == first,
    };
    let seats = electorate.seats.iter().enumerate();
    seats.filter(|(_, s)| writes(s)).map(|(i, _)| i).collect()
}

/// The region of the member that is elected while nothing is wrong: the highest priority.
fn preferred(topology: &Topology, store: &Datastore) -> Option<RegionId> {
    let members = store.members.iter().map(|(_, m)| m);
    let best = members.reduce(|best, m| {
        if m.priority.value.0 > best.priority.value.0 {
            m
        } else {
            best
        }
    })?;
    topology.region_named(&best.region)
}

type Found = (Kind, Vec<Seat>, Span);

fn seat(topology: &Topology, id: RegionId, votes: u32, copies: u32) -> Seat {
    let region = topology.region(id);
    // A witness is never promoted.
    let copies = if region.role == Role::Witness {
        0
    } else {
        copies
    };
    Seat {
        name: region.name.clone(),
        place: region.place,
        region: Some(id),
        votes,
        copies,
    }
}

fn sentinels(topology: &Topology, store: &Datastore) -> Option<Found> {
    let sentinels = store.sentinels.as_ref()?;
    let votes = |id: RegionId| sentinels.get(&topology.region(id).name);
    let seats = store.regions.iter().map(|id| {
        let nodes = topology.nodes(store, *id);
        seat(topology, *id, votes(*id).map_or(0, |v| v.value), nodes)
    });
    let mut spans = store.regions.iter().filter_map(|id| votes(*id));
    let span = spans.next_back().map_or(store.span, |v| v.span);
    Some((Kind::Sentinels, seats.collect(), span))
}

fn members(topology: &Topology, store: &Datastore) -> Option<Found> {
    let members = &store.members;
    if members.is_empty() {
        return None;
    }
    let mut seats: Vec<Seat> = Vec::new();
    for (_, member) in members.iter() {
        let Some(id) = topology.region_named(&member.region) else {
            continue;
        };
        let (votes, copies) = (
            u32::from(*member.votes),
            u32::from(member.priority.value.0 > 0.0),
        );
        let new = seat(topology, id, votes, copies);
        match seats.iter_mut().find(|s| s.region == Some(id)) {
            Some(seat) => {
                seat.votes += new.votes;
                seat.copies += new.copies;
            }
            None => seats.push(new),
        }
    }
    Some((Kind::Members, seats, members.span))
}

fn copies(topology: &Topology, store: &Datastore) -> Option<Found> {
    let own = store.copies_can_vote();
    let replication = store.replication.as_ref().filter(|_| own)?;
    if *replication.mode != Mode::Quorum {
        return None;
    }
    let seats = store.regions.iter().map(|id| {
        let nodes = topology.nodes(store, *id);
        seat(topology, *id, nodes, nodes)
    });
    Some((Kind::Copies, seats.collect(), replication.mode.span))
}

fn sites(topology: &Topology, store: &Datastore) -> Option<Found> {
    let single = store.is_promoted();
    let failover = topology.failover.as_ref();
    failover.filter(|f| single && *f.mode == Trigger::Automatic)?;
    let replication = store.replication.as_ref()?;
    let conflicts = replication.conflicts.as_ref().map(|c| c.value);
    let arbiter = replication.arbiter.as_ref().map(|a| a.as_str());
    let alone = store.regions.len() < 2 || *replication.mode == Mode::None;
    // Where all copies write, nothing is promoted: they merge, or whatever directs the users
    // decides which of them is used. A person needs no votes either.
    let all_write = *replication.mode == Mode::ActiveActive;
    let directed = arbiter.is_some_and(|a| Routing::parse(a).is_ok());
    let settled = all_write && (directed || conflicts == Some(Conflict::Crdt));
    if alone || settled || arbiter == Some(OPERATOR) {
        return None;
    }
    let seats = store.regions.iter().map(|id| seat(topology, *id, 1, 1));
    Some((Kind::Sites, seats.collect(), replication.span))
}

/// The arbiter that is a person.
const OPERATOR: &str = "operator";
const WITNESS: &str = "witness:";

/// Adds the vote of a witness, which may sit in a place that the topology does not use.
fn witness(topology: &Topology, store: &Datastore, electorate: &mut Electorate) {
    let replication = store.replication.as_ref();
    let Some(arbiter) = replication.and_then(|r| r.arbiter.as_ref()) else {
        return;
    };
    let name = arbiter.strip_prefix(WITNESS).unwrap_or_default().trim();
    let region = topology.region_named(name);
    let place = region.map(|id| topology.region(id).place).or_else(|| {
        let mut providers = electorate.providers().into_iter();
        providers.find_map(|p| catalog::find(p, name))
    });
    let Some(place) = place else {
        electorate.arbiter = Arbiter::Unknown(arbiter.value.clone());
        return;
    };
    electorate.arbiter = Arbiter::Witness;
    match electorate.seats.iter_mut().find(|s| s.place == place) {
        Some(seat) => seat.votes += 1,
        None => electorate.seats.push(Seat {
            name: name.to_string(),
            place,
            region,
            votes: 1,
            copies: 0,
        }),
    }
}

/// The regions without a seat where services run that use a store.
fn clients(topology: &Topology, store: DatastoreId, seats: &[Seat]) -> Vec<Client> {
    let seated = |id: &RegionId| seats.iter().any(|s| s.region == Some(*id));
    let regions = topology.regions_using(store).into_iter();
    let client = |id: RegionId| Client {
        name: topology.region(id).name.clone(),
        place: topology.region(id).place,
        region: id,
    };
    regions.filter(|id| !seated(id)).map(client).collect()
}

/// Pairs of places without a link: isolated regions, and, where links are declared, regions
/// between which there is none, since private links do not lead on. A place outside of the
/// topology is taken to be reached by all.
fn unlinked(topology: &Topology, electorate: &Electorate) -> Vec<(usize, usize)> {
    let network = &topology.network;
    let isolated = |name: &str| topology.is_isolated(name);
    let declared = |a: &str, b: &str| {
        let joins =
            |name: &str, ends: &[crate::topology::Ref]| ends.iter().any(|e| e.value == name);
        let mut links = network.links.iter();
        links.any(|(_, l)| joins(a, &l.between) && joins(b, &l.between))
    };
    let inside = |at: usize| electorate.seats.get(at).is_none_or(|s| s.region.is_some());
    let apart = |i: usize, j: usize| {
        let (a, b) = (electorate.name(i), electorate.name(j));
        let missing = inside(i) && inside(j) && !network.links.is_empty() && !declared(a, b);
        isolated(a) || isolated(b) || missing
    };
    let pairs = electorate
        .places()
        .flat_map(|i| (i + 1..electorate.places().end).map(move |j| (i, j)));
    pairs.filter(|(i, j)| apart(*i, *j)).collect()
}

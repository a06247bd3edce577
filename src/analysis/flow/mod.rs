//! Where data goes. From every dataset a graph over each edge that carries it: replication
//! and witnesses, backups, logs, caches, queues, telemetry, keys, vendors' control planes,
//! the edge, and failover routing itself.
//!
//! The spec says what replicates, carries and serves; the offerings say where their copies
//! rest ([`copy::Copy`]); `lib.rs` joins the two. The data of people of a compliance zone is
//! followed apart from that of others, so every way begins with whose it is.
//!
//! Architecture invariant: nothing here judges whether a basis is lawful. A copy outside its
//! zone is *permitted by declaration* or it is a finding.

mod build;
pub mod copy;
pub mod fate;
pub mod findings;
pub mod graph;
mod processing;
mod replicate;
mod serving;
mod world;
pub mod zones;

pub use build::{Graph, Node};
pub use copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied, Written};
pub use findings::findings;

use crate::deployment::Past;
use crate::diagnostic::Label;
use crate::topology::{Dataset, DatastoreId, Name, RegionId, Topology};
use build::Subject;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use world::World;
use zones::Zones;

/// Where all data goes.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Flow {
    /// Each dataset, for the people of each zone apart, in the order of the spec.
    pub datasets: Vec<DatasetFlow>,
    /// Where metrics, logs and traces rest, whatever they carry.
    pub telemetry: Vec<TelemetryStop>,
    /// What stands behind several regions at once.
    pub shared: Vec<fate::Fate>,
    /// What bodies of rules ask for, and whether the spec holds it.
    pub regimes: Vec<super::regimes::Asked>,
    /// How far back each store can be brought, by its place among them.
    #[serde(skip)]
    pub pasts: Vec<Past>,
}

/// Where telemetry of some regions rests.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TelemetryStop {
    /// `metrics`, `logs` or `traces`.
    pub what: &'static str,
    /// The regions that it is of.
    pub of: Vec<String>,
    /// Where it rests.
    pub site: String,
    /// How long it is kept.
    #[serde(serialize_with = "keep")]
    #[schemars(with = "String")]
    pub keeps: Keep,
    /// The copy.
    #[serde(skip)]
    pub copy: Copy,
}

/// Where one dataset goes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DatasetFlow {
    /// The dataset.
    pub dataset: String,
    /// The datastore that holds it.
    pub store: String,
    /// What it is about: `personal`, `payment`.
    pub holds: Vec<String>,
    /// The compliance zone of the people; none for those of no zone.
    pub zone: Option<String>,
    /// Everywhere that it comes to, in the order in which it is found.
    pub stops: Vec<Stop>,
    /// The graph behind the stops.
    #[serde(skip)]
    pub graph: Graph,
    /// The settled record.
    #[serde(skip)]
    pub record: Dataset,
}

/// A place that a dataset comes to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Stop {
    /// What keeps it there: `marketplace database eu`.
    pub name: String,
    /// What kind of copy it is.
    pub kind: Kind,
    /// Where: a region, a location of several, or what else the provider calls it.
    pub site: String,
    /// The countries that the site lies in; none if nobody says.
    pub within: Vec<String>,
    /// How long it stays.
    #[serde(serialize_with = "keep")]
    #[schemars(with = "String")]
    pub keeps: Keep,
    /// The region whose loss brings it there; none if nothing must be lost.
    pub after_losing: Option<String>,
    /// Whether it may rest there.
    pub verdict: Verdict,
    /// The way there from the origin on, both included.
    pub path: Vec<String>,
    /// Whether the way first leaves the zone here.
    pub exit: bool,
    /// Who says that it rests there; empty if it is the spec.
    pub source: String,
    /// The node in the graph.
    #[serde(skip)]
    pub node: usize,
    /// The links of the way in the graph.
    #[serde(skip)]
    pub way: Vec<usize>,
}

/// Whether a dataset may rest somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Verdict {
    /// The site is in the zone.
    Inside,
    /// The dataset belongs to no zone.
    Unbound,
    /// Nothing rests there.
    Passing,
    /// A transfer says that it may. Whether its basis suffices is not judged.
    Declared {
        /// The transfer's name.
        transfer: String,
        /// Its basis.
        basis: String,
        /// The day until which it holds.
        until: String,
    },
    /// The site is outside of the zone, and nothing says that it may.
    Outside,
}

fn keep<S: Serializer>(keep: &Keep, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&keep.to_string())
}

impl std::fmt::Display for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Keep::Passing => f.write_str("nothing"),
            Keep::Seconds(seconds) => crate::topology::Duration::from_secs(*seconds).fmt(f),
            Keep::Lives => f.write_str("as long as the data"),
        }
    }
}

/// Follows every dataset of a topology.
pub fn analyze(topology: &Topology, supplied: &Supplied) -> Flow {
    let world = World::of(topology, supplied);
    let mut datasets = Vec::new();
    for (index, store) in topology.datastores.iter().enumerate() {
        for (name, dataset) in store.datasets.iter() {
            follow(&world, DatastoreId(index), name, dataset, &mut datasets);
        }
    }
    let mut flow = Flow {
        datasets,
        telemetry: telemetry(&world),
        shared: fate::fates(topology, supplied),
        regimes: Vec::new(),
        pasts: supplied.pasts.clone(),
    };
    flow.regimes = super::regimes::ask(topology, &flow);
    flow
}

fn telemetry(world: &World) -> Vec<TelemetryStop> {
    let name = |id: &RegionId| world.topology.region(*id).name.clone();
    let sinks = world.sinks.iter();
    let copies = sinks.flat_map(|(sink, _, copies)| copies.iter().map(|c| (sink.word(), c)));
    copies
        .map(|(what, copy)| TelemetryStop {
            what,
            of: match &copy.written {
                Written::By(regions) => regions.iter().map(name).collect(),
                Written::AsReplicated => Vec::new(),
            },
            site: copy.site.name.clone(),
            keeps: copy.keeps,
            copy: copy.clone(),
        })
        .collect()
}

fn follow<'a>(
    world: &World<'a>,
    store: DatastoreId,
    name: &'a Name,
    dataset: &'a Dataset,
    out: &mut Vec<DatasetFlow>,
) {
    let owners = world.owners(store, dataset);
    let zones = owners.iter().map(|zone| Some(*zone));
    let others = world.others(store, &owners) && dataset.zone.is_none();
    for zone in zones.chain(others.then_some(None)) {
        let subject = Subject {
            store,
            name,
            dataset,
            zone,
            owners: &owners,
        };
        let graph = build::graph(world, subject);
        out.push(DatasetFlow {
            dataset: name.text.clone(),
            store: world.topology.datastore(store).name.clone(),
            holds: dataset
                .holds
                .iter()
                .map(|h| h.value.word().into())
                .collect(),
            zone: zone.map(str::to_string),
            stops: stops(world.topology, &name.text, zone, &graph),
            graph,
            record: dataset.clone(),
        });
    }
}

/// Everywhere that data comes to in a graph, with the way and the verdict.
pub fn stops(topology: &Topology, dataset: &str, zone: Option<&str>, graph: &Graph) -> Vec<Stop> {
    let zones = Zones::of(topology);
    let verdict =
        |node: usize, after_loss: bool| judge(zones, dataset, zone, &graph.nodes[node], after_loss);
    let outside = |node, after_loss| verdict(node, after_loss) == Verdict::Outside;
    let arrivals = graph::walk(graph.nodes.len(), &graph.links, outside);
    let listed = graph.nodes.iter().enumerate().skip(1);
    listed
        .filter(|(_, node)| node.kind != Kind::Carrier)
        .filter_map(|(index, node)| {
            let arrival = arrivals[index]?;
            let verdict = verdict(index, arrival.after_loss);
            let way = graph::way(&graph.links, &arrivals, index);
            let lost = way.iter().find_map(|link| graph.lost[*link]);
            Some(Stop {
                name: node.name.clone(),
                kind: node.kind,
                site: node.site.name.clone(),
                within: node.site.within.clone(),
                keeps: node.keeps,
                after_losing: lost.map(|id| topology.region(id).name.clone()),
                exit: verdict == Verdict::Outside && !arrival.beyond,
                verdict,
                path: graph.names(&way),
                source: node.source.clone(),
                node: index,
                way,
            })
        })
        .collect()
}

fn judge(
    zones: Zones,
    dataset: &str,
    zone: Option<&str>,
    node: &Node,
    after_loss: bool,
) -> Verdict {
    let Some(zone) = zone else {
        return Verdict::Unbound;
    };
    let own_keys = zones.get(zone).is_some_and(|z| *z.own_keys);
    if node.kind.passes() || node.kind == Kind::Key && !own_keys {
        return Verdict::Passing;
    }
    if zones.inside(zone, &node.site) {
        return Verdict::Inside;
    }
    match zones.basis(zone, dataset, &node.site, after_loss) {
        Some((name, transfer)) => Verdict::Declared {
            transfer: name.text.clone(),
            basis: transfer.basis.value.word().into(),
            until: transfer.expires.value.to_string(),
        },
        None => Verdict::Outside,
    }
}

impl Node {
    /// The node in a way: `sessions in us-east1`.
    pub fn step(&self) -> String {
        match (self.kind, self.site.name.as_str()) {
            (Kind::Origin | Kind::Carrier, _) | (_, "") => self.name.clone(),
            (Kind::Cache | Kind::Edge, site) => format!("{} at {site}", self.name),
            (_, site) => format!("{} in {site}", self.name),
        }
    }
}

impl Graph {
    /// The names of all nodes of a way, the origin first.
    pub fn names(&self, way: &[usize]) -> Vec<String> {
        let origin = self.nodes.first().map(Node::step);
        let rest = way
            .iter()
            .map(|link| self.nodes[self.links[*link].to].step());
        origin.into_iter().chain(rest).collect()
    }

    /// The places of the spec that make a way, each once, in order.
    pub fn places(&self, way: &[usize]) -> Vec<Label> {
        let mut places: Vec<Label> = Vec::new();
        let mut add = |labels: &[Label]| {
            for label in labels {
                if places.iter().all(|p| p.span != label.span) {
                    places.push(label.clone());
                }
            }
        };
        self.nodes.first().iter().for_each(|n| add(&n.places));
        for link in way {
            add(&self.reasons[*link]);
            add(&self.nodes[self.links[*link].to].places);
        }
        places
    }
}

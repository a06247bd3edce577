//! The system as a picture: regions, what runs and rests in each, who sends what to whom, and
//! what moves when a region is lost.
//!
//! Architecture invariant: [`Graph`] is worked out once, from routes and copies of the
//! deployment; the printers only lay it out, so that no two pictures can disagree.

mod build;
mod dot;
mod mermaid;
mod svg;

pub use build::graph;
pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;

use schemars::JsonSchema;
use serde::Serialize;

/// A system, or what the loss of a region makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Graph {
    /// The system's name.
    pub system: String,
    /// The region that is taken to be lost; `null` for normal times.
    pub without: Option<String>,
    /// The regions, in the order of the topology.
    pub regions: Vec<Region>,
    /// Hosts, services, stores and queues.
    pub nodes: Vec<Node>,
    /// Who sends what to whom.
    pub edges: Vec<Edge>,
    /// What the loss moves, a sentence each; empty in normal times.
    pub moves: Vec<String>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Region {
    /// Its name in the spec.
    pub name: String,
    /// What it is for, and where: `primary`, `Council Bluffs, US`.
    pub details: Vec<String>,
    /// Whether it is the lost one.
    pub lost: bool,
}

/// Something that sends, receives or keeps.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Node {
    /// Its identifier in this graph: letters and digits.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Its name in the spec.
    pub name: String,
    /// The region that it is in; `null` if it is in several or in none.
    pub region: Option<String>,
    /// What else is worth knowing, a line each.
    pub details: Vec<String>,
    /// Whether it is lost with the region.
    pub lost: bool,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A host name that users call.
    Host,
    /// A service.
    Service,
    /// A member of a datastore, or a database.
    Store,
    /// Backups in another region than their original.
    Backup,
    /// A queue.
    Queue,
    /// A service that somebody else runs.
    Outside,
}

/// Who sends what to whom.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Edge {
    /// The sender's id.
    pub from: String,
    /// The receiver's id.
    pub to: String,
    /// What is sent.
    pub kind: Relation,
    /// Whether the same goes the other way too.
    pub both_ways: bool,
    /// How much, or by what: `50 %`, `50 % → 59 %`, `async`; empty if there is nothing to say.
    pub label: String,
    /// What the loss does to it.
    pub change: Change,
}

/// What an edge stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Requests of users.
    Traffic,
    /// Requests that the mesh sends on to another region.
    Forward,
    /// Calls of a service.
    Call,
    /// Reads and writes of a store.
    Use,
    /// Messages into a queue, and out of it.
    Message,
    /// Replication.
    Replicate,
    /// Copies of backups.
    Backup,
}

/// What the loss of a region does to an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing.
    Same,
    /// It carries another share than before.
    Moved,
    /// It exists only because of the loss.
    Added,
    /// It is gone.
    Gone,
}

impl Graph {
    /// The JSON schema of what `graph --format json` prints.
    pub fn schema() -> serde_json::Value {
        crate::analysis::schema::of::<Graph>("graph")
    }

    /// The nodes of a region; those that are in none, or in several, for `None`.
    pub fn of<'a>(&'a self, region: Option<&'a str>) -> impl Iterator<Item = &'a Node> {
        let here = move |n: &&Node| n.region.as_deref() == region;
        self.nodes.iter().filter(here)
    }

    /// A line for people above the picture.
    pub fn title(&self) -> String {
        match &self.without {
            Some(region) => format!("{} without {region}", self.system),
            None => self.system.clone(),
        }
    }
}

impl Node {
    /// Its name and what else is worth knowing, a line each.
    fn lines(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.details.iter().map(String::as_str))
    }
}

impl Region {
    /// Its name and what else is worth knowing, a line each.
    fn lines(&self) -> impl Iterator<Item = &str> {
        let name = std::iter::once(self.name.as_str());
        name.chain(self.details.iter().map(String::as_str))
    }
}

//! What will exist and how it behaves: the only thing that emitters, alerts and `diff` read of
//! the clouds.
//!
//! Architecture invariant: nothing here knows a cloud by name or reads what the user wrote.

mod clusters;
pub mod contract;
mod copies;
mod detectors;
mod evidence;
pub mod modules;
mod operations;
pub mod routes;
mod signals;
mod stores;
mod terraform;

pub use clusters::*;
pub use copies::*;
pub use detectors::*;
pub use evidence::*;
pub use operations::*;
pub use signals::*;
pub use stores::*;
pub use terraform::*;

use crate::spec::Provider;
use crate::topology::RegionId;
use std::collections::BTreeMap;

/// The namespace of the mesh's gateways.
pub const GATEWAYS: &str = "istio-ingress";
/// The gateway that the edge sends requests to.
pub const INGRESS: &str = "ingressgateway";
/// The gateway that other clusters call through.
pub const EAST_WEST: &str = "eastwestgateway";
/// The port of [`EAST_WEST`] at which stores take calls of their peers.
pub const PEER_PORT: u32 = 9443;

/// Everything that the emitters need to know of the clouds.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Terraform module calls, in the order in which they are written.
    pub calls: Vec<Call>,
    /// Root variables that calls refer to.
    pub variables: Vec<Variable>,
    /// Terraform providers that the roots configure.
    pub providers: Vec<ProviderUse>,
    /// What is true of one cloud alone.
    pub clouds: BTreeMap<Provider, CloudPart>,
    /// Outputs of the roots.
    pub outputs: Vec<RootOutput>,
    /// The clusters that Kubernetes objects go to, one per region at most.
    pub clusters: Vec<Cluster>,
    /// The identities of Kubernetes workloads with their cloud.
    pub identities: Vec<Identity>,
    /// What services on the clusters are told about the parts they use.
    pub settings: Vec<Setting>,
    /// Redis with Sentinel that runs on the clusters.
    pub sentinel_sets: Vec<SentinelSet>,
    /// Redis Enterprise that runs on the clusters and takes writes everywhere.
    pub active_active_sets: Vec<ActiveActiveSet>,
    /// PostgreSQL whose regions copy each other logically, set up from the clusters.
    pub logical_stores: Vec<LogicalStore>,
    /// Copies of stores in other regions.
    pub copies: Vec<StoreCopy>,
    /// Queries for the signals that alerts and dashboards name.
    pub signals: Vec<SignalQuery>,
    /// What is asked of services, where it is measured.
    pub loads: Vec<Load>,
    /// Metrics that the services themselves must export.
    pub contract: Vec<contract::Contract>,
    /// The alert rules that notice lost regions.
    pub detectors: Vec<Detector>,
    /// Dashboards that show one part, region beside region.
    pub boards: Vec<Board>,
    /// Hosts whose name turns to a backup by itself.
    pub dns_failovers: Vec<DnsFailover>,
    /// Commands for scripts and runbooks.
    pub operations: Vec<Operation>,
    /// How traffic is moved bit by bit, where the edge can.
    pub shift: Option<Shift>,
    /// Who sends which share of what to whom.
    pub routes: Vec<routes::Route>,
    /// The lists of the mesh, which routes of clusters follow.
    pub mesh: routes::Mesh,
    /// Decisions worth explaining in the generated architecture page.
    pub decisions: Vec<Decision>,
}

/// What is true of one cloud alone.
#[derive(Debug, Clone, Default)]
pub struct CloudPart {
    /// Where Terraform keeps the state of this cloud's roots, if the topology names a bucket.
    pub state: Option<StateBackend>,
    /// Prefix of the names of container images here, if anything pulls them.
    pub registry: Option<String>,
    /// What the first deployment makes beside what Terraform does.
    pub bootstrap: Bootstrap,
    /// The lock that one failover at a time holds, and where its record is kept.
    pub lock: Option<Lock>,
    /// How the bill is read, if it can be.
    pub bill: Option<Bill>,
    /// What a good answer looks like when a region has been taken out of the edge.
    pub fenced: &'static str,
}

/// The commands of a lock and of the records beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// Takes the lock; `$LOCK_FILE` is its text.
    pub take: Operation,
    /// Releases it.
    pub release: Operation,
    /// Keeps the record of an action; `$EVIDENCE` is the file.
    pub record: Operation,
}

/// How the bill of a cloud is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Where it is, in a sentence before the command.
    pub told: &'static str,
    /// Shows what was spent in a month, by region; `$MONTH_PARAMETER` is the month as a
    /// parameter of a query, `$MONTH_PERIOD` its first day and that of the next.
    pub command: Operation,
}

/// What the first deployment makes beside what Terraform does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bootstrap {
    /// What it makes, for people: `the service agents that keys are granted to`.
    pub makes: &'static str,
    /// The commands, in their order.
    pub commands: Vec<Operation>,
    /// What it does beside them, in lines for the usage of the script.
    pub usage: &'static [&'static str],
}

/// A host whose name leads to its global load balancer as long as that answers, and to one
/// in a region when it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct DnsFailover {
    /// The host.
    pub host: String,
    /// The Terraform call that owns its record.
    pub call: String,
    /// Regions with a backup.
    pub regions: Vec<RegionId>,
    /// Seconds until the name leads elsewhere, at most: checks, and the life of the record.
    pub seconds: u64,
    /// How that comes about, for people: `30s x 2 + 5s, then 30s of old answers`.
    pub because: String,
}

/// A choice that was made for the user, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What was decided, as a heading.
    pub title: String,
    /// Why, and what else was possible.
    pub reason: String,
}

//! What will exist and how it behaves: the only thing that emitters, alerts and `diff` read of
//! the clouds.
//!
//! Architecture invariant: nothing here knows a cloud by name or reads what the user wrote.

mod clusters;
pub mod contract;
mod evidence;
mod operations;
mod signals;
mod stores;
mod terraform;

pub use clusters::*;
pub use evidence::*;
pub use operations::*;
pub use signals::*;
pub use stores::*;
pub use terraform::*;

use crate::topology::RegionId;

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
    /// Where Terraform keeps state, if the topology names a bucket for it.
    pub state_backend: Option<StateBackend>,
    /// Outputs of the roots.
    pub outputs: Vec<RootOutput>,
    /// The clusters that Kubernetes objects go to, one per region at most.
    pub clusters: Vec<Cluster>,
    /// The identities of Kubernetes workloads with their cloud.
    pub identities: Vec<Identity>,
    /// Prefix of the names of container images.
    pub registry: Option<String>,
    /// What services on the clusters are told about the parts they use.
    pub settings: Vec<Setting>,
    /// Redis with Sentinel that runs on the clusters.
    pub sentinel_sets: Vec<SentinelSet>,
    /// Redis Enterprise that runs on the clusters and takes writes everywhere.
    pub active_active_sets: Vec<ActiveActiveSet>,
    /// PostgreSQL whose regions copy each other logically, set up from the clusters.
    pub logical_stores: Vec<LogicalStore>,
    /// Queries for the signals that alerts and dashboards name.
    pub signals: Vec<SignalQuery>,
    /// What is asked of services, where it is measured.
    pub loads: Vec<Load>,
    /// Metrics that the services themselves must export.
    pub contract: Vec<contract::Contract>,
    /// Dashboards that show one part, region beside region.
    pub boards: Vec<Board>,
    /// Hosts whose name turns to a backup by itself.
    pub dns_failovers: Vec<DnsFailover>,
    /// Commands for scripts and runbooks.
    pub operations: Vec<Operation>,
    /// How traffic is moved bit by bit, where the edge can.
    pub shift: Option<Shift>,
    /// Decisions worth explaining in the generated architecture page.
    pub decisions: Vec<Decision>,
    /// What the first deployment makes beside what Terraform does.
    pub bootstrap: Bootstrap,
    /// Where the bill can be read, in a sentence before the command; if it can.
    pub bill: Option<&'static str>,
    /// What a good answer looks like when a region has been taken out of the edge.
    pub fenced: &'static str,
}

/// What the first deployment makes beside what Terraform does, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bootstrap {
    /// What it makes: `the service agents that keys are granted to`.
    pub makes: String,
    /// What it does, in lines for the usage of the script.
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

//! Where a kind of thing meets a cloud. Each *offering* says everything that is true of,
//! say, Firestore on Google Cloud: the Terraform it becomes, the queries that show its
//! health, the commands that act on it, where its data rests and what its recovery takes.
//!
//! Architecture invariant: a cloud's name ends here. Emitters read a [`Deployment`] and
//! never ask which cloud it came from.

pub mod alerting;
pub mod alibaba;
pub mod aws;
pub mod cloudflare;
pub mod copies;
pub mod gcp;
pub mod recovery;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{AlertSeverity, Provider, Signal};
use crate::topology::{RegionId, Topology};

/// A kind that a cloud does not have, or that is not built yet.
pub const NOT_AVAILABLE: Code = Code::new("PRV101", "not-available-here");

/// Everything that the emitters need to know of the clouds.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Terraform module calls, in the order in which they are written.
    pub calls: Vec<Call>,
    /// Root variables that calls refer to.
    pub variables: Vec<Variable>,
    /// Terraform providers that the roots configure.
    pub providers: Vec<ProviderUse>,
    /// The kind of Terraform backend that holds state: `gcs`.
    pub state_backend: Option<&'static str>,
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
    /// Queries for the signals that alerts and dashboards name.
    pub signals: Vec<SignalQuery>,
    /// Metrics that the services themselves must export.
    pub contract: Vec<gcp::signals::Contract>,
    /// Dashboards that show one part, region beside region.
    pub boards: Vec<Board>,
    /// Hosts whose name turns to a backup by itself.
    pub dns_failovers: Vec<DnsFailover>,
    /// Commands for scripts and runbooks.
    pub operations: Vec<Operation>,
    /// Decisions worth explaining in the generated architecture page.
    pub decisions: Vec<Decision>,
}

/// Which Terraform root a call belongs to when there is one per region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The global root.
    Global,
    /// The root of a region.
    Region(RegionId),
}

/// A call of a module of `templates/terraform/<cloud>/`.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name in the root, an HCL identifier: `gke_us_central1`.
    pub name: String,
    /// The module: `gcp/gke`.
    pub module: &'static str,
    /// The root it belongs to.
    pub scope: Scope,
    /// Its arguments in the order in which the module declares them.
    pub arguments: Vec<(&'static str, Argument)>,
    /// Calls that must be complete before, beyond those that arguments refer to. Names of
    /// calls in other roots are ignored: their order is the order of the roots.
    pub after: Vec<String>,
    /// Names of this call before (`renamed_from`): become `moved` blocks.
    pub formerly: Vec<String>,
    /// What it is for, in a line above the call; empty for none.
    pub comment: String,
}

/// A value given to a module.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A fraction, as exact decimal text.
    Decimal(String),
    /// Literal text: escaped when written.
    Text(String),
    /// A list.
    List(Vec<Argument>),
    /// A map or object, in order.
    Map(Vec<(String, Argument)>),
    /// A root variable.
    Variable(String),
    /// A file of ours beside the root, read as text: a path relative to the output.
    File(String),
    /// Text with values in it.
    Template(Vec<Argument>),
    /// An output of another call. Across roots, nothing is read: `elsewhere` gives the same
    /// value as a function of names.
    Output {
        /// The call.
        call: String,
        /// Its output.
        output: String,
        /// What to write where the call is in another root.
        elsewhere: Box<Argument>,
    },
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Argument::Text(text.to_string())
    }
}
impl From<String> for Argument {
    fn from(text: String) -> Self {
        Argument::Text(text)
    }
}
impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        Argument::Bool(value)
    }
}
impl From<u32> for Argument {
    fn from(value: u32) -> Self {
        Argument::Int(i64::from(value))
    }
}
impl From<u64> for Argument {
    fn from(value: u64) -> Self {
        Argument::Int(value as i64)
    }
}
impl<T: Into<Argument>> From<Vec<T>> for Argument {
    fn from(values: Vec<T>) -> Self {
        Argument::List(values.into_iter().map(Into::into).collect())
    }
}

impl Argument {
    /// A map from names to values.
    pub fn map<K: Into<String>, V: Into<Argument>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Argument::Map(
            entries
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        )
    }

    /// A root variable.
    pub fn variable(name: impl Into<String>) -> Self {
        Argument::Variable(name.into())
    }
}

/// A variable of the roots; a root declares those that its calls use.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Its type as HCL: `string`, `map(string)`.
    pub kind: &'static str,
    /// Its default, if it has one.
    pub default: Option<Argument>,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// A value for `terraform.tfvars.example`.
    pub example: Argument,
    /// A regular expression that a value must match, and the message if it does not.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// A Terraform provider with its configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderUse {
    /// Its local name: `google`.
    pub name: &'static str,
    /// Its address: `hashicorp/google`.
    pub source: &'static str,
    /// The versions that the modules were written for.
    pub version: &'static str,
    /// The configuration's arguments.
    pub arguments: Vec<(&'static str, Argument)>,
}

/// An output of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct RootOutput {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The root.
    pub scope: Scope,
    /// Its value, always an output of a call in the same root.
    pub value: Argument,
}

/// A Kubernetes cluster of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The region.
    pub region: RegionId,
    /// Its name; also the name of the mesh cluster.
    pub name: String,
    /// The name of the kubectl context that the commands use.
    pub context: String,
    /// The name of the network for the mesh.
    pub network: String,
    /// The zones that nodes are in.
    pub zones: Vec<String>,
    /// Ranges from which the edge probes health, for network policies.
    pub probe_ranges: Vec<String>,
    /// The range of nodes and internal load balancers.
    pub node_range: String,
    /// The range of pods.
    pub pod_range: String,
    /// Annotations that make the ingress gateway's Service a backend of the edge.
    pub ingress_annotations: Vec<(String, String)>,
    /// Annotations of the Service of the gateway that other clusters call through.
    pub east_west_annotations: Vec<(String, String)>,
    /// Where PromQL is answered for the scaler, and how it signs in (KEDA pod identity).
    pub promql: Option<Promql>,
    /// The command that fetches the cluster's credentials.
    pub credentials: String,
}

/// Where PromQL is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Promql {
    /// The server's address.
    pub address: String,
    /// KEDA's pod identity provider.
    pub pod_identity: &'static str,
}

/// A Kubernetes service account's identity with its cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The workload: a service's name, or that of a part of ours.
    pub workload: String,
    /// The region.
    pub region: RegionId,
    /// Annotations of the service account.
    pub annotations: Vec<(String, String)>,
}

/// An environment variable that tells a service where a part that it uses is.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The service.
    pub service: String,
    /// The region it runs in.
    pub region: RegionId,
    /// The variable.
    pub variable: String,
    /// Its value.
    pub value: String,
}

/// A Redis with Sentinel, self-hosted on the clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct SentinelSet {
    /// The datastore's name.
    pub datastore: String,
    /// Its members by region.
    pub regions: Vec<SentinelRegion>,
    /// How many sentinels must agree that the primary is down.
    pub quorum: u32,
    /// After how many milliseconds of silence a sentinel takes the primary for down.
    pub down_after_millis: u64,
    /// How long one failover may take, in milliseconds.
    pub failover_timeout_millis: u64,
    /// Memory of one node, in bytes.
    pub memory: u64,
    /// Writes stop when fewer replicas than this are within `max_lag_seconds`.
    pub min_replicas: u32,
    /// See `min_replicas`.
    pub max_lag_seconds: u64,
    /// When backups run, as a cron schedule in UTC.
    pub backup_schedule: Option<String>,
    /// The secret with the password, in the cloud's secret store.
    pub password_secret: String,
}

/// The members of a Redis in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct SentinelRegion {
    /// The region.
    pub region: RegionId,
    /// DNS names of the Redis nodes, reachable from all regions.
    pub nodes: Vec<String>,
    /// DNS names of the sentinels.
    pub sentinels: Vec<String>,
    /// Annotations of the Services in front of the members, per node then per sentinel: an
    /// internal address that was reserved for each.
    pub annotations: Vec<Vec<(String, String)>>,
    /// Whether the first node here starts as the primary.
    pub primary: bool,
    /// How a snapshot is taken away.
    pub backup: Option<Upload>,
}

/// How a file is taken to object storage.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// Where to: an object storage address.
    pub target: String,
    /// The image of the cloud's command line.
    pub image: &'static str,
    /// The command without its operands, which are the file and the address.
    pub command: Vec<&'static str>,
}

/// The query that shows a signal of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalQuery {
    /// What is measured.
    pub signal: Signal,
    /// The datastore, service, queue, host or part it is about.
    pub subject: String,
    /// The region, if the query is of one; otherwise the result has a `region` label where
    /// that means something.
    pub region: Option<RegionId>,
    /// The two regions that it compares, if it does: the first divided by the second.
    pub between: Option<(RegionId, RegionId)>,
    /// PromQL without a comparison. Labels in its result are named in `labels`.
    pub query: String,
    /// The labels of the result that say what it is about.
    pub labels: Vec<&'static str>,
    /// The unit of the result.
    pub unit: Unit,
    /// The metric and where it is documented, or who must export it.
    pub source: String,
    /// Input series from which an alert's test can make any wanted result; empty if the
    /// query cannot be tested so.
    pub sample: Vec<Sample>,
}

/// A dashboard of one service, queue or host.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// What it shows, as the spec names it.
    pub subject: String,
    /// Its panels, in rows of two.
    pub panels: Vec<Panel>,
}

/// A panel with a line for each region.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// The unit of the result.
    pub unit: Unit,
    /// PromQL whose result has a label that names the region.
    pub query: String,
    /// The same for one region alone.
    pub of_region: Vec<(RegionId, String)>,
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

/// An input series for an alert's test.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The series: `name{label="value"}`.
    pub series: String,
    /// How its values follow from the wanted result.
    pub shape: Shape,
}

/// How the values of a series follow from the wanted result of a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A gauge that is the result times this.
    Gauge(f64),
    /// A counter that grows each second by the result times this.
    Counter(f64),
    /// A counter that grows each second by what a result below 1 leaves of this.
    Rest(f64),
    /// A counter that grows each second by this, whatever the result.
    Steady(f64),
}

/// Units of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share from 0 to 1.
    Ratio,
    /// A plain number.
    Count,
    /// Events per second.
    PerSecond,
    /// Bytes.
    Bytes,
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationKind {
    /// Shows the state.
    Inspect,
    /// Shows how far copies are behind.
    Lag,
    /// Stops traffic or writes to a region.
    Fence,
    /// Undoes `Fence`.
    Unfence,
    /// Makes a copy writable.
    Promote,
    /// Adds capacity.
    Scale,
    /// Makes a backup now.
    Backup,
    /// Lists backups.
    ListBackups,
    /// Brings data back, beside the original.
    Restore,
    /// Checks that something works.
    Verify,
    /// Makes what others need before Terraform can run: a state bucket, service agents.
    Bootstrap,
    /// Checks what a region needs before its services can start.
    Precondition,
    /// Takes the lock that one failover at a time holds; `$LOCK_FILE` is its text.
    Lock,
    /// Releases it.
    Unlock,
    /// Keeps the record of an action; `$EVIDENCE` is the file.
    Record,
    /// Shows what was spent, by region.
    Cost,
    /// Prints the address of a host's backup load balancer in a region.
    Address,
    /// Leads a host's name to `$ADDRESS` alone.
    Point,
    /// Ends a service in a region for good.
    Stop,
    /// Sets `$SETTING`, a variable with its value, on a service.
    Set,
    /// Takes messages that a queue has set aside, as JSON, without removing them.
    Pull,
    /// Puts `$MESSAGE` back into a queue.
    Publish,
    /// Removes the message `$ACK_ID` from what a queue has set aside.
    Acknowledge,
}

/// A command for scripts and runbooks, always the real CLI's.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// The datastore, service, queue, host or part that it acts on.
    pub subject: String,
    /// The region it acts on, if on one.
    pub region: Option<RegionId>,
    /// What it does in a sentence, for people.
    pub title: String,
    /// The words of the command. A word that begins with `$` names a shell variable that
    /// the script sets (`$SECONDARY`); every other word is literal and gets quoted.
    pub command: Vec<String>,
    /// What a good answer looks like, for people.
    pub expect: String,
    /// The longest it may take, in seconds, and where that number comes from.
    pub budget_seconds: u64,
    /// What to do if it fails.
    pub otherwise: String,
}

/// A choice that was made for the user, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What was decided, as a heading.
    pub title: String,
    /// Why, and what else was possible.
    pub reason: String,
}

/// The severity word of an alert policy.
pub fn severity_word(severity: AlertSeverity) -> &'static str {
    severity.word()
}

/// Lowers a topology onto its clouds. What a cloud does not have is a diagnostic.
pub fn lower(topology: &Topology, out: &mut Diagnostics) -> Deployment {
    let mut deployment = Deployment::default();
    for provider in topology.providers() {
        match provider {
            Provider::Gcp => gcp::lower(topology, &mut deployment, out),
            other => out.push(not_yet(topology, other)),
        }
    }
    deployment
}

fn not_yet(topology: &Topology, provider: Provider) -> Diagnostic {
    let region = topology
        .regions
        .iter()
        .find(|r| r.place.provider == provider);
    let span = region.map_or(topology.spec.span, |r| r.span);
    Diagnostic::error(
        NOT_AVAILABLE,
        span,
        format!("nothing is generated for {provider} yet"),
        format!("this region is on {provider}"),
    )
    .help("`meridian check` and `meridian expand` work on every cloud; `compile` works on gcp")
}

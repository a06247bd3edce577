//! Where a kind of thing meets a cloud. Each *offering* says everything that is true of,
//! say, Firestore on Google Cloud: the Terraform it becomes, the queries that show its
//! health, the commands that act on it, where its data rests and what its recovery takes.
//!
//! Architecture invariant: a cloud's name ends here. Emitters read a [`Deployment`] and
//! never ask which cloud it came from.

mod alert_words;
pub mod alerting;
pub mod alibaba;
pub mod aws;
pub mod cloudflare;
pub mod contract;
pub mod copies;
pub mod gcp;
pub mod ranges;
pub mod reading;
pub mod recovery;
pub mod scaling;
mod signals;
pub mod sizing;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{AlertSeverity, Engine, Provider, Signal};
use crate::topology::{RegionId, Topology};

/// A kind that a cloud does not have, or that is not built yet.
pub const NOT_AVAILABLE: Code = Code::new("PRV101", "not-available-here");

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

/// Which Terraform root a call belongs to when there is one per region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The global root.
    Global,
    /// The root of a region.
    Region(RegionId),
    /// The root of what ties regions together and needs ids that only they know; applied
    /// after them.
    Links,
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
    /// The configurations that it gives to the module, by the module's name for each; empty
    /// where the root's only one is meant: `("aws", "aws.us_east_1")`.
    pub providers: Vec<(&'static str, String)>,
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
    /// value as a function of names, or as a variable that the deployment fills with the
    /// other root's output of the same name.
    Output {
        /// The call.
        call: String,
        /// Its output, or an element of it: `key_arns["data"]`.
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

/// A configuration of a Terraform provider. A root has those that its calls use.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderUse {
    /// The folder of modules that it is for: `gcp`.
    pub cloud: &'static str,
    /// Its local name: `google`.
    pub name: &'static str,
    /// What tells it from other configurations of the same provider: `us_east_1`.
    pub alias: Option<String>,
    /// Its address: `hashicorp/google`.
    pub source: &'static str,
    /// The versions that the modules were written for.
    pub version: &'static str,
    /// The configuration's arguments.
    pub arguments: Vec<(&'static str, Argument)>,
    /// Its blocks, each with arguments.
    pub blocks: Vec<(&'static str, Vec<(&'static str, Argument)>)>,
}

impl ProviderUse {
    /// What a call names it by: `aws.us_east_1`.
    pub fn address(&self) -> String {
        let alias = self.alias.iter().map(|a| format!(".{a}"));
        std::iter::once(self.name.to_string())
            .chain(alias)
            .collect()
    }

    /// Whether a call needs it: by name, or as the only one of its cloud.
    pub fn serves(&self, call: &Call) -> bool {
        match call.providers.is_empty() {
            true => self.alias.is_none() && call.module.split('/').next() == Some(self.cloud),
            false => call.providers.iter().any(|(_, p)| *p == self.address()),
        }
    }
}

/// Where Terraform keeps state.
#[derive(Debug, Clone, PartialEq)]
pub struct StateBackend {
    /// The kind of backend: `gcs`.
    pub kind: &'static str,
    /// The argument that tells one root's state from another's: `prefix`.
    pub place: &'static str,
    /// What the place ends with, behind the root's name.
    pub suffix: &'static str,
    /// Further arguments: a backend takes no variables.
    pub arguments: Vec<(&'static str, Argument)>,
    /// What the bucket must be like, for people.
    pub advice: String,
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
    /// Addresses and ports at which pods ask for credentials, beside HTTPS.
    pub metadata_servers: Vec<(&'static str, u32)>,
    /// The range of nodes and internal load balancers.
    pub node_range: String,
    /// The range of pods.
    pub pod_range: String,
    /// Annotations that make the ingress gateway's Service a backend of the edge.
    pub ingress_annotations: Vec<(String, String)>,
    /// Annotations of the Service of the gateway that other clusters call through.
    pub east_west_annotations: Vec<(String, String)>,
    /// Whether the edge names the host when it opens TLS to a gateway. Where it does not,
    /// the gateway cannot choose by it.
    pub edge_sends_sni: bool,
    /// Ranges and ports of stores outside the cluster that pods reach.
    pub stores: Vec<(String, u32)>,
    /// Objects of the cloud's own kinds, as they are applied.
    pub objects: Vec<serde_json::Value>,
    /// Charts that collect the cloud's own metrics.
    pub charts: Vec<ChartValues>,
    /// The name under which other regions ask this cluster's collector of metrics.
    pub metrics_host: Option<String>,
    /// Where PromQL is answered for the scaler, and how it signs in (KEDA pod identity).
    pub promql: Option<Promql>,
    /// The command that fetches the cluster's credentials.
    pub credentials: String,
    /// Prefix of the names of images here, where it is not the system's: a registry that is
    /// lost with another region must not be needed.
    pub registry: Option<String>,
    /// What the cluster needs once, before the manifests, as lines of Markdown.
    pub needs: Vec<String>,
}

/// Values of a public chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartValues {
    /// The name of the release.
    pub release: &'static str,
    /// The chart.
    pub chart: &'static str,
    /// Where it is.
    pub repository: &'static str,
    /// The version that the values were written for.
    pub version: &'static str,
    /// The values.
    pub values: serde_json::Value,
}

/// Where PromQL is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Promql {
    /// The server's address.
    pub address: String,
    /// KEDA's pod identity provider; none where nobody has to sign in.
    pub pod_identity: Option<&'static str>,
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

/// A Redis Enterprise database that every region writes, on a cluster of its own in each.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveActiveSet {
    /// The datastore's name.
    pub datastore: String,
    /// The namespace of its operator and nodes.
    pub namespace: String,
    /// Memory of the database in each region, in bytes.
    pub memory: u64,
    /// What a node asks for, in thousandths of a core.
    pub node_millicores: u64,
    /// Lag at which Redis Enterprise itself raises its alert, in whole seconds.
    pub lag_alert_seconds: u64,
    /// Its members by region.
    pub regions: Vec<ActiveActiveRegion>,
}

/// A Redis Enterprise cluster of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveActiveRegion {
    /// The region.
    pub region: RegionId,
    /// Its nodes: odd in number, so that a majority is left.
    pub nodes: u32,
    /// What each of them asks for, in GiB of memory.
    pub node_gibibytes: u64,
    /// The host name of its API, reachable from the other regions.
    pub api: String,
    /// What follows a database's name in the name of its host.
    pub suffix: String,
    /// The secret with user and password of the cluster, in the cloud's secret store.
    pub credentials_secret: String,
}

/// A PostgreSQL whose regions copy each other by pglogical.
#[derive(Debug, Clone, PartialEq)]
pub struct LogicalStore {
    /// The datastore's name.
    pub datastore: String,
    /// The major version of the server, which the client must not be older than.
    pub version: String,
    /// The databases that are copied, each by itself.
    pub databases: Vec<String>,
    /// Tables that stay where they were written.
    pub local_tables: Vec<String>,
    /// Whether every region takes writes.
    pub both_ways: bool,
    /// The administrator's name.
    pub administrator: &'static str,
    /// The secret with the password of the user that copies, in the cloud's secret store.
    pub password_secret: String,
    /// Its members by region.
    pub regions: Vec<LogicalRegion>,
}

/// A PostgreSQL server of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct LogicalRegion {
    /// The region.
    pub region: RegionId,
    /// The server's name, reachable from all regions.
    pub host: String,
    /// The regions whose changes come here.
    pub sources: Vec<RegionId>,
    /// How the administrator's password is found.
    pub administrator_password: Fetch,
}

/// A command that prints a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// The image of the cloud's command line.
    pub image: &'static str,
    /// A shell script whose output is the secret.
    pub script: String,
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

/// What is asked of a service in all regions together, against what it can bear.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The service.
    pub service: String,
    /// PromQL: requests per second.
    pub requests: String,
    /// Input series for the test of an alert on it.
    pub sample: Vec<Sample>,
    /// How many of the instances that it may have it has, if instances have no scaler of ours.
    pub filled: Option<Filled>,
}

/// How near a service is to the most instances that it may have in a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// PromQL: the share, by region; 1 when no more can start.
    pub query: String,
    /// The labels of its result.
    pub labels: Vec<&'static str>,
    /// Input series for the test of an alert on it.
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
    /// Undoes `Scale`: capacity as the topology says.
    Settle,
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
    /// Puts a value into a secret, read from standard input.
    StoreSecret,
    /// Keeps the record of an action; `$EVIDENCE` is the file.
    Record,
    /// Shows what was spent in a month, by region; `$MONTH_PARAMETER` is the month as a
    /// parameter of a query, `$MONTH_PERIOD` its first day and that of the next.
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

impl Deployment {
    /// The restore that drills exercise: of a store that comes back as it was at a moment,
    /// else of one that comes back from a backup.
    pub fn exercised_restore(&self) -> Option<&Operation> {
        let restores = || {
            let all = self.operations.iter();
            all.filter(|o| o.kind == OperationKind::Restore)
        };
        restores()
            .find(|o| o.takes_moment())
            .or_else(|| restores().next())
    }
}

impl Operation {
    /// Whether it brings data back as it was at a moment.
    pub fn takes_moment(&self) -> bool {
        self.command.iter().any(|w| w == "$SNAPSHOT_TIME")
    }
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

/// How traffic is moved bit by bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// A shell function `set_share FROM TO PERCENT`, which moves that share of a region's
    /// users, and calls `names FROM` for what must be changed.
    pub function: &'static str,
    /// The programs that it needs.
    pub tools: &'static [&'static str],
    /// What must be changed for a region, as words for the function.
    pub names: Vec<(RegionId, Vec<String>)>,
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
    ranges::check_network(topology, out);
    check_bounds(topology, out);
    for provider in topology.providers() {
        match provider {
            Provider::Gcp => gcp::lower(topology, &mut deployment, out),
            Provider::Aws => aws::lower(topology, &mut deployment, out),
            other => out.push(not_yet(topology, other)),
        }
    }
    reading::custom(topology, &mut deployment);
    // Where nothing is generated, nothing is measured: that is said once.
    if topology.providers().iter().all(|p| generated(*p)) {
        reading::check(topology, &deployment, out);
    }
    deployment
}

fn generated(provider: Provider) -> bool {
    matches!(provider, Provider::Gcp | Provider::Aws)
}

/// Reports a bound on what is lost where nothing enforces it: a budget must not count on it.
fn check_bounds(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let replication = store.written.replication.as_ref();
        let bound = replication.and_then(|r| r.stop_writes_at.as_ref());
        if let Some(bound) = bound.filter(|_| store.engine != Engine::Aurora) {
            let message = format!("`{}` cannot stop writes at a lag", store.engine);
            out.push(
                Diagnostic::error(NOT_AVAILABLE, bound.span, message, "asked for here")
                    .also(
                        store.written.engine.span,
                        format!("this is {}", store.engine),
                    )
                    .help(
                        "`aurora` has it; Redis with `sentinels` has `max_lag` and `min_replicas`",
                    ),
            );
        }
    }
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
    .help("`meridian check` and `meridian expand` work on every cloud; `compile` works on gcp and aws")
}

//! Stores that run on the clusters or are set up from them.

use crate::topology::RegionId;

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
    /// Seconds after which a backup is ended.
    pub backup_limit_seconds: u64,
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

impl LogicalStore {
    /// Whether others subscribe to a region.
    pub fn sends(&self, id: RegionId) -> bool {
        self.regions.iter().any(|r| r.sources.contains(&id))
    }
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

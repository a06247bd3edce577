//! The catalog of AWS, `catalog.toml`.

use serde::Deserialize;
use std::sync::OnceLock;

/// The region that S3 does not want named when a bucket is made there
/// (docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html).
pub const DEFAULT_REGION: &str = "us-east-1";

#[derive(Debug, Deserialize)]
struct Catalog {
    other_partitions: Vec<String>,
    names: Names,
    tags: Tags,
    regions: Regions,
    node: Node,
    cluster: ClusterVersion,
    records: Records,
    postgres: Postgres,
    aurora: Aurora,
    redis: Redis,
    redis_enterprise: RedisEnterprise,
    health: Health,
}

/// PostgreSQL where the topology says nothing, and its bounds.
#[derive(Debug, Deserialize)]
pub struct Postgres {
    /// The version.
    pub version: String,
    /// The class of instance.
    pub machine: String,
    /// Storage in GiB.
    pub storage_gb: u64,
    /// What part of the storage, one in so many, may be log for a region that is away.
    pub keep_wal_share: u64,
    /// The longest that backups are kept.
    pub most_backup_days: u64,
}

/// Aurora where the topology says nothing.
#[derive(Debug, Deserialize)]
pub struct Aurora {
    /// The version.
    pub version: String,
}

/// Redis where the topology says nothing, and its bounds.
#[derive(Debug, Deserialize)]
pub struct Redis {
    /// The version.
    pub version: String,
    /// The type of node.
    pub machine: String,
    /// How many regions may follow the one that writes.
    pub followers: usize,
    /// The major version since which services sign in by their roles.
    pub roles_since: u32,
}

/// What a node of Redis Enterprise asks for at least, and how many there are.
#[derive(Debug, Deserialize)]
pub struct RedisEnterprise {
    /// Thousandths of a core.
    pub node_millicores: u64,
    /// Memory in GiB.
    pub node_gibibytes: u64,
    /// The fewest nodes of a cluster.
    pub nodes: u32,
}

/// What health checks allow.
#[derive(Debug, Deserialize)]
pub struct Health {
    /// Seconds between two checks from outside.
    pub intervals: Vec<u64>,
    /// Most failures in a row that are counted.
    pub most_failures: u32,
    /// Fewest and most seconds that a target may take.
    pub target_timeout: [u64; 2],
    /// Fewest and most checks of a target that are counted.
    pub target_threshold: [u32; 2],
}

#[derive(Debug, Deserialize)]
struct Regions {
    opt_in: Vec<String>,
}

/// What a node of a cluster is.
#[derive(Debug, Deserialize)]
pub struct Node {
    /// Its instance type.
    pub instance_type: String,
    /// What pods of services are to use of it, in thousandths of a core.
    pub usable_millicores: u64,
    /// What one large pod may ask for, in GiB.
    pub usable_gibibytes: u64,
}

/// Kubernetes where the topology says nothing.
#[derive(Debug, Deserialize)]
struct ClusterVersion {
    version: String,
}

/// How long records are kept.
#[derive(Debug, Deserialize)]
pub struct Records {
    /// Days that replaced versions are kept.
    pub keep_days: u32,
}

/// How long names may be.
#[derive(Debug, Deserialize)]
pub struct Names {
    /// Backup vaults.
    pub backup_vault: usize,
    /// S3 buckets.
    pub bucket: usize,
    /// EKS clusters.
    pub cluster: usize,
    /// Databases.
    pub database: usize,
    /// Global databases.
    pub global_database: usize,
    /// Groups of caches.
    pub cache: usize,
    /// Users of caches.
    pub cache_user: usize,
    /// Load balancers and target groups.
    pub load_balancer: usize,
    /// The prefix that module names are made from.
    pub prefix: usize,
    /// IAM roles.
    pub role: usize,
    /// SNS topics.
    pub topic: usize,
}

/// What tags may hold.
#[derive(Debug, Deserialize)]
pub struct Tags {
    /// How many a resource may have.
    pub most: usize,
    /// Characters of a key.
    pub key: usize,
    /// Characters of a value.
    pub value: usize,
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        toml::from_str(include_str!("catalog.toml")).expect("the catalog is checked by a test")
    })
}

/// The version of Kubernetes that new clusters have where the topology says nothing.
pub fn kubernetes() -> &'static str {
    &catalog().cluster.version
}

/// Whether a region is in the partition `aws`, with everybody else's.
pub fn in_common_partition(location: &str) -> bool {
    let others = &catalog().other_partitions;
    !others.iter().any(|prefix| location.starts_with(prefix))
}

/// Whether every account of the common partition can use a region without asking.
pub fn open_to_all(location: &str) -> bool {
    in_common_partition(location) && !catalog().regions.opt_in.iter().any(|r| r == location)
}

/// What a node of a cluster is.
pub fn node() -> &'static Node {
    &catalog().node
}

/// PostgreSQL where the topology says nothing, and its bounds.
pub fn postgres() -> &'static Postgres {
    &catalog().postgres
}

/// Aurora where the topology says nothing.
pub fn aurora() -> &'static Aurora {
    &catalog().aurora
}

/// Redis where the topology says nothing, and its bounds.
pub fn redis() -> &'static Redis {
    &catalog().redis
}

/// Redis Enterprise's own bounds.
pub fn redis_enterprise() -> &'static RedisEnterprise {
    &catalog().redis_enterprise
}

/// What health checks allow.
pub fn health() -> &'static Health {
    &catalog().health
}

/// How long records are kept.
pub fn records() -> &'static Records {
    &catalog().records
}

/// How long names may be.
pub fn names() -> &'static Names {
    &catalog().names
}

/// What tags may hold.
pub fn tags() -> &'static Tags {
    &catalog().tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_readable() {
        assert!(in_common_partition("us-east-1") && !in_common_partition("us-gov-west-1"));
    }
}

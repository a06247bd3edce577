//! The catalog of Google Cloud, `catalog.toml`.

use crate::catalog::{EEA, Place};
use crate::topology::Continent;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
struct Catalog {
    firestore: BTreeMap<String, MultiRegion>,
    mesh: ManagedMesh,
    dns: DnsCheck,
    run: ServiceHealth,
    firestore_history: History,
    memorystore: Memorystore,
    cloud_sql: CloudSql,
    storage: BTreeMap<String, StorageLocation>,
}

/// Memorystore for Redis where the topology says nothing, and its bounds.
#[derive(Debug, Clone, Deserialize)]
pub struct Memorystore {
    /// The version.
    pub version: String,
    /// The versions that there are.
    pub versions: Vec<String>,
    /// Memory of a node in GiB: the least there is.
    pub gibibytes: u64,
    /// The most there is.
    pub most_gibibytes: u64,
    /// Replicas in other zones.
    pub replicas: u32,
    /// The most there are.
    pub most_replicas: u32,
}

/// PostgreSQL on Cloud SQL where the topology says nothing, and its bounds.
#[derive(Debug, Clone, Deserialize)]
pub struct CloudSql {
    /// The version.
    pub version: String,
    /// The versions that there are.
    pub versions: Vec<String>,
    /// The machine.
    pub machine: String,
    /// A machine of Enterprise Plus.
    pub machine_plus: String,
    /// How machines of Enterprise Plus begin.
    pub plus: Vec<String>,
    /// Storage in GiB.
    pub storage_gb: u64,
    /// The most there is.
    pub most_storage_gb: u64,
    /// Days of which any moment can be restored, at most.
    pub most_log_days: u64,
    /// The same in Enterprise Plus.
    pub most_log_days_plus: u64,
    /// Automated backups that are kept, at most.
    pub most_backups: u64,
    /// Seconds for which the address of the writer may be kept.
    pub writer_ttl_seconds: u64,
}

/// A location of several regions of Cloud Storage.
#[derive(Debug, Clone, Deserialize)]
pub struct StorageLocation {
    /// The location of its encryption key.
    pub kms: String,
    /// Whether it is two regions, which turbo replication is for.
    #[serde(default)]
    pub dual: bool,
    /// Its regions, where they are published.
    #[serde(default)]
    pub members: Vec<String>,
    /// Where it may be, if its regions are not published: a country, `eea` or `asia`.
    #[serde(default)]
    pub within: Vec<String>,
}

impl StorageLocation {
    /// Whether a region is one of its regions, or may be.
    pub fn may_be_in(&self, place: &Place) -> bool {
        let within = |area: &String| match area.as_str() {
            "eea" => EEA.contains(&place.country),
            "asia" => place.continent == Continent::Asia,
            country => country == place.country,
        };
        self.members.iter().any(|m| m == place.location) || self.within.iter().any(within)
    }
}

/// The managed mesh of GKE.
#[derive(Debug, Clone, Deserialize)]
pub struct ManagedMesh {
    /// What follows the project in the name of its workload identity pool.
    pub pool: String,
}

/// How far back Firestore's point-in-time recovery goes.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct History {
    /// The window, in days: there is no other.
    pub days: u64,
}

/// When a region of a service on Cloud Run counts as healthy.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ServiceHealth {
    /// The least share of instances that have to be ready, in percent.
    pub ready_percent: u32,
}

/// How Cloud DNS looks at a load balancer.
#[derive(Debug, Clone, Deserialize)]
pub struct DnsCheck {
    /// Seconds between two probes.
    pub interval_seconds: u64,
    /// Seconds after which a probe has failed.
    pub timeout_seconds: u64,
    /// Failures, and successes, in a row that count.
    pub failures: u64,
    /// Where probes come from.
    pub source_regions: Vec<String>,
}

/// A multi-region of Firestore.
#[derive(Debug, Clone, Deserialize)]
pub struct MultiRegion {
    /// The location of its encryption key.
    pub kms: String,
    /// Regions that hold a full copy.
    pub read_write: Vec<String>,
    /// Regions that vote and keep no readable copy.
    pub witness: Vec<String>,
}

impl MultiRegion {
    /// The regions that vote.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        let all = self.read_write.iter().chain(&self.witness);
        all.map(String::as_str)
    }
}

/// The managed mesh.
pub fn mesh() -> &'static ManagedMesh {
    &catalog().mesh
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        toml::from_str(include_str!("catalog.toml")).expect("the catalog is checked by a test")
    })
}

/// How Cloud Run tells a region's health from its instances.
pub fn service_health() -> ServiceHealth {
    catalog().run
}

/// How far back Firestore's point-in-time recovery goes.
pub fn firestore_history() -> History {
    catalog().firestore_history
}

/// Memorystore for Redis where the topology says nothing, and its bounds.
pub fn memorystore() -> &'static Memorystore {
    &catalog().memorystore
}

/// PostgreSQL on Cloud SQL where the topology says nothing, and its bounds.
pub fn cloud_sql() -> &'static CloudSql {
    &catalog().cloud_sql
}

/// A location of several regions of Cloud Storage, by its name: `nam4`.
pub fn storage_location(location: &str) -> Option<&'static StorageLocation> {
    catalog().storage.get(location)
}

/// The names of the locations of several regions of Cloud Storage.
pub fn storage_locations() -> impl Iterator<Item = &'static str> {
    catalog().storage.keys().map(String::as_str)
}

/// A multi-region of Firestore, by its location id.
pub fn firestore_multi_region(location: &str) -> Option<&'static MultiRegion> {
    catalog().firestore.get(location)
}

/// The location ids of Firestore's multi-regions.
pub fn firestore_multi_regions() -> impl Iterator<Item = &'static str> {
    catalog().firestore.keys().map(String::as_str)
}

/// How Cloud DNS looks at a load balancer.
pub fn dns_check() -> &'static DnsCheck {
    &catalog().dns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_readable() {
        assert_eq!(firestore_multi_region("eur3").unwrap().kms, "europe");
    }
}

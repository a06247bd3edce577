//! The catalog of AWS, `catalog.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
struct Catalog {
    other_partitions: Vec<String>,
    zones: BTreeMap<String, Vec<String>>,
    names: Names,
    tags: Tags,
}

/// How long names may be.
#[derive(Debug, Deserialize)]
pub struct Names {
    /// KMS aliases, without `alias/`.
    pub alias: usize,
    /// Backup vaults.
    pub backup_vault: usize,
    /// S3 buckets.
    pub bucket: usize,
    /// EKS clusters.
    pub cluster: usize,
    /// Load balancers and target groups.
    pub load_balancer: usize,
    /// EKS node groups.
    pub node_group: usize,
    /// The prefix that module names are made from.
    pub prefix: usize,
    /// ECR repositories.
    pub repository: usize,
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

/// Whether a region is in the partition `aws`, with everybody else's.
pub fn in_common_partition(location: &str) -> bool {
    let others = &catalog().other_partitions;
    !others.iter().any(|prefix| location.starts_with(prefix))
}

/// The zones that a region's networks spread over: three, where there are three.
pub fn zones(location: &str) -> Vec<String> {
    let named = catalog().zones.get(location);
    let letters = named.map_or(vec!["a", "b", "c"], |z| {
        z.iter().map(String::as_str).collect()
    });
    letters.iter().map(|l| format!("{location}{l}")).collect()
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
        assert_eq!(zones("ap-northeast-1")[1], "ap-northeast-1c");
        assert!(in_common_partition("us-east-1") && !in_common_partition("us-gov-west-1"));
    }
}

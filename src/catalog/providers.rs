//! How each provider spells things, `providers.toml`.

use crate::spec::{Provider, Routing};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The spelling of a provider.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// Its name in `regions.csv`; none where nothing runs on it.
    #[serde(default)]
    regions: Option<String>,
    /// What stands between a region's name and the letter of a zone.
    #[serde(default)]
    pub zone: String,
    /// The digits of an account's id, where it has only digits.
    #[serde(default)]
    pub account: Option<usize>,
    #[serde(default)]
    routes: Vec<String>,
    #[serde(default)]
    metrics: Vec<String>,
    #[serde(default)]
    regional: Option<String>,
    #[serde(default)]
    everywhere: Vec<String>,
}

fn all() -> &'static BTreeMap<String, Spelling> {
    static ALL: OnceLock<BTreeMap<String, Spelling>> = OnceLock::new();
    ALL.get_or_init(|| {
        toml::from_str(include_str!("providers.toml")).expect("the catalog is checked by a test")
    })
}

/// How a provider spells things.
pub fn spelling(provider: Provider) -> &'static Spelling {
    static NONE: OnceLock<Spelling> = OnceLock::new();
    let found = all().get(provider.word());
    found.unwrap_or_else(|| NONE.get_or_init(Spelling::default))
}

fn find(fits: impl Fn(&Spelling) -> bool) -> Option<Provider> {
    let mut providers = Provider::ALL.iter().copied();
    providers.find(|p| fits(spelling(*p)))
}

/// The provider that `regions.csv` calls so.
pub(super) fn of_regions(name: &str) -> Option<Provider> {
    find(|s| s.regions.as_deref() == Some(name))
}

/// Whether services can run on a provider: it has regions.
pub fn has_regions(provider: Provider) -> bool {
    spelling(provider).regions.is_some()
}

/// The provider that leads users in a way of its own, whatever their regions are on.
pub fn leading(routing: Routing) -> Option<Provider> {
    find(|s| s.routes.iter().any(|r| r == routing.word()))
}

/// Whether the monitoring of some provider measures a metric of this name.
pub fn measures(metric: &str) -> bool {
    let named = |part: &String| match part.strip_prefix('^') {
        Some(start) => metric.starts_with(start),
        None => metric.contains(part.as_str()),
    };
    all().values().any(|s| s.metrics.iter().any(named))
}

/// Whether a resource is where its provider's configuration says, so that it is not found by one
/// for another region.
pub fn is_regional(kind: &str) -> bool {
    let begins = |start: &String| kind.starts_with(start.as_str());
    let mut providers = all().values();
    providers.any(|s| s.regional.iter().any(begins) && !s.everywhere.iter().any(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_listed_and_nothing_else() {
        let listed: Vec<&str> = all().keys().map(String::as_str).collect();
        let mut known: Vec<&str> = Provider::ALL.iter().map(|p| p.word()).collect();
        known.sort_unstable();
        assert_eq!(listed, known);
        let routings: Vec<&str> = Routing::ALL.iter().map(|r| r.word()).collect();
        let routes = all().values().flat_map(|s| &s.routes);
        let unknown: Vec<_> = routes.filter(|r| !routings.contains(&r.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn names_tell_what_they_are() {
        assert!(measures("aws_rds_cpuutilization_average"));
        assert!(measures("redis_googleapis_com:stats_memory_usage_ratio"));
        assert!(!measures("pod_aws_calls"));
        assert!(is_regional("aws_db_instance") && !is_regional("aws_iam_role"));
        assert!(!is_regional("google_sql_database_instance"));
    }
}

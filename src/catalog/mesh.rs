//! What control planes of service meshes take, `mesh.toml`.

use crate::spec::Provider;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Shares of calls by the place of the target, in a subset of a service.
pub const DISTRIBUTE: &str =
    "DestinationRule.spec.subsets.trafficPolicy.loadBalancer.localityLbSetting.distribute";

/// Which share of requests is traced.
pub const SAMPLING: &str = "Telemetry.spec.tracing.randomSamplingPercentage";

/// A control plane.
#[derive(Debug, Clone, Deserialize)]
pub struct ControlPlane {
    /// Its name, for people, in Markdown.
    pub name: String,
    /// Whether its clusters share a network and find each other by themselves: pods call pods of
    /// other clusters. Else calls go through gateways, and each cluster is told of the others.
    pub one_network: bool,
    /// Kinds of whose fields it may refuse more than is listed: the provider's rows for them were not read.
    #[serde(default)]
    pub unread: Vec<String>,
    /// What it does not take.
    #[serde(default)]
    pub unsupported: Vec<Unsupported>,
}

/// Fields of Istio's API that a control plane does not take.
#[derive(Debug, Clone, Deserialize)]
pub struct Unsupported {
    /// Kinds, or kinds with the path of a field: `Gateway.spec.servers.tls`, without the places in lists.
    pub fields: Vec<String>,
    /// The provider's page.
    pub source: String,
    /// The day it was read.
    pub date: String,
}

impl ControlPlane {
    /// Whether it takes a field, `Kind.path`: neither the field nor anything above it is on a list.
    pub fn takes(&self, field: &str) -> bool {
        let below = |listed: &String| {
            let rest = field.strip_prefix(listed.as_str());
            rest.is_some_and(|r| r.is_empty() || r.starts_with('.'))
        };
        let mut lists = self.unsupported.iter();
        !lists.any(|l| l.fields.iter().any(below))
    }
}

#[derive(Debug, Deserialize)]
struct Catalog {
    on: BTreeMap<String, String>,
    #[serde(flatten)]
    planes: BTreeMap<String, ControlPlane>,
}

/// The control plane that the mesh of a provider's clusters has.
pub fn control_plane(provider: Provider) -> &'static ControlPlane {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    let catalog = CATALOG.get_or_init(|| {
        toml::from_str(include_str!("mesh.toml")).expect("the catalog is checked by a test")
    });
    let name = catalog.on.get(provider.word());
    &catalog.planes[name.map_or("istiod", String::as_str)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_refused_with_all_below_it() {
        let managed = control_plane(Provider::Gcp);
        assert!(!managed.takes(DISTRIBUTE));
        assert!(!managed.takes(&format!("{DISTRIBUTE}.to")));
        assert!(!managed.takes("EnvoyFilter.spec.configPatches"));
        assert!(managed.takes(&DISTRIBUTE.replace("distribute", "failoverPriority")));
        assert!(!managed.takes(SAMPLING));
        assert!(control_plane(Provider::Aws).takes(DISTRIBUTE));
        assert!(control_plane(Provider::Aws).takes(SAMPLING));
        for provider in [Provider::Alibaba, Provider::Cloudflare] {
            assert!(!control_plane(provider).one_network);
        }
        for list in &managed.unsupported {
            assert!(list.source.starts_with("https://") && list.date.starts_with("2026-"));
        }
    }
}

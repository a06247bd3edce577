//! What providers put into contracts, `availability.toml`.

use crate::spec::Percent;
use crate::spec::decode::Scalar;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A contracted availability.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// What the contract is about.
    pub name: String,
    /// The share of a month below which the provider pays credits, from 0 to 1.
    pub uptime: f64,
    /// Whether one of it serves all regions.
    pub global: bool,
    /// Regions with another figure.
    except: BTreeMap<String, f64>,
    /// The provider's page.
    pub source: String,
    /// The day it was read.
    pub date: String,
    /// The version of the page, if it bears one.
    pub version: Option<String>,
}

impl Contract {
    /// The figure for a region.
    pub fn uptime_in(&self, location: &str) -> f64 {
        self.except.get(location).copied().unwrap_or(self.uptime)
    }
}

#[derive(Debug, Deserialize)]
struct Written {
    uptime: String,
    #[serde(default)]
    global: bool,
    #[serde(default)]
    except: BTreeMap<String, String>,
    name: String,
    source: String,
    date: String,
    version: Option<String>,
}

type Contracts = BTreeMap<String, BTreeMap<String, Contract>>;

/// The contract of a provider about a runtime, an engine or a way of routing; `None` if no
/// figure is known.
pub fn contract(provider: &str, about: &str) -> Option<&'static Contract> {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(read).get(provider)?.get(about)
}

fn read() -> Contracts {
    let written: BTreeMap<String, BTreeMap<String, Written>> =
        toml::from_str(include_str!("availability.toml"))
            .expect("the catalog is checked by a test");
    let contracts = |all: BTreeMap<String, Written>| {
        let each = all.into_iter().map(|(about, w)| (about, settled(w)));
        each.collect()
    };
    let providers = written.into_iter();
    providers
        .map(|(name, all)| (name, contracts(all)))
        .collect()
}

fn settled(written: Written) -> Contract {
    let ratio = |text: &String| Percent::parse(text).expect("a percentage").ratio();
    let except = written
        .except
        .iter()
        .map(|(r, text)| (r.clone(), ratio(text)));
    Contract {
        uptime: ratio(&written.uptime),
        global: written.global,
        except: except.collect(),
        name: written.name,
        source: written.source,
        date: written.date,
        version: written.version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Engine, Provider, QueueEngine, Routing, Runtime};

    #[test]
    fn every_contract_is_about_something_the_language_has() {
        let known = |about: &str| {
            Engine::parse(about).is_ok()
                || QueueEngine::parse(about).is_ok()
                || Runtime::parse(about).is_ok()
                || Routing::parse(about).is_ok()
        };
        for (provider, contracts) in read() {
            assert!(Provider::parse(&provider).is_ok(), "{provider}");
            for (about, contract) in contracts {
                let kind = about.trim_end_matches("-multi-region");
                assert!(known(kind), "{provider}.{about}");
                assert!((0.99..=1.0).contains(&contract.uptime));
                assert!(contract.source.starts_with("https://"));
            }
        }
    }

    #[test]
    fn some_regions_have_their_own_figure() {
        let nodes = contract("gcp", "kubernetes").unwrap();
        assert_eq!(nodes.uptime_in("us-central1"), 0.9999);
        assert_eq!(nodes.uptime_in("europe-north2"), 0.9995);
        assert!(contract("alibaba", "kubernetes").is_none());
    }
}

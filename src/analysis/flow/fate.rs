//! Shared fate: one thing behind several regions that are meant to be independent.

use super::copy::Supplied;
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::topology::{Host, Promisee, Provider, RegionId, Scenario, Topology};
use schemars::JsonSchema;
use serde::Serialize;

/// One thing behind several regions whose loss breaks a promise.
pub const CODE: Code = Code::new("SHF101", "shared-fate");

/// A loss that takes several regions with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The load balancer or its configuration.
    Entry,
    /// The answers to name queries.
    Dns,
    /// The account or project: suspended, out of quota, locked out.
    Account,
    /// Everything of a provider.
    Cloud(Provider),
    /// One region.
    Region(RegionId),
    /// A key: disabled, destroyed, out of reach.
    Key,
}

impl Loss {
    /// The name for people.
    fn name(self, topology: &Topology) -> String {
        match self {
            Loss::Entry => "the entry point".into(),
            Loss::Dns => "DNS".into(),
            Loss::Account => "the account".into(),
            Loss::Cloud(provider) => format!("all of {provider}"),
            Loss::Region(id) => topology.region(id).name.clone(),
            Loss::Key => "the key".into(),
        }
    }
}

/// One thing behind several regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// What it is: `the load balancer of api.example.com`.
    pub what: String,
    /// The regions behind it or before it.
    pub regions: Vec<RegionId>,
    /// The losses that take all of them.
    pub breaks: Vec<Loss>,
    /// What still works without it.
    pub without: &'static str,
    /// Where the spec makes it one.
    pub place: Label,
    /// Whether recovery budgets count its loss, so that a broken promise is said there.
    pub counted: bool,
}

/// Shared fate, for people and JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fate {
    /// What is shared.
    pub what: String,
    /// By which regions.
    pub regions: Vec<String>,
    /// Losing what takes all of them.
    pub breaks: Vec<String>,
    /// What still works without it.
    pub without: String,
    /// The promise of the spec that depends on it, if one does.
    pub promise: Option<String>,
    /// What it was made from.
    #[serde(skip)]
    pub shared: Shared,
}

/// Everything that stands behind several regions.
pub(super) fn fates(topology: &Topology, supplied: &Supplied) -> Vec<Fate> {
    let mut all = names(topology);
    all.extend(accounts(topology));
    all.extend(queues(topology));
    let clouds = topology.providers();
    all.extend(clouds.into_iter().filter_map(|p| state(topology, p)));
    all.extend(supplied.shared.iter().cloned());
    all.retain(|shared| shared.regions.len() > 1);
    all.into_iter()
        .map(|shared| fate(topology, shared))
        .collect()
}

fn fate(topology: &Topology, shared: Shared) -> Fate {
    let name = |id: &RegionId| topology.region(*id).name.clone();
    Fate {
        what: shared.what.clone(),
        regions: shared.regions.iter().map(name).collect(),
        breaks: shared.breaks.iter().map(|l| l.name(topology)).collect(),
        without: shared.without.into(),
        promise: promise(topology, &shared).map(|label| label.text),
        shared,
    }
}

/// The promise that a shared thing breaks. Only a loss that the spec makes a promise for
/// counts; nothing can be promised about accounts, so these are noted and not warned of.
fn promise(topology: &Topology, shared: &Shared) -> Option<Label> {
    if shared.counted {
        return None;
    }
    shared.breaks.iter().find_map(|loss| {
        let scenario = match *loss {
            Loss::Cloud(provider) => Scenario::Cloud(provider),
            Loss::Region(id) => Scenario::Region(id),
            Loss::Entry | Loss::Dns => Scenario::Entry,
            Loss::Key => Scenario::Key,
            Loss::Account => return None,
        };
        let rto = topology.promises().of(Promisee::System, scenario).rto?;
        Some(Label {
            span: rto.span,
            text: format!(
                "promised: {} after losing {}",
                rto.time(),
                loss.name(topology)
            ),
        })
    })
}

fn names(topology: &Topology) -> Vec<Shared> {
    let hosts = topology.hosts.iter();
    let answers = |host: &Host| match (&host.dns, topology.router(host)) {
        (Some(dns), _) => dns.value.clone(),
        (None, _) if host.external().is_some() => host
            .external()
            .map_or(String::new(), |e| e.run_by.value.clone()),
        (None, Some(provider)) => provider.to_string(),
        (None, None) => String::new(),
    };
    hosts
        .map(|host| Shared {
            what: format!("the DNS of {}, by {}", host.name, answers(host)),
            regions: host.regions.clone(),
            breaks: vec![Loss::Dns],
            without: "names that resolvers still hold",
            place: Label {
                span: host.dns.as_ref().map_or(host.span, |d| d.span),
                text: "one provider answers".into(),
            },
            counted: false,
        })
        .collect()
}

fn accounts(topology: &Topology) -> Vec<Shared> {
    let clouds = topology.clouds.iter();
    clouds
        .filter_map(|(name, cloud)| {
            let provider = cloud.provider?;
            let of = |id: &RegionId| topology.region(*id).cloud == name.text;
            Some(Shared {
                what: match name.text == provider.word() {
                    true => format!("the account at {provider}"),
                    false => format!("the account {} at {provider}", name.text),
                },
                regions: topology.region_ids().filter(of).collect(),
                breaks: vec![Loss::Account, Loss::Cloud(provider)],
                without: "nothing: identities, quotas and the bill are one",
                place: Label {
                    span: name.span,
                    text: "one account".into(),
                },
                counted: false,
            })
        })
        .collect()
}

fn queues(topology: &Topology) -> Vec<Shared> {
    let queues = topology.queues.iter();
    queues
        .filter(|queue| queue.external().is_none())
        .map(|queue| Shared {
            what: format!("the subscription of {}", queue.name),
            regions: queue.regions.clone(),
            breaks: clouds(topology, &queue.regions),
            without: "what needs no message: those in a lost region wait for its return",
            place: Label {
                span: queue.span,
                text: "one subscription".into(),
            },
            counted: false,
        })
        .collect()
}

/// Losing a cloud, for each that regions are on.
fn clouds(topology: &Topology, regions: &[RegionId]) -> Vec<Loss> {
    let mut clouds: Vec<Loss> = regions
        .iter()
        .map(|id| Loss::Cloud(topology.region(*id).place.provider))
        .collect();
    clouds.sort();
    clouds.dedup();
    clouds
}

/// The bucket of state of a cloud, which only its regions need.
fn state(topology: &Topology, provider: Provider) -> Option<Shared> {
    let bucket = topology.state_bucket(provider)?;
    Some(Shared {
        what: format!("the Terraform state in {}", bucket.value),
        regions: topology.regions_on(provider),
        breaks: vec![Loss::Account],
        without: "everything that runs; nothing can be planned or applied",
        place: Label {
            span: bucket.span,
            text: "one bucket".into(),
        },
        counted: false,
    })
}

/// Warns of what breaks a promise.
pub(super) fn findings(topology: &Topology, fates: &[Fate]) -> Vec<Diagnostic> {
    let finding = |fate: &Fate| {
        let promise = promise(topology, &fate.shared)?;
        let regions = fate.regions.join(", ");
        let place = &fate.shared.place;
        Some(
            Diagnostic::warning(
                CODE,
                place.span,
                format!("{} is shared by {regions}", fate.what),
                place.text.clone(),
            )
            .also(promise.span, promise.text)
            .help(format!(
                "losing {} takes all of them; without it there is {}: give it a second, or \
                 take back the promise",
                fate.breaks.join(" or "),
                fate.without
            )),
        )
    };
    fates.iter().filter_map(finding).collect()
}

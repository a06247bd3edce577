//! The losses that a topology is judged against, and what the judgement leaves out.

use super::{RegionId, Topology};
use crate::spec::Provider;

/// A region of a cloud that no region of the topology is in, and that holds something of it: a
/// database, a member of a multi-region, state and locks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// The cloud.
    pub provider: Provider,
    /// The region, as the cloud calls it.
    pub location: String,
}

/// An [`Elsewhere`] by its place in the topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElsewhereId(pub usize);

/// One named loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// One replica of a service, or one member of a store.
    Pod,
    /// One machine with everything on it.
    Node,
    /// One zone, in whichever region it hurts most.
    Zone,
    /// Everything in a region.
    Region(RegionId),
    /// Everything in a region that the topology does not run in.
    Elsewhere(ElsewhereId),
    /// Everything of a provider.
    Cloud(Provider),
    /// The entry point: the load balancer or the name that users resolve.
    Entry,
    /// The link between copies, in whichever direction it hurts most.
    Link,
    /// Wrong or deleted data: every replica has it at once.
    Corruption,
    /// The encryption key of a store.
    Key,
}

impl Scenario {
    /// Losing one region, where it does not matter which: a promise is the same for all.
    pub const ANY_REGION: Scenario = Scenario::Region(RegionId(0));

    /// All scenarios of a topology.
    pub fn all(topology: &Topology) -> Vec<Scenario> {
        let mut all = vec![Scenario::Pod, Scenario::Node, Scenario::Zone];
        all.extend(topology.region_ids().map(Scenario::Region));
        let elsewhere = 0..topology.elsewhere.len();
        all.extend(elsewhere.map(|at| Scenario::Elsewhere(ElsewhereId(at))));
        all.extend(topology.providers().into_iter().map(Scenario::Cloud));
        all.extend([Scenario::Entry, Scenario::Link]);
        all.extend([Scenario::Corruption, Scenario::Key]);
        all
    }

    /// The regions of the topology that are lost whole.
    pub fn regions(self, topology: &Topology) -> Vec<RegionId> {
        match self {
            Scenario::Region(id) => vec![id],
            Scenario::Cloud(provider) => topology.regions_on(provider),
            _ => Vec::new(),
        }
    }

    /// The one region of a cloud that is lost whole, as the cloud calls it.
    pub fn location(self, topology: &Topology) -> Option<(Provider, &str)> {
        match self {
            Scenario::Region(id) => {
                let place = topology.region(id).place;
                Some((place.provider, place.location))
            }
            Scenario::Elsewhere(at) => {
                let place = &topology.elsewhere[at.0];
                Some((place.provider, &place.location))
            }
            _ => None,
        }
    }

    /// The name for people: `lose us-central1`.
    pub fn title(self, topology: &Topology) -> String {
        match self {
            Scenario::Pod => "lose a pod".into(),
            Scenario::Node => "lose a node".into(),
            Scenario::Zone => "lose a zone".into(),
            Scenario::Region(id) => format!("lose {}", topology.region(id).name),
            Scenario::Elsewhere(at) => format!("lose {}", topology.elsewhere[at.0].location),
            Scenario::Cloud(provider) => format!("lose {provider}"),
            Scenario::Entry => "lose the entry point".into(),
            Scenario::Link => "network partition".into(),
            Scenario::Corruption => "corruption".into(),
            Scenario::Key => "lose a key".into(),
        }
    }

    /// The name for the command line and JSON: `region:us-central1`.
    pub fn id(self, topology: &Topology) -> String {
        match self {
            Scenario::Pod => "pod".into(),
            Scenario::Node => "node".into(),
            Scenario::Zone => "zone".into(),
            Scenario::Region(id) => format!("region:{}", topology.region(id).name),
            Scenario::Elsewhere(at) => format!("region:{}", topology.elsewhere[at.0].location),
            Scenario::Cloud(provider) => format!("cloud:{provider}"),
            Scenario::Entry => "entry".into(),
            Scenario::Link => "link".into(),
            Scenario::Corruption => "corruption".into(),
            Scenario::Key => "key".into(),
        }
    }
}

/// The fault model: printed with every result.
pub const FAULT_MODEL: &str =
    "one fail-stop loss at the worst moment of every timer, at declared peak, no second failure";

/// What the fault model leaves out; none of it counts as zero.
pub const LEFT_OUT: [&str; 5] = [
    "gray failures: an intermittent check resets its failure count, so detection has no bound",
    "failure of the health checker",
    "control planes overloaded by a mass failover",
    "a second loss before recovery is complete",
    "undelivered messages in a lost region: they wait until it is back",
];

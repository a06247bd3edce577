//! Lists in the words of Istio, as the control plane of the cluster that sends takes them.
//!
//! Where it takes `distribute`, a list is a subset of its own, and its shares stand there. Where it
//! does not, a list is a route with weights: each target is a subset that prefers one region and
//! fails over, or that holds the pods of one region alone, by a label of theirs.

use super::{Calls, Choice, List};
use crate::catalog::mesh::{ControlPlane, DISTRIBUTE};
use crate::format::json::json;
use crate::topology::settings::{ISLAND, REGION};
use crate::topology::{RegionId, Service, Topology};
use serde_json::{Map, Value};

/// The control plane of a region's cluster.
pub(super) fn control_plane(topology: &Topology, id: RegionId) -> &'static ControlPlane {
    crate::catalog::mesh::control_plane(topology.region(id).place.provider)
}

fn shares_by_place(topology: &Topology, id: RegionId) -> bool {
    control_plane(topology, id).takes(DISTRIBUTE)
}

/// Labels of the pods of a region's cluster that subsets select by.
pub fn pod_labels(topology: &Topology, id: RegionId) -> Map<String, Value> {
    let mut labels = Map::new();
    if topology.mesh.is_none() {
        return labels;
    }
    if let Some(island) = topology.island_label(id) {
        labels.insert(ISLAND.into(), json!(island));
    }
    if !shares_by_place(topology, id) {
        labels.insert(REGION.into(), json!(topology.region(id).name));
    }
    labels
}

/// The name under which a service is called.
pub fn address(topology: &Topology, service: &Service) -> String {
    format!("{}.{}.svc.cluster.local", service.name, topology.namespace)
}

/// Lists in the order in which routes try them: checks first, then requests of parts of the
/// world, then the rest.
pub fn in_order(lists: &[List]) -> impl Iterator<Item = &List> {
    let checks = lists.iter().filter(|l| l.calls == Calls::Checks);
    let others = lists.iter().filter(|l| l.calls != Calls::Checks);
    checks.chain(others)
}

/// Targets of a service that a route can name.
#[derive(Debug, Clone, PartialEq)]
pub struct Subset {
    /// Its name.
    pub name: String,
    /// Labels of its pods, beside the service's own.
    pub labels: Map<String, Value>,
    /// How one is chosen, as `localityLbSetting`; none where all are alike.
    pub locality: Option<Value>,
    /// Whether the control plane asks for `outlierDetection` beside it.
    pub judges: bool,
}

impl Subset {
    /// The subsets that the lists of a cluster need for a service, also while a region is out.
    /// `cluster` names the cluster of a region.
    pub fn of(
        topology: &Topology,
        lists: &[List],
        cluster: impl Fn(RegionId) -> String,
    ) -> Vec<Self> {
        let Some(first) = lists.first() else {
            return Vec::new();
        };
        let mut island = Map::new();
        if let Some(label) = topology.island_label(first.from) {
            island.insert(ISLAND.into(), json!(label));
        }
        if shares_by_place(topology, first.from) {
            let of_list = |list: &List| Subset {
                name: list.name.clone(),
                labels: island.clone(),
                locality: Some(locality(topology, list, &cluster)),
                judges: false,
            };
            return lists.iter().map(of_list).collect();
        }
        let preferring = |id: &RegionId| Subset {
            name: preferred(topology, *id),
            labels: island.clone(),
            locality: Some(prefer(topology, *id, &cluster)),
            judges: true,
        };
        let mut subsets = Vec::new();
        if lists.iter().any(|l| l.choice != Choice::Own) {
            subsets.extend(first.reach.iter().map(preferring));
        }
        if lists.iter().any(|l| l.choice == Choice::Own) {
            let mut labels = island.clone();
            labels.insert(REGION.into(), json!(topology.region(first.from).name));
            subsets.push(Subset {
                name: alone(topology, first.from),
                labels,
                locality: None,
                judges: false,
            });
        }
        subsets
    }
}

fn preferred(topology: &Topology, id: RegionId) -> String {
    format!("prefer-{}", topology.region(id).name)
}

fn alone(topology: &Topology, id: RegionId) -> String {
    format!("only-{}", topology.region(id).name)
}

/// One region as long as it answers. Behind the gateway of another network endpoints have no
/// label but their network and cluster. Without a priority, zones count: a pod alone in its zone
/// would get all calls that arise there.
fn prefer(topology: &Topology, id: RegionId, cluster: impl Fn(RegionId) -> String) -> Value {
    let first = match control_plane(topology, id).one_network {
        true => format!(
            "topology.kubernetes.io/region={}",
            topology.region(id).place.location
        ),
        false => format!("topology.istio.io/cluster={}", cluster(id)),
    };
    json!({ "enabled": true, "failoverPriority": [first] })
}

/// The `localityLbSetting` of a list that is a subset of its own.
fn locality(topology: &Topology, list: &List, cluster: impl Fn(RegionId) -> String) -> Value {
    let zones_of = |id: RegionId| format!("{}/*", topology.region(id).place.location);
    let distribute = |shares: &[(RegionId, u32)]| {
        let to = shares.iter();
        let to = to.map(|(id, share)| (zones_of(*id), json!(share)));
        let to: Map<String, Value> = to.collect();
        let from = zones_of(list.from);
        json!({ "enabled": true, "distribute": [{ "from": from, "to": to }] })
    };
    match &list.choice {
        Choice::Shared(shares) | Choice::Split(shares) => distribute(shares),
        Choice::Own => distribute(&[(list.from, 100)]),
        Choice::First(region) => prefer(topology, *region, cluster),
    }
}

/// The `route` of calls that take a list.
fn destinations(topology: &Topology, list: &List) -> Value {
    let host = address(topology, topology.service(list.service));
    let to = |subset: String| json!({ "host": host, "subset": subset, "port": { "number": 80 } });
    let one = |subset: String| json!([{ "destination": to(subset) }]);
    if shares_by_place(topology, list.from) {
        return one(list.name.clone());
    }
    match &list.choice {
        Choice::Shared(shares) | Choice::Split(shares) => {
            let weighted = shares.iter().map(|(id, share)| {
                json!({ "destination": to(preferred(topology, *id)), "weight": share })
            });
            weighted.collect()
        }
        Choice::First(region) => one(preferred(topology, *region)),
        Choice::Own => one(alone(topology, list.from)),
    }
}

/// Where a list stands in the objects of its cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The kind of the object, which has the service's name.
    pub kind: &'static str,
    /// The field's place in it, a JSON pointer.
    pub path: String,
}

impl Field {
    /// The field of a list among those of its cluster and service: what a fence replaces.
    pub fn of(topology: &Topology, list: &List, lists: &[List]) -> Self {
        let same = |l: &List| l.name == list.name;
        if shares_by_place(topology, list.from) {
            let position = lists.iter().position(same).unwrap_or(0);
            return Field {
                kind: "DestinationRule",
                path: format!(
                    "/spec/subsets/{position}/trafficPolicy/loadBalancer/localityLbSetting"
                ),
            };
        }
        let position = in_order(lists).position(same).unwrap_or(0);
        Field {
            kind: "VirtualService",
            path: format!("/spec/http/{position}/route"),
        }
    }
}

impl List {
    /// The `route` of calls that take it.
    pub fn route(&self, topology: &Topology) -> Value {
        destinations(topology, self)
    }

    /// What stands in its [`Field`].
    pub fn value(&self, topology: &Topology, cluster: impl Fn(RegionId) -> String) -> Value {
        match shares_by_place(topology, self.from) {
            true => locality(topology, self, cluster),
            false => destinations(topology, self),
        }
    }
}

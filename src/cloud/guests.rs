//! Stores that run on the clusters, or are set up from them: what each brings to them.

use super::offering;
use crate::deployment::{Deployment, Ground};
use crate::topology::{RegionId, Topology};
use serde_json::Value;
use std::collections::BTreeMap;

/// Adds what every store brings, kind by kind: what runs there before what is set up from there.
pub(super) fn lower(topology: &Topology, deployment: &mut Deployment) {
    for kind in offering::all() {
        let Some(guest) = kind.guest().given() else {
            continue;
        };
        for store in &topology.datastores {
            let own = offering::of(topology, store).map(|o| o.id());
            if own == Some(kind.id()) {
                let found = guest(topology, deployment, store);
                deployment.guests.extend(found);
            }
        }
    }
    deployment.guests.sort_by_key(|guest| !guest.has_members());
}

/// Objects of each cluster that has any.
pub(super) fn by_cluster(
    topology: &Topology,
    deployment: &Deployment,
    objects: impl Fn(Ground) -> Vec<Value>,
) -> BTreeMap<RegionId, Vec<Value>> {
    let clusters = deployment.clusters.iter();
    let each = clusters.map(|cluster| {
        let ground = Ground {
            topology,
            deployment,
            cluster,
        };
        (cluster.region, objects(ground))
    });
    each.filter(|(_, objects)| !objects.is_empty()).collect()
}

//! The mesh as the clusters have it: its routes, and the commands that take a region out of
//! them.

use crate::deployment::routes::{Field, List, Mesh, routes};
use crate::deployment::{Deployment, Evidence, Expect, Operation, OperationKind};
use crate::topology::{HostId, RegionId, Topology};

/// Adds routes, and the part of a fence that changes them.
pub(super) fn lower(
    topology: &Topology,
    deployment: &mut Deployment,
    evidence: impl Fn(HostId) -> Vec<Evidence>,
) {
    deployment.mesh = Mesh::of(topology);
    deployment.routes = routes(topology, &deployment.mesh, evidence);
    let clusters: Vec<RegionId> = deployment.clusters.iter().map(|c| c.region).collect();
    let mut operations = Vec::new();
    for out in topology.region_ids() {
        for list in deployment.mesh.lists() {
            if clusters.contains(&list.from)
                && let Some(without) = list.without(out)
            {
                let patches = patches(topology, deployment, out, list, &without);
                operations.extend(patches.into_iter().flatten());
            }
        }
    }
    deployment.operations.extend(operations);
}

/// The list as it is while a region is out, and as it was: in a cluster that is left, so
/// nothing of the lost region is needed.
fn patches(
    topology: &Topology,
    deployment: &Deployment,
    out: RegionId,
    list: &List,
    without: &List,
) -> Option<[Operation; 2]> {
    let mut clusters = deployment.clusters.iter();
    let cluster = clusters.find(|c| c.region == list.from)?;
    let service = &topology.service(list.service).name;
    let lists = deployment.mesh.of_cluster(list.service, list.from);
    let field = Field::of(topology, list, lists);
    let object = field.kind.to_lowercase();
    let (from, gone) = (&topology.region(list.from).name, &topology.region(out).name);
    let patch = |kind, list: &List, title: String| {
        let value = list.value(topology, |id| deployment.cluster_name(id));
        let path = &field.path;
        let patch = format!(r#"[{{"op":"replace","path":"{path}","value":{value}}}]"#);
        let words = [
            "kubectl",
            "--context",
            &cluster.context,
            "--namespace",
            &topology.namespace,
            "patch",
            &object,
            service,
            "--type=json",
            "--patch",
            &patch,
        ];
        Operation {
            kind,
            subject: service.clone(),
            region: Some(out),
            title,
            command: words.map(String::from).to_vec(),
            expect: Expect::Line(format!("{object}.networking.istio.io/{service} patched")),
            budget_seconds: 15,
            otherwise: format!(
                "calls from {from} leave {gone} by errors alone; apply the patch by hand"
            ),
        }
    };
    let name = &list.name;
    Some([
        patch(
            OperationKind::Fence,
            without,
            format!("Stop calls of {service} ({name}) from {from} to {gone}"),
        ),
        patch(
            OperationKind::Unfence,
            list,
            format!("Let calls of {service} ({name}) from {from} reach {gone} again"),
        ),
    ])
}

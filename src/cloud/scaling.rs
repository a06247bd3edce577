//! Commands that hold the scaler of workloads on a cluster, whatever the cloud.

use crate::deployment::{Expect, Operation, OperationKind};
use crate::topology::{RegionId, Service, Topology};

/// Keeping the scaler of every service in a region from removing replicas, and letting it
/// again. `context` is kubectl's name of the cluster.
pub fn pauses(topology: &Topology, id: RegionId, context: &str) -> Vec<Operation> {
    let services = topology.services.iter();
    let scaled =
        services.filter(|s| s.on_cluster() && s.scale_on.is_some() && s.replicas_in(id).is_some());
    scaled
        .flat_map(|s| pause(topology, id, context, s))
        .collect()
}

/// The two commands for one service.
pub fn pause(
    topology: &Topology,
    id: RegionId,
    context: &str,
    service: &Service,
) -> [Operation; 2] {
    let location = topology.region(id).place.location;
    let name = &service.name;
    let command = |value: &str| {
        let words = [
            "kubectl",
            "--context",
            context,
            "--namespace",
            &topology.namespace,
            "annotate",
            "--overwrite",
            "scaledobject",
            name,
        ];
        let annotation = format!("autoscaling.keda.sh/paused-scale-in={value}");
        let words = words.iter().map(|w| (*w).to_string());
        words.chain([annotation]).collect()
    };
    let held = |kind, value, title: &str| Operation {
        kind,
        subject: name.clone(),
        region: Some(id),
        title: format!("{title} {name} in {location}"),
        command: command(value),
        expect: Expect::Line(format!("scaledobject.keda.sh/{name} annotated")),
        budget_seconds: 10,
        otherwise: "go on; replicas may be removed while the region warms up".into(),
    };
    [
        held(
            OperationKind::Hold,
            "true",
            "Keep the scaler from removing replicas of",
        ),
        held(
            OperationKind::Settle,
            "false",
            "Let the scaler remove replicas again of",
        ),
    ]
}

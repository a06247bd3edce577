//! Cloud Run stands outside the mesh and KEDA, and needs an instance in every region.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Scaling or calls that mean nothing to Cloud Run.
pub const OUTSIDE: Code = Code::new("RUN101", "cloud-run-is-outside-the-mesh");
/// A region that scales to nothing has no health.
pub const NO_INSTANCE: Code = Code::new("RUN102", "region-without-an-instance");

/// A check that no load balancer makes.
pub const NO_CHECK: Code = Code::new("RUN103", "no-health-check-of-cloud-run");

/// Checks every service on Cloud Run, and the hosts before it.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    check_services(topology, out);
    for host in &topology.hosts {
        let service = topology.service(host.service);
        let written = topology.written().traffic.get(&host.name);
        let health = written.and_then(|h| h.health.as_ref());
        let Some(health) = health.filter(|_| !service.on_cluster()) else {
            continue;
        };
        let every = health.every.written().then_some(health.every.span);
        let after = &health.unhealthy_after;
        let after = after.written().then_some(after.span);
        let Some(span) = every.or(after) else {
            continue;
        };
        out.push(
            Diagnostic::warning(
                NO_CHECK,
                span,
                format!("no load balancer checks `{}` on Cloud Run", service.name),
                "has no effect",
            )
            .also(service.runtime_at, "runs on Cloud Run")
            .help("say it at the service: `ready: { every: 5s, timeout: 1s, unhealthy_after: 2 }`; Cloud Run tells the load balancer from its readiness probes"),
        );
    }
}

fn check_services(topology: &Topology, out: &mut Diagnostics) {
    let services = topology.services.iter();
    for service in services.filter(|s| !s.on_cluster()) {
        let scale = service.scale_on.as_ref().map(|s| (s.span, "scale_on"));
        let calls = service.calls.as_ref().map(|c| (c.span, "calls"));
        for (span, what) in scale.into_iter().chain(calls) {
            out.push(
                Diagnostic::error(
                    OUTSIDE,
                    span,
                    format!("`{what}` means nothing to Cloud Run"),
                    "KEDA and Istio do not see it",
                )
                .also(service.runtime_at, "runs on Cloud Run")
                .help("bound it with `replicas` and `concurrency`, or run it on `kubernetes`"),
            );
        }
        let zero = service.placements.iter().find(|p| p.replicas.min == 0);
        if let Some(placement) = zero.filter(|_| service.placements.len() > 1) {
            let region = topology.region(placement.region);
            out.push(
                Diagnostic::error(
                    NO_INSTANCE,
                    service.span,
                    format!("`{}` may run nowhere in `{}`: nothing can see whether the region is healthy", service.name, region.name),
                    "scales to nothing",
                )
                .help("keep one instance in every region: `replicas: 1..10`"),
            );
        }
    }
}

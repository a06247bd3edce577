//! The queries that show how services on GKE are.

use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Service, Signal};
use crate::watch::signals::Signals;

pub(super) fn signals(all: &mut Signals, service: &Service) {
    all.on_kubernetes(service);
    pods(all, service);
}

/// What GKE's system metrics say of a service: its managed collection has no requests and limits
/// of containers.
fn pods(all: &mut Signals, service: &Service) {
    let of = format!(
        "monitored_resource=\"k8s_container\",namespace_name={},pod_name=~{}",
        promql::value(&all.topology.namespace),
        promql::begins(&service.name, "-.*")
    );
    let shares = [
        (
            Signal::Cpu,
            format!("avg(kubernetes_io:container_cpu_request_utilization{{{of}}})"),
            "Cloud Monitoring: kubernetes.io/container/cpu/request_utilization",
        ),
        (
            Signal::Memory,
            format!(
                "avg(kubernetes_io:container_memory_limit_utilization{{{of},memory_type=\"non-evictable\"}})"
            ),
            "Cloud Monitoring: kubernetes.io/container/memory/limit_utilization",
        ),
    ];
    for (signal, query, source) in shares {
        let name = &service.name;
        all.add(signal, name, query, &[], Unit::Ratio, source, Vec::new());
    }
}

//! The queries that show how the system is on Google Cloud: Google's own metrics as Cloud
//! Monitoring names them, beside those that are the same everywhere.

use super::edge::edge_name;
use super::offering::{offering, queue_offering};
use crate::deployment::{Deployment, Filled, Load, Unit};
use crate::format::promql;
use crate::topology::{Runtime, Service, Signal, Topology};
use crate::watch::signals::{Signals, counter, counter_rest, gauge, ratio};

/// Fills in the queries of every part.
pub fn signals(topology: &Topology, deployment: &mut Deployment) {
    let mut all = Signals::of(topology);
    all.whole_system();
    google(&mut all);
    for service in &topology.services {
        match service.runtime {
            Runtime::Kubernetes => {
                all.on_kubernetes(service);
                pods(&mut all, service);
            }
            Runtime::CloudRun => cloud_run(&mut all, service),
        }
    }
    for store in &topology.datastores {
        if let Some(signals) = offering(store).and_then(|o| o.signals().given()) {
            signals(&mut all, store);
        }
    }
    for queue in &topology.queues {
        if let Some(signals) = queue_offering(queue).and_then(|o| o.signals().given()) {
            signals(&mut all, queue);
        }
    }
    hosts(&mut all);
    deployment.signals.append(&mut all.found);
    deployment.loads.append(&mut all.loads);
}

/// What the whole system sends out, and keys that were not rotated.
fn google(all: &mut Signals) {
    let name = &all.topology.name.clone();
    all.add(
        Signal::Egress,
        name,
        "sum(rate(networking_googleapis_com:vm_flow_egress_bytes_count{monitored_resource=\"gce_instance\",remote_location_type=\"EXTERNAL\"}[10m]))".into(),
        &[],
        Unit::Bytes,
        "Cloud Monitoring: networking.googleapis.com/vm_flow/egress_bytes_count",
        vec![counter(
            "networking_googleapis_com:vm_flow_egress_bytes_count{monitored_resource=\"gce_instance\",remote_location_type=\"EXTERNAL\"}".into(),
            1.0,
        )],
    );
    let metric = format!(
        // A log-based metric is of every type of resource until one is named, and then PromQL
        // refuses it (cloud.google.com/monitoring/promql/promql-mapping, read 2026-11).
        "logging_googleapis_com:user_{}_key_rotation_failed{{monitored_resource=\"cloudkms_cryptokey\"}}",
        name.replace('-', "_")
    );
    all.add(
        Signal::KeyRotation,
        name,
        format!("sum(increase({metric}[1h]))"),
        &[],
        Unit::Count,
        "log-based metric over Cloud KMS audit logs",
        vec![counter(metric, 1.0 / 3600.0)],
    );
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

fn cloud_run(all: &mut Signals, service: &Service) {
    let names: Vec<String> = service
        .placements
        .iter()
        .map(|p| service.name_in(all.topology.region(p.region)))
        .collect();
    let mut unique = names;
    unique.dedup();
    let of = format!(
        "monitored_resource=\"cloud_run_revision\",service_name=~{}",
        promql::one_of(&unique)
    );
    let metric = "run_googleapis_com:request_count";
    let source = "Cloud Monitoring: run.googleapis.com/request_count";
    let first = unique.first().cloned().unwrap_or_default();
    let series = |class: &str| {
        format!(
            "{metric}{{monitored_resource=\"cloud_run_revision\",service_name={first},response_code_class=\"{class}\"}}",
            first = promql::value(&first)
        )
    };
    let name = service.name.clone();
    let query = ratio(
        &format!("sum(rate({metric}{{{of},response_code_class=\"5xx\"}}[5m]))"),
        &format!("sum(rate({metric}{{{of}}}[5m]))"),
    );
    let sample = vec![
        counter(series("5xx"), 1000.0),
        counter_rest(series("2xx"), 1000.0),
    ];
    all.add(
        Signal::ErrorRate,
        &name,
        query.clone(),
        &[],
        Unit::Ratio,
        source,
        sample,
    );
    all.add(
        Signal::Availability,
        &name,
        format!("1 - ({query})"),
        &[],
        Unit::Ratio,
        source,
        Vec::new(),
    );
    for (signal, quantile) in [(Signal::Latency, "0.95"), (Signal::LatencyP99, "0.99")] {
        let query = format!(
            "histogram_quantile({quantile}, sum by (le, location) (rate(run_googleapis_com:request_latencies_bucket{{{of}}}[5m]))) / 1000"
        );
        let source = "Cloud Monitoring: run.googleapis.com/request_latencies";
        all.add(
            signal,
            &name,
            query,
            &["location"],
            Unit::Seconds,
            source,
            Vec::new(),
        );
    }
    all.loads.push(Load {
        service: name,
        requests: format!("sum(rate({metric}{{{of}}}[5m]))"),
        sample: vec![counter(series("2xx"), 1.0)],
        filled: filled(all.topology, service),
    });
}

/// Instances against the most there may be; nothing where the number never changes.
fn filled(topology: &Topology, service: &Service) -> Option<Filled> {
    let growing = service
        .placements
        .iter()
        .filter(|p| p.replicas.max > p.replicas.min);
    let each = growing.map(|p| {
        let region = topology.region(p.region);
        let series = format!(
            "run_googleapis_com:container_instance_count{{monitored_resource=\"cloud_run_revision\",service_name={},location={}}}",
            promql::value(&service.name_in(region)),
            promql::value(&region.place.location));
        (series, p.replicas.max)
    });
    let each: Vec<(String, u32)> = each.collect();
    let (series, most) = each.first()?;
    let shares = each
        .iter()
        .map(|(series, most)| format!("sum by (location) ({series}) / {most}"));
    Some(Filled {
        query: format!("({})", shares.collect::<Vec<_>>().join(" or ")),
        labels: vec!["location"],
        sample: vec![gauge(series.clone(), f64::from(*most))],
    })
}

fn hosts(all: &mut Signals) {
    // The load balancers' own view of failing back ends.
    for host in &all.topology.hosts {
        let backend = edge_name(all.topology, host);
        let metric = "loadbalancing_googleapis_com:https_backend_request_count";
        let of = format!(
            "monitored_resource=\"https_lb_rule\",backend_target_name={backend}",
            backend = promql::value(&backend)
        );
        let series = |class: u32| format!("{metric}{{{of},response_code_class=\"{class}\"}}");
        let query = ratio(
            &format!("sum(rate({}[5m]))", series(500)),
            &format!("sum(rate({metric}{{{of}}}[5m]))"),
        );
        let sample = vec![
            counter(series(500), 1000.0),
            counter_rest(series(200), 1000.0),
        ];
        let source = "Cloud Monitoring: loadbalancing.googleapis.com/https/backend_request_count";
        let host = host.name.clone();
        all.add(
            Signal::ErrorRate,
            &host,
            query,
            &[],
            Unit::Ratio,
            source,
            sample,
        );
    }
}

//! The queries that show how the system is on Google Cloud: Google's own metrics as Cloud
//! Monitoring names them, beside those that are the same everywhere.

use super::edge::edge_name;
use super::offering::{offering, queue_offering, runtime};
use crate::deployment::{Deployment, Unit};
use crate::format::promql;
use crate::topology::{Signal, Topology};
use crate::watch::signals::{Signals, counter, counter_rest, ratio};

/// Fills in the queries of every part.
pub fn signals(topology: &Topology, deployment: &mut Deployment) {
    let mut all = Signals::of(topology);
    all.whole_system();
    google(&mut all);
    for service in &topology.services {
        if let Some(signals) = runtime(service).and_then(|o| o.signals().given()) {
            signals(&mut all, service);
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

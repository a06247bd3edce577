//! The queries that show how services on Cloud Run are.

use crate::deployment::{Filled, Load, Unit};
use crate::format::promql;
use crate::topology::{Service, Signal, Topology};
use crate::watch::signals::{Signals, counter, counter_rest, gauge, ratio};

pub(super) fn signals(all: &mut Signals, service: &Service) {
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

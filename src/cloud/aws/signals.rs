//! The queries that show how the system is on AWS: CloudWatch's metrics as the exporter YACE
//! names them (`aws_NAMESPACE_METRIC_STATISTIC`), exporters beside the stores, and those that
//! are the same everywhere.

use super::edge::edge_name;
use super::offering::{offering, runtime};
use crate::deployment::{Deployment, Unit};
use crate::format::promql;
use crate::topology::{Datastore, Provider, Signal, Topology};
use crate::watch::signals::{FEWEST, Signals, gauge};

/// Fills in the queries of every part that is on AWS.
pub(super) fn signals(topology: &Topology, deployment: &mut Deployment) {
    let regions = topology.regions_on(Provider::Aws);
    let mut all = Signals::of(topology);
    all.whole_system();
    egress(&mut all);
    for service in &topology.services {
        let mut placed = service.placements.iter();
        let here = placed.any(|p| regions.contains(&p.region));
        let signals = runtime(service).and_then(|o| o.signals().given());
        if let Some(add) = signals.filter(|_| here) {
            add(&mut all, service);
        }
    }
    for store in &topology.datastores {
        let signals = offering(store).and_then(|o| o.signals().given());
        if let Some(add) = signals.filter(|_| store.regions.iter().any(|r| regions.contains(r))) {
            add(&mut all, store);
        }
    }
    hosts(&mut all);
    deployment.signals.append(&mut all.found);
    deployment.loads.append(&mut all.loads);
}

fn egress(all: &mut Signals) {
    let metric = "aws_natgateway_bytes_out_to_destination_sum";
    let name = all.topology.name.clone();
    // A sum over five minutes.
    all.add(
        Signal::Egress,
        &name,
        format!("sum({metric}) / 300"),
        &[],
        Unit::Bytes,
        "CloudWatch by YACE: AWS/NATGateway BytesOutToDestination",
        vec![gauge(
            format!("{metric}{{dimension_NatGatewayId=\"nat-1\"}}"),
            300.0,
        )],
    );
}

/// A label that tells a store's series from those of others: its name and its value.
pub(super) type Of = (&'static str, Vec<String>);

/// [`FEWEST`] in a period of YACE, which is 300 s.
pub(super) const FEWEST_IN_PERIOD: f64 = 300.0 * FEWEST;

/// A lag that CloudWatch knows, in units of which `factor` make a second.
pub(super) fn lag(
    all: &mut Signals,
    store: &Datastore,
    metric: &str,
    of: Option<Of>,
    factor: f64,
    source: &str,
) {
    if !store.is_copied() {
        return;
    }
    let (query, sample) = match of {
        Some((label, values)) => {
            let first = values.first().map_or("", String::as_str);
            let sample = format!(",{label}={}", promql::value(first));
            let values = promql::one_of(&values);
            (format!("{metric}{{{label}=~{values}}}"), sample)
        }
        None => (metric.to_string(), String::new()),
    };
    all.add(
        Signal::ReplicationLag,
        &store.name,
        format!("max by (region) ({query}) / {factor}"),
        &["region"],
        Unit::Seconds,
        source,
        vec![gauge(
            format!("{metric}{{region=\"us-east-1\"{sample}}}"),
            factor,
        )],
    );
}

/// What the load balancers themselves refuse or fail at, and what Route 53 sees.
fn hosts(all: &mut Signals) {
    let topology = all.topology;
    for host in &topology.hosts {
        let balancers: Vec<String> = host
            .regions
            .iter()
            .map(|id| edge_name(topology, *id))
            .collect();
        let of = format!(
            "dimension_LoadBalancer=~{}",
            promql::between("app/", &balancers, "/.*")
        );
        let (failed, all_of) = (
            "aws_applicationelb_httpcode_elb_5_xx_count_sum",
            "aws_applicationelb_request_count_sum",
        );
        all.add(
            Signal::ErrorRate,
            &host.name,
            format!("sum({failed}{{{of}}}) / (sum({all_of}{{{of}}}) > {FEWEST_IN_PERIOD})"),
            &[],
            Unit::Ratio,
            "CloudWatch by YACE: AWS/ApplicationELB HTTPCode_ELB_5XX_Count and RequestCount",
            Vec::new(),
        );
    }
}

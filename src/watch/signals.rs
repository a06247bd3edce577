//! The queries that are the same on every cloud: probes from outside, the mesh, the clusters,
//! exporters, and what only the services themselves can know
//! ([`CONTRACT`](super::contract::CONTRACT)).

use super::alerts::{SLOWEST_EVALUATION, evaluation_seconds};
use crate::deployment::{Load, Sample, Shape, SignalQuery, Unit};
use crate::format::promql;
use crate::spec::Signal;
use crate::topology::{Datastore, Service, Topology};

/// Where the results come from that [`CONTRACT`](super::contract::CONTRACT) asks for.
const CONTRACT: &str = "metrics contract";

/// Collects the queries of a system.
pub struct Signals<'a> {
    /// The system.
    pub topology: &'a Topology,
    /// The queries so far.
    pub found: Vec<SignalQuery>,
    /// The loads so far.
    pub loads: Vec<Load>,
}

impl<'a> Signals<'a> {
    /// Nothing yet, of a system.
    pub fn of(topology: &'a Topology) -> Self {
        Signals {
            topology,
            found: Vec::new(),
            loads: Vec::new(),
        }
    }

    /// Adds the query of a signal.
    pub fn add(
        &mut self,
        signal: Signal,
        subject: &str,
        query: String,
        labels: &[&'static str],
        unit: Unit,
        source: &str,
        sample: Vec<Sample>,
    ) {
        self.found.push(SignalQuery {
            signal,
            subject: subject.to_string(),
            region: None,
            between: None,
            query,
            labels: labels.to_vec(),
            unit,
            source: source.to_string(),
            sample,
        });
    }

    /// What probes from outside and scripts see of the whole system.
    pub fn whole_system(&mut self) {
        let name = &self.topology.name.clone();
        let of = format!(
            "job=\"blackbox-regions\",system={name}",
            name = promql::value(&name)
        );
        let region = self
            .topology
            .regions
            .first()
            .map_or("", |r| r.name.as_str());
        let probe = format!(
            "{{{of},region={region},probe=\"a\"}}",
            region = promql::value(&region)
        );
        // Three evaluations, so that one lost probe is no lost region.
        let window = match evaluation_seconds(self.topology) {
            SLOWEST_EVALUATION => "1m".to_string(),
            seconds => format!("{}s", 3 * seconds),
        };
        let blackbox = "Blackbox Exporter";
        self.add(
            Signal::HealthSuccess,
            name,
            format!("avg(avg_over_time(probe_success{{{of}}}[5m]))"),
            &[],
            Unit::Ratio,
            blackbox,
            vec![gauge(format!("probe_success{probe}"), 1.0)],
        );
        self.add(
            Signal::HealthFailures,
            name,
            format!(
                "sum(1 - (avg by (region) (avg_over_time(probe_success{{{of}}}[{window}])) >= bool 0.5))"
            ),
            &[],
            Unit::Count,
            blackbox,
            Vec::new(),
        );
        self.add(
            Signal::RegionSilent,
            name,
            format!(
                "1 - (avg by (region) (avg_over_time(probe_success{{{of}}}[{window}])) >= bool 0.5)"
            ),
            &["region"],
            Unit::Count,
            blackbox,
            Vec::new(),
        );
        self.add(
            Signal::CrossRegionLatency,
            name,
            format!(
                "max by (region) (quantile_over_time(0.95, probe_duration_seconds{{{of}}}[5m]))"
            ),
            &["region"],
            Unit::Seconds,
            blackbox,
            vec![gauge(format!("probe_duration_seconds{probe}"), 1.0)],
        );
        self.add(
            Signal::CertificateExpiry,
            name,
            format!("min by (region) (probe_ssl_earliest_cert_expiry{{{of}}}) - time()"),
            &["region"],
            Unit::Seconds,
            blackbox,
            Vec::new(),
        );
        self.add(
            Signal::FailoverTriggered,
            name,
            format!(
                "sum by (region) (increase(failover_events_total{{system={name}}}[10m]))",
                name = promql::value(&name)
            ),
            &["region"],
            Unit::Count,
            "metrics contract",
            vec![counter(
                format!(
                    "failover_events_total{{system={name},region={region}}}",
                    name = promql::value(&name),
                    region = promql::value(&region)
                ),
                1.0 / 600.0,
            )],
        );
        self.add(
            Signal::RestoreFailure,
            name,
            format!("sum by (datastore) (increase(restore_test_runs_total{{system={name},result=\"failure\"}}[1d]))", name = promql::value(&name)),
            &["datastore"],
            Unit::Count,
            "metrics contract",
            vec![counter(
                format!("restore_test_runs_total{{system={name},datastore=\"main\",result=\"failure\"}}", name = promql::value(&name)),
                1.0 / 86_400.0,
            )],
        );
    }

    /// What the mesh and the clusters see of a service.
    pub fn on_kubernetes(&mut self, service: &Service) {
        let name = &service.name;
        let namespace = &self.topology.namespace;
        let of = format!(
            "reporter=\"destination\",destination_service_name={name},destination_service_namespace={namespace}",
            name = promql::value(&name),
            namespace = promql::value(&namespace)
        );
        let istio = "Istio standard metrics";
        let total = format!("istio_requests_total{{{of}}}");
        let errors =
            |codes: &str| format!("istio_requests_total{{{of},response_code=~\"{codes}\"}}");
        let series = |code: u32| format!("istio_requests_total{{{of},response_code=\"{code}\"}}");
        let ratio =
            |codes: &str| format!("sum(rate({}[5m])) / sum(rate({total}[5m]))", errors(codes));
        self.add(
            Signal::ErrorRate,
            name,
            ratio("5.."),
            &[],
            Unit::Ratio,
            istio,
            // 1,000 requests a second, of which the wanted share fails.
            vec![
                counter(series(500), 1000.0),
                counter_rest(series(200), 1000.0),
            ],
        );
        self.add(
            Signal::Availability,
            name,
            format!("1 - ({})", ratio("5..")),
            &[],
            Unit::Ratio,
            istio,
            Vec::new(),
        );
        for (signal, quantile) in [(Signal::Latency, "0.95"), (Signal::LatencyP99, "0.99")] {
            let buckets = format!("istio_request_duration_milliseconds_bucket{{{of}}}");
            let query =
                format!("histogram_quantile({quantile}, sum by (le) (rate({buckets}[5m]))) / 1000");
            self.add(signal, name, query, &[], Unit::Seconds, istio, Vec::new());
        }
        self.loads.push(Load {
            service: name.clone(),
            requests: format!("sum(rate({total}[5m]))"),
            sample: vec![counter(series(200), 1.0)],
            filled: None,
        });
        let pods = format!(
            "namespace={namespace},pod=~{}",
            promql::begins(name, "-.*"),
            namespace = promql::value(&namespace)
        );
        for (signal, query) in [
            (
                Signal::Cpu,
                format!(
                    "sum(rate(container_cpu_usage_seconds_total{{{pods}}}[5m])) / sum(kube_pod_container_resource_requests{{{pods},resource=\"cpu\"}})"
                ),
            ),
            (
                Signal::Memory,
                format!(
                    "sum(container_memory_working_set_bytes{{{pods}}}) / sum(kube_pod_container_resource_limits{{{pods},resource=\"memory\"}})"
                ),
            ),
        ] {
            self.add(
                signal,
                name,
                query,
                &[],
                Unit::Ratio,
                "cAdvisor and kube-state-metrics",
                Vec::new(),
            );
        }
    }

    /// Copies that a worker or a check of the system reports on.
    pub fn reported_copies(&mut self, store: &Datastore) {
        let name = store.name.as_str();
        let (of, labels) = self.reported(store);
        self.add(
            Signal::ReplicationLag,
            name,
            format!("max by (datastore, region) (replication_lag_seconds{{{of}}})"),
            &["datastore", "region"],
            Unit::Seconds,
            CONTRACT,
            vec![gauge(format!("replication_lag_seconds{labels}"), 1.0)],
        );
        self.add(
            Signal::Conflicts,
            name,
            format!("sum by (datastore) (increase(replication_conflicts_total{{{of}}}[10m]))"),
            &["datastore"],
            Unit::Count,
            CONTRACT,
            vec![counter(
                format!("replication_conflicts_total{labels}"),
                1.0 / 600.0,
            )],
        );
        self.add(
            Signal::ConsistencyViolations,
            name,
            format!("max by (datastore) (data_consistency_violations{{{of}}})"),
            &["datastore"],
            Unit::Count,
            CONTRACT,
            vec![gauge(format!("data_consistency_violations{labels}"), 1.0)],
        );
    }

    /// The matchers of what the system reports of a store, and the labels of one such series.
    fn reported(&self, store: &Datastore) -> (String, String) {
        let system = &self.topology.name;
        let of = format!(
            "system={system},datastore={}",
            promql::value(&store.name),
            system = promql::value(&system)
        );
        let region = store
            .regions
            .last()
            .map_or("", |id| self.topology.region(*id).name.as_str());
        let labels = format!("{{{of},region={region}}}", region = promql::value(&region));
        (of, labels)
    }

    /// Backups that end, if the store makes any.
    pub fn backups(&mut self, store: &Datastore) {
        let backup = store.written.backup.as_ref();
        if backup.is_none_or(|b| b.every.is_none()) {
            return;
        }
        let name = store.name.as_str();
        let (of, labels) = self.reported(store);
        let failed = labels.replace('}', ",result=\"failure\"}");
        let succeeded = labels.replace('}', ",result=\"success\"}");
        self.add(
            Signal::BackupFailure,
            name,
            format!(
                "sum by (datastore) (increase(backup_runs_total{{{of},result=\"failure\"}}[1h]))"
            ),
            &["datastore"],
            Unit::Count,
            CONTRACT,
            vec![counter(format!("backup_runs_total{failed}"), 1.0 / 3600.0)],
        );
        self.add(
            Signal::BackupSuccess,
            name,
            format!("sum by (datastore) (increase(backup_runs_total{{{of},result=\"success\"}}[7d])) / sum by (datastore) (increase(backup_runs_total{{{of}}}[7d]))"),
            &["datastore"],
            Unit::Ratio,
            CONTRACT,
            vec![
                counter(format!("backup_runs_total{succeeded}"), 1.0),
                counter_rest(format!("backup_runs_total{failed}"), 1.0),
            ],
        );
    }

    /// What the exporter beside each node sees.
    pub fn redis(&mut self, store: &Datastore) {
        let name = store.name.as_str();
        let exporter = "redis_exporter";
        let of = format!("redis={name}", name = promql::value(&name));
        self.add(
            Signal::ReplicationLag,
            name,
            format!("max by (redis) (redis_connected_slave_lag_seconds{{{of}}})"),
            &["redis"],
            Unit::Seconds,
            exporter,
            vec![gauge(
                format!("redis_connected_slave_lag_seconds{{{of},slave_ip=\"r\"}}"),
                1.0,
            )],
        );
        self.add(
            Signal::CacheHitRate,
            name,
            format!("sum(rate(redis_keyspace_hits_total{{{of}}}[5m])) / (sum(rate(redis_keyspace_hits_total{{{of}}}[5m])) + sum(rate(redis_keyspace_misses_total{{{of}}}[5m])))"),
            &[],
            Unit::Ratio,
            exporter,
            vec![
                counter(format!("redis_keyspace_hits_total{{{of}}}"), 1000.0),
                counter_rest(format!("redis_keyspace_misses_total{{{of}}}"), 1000.0),
            ],
        );
        self.add(
            Signal::Memory,
            name,
            format!("max(redis_memory_used_bytes{{{of}}} / redis_memory_max_bytes{{{of}}})"),
            &[],
            Unit::Ratio,
            exporter,
            Vec::new(),
        );
    }
}

/// A series that is the result times a factor.
pub fn gauge(series: String, factor: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Gauge(factor),
    }
}

/// A series that grows by the result times a factor.
pub fn counter(series: String, factor: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Counter(factor),
    }
}

/// What happens whatever the result is.
pub fn steady(series: String, per_second: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Steady(per_second),
    }
}

/// The part of a whole that the other series leaves.
pub fn counter_rest(series: String, whole: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Rest(whole),
    }
}

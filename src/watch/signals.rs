//! The queries that are the same on every cloud: probes from outside, the mesh, the clusters,
//! exporters, and what only the services themselves can know
//! ([`CONTRACT`](crate::deployment::contract::CONTRACT)).

use super::pace::silent_window;
use crate::deployment::{FROM_CONTRACT, FROM_PROBES, Load, Sample, Shape, SignalQuery, Unit};
use crate::format::promql;
use crate::topology::{Datastore, Service, Signal, Topology};

/// The fewest requests a second of which a share is taken: one failure among few is no rate,
/// and whether a quiet system answers is what probes tell.
pub const FEWEST: f64 = 0.1;

/// A share of rates, where there are enough of them.
pub fn ratio(part: &str, whole: &str) -> String {
    format!("{part} / ({whole} > {FEWEST})")
}

/// How often something has happened in a window, by series: also the first time ever, when
/// its counter is born with it and `increase` sees no growth.
pub fn happened(series: &str, window: &str) -> String {
    format!(
        "({series} unless last_over_time({series}[{window}] offset {window})) or increase({series}[{window}])"
    )
}

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
        let window = silent_window(self.topology);
        let blackbox = FROM_PROBES;
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
                "sum by (region) ({})",
                happened(
                    &format!("failover_events_total{{system={}}}", promql::value(&name)),
                    "10m"
                )
            ),
            &["region"],
            Unit::Count,
            FROM_CONTRACT,
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
            format!(
                "sum by (datastore) ({})",
                happened(
                    &format!(
                        "restore_test_runs_total{{system={},result=\"failure\"}}",
                        promql::value(&name)
                    ),
                    "1d"
                )
            ),
            &["datastore"],
            Unit::Count,
            FROM_CONTRACT,
            vec![counter(
                format!("restore_test_runs_total{{system={name},datastore=\"main\",result=\"failure\"}}", name = promql::value(&name)),
                1.0 / 86_400.0,
            )],
        );
    }

    /// What the mesh and the clusters see of a service.
    pub fn on_kubernetes(&mut self, service: &Service) {
        // Proxies count requests; without a mesh there are none.
        if self.topology.mesh.is_none() {
            return;
        }
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
        let failing = ratio(
            &format!("sum(rate({}[5m]))", errors("5..")),
            &format!("sum(rate({total}[5m]))"),
        );
        self.add(
            Signal::ErrorRate,
            name,
            failing.clone(),
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
            format!("1 - ({failing})"),
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
    }

    /// What kubelets and kube-state-metrics see of a service, where a Prometheus of our own scrapes
    /// them.
    pub fn pods(&mut self, service: &Service) {
        let name = &service.name;
        let namespace = &self.topology.namespace;
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
            FROM_CONTRACT,
            vec![gauge(format!("replication_lag_seconds{labels}"), 1.0)],
        );
        self.add(
            Signal::Conflicts,
            name,
            format!(
                "sum by (datastore) ({})",
                happened(&format!("replication_conflicts_total{{{of}}}"), "10m")
            ),
            &["datastore"],
            Unit::Count,
            FROM_CONTRACT,
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
            FROM_CONTRACT,
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
        let backup = store.backup.as_ref();
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
                "sum by (datastore) ({})",
                happened(
                    &format!("backup_runs_total{{{of},result=\"failure\"}}"),
                    "1h"
                )
            ),
            &["datastore"],
            Unit::Count,
            FROM_CONTRACT,
            vec![counter(format!("backup_runs_total{failed}"), 1.0 / 3600.0)],
        );
        let ended = |which: &str| {
            let series = format!("backup_runs_total{{{of}{which}}}");
            format!("sum by (datastore) ({})", happened(&series, "7d"))
        };
        let (succeeds, ends) = (ended(",result=\"success\""), ended(""));
        self.add(
            Signal::BackupSuccess,
            name,
            format!("({succeeds} or 0 * {ends}) / {ends}"),
            &["datastore"],
            Unit::Ratio,
            FROM_CONTRACT,
            vec![
                counter(format!("backup_runs_total{succeeded}"), 1.0),
                counter_rest(format!("backup_runs_total{failed}"), 1.0),
            ],
        );
    }
}

/// Whether an expression counts what has [`happened`].
pub fn counts_newborn(expr: &str) -> bool {
    expr.contains(" unless last_over_time(")
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

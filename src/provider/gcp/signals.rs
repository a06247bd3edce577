//! The queries that show how the system is, in PromQL: Google's own metrics as Cloud
//! Monitoring names them, Istio's, the exporters', and the few that only the services
//! themselves can know ([`CONTRACT`]).

use super::edge::edge_name;
use crate::provider::alerting::{SLOWEST_EVALUATION, evaluation_seconds};
use crate::provider::{Deployment, Sample, Shape, SignalQuery, Unit};
use crate::spec::{Duration, Engine, Runtime, Signal};
use crate::topology::{Datastore, Service, Topology};

/// A metric that the services of the system must export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// Its name.
    pub name: &'static str,
    /// `gauge` or `counter`.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static str,
    /// Who exports it.
    pub by: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// What no provider can measure.
pub const CONTRACT: &[Contract] = &[
    Contract {
        name: "replication_lag_seconds",
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the replication worker",
        meaning: "seconds since the oldest change that is not yet applied in the region; 0 if none",
    },
    Contract {
        name: "replication_conflicts_total",
        kind: "counter",
        labels: "system, datastore, region",
        by: "the replication worker",
        meaning: "concurrent writes that were resolved by the tie break",
    },
    Contract {
        name: "data_consistency_violations",
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the data check",
        meaning: "records that differed between copies at the last check",
    },
    Contract {
        name: "backup_last_success_timestamp_seconds",
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the backup job, or the exporter of the provider's backups",
        meaning: "when the last complete backup began, in Unix time",
    },
    Contract {
        name: "backup_runs_total",
        kind: "counter",
        labels: "system, datastore, region, result (success, failure)",
        by: "the backup job, or the exporter of the provider's backups",
        meaning: "backups that ended",
    },
    Contract {
        name: "restore_test_last_success_timestamp_seconds",
        kind: "gauge",
        labels: "system, datastore",
        by: "scripts/dr-test.sh, pushed with its evidence",
        meaning: "when a restore was last proved, in Unix time",
    },
    Contract {
        name: "restore_test_runs_total",
        kind: "counter",
        labels: "system, datastore, result (success, failure)",
        by: "scripts/dr-test.sh, pushed with its evidence",
        meaning: "restore drills that ended",
    },
    Contract {
        name: "dr_test_last_success_timestamp_seconds",
        kind: "gauge",
        labels: "system, drill",
        by: "scripts/dr-test.sh, pushed with its evidence",
        meaning: "when the drill last succeeded, in Unix time",
    },
    Contract {
        name: "failover_events_total",
        kind: "counter",
        labels: "system, region",
        by: "scripts/failover-region.sh, pushed with its evidence",
        meaning: "failovers away from the region",
    },
    Contract {
        name: "event_schema_events_total",
        kind: "counter",
        labels: "system, service, region, version, verdict (accept, or that of a drop)",
        by: "every service that reads events",
        meaning: "events that were read, by their version and what became of them",
    },
    Contract {
        name: "probe_success",
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, from at least three places outside the regions",
        meaning: "whether the region's host answered",
    },
];

/// The metrics that a system has a use for.
pub fn contract(topology: &Topology) -> Vec<Contract> {
    let stores = &topology.datastores;
    let replicates = stores.iter().any(|s| s.written.replication.is_some());
    let backed = |s: &Datastore| {
        let backup = s.written.backup.as_ref();
        backup.is_some_and(|b| b.every.is_some())
    };
    let backs_up = stores.iter().any(backed);
    let used = |c: &&Contract| match c.name.split('_').next() {
        Some("replication" | "data") => replicates,
        Some("backup" | "restore") => backs_up,
        Some("dr") => !topology.spec.drills.is_empty(),
        Some("event") => topology.spec.events.is_some(),
        _ => true,
    };
    CONTRACT.iter().filter(used).copied().collect()
}

/// Fills in the queries of every part.
pub fn signals(topology: &Topology, deployment: &mut Deployment) {
    let mut all = Signals {
        topology,
        found: Vec::new(),
    };
    all.whole_system();
    topology.services.iter().for_each(|s| all.service(s));
    topology.datastores.iter().for_each(|d| all.datastore(d));
    all.queues();
    deployment.signals.append(&mut all.found);
}

struct Signals<'a> {
    topology: &'a Topology,
    found: Vec<SignalQuery>,
}

impl Signals<'_> {
    fn add(
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

    fn whole_system(&mut self) {
        let name = &self.topology.name.clone();
        let of = format!("job=\"blackbox-regions\",system=\"{name}\"");
        let region = self
            .topology
            .regions
            .first()
            .map_or("", |r| r.name.as_str());
        let probe = format!("{{{of},region=\"{region}\",probe=\"a\"}}");
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
            format!("sum by (region) (increase(failover_events_total{{system=\"{name}\"}}[10m]))"),
            &["region"],
            Unit::Count,
            "metrics contract",
            vec![counter(
                format!("failover_events_total{{system=\"{name}\",region=\"{region}\"}}"),
                1.0 / 600.0,
            )],
        );
        self.add(
            Signal::RestoreFailure,
            name,
            format!("sum by (datastore) (increase(restore_test_runs_total{{system=\"{name}\",result=\"failure\"}}[1d]))"),
            &["datastore"],
            Unit::Count,
            "metrics contract",
            vec![counter(
                format!("restore_test_runs_total{{system=\"{name}\",datastore=\"main\",result=\"failure\"}}"),
                1.0 / 86_400.0,
            )],
        );
        self.add(
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
            "logging_googleapis_com:user_{}_key_rotation_failed",
            name.replace('-', "_")
        );
        self.add(
            Signal::KeyRotation,
            name,
            format!("sum(increase({metric}[1h]))"),
            &[],
            Unit::Count,
            "log-based metric over Cloud KMS audit logs",
            vec![counter(metric, 1.0 / 3600.0)],
        );
    }

    fn service(&mut self, service: &Service) {
        match service.runtime {
            Runtime::Kubernetes => self.on_kubernetes(service),
            Runtime::CloudRun => self.on_cloud_run(service),
        }
    }

    fn on_kubernetes(&mut self, service: &Service) {
        let name = &service.name;
        let namespace = &self.topology.namespace;
        let of = format!(
            "reporter=\"destination\",destination_service_name=\"{name}\",destination_service_namespace=\"{namespace}\""
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
        let pods = format!("namespace=\"{namespace}\",pod=~\"{name}-.*\"");
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

    fn on_cloud_run(&mut self, service: &Service) {
        let names: Vec<String> = service
            .placements
            .iter()
            .map(|p| service.name_in(self.topology.region(p.region)))
            .collect();
        let mut unique = names;
        unique.dedup();
        let of = format!(
            "monitored_resource=\"cloud_run_revision\",service_name=~\"{}\"",
            unique.join("|")
        );
        let metric = "run_googleapis_com:request_count";
        let source = "Cloud Monitoring: run.googleapis.com/request_count";
        let first = unique.first().cloned().unwrap_or_default();
        let series = |class: &str| {
            format!(
                "{metric}{{monitored_resource=\"cloud_run_revision\",service_name=\"{first}\",response_code_class=\"{class}\"}}"
            )
        };
        let name = service.name.clone();
        let query = format!(
            "sum(rate({metric}{{{of},response_code_class=\"5xx\"}}[5m])) / sum(rate({metric}{{{of}}}[5m]))"
        );
        let sample = vec![
            counter(series("5xx"), 1000.0),
            counter_rest(series("2xx"), 1000.0),
        ];
        self.add(
            Signal::ErrorRate,
            &name,
            query.clone(),
            &[],
            Unit::Ratio,
            source,
            sample,
        );
        self.add(
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
            self.add(
                signal,
                &name,
                query,
                &["location"],
                Unit::Seconds,
                source,
                Vec::new(),
            );
        }
    }

    fn datastore(&mut self, store: &Datastore) {
        let system = self.topology.name.clone();
        let name = store.name.as_str();
        let of = format!("system=\"{system}\",datastore=\"{name}\"");
        let region = store
            .regions
            .last()
            .map_or("", |id| self.topology.region(*id).name.as_str());
        let region = region.to_string();
        let labels = format!("{{{of},region=\"{region}\"}}");
        let contract = "metrics contract";
        if store.engine == Engine::Redis {
            self.redis(store);
        } else if store.written.replication.is_some() {
            self.add(
                Signal::ReplicationLag,
                name,
                format!("max by (datastore, region) (replication_lag_seconds{{{of}}})"),
                &["datastore", "region"],
                Unit::Seconds,
                contract,
                vec![gauge(format!("replication_lag_seconds{labels}"), 1.0)],
            );
            self.add(
                Signal::Conflicts,
                name,
                format!("sum by (datastore) (increase(replication_conflicts_total{{{of}}}[10m]))"),
                &["datastore"],
                Unit::Count,
                contract,
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
                contract,
                vec![gauge(format!("data_consistency_violations{labels}"), 1.0)],
            );
        }
        if store
            .written
            .backup
            .as_ref()
            .is_some_and(|b| b.every.is_some())
        {
            self.backup(name, &of, &labels);
        }
        if store.engine == Engine::Firestore {
            let metric = "firestore_googleapis_com:document_read_count";
            self.add(
                Signal::Reads,
                name,
                format!("sum(rate({metric}{{monitored_resource=\"firestore_instance\"}}[1h]))"),
                &[],
                Unit::PerSecond,
                "Cloud Monitoring: firestore.googleapis.com/document/read_count",
                vec![counter(
                    format!("{metric}{{monitored_resource=\"firestore_instance\"}}"),
                    1.0,
                )],
            );
        }
    }

    fn backup(&mut self, name: &str, of: &str, labels: &str) {
        let contract = "metrics contract";
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
            contract,
            vec![counter(format!("backup_runs_total{failed}"), 1.0 / 3600.0)],
        );
        self.add(
            Signal::BackupSuccess,
            name,
            format!("sum by (datastore) (increase(backup_runs_total{{{of},result=\"success\"}}[7d])) / sum by (datastore) (increase(backup_runs_total{{{of}}}[7d]))"),
            &["datastore"],
            Unit::Ratio,
            contract,
            vec![
                counter(format!("backup_runs_total{succeeded}"), 1.0),
                counter_rest(format!("backup_runs_total{failed}"), 1.0),
            ],
        );
    }

    fn redis(&mut self, store: &Datastore) {
        let name = store.name.as_str();
        let exporter = "redis_exporter";
        let of = format!("redis=\"{name}\"");
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

    fn queues(&mut self) {
        for queue in &self.topology.queues {
            let metric = "pubsub_googleapis_com:subscription_num_undelivered_messages";
            let name = queue.name.clone();
            let series = format!(
                "{metric}{{monitored_resource=\"pubsub_subscription\",subscription_id=\"{name}\"}}"
            );
            let sample = vec![gauge(series.clone(), 1.0)];
            self.add(
                Signal::QueueBacklog,
                &name,
                format!("max({series})"),
                &[],
                Unit::Count,
                "Cloud Monitoring: pubsub.googleapis.com/subscription/num_undelivered_messages",
                sample,
            );
            // Everything that comes into the dead letter topic: what Pub/Sub gives up on, and
            // what the receiver sets aside itself.
            let window = queue.written.dead_letter.as_ref().map(|d| d.window.value);
            let window = window.unwrap_or(Duration::from_secs(300));
            let series = format!(
                "pubsub_googleapis_com:topic_send_message_operation_count{{monitored_resource=\"pubsub_topic\",topic_id=\"{name}-dead-letter\"}}"
            );
            let sample = vec![counter(series.clone(), 1.0 / window.secs() as f64)];
            self.add(
                Signal::DeadLetters,
                &name,
                format!("sum(increase({series}[{window}]))"),
                &[],
                Unit::Count,
                "Cloud Monitoring: pubsub.googleapis.com/topic/send_message_operation_count",
                sample,
            );
        }
        // The load balancers' own view of failing back ends.
        for host in &self.topology.hosts {
            let backend = edge_name(self.topology, host);
            let metric = "loadbalancing_googleapis_com:https_backend_request_count";
            let of =
                format!("monitored_resource=\"https_lb_rule\",backend_target_name=\"{backend}\"");
            let series = |class: u32| format!("{metric}{{{of},response_code_class=\"{class}\"}}");
            let query = format!(
                "sum(rate({}[5m])) / sum(rate({metric}{{{of}}}[5m]))",
                series(500)
            );
            let sample = vec![
                counter(series(500), 1000.0),
                counter_rest(series(200), 1000.0),
            ];
            let source =
                "Cloud Monitoring: loadbalancing.googleapis.com/https/backend_request_count";
            let host = host.name.clone();
            self.add(
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
}

fn gauge(series: String, factor: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Gauge(factor),
    }
}

pub(super) fn counter(series: String, factor: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Counter(factor),
    }
}

/// What happens whatever the result is.
pub(super) fn steady(series: String, per_second: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Steady(per_second),
    }
}

/// The part of a whole that the other series leaves.
pub(super) fn counter_rest(series: String, whole: f64) -> Sample {
    Sample {
        series,
        shape: Shape::Rest(whole),
    }
}

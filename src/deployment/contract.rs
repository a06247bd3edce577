//! The metrics that no cloud can measure: the services of the system export them.

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
        by: "an exporter over the records that scripts/dr-test.sh keeps",
        meaning: "when a restore was last proved, in Unix time",
    },
    Contract {
        name: "restore_test_runs_total",
        kind: "counter",
        labels: "system, datastore, result (success, failure)",
        by: "an exporter over the records that scripts/dr-test.sh keeps",
        meaning: "restore drills that ended",
    },
    Contract {
        name: "dr_test_last_success_timestamp_seconds",
        kind: "gauge",
        labels: "system, drill",
        by: "scripts/dr-test.sh, to the Pushgateway that PUSHGATEWAY_URL names",
        meaning: "when the drill last succeeded, in Unix time",
    },
    Contract {
        name: "failover_events_total",
        kind: "counter",
        labels: "system, region",
        by: "an exporter over the records that scripts/failover-region.sh keeps",
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
    Contract {
        name: "probe_duration_seconds",
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, with the same probe",
        meaning: "how long the answer took",
    },
    Contract {
        name: "probe_ssl_earliest_cert_expiry",
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, with the same probe",
        meaning: "when the certificate that was served ends, in Unix time",
    },
];

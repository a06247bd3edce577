//! The metrics that nothing emitted exports: those that no cloud can measure, and those whose
//! exporter is not ours.

use std::borrow::Cow;

/// A metric that somebody must export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its name.
    pub name: Cow<'static, str>,
    /// `gauge` or `counter`.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static str,
    /// Who exports it.
    pub by: &'static str,
    /// What it means.
    pub meaning: Cow<'static, str>,
}

impl Contract {
    /// Whether its series say of which system they are.
    pub fn names_the_system(&self) -> bool {
        self.labels.split(", ").any(|label| label == "system")
    }
}

/// Series that exist and that nothing emitted exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unexported {
    /// What their names begin with.
    pub prefix: &'static str,
    /// Who is to export them.
    pub by: &'static str,
}

/// What no provider can measure.
pub const CONTRACT: &[Contract] = &[
    Contract {
        name: Cow::Borrowed("replication_lag_seconds"),
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the replication worker",
        meaning: Cow::Borrowed(
            "seconds since the oldest change that is not yet applied in the region; 0 if none",
        ),
    },
    Contract {
        name: Cow::Borrowed("replication_conflicts_total"),
        kind: "counter",
        labels: "system, datastore, region",
        by: "the replication worker",
        meaning: Cow::Borrowed("concurrent writes that were resolved by the tie break"),
    },
    Contract {
        name: Cow::Borrowed("data_consistency_violations"),
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the data check",
        meaning: Cow::Borrowed("records that differed between copies at the last check"),
    },
    Contract {
        name: Cow::Borrowed("backup_last_success_timestamp_seconds"),
        kind: "gauge",
        labels: "system, datastore, region",
        by: "the backup job, or the exporter of the provider's backups",
        meaning: Cow::Borrowed("when the last complete backup began, in Unix time"),
    },
    Contract {
        name: Cow::Borrowed("backup_runs_total"),
        kind: "counter",
        labels: "system, datastore, region, result (success, failure)",
        by: "the backup job, or the exporter of the provider's backups",
        meaning: Cow::Borrowed("backups that ended"),
    },
    Contract {
        name: Cow::Borrowed("restore_test_last_success_timestamp_seconds"),
        kind: "gauge",
        labels: "system, datastore",
        by: "an exporter over the records that scripts/dr-test.sh keeps",
        meaning: Cow::Borrowed("when a restore was last proved, in Unix time"),
    },
    Contract {
        name: Cow::Borrowed("restore_test_runs_total"),
        kind: "counter",
        labels: "system, datastore, result (success, failure)",
        by: "an exporter over the records that scripts/dr-test.sh keeps",
        meaning: Cow::Borrowed("restore drills that ended"),
    },
    Contract {
        name: Cow::Borrowed("dr_test_last_success_timestamp_seconds"),
        kind: "gauge",
        labels: "system, drill",
        by: "scripts/dr-test.sh, to the Pushgateway that PUSHGATEWAY_URL names",
        meaning: Cow::Borrowed("when the drill last succeeded, in Unix time"),
    },
    Contract {
        name: Cow::Borrowed("failover_events_total"),
        kind: "counter",
        labels: "system, region",
        by: "an exporter over the records that scripts/failover-region.sh keeps",
        meaning: Cow::Borrowed("failovers away from the region"),
    },
    Contract {
        name: Cow::Borrowed("event_schema_events_total"),
        kind: "counter",
        labels: "system, service, region, version, verdict (accept, or that of a drop)",
        by: "every service that reads events",
        meaning: Cow::Borrowed("events that were read, by their version and what became of them"),
    },
    Contract {
        name: Cow::Borrowed("probe_success"),
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, from at least three places outside the regions",
        meaning: Cow::Borrowed("whether the region's host answered"),
    },
    Contract {
        name: Cow::Borrowed("probe_duration_seconds"),
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, with the same probe",
        meaning: Cow::Borrowed("how long the answer took"),
    },
    Contract {
        name: Cow::Borrowed("probe_ssl_earliest_cert_expiry"),
        kind: "gauge",
        labels: "job=\"blackbox-regions\", system, region, probe",
        by: "Blackbox Exporter, with the same probe",
        meaning: Cow::Borrowed("when the certificate that was served ends, in Unix time"),
    },
];

//! What alerts say to people.

use crate::topology::{Signal, Threshold};
/// One line that says what has happened to a part.
pub(super) fn title(signal: Signal, subject: &str) -> String {
    match signal {
        Signal::ReplicationLag => format!("Replication lag of {subject} is high"),
        Signal::HealthFailures => "Health checks fail in several regions".into(),
        Signal::HealthSuccess => "Health check success rate is below its objective".into(),
        Signal::RegionSilent => "A region is unreachable".into(),
        Signal::CrossRegionLatency => "A region is slow".into(),
        Signal::FailoverTriggered => "Traffic has failed over".into(),
        Signal::BackupFailure => format!("A backup of {subject} failed"),
        Signal::BackupSuccess => format!("Backups of {subject} fail"),
        Signal::RestoreFailure => "A restore drill failed".into(),
        Signal::CertificateExpiry => "A certificate expires soon".into(),
        Signal::Egress => "Egress is above normal".into(),
        Signal::KeyRotation => "A key was not rotated".into(),
        Signal::CacheHitRate => format!("Cache hit rate of {subject} is low"),
        Signal::ErrorRate => format!("Requests to {subject} fail"),
        Signal::DeadLetters => format!("{subject} has dead letters"),
        Signal::QueueBacklog => format!("{subject} has a backlog"),
        Signal::SecretRotation => "A secret is due for rotation".into(),
        Signal::SchemaDrops => "Events are dropped because of their schema version".into(),
        Signal::Conflicts => format!("Concurrent writes to {subject}"),
        Signal::ConsistencyViolations => format!("Replicas of {subject} are inconsistent"),
        Signal::Custom => format!("{} is over its threshold", subject.replace('-', " ")),
        other => format!("{} of {subject}", other.word().replace('-', " ")),
    }
}

/// Why a signal matters, for whoever is paged.
pub(super) fn meaning(signal: Signal, when: Option<&Threshold>) -> String {
    let bound = when.map_or(String::new(), |w| {
        format!(" Threshold: `{} {}`.", w.comparison, w.text)
    });
    let why = match signal {
        Signal::ReplicationLag => {
            "If the region is lost now, every write that has not replicated is lost."
        }
        Signal::HealthFailures | Signal::RegionSilent => {
            "Users of the region are failing over, or get errors."
        }
        Signal::FailoverTriggered => {
            "Traffic has failed over from a region. Headroom is reduced until failback."
        }
        Signal::BackupFailure | Signal::BackupSuccess => {
            "Without a recent backup, corrupted or deleted data cannot be restored."
        }
        Signal::RestoreFailure => "A backup that cannot be restored does not protect data.",
        Signal::CertificateExpiry => "Clients reject an expired certificate.",
        Signal::Egress => "Possible data exfiltration or a misrouted flow. Egress is billed.",
        Signal::SecretRotation => {
            "Rotation is manual. The longer a secret lives, the more people know it."
        }
        Signal::KeyRotation => "The key has not been rotated on schedule.",
        Signal::CacheHitRate => "Every cache miss is a database read.",
        Signal::ErrorRate | Signal::Availability => {
            "Users see errors, and the error budget is burning."
        }
        Signal::LatencySkew => "The region is close to failing, or its data is in another region.",
        Signal::SchemaDrops => {
            "A sender writes a version that the receivers no longer read. Its events go to the dead letter queue with their verdict."
        }
        Signal::DeadLetters => "These messages have not been processed. They need manual replay.",
        Signal::ConsistencyViolations | Signal::Conflicts => {
            "Users in different regions see different data."
        }
        _ => "Check the dashboard for when it changed.",
    };
    format!("{why}{bound}")
}

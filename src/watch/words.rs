//! What alerts say to people.

use crate::topology::{Signal, Threshold};
/// One line that says what has happened to a part.
pub(super) fn title(signal: Signal, subject: &str) -> String {
    match signal {
        Signal::ReplicationLag => format!("Copies of {subject} are behind"),
        Signal::HealthFailures => "Health checks fail in several regions".into(),
        Signal::HealthSuccess => "Fewer health checks succeed than promised".into(),
        Signal::RegionSilent => "A region does not answer".into(),
        Signal::CrossRegionLatency => "A region answers slowly".into(),
        Signal::FailoverTriggered => "A failover happened".into(),
        Signal::BackupFailure => format!("A backup of {subject} failed"),
        Signal::BackupSuccess => format!("Backups of {subject} fail"),
        Signal::RestoreFailure => "A restore drill failed".into(),
        Signal::CertificateExpiry => "A certificate expires soon".into(),
        Signal::Egress => "More leaves the network than usual".into(),
        Signal::KeyRotation => "A key was not rotated".into(),
        Signal::CacheHitRate => format!("{subject} misses more than planned"),
        Signal::ErrorRate => format!("Requests to {subject} fail"),
        Signal::DeadLetters => format!("{subject} sets messages aside"),
        Signal::QueueBacklog => format!("{subject} does not keep up"),
        Signal::SecretRotation => "A secret is due for rotation".into(),
        Signal::SchemaDrops => "Events are dropped for their version".into(),
        Signal::Conflicts => format!("Concurrent writes to {subject}"),
        Signal::ConsistencyViolations => format!("Copies of {subject} differ"),
        Signal::Custom => format!("{} is out of bounds", subject.replace('-', " ")),
        other => format!("{} of {subject}", other.word().replace('-', " ")),
    }
}

/// Why a signal matters, for whoever is paged.
pub(super) fn meaning(signal: Signal, when: Option<&Threshold>) -> String {
    let bound = when.map_or(String::new(), |w| {
        format!(" The bound is `{} {}`.", w.comparison, w.text)
    });
    let why = match signal {
        Signal::ReplicationLag => {
            "Writes that are not yet in another region are lost if this one is lost now."
        }
        Signal::HealthFailures | Signal::RegionSilent => {
            "Users of the region are being moved, or get errors."
        }
        Signal::FailoverTriggered => {
            "Traffic has left a region; capacity is short until it is back."
        }
        Signal::BackupFailure | Signal::BackupSuccess => {
            "Without a fresh backup, wrong or deleted data cannot be undone."
        }
        Signal::RestoreFailure => "A backup that cannot be restored is no backup.",
        Signal::CertificateExpiry => "Browsers and callers refuse an expired certificate.",
        Signal::Egress => "Data may be leaving that should not, and it is charged for.",
        Signal::SecretRotation => {
            "Nothing replaces it by itself; a secret that is never replaced is known to more people every year."
        }
        Signal::KeyRotation => "A key that is not rotated breaks the rule that keys rotate.",
        Signal::CacheHitRate => "Every miss is a read of the database.",
        Signal::ErrorRate | Signal::Availability => {
            "Users see errors, and the error budget is being spent."
        }
        Signal::LatencySkew => {
            "A region that is slow for its users is near to failing, or its data is far away."
        }
        Signal::SchemaDrops => {
            "A sender writes a version that the receivers no longer read; what it sends is set aside with its verdict."
        }
        Signal::DeadLetters => "Messages wait for a person; their effect is missing.",
        Signal::ConsistencyViolations | Signal::Conflicts => {
            "Users in different regions see different data."
        }
        _ => "See the dashboard for what changed when.",
    };
    format!("{why}{bound}")
}

//! What the commands that act on stores have in common.

use crate::deployment::{OperationKind, Proof, RESTORED_WITHIN, script};
use crate::topology::RegionId;

/// Seconds that a read of the API may take.
pub(super) const LOOK: u64 = 15;
/// Seconds that a restore's request may take; what it makes is there later.
pub(super) const RESTORE: u64 = 900;

/// Waits until what was restored answers; `$1` is its name.
pub(super) fn restored(subject: &str, id: RegionId, title: &str, read: &str, wants: &str) -> Proof {
    Proof {
        of: OperationKind::Restore,
        subject: subject.to_string(),
        region: Some(id),
        title: title.into(),
        command: script(read, &["$NEW_DATABASE"]),
        wants: wants.into(),
        within_seconds: RESTORED_WITHIN,
        otherwise: "it is being made still, or has nothing in it: look at its status".into(),
    }
}

/// Prints a metric of CloudWatch, of which so many units are a second, as seconds.
pub(super) fn seconds_behind(what: &str, location: &str, metric: &str, per_second: u32) -> String {
    format!(
        "behind=$(aws cloudwatch get-metric-statistics --region {location} {metric} \
         --start-time \"$(date -u -d '-5 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" --period 60 --statistics Maximum \
         --query 'max(Datapoints[].Maximum)' --output text) && behind=${{behind%.*}} && \
         if [ \"$behind\" = None ]; then echo '{what}: nothing was measured'; \
         else echo \"{what}: $(((behind + {per_second} - 1) / {per_second})) s\"; fi"
    )
}

/// Finds the security group of a name, as `$group`, for the command that follows.
pub(super) fn security_group(location: &str, name: &str) -> String {
    format!(
        "group=$(aws ec2 describe-security-groups --region {location} --filters Name=group-name,Values={name} \
         --query 'SecurityGroups[0].GroupId' --output text) && "
    )
}

/// The parameter group of an instance or a cluster, as the modules name it: one of each major
/// version, because a family never changes.
pub(super) fn parameter_group(name: &str, version: &str) -> String {
    let major = version.split('.').next().unwrap_or(version);
    format!("{name}-{major}")
}

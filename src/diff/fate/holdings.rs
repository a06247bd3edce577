//! What holds data or keys, how long it keeps what it holds, and what stops its end at apply.

use super::value::{Fields, Value};

/// A type whose end loses something that nobody can make again.
struct Holding {
    kind: &'static str,
    /// What is lost, for people.
    what: &'static str,
    /// Arguments that say how long something is kept; a shorter time deletes what is older.
    kept: &'static [&'static str],
    /// An argument that is true if it goes even while it holds something.
    force: Option<&'static str>,
}

const fn holding(kind: &'static str, what: &'static str) -> Holding {
    Holding {
        kind,
        what,
        kept: &[],
        force: None,
    }
}

const fn keeping(kind: &'static str, what: &'static str, kept: &'static [&'static str]) -> Holding {
    Holding {
        kept,
        ..holding(kind, what)
    }
}

const fn unless_empty(
    kind: &'static str,
    what: &'static str,
    kept: &'static [&'static str],
    force: &'static str,
) -> Holding {
    Holding {
        force: Some(force),
        ..keeping(kind, what, kept)
    }
}

const HOLDINGS: &[Holding] = &[
    unless_empty("aws_backup_vault", "recovery points", &[], "force_destroy"),
    keeping("aws_cloudwatch_log_group", "logs", &["retention_in_days"]),
    keeping(
        "aws_db_instance",
        "a database",
        &["backup_retention_period"],
    ),
    keeping(
        "aws_db_instance_automated_backups_replication",
        "backups",
        &["retention_period"],
    ),
    keeping(
        "aws_dynamodb_table",
        "a table",
        &[
            "point_in_time_recovery.*.enabled",
            "point_in_time_recovery.*.recovery_period_in_days",
        ],
    ),
    unless_empty("aws_ecr_repository", "images", &[], "force_delete"),
    holding("aws_eks_cluster", "a cluster and its volumes"),
    keeping(
        "aws_elasticache_replication_group",
        "a cache and its snapshots",
        &["snapshot_retention_limit"],
    ),
    holding("aws_kms_key", "a key and all that it encrypts"),
    holding("aws_kms_replica_key", "a key and all that it encrypts here"),
    keeping(
        "aws_rds_cluster",
        "a database",
        &["backup_retention_period"],
    ),
    unless_empty("aws_s3_bucket", "objects", &[], "force_destroy"),
    holding("aws_secretsmanager_secret", "a secret's values"),
    holding("google_artifact_registry_repository", "images"),
    unless_empty(
        "google_bigquery_dataset",
        "tables",
        &[],
        "delete_contents_on_destroy",
    ),
    holding("google_container_cluster", "a cluster and its volumes"),
    keeping(
        "google_firestore_database",
        "a database",
        &["point_in_time_recovery_enablement"],
    ),
    keeping(
        "google_gke_backup_backup_plan",
        "backups of a cluster",
        &["retention_policy.*.backup_retain_days"],
    ),
    holding("google_kms_crypto_key", "a key and all that it encrypts"),
    keeping(
        "google_pubsub_subscription",
        "messages",
        &["message_retention_duration"],
    ),
    holding("google_redis_instance", "a cache"),
    holding("google_secret_manager_secret", "a secret's values"),
    unless_empty(
        "google_storage_bucket",
        "objects",
        &[
            "retention_policy.*.retention_period",
            "soft_delete_policy.*.retention_duration_seconds",
        ],
        "force_destroy",
    ),
];

/// Of what holds nothing itself, and decides how long something is kept.
const KEPT: &[(&str, &[&str])] = &[
    ("aws_backup_plan", &["rule.*.lifecycle.*.delete_after"]),
    (
        "aws_s3_bucket_lifecycle_configuration",
        &[
            "rule.*.expiration.*.days",
            "rule.*.noncurrent_version_expiration.*.noncurrent_days",
        ],
    ),
    ("google_firestore_backup_schedule", &["retention"]),
    ("google_pubsub_topic", &["message_retention_duration"]),
];

fn find(kind: &str) -> Option<&'static Holding> {
    HOLDINGS.iter().find(|h| h.kind == kind)
}

/// What is lost with a resource of that type, for people; nothing of most.
pub fn what(kind: &str) -> Option<&'static str> {
    find(kind).map(|h| h.what)
}

/// Arguments of a resource that keep something for less time than before.
pub fn shortened(kind: &str, before: &Fields, after: &Fields) -> Vec<String> {
    let of = KEPT.iter().find(|(k, _)| *k == kind).map(|(_, kept)| *kept);
    let kept = find(kind).map_or(&[][..], |h| h.kept);
    let (before, after) = (Value::Map(before.clone()), Value::Map(after.clone()));
    let shorter = |path: &&&str| {
        let steps: Vec<&str> = path.split('.').collect();
        let (old, new) = (amounts(&before, &steps), amounts(&after, &steps));
        old.iter().zip(&new).any(|(old, new)| new < old)
    };
    let all = kept.iter().chain(of.unwrap_or_default());
    let all = all.filter(shorter);
    all.map(|path| path.replace(".*", "")).collect()
}

/// The amounts at a path; `*` stands for each block of a list.
fn amounts(of: &Value, path: &[&str]) -> Vec<f64> {
    let Some((first, rest)) = path.split_first() else {
        return amount(of).into_iter().collect();
    };
    match (of, *first) {
        (Value::List(items), "*") => items.iter().flat_map(|i| amounts(i, rest)).collect(),
        (Value::Map(fields), name) => {
            let inner = fields.get(name).into_iter();
            inner.flat_map(|v| amounts(v, rest)).collect()
        }
        _ => Vec::new(),
    }
}

/// `30`, `604800s`, or whether something is kept at all.
fn amount(of: &Value) -> Option<f64> {
    match of {
        Value::Bool(on) => return Some(f64::from(u8::from(*on))),
        Value::Text(text) if text.ends_with("_ENABLED") => return Some(1.0),
        Value::Text(text) if text.ends_with("_DISABLED") => return Some(0.0),
        _ => {}
    }
    let text = of.to_text()?;
    text.strip_suffix('s').unwrap_or(&text).parse().ok()
}

/// What makes an apply fail before the provider destroys a resource: an argument, as it was
/// applied, that the provider or the cloud heeds.
pub fn guard(kind: &str, applied: &Fields) -> Option<String> {
    let switches = [
        "deletion_protection",
        "deletion_protection_enabled",
        "enable_deletion_protection",
    ];
    let on = |name: &&&str| applied.get(**name) == Some(&Value::Bool(true));
    if let Some(name) = switches.iter().find(on) {
        return Some((*name).to_string());
    }
    let words = [
        ("deletion_policy", "PREVENT"),
        ("delete_protection_state", "DELETE_PROTECTION_ENABLED"),
    ];
    let is = |(name, word): &&(&str, &str)| applied.get(*name) == Some(&Value::text(*word));
    words
        .iter()
        .find(is)
        .map(|(name, _)| (*name).to_string())
        .or_else(|| {
            let force = find(kind)?.force?;
            let forced = applied.get(force) == Some(&Value::Bool(true));
            (!forced).then(|| {
                format!(
                    "{force} is off, while there are {} in it",
                    find(kind).map_or("", |h| h.what)
                )
            })
        })
}

//! Types of resources that hold data or keys: what their end loses, how long they keep what they
//! hold, and what the provider has against their end.

/// A type whose end loses something that nobody can make again.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// The type: `aws_kms_key`.
    pub kind: &'static str,
    /// What is lost, for people.
    pub what: &'static str,
    /// Arguments that say how long something is kept; a shorter time deletes what is older.
    pub kept: &'static [&'static str],
    /// What the provider has against its end, beside `prevent_destroy`.
    pub guard: Guard,
}

/// What a provider has against the end of a resource.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    /// An argument that refuses it while it says this.
    Refuses(&'static str, &'static str),
    /// An argument that is off unless it may go while it holds something.
    UnlessEmpty(&'static str),
    /// An argument that leaves something behind: days in which it can be had back, a last
    /// snapshot, or the thing itself.
    Leaves(&'static str),
    /// No argument of the provider; why that is enough.
    Nothing(&'static str),
}

impl Holding {
    /// The argument that is true if it goes even while it holds something.
    pub fn force(&self) -> Option<&'static str> {
        match self.guard {
            Guard::UnlessEmpty(argument) => Some(argument),
            _ => None,
        }
    }
}

const fn holding(kind: &'static str, what: &'static str, guard: Guard) -> Holding {
    keeping(kind, what, guard, &[])
}

const fn keeping(
    kind: &'static str,
    what: &'static str,
    guard: Guard,
    kept: &'static [&'static str],
) -> Holding {
    Holding {
        kind,
        what,
        kept,
        guard,
    }
}

/// Google's own guard of any resource.
const PREVENT: Guard = Guard::Refuses("deletion_policy", "PREVENT");
/// The guard of databases of AWS, and of clusters of Google.
const PROTECTED: Guard = Guard::Refuses("deletion_protection", "true");
/// Days in which a key can be had back.
const WINDOW: Guard = Guard::Leaves("deletion_window_in_days");

/// All of them, by type.
pub const HOLDINGS: &[Holding] = &[
    holding(
        "aws_backup_vault",
        "recovery points",
        Guard::UnlessEmpty("force_destroy"),
    ),
    keeping(
        "aws_cloudwatch_log_group",
        "logs",
        Guard::Leaves("skip_destroy"),
        &["retention_in_days"],
    ),
    keeping(
        "aws_db_instance",
        "a database",
        PROTECTED,
        &["backup_retention_period"],
    ),
    keeping(
        "aws_db_instance_automated_backups_replication",
        "backups",
        Guard::Nothing("the backups that it has copied stay until they expire"),
        &["retention_period"],
    ),
    keeping(
        "aws_dynamodb_table",
        "a table",
        Guard::Refuses("deletion_protection_enabled", "true"),
        &[
            "point_in_time_recovery.*.enabled",
            "point_in_time_recovery.*.recovery_period_in_days",
        ],
    ),
    holding(
        "aws_ecr_repository",
        "images",
        Guard::UnlessEmpty("force_delete"),
    ),
    holding(
        "aws_eks_cluster",
        "a cluster and its volumes",
        Guard::Nothing("the provider has none in 5.100; volumes outlive their cluster"),
    ),
    keeping(
        "aws_elasticache_replication_group",
        "a cache and its snapshots",
        Guard::Leaves("final_snapshot_identifier"),
        &["snapshot_retention_limit"],
    ),
    holding("aws_kms_key", "a key and all that it encrypts", WINDOW),
    holding(
        "aws_kms_replica_key",
        "a key and all that it encrypts here",
        WINDOW,
    ),
    keeping(
        "aws_rds_cluster",
        "a database",
        PROTECTED,
        &["backup_retention_period"],
    ),
    holding("aws_rds_global_cluster", "a database", PROTECTED),
    holding(
        "aws_s3_bucket",
        "objects",
        Guard::UnlessEmpty("force_destroy"),
    ),
    holding(
        "aws_secretsmanager_secret",
        "a secret's values",
        Guard::Leaves("recovery_window_in_days"),
    ),
    holding("google_artifact_registry_repository", "images", PREVENT),
    holding("google_bigquery_dataset", "tables", PREVENT),
    holding(
        "google_container_cluster",
        "a cluster and its volumes",
        PROTECTED,
    ),
    keeping(
        "google_firestore_database",
        "a database",
        PREVENT,
        &["point_in_time_recovery_enablement"],
    ),
    keeping(
        "google_gke_backup_backup_plan",
        "backups of a cluster",
        PREVENT,
        &["retention_policy.*.backup_retain_days"],
    ),
    holding(
        "google_kms_crypto_key",
        "a key and all that it encrypts",
        PREVENT,
    ),
    keeping(
        "google_pubsub_subscription",
        "messages",
        PREVENT,
        &["message_retention_duration"],
    ),
    holding("google_redis_instance", "a cache", PROTECTED),
    holding("google_secret_manager_secret", "a secret's values", PREVENT),
    keeping(
        "google_sql_database_instance",
        "a database",
        PROTECTED,
        &[
            "settings.*.backup_configuration.*.transaction_log_retention_days",
            "settings.*.backup_configuration.*.backup_retention_settings.*.retained_backups",
        ],
    ),
    keeping(
        "google_storage_bucket",
        "objects",
        Guard::UnlessEmpty("force_destroy"),
        &[
            "lifecycle_rule.*.condition.*.age",
            "lifecycle_rule.*.condition.*.days_since_noncurrent_time",
            "retention_policy.*.retention_period",
            "soft_delete_policy.*.retention_duration_seconds",
        ],
    ),
    holding(
        "mongodbatlas_advanced_cluster",
        "a database",
        Guard::Refuses("termination_protection_enabled", "true"),
    ),
    holding(
        "mongodbatlas_project",
        "users, alerts and the use of keys of a database",
        Guard::Nothing("Atlas deletes no project that has a cluster"),
    ),
];

/// Of what holds nothing itself, and decides how long something is kept.
pub const KEPT: &[(&str, &[&str])] = &[
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
    (
        "mongodbatlas_cloud_backup_schedule",
        &[
            "policy_item_daily.*.retention_value",
            "policy_item_hourly.*.retention_value",
            "restore_window_days",
        ],
    ),
];

/// Arguments after whose time something is deleted: without one, or with zero, nothing is.
pub const ENDS: &[&str] = &[
    "age",
    "days",
    "days_since_noncurrent_time",
    "delete_after",
    "noncurrent_days",
    "retention_in_days",
];

/// What is known of a type, if it holds something.
pub fn find(kind: &str) -> Option<&'static Holding> {
    HOLDINGS.iter().find(|h| h.kind == kind)
}

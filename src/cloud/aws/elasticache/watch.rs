//! What shows how ElastiCache is.

use crate::cloud::aws::signals::{FEWEST_IN_PERIOD, lag};
use crate::deployment::Unit;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, gauge};

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let source = "CloudWatch by YACE: AWS/ElastiCache";
    lag(
        all,
        store,
        "aws_elasticache_global_datastore_replication_lag_maximum",
        None,
        1.0,
        "CloudWatch by YACE: AWS/ElastiCache GlobalDatastoreReplicationLag",
    );
    let (hits, misses) = (
        "aws_elasticache_cache_hits_sum",
        "aws_elasticache_cache_misses_sum",
    );
    all.add(
        Signal::CacheHitRate,
        name,
        format!("sum({hits}) / ((sum({hits}) + sum({misses})) > {FEWEST_IN_PERIOD})"),
        &[],
        Unit::Ratio,
        source,
        Vec::new(),
    );
    all.add(
        Signal::Memory,
        name,
        "max(aws_elasticache_database_memory_usage_percentage_maximum) / 100".into(),
        &[],
        Unit::Ratio,
        source,
        vec![gauge(
            "aws_elasticache_database_memory_usage_percentage_maximum{dimension_CacheClusterId=\"c\"}".into(),
            100.0,
        )],
    );
    all.backups(store);
}

//! The queries that show how instances of Memorystore are.

use super::instance;
use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, gauge};

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let topology = all.topology;
    let names = store.regions.iter();
    let names: Vec<String> = names.map(|id| instance(topology, store, *id)).collect();
    // The label holds the whole path of the instance.
    let of = format!(
        "monitored_resource=\"redis_instance\",instance_id=~{}",
        promql::between("(.*/)?", &names, "")
    );
    let one = names.first().map_or("", String::as_str);
    let one = format!(
        "monitored_resource=\"redis_instance\",instance_id={}",
        promql::value(one)
    );
    for (signal, metric, unit, labels, worst, source) in [
        (
            Signal::ReplicationLag,
            "redis_googleapis_com:replication_master_slaves_lag",
            Unit::Seconds,
            &["region"][..],
            "max by (region)",
            "Cloud Monitoring: redis.googleapis.com/replication/master/slaves/lag",
        ),
        (
            Signal::Memory,
            "redis_googleapis_com:stats_memory_usage_ratio",
            Unit::Ratio,
            &[],
            "max",
            "Cloud Monitoring: redis.googleapis.com/stats/memory/usage_ratio",
        ),
        (
            Signal::CacheHitRate,
            "redis_googleapis_com:stats_cache_hit_ratio",
            Unit::Ratio,
            &[],
            "min",
            "Cloud Monitoring: redis.googleapis.com/stats/cache_hit_ratio",
        ),
    ] {
        let sample = vec![gauge(format!("{metric}{{{one},region=\"r\"}}"), 1.0)];
        let query = format!("{worst} ({metric}{{{of}}})");
        all.add(signal, &store.name, query, labels, unit, source, sample);
    }
}

//! The queries that show how a Redis with Sentinel is.

use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, counter, counter_rest, gauge, ratio};

/// What shows how it is.
pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    exporter(all, store);
    all.backups(store);
}

/// What the exporter beside each node sees.
fn exporter(all: &mut Signals, store: &Datastore) {
    let name = store.name.as_str();
    let exporter = "redis_exporter";
    let of = format!("redis={name}", name = promql::value(&name));
    all.add(
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
    let hits = format!("sum(rate(redis_keyspace_hits_total{{{of}}}[5m]))");
    all.add(
        Signal::CacheHitRate,
        name,
        ratio(
            &hits,
            &format!("{hits} + sum(rate(redis_keyspace_misses_total{{{of}}}[5m]))"),
        ),
        &[],
        Unit::Ratio,
        exporter,
        vec![
            counter(format!("redis_keyspace_hits_total{{{of}}}"), 1000.0),
            counter_rest(format!("redis_keyspace_misses_total{{{of}}}"), 1000.0),
        ],
    );
    all.add(
        Signal::Memory,
        name,
        format!("max(redis_memory_used_bytes{{{of}}} / redis_memory_max_bytes{{{of}}})"),
        &[],
        Unit::Ratio,
        exporter,
        Vec::new(),
    );
}

//! What shows how Redis Enterprise is.

use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, gauge};

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let of = format!(
        "job=\"redis-enterprise\",datastore={name}",
        name = promql::value(&name)
    );
    let source = "Redis Enterprise metrics v2";
    let region = all.topology.regions.first().map_or("", |r| r.name.as_str());
    all.add(
        Signal::ReplicationLag,
        name,
        format!("max by (datastore, region) (database_syncer_lag_ms{{{of},syncer_type=\"crdt\"}}) / 1000"),
        &["datastore", "region"],
        Unit::Seconds,
        source,
        vec![gauge(
            format!("database_syncer_lag_ms{{{of},region={region},syncer_type=\"crdt\"}}", region = promql::value(&region)),
            1000.0,
        )],
    );
    // 0 is in sync and 2 is out of sync; a minute of it counts once.
    all.add(
        Signal::SyncFailures,
        name,
        format!("sum by (datastore, region) (count_over_time((database_syncer_current_status{{{of},syncer_type=\"crdt\"}} == 2)[10m:1m]))"),
        &["datastore", "region"],
        Unit::Count,
        source,
        Vec::new(),
    );
    all.add(
        Signal::Memory,
        name,
        format!("max(sum by (region) (redis_server_used_memory{{{of}}}) / sum by (region) (redis_server_maxmemory{{{of}}}))"),
        &[],
        Unit::Ratio,
        source,
        Vec::new(),
    );
    all.backups(store);
}

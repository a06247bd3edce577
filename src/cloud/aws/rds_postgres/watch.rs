//! What shows how PostgreSQL of RDS is.

use super::{CONFLICTS, Copies, conflict_namespace, copies};
use crate::cloud::aws::monitoring::{Alarms, alarm};
use crate::cloud::aws::signals::lag;
use crate::cloud::aws::{Lowering, facts};
use crate::deployment::{Argument, Unit};
use crate::format::json::json;
use crate::format::promql;
use crate::topology::{Datastore, RegionId, Signal};
use crate::watch::signals::{Signals, gauge};
use serde_json::Value;

/// Seconds over which conflicts are summed, by CloudWatch itself.
const CONFLICT_PERIOD: u64 = 600;

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let copied = copies(store).unwrap_or(Copies::Apart);
    match copied {
        Copies::BothWays | Copies::OneWay => beats(all, store),
        Copies::Physical => lag(
            all,
            store,
            "aws_rds_replica_lag_maximum",
            None,
            1.0,
            "CloudWatch by YACE: AWS/RDS ReplicaLag",
        ),
        Copies::Apart => {}
    }
    if copied == Copies::BothWays {
        conflicts(all, store);
    }
    all.backups(store);
}

/// How old the newest beat of another region is, and whether subscriptions apply at all.
fn beats(all: &mut Signals, store: &Datastore) {
    let name = &store.name;
    let of = format!(
        "system={},datastore={name}",
        promql::value(&all.topology.name),
        name = promql::value(&name)
    );
    let region = store
        .regions
        .last()
        .map_or("", |id| all.topology.region(*id).name.as_str());
    let series = |metric: &str| {
        format!(
            "{metric}{{{of},region={region}}}",
            region = promql::value(&region)
        )
    };
    let exporter = "the exporter beside the store, from beats that each region writes";
    all.add(
        Signal::ReplicationLag,
        name,
        format!("max by (datastore, region) (replication_lag_seconds{{{of}}})"),
        &["datastore", "region"],
        Unit::Seconds,
        exporter,
        vec![gauge(series("replication_lag_seconds"), 1.0)],
    );
    all.add(
        Signal::SyncFailures,
        name,
        format!(
            "sum by (datastore, region) ((1 - pglogical_subscription_replicating{{{of}}}) or pglogical_table_unreplicated{{{of}}})"
        ),
        &["datastore", "region"],
        Unit::Count,
        "the exporter beside the store: pglogical.show_subscription_status() and pglogical.tables",
        Vec::new(),
    );
}

fn conflicts(all: &mut Signals, store: &Datastore) {
    let namespace = conflict_namespace(all.topology, store);
    let metric = format!(
        "aws_{}_{CONFLICTS}_sum",
        namespace.replace(['/', '-', '.'], "_")
    );
    let region = all.topology.regions.first().map_or("", |r| r.name.as_str());
    all.add(
        Signal::Conflicts,
        &store.name,
        format!("sum by (region) ({metric})"),
        &["region"],
        Unit::Count,
        "CloudWatch by YACE: conflicts in the server's log, summed over ten minutes",
        vec![gauge(
            format!(
                "{metric}{{region={region}}}",
                region = promql::value(&region)
            ),
            1.0,
        )],
    );
}

/// Alarms over the storage of an instance, and over the log that it keeps.
pub(super) fn alarms(lowering: &Lowering, store: &Datastore, id: RegionId) -> Alarms {
    let name = lowering.store_name(store, id, facts::names().database);
    let database = || vec![("DBInstanceIdentifier", Argument::from(name.clone()))];
    let size = store
        .size
        .as_ref()
        .map_or(facts::postgres().storage_gb << 30, |s| s.get());
    let mut alarms = vec![(
        format!("{}-storage", store.name),
        alarm(
            format!("{name} has less than a tenth of its storage left."),
            ("AWS/RDS", "FreeStorageSpace", "Minimum"),
            database(),
            ("<", size / 10),
            5,
            "missing",
        ),
    )];
    if copies(store).is_some_and(Copies::logical) {
        let keep = size / facts::postgres().keep_wal_share;
        alarms.push((
            format!("{}-log-kept", store.name),
            alarm(
                format!("{name} keeps log for a region that does not take it; at {keep} bytes the copy is given up."),
                ("AWS/RDS", "OldestReplicationSlotLag", "Maximum"),
                database(),
                (">", keep / 2),
                5,
                "notBreaching",
            ),
        ));
    }
    alarms
}

/// Conflicts that the server's log counts, in a namespace of the store's own.
pub(super) fn own_metrics(lowering: &Lowering, store: &Datastore, id: RegionId) -> Option<Value> {
    (copies(store) == Some(Copies::BothWays)).then(|| {
        json!({
            "name": format!("{}-{CONFLICTS}", store.name),
            "namespace": conflict_namespace(lowering.topology, store),
            "regions": [lowering.location(id)],
            "metrics": [{
                "name": CONFLICTS,
                "statistics": ["Sum"],
                "period": CONFLICT_PERIOD,
                "length": CONFLICT_PERIOD,
                "nilToZero": true,
            }],
        })
    })
}

//! The queries that show how instances of Cloud SQL are.

use super::{Copies, copies, instance, writes};
use crate::cloud::gcp::project;
use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, gauge};

const LAG: &str = "cloudsql_googleapis_com:database_replication_replica_lag";
const SOURCE: &str = "Cloud Monitoring: cloudsql.googleapis.com/database/replication/replica_lag";

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    all.backups(store);
    if copies(store) == Copies::Apart {
        return;
    }
    let topology = all.topology;
    let project = project(topology);
    let replicas = store.regions.iter().filter(|id| !writes(store, **id));
    let ids: Vec<String> = replicas
        .map(|id| format!("{project}:{}", instance(topology, store, *id)))
        .collect();
    let Some(one) = ids.first() else {
        return;
    };
    let one = format!(
        "{LAG}{{monitored_resource=\"cloudsql_database\",database_id={},region=\"r\"}}",
        promql::value(one)
    );
    let of = format!(
        "{LAG}{{monitored_resource=\"cloudsql_database\",database_id=~{}}}",
        promql::between("", &ids, "")
    );
    all.add(
        Signal::ReplicationLag,
        &store.name,
        format!("max by (region) ({of})"),
        &["region"],
        Unit::Seconds,
        SOURCE,
        vec![gauge(one, 1.0)],
    );
    // It is below zero while a replica does not follow.
    all.add(
        Signal::SyncFailures,
        &store.name,
        format!("sum by (region) ({of} < bool 0)"),
        &["region"],
        Unit::Count,
        SOURCE,
        Vec::new(),
    );
}

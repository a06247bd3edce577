//! Queries of the replication lag of objects.

use super::super::facts;
use super::{buckets, targets};
use crate::deployment::Unit;
use crate::format::promql;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, counter, gauge};

/// Seconds of the oldest object that is in one region alone.
const TURBO: &str = "storage_googleapis_com:replication_turbo_max_delay";
/// Milliseconds that objects took to be copied.
pub(super) const LATENCY: &str = "storagetransfer_googleapis_com:transferjob_replication_latency";
/// Objects that were copied, or were not.
const COUNT: &str = "storagetransfer_googleapis_com:transferjob_object_replication_count";

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    if store.names_locations() {
        turbo(all, store);
    } else {
        copied(all, store);
    }
}

fn turbo(all: &mut Signals, store: &Datastore) {
    let dual = buckets(all.topology, store).into_iter();
    let dual = dual.filter(|b| facts::storage_location(&b.location).is_some_and(|l| l.dual));
    let names: Vec<String> = dual.map(|b| b.name).collect();
    let Some(first) = names.first() else {
        return;
    };
    let one = format!(
        "{TURBO}{{monitored_resource=\"gcs_bucket\",bucket_name={}}}",
        promql::value(first)
    );
    let of = promql::between("", &names, "");
    all.add(
        Signal::ReplicationLag,
        &store.name,
        format!("max({TURBO}{{monitored_resource=\"gcs_bucket\",bucket_name=~{of}}})"),
        &[],
        Unit::Seconds,
        "Cloud Monitoring: storage.googleapis.com/replication/turbo_max_delay",
        vec![gauge(one, 1.0)],
    );
}

fn copied(all: &mut Signals, store: &Datastore) {
    let sources = store
        .regions
        .iter()
        .filter(|id| !targets(store, **id).is_empty());
    let sources: Vec<_> = sources.copied().collect();
    let names = buckets(all.topology, store).into_iter();
    let names = names.filter(|b| b.region.is_some_and(|id| sources.contains(&id)));
    let names: Vec<String> = names.map(|b| b.name).collect();
    let Some(first) = names.first() else {
        return;
    };
    let of = format!(
        "monitored_resource=\"storage_transfer_job\",source_bucket=~{}",
        promql::between("", &names, "")
    );
    all.add(
        Signal::ReplicationLag,
        &store.name,
        format!(
            "histogram_quantile(0.99, sum by (le) (rate({LATENCY}_bucket{{{of}}}[10m]))) / 1000"
        ),
        &[],
        Unit::Seconds,
        "Cloud Monitoring: storagetransfer.googleapis.com/transferjob/replication_latency",
        Vec::new(),
    );
    let one = format!(
        "{COUNT}{{monitored_resource=\"storage_transfer_job\",source_bucket={},status=\"failed\"}}",
        promql::value(first)
    );
    all.add(
        Signal::SyncFailures,
        &store.name,
        format!("sum(increase({COUNT}{{{of},status=\"failed\"}}[10m]))"),
        &[],
        Unit::Count,
        "Cloud Monitoring: storagetransfer.googleapis.com/transferjob/object_replication_count",
        vec![counter(one, 1.0)],
    );
}

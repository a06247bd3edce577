//! What shows how buckets are.

use super::{bucket_name, targets_of};
use crate::cloud::aws::Lowering;
use crate::cloud::aws::signals::lag;
use crate::format::json::json;
use crate::topology::{Datastore, RegionId};
use crate::watch::signals::Signals;
use serde_json::Value;

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let names = store.regions.iter();
    let names = names.map(|id| bucket_name(all.topology, store, *id));
    let of = ("dimension_SourceBucket", names.collect());
    lag(
        all,
        store,
        "aws_s3_replication_latency_maximum",
        Some(of),
        1.0,
        "CloudWatch by YACE: AWS/S3 ReplicationLatency",
    );
    all.backups(store);
}

/// Replication lag, once for all buckets of a region.
pub(super) fn own_metrics(lowering: &Lowering, store: &Datastore, id: RegionId) -> Option<Value> {
    targets_of(store, id).next()?;
    // Not found by tags: the metric names two buckets and none of them as `BucketName`.
    Some(json!({
        "name": "copies-of-buckets",
        "namespace": "AWS/S3",
        "regions": [lowering.location(id)],
        "metrics": [{ "name": "ReplicationLatency", "statistics": ["Maximum"] }],
        "period": 300,
        "length": 600,
    }))
}

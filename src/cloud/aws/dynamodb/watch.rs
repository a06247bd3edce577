//! What shows how tables of DynamoDB are.

use super::table_name;
use crate::cloud::aws::signals::lag;
use crate::topology::Datastore;
use crate::watch::signals::Signals;

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    let of = ("dimension_TableName", vec![table_name(all.topology, store)]);
    lag(
        all,
        store,
        "aws_dynamodb_replication_latency_maximum",
        Some(of),
        1000.0,
        "CloudWatch by YACE: AWS/DynamoDB ReplicationLatency",
    );
    all.backups(store);
}

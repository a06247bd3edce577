//! What shows how Aurora is.

use crate::cloud::aws::signals::lag;
use crate::topology::Datastore;
use crate::watch::signals::Signals;

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    lag(
        all,
        store,
        "aws_rds_aurora_global_dbreplication_lag_maximum",
        None,
        1000.0,
        "CloudWatch by YACE: AWS/RDS AuroraGlobalDBReplicationLag",
    );
    all.backups(store);
}

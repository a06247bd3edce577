//! The queries that show how databases of Firestore are.

use crate::deployment::Unit;
use crate::topology::{Datastore, Signal};
use crate::watch::signals::{Signals, counter};

pub(super) fn signals(all: &mut Signals, store: &Datastore) {
    if store.replication.is_some() {
        all.reported_copies(store);
    }
    all.backups(store);
    let metric = "firestore_googleapis_com:document_read_count";
    all.add(
        Signal::Reads,
        &store.name,
        format!("sum(rate({metric}{{monitored_resource=\"firestore_instance\"}}[1h]))"),
        &[],
        Unit::PerSecond,
        "Cloud Monitoring: firestore.googleapis.com/document/read_count",
        vec![counter(
            format!("{metric}{{monitored_resource=\"firestore_instance\"}}"),
            1.0,
        )],
    );
}

//! Wrong data reaches every replica: only history helps against it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Datastore, DatastoreId, Duration, Promise, Promisee, Scenario, Topology};

/// A promise for wrong data that no copy in time can keep.
pub const CODE: Code = Code::new("RPO101", "no-history-for-corruption");

/// Checks every store's history against the promise for wrong or deleted data.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let stores = topology.datastores.iter().enumerate();
    // What others keep is not known, which is no proof that there is none.
    for (index, store) in stores.filter(|(_, s)| s.external().is_none()) {
        let part = Promisee::Store(DatastoreId(index));
        if let Some(rpo) = topology.promises().of(part, Scenario::Corruption).rpo {
            out.extend(finding(store, rpo));
        }
    }
}

fn finding(store: &Datastore, rpo: Promise) -> Option<Diagnostic> {
    let promise = format!("promised: at most {} of writes", rpo.time());
    let help = "add `backup: { every: 1d, point_in_time: 7d }`: point-in-time recovery goes back to any minute";
    let Some(backup) = &store.backup else {
        return Some(
            Diagnostic::error(
                CODE,
                store.span,
                format!(
                    "`{}` has no history: wrong data cannot be undone",
                    store.name
                ),
                "no `backup`",
            )
            .also(rpo.span, promise)
            .help(help),
        );
    };
    if backup.point_in_time.is_some() {
        return None;
    }
    let every = backup.every.as_ref()?;
    let period = Duration::from_secs(store.backup_period()?);
    (period > rpo.time()).then(|| {
        Diagnostic::error(
            CODE,
            every.span,
            format!("backups every {period} cannot bring back more than that"),
            format!("up to {period} of writes are lost"),
        )
        .also(rpo.span, promise)
        .help(help)
    })
}

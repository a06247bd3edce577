//! Wrong data reaches every replica: only history helps against it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Duration, Engine, Time};
use crate::topology::{Datastore, Topology};

/// A promise for wrong data that no copy in time can keep.
pub const CODE: Code = Code::new("RPO101", "no-history-for-corruption");

/// Checks every store's history against the promise for wrong or deleted data.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        // A cache can be filled again; what others keep is not known, which is no proof.
        let cache = matches!(store.engine, Engine::Redis | Engine::RedisEnterprise);
        if cache || store.external().is_some() {
            continue;
        }
        if let Some(rpo) = promised(topology, store) {
            out.extend(finding(store, rpo));
        }
    }
}

fn promised<'a>(topology: &'a Topology, store: &'a Datastore) -> Option<&'a Time> {
    let own = store.written.objectives.as_ref();
    let whole = topology.spec.objectives.as_ref();
    [own, whole].into_iter().flatten().find_map(|o| {
        let corruption = o.corruption.as_ref().and_then(|c| c.rpo.as_ref());
        corruption.or(o.rpo.as_ref())
    })
}

fn finding(store: &Datastore, rpo: &Time) -> Option<Diagnostic> {
    let promise = format!("promised: at most {} of writes", rpo.value);
    let help = "add `backup: { every: 1d, point_in_time: 7d }`: point-in-time recovery goes back to any minute";
    let Some(backup) = &store.written.backup else {
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
    (period > rpo.value).then(|| {
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

//! Two sites cannot tell a lost partner from a lost link.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Engine, Mode, Trigger};
use crate::topology::Topology;

/// An automatic promotion without a third vote.
pub const CODE: Code = Code::new("QRM104", "two-sites-without-arbiter");

/// Checks that automatic failover of single-writer stores in two regions has an arbiter.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let automatic = topology
        .spec
        .failover
        .as_ref()
        .filter(|f| *f.mode == Trigger::Automatic);
    let Some(failover) = automatic else {
        return;
    };
    for store in &topology.datastores {
        let votes = matches!(
            store.engine,
            Engine::Postgres | Engine::Mysql | Engine::Redis | Engine::RedisEnterprise
        );
        let replication = store.written.replication.as_ref();
        let Some(replication) = replication.filter(|_| votes && store.regions.len() == 2) else {
            continue;
        };
        let decided = replication.arbiter.is_some() || store.written.sentinels.is_some();
        if *replication.mode == Mode::None || decided {
            continue;
        }
        out.push(
            Diagnostic::error(
                CODE,
                replication.span,
                format!("`{}` is in two regions: neither has a majority when they cannot see each other", store.name),
                "who may write then?",
            )
            .also(failover.mode.span, "failover is automatic")
            .help("name who decides: `arbiter: witness:REGION` in a third place, or `arbiter: operator` for a person"),
        );
    }
}

//! A failover needs a promise to be measured by.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Scenario, Topology};

/// A failover without a promise.
pub const CODE: Code = Code::new("RTO104", "nothing-promised");

/// Asks for a recovery time and point where a failover is declared.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let promised = topology.promises().strictest(Scenario::ANY_REGION);
    let stated = promised.rto.is_some() || promised.rpo.is_some();
    let Some(failover) = topology.failover.as_ref().filter(|_| !stated) else {
        return;
    };
    out.push(
        Diagnostic::error(
            CODE,
            failover.span,
            "a failover is declared and nothing is promised",
            "how long may it take, and how much may be lost?",
        )
        .help("state it: `objectives: { rto: 15m, rpo: 5m }`; without it nothing can be shown to be met"),
    );
}

//! Moving traffic in steps takes time of the promise.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::Duration;
use crate::topology::Topology;

/// A gradual move that is longer than the promise.
pub const CODE: Code = Code::new("RTO103", "shift-exceeds-rto");

/// Checks the steps of moving traffic against the promise for a lost region.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let shift = topology
        .spec
        .failover
        .as_ref()
        .and_then(|f| f.shift.as_ref());
    let objectives = topology.spec.objectives.as_ref();
    let region = objectives
        .and_then(|o| o.region.as_ref())
        .and_then(|r| r.rto.as_ref());
    let rto = region.or(objectives.and_then(|o| o.rto.as_ref()));
    let (Some(shift), Some(rto)) = (shift, rto) else {
        return;
    };
    let steps = u64::from(1_000_000_u32.div_ceil(shift.step.millionths().max(1)));
    let verify = shift.verify.as_ref().map_or(0, |v| v.millis());
    let millis = steps * shift.every.millis() + verify;
    if millis >= rto.millis() {
        out.push(
            Diagnostic::error(
                CODE,
                shift.span,
                "moving traffic takes longer than you promise to be back",
                format!(
                    "{steps} steps of {} and {} at the end: {}",
                    shift.every.value,
                    Duration::from_millis(verify),
                    Duration::from_millis(millis)
                ),
            )
            .also(rto.span, format!("promised: at most {}", rto.value))
            .help("take larger steps, or shift gradually only when returning"),
        );
    }
}

//! A gradual move of traffic takes longer than the promise: it cannot be what answers a loss.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Duration, Scenario, Topology};

/// A gradual move that is longer than the promise.
pub const CODE: Code = Code::new("RTO103", "shift-exceeds-rto");

/// Checks the steps of moving traffic against the strictest promise for a lost region. What
/// answers a loss by itself leaves at once, so this is a warning: people who evacuate a
/// failing region step by step break the promise.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let failover = topology.failover.as_ref();
    let Some(shift) = failover.and_then(|f| f.shift.as_ref()) else {
        return;
    };
    let Some(rto) = topology.promises().strictest(Scenario::ANY_REGION).rto else {
        return;
    };
    let steps = u64::from(1_000_000_u32.div_ceil(shift.step.millionths()));
    let verify = shift.verify.as_ref().map_or(0, |v| v.millis());
    let millis = steps
        .saturating_mul(shift.every.millis())
        .saturating_add(verify);
    if millis < rto.millis {
        return;
    }
    let takes = format!(
        "{steps} steps of {} and {} at the end: {}",
        shift.every.value,
        Duration::from_millis(verify),
        Duration::from_millis(millis)
    );
    out.push(
        Diagnostic::warning(
            CODE,
            shift.span,
            "shifting traffic step by step takes longer than the promised recovery time",
            takes,
        )
        .also(rto.span, format!("promised: at most {}", rto.time()))
        .help(within(
            shift.every.millis(),
            steps,
            rto.millis.saturating_sub(verify),
        )),
    );
}

/// Larger or faster steps that end before `left` milliseconds are over.
fn within(every: u64, steps: u64, left: u64) -> String {
    let last = left.saturating_sub(1);
    let larger = last.checked_div(every).filter(|most| *most > 0);
    let larger = larger.map(|most| format!("`step: {}%`", 100_u64.div_ceil(most)));
    let faster = last / steps.max(1) / 1000;
    let faster = (faster > 0).then(|| format!("`every: {faster}s`"));
    let ways: Vec<String> = larger.into_iter().chain(faster).collect();
    match ways.is_empty() {
        true => "fail over at once, and shift gradually only when failing back".into(),
        false => format!(
            "{} is enough; or fail over at once, and shift gradually only when failing back",
            ways.join(" or ")
        ),
    }
}

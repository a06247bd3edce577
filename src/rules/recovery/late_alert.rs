//! An alert fires before the promise is spent.

use super::detection::promised;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::Signal;
use crate::topology::Topology;

/// An alert that comes when the promise is already broken.
pub const CODE: Code = Code::new("ALT101", "alert-after-the-promise");

/// Checks alerts about silent or failing regions against the recovery time, and alerts about
/// lag against the recovery point.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let rto = topology
        .hosts
        .iter()
        .filter_map(|h| promised(topology, h))
        .min_by_key(|t| t.value);
    let objectives = topology.spec.objectives.as_ref();
    let rpo = objectives.and_then(|o| o.rpo.as_ref());
    for (name, alert) in topology.spec.alerts.iter() {
        let (promise, late) = match *alert.of {
            Signal::RegionSilent | Signal::HealthFailures => (rto, alert.lasting.millis()),
            Signal::ReplicationLag => {
                let bound = alert.when.as_ref().map_or(0.0, |w| w.bound);
                (rpo, (bound * 1000.0) as u64)
            }
            _ => continue,
        };
        let Some(promise) = promise.filter(|p| late >= p.millis() && late > 0) else {
            continue;
        };
        out.push(
            Diagnostic::warning(
                CODE,
                alert.lasting.span,
                format!(
                    "the alert `{}` comes when the promise is already broken",
                    name.text
                ),
                "fires too late",
            )
            .also(promise.span, format!("promised: {}", promise.value))
            .help("let it fire at half of the promise, so that people can still act"),
        );
    }
}

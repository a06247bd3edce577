//! An alert fires before the promise is spent.

use super::detection::promised;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Alert, Name, Signal, Time};
use crate::topology::Topology;

/// An alert that comes when the promise is already broken.
pub const CODE: Code = Code::new("ALT101", "alert-after-the-promise");

/// Checks alerts about silent or failing regions against the recovery time, and alerts about
/// lag against the recovery point. A later alert beside a timely one is an escalation.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let rto = topology
        .hosts
        .iter()
        .filter_map(|h| promised(topology, h))
        .min_by_key(|t| t.value);
    let objectives = topology.spec.objectives.as_ref();
    let rpo = objectives.and_then(|o| o.rpo.as_ref());
    let lag = |a: &Alert| *a.of == Signal::ReplicationLag;
    let alerts: Vec<_> = topology.spec.alerts.iter().collect();
    for (name, alert) in &alerts {
        let promise = match *alert.of {
            Signal::RegionSilent | Signal::HealthFailures => rto,
            Signal::ReplicationLag => rpo,
            _ => continue,
        };
        let Some(promise) = promise.filter(|p| late(alert, p)) else {
            continue;
        };
        let on = |a: &Alert| a.on.as_ref().map(|o| o.value.clone());
        let covered = alerts.iter().any(|(_, other)| {
            let family = match *other.of {
                Signal::RegionSilent | Signal::HealthFailures => !lag(alert),
                Signal::ReplicationLag => lag(alert),
                _ => false,
            };
            family && !late(other, promise) && (other.on.is_none() || on(other) == on(alert))
        });
        if !covered {
            out.push(finding(name, alert, promise));
        }
    }
}

fn late(alert: &Alert, promise: &Time) -> bool {
    let after = after(alert);
    after >= promise.millis() && after > 0
}

/// Milliseconds of the promise that are over when the alert comes.
fn after(alert: &Alert) -> u64 {
    match *alert.of {
        Signal::ReplicationLag => {
            let bound = alert.when.as_ref().map_or(0.0, |w| w.bound);
            (bound * 1000.0) as u64
        }
        _ => alert.lasting.millis(),
    }
}

fn finding(name: &Name, alert: &Alert, promise: &Time) -> Diagnostic {
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
    .help("let it fire at half of the promise, so that people can still act, or add one that does")
}

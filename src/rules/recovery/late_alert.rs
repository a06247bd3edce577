//! An alert fires before the promise is spent.

use crate::analysis::coverage::{Covered, Told, Trouble, Watch, coverage, written};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::Duration;
use crate::topology::Promise;
use crate::topology::Topology;
use std::collections::BTreeSet;

/// An alert that comes when the promise is already broken.
pub const CODE: Code = Code::new("ALT101", "alert-after-the-promise");

/// Checks alerts about silent or failing regions against the recovery time, and alerts about
/// lag against the recovery point. A later alert beside a timely one is an escalation.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let covered = coverage(topology, &written(topology));
    let late = covered.iter().filter(|c| c.told() == Told::Late);
    let mut said = BTreeSet::new();
    for Covered {
        trouble,
        alerts,
        promise,
        ..
    } in late
    {
        for alert in alerts {
            if let Some(promise) = promise
                && said.insert(&alert.alert)
            {
                out.extend(finding(*trouble, alert, *promise));
            }
        }
    }
}

fn finding(trouble: Trouble, alert: &Watch, promise: Promise) -> Option<Diagnostic> {
    let span = |millis| Duration::from_millis(millis);
    let spent = match trouble {
        Trouble::Lag => "copies are behind by",
        _ => "the region is silent for",
    };
    Some(
        Diagnostic::warning(
            CODE,
            alert.span?,
            format!("the alert `{}` comes when the promise is already broken", alert.alert),
            format!("by then {spent} {}", span(alert.after)),
        )
        .also(promise.span, format!("promised: {}", span(promise.millis)))
        .help("let it fire at half of the promise, so that people can still act, or add one that does"),
    )
}

//! Whether people are notified before a promise is spent: the alerts as coverage sees them.

use super::alerts::{AlertRule, all_alerts};
use super::pace::timing;
use super::pages::{at_least, notified};
use crate::analysis::coverage::{Covered, Told, Trouble, Watch, coverage};
use crate::deployment::{Deployment, Unit};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Duration, Promise, Topology};
use std::collections::BTreeSet;

/// An alert that comes when the promise is already broken.
pub const CODE: Code = Code::new("ALT101", "alert-after-the-promise");

/// All alerts that tell of one trouble, with when they are notified.
pub fn watches(topology: &Topology, deployment: &Deployment) -> Vec<Watch> {
    told_by(topology, deployment, &all_alerts(topology, deployment))
}

/// Those of some alerts that tell of one trouble, with when they are notified.
pub fn told_by(topology: &Topology, deployment: &Deployment, rules: &[AlertRule]) -> Vec<Watch> {
    let watch = |rule| watch(topology, deployment, rule);
    rules.iter().flat_map(watch).collect()
}

fn watch(topology: &Topology, deployment: &Deployment, rule: &AlertRule) -> Vec<Watch> {
    let Some((of, subject)) = &rule.tells else {
        return Vec::new();
    };
    // One that needs several regions does not tell of one.
    if *of == Trouble::Silence && at_least(rule) > 1 {
        return Vec::new();
    }
    // A copy that is cut off falls behind by a second each second: the bound is reached first.
    let reached = match rule.bound {
        Some((">" | ">=", bound)) if *of == Trouble::Lag && rule.unit == Unit::Seconds => {
            (bound * 1000.0) as u64
        }
        _ => 0,
    };
    let (low, high) = timing(topology, deployment, rule).notified();
    let told = topology
        .region_ids()
        .flat_map(|id| notified(topology, rule, id));
    let mut channels: Vec<String> = told.map(|receiver| receiver.channel).collect();
    channels.sort();
    channels.dedup();
    let watch = Watch {
        alert: rule.name.clone(),
        of: *of,
        on: None,
        after: low + reached,
        by: high.map(|h| h + reached),
        channels,
        span: rule.span,
    };
    let on = |name: &String| Watch {
        on: Some(name.clone()),
        ..watch.clone()
    };
    // Probes from outside have the whole system as their subject.
    let whole = matches!(of, Trouble::Silence | Trouble::Certificate) && *subject == topology.name;
    if whole {
        return vec![watch];
    }
    // A service whose region is silent is silent at its hosts.
    let silent = topology
        .hosts
        .iter()
        .filter(|h| *of == Trouble::Silence && topology.service(h.service).name == *subject);
    let hosts: Vec<Watch> = silent.map(|h| on(&h.name)).collect();
    if hosts.is_empty() {
        vec![on(subject)]
    } else {
        hosts
    }
}

/// Checks alerts about silent or failing regions against the recovery time, and alerts about
/// lag against the recovery point. A later alert beside a timely one is an escalation.
pub fn check(
    topology: &Topology,
    deployment: &Deployment,
    rules: &[AlertRule],
    out: &mut Diagnostics,
) {
    let covered = coverage(topology, &told_by(topology, deployment, rules));
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
        Trouble::Lag => "replication lag is",
        _ => "the region has been unreachable for",
    };
    Some(
        Diagnostic::warning(
            CODE,
            alert.span?,
            format!("`{}` notifies only after the promise is broken", alert.alert),
            format!("by then {spent} {} or more", span(alert.after)),
        )
        .also(promise.span, format!("promised: {}", span(promise.millis)))
        .help("let it fire at half of the promise, so that on-call can still act, or add an alert that does"),
    )
}

//! Backups that are asked for more often than anything takes them.

use crate::deployment::Deployment;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::rules::emission::no_effect::says;
use crate::topology::Duration;
use crate::topology::{Datastore, Topology};

/// Backups that are asked for more often than they can be made.
pub const RARER: Code = Code::new("RPO102", "backups-rarer-than-asked");

/// Reports every `backup.every` that no emitted schedule keeps to.
pub(super) fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    let ours = topology.datastores.iter();
    for store in ours.filter(|s| s.external().is_none()) {
        out.extend(finding(topology, deployment, store, out));
        out.extend(momentless(topology, deployment, store, out));
    }
}

/// Moments that are asked of a kind that keeps none.
fn momentless(
    topology: &Topology,
    deployment: &Deployment,
    store: &Datastore,
    out: &Diagnostics,
) -> Option<Diagnostic> {
    let window = store.backup.as_ref()?.point_in_time.as_ref()?;
    let kept = deployment.past(topology.id_of(store)).moments.is_some();
    let at = |d: &Diagnostic| d.primary.as_ref().map(|l| l.span);
    let said = [window.span, store.kind.span];
    let refused = out.iter().any(|d| said.iter().any(|s| at(d) == Some(*s)));
    let what = format!("on `{}`", store.name);
    let counts = "this kind keeps no log of every moment: `every` says how often it is backed up";
    (!kept && !refused).then(|| says(window.span, "point_in_time", &what, counts))
}

fn finding(
    topology: &Topology,
    deployment: &Deployment,
    store: &Datastore,
    out: &Diagnostics,
) -> Option<Diagnostic> {
    let every = store.backup_every()?;
    let Some(schedule) = deployment.schedule(topology.id_of(store)) else {
        // A kind that is refused, or refuses it, has said so.
        let refused = out.iter().any(|d| {
            let primary = d.primary.as_ref().map(|l| l.span);
            [every.span, store.kind.span]
                .iter()
                .any(|s| primary == Some(*s))
        });
        let what = format!("on `{}`", store.name);
        let counts = "nothing takes backups of it on a schedule: `point_in_time` keeps every moment, and `immutable: true` has AWS Backup take them";
        return (!refused).then(|| says(every.span, "every", &what, counts));
    };
    (schedule.period > every.secs()).then(|| {
        let period = Duration::from_secs(schedule.period);
        Diagnostic::warning(
            RARER,
            every.span,
            format!("`{}` is backed up every {period} at most", store.name),
            "asked for more often",
        )
        .also(store.kind.span, format!("this is {}", store.engine))
        .help(format!(
            "write `every: {period}`; point-in-time recovery or replicas lose less"
        ))
    })
}

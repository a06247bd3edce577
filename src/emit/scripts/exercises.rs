//! Restores and drills as scripts read them.

use super::{clusters_of, operation, proof};
use crate::deployment::{Given, Operation};
use crate::emit::Input;
use crate::format::json::json;
use crate::procedure::{Act, Exercise, Restore, StepId, Work};
use crate::topology::RegionId;
use serde_json::Value;

/// What can be restored by a command, each with its ways.
pub(super) fn restores(input: Input) -> Vec<Value> {
    let restores = input.procedures.restores.iter();
    let each = restores.flat_map(|restore| {
        let subjects = restore.subjects();
        subjects.map(move |work| restored(input, restore, work))
    });
    each.collect()
}

fn restored(input: Input, restore: &Restore, work: &Work) -> Value {
    let takes = |variable: Given| {
        let mut commands = work.acts.iter().flat_map(|a| &a.commands);
        commands.any(|o| o.reads(variable))
    };
    let mut switches = input.deployment.switches.iter();
    let commands = work.acts.iter().flat_map(|a| &a.commands);
    let words = commands.flat_map(|o| &o.command);
    let proofs = work.acts.iter().flat_map(|a| &a.proofs);
    let proofs = proofs.flat_map(|p| &p.command);
    json!({
        "name": work.title,
        "moments": takes(Given::SnapshotTime),
        "backups": takes(Given::Backup),
        "budget": seconds(restore),
        "begins": switches.find(|s| s.subject == work.title).and_then(|s| s.begins.as_ref()),
        "clusters": clusters_of(input, words.chain(proofs)),
        "ways": work.acts.iter().map(way).collect::<Vec<_>>(),
    })
}

/// What making the copy may take.
fn seconds(restore: &Restore) -> u64 {
    restore.timed(StepId::Restore).map_or(0, |t| t.seconds)
}

fn way(act: &Act) -> Value {
    json!({
        "moment": act.commands.iter().any(Operation::takes_moment),
        "commands": act.commands.iter().map(operation).collect::<Vec<_>>(),
        "proofs": act.proofs.iter().map(proof).collect::<Vec<_>>(),
    })
}

/// The drills that the script exercises, each as the script names what it does.
pub(super) fn drills(input: Input) -> Vec<Value> {
    let name = |id: RegionId| &input.topology.region(id).name;
    let drills = input.procedures.drills.iter();
    let each = drills.filter_map(|drill| {
        let exercise = drill.exercise.as_ref()?;
        let of = match exercise {
            Exercise::Region { from, to } => format!("{}/{}", name(*from), name(*to)),
            Exercise::Restore { subject, .. } => subject.clone(),
            Exercise::DeadLetters { queue } => queue.clone(),
            Exercise::Rollback { flag } => flag.clone(),
        };
        Some(json!({ "name": drill.name, "pattern": format!("{}/{of}", exercise.word()) }))
    });
    each.collect()
}

/// What each exercise is planned to take and, where that is promised, judged by.
pub(super) fn judged(input: Input) -> Vec<Value> {
    let name = |id: RegionId| &input.topology.region(id).name;
    let plan = &input.procedures.fail_over;
    let regions = plan.cases.iter().map(|case| {
        json!({
            "pattern": format!("region-failure/{}/{}", name(case.from), name(case.to)),
            "budget": plan.by_script(case),
            "promised": case.promised,
            "before": case.before(),
        })
    });
    let restores = input.procedures.restores.iter().flat_map(|restore| {
        let subjects = restore.subjects();
        subjects.map(move |work| {
            json!({
                "pattern": format!("restore/{}", work.title),
                "budget": seconds(restore),
                "promised": restore.promised,
                "before": restore.before(),
            })
        })
    });
    regions.chain(restores).collect()
}

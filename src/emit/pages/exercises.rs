//! Restores and drills as pages read them.

use super::context;
use crate::deployment::{Operation, Stays};
use crate::emit::Input;
use crate::format::json::json;
use crate::format::shell;
use crate::procedure::{Case, Drill, Exercise, Restore, StepId, Work, clock, until};
use crate::topology::RegionId;
use serde_json::Value;

/// The plans of all datastores, step by step.
pub(super) fn restoring(input: Input) -> Vec<Value> {
    let restores = input.procedures.restores.iter();
    restores.flat_map(rows).collect()
}

fn rows(restore: &Restore) -> Vec<Value> {
    let each = restore.times.iter().filter_map(|timed| {
        let step = restore.step(timed.id)?;
        Some(json!({
            "data": restore.datastore,
            "step": timed.id.word(),
            "actor": step.actor.words(),
            "budget": timed.takes(),
            "clock": until(timed.clock),
        }))
    });
    each.collect()
}

/// The ways back, as the script takes them: with its lock and its record.
pub(super) fn restores(input: Input) -> Vec<Value> {
    let restores = input.procedures.restores.iter();
    let each = restores.flat_map(|restore| {
        let step = restore.step(StepId::Restore);
        let acts = restore.subjects().flat_map(|work| &work.acts);
        let ways = acts.flat_map(|act| act.commands.iter().map(move |way| (act, way)));
        ways.filter_map(move |(act, way)| {
            let one = Work {
                region: None,
                title: String::new(),
                acts: vec![act.clone()],
                idle: "",
                seconds: 0,
            };
            let mut value = context::operation(way);
            value["command"] = json!(typed(input, way));
            value["moment"] = json!(way.takes_moment());
            value["expect"] = json!(step?.expect(&[&one]));
            value["within"] = json!(act.proofs.iter().map(|p| p.within_seconds).max().map(clock));
            Some(value)
        })
    });
    each.collect()
}

/// What no script restores, and what people do instead.
pub(super) fn by_hand(input: Input) -> Vec<Value> {
    let restores = input.procedures.restores.iter();
    let each = restores.filter_map(|restore| {
        let hand = restore.by_hand.as_ref()?;
        let commands = hand.commands.iter().map(context::operation);
        Some(json!({
            "data": restore.datastore,
            "how": hand.how,
            "commands": commands.collect::<Vec<_>>(),
        }))
    });
    each.collect()
}

/// What the operator types.
fn typed(input: Input, way: &Operation) -> String {
    let from = match way.takes_moment() {
        true => "--at MOMENT",
        false => "--backup ID",
    };
    format!(
        "scripts/restore-from-backup.sh --datastore {} --into {} {from}",
        shell::word(&way.subject),
        new_name(input, &way.subject)
    )
}

/// How a page calls a copy of something.
fn new_name(input: Input, subject: &str) -> String {
    let mut switches = input.deployment.switches.iter();
    let own = switches.find(|s| s.subject == subject);
    let begins = own.and_then(|s| s.begins.as_deref());
    format!("{}NEW_NAME", begins.unwrap_or_default())
}

/// How what a copy has is counted, and what the original has.
pub(super) fn compared(input: Input) -> Vec<Value> {
    let restored = input.procedures.restores.iter().flat_map(works);
    let each = restored.filter_map(|work| {
        let mut switches = input.deployment.switches.iter();
        let switch = switches.find(|s| s.subject == work.title)?;
        let lines = switch.compare.as_ref()?;
        Some(json!({ "subject": switch.subject, "lines": lines }))
    });
    each.collect()
}

/// How restored copies come into service, as the script does it.
pub(super) fn switches(input: Input) -> Vec<Value> {
    let works = input.procedures.restores.iter().flat_map(works);
    let each = works.filter_map(|work| {
        let mut switches = input.deployment.switches.iter();
        let switch = switches.find(|s| s.subject == work.title && s.serves())?;
        let copying = switch.copying.as_ref();
        let others = copying.map_or(&[][..], |c| &c.others).iter();
        let commands = work.acts.iter().flat_map(|a| &a.commands);
        Some(json!({
            "subject": switch.subject,
            "copy": new_name(input, &switch.subject),
            "means": switch.means,
            "afterwards": switch.afterwards,
            "finish": switch.finish.iter().map(|(what, commands)| json!({
                "what": what,
                "lines": commands.lines().collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "others": others.map(|id| name(input, *id)).collect::<Vec<_>>(),
            "titles": commands.map(|o| &o.title).collect::<Vec<_>>(),
            "command": format!("scripts/switch-store.sh --datastore {}", shell::word(&switch.subject)),
        }))
    });
    each.collect()
}

fn works(restore: &Restore) -> impl Iterator<Item = &Work> {
    let step = restore.step(StepId::Switch);
    step.into_iter().flat_map(|s| &s.works)
}

/// What is restored by a command, and comes into service by none: why, and how the copy goes.
pub(super) fn unswitched(input: Input) -> Vec<Value> {
    let works = input.procedures.restores.iter().flat_map(works);
    let without = works.filter(|w| w.acts.is_empty());
    let each = without.map(|work| {
        let mut switches = input.deployment.switches.iter();
        let own = switches.find(|s| s.subject == work.title);
        let delete = own.map(|s| {
            format!(
                "scripts/switch-store.sh --datastore {} --delete {} --apply",
                shell::word(&s.subject),
                new_name(input, &s.subject)
            )
        });
        json!({
            "subject": work.title,
            "why": own.map_or(work.idle, |s| s.means.as_str()),
            "delete": delete,
        })
    });
    each.collect()
}

/// Whether some copy serves in place of what deployments name.
pub(super) fn serving(input: Input) -> bool {
    let mut switches = input.deployment.switches.iter();
    switches.any(|s| s.serves() && s.stays != Stays::InOriginal)
}

fn name(input: Input<'_>, id: RegionId) -> &str {
    &input.topology.region(id).name
}

/// The drills, each as the script exercises it.
pub(super) fn drills(input: Input) -> Vec<Value> {
    let drills = input.procedures.drills.iter();
    drills.map(|drill| page(input, drill)).collect()
}

fn page(input: Input, drill: &Drill) -> Value {
    let exercise = drill.exercise.as_ref();
    json!({
        "name": drill.name,
        "every": drill.every.word(),
        "of": drill.of,
        "last": drill.last.map_or("never".to_string(), |day| day.to_string()),
        "command": exercise.map(|e| command(input, e)),
        "abort": exercise.and_then(|e| abort(input, e)),
        "leaves": matches!(exercise, Some(Exercise::Region { .. })),
        "budget": exercise.and_then(|e| budget(input, e)),
        "before": exercise.map(|e| clock(before(input, e))),
        "promised": exercise.and_then(|e| promised(input, e)).map(clock),
        "by_itself": exercise.is_some_and(|e| served_by_itself(input, e)),
    })
}

fn command(input: Input, exercise: &Exercise) -> String {
    let of = match exercise {
        Exercise::Region { from, to } => format!(
            "--primary {} --secondary {}",
            name(input, *from),
            name(input, *to)
        ),
        Exercise::Restore { subject, moment } => {
            let from = match moment {
                true => "",
                false => " --backup \"${BACKUP}\"",
            };
            format!("--datastore {}{from}", shell::word(subject))
        }
        Exercise::DeadLetters { queue } => format!("--queue {}", shell::word(queue)),
        Exercise::Rollback { flag } => format!("--flag {}", shell::word(flag)),
    };
    let kind = exercise.word();
    format!("scripts/dr-test.sh --test-type {kind} {of} --apply")
}

/// What brings the system back to where it was.
fn abort(input: Input, exercise: &Exercise) -> Option<String> {
    match exercise {
        Exercise::Region { from, .. } => Some(format!(
            "scripts/promote-region.sh --region {} --apply",
            name(input, *from)
        )),
        _ => None,
    }
}

fn case<'a>(input: Input<'a>, exercise: &Exercise) -> Option<&'a Case> {
    match exercise {
        Exercise::Region { from, to } => input.procedures.fail_over.case(*from, *to),
        _ => None,
    }
}

fn restore<'a>(input: Input<'a>, exercise: &Exercise) -> Option<&'a Restore> {
    let Exercise::Restore { subject, .. } = exercise else {
        return None;
    };
    let mut restores = input.procedures.restores.iter();
    restores.find(|r| r.subjects().any(|w| w.title == *subject))
}

/// What its steps may take, as the other runbooks have it.
fn budget(input: Input, exercise: &Exercise) -> Option<String> {
    let region = case(input, exercise).map(|c| clock(input.procedures.fail_over.by_script(c)));
    let timed = restore(input, exercise).and_then(|r| r.timed(StepId::Restore));
    region.or(timed.map(|t| t.takes()))
}

/// What passes in an emergency before its first step, in seconds.
fn before(input: Input, exercise: &Exercise) -> u64 {
    let region = case(input, exercise).map(Case::before);
    let restore = restore(input, exercise).map(Restore::before);
    region.or(restore).unwrap_or(0)
}

/// What the script judges it by, in seconds.
fn promised(input: Input, exercise: &Exercise) -> Option<u64> {
    let region = case(input, exercise).and_then(|c| c.promised);
    region.or(restore(input, exercise).and_then(|r| r.promised))
}

/// Whether users are served again without what the script does.
fn served_by_itself(input: Input, exercise: &Exercise) -> bool {
    case(input, exercise).is_some_and(|c| c.others && c.waiting.is_empty())
}

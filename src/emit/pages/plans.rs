//! Plans as pages read them.

use crate::emit::Input;
use crate::format::json::json;
use crate::format::shell;
use crate::procedure::{Case, Step, Verb, Work, clock, until};
use crate::topology::RegionId;
use serde_json::Value;

/// The plan of leaving `from` for `to`; null if there is no other region.
pub(super) fn fail_over(input: Input, from: Option<RegionId>, to: Option<RegionId>) -> Value {
    let pair = from.zip(to);
    let Some(case) = pair.and_then(|(from, to)| input.procedures.fail_over.case(from, to)) else {
        return Value::Null;
    };
    let page = case.page().unwrap_or(0);
    let bars = case.automation.iter().filter_map(|a| {
        Some(json!({
            "name": format!("{} {}", a.step.word(), a.of),
            "begins": a.begins,
            "ends": a.ends?,
        }))
    });
    json!({
        "automation": case.automation.iter().map(|a| json!({
            "step": a.step.word(),
            "of": a.of,
            "ends": until(a.ends),
        })).collect::<Vec<_>>(),
        "bars": bars.collect::<Vec<_>>(),
        "waiting": case.waiting,
        "others": case.others,
        "served": case.served.map(clock),
        "done": case.done().map(clock),
        "after_loss": case.page().zip(case.done()).map(|(page, done)| clock(page + done)),
        "steps": steps(input, case, page),
    })
}

fn steps(input: Input, case: &Case, page: u64) -> Vec<Value> {
    let each = case.steps.iter().enumerate().filter_map(|(index, timed)| {
        let step = input.procedures.fail_over.step(timed.id)?;
        let works = step.works(case.from, case.to);
        let title = works.first().map_or("", |w| &w.title);
        Some(json!({
            "number": index + 1,
            "id": step.id.word(),
            "title": title,
            "actor": step.actor.words(),
            "budget": timed.takes(),
            "seconds": timed.seconds,
            "starts": timed.clock.map(|clock| page + clock - timed.seconds),
            "clock": until(timed.clock),
            "command": command(input, case, step),
            "own": own(input, &works),
            "expect": step.expect(&works),
            "otherwise": step.otherwise(),
            "final": step.no_return,
        }))
    });
    each.collect()
}

/// What a team has added to a step.
fn own(input: Input, works: &[&Work]) -> Vec<Value> {
    let acts = works.iter().flat_map(|w| &w.acts);
    let own = acts.filter(|a| input.topology.steps.get(&a.subject).is_some());
    let own = own.flat_map(|a| &a.commands).map(|o| {
        json!({
            "title": o.title,
            "command": shell::command(&o.command),
            "takes": clock(o.budget_seconds),
            "otherwise": o.otherwise,
        })
    });
    own.collect()
}

/// What the operator types.
fn command(input: Input, case: &Case, step: &Step) -> Option<String> {
    let name = |id: RegionId| &input.topology.region(id).name;
    let id = step.id.word();
    (step.verb != Verb::Person).then(|| {
        format!(
            "scripts/failover-region.sh --from {} --to {} --step {id} --apply",
            name(case.from),
            name(case.to)
        )
    })
}

/// The plan of a region's way back; null if there is nothing to do.
pub(super) fn fail_back(input: Input, region: Option<RegionId>) -> Value {
    let plan = &input.procedures.fail_back;
    let Some(case) = region.and_then(|id| plan.case(id, id)) else {
        return Value::Null;
    };
    let steps = case.steps.iter().filter_map(|timed| {
        let step = plan.step(timed.id)?;
        let works = step.works(case.from, case.to);
        let title = match works.as_slice() {
            [only] => only.title.clone(),
            _ => step.id.title().into(),
        };
        Some(json!({
            "title": title,
            "budget": timed.takes(),
            "clock": until(timed.clock),
            "expect": step.expect(&works),
            "otherwise": step.otherwise(),
        }))
    });
    json!({ "steps": steps.collect::<Vec<_>>(), "done": until(case.done()) })
}

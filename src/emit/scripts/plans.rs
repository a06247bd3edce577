//! Plans as scripts read them.

use super::{operation, proof};
use crate::deployment::Seat;
use crate::procedure::{
    Act, Ask, Case, Failure, Place, Procedure, Step, StepId, Verb, Wants, Work,
};
use crate::topology::{RegionId, Topology};
use serde_json::{Value, json};

/// A plan: its steps, what each may take, and who has what only one region has.
pub(super) fn plan(topology: &Topology, procedure: &Procedure) -> Value {
    let by_script = || procedure.steps.iter().filter(|s| s.verb != Verb::Person);
    let ids: Vec<&str> = by_script().map(|s| s.id.word()).collect();
    json!({
        "steps": by_script().map(|s| step(topology, procedure, s)).collect::<Vec<_>>(),
        "ids": ids,
        "pair": procedure.steps.iter().any(|s| matches!(s.on, Place::From | Place::To)),
        "budgets": by_script().flat_map(|s| budgets(topology, &procedure.cases, s.id)).collect::<Vec<_>>(),
        "seats": seats(topology, procedure),
    })
}

fn step(topology: &Topology, procedure: &Procedure, step: &Step) -> Value {
    let needs = step.needs.iter().filter_map(|id| {
        let needed = procedure.steps.iter().find(|s| s.id == *id)?;
        match needed.verb {
            Verb::Measure => Some(needed.id.word().to_string()),
            _ => proved(needed).then(|| format!("{}_holds", needed.id.word())),
        }
    });
    json!({
        "id": step.id.word(),
        "title": step.id.title(),
        "on": match step.on {
            Place::From => Some("FROM"),
            Place::To => Some("TO"),
            Place::Back | Place::Others => Some("REGION"),
            Place::System => None,
        },
        "others": step.on == Place::Others,
        "verb": match step.verb {
            Verb::Run => "run",
            Verb::Measure => "measure",
            Verb::Look => "look",
            Verb::Person => "",
        },
        "works": step.works.iter().map(|w| work(topology, w)).collect::<Vec<_>>(),
        "proved": proved(step),
        "needs": needs.collect::<Vec<_>>(),
        "stop": match step.failure {
            Failure::Stop(why) => Some(why),
            Failure::Continue => None,
        },
        "final": step.no_return,
        "holds": step.holds,
    })
}

/// Whether something is read back after it.
fn proved(step: &Step) -> bool {
    step.works.iter().any(Work::proved)
}

fn work(topology: &Topology, work: &Work) -> Value {
    let name = |id: RegionId| topology.region(id).name.clone();
    json!({
        "region": work.region.map(name),
        "title": work.title,
        "idle": work.idle,
        "proved": work.proved(),
        "acts": work.acts.iter().map(|a| act(topology, a)).collect::<Vec<_>>(),
    })
}

fn act(topology: &Topology, act: &Act) -> Value {
    let commands = act.commands.iter();
    let only = act.commands.first().and_then(|o| o.region);
    json!({
        "subject": act.subject,
        "ask": act.ask.as_ref().and_then(ask),
        "commands": commands.map(operation).collect::<Vec<_>>(),
        "proofs": act.proofs.iter().map(proof).collect::<Vec<_>>(),
        "region": only.map(|id| topology.region(id).name.clone()),
    })
}

fn ask(ask: &Ask) -> Option<Value> {
    let seat = &ask.seat;
    let (_, command) = seat.asks.iter().find(|(id, _)| *id == ask.at)?;
    Some(json!({
        "title": seat.question,
        "command": command,
        "within": seat.within_seconds,
        "wants": (ask.wants == Wants::Here).then(|| seat.inside(ask.at)),
        "done": ask.done(),
        "still": ask.still(),
    }))
}

/// For each thing that one region at a time does: what is answered once the lost one does not.
fn seats(topology: &Topology, procedure: &Procedure) -> Vec<Value> {
    let acts = procedure.steps.iter().flat_map(|s| &s.works);
    let acts = acts.flat_map(|w| &w.acts);
    let mut found: Vec<&Seat> = Vec::new();
    let asked = acts.filter_map(|a| a.ask.as_ref());
    for ask in asked.filter(|a| a.wants == Wants::Elsewhere) {
        if !found.contains(&&ask.seat) {
            found.push(&ask.seat);
        }
    }
    let each = found.into_iter().flat_map(|seat| {
        topology.region_ids().map(|lost| {
            json!({
                "subject": seat.subject,
                "lost": topology.region(lost).name,
                "wants": seat.outside(lost),
            })
        })
    });
    each.collect()
}

/// What a step may take for each pair of regions, in as few lines as say it.
fn budgets(topology: &Topology, cases: &[Case], id: StepId) -> Vec<Value> {
    let of = |case: &Case| {
        let own = case.steps.iter().find(|s| s.id == id);
        own.map_or(0, |s| s.seconds)
    };
    let name = |id: RegionId| topology.region(id).name.clone();
    let line = |from: Option<RegionId>, to: Option<RegionId>, seconds: u64| json!({ "step": id.word(), "from": from.map(name), "to": to.map(name), "seconds": seconds });
    let alike = |key: fn(&Case) -> RegionId| {
        let mut found: Vec<(RegionId, u64)> = Vec::new();
        for case in cases {
            let each = (key(case), of(case));
            match found.iter().find(|(k, _)| *k == each.0) {
                Some(known) if *known != each => return None,
                Some(_) => {}
                None => found.push(each),
            }
        }
        Some(found)
    };
    let mut all = cases.iter().map(of);
    let first = all.next().unwrap_or(0);
    if all.all(|s| s == first) {
        return vec![line(None, None, first)];
    }
    if let Some(found) = alike(|c| c.from) {
        return found
            .into_iter()
            .map(|(id, s)| line(Some(id), None, s))
            .collect();
    }
    if let Some(found) = alike(|c| c.to) {
        return found
            .into_iter()
            .map(|(id, s)| line(None, Some(id), s))
            .collect();
    }
    let each = cases.iter();
    each.map(|c| line(Some(c.from), Some(c.to), of(c)))
        .collect()
}

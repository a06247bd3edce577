//! Plans as scripts read them.

use super::tables::{self, Line, Names};
use super::{proved, ran};
use crate::deployment::{Operation, Seat};
use crate::format::json::json;
use crate::procedure::{
    Act, Ask, Case, Failure, Place, Procedure, Step, StepId, Verb, Wants, Work,
};
use crate::topology::{RegionId, Topology};
use serde_json::Value;
use std::collections::BTreeMap;

/// A plan: its steps, what each may take, and who has what only one region has.
pub(super) fn plan(topology: &Topology, procedure: &Procedure) -> Value {
    let by_script = || procedure.steps.iter().filter(|s| s.verb != Verb::Person);
    let ids: Vec<&str> = by_script().map(|s| s.id.word()).collect();
    let steps = &procedure.steps;
    let pair = steps
        .iter()
        .any(|s| matches!(s.on, Place::From | Place::To));
    json!({
        "steps": by_script().map(|s| step(topology, procedure, s)).collect::<Vec<_>>(),
        "ids": ids,
        "pair": pair,
        "budgets": by_script().flat_map(|s| budgets(topology, &procedure.cases, s.id)).collect::<Vec<_>>(),
        "seats": seats(topology, procedure),
        "promised": promised(procedure),
    })
}

/// What each datastore may lose that is measured.
fn promised(procedure: &Procedure) -> Vec<Value> {
    let acts = procedure.steps.iter().flat_map(|s| &s.works);
    let acts = acts.flat_map(|w| &w.acts);
    let most = acts.filter_map(|a| Some((a.subject.as_str(), a.most?)));
    let most: BTreeMap<&str, u64> = most.collect();
    let each = most.into_iter();
    each.map(|(store, most)| json!({ "store": store, "most": most }))
        .collect()
}

fn step(topology: &Topology, procedure: &Procedure, step: &Step) -> Value {
    let needs = step.needs.iter().filter_map(|id| {
        let needed = procedure.steps.iter().find(|s| s.id == *id)?;
        match needed.verb {
            Verb::Measure => Some(needed.id.word().to_string()),
            _ => reads_back(needed).then(|| format!("{}_holds", needed.id.word())),
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
        "works": step.works.iter().map(|w| work(topology, step, w)).collect::<Vec<_>>(),
        "proved": reads_back(step),
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
fn reads_back(step: &Step) -> bool {
    step.works.iter().any(Work::proved)
}

fn work(topology: &Topology, step: &Step, work: &Work) -> Value {
    let name = |id: RegionId| topology.region(id).name.clone();
    let proofs = work.acts.iter().flat_map(|act| proofs(step, act));
    json!({
        "region": work.region.map(name),
        "title": work.title,
        "idle": work.idle,
        "proved": work.proved(),
        "acts": if step.verb == Verb::Look { Vec::new() } else { acts(step, work) },
        "looks": if step.verb == Verb::Look { looks(topology, step, work) } else { Vec::new() },
        "proofs": tables::parts(&format!("Read back: {}", work.title), proofs),
    })
}

/// What is done, in order: commands one after the other, and those before which somebody is asked whether they
/// are needed.
fn acts(step: &Step, work: &Work) -> Vec<Value> {
    let runs = work
        .acts
        .chunk_by(|a, b| a.ask.is_none() && b.ask.is_none());
    let each = runs.map(|run| {
        let asked = run.iter().find_map(|act| act.ask.as_ref());
        let commands = run
            .iter()
            .flat_map(|act| act.commands.iter().map(move |o| (act, o)));
        let commands = commands.map(|(act, o)| {
            let mut line = command(step, o);
            if step.verb == Verb::Measure && step.on == Place::To {
                let of = ["measure_of".to_string(), act.subject.clone()];
                line.does.splice(..1, of);
            }
            tables::lines(&o.title, [line])
        });
        json!({
            "ask": asked.and_then(asking),
            "done": asked.map(Ask::done),
            "commands": tables::parts(&work.title, commands),
        })
    });
    each.collect()
}

/// What is looked at; the name of one leads to a region alone.
fn looks(topology: &Topology, step: &Step, work: &Work) -> Vec<Value> {
    let each = work.acts.iter().flat_map(|act| {
        let only = act.commands.first().and_then(|o| o.region);
        let only = only.map(|id| topology.region(id).name.clone());
        let commands = act.commands.iter();
        commands.map(
            move |o| json!({ "region": only, "look": tables::lines(&o.title, [command(step, o)]) }),
        )
    });
    each.collect()
}

fn command(step: &Step, operation: &Operation) -> Line {
    let by = match step.verb {
        Verb::Look => "look",
        Verb::Run | Verb::Person if step.holds == 0 => "run",
        _ => "measure",
    };
    Line {
        does: ran(by, operation),
        or: match by {
            "measure" => Vec::new(),
            _ => failed(step, &operation.otherwise),
        },
    }
}

/// What follows if something fails.
fn failed(step: &Step, otherwise: &str) -> Vec<String> {
    let words = match step.failure {
        Failure::Stop(why) => vec!["die", "75", why, otherwise],
        Failure::Continue => vec!["missed", otherwise],
    };
    words.into_iter().map(String::from).collect()
}

/// What is asked before something is done.
fn asking(ask: &Ask) -> Option<Value> {
    let line = Line {
        does: asked("ask", ask)?,
        or: Vec::new(),
    };
    Some(tables::lines(&ask.seat.question, [line]))
}

/// What is read back after something was done.
fn proofs(step: &Step, act: &Act) -> Vec<Value> {
    let still = act.ask.iter().filter_map(|ask| {
        let line = Line {
            does: asked("prove", ask)?,
            or: failed(step, &ask.still()),
        };
        Some(tables::lines(&ask.seat.question, [line]))
    });
    let proofs = act.proofs.iter().map(|proof| {
        let line = Line {
            does: proved(proof),
            or: failed(step, &proof.otherwise),
        };
        tables::lines(&proof.title, [line])
    });
    still.chain(proofs).collect()
}

/// The words that ask who has what only one region has.
fn asked(by: &str, ask: &Ask) -> Option<Vec<String>> {
    let seat = &ask.seat;
    let (_, command) = seat.asks.iter().find(|(id, _)| *id == ask.at)?;
    let within = seat.within_seconds.to_string();
    let question = seat.question.clone();
    let words = match ask.wants {
        Wants::Here => vec![
            by.to_string(),
            within,
            question,
            seat.inside(ask.at).to_string(),
        ],
        Wants::Elsewhere => vec![
            format!("{by}_elsewhere"),
            seat.subject.clone(),
            within,
            question,
        ],
    };
    Some(words.into_iter().chain(command.iter().cloned()).collect())
}

/// For each thing that one region at a time does: what is answered when it is a region.
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
        let answers = seat.answers.iter();
        answers.map(|(id, answer)| {
            json!({ "subject": seat.subject, "region": topology.region(*id).name, "answer": answer })
        })
    });
    each.collect()
}

/// Makes one arm of works that differ in the region alone, which has a variable: what is done, and what is
/// read back, each by itself.
pub(super) fn join(topology: &Topology, plan: &mut Value) {
    let names = Names::of(topology);
    for step in plan["steps"].as_array_mut().into_iter().flatten() {
        let Some(variable) = step["on"].as_str().map(String::from) else {
            continue;
        };
        if step["others"] == true {
            continue;
        }
        let works = match step["works"].take() {
            Value::Array(works) => works,
            _ => continue,
        };
        let proved = works.iter().filter(|w| w["proved"] == true);
        step["holding"] = arms(&names, &variable, proved, &["proofs"]);
        step["arms"] = arms(&names, &variable, works.iter(), &["title", "idle", "acts"]);
    }
}

fn arms<'a>(
    names: &Names,
    variable: &str,
    works: impl Iterator<Item = &'a Value>,
    parts: &[&str],
) -> Value {
    let mut arms: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for work in works {
        let own: Value = parts
            .iter()
            .map(|part| ((*part).to_string(), work[*part].clone()))
            .collect();
        let region = work["region"].as_str().unwrap_or_default();
        let general = names.with(variable, region, &own);
        match arms.iter_mut().find(|(known, _, _)| *known == general) {
            Some((_, _, regions)) => regions.push(work["region"].clone()),
            None => arms.push((general, own, vec![work["region"].clone()])),
        }
    }
    let each = arms.into_iter().map(|(general, own, regions)| {
        let mut arm = if regions.len() == 1 { own } else { general };
        arm["regions"] = regions.into();
        arm
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

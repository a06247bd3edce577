//! What the pages about procedures read: names that turn, flags, dead letters, versions of
//! events, and the capacity for a surge.

use crate::analysis::capacity::{Survivor, after_loss, planned_load};
use crate::deployment::{Operation, OperationKind};
use crate::emit::Input;
use crate::format::json::json;
use crate::format::shell;
use crate::procedure::{FEW, MANY, StepId, clock};
use crate::topology::{Host, RegionId, Service, ServiceId};
use serde_json::Value;

/// The part of the context that procedures need.
pub(super) fn context(input: Input) -> Value {
    json!({
        "dns": dns(input),
        "budgets": budgets(input),
        "flags": flags(input),
        "replays": replays(input),
        "few": FEW,
        "many": MANY,
        "events": events(input),
        "serverless": serverless(input),
        "lags": of_kind(input, OperationKind::Lag).next().is_some(),
        "surge": surge(input),
        "capacity": capacity(input),
        "stops": stops(input),
        "read_at_start": of_kind(input, OperationKind::Precondition).next().is_some(),
        "rotated": rotated(input),
        "rotation_topic": format!("{}-secret-rotation", input.topology.name),
    })
}

fn of_kind<'a>(input: Input<'a>, kind: OperationKind) -> impl Iterator<Item = &'a Operation> {
    let operations = input.deployment.operations.iter();
    operations.filter(move |o| o.kind == kind)
}

/// Secrets that are replaced from time to time.
fn rotated(input: Input) -> Vec<Value> {
    let secrets = input.topology.secrets.iter();
    let rotated = secrets.filter_map(|s| Some((s, s.rotate.as_ref()?)));
    rotated
        .map(|(s, every)| json!({ "name": s.name, "every": every.value.to_string() }))
        .collect()
}

/// The region that would take over from the primary.
fn second(input: Input) -> Option<RegionId> {
    let topology = input.topology;
    let first = topology.primary().or(topology.region_ids().next());
    first.and_then(|id| topology.successor(id))
}

/// The commands that end its services.
fn stops(input: Input) -> Vec<String> {
    let to = second(input);
    let own = of_kind(input, OperationKind::Stop).filter(|o| o.region == to);
    own.map(|o| shell::command(&o.command)).collect()
}

/// Hosts whose name turns to a backup.
fn dns(input: Input) -> Vec<Value> {
    let plan = &input.procedures.turn_names;
    let failovers = input.deployment.dns_failovers.iter();
    let each = failovers.filter_map(|failover| {
        let asked = plan.work(StepId::Verify, &failover.host)?;
        let asked = asked.acts.first()?.commands.first()?;
        let regions = failover.regions.iter();
        Some(json!({
            "name": failover.host,
            "word": shell::word(&failover.host),
            "ask": shell::command(&asked.command),
            "expect": asked.expect.words(),
            "regions": regions.map(|id| input.topology.region(*id).name.clone()).collect::<Vec<_>>(),
            "clock": clock(failover.seconds),
            "because": failover.because,
            "budget": clock(plan.work(StepId::Turn, &failover.host)?.seconds),
        }))
    });
    each.collect()
}

/// What the steps of these plans may take.
fn budgets(input: Input) -> Value {
    let plans = input.procedures;
    let (turn, flags, back) = (&plans.turn_names, &plans.switch_flags, &plans.put_back);
    let to = second(input);
    let in_region = |region| flags.seconds_in(StepId::Flag, region) + flags.seconds(StepId::Verify);
    let everywhere = flags.seconds(StepId::Flag) + flags.seconds(StepId::Verify);
    json!({
        "status": clock(back.seconds(StepId::Status)),
        "ask": clock(turn.seconds(StepId::Verify)),
        "flag": clock(everywhere),
        "flag_in_one": to.map(|id| clock(in_region(id))),
    })
}

/// The flags, the one that a drill exercises first: it is the way back.
fn flags(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let drills = topology.drills.iter();
    let drilled: Vec<&str> = drills
        .filter_map(|(_, d)| d.flag.as_ref().map(|f| f.value.as_str()))
        .collect();
    let mut flags = topology.flags();
    flags.sort_by_key(|(name, ..)| !drilled.contains(name));
    let entry = |(name, variable, value): (&str, String, String)| {
        let written = topology.flags.get(name);
        let description = written.and_then(|f| f.description.as_ref());
        json!({
            "name": name,
            "word": shell::word(name),
            "variable": variable,
            "off_word": if value == "true" { "false" } else { "true" },
            "value_word": shell::word(&value),
            "value": value,
            "description": description.map_or("", |d| d.as_str()),
        })
    };
    flags.into_iter().map(entry).collect()
}

/// Queues whose dead letters are put back.
fn replays(input: Input) -> Vec<Value> {
    let events = input.topology.events.as_ref();
    let plan = &input.procedures.put_back;
    let budget = |id, queue: &str| plan.work(id, queue).map(|w| clock(w.seconds));
    let each = input.topology.replayed().map(|queue| {
        let dead = &queue.dead_letter;
        let order = queue.ordered_by.as_ref();
        json!({
            "name": queue.name,
            "word": shell::word(&queue.name),
            "few": budget(StepId::Few, &queue.name),
            "many": budget(StepId::Many, &queue.name),
            "after": dead.after.value,
            "keep": dead.keep.value.to_string(),
            "verdict": events.is_some_and(|e| *e.incompatible == crate::topology::Incompatible::DeadLetter),
            "order": order.map_or("no".to_string(), |by| format!("by {}, behind newer ones", by.value)),
        })
    });
    each.collect()
}

/// The versions of events; null if there are none.
fn events(input: Input) -> Value {
    let Some(events) = &input.topology.events else {
        return Value::Null;
    };
    let queues = input.topology.queues.iter();
    let wait = queues.map(|q| q.keep.value).max();
    json!({
        "version": events.version.value,
        "minimum": events.minimum.value,
        "incompatible": events.incompatible.word(),
        "verdict": events.verdict.as_ref().map_or("drop", |v| v.as_str()),
        "verdict_word": events.verdict.as_ref().map_or("drop".to_string(), |v| shell::word(v)),
        "window": events.window.value.to_string(),
        "wait": wait.map_or("no time".to_string(), |w| w.to_string()),
        "phases": events.phases.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(),
    })
}

/// Whether some host leads to several regions of Cloud Run.
pub(super) fn serverless(input: Input) -> bool {
    let topology = input.topology;
    let spread = |h: &Host| !topology.service(h.service).on_cluster() && h.regions.len() > 1;
    topology.hosts.iter().any(spread)
}

/// The promised surge, and for how long it lasts.
fn surge(input: Input) -> Value {
    let objectives = input.topology.objectives.as_ref();
    let lasting = objectives.and_then(|o| o.surge_for.as_ref());
    json!({
        "factor": objectives.and_then(|o| o.surge.as_ref()).map(|s| s.value.0.to_string()),
        "lasting": lasting.map_or("as long as it lasts".to_string(), |l| l.value.to_string()),
    })
}

/// The planned load of each service, if a surge is promised.
fn capacity(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let objectives = topology.objectives.as_ref();
    if objectives.is_none_or(|o| o.surge.is_none()) {
        return Vec::new();
    }
    let services = topology.services.iter().enumerate();
    let rows = services.filter_map(|(index, service)| {
        let losses = topology.region_ids();
        let survivors = losses.filter_map(|lost| after_loss(topology, ServiceId(index), &[lost]));
        let worst = survivors.flatten().max_by_key(|s| s.replicas_needed)?;
        row(input, service, &worst)
    });
    rows.collect()
}

fn row(input: Input, service: &Service, worst: &Survivor) -> Option<Value> {
    let capacity = service.capacity.as_ref()?;
    let each = capacity.per_replica.as_ref()?.per_second() * capacity.target.ratio();
    let min = service.replicas_in(worst.region)?.min;
    Some(json!({
        "service": service.name,
        "peak": capacity.peak.as_ref()?.value.to_string(),
        "load": format!("{:.0}/s", planned_load(input.topology, service)?),
        "each": format!("{each:.0}/s"),
        "needed": worst.replicas_needed,
        "min": min,
        "max": worst.max,
        "ready": min >= worst.replicas_needed,
        "missing": worst.replicas_needed.saturating_sub(min),
    }))
}

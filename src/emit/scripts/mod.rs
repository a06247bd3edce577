//! Scripts: dry runs by default, idempotent, with the real commands of the clouds.

mod exercises;
mod plans;
mod switches;
mod tables;

use super::{AppliedRoot, Input};
use crate::artifact::{Artifact, ArtifactSet};
use crate::deployment::{Operation, OperationKind, Proof};
use crate::format::json::json;
use crate::format::text::{self, Templates};
use crate::procedure::{FEW, MANY, OVERTIME, StepId, TURNED_WITHIN};
use crate::topology::RegionId;
use crate::watch::alerts::{error_ratios, number};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const EMITTER: &str = "scripts";

/// The variable that keeps back ends away until the gateways have made them.
const SERVING: &str = "serving_regions";

/// Scripts: name, template, and the part of the context without which there is no use for it.
const TEMPLATES: &[(&str, &str, Option<&str>)] = &[
    (
        "lib.sh",
        include_str!("../../../templates/scripts/lib.sh"),
        None,
    ),
    (
        "deploy-all-regions.sh",
        include_str!("../../../templates/scripts/deploy-all-regions.sh"),
        None,
    ),
    (
        "failover-region.sh",
        include_str!("../../../templates/scripts/failover-region.sh"),
        None,
    ),
    (
        "promote-region.sh",
        include_str!("../../../templates/scripts/promote-region.sh"),
        None,
    ),
    (
        "take-region-out.sh",
        include_str!("../../../templates/scripts/take-region-out.sh"),
        Some("several"),
    ),
    (
        "restore-from-backup.sh",
        include_str!("../../../templates/scripts/restore-from-backup.sh"),
        None,
    ),
    (
        "switch-store.sh",
        include_str!("../../../templates/scripts/switch-store.sh"),
        Some("switches"),
    ),
    (
        "dr-test.sh",
        include_str!("../../../templates/scripts/dr-test.sh"),
        None,
    ),
    (
        "cost-report.sh",
        include_str!("../../../templates/scripts/cost-report.sh"),
        None,
    ),
    (
        "switch-dns.sh",
        include_str!("../../../templates/scripts/switch-dns.sh"),
        Some("dns"),
    ),
    (
        "shift-traffic.sh",
        include_str!("../../../templates/scripts/shift-traffic.sh"),
        Some("shifts"),
    ),
    (
        "set-flag.sh",
        include_str!("../../../templates/scripts/set-flag.sh"),
        Some("flags"),
    ),
    (
        "replay-dead-letters.sh",
        include_str!("../../../templates/scripts/replay-dead-letters.sh"),
        Some("replays"),
    ),
];

/// What templates include.
const INCLUDED: [(&str, &str); 2] = [
    (
        "steps.sh",
        include_str!("../../../templates/scripts/steps.sh"),
    ),
    (
        "functions.sh",
        include_str!("../../../templates/scripts/functions.sh"),
    ),
];

static PARSED: LazyLock<Templates> = LazyLock::new(|| {
    let scripts = TEMPLATES.iter().map(|(name, text, _)| (*name, *text));
    Templates::new(scripts.chain(INCLUDED))
});

/// Emits the scripts.
///
/// # Panics
/// If a template asks for something that the context does not have: a bug that the golden
/// tests show.
pub fn emit(input: Input, roots: &[AppliedRoot], set: &mut ArtifactSet) {
    let context = context(input, roots);
    let set_share = input.deployment.shift.as_ref().map_or("", |s| s.function);
    let shared = text::Context::from(&context).with_part("set_share", set_share.trim_end());
    for (name, source, needs) in TEMPLATES {
        let own = own(input, name, source);
        let part = needs.map(|part| own.get(part).unwrap_or(&context[part]));
        if part.is_some_and(|part| part.as_array().is_none_or(Vec::is_empty)) {
            continue;
        }
        let own = own
            .iter()
            .fold(None, |known: Option<text::Context>, (name, value)| {
                Some(known.as_ref().unwrap_or(&shared).with(name, value))
            });
        let text = PARSED
            .render(name, own.as_ref().unwrap_or(&shared))
            .unwrap_or_else(|error| panic!("{error}"));
        let artifact = Artifact {
            text,
            executable: true,
            emitter: EMITTER,
        };
        set.add(format!("scripts/{name}"), artifact);
    }
}

/// What only one script reads, with the functions that its rows call.
fn own(input: Input, name: &str, source: &str) -> Map<String, Value> {
    let plan = |procedure| json!({ "plan": plans::plan(input.topology, procedure) });
    let mut own = match name {
        "failover-region.sh" => plan(&input.procedures.fail_over),
        "promote-region.sh" => plan(&input.procedures.fail_back),
        "switch-store.sh" => json!({ "switches": switches::all(input) }),
        _ => return Map::new(),
    };
    let taken = functions_of(source, &own);
    let functions = tables::fold(input.topology, &mut own, taken);
    if let Some(plan) = own.get_mut("plan") {
        plans::join(input.topology, plan);
    }
    let functions = tables::spare(&mut own, functions);
    own["functions"] = functions;
    match own {
        Value::Object(own) => own,
        _ => Map::new(),
    }
}

/// The names of the functions that a script has anyway: those of its steps are ids, of one word.
fn functions_of(source: &str, context: &Value) -> BTreeSet<String> {
    let lib = TEMPLATES.iter().filter(|(name, _, _)| *name == "lib.sh");
    let texts = lib
        .map(|(_, text, _)| *text)
        .chain(INCLUDED.map(|(_, text)| text));
    let lines = texts.chain([source]).flat_map(str::lines);
    let names = lines.filter_map(|l| Some(l.split_once("() {")?.0.to_string()));
    let ids = context["plan"]["ids"].as_array().into_iter().flatten();
    let ids = ids.filter_map(Value::as_str);
    names.chain(ids.map(|id| format!("{id}_holds"))).collect()
}

fn context(input: Input, roots: &[AppliedRoot]) -> Value {
    let topology = input.topology;
    let of = |kind: OperationKind| -> Vec<&Operation> {
        input
            .deployment
            .operations
            .iter()
            .filter(|o| o.kind == kind)
            .collect()
    };
    let all = |kind: OperationKind| of(kind).into_iter().map(operation).collect::<Vec<_>>();
    let lag_below = topology.return_lag();
    let failover = topology.failover.as_ref();
    let cooldown = failover.and_then(|f| f.cooldown.as_ref());
    let staged = roots.iter().any(|r| r.takes.contains(SERVING));
    let clouds = || input.deployment.clouds.iter();
    let made = clouds().flat_map(|(_, c)| &c.bootstrap.commands);
    let usage = clouds().flat_map(|(_, c)| c.bootstrap.usage);
    json!({
        "header": input.header(),
        "system": topology.name,
        "namespace": topology.namespace,
        "regions": input.topology.rollout.clone().into_iter().map(|id| region_context(input, id)).collect::<Vec<_>>(),
        "clusters": input.topology.rollout.clone().into_iter().filter_map(|id| cluster(input, id)).collect::<Vec<_>>(),
        "roots": in_order(input, roots).into_iter().map(|root| root_context(input, root)).collect::<Vec<_>>(),
        "left": roots.iter().filter(|r| r.left).map(|r| json!({
            "name": r.path.rsplit('/').next(), "path": r.path,
        })).collect::<Vec<_>>(),
        "leaving": topology.regions.iter().filter(|r| r.leaving).map(|r| &r.name).collect::<Vec<_>>(),
        "several": several(input),
        "carries": roots.iter().any(|r| !r.carried.is_empty()),
        "staged": staged,
        "tools": tools(input),
        "deploy_tools": deploy_tools(input),
        "plugins": plugins(input),
        "locks": clouds().filter_map(|(provider, c)| {
            let lock = c.lock.as_ref()?;
            Some(json!({
                "cloud": provider.word(),
                "take": operation(&lock.take),
                "holder": operation(&lock.holder),
                "release": operation(&lock.release),
                "record": operation(&lock.record),
                "marks": lock.marks,
                "mark": operation(&lock.mark),
                "marked": operation(&lock.marked),
                "unmark": operation(&lock.unmark),
            }))
        }).collect::<Vec<_>>(),
        "costs": clouds().filter_map(|(_, c)| Some(operation(&c.bill.as_ref()?.command))).collect::<Vec<_>>(),
        "bootstrap": made.map(operation).collect::<Vec<_>>(),
        "bootstrap_usage": usage.collect::<Vec<_>>(),
        "places": proofs(input, OperationKind::Lock, None, None),
        "inspect": all(OperationKind::Inspect),
        "verify_budget": input.procedures.switch_flags.seconds(StepId::Verify),
        "turned_within": TURNED_WITHIN,
        "verify": of(OperationKind::Verify).into_iter().map(|o| {
            let mut verify = operation(o);
            verify["region"] = json!(o.region.map(|id| topology.region(id).name.clone()));
            verify
        }).collect::<Vec<_>>(),
        "list_backups": all(OperationKind::ListBackups),
        "restores": exercises::restores(input),
        "switches": switches::subjects(input),
        "switch_tools": switches::tools(input),
        "store_names": store_names(input),
        "dns": dns(input, roots),
        "shifts": shift(input).into_iter().collect::<Vec<_>>(),
        "shift": shift(input),
        "flags": topology.flags().into_iter().map(|(name, variable, value)| json!({
            "name": name, "variable": variable, "value": value,
        })).collect::<Vec<_>>(),
        "replays": topology.replayed().map(|q| replay(input, &q.name)).collect::<Vec<_>>(),
        "cooldown": cooldown.map(|c| c.secs()),
        "lag_below": lag_below.to_string(),
        "lag_below_seconds": lag_below.millis().div_ceil(1000).to_string(),
        "drills": exercises::drills(input),
        "exercises": exercises::judged(input),
        "overtime": OVERTIME,
    })
}

/// The regions, where one can be taken out: there are others.
fn several(input: Input<'_>) -> Vec<&str> {
    let regions: Vec<&str> = input
        .topology
        .regions
        .iter()
        .map(|r| r.name.as_str())
        .collect();
    match regions.len() + input.topology.left.len() {
        0 | 1 => Vec::new(),
        _ => regions,
    }
}

fn root_context(input: Input, root: &AppliedRoot) -> Value {
    json!({
        "path": root.path,
        "region": root.region.map(|id| input.topology.region(id).name.clone()),
        "ties": root.ties,
        "needs": needs(input, root.region),
        "staged": root.takes.contains(SERVING),
        "strays": root.strays.iter().map(|stray| json!({
            "region": stray.region, "address": stray.address, "location": stray.location.as_deref().unwrap_or_default(),
        })).collect::<Vec<_>>(),
        "carried": root.carried.iter().map(|(name, from)| json!({
            "name": name, "from": from,
        })).collect::<Vec<_>>(),
    })
}

/// Roots in the order of deployment: the one that all regions share, the regions, the one
/// that ties them together. Those of regions that have left are emptied before.
fn in_order<'a>(input: Input, roots: &'a [AppliedRoot]) -> Vec<&'a AppliedRoot> {
    let order = input.topology.rollout.clone();
    let place = |root: &AppliedRoot| {
        let own = order.iter().position(|id| Some(*id) == root.region);
        (root.ties, own)
    };
    let mut roots: Vec<_> = roots.iter().filter(|r| !r.left).collect();
    roots.sort_by_key(|root| place(root));
    roots
}

/// The program that a command begins with.
fn program(operation: &Operation) -> Option<String> {
    let mut words = operation.command.iter();
    // `env NAME=value` stands before the program that it sets something for.
    words.find(|w| *w != "env" && !w.contains('=')).cloned()
}

/// The programs of the deployment: those of all scripts, and what its bootstrap runs.
fn deploy_tools(input: Input) -> BTreeSet<String> {
    let made = input.deployment.clouds.values();
    let made = made.flat_map(|c| &c.bootstrap.commands);
    let mut found = tools(input);
    found.extend(made.filter_map(program));
    found
}

/// The programs that kubectl signs in with, each with how to install it.
fn plugins(input: Input) -> BTreeMap<&'static str, &'static str> {
    let clusters = input.deployment.clusters.iter();
    let plugins = clusters.filter_map(|c| c.plugin);
    plugins.map(|p| (p.program, p.install)).collect()
}

/// The programs that the commands begin with.
fn tools(input: Input) -> BTreeSet<String> {
    let operations = input.deployment.operations.iter();
    let used = operations.filter(|o| o.kind != OperationKind::StoreSecret);
    let locks = input.deployment.clouds.values();
    let locks = locks.filter_map(|c| c.lock.as_ref()).map(|l| &l.take);
    let used = used.chain(locks);
    let mut tools: BTreeSet<String> = used.filter_map(program).collect();
    for cluster in &input.deployment.clusters {
        tools.insert("kubectl".into());
        tools.extend(cluster.plugin.map(|p| p.program.to_string()));
    }
    tools
}

fn operation(operation: &Operation) -> Value {
    json!({
        "title": operation.title,
        "command": operation.command,
        "tool": operation.command.first(),
        "variables": operation.command.iter().filter_map(|w| w.strip_prefix('$')).collect::<Vec<_>>(),
        "budget": operation.budget_seconds,
        "otherwise": operation.otherwise,
    })
}

/// The words by which a script runs a command, or looks with it.
fn ran(by: &str, operation: &Operation) -> Vec<String> {
    let by = [
        by.to_string(),
        operation.budget_seconds.to_string(),
        operation.title.clone(),
    ];
    by.into_iter()
        .chain(operation.command.iter().cloned())
        .collect()
}

/// The words by which a script reads something back.
fn proved(proof: &Proof) -> Vec<String> {
    let by = [
        "prove".to_string(),
        proof.within_seconds.to_string(),
        proof.title.clone(),
        proof.wants.clone(),
    ];
    by.into_iter()
        .chain(proof.command.iter().cloned())
        .collect()
}

/// What is read back after commands of a kind, in a region or of a subject.
fn proofs(
    input: Input,
    of: OperationKind,
    region: Option<RegionId>,
    subject: Option<&str>,
) -> Vec<Value> {
    let all = input.deployment.proofs.iter().filter(|p| p.of == of);
    let here = all.filter(|p| match subject {
        Some(subject) => p.subject == subject,
        None => p.region == region,
    });
    here.map(proof).collect()
}

fn proof(proof: &Proof) -> Value {
    json!({
        "title": proof.title,
        "command": proof.command,
        "wants": proof.wants,
        "within": proof.within_seconds,
        "otherwise": proof.otherwise,
    })
}

fn region_context(input: Input, id: RegionId) -> Value {
    let of = |kind: OperationKind| -> Vec<Value> {
        let operations = input.deployment.operations.iter();
        let own = operations.filter(|o| o.kind == kind && o.region == Some(id));
        own.map(operation).collect()
    };
    json!({
        "name": input.topology.region(id).name,
        "set": of(OperationKind::Set),
        "has": proofs(input, OperationKind::Set, Some(id), None),
        "set_budget": input.procedures.switch_flags.seconds_in(StepId::Flag, id),
        "lag": of(OperationKind::Lag),
        "places": proofs(input, OperationKind::Lock, Some(id), None),
    })
}

/// What must be there before a region's services can start, each once.
fn needs(input: Input, region: Option<RegionId>) -> Vec<Value> {
    let operations = input.deployment.operations.iter();
    let own = operations.filter(|o| {
        o.kind == OperationKind::Precondition && region.is_some() && o.region == region
    });
    let mut found: Vec<Value> = Vec::new();
    for each in own.map(operation) {
        if !found.contains(&each) {
            found.push(each);
        }
    }
    found
}

fn cluster(input: Input, id: RegionId) -> Option<Value> {
    let cluster = input.deployment.clusters.iter().find(|c| c.region == id)?;
    Some(json!({
        "name": input.topology.region(id).name,
        "context": cluster.context,
        "credentials": cluster.credentials,
    }))
}

/// How traffic is moved bit by bit, if the edge can and the topology says how.
fn shift(input: Input) -> Option<Value> {
    let topology = input.topology;
    let can = input.deployment.shift.as_ref()?;
    let failover = topology.failover.as_ref()?;
    let wanted = failover.shift.as_ref()?;
    let undo = failover.undo.as_ref();
    let wait = undo.and_then(|u| u.cooldown.as_ref());
    let regions = input.topology.rollout.clone().into_iter().filter_map(|id| {
        let own = can.names.iter().filter(|(region, _)| *region == id);
        let names: Vec<String> = own.map(|(_, words)| words.join(" ")).collect();
        let name = &topology.region(id).name;
        (!names.is_empty()).then(|| json!({ "name": name, "names": names }))
    });
    // What users of hosts on several regions get.
    let services: Vec<&str> = topology
        .hosts
        .iter()
        .filter(|h| h.regions.len() > 1)
        .map(|h| topology.service(h.service).name.as_str())
        .collect();
    let mut ratios = error_ratios(topology, input.deployment);
    let ratio = ratios.find(|q| services.contains(&q.subject.as_str()));
    let window = failover.detect.as_ref().map(|d| d.window);
    let window = window.map_or("1m".to_string(), |w| w.to_string());
    let query = ratio.map(|q| format!("query={}", q.query.replace("[5m]", &format!("[{window}]"))));
    let mut tools = can.tools.to_vec();
    // What reads the answer of the metric store.
    if undo.is_some() && !tools.contains(&"jq") {
        tools.push("jq");
    }
    Some(json!({
        "tools": tools,
        "regions": regions.collect::<Vec<_>>(),
        "step": (wanted.step.ratio() * 100.0).round() as u64,
        "every": wanted.every.secs(),
        "watch": wanted.verify.as_ref().map_or(0, |v| v.secs()),
        "limit": undo.map(|u| number(u.error_rate.ratio())),
        "cooldown": wait.map_or(0, |c| c.secs()),
        "query": query.filter(|_| undo.is_some()),
    }))
}

/// Hosts whose name can be turned to a region, each with the commands.
fn dns(input: Input, roots: &[AppliedRoot]) -> Vec<Value> {
    let failovers = input.deployment.dns_failovers.iter();
    let each = failovers.map(|failover| {
        let of = |kind: OperationKind, id: RegionId| -> Vec<Value> {
            let operations = input.deployment.operations.iter();
            let own = operations
                .filter(|o| o.kind == kind && o.subject == failover.host && o.region == Some(id));
            own.map(operation).collect()
        };
        let regions = failover.regions.iter().map(|id| {
            json!({
                "name": input.topology.region(*id).name,
                "address": of(OperationKind::Address, *id),
                "point": of(OperationKind::Point, *id),
            })
        });
        let shown = input.deployment.operations.iter().filter(|o| {
            o.kind == OperationKind::Inspect
                && o.subject == failover.host
                && o.command.iter().any(|w| w == "record-sets")
        });
        json!({
            "name": failover.host,
            "budget": input.procedures.turn_names.work(StepId::Turn, &failover.host).map(|w| w.seconds),
            "call": failover.call,
            "root": roots.iter().find(|r| r.calls.contains(&failover.call)).map(|r| &r.path),
            "shown": shown.map(operation).collect::<Vec<_>>(),
            "regions": regions.collect::<Vec<_>>(),
        })
    });
    each.collect()
}

/// The commands that put back what a queue has set aside.
fn replay(input: Input, queue: &str) -> Value {
    let first = |kind: OperationKind| {
        let mut operations = input.deployment.operations.iter();
        let found = operations.find(|o| o.kind == kind && o.subject == queue);
        found.map(operation)
    };
    let plan = &input.procedures.put_back;
    let seconds = |id| plan.work(id, queue).map_or(0, |w| w.seconds);
    // Commands take as long for each message.
    let each = (seconds(StepId::Many) - seconds(StepId::Few)) / (MANY - FEW);
    json!({
        "name": queue,
        "each": each,
        "first": seconds(StepId::Few) - FEW * each,
        "pull": first(OperationKind::Pull),
        "publish": first(OperationKind::Publish),
        "acknowledge": first(OperationKind::Acknowledge),
    })
}

/// The regions whose clusters commands speak to, by their contexts.
fn clusters_of<'a>(input: Input<'a>, words: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let spoken: BTreeSet<&str> = words.flat_map(|w| w.split([' ', '\'', '"'])).collect();
    let clusters = input.deployment.clusters.iter();
    let asked = clusters.filter(|c| spoken.contains(c.context.as_str()));
    asked
        .map(|c| input.topology.region(c.region).name.as_str())
        .collect()
}

/// What no copy is called: the names that stores have, and those of what is restored.
fn store_names(input: Input<'_>) -> Vec<&str> {
    let own = input.deployment.store_names.iter();
    let restored = input.deployment.restorable.iter().map(|r| &r.subject);
    let names: BTreeSet<&str> = own.chain(restored).map(String::as_str).collect();
    names.into_iter().collect()
}

//! Nothing that can be written is without a consequence: each field of the language is set, in
//! each place of a small spec that has its record, and the output or a diagnostic must change.

use crate::support::{property, spread};
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Kind, Limits, Node, Style};
use meridian::{Until, compile, spec};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Cloud Run and Firestore on Google Cloud, with an alert, a metric and a compliance zone.
const SERVERLESS: &str = r#"
version: 1
name: shop
objectives: { availability: 99.9%, rto: 15m, rpo: 5m }
clouds: { gcp: { project: shop-prod } }
regions: { us-central1: { role: primary }, us-east1: { role: secondary, zone: us } }
compliance: { zones: { us: { regimes: [soc2], jurisdictions: [US] } } }
keys: { rotate: 30d }
datastores:
  main: { engine: firestore, location: nam5, backup: { every: 1d, keep: 14d, point_in_time: 7d }, datasets: { orders: { holds: [internal] } } }
services:
  web: { runtime: cloud-run, image: shop/web, uses: [main], replicas: 2..10 }
traffic: { shop.example.com: { to: web, health: { path: /ready }, protect: { rate_limit: 100/s } } }
drills: { restore: { every: yearly } }
failover: { mode: automatic, verify: { watch: 2m }, states: { bad: { after: 2 } } }
facts: { answer: { of: answer, value: 10m, evidence: "https://x.example.com", measured: 2026-10-01 } }
channels: { ops: { slack: ops } }
metrics: { errors: { of: error-rate, on: web, warning: "> 2%" } }
alerts: { errors: { of: error-rate, when: "> 1%", severity: warning, tell: [ops] } }
observability: { logs: { by: cloud-logging }, dashboards: { per_region: false } }
"#;

/// Kubernetes and PostgreSQL on AWS.
const CLUSTERS: &str = r#"
version: 1
name: shop
clouds: { aws: { account: "123456789012" } }
regions: { us-east-1: { role: primary }, us-west-2: { role: secondary } }
keys: { rotate: 365d }
mesh: { kind: istio }
datastores:
  main: { engine: postgres, replication: { mode: async }, backup: { every: 1d, keep: 7d }, datasets: { orders: { holds: [internal] } } }
services:
  web: { image: shop/web, uses: [main], replicas: 2..10, scale_on: { cpu: 70% } }
traffic:
  www.shop.example.com: { to: web, routing: route53, policy: [latency], health: { every: 10s, timeout: 4s } }
  east.shop.example.com: { to: web, region: us-east-1 }
  west.shop.example.com: { to: web, region: us-west-2 }
channels: { ops: { slack: ops } }
"#;

/// Kubernetes, Redis with Sentinel and Pub/Sub on Google Cloud, and a store of others.
const CLUSTERS_OF_GOOGLE: &str = r#"
version: 1
name: shop
clouds: { gcp: { project: shop-prod, project_number: "123456789012" } }
terraform: { state_bucket: shop-tf }
regions: { us-central1: { role: primary }, us-east1: { role: secondary }, us-west1: { role: standby } }
mesh: { kind: istio }
datastores:
  sessions: { engine: redis, nodes: { us-central1: 1, us-east1: 1, us-west1: 1 }, sentinels: { us-central1: 1, us-east1: 1, us-west1: 1 }, size: 1Gi, replication: { mode: async, min_replicas: 1 }, backup: { every: 1d }, datasets: { carts: { holds: [internal] } } }
  orders: { engine: mongodb, external: { run_by: data, at: [{ region: us-central1 }], settings: { url: x }, egress: [{ range: 10.9.0.0/16, port: 27017 }], commands: { promote: { run: [x] } } } }
queues: { work: { engine: pubsub, dead_letter: { after: 5 } } }
services:
  web: { image: shop/web, uses: [sessions, orders], publishes: [work], replicas: 2..10, scale_on: { queues: { work: 10 } } }
traffic: { shop.example.com: { to: web, health: { every: 5s, timeout: 2s } } }
channels: { ops: { slack: ops } }
observability: { metrics: { by: prometheus }, traces: { by: jaeger } }
"#;

/// What no output depends on, and why that is right.
const SILENT: &[(&str, &str)] = &[
    (
        "Cloud.provider",
        "the key names it, and another one is refused",
    ),
    (
        "Dataset.collections",
        "says what a dataset is, and is read with `expires_at`",
    ),
    ("Channel.default", "the only one"),
    ("Datastore.regions", "all of them; a part is refused here"),
    ("Fact.expires", "counts from its day on"),
    ("Host.health", "as it is written already"),
    ("Host.routing", "the one that the cloud has"),
    ("Queue.publishers", "the only service says so itself"),
    ("Region.cloud", "the only one"),
    ("Region.location", "the one that the key names"),
    ("Region.pair", "the only other one"),
    (
        "Spec.extends",
        "names the base, which is read before this; tests/it/overlays.rs",
    ),
    ("Spec.requires", "met; another version refuses the spec"),
    ("Replication.arbiter", "read where two sites vote or write"),
    (
        "Replication.loss_accepted",
        "accepts a finding that is not made here",
    ),
    (
        "Zone.own_keys",
        "read where data about people is in the zone",
    ),
];

/// A YAML text as JSON, which is YAML too.
fn parse(text: &str) -> Value {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    json_of(&document.expect("a tree").root)
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar(s) => {
            let typed = serde_json::from_str::<Value>(&s.text).ok();
            let plain = typed.filter(|v| v.is_number() || v.is_boolean());
            plain
                .filter(|_| s.style == Style::Plain)
                .unwrap_or_else(|| json!(s.text))
        }
        Kind::List(items) => items.iter().map(json_of).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|e| (e.key.text.clone(), json_of(&e.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// All that compiling says and writes; `None` if it is refused.
fn outcome(spec: &Value) -> Option<Vec<(String, String)>> {
    let mut sources = SourceMap::default();
    // All in one line, so that no place moves.
    let file = sources.add("topology.yaml", spec.to_string());
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let today = spec::Date {
        year: 2026,
        month: 11,
        day: 21,
    };
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        Some(today),
    );
    if done.diagnostics.worst() == Some(Severity::Error) {
        return None;
    }
    let files = done
        .artifacts
        .iter()
        .map(|(p, a)| (format!("{p} {}", a.executable), a.text.clone()));
    let said = done
        .diagnostics
        .iter()
        .map(|d| (d.code.id.to_string(), d.message.clone()));
    Some(files.chain(said).collect())
}

/// A record's schema, behind a reference, and its name.
fn record<'a>(schema: &'a Value, root: &'a Value) -> (&'a Value, Option<&'a str>) {
    let reference = schema["$ref"]
        .as_str()
        .or(schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|r| r.rsplit('/').next()) {
        Some(name) => (&root["definitions"][name], Some(name)),
        None => (schema, None),
    }
}

/// The records of a spec: pointer and name.
fn records<'a>(
    value: &Value,
    schema: &'a Value,
    root: &'a Value,
    at: String,
    found: &mut Vec<(String, &'a str)>,
) {
    let (schema, name) = record(schema, root);
    for any in schema["anyOf"].as_array().into_iter().flatten() {
        records(value, any, root, at.clone(), found);
    }
    let Value::Object(members) = value else {
        return;
    };
    found.extend(name.map(|n| (at.clone(), n)));
    for (key, member) in members {
        let own = &schema["properties"][key];
        let schema = if own.is_object() {
            own
        } else {
            &schema["additionalProperties"]
        };
        if schema.is_object() {
            records(
                member,
                schema,
                root,
                format!("{at}/{}", key.replace('/', "~1")),
                found,
            );
        }
    }
}

/// Values to try: the documented example, all words of a choice, other amounts of the same
/// unit, names of the spec.
fn candidates(schema: &Value, root: &Value, spec: &Value) -> Vec<Value> {
    let (real, _) = record(schema, root);
    let mut all: Vec<Value> = schema["examples"].as_array().cloned().unwrap_or_default();
    all.extend(real["enum"].as_array().into_iter().flatten().cloned());
    let words = real["items"]["enum"].as_array().into_iter().flatten();
    all.extend(words.map(|w| json!([w])));
    let example = schema["examples"][0].as_str().unwrap_or_default();
    if example == "us-central1" {
        all.push(json!("us-west1"));
    }
    match real["type"].as_str() {
        Some("boolean") => all.extend([json!(true), json!(false)]),
        Some("integer") => all.extend([json!(3), json!(7), json!(204)]),
        _ if example == "500m" => all.push(json!("3000m")),
        _ if example.ends_with(['s', 'm', 'd', 'h'])
            && example.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            all.extend(["3s", "45s", "11m", "9d"].map(|t| json!(t)));
        }
        _ if example == "example.com" => all.push(json!("shop.example.com")),
        _ if example.ends_with("Mi") => all.push(json!("3Gi")),
        _ if example.ends_with('%') => all.extend([json!("35%"), json!("91%")]),
        kind => {
            let maps = ["regions", "services", "datastores", "channels", "traffic"];
            let names = maps
                .iter()
                .filter_map(|m| spec[*m].as_object()?.keys().next());
            match kind {
                Some("string") => all.extend(names.map(|n| json!(n))),
                Some("array") => all.extend(names.map(|n| json!([n]))),
                _ => {}
            }
        }
    }
    all.retain(|value| *value != schema["default"]);
    all
}

/// The fields that can be set in a spec and change nothing, as `Record.field`.
fn silent(text: &str) -> BTreeSet<String> {
    let root: Value =
        serde_json::from_str(include_str!("../../schema/topology.schema.json")).unwrap();
    let spec = parse(text);
    let base = outcome(&spec).expect("the spec itself compiles");
    let mut found = Vec::new();
    records(&spec, &root, &root, String::new(), &mut found);
    let (mut counts, mut idle) = (BTreeSet::new(), BTreeSet::new());
    for (at, name) in &found {
        let properties = root["definitions"][*name]["properties"].as_object();
        for (field, schema) in properties.into_iter().flatten() {
            let key = format!("{name}.{field}");
            if counts.contains(&key) {
                continue;
            }
            let mut accepted = false;
            let changes = candidates(schema, &root, &spec).into_iter().any(|value| {
                let mut changed = spec.clone();
                let members = changed
                    .pointer_mut(at)
                    .and_then(Value::as_object_mut)
                    .unwrap();
                if members.insert(field.clone(), value.clone()) == Some(value) {
                    return false;
                }
                let new = outcome(&changed);
                accepted |= new.is_some();
                new.is_some_and(|n| n != base)
            });
            if changes {
                idle.remove(&key);
                counts.insert(key);
            } else if accepted {
                idle.insert(key);
            }
        }
    }
    idle
}

/// The words of choices that can be set in a spec and change nothing, as
/// `Record.field=word`: each word by itself, for another one of the same field may count.
fn silent_words(text: &str, of: &[&str]) -> BTreeSet<String> {
    let root: Value =
        serde_json::from_str(include_str!("../../schema/topology.schema.json")).unwrap();
    let spec = parse(text);
    let base = outcome(&spec).expect("the spec itself compiles");
    let mut found = Vec::new();
    records(&spec, &root, &root, String::new(), &mut found);
    found.retain(|(_, name)| of.is_empty() || of.contains(name));
    let (mut counts, mut idle) = (BTreeSet::new(), BTreeSet::new());
    for (at, name) in &found {
        let properties = root["definitions"][*name]["properties"].as_object();
        for (field, schema) in properties.into_iter().flatten() {
            for (word, value) in words(schema, &root) {
                let key = format!("{name}.{field}={word}");
                let mut changed = spec.clone();
                let members = changed.pointer_mut(at).and_then(Value::as_object_mut);
                let before = members.unwrap().insert(field.clone(), value.clone());
                if before.as_ref() == Some(&value) || schema["default"] == json!(word) {
                    continue;
                }
                match outcome(&changed) {
                    Some(new) if new == base => idle.insert(key),
                    _ => counts.insert(key),
                };
            }
        }
    }
    &idle - &counts
}

/// The words of a choice, each as a value of a field: alone, or in a list.
fn words(schema: &Value, root: &Value) -> Vec<(String, Value)> {
    let (real, _) = record(schema, root);
    let of = |schema: &Value| -> Vec<Value> {
        let any = &schema["anyOf"][0];
        let all = schema["enum"].as_array().or(any["enum"].as_array());
        all.cloned().unwrap_or_default()
    };
    let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let alone = of(real).into_iter().map(|w| (word(&w), w));
    let listed = of(&real["items"])
        .into_iter()
        .map(|w| (word(&w), json!([w])));
    alone.chain(listed).collect()
}

fn all_is_accounted_for(text: &str) {
    let known = |key: &String| SILENT.iter().any(|(k, _)| k == key);
    let unknown: Vec<String> = silent(text).into_iter().filter(|k| !known(k)).collect();
    assert!(
        unknown.is_empty(),
        "accepted, and nothing depends on them: use them, or say so in `no_effect.rs`: {unknown:?}"
    );
}

/// Without clusters, on those of AWS and on those of Google.
const SYSTEMS: [&str; 3] = [SERVERLESS, CLUSTERS, CLUSTERS_OF_GOOGLE];

property!(no_field_is_dropped_in_silence, 2, 3);

fn no_field_is_dropped_in_silence(systems: u64) {
    for text in spread(SYSTEMS.to_vec(), systems) {
        all_is_accounted_for(text);
    }
}

/// Words that change nothing, and why that is right.
const SILENT_WORDS: &[(&str, &str)] = &[
    (
        "Cloud.provider=",
        "the key names it, and another one is refused",
    ),
    (
        "Dataset.writers=primary",
        "what holds where nothing is said",
    ),
    (
        "Dataset.writers=",
        "read where concurrent writes may be lost, which is accepted here",
    ),
    ("Host.policy=latency", "what a global load balancer does"),
    ("Host.routing=load-balancer", "the one that the cloud has"),
];

fn words_are_accounted_for(silent: &BTreeSet<String>) {
    let known = |word: &String| SILENT_WORDS.iter().any(|(k, _)| word.starts_with(k));
    let unknown: Vec<_> = silent.iter().filter(|word| !known(word)).collect();
    assert!(
        unknown.is_empty(),
        "accepted, and nothing depends on them: {unknown:#?}"
    );
}

property!(no_word_of_a_choice_is_dropped_in_silence, 1, 3);

fn no_word_of_a_choice_is_dropped_in_silence(systems: u64) {
    for text in spread(SYSTEMS.to_vec(), systems) {
        words_are_accounted_for(&silent_words(text, &[]));
    }
}

property!(no_word_of_a_store_is_dropped_in_silence, 6, 100);
/// By none of so many offerings.
fn no_word_of_a_store_is_dropped_in_silence(offerings: u64) {
    let offered = crate::engines::offered().collect();
    for (cloud, engine, mode) in spread(offered, offerings) {
        let text = crate::engines::spec(cloud, engine, mode);
        let silent = silent_words(&text, &["Dataset", "Replication"]);
        let of = format!(" on {cloud} {engine} {mode}");
        words_are_accounted_for(&silent.into_iter().map(|word| word + &of).collect());
    }
}

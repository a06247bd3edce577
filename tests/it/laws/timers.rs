//! Law 2, the other direction: every timer of an emitted tree is in a term, or on a list with the
//! reason why it cannot matter to a result.

use super::evidence::Files;
use super::generate::system;
use super::numbers::terms;
use super::systems;
use crate::support::{Case, case_with};
use meridian::deployment::Evidence;
use serde_json::Value;
use std::collections::BTreeSet;

/// Words in names of arguments that hold times and counts of tries.
const WORDS: [&str; 20] = [
    "interval",
    "timeout",
    "drain",
    "cool",
    "ttl",
    "eject",
    "retr",
    "attempts",
    "threshold",
    "wait",
    "period",
    "delay",
    "deadline",
    "seconds",
    "grace",
    "window",
    "backoff",
    "schedule",
    "consecutive",
    "weekly",
];

/// Timers that are in no term, each with the reason. A place is a module, the kind of an object, or
/// a file.
const OUTSIDE: &[(&str, &str, &str)] = &[
    (
        "*",
        "healthy_threshold",
        "brings back what had been left: no result waits for it",
    ),
    (
        "module alb",
        "drain_seconds",
        "open requests of what is alive; what is lost has none",
    ),
    (
        "module load-balancer",
        "draining_seconds",
        "open requests of what is alive; what is lost has none",
    ),
    (
        "module load-balancer",
        "timeout_seconds",
        "one request that waits; the next one goes elsewhere once the check has failed",
    ),
    (
        "module load-balancer",
        "interval_seconds",
        "counts requests against a limit, which is no time of a recovery",
    ),
    (
        "module load-balancer-regional",
        "draining_seconds",
        "open requests of what is alive; what is lost has none",
    ),
    (
        "module load-balancer-regional",
        "interval_seconds",
        "counts requests against a limit, which is no time of a recovery",
    ),
    (
        "module cloud-run",
        "start_seconds",
        "after which a start has failed; how long one takes is nobody's setting",
    ),
    (
        "module cloudwatch-alarms",
        "periods",
        "alarms beside the rules: no result counts on their page",
    ),
    (
        "module cloudwatch-alarms",
        "threshold",
        "a bound on a value and no time",
    ),
    (
        "module monitoring",
        "duration_seconds",
        "policies beside the rules: no result counts on their page",
    ),
    (
        "module firestore-regional",
        "backup_retention_seconds",
        "how far history reaches: compared with noticing, and added to nothing",
    ),
    (
        "module firestore-replication",
        "*",
        "when a change is delivered again: it is late and not lost",
    ),
    (
        "module pubsub",
        "*",
        "when a message is delivered again: it is late and not lost",
    ),
    (
        "module kms-regional",
        "rotation_seconds",
        "keys are turned while everything runs",
    ),
    (
        "module secrets",
        "rotation_seconds",
        "secrets are turned while everything runs",
    ),
    (
        "module memorystore-redis",
        "snapshot_period",
        "snapshots that Google alone restores: no result counts them",
    ),
    (
        "module rds-postgres",
        "maintenance_window",
        "planned work, at times that we choose",
    ),
    (
        "alerts/alertmanager.yaml",
        "group_interval",
        "between messages after the first one, which budgets count",
    ),
    (
        "alerts/alertmanager.yaml",
        "repeat_interval",
        "repeats of what has been notified",
    ),
    (
        "alerts/prometheus/rules_test.yaml",
        "*",
        "tests of the rules",
    ),
    (
        "alerts/prometheus/slow_rules_test.yaml",
        "*",
        "tests of the rules",
    ),
    (
        "helm/values.yaml",
        "drainSeconds",
        "a pod that ends by itself; one that is lost does not drain",
    ),
    (
        "helm/values.yaml",
        "terminationGracePeriodSeconds",
        "a pod that ends by itself; one that is lost is gone at once",
    ),
    (
        "ExternalSecret",
        "refreshInterval",
        "a secret that changes; no loss changes one",
    ),
    (
        "observability/REGION/prometheus-collector.yaml",
        "evaluation_interval",
        "the default of groups of rules, and each of ours names its own",
    ),
    (
        "observability/REGION/prometheus.yaml",
        "evaluation_interval",
        "the default of groups of rules, and each of ours names its own",
    ),
    (
        "observability/REGION/prometheus-collector.yaml",
        "scrape_interval",
        "alerts on lost regions count probes from outside, at the pace of the contract",
    ),
    (
        "observability/REGION/prometheus.yaml",
        "scrape_interval",
        "alerts on lost regions count probes from outside, at the pace of the contract",
    ),
    (
        "PodMonitoring",
        "interval",
        "alerts on lost regions count probes from outside, at the pace of the contract",
    ),
    (
        "DestinationRule",
        "baseEjectionTime",
        "how long a dead replica stays left out: it is dead as long",
    ),
    (
        "DestinationRule",
        "interval",
        "sweeps that put replicas back; errors in a row eject at once",
    ),
    (
        "DestinationRule",
        "maxEjectionPercent",
        "a share that may be left out, and no time",
    ),
    (
        "VirtualService",
        "attempts",
        "tries end with the call, whose timeout is a term",
    ),
    ("VirtualService", "retryOn", "which errors are tried again"),
    (
        "VirtualService",
        "retryRemoteLocalities",
        "where a try may go",
    ),
    (
        "ScaledObject",
        "failureThreshold",
        "what runs while metrics are missing",
    ),
    ("ScaledObject", "threshold", "a load, and no time"),
    (
        "CronJob",
        "backoffLimit",
        "tries within the time after which a run is ended",
    ),
    (
        "CronJob",
        "startingDeadlineSeconds",
        "a run that starts too late is the one that may fail",
    ),
    (
        "Deployment",
        "periodSeconds",
        "probes of an exporter, which serves nobody",
    ),
    (
        "StatefulSet",
        "failureThreshold",
        "Sentinel and not a probe decides who is the primary",
    ),
    (
        "StatefulSet",
        "periodSeconds",
        "Sentinel and not a probe decides who is the primary",
    ),
    (
        "StatefulSet",
        "timeoutSeconds",
        "Sentinel and not a probe decides who is the primary",
    ),
    (
        "StatefulSet",
        "terminationGracePeriodSeconds",
        "a pod that ends by itself; one that is lost is gone at once",
    ),
    (
        "RedisEnterpriseActiveActiveDatabase",
        "threshold",
        "when its own alert speaks up: no result counts on it",
    ),
];

/// A timer: where it is, and its name.
type Timer = (String, String);

fn is_timer(name: &str) -> bool {
    let small = name.to_lowercase();
    small == "for" || WORDS.iter().any(|w| small.contains(w))
}

fn walk(value: &Value, place: &str, found: &mut BTreeSet<Timer>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let plain = !inner.is_object() && !inner.is_array() && !inner.is_null();
                if plain && is_timer(key) && !is_reference(inner) {
                    found.insert((place.to_string(), key.clone()));
                }
                walk(inner, place, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|i| walk(i, place, found)),
        _ => {}
    }
}

/// Whether a value is another's, handed on.
fn is_reference(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|t| t.contains("{{") || t.starts_with("${"))
}

/// A file without the region in its path.
fn place_of(path: &str, regions: &[String]) -> String {
    let parts = path.split('/');
    let parts: Vec<&str> = parts
        .map(|p| {
            if regions.iter().any(|r| r == p) {
                "REGION"
            } else {
                p
            }
        })
        .collect();
    parts.join("/")
}

fn module(call: &Value) -> String {
    let source = call["source"].as_str().unwrap_or_default();
    let name = source.rsplit('/').next().unwrap_or_default();
    format!("module {name}")
}

/// All timers of a tree.
fn emitted(case: &Case, files: &Files) -> BTreeSet<Timer> {
    let topology = case.done.topology.as_ref().expect("a topology");
    let regions: Vec<String> = topology.regions.iter().map(|r| r.name.clone()).collect();
    let mut found = BTreeSet::new();
    for call in files.calls().values() {
        walk(call, &module(call), &mut found);
    }
    let yaml = files.texts().keys().filter(|p| p.ends_with(".yaml"));
    for path in yaml.filter(|p| !p.starts_with("helm/templates/")) {
        for document in files.documents(path) {
            let place = match document["kind"].as_str() {
                Some(kind) => kind.to_string(),
                None => place_of(path, &regions),
            };
            walk(&document, &place, &mut found);
        }
    }
    found
}

/// The timers that terms are made of.
fn read(case: &Case, files: &Files) -> BTreeSet<Timer> {
    let mut found = BTreeSet::new();
    for reading in terms(case).iter().flat_map(|t| &t.readings) {
        let last = |path: &str, by: char| path.rsplit(by).next().unwrap_or_default().to_string();
        found.insert(match &reading.at {
            Evidence::Argument { call, path } => {
                let place = files.calls().get(call).map_or(String::new(), module);
                (place, last(path, '.'))
            }
            Evidence::Object { kind, pointer, .. } => (kind.clone(), last(pointer, '/')),
            Evidence::Field { file, pointer } => (file.clone(), last(pointer, '/')),
            Evidence::File { key, .. } => {
                let place = if key.contains("imeout: ") {
                    "VirtualService"
                } else {
                    ""
                };
                (place.into(), key.trim_end_matches([' ', ':']).to_string())
            }
        });
    }
    found
}

fn listed(timer: &Timer) -> Option<usize> {
    OUTSIDE.iter().position(|(place, name, _)| {
        (*place == "*" || *place == timer.0) && (*name == "*" || *name == timer.1)
    })
}

/// A standby that starts from no replica, with a window before it grows.
fn from_zero() -> Case {
    let edits = [
        (
            "replicas: 4..10",
            "replicas: { us-central1: 4..10, us-east1: 0..10 }",
        ),
        ("cpu: 70% }", "cpu: 70%, out_after: 15s }"),
        // Requests would wake nobody.
        (
            "traffic: { shop.example.com: { to: web, health: { every: 5s, timeout: 2s } } }\n",
            "",
        ),
        (
            "us-central1: { role: primary, zone: us }",
            "us-central1: { role: primary, weight: 100, zone: us }",
        ),
        (
            "us-east1: { role: secondary, zone: us }",
            "us-east1: { role: secondary, weight: 0, zone: us }",
        ),
    ];
    let case = case_with("closed-world/external-gcp", &edits);
    assert_eq!(case.errors(), Vec::<&str>::new());
    case
}

/// Broken on purpose by taking a `read(…)` off a term, or an entry off the list; an entry that
/// fits nothing, or something that is in a term, is found as well.
#[test]
fn every_timer_is_in_a_term_or_cannot_matter() {
    let (mut all, mut used) = (BTreeSet::new(), BTreeSet::new());
    // Examples do not set everything; twenty systems made by chance do.
    let by_chance = (0..20).map(|seed| crate::support::spec(&system(seed)));
    let emitted_ones = by_chance.filter(|c| !c.done.artifacts.is_empty());
    let cases = systems().into_iter().map(|(_, case)| case);
    for case in cases.chain(emitted_ones).chain([from_zero()]) {
        let files = Files::of(&case);
        all.extend(emitted(&case, &files));
        used.extend(read(&case, &files));
    }
    let open: Vec<_> = all
        .iter()
        .filter(|t| !used.contains(*t) && listed(t).is_none())
        .collect();
    assert!(open.is_empty(), "in no term, and on no list: {open:#?}");
    let hit: BTreeSet<usize> = all.iter().filter_map(listed).collect();
    for (index, entry) in OUTSIDE.iter().enumerate() {
        assert!(hit.contains(&index), "nothing is {entry:?}");
        let (place, name, why) = entry;
        let counted = used.iter().find(|t| t.0 == *place && t.1 == *name);
        assert!(counted.is_none(), "{entry:?} is in a term");
        assert!(why.split_whitespace().count() > 2, "{entry:?}");
    }
    assert!(all.len() > 60, "{}", all.len());
}

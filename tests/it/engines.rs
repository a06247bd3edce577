//! Every kind of store in every mode on every cloud: each is a whole offering, or one
//! diagnostic that says what is not there and what is.

use crate::tables::unrolled;
use meridian::diagnostic::{Diagnostic, Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Compilation, Until, compile};
use std::collections::BTreeSet;

const SMALL: &str = include_str!("../fixtures/aws-small.yaml");

/// The kinds, as the language writes them; a Redis with sentinels is another offering.
const ENGINES: [&str; 13] = [
    "firestore",
    "spanner",
    "postgres",
    "aurora",
    "dynamodb",
    "mysql",
    "mongodb",
    "redis",
    "redis+sentinels",
    "redis-enterprise",
    "object-storage",
    "kafka",
    "search",
];

/// The modes, `-` for none written; behind the plus, what carries it.
const MODES: [&str; 9] = [
    "-",
    "none",
    "sync",
    "quorum",
    "async",
    "async+pglogical",
    "application",
    "active-active",
    "active-active+pglogical",
];

/// What is generated: cloud, kind, mode, and the modules that make it. All else is refused.
const OFFERED: &[(&str, &str, &str, &[&str])] = &[
    ("aws", "postgres", "-", &["rds-postgres"]),
    ("aws", "postgres", "none", &["rds-postgres"]),
    ("aws", "postgres", "application", &["rds-postgres"]),
    ("aws", "postgres", "async", &["rds-postgres"]),
    ("aws", "postgres", "async+pglogical", &["rds-postgres"]),
    ("aws", "postgres", "active-active", &["rds-postgres"]),
    (
        "aws",
        "postgres",
        "active-active+pglogical",
        &["rds-postgres"],
    ),
    (
        "aws",
        "aurora",
        "async",
        &["aurora-global", "aurora-regional"],
    ),
    ("aws", "dynamodb", "-", &["dynamodb-global"]),
    ("aws", "dynamodb", "none", &["dynamodb-global"]),
    ("aws", "dynamodb", "active-active", &["dynamodb-global"]),
    ("aws", "redis", "-", &["elasticache-regional"]),
    ("aws", "redis", "none", &["elasticache-regional"]),
    (
        "aws",
        "redis",
        "async",
        &["elasticache-global", "elasticache-member"],
    ),
    ("aws", "redis-enterprise", "-", &["internal-lb"]),
    ("aws", "redis-enterprise", "active-active", &["internal-lb"]),
    ("aws", "object-storage", "-", &["s3-bucket"]),
    ("aws", "object-storage", "none", &["s3-bucket"]),
    (
        "aws",
        "object-storage",
        "async",
        &["s3-bucket", "s3-replication"],
    ),
    (
        "aws",
        "object-storage",
        "active-active",
        &["s3-bucket", "s3-replication"],
    ),
    ("gcp", "firestore", "-", &["firestore-regional"]),
    ("gcp", "firestore", "none", &["firestore-regional"]),
    ("gcp", "firestore", "quorum", &["firestore-regional"]),
    ("gcp", "firestore", "application", &["firestore-regional"]),
    ("gcp", "postgres", "-", &["cloud-sql"]),
    ("gcp", "postgres", "none", &["cloud-sql"]),
    ("gcp", "postgres", "application", &["cloud-sql"]),
    ("gcp", "postgres", "async", &["cloud-sql"]),
    ("gcp", "object-storage", "-", &["object-store"]),
    ("gcp", "object-storage", "none", &["object-store"]),
    (
        "gcp",
        "object-storage",
        "async",
        &["object-store", "object-store-copies"],
    ),
    ("gcp", "redis", "-", &["memorystore-redis"]),
    ("gcp", "redis", "none", &["memorystore-redis"]),
    ("gcp", "redis+sentinels", "-", &["storage-bucket"]),
    ("gcp", "redis+sentinels", "async", &["storage-bucket"]),
];

/// Every cloud, kind and mode that is generated.
pub fn offered() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    OFFERED.iter().map(|o| (o.0, o.1, o.2))
}

/// A system of three regions whose service uses one store.
pub fn spec(cloud: &str, engine: &str, mode: &str) -> String {
    let (engine, sentinels) = match engine.split_once('+') {
        Some((engine, _)) => (engine, true),
        None => (engine, false),
    };
    let (name, by) = mode.split_once('+').unwrap_or((mode, ""));
    let mut replication = format!("mode: {name}");
    if !by.is_empty() {
        replication += &format!(", by: {by}");
    }
    if name == "active-active" {
        let conflicts = match engine {
            "redis-enterprise" => "crdt",
            _ => "last-write-wins",
        };
        replication += &format!(", conflicts: {conflicts}, loss_accepted: true, arbiter: operator");
    }
    if name == "application" {
        replication += ", worker: web";
    }
    let mut store = format!("engine: {engine}, datasets: {{ all: {{ holds: [internal] }} }}");
    if sentinels {
        store += ", nodes: { R1: 2, R2: 1, R3: 1 }, sentinels: { R1: 1, R2: 1, R3: 1 }";
    }
    if name != "-" {
        store += &format!(", replication: {{ {replication} }}");
    }
    let text = SMALL
        .replace(
            "  us-west-2: { role: primary, weight: 50 }",
            "  us-west-2: { role: secondary, weight: 50 }\n  R3: { role: standby, weight: 0 }",
        )
        .replace(
            "image: shop/orders",
            "image: shop/orders\n    uses: [store]",
        );
    let text = format!("{text}\ndatastores:\n  store: {{ {store} }}\n");
    let regions = match cloud {
        "aws" => ["us-east-1", "us-west-2", "us-east-2"],
        _ => ["us-east1", "us-west1", "us-central1"],
    };
    text.replace(
        "aws: { account: \"123456789012\", labels: { cost-center: shop } }",
        match cloud {
            "aws" => "aws: { account: \"123456789012\" }",
            _ => "gcp: { project: shop-prod, project_number: \"123456789012\" }",
        },
    )
    .replace("us-east-1", "R1")
    .replace("us-west-2", "R2")
    .replace("R1", regions[0])
    .replace("R2", regions[1])
    .replace("R3", regions[2])
}

/// The text of a spec, compiled.
pub fn compiled(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        None,
    )
}

fn errors(done: &Compilation) -> Vec<&Diagnostic> {
    let all = done.diagnostics.iter();
    all.filter(|d| d.severity == Severity::Error).collect()
}

/// What a diagnostic offers instead is in the language: each word in backquotes is a kind, a
/// mode, a field, or a value of one.
fn offers_something(diagnostic: &Diagnostic) {
    let help = diagnostic.help.as_deref().unwrap_or_default();
    assert!(help.contains(" has "), "{}: {help}", diagnostic.message);
    assert!(help.contains('`'), "{}: {help}", diagnostic.message);
}

/// The words that the language has for a field of a record.
fn words(record: &str, field: &str) -> BTreeSet<String> {
    let schema = meridian::spec::schema::schema();
    let field = &schema["definitions"][record]["properties"][field];
    let all = field["enum"]
        .as_array()
        .or(field["anyOf"][0]["enum"].as_array());
    let words = all.expect("a choice").iter().filter_map(|w| w.as_str());
    // What others run has cases of its own.
    let ours = words.filter(|w| *w != "external");
    ours.map(str::to_string).collect()
}

#[test]
fn the_matrix_has_every_kind_and_every_mode() {
    let first = |text: &str| text.split('+').next().unwrap_or(text).to_string();
    let kinds: BTreeSet<String> = ENGINES.iter().map(|e| first(e)).collect();
    assert_eq!(kinds, words("Datastore", "engine"));
    let modes = MODES.iter().filter(|m| **m != "-");
    let modes: BTreeSet<String> = modes.map(|m| first(m)).collect();
    assert_eq!(modes, words("Replication", "mode"));
}

#[test]
fn a_kind_in_a_mode_is_generated_or_refused_with_what_there_is() {
    for cloud in ["aws", "gcp"] {
        for engine in ENGINES {
            for mode in MODES {
                let case = format!("{cloud} {engine} {mode}");
                let done = compiled(&spec(cloud, engine, mode));
                let errors = errors(&done);
                let offered = OFFERED
                    .iter()
                    .find(|o| (o.0, o.1, o.2) == (cloud, engine, mode));
                match offered {
                    Some((_, _, _, modules)) => {
                        assert!(errors.is_empty(), "{case}: {errors:#?}");
                        whole(&case, &done, modules);
                    }
                    None => {
                        let ours = errors.iter().filter(|d| d.code.id == "PRV101");
                        let ours: Vec<_> = ours.collect();
                        assert_eq!(ours.len(), 1, "{case}: {errors:#?}");
                        offers_something(ours[0]);
                        assert_eq!(done.artifacts.len(), 0, "{case}");
                    }
                }
            }
        }
    }
}

/// A whole offering: its modules, a place for services to find it, a line in the page.
fn whole(case: &str, done: &Compilation, modules: &[&str]) {
    let text = |path: &str| done.artifacts.get(path).map_or("", |a| a.text.as_str());
    for module in modules {
        let path = format!("terraform/modules/{module}/main.tf");
        assert!(!text(&path).is_empty(), "{case}: no {module}");
    }
    let service = |a: &str| a.contains("STORE_");
    for region in ["us-east-1", "us-west-2", "us-east1", "us-west1"] {
        let values = text(&format!("helm/values-{region}.yaml"));
        assert!(
            values.is_empty() || service(values),
            "{case}: services of {region} are not told where it is"
        );
    }
    assert!(text("ARCHITECTURE.md").contains("| store |"), "{case}");
}

#[test]
fn a_bound_that_nothing_enforces_is_refused() {
    let text = spec("aws", "postgres", "async");
    let text = text.replace("mode: async", "mode: async, stop_writes_at: 20s");
    let done = compiled(&text);
    let codes: Vec<_> = errors(&done).iter().map(|d| d.code.id).collect();
    assert_eq!(codes, ["PRV101"]);
    let text = spec("aws", "aurora", "async");
    let text = text.replace("mode: async", "mode: async, stop_writes_at: 20s");
    let done = compiled(&text);
    let bound = "stop_writes_seconds = 20";
    let links = done.artifacts.get("terraform/links/main.tf");
    assert!(links.is_some_and(|a| a.text.contains(bound)), "{bound}");
}

const ENGINES_OF_AWS: &str = include_str!("../fixtures/aws-engines.yaml");

fn text(done: &Compilation, path: &str) -> String {
    let found = done.artifacts.get(path);
    found.unwrap_or_else(|| panic!("no {path}")).text.clone()
}

#[test]
fn services_of_every_region_know_whom_to_write_to() {
    let done = compiled(ENGINES_OF_AWS);
    for region in ["us-east-1", "us-west-2"] {
        let values = text(&done, &format!("helm/values-{region}.yaml"));
        for setting in [
            // Aurora's own name of the writer follows a failover.
            format!("ORDERS_HOST: orders.{region}.shop.internal"),
            format!("ORDERS_READ_HOST: orders-read.{region}.shop.internal"),
            format!("SESSIONS_HOST: sessions.{region}.shop.internal"),
            "SESSIONS_WRITER_HOST: sessions.us-east-1.shop.internal".into(),
            "CARTS_TABLE: shop-carts".into(),
            format!("IMAGES_BUCKET: 123456789012-shop-images-{region}"),
        ] {
            assert!(values.contains(&setting), "{region} lacks {setting}");
        }
    }
    // ElastiCache has no such name: a promotion tells the services of the region.
    let script = unrolled(&text(&done, "scripts/failover-region.sh"));
    let told = "set env deployment/web SESSIONS_WRITER_HOST=sessions.us-west-2.shop.internal";
    assert!(script.contains(told));
}

#[test]
fn what_encrypts_data_may_be_used_by_who_reads_it_through_the_service_alone() {
    let done = compiled(ENGINES_OF_AWS);
    let root = text(&done, "terraform/regions/us-west-2/main.tf");
    for through in [
        "dynamodb.us-west-2.amazonaws.com",
        "s3.us-west-2.amazonaws.com",
    ] {
        assert!(root.contains(through), "{through}");
    }
}

#[test]
fn another_writer_moves_nothing_between_roots() {
    let swapped = ENGINES_OF_AWS
        .replace("us-east-1: { role: primary", "us-east-1: { role: SECOND")
        .replace("us-west-2: { role: secondary", "us-west-2: { role: primary")
        .replace("SECOND", "secondary");
    assert_ne!(swapped, ENGINES_OF_AWS);
    let calls = |done: &Compilation, root: &str| -> BTreeSet<String> {
        let text = text(done, root);
        let lines = text.lines().filter(|l| l.starts_with("module \""));
        lines.map(String::from).collect()
    };
    let (before, after) = (compiled(ENGINES_OF_AWS), compiled(&swapped));
    for root in ["links", "regions/us-east-1", "regions/us-west-2"] {
        let root = format!("terraform/{root}/main.tf");
        let stores = |calls: BTreeSet<String>| -> BTreeSet<String> {
            let kinds = ["aurora_", "cache_", "bucket_", "copies_"];
            let ours = |c: &String| kinds.iter().any(|k| c.contains(&format!("\"{k}")));
            calls.into_iter().filter(ours).collect()
        };
        assert_eq!(
            stores(calls(&before, &root)),
            stores(calls(&after, &root)),
            "{root}"
        );
    }
}

#[test]
fn the_limits_of_replication_tell_somebody() {
    let text = spec("aws", "postgres", "active-active");
    let limited = text.replace(
        "mode: active-active",
        "mode: active-active, conflict_limit: 10, failure_limit: 5",
    );
    assert_ne!(text, limited);
    let rules = |text: &str| self::text(&compiled(text), "alerts/prometheus/rules.yaml");
    for (alert, bound) in [
        ("ShopStoreConflicts", "> 10\n"),
        ("ShopStoreSyncFailures", "> 5\n"),
    ] {
        let alert = format!("- alert: {alert}\n");
        assert!(!rules(&text).contains(&alert));
        let rules = rules(&limited);
        let own = rules.split(&alert).nth(1).expect("an alert");
        assert!(
            own.lines()
                .next()
                .is_some_and(|l| l.contains("expr:") && format!("{l}\n").contains(bound)),
            "{own}"
        );
    }
    let written = limited
        + "\nalerts:\n  own: { of: conflicts, on: store, when: \"> 3\", severity: high, tell: [incidents] }\n";
    assert!(!rules(&written).contains("ShopStoreConflicts"));
}

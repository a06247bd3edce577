//! Mistakes that real systems made: each is found at its place, and its cure is clean.
//!
//! The rows are those of the systems that the examples describe. Where a kind is not
//! generated yet, rules are run without lowering.

use meridian::analysis::recovery::verdict::Verdict;
use meridian::analysis::recovery::{DataLoss, RecoveryTime, Subject};
use meridian::cli::load;
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::Scenario;
use meridian::topology::ServiceId;
use meridian::{Compilation, Until, compile, spec};

const GGEN: &str = include_str!("../../examples/ggen/topology.yaml");

fn compiled(text: &str, until: Until) -> (SourceMap, Compilation) {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
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
        until,
        Some(today),
    );
    (sources, done)
}

fn codes(done: &Compilation) -> Vec<&str> {
    done.diagnostics.iter().map(|d| d.code.id).collect()
}

/// A mistake in the ggen marketplace: text of the corrected example, what the document
/// said, the code, and the text that the primary label must cover.
const IN_GGEN: [(&str, &str, &str, &str, &str); 12] = [
    (
        "G18 detection",
        "  rto: 5m\n  rpo: 1m\n  # Restoring into a new database takes as long as the data is large; drills measure it.\n  corruption: { rto: 4h, rpo: 1m }\n|every: 5s, timeout: 2s, unhealthy_after: 2, healthy_after: 2",
        "  rto: 1m\n  rpo: 1m\n  corruption: { rto: 4h, rpo: 1m }\n|every: 30s, timeout: 5s, unhealthy_after: 3, healthy_after: 2",
        "RTO101",
        "1m",
    ),
    (
        "G19 read replicas",
        "      mode: application\n|    engine: firestore\n",
        "      mode: application\n|    engine: firestore\n    read_replicas: [us-east1, europe-west1]\n",
        "GCP102",
        "us-east1",
    ),
    (
        "G20 snapshots",
        "backup: { every: 1d, keep: 30d, point_in_time: 7d }",
        "backup: { every: 1d, keep: 30d }",
        "RPO101",
        "1d",
    ),
    (
        "G22 least volume",
        "lasting: 30s, at_most: 100%",
        "lasting: 30s, at_most: 100%, min_requests: 5",
        "MSH101",
        "5",
    ),
    (
        "G23 concurrent clocks",
        "      tie: last-write-wins\n",
        "",
        "CNF101",
        "vector-clock",
    ),
    (
        "G24 Cloud Run",
        "    concurrency: 80\n",
        "    concurrency: 80\n    scale_on: { cpu: 70% }\n",
        "RUN101",
        "{ cpu: 70% }",
    ),
    (
        "G25 ejection",
        "at_most: 100%",
        "at_most: 10%",
        "MSH102",
        "10%",
    ),
    (
        "G26 residency",
        "orders: { holds: [personal, payment], copies: within-zone",
        "orders: { holds: [personal, payment], copies: everywhere",
        "RES101",
        "personal",
    ),
    (
        "G26 residency of sessions",
        "datasets: [sessions], basis: scc, reviewed: 2026-09-01, expires: 2027-09-01, evidence: \"https://legal.ggen.example.com/scc/sessions\" }\n    sessions-to-us-east",
        "datasets: [users], basis: scc, reviewed: 2026-09-01, expires: 2027-09-01, evidence: \"https://legal.ggen.example.com/scc/sessions\" }\n    sessions-to-us-east",
        "RES101",
        "personal",
    ),
    (
        "G27 synchronous Redis",
        "replication: { mode: async, max_lag",
        "replication: { mode: sync, max_lag",
        "REP101",
        "sync",
    ),
    (
        "G28 keep-alive",
        "      max_pending: 100\n",
        "      max_pending: 100\n      max_requests_per_connection: 2\n",
        "MSH103",
        "2",
    ),
    (
        "G29 sentinels",
        "sentinels: { us-central1: 1,",
        "sentinels: { us-central1: 3,",
        "QRM101",
        "1",
    ),
];

#[test]
fn the_traps_of_ggen_are_found_where_they_are() {
    let (_, clean) = compiled(GGEN, Until::Emitted);
    assert!(clean.diagnostics.is_empty(), "{:?}", codes(&clean));
    for (row, from, to, code, covered) in IN_GGEN {
        let mut text = GGEN.to_string();
        for (from, to) in from.split('|').zip(to.split('|')) {
            assert_eq!(text.matches(from).count(), 1, "{row}: {from}");
            text = text.replace(from, to);
        }
        let (sources, done) = compiled(&text, Until::Emitted);
        let found = done.diagnostics.iter().find(|d| d.code.id == code);
        let found = found.unwrap_or_else(|| panic!("{row}: {:?}", codes(&done)));
        let place = found.primary.as_ref().expect("a place").span;
        assert_eq!(sources.text(place), covered, "{row}");
        assert!(found.help.is_some(), "{row} offers no way out");
    }
}

/// The same for PayNow: what its design said, put into the corrected example.
const IN_PAYNOW: [(&str, &str, &str, &str, &str); 7] = [
    (
        "P12 detection",
        "capacity: { per_replica: 200/s, peak: 300/s, start: 5s }\n    concurrency: 80\n    ready: { path: /ready, every: 5s, timeout: 1s, unhealthy_after: 2 }",
        "capacity: { per_replica: 200/s, peak: 300/s, start: 5s }\n    concurrency: 80\n    ready: { path: /ready, every: 10s, timeout: 1s, unhealthy_after: 3 }",
        "RTO102",
        "30s",
    ),
    (
        "P13 secrets",
        "hash-salt: { rotate: 90d, replication: regional }",
        "hash-salt: { rotate: 90d, replication: automatic }",
        "PRV101",
        "automatic",
    ),
    (
        "P14 order",
        "code: QUE101",
        "code: CAP101",
        "QUE101",
        "orderId",
    ),
    (
        "P15 late alert",
        "  region-down: { of: region-silent, lasting: 10s, severity: critical, tell: [oncall] }\n",
        "",
        "ALT101",
        "5m",
    ),
    (
        "P16 no instance",
        "replicas: 5..10",
        "replicas: 0..10",
        "RUN102",
        "webhook",
    ),
    (
        "P09 surge",
        "replicas: 9..18",
        "replicas: 5..8",
        "CAP101",
        "300/s",
    ),
    (
        "P02 limit",
        "    cors: [\"https://dashboard.paynow.example\"]\n    # One region alone lets in twice the peak: a failover in a surge is not refused.\n    protect: { region_limit: 1000/s }",
        "    protect: { region_limit: 500/s }",
        "CAP103",
        "500/s",
    ),
];

#[test]
fn the_traps_of_paynow_are_found_where_they_are() {
    let paynow = include_str!("../../examples/paynow/topology.yaml");
    let (_, clean) = compiled(paynow, Until::Emitted);
    assert!(clean.diagnostics.is_empty(), "{:?}", codes(&clean));
    for (row, from, to, code, covered) in IN_PAYNOW {
        assert_eq!(paynow.matches(from).count(), 1, "{row}: {from}");
        let (sources, done) = compiled(&paynow.replace(from, to), Until::Emitted);
        let found = done.diagnostics.iter().find(|d| d.code.id == code);
        let found = found.unwrap_or_else(|| panic!("{row}: {:?}", codes(&done)));
        let place = found.primary.as_ref().expect("a place").span;
        assert_eq!(sources.text(place), covered, "{row}");
        assert!(found.help.is_some(), "{row} offers no way out");
    }
}

/// The same for Covergen: what its design said, put into the corrected example.
const IN_COVERGEN: [(&str, &str, &str, &str); 6] = [
    (
        "C19 data of the mainland in the global set",
        "designs: { holds: [public] }",
        "designs: { holds: [personal], zone: china }",
        "RES101",
    ),
    (
        "C21 people of one zone in another",
        "  users-eu:\n    engine: postgres\n    regions: [eu, eu-central]",
        "  users-eu:\n    engine: postgres\n    regions: [eu, eu-central, us]",
        "RES101",
    ),
    (
        "C22 nothing promised",
        "  zone: { rto: 15m, rpo: 1m }\n  region: { rto: 1h, rpo: 15m }\n  corruption: { rto: 1d, rpo: 1d }\n|, objectives: { region: { rpo: 365d } }",
        "|",
        "RTO104",
    ),
    (
        "C23 nothing replicates to the region that stands by",
        "regions: [us, us-west]\n    size: 500Gi",
        "regions: [us]\n    size: 500Gi",
        "RPO201",
    ),
    (
        "C24 avatars everywhere",
        "      system-assets: { holds: [public]",
        "      user-avatars: { holds: [personal], zone: eu, collections: [avatars/] }\n      system-assets: { holds: [public]",
        "RES101",
    ),
    (
        "C25 a shared cache",
        "{ to: api-eu, policy: [geography, latency],",
        "{ to: api-eu, policy: [geography, latency], cdn: { rules: { api: { paths: [/v1], keep: 5m, carries: [users-eu] } } },",
        "RES103",
    ),
];

#[test]
fn the_traps_of_covergen_are_found() {
    let covergen = include_str!("../../examples/covergen/topology.yaml");
    let (_, clean) = compiled(covergen, Until::Emitted);
    let worst = clean.diagnostics.worst();
    assert!(
        worst.is_none_or(|w| w == Severity::Note),
        "{:?}",
        codes(&clean)
    );
    for (row, from, to, code) in IN_COVERGEN {
        let mut text = covergen.to_string();
        for (from, to) in from.split('|').zip(to.split('|')) {
            assert!(text.contains(from), "{row}: {from}");
            text = text.replace(from, to);
        }
        let (_, done) = compiled(&text, Until::Emitted);
        let found = done.diagnostics.iter().find(|d| d.code.id == code);
        let found = found.unwrap_or_else(|| panic!("{row}: {:?}", codes(&done)));
        assert!(found.primary.is_some(), "{row} has no place");
        assert!(found.help.is_some(), "{row} offers no way out");
    }
}

#[test]
fn g21_and_g30_one_scaler_that_asks_for_its_own_region() {
    let (_, done) = compiled(GGEN, Until::Emitted);
    for region in ["us-central1", "us-east1", "europe-west1"] {
        let path = format!("kubernetes/{region}/keda-hpa.yaml");
        let text = &done.artifacts.get(&path).expect("emitted").text;
        assert_eq!(text.matches("kind: ScaledObject").count(), 1, "{path}");
        let query = text
            .lines()
            .find(|l| l.trim_start().starts_with("query:"))
            .expect("a query");
        assert!(
            query.contains("sum(rate(") && query.contains(&format!("-{region}")),
            "{query}"
        );
    }
}

/// A small system on a cloud that may not be generated yet.
fn small(cloud: &str, regions: &str, rest: &str) -> String {
    format!("version: 1\nname: small\nclouds: {{ {cloud} }}\nregions: {{ {regions} }}\n{rest}")
}

const GCP: &str = "gcp: { project: small-prod }";
const AWS: &str = "aws: { account: \"123456789012\" }";
const PAIR: &str = "us-central1: { role: primary }, europe-west1: {}";
const EDEN: &str = "us-east-1: { role: primary }, us-west-2: { role: primary }";

/// Row, spec with the mistake, code, spec with the cure.
fn elsewhere() -> Vec<(&'static str, String, &'static str, String)> {
    let host = |ready: &str, rto: &str| {
        small(
            GCP,
            PAIR,
            &format!(
                "objectives: {{ rto: {rto} }}\nservices: {{ hook: {{ runtime: cloud-run, image: a/b, replicas: 1..5, ready: {{ {ready} }} }} }}\ntraffic: {{ hooks.example.com: {{ to: hook }} }}\n"
            ),
        )
    };
    let queue = |ordered: &str| {
        small(
            GCP,
            PAIR,
            &format!(
                "services: {{ worker: {{ runtime: cloud-run, image: a/b, replicas: 1..5 }} }}\nqueues: {{ events: {{ engine: pubsub{ordered}, push: {{ to: worker }} }} }}\n"
            ),
        )
    };
    let silent = |lasting: &str| {
        host("every: 5s, timeout: 2s, unhealthy_after: 2", "30s")
            + &format!(
                "alerts: {{ silent: {{ of: region-silent, lasting: {lasting}, severity: critical }} }}\n"
            )
    };
    let instances = |replicas: &str| {
        small(
            GCP,
            PAIR,
            &format!(
                "services: {{ hook: {{ runtime: cloud-run, image: a/b, replicas: {replicas} }} }}\n"
            ),
        )
    };
    let postgres = |replication: &str| {
        small(
            AWS,
            EDEN,
            &format!(
                "objectives: {{ rto: 15m, rpo: 5m }}\nfailover: {{ mode: automatic }}\ndatastores: {{ main: {{ engine: postgres, backup: {{ every: 1d, point_in_time: 7d }}, replication: {{ mode: active-active, by: pglogical, conflicts: last-write-wins{replication} }} }} }}\n"
            ),
        )
    };
    let route = |policy: &str| {
        small(
            AWS,
            EDEN,
            &format!(
                "services: {{ api: {{ image: a/b }} }}\ntraffic: {{ api.example.com: {{ to: api, routing: route53, policy: [{policy}] }} }}\n"
            ),
        )
    };
    let shift = |rto: &str| {
        small(
            AWS,
            EDEN,
            &format!(
                "objectives: {{ rto: {rto} }}\nfailover: {{ mode: automatic, shift: {{ step: 20%, every: 30s, verify: 60s }} }}\n"
            ),
        )
    };
    let room = |most: u32| {
        small(
            AWS,
            EDEN,
            &format!(
                "services: {{ api: {{ image: a/b, replicas: 2..{most}, scale_on: {{ cpu: 70% }}, capacity: {{ per_replica: 100/s, peak: 700/s }} }} }}\n"
            ),
        )
    };
    let world = "us-east1: { cloud: gcp, role: primary }, europe-west3: { cloud: gcp, zone: eu }, asia-southeast1: { cloud: gcp }, cn-hangzhou: { cloud: alibaba, zone: china }";
    let both = "gcp: { project: small-prod }, alibaba: { account: \"1\" }";
    let zones = "compliance: { zones: { eu: { jurisdictions: [eea] }, china: { jurisdictions: [CN], icp: \"1\" } } }\n";
    let mongo = |members: &str| {
        small(
            both,
            world,
            &format!(
                "{zones}datastores: {{ docs: {{ engine: mongodb, members: {{ {members} }}, datasets: {{ users: {{ holds: [personal], zone: china }} }} }} }}\n"
            ),
        )
    };
    let votes = |members: &str| {
        small(
            both,
            world,
            &format!(
                "{zones}datastores: {{ docs: {{ engine: mongodb, members: {{ {members} }} }} }}\n"
            ),
        )
    };
    let users = |copies: &str, engine: &str| {
        small(
            both,
            world,
            &format!(
                "{zones}datastores: {{ users: {{ engine: {engine}, replication: {{ mode: async }}, datasets: {{ users: {{ holds: [personal], copies: {copies} }} }} }} }}\n"
            ),
        )
    };
    let cloud = |members: &str| votes(members) + "objectives: { cloud: { rto: 1h } }\n";
    let elected = |timeout: &str| {
        let far = "a: { region: us-east1, priority: 3 }, b: { region: europe-west3, priority: 2 }, c: { region: asia-southeast1, priority: 1 }";
        votes(far).replace(
            "members:",
            &format!("election: {{ timeout: {timeout} }}, members:"),
        )
    };
    let arbiter = |who: &str| postgres(&format!(", loss_accepted: true, arbiter: \"{who}\""));
    let failover = |objectives: &str| {
        small(
            GCP,
            PAIR,
            &format!("{objectives}failover: {{ mode: automatic }}\n"),
        )
    };
    let standby = |regions: &str| {
        small(
            GCP,
            "us-east1: { role: primary }, us-west1: { role: standby, pair: us-east1 }",
            &format!("datastores: {{ main: {{ engine: postgres, regions: [{regions}] }} }}\n"),
        )
    };
    let cache = |carries: &str| {
        small(
            GCP,
            PAIR,
            &format!(
                "compliance: {{ zones: {{ eu: {{ jurisdictions: [eea] }} }} }}\nservices: {{ api: {{ image: a/b }} }}\ndatastores: {{ main: {{ engine: postgres, replication: {{ mode: none }}, datasets: {{ users: {{ holds: [personal] }}, covers: {{ holds: [public] }} }} }} }}\ntraffic: {{ api.example.com: {{ to: api, cdn: {{ rules: {{ r: {{ paths: [/x], keep: 5m, carries: [{carries}] }} }} }} }} }}\n"
            ),
        )
    };
    let china = |zone: &str| {
        small(
            both,
            world,
            &format!(
                "compliance: {{ zones: {{ eu: {{ jurisdictions: [eea] }}, china: {{ jurisdictions: [CN]{zone} }} }} }}\nservices: {{ api: {{ image: a/b }} }}\ntraffic: {{ covergen.cn: {{ to: api, region: cn-hangzhou }} }}\n"
            ),
        )
    };
    vec![
        (
            "P12",
            // What Cloud Run does by itself.
            host("every: 10s, timeout: 1s, unhealthy_after: 3", "30s"),
            "RTO102",
            host("every: 5s, timeout: 2s, unhealthy_after: 2", "30s"),
        ),
        ("P14", queue(", ordered_by: key"), "QUE101", queue("")),
        ("P15", silent("5m"), "ALT101", silent("10s")),
        ("P16", instances("0..5"), "RUN102", instances("1..5")),
        ("E13", route("latency, weight"), "TRF103", route("latency")),
        ("E14", shift("3m"), "RTO103", shift("15m")),
        (
            "E15",
            postgres(", arbiter: operator"),
            "CNF102",
            postgres(", arbiter: operator, loss_accepted: true"),
        ),
        (
            "E16",
            postgres(", loss_accepted: true"),
            "QRM104",
            postgres(", loss_accepted: true, arbiter: \"witness:us-east-2\""),
        ),
        ("E17", room(8), "CAP101", room(10)),
        (
            "unknown arbiter",
            arbiter("witness:atlantis"),
            "QRM106",
            arbiter("witness:us-east-2"),
        ),
        (
            "a witness beside a site",
            arbiter("witness:us-west-2"),
            "QRM101",
            arbiter("witness:us-east-2"),
        ),
        (
            "a router for one writer",
            arbiter("route53").replace("mode: active-active", "mode: async"),
            "QRM106",
            arbiter("route53"),
        ),
        (
            "an early election",
            elected("500ms"),
            "QRM108",
            elected("2s"),
        ),
        (
            "a cloud with the majority",
            cloud(
                "a: { region: us-east1, priority: 3 }, b: { region: europe-west3, priority: 2 }, c: { region: cn-hangzhou }",
            ),
            "QRM111",
            votes(
                "a: { region: us-east1, priority: 3 }, b: { region: europe-west3, priority: 2 }, c: { region: cn-hangzhou }",
            ),
        ),
        (
            "C19",
            mongo(
                "a: { region: us-east1 }, b: { region: europe-west3 }, c: { region: cn-hangzhou }",
            ),
            "RES101",
            mongo("c: { region: cn-hangzhou }"),
        ),
        (
            "C20 votes",
            votes(
                "a: { region: us-east1 }, b: { region: europe-west3 }, c: { region: asia-southeast1 }, d: { region: cn-hangzhou }",
            ),
            "QRM102",
            votes(
                "a: { region: us-east1, priority: 3 }, b: { region: europe-west3, priority: 2 }, c: { region: asia-southeast1, priority: 1 }",
            ),
        ),
        (
            "C20 priorities",
            votes(
                "a: { region: us-east1 }, b: { region: europe-west3 }, c: { region: asia-southeast1 }",
            ),
            "QRM103",
            votes(
                "a: { region: us-east1, priority: 3 }, b: { region: europe-west3, priority: 2 }, c: { region: asia-southeast1, priority: 1 }",
            ),
        ),
        (
            "C21",
            users("everywhere", "postgres"),
            "RES101",
            users("within-zone", "postgres"),
        ),
        (
            "C22",
            failover(""),
            "RTO104",
            failover("objectives: { rto: 15m, rpo: 5m }\n"),
        ),
        (
            "C23",
            standby("us-east1"),
            "DR101",
            standby("us-east1, us-west1"),
        ),
        (
            "C24",
            users("everywhere", "object-storage"),
            "RES101",
            users("origin", "object-storage"),
        ),
        ("C25", cache("users"), "RES103", cache("covers")),
        ("C26", china(""), "CHN101", china(", icp: \"1\"")),
    ]
}

#[test]
fn the_traps_of_the_other_systems_are_found_and_cured() {
    for (row, wrong, code, right) in elsewhere() {
        let (_, done) = compiled(&wrong, Until::Checked);
        assert!(codes(&done).contains(&code), "{row}: {:?}", codes(&done));
        let (_, done) = compiled(&right, Until::Checked);
        assert!(
            !codes(&done).contains(&code),
            "{row}: the cure gives {:?}",
            codes(&done)
        );
        assert!(done.topology.is_some(), "{row}: {:?}", codes(&done));
    }
}

#[test]
fn p13_automatic_secrets_are_refused() {
    let spec = |replication: &str| {
        small(
            GCP,
            PAIR,
            &format!(
                "services: {{ hook: {{ runtime: cloud-run, image: a/b, replicas: 1..5 }} }}\nsecrets: {{ salt: {{ used_by: [hook], replication: {replication} }} }}\n"
            ),
        )
    };
    let (_, done) = compiled(&spec("automatic"), Until::Emitted);
    assert_eq!(codes(&done), ["PRV101"]);
    let (_, done) = compiled(&spec("named"), Until::Emitted);
    assert!(codes(&done).is_empty());
}

#[test]
fn quorum_agrees_with_brute_force() {
    // All ways to place up to seven sentinels in four regions, without symmetry.
    let regions = ["us-central1", "us-east1", "us-west1", "us-south1"];
    for total in 1..=7u32 {
        for a in 0..=total {
            for b in 0..=(total - a) {
                for c in 0..=(total - a - b) {
                    let votes = [a, b, c, total - a - b - c];
                    // By hand: is there a region whose loss leaves no more than half?
                    let lost = votes.iter().any(|v| *v > 0 && 2 * (total - v) <= total);
                    let places: Vec<String> = regions
                        .iter()
                        .zip(votes)
                        .map(|(r, v)| format!("{r}: {v}"))
                        .collect();
                    let places = places.join(", ");
                    let spec = small(
                        GCP,
                        "us-central1: { role: primary }, us-east1: {}, us-west1: {}, us-south1: {}",
                        &format!(
                            "datastores: {{ cache: {{ engine: redis, sentinels: {{ {places} }} }} }}\n"
                        ),
                    );
                    let (_, done) = compiled(&spec, Until::Checked);
                    assert_eq!(codes(&done).contains(&"QRM101"), lost, "{places}");
                }
            }
        }
    }
}

#[test]
fn more_replicas_never_add_a_finding() {
    let mut before = usize::MAX;
    for most in 1..30 {
        let spec = small(
            GCP,
            PAIR,
            &format!(
                "services: {{ api: {{ image: a/b, replicas: 1..{most}, scale_on: {{ cpu: 70% }}, capacity: {{ per_replica: 100/s, peak: 1200/s }} }} }}\n"
            ),
        );
        let (_, done) = compiled(&spec, Until::Checked);
        let findings = done.diagnostics.len();
        assert!(findings <= before, "{most} replicas");
        before = findings;
    }
    assert_eq!(before, 0);
}

#[test]
fn examples_load_from_disk_too() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ggen/topology.kdl");
    let loaded = load::load(std::path::Path::new(path), &Limits::default());
    assert!(loaded.document.is_some() && loaded.diagnostics.is_empty());
}

/// A system on three clouds, two of which are not generated: it is checked and analysed.
#[test]
fn what_is_not_generated_is_analysed_too() {
    let (_, done) = compiled(include_str!("../fixtures/covergen.yaml"), Until::Checked);
    let all = done.diagnostics.iter();
    let mut errors = all.filter(|d| d.severity == Severity::Error);
    assert!(
        errors.all(|d| d.code.id == "PRV101"),
        "{:#?}",
        done.diagnostics
    );
    let (topology, analysis) = (done.topology.unwrap(), done.analysis.unwrap());
    for (index, service) in topology.services.iter().enumerate() {
        let subject = Subject::Service(ServiceId(index));
        let times = || {
            analysis
                .recovery
                .times
                .iter()
                .filter(|t| t.subject == subject)
        };
        let lost = |t: &&RecoveryTime| matches!(t.scenario, Scenario::Region(_));
        assert!(times().filter(lost).count() > 0, "{}", service.name);
    }
    // No promise is shown as met that rests on a store nobody has facts of.
    let china = topology
        .datastores
        .iter()
        .position(|d| d.name == "users-china");
    let of_china = |l: &&DataLoss| Some(l.store.0) == china && l.promise.is_some();
    let verdicts = analysis
        .recovery
        .losses
        .iter()
        .filter(of_china)
        .map(|l| l.verdict);
    assert!(verdicts.clone().count() > 0);
    assert!(verdicts.clone().all(|v| v == Verdict::Unproven));
}

//! The model of availability against sums by hand, and its laws over generated systems.

use meridian::analysis::availability::{Availability, Verdict, What, availability};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Until, compile};
use proptest::prelude::*;

fn modelled(text: &str) -> Vec<Availability> {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        None,
    );
    let found: Vec<_> = done.diagnostics.iter().map(|d| &d.message).collect();
    let topology = done.topology.unwrap_or_else(|| panic!("{found:?}\n{text}"));
    availability(&topology)
}

fn spec(cloud: &str, regions: &str, rest: &str) -> String {
    format!("version: 1\nname: there\nclouds: {{ {cloud} }}\nregions: {{ {regions} }}\n{rest}\n")
}

const GCP: &str = "gcp: { project: there-prod }";
const AWS: &str = "aws: { account: \"123456789012\" }";
const ONE: &str = "us-central1: { role: primary }";
const TWO: &str = "us-central1: { role: primary }, europe-west1: {}";
const EAST_WEST: &str = "us-east-1: { role: primary }, us-west-2: {}";

fn api(runtime: &str, more: &str) -> String {
    format!(
        "services: {{ api: {{ runtime: {runtime}, image: a/b{more} }} }}\ntraffic: {{ api.example.com: {{ to: api }} }}\n"
    )
}

fn total(text: &str) -> Option<f64> {
    modelled(text)[0].total
}

fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("all contracts are known");
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
}

#[test]
fn what_a_request_needs_is_multiplied() {
    // Load balancer, Cloud Run.
    let text = spec(GCP, ONE, &api("cloud-run", ""));
    close(total(&text), 0.9999 * 0.9995);
    let store = "datastores: { main: { engine: postgres } }";
    let text = spec(
        GCP,
        ONE,
        &format!("{}{store}", api("cloud-run", ", uses: [main]")),
    );
    close(total(&text), 0.9999 * 0.9995 * 0.9995);
}

#[test]
fn regions_help_unless_a_person_moves_or_there_is_no_room() {
    let text = spec(GCP, TWO, &api("cloud-run", ""));
    let both = 1.0 - 0.0005_f64 * 0.0005;
    close(total(&text), 0.9999 * both);
    let manual = format!("{text}failover: {{ mode: manual }}");
    close(total(&manual), 0.9999 * 0.9995 * 0.9995);
    let full = text.replace(
        "image: a/b",
        "image: a/b, replicas: 1..3, capacity: { per_replica: 100/s, peak: 400/s }",
    );
    close(total(&full), 0.9999 * 0.9995 * 0.9995);
    let room = full.replace("1..3", "1..6");
    close(total(&room), 0.9999 * both);
}

#[test]
fn what_services_share_counts_once() {
    let pair = "services: { api: { runtime: kubernetes, image: a/b, needs: [stock], uses: [main] }, stock: { image: a/c, uses: [main] } }\ntraffic: { api.example.com: { to: api } }\ndatastores: { main: { engine: postgres } }";
    let found = modelled(&spec(GCP, ONE, pair));
    assert_eq!(found.len(), 1, "only what users reach");
    assert_eq!(found[0].parts.len(), 3);
    close(found[0].total, 0.9999 * 0.9999 * 0.9995);
}

#[test]
fn a_multi_region_has_its_own_contract_and_the_weakest_database_counts() {
    let store = |databases: &str| {
        let store = format!("datastores: {{ docs: {{ engine: firestore, {databases} }} }}");
        spec(
            GCP,
            TWO,
            &format!("{}{store}", api("cloud-run", ", uses: [docs]")),
        )
    };
    let regions = 0.9999 * (1.0 - 0.0005_f64 * 0.0005);
    close(total(&store("location: nam5")), regions * 0.99999);
    close(total(&store("location: us-central1")), regions * 0.9999);
    let both = "databases: { us: { location: nam5, serves: [us-central1] }, eu: { location: europe-west1, serves: [europe-west1] } }";
    close(total(&store(both)), regions * 0.9999);
}

#[test]
fn copies_help_only_if_something_promotes_them() {
    let store = |more: &str| {
        let store = format!("datastores: {{ main: {{ engine: postgres{more} }} }}");
        spec(
            AWS,
            EAST_WEST,
            &format!("{}{store}", api("kubernetes", ", uses: [main]")),
        )
    };
    let twice = |share: f64| 1.0 - (1.0 - share) * (1.0 - share);
    let rest = twice(0.9999) * twice(0.9999);
    let text = store(", replication: { mode: async }");
    close(total(&text), rest * 0.9995);
    let witness = store(", replication: { mode: async, arbiter: \"witness:us-east-2\" }");
    let automatic = format!("{witness}\nfailover: {{ mode: automatic }}");
    close(total(&automatic), rest * twice(0.9995));
    // What all regions write needs nobody to promote it, only somebody to move the users.
    let everywhere = store(
        ", replication: { mode: active-active, conflicts: last-write-wins, loss_accepted: true, arbiter: operator }",
    );
    close(total(&everywhere), rest * twice(0.9995));
    let manual = format!("{everywhere}\nfailover: {{ mode: manual }}");
    close(total(&manual), 0.9999_f64.powi(4) * 0.9995);
}

#[test]
fn sentinels_are_there_with_their_majority() {
    let regions = "us-central1: { role: primary }, us-east1: {}, europe-west1: {}";
    let store = "datastores: { cache: { engine: redis, nodes: 1, sentinels: 1 } }";
    let text = spec(
        GCP,
        regions,
        &format!("{}{store}", api("kubernetes", ", uses: [cache]")),
    );
    let (up, down) = (0.9999_f64, 0.0001_f64);
    let two_or_three = up.powi(3) + 3.0 * up.powi(2) * down;
    close(total(&text), 0.9999 * (1.0 - down.powi(3)) * two_or_three);
    let lopsided = text.replace(
        "sentinels: 1",
        "sentinels: { us-central1: 3, us-east1: 1, europe-west1: 1 }",
    );
    // Only with the region that has three of the five.
    close(total(&lopsided), 0.9999 * (1.0 - down.powi(3)) * up);
}

#[test]
fn without_a_contract_nothing_is_shown() {
    let text = spec(
        GCP,
        ONE,
        &format!(
            "{}datastores: {{ docs: {{ engine: mongodb }} }}\nobjectives: {{ availability: 99.9% }}",
            api("cloud-run", ", uses: [docs]")
        ),
    );
    let found = &modelled(&text)[0];
    assert_eq!((found.total, found.verdict()), (None, Verdict::Unproven));
    let unknown: Vec<_> = found.unknown().map(|p| p.what).collect();
    assert!(matches!(unknown[..], [What::Store(_)]));
    // What is known is already too little.
    let high = text.replace("99.9%", "99.99%");
    assert_eq!(modelled(&high)[0].verdict(), Verdict::Below);
}

#[test]
fn the_objective_is_compared() {
    let text = spec(GCP, ONE, &api("cloud-run", ""));
    let promised =
        |p: &str| modelled(&format!("{text}objectives: {{ availability: {p} }}"))[0].verdict();
    assert_eq!(modelled(&text)[0].verdict(), Verdict::NotPromised);
    assert_eq!(promised("99.9%"), Verdict::Supported);
    assert_eq!(promised("99.95%"), Verdict::Below);
    let own = text.replace(
        "image: a/b",
        "image: a/b, objectives: { availability: 99% }",
    );
    let own = format!("{own}objectives: {{ availability: 99.99% }}");
    assert_eq!(modelled(&own)[0].verdict(), Verdict::Supported);
}

const STORES: [&str; 5] = [
    "engine: postgres",
    "engine: firestore, location: nam5",
    "engine: redis",
    "engine: redis, nodes: 1, sentinels: 1",
    "engine: object-storage",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn never_above_the_weakest_part(
        regions in 1..4usize,
        stores in prop::collection::btree_set(0..5usize, 0..4),
        serverless: bool,
        manual: bool,
    ) {
        let places = ["us-central1: { role: primary }", "us-east1: {}", "europe-west1: {}"];
        let names: Vec<_> = stores.iter().map(|s| format!("s{s}")).collect();
        let written: Vec<_> = stores.iter().map(|s| format!("s{s}: {{ {} }}", STORES[*s])).collect();
        let runtime = if serverless { "cloud-run" } else { "kubernetes" };
        let mode = if manual { "manual" } else { "automatic" };
        let text = spec(GCP, &places[..regions].join(", "), &format!(
            "{}datastores: {{ {} }}\nfailover: {{ mode: {mode} }}",
            api(runtime, &format!(", uses: [{}]", names.join(", "))),
            written.join(", "),
        ));
        let found = &modelled(&text)[0];
        prop_assert_eq!(found.parts.len(), 2 + stores.len());
        let total = found.total.expect("all contracts are known");
        for part in &found.parts {
            let share = part.share.expect("known");
            prop_assert!((0.0..=1.0).contains(&share));
            prop_assert!(total <= share);
        }
        let weakest = found.weakest().and_then(|p| p.share).expect("a part");
        prop_assert!(total <= weakest);
    }
}

//! Where load goes after a loss, against what one works out by hand, and laws that hold for
//! every topology.

use meridian::analysis::capacity::{Routing, Survivor, after_loss};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::{RegionId, ServiceId, Topology};
use meridian::{Compilation, Until, compile};
use proptest::prelude::*;

fn compiled(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        None,
    )
}

fn topology(text: &str) -> Topology {
    let done = compiled(text);
    let found = done.diagnostics.iter().map(|d| &d.message);
    let found: Vec<_> = found.collect();
    done.topology.unwrap_or_else(|| panic!("{found:?}\n{text}"))
}

fn spec(regions: &str, rest: &str) -> String {
    format!(
        "version: 1\nname: load\nclouds: {{ gcp: {{ project: load-prod }} }}\nregions: {{ {regions} }}\n{rest}\n"
    )
}

/// Loads before and after, by region, of the first service.
fn loads(text: &str, lost: &str) -> Vec<(String, i64, i64)> {
    of_service(text, "api", lost)
}

fn of_service(text: &str, service: &str, lost: &str) -> Vec<(String, i64, i64)> {
    let topology = topology(text);
    let lost = topology.region_named(lost).expect("a region");
    let index = topology.services.iter().position(|s| s.name == service);
    let survivors = after_loss(&topology, ServiceId(index.unwrap()), &[lost]).expect("declared");
    let rounded = |load: f64| load.round() as i64;
    let row = |s: Survivor| {
        let name = topology.region(s.region).name.clone();
        (name, rounded(s.load_before), rounded(s.load_after))
    };
    survivors.into_iter().map(row).collect()
}

fn row(region: &str, before: i64, after: i64) -> (String, i64, i64) {
    (region.to_string(), before, after)
}

const API: &str = "services: { api: { image: a/b, replicas: 2..50, scale_on: { cpu: 70% }, capacity: { per_replica: 100/s, peak: 1000/s } } }";
const GGEN: &str = "us-central1: { role: primary, weight: 50, serves: [north-america] }, us-east1: { weight: 35, serves: [north-america] }, europe-west1: { weight: 15, serves: [europe], zone: eu }";

/// Users of a host that others route: every policy leads them as it says.
fn hosted(policy: &str, rest: &str) -> String {
    spec(
        GGEN,
        &format!(
            "{API}\ntraffic: {{ api.example.com: {{ to: api, external: {{ run_by: edge, at: [{{ country: US }}] }}, policy: [{policy}] }} }}\n{rest}"
        ),
    )
}

const ZONE: &str = "compliance: { zones: { eu: { jurisdictions: [eea] } } }";
const FENCE: &str = "compliance: { zones: { eu: { jurisdictions: [eea], fenced: true } } }";

#[test]
fn weights_are_rescaled_among_the_survivors() {
    let after = loads(&hosted("weight", ZONE), "us-central1");
    let expected = [row("us-east1", 350, 700), row("europe-west1", 150, 300)];
    assert_eq!(after, expected);
}

#[test]
fn geography_keeps_users_on_their_continent_and_else_takes_the_nearest() {
    let text = hosted("geography", ZONE);
    let expected = [row("us-east1", 350, 850), row("europe-west1", 150, 150)];
    assert_eq!(loads(&text, "us-central1"), expected);
    // Nobody else serves Europe: South Carolina is nearer to Belgium than Iowa is.
    let expected = [row("us-central1", 500, 500), row("us-east1", 350, 500)];
    assert_eq!(loads(&text, "europe-west1"), expected);
}

#[test]
fn a_fence_leaves_its_users_unserved() {
    for policy in [
        "geography, latency, weight",
        "weight",
        "latency",
        "capacity",
    ] {
        let after = loads(&hosted(policy, FENCE), "europe-west1");
        let expected = [row("us-central1", 500, 500), row("us-east1", 350, 350)];
        assert_eq!(after, expected, "{policy}");
    }
}

#[test]
fn failover_goes_to_the_pair_and_else_down_the_list() {
    let after = loads(&hosted("failover", ZONE), "us-central1");
    let expected = [row("us-east1", 0, 1000), row("europe-west1", 0, 0)];
    assert_eq!(after, expected);
    let regions = "us-central1: { role: primary }, us-east1: {}, us-west1: { role: standby, pair: us-central1 }";
    let api = API.replace(
        "image: a/b",
        "image: a/b, regions: [us-central1, us-east1, us-west1]",
    );
    let traffic = "traffic: { api.example.com: { to: api, policy: [failover] } }";
    let after = loads(&spec(regions, &format!("{api}\n{traffic}")), "us-central1");
    assert_eq!(after, [row("us-east1", 0, 0), row("us-west1", 0, 1000)]);
}

#[test]
fn round_robin_and_capacity_share_as_they_say() {
    let after = loads(&hosted("round-robin", ZONE), "us-east1");
    let expected = [row("us-central1", 333, 500), row("europe-west1", 333, 500)];
    assert_eq!(after, expected);
    let text = hosted("capacity", ZONE).replace(
        "replicas: 2..50",
        "replicas: { us-central1: 1..9, us-east1: 1..30, europe-west1: 1..10 }",
    );
    let after = loads(&text, "us-central1");
    let expected = [row("us-east1", 350, 725), row("europe-west1", 150, 275)];
    assert_eq!(after, expected);
}

#[test]
fn a_service_without_a_host_follows_its_callers() {
    let text = hosted("geography", ZONE).replace(
        "services: { api: {",
        "services: { stock: { image: a/c, regions: [us-central1, europe-west1], replicas: 2..50, capacity: { per_replica: 100/s, peak: 2000/s } }, api: { needs: [stock],",
    );
    // us-east1 has no stock: its calls go to Iowa, and to Belgium without Iowa.
    let expected = [row("europe-west1", 300, 2000)];
    assert_eq!(of_service(&text, "stock", "us-central1"), expected);
    let expected = [row("us-central1", 1700, 1700)];
    assert_eq!(
        of_service(&text, "stock", "europe-west1")[..1],
        [row("us-central1", 1700, 2000)]
    );
    assert_eq!(
        of_service(&text.replace(ZONE, FENCE), "stock", "europe-west1"),
        expected
    );
}

#[test]
fn a_service_behind_a_queue_follows_the_regions_of_the_queue() {
    let queue =
        "queues: { work: { engine: pubsub, regions: [us-central1, us-east1], push: { to: api } } }";
    let text = spec(GGEN, &format!("{API}\n{ZONE}\n{queue}"));
    let expected = [row("us-east1", 412, 824), row("europe-west1", 0, 176)];
    assert_eq!(loads(&text, "us-central1"), expected);
}

#[test]
fn an_isolated_region_neither_gives_nor_takes() {
    let isolated = "network: { isolated: [europe-west1] }";
    let text = hosted("weight", &format!("{ZONE}\n{isolated}"));
    let expected = [row("us-east1", 350, 850), row("europe-west1", 150, 150)];
    assert_eq!(loads(&text, "us-central1"), expected);
    let expected = [row("us-central1", 500, 500), row("us-east1", 350, 350)];
    assert_eq!(loads(&text, "europe-west1"), expected);
}

#[test]
fn surge_multiplies_the_peak_and_replicas_follow() {
    let text = hosted("weight", &format!("{ZONE}\nobjectives: {{ surge: 2 }}"));
    let topology = topology(&text);
    let survivors = after_loss(&topology, ServiceId(0), &[RegionId(0)]).expect("declared");
    // 700/s of replicas that bear 70/s each, and 1400/s after the loss.
    let east = &survivors[0];
    assert_eq!(
        (east.replicas_before, east.replicas_needed, east.max),
        (10, 20, 50)
    );
}

#[test]
fn of_a_single_region_nothing_survives() {
    let text = spec("us-central1: { role: primary }", API);
    assert_eq!(loads(&text, "us-central1"), []);
    let undeclared = spec(
        GGEN,
        &format!("services: {{ api: {{ image: a/b }} }}\n{ZONE}"),
    );
    assert_eq!(
        after_loss(&topology(&undeclared), ServiceId(0), &[RegionId(0)]),
        None
    );
}

#[test]
fn services_that_call_each_other_in_a_circle_are_still_worked_out() {
    let text = spec(
        GGEN,
        &format!(
            "{ZONE}\nservices: {{ a: {{ image: a/a, needs: [b] }}, b: {{ image: a/b, needs: [a], capacity: {{ per_replica: 1/s, peak: 1/s }} }} }}"
        ),
    );
    let routing = topology(&text);
    assert_eq!(Routing::of(&routing).after(&[RegionId(0)]).len(), 2);
}

const PLACES: [&str; 6] = [
    "us-central1",
    "us-east1",
    "europe-west1",
    "europe-north1",
    "asia-southeast1",
    "asia-northeast1",
];
const CONTINENTS: [&str; 3] = ["north-america", "europe", "asia"];
const POLICIES: [&str; 7] = [
    "geography",
    "latency",
    "weight",
    "failover",
    "capacity",
    "cost",
    "round-robin",
];

/// A system of up to six regions with a routed service, one that it calls and one behind a
/// queue.
#[derive(Debug, Clone)]
struct System {
    serves: Vec<usize>,
    weights: Vec<u32>,
    policies: Vec<usize>,
    most: Vec<u32>,
    peak: u32,
}

fn system() -> impl Strategy<Value = System> {
    (2..=6usize).prop_flat_map(|regions| {
        (
            prop::collection::vec(0..3usize, regions),
            prop::collection::vec(1..20u32, regions),
            prop::collection::vec(0..7usize, 0..3),
            prop::collection::vec(1..12u32, regions),
            1..3000u32,
        )
            .prop_map(|(serves, weights, policies, most, peak)| System {
                serves,
                weights,
                policies,
                most,
                peak,
            })
    })
}

impl System {
    fn text(&self) -> String {
        let region = |index: usize| {
            let role = if index == 0 { "role: primary, " } else { "" };
            let weight = self.weights[index];
            let serves = CONTINENTS[self.serves[index]];
            format!(
                "{}: {{ {role}weight: {weight}, serves: [{serves}] }}",
                PLACES[index]
            )
        };
        let regions: Vec<_> = (0..self.weights.len()).map(region).collect();
        let replicas = self.most.iter().zip(PLACES);
        let replicas: Vec<_> = replicas
            .map(|(most, p)| format!("{p}: 1..{most}"))
            .collect();
        let replicas = replicas.join(", ");
        let policies: Vec<_> = self.policies.iter().map(|p| POLICIES[*p]).collect();
        let capacity = format!("capacity: {{ per_replica: 100/s, peak: {}/s }}", self.peak);
        let service =
            |more: &str| format!("{{ image: a/b, {more}replicas: {{ {replicas} }}, {capacity} }}");
        spec(
            &regions.join(", "),
            &format!(
                "services: {{ api: {}, stock: {}, worker: {} }}\ntraffic: {{ api.example.com: {{ to: api, external: {{ run_by: edge, at: [{{ country: US }}] }}, policy: [{}] }} }}\nqueues: {{ work: {{ engine: pubsub, regions: [us-east1], push: {{ to: worker }} }} }}",
                service("needs: [stock], "),
                service(""),
                service(""),
                policies.join(", ")
            ),
        )
    }

    /// The findings about capacity: code and service.
    fn findings(&self) -> Vec<(String, String)> {
        let done = compiled(&self.text());
        let capacity = done
            .diagnostics
            .iter()
            .filter(|d| d.code.id.starts_with("CAP"));
        let service = |m: &str| m.split('`').nth_back(1).unwrap().to_string();
        capacity
            .map(|d| (d.code.id.to_string(), service(&d.message)))
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_is_lost_on_the_way(system in system(), lost in 0..6usize) {
        let topology = topology(&system.text());
        let lost = RegionId(lost % topology.regions.len());
        let routing = Routing::of(&topology);
        for survivors in routing.after(&[lost]) {
            let survivors = survivors.expect("declared");
            let total: f64 = survivors.iter().map(|s| s.load_after).sum();
            prop_assert!((total - f64::from(system.peak)).abs() < 1e-6);
            for s in survivors {
                prop_assert!(s.load_after > s.load_before - 1e-6);
                prop_assert!(f64::from(s.replicas_needed) * 70.0 > s.load_after - 1e-6);
                prop_assert!((f64::from(s.replicas_needed) - 1.0) * 70.0 < s.load_after);
            }
        }
    }

    #[test]
    fn more_replicas_never_add_a_finding(system in system(), at in 0..6usize, more in 1..9u32) {
        let before = system.findings();
        let mut larger = system.clone();
        let at = at % larger.most.len();
        larger.most[at] += more;
        for finding in larger.findings() {
            prop_assert!(before.contains(&finding), "{finding:?} is new");
        }
    }

    #[test]
    fn a_second_loss_spares_nobody(system in system(), lost in 0..6usize, more in 0..6usize) {
        let topology = topology(&system.text());
        let count = topology.regions.len();
        let (lost, more) = (RegionId(lost % count), RegionId(more % count));
        let routing = Routing::of(&topology);
        let (one, two) = (routing.after(&[lost]), routing.after(&[lost, more]));
        for (one, two) in one.into_iter().flatten().zip(two.into_iter().flatten()) {
            for s in two {
                let before = one.iter().find(|o| o.region == s.region).expect("more are left");
                prop_assert!(s.load_after > before.load_after - 1e-6);
            }
        }
    }
}

//! Other cases of the kinds that `tests/cases` shows: another engine, cloud, place or notation.

use crate::support::{Case, spec};
use crate::tables::unrolled;
use meridian::analysis::recovery::verdict::Verdict;

pub(super) const GOOGLE: &str = "version: 1
name: shop
clouds: { gcp: { project: shop-prod } }
regions: { us-central1: { role: primary }, us-east1: { role: secondary } }
mesh: { kind: istio }
services: { web: { image: shop/web, uses: [db], replicas: 2..10, scale_on: { cpu: 70% } } }
traffic: { shop.example.com: { to: web } }
";

pub(super) const AMAZON: &str = "version: 1
name: shop
clouds: { aws: { account: \"123456789012\" } }
regions: { us-east-1: { role: primary }, us-west-2: { role: secondary } }
mesh: { kind: istio }
services: { web: { image: shop/web, uses: [db], replicas: 2..10, scale_on: { cpu: 70% } } }
traffic:
  www.shop.example.com: { to: web, routing: route53, policy: [latency], health: { every: 10s } }
  e.shop.example.com: { to: web, routing: route53, region: us-east-1 }
  w.shop.example.com: { to: web, routing: route53, region: us-west-2 }
";

fn with_store(base: &str, store: &str) -> Case {
    spec(&format!("{base}datastores: {{ db: {{ {store} }} }}\n"))
}

/// Every kind of store that is generated, and its two regions.
const STORES: [(&str, &str, [&str; 2]); 9] = [
    (GOOGLE, "engine: firestore, location: nam5", US),
    (GOOGLE, "engine: redis, replication: { mode: none }", US),
    (
        GOOGLE,
        "engine: redis, nodes: 1, sentinels: 1, replication: { mode: async }",
        US,
    ),
    (
        AMAZON,
        "engine: postgres, replication: { mode: async }",
        EAST_WEST,
    ),
    (
        AMAZON,
        "engine: aurora, replication: { mode: async }",
        EAST_WEST,
    ),
    (
        AMAZON,
        "engine: dynamodb, replication: { mode: active-active }",
        EAST_WEST,
    ),
    (
        AMAZON,
        "engine: object-storage, replication: { mode: async }",
        EAST_WEST,
    ),
    (
        AMAZON,
        "engine: redis, replication: { mode: async }",
        EAST_WEST,
    ),
    (
        AMAZON,
        "engine: redis-enterprise, replication: { mode: active-active }",
        EAST_WEST,
    ),
];
const US: [&str; 2] = ["us-central1", "us-east1"];
const EAST_WEST: [&str; 2] = ["us-east-1", "us-west-2"];

/// Votes, copies and bounds that a store may be given, whether its kind has them or not.
fn settings([first, second]: [&str; 2]) -> Vec<String> {
    vec![
        format!("sentinels: {{ {first}: 2, {second}: 1 }}"),
        format!("members: {{ a: {{ region: {first}, priority: 5 }}, b: {{ region: {second} }} }}"),
        format!("nodes: {{ {first}: 3, {second}: 1 }}"),
        "nodes: 2".to_string(),
        format!("backup: {{ copies_to: [{second}] }}"),
        format!("regions: [{first}], read_replicas: [{second}]"),
    ]
}

/// A setting that is said to have no effect, or not to be generated, has none: it casts no
/// vote, is no copy and decides nothing. Fails without `cloud::reads::settle`: `members` of
/// Firestore then bring QRM101, and `copies_to` of Aurora a line in DATA_FLOW.md.
#[test]
fn what_no_offering_reads_counts_nowhere() {
    let mut held = 0;
    for (base, store, regions) in STORES {
        for setting in settings(regions) {
            // The same without what is in question, and with all that stands beside it.
            let rest = match setting.split_once(", read_replicas") {
                Some((regions, _)) => format!(", {regions}"),
                None if setting.starts_with("backup") => ", backup: {}".to_string(),
                None => String::new(),
            };
            let with = with_store(base, &format!("{store}, {setting}"));
            let said = ["PRV102", "PRV103"];
            if with.codes().iter().any(|c| said.contains(c)) {
                let without = with_store(base, &format!("{store}{rest}"));
                let unsaid = |case: &Case| {
                    let codes = case.codes().into_iter();
                    codes.filter(|c| !said.contains(c)).collect::<Vec<_>>()
                };
                assert_eq!(unsaid(&with), unsaid(&without), "{store}, {setting}");
                let pages = ["DATA_FLOW.md", "RECOVERY_BUDGET.md", "RUNBOOK_FAILOVER.md"];
                for page in pages.iter().filter(|_| without.errors().is_empty()) {
                    assert_eq!(with.file(page), without.file(page), "{store}, {setting}");
                    held += 1;
                }
            }
        }
    }
    assert!(held > 60, "{held} pages");
}

/// Nothing of AWS makes a read replica in another region out of `read_replicas`, and it says so.
#[test]
fn read_replicas_that_are_not_made_are_said() {
    for (base, store, [first, second]) in STORES {
        let read = format!("{store}, regions: [{first}], read_replicas: [{second}]");
        let case = with_store(base, &read);
        let said = ["GCP102", "PRV102"];
        assert!(case.codes().iter().any(|c| said.contains(c)), "{read}");
    }
}

/// Sentinels with `mode: none` are refused, and nothing is promoted or left of it elsewhere.
#[test]
fn mode_none_of_sentinels_has_no_copy() {
    let store = "engine: redis, nodes: 1, sentinels: 1, replication: { mode: none }";
    let promised = GOOGLE.replace("mesh:", "objectives: { rto: 15m, rpo: 1h }\nmesh:");
    let case = with_store(&promised, store);
    assert!(case.errors().contains(&"PRV101"), "{:?}", case.codes());
    let (verdict, _) = case.rpo("db", "region:us-central1").unwrap();
    assert_eq!(verdict, Verdict::Violated);
    let (_, _, again) = case.rto("service web", "region:us-central1").unwrap();
    assert_eq!(again, Verdict::Violated);
}

/// A bucket of S3 is in each region of its store. A location that is written and not emitted
/// would make DATA_FLOW.md show data in a place where it is not.
#[test]
fn a_location_of_s3_is_refused() {
    for place in [
        "location: eu-west-1",
        "databases: { a: { location: eu-west-1, serves: [us-east-1] } }",
    ] {
        let case = with_store(AMAZON, &format!("engine: object-storage, {place}"));
        assert!(case.errors().contains(&"PRV101"), "{:?}", case.codes());
    }
}

/// A physical replica is not promoted before somebody has seen how far it is behind, and that is
/// held against the promise of the store, where the system makes none.
#[test]
fn a_replica_is_measured_before_it_is_promoted() {
    let store = "engine: postgres, replication: { mode: async, arbiter: operator }, objectives: { rpo: 2m }";
    let case = with_store(AMAZON, store);
    let script = unrolled(case.file("scripts/failover-region.sh"));
    assert!(script.contains("ReplicaLag"), "{script}");
    assert!(script.contains("\n    db) printf 120 ;;\n"), "{script}");
}

/// What each copy may lack is what its own datastore promises: one number for all would stop the
/// promotion of what may lose an hour, or let that go which may lose a minute.
#[test]
fn each_copy_is_held_against_its_own_promise() {
    let store = |rpo: &str| {
        format!(
            "engine: postgres, replication: {{ mode: async, arbiter: operator }}, objectives: {{ rpo: {rpo} }}"
        )
    };
    let case = spec(&format!(
        "{AMAZON}datastores: {{ db: {{ {} }}, log: {{ {} }} }}\n",
        store("2m"),
        store("1h")
    ));
    let script = case.file("scripts/failover-region.sh");
    for line in ["    db) printf 120 ;;\n", "    log) printf 3600 ;;\n"] {
        assert!(script.contains(line), "{line}: {script}");
    }
    let page = case.file("RUNBOOK_FAILOVER.md");
    let held = "of db, at most 120: the script compares; of log, at most 3600: the script compares";
    assert!(page.contains(held), "{page}");
}

/// A global load balancer knows no weights (docs.cloud.google.com/load-balancing, 2026-11): a region of
/// none gets the users near it, unless a mesh behind it shares by weight.
#[test]
fn weights_that_the_edge_does_not_know_are_said() {
    let text = |rest: &str| {
        format!(
            "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary, weight: 100 }}, us-east1: {{ weight: 0 }} }}\n{rest}"
        )
    };
    let said = |rest: &str| -> usize { spec(&text(rest)).found("PRV103").len() };
    let run = "services: { web: { runtime: cloud-run, image: shop/web } }\n";
    assert_eq!(
        said(&format!(
            "{run}traffic: {{ shop.example.com: {{ to: web }} }}\n"
        )),
        1
    );
    let weighed = "traffic: { shop.example.com: { to: web, policy: [weight] } }\n";
    assert_eq!(said(&format!("{run}{weighed}")), 2);
    let meshed = "mesh: { kind: istio }\nservices: { web: { image: shop/web } }\n";
    assert_eq!(said(&format!("{meshed}{weighed}")), 0);
    let first = "traffic: { shop.example.com: { to: web, policy: [failover] } }\n";
    assert_eq!(said(&format!("{run}{first}")), 0);
}

#[test]
fn a_waiver_needs_words() {
    let text = |reason: &str, owner: &str| {
        format!(
            "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary, weight: 60 }}, us-east1: {{ weight: 45 }} }}\nservices: {{ web: {{ runtime: cloud-run, image: shop/web }} }}\nwaivers: {{ w: {{ code: TRF101, reason: \"{reason}\", owner: \"{owner}\", expires: 2027-06-01 }} }}\n"
        )
    };
    let empty = |reason: &str, owner: &str| !spec(&text(reason, owner)).found("WVR104").is_empty();
    for nothing in ["", ".", " ", "-", "...", "?"] {
        assert!(empty(nothing, "cto"), "{nothing:?}");
        assert!(empty("moved next week", nothing), "{nothing:?}");
    }
    assert!(!empty("moved next week", "cto"));
}

/// What a service uses is told to it in each of its regions, or the region is refused: nothing else
/// would lead from there to a store in one region, or to a service that does not run on the cluster.
#[test]
fn what_a_service_uses_is_within_its_reach_in_each_region() {
    let refused = |text: &str| -> Vec<String> {
        let found = spec(text);
        let found = found.found("PRV101").into_iter();
        found.map(|d| d.message.clone()).collect()
    };
    let everywhere = ["firestore", "sentinels"];
    for (base, store, [near, far]) in STORES {
        if everywhere.iter().any(|kind| store.contains(kind)) {
            continue;
        }
        let alone = store.split(", replication").next().unwrap_or_default();
        let text = format!("{base}datastores: {{ db: {{ {alone}, regions: [{near}] }} }}\n");
        let said = refused(&text);
        let expected =
            format!("`web` runs in `{far}`, where `db` is not, and nothing leads from there to it");
        assert!(said.contains(&expected), "{said:?}: {text}");
        let both = format!(
            "{}datastores: {{ db: {{ {alone}, regions: [{near}] }} }}\n",
            base.replace("uses: [db]", &format!("uses: [db], regions: [{near}]"))
        );
        assert!(
            !refused(&both).iter().any(|m| m.contains("nothing leads")),
            "{both}"
        );
    }
    // Sentinels are named to clients wherever these are.
    let three = GOOGLE.replace(
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary }, us-west1: {}, europe-west1: {}",
    );
    let sentinels = "datastores: { db: { engine: redis, regions: [us-central1, us-east1, us-west1], nodes: 1, sentinels: 1, replication: { mode: async } } }\n";
    assert_eq!(
        refused(&format!("{three}{sentinels}")),
        Vec::<String>::new()
    );
    // Services: the name of one that runs elsewhere resolves on no other cluster.
    let needs = |regions: &str| {
        let base = GOOGLE.replace("uses: [db]", "needs: [stock]");
        base.replace(
            "services: { ",
            &format!("services: {{ stock: {{ image: shop/stock, replicas: 2..4, scale_on: {{ cpu: 70% }}{regions} }}, "),
        )
    };
    assert_eq!(refused(&needs("")), Vec::<String>::new());
    assert_eq!(refused(&needs(", regions: [us-central1]")).len(), 1);
}

/// What a finding says to write brings the store back: a help that repeats the reason, or names a
/// mode that the kind does not have, fails here.
#[test]
fn what_is_told_to_be_written_brings_a_store_back() {
    let stores = [
        (GOOGLE, "engine: postgres, backup: { point_in_time: 7d }"),
        (GOOGLE, "engine: object-storage"),
        (AMAZON, "engine: postgres, backup: { point_in_time: 7d }"),
        (AMAZON, "engine: dynamodb"),
        (AMAZON, "engine: object-storage"),
        (AMAZON, "engine: redis"),
        (
            AMAZON,
            "engine: aurora, regions: [us-east-1], backup: { point_in_time: 7d }",
        ),
    ];
    let lost = |case: &Case| {
        let found = case.found("RTO201").into_iter();
        found.filter_map(|d| d.help.clone()).next()
    };
    for (base, store) in stores {
        let promised = format!("{base}objectives: {{ region: {{ rto: 4h }} }}\n");
        let help = lost(&with_store(&promised, store));
        let help = help.unwrap_or_else(|| panic!("{store}: comes back without a copy"));
        let written = help
            .split('`')
            .find(|words| words.starts_with("replication: "));
        let written = written.unwrap_or_else(|| panic!("{store}: {help}"));
        // Those of one region are placed in the other one too.
        let everywhere = store.replace("regions: [us-east-1], ", "");
        let cured = with_store(&promised, &format!("{everywhere}, {written}"));
        assert_eq!(lost(&cured), None, "{store}, {written}");
        assert_eq!(cured.errors(), Vec::<&str>::new(), "{store}, {written}");
    }
}

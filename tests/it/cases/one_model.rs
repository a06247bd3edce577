//! `tests/cases/one-model`: what is emitted, what is proved and what people read are one thing.

use crate::support::{Case, case, case_with, spec};
use meridian::analysis::recovery::verdict::Verdict;
use meridian::analysis::term::NEVER;

const MINUTE: u64 = 60_000;

fn messages(case: &Case, code: &str) -> Vec<String> {
    let found = case.found(code).into_iter();
    found.map(|d| d.message.clone()).collect()
}

/// Who reads and writes is named, not who stands behind the host.
#[test]
fn the_user_of_the_store_is_named() {
    let found = messages(&case("one-model/user-of-the-store"), "RES104");
    assert!(!found.is_empty());
    let named = |f: &String| f.contains("api in us-central1") && !f.contains("web in us-central1");
    assert!(found.iter().all(named), "{found:#?}");
}

/// An instance that nothing copies to holds what is kept there.
#[test]
fn a_place_without_an_edge_is_a_place() {
    let name = "one-model/cache-without-an-edge";
    let held = case(name);
    let found = messages(&held, "RES101");
    let named = |f: &String| f.contains("cache in us-central1");
    assert!(found.iter().any(named), "{found:#?}");
    // Nobody there uses it, and its word is that records stay where they arise: none are there.
    let unused = [("uses: [cache]", "regions: [europe-west1], uses: [cache]")];
    assert!(case_with(name, &unused).found("RES101").is_empty());
    // What belongs to a zone by its own word is kept within it.
    let within = [("copies: origin", "copies: within-zone")];
    assert!(case_with(name, &within).found("RES101").is_empty());
    // Every place of a store is in DATA_FLOW.md, whoever uses it.
    let text = crate::support::text(name).replace(", zone: eu, copies: origin", "");
    let page = spec(&text);
    let flow = &page.done.analysis.as_ref().unwrap().flow;
    let mut stops = flow.datasets.iter().flat_map(|d| &d.stops);
    assert!(stops.any(|s| s.site == "us-central1" && s.name == "cache"));
}

/// Without a word on replication nothing copies: no edge is drawn that is not emitted.
#[test]
fn no_copy_without_replication() {
    let text = crate::support::text("one-model/cache-without-an-edge");
    let text = text.replace("replication: { mode: none }, ", "");
    let case = spec(&text.replace(", zone: eu, copies: origin", ""));
    assert!(case.found("RES101").is_empty(), "{:?}", case.codes());
}

/// One cause is one finding: who receives the messages of others counts.
#[test]
fn a_push_of_others_is_no_setting_without_effect() {
    let name = "one-model/pushed-by-others";
    let pushed = case(name);
    assert!(pushed.found("PRV103").is_empty(), "{:?}", pushed.codes());
    assert_eq!(pushed.found("RES111").len(), 1);
    let path = [("push: { to: analyst }", "push: { to: analyst, path: /in }")];
    assert_eq!(case_with(name, &path).found("PRV103").len(), 1);
}

/// What of a thing of others is said to have no effect changes no page. Fails where `push` or
/// `policy` is on the list of what has none: both lead data and load.
#[test]
fn what_has_no_effect_on_things_of_others_changes_nothing() {
    let base = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod, project_number: \"123456789012\" } }\nregions: { us-central1: { role: primary }, us-east1: {} }\nmesh: { kind: istio }\nservices: { web: { image: shop/web, uses: [db], publishes: [work], replicas: 2..10, scale_on: { cpu: 70% } } }\n";
    let things = |store: &str, queue: &str, host: &str| {
        format!(
            "{base}datastores: {{ db: {{ engine: mongodb, external: {{ run_by: a, at: [{{ region: us-central1 }}] }}, datasets: {{ d: {{ holds: [personal] }} }}{store} }} }}
queues: {{ work: {{ engine: kafka, external: {{ run_by: b, at: [{{ region: us-central1 }}] }}, carries: [d]{queue} }} }}
traffic: {{ shop.example.com: {{ to: web, external: {{ run_by: c, at: [{{ country: US }}] }}{host} }} }}\n"
        )
    };
    let plain = spec(&things("", "", ""));
    let settings = [
        (0, "replicas: 2"),
        (0, "nodes: 3"),
        (0, "replication: { mode: async, max_lag: 5s }"),
        (0, "size: 10Gi"),
        (0, "machine: large"),
        (0, "location: nam5"),
        (1, "push: { to: web }"),
        (1, "keep: 3d"),
        (1, "ack_within: 5m"),
        (1, "regions: [us-central1]"),
        (1, "dead_letter: { after: 5 }"),
        (2, "policy: [failover]"),
        (2, "policy: [round-robin]"),
        (2, "ttl: 5m"),
        (2, "protect: { rate_limit: 100/s }"),
    ];
    let mut held = 0;
    for (of, setting) in settings {
        let at = |place| match place == of {
            true => format!(", {setting}"),
            false => String::new(),
        };
        let with = spec(&things(&at(0), &at(1), &at(2)));
        if with.found("PRV103").is_empty() || !with.errors().is_empty() {
            continue;
        }
        for page in ["DATA_FLOW.md", "RECOVERY_BUDGET.md", "RUNBOOK_FAILOVER.md"] {
            assert_eq!(with.file(page), plain.file(page), "{setting}: {page}");
            held += 1;
        }
    }
    assert!(held > 12, "{held} pages");
}

/// A drill that promoted the copy abroad measured nothing of a standby in another zone, and the
/// other way round.
#[test]
fn a_fact_counts_for_the_action_that_it_measured() {
    let name = "one-model/failover-is-not-promotion";
    let promoted = case(name);
    let abroad = |case: &Case| case.rto("datastore cache", "region:us-east-1").unwrap();
    let zone = |case: &Case| case.rto("datastore cache", "zone").unwrap();
    assert_eq!(zone(&promoted).2, Verdict::Unproven);
    assert!(abroad(&promoted).1.is_some(), "{:?}", abroad(&promoted));
    let failover = case_with(name, &[("of: promote", "of: failover")]);
    assert!(zone(&failover).1.is_some(), "{:?}", zone(&failover));
    assert_eq!(abroad(&failover).1, None);
    // In one region nothing is promoted: the fact is read by nothing, and it is said what is.
    let one = [
        (", us-west-2: { role: secondary } }", " }"),
        (
            "replication: { mode: async, arbiter: operator }",
            "replication: { mode: none }",
        ),
        (
            "  w.shop.example.com: { to: web, routing: route53, region: us-west-2 }\n",
            "",
        ),
    ];
    let one = case_with(name, &one);
    let unread = one.found("FCT104");
    let help = unread.iter().flat_map(|d| &d.help);
    assert!(
        help.into_iter().any(|h| h.contains("`failover`")),
        "{:?}",
        one.codes()
    );
}

/// What is kept and does not help is not "no backup": it is said why.
#[test]
fn why_nothing_can_be_restored() {
    let name = "one-model/snapshots-that-nobody-reads";
    let help = |case: &Case| -> String {
        let found = case.found("RPO201").into_iter();
        found.flat_map(|d| d.help.clone()).collect()
    };
    let withheld = case(name);
    assert!(
        help(&withheld).contains("nobody but Google reads them"),
        "{:?}",
        withheld.codes()
    );
    let asked = messages(&withheld, "CMP106");
    assert!(
        asked
            .iter()
            .any(|m| m.contains("nothing brings `ledger` back by itself")),
        "{asked:?}"
    );
    // Without a schedule people alone take exports.
    let by_people = case_with(name, &[("{ every: 6h, keep: 7d }", "{ keep: 7d }")]);
    assert!(help(&by_people).contains("nothing takes exports but people"));
    let late = "one-model/noticed-after-history";
    let late_of = |case: &Case| -> String {
        let analysis = case.done.analysis.as_ref().unwrap();
        let nodes = analysis.recovery.times.iter().flat_map(|t| &t.budget.nodes);
        let never = nodes.filter(|n| n.term.low == NEVER && n.term.of == "db");
        never.map(|n| n.term.because.clone()).collect()
    };
    let why = late_of(&case(late));
    assert!(
        why.contains("reaches back 3d") && why.contains("20d5m"),
        "{why}"
    );
    let none = case_with(late, &[(", backup: { every: 1d, keep: 3d }", "")]);
    assert!(late_of(&none).contains("no backup is taken"));
}

/// Regimes and data flow count what is kept, and not what is asked for.
#[test]
fn what_is_kept_counts() {
    let kept = case("one-model/kept-and-not-asked");
    let page = kept.file("DATA_FLOW.md");
    for row in ["30d", "14d"] {
        assert!(page.contains(row), "{row}: {page}");
    }
    let flow = &kept.done.analysis.as_ref().unwrap().flow;
    let stops = |store: &str| -> Vec<(String, String)> {
        let own = flow.datasets.iter().filter(|d| d.store == store);
        let stops = own.flat_map(|d| &d.stops);
        stops
            .map(|s| (s.kind.words().to_string(), s.keeps.to_string()))
            .collect()
    };
    let log = |days: &str| ("point-in-time log".to_string(), days.to_string());
    assert!(stops("files").contains(&log("30d")), "{:?}", stops("files"));
    assert!(stops("files").iter().all(|(kind, _)| kind != "backup"));
    assert!(
        stops("db").contains(&("backup".into(), "14d".into())),
        "{:?}",
        stops("db")
    );
    assert!(stops("db").contains(&log("1d")), "{:?}", stops("db"));
}

/// What our script promotes waits for the page and the decision, whoever runs it.
#[test]
fn a_command_for_things_of_others_waits_for_a_person() {
    let name = "one-model/promoted-by-command";
    let ours = case(name);
    let (low, high, _) = ours.rto("service web", "region:us-central1").unwrap();
    assert!(low >= 2 * MINUTE, "{low}");
    assert!(high.unwrap() >= 7 * MINUTE + 40_000, "{high:?}");
    let page = ours.file("RUNBOOK_FAILOVER.md");
    assert!(!page.contains("nothing to promote"), "{page}");
    assert!(
        page.contains("### ") && page.contains("--step promote"),
        "{page}"
    );
    let script = ours.file("scripts/failover-region.sh");
    assert!(script.contains("rs.stepDown"), "{script}");
    // Nobody is paged: no bound.
    let unseen = case_with(name, &[("severity: critical", "severity: warning")]);
    let (_, high, _) = unseen.rto("service web", "region:us-central1").unwrap();
    assert_eq!(high, None);
    // Without a command others do it by themselves, in what was measured.
    let text = crate::support::text(name);
    let from = text.find("      commands:").unwrap();
    let end = text.find("traffic:").unwrap();
    let theirs = spec(&text.replace(&text[from..end], ""));
    let (_, high, _) = theirs.rto("service web", "region:us-central1").unwrap();
    assert!(high.unwrap() < 2 * MINUTE, "{high:?}");
}

/// A warning calls nobody out, whatever channel it goes to.
#[test]
fn a_warning_is_no_page() {
    let name = "one-model/warning-is-no-page";
    let mild = case(name);
    let paged = mild.terms("service web", "region:us-east-1", "page db");
    assert!(paged.iter().any(|(_, high)| high.is_none()), "{paged:?}");
    let budget = mild.file("RECOVERY_BUDGET.md");
    assert!(
        budget.contains("write `severity: critical`") || budget.contains("severity: critical"),
        "{budget}"
    );
    for severity in ["critical", "high"] {
        let urgent = case_with(
            name,
            &[("severity: warning", &format!("severity: {severity}"))],
        );
        let paged = urgent.terms("service web", "region:us-east-1", "page db");
        assert!(
            paged.iter().all(|(_, high)| high.is_some()),
            "{severity}: {paged:?}"
        );
    }
}

/// Each policy that leads nobody is said, and counts nowhere.
#[test]
fn policies_that_lead_nobody() {
    let name = "one-model/policies-that-lead-nobody";
    let idle = case(name);
    assert_eq!(idle.found("PRV103").len(), 3, "{:?}", idle.codes());
    let plain = case_with(name, &[(", policy: [round-robin, capacity, cost]", "")]);
    for page in ["RECOVERY_BUDGET.md", "RUNBOOK_FAILOVER.md", "DATA_FLOW.md"] {
        assert_eq!(idle.file(page), plain.file(page), "{page}");
    }
    let geography = case_with(
        name,
        &[("[round-robin, capacity, cost]", "[geography, weight]")],
    );
    assert_eq!(
        geography.found("PRV103").len(),
        2,
        "{:?}",
        geography.codes()
    );
}

/// A key is a need: where it is lost, what it encrypts is neither taken nor delivered. And what all
/// regions share is told where it is in one of them.
#[test]
fn a_key_in_the_lost_region() {
    let lone = case("one-model/key-in-one-region");
    for service in ["service web", "service worker"] {
        let (low, ..) = lone.rto(service, "region:australia-southeast1").unwrap();
        assert_eq!(low, NEVER, "{service}");
        let other = lone.rto(service, "region:australia-southeast2");
        assert!(other.is_none_or(|(low, ..)| low != NEVER), "{service}");
    }
    let page = lone.file("DATA_FLOW.md");
    for row in [
        "the key of topics in australia-southeast1",
        "the failover lock and the records in australia-southeast1",
    ] {
        assert!(page.contains(row), "{row}: {page}");
    }
    assert!(
        lone.found("SHF101")
            .iter()
            .all(|d| !d.message.contains("failover lock"))
    );
    // Where a location of several regions is near, it outlives each of them.
    let sydney = [
        ("australia-southeast1", "us-central1"),
        ("australia-southeast2", "us-east1"),
    ];
    let near = case_with("one-model/key-in-one-region", &sydney);
    let (low, ..) = near.rto("service web", "region:us-central1").unwrap();
    assert_ne!(low, NEVER);
    assert!(!near.file("DATA_FLOW.md").contains("the key of topics"));
}

/// A promotion waits for the lag of what is promoted. That of a table or a bucket is asked of the
/// region that it comes from, which is the lost one: no answer held up every other store.
#[test]
fn a_promotion_waits_for_its_own_copies() {
    let case = case("one-model/lag-of-what-is-not-promoted");
    let script = case.file("scripts/failover-region.sh");
    let (_, lag) = script.split_once("\nlag() {").unwrap();
    let (lag, _) = lag.split_once("\n}\n").unwrap();
    assert!(lag.contains("db"), "{lag}");
    assert!(!lag.contains("carts") && !lag.contains("images"), "{lag}");
    // Before a region serves again every copy has caught up.
    let back = case.file("scripts/promote-region.sh");
    assert!(back.contains("carts"), "{back}");
}

//! `tests/cases/recovery`.

use crate::support::{Case, case, case_with};
use meridian::analysis::quorum::{Fault, Lack, State, electorates};
use meridian::analysis::recovery::verdict::Verdict;
use meridian::diagnostic::Severity;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;

#[test]
fn fact_from_the_future() {
    let case = case("recovery/fact-from-the-future");
    let found = case.found("FCT103");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    // An urgent change must not wait for a date.
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn fact_on_wrong_things() {
    assert_eq!(
        case("recovery/fact-on-wrong-things").found("FCT104").len(),
        4
    );
}

#[test]
fn detect_fact_below_probe() {
    let case = case("recovery/detect-fact-below-probe");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
    let (low, _, verdict) = case.rto("service web", "region:us-central1").unwrap();
    assert!(low >= 4 * MINUTE, "{low}");
    assert_eq!(verdict, Verdict::Violated);
}

#[test]
fn detect_fact_below_own_lower_bound() {
    let case = case("recovery/detect-fact-below-own-lower-bound");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
}

#[test]
fn redirect_fact_below_ttl() {
    let case = case("recovery/redirect-fact-below-ttl");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
}

#[test]
fn waiver_of_violation() {
    let case = case("recovery/waiver-of-violation");
    assert!(!case.found("WVR104").is_empty(), "{:?}", case.codes());
    assert!(!case.errors().is_empty());
}

#[test]
fn entry_can_be_promised() {
    let case = case("recovery/entry-cannot-be-promised");
    let (_, _, general) = case.rto("service web", "entry").unwrap();
    assert_eq!(general, Verdict::NotPromised);
}

#[test]
fn store_objective_rto() {
    let case = case("recovery/store-objective-rto");
    let (_, _, verdict) = case.rto("datastore db", "region:us-east-1").unwrap();
    assert_ne!(verdict, Verdict::NotPromised);
    assert_ne!(verdict, Verdict::Met);
}

#[test]
fn shift_is_found_once_and_is_no_lower_bound() {
    let case = case("recovery/shift-found-twice");
    assert!(case.found("RTO201").is_empty(), "{:?}", case.codes());
    assert_eq!(case.found("RTO103").len(), 1, "{:?}", case.codes());
}

/// Nothing that is not emitted is counted: nothing replicates where the mode is `none`.
#[test]
fn mode_none_has_no_copy() {
    let lone = case("recovery/mode-none-postgres");
    let (verdict, copy) = lone.rpo("db", "region:us-east-1").unwrap();
    assert_eq!((verdict, copy), (Verdict::Violated, None));
    let (low, ..) = lone.rto("service api", "region:us-east-1").unwrap();
    assert_eq!(low, u64::MAX, "nothing can be promoted");
    let four = case("recovery/mode-none-four-engines");
    for store in ["cache", "tbl", "obj", "db"] {
        let (verdict, copy) = four.rpo(store, "region:us-east-1").unwrap();
        assert_eq!((verdict, copy), (Verdict::Violated, None), "{store}");
    }
}

#[test]
fn elasticache_mode_none() {
    let case = case("recovery/elasticache-mode-none");
    let (verdict, _) = case.rpo("db", "region:us-east-1").unwrap();
    assert_eq!(verdict, Verdict::Violated);
    // The measured lag is that of replication to another region, which does not exist.
    let (verdict, _) = case.rpo("db", "zone").unwrap();
    assert_eq!(verdict, Verdict::Unproven);
}

/// Controls, and what they become without replication.
#[test]
fn copies_that_are_emitted_count() {
    for name in [
        "s3-rpo-15m",
        "dynamodb-two-regions",
        "aurora-history-copies",
    ] {
        let case = case(&format!("recovery/{name}"));
        let (verdict, _) = case.rpo("db", "region:us-east-1").unwrap();
        assert!(
            matches!(verdict, Verdict::Met | Verdict::MetIf),
            "{name}: {verdict:?}"
        );
    }
}

#[test]
fn history_reaches_back_beyond_noticing() {
    let case = case("recovery/rds-window-shorter-than-notice");
    let (_, copy) = case.rpo("db", "corruption").unwrap();
    assert_eq!(copy, None);
    let (low, _, verdict) = case.rto("datastore db", "corruption").unwrap();
    assert_eq!((low, verdict), (u64::MAX, Verdict::Violated));
}

#[test]
fn time_and_loss_are_of_one_action() {
    let case = case("recovery/rpo-and-rto-of-different-copies");
    let (verdict, copy) = case.rpo("db", "region:us-east-1").unwrap();
    assert_eq!(verdict, Verdict::Unproven, "{copy:?}");
}

#[test]
fn origin_log_copy_lag() {
    let case = case("recovery/origin-log-copy-lag");
    let topology = case.done.topology.as_ref().unwrap();
    let analysis = case.done.analysis.as_ref().unwrap();
    let mut losses = analysis.recovery.losses.iter();
    let local = losses.find(|l| {
        l.dataset.as_deref() == Some("local") && l.scenario.id(topology) == "region:us-east-1"
    });
    assert_eq!(local.unwrap().verdict, Verdict::Unproven);
}

/// What divides by zones divides by those that are emitted: two of us-west-1.
#[test]
fn two_zones_us_west_1() {
    let case = case("recovery/two-zones-us-west-1");
    let terms = case.terms("service api", "zone", "warm up api");
    assert!(!terms.is_empty(), "a zone takes two of three replicas");
    let topology = case.done.topology.as_ref().unwrap();
    let west = topology.region_named("us-west-1").unwrap();
    let zones = &topology.region(west).place.spread();
    let root = case.file("terraform/regions/us-west-1/variables.tf");
    for zone in zones {
        assert!(root.contains(&format!("\"{zone}\"")), "{zone}");
    }
    assert_eq!(zones.len(), 2);
}

/// The catalogue knows four zones of us-central1, and three are emitted.
#[test]
fn sentinel_zones_of_us_central1() {
    let case = case("recovery/sentinel-zones-of-us-central1");
    let (low, ..) = case.rto("service web", "zone").unwrap();
    assert_eq!(low, u64::MAX, "a zone takes two of four sentinels");
    let topology = case.done.topology.as_ref().unwrap();
    let electorates = electorates(topology);
    let zone = electorates[0].outcome(Fault::Zone(0));
    assert_eq!((zone.lack, zone.sees[0]), (Some(Lack::Majority), 2));
}

/// Votes are not writes: the primary elsewhere goes on, and only its replacement is gone.
#[test]
fn sentinel_lost_region_without_primary() {
    let case = case("recovery/sentinel-lost-region-without-primary");
    let found = case.found("QRM101");
    let [found] = found[..] else {
        panic!("{:?}", case.codes());
    };
    assert_eq!(found.severity, Severity::Warning);
    let words = "still takes writes and cannot be replaced";
    assert!(found.message.contains(words), "{}", found.message);
    let topology = case.done.topology.as_ref().unwrap();
    let set = &electorates(topology)[0];
    let lost = |seat| set.outcome(Fault::Region(seat)).state;
    assert_eq!((lost(0), lost(1)), (State::Writable, State::NoPromotion));
    // The other way round writes stop.
    let other = case_with(
        "recovery/sentinel-lost-region-without-primary",
        &[(
            "      us-central1: 1\n      us-east1: 2",
            "      us-central1: 2\n      us-east1: 1",
        )],
    );
    assert!(other.errors().contains(&"QRM101"), "{:?}", other.codes());
}

/// One answer for a zone: recovery never ends where the votes say that writes stop.
#[test]
fn recovery_and_votes_agree_on_a_zone() {
    for sentinels in [
        "2, us-east1: 1",
        "3, us-east1: 0",
        "3, us-east1: 2",
        "1, us-east1: 3",
        "4, us-east1: 1",
    ] {
        let [here, there] = [0, 1].map(|i| sentinels.split(", us-east1: ").nth(i).unwrap());
        let case = case_with(
            "recovery/sentinel-zones-of-us-central1",
            &[(
                "    sentinels:\n      us-central1: 4\n      us-east1: 0",
                &format!("    sentinels:\n      us-central1: {here}\n      us-east1: {there}"),
            )],
        );
        let topology = case.done.topology.as_ref().unwrap();
        let set = &electorates(topology)[0];
        let stops = set.outcome(Fault::Zone(0)).state == State::NotWritable;
        let (low, ..) = case.rto("service web", "zone").unwrap();
        assert_eq!(low == u64::MAX, stops, "{sentinels}");
    }
}

/// One load balancer a region has one group of targets: the emitted check is the one that
/// counts, and the hosts that disagree are told.
#[test]
fn two_hosts_one_alb() {
    let case = case("recovery/two-hosts-one-alb");
    // Hosts have no order in the file; the first by name decides.
    for (service, host) in [("b", "a-first"), ("api", "api")] {
        let of = format!("detect {host}.example.com");
        let terms = case.terms(&format!("service {service}"), "zone", &of);
        assert_eq!(terms, [(10 * SECOND, Some(23 * SECOND))], "{service}");
    }
    let found = case.found("AWS116");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    assert!(
        found[0].message.starts_with("`api.example.com`"),
        "{}",
        found[0].message
    );
    let edge = case.call("edge_us_east_1");
    let emitted = ["interval_seconds", "timeout_seconds", "unhealthy_threshold"];
    assert_eq!(emitted.map(|k| edge["health"][k].clone()), [10, 3, 2]);
    // Asked alike, nothing is said; without `health` the product's own are emitted and count.
    let name = "recovery/two-hosts-one-alb";
    let own = "health:\n      every: 10s\n      timeout: 3s\n      unhealthy_after: 2\n    ";
    let alike = case_with(
        name,
        &[(
            own,
            "health: { every: 30s, timeout: 20s, unhealthy_after: 10 }\n    ",
        )],
    );
    assert!(alike.found("AWS116").is_empty(), "{:?}", alike.codes());
    let first = "health:\n      every: 30s\n      unhealthy_after: 10\n      timeout: 20s\n    ";
    let none = case_with(name, &[(own, ""), (first, "")]);
    let terms = none.terms("service b", "zone", "detect a-first.example.com");
    assert_eq!(
        terms,
        [(20 * SECOND, Some(35 * SECOND))],
        "{:?}",
        none.codes()
    );
}

/// A dead replica answers nothing: an error comes when its try times out.
#[test]
fn slow_timeout() {
    let name = "recovery/slow-timeout";
    let (_, high, verdict) = case(name).rto("service web", "pod").unwrap();
    assert!(high.unwrap() >= 5 * MINUTE, "{high:?}");
    assert_eq!(verdict, Verdict::AtRisk);
    let detect = |edits: &[(&str, &str)]| {
        let terms = case_with(name, edits).terms("service web", "pod", "detect web");
        terms
            .iter()
            .filter_map(|t| t.1)
            .max()
            .filter(|_| terms.iter().all(|t| t.1.is_some()))
    };
    let fast = detect(&[("per_try: 60s", "per_try: 1s")]).unwrap();
    assert!(fast < 10 * SECOND, "{fast}");
    // Without a bound of a try that of the call holds, and without both there is none.
    let whole = detect(&[("      per_try: 60s\n", "")]).unwrap();
    assert!(whole >= 10 * MINUTE, "{whole}");
    let never = detect(&[("      timeout: 120s\n", ""), ("      per_try: 60s\n", "")]);
    assert_eq!(never, None);
    // No retry, no bound of a try.
    let once = detect(&[("retries: 1", "retries: 0")]).unwrap();
    assert!(once >= 10 * MINUTE, "{once}");
}

#[test]
fn retry_storm() {
    let case = case("recovery/retry-storm");
    let [storm] = case.found("MSH104")[..] else {
        panic!("{:?}", case.codes());
    };
    assert!(storm.message.contains("1331 calls"), "{}", storm.message);
    assert_eq!(
        case.found("MSH105").len(),
        3,
        "each try may take the whole call"
    );
    assert_eq!(case.found("MSH106").len(), 2, "web -> b -> c");
    let cured = case_with(
        "recovery/retry-storm",
        &[
            (
                "      timeout: 30s\n      retries: 10\n      per_try: 30s\n",
                "      timeout: 5s\n      retries: 0\n",
            ),
            (
                "      timeout: 60s\n      retries: 10\n      per_try: 60s\n",
                "      timeout: 5s\n      retries: 0\n",
            ),
            ("per_try: 5s", "per_try: 400ms"),
        ],
    );
    let left: Vec<_> = cured
        .codes()
        .into_iter()
        .filter(|c| c.starts_with("MSH10"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A check that asks for what all regions share.
#[test]
fn health_check_through_shared_db() {
    let name = "recovery/health-check-through-shared-db";
    let found = |edits: &[(&str, &str)]| case_with(name, edits).found("TRF104").len();
    assert_eq!(found(&[]), 2, "the database and the provider");
    let provider = "      also:\n      - /health/payments-provider\n";
    assert_eq!(found(&[(provider, "")]), 1);
    let path = |to: &'static str| [(provider, ""), ("path: /health/database", to)];
    for fine in [
        "path: /health",
        "path: /api/v1/healthz",
        "path: /ready",
        "path: /api/health",
        "path: /actuator/health/liveness",
    ] {
        assert_eq!(found(&path(fine)), 0, "{fine}");
    }
    for shared in [
        "path: /ready/db",
        "path: /health-postgres",
        "path: /api/database/health",
        "path: /healthz/stripe",
    ] {
        assert_eq!(found(&path(shared)), 1, "{shared}");
    }
    // Probes of replicas too.
    let ready = (
        "    ready:\n      every: 5s",
        "    ready:\n      path: /ready/database\n      every: 5s",
    );
    assert_eq!(found(&[ready]), 3);
    // What each region has for itself is no shared need.
    let own = ("mode: async\n      arbiter: operator", "mode: none");
    assert_eq!(found(&[own]), 1);
}

/// The chain of a person begins with the page: 10m of `for`, then 9m and 5m at worst.
#[test]
fn a_person_promotes_after_the_first_page() {
    let case = case("recovery/promote-by-hand-no-detection");
    let (low, high, verdict) = case.rto("service api", "region:us-east-1").unwrap();
    assert!(low >= 10 * MINUTE, "{low}");
    assert!(high.unwrap() >= 24 * MINUTE, "{high:?}");
    assert_eq!(verdict, Verdict::AtRisk);
    // The page of the budget and the page of the failover have one time for it.
    let [page] = case.terms("service api", "region:us-east-1", "page db")[..] else {
        panic!("one page");
    };
    let interval = meridian::analysis::term::interval(page.0, page.1);
    let budget = case.file("RECOVERY_BUDGET.md");
    assert!(
        budget.contains(&format!("| page | db | {interval} |")),
        "{budget}"
    );
    let failover = case.file("RUNBOOK_FAILOVER.md");
    assert!(
        failover.contains(&format!("{interval} after the loss")),
        "{failover}"
    );
}

#[test]
fn a_verdict_changes_with_the_for_of_the_alert() {
    const NAME: &str = "recovery/decide-before-detect";
    let scenario = "region:us-east-1";
    let of = |edits: &[(&str, &str)]| {
        case_with(NAME, edits)
            .rto("service web", scenario)
            .expect("a budget")
    };
    let (low, high, verdict) = of(&[]);
    assert!(low >= 5 * MINUTE && high.unwrap() >= 20 * MINUTE);
    assert_eq!(verdict, Verdict::AtRisk);
    let (.., verdict) = of(&[("lasting: 5m", "lasting: 16m")]);
    assert_eq!(verdict, Verdict::Violated);
    let relaxed = ("rto: 15m", "rto: 27m");
    let (.., verdict) = of(&[relaxed]);
    assert_eq!(verdict, Verdict::MetIf);
    let (.., verdict) = of(&[relaxed, ("lasting: 5m", "lasting: 8m")]);
    assert_eq!(verdict, Verdict::AtRisk);
}

#[test]
fn without_an_alert_that_pages_nobody_acts() {
    const NAME: &str = "recovery/decide-before-detect";
    let silent = [
        ("channels: { oncall: { pagerduty: x } }\n", ""),
        (
            "alerts: { down: { of: region-silent, lasting: 5m, severity: critical, tell: [oncall] } }\n",
            "",
        ),
    ];
    let message = [("pagerduty: x", "slack: \"#x\"")];
    for edits in [&silent[..], &message[..]] {
        let case = case_with(NAME, edits);
        let (_, high, verdict) = case.rto("service web", "region:us-east-1").unwrap();
        assert_eq!((high, verdict), (None, Verdict::Unproven));
        let found = format!("{:?}", case.found("RTO203"));
        assert!(found.contains("pagerduty"), "{found}");
    }
}

#[test]
fn a_queue_is_repointed_after_the_first_page() {
    const NAME: &str = "recovery/queue-repointed-by-hand";
    let silent = case(NAME);
    let (_, high, verdict) = silent.rto("service worker", "region:us-central1").unwrap();
    assert_eq!((high, verdict), (None, Verdict::Unproven));
    let alert = "channels: { oncall: { pagerduty: x } }\nalerts: { down: { of: region-silent, lasting: 0s, severity: critical, tell: [oncall] } }\nqueues:\n";
    let paged = case_with(NAME, &[("queues:\n", alert)]);
    let (_, high, verdict) = paged.rto("service worker", "region:us-central1").unwrap();
    assert!(high.unwrap() > 20 * MINUTE, "{high:?}");
    assert_eq!(verdict, Verdict::AtRisk);
}

/// What is said to be enough is enough, and a second more is not.
#[test]
fn the_for_that_is_proposed_cures_a_late_page() {
    const NAME: &str = "recovery/decide-before-detect";
    let with = |lasting: &str| {
        let lasting = format!("lasting: {lasting}");
        let edits = [("rto: 15m", "rto: 24m"), ("lasting: 5m", lasting.as_str())];
        case_with(NAME, &edits)
    };
    let late = with("5m");
    let found = late.found("RTO202");
    let help = found[0].help.as_deref().unwrap();
    let enough = help.split("`lasting: ").nth(1).unwrap();
    let (enough, rest) = enough.split_once('`').unwrap();
    assert!(rest.starts_with(" is enough"), "{help}");
    assert!(with(enough).found("RTO202").is_empty(), "{help}");
}

/// Where a person leaves a region, users wait for the page as well.
#[test]
fn users_are_moved_by_hand_after_the_first_page() {
    let by_hand = [("mode: automatic", "mode: manual")];
    let case = case_with("recovery/decide-before-detect", &by_hand);
    let scenario = "region:us-east-1";
    let page = case.terms("service web", scenario, "page www.shop.example.com");
    assert!(page[0].0 >= 5 * MINUTE, "{page:?}");
    assert!(
        case.terms("service web", scenario, "detect www.shop.example.com")
            .is_empty()
    );
}

/// Where something of the system is, it can be lost: a database, members of a multi-region,
/// and what scripts need.
#[test]
fn every_place_of_a_part_has_a_scenario() {
    let alone = case("recovery/store-outside-topology");
    let (low, _, verdict) = alone.rto("service web", "region:us-west1").unwrap();
    assert_eq!((low, verdict), (u64::MAX, Verdict::Violated));
    let (verdict, copy) = alone.rpo("main", "region:us-west1").unwrap();
    assert_eq!((verdict, copy), (Verdict::Violated, None));
    assert!(
        alone
            .found("RTO201")
            .iter()
            .any(|d| d.message.contains("us-west1"))
    );
    let spread = case_with(
        "recovery/store-outside-topology",
        &[("location: us-west1", "location: nam5")],
    );
    let (low, high, _) = spread.rto("service web", "region:us-central2").unwrap();
    assert!(low == 0 && high.is_some());
    let (_, copy) = spread.rpo("main", "region:us-central2").unwrap();
    assert_eq!(copy.as_deref(), Some("us-central1 and us-east1 of nam5"));
    let topology = spread.done.topology.as_ref().unwrap();
    let all = meridian::topology::Scenario::all(topology);
    let ids: Vec<String> = all.iter().map(|s| s.id(topology)).collect();
    assert_eq!(
        ids.iter().filter(|id| id.starts_with("region:")).count(),
        3,
        "{ids:?}"
    );
}

/// Scripts take a lock first: one that is lost with the region lets nobody act.
#[test]
fn an_action_whose_need_is_lost_is_none() {
    const NAME: &str = "recovery/state-in-primary";
    let bucket = ("state_bucket: b\n", "state_bucket: sm-tfstate\n");
    let alert = (
        "failover:\n",
        "channels: { oncall: { pagerduty: x } }\nalerts: { down: { of: region-silent, lasting: 10s, severity: critical, tell: [oncall] } }\nfailover:\n",
    );
    let inside = case_with(NAME, &[bucket, alert]);
    let (low, _, verdict) = inside.rto("service api", "region:us-east-1").unwrap();
    assert_eq!((low, verdict), (u64::MAX, Verdict::Violated));
    let found = inside.found("RTO201");
    assert!(format!("{found:?}").contains("failover lock"), "{found:?}");
    // What nobody has to do is done all the same.
    let (low, ..) = inside.rto("service api", "region:us-west-2").unwrap();
    assert!(low < u64::MAX);
    let outside = [
        bucket,
        alert,
        ("state_region: us-east-1", "state_region: us-east-2"),
    ];
    let outside = case_with(NAME, &outside);
    let (_, _, verdict) = outside.rto("service api", "region:us-east-1").unwrap();
    assert_eq!(verdict, Verdict::MetIf);
    assert!(outside.errors().is_empty(), "{:?}", outside.codes());
}

/// Who puts messages into a queue needs a region that keeps them.
#[test]
fn queue_region_lost() {
    const NAME: &str = "recovery/queue-region-lost";
    let alone = case(NAME);
    for service in ["service web", "service worker"] {
        let (low, _, verdict) = alone.rto(service, "region:us-central1").unwrap();
        assert_eq!((low, verdict), (u64::MAX, Verdict::Violated), "{service}");
        let (low, ..) = alone.rto(service, "region:us-east1").unwrap();
        assert!(low < u64::MAX, "{service}");
    }
    let both = (
        "    - us-central1\n    push:",
        "    - us-central1\n    - us-east1\n    push:",
    );
    let both = case_with(NAME, &[both]);
    let (low, ..) = both.rto("service web", "region:us-central1").unwrap();
    assert!(low < u64::MAX);
}

/// What stands in the way is that nothing starts a replica, and that alone.
#[test]
fn standby_cold() {
    let case = case("recovery/standby-cold");
    assert_eq!(case.errors(), ["RTO201", "RUN105"], "{:?}", case.codes());
    let found = case.found("RTO201");
    assert_eq!(found.len(), 1);
    let text = format!("{found:?}");
    assert!(text.contains("nothing starts one"), "{text}");
    assert!(!text.contains("only us-central1 uses it"), "{text}");
}

#[test]
fn shift_zero() {
    const NAME: &str = "recovery/shift-zero";
    let none = case(NAME);
    assert_eq!(none.errors(), ["SPEC104"], "{:?}", none.codes());
    let found = none.found("SPEC104");
    assert!(format!("{found:?}").contains("`1%` to `100%`"), "{found:?}");
    for (step, errors) in [("0.5%", 1), ("101%", 1), ("1%", 0), ("100%", 0)] {
        let step = format!("step: {step}");
        let case = case_with(NAME, &[("step: 0%", step.as_str())]);
        assert_eq!(case.found("SPEC104").len(), errors, "{step}");
    }
}

/// Files say until when a measurement counts, and no byte depends on the day.
#[test]
fn expired_fact() {
    let alert = "channels: { oncall: { pagerduty: x } }\nalerts: { down: { of: region-silent, lasting: 10s, severity: critical, tell: [oncall] } }\nfailover:\n";
    let case = case_with("recovery/expired-fact", &[("failover:\n", alert)]);
    let budget = case.file("RECOVERY_BUDGET.md");
    assert!(budget.contains("valid until 2025-01-01]"), "{budget}");
    let row = "| service api | lose us-east-1 | 15m |";
    let row = budget.lines().find(|l| l.starts_with(row)).unwrap();
    assert!(row.ends_with("| 2025-01-01 |"), "{row}");
    let today = case.done.today().unwrap();
    let judged = today.recovery.times.iter();
    let unproven = judged.filter(|t| t.verdict == Verdict::Unproven).count();
    let committed = case.done.analysis.as_ref().unwrap();
    let before = committed.recovery.times.iter();
    let before = before.filter(|t| t.verdict == Verdict::Unproven).count();
    assert!(unproven > before, "{unproven} of {before}");
}

/// The settings that a help names: `every: 1s, timeout: 1s`.
fn settings(help: &str) -> Vec<(String, String)> {
    let quoted = help.split('`').skip(1).step_by(2);
    let settings = quoted.flat_map(|q| q.split(", "));
    let pairs = settings.filter_map(|s| s.split_once(": "));
    pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

/// A case with each setting that the help of a code names, put in behind `place` in the text.
fn helped(name: &str, edits: &[(&str, &str)], code: &str, place: &str) -> (Case, String) {
    let mut text = crate::support::text(name);
    for (from, to) in edits {
        assert!(text.contains(from), "{name}: {from}");
        text = text.replace(from, to);
    }
    let before = crate::support::spec(&text);
    let found = before.found(code);
    let found = found
        .first()
        .unwrap_or_else(|| panic!("{name}: {:?}", before.codes()));
    let help = found.help.clone().expect("a help");
    let named = settings(&help);
    assert!(!named.is_empty(), "{help}");
    for (key, value) in named {
        let begin = text.find(place).expect("the place");
        let at = text[begin..].find(&format!("{key}: "));
        let at = begin + at.unwrap_or_else(|| panic!("{key} in {text}")) + key.len() + 2;
        let end = text[at..].find(['\n', ',', ' ', '}']).expect("an end");
        text.replace_range(at..at + end, &value);
    }
    (crate::support::spec(&text), help)
}

/// What a help names is put into the spec, and the finding is gone.
#[test]
fn a_help_that_names_an_edit_cures() {
    let gcp = "recovery/help-that-changes-nothing";
    let aws = "recovery/decide-before-detect";
    let acting = [
        ("rto: 15m", "rto: 8m15s"),
        ("lasting: 5m", "lasting: 9m"),
        ("of: answer, value: 5m", "of: answer, value: 30s"),
        ("value: 10m", "value: 30s"),
    ];
    // Route 53 checks every 10 or 30 seconds, and nothing else is proposed.
    let checked = [
        ("rto: 15m", "rto: 100s"),
        ("mode: async", "mode: active-active"),
        ("engine: postgres", "engine: dynamodb"),
    ];
    let shifted = [("step: 0%", "step: 1%")];
    let cures = |name: &str, edits: &[(&str, &str)], code: &str, place: &str, names: &str| {
        let (cured, help) = helped(name, edits, code, place);
        assert!(help.contains(names), "{help}");
        for code in [code, "RTO101", "RTO102", "RTO103", "RTO202"] {
            assert!(cured.found(code).is_empty(), "{help}: {:?}", cured.codes());
        }
    };
    cures(gcp, &[], "RTO102", "health:", "every: 1s, timeout: 1s");
    cures(aws, &acting, "RTO101", "alerts:", "lasting: 1m30s");
    cures(aws, &checked, "RTO102", "health:", "every: 10s");
    cures(
        "recovery/shift-zero",
        &shifted,
        "RTO103",
        "shift:",
        "step: 4%",
    );
}

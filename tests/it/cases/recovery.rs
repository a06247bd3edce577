//! `tests/cases/recovery`.

use crate::support::{case, case_with};
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
    assert_eq!(verdict, Verdict::NotShown);
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
            matches!(verdict, Verdict::Met | Verdict::MetAssuming),
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
    assert_eq!(verdict, Verdict::NotShown, "{copy:?}");
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
    assert_eq!(local.unwrap().verdict, Verdict::NotShown);
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
    assert_eq!(verdict, Verdict::MayExceed);
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

//! Who is told in time, and what has been exercised.

use meridian::analysis::coverage::{Told, Trouble, coverage, exercised, exercises};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::spec::Date;
use meridian::syntax::{self, Limits};
use meridian::topology::RegionId;
use meridian::topology::Scenario;
use meridian::watch::{alerts, pages, told};
use meridian::{Compilation, Until, compile};

const GGEN: &str = include_str!("../../examples/ggen/topology.yaml");

fn compiled(text: &str, today: Option<Date>) -> Compilation {
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
        today,
    )
}

fn date(month: u8, day: u8) -> Date {
    Date {
        year: 2026,
        month,
        day,
    }
}

#[test]
fn what_can_go_wrong_in_ggen_has_an_alert() {
    let done = compiled(GGEN, None);
    let (topology, deployment) = (done.topology.unwrap(), done.deployment.unwrap());
    let all = coverage(&topology, &told::watches(&topology, &deployment));
    let never = all.iter().filter(|c| c.told() == Told::Never);
    let never: Vec<_> = never.map(|c| (c.trouble, c.on.as_str())).collect();
    assert_eq!(never, []);
    assert!(all.iter().all(|c| c.told() != Told::Late));
    let promised = all.iter().filter(|c| c.promise.is_some());
    let promised: Vec<_> = promised
        .map(|c| (c.trouble, c.on.as_str(), c.told()))
        .collect();
    let api = "api.ggen-marketplace.example.com";
    assert_eq!(
        promised,
        [
            (Trouble::Silence, api, Told::InTime),
            // Thirty seconds behind; scrape, evaluation and group wait may take as long.
            (Trouble::Lag, "marketplace", Told::MaybeLate),
            (Trouble::Lag, "sessions", Told::MaybeLate),
        ]
    );
}

#[test]
fn without_alerts_nobody_is_told() {
    let done = compiled(GGEN, None);
    let all = coverage(&done.topology.unwrap(), &[]);
    assert!(!all.is_empty());
    assert!(all.iter().all(|c| c.told() == Told::Never));
}

/// A small system with a promise of thirty seconds and these alerts.
fn small(alerts: &str) -> String {
    format!(
        "version: 1\nname: small\nclouds: {{ gcp: {{ project: small-prod }} }}\nregions: {{ us-central1: {{ role: primary }}, us-east1: {{}} }}\nobjectives: {{ rto: 30s, rpo: 1m }}\nservices: {{ api: {{ image: a/b }} }}\ndatastores: {{ main: {{ engine: redis, nodes: {{ us-central1: 1, us-east1: 1 }}, sentinels: {{ us-central1: 2, us-east1: 1 }}, replication: {{ mode: async, min_replicas: 1 }} }}, more: {{ engine: redis, nodes: {{ us-central1: 1, us-east1: 1 }}, sentinels: {{ us-central1: 2, us-east1: 1 }}, replication: {{ mode: async, min_replicas: 1 }}, objectives: {{ rpo: 10m }} }} }}\ntraffic: {{ api.example.com: {{ to: api }} }}\nalerts: {{ {alerts} }}\n"
    )
}

fn judged(alerts: &str) -> Vec<(Trouble, String, Told)> {
    let done = compiled(&small(alerts), None);
    let (topology, deployment) = (done.topology.unwrap(), done.deployment.unwrap());
    // Those of the spec alone: what follows from the topology is in time here.
    let mut watches = told::watches(&topology, &deployment);
    watches.retain(|w| w.span.is_some());
    let all = coverage(&topology, &watches).into_iter();
    let measured = all.filter(|c| c.promise.is_some());
    measured
        .map(|c| (c.trouble, c.on.clone(), c.told()))
        .collect()
}

fn late(alerts: &str) -> usize {
    let done = compiled(&small(alerts), None);
    done.diagnostics
        .iter()
        .filter(|d| d.code.id == "ALT101")
        .count()
}

#[test]
fn an_early_alert_covers_a_late_one() {
    let five = "five: { of: region-silent, lasting: 5m, severity: critical }";
    let ten = "ten: { of: health-failures, lasting: 10s, severity: warning }";
    assert_eq!(judged(five)[0].2, Told::Late);
    assert_eq!(late(five), 1);
    // Twenty-five seconds of thirty at best, forty-two at worst.
    assert_eq!(judged(&format!("{five}, {ten}"))[0].2, Told::MaybeLate);
    let soon = "soon: { of: region-silent, lasting: 0s, severity: warning }";
    assert_eq!(judged(&format!("{five}, {soon}"))[0].2, Told::MaybeLate);
    assert_eq!(late(&format!("{five}, {ten}")), 0);
}

#[test]
fn lag_counts_from_the_cut_and_each_store_has_its_own_promise() {
    let lag = |when: &str, lasting: &str| {
        let alert = format!(
            "behind: {{ of: replication-lag, when: \"> {when}\", lasting: {lasting}, severity: warning }}"
        );
        judged(&alert)
            .into_iter()
            .skip(1)
            .map(|(.., told)| told)
            .collect::<Vec<_>>()
    };
    assert_eq!(lag("10s", "10s"), [Told::InTime, Told::InTime]);
    // At worst: a scrape of 15 s, an evaluation of 5 s and a group wait of 10 s come on top.
    assert_eq!(lag("10s", "30s"), [Told::MaybeLate, Told::InTime]);
    // Thirty seconds behind, for thirty more: the minute is over.
    assert_eq!(lag("30s", "30s"), [Told::Late, Told::InTime]);
    assert_eq!(lag("10m", "0s"), [Told::Late, Told::Late]);
    let one =
        "behind: { of: replication-lag, on: more, when: \"> 1m\", lasting: 0s, severity: warning }";
    let found: Vec<_> = judged(one)
        .into_iter()
        .skip(1)
        .map(|(.., told)| told)
        .collect();
    assert_eq!(found, [Told::Never, Told::InTime]);
}

#[test]
fn what_has_no_drill_is_listed() {
    let topology = compiled(GGEN, None).topology.unwrap();
    let drills = exercises(&topology);
    let names: Vec<_> = drills.iter().map(|d| d.drill.as_str()).collect();
    assert_eq!(names, ["region-failure", "restore"]);
    let by = |scenario| {
        let found = exercised(&topology)
            .into_iter()
            .find(|(s, _)| *s == scenario);
        found.expect("judged").1
    };
    assert_eq!(by(Scenario::Region(RegionId(0))), [0]);
    assert_eq!(by(Scenario::Corruption), [1]);
    assert!(by(Scenario::Region(RegionId(1))).is_empty());
    assert!(by(Scenario::Zone).is_empty());
}

#[test]
fn a_drill_is_overdue_only_as_of_a_day() {
    let text = GGEN.replace(
        "restore: { every: monthly,",
        "restore: { every: monthly, last: 2026-10-03,",
    );
    let overdue = |today| {
        let done = compiled(&text, today);
        done.diagnostics
            .iter()
            .filter(|d| d.code.id == "DRL101")
            .count()
    };
    assert_eq!(overdue(None), 0);
    // 31 days and a margin of 15 percent: 35 days.
    assert_eq!(overdue(Some(date(11, 7))), 0);
    assert_eq!(overdue(Some(date(11, 8))), 1);
    let restore = &exercises(&compiled(&text, None).topology.unwrap())[1];
    assert_eq!(restore.overdue(date(11, 8)), Some(5));
    let never = &exercises(&compiled(GGEN, None).topology.unwrap())[1];
    assert_eq!(never.overdue(date(11, 8)), None);
}

#[test]
fn an_alert_on_nothing_is_reported_and_a_query_of_its_own_is_an_alert() {
    let with = |alerts: &str| {
        compiled(
            &format!(
                "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary }}, europe-west1: {{}} }}\nservices: {{ web: {{ runtime: cloud-run, image: shop/web, replicas: 1..5 }} }}\nalerts: {{ {alerts} }}\n"
            ),
            None,
        )
    };
    let wrong = [
        (
            "slow: { of: latency, on: wbe, severity: high }",
            "REF101",
            "did you mean `web`?",
        ),
        (
            "slow: { of: latency, on: shop, severity: high }",
            "ALT102",
            "it is measured for web",
        ),
        (
            "skew: { of: latency-skew, severity: high }",
            "ALT102",
            "`between`",
        ),
        ("own: { of: custom, severity: high }", "ALT102", "`query`"),
        (
            "lag: { of: replication-lag, severity: high, escalation: none }",
            "REF101",
            "escalation",
        ),
    ];
    for (alert, code, help) in wrong {
        let done = with(alert);
        let found = done.diagnostics.iter().find(|d| d.code.id == code);
        let found = found.unwrap_or_else(|| panic!("{alert}"));
        assert!(
            found.help.as_ref().is_some_and(|h| h.contains(help)),
            "{alert}: {:?}",
            found.help
        );
    }
    let done = with(
        r#"own: { of: custom, query: "up{a=\"b\"} or vector(0)", when: "> 3", severity: high }"#,
    );
    assert!(!done.diagnostics.has_errors(), "{:?}", done.diagnostics);
    let rules = &done
        .artifacts
        .get("alerts/prometheus/rules.yaml")
        .unwrap()
        .text;
    assert!(rules.contains(r#"(up{a="b"} or vector(0)) > 3"#), "{rules}");
}

#[test]
fn cloud_run_tells_when_a_lost_region_would_find_no_room() {
    let paynow = compiled(include_str!("../../examples/paynow/topology.yaml"), None);
    let (topology, deployment) = (paynow.topology.unwrap(), paynow.deployment.unwrap());
    let all = alerts::all_alerts(&topology, &deployment);
    let alert = |name: &str| {
        all.iter()
            .find(|a| a.name == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    // Eight tenths of what 18 instances of 100/s bear.
    let room = alert("PaynowWorkerFailoverHeadroomLow");
    assert!(room.expr.ends_with(" > 1440"), "{}", room.expr);
    let full = alert("PaynowWorkerAtMostInstances");
    let worker = r#"service_name="siraj-worker-eu",location="europe-west1"}) / 18"#;
    assert!(
        full.expr.contains(worker) && full.expr.ends_with(" >= 1"),
        "{}",
        full.expr
    );
}

/// The first page when a region of an example is lost, in milliseconds.
fn first_page(text: &str, region: usize) -> (String, String, u64, Option<u64>) {
    let done = compiled(text, None);
    let (topology, deployment) = (done.topology.unwrap(), done.deployment.unwrap());
    let scenario = Scenario::Region(RegionId(region));
    let page = pages::paged(&topology, &deployment, scenario).expect("somebody is paged");
    assert!(page.pages);
    (page.alert, page.channel, page.low, page.high)
}

#[test]
fn a_lost_region_pages_by_the_fields_of_the_emitted_rule() {
    // Probes every 5 s that wait for 2 s, two of three, evaluated every 5 s, for 5 s, and 10 s
    // in Alertmanager; health-failures needs two regions and is not the one.
    let page = ("GgenMarketplaceRegionUnhealthy", "oncall", 20_000, 37_000);
    let (alert, channel, low, high) = first_page(GGEN, 0);
    assert_eq!((alert.as_str(), channel.as_str(), low, high.unwrap()), page);
    // A longer `for` is rounded up to the evaluation that ends it.
    let slower = GGEN.replace("every: 5s, timeout: 2s", "every: 20s, timeout: 2s");
    let (.., low, high) = first_page(&slower, 0);
    assert_eq!(
        (low, high),
        (
            15_000 + 20_000 + 10_000,
            Some(17_000 + 30_000 + 10_000 + 20_000 + 10_000)
        )
    );
}

#[test]
fn without_an_alert_nobody_is_paged() {
    let done = compiled(GGEN, None);
    let (topology, deployment) = (done.topology.unwrap(), done.deployment.unwrap());
    assert_eq!(pages::paged(&topology, &deployment, Scenario::Link), None);
    assert_eq!(deployment.paged(&[RegionId(9)]), None);
    // Both regions together are seen by the one that needs two.
    let two = [RegionId(0), RegionId(1)];
    let page = deployment.paged(&two).expect("paged");
    assert_eq!(
        (page.alert.as_str(), page.high),
        ("GgenMarketplaceHealthCheckFailures", Some(32_000))
    );
}

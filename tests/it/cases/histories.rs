//! How far back a store can be brought is what is emitted: days, windows and copies.

use super::siblings::AMAZON;
use crate::support::{Case, spec};
use meridian::analysis::recovery::verdict::Verdict;

/// A store whose corruption is noticed after so many days.
fn noticed_after(days: u64, store: &str) -> Case {
    let day = "evidence: \"https://d.example.com/1\", measured: 2026-10-03, expires: 2027-10-03";
    spec(&format!(
        "{AMAZON}datastores: {{ db: {{ {store} }} }}
objectives: {{ corruption: {{ rto: 60d, rpo: 3d }} }}
facts:
  notice: {{ of: notice-corruption, value: {days}d, {day} }}
  restore: {{ of: restore, on: db, value: 1h, {day} }}
  answer: {{ of: answer, value: 5m, {day} }}
"
    ))
}

/// Whether corruption that is noticed after so many days can be undone.
fn undone(days: u64, store: &str) -> bool {
    let (verdict, _) = noticed_after(days, store).rpo("db", "corruption").unwrap();
    verdict != Verdict::Violated
}

/// `keep` was counted and the shorter `point_in_time` emitted: 35 days were said, 2 were kept.
#[test]
fn the_longer_of_keep_and_point_in_time_is_kept() {
    for engine in ["postgres", "aurora"] {
        let store = format!(
            "engine: {engine}, replication: {{ mode: async, arbiter: operator }}, backup: {{ every: 1d, keep: 35d, point_in_time: 2d }}"
        );
        let case = noticed_after(20, &store);
        let calls = case.done.deployment.as_ref().unwrap().calls.iter();
        let days = calls.flat_map(|c| c.arguments.iter().filter(|(n, _)| *n == "backup_days"));
        let days: Vec<String> = days.map(|(_, days)| format!("{days:?}")).collect();
        assert!(
            !days.is_empty() && days.iter().all(|d| d == "Int(35)"),
            "{days:?}"
        );
        assert!(undone(20, &store) && !undone(36, &store), "{engine}");
        let runbook = case.file("RUNBOOK_RESTORE.md");
        assert!(runbook.contains("| db | 1d | 35d | any whole minute of the last 35d |"));
    }
}

/// More than the product keeps is an error at `keep`, not less in silence; a vault keeps more.
#[test]
fn a_keep_that_is_not_kept_is_said() {
    let store = |backup: &str| {
        format!(
            "engine: aurora, replication: {{ mode: async, arbiter: operator }}, backup: {{ every: 1d, {backup} }}"
        )
    };
    let codes = noticed_after(20, &store("keep: 90d, point_in_time: 2d")).errors();
    assert!(codes.contains(&"AWS111"), "{codes:?}");
    let locked = store("keep: 90d, point_in_time: 2d, immutable: true");
    let codes = noticed_after(20, &locked).errors();
    assert!(!codes.contains(&"AWS111"), "{codes:?}");
    assert!(undone(80, &locked) && !undone(91, &locked));
    let table = "engine: dynamodb, regions: [us-east-1], backup: { every: 1d, keep: 400d, point_in_time: 12h }";
    assert!(noticed_after(1, table).errors().contains(&"AWS111"));
    let shadowed = store("keep: 30d, point_in_time: 2d").replace("every: 1d, ", "");
    assert!(!noticed_after(1, &shadowed).found("PRV103").is_empty());
}

/// Versions and moments that are emitted for `keep` alone are history.
#[test]
fn what_keep_alone_emits_is_history() {
    for (store, longest) in [
        (
            "engine: object-storage, replication: { mode: async }, backup: { keep: 60d }",
            60,
        ),
        (
            "engine: object-storage, replication: { mode: async }, backup: { keep: 60d, point_in_time: 3d }",
            60,
        ),
        (
            "engine: dynamodb, replication: { mode: active-active, conflicts: last-write-wins, loss_accepted: true }, backup: { keep: 30d }",
            30,
        ),
    ] {
        assert!(
            undone(longest - 1, store) && !undone(longest + 1, store),
            "{store}"
        );
    }
}

/// A vault's copies in another region are copies: its loss leaves them.
#[test]
fn copies_of_locked_backups_count() {
    for engine in ["aurora", "dynamodb"] {
        let store = |more: &str| {
            let text = format!(
                "{AMAZON}datastores: {{ db: {{ engine: {engine}, regions: [us-east-1], backup: {{ every: 1d, keep: 35d, point_in_time: 7d{more} }} }} }}\nobjectives: {{ rpo: 7d }}\n"
            );
            spec(&text)
        };
        let lost = |case: &Case| case.rpo("db", "region:us-east-1").unwrap().0;
        assert_eq!(lost(&store("")), Verdict::Violated, "{engine}");
        let copied = store(", immutable: true, copies_to: [us-west-2]");
        assert_ne!(lost(&copied), Verdict::Violated, "{engine}");
        // What is advised where nothing remains is what this kind can have.
        let help = store("")
            .found("RPO101")
            .iter()
            .filter_map(|d| d.help.clone())
            .collect::<String>();
        assert!(
            help.is_empty() || help.contains("immutable: true, copies_to"),
            "{help}"
        );
    }
}

/// Somebody else's backup reaches back as far as it is kept, and something of others is lost with
/// all of its places, whatever was measured of it.
#[test]
fn what_others_run_is_lost_with_all_of_its_places() {
    let external = |at: &str| {
        format!(
            "engine: oracle, external: {{ run_by: dba, at: [{at}], settings: {{ url: x }} }}, backup: {{ every: 1d, keep: 7d }}"
        )
    };
    let one = external("{ region: us-east-1 }");
    assert!(undone(5, &one) && !undone(20, &one));
    let day = "evidence: \"https://d.example.com/1\", measured: 2026-10-03, expires: 2027-10-03";
    let lost = |at: &str| {
        let case = spec(&format!(
            "{AMAZON}datastores: {{ db: {{ {} }} }}
objectives: {{ rto: 20m, rpo: 5m }}
facts:
  pr: {{ of: promote, on: db, value: 1m, {day} }}
  la: {{ of: lag, on: db, value: 10s, {day} }}
",
            external(at)
        ));
        case.rpo("db", "region:us-east-1").unwrap().0
    };
    assert_eq!(lost("{ region: us-east-1 }"), Verdict::Violated);
    let kept = lost("{ region: us-east-1 }, { region: us-west-2 }");
    assert_eq!(kept, Verdict::MetIf);
}

/// A dataset that stays in its zone leaves it to another one; the region of its zone is not named.
#[test]
fn the_region_that_data_may_not_go_to_is_named() {
    let case = spec(
        "version: 1
name: shop
clouds: { aws: { account: \"123456789012\" } }
regions: { eu-west-1: { role: primary, zone: eu }, eu-central-1: { role: secondary, zone: eu }, us-east-1: { role: secondary } }
compliance: { zones: { eu: { regimes: [gdpr], jurisdictions: [eea] } } }
mesh: { kind: istio }
datastores: { t: { engine: dynamodb, datasets: { users: { holds: [personal], zone: eu, copies: within-zone } }, replication: { mode: active-active, conflicts: last-write-wins } } }
services: { web: { image: h/web, uses: [t], replicas: 2..4, scale_on: { cpu: 70% } } }
",
    );
    let found = case.found("REP102");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    assert!(
        found[0].message.contains("out of us-east-1"),
        "{}",
        found[0].message
    );
}

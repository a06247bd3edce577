//! What regimes ask: every rule of the catalog is found where nothing holds it, as grave as it
//! is sure, and silent where the spec does.

use meridian::catalog::regimes::{Standing, regimes};
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Compilation, Until, compile};
use std::collections::BTreeSet;

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

/// A system of one zone with all regimes at once, its parts as given.
fn system(zone: &str, regions: &str, store: &str, transfers: &str, rest: &str) -> String {
    let mut words: Vec<&str> = regimes().rules.iter().map(|r| r.regime.word()).collect();
    words.dedup();
    let words: BTreeSet<&str> = words.into_iter().collect();
    let words = words.into_iter().collect::<Vec<_>>().join(", ");
    format!(
        "version: 1\nname: all\nclouds: {{ gcp: {{ project: all-prod }} }}\n\
         regions: {{ us-central1: {{ role: primary }}, {regions} }}\n\
         compliance: {{ zones: {{ eu: {{ jurisdictions: [eea], regimes: [{words}], mlps_level: 3{zone} }} }}{transfers} }}\n\
         services: {{ web: {{ image: all/web, uses: [main] }} }}\n\
         datastores: {{ main: {{ engine: postgres{store} }} }}\n{rest}"
    )
}

/// Nothing is held: no promise in time, no exercise, no logs, no backup, every wrong basis.
fn nothing_held() -> String {
    system(
        "",
        "europe-west1: { zone: eu }",
        ", replication: { mode: async }, datasets: { records: { holds: [personal, payment, health] } }",
        ", transfers: { a: { from: eu, to: us-central1, basis: cn-contract, reviewed: 2026-01-01, expires: 2027-01-01 }, b: { from: eu, to: us-central1, basis: br-scc, reviewed: 2026-01-01, expires: 2027-01-01 } }",
        "objectives: { rto: 100h }\nobservability: { logs: { by: loki, location: us-central1, retention: 1d } }\n",
    )
}

/// A backup that is neither apart nor locked; everything else as before.
fn backed_up() -> String {
    nothing_held().replace(
        "engine: postgres,",
        "engine: postgres, regions: [europe-west1], backup: { every: 1d, keep: 30d },",
    )
}

#[test]
fn every_rule_is_found_where_nothing_holds_it() {
    let (bare, backed_up) = (compiled(&nothing_held()), compiled(&backed_up()));
    let asked = |done: &Compilation| {
        done.analysis
            .as_ref()
            .expect("an analysis")
            .flow
            .regimes
            .clone()
    };
    let (bare, backed_up) = (asked(&bare), asked(&backed_up));
    assert_eq!(bare.len(), regimes().rules.len(), "all of them apply");
    for rule in &regimes().rules {
        let of_rule = bare.iter().chain(&backed_up).filter(|a| {
            (a.regime.as_str(), &a.law, &a.says) == (rule.regime.word(), &rule.law, &rule.says)
        });
        let broken: Vec<_> = of_rule.flat_map(|a| &a.missing).collect();
        assert!(!broken.is_empty(), "{} asks that {}", rule.law, rule.says);
        let severity = match rule.standing {
            Standing::InForce => Severity::Error,
            Standing::Unread | Standing::Proposed => Severity::Warning,
        };
        for found in broken {
            assert_eq!(found.severity, severity, "{}", found.message);
            assert!(found.help.is_some(), "{} offers no way out", found.message);
        }
    }
}

#[test]
fn no_rule_is_found_where_everything_is_held() {
    let text = system(
        ", audit_logs: 400d",
        "europe-west1: { zone: eu }, europe-west4: { zone: eu }",
        ", regions: [europe-west1, europe-west4], backup: { every: 1d, point_in_time: 7d, copies_to: [europe-west4], immutable: true }, replication: { mode: async }, datasets: { records: { holds: [personal, payment, health], copies: within-zone, writers: per-region } }",
        "",
        "objectives: { rto: 1h, rpo: 1m, corruption: { rto: 24h } }\nobservability: { logs: { by: loki, location: europe-west1, retention: 400d } }\ndrills: { restore: { every: quarterly } }\n",
    );
    // A kind of store of which nothing is generated holds what the spec says.
    let done = compiled(&text.replace("engine: postgres", "engine: mysql"));
    let flow = &done.analysis.as_ref().expect("an analysis").flow;
    assert_eq!(flow.regimes.len(), regimes().rules.len());
    for asked in &flow.regimes {
        let missing: Vec<_> = asked.missing.iter().map(|d| &d.message).collect();
        assert!(asked.held, "{}: {missing:?}", asked.law);
    }
}

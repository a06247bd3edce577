//! Law 10: a declared fact is intersected with what is emitted; one that contradicts it, lies in the
//! future, has expired, or is read by nothing is a finding at its place. For every kind of fact.

use super::numbers::terms;
use crate::support::{Case, spec};
use meridian::analysis::term::{Class, Source};

/// Every kind with a part of the system below that it is about, one that it is not about, and
/// whether something emitted bounds it from below.
const KINDS: [(&str, &str, &str, bool); 8] = [
    ("detect", "h.example.com", "db", true),
    ("promote", "db", "api", false),
    ("restore", "db", "api", false),
    ("answer", "db", "api", false),
    ("notice-corruption", "db", "api", false),
    ("warm-up", "api", "db", false),
    ("redirect", "h.example.com", "db", true),
    ("lag", "db", "h.example.com", false),
];

/// A system on AWS with a database that is promoted by a person and a host of Route 53.
fn system(facts: &str) -> String {
    format!(
        "version: 1
name: shop
objectives: {{ rto: 3d, rpo: 3d, corruption: {{ rto: 9d, rpo: 9d }} }}
clouds: {{ aws: {{ account: \"111122223333\" }} }}
regions: {{ us-east-1: {{ role: primary, weight: 50 }}, us-west-2: {{ role: secondary, weight: 50 }} }}
terraform: {{ state_bucket: sm-tfstate, state_region: us-east-2 }}
datastores:
  db:
    engine: postgres
    datasets: {{ all: {{ holds: [internal] }} }}
    replication: {{ mode: async, arbiter: operator }}
    backup: {{ every: 1d, keep: 14d, point_in_time: 14d }}
services:
  api:
    image: shop/api
    uses: [db]
    replicas: 2..20
    capacity: {{ per_replica: 100/s, peak: 300/s, start: 10s }}
    scale_on: {{ cpu: 70% }}
traffic:
  h.example.com: {{ to: api, routing: route53, policy: [latency], ttl: 60s, health: {{ every: 30s, timeout: 5s, unhealthy_after: 3 }} }}
  h.us-east-1.example.com: {{ to: api, routing: route53, region: us-east-1 }}
  h.us-west-2.example.com: {{ to: api, routing: route53, region: us-west-2 }}
mesh: {{ kind: istio, namespace: shop }}
channels: {{ oncall: {{ pagerduty: x, default: true }} }}
alerts: {{ down: {{ of: region-silent, lasting: 10s, severity: critical, tell: [oncall] }} }}
failover: {{ mode: automatic, back: manual }}
facts:
{facts}"
    )
}

fn fact(name: &str, of: &str, on: &str, value: &str, days: &str) -> String {
    format!(
        "  {name}: {{ of: {of}, on: {on}, value: {value}, evidence: \"https://drills.example.com/{name}\", {days} }}\n"
    )
}

const PAST: &str = "measured: 2026-10-03";

/// All kinds as they should be, with one in another way.
fn with(kind: &str, on: &str, value: &str, days: &str) -> Case {
    let lines = KINDS.iter().map(|(of, part, ..)| match *of == kind {
        true => fact(of, of, on, value, days),
        false => fact(of, of, part, "20m", PAST),
    });
    spec(&system(&lines.collect::<String>()))
}

/// Broken on purpose by leaving a kind out of a `narrowed`, or by counting what has expired.
#[test]
fn a_fact_of_any_kind_is_read_or_found() {
    for (kind, part, elsewhere, emitted) in KINDS {
        let found = |on: &str, value: &str, days: &str, code: &str| {
            let case = with(kind, on, value, days);
            let found = case.found(code);
            assert_eq!(
                found.len(),
                1,
                "{kind} of {on}, {value}, {days}: {:?}",
                case.codes()
            );
            assert!(found[0].primary.is_some(), "{kind}: no place");
            let all = ["FCT101", "FCT102", "FCT103", "FCT104"].iter();
            let all: usize = all.map(|code| case.found(code).len()).sum();
            assert_eq!(all, 1, "{kind} of {on}: {:?}", case.codes());
        };
        let right = with(kind, part, "20m", PAST);
        assert!(
            !right.codes().iter().any(|c| c.starts_with("FCT")),
            "{kind}: {:?}",
            right.done.diagnostics
        );
        found(part, "20m", "measured: 2031-01-01", "FCT103");
        found(
            part,
            "20m",
            "measured: 2026-10-03, expires: 2026-11-01",
            "FCT101",
        );
        found(elsewhere, "20m", PAST, "FCT104");
        if emitted {
            found(part, "1ms", PAST, "FCT102");
        }
    }
}

/// What breaks the law in a system: a measured term below what is certain, a measurement that
/// counts and is not shown with its day.
pub fn faults(case: &Case) -> Vec<String> {
    let measured = terms(case);
    let measured = measured.iter().filter(|t| t.class == Class::Measured);
    let mut faults = Vec::new();
    for term in measured {
        if term.high.is_some_and(|high| high < term.low) {
            faults.push(format!(
                "{} {}: {}",
                term.step.word(),
                term.of,
                term.interval()
            ));
        }
        if let Source::Measured { day, .. } = &term.source
            && !term.source.text().contains(day.as_str())
        {
            faults.push(format!("{} {} has no day", term.step.word(), term.of));
        }
    }
    faults
}

/// An interval that is emitted stays the lower bound of what was measured.
#[test]
fn a_measurement_never_undercuts_what_is_emitted() {
    for value in ["70s", "10m"] {
        let case = with("detect", "h.example.com", value, PAST);
        let terms = case.terms("service api", "region:us-east-1", "detect h.example.com");
        // Three checks, 30 s apart, that wait as long as nobody can set.
        assert_eq!(terms, [(60_000, Some(108_000))], "{value}");
    }
}

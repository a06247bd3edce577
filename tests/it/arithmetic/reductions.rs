//! What is said to be enough is enough: each suggestion is put into the spec, which is then
//! compiled again.

use crate::support::property;

use super::plan::{Check, Eject, Failover, Kind, Plan, time};
use super::promises::{analyzed, promising, rows, varied};
use super::{compiled, errors};
use meridian::analysis::recovery::budget::{Budget, Reduction};
use meridian::analysis::recovery::findings::reduction;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::analysis::term::{Change, Step};
use std::collections::{BTreeMap, BTreeSet};

/// A time as people read it: `1m30s`.
fn millis(text: &str) -> u64 {
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit()).expect("a unit");
        let next = rest[unit..].find(|c: char| c.is_ascii_digit());
        let end = next.map_or(rest.len(), |n| unit + n);
        let size = match &rest[unit..end] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            other => panic!("{other}"),
        };
        total += rest[..unit].parse::<u64>().expect("a number") * size;
        rest = &rest[end..];
    }
    total
}

/// The settings of a suggestion: "detect x: `every: 3s, timeout: 3s` is enough".
fn settings(text: &str) -> Option<BTreeMap<String, String>> {
    let (_, settings) = text.strip_suffix("` is enough")?.rsplit_once('`')?;
    let pair = |s: &str| {
        let (name, value) = s.split_once(": ").expect("a value");
        (name.to_string(), value.to_string())
    };
    Some(settings.split(", ").map(pair).collect())
}

fn quicker(check: &mut Check, settings: &BTreeMap<String, String>) {
    check.every = millis(&settings["every"]);
    if let Some(timeout) = settings.get("timeout") {
        check.timeout = Some(millis(timeout));
    }
    if let Some(failures) = settings.get("unhealthy_after") {
        check.failures = failures.parse().expect("a number");
    }
}

/// Puts a suggestion where it belongs; gives its name.
fn apply(plan: &mut Plan, of: &str, settings: &BTreeMap<String, String>) -> &'static str {
    let check = |every, failures| Check {
        every,
        timeout: None,
        failures,
    };
    let host = plan.hosts.iter_mut().find(|h| h.name == of);
    let service = plan.services.iter_mut().find(|s| s.name == of);
    let store = plan.stores.iter_mut().find(|s| s.name == of);
    let (name, value) = settings.iter().next().expect("a setting");
    match (name.as_str(), host, service, store) {
        ("every", Some(host), _, _) => {
            let health = host.health.get_or_insert(check(5000, 2));
            quicker(health, settings);
            "health check"
        }
        ("every", _, Some(service), _) => {
            quicker(service.ready.get_or_insert(check(10_000, 3)), settings);
            "readiness"
        }
        ("every", _, _, Some(store)) => {
            if let Kind::Redis { health, .. } = &mut store.kind {
                quicker(health.get_or_insert(check(5000, 3)), settings);
            }
            "silence"
        }
        ("errors", _, Some(service), _) => {
            let eject = service.eject.get_or_insert(Eject {
                errors: 0,
                at_most: None,
                timeout: None,
                per_try: None,
                retries: None,
            });
            eject.errors = value.parse().expect("a number");
            "errors"
        }
        ("lasting", ..) => {
            plan.paged = Some(millis(value));
            "lasting"
        }
        ("answer", ..) => {
            let failover = plan.failover.get_or_insert(Failover::default());
            failover.answer = Some(millis(value));
            "answer"
        }
        (other, ..) => panic!("{other} of {of}"),
    }
}

/// Verdicts by row, and codes of errors.
fn outcome(plan: &Plan) -> (BTreeMap<String, Verdict>, BTreeSet<String>) {
    let text = plan.yaml();
    let (topology, recovery) = analyzed(&text);
    let rows = rows(&topology, &recovery);
    let verdicts = rows.into_iter().map(|r| (r.key, r.verdict)).collect();
    let errors = errors(&compiled(&text)).into_iter();
    let codes = errors.map(|e| e.split(':').next().unwrap_or_default().to_string());
    (verdicts, codes.collect())
}

/// Promises that a reduction of one term could just keep, by row: most of what it could gain
/// is needed.
fn tight(plan: &Plan) -> BTreeSet<(String, u64)> {
    let (topology, recovery) = analyzed(&plan.yaml());
    let mut found = BTreeSet::new();
    for row in rows(&topology, &recovery) {
        let (Some(budget), Some(high)) = (row.budget, row.high) else {
            continue;
        };
        for reduction in budget.reductions(None) {
            found.insert((row.key.clone(), high - reduction.gain / 3));
        }
    }
    found
}

/// Puts every suggestion for a row into the spec, as long as its kind is not tried often.
fn try_each(plan: &Plan, key: &str, tried: &mut BTreeMap<&str, usize>) {
    let (known, codes) = outcome(plan);
    assert!(!matches!(known[key], Verdict::Met | Verdict::MetIf));
    let (topology, recovery) = analyzed(&plan.yaml());
    let rows = rows(&topology, &recovery);
    let row = rows.iter().find(|r| r.key == key).expect("the row");
    let reductions = row.budget.map_or(Vec::new(), |b| b.reductions(row.promise));
    for found in reductions {
        let text = reduction(&found);
        let Some(settings) = settings(&text) else {
            continue;
        };
        let mut better = plan.clone();
        let kind = apply(&mut better, &found.term.of, &settings);
        *tried.entry(kind).or_insert(0) += 1;
        let (verdicts, after) = outcome(&better);
        let verdict = verdicts[key];
        let holds = matches!(verdict, Verdict::Met | Verdict::MetIf);
        assert!(holds, "{key}: {text}: {verdict:?}\n{}", plan.yaml());
        // Totals of other rows are seen once their cause is not named any more.
        let total = |c: &&String| c.starts_with("RTO2") || c.starts_with("RPO2");
        let new: Vec<_> = after.difference(&codes).filter(|c| !total(c)).collect();
        assert!(new.is_empty(), "{text}: {new:?}\n{}", better.yaml());
    }
}

property!(what_is_enough_is_enough, 40, 250);

fn what_is_enough_is_enough(systems: u64) {
    let mut tried = BTreeMap::new();
    for seed in 0..systems {
        let plan = promising(seed, "90d", "90d");
        // A few of each topology, so that they differ.
        for (key, promise) in tight(&plan).into_iter().step_by(5).take(4) {
            let rto = time(promise);
            let all = format!("{{ rto: {rto} }}");
            let plan = Plan {
                objectives: format!("rto: {rto}, cloud: {all}, corruption: {all}"),
                ..plan.clone()
            };
            try_each(&plan, &key, &mut tried);
        }
    }
    let kinds = ["answer", "errors", "health check", "silence"];
    for kind in kinds {
        let often = tried.get(kind).copied().unwrap_or(0);
        assert!(often >= 1, "{kind}: {tried:?}");
    }
}

/// The replicas that must run from the beginning, if a reduction names any.
fn replicas<'a>(found: &'a Reduction) -> Option<&'a Vec<(String, u32)>> {
    match &found.term.change {
        Some(Change::Replicas(regions)) => Some(regions),
        _ => None,
    }
}

fn raise(plan: &mut Plan, service: &str, wanted: &[(String, u32)]) {
    let service = plan.services.iter_mut().find(|s| s.name == service);
    let service = service.expect("a service");
    for (region, least) in wanted {
        let index = plan.regions.iter().position(|r| r.name == *region);
        let mut placed = service.replicas.iter_mut();
        let placed = placed.find(|p| Some(p.0) == index).expect("a place");
        *placed = (placed.0, *least, placed.2.max(*least));
    }
}

fn waits_for(budget: &Budget, service: &str) -> bool {
    let terms = budget.nodes.iter().map(|n| &n.term);
    let mut waits = terms.filter(|t| t.step == Step::WarmUp && t.of == service);
    waits.any(|t| !t.is_zero())
}

property!(as_many_replicas_as_are_said_need_no_others, 20, 250);

fn as_many_replicas_as_are_said_need_no_others(systems: u64) {
    let mut tried = 0_u64;
    for seed in 0..systems {
        let plan = varied(seed);
        let (topology, recovery) = analyzed(&plan.yaml());
        for row in rows(&topology, &recovery) {
            let reductions = row.budget.map_or(Vec::new(), |b| b.reductions(row.promise));
            for found in reductions {
                let Some(wanted) = replicas(&found) else {
                    continue;
                };
                let mut more = plan.clone();
                raise(&mut more, &found.term.of, wanted);
                let (topology, recovery) = analyzed(&more.yaml());
                let after = rows(&topology, &recovery);
                let after = after
                    .iter()
                    .find(|r| r.key == row.key)
                    .and_then(|r| r.budget);
                let waits = after.is_some_and(|b| waits_for(b, &found.term.of));
                assert!(!waits, "{seed} {}: {wanted:?}\n{}", row.key, plan.yaml());
                tried += 1;
            }
        }
    }
    assert!(tried * 8 > systems, "{tried}");
}

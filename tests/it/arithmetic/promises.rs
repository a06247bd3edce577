//! What verdicts may rest on, and that better knowledge or easier promises never make one
//! worse.

use crate::support::property;

use super::dice::Dice;
use super::plan::{Fact, Failover, Kind, Plan, plan};
use meridian::analysis::recovery::Recovery;
use meridian::analysis::recovery::budget::Budget;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::analysis::term::{Class, Source, Term};
use meridian::catalog::facts;
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::Topology;
use meridian::{Until, compile};
use std::collections::{BTreeMap, BTreeSet};

const TOPOLOGIES: u64 = 100;

pub fn analyzed(text: &str) -> (Topology, Recovery) {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        None,
    );
    let (Some(topology), Some(analysis)) = (done.topology, done.analysis) else {
        panic!("{:?}\n{text}", done.diagnostics);
    };
    (topology, analysis.recovery)
}

/// A judged total: its verdict, what is promised, at worst, and its terms.
pub struct Row<'a> {
    pub key: String,
    pub verdict: Verdict,
    pub promise: Option<u64>,
    low: u64,
    pub high: Option<u64>,
    terms: Vec<&'a Term>,
    pub budget: Option<&'a Budget>,
}

pub fn rows<'a>(topology: &Topology, recovery: &'a Recovery) -> Vec<Row<'a>> {
    let times = recovery.times.iter().map(|time| {
        let (low, high) = time.budget.total();
        Row {
            key: format!("{:?} {}", time.subject, time.scenario.id(topology)),
            verdict: time.verdict,
            promise: time.promise.map(|p| p.millis),
            low,
            high,
            terms: time.budget.nodes.iter().map(|n| &n.term).collect(),
            budget: Some(&time.budget),
        }
    });
    let losses = recovery.losses.iter().map(|loss| {
        let best = loss.remaining.first().map(|r| &r.lacks);
        Row {
            key: format!(
                "{:?} {:?} {}",
                loss.store,
                loss.dataset,
                loss.scenario.id(topology)
            ),
            verdict: loss.verdict,
            promise: loss.promise.map(|p| p.millis),
            low: best.map_or(u64::MAX, |b| b.low),
            high: best.and_then(|b| b.high),
            terms: best.into_iter().collect(),
            budget: None,
        }
    });
    times.chain(losses).collect()
}

/// A generated topology with a promise for everything that can be promised.
pub fn promising(seed: u64, rto: &str, rpo: &str) -> Plan {
    let both = format!("{{ rto: {rto}, rpo: {rpo} }}");
    Plan {
        objectives: format!("rto: {rto}, rpo: {rpo}, cloud: {both}, corruption: {both}"),
        ..plan(seed)
    }
}

/// Promises of all sizes.
pub fn varied(seed: u64) -> Plan {
    let dice = &mut Dice::new(seed);
    let times = ["1s", "20s", "1m", "150s", "5m", "20m", "2h", "3d"];
    let (rto, rpo) = (dice.one(&times), dice.one(&times));
    promising(seed, rto, rpo)
}

fn holds(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Met | Verdict::MetIf)
}

/// Every law of one row; what it rests on must be known.
fn lawful(row: &Row, text: &str) {
    let Some(promise) = row.promise else {
        assert_eq!(row.verdict, Verdict::NotPromised, "{}\n{text}", row.key);
        return;
    };
    let within = row.high.is_some_and(|high| high <= promise);
    let bounded = row.terms.iter().all(|t| t.high.is_some()) && !row.terms.is_empty();
    let ours = |t: &&Term| t.class <= Class::Enforced;
    let case = format!("{}: {:?} of {promise}\n{text}", row.key, row.verdict);
    assert_eq!(holds(row.verdict), within && bounded, "{case}");
    assert_eq!(
        row.verdict == Verdict::Violated,
        row.low > promise,
        "{case}"
    );
    if row.verdict == Verdict::Met {
        assert!(row.terms.iter().all(ours), "{case}");
    }
    if row.verdict == Verdict::MetIf {
        assert!(!row.terms.iter().all(ours), "{case}");
    }
    let unknown = row.terms.iter().any(|t| t.class == Class::Unknown);
    assert!(!(unknown && holds(row.verdict)), "{case}");
}

/// The unknown facts of all terms, also of copies that are not the best.
fn unknowns(recovery: &Recovery, seen: &mut BTreeSet<String>) {
    let times = recovery.times.iter().flat_map(|t| &t.budget.nodes);
    let copies = recovery.losses.iter().flat_map(|l| &l.remaining);
    for term in times.map(|n| &n.term).chain(copies.map(|r| &r.lacks)) {
        if let Source::Catalog(fact) = &term.source
            && fact.class == Class::Unknown
        {
            assert_eq!(term.high, None, "{}", fact.id);
            seen.insert(fact.id.clone());
        }
    }
}

/// Stores of every kind that has facts, on a cloud, with copies abroad.
fn managed(cloud: &str, regions: [&str; 2], engines: &[&str]) -> String {
    let stores = engines.iter().enumerate().map(|(n, engine)| {
        let mode = match *engine {
            "redis-enterprise" => "active-active",
            _ => "async",
        };
        let extra = format!("replication: {{ mode: {mode} }}, backup: {{ point_in_time: 7d");
        format!(
            "  d{n}: {{ engine: {engine}, {extra}, copies_to: [{}] }} }}\n",
            regions[1]
        )
    });
    let uses: Vec<String> = (0..engines.len()).map(|n| format!("d{n}")).collect();
    let [first, second] = regions;
    format!(
        "version: 1\nname: kinds\nobjectives: {{ rto: 90d, rpo: 90d, corruption: {{ rto: 90d, rpo: 90d }} }}\nclouds: {{ {cloud} }}\nmesh: {{ kind: istio }}\nregions: {{ {first}: {{ role: primary }}, {second}: {{}} }}\nservices: {{ api: {{ image: a/b, uses: [{}] }} }}\ndatastores:\n{}",
        uses.join(", "),
        stores.collect::<String>()
    )
}

#[test]
fn no_unknown_ever_counts_as_met() {
    let mut seen = BTreeSet::new();
    let mut count = BTreeMap::new();
    let generated = (0..TOPOLOGIES).map(|seed| promising(seed, "90d", "90d").yaml());
    let by_kind = [
        managed(
            "aws: { account: \"123456789012\" }",
            ["us-east-1", "eu-west-1"],
            &[
                "postgres",
                "aurora",
                "dynamodb",
                "redis",
                "redis-enterprise",
            ],
        ),
        managed(
            "gcp: { project: kinds }",
            ["us-east1", "us-west1"],
            &[
                "postgres",
                "redis",
                "kafka",
                "mongodb, external: { run_by: others, at: [{ region: us-east1 }] }",
            ],
        ),
    ];
    // History alone: nothing follows what is lost.
    let alone = by_kind[0].replace("mode: async", "mode: none");
    let of_google = include_str!("../../fixtures/gcp-data.yaml");
    // What was measured is no unknown.
    let of_google = of_google.split("\nfacts:\n").next().unwrap_or_default();
    for text in generated.chain(by_kind).chain([alone, of_google.into()]) {
        let (topology, recovery) = analyzed(&text);
        unknowns(&recovery, &mut seen);
        for row in rows(&topology, &recovery) {
            lawful(&row, &text);
            *count.entry(row.verdict).or_insert(0) += 1;
        }
    }
    let all = facts::all().values().filter(|f| f.class == Class::Unknown);
    let all: BTreeSet<String> = all.map(|f| f.id.clone()).collect();
    assert_eq!(seen, all, "every unknown is fed through");
    let verdicts = [
        Verdict::Met,
        Verdict::MetIf,
        Verdict::Unproven,
        Verdict::Violated,
    ];
    assert!(verdicts.iter().all(|v| count[v] > 100), "{count:?}");
}

property!(verdicts_follow_from_totals_and_classes, 8, 100);

fn verdicts_follow_from_totals_and_classes(systems: u64) {
    for seed in 0..systems {
        let text = varied(seed).yaml();
        let (topology, recovery) = analyzed(&text);
        rows(&topology, &recovery)
            .iter()
            .for_each(|row| lawful(row, &text));
    }
}

/// Whether a measurement contradicts what is emitted: it does not count, and a longer one
/// may.
fn contradicted(plan: &Plan) -> bool {
    let (_, recovery) = analyzed(&plan.yaml());
    let times = recovery.times.iter().flat_map(|t| &t.budget.nodes);
    let losses = recovery.losses.iter().flat_map(|l| &l.remaining);
    let mut terms = times.map(|n| &n.term).chain(losses.map(|r| &r.lacks));
    terms.any(|t| t.measured.is_some_and(|m| m.contradicts.is_some()))
}

/// Verdicts by row.
fn verdicts(plan: &Plan) -> BTreeMap<String, Verdict> {
    let (topology, recovery) = analyzed(&plan.yaml());
    let rows = rows(&topology, &recovery);
    rows.into_iter().map(|row| (row.key, row.verdict)).collect()
}

/// Fails where a change makes something hold that did not, or sure what was assumed.
fn never_better(before: &BTreeMap<String, Verdict>, plan: &Plan, change: &str) {
    let after = verdicts(plan);
    for (key, before) in before {
        // What is not touched any more would be better too.
        let after = after
            .get(key)
            .unwrap_or_else(|| panic!("{change}: {key} is gone"));
        let rank = |v: Verdict| (!holds(v), v == Verdict::MetIf);
        assert!(
            rank(*after) >= rank(*before),
            "{change}: {key} from {before:?} to {after:?}\n{}",
            plan.yaml()
        );
    }
}

/// What a part falls back on without its own measurement: one of the whole system, or what
/// is documented. A measurement that is longer than that is no help, and leaving it out hides
/// something; that cannot be seen in a spec that leaves it out.
fn fallback(plan: &Plan, fact: &Fact) -> Option<u64> {
    let whole = plan
        .facts
        .iter()
        .filter(|f| f.of == fact.of && f.on.is_none());
    let whole = whole.map(|f| f.value).max().filter(|_| fact.on.is_some());
    let documented = match fact.of {
        "redirect" => facts::fact("gcp.load-balancer.redirect").high,
        "promote" => Some(meridian::topology::settings::SENTINEL_PROMOTION_MILLIS),
        "answer" => plan.failover.as_ref().and_then(|f| f.answer),
        _ => None,
    };
    whole.or(documented)
}

property!(leaving_a_declaration_out_never_improves_a_verdict, 8, 100);

fn leaving_a_declaration_out_never_improves_a_verdict(systems: u64) {
    let (mut left_out, mut worse) = (0_u64, 0);
    for seed in 0..systems {
        let plan = varied(seed);
        if contradicted(&plan) {
            continue;
        }
        let before = verdicts(&plan);
        let mut without = |change: String, edit: &dyn Fn(&mut Plan)| {
            let mut less = plan.clone();
            edit(&mut less);
            never_better(&before, &less, &format!("{seed} without {change}"));
            left_out += 1;
            worse += u64::from(verdicts(&less) != before);
        };
        for (index, fact) in plan.facts.iter().enumerate() {
            if fallback(&plan, fact).is_none_or(|other| other >= fact.value) {
                without(format!("{fact:?}"), &|p| {
                    p.facts.remove(index);
                });
            }
        }
        for (index, service) in plan.services.iter().enumerate() {
            if service.capacity.is_some() {
                let name = &service.name;
                without(format!("capacity of {name}"), &|p| {
                    p.services[index].capacity = None
                });
            }
        }
        if plan.failover.as_ref().is_some_and(|f| f.answer.is_some()) {
            without("answer".into(), &|p| {
                p.failover = p.failover.take().map(|f| Failover { answer: None, ..f });
            });
        }
        for (index, store) in plan.stores.iter().enumerate() {
            if store.backup.is_some() {
                let name = &store.name;
                without(format!("backup of {name}"), &|p| {
                    p.stores[index].backup = None
                });
            }
            if let Kind::Redis {
                min_replicas: Some(0),
                ..
            } = &store.kind
            {
                without(format!("{} min_replicas", store.name), &|p| {
                    if let Kind::Redis { min_replicas, .. } = &mut p.stores[index].kind {
                        *min_replicas = None;
                    }
                });
            }
        }
    }
    assert!(
        left_out > 5 * systems && worse * 4 > left_out,
        "{worse} of {left_out} matter"
    );
}

property!(a_longer_measurement_never_improves_a_verdict, 24, 100);

fn a_longer_measurement_never_improves_a_verdict(systems: u64) {
    let mut worse = 0_u64;
    for seed in 0..systems {
        let plan = varied(seed);
        if contradicted(&plan) {
            continue;
        }
        let before = verdicts(&plan);
        for index in 0..plan.facts.len() {
            let mut longer = plan.clone();
            longer.facts[index].value *= 20;
            let change = format!("{seed} longer {:?}", plan.facts[index]);
            never_better(&before, &longer, &change);
            worse += u64::from(verdicts(&longer) != before);
        }
    }
    assert!(worse * 4 >= systems, "{worse} matter");
}

property!(an_easier_promise_never_worsens_a_verdict, 8, 100);

fn an_easier_promise_never_worsens_a_verdict(systems: u64) {
    let times = [
        "0s", "1s", "20s", "1m", "150s", "5m", "20m", "2h", "3d", "90d",
    ];
    let mut better = 0;
    for seed in 0..systems {
        let mut last: Option<BTreeMap<String, Verdict>> = None;
        for time in times {
            let plan = promising(seed, time, time);
            let now = verdicts(&plan);
            if let Some(last) = &last {
                for (key, before) in last {
                    let after = now[key];
                    // A row that is sure to break stays unknown at best; one that holds holds.
                    assert!(holds(after) || !holds(*before), "{seed} {key} at {time}");
                    assert!(after != Verdict::Violated || *before == Verdict::Violated);
                    better += u64::from(after != *before);
                }
            }
            last = Some(now);
        }
    }
    assert!(better > 8 * systems, "{better} improve");
}

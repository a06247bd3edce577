//! The recovery analysis, calculated again: topologies are generated and compiled, the
//! emitted Terraform and YAML is read back, and every total of every scenario is worked out
//! from it by code that shares nothing with the compiler's.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

pub(crate) mod dice;
mod documented;
pub mod emitted;
mod expected;
mod load;
mod plan;
mod promises;
mod reductions;

use crate::needs::lost_needs;
use crate::support::property;
use documented::{Documented, Range};
use emitted::Emitted;
use expected::{Expected, Losses, Times};
use meridian::analysis::recovery::Recovery;
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::Topology;
use meridian::{Compilation, Until, compile};
use plan::Plan;
use std::collections::BTreeMap;

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
        Until::Emitted,
        None,
    )
}

fn errors(done: &Compilation) -> Vec<String> {
    let errors = done.diagnostics.iter();
    let errors = errors.filter(|d| d.severity == Severity::Error);
    errors
        .map(|d| format!("{}: {}", d.code.id, d.message))
        .collect()
}

/// The totals of the analysis, by the names that it shows.
fn times(topology: &Topology, recovery: &Recovery) -> Times {
    let named = recovery.times.iter().map(|time| {
        let name = time.subject.name(topology);
        let (low, high) = time.budget.total();
        let key = (name, time.scenario.id(topology));
        (key, Range { low, high })
    });
    named.collect()
}

fn losses(topology: &Topology, recovery: &Recovery) -> Losses {
    let named = recovery.losses.iter().map(|loss| {
        let key = (
            topology.datastore(loss.store).name.clone(),
            loss.scenario.id(topology),
        );
        let best = loss.remaining.first().map(|best| Range {
            low: best.lacks.low,
            high: best.lacks.high,
        });
        (key, best)
    });
    named.collect()
}

/// What differs, by the same key on both sides.
fn differences<T: PartialEq + std::fmt::Debug>(
    ours: &BTreeMap<(String, String), T>,
    theirs: &BTreeMap<(String, String), T>,
) -> Vec<String> {
    let mut keys: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| ours.get(key) != theirs.get(key))
        .map(|key| {
            format!(
                "{key:?}: {:?}, and the analysis says {:?}",
                ours.get(key),
                theirs.get(key)
            )
        })
        .collect()
}

/// Compares one topology; gives how many totals agreed, and how many of them are bounded.
fn compare(seed: u64, plan: &Plan, documented: &Documented) -> Result<(usize, usize), String> {
    let text = plan.yaml();
    let done = compiled(&text);
    let errors = errors(&done);
    // A random measurement contradicts what is emitted now and then: nothing is emitted.
    if errors.iter().any(|e| e.starts_with("FCT102")) {
        return Ok((0, 0));
    }
    let (Some(topology), Some(analysis)) = (&done.topology, &done.analysis) else {
        return Err(format!("{seed}: {errors:?}\n{text}"));
    };
    if !errors.is_empty() {
        return Err(format!("{seed}: {errors:?}\n{text}"));
    }
    let locations = plan.regions.iter();
    let locations = locations
        .map(|r| (r.name.clone(), r.location.to_string()))
        .collect();
    let emitted = Emitted::read(&done.artifacts, &locations);
    let expected = Expected::of(plan, &emitted, documented);
    let (times_ours, times) = (expected.times(), times(topology, &analysis.recovery));
    let (losses_ours, losses) = (expected.losses(), losses(topology, &analysis.recovery));
    let mut wrong = differences(&times_ours, &times);
    wrong.extend(differences(&losses_ours, &losses));
    wrong.extend(lost_needs(topology, &analysis.recovery.times, &done.artifacts).0);
    if !wrong.is_empty() {
        return Err(format!("{seed}:\n{}\n{text}", wrong.join("\n")));
    }
    let bounded = times.values().filter(|r| r.high.is_some()).count()
        + losses
            .values()
            .flatten()
            .filter(|r| r.high.is_some())
            .count();
    Ok((times.len() + losses.len(), bounded))
}

property!(every_total_follows_from_what_is_emitted, 32, 512);

fn every_total_follows_from_what_is_emitted(systems: u64) {
    let documented = Documented::read();
    let halves = [0, 1].map(|odd| (0..systems).filter(move |seed| seed % 2 == odd));
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads = halves.map(|seeds| {
            let documented = &documented;
            scope.spawn(move || {
                let each = seeds.map(|seed| compare(seed, &plan::plan(seed), documented));
                each.collect::<Vec<_>>()
            })
        });
        let joined = threads
            .into_iter()
            .flat_map(|t| t.join().expect("no panic"));
        joined.collect()
    });
    let (right, wrong): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
    assert!(
        wrong.is_empty(),
        "{} of {systems} topologies disagree, the first ones:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n\n")
    );
    let totals: usize = right.iter().flatten().map(|(all, _)| all).sum();
    let bounded: usize = right.iter().flatten().map(|(_, bounded)| bounded).sum();
    // A test in which nearly everything is unknown shows nothing.
    assert!(
        bounded * 5 > totals,
        "{bounded} of {totals} totals are bounded"
    );
}

/// What is read from a call of a module or from the chart's values reaches the resource.
#[test]
fn modules_and_chart_hand_the_numbers_on() {
    let resource = |module: &str, kind: &str| -> serde_json::Value {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/terraform/gcp");
        let text = std::fs::read_to_string(format!("{root}/{module}/main.tf")).expect("a module");
        let body: serde_json::Value = hcl::from_str(&text).expect("HCL");
        body["resource"][kind].clone()
    };
    let check = &resource("health-checks", "google_compute_health_check")["this"];
    assert_eq!(
        check["check_interval_sec"],
        "${each.value.interval_seconds}"
    );
    assert_eq!(check["timeout_sec"], "${each.value.timeout_seconds}");
    assert_eq!(
        check["unhealthy_threshold"],
        "${each.value.unhealthy_threshold}"
    );
    let service = &resource("cloud-run", "google_cloud_run_v2_service")["this"]["template"];
    let probe = &service["containers"]["readiness_probe"];
    for setting in ["period_seconds", "timeout_seconds", "failure_threshold"] {
        assert_eq!(probe[setting], format!("${{var.readiness.{setting}}}"));
    }
    assert_eq!(
        service["scaling"]["min_instance_count"],
        "${var.instances.min}"
    );
    assert_eq!(
        service["scaling"]["max_instance_count"],
        "${var.instances.max}"
    );
    let schedules = resource("firestore-regional", "google_firestore_backup_schedule");
    assert!(schedules["daily"]["daily_recurrence"].is_object());
    assert!(schedules["weekly"]["weekly_recurrence"].is_object());
    let chart = include_str!("../../../templates/helm/system/templates/deployment.yaml");
    for setting in ["periodSeconds", "timeoutSeconds", "failureThreshold"] {
        assert!(chart.contains(&format!(
            "{setting}: {{{{ $service.readinessProbe.{setting} }}}}"
        )));
    }
}

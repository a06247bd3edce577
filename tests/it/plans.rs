//! Law 3, of the model: what people do is planned, counted and read back. What is printed of it is
//! compared in `one_answer.rs`.

use crate::support::{Case, compiled, root};
use meridian::analysis::term::{By, Step as Term};
use meridian::deployment::{Expect, Given, OperationKind};
use meridian::procedure::{Procedures, StepId, Verb, clock};
use meridian::topology::Scenario;
use std::sync::LazyLock;

static ALL: LazyLock<Vec<(String, Case)>> = LazyLock::new(compile);

fn all() -> &'static [(String, Case)] {
    &ALL
}

fn compile() -> Vec<(String, Case)> {
    let paths = [
        "examples/minimal/topology.yaml",
        "examples/ggen/topology.yaml",
        "examples/paynow/topology.yaml",
        "examples/covergen/topology.yaml",
        "examples/eden/topology.yaml",
        "examples/eden/before.yaml",
        "tests/fixtures/aws-engines.yaml",
        "tests/fixtures/gcp-cache.yaml",
        "tests/fixtures/gcp-data.yaml",
    ];
    let all = paths
        .into_iter()
        .map(|path| (path.to_string(), compiled(&root().join(path))));
    all.collect()
}

fn procedures(case: &Case) -> &Procedures {
    case.done.procedures.as_ref().expect("procedures")
}

/// Law 3, of the model: what the budget counts on a person for is a step with a command, whose
/// time is the term. Broken on purpose by leaving out the commands that repoint a queue: ggen
/// counts 5 minutes for what nobody could do.
#[test]
fn what_the_budget_counts_on_people_for_is_a_step() {
    let mut counted = 0;
    for (name, case) in all() {
        let plan = &procedures(case).fail_over;
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        for each in &plan.cases {
            let times = analysis.recovery.times.iter();
            let lost = times.filter(|t| t.scenario == Scenario::Region(each.from));
            let terms = lost.flat_map(|t| &t.budget.nodes).map(|n| &n.term);
            for term in terms.filter(|t| t.by == By::Person && !t.is_zero()) {
                if term.step == Term::Fence {
                    // Steps of the script that come before what the term is for.
                    let before = [StepId::Redirect, StepId::Freeze, StepId::Fence, StepId::Lag];
                    let timed = before.iter().filter_map(|id| each.timed(*id));
                    let seconds: u64 = timed.map(|t| t.seconds).sum();
                    let high = term.high.expect("a bound");
                    let topology = case.done.topology.as_ref().expect("a topology");
                    if topology.successor(each.from) == Some(each.to) {
                        assert!(seconds * 1000 >= high && high > 0, "{name}: {term:?}");
                    }
                    counted += 1;
                    continue;
                }
                let found = plan.steps.iter().find(|s| s.term == Some(term.step));
                let Some(step) = found.filter(|_| term.step != Term::Restore) else {
                    assert_eq!(term.step, Term::Restore, "{name}: {term:?}");
                    let mut restores = procedures(case).restores.iter();
                    assert!(restores.any(|r| r.datastore == term.of), "{name}: {term:?}");
                    continue;
                };
                let timed = each
                    .timed(step.id)
                    .unwrap_or_else(|| panic!("{name}: {step:?}"));
                match term.high {
                    Some(high) => assert!(timed.seconds * 1000 >= high, "{name}: {term:?}"),
                    None => assert!(!timed.bounded, "{name}: {term:?}"),
                }
                if step.verb != Verb::Person {
                    let acts = step.works.iter().flat_map(|w| &w.acts);
                    let mut own = acts.filter(|a| a.subject == term.of);
                    assert!(own.any(|a| !a.commands.is_empty()), "{name}: {term:?}");
                }
                counted += 1;
            }
        }
    }
    assert!(counted > 5, "{counted}");
}

/// No step without something to do: a part that a system does not have leaves no trace.
#[test]
fn a_step_has_something_to_do() {
    for (name, case) in all() {
        for step in &procedures(case).fail_over.steps {
            let acts = step.works.iter().flat_map(|w| &w.acts);
            let commands = acts.flat_map(|a| &a.commands).count();
            let people = matches!(step.id, StepId::Decide | StepId::Freeze);
            assert!(commands > 0 || people, "{name}: {step:?}");
        }
    }
    let minimal = &all()[0].1;
    for word in [
        "sentinel",
        "--accept-data-loss-seconds",
        "nothing is promoted",
    ] {
        let script = minimal.file("scripts/failover-region.sh");
        assert!(!script.contains(word), "{word}");
    }
    assert_eq!(clock(130), "2:10");
}

/// What the budget of wrong data counts on people for is a step of the restore, and the steps take
/// what it counts. Broken on purpose by a step of its own for the comparison.
#[test]
fn a_restore_takes_what_the_budget_counts() {
    let mut counted = 0;
    for (name, case) in all() {
        let topology = case.done.topology.as_ref().expect("a topology");
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        for restore in &procedures(case).restores {
            let times = analysis.recovery.times.iter();
            let own = times.filter(|t| t.scenario == Scenario::Corruption);
            let time = { own }.find(|t| t.subject.name(topology) == restore.datastore);
            let Some(time) = time else {
                panic!("{name}: nothing is counted for {}", restore.datastore);
            };
            let (_, total) = time.budget.total();
            let done = restore.times.last().and_then(|t| t.clock);
            let planned = restore
                .noticed
                .zip(done)
                .map(|(noticed, done)| noticed + done);
            assert_eq!(
                planned,
                total.map(|ms| ms.div_ceil(1000)),
                "{name}: {}",
                restore.datastore
            );
            counted += 1;
        }
    }
    assert!(counted > 8, "{counted}");
}

/// Each datastore that the budget of wrong data counts on people for has a plan, with commands or
/// with what people do by hand. Broken on purpose by plans for what commands restore alone.
#[test]
fn every_store_that_people_restore_has_a_plan() {
    let mut by_hand = 0;
    for (name, case) in all() {
        let topology = case.done.topology.as_ref().expect("a topology");
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        let times = analysis.recovery.times.iter();
        for time in times.filter(|t| t.scenario == Scenario::Corruption) {
            let mut terms = time.budget.nodes.iter().map(|n| &n.term);
            if !terms.any(|t| t.step == Term::Restore && t.by == By::Person && !t.is_zero()) {
                continue;
            }
            let store = time.subject.name(topology);
            let store = store.split('.').next().unwrap();
            let mut restores = procedures(case).restores.iter();
            let plan = restores.find(|r| r.datastore == store);
            let plan = plan.unwrap_or_else(|| panic!("{name}: nobody restores {store}"));
            let page = case.file("RUNBOOK_RESTORE.md");
            if let Some(how) = &plan.by_hand {
                assert!(page.contains(how.how.as_str()), "{name}: {store}");
                by_hand += 1;
            }
            assert!(
                page.contains(&format!("| {store} | restore | ")),
                "{name}: {store}"
            );
        }
    }
    assert!(by_hand >= 1, "{by_hand}");
}

/// What changes something is read back, and compared: a restore as well as a failover. Broken on
/// purpose by leaving out the proof of a bucket's restore.
#[test]
fn what_is_done_is_read_back() {
    for (name, case) in all() {
        let all = procedures(case);
        let restores = all.restores.iter().flat_map(|r| r.subjects());
        for act in restores.flat_map(|w| &w.acts) {
            assert!(!act.proofs.is_empty(), "{name}: {act:?}");
        }
        for id in [StepId::Fence, StepId::Promote, StepId::Redirect] {
            let works = all.fail_over.step(id).into_iter().flat_map(|s| &s.works);
            for work in works.filter(|w| !w.acts.is_empty()) {
                assert!(work.proved(), "{name}: {work:?}");
            }
        }
        // Seconds are what a script can compare.
        let operations = &case
            .done
            .deployment
            .as_ref()
            .expect("a deployment")
            .operations;
        for lag in operations.iter().filter(|o| o.kind == OperationKind::Lag) {
            assert_eq!(lag.expect, Expect::Seconds, "{name}: {lag:?}");
        }
    }
}

/// A word that stands for something is one that scripts set.
#[test]
fn commands_read_what_scripts_set() {
    let known: Vec<&str> = Given::ALL.iter().map(|v| v.word()).collect();
    let named = |word: &&String| {
        let name = word.strip_prefix('$').unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let mut seen = 0;
    for (name, case) in all() {
        let deployment = case.done.deployment.as_ref().expect("a deployment");
        let commands = deployment.operations.iter().map(|o| &o.command);
        let proofs = deployment.proofs.iter().map(|p| &p.command);
        for word in commands.chain(proofs).flatten().filter(named) {
            assert!(
                known.contains(&word.as_str()),
                "{name}: nothing sets {word}"
            );
            let variable = format!("${{{}}}", &word[1..]);
            let mut files = case.done.artifacts.iter();
            let read = files.any(|(path, file)| {
                path.to_string().starts_with("scripts/") && file.text.contains(&variable)
            });
            seen += usize::from(read);
        }
    }
    assert!(seen > 20, "{seen}");
}

//! A plan is one in all files of a tree: page, script and budget.

use crate::support::{Case, compiled, root};
use meridian::analysis::term::{By, Step as Term};
use meridian::procedure::{Procedures, StepId, Verb, clock};
use meridian::topology::Scenario;
use std::collections::BTreeMap;

fn all() -> Vec<(String, Case)> {
    let examples = ["minimal", "ggen", "paynow", "eden"].into_iter();
    let mut all: Vec<(String, Case)> = examples
        .map(|name| {
            let path = root().join(format!("examples/{name}/topology.yaml"));
            (name.to_string(), compiled(&path))
        })
        .collect();
    let fixture = root().join("tests/fixtures/aws-engines.yaml");
    all.push(("aws-engines".into(), compiled(&fixture)));
    all
}

fn procedures(case: &Case) -> &Procedures {
    case.done.procedures.as_ref().expect("procedures")
}

/// What comes between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split(before).nth(1)?.split(after).next()
}

/// The regions that the failover page is about.
fn pair(page: &str) -> Option<(String, String)> {
    let line = page.lines().find(|l| l.starts_with("Leaving "))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    Some((
        words[1].to_string(),
        words[3].trim_end_matches('.').to_string(),
    ))
}

/// The steps of a page: name, budget and clock.
fn on_page(page: &str) -> Vec<(String, String, String)> {
    let steps = page
        .split("\n### ")
        .skip(1)
        .filter(|s| s.contains("\nWho: "));
    let each = steps.map(|step| {
        let id = between(step, "--step ", " ").unwrap_or("decide");
        let budget = between(step, "budget ", " ").expect("a budget");
        let clock = between(step, "clock ", "\n").expect("a clock");
        let clock = clock.split(' ').next().unwrap_or_default();
        (id.to_string(), budget.to_string(), clock.to_string())
    });
    each.collect()
}

/// The rows of people in the budget: name, time, and when it is done after the loss.
fn in_budget(text: &str, from: &str, to: &str) -> Vec<(String, String, String)> {
    let title = format!("### Lose {from}: {to} takes over");
    let section = between(text, &title, "\n### ").expect("a section");
    let rows = section.lines().filter(|l| l.starts_with("| "));
    let rows = rows.map(|l| l.split('|').map(str::trim).collect::<Vec<_>>());
    let people = rows.filter(|r| r[3].contains("operator") || r[3].contains("commander"));
    let each = people.map(|r| {
        let takes = r[4].split(' ').next().unwrap_or_default();
        (r[1].to_string(), takes.to_string(), r[5].to_string())
    });
    each.collect()
}

/// What the script allows each step for a pair of regions, in seconds.
fn in_script(script: &str, from: &str, to: &str) -> BTreeMap<String, u64> {
    let table = between(script, "budget_of() {", "\n}").expect("a table");
    let rows = table.lines().filter_map(|l| l.trim().strip_suffix(" ;;"));
    let rows = rows.filter_map(|l| l.split_once(") printf "));
    let mut found = BTreeMap::new();
    for (pattern, seconds) in rows {
        let parts: Vec<&str> = pattern.split('/').collect();
        let fits = |at: usize, name: &str| parts[at] == "*" || parts[at] == name;
        if parts.len() == 3 && fits(0, from) && fits(1, to) {
            found
                .entry(parts[2].to_string())
                .or_insert(seconds.parse().unwrap());
        }
    }
    found
}

fn seconds(clock: &str) -> u64 {
    let (minutes, seconds) = clock.split_once(':').expect("a clock");
    minutes.parse::<u64>().unwrap() * 60 + seconds.parse::<u64>().unwrap()
}

/// Law 3, of texts. Broken on purpose by another `seconds` in one of the three printers, or by a
/// step that one of them leaves out.
#[test]
fn page_script_and_budget_say_the_same_steps_and_times() {
    let mut compared = 0;
    for (name, case) in all() {
        let page = case.file("RUNBOOK_FAILOVER.md");
        let Some((from, to)) = pair(page) else {
            panic!("{name}: nothing is left");
        };
        let steps = on_page(page);
        let rows = in_budget(case.file("RECOVERY_BUDGET.md"), &from, &to);
        let script = case.file("scripts/failover-region.sh");
        let allowed = in_script(script, &from, &to);
        let names = |all: &[(String, String, String)]| -> Vec<String> {
            all.iter().map(|s| s.0.clone()).collect()
        };
        assert_eq!(names(&steps), names(&rows), "{name}");
        let mut before = 0;
        for ((id, budget, until), (_, takes, after)) in steps.iter().zip(&rows) {
            assert_eq!(budget, takes, "{name}: {id}");
            assert_eq!(seconds(until), before + seconds(budget), "{name}: {id}");
            before = seconds(until);
            if id != "decide" {
                assert_eq!(allowed[id], seconds(budget), "{name}: {id}");
                assert!(script.contains(&format!("\n{id}() {{\n")), "{name}: {id}");
            }
            if let Some(page) = paged(&case, &from, &to)
                && !after.contains("no bound")
            {
                assert_eq!(seconds(after), page + before, "{name}: {id}");
            }
            compared += 1;
        }
        let of_script = allowed.len();
        let by_script = steps.iter().filter(|s| s.0 != "decide").count();
        assert_eq!(of_script, by_script, "{name}: {allowed:?}");
    }
    assert!(compared > 20, "{compared}");
}

/// Seconds until somebody is paged.
fn paged(case: &Case, from: &str, to: &str) -> Option<u64> {
    let topology = case.done.topology.as_ref()?;
    let (from, to) = (topology.region_named(from)?, topology.region_named(to)?);
    procedures(case).fail_over.case(from, to)?.page()
}

/// Law 3, of the model: what the budget counts on a person for is a step with a command, whose
/// time is the term. Broken on purpose by leaving out the commands that repoint a queue: ggen
/// counts 5 minutes for what nobody could do.
#[test]
fn what_the_budget_counts_on_people_for_is_a_step() {
    let mut counted = 0;
    for (name, case) in all() {
        let plan = &procedures(&case).fail_over;
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        for each in &plan.cases {
            let times = analysis.recovery.times.iter();
            let lost = times.filter(|t| t.scenario == Scenario::Region(each.from));
            let terms = lost.flat_map(|t| &t.budget.nodes).map(|n| &n.term);
            for term in terms.filter(|t| t.by == By::Person && !t.is_zero()) {
                let found = plan.steps.iter().find(|s| s.term == Some(term.step));
                let Some(step) = found.filter(|_| term.step != Term::Restore) else {
                    assert_eq!(term.step, Term::Restore, "{name}: {term:?}");
                    let restores = case.file("scripts/restore-from-backup.sh");
                    assert!(restores.contains(&term.of), "{name}: {term:?}");
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

/// The way back is printed from one plan as well: broken on purpose by another budget on the page.
#[test]
fn page_and_script_of_the_way_back_say_the_same() {
    for (name, case) in all() {
        let page = case.file("RUNBOOK_FAILOVER.md");
        let script = case.file("scripts/promote-region.sh");
        let (from, _) = pair(page).expect("a region");
        let allowed = in_script(script, &from, &from);
        let table = between(page, "| step | budget | clock |", "\n\n").expect("a table");
        let rows = table.lines().skip(2).map(|l| l.split('|').map(str::trim));
        let rows: Vec<Vec<&str>> = rows.map(Iterator::collect).collect();
        let on_page: Vec<u64> = rows.iter().map(|r| seconds(r[2])).collect();
        let plan = &procedures(&case).fail_back;
        let in_script: Vec<u64> = plan.steps.iter().map(|s| allowed[s.id.word()]).collect();
        assert_eq!(on_page, in_script, "{name}");
        let total: u64 = in_script.iter().sum();
        let last = rows.last().map(|r| seconds(r[3]));
        assert_eq!(last, Some(total), "{name}");
    }
}

/// No step without something to do: a part that a system does not have leaves no trace.
#[test]
fn a_step_has_something_to_do() {
    for (name, case) in all() {
        for step in &procedures(&case).fail_over.steps {
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

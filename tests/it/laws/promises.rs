//! Law 6: the same subject and scenario show the same promise in every file of a tree, and so do
//! places and times of detection.

use super::systems;
use crate::support::{Case, case_with, compiled, root};
use meridian::analysis::term::Step;
use meridian::analysis::view::{Filter, promise, view};
use meridian::spec::decode::Scalar;
use meridian::topology::Scenario;
use std::collections::{BTreeMap, BTreeSet};

/// The cells of the table rows of a page, without escapes.
fn rows(page: &str) -> Vec<Vec<String>> {
    let lines = page.lines().filter(|l| l.starts_with("| "));
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split(" | ");
        cells
            .map(|c| c.trim().trim_matches('|').trim().replace('\\', ""))
            .collect()
    };
    lines.map(cells).collect()
}

/// What stands behind a text, up to another.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}

/// Subject and scenario.
type Key = (String, String);

/// The promises of the summary of the budget.
fn summarised(budget: &str) -> BTreeMap<Key, String> {
    let summary = between(budget, "## Summary\n", "\n## ").unwrap_or_default();
    let rows = rows(summary)
        .into_iter()
        .filter(|r| r.len() > 4 && r[0] != "component");
    rows.map(|r| ((r[0].clone(), r[1].clone()), r[2].clone()))
        .collect()
}

/// The promises of its sections.
fn in_sections(budget: &str) -> BTreeMap<Key, String> {
    let mut found = BTreeMap::new();
    let mut kind = "";
    for part in budget.split("\n## ").skip(1) {
        kind = if part.starts_with("Service") {
            "service"
        } else {
            kind
        };
        kind = if part.starts_with("Datastore") {
            "datastore"
        } else {
            kind
        };
        kind = if part.starts_with("Dataset ") {
            "dataset"
        } else {
            kind
        };
        for section in part.split("\n### ").skip(1) {
            let title = section.lines().next().unwrap_or_default().replace('\\', "");
            if let Some(promised) = between(section, "\nPromised: ", ". Takes")
                && let Some((name, scenario)) = title.split_once(": ")
            {
                let key = (format!("{kind} {name}"), scenario.to_string());
                found.insert(key, promised.to_string());
            }
            if title.starts_with("Data ") {
                for row in rows(section)
                    .iter()
                    .filter(|r| r.len() > 4 && r[0] != "scenario")
                {
                    let key = (title.replacen("Data", "data", 1), row[0].clone());
                    found.insert(key, row[1].clone());
                }
            }
        }
    }
    found
}

/// A promise of a page for one part: `5m`, or `5m for api, 30m for worker`.
fn promised_to(words: &str, name: &str) -> Option<String> {
    if !words.contains(" for ") {
        return Some(words.to_string());
    }
    // Names follow the time that they share.
    let mut time = "";
    for word in words.split([' ', ',']).filter(|w| !w.is_empty()) {
        match word {
            "for" | "and" => {}
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => time = word,
            _ if word == name => return Some(time.to_string()),
            _ => {}
        }
    }
    None
}

fn seconds(words: &str) -> Option<u64> {
    let times = words
        .split([' ', ','])
        .filter_map(|w| meridian::spec::Duration::parse(w).ok());
    times.map(|t| t.millis() / 1000).min()
}

/// The phrases of a text that say how a check counts: `5s x 2 + 2s`.
fn checks(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for what in ["health check ", "readiness "] {
        for rest in text.split(what).skip(1) {
            let words: Vec<&str> = rest.split_whitespace().take(5).collect();
            if words.len() == 5 && words[1] == "x" && words[3] == "+" {
                let last = words[4].trim_end_matches([')', ',', '.', ';', '|']);
                found.insert(format!("{} x {} + {last}", words[0], words[2]));
            }
        }
    }
    found
}

/// What breaks the law in a system, and how many statements were compared.
pub fn faults(case: &Case) -> (Vec<String>, usize) {
    let (mut faults, mut seen) = (Vec::new(), 0);
    let file = |path: &str| {
        let found = case.done.artifacts.get(path);
        found.map_or("", |f| f.text.as_str())
    };
    let mut same = |what: String, here: &str, there: &str| {
        seen += 1;
        if here != there {
            faults.push(format!("{what}: {here:?} and {there:?}"));
        }
    };
    let budget = file("RECOVERY_BUDGET.md");
    let (summary, sections) = (summarised(budget), in_sections(budget));
    for (key, promised) in &summary {
        let there = sections.get(key).map_or("nothing", String::as_str);
        same(format!("budget, {key:?}"), promised, there);
    }
    // The same rows as JSON.
    let topology = case.done.topology.as_ref().expect("a topology");
    let analysis = case.done.analysis.as_ref().expect("an analysis");
    let deployment = case.done.deployment.as_ref().expect("a deployment");
    let view = view(
        (topology, deployment),
        analysis,
        &[],
        Filter::default(),
        &|_| None,
    );
    for subject in &view.recovery {
        for time in &subject.scenarios {
            let key = (
                format!("{} {}", subject.kind, subject.name),
                time.title.clone(),
            );
            let there = sections.get(&key).map_or("nothing", String::as_str);
            same(
                format!("JSON and budget, {key:?}"),
                &promise(time.promised),
                there,
            );
        }
    }
    let readme = rows(file("README.md"));
    let said = |what: &str| {
        let row = readme.iter().find(|r| r[0] == what);
        row.map_or(String::new(), |r| r[1].clone())
    };
    let (back, lost) = (said("RTO, region loss"), said("RPO, region loss"));
    let restored = said("RTO, data corruption");
    for ((subject, scenario), promised) in &sections {
        let region = topology
            .regions
            .iter()
            .any(|r| *scenario == format!("lose {}", r.name));
        if let Some(name) = subject.strip_prefix("service ").filter(|_| region) {
            let there = promised_to(&back, name).unwrap_or_default();
            same(
                format!("README and budget, {name}, {scenario}"),
                &there,
                promised,
            );
        }
        let store = subject.strip_prefix("datastore ");
        if let Some(name) = store.filter(|_| scenario == "corruption")
            && let Some(there) = promised_to(&restored, name)
        {
            same(
                format!("README and budget, {name}, {scenario}"),
                &there,
                promised,
            );
        }
    }
    // Pages and scripts that say it again.
    for row in rows(file("RUNBOOK_FAILOVER.md"))
        .iter()
        .filter(|r| r[0] == "objective")
    {
        let words = row[1].clone();
        let there = match (back.as_str(), lost.as_str()) {
            ("not promised", "not promised") => "not promised".to_string(),
            _ => words.clone(),
        };
        same("README and failover".into(), &there, &words);
        if let Some(again) = between(&words, "back within ", ", losing") {
            same("README and failover, back".into(), &back, again);
        }
        if let Some(again) = between(&words, "losing at most ", " of writes") {
            same("README and failover, lost".into(), &lost, again);
        }
    }
    if let Some(again) = between(
        file("COST_ANALYSIS.md"),
        "the price of an RTO of ",
        ". A longer RTO",
    ) {
        same("README and cost".into(), &back, again);
    }
    for row in rows(file("RUNBOOK_RESTORE.md"))
        .iter()
        .filter(|r| r[0] == "objective")
    {
        if let Some(again) = between(&row[1], "back within ", ", losing") {
            same("README and restore".into(), &restored, again);
        }
    }
    for row in rows(file("RUNBOOK_DR_TESTING.md")) {
        let promised = match row[0].as_str() {
            "region loss" => &back,
            "data corruption" => &restored,
            _ => continue,
        };
        if let Some(again) = between(&row[1], "back within ", ", losing") {
            same(format!("README and drills, {}", row[0]), promised, again);
        }
    }
    let drill = between(file("scripts/dr-test.sh"), "objective() {", "\n}").unwrap_or_default();
    for line in drill.lines().filter(|l| !l.contains("printf null")) {
        let Some((what, limit)) = line.split_once(") printf ") else {
            continue;
        };
        let promised = match what.trim().starts_with("restore/") {
            true => &restored,
            false => &back,
        };
        let times = promised.split([' ', ',']).filter_map(seconds);
        let limit = limit.trim_end_matches(" ;;");
        let kept = times.map(|t| t.to_string()).find(|t| t == limit);
        let kept = kept.unwrap_or_else(|| promised.clone());
        same(format!("README and the drill's limit,{what}"), &kept, limit);
    }
    let failover = file("scripts/failover-region.sh");
    let limits = between(failover, "\npromised() {", "\n}").unwrap_or_default();
    for line in limits.lines() {
        let row = line.trim().strip_suffix(" ;;");
        let Some((store, limit)) = row.and_then(|l| l.split_once(") printf ")) else {
            continue;
        };
        let times = lost.split([' ', ',']).filter_map(seconds);
        let kept = times.map(|t| t.to_string()).find(|t| t == limit);
        let kept = kept.unwrap_or_else(|| lost.clone());
        same(
            format!("README and the script's limit of {store}"),
            &kept,
            limit,
        );
    }
    // How checks count, wherever it is said.
    let proved = checks(budget);
    for (path, other) in case.done.artifacts.iter() {
        let page =
            path.ends_with(".md") || path.starts_with("scripts/") || path.starts_with("alerts/");
        for check in checks(&other.text)
            .iter()
            .filter(|_| page && path != "RECOVERY_BUDGET.md")
        {
            let there = if proved.contains(check) {
                check.as_str()
            } else {
                "not in the budget"
            };
            same(format!("{path}, a check"), check, there);
        }
    }
    places(case, &mut same);
    (faults, seen)
}

/// Regions and stores are at the same place on every page.
fn places(case: &Case, same: &mut impl FnMut(String, &str, &str)) {
    let topology = case.done.topology.as_ref().expect("a topology");
    let page = |path: &str| {
        let found = case.done.artifacts.get(path);
        found.map_or("", |f| f.text.as_str())
    };
    let architecture = page("ARCHITECTURE.md");
    for region in &topology.regions {
        let rows = rows(page("README.md"));
        let place = rows
            .iter()
            .find(|r| r[0] == region.name)
            .map(|r| r[1].clone());
        let named = place
            .as_deref()
            .map(|p| p.rsplit_once(" (").map_or(p, |(p, _)| p));
        if let Some(named) = named.filter(|_| architecture.contains("flowchart")) {
            let there = if architecture.contains(named) {
                named
            } else {
                "elsewhere"
            };
            same(
                format!("README and ARCHITECTURE, {}", region.name),
                named,
                there,
            );
        }
    }
    let stores = between(architecture, "## Data placement\n", "\n##").unwrap_or_default();
    let flow = page("DATA_FLOW.md");
    for row in rows(stores)
        .iter()
        .filter(|r| r.len() == 4 && r[0] != "store")
    {
        let followed = topology.datastores.iter().find(|d| d.name == row[0]);
        let followed = followed.is_some_and(|d| d.datasets.iter().next().is_some());
        for place in row[2].split("; ").filter(|_| followed) {
            let place = place.rsplit(" at ").next().unwrap_or(place);
            let there = if flow.contains(place) {
                place
            } else {
                "not in DATA_FLOW"
            };
            same(
                format!("ARCHITECTURE and DATA_FLOW, {}", row[0]),
                place,
                there,
            );
        }
    }
}

/// Broken on purpose by another promise in one of the printers, and below by a tree in which one of
/// them says something else.
#[test]
fn promises_places_and_checks_are_the_same_in_every_file() {
    let mut compared = 0;
    for (name, case) in systems() {
        let (faults, seen) = faults(&case);
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
        compared += seen;
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn another_promise_on_one_page_is_found() {
    let broken = [
        ("README.md", "5m for api", "6m for api"),
        ("RUNBOOK_FAILOVER.md", "back within 5m", "back within 4m"),
        ("COST_ANALYSIS.md", "an RTO of 5m", "an RTO of 4m"),
        (
            "RECOVERY_BUDGET.md",
            "Promised: 5m. Takes",
            "Promised: 7m. Takes",
        ),
        (
            "RUNBOOK_FAILOVER.md",
            "health check 5s x 2",
            "health check 5s x 3",
        ),
        ("scripts/dr-test.sh", " 14400", " 1440"),
        ("DATA_FLOW.md", "eur3", "eur5"),
        ("README.md", "Council Bluffs", "Dalles"),
    ];
    for (path, from, to) in broken {
        let mut case = crate::support::example("ggen");
        let mut set = meridian::artifact::ArtifactSet::default();
        for (at, file) in case.done.artifacts.iter() {
            let text = match at == path {
                true => file.text.replace(from, to),
                false => file.text.clone(),
            };
            assert!(at != path || text != file.text, "{path} has no {from}");
            set.text("test", at, text);
        }
        case.done.artifacts = set;
        let (faults, _) = faults(&case);
        assert!(!faults.is_empty(), "{path}: {to} is not found");
    }
}

/// The case that showed it: a promise of a service.
#[test]
fn a_promise_is_one_in_all_files() {
    let case = case_with("recovery/promise-of-a-service", &[]);
    let budget = case.file("RECOVERY_BUDGET.md");
    assert!(
        budget.contains("| service web | lose us-central1 | 5m |"),
        "{budget}"
    );
    for file in ["README.md", "RUNBOOK_FAILOVER.md"] {
        let text = case.file(file);
        assert!(text.contains("5m"), "{file} does not say 5m");
    }
    // Nobody waits for what a drill of the region does: it is not held against the promise of
    // another part.
    assert!(!case.file("scripts/dr-test.sh").contains("printf 3600"));
    let minimal = compiled(&root().join("examples/minimal/topology.yaml"));
    for (file, words) in [
        ("README.md", "RTO, data corruption | not promised"),
        ("RUNBOOK_RESTORE.md", "not promised"),
    ] {
        assert!(minimal.file(file).contains(words), "{file}");
    }
}

/// The first page comes when the budget counts it, on the page of the failover as well.
#[test]
fn a_page_takes_as_long_everywhere() {
    let mut seen = 0;
    for (name, case) in systems() {
        let topology = case.done.topology.as_ref().expect("a topology");
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        let Some(first) = topology.primary() else {
            continue;
        };
        let times = analysis.recovery.times.iter();
        let lost = times.filter(|t| t.scenario == Scenario::Region(first));
        let terms = lost.flat_map(|t| &t.budget.nodes).map(|n| &n.term);
        for page in terms.filter(|t| t.step == Step::Page && t.high.is_some()) {
            let words = format!("{} after the loss", page.interval());
            let runbook = case.file("RUNBOOK_FAILOVER.md");
            assert!(runbook.contains(&words), "{name}: {words}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

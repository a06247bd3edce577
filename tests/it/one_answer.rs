//! No two files of a golden tree say different things of one thing: what is told in several is
//! taken out of each, and compared. Nothing here knows how the files came about.

use crate::support::{Tree, golden_trees};
use crate::tables::unrolled;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a tree, in a sentence each.
type Faults = BTreeSet<String>;

// Reading pages and scripts.

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split(after).next()
}

/// The rows of the first table with such a header, cell by cell.
fn table(text: &str, header: &str) -> Vec<Vec<String>> {
    let Some((_, rest)) = text.split_once(&format!("{header}\n")) else {
        return Vec::new();
    };
    let rows = rest.lines().skip(1).take_while(|l| l.starts_with('|'));
    let cells = |row: &str| {
        let inner = row.trim().trim_matches('|');
        inner.split(" | ").map(|c| c.trim().to_string()).collect()
    };
    rows.map(cells).collect()
}

/// The value of a row of a page's first table: `| promised | back within 5m |`.
fn row<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    between(text, &format!("\n| {name} | "), " |\n")
}

/// Seconds of a clock, `24:15`.
fn clock(text: &str) -> Option<u64> {
    let (minutes, seconds) = text.split_once(':')?;
    Some(minutes.parse::<u64>().ok()? * 60 + seconds.parse::<u64>().ok()?)
}

/// Milliseconds of a time, `1h10s` or `500ms`.
fn time(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit());
        let (unit, after) = rest.split_at(letters.unwrap_or(rest.len()));
        sum += number
            * match unit {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return None,
            };
        rest = after;
    }
    Some(sum)
}

/// The time at worst of `0s .. 2h45m`, or of one that is certain.
fn worst(text: &str) -> Option<u64> {
    time(text.rsplit(" .. ").next()?)
}

/// The lines of a shell function.
fn function<'a>(script: &'a str, name: &str) -> Option<&'a str> {
    between(script, &format!("\n{name}() {{"), "\n}\n")
}

/// The lines of a branch of a `case`, at any depth.
fn branch<'a>(text: &'a str, pattern: &str) -> Option<&'a str> {
    between(text, &format!(" {pattern})\n"), "\n      ;;")
}

/// What a table of the script gives for a name: the first pattern that fits.
fn looked_up(script: &str, table: &str, name: &str) -> Option<String> {
    let lines = function(script, table)?.lines();
    let mut rows = lines.filter_map(|l| {
        let (pattern, rest) = l.trim().split_once(") printf ")?;
        Some((pattern.to_string(), rest.strip_suffix(" ;;")?.to_string()))
    });
    let fits = |pattern: &str| {
        let mut parts = pattern.split('/').zip(name.split('/'));
        pattern == "*"
            || pattern.split('/').count() == name.split('/').count()
                && parts.all(|(p, n)| p == "*" || p == n)
    };
    rows.find(|(pattern, _)| fits(pattern))
        .map(|(_, value)| value)
}

// Steps, clocks and expectations of leaving a region.

struct Step<'a> {
    id: &'a str,
    text: &'a str,
    budget: &'a str,
    clock: &'a str,
}

/// The steps of RUNBOOK_FAILOVER.md.
fn steps(page: &str) -> Vec<Step<'_>> {
    let steps = page.split("\n### ").skip(1);
    let steps = steps.filter_map(|text| {
        let (_, who) = text.split_once("\nWho: ")?;
        let mut parts = who.lines().next()?.split(" · ").skip(1);
        Some(Step {
            id: between(text, "--step ", " ").unwrap_or("decide"),
            text,
            budget: parts.next()?.strip_prefix("budget ")?,
            clock: parts.next()?.strip_prefix("clock ")?,
        })
    });
    steps.collect()
}

fn pair(page: &str) -> Option<(&str, &str)> {
    let line = page.lines().find(|l| l.starts_with("Fail over from "))?;
    let mut words = line.split(['.', ' ']).skip(3);
    Some((words.next()?, words.nth(1)?))
}

fn leaving(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RUNBOOK_FAILOVER.md"];
    let script = &unrolled(&tree["scripts/failover-region.sh"]);
    let Some((from, to)) = pair(page) else {
        return;
    };
    let budget = &tree["RECOVERY_BUDGET.md"];
    let title = format!("### Lose {from}: fail over to {to}\n");
    let section = between(budget, &title, "\n### ").unwrap_or_default();
    let rows = table(
        section,
        "| action | component | role | duration | completed after the loss |",
    );
    let (told, people): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|r| r[2] == "automation" || r[0] == "page");
    let automation: Vec<_> = told.iter().filter(|r| r[0] != "page").collect();
    let on_page = table(
        page,
        "| action | component | completed after the loss, at worst |",
    );
    let same = automation.len() == on_page.len()
        && automation
            .iter()
            .zip(&on_page)
            .all(|(a, b)| (&a[0], &a[1], &a[4]) == (&b[0], &b[1], &b[2]));
    if !same {
        faults.insert(format!("automation: {automation:?} and {on_page:?}"));
    }
    let paged = told.iter().find(|r| r[0] == "page");
    let paged = paged.and_then(|r| clock(&r[4]));
    let steps = steps(page);
    let names: Vec<&str> = steps.iter().map(|s| s.id).collect();
    let in_budget: Vec<&str> = people.iter().map(|r| r[0].as_str()).collect();
    if names != in_budget {
        faults.insert(format!("steps: {names:?} and {in_budget:?}"));
        return;
    }
    let mut done = Some(0);
    for (step, row) in steps.iter().zip(&people) {
        let id = step.id;
        let mut differ = |what: &str, a: &str, b: &str| {
            if a != b {
                faults.insert(format!("{id}: {what} {a} and {b}"));
            }
        };
        differ("budget", step.budget, &row[3]);
        let bounded = clock(step.budget);
        done = done.zip(bounded).map(|(done, seconds)| done + seconds);
        let until = done.map_or("no bound".into(), shown);
        differ("clock", step.clock, &until);
        let after = paged.zip(done).map(|(paged, done)| paged + done);
        differ(
            "after the loss",
            &row[4],
            &after.map_or("no bound".into(), shown),
        );
        let who = between(step.text, "\nWho: ", " · ").unwrap_or_default();
        differ("who", who, &row[2]);
        let seconds = looked_up(script, "budget_of", &format!("{from}/{to}/{id}"));
        let commands = step.budget.split(' ').next().and_then(clock);
        if id != "decide" {
            let commands = commands.map_or(String::new(), |s| s.to_string());
            differ("script", &seconds.unwrap_or_default(), &commands);
            expected(step, script, (from, to), faults);
        }
    }
    let all = between(page, "All steps are done by ", " on that clock");
    let after = between(page, " on that clock, ", " after the loss.");
    if all.map(String::from) != done.map(shown) {
        faults.insert(format!("all steps: {all:?} and {done:?}"));
    }
    let loss = paged.zip(done).map(|(paged, done)| shown(paged + done));
    if after.map(String::from) != loss {
        faults.insert(format!("after the loss: {after:?} and {loss:?}"));
    }
}

fn shown(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// As many lines are expected as commands are run, and as many read-backs as there are.
fn expected(step: &Step, script: &str, (from, to): (&str, &str), faults: &mut Faults) {
    let id = step.id;
    let Some(expect) = between(step.text, "\nExpect: ", ".\n") else {
        faults.insert(format!("{id}: nothing is expected"));
        return;
    };
    let region = if id == "fence" { from } else { to };
    let body = |name: &str| {
        let whole = function(script, name).unwrap_or_default();
        branch(whole, region).unwrap_or(whole)
    };
    let count = |text: &str, words: &[&str]| {
        let lines = text.lines().map(str::trim_start);
        lines
            .filter(|l| words.iter().any(|w| l.starts_with(w)))
            .count()
    };
    let run = count(body(id), &["run ", "look ", "measure", "[[ ${FROM}"]);
    let proofs = count(
        body(&format!("{id}_holds")),
        &["prove ", "prove_elsewhere "],
    );
    let mut lines = 0;
    let mut read_back = 0;
    for item in expect.split("; ") {
        let times = item
            .rsplit_once(" (")
            .and_then(|(_, n)| n.strip_suffix(" times)"));
        if let Some(count) = between(item, "then ", " read-back") {
            read_back = count.parse().unwrap_or(0);
        } else {
            lines += times.map_or(1, |n| n.parse().unwrap_or(0));
        }
    }
    if run == 0 {
        // What the script says where there is nothing to do.
        let idle = expect.trim_matches('`').replace('\\', "");
        if !body(id).contains(&idle) {
            faults.insert(format!("{id}: the script does not say {idle:?}"));
        }
        return;
    }
    // A copy may be measured by several commands, and a command may measure several.
    if id != "lag" && run != lines {
        faults.insert(format!(
            "{id}: {run} commands, and {lines} answers are expected"
        ));
    }
    if read_back != proofs {
        faults.insert(format!(
            "{id}: {proofs} read-backs, and {read_back} are expected"
        ));
    }
    if id == "lag" {
        let (script, page) = (compared(script), bounds(expect));
        // A pair of regions has its own copies, of all that are promised.
        if !page.is_subset(&script) {
            faults.insert(format!("lag: {script:?} and {page:?} seconds"));
        }
    }
}

/// What the script holds copies against.
fn compared(script: &str) -> BTreeSet<(String, String)> {
    let rows = function(script, "promised").unwrap_or_default();
    let rows = rows.lines().map(str::trim);
    let held = rows.filter_map(|l| l.strip_suffix(" ;;")?.split_once(") printf "));
    held.map(|(store, most)| (store.into(), most.into()))
        .collect()
}

/// What the page says of that: `of a, b, at most 30: the script compares; of c, ...`.
fn bounds(expect: &str) -> BTreeSet<(String, String)> {
    let plain = expect.replace('\\', "");
    let groups = plain.split("of ").filter_map(|group| {
        let (stores, most) = group.split_once(", at most ")?;
        let most = most.split(':').next()?;
        let each = stores.split(", ");
        Some(
            each.map(|s| (s.to_string(), most.to_string()))
                .collect::<Vec<_>>(),
        )
    });
    groups.flatten().collect()
}

/// Letting a region serve again.
fn returning(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RUNBOOK_FAILOVER.md"];
    let script = &tree["scripts/promote-region.sh"];
    let Some((from, _)) = pair(page) else {
        return;
    };
    let rows = table(page, "| step | budget | clock | expect | if not |");
    let mut steps = script.lines().filter_map(|l| {
        let id = l.strip_suffix("() {")?;
        looked_up(script, "budget_of", &format!("{from}/{from}/{id}"))
            .filter(|_| script.contains(&format!("begin {id} ")))
    });
    let mut done = 0;
    for row in &rows {
        let seconds = clock(&row[1]).unwrap_or(u64::MAX);
        let in_script = steps.next();
        if in_script != Some(seconds.to_string()) {
            faults.insert(format!("return: {} {} and {in_script:?}", row[0], row[1]));
        }
        done += seconds;
        if clock(&row[2]) != Some(done) {
            faults.insert(format!("return: {} is done at {}", row[0], row[2]));
        }
    }
    if let Some(more) = steps.next() {
        faults.insert(format!("return: the script has one of {more} more"));
    }
    let all = between(page, "in up to ", ",").and_then(clock);
    if all != Some(done) {
        faults.insert(format!("return: {done} and {all:?}"));
    }
    // For how long it must hold.
    let held = function(script, "lag").and_then(|f| between(f, "      hold ", "\n"));
    let said = between(page, "its replication lag is at most ", ",");
    let watched = said.and_then(|said| time(said.split_once(" for ")?.1));
    let mut expected = rows.iter().map(|r| r[3].split_once("compares for "));
    let expected = expected.find_map(|said| Some(said?.1));
    let held = held.and_then(|s| s.parse::<u64>().ok());
    if held != watched.map(|ms| ms / 1000) || held != expected.and_then(clock) {
        faults.insert(format!(
            "return: {held:?} s, {watched:?} ms and {expected:?} to hold"
        ));
    }
    // What the copies may be behind.
    let compared = between(script, "((BEHIND <= ", "))");
    let said = between(page, "its replication lag is at most ", " for ");
    let said = said.and_then(time).map(|ms| ms.div_ceil(1000).to_string());
    let expected = rows.iter().find_map(|r| between(&r[3], "at most ", ":"));
    if compared != expected || compared.is_some() && compared.map(String::from) != said {
        faults.insert(format!(
            "return: {compared:?}, {said:?} and {expected:?} behind"
        ));
    }
}

// Names that turn, flags that are switched, messages that are put back.

/// The seconds of the first `budget` of a line.
fn budget(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("budget ")?;
    clock(rest.split([' ', ')']).next()?)
}

/// What the first `step` of a part of a script says that it takes.
fn of_step(script: &str) -> Option<u64> {
    let line = script
        .lines()
        .find(|l| l.trim_start().starts_with("step "))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

fn errands(tree: &Tree, faults: &mut Faults) {
    let mut same = |what: &str, page: Option<u64>, script: Option<u64>| {
        if page.is_none() || page != script {
            faults.insert(format!("{what}: {page:?} and {script:?}"));
        }
    };
    let both = |page: &str, script: &str| tree.get(page).zip(tree.get(script));
    if let Some((page, script)) = both("RUNBOOK_DNS_FAILOVER.md", "scripts/switch-dns.sh") {
        for line in page.lines().filter(|l| l.contains(" (budget ")) {
            let name = line.split(" (").next().unwrap_or_default();
            let branch = format!("  {})\n", name.replace(" to ", "/"));
            let branch = between(script, &branch, "\n    ;;").unwrap_or_default();
            same(name, budget(line), of_step(branch));
            // The rollback turns every name.
            if let Some(rollback) = tree.get("RUNBOOK_ROLLBACK.md") {
                let mut lines = rollback.lines();
                let each = lines.find(|l| l.ends_with(" each"));
                same("a rollback", each.and_then(budget), of_step(branch));
            }
        }
    }
    if let Some((page, script)) = both("RUNBOOK_ROLLBACK.md", "scripts/set-flag.sh") {
        let steps = || {
            script
                .lines()
                .filter(|l| l.trim_start().starts_with("step "))
        };
        for heading in page.lines().filter(|l| l.starts_with("### 1. Switch ")) {
            let region = between(heading, " off in ", " · ");
            let taken = steps().filter(|l| match region {
                Some(region) => l.contains("Verify") || l.contains(region),
                None => true,
            });
            let sum = taken.map(of_step).sum();
            same(heading, budget(heading), sum);
        }
    }
    if let Some((page, script)) = both("RUNBOOK_DEAD_LETTERS.md", "scripts/replay-dead-letters.sh")
    {
        let of = function(script, "budget_of").unwrap_or_default();
        for part in page.split("\n\n").filter(|p| p.contains(" (budget ")) {
            let queue = part.split(" (").next().unwrap_or_default();
            let sum = between(of, &format!("    {queue}) printf '%d' $(("), " * $1))");
            let sum = sum.and_then(|s| s.split_once(" + "));
            let (_, command) = page.split_once(part).unwrap_or_default();
            let limit = between(command, "--limit ", "\n").and_then(|l| l.split(' ').next());
            let [first, each, limit] = [sum.map(|s| s.0), sum.map(|s| s.1), limit]
                .map(|number| number.and_then(|n| n.parse::<u64>().ok()));
            let seconds = first.zip(each.zip(limit)).map(|(f, (e, l))| f + e * l);
            same(queue, budget(part), seconds);
        }
    }
}

// Wrong or deleted data.

fn restoring(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RUNBOOK_RESTORE.md"];
    let budget = &tree["RECOVERY_BUDGET.md"];
    let rows = table(page, "| datastore | step | role | budget | clock |");
    let stores: BTreeSet<&str> = rows.iter().map(|r| r[0].as_str()).collect();
    for store in stores {
        let title = format!("### Data corruption: {store}\n");
        let section = between(budget, &title, "\n### ").unwrap_or_default();
        let planned = table(
            section,
            "| action | component | role | duration | completed after the corruption |",
        );
        let own: Vec<_> = rows.iter().filter(|r| r[0] == store).collect();
        let noticed = planned.first().and_then(|r| clock(&r[4]));
        let same = planned.len() == own.len() + 1
            && planned[1..].iter().zip(&own).all(|(a, b)| {
                let after = noticed.zip(clock(&b[4])).map(|(n, c)| shown(n + c));
                (&a[0], &a[2], &a[3]) == (&b[1], &b[2], &b[3])
                    && a[4] == after.unwrap_or("no bound".into())
            });
        if !same {
            faults.insert(format!("restore of {store}: {own:?} and {planned:?}"));
        }
        // The terms of the budget are the steps.
        let title = format!("\n### {store}: corruption\n");
        let terms = between(budget, &title, "\n### ").unwrap_or_default();
        let total = between(terms, "Takes: ", ". Verdict").and_then(worst);
        let done = planned.last().and_then(|r| clock(&r[4]));
        if total.map(|ms| ms.div_ceil(1000)) != done {
            faults.insert(format!("restore of {store}: {total:?} ms and {done:?} s"));
        }
        for term in table(
            terms,
            "| step | component | duration | class | reason | source |",
        ) {
            let step = planned.iter().find(|r| r[0] == term[0]);
            let takes = step.and_then(|r| clock(&r[3]));
            if worst(&term[2]).map(|ms| ms.div_ceil(1000)) != takes {
                faults.insert(format!("restore of {store}: {term:?} and {step:?}"));
            }
        }
    }
    let script = &tree["scripts/restore-from-backup.sh"];
    let commands = page
        .lines()
        .filter(|l| l.starts_with("scripts/restore-from-backup.sh --datastore"));
    for command in commands.filter(|l| !l.ends_with("--apply")) {
        let subject = between(command, "--datastore ", " ").unwrap_or_default();
        let own = script
            .rsplit("\ncase ${DATASTORE} in\n")
            .next()
            .unwrap_or_default();
        let Some(own) = between(own, &format!("  {subject})\n"), "\n    ;;") else {
            faults.insert(format!("no script restores {subject}"));
            continue;
        };
        let drill = looked_up(
            &tree["scripts/dr-test.sh"],
            "budget_of",
            &format!("restore/{subject}"),
        );
        let seconds = between(own, "beside the original\" ", "\n");
        let mut budgets = rows.iter().filter(|r| r[1] == "restore");
        let on_page = budgets.any(|r| {
            let seconds = r[3].split(' ').next().and_then(clock);
            seconds.map(|s| s.to_string()).as_deref() == drill.as_deref()
        });
        if seconds != drill.as_deref() || !on_page {
            faults.insert(format!("restore of {subject}: {seconds:?} and {drill:?}"));
        }
        if !own.contains("prove ") {
            faults.insert(format!("nothing is read back of {subject}"));
        }
    }
    let promised = row(page, "objective").unwrap_or_default();
    let readme = row(&tree["README.md"], "RTO, data corruption").unwrap_or_default();
    let said = between(promised, "back within ", ", losing").unwrap_or(promised);
    if said != readme && promised != format!("back within {readme}") {
        faults.insert(format!("wrong data: {promised:?} and {readme:?}"));
    }
}

// Drills.

fn drills(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RUNBOOK_DR_TESTING.md"];
    let script = &tree["scripts/dr-test.sh"];
    let rows = table(page, "| drill | interval | scenario | last passed |");
    let exercised = table(
        &tree["RECOVERY_BUDGET.md"],
        "| drill | interval | last passed | scenario |",
    );
    let of = |r: &[String], at: [usize; 3]| at.map(|i| r[i].clone());
    let a: Vec<_> = rows.iter().map(|r| of(r, [0, 1, 3])).collect();
    let b: Vec<_> = exercised.iter().map(|r| of(r, [0, 1, 2])).collect();
    if a != b {
        faults.insert(format!("drills: {a:?} and {b:?}"));
    }
    for drill in &rows {
        let section = between(page, &format!("\n## {}\n", drill[0]), "\n## ").unwrap_or_default();
        let rules = &tree["alerts/prometheus/rules.yaml"];
        let overdue = format!("drill=\"{}\"}}) > ", drill[0]);
        let days = match drill[1].as_str() {
            "weekly" => 7,
            "monthly" => 31,
            "quarterly" => 92,
            _ => 366,
        };
        let bound = between(rules, &overdue, " ").and_then(|s| s.parse::<u64>().ok());
        if bound != Some(days * 86_400 * 115 / 100) {
            faults.insert(format!(
                "drill {}: {} and overdue after {bound:?}",
                drill[0], drill[1]
            ));
        }
        let Some(command) = section
            .lines()
            .find(|l| l.starts_with("scripts/dr-test.sh"))
        else {
            continue;
        };
        let word = |flag: &str| between(command, flag, " ").map(|w| w.trim_end().to_string());
        let kind = word("--test-type ").unwrap_or_default();
        let what = match kind.as_str() {
            "region-failure" => word("--primary ")
                .zip(word("--secondary "))
                .map(|(a, b)| format!("{a}/{b}")),
            "restore" => word("--datastore "),
            "dead-letters" => word("--queue "),
            _ => word("--flag "),
        };
        let what = format!("{kind}/{}", what.unwrap_or_default());
        if !script.contains(&format!("    {what}) printf '%s' {} ;;\n", drill[0])) {
            faults.insert(format!(
                "drill {}: the script does not know it as {what}",
                drill[0]
            ));
        }
        let objective = looked_up(script, "objective", &what).and_then(|s| s.parse().ok());
        let judged = between(section, "matches, within ", ".").and_then(clock);
        if objective != judged {
            faults.insert(format!("drill {}: {objective:?} and {judged:?}", drill[0]));
        }
        let before = looked_up(script, "before", &what).and_then(|s| s.parse().ok());
        let added = between(section, "The script adds ", " ").and_then(clock);
        if before.filter(|_| objective.is_some()) != added {
            faults.insert(format!(
                "drill {}: {before:?} and {added:?} before",
                drill[0]
            ));
        }
        let budget = looked_up(script, "budget_of", &what).and_then(|s| s.parse().ok());
        let said = between(section, "Time budget of the steps: ", ".")
            .and_then(|s| clock(s.split(' ').next()?));
        if budget.filter(|b| *b > 0) != said {
            faults.insert(format!(
                "drill {}: steps of {budget:?} and {said:?}",
                drill[0]
            ));
        }
        if kind == "region-failure" {
            let pair = what.trim_start_matches("region-failure/");
            let leave = &tree["scripts/failover-region.sh"];
            let steps = leave.lines().filter_map(|l| {
                let id = l
                    .strip_suffix("() {")
                    .filter(|id| leave.contains(&format!("begin {id} ")))?;
                looked_up(leave, "budget_of", &format!("{pair}/{id}"))?
                    .parse::<u64>()
                    .ok()
            });
            let sum: u64 = steps.sum();
            if said != Some(sum) {
                faults.insert(format!(
                    "drill {}: {said:?}, and the script's steps are {sum}",
                    drill[0]
                ));
            }
        }
    }
}

// Promises.

fn promises(tree: &Tree, faults: &mut Faults) {
    let readme = &tree["README.md"];
    let row_of = |name: &str| row(readme, name).unwrap_or_default().to_string();
    let sentence = |time: &str, loss: &str| match (time, loss) {
        ("not promised", "not promised") => "not promised".to_string(),
        (time, "not promised") => format!("back within {time}"),
        ("not promised", loss) => format!("losing at most {loss} of writes"),
        (time, loss) => format!("back within {time}, losing at most {loss} of writes"),
    };
    let lost = sentence(&row_of("RTO, region loss"), &row_of("RPO, region loss"));
    let wrong = sentence(
        &row_of("RTO, data corruption"),
        &row_of("RPO, data corruption"),
    );
    let drill = &tree["RUNBOOK_DR_TESTING.md"];
    for (page, said, wanted) in [
        (
            "RUNBOOK_FAILOVER.md",
            row(&tree["RUNBOOK_FAILOVER.md"], "objective"),
            &lost,
        ),
        (
            "RUNBOOK_RESTORE.md",
            row(&tree["RUNBOOK_RESTORE.md"], "objective"),
            &wrong,
        ),
        ("RUNBOOK_DR_TESTING.md", row(drill, "region loss"), &lost),
        (
            "RUNBOOK_DR_TESTING.md",
            row(drill, "data corruption"),
            &wrong,
        ),
    ] {
        if said.is_some_and(|said| said != wanted)
            || said.is_none() && page != "RUNBOOK_FAILOVER.md"
        {
            faults.insert(format!("{page}: {said:?} and {wanted:?}"));
        }
    }
    // What the budget judges by is one of what is said.
    let summary = between(&tree["RECOVERY_BUDGET.md"], "## Summary\n", "\n## ").unwrap_or_default();
    for row in table(
        summary,
        "| component | scenario | promised | takes | verdict | valid until |",
    ) {
        let words = match row[1].as_str() {
            "corruption" => &wrong,
            lost_region
                if lost_region.starts_with("lose ") && tree_has_region(tree, lost_region) =>
            {
                &lost
            }
            _ => continue,
        };
        // A promise that only one of many makes stands beside it: `5m for api`.
        let promised = &row[2];
        let mut said = words.split([' ', ',']);
        if !said.any(|w| w == promised) {
            faults.insert(format!(
                "promised {promised} for {} {}, and {words:?}",
                row[0], row[1]
            ));
        }
    }
    let loss = row_of("RPO, region loss");
    let question = between(
        &tree["RUNBOOK_FAILOVER.md"],
        "Is the lag of every copy at most ",
        "?",
    );
    if question.is_some_and(|q| q != loss) {
        faults.insert(format!("lag of at most {question:?} and {loss}"));
    }
}

/// What the budget of a part says of a promotion by hand is when the plan has it: with all that the
/// script does before.
fn promoting(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RECOVERY_BUDGET.md"];
    for plan in page.split("\n### Lose ").skip(1) {
        let Some((lost, _)) = plan.split_once(": ") else {
            continue;
        };
        let planned = table(
            plan,
            "| action | component | role | duration | completed after the loss |",
        )
        .into_iter()
        .find(|row| row.first().is_some_and(|action| action == "promote"))
        .and_then(|row| clock(row.last()?));
        let title = format!(": lose {lost}\n");
        let parts = page.split("\n### ").filter(|part| part.contains(&title));
        let parts = parts.filter(|part| part.contains("the script promotes nothing before"));
        let ends = parts.flat_map(|part| part.lines()).filter_map(|line| {
            let span = line.trim().strip_prefix("promote : ")?;
            span.split_once(", ")?.1.parse::<u64>().ok()
        });
        if let Some(counted) = ends.max()
            && planned != Some(counted)
        {
            faults.insert(format!(
                "lose {lost}: the budget has promoted after {counted} s, the plan after {planned:?}"
            ));
        }
    }
}

fn tree_has_region(tree: &Tree, lost: &str) -> bool {
    let regions = table(
        &tree["README.md"],
        "| region | location | role | weight | compliance zone | fails over to |",
    );
    regions.iter().any(|r| lost == format!("lose {}", r[0]))
}

/// What notices a lost region, in how long.
fn checks(tree: &Tree, faults: &mut Faults) {
    let page = &tree["RUNBOOK_FAILOVER.md"];
    let Some(seconds) = between(page, "detect a lost region within ", " s ") else {
        return;
    };
    let told = table(
        page,
        "| action | component | completed after the loss, at worst |",
    );
    let mut detected = told.iter().filter(|r| r[0] == "detect");
    let seconds: u64 = seconds.parse().unwrap_or(0);
    // A measurement may say that it takes less.
    if !detected.any(|r| clock(&r[2]).is_none_or(|c| c == seconds))
        && !page.contains("measure it in a drill")
    {
        faults.insert(format!(
            "a lost region is noticed in {seconds} s, and {told:?}"
        ));
    }
}

// Who is paged, and when.

struct Alert {
    name: String,
    hold: u64,
    every: u64,
    severity: String,
    tell: String,
    by_region: bool,
}

/// The alerts of rules.yaml, with the pace of their groups.
fn alerts(tree: &Tree) -> BTreeMap<String, Alert> {
    let rules = &tree["alerts/prometheus/rules.yaml"];
    let mut found = BTreeMap::new();
    for group in rules.split("\n- name: ").skip(1) {
        let every = between(group, "interval: ", "\n")
            .and_then(time)
            .unwrap_or(0);
        for rule in group.split("\n  - alert: ").skip(1) {
            let name = rule.lines().next().unwrap_or_default().to_string();
            let field = |key: &str| between(rule, &format!("\n    {key}: "), "\n");
            let label =
                |key: &str| between(rule, &format!("\n      {key}: "), "\n").unwrap_or_default();
            let alert = Alert {
                hold: field("for").and_then(time).unwrap_or(0),
                every,
                severity: label("severity").into(),
                tell: label("tell").trim_matches('"').into(),
                by_region: rule.contains("(region {{ $labels.region }}")
                    || rule.contains("region {{ $labels.region }}"),
                name: name.clone(),
            };
            found.insert(name, alert);
        }
    }
    found
}

/// Whether a value meets the matcher that Alertmanager is given.
fn meets(matcher: &str, value: &str) -> bool {
    let pattern = matcher
        .split_once('"')
        .map_or("", |(_, p)| p.trim_end_matches('"'))
        .replace("\\\\", "");
    match matcher.contains("=~") {
        false => value == pattern,
        true => match pattern
            .strip_prefix("(.*,)?")
            .and_then(|p| p.strip_suffix("(,.*)?"))
        {
            Some(item) => value.split(',').any(|v| v == item),
            None => pattern.split('|').any(|p| p == value),
        },
    }
}

/// Who is notified, as Alertmanager takes its routes.
fn notified(manager: &str, alert: &Alert, region: &str) -> Vec<String> {
    let tree = between(manager, "\nroute:\n", "\ninhibit_rules:").unwrap_or_default();
    let mut found = Vec::new();
    for route in tree.split("\n  - matchers:\n").skip(1) {
        let matchers = route.lines().filter_map(|l| l.strip_prefix("    - "));
        let all = matchers.into_iter().all(|m| {
            let value = match m.split(['=', '~']).next().unwrap_or_default() {
                "alertname" => alert.name.as_str(),
                "severity" => &alert.severity,
                "tell" => &alert.tell,
                "region" => region,
                _ => "",
            };
            meets(m, value)
        });
        if all {
            found.push(
                between(route, "receiver: ", "\n")
                    .unwrap_or(route)
                    .trim()
                    .to_string(),
            );
            if !route.contains("continue: true") {
                break;
            }
        }
    }
    if found.is_empty() {
        found.extend(between(tree, "receiver: ", "\n").map(|r| r.trim().to_string()));
    }
    found
}

/// Who is notified of an alert, whatever the region.
fn all_notified(tree: &Tree, alert: &Alert) -> BTreeSet<String> {
    let manager = &tree["alerts/alertmanager.yaml"];
    let header = "| region | location | role | weight | compliance zone | fails over to |";
    let regions = table(&tree["README.md"], header);
    let mut regions: Vec<&str> = regions.iter().map(|r| r[0].as_str()).collect();
    if !alert.by_region {
        regions = vec![""];
    }
    regions
        .iter()
        .flat_map(|r| notified(manager, alert, r))
        .collect()
}

fn list(text: &str) -> BTreeSet<String> {
    text.split(", ").map(String::from).collect()
}

fn paging(tree: &Tree, faults: &mut Faults) {
    let alerts = alerts(tree);
    let pages = &tree["RUNBOOK_ALERTS.md"];
    let manager = &tree["alerts/alertmanager.yaml"];
    let wait = between(manager, "\n  group_wait: ", "\n")
        .and_then(time)
        .unwrap_or(0);
    let section = |name: &str| between(pages, &format!("\n## {name}\n"), "\n## ");
    for alert in alerts.values() {
        let name = &alert.name;
        let Some(own) = section(name) else {
            faults.insert(format!("{name} has no section"));
            continue;
        };
        if row(own, "severity") != Some(&alert.severity) {
            faults.insert(format!(
                "{name} is {} and {:?}",
                alert.severity,
                row(own, "severity")
            ));
        }
        let tells = row(own, "notifies").unwrap_or_default();
        let tell = alert.tell.replace(',', ", ");
        if tells != tell && !(tell.is_empty() && tells == "by severity") {
            faults.insert(format!("{name} tells {tell:?} and {tells:?}"));
        }
        let held = row(own, "pending for").unwrap_or_default();
        let (hold, every) = held.split_once(", evaluated every ").unwrap_or_default();
        if (time(hold), time(every)) != (Some(alert.hold), Some(alert.every)) {
            faults.insert(format!(
                "{name}: {held}, and {} every {} ms",
                alert.hold, alert.every
            ));
        }
        // Scrape, window, evaluation, `for` and group wait are those that are emitted.
        let after = row(own, "notified after").unwrap_or_default();
        let (span, words) = after.split_once(": ").unwrap_or_default();
        let mut sum = Some(0);
        for part in words.split(" + ") {
            let (what, length) = part.rsplit_once(' ').unwrap_or_default();
            let length = time(length);
            let wanted = match what {
                "evaluation" => Some(alert.every),
                "for" => Some(alert.hold),
                "group wait" => Some(wait),
                _ => length,
            };
            if length != wanted {
                faults.insert(format!("{name}: {part}, and {wanted:?} ms"));
            }
            // A `for` ends on an evaluation.
            let counted = match what {
                "for" => length.map(|l| l.div_ceil(alert.every) * alert.every),
                _ => length,
            };
            sum = sum.zip(counted).map(|(a, b)| a + b);
        }
        let said = span.contains(" .. ").then(|| worst(span)).flatten();
        if sum != said && !span.starts_with("at once") {
            faults.insert(format!("{name}: notified after {span}, and {sum:?} ms"));
        }
    }
    let failover = &tree["RUNBOOK_FAILOVER.md"];
    let span = |name: &str| {
        let own = section(name).and_then(|own| row(own, "notified after"));
        own.and_then(|own| own.split(": ").next())
            .unwrap_or_default()
            .to_string()
    };
    let told =
        |name: &str, after: &str, who: &str, wanted: BTreeSet<String>, faults: &mut Faults| {
            if after != span(name) || list(who) != wanted {
                faults.insert(format!(
                    "{name}: {who} after {after}; {wanted:?} after {}",
                    span(name)
                ));
            }
        };
    // The states of a region.
    let states = table(
        failover,
        "| state | failed checks in a row | alert | notified after | notifies |",
    );
    let mut before = 0;
    for state in states.iter().filter(|r| r[2] != "\\-") {
        let Some(alert) = alerts.get(&state[2]) else {
            faults.insert(format!("no rule is {}", state[2]));
            continue;
        };
        told(
            &state[2],
            &state[3],
            &state[4],
            all_notified(tree, alert),
            faults,
        );
        let after = worst(&state[3]).unwrap_or(0);
        if after <= before {
            faults.insert(format!("{} is no later than the state before it", state[0]));
        }
        before = after;
    }
    // Who is told of each trouble.
    let budget = &tree["RECOVERY_BUDGET.md"];
    let header = "| fault | component | notified | earliest alert | channels | after |";
    for trouble in table(budget, header).iter().filter(|r| r[3] != "none") {
        match alerts.get(&trouble[3]) {
            // The lag has to be reached first.
            Some(alert) if trouble[0] == "high replication lag" => {
                if list(&trouble[4]) != all_notified(tree, alert) {
                    faults.insert(format!("{} notifies {}", trouble[3], trouble[4]));
                }
            }
            Some(alert) => told(
                &trouble[3],
                &trouble[5],
                &trouble[4],
                all_notified(tree, alert),
                faults,
            ),
            None => {
                faults.insert(format!("no rule is {}", trouble[3]));
            }
        }
    }
    first_page(tree, &alerts, &span, faults);
    by_the_cloud(tree, &alerts, faults);
}

/// The page that starts the clock of a failover.
fn first_page(
    tree: &Tree,
    alerts: &BTreeMap<String, Alert>,
    span: &dyn Fn(&str) -> String,
    faults: &mut Faults,
) {
    let page = &tree["RUNBOOK_FAILOVER.md"];
    let Some(line) = page
        .lines()
        .find(|l| l.starts_with("The clock starts with the page: "))
    else {
        return;
    };
    let words: Vec<&str> = line.split(' ').collect();
    let name = words[6];
    let (channel, after) = line
        .split_once(" pages ")
        .or(line.split_once(" messages "))
        .and_then(|(_, rest)| rest.split_once(" after the loss"))
        .and_then(|(rest, _)| rest.split_once(' '))
        .unwrap_or_default();
    let (from, to) = pair(page).unwrap_or_default();
    let manager = &tree["alerts/alertmanager.yaml"];
    let told = alerts.get(name).map(|alert| {
        let region = if alert.by_region { from } else { "" };
        notified(manager, alert, region)
    });
    if after != span(name) || !told.is_some_and(|all| all.iter().any(|c| c == channel)) {
        faults.insert(format!("the first page: {line}, and {}", span(name)));
    }
    let title = format!("### Lose {from}: fail over to {to}\n");
    let section = between(&tree["RECOVERY_BUDGET.md"], &title, "\n### ").unwrap_or_default();
    let row = table(
        section,
        "| action | component | role | duration | completed after the loss |",
    );
    let row = row.iter().find(|r| r[0] == "page");
    let wanted = worst(after).map(|ms| shown(ms.div_ceil(1000)));
    if row.map(|r| (r[1].as_str(), r[2].as_str(), Some(r[4].clone())))
        != Some((channel, name, wanted))
    {
        faults.insert(format!("the first page: {line}, and {row:?}"));
    }
}

/// The policies of a cloud that are made of the same alerts.
fn by_the_cloud(tree: &Tree, alerts: &BTreeMap<String, Alert>, faults: &mut Faults) {
    let roots = tree
        .iter()
        .filter(|(path, _)| path.ends_with("main.tf") && !path.contains("/modules/"));
    for policy in roots.flat_map(|(_, text)| text.split("\n      runbook ").skip(1)) {
        let anchor = between(policy, "RUNBOOK_ALERTS.md#", "\"").unwrap_or_default();
        let policy = policy.split("\n    }\n").next().unwrap_or_default();
        // A finding of the logs is no rule of Prometheus.
        if anchor.is_empty() {
            continue;
        }
        let Some(alert) = alerts.values().find(|a| a.name.to_lowercase() == anchor) else {
            faults.insert(format!("no rule is {anchor}"));
            continue;
        };
        let hold =
            between(policy, "duration_seconds = ", "\n").and_then(|s| s.trim().parse::<u64>().ok());
        // Evaluations of Cloud Monitoring are 30 s apart.
        if hold.map(|s| s * 1000) != Some(alert.hold.div_ceil(30_000) * 30_000) {
            faults.insert(format!("{}: {hold:?} s, and {} ms", alert.name, alert.hold));
        }
        let channels = between(policy, "channels         = [", "]").unwrap_or_default();
        let channels: BTreeSet<String> = channels
            .split(", ")
            .map(|c| c.trim_matches('"').to_string())
            .collect();
        let wanted = all_notified(tree, alert);
        if channels != wanted {
            faults.insert(format!(
                "{}: the cloud tells {channels:?}, Alertmanager {wanted:?}",
                alert.name
            ));
        }
    }
}

// Replication.

fn replication(tree: &Tree, faults: &mut Faults) {
    let page = &tree["ARCHITECTURE.md"];
    let stores = table(page, "| datastore | engine | location | replication |");
    let picture = between(page, "```mermaid\n", "```").unwrap_or_default();
    // Boxes of a store: `d1r0[("sessions<br/>redis<br/>…")]`.
    let boxes = picture.lines().filter_map(|l| {
        let (id, rest) = l.trim().split_once("[(\"")?;
        Some((id, rest.split("<br/>").next()?.split(' ').next()?))
    });
    let boxes: BTreeMap<&str, &str> = boxes.collect();
    for store in &stores {
        let own: BTreeSet<&str> = boxes
            .iter()
            .filter(|(_, n)| **n == store[0])
            .map(|(id, _)| *id)
            .collect();
        let arrows = picture.lines().filter_map(|l| {
            let (from, rest) = l
                .trim()
                .split_once(" <-.->|\"")
                .or(l.trim().split_once(" -.->|\""))?;
            let (label, to) = rest.split_once("\"| ")?;
            (own.contains(from) && own.contains(to)).then_some((label, l.contains("<-.->")))
        });
        let arrows: Vec<(&str, bool)> = arrows.collect();
        let (name, places, mode) = (&store[0], store[2].split("; ").count(), store[3].as_str());
        // What others replicate is not drawn.
        let none = mode.starts_with("none") || mode.starts_with("by ");
        if none != arrows.is_empty() || arrows.iter().any(|(label, _)| *label != mode) {
            faults.insert(format!(
                "{name}: replication {mode}, and the picture shows {arrows:?}"
            ));
        }
        if mode == "active-active" && arrows.iter().any(|(_, both)| !both) {
            faults.insert(format!("{name}: {mode} goes one way in the picture"));
        }
        if !none && places > 1 && arrows.len() < places - 1 {
            faults.insert(format!("{name}: {places} places and {} ways", arrows.len()));
        }
        copies_left(tree, name, none, faults);
        rests(tree, name, &store[2], faults);
    }
}

/// What is left after a region is lost: no copy elsewhere of what is not replicated.
fn copies_left(tree: &Tree, store: &str, none: bool, faults: &mut Faults) {
    let sections = tree["RECOVERY_BUDGET.md"].split("\n### Data ").skip(1);
    let own = sections.filter(|s| s.split([':', '\n']).next() == Some(store));
    for section in own {
        let rows = table(
            section,
            "| scenario | promised | data loss | verdict | best copy | class | reason | source |",
        );
        let lost = rows.iter().filter(|r| tree_has_region(tree, &r[0]));
        for row in lost {
            let copy = &row[4];
            let elsewhere = copy.starts_with("the copy in ") || copy.starts_with("replicas in ");
            if none && elsewhere {
                faults.insert(format!("{store} is not replicated, and {copy} is left"));
            }
        }
    }
}

/// Where data rests, as DATA_FLOW.md has it.
fn rests(tree: &Tree, store: &str, places: &str, faults: &mut Faults) {
    let page = &tree["DATA_FLOW.md"];
    let sections = page.split("\n### ").skip(1);
    let own = sections.filter(|s| s.split([':', '\n']).next() == Some(store));
    let mut seen = BTreeSet::new();
    let mut any = false;
    for section in own {
        any = true;
        for row in table(
            section,
            "| component | location | retention | when | residency |",
        ) {
            // `sessions`, or `marketplace database eu`.
            if row[0] == store || row[0].starts_with(&format!("{store} ")) {
                seen.extend(row[1].split(", ").map(String::from));
            }
        }
    }
    let wanted = places
        .split("; ")
        .map(|p| p.rsplit(" at ").next().unwrap_or(p).to_string());
    let wanted: BTreeSet<String> = wanted.collect();
    if any && seen != wanted {
        faults.insert(format!(
            "{store} is at {wanted:?}, and its data rests at {seen:?}"
        ));
    }
}

/// All that is wrong with a tree.
fn faults(tree: &Tree) -> Faults {
    let mut found = Faults::new();
    for look in [
        leaving,
        returning,
        errands,
        restoring,
        drills,
        promises,
        promoting,
        checks,
        paging,
        replication,
    ] {
        look(tree, &mut found);
    }
    found
}

#[test]
fn no_two_files_of_a_tree_say_different_things() {
    let trees = golden_trees();
    for name in [
        "ggen",
        "ggen-per-region",
        "paynow",
        "eden",
        "minimal",
        "aws-engines",
        "gcp-cache",
        "gcp-data",
        "covergen",
    ] {
        assert!(trees.contains_key(name), "{name}");
    }
    let all: BTreeMap<&String, Faults> = trees
        .iter()
        .map(|(name, tree)| (name, faults(tree)))
        .collect();
    let wrong: BTreeMap<_, _> = all
        .into_iter()
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Queues are pointed elsewhere before anything is promoted, and take what was measured of them. Fails
/// if the budget counts the commands of that step instead.
#[test]
fn a_promotion_after_queues_is_when_the_plan_has_it() {
    let case = crate::support::case("recovery/promoted-after-queues");
    let files = case.done.artifacts.iter();
    let tree: Tree = files
        .map(|(path, file)| (path.to_string(), file.text.clone()))
        .collect();
    let budget = &tree["RECOVERY_BUDGET.md"];
    assert!(
        budget.contains("redirect 4m, freeze 30s, fence 55s, lag 15s: the script promotes nothing")
    );
    let faults = faults(&tree);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Each thing that is compared is found where one file alone says something else.
#[test]
fn another_value_in_one_file_is_found() {
    let trees = golden_trees();
    let changes: &[(&str, &str, &str, &str)] = &[
        (
            "aws-engines",
            "RECOVERY_BUDGET.md",
            "operator acts | 4:00 | 20:35 |",
            "operator acts | 4:00 | 16:15 |",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "budget 1:05 · clock 21:35",
            "budget 1:06 · clock 21:36",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "done by 25:15",
            "done by 24:15",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "Who: incident commander · budget",
            "Who: operator · budget",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "`Updated` (3 times)",
            "`Updated` (2 times)",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "then 3 read-backs",
            "then 2 read-backs",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "sessions, at most 60",
            "sessions, at most 61",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "| 1:35 | 2:50 |",
            "| 1:36 | 2:51 |",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "pages oncall 20s",
            "pages ops 20s",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "20s .. 37s | oncall",
            "20s .. 38s | oncall",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "42s | incident-commander, ops",
            "42s | incident-commander",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "lost region within 12 s",
            "lost region within 13 s",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "back within 5m for api",
            "back within 6m for api",
        ),
        (
            "ggen",
            "RECOVERY_BUDGET.md",
            "| redirect | us-east1 | operator | 5:00 |",
            "| redirect | us-east1 | operator | 4:00 |",
        ),
        (
            "ggen",
            "RECOVERY_BUDGET.md",
            "| promote | sessions | automation | 0:05 | 0:21 |",
            "| promote | sessions | automation | 0:05 | 0:22 |",
        ),
        (
            "ggen",
            "RECOVERY_BUDGET.md",
            "GgenMarketplaceRegionDegraded | incidents",
            "GgenMarketplaceRegionDegraded | oncall",
        ),
        (
            "ggen",
            "RECOVERY_BUDGET.md",
            "| restore | marketplace | operator | 90:00",
            "| restore | marketplace | operator | 91:00",
        ),
        (
            "ggen",
            "scripts/failover-region.sh",
            "us-central1/*/fence) printf 65",
            "us-central1/*/fence) printf 66",
        ),
        (
            "ggen",
            "scripts/failover-region.sh",
            "sessions) printf 60 ;;",
            "sessions) printf 61 ;;",
        ),
        (
            "ggen",
            "scripts/promote-region.sh",
            "      hold 60\n      while true; do\n        BEHIND=0",
            "      hold 0\n      while true; do\n        BEHIND=0",
        ),
        (
            "ggen",
            "RUNBOOK_FAILOVER.md",
            "at most 1s for 1m,",
            "at most 1s for 30m,",
        ),
        (
            "paynow",
            "RUNBOOK_DNS_FAILOVER.md",
            "(budget 2:",
            "(budget 9:",
        ),
        (
            "paynow",
            "RUNBOOK_ROLLBACK.md",
            "off · operator · budget 4",
            "off · operator · budget 5",
        ),
        (
            "paynow",
            "RUNBOOK_DEAD_LETTERS.md",
            "(budget 1:",
            "(budget 2:",
        ),
        (
            "paynow",
            "scripts/set-flag.sh",
            "step \"Verify from outside\" ",
            "step \"Verify from outside\" 1",
        ),
        (
            "ggen",
            "scripts/promote-region.sh",
            "((BEHIND <= 1))",
            "((BEHIND <= 2))",
        ),
        (
            "ggen",
            "scripts/restore-from-backup.sh",
            "beside the original\" 5400",
            "beside the original\" 5401",
        ),
        (
            "ggen",
            "scripts/dr-test.sh",
            "us-central1/us-east1) printf 1800",
            "us-central1/us-east1) printf 1801",
        ),
        (
            "ggen",
            "scripts/dr-test.sh",
            "us-central1/us-east1) printf 615",
            "us-central1/us-east1) printf 555",
        ),
        (
            "ggen",
            "RUNBOOK_RESTORE.md",
            "| restore | operator | 90:00 |",
            "| restore | operator | 30:00 |",
        ),
        (
            "ggen",
            "RUNBOOK_DR_TESTING.md",
            "The script adds 15:37 to",
            "The script adds 0:37 to",
        ),
        (
            "ggen",
            "RUNBOOK_DR_TESTING.md",
            "matches, within 240:00",
            "matches, within 239:00",
        ),
        (
            "ggen",
            "RUNBOOK_DR_TESTING.md",
            "| region-failure | monthly |",
            "| region-failure | weekly |",
        ),
        (
            "ggen",
            "RUNBOOK_ALERTS.md",
            "| pending for | 5s, evaluated every 5s |",
            "| pending for | 5s, evaluated every 6s |",
        ),
        (
            "ggen",
            "RUNBOOK_ALERTS.md",
            "20s .. 37s: scrape",
            "20s .. 36s: scrape",
        ),
        (
            "ggen",
            "alerts/alertmanager.yaml",
            "\n  group_wait: 10s",
            "\n  group_wait: 30s",
        ),
        (
            "ggen",
            "alerts/alertmanager.yaml",
            "    receiver: oncall\n",
            "    receiver: ops\n",
        ),
        (
            "ggen",
            "alerts/prometheus/rules.yaml",
            "    for: 10s\n",
            "    for: 20s\n",
        ),
        (
            "ggen",
            "terraform/main.tf",
            "duration_seconds = 3600",
            "duration_seconds = 3000",
        ),
        (
            "ggen",
            "terraform/main.tf",
            "channels         = [\"oncall-dba\"]",
            "channels         = [\"oncall\"]",
        ),
        (
            "ggen",
            "README.md",
            "| RTO, data corruption | 4h |",
            "| RTO, data corruption | 5h |",
        ),
        (
            "ggen",
            "ARCHITECTURE.md",
            "us-central1; us-east1; europe-west1 | async |",
            "us-central1; us-east1; europe-west1 | sync |",
        ),
        (
            "ggen",
            "DATA_FLOW.md",
            "| marketplace database us | nam5 | 90d",
            "| marketplace database us | nam7 | 90d",
        ),
        (
            "aws-engines",
            "ARCHITECTURE.md",
            "d2r0 -.->|\"async\"| d2r1",
            "",
        ),
        (
            "gcp-cache",
            "RECOVERY_BUDGET.md",
            "no copy remains",
            "the copy in us-west1",
        ),
    ];
    for (name, path, from, to) in changes {
        let mut tree = trees[*name].clone();
        let text = tree
            .get_mut(*path)
            .unwrap_or_else(|| panic!("{name} has no {path}"));
        assert!(text.contains(from), "{name}: {path} has no {from:?}");
        *text = text.replace(from, to);
        assert!(
            !faults(&tree).is_empty(),
            "{name}: nobody finds {to:?} in {path}"
        );
    }
}

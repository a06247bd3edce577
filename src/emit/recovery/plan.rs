//! Who does what when a region is lost: the plan, with the times of the budget.

use crate::emit::Input;
use crate::format::markdown::text;
use crate::procedure::{Case, Restore, until};
use crate::topology::RegionId;
use std::fmt::Write;

const TITLE: &str = "\n## Recovery plan\n\nWorst-case times. Manual steps start after the page; RUNBOOK_FAILOVER.md, RUNBOOK_RESTORE.md and the scripts use the same times.\n";

/// A section for each region that another one takes over from.
pub(super) fn sections(input: Input) -> String {
    let topology = input.topology;
    let cases = topology.region_ids().filter_map(|from| {
        let to = topology.successor(from)?;
        input.procedures.fail_over.case(from, to)
    });
    let mut out = String::new();
    for case in cases {
        if out.is_empty() {
            out.push_str(TITLE);
        }
        section(&mut out, input, case);
    }
    for restore in &input.procedures.restores {
        if out.is_empty() {
            out.push_str(TITLE);
        }
        restored(&mut out, restore);
    }
    out
}

/// Data is wrong or deleted: from then on until a copy that is right serves.
fn restored(out: &mut String, restore: &Restore) {
    let name = text(&restore.datastore);
    let _ = write!(
        out,
        "\n### Data corruption: {name}\n\n| action | component | role | duration | completed after the corruption |\n|---|---|---|---|---|\n| detect | {name} | on-call engineer | {0} | {0} |\n",
        until(restore.noticed)
    );
    for timed in &restore.times {
        let Some(step) = restore.step(timed.id) else {
            continue;
        };
        let after = restore.noticed.zip(timed.clock);
        let after = after.map(|(noticed, clock)| noticed + clock);
        let _ = writeln!(
            out,
            "| {} | {name} | {} | {} | {} |",
            timed.id.word(),
            step.actor.words(),
            timed.takes(),
            until(after)
        );
    }
}

fn section(out: &mut String, input: Input, case: &Case) {
    let name = |id: RegionId| text(&input.topology.region(id).name);
    let _ = write!(
        out,
        "\n### Lose {}: fail over to {}\n\n| action | component | role | duration | completed after the loss |\n|---|---|---|---|---|\n",
        name(case.from),
        name(case.to)
    );
    for each in &case.automation {
        let takes = each.ends.map(|ends| ends - each.begins);
        let _ = writeln!(
            out,
            "| {} | {} | automation | {} | {} |",
            each.step.word(),
            text(&each.of),
            until(takes),
            until(each.ends)
        );
    }
    if let Some(paged) = &case.paged {
        let _ = writeln!(
            out,
            "| page | {} | {} | {} | {} |",
            text(&paged.channel),
            text(&paged.alert),
            until(case.page()),
            until(case.page())
        );
    }
    for timed in &case.steps {
        let Some(step) = input.procedures.fail_over.step(timed.id) else {
            continue;
        };
        let works = step.works(case.from, case.to);
        let on = works.first().and_then(|w| w.region);
        let after = case.page().zip(timed.clock);
        let after = after.map(|(page, clock)| page + clock);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            timed.id.word(),
            on.map_or(text(&input.topology.name), name),
            step.actor.words(),
            timed.takes(),
            until(after)
        );
    }
}

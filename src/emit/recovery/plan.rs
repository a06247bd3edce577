//! Who does what when a region is lost: the plan, with the times of the budget.

use crate::emit::Input;
use crate::format::markdown::text;
use crate::procedure::{Case, clock};
use crate::topology::RegionId;
use std::fmt::Write;

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
            out.push_str("\n## Who does what\n\nAt worst. A person's steps come after the page; what each may take is the same in RUNBOOK_FAILOVER.md and in scripts/failover-region.sh.\n");
        }
        section(&mut out, input, case);
    }
    out
}

fn section(out: &mut String, input: Input, case: &Case) {
    let name = |id: RegionId| text(&input.topology.region(id).name);
    let _ = write!(
        out,
        "\n### Lose {}: {} takes over\n\n| action | of | by | takes | done after the loss |\n|---|---|---|---|---|\n",
        name(case.from),
        name(case.to)
    );
    let or_none = |seconds: Option<u64>| seconds.map_or("no bound".to_string(), clock);
    for each in &case.automation {
        let takes = each.ends.map(|ends| ends - each.begins);
        let _ = writeln!(
            out,
            "| {} | {} | automation | {} | {} |",
            each.step.word(),
            text(&each.of),
            or_none(takes),
            or_none(each.ends)
        );
    }
    if let Some(paged) = &case.paged {
        let _ = writeln!(
            out,
            "| page | {} | {} | {} | {} |",
            text(&paged.channel),
            text(&paged.alert),
            or_none(case.page()),
            or_none(case.page())
        );
    }
    let mut bounded = true;
    for timed in &case.steps {
        let Some(step) = input.procedures.fail_over.step(timed.id) else {
            continue;
        };
        let works = step.works(case.from, case.to);
        let on = works.first().and_then(|w| w.region);
        bounded &= timed.bounded;
        let after = case
            .page()
            .filter(|_| bounded)
            .map(|page| page + timed.clock);
        let takes = match timed.bounded {
            true => clock(timed.seconds),
            false => format!("{} for its commands, else no bound", clock(timed.seconds)),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {takes} | {} |",
            timed.id.word(),
            on.map_or(text(&input.topology.name), name),
            step.actor.words(),
            or_none(after)
        );
    }
}

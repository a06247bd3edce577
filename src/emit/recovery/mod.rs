//! `RECOVERY_BUDGET.md`: what is lost, how long it takes, and what every number rests on.

mod plan;
mod standing;

pub use standing::percent;

use super::Input;
use crate::analysis::view::{
    DataView, Filter, SubjectView, TermView, TimeView, View, promise, view,
};
use crate::artifact::ArtifactSet;
use crate::format::markdown::{gantt, link, text};
use crate::topology::Duration;
use crate::watch::told::told_by;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Emits the page.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    let alerts = told_by(input.topology, input.deployment, input.alerts);
    let filter = Filter::default();
    let view = view(
        (input.topology, input.deployment),
        input.analysis,
        &alerts,
        filter,
        &|_| None,
    );
    let header = format!("<!-- {} -->\n\n", input.header());
    let page = header + &markdown(&view) + &plan::sections(input);
    set.text("pages", "RECOVERY_BUDGET.md", page);
}

/// The analysis as a page.
pub fn markdown(view: &View) -> String {
    let mut out = format!("# Recovery budget of {}\n\n", text(&view.system));
    let _ = writeln!(out, "Fault model: {}.", view.fault_model);
    out.push_str("Classes of a term: emitted (set by meridian), enforced (a limit of the system), documented (by the vendor), measured (in a drill) or unknown. Verdicts: met; met if (the documented and measured terms hold); at risk (over the objective in the worst case); violated (over the objective in the best case); unproven (a term is unknown).\n\n");
    out.push_str("Not covered:\n\n");
    for what in &view.left_out {
        let _ = writeln!(out, "- {what}");
    }
    summary(&mut out, view);
    for subject in &view.recovery {
        let _ = write!(
            out,
            "\n## {} {}\n",
            capital(subject.kind),
            text(&subject.name)
        );
        for time in &subject.scenarios {
            scenario(&mut out, subject, time);
        }
    }
    out.push_str("\n## Data\n");
    for data in &view.data {
        losses(&mut out, data);
    }
    standing::sections(&mut out, &view.standing);
    out
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn summary(out: &mut String, view: &View) {
    out.push_str(
        "\n## Summary\n\n| component | scenario | promised | takes | verdict | valid until |\n|---|---|---|---|---|---|\n",
    );
    for subject in &view.recovery {
        for time in subject.scenarios.iter().filter(|t| t.promised.is_some()) {
            let _ = writeln!(
                out,
                "| {} {} | {} | {} | {} | {} | {} |",
                subject.kind,
                text(&subject.name),
                text(&time.title),
                promise(time.promised),
                time.interval,
                time.verdict,
                day(time.valid_until.as_deref())
            );
        }
    }
    for data in &view.data {
        for loss in data.scenarios.iter().filter(|l| l.promised.is_some()) {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                text(&title(data)),
                text(&loss.title),
                promise(loss.promised),
                loss.interval,
                loss.verdict,
                day(loss.valid_until.as_deref())
            );
        }
    }
}

/// The day on which a measurement behind a result ends.
fn day(valid_until: Option<&str>) -> &str {
    valid_until.unwrap_or("-")
}

fn title(data: &DataView) -> String {
    match data.datasets.len() {
        0 => format!("data {}", data.store),
        _ => format!("data {}: {}", data.store, data.datasets.join(", ")),
    }
}

fn scenario(out: &mut String, subject: &SubjectView, time: &TimeView) {
    let _ = write!(
        out,
        "\n### {}: {}\n\nPromised: {}. Takes: {}. Verdict: {}.\n",
        text(&subject.name),
        text(&time.title),
        promise(time.promised),
        time.interval,
        verdict(time.verdict, &time.conditions)
    );
    if !time.closing.is_empty() {
        let what = match time.low {
            Some(_) => "To prove it",
            None => "To recover",
        };
        let _ = write!(out, "\n{what}: {}.\n", text(&time.closing));
    }
    out.push_str(
        "\n| step | component | duration | class | reason | source |\n|---|---|---|---|---|---|\n",
    );
    for term in &time.terms {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            term.step,
            text(&term.of),
            term.interval,
            term.class,
            because(&term.because),
            sourced(&term.source, term.url.as_deref())
        );
    }
    timeline(out, time);
    if !time.helps.is_empty() {
        out.push_str("\nMost effective changes:\n\n");
        for help in &time.helps {
            let _ = writeln!(out, "- {}", text(help));
        }
    }
}

/// A verdict with what has to hold: `**met if** promote sessions within 5s, ...`.
fn verdict(word: &str, conditions: &[String]) -> String {
    let conditions = text(&conditions.join(", "));
    format!("**{word}** {conditions}").trim_end().to_string()
}

/// The terms at worst on a time axis, where all of them are bounded and there is more than
/// one.
fn timeline(out: &mut String, time: &TimeView) {
    let bars: Vec<(&TermView, u64, u64)> = time
        .terms
        .iter()
        .filter_map(|t| Some((t, t.begins?, t.ends?)))
        .filter(|(_, begins, ends)| ends > begins)
        .collect();
    if time.high.is_none() || bars.len() < 2 {
        return;
    }
    let axis = if time.high > Some(3_600_000) {
        "%H:%M"
    } else {
        "%M:%S"
    };
    let _ = write!(
        out,
        "\n```mermaid\ngantt\n  title At worst\n  dateFormat X\n  axisFormat {axis}\n"
    );
    let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for (term, begins, ends) in bars {
        if !order.contains(&term.of.as_str()) {
            order.push(&term.of);
        }
        let seconds = |millis: u64| millis.div_ceil(1000);
        let bar = format!("  {} : {}, {}", term.step, seconds(begins), seconds(ends));
        sections.entry(&term.of).or_default().push(bar);
    }
    for section in order {
        let _ = writeln!(out, "  section {}", gantt(section));
        for bar in &sections[section] {
            let _ = writeln!(out, "{bar}");
        }
    }
    if let Some(promised) = time.promised {
        let _ = writeln!(
            out,
            "  section promised\n  {} : milestone, {}, 0",
            Duration::from_millis(promised),
            promised.div_ceil(1000)
        );
    }
    out.push_str("```\n");
}

fn losses(out: &mut String, data: &DataView) {
    let _ = write!(
        out,
        "\n### {}\n\n| scenario | promised | data loss | verdict | best copy | class | reason | source |\n|---|---|---|---|---|---|---|---|\n",
        text(&capital(&title(data)))
    );
    for loss in &data.scenarios {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            text(&loss.title),
            promise(loss.promised),
            loss.interval,
            verdict(loss.verdict, &loss.conditions),
            text(&loss.copy),
            loss.class,
            because(&loss.because),
            sourced(&loss.source, loss.url.as_deref())
        );
    }
}

/// What a number comes from, as a link where it has an address.
fn sourced(source: &str, url: Option<&str>) -> String {
    url.map_or_else(|| text(source), |url| link(source, url))
}

/// How a number comes about; evidence that is an address stands in the link beside it.
fn because(words: &str) -> String {
    match words.starts_with("https://") {
        true => "drill".into(),
        false => text(words),
    }
}

//! Pages for people: whoever reviews, deploys, pays, or is paged at night.

mod context;
mod data_flow;
mod entrances;
mod exercises;
mod git;
mod leaving;
mod others;
mod plans;
mod procedures;

use super::{AppliedRoot, Input, Watching};
use crate::artifact::ArtifactSet;
use crate::format::text::{self, Templates};
use crate::graph::{graph, mermaid};
use serde_json::Value;
use std::sync::LazyLock;

const EMITTER: &str = "pages";

/// Pages: name, template, and the part of the context without which there is no use for it.
const PAGES: &[(&str, &str, Option<&str>)] = &[
    (
        "README.md",
        include_str!("../../../templates/runbooks/README.md"),
        None,
    ),
    (
        "ARCHITECTURE.md",
        include_str!("../../../templates/runbooks/ARCHITECTURE.md"),
        None,
    ),
    (
        "DATA_FLOW.md",
        include_str!("../../../templates/runbooks/DATA_FLOW.md"),
        None,
    ),
    (
        "DEPLOYMENT_GUIDE.md",
        include_str!("../../../templates/runbooks/DEPLOYMENT_GUIDE.md"),
        None,
    ),
    (
        "EXTENDING.md",
        include_str!("../../../templates/runbooks/EXTENDING.md"),
        None,
    ),
    (
        "SERVICES.md",
        include_str!("../../../templates/runbooks/SERVICES.md"),
        Some("entrances"),
    ),
    (
        "COST_ANALYSIS.md",
        include_str!("../../../templates/runbooks/COST_ANALYSIS.md"),
        None,
    ),
    (
        "RUNBOOK_FAILOVER.md",
        include_str!("../../../templates/runbooks/RUNBOOK_FAILOVER.md"),
        None,
    ),
    (
        "RUNBOOK_TAKE_OUT.md",
        include_str!("../../../templates/runbooks/RUNBOOK_TAKE_OUT.md"),
        None,
    ),
    (
        "RUNBOOK_PRIMARY.md",
        include_str!("../../../templates/runbooks/RUNBOOK_PRIMARY.md"),
        Some("several"),
    ),
    (
        "RUNBOOK_RESTORE.md",
        include_str!("../../../templates/runbooks/RUNBOOK_RESTORE.md"),
        None,
    ),
    (
        "RUNBOOK_DR_TESTING.md",
        include_str!("../../../templates/runbooks/RUNBOOK_DR_TESTING.md"),
        None,
    ),
    (
        "RUNBOOK_ALERTS.md",
        include_str!("../../../templates/runbooks/RUNBOOK_ALERTS.md"),
        None,
    ),
    (
        "RUNBOOK_DNS_FAILOVER.md",
        include_str!("../../../templates/runbooks/RUNBOOK_DNS_FAILOVER.md"),
        Some("dns"),
    ),
    (
        "RUNBOOK_ROLLBACK.md",
        include_str!("../../../templates/runbooks/RUNBOOK_ROLLBACK.md"),
        Some("flags"),
    ),
    (
        "RUNBOOK_DEAD_LETTERS.md",
        include_str!("../../../templates/runbooks/RUNBOOK_DEAD_LETTERS.md"),
        Some("replays"),
    ),
    (
        "RUNBOOK_UPGRADE.md",
        include_str!("../../../templates/runbooks/RUNBOOK_UPGRADE.md"),
        Some("upgrades"),
    ),
    (
        "EVENT_MIGRATION.md",
        include_str!("../../../templates/runbooks/EVENT_MIGRATION.md"),
        Some("events"),
    ),
];

static PARSED: LazyLock<Templates> =
    LazyLock::new(|| Templates::new(PAGES.iter().map(|(name, text, _)| (*name, *text))));

/// Emits the pages.
///
/// # Panics
/// If a template asks for something that the context does not have: a bug that the golden
/// tests show.
pub fn emit(input: Input, roots: &[AppliedRoot], watching: &[Watching], set: &mut ArtifactSet) {
    let mut context = context::context(input, roots);
    context["others"] = others::others(input).into();
    context["entrances"] = entrances::entrances(input).into();
    context["picture"] = mermaid(&graph(input.topology, input.deployment, None)).into();
    if let (Some(all), Value::Object(more)) = (context.as_object_mut(), procedures::context(input))
    {
        all.extend(more);
        all.insert("watching".into(), context::watching(input, watching));
    }
    git::emit(input, set);
    if let (Some(all), Value::Object(more)) = (context.as_object_mut(), leaving::context(input)) {
        all.extend(more);
    }
    let read = text::Context::from(&context);
    for (name, _, needs) in PAGES {
        if needs.is_some_and(|part| is_empty(&context[part])) {
            continue;
        }
        let text = PARSED
            .render(name, &read)
            .unwrap_or_else(|error| panic!("{error}"));
        set.text(EMITTER, *name, tidy(&text));
    }
}

fn is_empty(part: &Value) -> bool {
    part.is_null() || part.as_array().is_some_and(Vec::is_empty)
}

/// One blank line where templates leave several, none at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines() {
        let line = line.trim_end();
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

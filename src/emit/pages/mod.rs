//! Pages for people: whoever reviews, deploys, pays, or is paged at night.

mod context;
mod data_flow;

use super::Input;
use crate::artifact::ArtifactSet;
use crate::format::text;
use crate::topology::RegionId;

const EMITTER: &str = "pages";

const PAGES: [(&str, &str); 9] = [
    (
        "README.md",
        include_str!("../../../templates/runbooks/README.md"),
    ),
    (
        "ARCHITECTURE.md",
        include_str!("../../../templates/runbooks/ARCHITECTURE.md"),
    ),
    (
        "DATA_FLOW.md",
        include_str!("../../../templates/runbooks/DATA_FLOW.md"),
    ),
    (
        "DEPLOYMENT_GUIDE.md",
        include_str!("../../../templates/runbooks/DEPLOYMENT_GUIDE.md"),
    ),
    (
        "COST_ANALYSIS.md",
        include_str!("../../../templates/runbooks/COST_ANALYSIS.md"),
    ),
    (
        "RUNBOOK_FAILOVER.md",
        include_str!("../../../templates/runbooks/RUNBOOK_FAILOVER.md"),
    ),
    (
        "RUNBOOK_RESTORE.md",
        include_str!("../../../templates/runbooks/RUNBOOK_RESTORE.md"),
    ),
    (
        "RUNBOOK_DR_TESTING.md",
        include_str!("../../../templates/runbooks/RUNBOOK_DR_TESTING.md"),
    ),
    (
        "RUNBOOK_ALERTS.md",
        include_str!("../../../templates/runbooks/RUNBOOK_ALERTS.md"),
    ),
];

/// Emits the pages.
///
/// # Panics
/// If a template asks for something that the context does not have: a bug that the golden
/// tests show.
pub fn emit(input: Input, roots: &[(String, Option<RegionId>)], set: &mut ArtifactSet) {
    let context = context::context(input, roots);
    for (name, template) in PAGES {
        let text = text::render(name, template, &context).unwrap_or_else(|error| panic!("{error}"));
        set.text(EMITTER, name, tidy(&text));
    }
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

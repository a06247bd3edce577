//! `analyze`: recovery time, data loss, and the evidence for each.

mod screen;

use super::{FormatArg, Shared, SpecArgs, exit, print, report};
use crate::analysis::view::{Filter, View, view};
use crate::diagnostic::{Severity, did_you_mean};
use crate::emit::recovery::markdown;
use crate::topology::Topology;
use crate::watch::told::watches;
use crate::{Until, compile};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct AnalyzeArgs {
    #[command(flatten)]
    spec: SpecArgs,
    /// Show this scenario with its terms: `region:us-central1`, or a kind such as `region`
    #[arg(long)]
    scenario: Option<String>,
    /// Show this service or datastore only
    #[arg(long)]
    of: Option<String>,
    /// Show every term of every scenario
    #[arg(long)]
    all: bool,
}

pub(super) fn run(args: &AnalyzeArgs, shared: &Shared) -> u8 {
    if !matches!(
        shared.format,
        FormatArg::Human | FormatArg::Json | FormatArg::Markdown
    ) {
        say!(
            "meridian: `analyze` supports the formats human, json and markdown; for the others use `check`"
        );
        return exit::USAGE;
    }
    let loaded = shared.load(&args.spec.spec);
    let done = compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        loaded.diagnostics,
        Until::Checked,
        super::today(),
    );
    // The table has what the notes report one by one.
    let mut broken = done.diagnostics.clone();
    broken.retain(|d| d.severity > Severity::Note);
    report::show_as(&loaded.sources, &broken, shared, FormatArg::Human);
    let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, done.today(), &done.deployment)
    else {
        return exit::DIAGNOSTICS;
    };
    let filter = Filter {
        scenario: args.scenario.as_deref(),
        of: args.of.as_deref(),
    };
    let place = |span| Some(loaded.sources.line(span));
    let alerts = watches(topology, deployment);
    let view = view((topology, deployment), analysis, &alerts, filter, &place);
    if view.recovery.is_empty() && view.data.is_empty() {
        say!("meridian: {}", nothing_found(args, topology));
        return exit::USAGE;
    }
    let text = match shared.format {
        FormatArg::Json => json(&view),
        FormatArg::Markdown => markdown(&view),
        _ => screen::human(&view, asked(args)),
    };
    print(&text);
    report::code(&done.diagnostics, shared)
}

/// Which of the two filters matches nothing, and what would match.
fn nothing_found(args: &AnalyzeArgs, topology: &Topology) -> String {
    let services = topology.services.iter().map(|s| s.name.as_str());
    let stores = topology.datastores.iter().map(|d| d.name.as_str());
    let parts: Vec<&str> = services.chain(stores).collect();
    let all = crate::topology::Scenario::all(topology);
    let scenarios: Vec<String> = all.iter().map(|s| s.id(topology)).collect();
    let near = |wrong: &str, names: &[&str]| {
        let near = did_you_mean(wrong, names.iter().copied());
        near.map_or(String::new(), |n| format!("did you mean `{n}`? "))
    };
    if let Some(of) = args.of.as_deref().filter(|of| !parts.contains(of)) {
        let near = near(of, &parts);
        return format!(
            "no service or datastore is named `{}`; {near}the topology has {}",
            of.escape_debug(),
            parts.join(", ")
        );
    }
    let names: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    let near = near(args.scenario.as_deref().unwrap_or_default(), &names);
    format!(
        "no service or datastore is affected; {near}the scenarios are {}",
        names.join(", ")
    )
}

fn json(view: &View) -> String {
    let text = serde_json::to_string_pretty(view).unwrap_or_default();
    format!("{text}\n")
}

/// What the options ask the screen for.
fn asked(args: &AnalyzeArgs) -> screen::Asked {
    screen::Asked {
        all: args.all,
        scenario: args.scenario.is_some(),
        part: args.scenario.is_some() || args.of.is_some(),
    }
}

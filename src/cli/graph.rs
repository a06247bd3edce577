//! `graph`: the system as a picture, and what the loss of a region moves.

use super::{Shared, SpecArgs, exit, print, report};
use crate::diagnostic::{Severity, did_you_mean};
use crate::graph::{Graph, dot, graph, mermaid, svg};
use crate::topology::Topology;
use crate::{Until, compile};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    #[command(flatten)]
    spec: SpecArgs,
    /// How it is drawn
    #[arg(long, value_enum, default_value_t = Picture::Mermaid)]
    to: Picture,
    /// Draw the system after the loss of this region, with the shifted traffic
    #[arg(long, value_name = "REGION")]
    without: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Picture {
    /// For pages and comments of GitHub and GitLab
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture, laid out with a column for each region
    Svg,
    /// For programs; `schema graph` prints its schema
    Json,
}

pub(super) fn run(args: &GraphArgs, shared: &Shared) -> u8 {
    let loaded = shared.load(&args.spec.spec);
    let done = compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        loaded.diagnostics,
        Until::Checked,
        super::today(),
    );
    let mut errors = done.diagnostics.clone();
    errors.retain(|d| d.severity == Severity::Error);
    report::show(&loaded.sources, &errors, shared);
    let (Some(topology), Some(deployment)) = (&done.topology, &done.deployment) else {
        return exit::DIAGNOSTICS;
    };
    let without = match &args.without {
        None => None,
        Some(name) => match topology.region_named(name) {
            Some(id) => Some(id),
            None => {
                say!("meridian: {}", unknown(topology, name));
                return exit::USAGE;
            }
        },
    };
    let graph = graph(topology, deployment, without);
    print(&match args.to {
        Picture::Mermaid => mermaid(&graph),
        Picture::Dot => dot(&graph),
        Picture::Svg => svg(&graph),
        Picture::Json => json(&graph),
    });
    report::code(&done.diagnostics, shared)
}

fn unknown(topology: &Topology, name: &str) -> String {
    let names: Vec<&str> = topology.regions.iter().map(|r| r.name.as_str()).collect();
    let near = did_you_mean(name, names.iter().copied());
    let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
    let name = name.escape_debug();
    format!(
        "there is no region `{name}`; {near}the topology has {}",
        names.join(", ")
    )
}

fn json(graph: &Graph) -> String {
    let text = serde_json::to_string_pretty(graph).unwrap_or_default();
    format!("{text}\n")
}

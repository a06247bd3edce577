//! A graph as DOT, for Graphviz.

use super::{Change, Edge, Graph, Kind, Node, Relation};
use crate::format::dot::quoted;
use std::fmt::Write;

/// The graph as DOT.
pub fn dot(graph: &Graph) -> String {
    let mut out = format!("digraph {} {{\n", quoted([graph.system.as_str()]));
    let title = graph.title();
    let title = std::iter::once(title.as_str()).chain(graph.moves.iter().map(String::as_str));
    let _ = writeln!(out, "  label={}\n  labelloc=t\n  rankdir=TB", quoted(title));
    out.push_str("  node [fontname=\"Helvetica\", shape=box, style=rounded]\n  edge [fontname=\"Helvetica\", fontsize=10]\n");
    for node in graph.of(None) {
        line(&mut out, "  ", node);
    }
    for (index, region) in graph.regions.iter().enumerate() {
        let style = if region.lost { "dashed" } else { "solid" };
        let label = quoted(region.lines());
        let _ = writeln!(
            out,
            "  subgraph cluster_{index} {{\n    label={label}\n    style={style}"
        );
        for node in graph.of(Some(&region.name)) {
            line(&mut out, "    ", node);
        }
        out.push_str("  }\n");
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "  {} -> {} [{}]", edge.from, edge.to, attributes(edge));
    }
    out.push_str("}\n");
    out
}

fn line(out: &mut String, indent: &str, node: &Node) {
    let shape = match node.kind {
        Kind::Host => "ellipse",
        Kind::Service => "box",
        Kind::Store | Kind::Backup => "cylinder",
        Kind::Queue => "cds",
        Kind::Outside => "component",
    };
    let lost = if node.lost {
        ", style=dashed, fontcolor=gray50"
    } else {
        ""
    };
    let label = quoted(node.lines());
    let _ = writeln!(
        out,
        "{indent}{} [label={label}, shape={shape}{lost}]",
        node.id
    );
}

fn attributes(edge: &Edge) -> String {
    let mut all = Vec::new();
    if !edge.label.is_empty() {
        all.push(format!("label={}", quoted([edge.label.as_str()])));
    }
    if edge.both_ways {
        all.push("dir=both".into());
    }
    let style = match edge.kind {
        Relation::Replicate | Relation::Backup => "dashed",
        Relation::Message => "dotted",
        Relation::Traffic | Relation::Forward | Relation::Call | Relation::Use => "solid",
    };
    all.push(format!("style={style}"));
    match edge.change {
        Change::Same => {}
        Change::Moved | Change::Added => all.push("color=red, penwidth=2".into()),
        Change::Gone => all.push("color=gray70".into()),
    }
    all.join(", ")
}

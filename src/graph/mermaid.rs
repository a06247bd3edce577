//! A graph as Mermaid, which GitHub and GitLab draw in pages and comments.

use super::{Change, Edge, Graph, Kind, Node, Relation};
use crate::format::markdown::mermaid as quoted;
use std::fmt::Write;

/// The graph as a flowchart, without the fence around it.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart TB\n");
    for note in &graph.moves {
        // A comment must not look like a directive, which begins with a brace.
        let _ = writeln!(out, "  %% {}", note.replace(['{', '}', '\n', '\r'], " "));
    }
    for node in graph.of(None).filter(|n| n.kind == Kind::Host) {
        line(&mut out, "  ", node);
    }
    for (index, region) in graph.regions.iter().enumerate() {
        let _ = writeln!(out, "  subgraph r{index}[{}]", label(region.lines()));
        for node in graph.of(Some(&region.name)) {
            line(&mut out, "    ", node);
        }
        out.push_str("  end\n");
    }
    for node in graph.of(None).filter(|n| n.kind != Kind::Host) {
        line(&mut out, "  ", node);
    }
    for edge in &graph.edges {
        let (from, to) = (&edge.from, &edge.to);
        let _ = writeln!(out, "  {from} {} {to}", arrow(edge));
    }
    styles(&mut out, graph);
    out
}

/// Lines of a label, one below the other.
fn label<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<String> = lines
        .map(|l| quoted(l).trim_matches('"').to_string())
        .collect();
    format!("\"{}\"", lines.join("<br/>"))
}

fn line(out: &mut String, indent: &str, node: &Node) {
    let (open, close) = match node.kind {
        Kind::Host => ("([", "])"),
        Kind::Service => ("[", "]"),
        Kind::Store | Kind::Backup => ("[(", ")]"),
        Kind::Queue => ("[[", "]]"),
        Kind::Outside => ("[/", "/]"),
    };
    let _ = writeln!(
        out,
        "{indent}{}{open}{}{close}",
        node.id,
        label(node.lines())
    );
}

fn arrow(edge: &Edge) -> String {
    let begin = if edge.both_ways { "<" } else { "" };
    let dashed = matches!(
        edge.kind,
        Relation::Replicate | Relation::Backup | Relation::Message
    );
    let line = match (dashed, edge.kind) {
        (true, _) => "-.->",
        (false, Relation::Traffic) => "==>",
        (false, _) => "-->",
    };
    match edge.label.is_empty() {
        true => format!("{begin}{line}"),
        false => format!("{begin}{line}|{}|", quoted(&edge.label)),
    }
}

/// Dashes around what is lost, and colour along what moves.
fn styles(out: &mut String, graph: &Graph) {
    for (index, _) in graph.regions.iter().enumerate().filter(|(_, r)| r.lost) {
        let _ = writeln!(out, "  style r{index} stroke-dasharray: 6 4,fill:none");
    }
    let lost: Vec<&str> = graph
        .nodes
        .iter()
        .filter(|n| n.lost)
        .map(|n| n.id.as_str())
        .collect();
    if !lost.is_empty() {
        out.push_str("  classDef lost stroke-dasharray: 6 4,opacity:0.6\n");
        let _ = writeln!(out, "  class {} lost", lost.join(","));
    }
    for (change, style) in [
        (
            [Change::Moved, Change::Added],
            "stroke:#c62828,stroke-width:3px",
        ),
        ([Change::Gone, Change::Gone], "stroke:#9e9e9e,opacity:0.5"),
    ] {
        let edges = graph.edges.iter().enumerate();
        let fits = edges.filter(|(_, e)| change.contains(&e.change));
        let fits: Vec<String> = fits.map(|(index, _)| index.to_string()).collect();
        if !fits.is_empty() {
            let _ = writeln!(out, "  linkStyle {} {style}", fits.join(","));
        }
    }
}

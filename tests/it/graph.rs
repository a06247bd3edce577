//! The picture of a system: it says what routes and copies say, its pictures are committed, and
//! no text of the SVG is cut or covered.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::support::{Case, case, example, root};
use assert_cmd::Command;
use meridian::deployment::routes::Sender;
use meridian::graph::{Change, Graph, Kind, Relation, dot, graph, mermaid, svg};
use meridian::topology::RegionId;
use std::collections::BTreeSet;
use std::fs;

const EXAMPLES: [&str; 4] = ["minimal", "ggen", "paynow", "eden"];

fn parts(
    case: &Case,
) -> (
    &meridian::topology::Topology,
    &meridian::deployment::Deployment,
) {
    let done = &case.done;
    (
        done.topology.as_ref().expect("a topology"),
        done.deployment.as_ref().expect("a deployment"),
    )
}

fn drawn(case: &Case, without: Option<RegionId>) -> Graph {
    let (topology, deployment) = parts(case);
    graph(topology, deployment, without)
}

/// All pictures of the examples: normal times, and every loss of a region.
fn all() -> Vec<Graph> {
    let mut graphs = Vec::new();
    for name in EXAMPLES {
        let case = example(name);
        graphs.push(drawn(&case, None));
        let regions = parts(&case).0.region_ids();
        graphs.extend(regions.map(|r| drawn(&case, Some(r))));
    }
    let others = [
        "closed-world/external-gcp",
        "closed-world/two-clouds",
        "routing/standby",
    ];
    graphs.extend(others.map(|name| drawn(&case(name), None)));
    graphs
}

/// An edge that is left out, or that nothing in the deployment stands for, fails here.
#[test]
fn routes_and_copies_are_what_is_drawn() {
    for name in EXAMPLES {
        let case = example(name);
        let (topology, deployment) = parts(&case);
        let graph = drawn(&case, None);
        let count = |kind| graph.edges.iter().filter(move |e| e.kind == kind);
        let traffic = deployment.routes.iter();
        let traffic = traffic.filter(|r| matches!(r.from, Sender::Users(_)));
        let shares: usize = traffic.map(|r| r.shares.len()).sum();
        assert_eq!(count(Relation::Traffic).count(), shares, "{name}");
        let copied: usize = [Relation::Replicate, Relation::Backup]
            .iter()
            .flat_map(|kind| count(*kind))
            .filter(|e| e.label != "application")
            .map(|e| 1 + usize::from(e.both_ways))
            .sum();
        assert_eq!(copied, deployment.copies.len(), "{name}");
        for service in &topology.services {
            for store in &service.uses {
                let store = &topology.datastore(*store).name;
                let of = |id: &str| graph.nodes.iter().find(|n| n.id == *id).expect("a node");
                let joined = count(Relation::Use).any(|e| {
                    of(&e.from).name == service.name && of(&e.to).name.starts_with(store.as_str())
                });
                assert!(joined, "{name}: {} uses {store}", service.name);
            }
        }
    }
}

#[test]
fn every_edge_joins_two_nodes_and_every_node_is_drawn_once() {
    for graph in all() {
        let ids: Vec<&str> = graph.nodes.iter().map(|n| n.id.as_str()).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{}", graph.title());
        for edge in &graph.edges {
            let known =
                distinct.contains(edge.from.as_str()) && distinct.contains(edge.to.as_str());
            assert!(known, "{}: {edge:?}", graph.title());
        }
        let (mermaid, dot) = (mermaid(&graph), dot(&graph));
        for id in distinct {
            let once = |text: &str, open: &[&str]| {
                let begins = |l: &&str| {
                    open.iter()
                        .any(|o| l.trim_start().starts_with(&format!("{id}{o}")))
                };
                text.lines().filter(begins).count()
            };
            assert_eq!(once(&mermaid, &["[", "(["]), 1, "{id}");
            assert_eq!(once(&dot, &[" [label"]), 1, "{id}");
        }
    }
}

/// What is sent to a lost region, or comes from it, is gone; users who remain are all served.
#[test]
fn without_a_region_nothing_leads_there() {
    let case = example("ggen");
    let (topology, _) = parts(&case);
    for lost in topology.region_ids() {
        let graph = drawn(&case, Some(lost));
        let name = &topology.region(lost).name;
        let gone: BTreeSet<&str> = graph
            .nodes
            .iter()
            .filter(|n| n.lost)
            .map(|n| n.id.as_str())
            .collect();
        assert!(!gone.is_empty() && graph.regions.iter().any(|r| r.lost && r.name == *name));
        for edge in &graph.edges {
            let touches = gone.contains(edge.from.as_str()) || gone.contains(edge.to.as_str());
            assert_eq!(touches, edge.change == Change::Gone, "{edge:?}");
        }
        let after: u32 = graph
            .edges
            .iter()
            .filter(|e| e.kind == Relation::Traffic && e.change != Change::Gone)
            .filter_map(|e| {
                e.label
                    .rsplit(" → ")
                    .next()?
                    .trim_end_matches(" %")
                    .parse::<u32>()
                    .ok()
            })
            .sum();
        assert_eq!(after, 100, "without {name}");
        assert!(
            graph.moves.iter().any(|m| m.starts_with("load of api: ")),
            "{:?}",
            graph.moves
        );
    }
    let graph = drawn(&case, topology.region_named("us-central1"));
    let moves = graph.moves.join("\n");
    assert!(
        moves.contains("sessions: writes move from us-central1 to us-east1 or europe-west1"),
        "{moves}"
    );
}

#[test]
fn a_store_that_every_region_writes_follows_nobody() {
    let graph = drawn(&example("eden"), None);
    let stores: Vec<_> = graph
        .nodes
        .iter()
        .filter(|n| n.kind == Kind::Store)
        .collect();
    assert!(stores.len() >= 4);
    for store in stores {
        assert_eq!(
            store.details.last().map(String::as_str),
            Some("takes writes"),
            "{store:?}"
        );
    }
}

/// Numbers of an attribute list.
fn number(line: &str, name: &str) -> Option<f64> {
    let rest = line.split(&format!(" {name}=\"")).nth(1)?;
    rest.split('"').next()?.parse().ok()
}

/// A rectangle: left, top, right, bottom.
type Rectangle = [f64; 4];

/// Fails if boxes are narrower than their text, or if boxes of nodes overlap: try `FONT * 50`
/// in `width`, or leave a lane out of a gutter.
#[test]
fn no_text_is_cut_and_no_box_covers_another() {
    for graph in all() {
        let picture = svg(&graph);
        let title = graph.title();
        let size =
            [number(&picture, "width"), number(&picture, "height")].map(|n| n.expect("a size"));
        let mut boxes: Vec<Rectangle> = Vec::new();
        let mut last: Option<Rectangle> = None;
        for line in picture.lines() {
            if line.starts_with("<rect x=") {
                let [x, y, w, h] =
                    ["x", "y", "width", "height"].map(|n| number(line, n).expect("a number"));
                last = Some([x, y, x + w, y + h]);
                if !line.contains("fill=\"#f7f9fa\"") && line.contains(" rx=") {
                    boxes.push([x, y, x + w, y + h]);
                }
            }
            if let Some(text) = line.strip_prefix("<text").and_then(|l| l.split('>').nth(1)) {
                let text = text.split('<').next().unwrap_or_default();
                // DejaVu Sans Mono is the widest of the fonts that are named: 0.602 em.
                let wide = text
                    .replace("&gt;", ">")
                    .replace("&lt;", "<")
                    .chars()
                    .count() as f64
                    * 12.0
                    * 0.602;
                let (x, y) = (number(line, "x").expect("x"), number(line, "y").expect("y"));
                let from = match line.contains("middle") {
                    true => x - wide / 2.0,
                    false => x,
                };
                let inside = from >= 0.0 && from + wide <= size[0] && y <= size[1];
                assert!(inside, "{title}: {text} leaves the picture");
                let here = last.filter(|b| x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3]);
                if let Some(area) = here {
                    let fits = from >= area[0] && from + wide <= area[2] + 1.0;
                    assert!(fits, "{title}: {text} is wider than its box");
                }
            }
        }
        assert!(boxes.len() >= graph.nodes.len(), "{title}");
        for (index, a) in boxes.iter().enumerate() {
            for b in &boxes[index + 1..] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{title}: {a:?} and {b:?} overlap");
            }
        }
    }
}

#[test]
fn what_is_printed_as_json_keeps_to_its_schema() {
    let schema = Graph::schema();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for graph in all() {
        let value = serde_json::to_value(&graph).unwrap();
        assert!(validator.is_valid(&value), "{}", graph.title());
    }
    let file = root().join("schema/graph.schema.json");
    let text = meridian::analysis::schema::printed(&schema);
    let kept = fs::read_to_string(file).unwrap_or_default();
    assert!(
        text == kept,
        "run: cargo run -- schema graph > schema/graph.schema.json"
    );
}

/// Pictures that people look at in review: `GOLDEN=overwrite cargo test --test it graph::`.
#[test]
fn the_pictures_are_committed() {
    let rewrite = std::env::var("GOLDEN").is_ok_and(|v| v == "overwrite");
    let hold = |path: String, text: String| {
        let file = root().join(&path);
        if rewrite {
            fs::write(&file, &text).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == text,
            "{path} is another picture: look at it, then GOLDEN=overwrite cargo test graph"
        );
    };
    for name in EXAMPLES {
        hold(
            format!("golden/{name}/graph.svg"),
            svg(&drawn(&example(name), None)),
        );
    }
    let case = example("ggen");
    let lost = drawn(&case, parts(&case).0.region_named("us-central1"));
    hold(
        "golden/ggen/graph-without-us-central1.svg".into(),
        svg(&lost),
    );
    hold(
        "golden/ggen/graph-without-us-central1.mmd".into(),
        mermaid(&lost),
    );
    hold("golden/ggen/graph.dot".into(), dot(&drawn(&case, None)));
}

#[test]
fn the_command_draws_and_knows_its_regions() {
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("meridian").unwrap();
        let output = command
            .current_dir(root())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let spec = "examples/minimal/topology.yaml";
    let (code, out, _) = run(&["graph", spec]);
    assert!(
        code == Some(0) && out.starts_with("flowchart TB\n"),
        "{out}"
    );
    let (code, out, _) = run(&["graph", spec, "--to", "svg", "--without", "us-east1"]);
    assert!(
        code == Some(0) && out.contains("hello without us-east1"),
        "{out}"
    );
    let (code, out, said) = run(&["graph", spec, "--without", "us-esat1"]);
    assert!(code == Some(64) && out.is_empty(), "{said}");
    assert!(said.contains("did you mean `us-east1`?"), "{said}");
}

//! A graph as SVG, laid out here: a column for each region, a row for each service and store,
//! hosts above, what is in no region below. Every box is as wide as its text, and arrows run
//! in lanes between boxes, so nothing is cut and nothing overlaps.

mod lanes;
mod layout;

use super::{Change, Graph, Kind, Relation};
use crate::format::xml;
use layout::{Box, Layout, Wire};
use std::fmt::Write;

/// Height of a line of text, in pixels.
const LINE: i32 = 17;
/// Space around text and between boxes.
const PAD: i32 = 10;
/// Distance of two arrows that run side by side.
const LANE: i32 = 9;
/// Size of the font, which is monospaced: a character is at most 0.62 times as wide.
const FONT: i32 = 12;

/// The pixels that a text takes at most.
fn width(text: &str) -> i32 {
    let columns = unicode_width::UnicodeWidthStr::width(text) as i32;
    (columns * FONT * 62 + 99) / 100
}

/// The graph as an SVG document.
pub fn svg(graph: &Graph) -> String {
    let layout = Layout::of(graph);
    let (w, h) = (layout.width, layout.height);
    let title = xml::text(&graph.title());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{FONT}\">\n<title>{title}</title>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n"
    );
    text(
        &mut out,
        (PAD, PAD + FONT),
        &graph.title(),
        "font-weight=\"bold\"",
    );
    for (index, note) in graph.moves.iter().enumerate() {
        let at = (PAD, PAD + FONT + LINE * (index as i32 + 1));
        text(&mut out, at, note, "fill=\"#c62828\"");
    }
    for area in &layout.regions {
        frame(&mut out, area);
    }
    for wire in &layout.wires {
        line(&mut out, wire);
    }
    for node in &layout.nodes {
        frame(&mut out, node);
    }
    for wire in &layout.wires {
        label(&mut out, wire);
    }
    legend(&mut out, &layout);
    out.push_str("</svg>\n");
    out
}

/// What lines look like: colour, dashes, and what they stand for.
fn look(kind: Relation) -> (&'static str, &'static str, &'static str) {
    match kind {
        Relation::Traffic => ("#1565c0", "", "requests of users"),
        Relation::Forward => ("#1565c0", "6 3", "sent on by the mesh"),
        Relation::Call => ("#455a64", "", "calls"),
        Relation::Use => ("#90a4ae", "", "reads and writes"),
        Relation::Message => ("#6a1b9a", "2 3", "messages"),
        Relation::Replicate => ("#ef6c00", "", "replication"),
        Relation::Backup => ("#ef6c00", "2 3", "copies of backups"),
    }
}

fn line(out: &mut String, wire: &Wire) {
    let (own, dashes, _) = look(wire.kind);
    let (color, wide, faint) = match wire.change {
        Change::Same => (own, "1.4", ""),
        Change::Moved | Change::Added => ("#c62828", "2.4", ""),
        Change::Gone => (own, "1.2", " opacity=\"0.25\""),
    };
    let points: Vec<String> = wire
        .points
        .iter()
        .map(|(x, y)| format!("{x},{y}"))
        .collect();
    let dashes = match dashes {
        "" => String::new(),
        some => format!(" stroke-dasharray=\"{some}\""),
    };
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{wide}\"{dashes}{faint}/>",
        points.join(" ")
    );
    let ends = wire.points.as_slice();
    if let [.., before, end] = ends {
        head(out, *before, *end, (color, faint));
    }
    if let ([start, next, ..], true) = (ends, wire.both_ways) {
        head(out, *next, *start, (color, faint));
    }
}

/// The head of an arrow at `end`, as a shape of its own: markers are turned by few programs alike.
fn head(out: &mut String, from: (i32, i32), end: (i32, i32), (color, faint): (&str, &str)) {
    let (dx, dy) = ((end.0 - from.0).signum(), (end.1 - from.1).signum());
    let back = (end.0 - 7 * dx, end.1 - 7 * dy);
    let (side_x, side_y) = (4 * dy, 4 * dx);
    let _ = writeln!(
        out,
        "<polygon points=\"{},{} {},{} {},{}\" fill=\"{color}\"{faint}/>",
        end.0,
        end.1,
        back.0 + side_x,
        back.1 + side_y,
        back.0 - side_x,
        back.1 - side_y
    );
}

/// The text of an arrow, on white in the middle of its longest level part.
fn label(out: &mut String, wire: &Wire) {
    let Some((x, y)) = wire.label_at().filter(|_| !wire.label.is_empty()) else {
        return;
    };
    let wide = width(wire.label) + 6;
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"14\" fill=\"#ffffff\" opacity=\"0.9\"/>",
        x - wide / 2,
        y - 7
    );
    let color = match wire.change {
        Change::Same => look(wire.kind).0,
        Change::Moved | Change::Added => "#c62828",
        Change::Gone => "#9e9e9e",
    };
    let style = format!("text-anchor=\"middle\" fill=\"{color}\"");
    text(out, (x, y + 4), wire.label, &style);
}

fn frame(out: &mut String, area: &Box) {
    let (fill, stroke) = match area.kind {
        None => ("#f7f9fa", "#b0bec5"),
        Some(Kind::Host) => ("#e3f2fd", "#1565c0"),
        Some(Kind::Service) => ("#ffffff", "#455a64"),
        Some(Kind::Store | Kind::Backup) => ("#fff3e0", "#ef6c00"),
        Some(Kind::Queue) => ("#f3e5f5", "#6a1b9a"),
        Some(Kind::Outside) => ("#eceff1", "#455a64"),
    };
    let lost = match area.lost {
        true => " stroke-dasharray=\"6 4\" opacity=\"0.55\"",
        false => "",
    };
    let Box { x, y, w, h, .. } = area;
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"6\" fill=\"{fill}\" stroke=\"{stroke}\"{lost}/>"
    );
    for (index, line) in area.lines.iter().enumerate() {
        let at = (x + area.indent, y + PAD / 2 + FONT + LINE * index as i32);
        let style = match (index, area.lost, line.contains('→')) {
            (_, false, true) => "fill=\"#c62828\"",
            (0, false, false) => "font-weight=\"bold\"",
            (0, true, _) => "font-weight=\"bold\" fill=\"#78909c\"",
            (_, true, _) => "fill=\"#78909c\"",
            (_, false, false) => "fill=\"#455a64\"",
        };
        text(out, at, line, style);
    }
}

fn text(out: &mut String, (x, y): (i32, i32), content: &str, style: &str) {
    let content = xml::text(content);
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" {style}>{content}</text>");
}

/// What the lines stand for, as far as there are some.
fn legend(out: &mut String, layout: &Layout) {
    for (kind, (x, y)) in &layout.legend {
        let (color, dashes, words) = look(*kind);
        let dashes = match dashes {
            "" => String::new(),
            some => format!(" stroke-dasharray=\"{some}\""),
        };
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{color}\" stroke-width=\"1.4\"{dashes}/>",
            y - 4,
            x + 24,
            y - 4
        );
        text(out, (x + 30, *y), words, "fill=\"#455a64\"");
    }
}

//! Where boxes stand and arrows run.
//!
//! First every arrow gets its lanes, in units of columns and rows; lanes say how wide the gaps
//! are; then everything gets its pixels.

use super::lanes::Lanes;
use super::{LANE, LINE, PAD, width};
use crate::graph::{Change, Edge, Graph, Kind, Node, Region, Relation};
use std::collections::BTreeMap;

/// A box with text.
pub(super) struct Box<'a> {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
    /// Space before its text: arrows run before that of a region.
    pub(super) indent: i32,
    /// What it is; a region for `None`.
    pub(super) kind: Option<Kind>,
    pub(super) lines: Vec<&'a str>,
    pub(super) lost: bool,
}

/// An arrow.
pub(super) struct Wire<'a> {
    pub(super) points: Vec<(i32, i32)>,
    pub(super) kind: Relation,
    pub(super) both_ways: bool,
    pub(super) label: &'a str,
    pub(super) change: Change,
}

impl Wire<'_> {
    /// The middle of the longest level part, if the text fits there.
    pub(super) fn label_at(&self) -> Option<(i32, i32)> {
        let parts = self.points.windows(2).filter(|p| p[0].1 == p[1].1);
        let longest = parts.max_by_key(|p| (p[0].0 - p[1].0).abs())?;
        let room = (longest[0].0 - longest[1].0).abs() - 2 * PAD;
        let fits = room >= width(self.label);
        fits.then_some(((longest[0].0 + longest[1].0) / 2, longest[0].1))
    }
}

/// Kinds of arrows, each with the place of its words.
pub(super) type Legend = Vec<(Relation, (i32, i32))>;

/// Everything with its pixels.
pub(super) struct Layout<'a> {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) regions: Vec<Box<'a>>,
    pub(super) nodes: Vec<Box<'a>>,
    pub(super) wires: Vec<Wire<'a>>,
    pub(super) legend: Legend,
}

/// Where a node stands: in a cell, or in a bar above or below the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Cell { column: usize, row: usize },
    Above { row: usize },
    Below { row: usize },
}

/// The way of an arrow, in lanes.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// From a bar above down the left gutter of a column.
    Down { column: usize, lane: i32 },
    /// Between a cell and another one, or a bar below, in the right gutter of its column.
    Beside { column: usize, lane: i32 },
    /// Under the sender's row to another column, into the receiver from below.
    Across { row: usize, lane: i32 },
    /// Under the sender's row to another column's left gutter, and along it.
    Around {
        row: usize,
        lane: i32,
        column: usize,
        gutter: i32,
    },
    /// Between bars, outside of all columns: on the left up to a host, else on the right.
    Outside { left: bool, lane: i32 },
}

/// Rows and columns, with the lanes that are in use.
struct Plan<'a> {
    graph: &'a Graph,
    spots: BTreeMap<&'a str, Spot>,
    rows: usize,
    above: usize,
    left: Vec<Lanes>,
    right: Vec<Lanes>,
    under: Vec<Lanes>,
    outside: [Lanes; 2],
}

impl<'a> Plan<'a> {
    fn of(graph: &'a Graph) -> Self {
        let mut spots = BTreeMap::new();
        // One row for each part, whichever regions it is in.
        let mut parts: Vec<(Kind, &str)> = Vec::new();
        let (mut above, mut below) = (0, 0);
        for node in &graph.nodes {
            let spot = match &node.region {
                Some(region) => {
                    let part = (node.kind, node.name.as_str());
                    let known = parts.iter().position(|p| *p == part);
                    let row = known.unwrap_or_else(|| {
                        parts.push(part);
                        parts.len() - 1
                    });
                    let column = graph.regions.iter().position(|r| r.name == *region);
                    Spot::Cell {
                        column: column.unwrap_or(0),
                        row,
                    }
                }
                None if node.kind == Kind::Host => {
                    above += 1;
                    Spot::Above { row: above - 1 }
                }
                None => {
                    below += 1;
                    Spot::Below { row: below - 1 }
                }
            };
            spots.insert(node.id.as_str(), spot);
        }
        let columns = graph.regions.len();
        Plan {
            graph,
            spots,
            rows: parts.len(),
            above,
            left: vec![Lanes::default(); columns],
            right: vec![Lanes::default(); columns],
            under: vec![Lanes::default(); parts.len()],
            outside: Default::default(),
        }
    }

    /// A row as a number that grows downwards over bars and cells.
    fn level(&self, spot: Spot) -> i32 {
        let row = match spot {
            Spot::Above { row } => row,
            Spot::Cell { row, .. } => self.above + row,
            Spot::Below { row } => self.above + self.rows + row,
        };
        row as i32
    }

    /// Whether a node and a spot are on two sides of the columns.
    fn crosses(&self, node: &Node, spot: Spot) -> bool {
        let above = |spot: Spot| matches!(spot, Spot::Above { .. });
        self.spots
            .get(node.id.as_str())
            .is_some_and(|own| above(*own) != above(spot))
    }

    /// The lanes of an arrow.
    fn way(&mut self, edge: &Edge) -> Option<Way> {
        let from = *self.spots.get(edge.from.as_str())?;
        let to = *self.spots.get(edge.to.as_str())?;
        let (a, b) = (self.level(from), self.level(to));
        Some(match (from, to) {
            (Spot::Above { .. }, Spot::Cell { column, .. }) => Way::Down {
                column,
                lane: self.left[column].take(a, b),
            },
            (Spot::Cell { column, .. }, Spot::Below { .. })
            | (Spot::Below { .. }, Spot::Cell { column, .. }) => Way::Beside {
                column,
                lane: self.right[column].take(a, b),
            },
            (Spot::Cell { column, .. }, Spot::Cell { column: other, .. }) if column == other => {
                Way::Beside {
                    column,
                    lane: self.right[column].take(a, b),
                }
            }
            (
                Spot::Cell { column, row },
                Spot::Cell {
                    column: other,
                    row: target,
                },
            ) => {
                // A label takes the room of a second lane.
                let ends = (column as i32, other as i32);
                let lane = self.under[row].take(ends.0, ends.1);
                if row == target {
                    Way::Across { row, lane }
                } else {
                    let gutter = self.left[other].take(a, b);
                    Way::Around {
                        row,
                        lane,
                        column: other,
                        gutter,
                    }
                }
            }
            _ => {
                let left = matches!(to, Spot::Above { .. });
                let lane = self.outside[usize::from(!left)].take(a, b);
                Way::Outside { left, lane }
            }
        })
    }
}

impl<'a> Layout<'a> {
    pub(super) fn of(graph: &'a Graph) -> Self {
        let mut plan = Plan::of(graph);
        let ways: Vec<Option<Way>> = graph.edges.iter().map(|e| plan.way(e)).collect();
        let pixels = Pixels::of(&plan);
        let nodes: BTreeMap<&str, Box> = graph
            .nodes
            .iter()
            .map(|n| (n.id.as_str(), pixels.node(&plan, n)))
            .collect();
        let mut ports = Ports::default();
        let edges = graph.edges.iter().zip(&ways);
        let wires = edges.filter_map(|(edge, way)| {
            let (from, to) = (nodes.get(edge.from.as_str())?, nodes.get(edge.to.as_str())?);
            Some(Wire {
                points: pixels.points(
                    (*way)?,
                    (from, edge.from.as_str()),
                    (to, edge.to.as_str()),
                    &mut ports,
                ),
                kind: edge.kind,
                both_ways: edge.both_ways,
                label: &edge.label,
                change: edge.change,
            })
        });
        let wires: Vec<Wire> = wires.collect();
        let regions = graph.regions.iter().enumerate();
        let regions = regions
            .map(|(at, region)| pixels.region(at, region))
            .collect();
        let (legend, height) = pixels.legend(graph);
        Layout {
            width: pixels.width,
            height,
            regions,
            nodes: graph.nodes.iter().map(|n| pixels.node(&plan, n)).collect(),
            wires,
            legend,
        }
    }
}

/// Distance of two arrows at a side of a box.
const PORT: i32 = 8;

/// Where arrows leave and enter a side of a box: each at a place of its own.
#[derive(Default)]
struct Ports {
    used: BTreeMap<(String, u8), i32>,
}

impl Ports {
    /// The next free place of a side, in pixels from its middle: 0, 8, -8, 16, …
    fn next(&mut self, id: &str, side: u8, most: i32) -> i32 {
        let count = self.used.entry((id.to_string(), side)).or_default();
        *count += 1;
        let step = *count / 2 * PORT;
        let place = if *count % 2 == 0 { step } else { -step };
        place.clamp(-most, most)
    }
}

/// The pixels of rows and columns.
struct Pixels<'a> {
    width: i32,
    /// Left edge, width and the left gutter of each column.
    columns: Vec<(i32, i32, i32)>,
    /// The width of the boxes in each column.
    boxes: Vec<i32>,
    /// Top and height of each row.
    rows: Vec<(i32, i32)>,
    /// Left edge, width and top of each bar, by the id of its node.
    bars: BTreeMap<&'a str, (i32, i32, i32)>,
    /// Top and bottom of the frames of regions.
    frame: (i32, i32),
    /// Left and right edge of the widest bars.
    edges: (i32, i32),
    bottom: i32,
}

/// Bars above or below the columns. One that only has to do with some columns spans these, so
/// that several stand side by side and no arrow passes behind one.
struct Bars<'p, 'a> {
    plan: &'p Plan<'a>,
    columns: &'p [(i32, i32, i32)],
    edges: (i32, i32),
    found: BTreeMap<&'a str, (i32, i32, i32)>,
}

impl<'a> Bars<'_, 'a> {
    /// Places those at some spots, from `y` on.
    fn place(&mut self, y: &mut i32, here: fn(&Spot) -> bool) {
        let nodes = self.plan.graph.nodes.iter();
        let nodes = nodes.filter(|n| self.plan.spots.get(n.id.as_str()).is_some_and(here));
        let mut rows: Vec<Vec<(&'a Node, i32, i32)>> = Vec::new();
        for node in nodes {
            let (left, right) = self.extent(node);
            let apart = |row: &&mut Vec<(&Node, i32, i32)>| {
                row.iter().all(|(_, l, r)| right < *l || *r < left)
            };
            match rows.iter_mut().find(apart) {
                Some(row) => row.push((node, left, right)),
                None => rows.push(vec![(node, left, right)]),
            }
        }
        for row in rows {
            let lines = row.iter().map(|(n, _, _)| n.lines().count()).max();
            for (node, left, right) in row {
                self.found.insert(&node.id, (left, right - left, *y));
            }
            *y += text_height(lines.unwrap_or(1)) + PAD;
        }
    }

    /// From where to where a bar goes.
    fn extent(&self, node: &Node) -> (i32, i32) {
        let other = |e: &'a Edge| match () {
            () if e.from == node.id => Some(e.to.as_str()),
            () if e.to == node.id => Some(e.from.as_str()),
            () => None,
        };
        let spots = self.plan.graph.edges.iter().filter_map(other);
        let spots: Vec<Spot> = spots.map(|id| self.plan.spots[id]).collect();
        // An arrow to a bar on the other side runs outside of all columns.
        let far = spots
            .iter()
            .any(|s| !matches!(s, Spot::Cell { .. }) && self.plan.crosses(node, *s));
        let columns = spots.iter().filter_map(|s| match s {
            Spot::Cell { column, .. } => Some(*column),
            _ => None,
        });
        let (Some(first), Some(last)) = (columns.clone().min(), columns.max()) else {
            return self.edges;
        };
        let needed = node.lines().map(width).max().unwrap_or(0) + 2 * PAD;
        let end = |column: usize| self.columns[column].0 + self.columns[column].1;
        let from = self.columns[first].0;
        let fits = (last..self.columns.len()).find(|c| end(*c) - from >= needed);
        match fits.filter(|_| !far) {
            Some(last) => (from, end(last)),
            None => self.edges,
        }
    }
}

fn text_height(lines: usize) -> i32 {
    lines as i32 * LINE + PAD
}

impl<'a> Pixels<'a> {
    fn of(plan: &Plan<'a>) -> Self {
        let graph = plan.graph;
        let widest =
            |lines: &mut dyn Iterator<Item = &str>| lines.map(width).max().unwrap_or(0) + 2 * PAD;
        let gutter = |lanes: &Lanes| PAD + lanes.count() * LANE + PAD;
        let margin = PAD + plan.outside[0].count() * LANE;
        let (mut columns, mut boxes, mut x) = (Vec::new(), Vec::new(), margin);
        for (at, region) in graph.regions.iter().enumerate() {
            let inside = graph.of(Some(&region.name));
            let node = inside.map(|n| widest(&mut n.lines())).max().unwrap_or(0);
            let title = widest(&mut region.lines());
            let (left, right) = (gutter(&plan.left[at]), gutter(&plan.right[at]));
            let own = node.max(title - right).max(60);
            boxes.push(own);
            columns.push((x, left + own + right, left));
            x += left + own + right + 2 * PAD;
        }
        let shared = graph
            .of(None)
            .map(|n| widest(&mut n.lines()))
            .max()
            .unwrap_or(0);
        let title = std::iter::once(graph.title()).chain(graph.moves.iter().cloned());
        let title = title.map(|t| width(&t)).max().unwrap_or(0) + PAD;
        let right = (x - 2 * PAD).max(margin + shared);
        let edge = right + PAD + plan.outside[1].count() * LANE + PAD;
        let mut y = PAD + LINE * (1 + graph.moves.len() as i32) + PAD;
        let mut bars = Bars {
            plan,
            columns: &columns,
            edges: (margin, right),
            found: BTreeMap::new(),
        };
        bars.place(&mut y, |spot| matches!(spot, Spot::Above { .. }));
        y += PAD;
        let top = y;
        let titles = graph
            .regions
            .iter()
            .map(|r| r.lines().count())
            .max()
            .unwrap_or(1);
        y += text_height(titles);
        let mut rows = Vec::new();
        for row in 0..plan.rows {
            let in_row = |n: &&Node| matches!(plan.spots.get(n.id.as_str()), Some(Spot::Cell { row: own, .. }) if *own == row);
            let lines = graph
                .nodes
                .iter()
                .filter(in_row)
                .map(|n| n.lines().count())
                .max();
            let high = text_height(lines.unwrap_or(1));
            rows.push((y, high));
            y += high + PAD + plan.under[row].count() * (LINE - 1) + PAD / 2;
        }
        let frame = (top, y);
        y += 2 * PAD;
        bars.place(&mut y, |spot| matches!(spot, Spot::Below { .. }));
        let bars = bars.found;
        Pixels {
            width: edge.max(title + PAD).max(420),
            columns,
            boxes,
            rows,
            bars,
            frame,
            edges: (margin, right),
            bottom: y,
        }
    }

    fn region(&self, at: usize, region: &'a Region) -> Box<'a> {
        let (x, w, left) = self.columns[at];
        Box {
            x,
            y: self.frame.0,
            w,
            h: self.frame.1 - self.frame.0,
            indent: left,
            kind: None,
            lines: region.lines().collect(),
            lost: region.lost,
        }
    }

    fn node(&self, plan: &Plan, node: &'a Node) -> Box<'a> {
        let lines: Vec<&str> = node.lines().collect();
        let (x, w, y) = match plan.spots[node.id.as_str()] {
            Spot::Cell { column, row } => {
                let (x, _, gutter) = self.columns[column];
                (x + gutter, self.boxes[column], self.rows[row].0)
            }
            Spot::Above { .. } | Spot::Below { .. } => self.bars[node.id.as_str()],
        };
        Box {
            x,
            y,
            w,
            h: text_height(lines.len()),
            indent: PAD,
            kind: Some(node.kind),
            lines,
            lost: node.lost,
        }
    }

    /// The middle of a lane of a gutter, or under a row.
    fn left_lane(&self, column: usize, lane: i32) -> i32 {
        self.columns[column].0 + PAD + lane * LANE
    }

    fn right_lane(&self, column: usize, lane: i32) -> i32 {
        let (x, _, left) = self.columns[column];
        x + left + self.boxes[column] + PAD + lane * LANE
    }

    fn under_lane(&self, row: usize, lane: i32) -> i32 {
        let (y, h) = self.rows[row];
        y + h + PAD + lane * (LINE - 1)
    }

    fn points(
        &self,
        way: Way,
        from: (&Box, &str),
        to: (&Box, &str),
        ports: &mut Ports,
    ) -> Vec<(i32, i32)> {
        let ((a, from), (b, to)) = (from, to);
        // A place on a side: 0 left, 1 right, 2 below.
        let mut side = |of: &Box, id: &str, side: u8| match side {
            2 => (
                of.x + of.w / 2 + ports.next(id, side, of.w / 2 - 4),
                of.y + of.h,
            ),
            _ => {
                let y = of.y + of.h / 2 + ports.next(id, side, of.h / 2 - 4);
                (if side == 0 { of.x } else { of.x + of.w }, y)
            }
        };
        let mut points = match way {
            Way::Down { column, lane } => {
                let x = self.left_lane(column, lane);
                let end = side(b, to, 0);
                vec![(x, a.y + a.h), (x, end.1), end]
            }
            Way::Beside { column, lane } => {
                let x = self.right_lane(column, lane);
                let bar = |of: &Box| of.y >= self.frame.1;
                let start = match bar(a) {
                    true => (x, a.y),
                    false => side(a, from, 1),
                };
                let end = match bar(b) {
                    true => (x, b.y),
                    false => side(b, to, 1),
                };
                vec![start, (x, start.1), (x, end.1), end]
            }
            Way::Across { row, lane } => {
                let y = self.under_lane(row, lane);
                let (start, end) = (side(a, from, 2), side(b, to, 2));
                vec![start, (start.0, y), (end.0, y), end]
            }
            Way::Around {
                row,
                lane,
                column,
                gutter,
            } => {
                let y = self.under_lane(row, lane);
                let x = self.left_lane(column, gutter);
                let (start, end) = (side(a, from, 2), side(b, to, 0));
                vec![start, (start.0, y), (x, y), (x, end.1), end]
            }
            Way::Outside { .. } if a.y == b.y => {
                let (left, right) = if a.x < b.x { (a, b) } else { (b, a) };
                let y = a.y + a.h.min(b.h) / 2;
                let ends = [(left.x + left.w, y), (right.x, y)];
                match a.x < b.x {
                    true => ends.to_vec(),
                    false => vec![ends[1], ends[0]],
                }
            }
            Way::Outside { left, lane } => {
                let x = match left {
                    true => self.edges.0 - PAD / 2 - lane * LANE,
                    false => self.edges.1 + PAD + lane * LANE,
                };
                let (start, end) = match left {
                    true => (side(a, from, 0), side(b, to, 0)),
                    false => (side(a, from, 1), side(b, to, 1)),
                };
                vec![start, (x, start.1), (x, end.1), end]
            }
        };
        // A way that ends at a bar comes from above: its last bend is none.
        points.dedup();
        points
    }

    /// What lines stand for, below everything; gives the height of the whole too.
    fn legend(&self, graph: &Graph) -> (Legend, i32) {
        let mut kinds: Vec<Relation> = graph.edges.iter().map(|e| e.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let (mut x, mut y) = (PAD, self.bottom + LINE);
        let mut legend = Vec::new();
        for kind in kinds {
            let wide = 30 + width(super::look(kind).2) + 2 * PAD;
            if x + wide > self.width && x > PAD {
                (x, y) = (PAD, y + LINE);
            }
            legend.push((kind, (x, y)));
            x += wide;
        }
        (legend, y + PAD)
    }
}

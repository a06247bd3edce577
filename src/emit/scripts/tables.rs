//! Commands that are alike become one function of a script, whose parameters are what differs, and
//! each of them a row that calls it. Lists of rows that are alike become one in turn, so that a
//! script grows with its services and its regions, and not with both of them multiplied.
//!
//! Invariant: what a row runs is, word for word, what it stands for: a function is made of its first
//! command, and only where putting the words of each other one into it gives that one again.

mod cut;

use crate::format::json::json;
use crate::topology::Topology;
use cut::Cut;
pub(super) use cut::Names;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where a list of lines is, after which the script prints one below the other.
const LINES: &str = "lines";
/// Where a list of lists of lines is; it becomes one list.
const PARTS: &str = "parts";

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The words of what it runs.
    pub does: Vec<String>,
    /// What follows if that fails; nothing, and no words.
    pub or: Vec<String>,
}

impl Line {
    fn read(value: &Value) -> Line {
        let words = |of: &Value| {
            let all = of.as_array().into_iter().flatten();
            all.filter_map(|w| w.as_str().map(String::from)).collect()
        };
        Line {
            does: words(&value["does"]),
            or: words(&value["or"]),
        }
    }

    fn words(&self) -> impl Iterator<Item = &String> {
        self.does.iter().chain(&self.or)
    }

    fn value(&self) -> Value {
        json!({ "does": self.does, "or": self.or })
    }
}

/// Lines that belong together, as a part of a context. The title names the function that they may become.
pub(super) fn lines(title: &str, lines: impl IntoIterator<Item = Line>) -> Value {
    let all: Vec<Value> = lines.into_iter().map(|l| l.value()).collect();
    json!({ "title": title, LINES: all })
}

/// Lists of lines, one after the other, each from [`lines`].
pub(super) fn parts(title: &str, parts: impl IntoIterator<Item = Value>) -> Value {
    json!({ "title": title, PARTS: parts.into_iter().collect::<Vec<_>>() })
}

/// Puts rows in place of lines that are alike, everywhere in a context, and gives the functions that the
/// rows call. No function is named like one of `taken`.
pub(super) fn fold(
    topology: &Topology,
    context: &mut Value,
    taken: BTreeSet<String>,
) -> Vec<Value> {
    let mut functions = Functions {
        names: Names::of(topology),
        taken,
        made: Vec::new(),
    };
    functions.fold(context, |_| true);
    flatten(context);
    functions.fold(context, |lines| lines.len() > 1);
    functions.made
}

/// Puts the lines of functions that only one row calls in place of that row; gives the others.
pub(super) fn spare(context: &mut Value, functions: Vec<Value>) -> Value {
    let mut kept = Value::Array(functions);
    // A function calls only those before it.
    for index in (0..kept.as_array().map_or(0, Vec::len)).rev() {
        let function = kept[index].clone();
        let calls = |line: &Value| line["does"][0] == function["name"];
        let mut called = 0;
        let mut count = |block: &mut Map<String, Value>| {
            let lines = block[LINES].as_array().into_iter().flatten();
            called += lines.filter(|line| calls(line)).count();
        };
        each(context, &mut count);
        each(&mut kept, &mut count);
        if called != 1 {
            continue;
        }
        let mut put = |block: &mut Map<String, Value>| {
            let lines = block[LINES].as_array().into_iter().flatten();
            let lines = lines.flat_map(|line| {
                if calls(line) {
                    called_with(&function, line)
                } else {
                    vec![line.clone()]
                }
            });
            let lines: Vec<Value> = lines.collect();
            block[LINES] = lines.into();
        };
        each(context, &mut put);
        each(&mut kept, &mut put);
        kept[index] = Value::Null;
    }
    let kept = kept.as_array().into_iter().flatten();
    kept.filter(|f| !f.is_null()).cloned().collect()
}

/// The lines of a function, as a row calls it.
fn called_with(function: &Value, row: &Value) -> Vec<Value> {
    let parameters = function["parameters"].as_array().into_iter().flatten();
    let values = row["does"].as_array().into_iter().flatten().skip(1);
    let given = parameters.filter_map(Value::as_str).zip(values).collect();
    let words = |all: &Value| -> Value {
        let all = all.as_array().into_iter().flatten();
        all.map(|word| cut::put(word, &given)).collect()
    };
    let lines = function[LINES].as_array().into_iter().flatten();
    let each = lines.map(|line| json!({ "does": words(&line["does"]), "or": words(&line["or"]) }));
    each.collect()
}

/// The functions of a script.
struct Functions<'a> {
    names: Names<'a>,
    taken: BTreeSet<String>,
    made: Vec<Value>,
}

impl Functions<'_> {
    /// Puts rows in place of the lists of lines that are meant.
    fn fold(&mut self, context: &mut Value, meant: fn(&[Line]) -> bool) {
        let mut blocks = Vec::new();
        each(context, &mut |block| blocks.push(Block::read(block)));
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, block) in blocks.iter().enumerate() {
            if meant(&block.lines) {
                let shape = block.cut(&self.names).shape();
                alike.entry(shape).or_default().push(index);
            }
        }
        let mut groups: Vec<Vec<usize>> = alike.into_values().filter(|g| g.len() > 1).collect();
        // The order of the script.
        groups.sort_unstable();
        let mut rows: BTreeMap<usize, Line> = BTreeMap::new();
        for group in groups {
            let members: Vec<&Block> = group.iter().map(|i| &blocks[*i]).collect();
            rows.extend(group.iter().copied().zip(self.function(&members)));
        }
        let mut index = 0;
        each(context, &mut |block| {
            if let Some(row) = rows.get(&index) {
                block.insert(LINES.into(), json!([row.value()]));
            }
            index += 1;
        });
    }

    /// Makes a function of blocks that are alike, and a row of each.
    fn function(&mut self, blocks: &[&Block]) -> Vec<Line> {
        let cuts: Vec<Cut> = blocks.iter().map(|b| b.cut(&self.names)).collect();
        let mut columns = cut::columns(&cuts);
        let title = self.names.cut(&blocks[0].title);
        let name = cut::name(&title, &mut self.taken);
        let mut words = cuts[0].words.iter().map(|word| columns.word(word));
        let lines = blocks[0].lines.iter();
        let lines: Vec<Value> = lines
            .map(|line| {
                let does: Vec<Value> = words.by_ref().take(line.does.len()).collect();
                let or: Vec<Value> = words.by_ref().take(line.or.len()).collect();
                json!({ "does": does, "or": or })
            })
            .collect();
        self.made
            .push(json!({ "name": name, "parameters": columns.parameters, LINES: lines }));
        let rows = columns.rows.into_iter().map(|row| Line {
            does: std::iter::once(name.clone()).chain(row).collect(),
            or: Vec::new(),
        });
        rows.collect()
    }
}

/// A list of lines with its title.
struct Block {
    title: String,
    lines: Vec<Line>,
}

impl Block {
    fn read(value: &Map<String, Value>) -> Block {
        let lines = value[LINES].as_array().into_iter().flatten();
        Block {
            title: value["title"].as_str().unwrap_or_default().into(),
            lines: lines.map(Line::read).collect(),
        }
    }

    fn cut<'a>(&'a self, names: &Names) -> Cut<'a> {
        let mut cut = Cut::default();
        for line in &self.lines {
            cut.words.extend(line.words().map(|w| names.cut(w)));
            cut.ends.push((line.does.len(), line.or.len()));
        }
        cut
    }
}

/// Visits each list of lines, in order.
fn each(value: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) if map.contains_key(LINES) => visit(map),
        Value::Object(map) => map.values_mut().for_each(|v| each(v, visit)),
        Value::Array(all) => all.iter_mut().for_each(|v| each(v, visit)),
        _ => {}
    }
}

/// Makes one list of lines of lists of them.
fn flatten(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(parts)) = map.remove(PARTS) {
                let lines = parts
                    .into_iter()
                    .flat_map(|mut part| match part[LINES].take() {
                        Value::Array(lines) => lines,
                        _ => Vec::new(),
                    });
                let lines = lines.collect();
                map.insert(LINES.into(), Value::Array(lines));
            }
            map.values_mut().for_each(flatten);
        }
        Value::Array(all) => all.iter_mut().for_each(flatten),
        _ => {}
    }
}

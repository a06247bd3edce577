//! Trials: a spec with one input changed, compiled, held against what it was.

use super::alternatives::{alternatives, rename};
use super::inputs::{Input, Kind, inputs};
use super::{Lines, Traced, Traces};
use crate::artifact::ArtifactSet;
use crate::deployment::Deployment;
use crate::diagnostic::Diagnostics;
use crate::lock::Lock;
use crate::source::SourceMap;
use crate::syntax::{Document, Entry, Key, Kind as Shape, Node, Scalar, Style};
use crate::watch::alerts::all_alerts;
use crate::{Until, catalog, compile, emit, lock, procedure};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Changes of one input that compile and show nothing, after which nothing is said to follow.
const COMPILED: usize = 2;

/// Other texts of one input that are tried to find where a value comes from.
const TRIED: usize = 4;

/// How many other texts of one input are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// Of each group, those until one shows something.
    UntilShown,
    /// Every one: a smaller value may show what a larger one does not.
    All,
}

/// Inputs of one spec, to be tried.
pub struct Trial<'a> {
    of: Traced<'a>,
    /// The emitter of the only file that matters.
    emitter: Option<&'static str>,
    inputs: Vec<(Input, &'static Json)>,
}

impl<'a> Trial<'a> {
    /// `path` is the only file that matters, if only one does.
    pub fn new(of: Traced<'a>, path: Option<&str>) -> Self {
        let artifact = path.and_then(|p| of.artifacts.get(p));
        Trial {
            of,
            // The contract follows from what all emitters print.
            emitter: artifact
                .map(|a| a.emitter)
                .filter(|_| path != Some(emit::contract::PATH)),
            inputs: inputs(of.document),
        }
    }

    /// Values and names that are written.
    pub fn written(&self) -> Vec<Input> {
        let inputs = self.inputs.iter().map(|(i, _)| i);
        let written = inputs.filter(|i| i.kind != Kind::Default);
        written.cloned().collect()
    }

    /// What follows from each input from which anything follows.
    pub fn all(&self) -> Vec<Traces> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut found = Vec::new();
            while let Some((input, shape)) = self.inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let lines = self.lines(input, shape, Tried::UntilShown);
                if !lines.is_empty() {
                    let input = input.clone();
                    found.push(Traces { input, lines });
                }
            }
            found
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut all: Vec<Traces> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let done = workers.into_iter().map(|w| w.join());
            done.flatten().flatten().collect()
        });
        all.sort_by(|a, b| {
            (&a.input.way, a.input.kind, &a.input.path).cmp(&(
                &b.input.way,
                b.input.kind,
                &b.input.path,
            ))
        });
        all
    }

    /// What follows from one input.
    pub fn one(&self, input: &Input) -> Traces {
        let found = self.inputs.iter().find(|(i, _)| i == input);
        let shape = found.map_or(&Json::Null, |(_, shape)| shape);
        Traces {
            input: input.clone(),
            lines: self.lines(input, shape, Tried::All),
        }
    }

    /// The written value that something of the deployment follows from, those that `fit` first:
    /// `other` says whether a deployment differs in it. Without one, a default.
    pub fn origin(
        &self,
        fits: &dyn Fn(&Input) -> bool,
        other: &dyn Fn(&Deployment) -> bool,
    ) -> Option<Input> {
        let numeric = |i: &Input| i.text.contains(|c: char| c.is_ascii_digit());
        let valued = self.inputs.iter().filter(|(i, _)| i.kind != Kind::Name);
        let mut valued: Vec<_> = valued.collect();
        valued.sort_by_key(|(i, _)| (i.kind == Kind::Default, !fits(i), !numeric(i)));
        let follows = |input: &Input, shape: &'static Json| {
            let texts = alternatives(&input.text, shape, self.of.document);
            let texts = texts.into_iter().flatten().take(TRIED);
            let mut changed = texts.flat_map(|text| self.otherwise(input, &text));
            changed.any(|(document, lock)| {
                let deployment = crate::lowered(&document, Some(&lock), self.of.spec_name);
                deployment.is_some_and(|d| other(&d))
            })
        };
        let found = valued.into_iter().find(|(i, shape)| follows(i, shape));
        found.map(|(input, _)| input.clone())
    }

    fn lines(&self, input: &Input, shape: &'static Json, tried: Tried) -> Lines {
        if input.kind == Kind::Name {
            return self.of_name(input);
        }
        let mut groups = alternatives(&input.text, shape, self.of.document);
        if tried == Tried::All {
            groups = groups
                .into_iter()
                .flatten()
                .map(|text| vec![text])
                .collect();
        }
        let mut lines = Lines::new();
        for (index, texts) in groups.iter().enumerate() {
            let changed = texts.iter().flat_map(|text| self.otherwise(input, text));
            let removed = (index == 0 && input.kind == Kind::Value).then_some(());
            let removed = removed.into_iter().map(|()| self.without(input));
            join(&mut lines, self.first(changed.chain(removed)));
        }
        lines
    }

    /// The spec with another text in the place of a value, or of a default. What the lock decided
    /// by the value is decided by the other one.
    fn otherwise(&self, input: &Input, text: &str) -> Vec<(Document, Lock)> {
        let mut document = self.of.document.clone();
        if input.kind == Kind::Default {
            let key = input.path.last().cloned().unwrap_or_default();
            add(&mut document.root, &input.way, &key, text);
            return vec![(document, self.of.lock.clone())];
        }
        put(&mut document.root, &input.way, text);
        let other = renamed(self.of.lock, &input.text, text, of_a_value);
        let other = other.filter(|lock| lock::print(lock) != lock::print(self.of.lock));
        let locks = [Some(self.of.lock.clone()), other].into_iter().flatten();
        locks.map(|lock| (document.clone(), lock)).collect()
    }

    fn without(&self, input: &Input) -> (Document, Lock) {
        let mut document = self.of.document.clone();
        take(&mut document.root, &input.way);
        (document, self.of.lock.clone())
    }

    /// Another name, and another location where the name of a region is one.
    fn of_name(&self, input: &Input) -> Lines {
        let from = &input.text;
        let mut changed = Vec::new();
        for to in [format!("{from}x"), format!("x{from}")] {
            let mut document = self.of.document.clone();
            rename(&mut document.root, from, &to);
            if input.path[0] == "regions" {
                locate(&mut document.root, &input.way, from);
            }
            if let Some(lock) = renamed(self.of.lock, from, &to, of_a_name) {
                changed.push((document, lock));
            }
        }
        let mut lines = self.first(changed.into_iter());
        if input.path.len() == 2 && input.path[0] == "regions" {
            let places = catalog::places().iter().filter(|p| p.location != from);
            let moved = places.take(60).map(|place| {
                let mut document = self.of.document.clone();
                add(&mut document.root, &input.way, "location", place.location);
                (document, self.of.lock.clone())
            });
            join(&mut lines, self.first(moved));
        }
        lines
    }

    /// What the first change that shows anything shows, of the first few that compile.
    fn first(&self, changed: impl Iterator<Item = (Document, Lock)>) -> Lines {
        let shown = changed.filter_map(|(document, lock)| self.differing(&document, &lock));
        let mut shown = shown.take(COMPILED);
        shown.find(|lines| !lines.is_empty()).unwrap_or_default()
    }

    /// The lines that differ once a changed spec compiles; nothing if it does not.
    fn differing(&self, document: &Document, lock: &Lock) -> Option<Lines> {
        let out = Diagnostics::default();
        let done = compile(
            Some(document),
            Some(lock),
            self.of.spec_name,
            out,
            Until::Checked,
            None,
        );
        if done.diagnostics.has_errors() {
            return None;
        }
        let procedures = procedure::procedures(procedure::Model {
            topology: done.topology.as_ref()?,
            deployment: done.deployment.as_ref()?,
            analysis: done.analysis.as_ref()?,
        });
        let (topology, deployment) = (done.topology.as_ref()?, done.deployment.as_ref()?);
        let input = emit::Input {
            topology,
            deployment,
            analysis: done.analysis.as_ref()?,
            procedures: &procedures,
            alerts: &all_alerts(topology, deployment),
        };
        let now = match self.emitter {
            Some(emitter) => emit::only(input, emitter),
            None => emit::emit(input, &mut Diagnostics::default()),
        };
        Some(lines(self.of.artifacts, &now, self.emitter))
    }
}

fn join(lines: &mut Lines, more: Lines) {
    for (path, numbers) in more {
        lines.entry(path).or_default().extend(numbers);
    }
}

/// Lines of the old files that are gone or replaced.
fn lines(old: &ArtifactSet, new: &ArtifactSet, emitter: Option<&str>) -> Lines {
    let mut found = Lines::new();
    let files = old
        .iter()
        .filter(|(_, a)| emitter.is_none_or(|e| a.emitter == e));
    for (path, artifact) in files {
        let now = new.get(path).map_or("", |a| a.text.as_str());
        if now == artifact.text {
            continue;
        }
        let diff = similar::TextDiff::from_lines(artifact.text.as_str(), now);
        let gone: BTreeSet<usize> = diff
            .ops()
            .iter()
            .filter(|op| op.tag() != similar::DiffTag::Equal)
            .flat_map(|op| op.old_range().map(|line| line + 1))
            .collect();
        if !gone.is_empty() {
            found.insert(path.to_string(), gone);
        }
    }
    found
}

/// The node at the end of a way.
fn at<'a>(node: &'a mut Node, way: &[usize]) -> Option<&'a mut Node> {
    match way {
        [] => Some(node),
        [first, rest @ ..] => at(node.members_mut().nth(*first)?, rest),
    }
}

fn put(root: &mut Node, way: &[usize], text: &str) {
    if let Some(Node {
        kind: Shape::Scalar(scalar),
        ..
    }) = at(root, way)
    {
        scalar.text = text.to_string();
    }
}

/// Takes a member out of the map or the list that it is in.
fn take(root: &mut Node, way: &[usize]) {
    let Some((place, above)) = way.split_last() else {
        return;
    };
    match at(root, above).map(|node| &mut node.kind) {
        Some(Shape::Map(entries)) if *place < entries.len() => drop(entries.remove(*place)),
        Some(Shape::List(items)) if *place < items.len() => drop(items.remove(*place)),
        _ => {}
    }
}

/// Adds a member to a map, unless it has one of that name.
fn add(root: &mut Node, way: &[usize], key: &str, text: &str) {
    let Some(node) = at(root, way) else { return };
    let span = node.span;
    if matches!(node.kind, Shape::Null) {
        node.kind = Shape::Map(Vec::new());
    }
    let Shape::Map(entries) = &mut node.kind else {
        return;
    };
    let value = Shape::Scalar(Scalar {
        text: text.to_string(),
        style: Style::Plain,
        may_be_list: false,
    });
    match entries.iter_mut().find(|e| e.key.text == key) {
        Some(entry) => entry.value.kind = value,
        None => entries.push(Entry {
            key: Key {
                text: key.to_string(),
                span,
            },
            value: Node::new(span, value),
        }),
    }
}

/// Writes down where a region is, so that another name does not move it.
fn locate(root: &mut Node, way: &[usize], name: &str) {
    let has = at(root, way).is_some_and(|n| n.get("location").is_some());
    if !has && catalog::places().iter().any(|p| p.location == name) {
        add(root, way, "location", name);
    }
}

/// Whether a name goes on with this: a store stands before the dot of its database.
fn of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether a value goes on with this: a name that is derived of it is another one.
fn of_a_value(c: char) -> bool {
    !c.is_whitespace() && c != '`'
}

/// A lock in which one word stands for another; `part` is what continues a word.
fn renamed(lock: &Lock, from: &str, to: &str, part: fn(char) -> bool) -> Option<Lock> {
    let text = lock::print(lock);
    let mut words = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !part(c)) {
        let word = piece.trim_end_matches(|c| !part(c));
        words.push_str(if word == from { to } else { word });
        words.push_str(&piece[word.len()..]);
    }
    let mut sources = SourceMap::default();
    let file = sources.add("lock", words.clone());
    lock::parse(&words, file, &mut Diagnostics::default())
}

//! Which values of a spec make a line of the output, and which lines a value makes.
//!
//! Nothing is recorded while a spec compiles. An input is traced by changing it and compiling again:
//! the lines that differ are its own, whatever they passed through. So an answer cannot disagree
//! with what is emitted. One trial costs a compilation, and only the emitter of the file in
//! question prints.

mod alternatives;
mod block;
mod chart;
mod inputs;
pub mod refused;
mod trial;

pub use block::{Block, Place, of_address};
pub use inputs::{Input, Kind};

use crate::artifact::ArtifactSet;
use crate::lock::Lock;
use crate::syntax::Document;
use std::collections::{BTreeMap, BTreeSet};
use trial::Trial;

/// A spec that compiles, with what it compiles to.
#[derive(Clone, Copy)]
pub struct Traced<'a> {
    /// The spec, includes merged and lists in place.
    pub document: &'a Document,
    /// The decisions that it was compiled with, those of the run among them.
    pub lock: &'a Lock,
    /// The name that generated headers show.
    pub spec_name: &'a str,
    /// Every file.
    pub artifacts: &'a ArtifactSet,
}

/// What an input changes: numbers of lines by file, counted from 1.
pub type Lines = BTreeMap<String, BTreeSet<usize>>;

/// An input with the lines that depend on it.
#[derive(Debug, Clone)]
pub struct Traces {
    /// The input.
    pub input: Input,
    /// What another value of it changes.
    pub lines: Lines,
}

/// Where a line comes from.
#[derive(Debug)]
pub struct Why {
    /// The file, relative to the output.
    pub path: String,
    /// The lines in question, from 1, the last one among them.
    pub lines: (usize, usize),
    /// The template of our module or of our chart that the file is a copy of, if it is one.
    pub module: Option<String>,
    /// Inputs that change these lines, the most particular first.
    pub inputs: Vec<Traces>,
    /// The part of the file around them, with the inputs that change it, where the lines
    /// themselves are the same whatever the spec says.
    pub around: Option<(Block, Vec<Traces>)>,
    /// Decisions of the lock that stand in these lines: key and value, as the lock writes them.
    pub locked: Vec<String>,
    /// The emitter that prints the file.
    pub emitter: &'static str,
}

/// Where lines of a file come from; nothing if there is no such file or line.
pub fn why(of: Traced, path: &str, lines: (usize, usize)) -> Option<Why> {
    why_each(of, &[(path.to_string(), lines)]).pop()
}

/// Where each of several places comes from; files that one emitter prints are tried together.
pub fn why_each(of: Traced, places: &[Place]) -> Vec<Why> {
    let mut tried = BTreeMap::<&str, Vec<Traces>>::new();
    let each = places.iter().filter_map(|(path, lines)| {
        if block::template(path).is_some() {
            return why_of(of, &[], path, *lines);
        }
        let emitter = of.artifacts.get(path)?.emitter;
        let all = tried.entry(emitter);
        let all = all.or_insert_with(|| Trial::new(of, Some(path)).all());
        why_of(of, all, path, *lines)
    });
    each.collect()
}

/// The same, with what follows from every input already at hand.
pub fn why_of(of: Traced, all: &[Traces], path: &str, lines: (usize, usize)) -> Option<Why> {
    let artifact = of.artifacts.get(path)?;
    let texts: Vec<&str> = artifact.text.lines().collect();
    if lines.0 == 0 || lines.1 < lines.0 || lines.1 > texts.len() {
        return None;
    }
    let inputs = touching(all, path, lines);
    let mut around = None;
    if inputs.is_empty() {
        around = block::around(path, &texts, lines.0)
            .into_iter()
            .map(|block| (touching(all, path, block.lines), block))
            .find(|(inputs, _)| !inputs.is_empty())
            .map(|(inputs, block)| (block, inputs));
    }
    Some(Why {
        path: path.to_string(),
        lines,
        module: block::template(path),
        inputs,
        around,
        locked: locked(of.lock, &texts[lines.0 - 1..lines.1]),
        emitter: artifact.emitter,
    })
}

/// What follows from each input that stands in a line of a file of the spec.
pub fn impact(of: Traced, stands: &dyn Fn(&Input) -> bool) -> Vec<Traces> {
    let trial = Trial::new(of, None);
    let inputs = trial.written().into_iter().filter(|i| stands(i));
    inputs.map(|i| trial.one(&i)).collect()
}

/// Every input with all that follows from it.
pub fn everything(of: Traced) -> Vec<Traces> {
    Trial::new(of, None).all()
}

/// Inputs that change some of these lines. One that changes little of the file says more about
/// them than one that changes much.
fn touching(all: &[Traces], path: &str, (first, last): (usize, usize)) -> Vec<Traces> {
    let mut found: Vec<Traces> = all
        .iter()
        .filter(|t| {
            let lines = t.lines.get(path);
            lines.is_some_and(|l| l.range(first..=last).next().is_some())
        })
        .cloned()
        .collect();
    let total = |t: &Traces| t.lines.values().map(BTreeSet::len).sum::<usize>();
    found.sort_by_key(|t| (total(t), t.input.path.clone()));
    found
}

/// Decisions whose value stands in a line as a word of its own.
fn locked(lock: &Lock, lines: &[&str]) -> Vec<String> {
    let stands = |value: &str| lines.iter().any(|l| holds_word(l, value));
    let entries = lock.iter().filter(|(_, e)| stands(&e.value));
    entries
        .map(|(k, e)| format!("{} {} {} = {}", k.kind, k.name, k.key, e.value))
        .collect()
}

/// Whether a text holds a word that nothing of a name continues.
fn holds_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    // A word that short says nothing.
    word.len() > 2
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}

//! Files that differ, and their lines.

use crate::artifact::{Artifact, ArtifactSet};
use schemars::JsonSchema;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;

/// Lines around a change that are shown with it, as in `diff -u`.
const CONTEXT: usize = 3;

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileChange {
    /// Its path in the tree.
    pub path: String,
    /// What becomes of it.
    pub kind: Kind,
    /// How many lines it gets.
    pub added: usize,
    /// How many lines it loses.
    pub removed: usize,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is no longer made.
    Removed,
    /// Its text or mode is another.
    Changed,
}

impl Kind {
    /// The letter that version control uses.
    pub fn letter(self) -> char {
        match self {
            Kind::Added => 'A',
            Kind::Removed => 'D',
            Kind::Changed => 'M',
        }
    }
}

/// The lines of a file that differ, as a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunks {
    /// The file.
    pub path: String,
    /// What becomes of it.
    pub kind: Kind,
    /// The patch, with its two header lines.
    pub patch: String,
}

/// The paths that differ, and what becomes of each.
fn differing<'a>(before: &'a ArtifactSet, after: &'a ArtifactSet) -> Vec<(&'a str, Kind)> {
    let all: BTreeSet<&str> = before.iter().chain(after.iter()).map(|(p, _)| p).collect();
    let same = |a: &Artifact, b: &Artifact| a.text == b.text && a.executable == b.executable;
    let kind = |path: &str| match (before.get(path), after.get(path)) {
        (Some(old), Some(new)) if same(old, new) => None,
        (Some(_), Some(_)) => Some(Kind::Changed),
        (None, _) => Some(Kind::Added),
        (_, None) => Some(Kind::Removed),
    };
    let all = all.into_iter();
    all.filter_map(|path| Some((path, kind(path)?))).collect()
}

/// A file's text; nothing where there is no such file.
fn text<'a>(set: &'a ArtifactSet, path: &str) -> &'a str {
    set.get(path).map_or("", |a| &a.text)
}

/// The files that differ, by path.
pub fn files(before: &ArtifactSet, after: &ArtifactSet) -> Vec<FileChange> {
    let differ = differing(before, after).into_iter();
    differ
        .map(|(path, kind)| {
            let (added, removed) = counts(text(before, path), text(after, path));
            FileChange {
                path: path.to_string(),
                kind,
                added,
                removed,
            }
        })
        .collect()
}

fn counts(before: &str, after: &str) -> (usize, usize) {
    let lines = TextDiff::from_lines(before, after);
    let of = |tag| lines.iter_all_changes().filter(|c| c.tag() == tag).count();
    (of(ChangeTag::Insert), of(ChangeTag::Delete))
}

/// The patches of all files that differ.
pub fn hunks(before: &ArtifactSet, after: &ArtifactSet) -> Vec<Hunks> {
    let differ = differing(before, after).into_iter();
    differ
        .map(|(path, kind)| hunk(before, after, path, kind))
        .collect()
}

/// The patch of one file that differs.
pub fn hunk(before: &ArtifactSet, after: &ArtifactSet, path: &str, kind: Kind) -> Hunks {
    Hunks {
        path: path.to_string(),
        kind,
        patch: patch(path, kind, text(before, path), text(after, path)),
    }
}

/// A patch that `git apply` takes.
fn patch(path: &str, kind: Kind, before: &str, after: &str) -> String {
    let old = match kind {
        Kind::Added => "/dev/null".to_string(),
        _ => format!("a/{path}"),
    };
    let new = match kind {
        Kind::Removed => "/dev/null".to_string(),
        _ => format!("b/{path}"),
    };
    let lines = TextDiff::from_lines(before, after);
    let mut unified = lines.unified_diff();
    unified
        .context_radius(CONTEXT)
        .header(&old, &new)
        .to_string()
}

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

/// The files that differ, by path.
pub fn files(before: &ArtifactSet, after: &ArtifactSet) -> Vec<FileChange> {
    let all: BTreeSet<&str> = before.iter().chain(after.iter()).map(|(p, _)| p).collect();
    all.into_iter()
        .filter_map(|path| {
            let (old, new) = (before.get(path), after.get(path));
            let same =
                |a: &Artifact, b: &Artifact| a.text == b.text && a.executable == b.executable;
            let kind = match (old, new) {
                (Some(old), Some(new)) if same(old, new) => return None,
                (Some(_), Some(_)) => Kind::Changed,
                (None, _) => Kind::Added,
                (_, None) => Kind::Removed,
            };
            let text = |side: Option<&Artifact>| side.map_or(String::new(), |a| a.text.clone());
            let (added, removed) = counts(&text(old), &text(new));
            Some(FileChange {
                path: path.to_string(),
                kind,
                added,
                removed,
            })
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
    let differ = files(before, after).into_iter();
    differ
        .map(|f| {
            let text = |set: &ArtifactSet| set.get(&f.path).map_or("", |a| &a.text).to_string();
            Hunks {
                patch: patch(&f.path, f.kind, &text(before), &text(after)),
                path: f.path,
                kind: f.kind,
            }
        })
        .collect()
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

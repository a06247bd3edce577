//! What a change of the spec brings about: which promises, which Terraform, which files, and
//! which changed value is behind each.
//!
//! Causes are found by compiling, not by tracing: a changed value is put into the old spec
//! alone, and what then differs is its doing. Where it cannot stand alone (a mode and its
//! conflict rule), it is taken out of the new spec instead, and where neither compiles it is
//! joined with its neighbours. So a cause is never claimed that cannot be shown.

mod causes;
mod fate;
mod files;
mod promises;
mod renames;
pub mod show;
mod values;

pub use fate::{Fate, ResourceFate, fates};
pub use files::{FileChange, Hunks, Kind, files, hunks};
pub use renames::Rename;
pub use values::path;

use crate::Compilation;
use crate::artifact::ArtifactSet;
use crate::source::SourceMap;
use crate::spec::Part;
use crate::syntax::Document;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// A spec that compiles, on one side of a comparison.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What people call it: `main`, `before.yaml`.
    pub name: &'a str,
    /// Its files.
    pub sources: &'a SourceMap,
    /// Its tree, includes merged.
    pub document: &'a Document,
    /// What became of it.
    pub done: &'a Compilation,
}

/// The JSON schema of [`Difference`], as `schema diff` prints it.
pub fn schema() -> serde_json::Value {
    crate::analysis::schema::of::<Difference>("diff")
}

/// Everything that differs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Difference {
    /// The version of this record.
    #[schemars(extend("const" = crate::analysis::schema::VERSION))]
    pub schema_version: u32,
    /// The system's name.
    pub system: String,
    /// What is compared with.
    pub before: String,
    /// What is compared.
    pub after: String,
    /// Parts of the output that others make from now on: what they made before goes on, and nothing
    /// here changes it.
    pub left_out: Vec<String>,
    /// What becomes of Terraform resources and Kubernetes objects, the worst first.
    pub fates: Vec<ResourceFate>,
    /// The changed values, joined where they only work together.
    pub causes: Vec<Cause>,
    /// Entries that vanished where an equal one appeared: `renamed_from` would keep what they
    /// made.
    pub renames: Vec<Rename>,
    /// What becomes of promises, votes, room, alerts and flows.
    pub consequences: Vec<Consequence>,
    /// What becomes of diagnostics.
    pub findings: Vec<Finding>,
    /// The files.
    pub files: Vec<FileChange>,
    /// The lines of files that no cause alone explains.
    #[serde(skip)]
    #[schemars(skip)]
    pub unexplained: Vec<Hunks>,
}

/// Changed values that have their effects together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cause {
    /// The changed values.
    pub values: Vec<ValueChange>,
    /// The files that differ because of it.
    pub files: Vec<String>,
    /// Their lines.
    #[serde(skip)]
    #[schemars(skip)]
    pub hunks: Vec<Hunks>,
}

/// A value that was changed, added or removed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ValueChange {
    /// Where it is in the spec: `services.api.replicas.us-east1`.
    pub path: String,
    /// What it was; `null` if it was not there.
    pub before: Option<String>,
    /// What it is; `null` if it is gone.
    pub after: Option<String>,
    /// The line: of the new spec, of the old one if it is gone there.
    pub place: String,
}

/// Something that is shown of the system, and differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Consequence {
    /// About what: `service api, lose us-east1`.
    pub about: String,
    /// What it was; `null` if nothing was said.
    pub before: Option<String>,
    /// What it is; `null` if nothing is said any more.
    pub after: Option<String>,
    /// Whether a promise is kept less well, or better; `null` where that is not judged.
    pub direction: Option<Direction>,
    /// The causes, as indices of `causes`; empty if only several together bring it about.
    pub causes: Vec<usize>,
}

/// Which way a promise went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Kept better, or sooner.
    Better,
    /// Kept less well, or later.
    Worse,
}

/// A diagnostic that is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Finding {
    /// Whether it is new; otherwise it is gone.
    pub new: bool,
    /// Its severity.
    #[schemars(extend("enum" = ["error", "warning", "note"]))]
    pub severity: &'static str,
    /// Its code.
    pub code: &'static str,
    /// What it says.
    pub message: String,
}

/// Compares two specs. `compile` compiles a tree as both sides were compiled.
pub fn difference(
    before: Side,
    after: Side,
    compile: &dyn Fn(&Document) -> Compilation,
) -> Difference {
    let renames = renames::said(before.document, after.document);
    let shown_before = promises::shown(before.done);
    let shown_after = promises::shown(after.done);
    let mut consequences = promises::consequences(&shown_before, &shown_after);
    let (old, new) = (&before.done.artifacts, &after.done.artifacts);
    let mut fates = fates(old, new);
    let shown = (&shown_before, &shown_after);
    let mut effects = (&mut consequences[..], &mut fates[..]);
    let causes = causes::causes(before, after, compile, &renames, shown, &mut effects);
    let explained: BTreeSet<&String> = causes.iter().flat_map(|c| &c.files).collect();
    let files = files(old, new);
    let unexplained = files.iter().filter(|f| !explained.contains(&f.path));
    let unexplained = unexplained.map(|f| files::hunk(old, new, &f.path, f.kind));
    Difference {
        schema_version: crate::analysis::schema::VERSION,
        system: name(after.done),
        before: before.name.to_string(),
        after: after.name.to_string(),
        consequences: promises::joined(consequences),
        findings: findings(before.done, after.done),
        left_out: left_out(old, new),
        fates,
        renames: renames::likely(before.document, after.document),
        unexplained: unexplained.collect(),
        files,
        causes,
    }
}

/// Parts that only the old tree has because the new one leaves them to others.
fn left_out(old: &ArtifactSet, new: &ArtifactSet) -> Vec<String> {
    let had = |part: &Part| old.iter().any(|(path, _)| Part::of(path) == *part);
    let left = new.left_out.iter().filter(|part| had(part));
    left.map(|part| part.to_string()).collect()
}

impl Difference {
    /// Whether the trees are equal.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

fn name(done: &Compilation) -> String {
    let topology = done.topology.as_ref();
    topology.map_or(String::new(), |t| t.name.clone())
}

/// Diagnostics that only one side has; the same words at another place are the same.
fn findings(before: &Compilation, after: &Compilation) -> Vec<Finding> {
    let of = |done: &Compilation, new| -> BTreeSet<Finding> {
        let all = done.diagnostics.iter().map(|d| Finding {
            new,
            severity: d.severity.word(),
            code: d.code.id,
            message: d.message.clone(),
        });
        all.collect()
    };
    let (old, new) = (of(before, false), of(after, false));
    let appeared = new.difference(&old).cloned();
    let appeared = appeared.map(|f| Finding { new: true, ..f });
    appeared.chain(old.difference(&new).cloned()).collect()
}

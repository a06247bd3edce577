//! What becomes of what is applied: each Terraform resource and Kubernetes object of one tree
//! when another takes its place.
//!
//! The modules themselves are read and evaluated, as Terraform does when it plans: which
//! resources there are, what their arguments are, and which of those the provider cannot
//! change in place. What only a cloud knows stands for itself, so that equal is equal.

mod advice;
mod compare;
mod holdings;
mod module;
mod objects;
mod plan;

use crate::artifact::ArtifactSet;
use module::Module;
use plan::{Instance, Outcome, Planned};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What becomes of a resource or object, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Destroyed with what it holds.
    DestroyedWithData,
    /// Destroyed with what it holds, and made anew, empty.
    ReplacedWithData,
    /// It stays, and deletes what is older than it now keeps.
    Shortened,
    /// The state is looked for elsewhere: all of it is made a second time.
    BackendMoved,
    /// Its provider looks for it in another region: made anew there, the old one runs on
    /// in no state.
    Lost,
    /// Its root is gone: it runs on, and no plan covers it.
    Orphaned,
    /// The provider or Kubernetes refuses the change.
    Refused,
    /// Destroyed and made anew.
    Replaced,
    /// Destroyed.
    Destroyed,
    /// It runs on and leaves the state.
    Forgotten,
    /// Changed in place.
    InPlace,
    /// Another address, and nothing else.
    Moved,
    /// New.
    Created,
}

impl Fate {
    /// All, the worst first.
    pub const ALL: [Fate; 13] = [
        Fate::DestroyedWithData,
        Fate::ReplacedWithData,
        Fate::Shortened,
        Fate::BackendMoved,
        Fate::Lost,
        Fate::Orphaned,
        Fate::Refused,
        Fate::Replaced,
        Fate::Destroyed,
        Fate::Forgotten,
        Fate::InPlace,
        Fate::Moved,
        Fate::Created,
    ];

    /// It in words.
    pub fn words(self) -> &'static str {
        match self {
            Fate::DestroyedWithData => "destroyed with its data",
            Fate::ReplacedWithData => "replaced with its data",
            Fate::Shortened => "keeps data for less time",
            Fate::BackendMoved => "state moved",
            Fate::Lost => "lost",
            Fate::Orphaned => "orphaned",
            Fate::Refused => "refused",
            Fate::Replaced => "replaced",
            Fate::Destroyed => "destroyed",
            Fate::Forgotten => "forgotten",
            Fate::InPlace => "changed in place",
            Fate::Moved => "moved",
            Fate::Created => "created",
        }
    }

    /// Whether data is gone afterwards.
    pub fn loses_data(self) -> bool {
        matches!(
            self,
            Fate::DestroyedWithData | Fate::ReplacedWithData | Fate::Shortened
        )
    }

    /// Whether what is applied does not simply go on.
    pub fn is_bad(self) -> bool {
        self <= Fate::Destroyed
    }
}

/// A resource or object with its fate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ResourceFate {
    /// What becomes of it.
    pub fate: Fate,
    /// Where it is planned: `terraform/regions/us-east1`, `kubernetes/us-east1`.
    pub root: String,
    /// Its address: `module.gke_us_east1.google_container_cluster.this`.
    pub address: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address before, if that is another.
    pub was: Option<String>,
    /// The arguments behind it; those that force a replacement, where one is.
    pub because: Vec<String>,
    /// Immutable arguments that were left to the provider and are given now: it is replaced if
    /// the provider had chosen another value.
    pub unsure: Vec<String>,
    /// What it holds: `a database`.
    pub holds: Option<String>,
    /// What stops it, and when; nothing if nothing does.
    pub stopped_by: Option<String>,
    /// What to do instead.
    pub instead: Option<String>,
    /// The causes, as indices of `causes`; empty if only several together bring it about.
    pub causes: Vec<usize>,
}

/// The fates of everything that does not stay as it is, the worst first.
///
/// A part that the tree after leaves to others has no fates: what is applied goes on, and neither
/// tree says more of it.
pub fn fates(before: &ArtifactSet, after: &ArtifactSet) -> Vec<ResourceFate> {
    let both = (!after.left_out.is_empty()).then(|| before.clone().without(after.left_out.clone()));
    let before = both.as_ref().unwrap_or(before);
    let (old, new) = (module::modules(before), module::modules(after));
    let mut all = Vec::new();
    for (old_root, new_root) in pairs(&old, &new) {
        let was = old_root.map(|root| plan::plan(before, &old, root, None));
        let state = was.as_ref().map(|was| &was.state);
        match new_root {
            Some(root) => {
                let planned = plan::plan(after, &new, root, state);
                all.extend(backend(old_root, root));
                all.extend(planned_fates(root, was.as_ref(), &planned));
            }
            None => {
                let path = old_root.map_or("", |root| &root.folder);
                let orphans = state.into_iter().flatten();
                all.extend(orphans.map(|(address, i)| row(path, address, i, Fate::Orphaned)));
            }
        }
    }
    all.extend(objects::fates(before, after));
    advice::advise(&mut all);
    all.sort();
    all
}

/// Roots of both sides: by folder, and by where their state is if the folder has another name.
fn pairs<'a>(
    old: &'a BTreeMap<String, Module>,
    new: &'a BTreeMap<String, Module>,
) -> Vec<(Option<&'a Module>, Option<&'a Module>)> {
    let roots = |all: &'a BTreeMap<String, Module>| -> Vec<&'a Module> {
        all.values().filter(|m| m.is_root()).collect()
    };
    let (olds, news) = (roots(old), roots(new));
    let has = |all: &[&Module], folder: &str| all.iter().any(|m| m.folder == folder);
    let mut found = Vec::new();
    for root in &news {
        let same = olds.iter().find(|m| m.folder == root.folder);
        let elsewhere = || {
            let mut all = olds.iter();
            all.find(|m| m.backend.is_some() && m.backend == root.backend && !has(&news, &m.folder))
        };
        found.push((same.or_else(elsewhere).copied(), Some(*root)));
    }
    let paired = |m: &&Module| {
        found
            .iter()
            .any(|(o, _)| o.is_some_and(|o| o.folder == m.folder))
    };
    let gone: Vec<_> = olds.into_iter().filter(|m| !paired(m)).collect();
    found.extend(gone.into_iter().map(|root| (Some(root), None)));
    found
}

/// The state's place, if it is another.
fn backend(old: Option<&Module>, new: &Module) -> Option<ResourceFate> {
    let (was, is) = (
        old?.backend.clone()?,
        new.backend.clone().unwrap_or_default(),
    );
    (was != is).then(|| ResourceFate {
        fate: Fate::BackendMoved,
        root: new.folder.clone(),
        address: "terraform.backend".into(),
        kind: "backend".into(),
        was: Some(was),
        because: vec![is],
        unsure: Vec::new(),
        holds: None,
        stopped_by: None,
        instead: None,
        causes: Vec::new(),
    })
}

fn row(root: &str, address: &str, instance: &Instance, fate: Fate) -> ResourceFate {
    ResourceFate {
        fate,
        root: root.to_string(),
        address: address.to_string(),
        kind: instance.kind.clone(),
        was: None,
        because: Vec::new(),
        unsure: Vec::new(),
        holds: holdings::what(&instance.kind).map(str::to_string),
        stopped_by: None,
        instead: None,
        causes: Vec::new(),
    }
}

fn planned_fates(root: &Module, was: Option<&Planned>, planned: &Planned) -> Vec<ResourceFate> {
    let mut all = Vec::new();
    let old = |address: &Option<String>| was?.state.get(address.as_ref()?);
    for (address, instance) in &planned.state {
        let prior = old(&instance.prior);
        all.extend(planned_fate(
            &root.folder,
            address,
            instance,
            prior,
            planned,
        ));
    }
    let stays = |address: &String| {
        let mut all = planned.state.values();
        all.any(|i| i.prior.as_ref() == Some(address))
    };
    let gone = was.into_iter().flat_map(|was| &was.state);
    for (address, instance) in gone.filter(|(address, _)| !stays(address)) {
        all.push(gone_fate(root, address, instance, planned));
    }
    all
}

fn planned_fate(
    root: &str,
    address: &str,
    instance: &Instance,
    prior: Option<&Instance>,
    planned: &Planned,
) -> Option<ResourceFate> {
    let of = |fate| row(root, address, instance, fate);
    let paths = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect();
    let mut found = match &instance.outcome {
        Outcome::Created => of(Fate::Created),
        Outcome::Lost => ResourceFate {
            because: vec!["the provider's region".into()],
            ..of(Fate::Lost)
        },
        Outcome::Replaced(changes) => ResourceFate {
            because: paths(&changes.forced),
            instead: Some(advice::replaced(
                changes,
                holdings::what(&instance.kind).is_some(),
            )),
            stopped_by: stopped(planned, instance, prior),
            ..of(match holdings::what(&instance.kind) {
                Some(_) => Fate::ReplacedWithData,
                None => Fate::Replaced,
            })
        },
        Outcome::Kept(changes) if !changes.refused.is_empty() => ResourceFate {
            because: paths(&changes.refused),
            stopped_by: Some("the plan fails: the provider refuses".into()),
            ..of(Fate::Refused)
        },
        Outcome::Kept(changes) => {
            let values = prior.map(|prior| &prior.values);
            let shorter =
                values.map(|old| holdings::shortened(&instance.kind, old, &instance.values));
            let shorter = shorter.unwrap_or_default();
            let top = changes.all.iter().filter(|path| !path.contains('.'));
            match (shorter.is_empty(), changes.all.is_empty()) {
                (false, _) => ResourceFate {
                    because: shorter,
                    ..of(Fate::Shortened)
                },
                (true, false) => ResourceFate {
                    because: top.cloned().collect(),
                    unsure: paths(&changes.open),
                    ..of(Fate::InPlace)
                },
                (true, true) => of(Fate::Moved),
            }
        }
    };
    let moved = instance.prior.as_ref().filter(|prior| *prior != address);
    found.was = moved.cloned();
    (found.fate != Fate::Moved || found.was.is_some()).then_some(found)
}

/// What leaves the configuration: destroyed, unless a `removed` block says otherwise.
fn gone_fate(root: &Module, address: &str, instance: &Instance, planned: &Planned) -> ResourceFate {
    let mut forgotten = planned.forgotten.iter();
    let kept = forgotten.any(|from| plan::within(address, from));
    let fate = match (kept, holdings::what(&instance.kind)) {
        (true, _) => Fate::Forgotten,
        (false, Some(_)) => Fate::DestroyedWithData,
        (false, None) => Fate::Destroyed,
    };
    let stopped_by = match fate {
        Fate::Forgotten => None,
        _ => stopped(planned, instance, Some(instance)),
    };
    ResourceFate {
        stopped_by,
        ..row(&root.folder, address, instance, fate)
    }
}

/// What stops the end of a resource: its rule, which counts only while its block stands in the
/// configuration, or an argument of what is applied.
fn stopped(planned: &Planned, of: &Instance, applied: Option<&Instance>) -> Option<String> {
    if planned.guards.get(&of.block) == Some(&true) {
        return Some("the plan fails: prevent_destroy".into());
    }
    let argument = holdings::guard(&of.kind, &applied?.values)?;
    Some(format!("the apply fails: {argument}"))
}

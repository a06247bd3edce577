//! Terraform: the modules that a topology uses, and generated roots that call them.
//!
//! With one root per region, a root never reads the state of another: a value of another
//! root is written as the function of names that it is ([`Argument::Output`]).

mod modules;
mod root;

use super::{AppliedRoot, Input};
use crate::artifact::ArtifactSet;
use crate::deployment::{Argument, Call, RootOutput, Scope, Stray, Tombstone};
use crate::topology::{Layout, Provider, RegionId};
use std::collections::BTreeSet;

const EMITTER: &str = "terraform";

/// One folder that `terraform apply` runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its path in the output: `terraform/global`.
    pub path: String,
    /// What tells its state from that of other roots of its cloud. Another cloud beside it
    /// changes the path and never this.
    state: String,
    /// The cloud whose calls it holds, and which keeps its state: a plan of one cloud never
    /// needs another.
    cloud: Provider,
    /// Whose calls it holds; `None` for everything.
    scope: Option<Scope>,
    /// The way from it to the modules.
    modules: &'static str,
    /// The names of its calls.
    calls: BTreeSet<String>,
}

/// The roots of a topology, in the order in which they are applied.
pub fn roots(input: Input) -> Vec<Root> {
    let clouds: Vec<Provider> = input.deployment.clouds.keys().copied().collect();
    let alone = clouds.len() == 1;
    if *input.topology.terraform.layout == Layout::Single {
        let root = |cloud: Provider| Root {
            path: if alone {
                "terraform".into()
            } else {
                format!("terraform/{cloud}")
            },
            state: "root".into(),
            cloud,
            scope: None,
            modules: if alone { "./modules" } else { "../modules" },
            calls: BTreeSet::new(),
        };
        return clouds.into_iter().map(|c| root(c).filled(input)).collect();
    }
    // What has no region of its own is named by its cloud where there are several.
    let shared = |state: &'static str, scope| {
        clouds.iter().map(move |cloud| Root {
            path: if alone {
                format!("terraform/{state}")
            } else {
                format!("terraform/{state}-{cloud}")
            },
            state: state.into(),
            cloud: *cloud,
            scope: Some(scope),
            modules: "../modules",
            calls: BTreeSet::new(),
        })
    };
    let region = |id: RegionId| {
        let region = input.topology.region(id);
        let state = format!("regions/{}", region.name);
        Root {
            path: format!("terraform/{state}"),
            state,
            cloud: region.place.provider,
            scope: Some(Scope::Region(id)),
            modules: "../../modules",
            calls: BTreeSet::new(),
        }
    };
    let left = input.topology.left.iter().enumerate();
    let left = left.map(|(at, region)| Root {
        path: format!("terraform/regions/{}", region.name),
        state: format!("regions/{}", region.name),
        cloud: region.place.provider,
        scope: Some(Scope::Left(at)),
        modules: "../../modules",
        calls: BTreeSet::new(),
    });
    let used = |root: &Root| {
        !root.calls.is_empty() || input.deployment.tombstones.iter().any(|t| root.had(t))
    };
    shared("global", Scope::Global)
        .chain(input.topology.region_ids().map(region))
        .chain(shared("links", Scope::Links))
        .map(|root| root.filled(input))
        .filter(used)
        .chain(left)
        .collect()
}

impl Root {
    /// The region whose root this is, if it is one's.
    pub fn region(&self) -> Option<RegionId> {
        match self.scope {
            Some(Scope::Region(id)) => Some(id),
            _ => None,
        }
    }

    /// The same with its calls.
    fn filled(mut self, input: Input) -> Self {
        let calls = input.deployment.calls.iter();
        let own = calls.filter(|c| self.holds(c));
        self.calls = own.map(|c| c.name.clone()).collect();
        self
    }

    /// Whether a call is written in this root.
    pub fn holds(&self, call: &Call) -> bool {
        call.cloud() == self.cloud.word() && self.scope.is_none_or(|scope| scope == call.scope)
    }

    /// Whether a call that is gone was written in this root.
    pub fn had(&self, tombstone: &Tombstone) -> bool {
        let here = self.scope.is_none_or(|scope| scope == tombstone.scope);
        tombstone.cloud == self.cloud.word() && here
    }

    /// Whether what regions that have left made may still be in its state: its provider is
    /// needed to plan that.
    fn remembers(&self, at: usize) -> bool {
        match self.scope {
            None | Some(Scope::Global | Scope::Links) => true,
            Some(Scope::Left(own)) => own == at,
            Some(Scope::Region(_)) => false,
        }
    }

    /// Whether an output is of this root: the call that it shows is.
    fn gives(&self, output: &RootOutput) -> bool {
        let Argument::Output { call, .. } = &output.value else {
            return false;
        };
        output.cloud == self.cloud.word() && self.calls.contains(call)
    }
}

/// The roots with what each takes from those before it.
pub fn applied(input: Input) -> Vec<AppliedRoot> {
    let roots = roots(input);
    let each = roots.iter().map(|root| {
        let takes = root::variables(input, root);
        AppliedRoot {
            path: root.path.clone(),
            region: root.region(),
            cloud: root.cloud,
            ties: root.scope == Some(Scope::Links),
            left: matches!(root.scope, Some(Scope::Left(_))),
            calls: root.calls.clone(),
            strays: strays(input, root),
            carried: carried(input, root, &takes, &roots),
            takes,
            gives: given(input, root),
        }
    });
    each.collect()
}

/// What a command takes out of a root's state.
fn strays(input: Input, root: &Root) -> Vec<Stray> {
    let all = input.deployment.strays.iter();
    let here = all.filter(|s| {
        s.cloud == root.cloud.word() && root.scope.is_none_or(|scope| scope == s.scope)
    });
    here.cloned().collect()
}

/// Those of a root's variables that are outputs of another, with that root's path.
fn carried(
    input: Input,
    root: &Root,
    takes: &BTreeSet<String>,
    roots: &[Root],
) -> Vec<(String, String)> {
    let outputs = input.deployment.outputs.iter();
    let outputs = outputs.filter(|o| takes.contains(&o.name));
    let from = |o: &RootOutput| roots.iter().find(|r| r.path != root.path && r.gives(o));
    let found = outputs.filter_map(|o| Some((o.name.clone(), from(o)?.path.clone())));
    found.collect()
}

/// The names of a root's outputs.
fn given(input: Input, root: &Root) -> BTreeSet<String> {
    let outputs = input.deployment.outputs.iter();
    let own = outputs.filter(|o| root.gives(o));
    own.map(|o| o.name.clone()).collect()
}

/// Emits roots and modules.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    for root in roots(input) {
        root::emit(input, &root, set);
    }
    modules::emit(input, set);
}

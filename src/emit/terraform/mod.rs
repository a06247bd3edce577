//! Terraform: the modules that a topology uses, and generated roots that call them.
//!
//! With one root per region, a root never reads the state of another: a value of another
//! root is written as the function of names that it is ([`Argument::Output`]).

mod modules;
mod root;

use super::{AppliedRoot, Input};
use crate::artifact::ArtifactSet;
use crate::deployment::{Call, Scope};
use crate::spec::Layout;
use crate::topology::RegionId;

const EMITTER: &str = "terraform";

/// One folder that `terraform apply` runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its path in the output: `terraform/global`.
    pub path: String,
    /// Whose calls it holds; `None` for everything.
    scope: Option<Scope>,
    /// The way from it to the modules.
    modules: &'static str,
}

/// The roots of a topology, in the order in which they are applied.
pub fn roots(input: Input) -> Vec<Root> {
    if input.topology.layout == Layout::Single {
        return vec![Root {
            path: "terraform".into(),
            scope: None,
            modules: "./modules",
        }];
    }
    let global = Root {
        path: "terraform/global".into(),
        scope: Some(Scope::Global),
        modules: "../modules",
    };
    let region = |id: RegionId| Root {
        path: format!("terraform/regions/{}", input.topology.region(id).name),
        scope: Some(Scope::Region(id)),
        modules: "../../modules",
    };
    let links = Root {
        path: "terraform/links".into(),
        scope: Some(Scope::Links),
        modules: "../modules",
    };
    let regions = input.topology.region_ids().map(region);
    std::iter::once(global)
        .chain(regions)
        .chain([links])
        .filter(|root| input.deployment.calls.iter().any(|c| root.holds(c)))
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

    /// Whether a call is written in this root.
    pub fn holds(&self, call: &Call) -> bool {
        self.scope.is_none_or(|scope| scope == call.scope)
    }
}

/// Settings by which a provider refuses to delete what a module makes. They are in the state,
/// so they hold when the call is gone; `prevent_destroy` is in the module and goes with the call.
const GUARDS: [(&str, &str); 6] = [
    ("deletion_policy", "\"PREVENT\""),
    ("deletion_protection", "true"),
    ("deletion_protection_enabled", "true"),
    ("delete_protection_state", "\"DELETE_PROTECTION_ENABLED\""),
    ("enable_deletion_protection", "true"),
    // Only a bucket that holds no object is deleted.
    ("force_destroy", "false"),
];

/// The settings that make the provider refuse to delete something that a module makes, also
/// when the call is gone.
pub fn guards(module: &str) -> Vec<&'static str> {
    let files = modules::files(module);
    let sets = |(name, value): &(&str, &str)| {
        let own = files.iter().filter(|(file, _)| *file == "main.tf");
        let mut lines = own.flat_map(|(_, text)| text.lines());
        lines.any(|l| {
            l.trim().split_once('=').map(|(n, v)| (n.trim(), v.trim())) == Some((name, value))
        })
    };
    GUARDS
        .iter()
        .filter(|g| sets(g))
        .map(|(name, _)| *name)
        .collect()
}

/// The roots with what each takes from those before it.
pub fn applied(input: Input) -> Vec<AppliedRoot> {
    let roots = roots(input);
    let each = roots.iter().map(|root| AppliedRoot {
        path: root.path.clone(),
        region: root.region(),
        ties: root.scope == Some(Scope::Links),
        carried: carried(input, root, &roots),
    });
    each.collect()
}

/// The variables of a root that are outputs of another, with that root's path.
fn carried(input: Input, root: &Root, roots: &[Root]) -> Vec<(String, String)> {
    let names = root::variables(input, root);
    let outputs = input.deployment.outputs.iter();
    let outputs = outputs.filter(|o| names.contains(&o.name));
    let from = |scope| roots.iter().find(|r| *r != root && r.scope == Some(scope));
    let found = outputs.filter_map(|o| Some((o.name.clone(), from(o.scope)?.path.clone())));
    found.collect()
}

/// Emits roots and modules.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    for root in roots(input) {
        root::emit(input, &root, set);
    }
    modules::emit(input, set);
}

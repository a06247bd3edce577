//! What a person does by hand once a restored copy serves: commands of Terraform and of AWS, as a page shows them.

use super::Lowering;
use crate::deployment::{Scope, UNTIL_BACK};
use crate::topology::Layout;

/// How a page calls the values that a person deploys with.
const VALUES: &str = "\"$PWD\"/production.tfvars";

impl Lowering<'_> {
    /// Terraform in the root that has the calls of a scope, run in the folder of the tree.
    pub(super) fn terraform(&self, scope: Scope) -> String {
        let alone = self.topology.providers().len() == 1;
        let root = match (*self.topology.terraform.layout, scope) {
            (Layout::Single, _) if alone => String::new(),
            (Layout::Single, _) => "/aws".into(),
            (_, Scope::Region(id)) => format!("/regions/{}", self.topology.region(id).name),
            (_, Scope::Links) if alone => "/links".into(),
            (_, Scope::Links) => "/links-aws".into(),
            (_, _) if alone => "/global".into(),
            (_, _) => "/global-aws".into(),
        };
        format!("terraform -chdir=terraform{root}")
    }

    /// Takes resources out of a state, by their addresses.
    pub(super) fn forgotten(&self, scope: Scope, addresses: &[String]) -> String {
        let quoted: Vec<String> = addresses.iter().map(|a| format!("'{a}'")).collect();
        let terraform = self.terraform(scope);
        format!(
            "{terraform} init -input=false && {terraform} state rm {}",
            quoted.join(" ")
        )
    }

    /// Tells a state of what there is.
    pub(super) fn imported(&self, scope: Scope, address: &str, id: &str) -> String {
        let terraform = self.terraform(scope);
        format!("{terraform} import -var-file={VALUES} '{address}' {id}")
    }

    /// Plans and applies a root; the plan is to be read.
    pub(super) fn applied(&self, scope: Scope) -> String {
        format!("{} apply -var-file={VALUES}", self.terraform(scope))
    }
}

/// The steps with their commands, a line each.
pub(super) fn steps(all: Vec<(String, Vec<String>)>) -> Vec<(String, String)> {
    let each = all.into_iter();
    each.map(|(title, commands)| (title, commands.join("\n")))
        .collect()
}

/// What is left for people once a copy serves that no other region follows. `alone`: no command makes it the first of all.
pub(super) fn rejoined(alone: bool) -> String {
    if alone {
        UNTIL_BACK.into()
    } else {
        format!("{UNTIL_BACK} Or make the copy the original, which all regions follow:")
    }
}

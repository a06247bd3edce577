//! What git is told about the tree: what is generated, and what never belongs into a repository.

use super::EMITTER;
use crate::artifact::ArtifactSet;
use crate::emit::Input;

/// Line ends are ours on every machine; reviews fold what is generated, but for override files.
const ATTRIBUTES: &str = "\
* text=auto eol=lf linguist-generated
*_override.tf -linguist-generated
";

/// Filled variables, state and plans hold values that nobody may read in a repository. Ids that
/// roots hand on (`*.auto.tfvars.json`) and lock files of providers are committed.
const IGNORE: &str = "\
.terraform/
*.tfstate
*.tfstate.*
*.tfvars
*.tfplan
crash.log
crash.*.log
";

/// Emits `.gitattributes` and `.gitignore`.
pub(super) fn emit(input: Input, set: &mut ArtifactSet) {
    for (name, lines) in [(".gitattributes", ATTRIBUTES), (".gitignore", IGNORE)] {
        set.text(EMITTER, name, format!("# {}\n{lines}", input.header()));
    }
}

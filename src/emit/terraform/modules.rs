//! The modules of `templates/terraform` that a topology uses, copied as they are.

use super::EMITTER;
use crate::artifact::ArtifactSet;
use crate::deployment::Call;
use crate::deployment::modules::{files, with_siblings};
use crate::emit::Input;

/// Whether the topology uses modules of several clouds.
pub fn of_several_clouds(input: Input) -> bool {
    let mut clouds = input.deployment.calls.iter().map(Call::cloud);
    let first = clouds.next();
    clouds.any(|cloud| Some(cloud) != first)
}

/// The module's folder below `modules`. The cloud's name is there only where the topology
/// uses modules of several.
pub fn folder(module: &str, several: bool) -> &str {
    match module.split_once('/') {
        Some((_, name)) if !several => name,
        _ => module,
    }
}

/// Emits every module that is called, and the ones that those call.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    let root = "terraform/modules";
    let called = input.deployment.calls.iter().map(|c| c.module);
    let ours = called.filter(|m| input.topology.terraform.own(m).is_none());
    let several = of_several_clouds(input);
    for module in with_siblings(ours) {
        let folder = folder(&module, several);
        for (name, text) in files(&module) {
            let header = header(input, name);
            set.text(EMITTER, format!("{root}/{folder}/{name}"), header + text);
        }
    }
}

fn header(input: Input, name: &str) -> String {
    if name.ends_with(".md") {
        format!("<!-- {} -->\n\n", input.header())
    } else {
        format!("# {}\n\n", input.header())
    }
}

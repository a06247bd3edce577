//! What a module of the user's own has to take and to give in place of ours.

use crate::deployment::{Argument, Call};
use crate::emit::{AppliedRoot, Input};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A module of the user's own, as a root calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnModule {
    /// The module of ours that it takes the place of: `gcp/network`.
    pub module: &'static str,
    /// Its address, and where the spec says so.
    pub source: String,
    /// The place of the address.
    pub span: Span,
    /// The root that calls it: `terraform/global`.
    pub root: String,
    /// The variables that it is given.
    pub inputs: BTreeSet<&'static str>,
    /// Its outputs that are read.
    pub outputs: BTreeSet<String>,
}

/// The modules of the user's own, by module and root.
pub fn own_modules(input: Input, roots: &[AppliedRoot]) -> Vec<OwnModule> {
    let mut found = BTreeMap::<(&str, &str), OwnModule>::new();
    let deployment = input.deployment;
    for call in &deployment.calls {
        let Some(own) = input.topology.terraform.own(call.module) else {
            continue;
        };
        for root in roots.iter().filter(|r| r.calls.contains(&call.name)) {
            let entry = found.entry((call.module, root.path.as_str()));
            let module = entry.or_insert_with(|| OwnModule {
                module: call.module,
                source: own.source.value.clone(),
                span: own.source.span,
                root: root.path.clone(),
                inputs: BTreeSet::new(),
                outputs: BTreeSet::new(),
            });
            module
                .inputs
                .extend(call.arguments.iter().map(|(name, _)| *name));
            module.outputs.extend(read_of(input, call, root));
        }
    }
    found.into_values().collect()
}

/// The outputs of a call that its root reads.
fn read_of(input: Input, of: &Call, root: &AppliedRoot) -> BTreeSet<String> {
    let deployment = input.deployment;
    let mut read = BTreeSet::new();
    let mut see = |value: &Argument| outputs(value, &of.name, &mut read);
    let here = deployment
        .calls
        .iter()
        .filter(|c| root.calls.contains(&c.name));
    here.flat_map(|c| &c.arguments)
        .for_each(|(_, value)| see(value));
    let given = deployment
        .outputs
        .iter()
        .filter(|o| root.gives.contains(&o.name));
    given.for_each(|output| see(&output.value));
    read
}

fn outputs(value: &Argument, of: &str, read: &mut BTreeSet<String>) {
    match value {
        Argument::Output { call, output, .. } if call == of => {
            // `key_arns["data"]` is an element of `key_arns`.
            let name = output.split(['[', '.']).next().unwrap_or(output);
            read.insert(name.to_string());
        }
        Argument::List(all) | Argument::Template(all) => {
            all.iter().for_each(|v| outputs(v, of, read));
        }
        Argument::Map(all) => all.iter().for_each(|(_, v)| outputs(v, of, read)),
        Argument::Output { .. }
        | Argument::Null
        | Argument::Bool(_)
        | Argument::Int(_)
        | Argument::Decimal(_)
        | Argument::Text(_)
        | Argument::Variable(_)
        | Argument::File(_) => {}
    }
}

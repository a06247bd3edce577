//! Module calls that differ.

use super::{CallChange, Fate};
use crate::Compilation;
use crate::deployment::Call;
use crate::emit::{Input, terraform};
use std::collections::BTreeMap;

/// The calls of a side by root and name.
type Calls<'a> = BTreeMap<(String, &'a str), &'a Call>;

/// The calls that differ, by root.
pub fn calls(before: &Compilation, after: &Compilation) -> Vec<CallChange> {
    let (old, new) = (by_root(before), by_root(after));
    let mut found = Vec::new();
    for ((root, name), call) in &new {
        match old.get(&(root.clone(), *name)) {
            Some(was) => found.extend(changed(root, was, call)),
            None => found.push(appeared(root, call, &old)),
        }
    }
    for ((root, name), call) in &old {
        let renamed = |((r, _), c): (&(String, &str), &&Call)| {
            r == root && c.formerly.iter().any(|f| f == name)
        };
        if !new.contains_key(&(root.clone(), *name)) && !new.iter().any(renamed) {
            found.push(change(root, call, Fate::Removed));
        }
    }
    found.sort_by(|a, b| (&a.root, &a.call).cmp(&(&b.root, &b.call)));
    found
}

fn by_root(done: &Compilation) -> Calls<'_> {
    let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, &done.analysis, &done.deployment)
    else {
        return Calls::new();
    };
    let input = Input {
        topology,
        analysis,
        deployment,
    };
    let mut calls = Calls::new();
    for root in terraform::roots(input) {
        let held = deployment.calls.iter().filter(|c| root.holds(c));
        calls.extend(held.map(|c| ((root.path.clone(), c.name.as_str()), c)));
    }
    calls
}

fn change(root: &str, call: &Call, fate: Fate) -> CallChange {
    CallChange {
        root: root.to_string(),
        call: format!("module.{}", call.name),
        module: call.module.to_string(),
        fate,
        was: None,
        arguments: Vec::new(),
        guards: terraform::guards(call.module),
    }
}

fn appeared(root: &str, call: &Call, old: &Calls) -> CallChange {
    let known = |name: &&String| old.contains_key(&(root.to_string(), name.as_str()));
    match call.formerly.iter().find(known) {
        Some(name) => CallChange {
            was: Some(format!("module.{name}")),
            ..change(root, call, Fate::Renamed)
        },
        None => change(root, call, Fate::Added),
    }
}

fn changed(root: &str, was: &Call, is: &Call) -> Option<CallChange> {
    let value = |call: &Call, name: &str| {
        let found = call.arguments.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value.clone())
    };
    let names = was.arguments.iter().chain(&is.arguments).map(|(n, _)| *n);
    let mut arguments: Vec<&'static str> = Vec::new();
    for name in names {
        if value(was, name) != value(is, name) && !arguments.contains(&name) {
            arguments.push(name);
        }
    }
    if was.module != is.module {
        arguments.push("source");
    }
    if was.providers != is.providers {
        arguments.push("providers");
    }
    (!arguments.is_empty()).then(|| CallChange {
        arguments,
        ..change(root, is, Fate::Changed)
    })
}

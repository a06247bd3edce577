//! What leaves, in Terraform: guards that are taken off, and what is forgotten instead of destroyed.
//!
//! What a thing alone makes is found by lowering the system with it and without it.

use super::frame::{self, Leaving, Shared};
use super::{lowered, settle};
use crate::catalog::holdings;
use crate::deployment::{Argument, Call, Deployment, Scope, Stray, Tombstone, modules};
use crate::diagnostic::Diagnostics;
use crate::topology::leaving::{self, Leaver, Stage};
use crate::topology::{self, Thing, Topology};

/// The variable of a module that takes its guards off.
const GUARDED: &str = "guarded";
/// Every generated cloud's way of letting go.
fn ways() -> impl Iterator<Item = &'static Leaving> {
    frame::generated().map(|cloud| cloud.leaving())
}

/// A system and what its clouds make of it.
struct View {
    topology: Topology,
    deployment: Deployment,
}

impl View {
    /// As if all stayed, but for one.
    fn of(topology: &Topology, gone: Option<&Leaver>) -> Option<View> {
        let mut out = Diagnostics::default();
        let spec = leaving::without(topology.written_with_leavers(), gone);
        let mut lock = topology.lock.clone();
        if let Some(gone) = gone {
            leaving::let_go(gone, &mut lock);
        }
        let mut view = topology::resolve(spec, Some(&lock), &topology.spec_name, None, &mut out)?;
        settle(&mut view, &mut out);
        let deployment = lowered(&view, &mut out);
        Some(View {
            topology: view,
            deployment,
        })
    }

    fn call(&self, name: &str) -> Option<&Call> {
        self.deployment.calls.iter().find(|c| c.name == name)
    }
}

/// Takes guards off, and names what Terraform forgets.
pub(super) fn lower(topology: &Topology, deployment: &mut Deployment) {
    if topology.leaving.is_empty() {
        return;
    }
    let Some(full) = View::of(topology, None) else {
        return;
    };
    for leaver in &topology.leaving {
        let Some(rest) = View::of(topology, Some(leaver)) else {
            continue;
        };
        let calls = full.deployment.calls.iter();
        let own: Vec<&Call> = calls.filter(|c| rest.call(&c.name).is_none()).collect();
        match leaver.stage {
            Stage::Idle => unguard(deployment, &own, |module| {
                ways().any(|w| w.idle.contains(&module))
            }),
            Stage::Delete => {
                unguard(deployment, &own, |_| true);
                unguard_backups(&full.topology, leaver, deployment);
                hand_over(topology, leaver, (&full, &rest), deployment);
            }
            Stage::Keep => {
                keep_ground(leaver, &full, deployment);
                forget(topology, &full, &own, deployment);
                hand_over(topology, leaver, (&full, &rest), deployment);
            }
        }
    }
}

/// Gives modules that have the variable its value.
fn unguard(deployment: &mut Deployment, own: &[&Call], fits: impl Fn(&str) -> bool) {
    for call in &mut deployment.calls {
        let ours = own.iter().any(|o| o.name == call.name);
        let given = call.arguments.iter().any(|(name, _)| *name == GUARDED);
        if ours && !given && fits(call.module) && has_guard(call.module) {
            call.arguments.push((GUARDED, false.into()));
        }
    }
}

fn has_guard(module: &str) -> bool {
    let files = modules::files(module);
    files.iter().any(|(name, text)| {
        *name == "variables.tf" && text.contains(&format!("variable \"{GUARDED}\""))
    })
}

/// The same of the backups of a region's cluster.
fn unguard_backups(full: &Topology, leaver: &Leaver, deployment: &mut Deployment) {
    let region = full.region_named(&leaver.name);
    let Some(id) = region.filter(|_| leaver.thing == Thing::Region) else {
        return;
    };
    let key = full.region(id).place.location;
    for call in &mut deployment.calls {
        let mut all = ways().flat_map(|w| w.of_clusters);
        let Some((_, argument)) = all.find(|(module, _)| *module == call.module) else {
            continue;
        };
        let given = call.arguments.iter_mut().find(|(name, _)| name == argument);
        if let Some((_, Argument::Map(all))) = given
            && let Some((_, Argument::Map(one))) = all.iter_mut().find(|(name, _)| *name == key)
        {
            one.push((GUARDED.to_string(), false.into()));
        }
    }
}

/// Takes elements of shared calls out, and names them to be forgotten.
fn hand_over(
    topology: &Topology,
    leaver: &Leaver,
    (full, rest): (&View, &View),
    deployment: &mut Deployment,
) {
    // What a region has in a call of all is of the others too.
    if leaver.thing == Thing::Region {
        return;
    }
    for shared in ways().flat_map(|w| w.shared) {
        let Shared {
            module,
            argument,
            resource,
        } = shared;
        for call in full.deployment.calls.iter().filter(|c| c.module == *module) {
            let Some(after) = rest.call(&call.name) else {
                continue;
            };
            let (before, after) = (elements(call, argument), elements(after, argument));
            let scope = scope(topology, &full.topology, call.scope);
            for key in before.iter().filter(|key| !after.contains(key)) {
                take_element(deployment, &call.name, argument, key);
                deployment.strays.extend(scope.map(|scope| Stray {
                    cloud: call.cloud(),
                    scope,
                    region: None,
                    address: format!("module.{}.{resource}.this[\"{key}\"]", call.name),
                    location: None,
                }));
            }
        }
    }
}

/// The names of what an argument has an element for.
fn elements(call: &Call, argument: &str) -> Vec<String> {
    match call.arguments.iter().find(|(name, _)| *name == argument) {
        Some((_, Argument::Map(all))) => all.iter().map(|(key, _)| key.clone()).collect(),
        Some((_, Argument::List(all))) => all.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

fn text(of: &Argument) -> Option<String> {
    match of {
        Argument::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn take_element(deployment: &mut Deployment, call: &str, argument: &str, key: &str) {
    let call = deployment.calls.iter_mut().find(|c| c.name == call);
    let arguments = call.into_iter().flat_map(|c| &mut c.arguments);
    match arguments.into_iter().find(|(name, _)| *name == argument) {
        Some((_, Argument::Map(all))) => all.retain(|(name, _)| name != key),
        Some((_, Argument::List(all))) => all.retain(|one| text(one).as_deref() != Some(key)),
        _ => {}
    }
}

/// Whether a module makes something that holds data or keys.
fn holds(module: &str) -> bool {
    let kinds = holdings::HOLDINGS.iter().map(|h| h.kind);
    let blocks: Vec<String> = kinds.map(|kind| format!("resource \"{kind}\"")).collect();
    let files = modules::with_siblings([module]);
    let mut texts = files.iter().flat_map(|m| modules::files(m));
    texts.any(|(_, text)| blocks.iter().any(|block| text.contains(block)))
}

/// As long as a region is in the spec, what its leftovers stand on stays as it is: the subnets of
/// its clusters, the plans of its backups, the grants of its keys.
fn keep_ground(leaver: &Leaver, full: &View, deployment: &mut Deployment) {
    if leaver.thing != Thing::Region {
        return;
    }
    for call in &mut deployment.calls {
        let ground = ways().any(|w| w.ground.contains(&call.module)) || holds(call.module);
        if let Some(before) = full.call(&call.name)
            && ground
            && call.scope == Scope::Global
        {
            keep_arguments(&mut call.arguments, &before.arguments);
        }
    }
}

/// Arguments as they were, and what has come since beside it.
fn keep_arguments(now: &mut Vec<(&'static str, Argument)>, before: &[(&'static str, Argument)]) {
    let mut kept = before.to_vec();
    for (name, value) in &mut kept {
        let new = now.iter().find(|(n, _)| n == name).map(|(_, v)| v);
        if let (Argument::Map(old), Some(Argument::Map(new))) = (value, new) {
            let known: Vec<String> = old.iter().map(|(key, _)| key.clone()).collect();
            let more = new.iter().filter(|(key, _)| !known.contains(key));
            old.extend(more.cloned());
        }
    }
    *now = kept;
}

/// What holds data or keys is in no state any more, and runs on.
fn forget(topology: &Topology, full: &View, own: &[&Call], deployment: &mut Deployment) {
    for call in own {
        let there = deployment.calls.iter().any(|c| c.name == call.name);
        if there || !holds(call.module) {
            continue;
        }
        if let Some(scope) = scope(topology, &full.topology, call.scope) {
            deployment.tombstones.push(Tombstone {
                call: call.name.clone(),
                cloud: call.cloud(),
                scope,
            });
        }
    }
}

/// The root of a call in the topology without what left.
fn scope(topology: &Topology, full: &Topology, scope: Scope) -> Option<Scope> {
    let Scope::Region(id) = scope else {
        return Some(scope);
    };
    let name = &full.region(id).name;
    let left = topology.left.iter().position(|l| l.name == *name);
    let staying = || topology.region_named(name).map(Scope::Region);
    left.map(Scope::Left).or_else(staying)
}

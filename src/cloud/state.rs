//! Where Terraform's state is: another bucket or layout moves none by itself, so a change is
//! refused before anything is written, with the commands that move it.

use crate::deployment::{Deployment, Scope, StateBackend};
use crate::diagnostic::Diagnostics;
use crate::lock::{self, Entry};
use crate::source::Span;
use crate::topology::{Layout, Provider, Topology};
use std::collections::BTreeMap;

/// The key of the bucket in the lock.
const BUCKET: &str = "bucket";
/// The key of the layout in the lock.
const LAYOUT: &str = "layout";

/// Records bucket and layout of each cloud that keeps state in one.
pub(super) fn settle(topology: &mut Topology) {
    for provider in topology.providers() {
        let Some(bucket) = topology.state_bucket(provider) else {
            continue;
        };
        let layout = topology.terraform.layout.word().to_string();
        let bucket = bucket.value.clone();
        let cloud = provider.word();
        topology.lock.settle("cloud", cloud, BUCKET, || bucket);
        topology.lock.settle("cloud", cloud, LAYOUT, || layout);
    }
}

/// Reports a bucket or layout that is not the recorded one.
pub(super) fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    for provider in topology.providers() {
        let Some(bucket) = topology.state_bucket(provider) else {
            continue;
        };
        let recorded = |key| topology.lock.entry("cloud", provider.word(), key);
        if let Some(entry) = recorded(BUCKET).filter(|e| e.value != bucket.value) {
            let part = deployment.clouds.get(&provider);
            if let Some(backend) = part.and_then(|p| p.state.as_ref()) {
                let way = copied(backend, &entry.value, &topology.name);
                refuse((entry, bucket.span), &bucket.value, &way, out);
            }
        }
        let layout = &topology.terraform.layout;
        if let Some(entry) = recorded(LAYOUT).filter(|e| e.value != layout.word()) {
            let way = moved(topology, deployment, provider);
            refuse((entry, layout.span), layout.word(), &way, out);
        }
    }
}

fn refuse((entry, span): (&Entry, Span), says: &str, way: &str, out: &mut Diagnostics) {
    let what = "Terraform would find no state there and make everything a second time";
    let error = lock::disagrees(entry, span, says, what);
    out.push(error.help(format!("write `{}`, or move the state: {way}", entry.value)));
}

/// The commands that copy the state to another bucket.
fn copied(backend: &StateBackend, from: &str, system: &str) -> String {
    let StateBackend {
        copy,
        scheme,
        bucket,
        ..
    } = backend;
    format!(
        "stop all deployments; `{copy} {scheme}{from}/{system} {scheme}{bucket}/{system}`; delete this line of the lock and compile; in each root `terraform init -reconfigure`, and `terraform plan` shows no change"
    )
}

/// The commands that cut one state into several, or join them.
fn moved(topology: &Topology, deployment: &Deployment, provider: Provider) -> String {
    let mut roots: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for call in deployment
        .calls
        .iter()
        .filter(|c| c.cloud() == provider.word())
    {
        let folder = match call.scope {
            Scope::Global => "global".to_string(),
            Scope::Links => "links".to_string(),
            Scope::Region(id) => format!("regions/{}", topology.region(id).name),
            Scope::Left(_) => continue,
        };
        roots.entry(folder).or_default().push(&call.name);
    }
    let cut = *topology.terraform.layout == Layout::PerRegion;
    let each = roots.iter().map(|(root, calls)| {
        let file = format!("{}.tfstate", root.replace('/', "-"));
        let (from, to) = match cut {
            true => ("all.tfstate", file.as_str()),
            false => (file.as_str(), "all.tfstate"),
        };
        let calls = calls.join(" ");
        let take = match cut {
            true => String::new(),
            false => format!("terraform -chdir=TREE/terraform/{root} state pull > {file} && "),
        };
        format!(
            "`{take}for m in {calls}; do terraform state mv -state={from} -state-out={to} module.$m module.$m; done`"
        )
    });
    let each: Vec<String> = each.collect();
    let each = each.join("; ");
    match cut {
        true => format!(
            "stop all deployments; `terraform -chdir=TREE/terraform state pull > all.tfstate`; {each}; delete this line of the lock and compile; in each new root `terraform init` and `terraform state push` of its file, and `terraform plan` shows no change"
        ),
        false => format!(
            "stop all deployments; {each}; delete this line of the lock and compile; `terraform -chdir=TREE/terraform init`, `terraform -chdir=TREE/terraform state push all.tfstate`, and `terraform plan` shows no change"
        ),
    }
}

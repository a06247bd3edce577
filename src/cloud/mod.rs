//! Where a kind of thing meets a cloud. Each *offering* says everything that is true of,
//! say, Firestore on Google Cloud: the Terraform it becomes, the queries that show its
//! health, the commands that act on it, where its data rests and what its recovery takes.
//!
//! Architecture invariant: a cloud's name ends here. Emitters read a [`Deployment`] and
//! never ask which cloud it came from.

mod across;
pub mod alibaba;
pub mod aws;
pub mod cloudflare;
pub mod copies;
pub mod gcp;
pub mod ranges;
pub mod recovery;
pub mod scaling;
pub mod sizing;

use crate::deployment::Deployment;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Engine, Provider};
use crate::topology::Topology;
use crate::watch::reading;

/// A kind that a cloud does not have, or that is not built yet.
pub const NOT_AVAILABLE: Code = Code::new("PRV101", "not-available-here");

/// Lowers a topology onto its clouds. What a cloud does not have is a diagnostic.
pub fn lower(topology: &Topology, out: &mut Diagnostics) -> Deployment {
    let mut deployment = Deployment::default();
    ranges::check_network(topology, out);
    check_bounds(topology, out);
    across::check(topology, out);
    for provider in topology.providers() {
        let half = topology.on(provider);
        match provider {
            Provider::Gcp => gcp::lower(&half, &mut deployment, out),
            Provider::Aws => aws::lower(&half, &mut deployment, out),
            other => out.push(not_yet(topology, other)),
        }
    }
    // What is alike on two clouds, such as a service's requests in the mesh, is one thing.
    once(&mut deployment.signals);
    once(&mut deployment.loads);
    once(&mut deployment.decisions);
    reading::custom(topology, &mut deployment);
    // Where nothing is generated, nothing is measured: that is said once.
    if topology.providers().iter().all(|p| generated(*p)) {
        reading::check(topology, &deployment, out);
    }
    deployment
}

/// Keeps the first of equals.
fn once<T: PartialEq>(all: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::new();
    for each in std::mem::take(all) {
        if !kept.contains(&each) {
            kept.push(each);
        }
    }
    *all = kept;
}

fn generated(provider: Provider) -> bool {
    matches!(provider, Provider::Gcp | Provider::Aws)
}

/// Reports a bound on what is lost where nothing enforces it: a budget must not count on it.
fn check_bounds(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let replication = store.written.replication.as_ref();
        let bound = replication.and_then(|r| r.stop_writes_at.as_ref());
        if let Some(bound) = bound.filter(|_| store.engine != Engine::Aurora) {
            let message = format!("`{}` cannot stop writes at a lag", store.engine);
            out.push(
                Diagnostic::error(NOT_AVAILABLE, bound.span, message, "asked for here")
                    .also(
                        store.written.engine.span,
                        format!("this is {}", store.engine),
                    )
                    .help(
                        "`aurora` has it; Redis with `sentinels` has `max_lag` and `min_replicas`",
                    ),
            );
        }
    }
}

fn not_yet(topology: &Topology, provider: Provider) -> Diagnostic {
    let region = topology
        .regions
        .iter()
        .find(|r| r.place.provider == provider);
    let span = region.map_or(topology.spec.span, |r| r.span);
    Diagnostic::error(
        NOT_AVAILABLE,
        span,
        format!("nothing is generated for {provider} yet"),
        format!("this region is on {provider}"),
    )
    .help("`meridian check` and `meridian expand` work on every cloud; `compile` works on gcp and aws")
}

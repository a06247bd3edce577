//! Output trees from a topology and its deployment, one folder an emitter.
//!
//! Architecture invariant: an emitter is a pure function; it names no cloud, reads no file
//! and writes into the [`ArtifactSet`] only.

pub mod alerts;
pub mod contract;
pub mod helm;
pub mod kubernetes;
pub mod observability;
pub mod pages;
mod patches;
pub mod recovery;
pub mod scripts;
pub mod terraform;

use crate::analysis::Analysis;
use crate::artifact::ArtifactSet;
use crate::deployment::{Deployment, Stray};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::format::comment;
use crate::procedure::Procedures;
use crate::topology::{Part, Provider, RegionId, Topology};
use crate::watch::alerts::AlertRule;
use std::collections::BTreeSet;

/// What emitters read.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The settled system.
    pub topology: &'a Topology,
    /// What is proved of it.
    pub analysis: &'a Analysis,
    /// What the clouds make of it.
    pub deployment: &'a Deployment,
    /// What is done when something is lost.
    pub procedures: &'a Procedures,
    /// All alerts, those of the spec first.
    pub alerts: &'a [AlertRule],
}

/// A Terraform root, as whoever applies it needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedRoot {
    /// Its path in the output: `terraform/global`.
    pub path: String,
    /// The cloud that it is for.
    pub cloud: Provider,
    /// The region whose root it is, if it is one's.
    pub region: Option<RegionId>,
    /// The names of its calls.
    pub calls: BTreeSet<String>,
    /// What a command takes out of its state.
    pub strays: Vec<Stray>,
    /// The names of its variables.
    pub takes: BTreeSet<String>,
    /// The names of its outputs.
    pub gives: BTreeSet<String>,
    /// Whether it ties the regions together, and so comes after them.
    pub ties: bool,
    /// Whether it is the root of a region that has left.
    pub left: bool,
    /// Variables that are outputs of roots before it, each with that root's path.
    pub carried: Vec<(String, String)>,
}

/// What watches a region, as whoever installs it types it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watching {
    /// The region whose cluster it runs in.
    pub region: RegionId,
    /// The commands, in their order.
    pub commands: Vec<String>,
}

impl Input<'_> {
    /// The first line of every generated file, without comment signs; nothing in the spec's
    /// file name ends it.
    pub fn header(&self) -> String {
        let spec = comment::line(&self.topology.spec_name);
        format!("{}{spec}. DO NOT EDIT.", crate::artifact::HEADER)
    }
}

/// `outputs` leaves nothing to make, or says two things.
pub const NO_PART: Code = Code::new("OUT110", "no-part");

/// Emits the tree: every part that the topology makes, with its patches.
pub fn emit(input: Input, out: &mut Diagnostics) -> ArtifactSet {
    let roots = terraform::applied(input);
    let mut set = contract::take(input, &roots, unpatched(input, &roots, None));
    patches::apply(input, &mut set, out);
    set
}

/// Reports a choice of parts that says two things, or of which this system has no file.
pub fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    let Some(outputs) = &topology.outputs else {
        return;
    };
    let has = |part: Part| match part {
        Part::Terraform => !deployment.calls.is_empty(),
        Part::Kubernetes | Part::Observability => !deployment.clusters.is_empty(),
        Part::Chart | Part::Values => topology.services.iter().any(|s| s.on_cluster()),
        Part::Alerts | Part::Dashboards | Part::Runbooks | Part::Pages | Part::Scripts => true,
    };
    let mut made = Part::ALL.iter().filter(|part| outputs.keeps(**part));
    let (message, label, help) = if !outputs.only.is_empty() && !outputs.skip.is_empty() {
        (
            "`outputs` says both what is made and what is not",
            "`only` and `skip`",
            "write `only`, or `skip`; the rest follows",
        )
    } else if !made.any(|part| has(*part)) {
        (
            "`outputs` leaves nothing to make",
            "this system has no file of these parts",
            "name parts that it has, such as `only: [alerts, runbooks]`",
        )
    } else {
        return;
    };
    out.push(Diagnostic::error(NO_PART, outputs.span, message, label).help(help));
}

/// The modules of the user's own, as the roots call them.
pub fn own_modules(input: Input) -> Vec<contract::OwnModule> {
    contract::own_modules(input, &terraform::applied(input))
}

/// Emits the files of one emitter, by its name in [`crate::artifact::Artifact`]. Parts that others
/// make are among them.
pub fn only(input: Input, emitter: &str) -> ArtifactSet {
    let roots = match emitter {
        "pages" | "scripts" => terraform::applied(input),
        _ => Vec::new(),
    };
    let mut set = unpatched(input, &roots, Some(emitter));
    // Patches of files of other emitters find nothing here.
    patches::apply(input, &mut set, &mut Diagnostics::default());
    set
}

/// The files of one emitter, or of all; pages and scripts read `roots`. Each has a thread of its
/// own: no emitter sees the files of another.
fn unpatched(input: Input, roots: &[AppliedRoot], emitter: Option<&str>) -> ArtifactSet {
    let wanted = |name: &str| emitter.is_none_or(|e| e == name);
    let pages = wanted("pages");
    let emitters: [(bool, &Emit); 7] = [
        (wanted("terraform"), &|set| terraform::emit(input, set)),
        (wanted("kubernetes"), &|set| kubernetes::emit(input, set)),
        (wanted("helm"), &|set| helm::emit(input, set)),
        (wanted("alerts"), &|set| alerts::emit(input, set)),
        (wanted("scripts"), &|set| scripts::emit(input, roots, set)),
        (pages, &|set| recovery::emit(input, set)),
        (pages || wanted("observability"), &|set| {
            // Pages say how to install what watches.
            let watching = observability::emit(input, set);
            if pages {
                pages::emit(input, roots, &watching, set);
            }
        }),
    ];
    let wanted = emitters.into_iter().filter(|(wanted, _)| *wanted);
    together(wanted.map(|(_, emit)| emit))
}

/// What an emitter does.
type Emit<'a> = dyn Fn(&mut ArtifactSet) + Sync + 'a;

/// Everything that some emitters make; a panic of one is the caller's.
fn together<'a>(emitters: impl Iterator<Item = &'a Emit<'a>>) -> ArtifactSet {
    std::thread::scope(|threads| {
        let begun = emitters.map(|emit| {
            threads.spawn(|| {
                let mut set = ArtifactSet::default();
                emit(&mut set);
                set
            })
        });
        let begun: Vec<_> = begun.collect();
        let mut all = ArtifactSet::default();
        for thread in begun {
            match thread.join() {
                Ok(set) => all.join(set),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

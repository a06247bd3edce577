//! Output trees from a topology and its deployment, one folder an emitter.
//!
//! Architecture invariant: an emitter is a pure function; it names no cloud, reads no file
//! and writes into the [`ArtifactSet`] only.

pub mod alerts;
pub mod helm;
pub mod kubernetes;
pub mod pages;
pub mod recovery;
pub mod scripts;
pub mod terraform;

use crate::analysis::Analysis;
use crate::artifact::ArtifactSet;
use crate::diagnostic::Diagnostics;
use crate::provider::Deployment;
use crate::topology::Topology;

/// What emitters read.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The settled system.
    pub topology: &'a Topology,
    /// What is proved of it.
    pub analysis: &'a Analysis,
    /// What the clouds make of it.
    pub deployment: &'a Deployment,
}

impl Input<'_> {
    /// The first line of every generated file, without comment signs.
    pub fn header(&self) -> String {
        let spec = &self.topology.spec_name;
        format!("{}{spec}. DO NOT EDIT.", crate::artifact::HEADER)
    }
}

/// Emits the whole tree.
pub fn emit(input: Input, _out: &mut Diagnostics) -> ArtifactSet {
    let mut set = ArtifactSet::default();
    terraform::emit(input, &mut set);
    kubernetes::emit(input, &mut set);
    helm::emit(input, &mut set);
    alerts::emit(input, &mut set);
    let roots = terraform::roots(input);
    let roots: Vec<_> = roots
        .into_iter()
        .map(|r| (r.path.clone(), r.region()))
        .collect();
    scripts::emit(input, &roots, &mut set);
    pages::emit(input, &roots, &mut set);
    recovery::emit(input, &mut set);
    set
}

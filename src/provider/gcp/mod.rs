//! Google Cloud.

use super::Deployment;
use crate::diagnostic::Diagnostics;
use crate::topology::Topology;

/// Lowers everything that is on Google Cloud.
pub fn lower(_topology: &Topology, _deployment: &mut Deployment, _out: &mut Diagnostics) {}

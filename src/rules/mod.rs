//! Checks of a settled topology, one file a rule.

pub mod pages;

use crate::diagnostic::Diagnostics;
use crate::topology::Topology;

/// Runs every rule.
pub fn check(_topology: &Topology, _out: &mut Diagnostics) {}

//! Checks of a settled topology, one file a rule. A rule is pure: it reads the topology and
//! the catalog and adds findings.

pub mod emission;
pub mod names;
pub mod pages;
pub mod regions;
pub mod traffic;
pub mod waivers;

use crate::diagnostic::Diagnostics;
use crate::topology::Topology;

/// A rule.
type Rule = fn(&Topology, &mut Diagnostics);

/// All rules; a test finds one that is missing here.
pub const RULES: &[Rule] = &[
    emission::not_emitted::check,
    names::collisions::check,
    names::cycles::check,
    regions::primary::check,
    regions::zone::check,
    traffic::weight_of_standby::check,
    traffic::weights::check,
];

/// Runs every rule.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for rule in RULES {
        rule(topology, out);
    }
}

//! Checks of a settled topology, one file a rule. A rule is pure: it reads the topology and
//! the catalog and adds findings.

pub mod data;
pub mod emission;
pub mod mesh;
pub mod names;
pub mod pages;
pub mod quorum;
pub mod recovery;
pub mod regions;
pub mod runtime;
pub mod terraform;
pub mod traffic;
pub mod waivers;

use crate::diagnostic::Diagnostics;
use crate::topology::Topology;

/// A rule.
type Rule = fn(&Topology, &mut Diagnostics);

/// All rules; a test finds one that is missing here.
pub const RULES: &[Rule] = &[
    data::conflicts::check,
    data::synchronous_redis::check,
    emission::collectors::check,
    emission::no_effect::check,
    emission::not_emitted::check,
    emission::of_others::check,
    mesh::ejection::check,
    mesh::retries::check,
    names::collisions::check,
    names::cycles::check,
    names::forms::check,
    quorum::cut_off::check,
    quorum::election::check,
    quorum::majority::check,
    quorum::outside::check,
    quorum::two_sites::check,
    recovery::availability::check,
    recovery::capacity::check,
    recovery::history::check,
    recovery::nothing_promised::check,
    recovery::region_limit::check,
    recovery::shift::check,
    recovery::standby::check,
    regions::primary::check,
    regions::zone::check,
    runtime::cloud_run::check,
    runtime::ordered_push::check,
    runtime::scaling::check,
    terraform::modules::check,
    terraform::state_bucket::check,
    traffic::dns_policy::check,
    traffic::icp::check,
    traffic::shared_check::check,
    traffic::nowhere::check,
    traffic::outside_zone::check,
    traffic::unnoticed::check,
    traffic::weight_of_standby::check,
    traffic::weights::check,
];

/// Runs every rule.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for rule in RULES {
        rule(topology, out);
    }
}

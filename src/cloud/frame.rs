//! What the compiler asks of a cloud as a whole. Each cloud answers in its folder, and stands in
//! one line of [`CLOUDS`].
//!
//! Architecture invariant: nobody outside of a cloud's folder asks which cloud it is
//! (`tests/it/tidy.rs`).

use super::offering::{Offering, QueueOffering, RuntimeOffering, Side};
use super::reads::CloudReads;
use super::{alibaba, aws, cloudflare, gcp};
use crate::analysis::Context;
use crate::analysis::flow::copy::Supplied;
use crate::analysis::term::Term;
use crate::deployment::{Deployment, Evidence, ProviderUse};
use crate::diagnostic::Diagnostics;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::leaving::LeftRegion;
use crate::topology::{Host, Provider, Scenario, Topology};

/// Every cloud; their order is that of pages.
const CLOUDS: &[&dyn Frame] = &[
    &gcp::Gcp,
    &aws::Aws,
    &alibaba::Alibaba,
    &cloudflare::Cloudflare,
];

/// A cloud that the language names, also one that nothing is generated on.
pub(super) trait Frame: Sync {
    /// The word of the language for it.
    fn provider(&self) -> Provider;
    /// What it is called, for people.
    fn name(&self) -> &'static str;
    /// What it reads, of the settings that not every cloud does.
    fn reads(&self) -> &'static CloudReads;
    /// Adds where it keeps copies of a topology, and what its regions share.
    fn supply(&self, topology: &Topology, out: &mut Supplied);
    /// How it is generated, if it is.
    fn generated(&self) -> Option<&'static dyn Generated>;
}

/// A cloud that is generated.
pub(super) trait Generated: Sync {
    /// Decides what must not move.
    fn settle(&self, topology: &mut Topology, out: &mut Diagnostics);
    /// The locations that hold something of the system.
    fn locations_in_use(&self, topology: &Topology) -> Vec<String>;
    /// Records in a lock what a tree has applied.
    fn adopt(&self, topology: &Topology, applied: &Applied, lock: &mut Lock);
    /// Records what was made and must not vanish with what asked for it.
    fn remember(&self, lock: &mut Lock, deployment: &Deployment);
    /// Lowers the part of a topology that is on it.
    fn lower(&self, topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics);
    /// The configuration of a region that has left, for what is still in a state; `None` where
    /// regions have none of their own.
    fn configuration_of(&self, left: &LeftRegion) -> Option<ProviderUse>;
    /// What leads users here.
    fn entry(&self) -> &'static dyn Entry;
    /// Its kinds of stores, in the order of its pages.
    fn offerings(&self) -> Vec<&'static dyn Offering>;
    /// Its kinds of queues.
    fn queues(&self) -> Vec<&'static dyn QueueOffering>;
    /// What services can run on here.
    fn runtimes(&self) -> Vec<&'static dyn RuntimeOffering>;
    /// The sides of offerings that its frame asks for.
    fn sides(&self) -> Vec<Side>;
    /// Its locations of more than one region that stores can be at.
    fn multi_regions(&self) -> Vec<&'static str>;
    /// Collectors of telemetry that are its own and need no cluster.
    fn collectors(&self) -> &'static [&'static str];
    /// How what leaves is let go.
    fn leaving(&self) -> &'static Leaving;
}

/// The way in to hosts that a cloud routes.
pub(super) trait Entry: Sync {
    /// Whether lowering refuses how a host is led, so that nothing is known of it.
    fn refuses(&self, topology: &Topology, host: &Host) -> bool;
    /// Where the regions of a host stand in the tree.
    fn evidence(&self, topology: &Topology, host: &Host) -> Vec<Evidence>;
    /// How users of a host get to a region again.
    fn recovery(&self, context: &Context, host: &Host, scenario: Scenario) -> Vec<Term>;
}

/// How a cloud lets go of what leaves, by its modules.
pub(super) struct Leaving {
    /// Modules with guards that protect no data: what they make goes when nobody uses it.
    pub idle: &'static [&'static str],
    /// What parts that stay behind stand on, beside modules that hold data or keys.
    pub ground: &'static [&'static str],
    /// What one call makes for several things.
    pub shared: &'static [Shared],
    /// Calls whose argument has an element with a guard of its own for the cluster of each location.
    pub of_clusters: &'static [(&'static str, &'static str)],
}

/// A call with an element for each of several things. No `removed` block can name one element, and
/// no guard is lifted for one, so a command takes it out of the state; nothing here deletes it.
pub(super) struct Shared {
    /// The module that is called.
    pub module: &'static str,
    /// The argument with an element for each.
    pub argument: &'static str,
    /// The type of the resource with its guard.
    pub resource: &'static str,
}

/// Every cloud.
pub(super) fn all() -> impl Iterator<Item = &'static dyn Frame> {
    CLOUDS.iter().copied()
}

/// Every cloud that is generated.
pub(super) fn generated() -> impl Iterator<Item = &'static dyn Generated> {
    all().filter_map(|frame| frame.generated())
}

/// The frame of a provider.
///
/// # Panics
/// If a provider of the language has no line in [`CLOUDS`]: a test names it.
pub(super) fn of(provider: Provider) -> &'static dyn Frame {
    let found = all().find(|frame| frame.provider() == provider);
    found.expect("a test holds the clouds against the language")
}

/// How a provider is generated, if it is.
pub(super) fn generated_on(provider: Provider) -> Option<&'static dyn Generated> {
    of(provider).generated()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Runtime;

    #[test]
    fn every_provider_of_the_language_has_one_frame() {
        let framed: Vec<Provider> = all().map(|f| f.provider()).collect();
        assert_eq!(framed, Provider::ALL);
    }

    #[test]
    fn every_runtime_of_the_language_is_of_some_cloud() {
        let all = || generated().flat_map(|cloud| cloud.runtimes());
        for runtime in Runtime::ALL {
            assert!(all().any(|o| o.runtime() == *runtime), "{runtime:?}");
        }
    }
}

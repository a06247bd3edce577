//! What is proved of a topology. The arithmetic is here; the facts of each kind on each
//! cloud come from the offerings through [`offering::Offerings`].
//!
//! Architecture invariant: every number is either emitted, enforced, documented or measured,
//! and says which; nothing is *met* that rests on an unknown.

pub mod availability;
pub mod capacity;
pub mod coverage;
pub mod facts;
pub mod flow;
pub mod measured;
pub mod offering;
pub mod quorum;
pub mod recovery;
pub mod regimes;
pub mod schema;
pub mod standing;
pub mod term;
pub mod view;

use crate::deployment::Deployment;
use crate::diagnostic::Diagnostics;
use crate::topology::{Date, Topology};

/// What the analysis reads.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The settled system.
    pub topology: &'a Topology,
    /// What will exist.
    pub deployment: &'a Deployment,
    /// The day that judges expiries; `None` where the result is written into files, which
    /// must not depend on the day.
    pub today: Option<Date>,
}

/// Everything that is proved.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// How long we are down and what we lose, by scenario.
    pub recovery: recovery::Recovery,
    /// Where data goes.
    pub flow: flow::Flow,
}

/// Analyses a topology.
pub fn analyze(
    context: Context,
    offerings: &dyn offering::Offerings,
    copies: &flow::Supplied,
) -> Analysis {
    Analysis {
        recovery: recovery::recovery(context, offerings),
        flow: flow::analyze(context.topology, copies),
    }
}

/// Reports what contradicts the promises.
pub fn report(context: Context, analysis: &Analysis, out: &mut Diagnostics) {
    recovery::findings::report(context, &analysis.recovery, out);
    facts::report(context, &analysis.recovery, out);
    out.extend(flow::findings(context.topology, &analysis.flow));
    out.extend(regimes::findings(
        context.topology,
        &analysis.flow,
        context.today,
    ));
    coverage::report(context.topology, context.today, out);
}

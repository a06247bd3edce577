//! What is promised to be there is not above what the contracts add up to.

use crate::analysis::availability::{Availability, Part, Verdict, What, availability};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// A promise that the contracts do not support.
pub const CODE: Code = Code::new("AVL101", "objective-above-contracts");

/// Checks the services that users reach. A model, so a warning.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for result in availability(topology) {
        if result.verdict() == Verdict::Below {
            out.extend(finding(topology, &result));
        }
    }
}

fn finding(topology: &Topology, result: &Availability) -> Option<Diagnostic> {
    let (promised, span) = result.objective?;
    let weakest = result.weakest()?;
    let service = topology.service(result.service);
    let sources = weakest.contracts.iter().map(|c| c.name.as_str());
    let sources: Vec<_> = sources.collect();
    Some(
        Diagnostic::warning(
            CODE,
            span,
            format!("the contracts behind `{}` do not support {promised}", service.name),
            format!(
                "they add up to {} at most, in a model without any move that takes time",
                percent(result.known())
            ),
        )
        .also(service.span, "what users reach")
        .help(format!(
            "the weakest is {} with {} ({}): let a second region take over, choose a stronger one, or promise less",
            name(topology, weakest),
            percent(weakest.share?),
            sources.join(", ")
        )),
    )
}

fn name(topology: &Topology, part: &Part) -> String {
    match part.what {
        What::Entry(host) => format!("the entry of `{}`", topology.host(host).name),
        What::Balancers(host) => format!("what receives users of `{}`", topology.host(host).name),
        What::Compute(runtime) => format!("what {runtime} runs on"),
        What::Store(store) => format!("`{}`", topology.datastore(store).name),
    }
}

/// A share in percent, rounded down: a promise is never rounded into being met.
fn percent(share: f64) -> String {
    let text = format!("{:.4}", (share * 1e6).floor() / 1e4);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

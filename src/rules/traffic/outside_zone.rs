//! A host lies in the domain that is written for its zone.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// A host that is not in the domain of its zone.
pub const CODE: Code = Code::new("TRF106", "host-outside-its-zone");

/// Checks the domains that are written for hosts.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let hosts = topology.hosts.iter().filter(|h| !h.lies_in_its_domain());
    for host in hosts {
        let Some(domain) = &host.zone_domain else {
            continue;
        };
        let name = &host.name;
        let what = format!("a zone of `{}` cannot hold `{name}`", domain.value);
        out.push(
            Diagnostic::error(CODE, domain.span, what, "not a domain of this host")
                .also(host.span, "the host")
                .help(format!(
                    "write `{name}` or a domain above it that somebody can own, or leave `domain` out"
                )),
        );
    }
}

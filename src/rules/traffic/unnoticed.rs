//! Somebody is notified when a host does not answer.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Hosts are watched, and nobody is notified.
pub const CODE: Code = Code::new("TRF107", "nobody-is-notified");

/// Checks that there is a channel if there are hosts.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let mut ours = topology.hosts.iter().filter(|h| h.external().is_none());
    let Some(host) = ours.next().filter(|_| topology.channels.is_empty()) else {
        return;
    };
    out.push(
        Diagnostic::note(
            CODE,
            host.span,
            format!(
                "nobody is notified when `{}` does not answer: there is no channel",
                host.name
            ),
            "probed from outside, without an alert",
        )
        .help("name who is notified: `channels: { oncall: { email: oncall@example.com, default: true } }`"),
    );
}

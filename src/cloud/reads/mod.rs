//! What is written and read by nobody, derived: the settings that not all read, less those that
//! the offerings of stores and the clouds of a system say that they read.

mod clouds;
mod stores;
mod table;

pub use table::{generates, table, unread};

use crate::diagnostic::Diagnostics;
use crate::topology::{Host, Policy, Routing, Singleton, Topology};

/// What is said of a setting that is not read.
#[derive(Debug, Clone, Copy)]
enum Unread {
    /// It has no effect there.
    NoEffect,
    /// It is checked, and nothing is generated for it: what it is, for people.
    NotEmitted(&'static str),
}

/// A setting of the system, and when a cloud reads it.
pub type OfSystem = (&'static str, fn(&Topology) -> bool);
/// A setting of a host, and when its cloud reads it.
pub type OfHost = (&'static str, fn(&Topology, &Host) -> bool);

/// What an account has only one of, and when a system would make it.
pub type OfOne = (Singleton, fn(&Topology) -> bool);

/// What a cloud reads, of the settings that not every cloud does.
#[derive(Debug, Clone, Copy)]
pub struct CloudReads {
    /// Settings of its entry in `clouds`.
    pub account: &'static [&'static str],
    /// What of `existing` it would make otherwise.
    pub existing: &'static [OfOne],
    /// Settings of the system, each with when it reads it.
    pub system: &'static [OfSystem],
    /// Settings of hosts, each with when it reads it.
    pub hosts: &'static [OfHost],
    /// What can lead users to its regions.
    pub routings: &'static [Routing],
    /// Why a policy of a host, by its place in the list, leads nobody; nothing where it is read, or
    /// refused.
    pub idle_policy: fn(&Topology, &Host, usize, Policy) -> Option<&'static str>,
}

/// Takes out of a topology what is read by nobody, so that nothing counts on it. What is written of
/// it is reported all the same.
pub(super) fn settle(topology: &mut Topology) {
    stores::settle(topology);
    clouds::settle(topology);
}

/// Reports what is written and read by nobody.
pub(super) fn check(topology: &Topology, out: &mut Diagnostics) {
    stores::check(topology, out);
    clouds::check(topology, out);
}

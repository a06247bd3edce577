//! Votes.

pub mod majority;
pub mod two_sites;

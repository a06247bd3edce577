//! Votes.

pub mod cut_off;
pub mod election;
pub mod majority;
pub mod outside;
pub mod two_sites;

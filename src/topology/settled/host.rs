//! Hosts, as they are settled.

use super::*;
use crate::spec::{self, Map, Rate};

settled! {
    /// How a region that is down is noticed.
    pub struct HealthCheck from spec::HealthCheck {
        /// The path that answers.
        pub path: Text,
        /// Further paths that are watched.
        pub also: Vec<Text>,
        /// The time between two checks.
        pub every: Time,
        /// The time after which a check has failed; the provider's own if it cannot be set.
        pub timeout: Option<Time>,
        /// Failures in a row after which no traffic comes.
        pub unhealthy_after: Count,
        /// Successes in a row after which it comes again.
        pub healthy_after: Count,
        /// The status that counts as healthy.
        pub status: Count,
        /// The text that the answer must hold.
        pub body: Option<Text>,
    }
}

settled! {
    /// What is kept out before it reaches a service.
    pub struct Protect from spec::Protect {
        /// Requests of one client.
        pub rate_limit: Option<Settled<Rate>>,
        /// Requests of all clients to one region.
        pub region_limit: Option<Settled<Rate>>,
        /// Countries that are refused, as ISO codes.
        pub block_countries: Vec<Text>,
        /// Whether known attacks are refused.
        pub firewall: Flag,
        /// Whether rules that read bodies refuse too; else they count.
        pub block_bodies: Flag,
    }
}

settled! {
    /// Caching at the edge: every cache is a copy.
    pub struct Cdn from spec::Cdn {
        /// The provider.
        pub provider: Option<Ref>,
        /// What is cached, and for how long.
        pub rules: Map<CacheRule>,
        /// The provider's network in mainland China.
        pub china_network: Flag,
    }
}

settled! {
    /// What is cached, and for how long.
    pub struct CacheRule from spec::CacheRule {
        /// How long it may be kept at all.
        pub keep: Time,
        /// How long at the edge.
        pub edge: Option<Time>,
        /// The datasets whose records it holds.
        pub carries: Vec<Ref>,
    }
}

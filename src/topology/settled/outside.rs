//! What somebody else runs, as it is settled.

use super::*;
use crate::spec::{self, Map};

settled! {
    /// Something that somebody else runs. Nothing is generated for it; its places are places of the data, and its times are those of `facts`.
    pub struct External from spec::External {
        /// Who runs it.
        pub run_by: Text,
        /// Where it is.
        pub at: Vec<Spot>,
        /// What services that use it find in their environment, behind its own name: `url` of `orders` is `ORDERS_URL`.
        pub settings: Map<Text>,
        /// The secret that services that use it read.
        pub secret: Option<Ref>,
        /// Ranges and ports that services connect to, beside HTTPS.
        pub egress: Vec<Egress>,
        /// PromQL by signal: what alerts and scalers read.
        pub signals: Map<Text>,
        /// Commands for scripts and runbooks, by what they do.
        pub commands: Map<Command>,
    }
}

settled! {
    /// Something that somebody else runs, of which only the places count.
    pub struct Outside from spec::Outside {
        /// Who runs it.
        pub run_by: Text,
        /// Where it keeps data.
        pub at: Vec<Spot>,
    }
}

settled! {
    /// Where something is that somebody else runs: a region of this topology, or a country.
    pub struct Spot from spec::Spot {
        /// A region of this topology, with which it is lost.
        pub region: Option<Ref>,
        /// A country, as ISO code: lost with no region of ours.
        pub country: Option<Text>,
    }
}

settled! {
    /// A range of addresses and a port.
    pub struct Egress from spec::Egress {
        /// The range.
        pub range: Text,
        /// The port.
        pub port: Count,
    }
}

settled! {
    /// A command of whoever runs it, for scripts and runbooks.
    pub struct Command from spec::Command {
        /// The words of the command.
        pub run: Vec<Text>,
        /// The region that it acts on; all if left out.
        pub region: Option<Ref>,
        /// What a good answer looks like.
        pub expect: Text,
        /// The longest that it may take.
        pub budget: Time,
        /// What to do if it fails.
        pub otherwise: Text,
    }
}

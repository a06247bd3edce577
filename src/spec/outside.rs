//! What somebody else runs: nothing is generated for it, and it counts all the same.

use super::decode::{Map, Value, choice, record};
use super::model::{Ref, Text, Time};
use super::units::Within;

record! {
    /// Something that somebody else runs. Nothing is generated for it; its places are places of the data, and its times are those of `facts`.
    pub struct External {
        /// Who runs it. Example: `data-platform`
        run_by: Text,
        /// Where it is. Example: `[{ region: us-central1 }, { country: DE }]`
        at: Vec<Spot>,
        /// What services that use it find in their environment, behind its own name: `url` of `orders` is `ORDERS_URL`. Example: `{ url: "mongodb+srv://orders.example.com" }`
        settings: Map<Text>,
        /// The secret that services that use it read. Example: `orders-password`
        secret: Option<Ref>,
        /// Ranges and ports that services connect to, beside HTTPS. Example: `[{ range: 10.200.0.0/16, port: 27017 }]`
        egress: Vec<Egress>,
        /// PromQL by signal: what alerts and scalers read. Example: `{ replication-lag: max(mongodb_lag_seconds) }`
        signals: Map<Text>,
        /// Commands for scripts and runbooks, by what they do. Example: `{ promote: { run: [atlas, clusters, failover, orders] } }`
        commands: Map<Command>,
    }
}

record! {
    /// Something that somebody else runs, of which only the places count.
    pub struct Outside {
        /// Who runs it. Example: `observability team`
        run_by: Text,
        /// Where it keeps data. Example: `[{ region: us-central1 }, { country: DE }]`
        at: Vec<Spot>,
    }
}

record! {
    /// Where something is that somebody else runs: a region of this topology, or a country.
    pub struct Spot {
        /// A region of this topology, with which it is lost. Example: `us-central1`
        region: Option<Ref>,
        /// A country, as ISO code: lost with no region of ours. Example: `DE`
        country: Option<Text>,
    }
}

record! {
    /// A range of addresses and a port.
    pub struct Egress {
        /// The range. Example: `10.200.0.0/16`
        range: Text,
        /// The port. Example: `27017`
        port: Value<Within<1, 65_535>>,
    }
}

record! {
    /// A command of whoever runs it, for scripts and runbooks.
    pub struct Command {
        /// The words of the command. Example: `[atlas, clusters, failover, orders]`
        run: Vec<Text>,
        /// The region that it acts on; all if left out. Example: `us-central1`
        region: Option<Ref>,
        /// What a good answer looks like. Example: `the cluster is IDLE`
        expect: Text = "exit status 0",
        /// The longest that it may take. Example: `2m`
        budget: Time = "5m",
        /// What to do if it fails. Example: `page the data platform`
        otherwise: Text = "ask whoever runs it",
    }
}

choice! {
    /// What a command of an external thing does.
    pub enum Act {
        /// Shows the state.
        Inspect = "inspect",
        /// Shows the replication lag.
        Lag = "lag",
        /// Stops traffic or writes to a region.
        Fence = "fence",
        /// Undoes `fence`.
        Unfence = "unfence",
        /// Makes a copy writable.
        Promote = "promote",
        /// Makes a backup now.
        Backup = "backup",
        /// Lists backups.
        ListBackups = "list-backups",
        /// Brings data back.
        Restore = "restore",
        /// Checks that it works.
        Verify = "verify",
    }
}

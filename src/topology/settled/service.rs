//! What services bear, and how they are called, as it is settled.

use super::*;
use crate::spec::{self, Map, Percent, Rate};

settled! {
    /// What one replica bears and how fast it starts.
    pub struct Capacity from spec::Capacity {
        /// The load that one replica bears at full use.
        pub per_replica: Option<Settled<Rate>>,
        /// The most load that all users bring together.
        pub peak: Option<Settled<Rate>>,
        /// The time from container start to ready.
        pub start: Option<Time>,
        /// How full a replica may be in steady state.
        pub target: Settled<Percent>,
    }
}

settled! {
    /// What makes more replicas.
    pub struct ScaleOn from spec::ScaleOn {
        /// Use of the requested CPU.
        pub cpu: Option<Settled<Percent>>,
        /// Use of the requested memory.
        pub memory: Option<Settled<Percent>>,
        /// Requests per replica.
        pub requests: Option<Settled<Rate>>,
        /// Unread messages per replica, of a queue.
        pub queues: Map<Count>,
        /// How often the scaler looks.
        pub every: Time,
        /// The wait after scaling out.
        pub out_after: Time,
        /// The wait before scaling in.
        pub in_after: Time,
        /// Replicas while the metric cannot be read; the most that run if left out.
        pub fallback: Option<Count>,
    }
}

settled! {
    /// How a service is called: bounds on time, retries and load.
    pub struct Calls from spec::Calls {
        /// The whole time that a call may take.
        pub timeout: Option<Time>,
        /// How often a failed call is tried again.
        pub retries: Option<Count>,
        /// The time that one try may take.
        pub per_try: Option<Time>,
        /// Connections to one host of the service.
        pub max_connections: Option<Count>,
        /// Requests that wait for a connection.
        pub max_pending: Option<Count>,
        /// Requests on one connection before it is closed; 0 keeps it open.
        pub max_requests_per_connection: Count,
        /// When a replica is left out.
        pub eject: Option<Eject>,
    }
}

settled! {
    /// When a replica that fails is left out of load balancing.
    pub struct Eject from spec::Eject {
        /// Server errors in a row.
        pub errors: Count,
        /// The time between two looks.
        pub every: Time,
        /// How long it is left out, the first time.
        pub lasting: Time,
        /// The largest share that may be left out.
        pub at_most: Option<Settled<Percent>>,
        /// Requests below which nothing is judged. Not a field of Istio.
        pub min_requests: Option<Count>,
    }
}

settled! {
    /// A readiness probe.
    pub struct Probe from spec::Probe {
        /// The path that answers.
        pub path: Text,
        /// The time between two probes.
        pub every: Time,
        /// The time after which a probe has failed.
        pub timeout: Time,
        /// Failures in a row after which it gets no traffic.
        pub unhealthy_after: Count,
    }
}

//! What services are told: the versions of events, and switches.

use super::decode::{Value, choice, record};
use super::model::{Count, Text, Time};

choice! {
    /// What happens to an event that is too old.
    pub enum Incompatible {
        /// It is set aside, and can be put back.
        DeadLetter = "dead-letter",
        /// It is dropped.
        Drop = "drop",
    }
}

record! {
    /// The versions of the events that services exchange.
    pub struct Events {
        /// The version that is written. Example: `3`
        version: Count,
        /// The oldest version that is read. Example: `2`
        minimum: Count,
        /// What happens to older ones. Example: `dead-letter`
        incompatible: Value<Incompatible> = "dead-letter",
        /// The verdict that they are marked with. Example: `drop_incompatible`
        verdict: Option<Text>,
        /// The time over which `schema-drops` counts them. Example: `10m`
        window: Time = "10m",
        /// The steps of a change of version. Example: `[write 3, watch, require 3]`
        phases: Vec<Text>,
    }
}

record! {
    /// A switch that services read.
    pub struct FeatureFlag {
        /// Who holds it. Example: `launchdarkly`
        by: Option<Text>,
        /// Its usual value. Example: `"true"`
        default: Option<Text>,
        /// The environment variable that carries it. Example: `MULTI_REGION_ENABLED`
        variable: Option<Text>,
        /// What it does. Example: `Master switch of multi-region`
        description: Option<Text>,
    }
}

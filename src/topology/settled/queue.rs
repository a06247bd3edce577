//! Queues, as they are settled.

use super::*;
use crate::spec;

settled! {
    /// What happens to messages that fail.
    pub struct DeadLetter from spec::DeadLetter {
        /// Attempts before a message is set aside.
        pub after: Count,
        /// How long it is kept.
        pub keep: Time,
        /// Messages set aside, in the window, that are worth a message.
        pub limit: Option<Count>,
        /// The window.
        pub window: Time,
    }
}

//! The end of a thing: how it leaves, step by step.

use super::decode::{Value, choice, record};
use super::units::Date;

choice! {
    /// What becomes of what a thing that leaves holds.
    pub enum Kept {
        /// It stays where it is, and leaves the Terraform state: nobody but you deletes it.
        Keep = "keep",
        /// It may go: the guards are taken off, and it goes with the entry.
        Delete = "delete",
    }
}

record! {
    /// How something leaves: first its traffic, then its data, then the entry itself.
    pub struct Leaving {
        /// The day on which it was decided. Example: `2026-11-28`
        since: Value<Date>,
        /// What becomes of its data; while it is left out, only traffic and users leave. Example: `keep`
        data: Option<Value<Kept>>,
    }
}

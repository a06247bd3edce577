//! The workspace file of a repository: its specs, where each is compiled to, and whether their
//! locks may change.

use super::decode::record;
use super::model::{Count, Flag, Text};

record! {
    /// The specs of a repository, for `check`, `compile` and `diff` without arguments.
    pub struct Workspace {
        /// The version of this file. Example: `1`
        version: Count,
        /// The specs. Example: `[{ spec: eu/topology.yaml, out: eu/deploy }]`
        specs: Vec<Target>,
        /// Whether a run fails that would change a lock, as `--locked` does. Example: `true`
        locked: Flag = "false",
    }
}

record! {
    /// A spec and the tree that it is compiled to.
    pub struct Target {
        /// The spec, from the folder of this file. Example: `eu/topology.yaml`
        spec: Text,
        /// The folder of its tree. Example: `eu/deploy`
        out: Text = "deploy",
        /// Its lock, where it is not beside it under its stem. Example: `locks/eu.lock`
        lock: Option<Text>,
    }
}

//! Where in the emitted tree a mechanism can be seen to exist.

/// An emitted place that makes a mechanism so. Every one can be looked up in the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// An argument of a Terraform module call.
    Argument {
        /// The name of the call.
        call: String,
        /// The argument, and what is in it, by dots: `backends.us-east1.capacity`.
        path: String,
    },
    /// A field of a Kubernetes object.
    Object {
        /// The file, from the root of the tree.
        file: String,
        /// The object's kind.
        kind: String,
        /// The object's name.
        name: String,
        /// The field, as a JSON pointer: `/spec/subsets/0`.
        pointer: String,
    },
    /// A setting in any other file.
    File {
        /// The file, from the root of the tree.
        file: String,
        /// What to look for in it: the key of the setting.
        key: String,
    },
}

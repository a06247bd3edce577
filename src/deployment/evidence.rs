//! Where in the emitted tree a mechanism can be seen to exist.

use crate::topology::Part;

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
    /// A field of any other YAML file.
    Field {
        /// The file, from the root of the tree.
        file: String,
        /// The field, as a JSON pointer. `alert=X` is the element of a list whose `alert` is X,
        /// and `*` any element.
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

impl Evidence {
    /// The part of the output that it is in.
    pub fn part(&self) -> Part {
        match self {
            Evidence::Argument { .. } => Part::Terraform,
            Evidence::Object { file, .. }
            | Evidence::Field { file, .. }
            | Evidence::File { file, .. } => Part::of(file),
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Evidence::Argument { call, path } => write!(f, "module.{call} {path}"),
            Evidence::Object {
                file,
                kind,
                name,
                pointer,
            } => write!(f, "{file} {kind}/{name} {pointer}"),
            Evidence::Field { file, pointer } => write!(f, "{file} {pointer}"),
            Evidence::File { file, key } => write!(f, "{file} {key}"),
        }
    }
}

/// A number that is emitted: where it is, and what the compiler counts with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// Where it is.
    pub at: Evidence,
    /// What it says there: `5`, `15s`. Of a file that is no YAML, what follows the key.
    pub says: String,
}

impl Reading {
    /// A number at a place.
    pub fn new(at: Evidence, says: impl ToString) -> Self {
        Reading {
            at,
            says: says.to_string(),
        }
    }

    /// A number in an argument of a module call.
    pub fn argument(call: &str, path: impl Into<String>, says: impl ToString) -> Self {
        let at = Evidence::Argument {
            call: call.into(),
            path: path.into(),
        };
        Reading::new(at, says)
    }
}

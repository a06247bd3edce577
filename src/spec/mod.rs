//! The language: what the user wrote, every value with its place.
//!
//! A [`model::Spec`] holds what was written plus the defaults that are constants, each
//! marked as such; what depends on other values is settled by `topology`.

pub mod decode;
mod existing;
pub(crate) mod intent;
mod life;
mod map;
pub mod model;
pub mod outside;
mod parts;
mod per_region;
pub mod reference;
pub mod references;
pub mod schema;
mod steps;
pub mod told;
pub mod units;
pub mod workspace;

pub use decode::{Map, Name, Origin, Value};
pub use existing::{Existing, ExistingCluster, ExistingNetwork};
pub use life::{Kept, Leaving};
pub use model::*;
pub use outside::*;
pub use parts::{Outputs, Part};
pub use per_region::PerRegion;
pub use references::{Thing, database};
pub use steps::{ExtraStep, StepPlace, StepWord};
pub use told::*;
pub use units::{
    Bytes, Date, Duration, Factor, OneOf, Percent, Rate, Replicas, StepShare, Threshold,
};

use crate::diagnostic::Diagnostics;
use crate::syntax::{Document, Node};
use decode::Decode;

/// Decodes a parsed text, reporting everything that is wrong with it.
pub fn decode(document: &Document, out: &mut Diagnostics) -> Option<Spec> {
    Spec::decode(&document.root, out)
}

/// The spec as a tree, with every default filled in and marked by a comment.
pub fn encode(spec: &Spec) -> Option<Node> {
    spec.encode()
}

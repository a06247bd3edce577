//! meridian: one topology spec in, one reviewed tree of infrastructure out.
pub mod artifact;
pub mod diagnostic;
pub mod format;
pub mod source;
pub mod syntax;

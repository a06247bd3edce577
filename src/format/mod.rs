//! Values to text, one file per target language, each with its one escaping function.
//!
//! Architecture invariant: pure functions of their arguments; nothing here knows a
//! topology, a cloud or a path.

pub mod comment;
pub mod hcl;
pub mod markdown;
pub mod shell;
pub mod text;
pub mod yaml;

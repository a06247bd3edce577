//! The faults that text can have before anybody asks what it means.

use crate::diagnostic::Code;

/// Nothing to compile.
pub const EMPTY: Code = Code::new("SYN101", "empty-spec");
/// Text that is not YAML or KDL.
pub const SYNTAX: Code = Code::new("SYN102", "syntax");
/// More than one YAML document.
pub const TWO_DOCUMENTS: Code = Code::new("SYN103", "two-documents");
/// A control, direction or zero-width character.
pub const HIDDEN_CHARACTER: Code = Code::new("SYN104", "hidden-character");
/// A key that is there twice.
pub const DUPLICATE_KEY: Code = Code::new("SYN105", "duplicate-key");
/// A word that readers of YAML understand differently.
pub const AMBIGUOUS: Code = Code::new("SYN106", "ambiguous-value");
/// A part of YAML or KDL that the language does without.
pub const UNSUPPORTED: Code = Code::new("SYN107", "unsupported-syntax");
/// An alias without an anchor, or one that contains itself.
pub const BAD_ALIAS: Code = Code::new("SYN108", "bad-alias");
/// Deeper than the limit.
pub const TOO_DEEP: Code = Code::new("SYN109", "too-deep");
/// Larger than the limit.
pub const TOO_LARGE: Code = Code::new("SYN110", "too-large");
/// Text that is not in Unicode's composed form.
pub const NOT_COMPOSED: Code = Code::new("SYN112", "not-composed");
/// Text that would not mean the same once it is printed.
pub const CHANGED: Code = Code::new("SYN113", "not-the-same-printed");
/// A merge that is not finished.
pub const MERGE: Code = Code::new("SYN114", "merge-conflict");

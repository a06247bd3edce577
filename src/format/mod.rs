//! Values to text, one file per target language, each with its one escaping function.
//!
//! Architecture invariant: pure functions of their arguments; nothing here knows a
//! topology, a cloud or a path.

pub mod alertmanager;
pub mod comment;
pub mod dot;
pub mod go_template;
pub mod hcl;
pub(crate) mod json;
pub mod markdown;
pub mod patch;
pub mod promql;
pub mod shell;
pub mod terraform;
pub mod text;
pub mod xml;
pub mod yaml;

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub fn hash(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes);
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    halves
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

/// Indents by that many columns.
fn spaces(mut count: usize, out: &mut String) {
    const MANY: &str = "                                                                ";
    while count > 0 {
        let some = count.min(MANY.len());
        out.push_str(&MANY[..some]);
        count -= some;
    }
}

//! Text to tree. YAML and KDL reach one spanned [`Document`]; nothing above this layer
//! knows which of the two was written.
//!
//! Architecture invariant: scalars stay text here. What `5m` or `true` means is the
//! decoder's business (`spec`), so that both notations mean the same.

pub mod codes;
mod document;
pub mod kdl;
mod notes;
pub mod print;
mod text;
mod words;
pub mod yaml;

pub use document::{Document, Entry, Key, Kind, Label, Layout, Line, Node, Notes, Scalar, Style};

pub(crate) use text::shown;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, SourceMap};

/// The two ways to write a topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// YAML 1.2, core schema.
    Yaml,
    /// KDL 2.
    Kdl,
}

impl Notation {
    /// By file name: `.kdl` is KDL, everything else is YAML.
    pub fn of(name: &str) -> Notation {
        if name.to_ascii_lowercase().ends_with(".kdl") {
            Notation::Kdl
        } else {
            Notation::Yaml
        }
    }
}

/// Bounds on input, each with its own diagnostic that names the flag to raise it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Nodes after alias expansion.
    pub nodes: usize,
    /// Bytes of one scalar.
    pub scalar_bytes: usize,
    /// Bytes of all scalars after alias expansion.
    pub total_scalar_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 4 << 20,
            depth: 64,
            nodes: 250_000,
            scalar_bytes: 64 << 10,
            total_scalar_bytes: 16 << 20,
        }
    }
}

/// Parses one file. A tree comes back whenever there is enough of one to go on with,
/// even beside errors; `None` means that nothing could be made of the text.
pub fn parse(
    sources: &SourceMap,
    file: FileId,
    limits: &Limits,
    out: &mut Diagnostics,
) -> Option<Document> {
    match Notation::of(&sources.file(file).name) {
        Notation::Yaml => yaml::parse(sources, file, limits, out),
        Notation::Kdl => kdl::parse(sources, file, limits, out),
    }
}

/// A text in YAML as a value; nothing if it is not.
pub fn value(text: &str) -> Option<serde_json::Value> {
    let mut sources = SourceMap::default();
    let file = sources.add("value.yaml", text);
    let mut out = Diagnostics::default();
    let document = parse(&sources, file, &Limits::default(), &mut out)?;
    (!out.has_errors()).then(|| document.root.json())
}

/// A text that is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodingProblem {
    /// What it seems to be.
    pub name: &'static str,
    /// The first byte that shows it.
    pub offset: usize,
}

/// The text of a file: UTF-8, with or without a byte order mark.
pub fn decode_text(bytes: Vec<u8>) -> Result<String, EncodingProblem> {
    let problem = |name, offset| Err(EncodingProblem { name, offset });
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => return problem("UTF-16, little endian", 0),
        [0xfe, 0xff, ..] => return problem("UTF-16, big endian", 0),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_string(),
            None => text,
        }),
        Err(error) => problem(
            "not UTF-8, perhaps Latin-1",
            error.utf8_error().valid_up_to(),
        ),
    }
}

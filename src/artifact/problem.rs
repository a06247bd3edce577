//! Why output is refused.

use crate::diagnostic::{Code, Diagnostic};

/// Files of ours that were changed by hand.
pub const EDITED: Code = Code::new("OUT101", "edited-by-hand");
/// Files in the way that are not ours.
pub const FOREIGN: Code = Code::new("OUT102", "foreign-file");
/// A link inside the output folder.
pub const LINK: Code = Code::new("OUT103", "link-in-tree");
/// Another run is writing.
pub const LOCKED: Code = Code::new("OUT104", "locked");
/// The file system refused.
pub const IO: Code = Code::new("OUT105", "io");
/// The manifest cannot be read.
pub const MANIFEST: Code = Code::new("OUT106", "manifest-unreadable");
/// A folder that no tree is written into.
pub const REFUSED: Code = Code::new("OUT107", "refused-folder");
/// The tree of another system.
pub const OTHER_SYSTEM: Code = Code::new("OUT108", "tree-of-another-system");

/// Why output is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Files of ours that were changed by hand.
    Edited(Vec<String>),
    /// Files, folders or devices in the way that are not ours.
    Foreign(Vec<String>),
    /// A link inside the output folder.
    Link(String),
    /// Another run is writing; who.
    Locked(String),
    /// The file system refused: path and cause.
    Io(String, String),
    /// The manifest cannot be read: why.
    Manifest(String),
    /// The tree is of another system.
    OtherSystem {
        /// The system that it is of.
        here: String,
        /// The system that was to be written.
        new: String,
    },
    /// A folder that no tree is written into: which, and what it is.
    Refused(String, String),
}

impl Problem {
    /// The file system's refusal at a path.
    pub fn io(path: impl AsRef<std::path::Path>, error: &std::io::Error) -> Self {
        Problem::Io(path.as_ref().display().to_string(), error.to_string())
    }

    /// The message.
    pub fn diagnostic(&self) -> Diagnostic {
        let says = Diagnostic::without_place;
        match self {
            Problem::Edited(paths) => says(
                EDITED,
                format!("changed by hand: {}", listed(paths)),
            )
            .help("move the change into the spec and run again, or discard it with `--overwrite`"),
            Problem::Foreign(paths) => says(
                FOREIGN,
                format!("in the way and not ours: {}", listed(paths)),
            )
            .help("move it away, or choose another folder with `--out`; if meridian wrote it and its manifest is lost, `--adopt` takes it over"),
            Problem::Link(path) => says(LINK, format!("`{path}` is a symbolic link"))
                .help("replace the link with a real folder: nothing is written through links"),
            Problem::Locked(holder) => says(LOCKED, format!("another run is writing here: {holder}"))
                .help("wait for it to end; its lock ends with it"),
            Problem::Io(path, cause) => says(IO, format!("`{path}`: {cause}"))
                .help("nothing is half-written; mend the cause and run the same command again"),
            Problem::OtherSystem { here, new } => says(
                OTHER_SYSTEM,
                format!("this is the tree of `{here}`, and the spec is of `{new}`"),
            )
            .help("choose another folder with `--out`: writing here would remove every file of the other system"),
            Problem::Refused(folder, what) => {
                says(REFUSED, format!("`{folder}` is {what}: no tree is written there"))
                    .help("choose a folder of its own, such as `--out deploy`")
            }
            Problem::Manifest(why) => says(
                MANIFEST,
                format!("`{}` cannot be read: {why}", super::manifest::PATH),
            )
            .help("restore it from version control, or run `meridian compile --adopt` to rebuild it from the files that carry our first line"),
        }
    }
}

fn listed(paths: &[String]) -> String {
    let shown = paths.iter().take(5).map(|p| format!("`{p}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(5) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

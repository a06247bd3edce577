//! Output files, in memory and on disk.
//!
//! Architecture invariant: everything above this layer returns an [`ArtifactSet`]; only
//! [`write`] touches the file system, and only inside the output folder.

use std::collections::BTreeMap;

/// One output file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its whole text: LF line ends, one final newline.
    pub text: String,
    /// Whether it is a program (mode 755 instead of 644).
    pub executable: bool,
    /// Which emitter made it, for the manifest and the summary.
    pub emitter: &'static str,
}

/// All output files by path, relative to the output folder, with `/` between parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArtifactSet {
    files: BTreeMap<String, Artifact>,
}

impl ArtifactSet {
    /// Adds a file.
    ///
    /// # Panics
    /// If the path was added before or is not a plain relative path: both are bugs of an
    /// emitter, not of a spec.
    pub fn add(&mut self, path: impl Into<String>, artifact: Artifact) {
        let path = path.into();
        assert!(
            is_plain_relative(&path),
            "not a plain relative path: {path}"
        );
        let before = self.files.insert(path.clone(), artifact);
        assert!(before.is_none(), "emitted twice: {path}");
    }

    /// Adds a text file that is not a program.
    pub fn text(
        &mut self,
        emitter: &'static str,
        path: impl Into<String>,
        text: impl Into<String>,
    ) {
        self.add(
            path,
            Artifact {
                text: text.into(),
                executable: false,
                emitter,
            },
        );
    }

    /// The files in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Artifact)> {
        self.files.iter().map(|(p, a)| (p.as_str(), a))
    }

    /// The file of that path.
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        self.files.get(path)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Whether a path stays inside the output folder and has only plain parts.
fn is_plain_relative(path: &str) -> bool {
    !path.is_empty()
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'))
}

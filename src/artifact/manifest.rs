//! `.meridian/manifest.json`: which files are ours, and what we wrote into them.

use super::{Artifact, ArtifactSet};
use crate::format::hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where it lies in the output folder.
pub const PATH: &str = ".meridian/manifest.json";

/// The version of the manifest's own form.
const VERSION: u32 = 1;

/// What we wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// The system that it is the tree of; older manifests do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The files by path.
    pub files: BTreeMap<String, Entry>,
}

/// One file that we wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// SHA-256 of its text.
    pub sha256: String,
    /// `644`, or `755` for programs.
    pub mode: String,
    /// Which emitter made it.
    pub emitter: String,
    /// SHA-256 of what an interrupted run left in its place; only while a run is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<String>,
}

impl Entry {
    /// Whether a text of that hash is one of ours.
    pub(super) fn has(&self, hash: &str) -> bool {
        self.sha256 == hash || self.left.as_deref() == Some(hash)
    }

    /// Remembers what stands on disk while the file is being replaced.
    pub(super) fn remember(&mut self, hash: String) {
        self.left = (self.sha256 != hash).then_some(hash);
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest {
            version: VERSION,
            system: None,
            files: BTreeMap::new(),
        }
    }
}

impl Manifest {
    /// The manifest of a set.
    pub fn of(set: &ArtifactSet) -> Self {
        let entry = |a: &Artifact| Entry {
            sha256: hash(&a.text),
            mode: if a.executable { "755" } else { "644" }.to_string(),
            emitter: a.emitter.to_string(),
            left: None,
        };
        let files = set.iter().map(|(p, a)| (p.to_string(), entry(a)));
        Manifest {
            version: VERSION,
            system: (!set.system.is_empty()).then(|| set.system.clone()),
            files: files.collect(),
        }
    }

    /// Reads a manifest; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains("<<<<<<<") {
            return Err("it holds merge conflict markers".to_string());
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|_| "it is cut off or not JSON".to_string())?;
        match value["version"].as_u64() {
            Some(1) => serde_json::from_value(value).map_err(|e| e.to_string()),
            Some(newer) => Err(format!("it has version {newer}, from a newer meridian")),
            None => Err("it has no version".to_string()),
        }
    }

    /// Its text.
    pub fn print(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

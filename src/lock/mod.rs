//! The lock: what was decided once for a running system and must not move by itself.
//!
//! Ranges, homes of shared things, successors and physical names are derived when a thing first
//! appears. From then on they are recorded in a file beside the spec, one entry a line:
//! `kind name key = value`. A recorded decision wins over a derivation. What the spec says
//! otherwise is an error that says what would be replaced.

pub mod applied;
pub mod ranges;
mod text;

pub use text::{parse, print};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::collections::BTreeMap;

/// A lock that cannot be read, or that holds an entry twice.
pub const MANGLED: Code = Code::new("LCK101", "mangled-lock");
/// The lock of another system.
pub const OTHER_SYSTEM: Code = Code::new("LCK102", "lock-of-another-system");
/// A lock that a newer compiler wrote.
pub const NEWER: Code = Code::new("LCK103", "lock-from-newer-version");
/// The spec says otherwise than the lock.
pub const DISAGREES: Code = Code::new("LCK104", "spec-disagrees-with-lock");
/// Two entries of the lock hold one range: both sides of a merge allocated it.
pub const RANGE_TWICE: Code = Code::new("LCK105", "range-locked-twice");

/// The version of the lock's own form.
pub const FORMAT: u32 = 1;

/// What an entry is about: `region us-east1 network`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kind of thing: `region`, `secret`, `cloud`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What was decided of it.
    pub key: String,
}

impl Key {
    /// The key of a decision on a thing.
    pub fn new(kind: &str, name: &str, key: &str) -> Self {
        Key {
            kind: kind.to_string(),
            name: name.to_string(),
            key: key.to_string(),
        }
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was decided.
    pub value: String,
    /// The line that records it; `None` if it was decided in this run.
    pub span: Option<Span>,
}

/// Every decision on one system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The system's name.
    pub system: String,
    /// The version of meridian that wrote it.
    pub tool: String,
    /// The version of the language of its spec.
    pub language: u32,
    /// The line that names the system.
    pub span: Span,
    entries: BTreeMap<Key, Entry>,
}

impl Lock {
    /// The lock of a system of which nothing is decided yet.
    pub fn new(system: &str) -> Self {
        Lock {
            system: system.to_string(),
            tool: env!("CARGO_PKG_VERSION").to_string(),
            language: 1,
            ..Lock::default()
        }
    }

    /// The entry of a decision.
    pub fn entry(&self, kind: &str, name: &str, key: &str) -> Option<&Entry> {
        self.entries.get(&Key::new(kind, name, key))
    }

    /// What was decided.
    pub fn get(&self, kind: &str, name: &str, key: &str) -> Option<&str> {
        self.entry(kind, name, key).map(|e| e.value.as_str())
    }

    /// All decisions on a kind of thing under a key: name and entry, by name.
    pub fn all<'a>(
        &'a self,
        kind: &'a str,
        key: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let entries = self.entries.iter();
        entries
            .filter(move |(k, _)| k.kind == kind && k.key == key)
            .map(|(k, entry)| (k.name.as_str(), entry))
    }

    /// Records a decision; the line of one that stays as it is is kept.
    pub fn set(&mut self, kind: &str, name: &str, key: &str, value: impl Into<String>) {
        let value = value.into();
        let key = Key::new(kind, name, key);
        if self.entries.get(&key).is_none_or(|e| e.value != value) {
            self.entries.insert(key, Entry { value, span: None });
        }
    }

    /// What was decided, or what `derive` says, which is recorded.
    pub fn settle(
        &mut self,
        kind: &str,
        name: &str,
        key: &str,
        derive: impl FnOnce() -> String,
    ) -> String {
        if let Some(value) = self.get(kind, name, key) {
            return value.to_string();
        }
        let value = derive();
        self.set(kind, name, key, value.clone());
        value
    }

    /// Forgets a decision.
    pub fn remove(&mut self, kind: &str, name: &str, key: &str) {
        self.entries.remove(&Key::new(kind, name, key));
    }

    /// All decisions, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.entries.iter()
    }

    /// Whether two locks decide the same, whichever version of meridian wrote them.
    pub fn decides_as(&self, other: &Lock) -> bool {
        let values = |lock: &Lock| -> Vec<(Key, String)> {
            let entries = lock.entries.iter();
            entries.map(|(k, e)| (k.clone(), e.value.clone())).collect()
        };
        self.system == other.system
            && self.language == other.language
            && values(self) == values(other)
    }
}

/// What the spec says at `written` against what the lock says: `what` would be replaced.
pub fn disagrees(locked: &Entry, written: Span, says: &str, what: &str) -> Diagnostic {
    let value = &locked.value;
    let error = Diagnostic::error(
        DISAGREES,
        written,
        format!("the lock has `{value}`, and the spec says `{says}`: {what}"),
        format!("`{says}` here"),
    );
    let error = match locked.span {
        Some(span) => error.also(span, "applied as this"),
        None => error,
    };
    error.help(format!(
        "write `{value}`, or delete this line of the lock if it may move, and read `meridian diff` before you apply"
    ))
}

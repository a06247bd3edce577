//! What the providers do with a changed argument: in place, replaced, refused.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// What is known of a resource type. Paths are dotted, without places in lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kind {
    /// A change replaces the resource.
    pub immutable: BTreeSet<String>,
    /// Left out, the provider chooses, and keeps its choice.
    pub computed: BTreeSet<String>,
    /// Order has no meaning.
    pub sets: BTreeSet<String>,
    /// What an immutable argument is that is left out.
    pub defaults: BTreeMap<String, toml::Value>,
    /// Taken from the provider's configuration: `project`, `labels`, `tags`.
    pub inherits: BTreeSet<String>,
    /// Changes that replace only in some cases.
    pub conditional: Vec<Condition>,
}

/// A change that replaces only in some cases, or that the provider refuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The argument; `0` is the first of a list.
    pub path: String,
    /// How it has to change.
    pub when: When,
    /// What other arguments must be.
    #[serde(default, rename = "if")]
    pub only_if: BTreeMap<String, String>,
    /// Whether the plan fails instead.
    #[serde(default)]
    pub refused: bool,
}

/// How a value changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum When {
    /// In any way.
    #[serde(rename = "changed")]
    Changed,
    /// It was not there.
    #[serde(rename = "added")]
    Added,
    /// It is gone.
    #[serde(rename = "removed")]
    Removed,
    /// True before, and no longer.
    #[serde(rename = "turned off")]
    TurnedOff,
    /// True now, and not before.
    #[serde(rename = "turned on")]
    TurnedOn,
    /// A smaller number.
    #[serde(rename = "decreased")]
    Decreased,
    /// A larger number.
    #[serde(rename = "increased")]
    Increased,
    /// An element of a list is gone.
    #[serde(rename = "loses an element")]
    LosesAnElement,
    /// An older version.
    #[serde(rename = "older")]
    Older,
    /// A range that does not hold the old one.
    #[serde(rename = "not widened")]
    NotWidened,
}

/// What is known of a resource type; `None` for types that our modules do not use.
pub fn kind(name: &str) -> Option<&'static Kind> {
    static KINDS: OnceLock<BTreeMap<String, Kind>> = OnceLock::new();
    let read = || toml::from_str(include_str!("immutable.toml")).expect("the catalog is TOML");
    KINDS.get_or_init(read).get(name)
}

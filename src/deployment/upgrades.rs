//! How versions of engines and clusters go up, for people.

/// A version of the spec, with what is done before and after it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// What runs it: `orders (Aurora PostgreSQL)`.
    pub what: String,
    /// The field of the spec: `datastores.orders.engine_version`.
    pub field: String,
    /// The version now, by region where it differs.
    pub version: String,
    /// What the product demands, a sentence each.
    pub demands: Vec<String>,
    /// Before the version is changed.
    pub before: Vec<UpgradeStep>,
    /// After it is applied.
    pub after: Vec<UpgradeStep>,
}

/// A command of an upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeStep {
    /// What it does.
    pub title: String,
    /// The words of the command, for each place.
    pub commands: Vec<Vec<String>>,
    /// What a good answer looks like.
    pub expect: String,
}

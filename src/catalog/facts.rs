//! What recovery takes, from `recovery.toml`: each number with its class, source and date.

use crate::spec::Duration;
use crate::spec::decode::Scalar;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a number rests on, from strongest to weakest. A sum is as strong as its weakest
/// term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A value that we emit ourselves.
    Emitted,
    /// The system refuses rather than exceed it.
    Enforced,
    /// The vendor's documentation says so: usual, or a design target.
    Documented,
    /// The user measured it, with evidence.
    Measured,
    /// Nobody has published it.
    Unknown,
}

impl Class {
    /// All of them, the strongest first.
    pub const ALL: [Class; 5] = [
        Class::Emitted,
        Class::Enforced,
        Class::Documented,
        Class::Measured,
        Class::Unknown,
    ];

    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Class::Emitted => "emitted",
            Class::Enforced => "enforced",
            Class::Documented => "documented",
            Class::Measured => "measured",
            Class::Unknown => "unknown",
        }
    }
}

/// One documented number.
#[derive(Debug, PartialEq)]
pub struct Fact {
    /// What it is about: `gcp.load-balancer.redirect`.
    pub id: String,
    /// At least, in milliseconds.
    pub low: u64,
    /// At most, in milliseconds; `None` without a bound.
    pub high: Option<u64>,
    /// What the number rests on.
    pub class: Class,
    /// What the source says, in a few words.
    pub says: String,
    /// The title of the source.
    pub title: String,
    /// Its address; empty where only a measurement of the user's own can tell.
    pub url: String,
    /// The day it was read.
    pub date: String,
}

#[derive(Deserialize)]
struct File {
    sources: BTreeMap<String, SourceEntry>,
    fact: Vec<FactEntry>,
}

#[derive(Deserialize)]
struct SourceEntry {
    title: String,
    url: String,
}

#[derive(Deserialize)]
struct FactEntry {
    id: String,
    low: String,
    high: Option<String>,
    class: Class,
    says: String,
    source: String,
    date: toml::value::Datetime,
}

/// All facts by id.
pub fn all() -> &'static BTreeMap<String, Fact> {
    static FACTS: OnceLock<BTreeMap<String, Fact>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let file: File = toml::from_str(include_str!("recovery.toml"))
            .expect("the catalog is checked by a test");
        let facts = file.fact.into_iter();
        facts
            .map(|f| {
                let source = &file.sources[&f.source];
                let millis = |text: &str| Duration::parse(text).expect("a duration").millis();
                let fact = Fact {
                    low: millis(&f.low),
                    high: f.high.as_deref().map(millis),
                    class: f.class,
                    says: f.says,
                    title: source.title.clone(),
                    url: source.url.clone(),
                    date: f.date.to_string(),
                    id: f.id,
                };
                (fact.id.clone(), fact)
            })
            .collect()
    })
}

/// The fact of that id.
///
/// # Panics
/// If there is none: a bug, which a test of all ids in the code finds.
pub fn fact(id: &str) -> &'static Fact {
    all()
        .get(id)
        .unwrap_or_else(|| panic!("no fact `{id}` in the catalog"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_has_no_bound_and_every_other_has_one() {
        for fact in all().values() {
            assert_eq!(
                fact.class == Class::Unknown,
                fact.high.is_none(),
                "{}",
                fact.id
            );
            assert!(fact.high.is_none_or(|h| h >= fact.low), "{}", fact.id);
        }
    }
}

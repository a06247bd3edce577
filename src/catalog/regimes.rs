//! What bodies of rules ask for, `regimes.toml`.

use super::EEA;
use crate::spec::decode::Scalar;
use crate::spec::{Basis, Duration, Nature, Regime};
use serde::Deserialize;
use std::sync::OnceLock;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Being back after losing a region takes at most `time`.
    Rto,
    /// Being back after wrong or deleted data takes at most `time`.
    Restore,
    /// Recovery time and point are stated.
    Objectives,
    /// Some exercise is done at least every `time`.
    Drill,
    /// An exercise of restoring is done at least every `time`.
    RestoreDrill,
    /// Audit logs are kept for at least `time`.
    AuditLogs,
    /// Logs rest in the zone.
    LogsInside,
    /// There are copies in time.
    Backup,
    /// They lie in two places.
    BackupApart,
    /// They cannot be deleted before their time.
    BackupLocked,
    /// Copies outside of the zone stay there for at most `time`.
    Abroad,
    /// Transfers rest on one of `bases`.
    Basis,
    /// Data is in two places of the zone.
    SecondSite,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Law, and read.
    InForce,
    /// Law, and known from what others write.
    Unread,
    /// Not law yet.
    Proposed,
}

/// One checkable rule of a regime.
#[derive(Debug)]
pub struct Rule {
    /// The regime.
    pub regime: Regime,
    /// What is checked.
    pub check: Check,
    /// The bound, if the check has one.
    pub time: Duration,
    /// The bases that it takes.
    pub bases: Vec<Basis>,
    /// The kinds of data that it is about; all if empty.
    pub holds: Vec<Nature>,
    /// The grade of protection from which on it applies.
    pub level: u32,
    /// How sure it is.
    pub standing: Standing,
    /// Where it is written.
    pub law: String,
    /// What it asks, in a sentence.
    pub says: String,
    /// Where that was read, and when.
    pub source: String,
}

/// A country that was found adequate.
#[derive(Debug, Deserialize)]
pub struct Adequate {
    /// Its ISO code.
    pub country: String,
    /// What to know of the decision.
    pub condition: Option<String>,
    /// Whether it holds for some recipients only.
    #[serde(default)]
    pub conditional: bool,
}

/// All rules.
#[derive(Debug)]
pub struct Regimes {
    /// The rules in the order of the file.
    pub rules: Vec<Rule>,
    /// How long before its end a basis should be renewed, in days.
    pub renew_days: i64,
    adequate: Vec<Adequate>,
}

#[derive(Deserialize)]
struct File {
    renew: Renew,
    rule: Vec<Written>,
    adequate: Vec<Adequate>,
}

#[derive(Deserialize)]
struct Renew {
    within: String,
}

#[derive(Deserialize)]
struct Written {
    regime: String,
    check: Check,
    #[serde(default = "nothing")]
    time: String,
    #[serde(default)]
    bases: Vec<String>,
    #[serde(default)]
    holds: Vec<String>,
    #[serde(default)]
    level: u32,
    standing: Standing,
    law: String,
    says: String,
    source: String,
    read: String,
}

fn nothing() -> String {
    "0s".into()
}

/// The rules of all regimes (`regimes.toml`).
///
/// # Panics
/// If the file is not readable: a test reads it.
pub fn regimes() -> &'static Regimes {
    static REGIMES: OnceLock<Regimes> = OnceLock::new();
    REGIMES.get_or_init(|| read(include_str!("regimes.toml")).expect("a test reads the file"))
}

fn read(text: &str) -> Result<Regimes, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let rules: Result<_, String> = file.rule.into_iter().map(rule).collect();
    Ok(Regimes {
        rules: rules?,
        renew_days: (Duration::parse(&file.renew.within)?.secs() / 86_400) as i64,
        adequate: file.adequate,
    })
}

fn rule(written: Written) -> Result<Rule, String> {
    fn all<T: Scalar>(words: &[String]) -> Result<Vec<T>, String> {
        let parsed = words
            .iter()
            .map(|w| T::parse(w).map_err(|e| format!("{w}: {e}")));
        parsed.collect()
    }
    Ok(Rule {
        regime: Regime::parse(&written.regime)?,
        check: written.check,
        time: Duration::parse(&written.time)?,
        bases: all(&written.bases)?,
        holds: all(&written.holds)?,
        level: written.level,
        standing: written.standing,
        law: written.law,
        says: written.says,
        source: format!("{}, read {}", written.source, written.read),
    })
}

/// What the adequacy decisions of the European Commission say of a country.
#[derive(Debug, Clone, Copy)]
pub enum Adequacy {
    /// It is in the EEA: no decision is needed.
    Member,
    /// It was found adequate, for some recipients only if the decision says so.
    Found(&'static Adequate),
    /// It was not.
    NotFound,
}

/// Whether a country is adequate.
pub fn adequacy(country: &str) -> Adequacy {
    if EEA.contains(&country) {
        return Adequacy::Member;
    }
    let found = regimes().adequate.iter().find(|a| a.country == country);
    found.map_or(Adequacy::NotFound, Adequacy::Found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_readable_and_have_what_their_check_needs() {
        for rule in &regimes().rules {
            let timed = matches!(
                rule.check,
                Check::Rto
                    | Check::Restore
                    | Check::Drill
                    | Check::RestoreDrill
                    | Check::AuditLogs
                    | Check::Abroad
            );
            assert_eq!(timed, rule.time.secs() > 0, "{}", rule.law);
            assert_eq!(
                rule.check == Check::Basis,
                !rule.bases.is_empty(),
                "{}",
                rule.law
            );
            assert!(!rule.source.starts_with(','), "{}", rule.law);
        }
        assert_eq!(regimes().renew_days, 90);
    }

    #[test]
    fn adequacy_is_per_country() {
        assert!(matches!(adequacy("DE"), Adequacy::Member));
        assert!(matches!(adequacy("US"), Adequacy::Found(a) if a.conditional));
        assert!(matches!(adequacy("JP"), Adequacy::Found(a) if !a.conditional));
        assert!(matches!(adequacy("SG"), Adequacy::NotFound));
    }
}

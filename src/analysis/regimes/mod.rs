//! What bodies of rules ask of a topology, and whether it holds it. The rules are data
//! (`catalog/regimes.toml`); here is how each kind of rule is checked.
//!
//! Architecture invariant: a rule that is not law, or that nobody here has read, warns and
//! never forbids; and what holds is called held, not compliant.

mod checks;
mod transfers;

use super::flow::Flow;
use crate::catalog::regimes::{Check, Rule, Standing, regimes};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::Span;
use crate::topology::{Date, Regime, RegionId, Settled, Topology, Zone};
use schemars::JsonSchema;
use serde::Serialize;

/// Recovery that is promised more slowly than a regime allows.
pub const SLOW: Code = Code::new("CMP101", "slower-than-the-regime");
/// No promise where a regime asks for one.
pub const UNSTATED: Code = Code::new("CMP102", "objective-not-stated");
/// Exercises that are too rare or missing.
pub const UNTESTED: Code = Code::new("CMP103", "drill-too-rare");
/// Audit logs that are not kept for long enough.
pub const SHORT_LOGS: Code = Code::new("CMP104", "audit-logs-too-short");
/// Logs that leave the zone.
pub const LOGS_AWAY: Code = Code::new("CMP105", "logs-outside-the-zone");
/// No copies in time.
pub const NO_BACKUP: Code = Code::new("CMP106", "backup-missing");
/// Copies in time in one place only.
pub const BACKUP_BESIDE: Code = Code::new("CMP107", "backup-in-one-place");
/// Copies in time that can be deleted.
pub const BACKUP_OPEN: Code = Code::new("CMP108", "backup-not-locked");
/// Copies abroad that stay too long.
pub const ABROAD: Code = Code::new("CMP109", "abroad-too-long");
/// A basis that the zone's rules do not know.
pub const WRONG_BASIS: Code = Code::new("CMP110", "basis-of-another-regime");
/// A basis that has ended.
pub const ENDED: Code = Code::new("CMP111", "basis-ended");
/// A basis whose review lies in the future.
pub const FUTURE: Code = Code::new("CMP115", "reviewed-in-the-future");
/// A basis that ends soon.
pub const ENDING: Code = Code::new("CMP112", "basis-ends-soon");
/// Adequacy that nobody decided.
pub const INADEQUATE: Code = Code::new("CMP113", "adequacy-not-found");
/// Data in one place where two are asked for.
pub const ONE_SITE: Code = Code::new("CMP114", "second-site-missing");

/// One rule as it applies to a part of the topology.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Asked {
    /// The regime: `dora`.
    pub regime: String,
    /// The compliance zone or region that it applies to.
    pub of: String,
    /// Where the rule is written.
    pub law: String,
    /// What it asks.
    pub says: String,
    /// Whether it is law and read: `in force`, `not read by us`, `proposed`.
    pub standing: &'static str,
    /// Whether the spec holds it.
    pub held: bool,
    /// Who says so.
    pub source: String,
    /// What is missing.
    #[serde(skip)]
    pub missing: Vec<Diagnostic>,
}

/// A regime where it applies.
#[derive(Clone, Copy)]
struct Scope<'a> {
    topology: &'a Topology,
    flow: &'a Flow,
    /// The regime as the spec names it.
    regime: &'a Settled<Regime>,
    /// The zone or region.
    name: &'a str,
    /// The zone, if it is one.
    zone: Option<&'a Zone>,
}

/// What all regimes of a topology ask.
pub fn ask(topology: &Topology, flow: &Flow) -> Vec<Asked> {
    let mut asked = Vec::new();
    for scope in scopes(topology, flow) {
        let rules = regimes().rules.iter();
        for rule in rules.filter(|r| scope.applies(r)) {
            let missing = check(scope, rule);
            asked.push(Asked {
                regime: rule.regime.word().into(),
                of: scope.name.into(),
                law: rule.law.clone(),
                says: rule.says.clone(),
                standing: match rule.standing {
                    Standing::InForce => "in force",
                    Standing::Unread => "not read by us",
                    Standing::Proposed => "proposed",
                },
                held: missing.is_empty(),
                source: rule.source.clone(),
                missing,
            });
        }
    }
    asked
}

/// Everything that a regime asks for and the spec does not hold. `today` judges the ends of
/// bases; without it none has ended.
pub fn findings(topology: &Topology, flow: &Flow, today: Option<Date>) -> Diagnostics {
    let mut out = Diagnostics::default();
    for asked in &flow.regimes {
        out.extend(asked.missing.iter().cloned());
    }
    transfers::adequate(topology, &mut out);
    if let Some(today) = today {
        transfers::ends(topology, today, &mut out);
    }
    out
}

fn scopes<'a>(topology: &'a Topology, flow: &'a Flow) -> Vec<Scope<'a>> {
    let mut scopes = Vec::new();
    for (name, zone) in topology.zones.iter() {
        for regime in &zone.regimes {
            scopes.push(Scope {
                topology,
                flow,
                regime,
                name: &name.text,
                zone: Some(zone),
            });
        }
    }
    for region in &topology.regions {
        for regime in &region.regimes {
            scopes.push(Scope {
                topology,
                flow,
                regime,
                name: &region.name,
                zone: None,
            });
        }
    }
    scopes
}

impl<'a> Scope<'a> {
    fn applies(&self, rule: &Rule) -> bool {
        let level = self.zone.and_then(|z| z.mlps_level.as_ref());
        rule.regime == self.regime.value
            && rule.level <= level.map_or(0, |l| l.value)
            && (rule.holds.is_empty() || self.datasets(rule).next().is_some())
    }

    /// The regions of the zone, or the region.
    fn regions(&self) -> impl Iterator<Item = RegionId> + use<'a> {
        let (name, zoned) = (self.name, self.zone.is_some());
        let topology = self.topology;
        topology.region_ids().filter(move |id| {
            let region = topology.region(*id);
            match zoned {
                true => region.zone.as_deref() == Some(name),
                false => region.name == name,
            }
        })
    }

    /// The datasets that a rule is about: of the zone's people, or of anyone in the region.
    fn datasets<'r>(
        &self,
        rule: &'r Rule,
    ) -> impl Iterator<Item = &'a super::flow::DatasetFlow> + use<'a, 'r> {
        let (name, zoned) = (self.name, self.zone.is_some());
        let kind = move |flow: &&super::flow::DatasetFlow| {
            let holds = &flow.record.holds;
            rule.holds.is_empty() || holds.iter().any(|h| rule.holds.contains(&h.value))
        };
        let here = move |flow: &&super::flow::DatasetFlow| match zoned {
            true => flow.zone.as_deref() == Some(name),
            false => flow.stops.iter().any(|s| s.site == name),
        };
        self.flow.datasets.iter().filter(kind).filter(here)
    }

    /// A finding in the words of a rule, as grave as the rule is sure.
    fn missing(&self, rule: &Rule, code: Code, span: Span, what: String, here: &str) -> Diagnostic {
        let severity = match rule.standing {
            Standing::InForce => Severity::Error,
            Standing::Unread | Standing::Proposed => Severity::Warning,
        };
        let sure = match rule.standing {
            Standing::InForce => "",
            Standing::Unread => " (as others describe it)",
            Standing::Proposed => " (proposed, not law yet)",
        };
        let message = format!("{what}: {} asks that {}{sure}", rule.regime, rule.says);
        let mut found = Diagnostic::error(code, span, message, here);
        found.severity = severity;
        if span == self.regime.span {
            return found;
        }
        found.also(
            self.regime.span,
            format!("applies to {}: {}", self.name, rule.law),
        )
    }
}

fn check(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    match rule.check {
        Check::Rto => checks::recovery_time(scope, rule),
        Check::Restore => checks::restore_time(scope, rule),
        Check::Objectives => checks::objectives(scope, rule),
        Check::Drill => checks::drill(scope, rule, false),
        Check::RestoreDrill => checks::drill(scope, rule, true),
        Check::AuditLogs => checks::audit_logs(scope, rule),
        Check::LogsInside => checks::logs_inside(scope, rule),
        Check::Backup => checks::backup(scope, rule),
        Check::BackupApart => checks::backup_apart(scope, rule),
        Check::BackupLocked => checks::backup_locked(scope, rule),
        Check::Abroad => checks::abroad(scope, rule),
        Check::Basis => transfers::basis(scope, rule),
        Check::SecondSite => checks::second_site(scope, rule),
    }
}

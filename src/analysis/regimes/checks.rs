//! Checks of recovery, exercises, logs and backups.

use super::{
    ABROAD, BACKUP_BESIDE, BACKUP_OPEN, LOGS_AWAY, NO_BACKUP, ONE_SITE, SHORT_LOGS, SLOW, Scope,
    UNSTATED, UNTESTED,
};
use crate::analysis::flow::zones::Zones;
use crate::analysis::flow::{DatasetFlow, Keep, Kind, Stop, Verdict};
use crate::catalog::regimes::Rule;
use crate::deployment::Past;
use crate::diagnostic::Diagnostic;
use crate::topology::{Cadence, Datastore, Duration, Promise, Promisee, Scenario, ServiceId};
use std::collections::BTreeSet;

/// Every service in scope, and the system, promises to be back in time.
pub(super) fn recovery_time(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let topology = scope.topology;
    let regions: Vec<_> = scope.regions().collect();
    let services = topology.services.iter().enumerate();
    let here = services.filter(|(_, s)| regions.iter().any(|r| s.replicas_in(*r).is_some()));
    let here = here.map(|(index, _)| Promisee::Service(ServiceId(index)));
    let all = std::iter::once(Promisee::System).chain(here);
    let promised = all.filter_map(|part| topology.promises().of(part, Scenario::ANY_REGION).rto);
    in_time(scope, rule, promised, "after losing a region")
}

/// The system promises to restore in time.
pub(super) fn restore_time(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let promises = scope.topology.promises();
    let promised = promises.of(Promisee::System, Scenario::Corruption).rto;
    in_time(
        scope,
        rule,
        promised.into_iter(),
        "after corrupted or deleted data",
    )
}

fn in_time(
    scope: Scope,
    rule: &Rule,
    promised: impl Iterator<Item = Promise>,
    when: &str,
) -> Vec<Diagnostic> {
    let mut all: Vec<Promise> = Vec::new();
    for promise in promised {
        if all.iter().all(|known| known.span != promise.span) {
            all.push(promise);
        }
    }
    if all.is_empty() {
        return vec![unstated(
            scope,
            rule,
            &format!("no time to be back {when} is promised"),
        )];
    }
    let slow = all.into_iter().filter(|p| p.time() > rule.time);
    slow.map(|p| {
        let what = format!("{} to be back {when} is promised", p.time());
        scope
            .missing(rule, SLOW, p.span, what, &format!("over {}", rule.time))
            .help(format!(
                "promise at most {}, and let `analyze` show that it holds",
                rule.time
            ))
    })
    .collect()
}

fn unstated(scope: Scope, rule: &Rule, what: &str) -> Diagnostic {
    let span = scope.regime.span;
    scope
        .missing(rule, UNSTATED, span, what.into(), "asks for a promise")
        .help("write `objectives: { rto: …, rpo: … }`")
}

/// Recovery time and point are stated.
pub(super) fn objectives(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let promised = scope
        .topology
        .promises()
        .of(Promisee::System, Scenario::ANY_REGION);
    match (promised.rto, promised.rpo) {
        (Some(_), Some(_)) => Vec::new(),
        _ => vec![unstated(
            scope,
            rule,
            "recovery time and point are not both promised",
        )],
    }
}

/// How long a cadence may take from one time to the next.
fn interval(cadence: Cadence) -> Duration {
    let days = match cadence {
        Cadence::Weekly => 7,
        Cadence::Monthly => 31,
        Cadence::Quarterly => 92,
        Cadence::Yearly => 366,
    };
    Duration::from_secs(days * 86_400)
}

/// Exercises are done often enough; only those of restoring if `restore`.
pub(super) fn drill(scope: Scope, rule: &Rule, restore: bool) -> Vec<Diagnostic> {
    let drills = scope.topology.drills.iter();
    let mut fitting = drills.filter(|(name, drill)| {
        let of = drill.of.as_ref().map_or("", |o| o.value.as_str());
        !restore || name.text.contains("restore") || of.to_lowercase().contains("restore")
    });
    if fitting.any(|(_, drill)| interval(*drill.every) <= rule.time) {
        return Vec::new();
    }
    let what = match restore {
        true => "no exercise of restoring is repeated",
        false => "no exercise is repeated",
    };
    let help = match restore {
        true => {
            "write `drills: { restore: { every: quarterly, of: Restore beside the original } }`"
        }
        false => "write `drills: { region-failure: { every: quarterly, … } }`",
    };
    let span = scope.regime.span;
    let found = scope.missing(rule, UNTESTED, span, what.into(), "asks for exercises");
    vec![found.help(help)]
}

/// Audit logs are kept for long enough.
pub(super) fn audit_logs(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let logs = scope.topology.observability.logs.as_ref();
    let own = scope.zone.and_then(|z| z.audit_logs.as_ref());
    let kept = own.or(logs.and_then(|l| l.retention.as_ref()));
    let help = format!(
        "write `audit_logs: {}` into the zone, and keep them for it",
        rule.time
    );
    match kept {
        Some(kept) if kept.value >= rule.time => Vec::new(),
        Some(kept) => {
            let what = format!("logs are kept for {}", kept.value);
            let here = format!("under {}", rule.time);
            vec![
                scope
                    .missing(rule, SHORT_LOGS, kept.span, what, &here)
                    .help(help),
            ]
        }
        None => {
            let what = "nothing says how long audit logs are kept".to_string();
            let span = scope.regime.span;
            vec![
                scope
                    .missing(rule, SHORT_LOGS, span, what, "asks for audit logs")
                    .help(help),
            ]
        }
    }
}

/// Logs of the zone's regions rest in the zone.
pub(super) fn logs_inside(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let zones = Zones::of(scope.topology);
    let regions: Vec<_> = scope
        .regions()
        .map(|id| &scope.topology.region(id).name)
        .collect();
    let of_zone = |of: &[String]| regions.iter().any(|r| of.contains(r));
    let logs = scope.flow.telemetry.iter();
    let away = logs
        .filter(|t| t.what == "logs" && of_zone(&t.of) && !zones.inside(scope.name, &t.copy.site));
    away.map(|telemetry| {
        let span = telemetry
            .copy
            .places
            .first()
            .map_or(scope.regime.span, |l| l.span);
        let what = format!("logs of `{}` rest in {}", scope.name, telemetry.site);
        scope
            .missing(rule, LOGS_AWAY, span, what, "kept here")
            .help("write `location` with a region of the zone, or collect them by region")
    })
    .collect()
}

/// The stores that hold what a rule is about, each once.
fn stores<'a>(scope: Scope<'a>, rule: &Rule) -> Vec<&'a Datastore> {
    let names: BTreeSet<_> = scope.datasets(rule).map(|d| d.store.as_str()).collect();
    let all = scope.topology.datastores.iter();
    all.filter(|s| names.contains(s.name.as_str())).collect()
}

/// What is kept of a store's past, as it is emitted.
fn past(scope: Scope, store: &Datastore) -> Past {
    let place = scope.topology.id_of(store).0;
    scope.flow.pasts.get(place).copied().unwrap_or_default()
}

/// Every store has copies in time that bring it back.
pub(super) fn backup(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let all = stores(scope, rule).into_iter();
    let bare = all.filter_map(|s| {
        let past = past(scope, s);
        past.longest().is_none().then_some((s, past.withheld))
    });
    bare.map(|(store, withheld)| {
        let what = match withheld {
            Some(why) => format!("nothing brings `{}` back by itself: {why}", store.name),
            None => format!("`{}` has no copies in time", store.name),
        };
        let help = match withheld {
            Some(_) => "keep it in a kind of store that keeps history",
            None => "write `backup: { every: 1d, keep: 30d, point_in_time: 7d }`",
        };
        scope
            .missing(rule, NO_BACKUP, store.span, what, "no backup")
            .help(help)
    })
    .collect()
}

/// Every store that is backed up has its backups in two places that the zone allows.
pub(super) fn backup_apart(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let backed_up = stores(scope, rule).into_iter().filter_map(|store| {
        let backup = store.backup.as_ref()?;
        past(scope, store).snapshots?;
        let places = sites(scope, rule, &store.name, |s| s.kind == Kind::Backup);
        let span = backup.every.as_ref().map_or(backup.span, |e| e.span);
        (places.len() < 2).then_some((store, span))
    });
    backed_up
        .map(|(store, span)| {
            let what = format!("backups of `{}` are in one place", store.name);
            scope
                .missing(rule, BACKUP_BESIDE, span, what, "kept beside the store")
                .help("write `copies_to` with a second region that the zone allows")
        })
        .collect()
}

/// The regions that hold what `of` chooses of a store, as far as the zone allows. A location
/// of several regions counts with its members.
fn sites<'a>(
    scope: Scope<'a>,
    rule: &Rule,
    store: &str,
    of: impl Fn(&Stop) -> bool,
) -> BTreeSet<&'a str> {
    let flows = scope.datasets(rule).filter(|d| d.store == store);
    let mut sites = BTreeSet::new();
    for flow in flows {
        let allowed = |s: &&Stop| s.verdict != Verdict::Outside;
        for stop in flow.stops.iter().filter(allowed).filter(|s| of(s)) {
            sites.insert(stop.site.as_str());
            sites.extend(members(flow, stop));
        }
    }
    sites
}

/// The regions of the location that a copy shares with its source.
fn members<'a>(flow: &'a DatasetFlow, stop: &Stop) -> impl Iterator<Item = &'a str> {
    let made_of = |s: &Stop| s.way.last().map(|link| flow.graph.links[*link].from);
    let source = match stop.kind {
        Kind::Store => Some(stop.node),
        _ => made_of(stop).filter(|n| flow.graph.nodes[*n].site.name == stop.site),
    };
    let member = move |s: &&Stop| {
        let kind = matches!(s.kind, Kind::Replica | Kind::Witness);
        kind && source.is_some() && made_of(s) == source
    };
    flow.stops.iter().filter(member).map(|s| s.site.as_str())
}

/// Backups cannot be deleted before their time.
pub(super) fn backup_locked(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let open = stores(scope, rule).into_iter().filter_map(|store| {
        let backup = store.backup.as_ref()?;
        (!*backup.immutable).then_some((store, backup))
    });
    open.map(|(store, backup)| {
        let what = format!(
            "backups of `{}` can be deleted before their time",
            store.name
        );
        scope
            .missing(rule, BACKUP_OPEN, backup.span, what, "not locked")
            .help("write `immutable: true`")
    })
    .collect()
}

/// What is outside of the zone by declaration does not stay there for long.
pub(super) fn abroad(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for flow in scope.datasets(rule) {
        let too_long = flow.stops.iter().find(|stop| {
            let declared = matches!(stop.verdict, Verdict::Declared { .. });
            let kept = match stop.keeps {
                Keep::Passing => false,
                Keep::Seconds(seconds) => seconds > rule.time.secs(),
                Keep::Lives => true,
            };
            declared && kept
        });
        let Some(stop) = too_long else { continue };
        let span = flow
            .record
            .holds
            .first()
            .map_or(scope.regime.span, |h| h.span);
        let what = format!("{} stays {}", stop.path.join(" -> "), stop.keeps);
        let mut one = scope.missing(rule, ABROAD, span, what, "stays abroad");
        for label in flow.graph.places(&stop.way) {
            if label.span != span {
                one = one.also(label.span, label.text);
            }
        }
        found.push(one.help(format!(
            "keep it in the zone, or give what is kept abroad a `ttl` or `keep` of at most {}",
            rule.time
        )));
    }
    found
}

/// Every store is in two places of the zone.
pub(super) fn second_site(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let live = |s: &Stop| matches!(s.kind, Kind::Store | Kind::Replica);
    let alone = stores(scope, rule)
        .into_iter()
        .filter(|s| sites(scope, rule, &s.name, live).len() < 2);
    alone
        .map(|store| {
            let what = format!("`{}` is in one place of `{}`", store.name, scope.name);
            scope
                .missing(rule, ONE_SITE, store.span, what, "one place")
                .help("add a second region to the zone, and the store to it")
        })
        .collect()
}

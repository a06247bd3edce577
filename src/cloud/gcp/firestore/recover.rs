//! What recovery of Firestore takes.

use super::super::facts::firestore_multi_region;
use crate::analysis::Context;
use crate::analysis::offering::Remaining;
use crate::analysis::term::{self, Step, Term};
use crate::cloud::recovery::{behind_a_cut, past, restored};
use crate::topology::{Database, Datastore, Provider, RegionId, Scenario};

/// Whether losing a region touches a database, and whether a majority of its voting regions
/// survives.
enum Touched {
    Not,
    MajorityLeft(String),
    Gone,
}

fn touched(database: &Database, lost: &str) -> Touched {
    match firestore_multi_region(&database.location) {
        None if database.location == lost => Touched::Gone,
        None => Touched::Not,
        Some(multi) if !multi.members().any(|m| m == lost) => Touched::Not,
        Some(multi) => {
            let left: Vec<&str> = multi.members().filter(|m| *m != lost).collect();
            Touched::MajorityLeft(format!("{} of {}", left.join(" and "), database.location))
        }
    }
}

/// Firestore takes writes again.
pub(super) fn again(context: &Context, store: &Datastore, scenario: Scenario) -> Vec<Term> {
    match scenario {
        Scenario::Region(_) | Scenario::Elsewhere(_) => {
            let again = |database| database_again(context, store, database, scenario);
            let terms = store.databases.iter().filter_map(again);
            // Databases recover side by side: the worst one counts.
            let worst = terms.max_by_key(|t| (t.low, t.high.unwrap_or(u64::MAX)));
            worst.into_iter().collect()
        }
        Scenario::Cloud(Provider::Gcp) => {
            let why = "every copy is on gcp".into();
            let write = term::off_cloud(Provider::Gcp);
            vec![Term::never(Step::Promote, &store.name, why, write).at(store.span)]
        }
        Scenario::Corruption => restored(context, store, &history(context, store)),
        Scenario::Key => vec![Term::fact(Step::Restore, &store.name, "gcp.kms.destroyed")],
        _ => Vec::new(),
    }
}

fn database_again(
    context: &Context,
    store: &Datastore,
    database: &Database,
    scenario: Scenario,
) -> Option<Term> {
    let whole = match scenario {
        Scenario::Region(lost) => unreachable(context, store, database, lost),
        _ => None,
    };
    let (_, lost) = scenario.location(context.topology)?;
    match touched(database, lost) {
        Touched::Gone => {
            let why = format!(
                "database `{}` is in {} alone",
                database.name, database.location
            );
            let write = format!(
                "a location of several regions, such as `nam5` or `eur3`, for `{}`",
                database.name
            );
            Some(Term::never(Step::Promote, &store.name, why, write).at(store.span))
        }
        _ if whole.is_some() => whole,
        Touched::MajorityLeft(left) => {
            let term = Term::fact(Step::Promote, &store.name, "gcp.firestore.failover");
            let because = format!("{left} go on: {}", term.because);
            Some(Term { because, ..term })
        }
        Touched::Not => None,
    }
}

/// A database that is whole, and no region that uses it is left.
fn unreachable(
    context: &Context,
    store: &Datastore,
    database: &Database,
    lost: RegionId,
) -> Option<Term> {
    let used = database.serves.contains(&lost);
    let others = database.serves.iter().chain(&database.taken_over_by);
    // Without databases of their own, regions that stand by use the one there is.
    let implied = !store.names_databases;
    let id = context.topology.id_of(store);
    let services = context.topology.services.iter();
    let users = services.filter(|s| implied && s.uses.contains(&id));
    let users = users.flat_map(|s| s.placements.iter().map(|p| &p.region));
    if !used || others.chain(users).any(|id| *id != lost) {
        return None;
    }
    let region = &context.topology.region(lost).name;
    let why = format!(
        "database `{}` is whole, but only {region} uses it",
        database.name
    );
    let write = format!(
        "let another region take it over: `taken_over_by` of `{}`",
        database.name
    );
    Some(Term::never(Step::Redirect, &store.name, why, write).at(store.span))
}

/// What remains of Firestore's data.
pub(super) fn remaining(
    context: &Context,
    store: &Datastore,
    scenario: Scenario,
) -> Option<Vec<Remaining>> {
    match scenario {
        Scenario::Region(_) | Scenario::Elsewhere(_) => {
            let (_, lost) = scenario.location(context.topology)?;
            let mut worst: Option<Vec<Remaining>> = None;
            for database in &store.databases {
                match touched(database, lost) {
                    Touched::Gone => return Some(Vec::new()),
                    Touched::MajorityLeft(left) => {
                        let lacks = Term::fact(Step::Lag, &store.name, "gcp.firestore.quorum");
                        worst = Some(vec![Remaining::live(left, lacks)]);
                    }
                    Touched::Not => {}
                }
            }
            worst
        }
        Scenario::Cloud(Provider::Gcp) => Some(Vec::new()),
        Scenario::Corruption => Some(history(context, store)),
        Scenario::Link => {
            let replicated = store.databases.len() > 1 && store.replication.is_some();
            replicated.then(|| vec![behind_a_cut(store)])
        }
        Scenario::Key => Some(Vec::new()),
        _ => None,
    }
}

/// What can be restored of Firestore after corruption.
fn history(context: &Context, store: &Datastore) -> Vec<Remaining> {
    let Some(backup) = &store.backup else {
        return Vec::new();
    };
    let window = backup.point_in_time.as_ref().unwrap_or(&backup.keep);
    let moment = Term::fact(Step::Lag, &store.name, "gcp.firestore.point-in-time");
    past(context, store, moment.at(window.span))
}

//! Whatever votes keeps a majority when a region is lost.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Datastore, Topology};
use std::collections::BTreeMap;

/// Losing one region loses the majority.
pub const LOST: Code = Code::new("QRM101", "majority-lost-with-a-region");
/// An even number of votes.
pub const EVEN: Code = Code::new("QRM102", "even-votes");
/// Members that are all alike.
pub const EQUAL: Code = Code::new("QRM103", "equal-priorities");

/// Checks the voters of every store: sentinels, and members that vote.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let (votes, span) = voters(topology, store);
        let total: u32 = votes.values().sum();
        if total == 0 {
            continue;
        }
        lost(store, &votes, total, span, out);
        if total.is_multiple_of(2) {
            out.push(
                Diagnostic::warning(
                    EVEN,
                    span,
                    format!(
                        "`{}` has {total} votes: one of them adds nothing",
                        store.name
                    ),
                    format!(
                        "{} must agree, so {} may be lost, as with {}",
                        total / 2 + 1,
                        (total - 1) / 2,
                        total - 1
                    ),
                )
                .help("take one vote away, or add one in another region"),
            );
        }
        equal(topology, store, out);
    }
}

/// Votes by region.
fn voters(topology: &Topology, store: &Datastore) -> (BTreeMap<String, u32>, Span) {
    let mut votes = BTreeMap::new();
    let mut span = store.span;
    if let Some(sentinels) = &store.written.sentinels {
        for id in &store.regions {
            let region = &topology.region(*id).name;
            if let Some(count) = sentinels.get(region) {
                *votes.entry(region.clone()).or_default() += count.value;
                span = count.span;
            }
        }
    }
    for (_, member) in store.written.members.iter().filter(|(_, m)| *m.votes) {
        *votes.entry(member.region.value.clone()).or_default() += 1;
        span = store.written.members.span;
    }
    (votes, span)
}

fn lost(
    store: &Datastore,
    votes: &BTreeMap<String, u32>,
    total: u32,
    span: Span,
    out: &mut Diagnostics,
) {
    let majority = total / 2 + 1;
    for (region, own) in votes {
        let left = total - own;
        if left < majority {
            out.push(
                Diagnostic::error(
                    LOST,
                    span,
                    format!("losing `{region}` loses the majority of `{}`: nothing is promoted", store.name),
                    format!("{total} votes, {majority} must agree, {left} would be left"),
                )
                .help("spread the votes over three regions so that none holds half: one each, or 2 + 2 + 1"),
            );
        }
    }
}

fn equal(topology: &Topology, store: &Datastore, out: &mut Diagnostics) {
    let members: Vec<_> = store
        .written
        .members
        .iter()
        .filter(|(_, m)| *m.votes)
        .collect();
    let top = members
        .iter()
        .map(|(_, m)| m.priority.value.0)
        .fold(0.0, f64::max);
    let first: Vec<_> = members
        .iter()
        .filter(|(_, m)| m.priority.value.0 == top)
        .collect();
    let continent = |region: &str| {
        let id = topology.region_named(region)?;
        Some(topology.region(id).place.continent)
    };
    let mut continents: Vec<_> = first
        .iter()
        .filter_map(|(_, m)| continent(&m.region))
        .collect();
    continents.sort();
    continents.dedup();
    if continents.len() > 1 {
        out.push(
            Diagnostic::warning(
                EQUAL,
                first[0].1.priority.span,
                format!("the primary of `{}` may wander between continents", store.name),
                "the same highest priority on several continents",
            )
            .help("give the region that should write the highest priority, and the others descending ones"),
        );
    }
}

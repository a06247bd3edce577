//! Data about people stays in its zone, or leaves it by a declared and dated basis.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Mode, Nature, Reach, Transfer};
use crate::topology::{Datastore, Topology};

/// A copy outside the zone without a basis.
pub const CODE: Code = Code::new("RES101", "copy-outside-its-zone");

/// A place where a store keeps copies.
struct Place {
    name: String,
    zone: Option<String>,
    span: Span,
}

/// Checks the copies of every dataset about people.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let replication = store.written.replication.as_ref();
        let none = replication.is_some_and(|r| *r.mode == Mode::None);
        if none {
            continue;
        }
        let places = places(topology, store);
        for (name, dataset) in store.written.datasets.iter() {
            let protected = dataset.holds.iter().find(|h| {
                matches!(
                    h.value,
                    Nature::Personal | Nature::Sensitive | Nature::Payment | Nature::Health
                )
            });
            let Some(holds) = protected.filter(|_| *dataset.copies == Reach::Everywhere) else {
                continue;
            };
            let owner = dataset.zone.as_ref().map(|z| z.value.as_str());
            for from in places.iter().filter(|p| p.zone.is_some()) {
                if owner.is_some_and(|o| Some(o) != from.zone.as_deref()) {
                    continue;
                }
                let outside = places
                    .iter()
                    .find(|to| to.zone != from.zone && !permitted(topology, from, to, &name.text));
                if let Some(to) = outside {
                    out.push(finding(
                        store,
                        &name.text,
                        holds.span,
                        dataset.copies.span,
                        from,
                        to,
                    ));
                    break;
                }
            }
        }
    }
}

fn places(topology: &Topology, store: &Datastore) -> Vec<Place> {
    if !store.written.databases.is_empty() {
        return store
            .written
            .databases
            .iter()
            .map(|(name, database)| Place {
                name: name.text.clone(),
                zone: database.zone.as_ref().map(|z| z.value.clone()),
                span: name.span,
            })
            .collect();
    }
    // Members of a voting set are copies wherever they are.
    let members = store.written.members.iter();
    let members: Vec<_> = members
        .filter_map(|(_, m)| topology.region_named(&m.region))
        .collect();
    let regions = if members.is_empty() {
        &store.regions
    } else {
        &members
    };
    regions
        .iter()
        .map(|id| topology.region(*id))
        .map(|region| Place {
            name: region.name.clone(),
            zone: region.zone.clone(),
            span: region.span,
        })
        .collect()
}

fn permitted(topology: &Topology, from: &Place, to: &Place, dataset: &str) -> bool {
    let compliance = topology.spec.compliance.as_ref();
    let transfers = compliance.map(|c| c.transfers.iter());
    let covers = |t: &Transfer| {
        let named = t.datasets.is_empty() || t.datasets.iter().any(|d| d.value == dataset);
        let reaches = t.to.value == to.name || Some(&t.to.value) == to.zone.as_ref();
        Some(&t.from.value) == from.zone.as_ref() && named && reaches
    };
    transfers.into_iter().flatten().any(|(_, t)| covers(t))
}

fn finding(
    store: &Datastore,
    dataset: &str,
    holds: Span,
    copies: Span,
    from: &Place,
    to: &Place,
) -> Diagnostic {
    let zone = from.zone.as_deref().unwrap_or_default();
    Diagnostic::error(
        CODE,
        holds,
        format!("{dataset} -> {} in `{}` -> {}: data about people leaves the zone `{zone}`", store.name, from.name, to.name),
        "about people",
    )
    .also(copies, "copies go everywhere that the store is")
    .also(from.span, format!("in the zone `{zone}`"))
    .also(to.span, "outside of it")
    .help(format!(
        "write `copies: within-zone` or `origin`, or declare why it may: `compliance: {{ transfers: {{ … from: {zone}, to: {}, datasets: [{dataset}], basis: scc, … }} }}`",
        to.name
    ))
}

//! Copies that offerings make of stores, and what the spec asks to keep out of them.

use crate::deployment::{Deployment, Evidence, Keeps, StoreCopy};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Dataset, Datastore, Name, Reach, RegionId, Topology};

/// Data that the spec keeps where it is, in a replication that takes everything along.
pub const CANNOT_LEAVE_OUT: Code = Code::new("REP102", "replication-leaves-nothing-out");
/// Links that are not the ones that the replication has.
pub const OTHER_LINKS: Code = Code::new("REP103", "links-of-another-replication");

/// A live copy of the whole store: what replicates below the level of datasets.
pub(super) fn whole(
    topology: &Topology,
    store: &Datastore,
    (from, to): (RegionId, RegionId),
    by: &'static str,
    evidence: Evidence,
) -> StoreCopy {
    StoreCopy {
        store: topology.id_of(store),
        from,
        to,
        keeps: Keeps::Live,
        leaves_out: Vec::new(),
        by,
        evidence: vec![evidence],
    }
}

/// Reports what the spec wants kept out of a copy that takes it along, and links that say
/// something else than what is made.
pub(super) fn check(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let id = topology.id_of(store);
        let copies = deployment.copies.iter();
        let live = copies.filter(|c| c.store == id && c.keeps == Keeps::Live);
        let live: Vec<&StoreCopy> = live.collect();
        for (name, dataset) in store.datasets.iter() {
            let goes = live.iter().filter(|c| !c.leaves_out.contains(&name.text));
            let goes = goes.filter(|c| may_not_go(topology, dataset, c));
            let goes: Vec<_> = goes.collect();
            // A copy outside of its zone says more than one that stays in it.
            let outside = goes.iter().find(|c| abroad(topology, dataset, c));
            if let Some(copy) = outside.or(goes.first()) {
                out.push(goes_along(topology, store, (name, dataset), copy));
            }
        }
        links(topology, store, &live, out);
    }
}

fn may_not_go(topology: &Topology, dataset: &Dataset, copy: &StoreCopy) -> bool {
    match *dataset.copies {
        Reach::Everywhere => false,
        Reach::WithinZone => abroad(topology, dataset, copy),
        Reach::Origin => true,
    }
}

/// Whether a copy is outside of the zone of a dataset: its own, or that in which it is written.
fn abroad(topology: &Topology, dataset: &Dataset, copy: &StoreCopy) -> bool {
    let zone = |id| topology.region(id).zone.as_deref();
    let own = dataset.zone.as_ref().map(|z| z.as_str());
    zone(copy.to) != own.or(zone(copy.from))
}

fn goes_along(
    topology: &Topology,
    store: &Datastore,
    (name, dataset): (&Name, &Dataset),
    copy: &StoreCopy,
) -> Diagnostic {
    let region = |id| &topology.region(id).name;
    let found = Diagnostic::error(
        CANNOT_LEAVE_OUT,
        dataset.copies.span,
        format!(
            "`{}` cannot keep `{}` out of {}: it is replicated by {}, which copies everything",
            store.name,
            name.text,
            region(copy.to),
            copy.by
        ),
        format!("copies: {}", dataset.copies.value),
    );
    let found = match &store.replication {
        Some(replication) => found.also(
            replication.mode.span,
            format!("{} is copied to {}", region(copy.from), region(copy.to)),
        ),
        None => found,
    };
    found.help("put the dataset into a datastore of its own in the regions that may hold it, take the region out of `regions`, or replicate logically and name its tables in `collections`")
}

/// `links` and what is made are one.
fn links(topology: &Topology, store: &Datastore, live: &[&StoreCopy], out: &mut Diagnostics) {
    let replication = store.replication.as_ref();
    let Some(replication) = replication.filter(|r| !r.links.is_empty() && !live.is_empty()) else {
        return;
    };
    let written: Vec<(RegionId, RegionId)> = replication
        .links
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
        .filter_map(|(from, to)| {
            let from = topology.region_named(&from.text)?;
            Some((from, topology.region_named(&to.value)?))
        })
        .collect();
    let made =
        |(from, to): &(RegionId, RegionId)| live.iter().any(|c| c.from == *from && c.to == *to);
    let says = |copy: &&&StoreCopy| !written.contains(&(copy.from, copy.to));
    let region = |id| &topology.region(id).name;
    let first = replication.links.iter().next().map(|(name, _)| name.span);
    let span = first.unwrap_or(replication.span);
    if let Some(copy) = live.iter().find(says) {
        let message = format!(
            "`links` leaves out {} to {}, and {} goes there all the same",
            region(copy.from),
            region(copy.to),
            copy.by
        );
        out.push(
            Diagnostic::error(OTHER_LINKS, span, message, "does not say what is made")
                .also(store.span, "replicated between all of its regions")
                .help("take regions that shall hold no copy out of the datastore's `regions`; `links` is for engines that replicate pair by pair"),
        );
    }
    if let Some((from, to)) = written.iter().find(|pair| !made(pair)) {
        let message = format!(
            "`links` names {} to {}, and nothing replicates that way",
            region(*from),
            region(*to)
        );
        out.push(
            Diagnostic::error(OTHER_LINKS, span, message, "does not say what is made")
                .help("remove it: only the region that writes sends to others"),
        );
    }
}

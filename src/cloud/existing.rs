//! Parts that others own: who owns what is recorded, because a part that changes hands is destroyed
//! or made anew with all that stands on it; and the facts about each that a cloud needs.

use crate::deployment::{Demand, Deployment};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::ranges::Block;
use crate::rules::emission::no_effect;
use crate::source::Span;
use crate::topology::{RegionId, Text, Topology};

/// A fact about a part of others that is missing or is none.
pub const INCOMPLETE: Code = Code::new("EXI101", "incomplete-existing");
/// A part that was made here and is others' now, or the other way around.
pub const CHANGES_HANDS: Code = Code::new("EXI102", "existing-changes-hands");

/// Who owns a part, in the lock.
const OTHERS: &str = "others";

/// A part that others may own: what it is, the key of its owner in the lock, and where the spec
/// says that others do.
type Part = (&'static str, &'static str, Option<Span>);

fn parts_of_region(topology: &Topology, id: RegionId) -> [Part; 4] {
    let region = topology.region(id);
    let network = topology.existing_network(id).map(|n| n.span);
    let cluster = topology.existing_cluster(id).map(|c| c.span);
    let registry = topology.existing_registry(id).map(|r| r.span);
    let key = topology.existing_key(region.place.location).map(|k| k.span);
    [
        ("network", "network_of", network),
        ("cluster", "cluster_of", cluster),
        ("registry", "registry_of", registry),
        ("keys", "keys_of", key),
    ]
}

/// Records what others own, and reports what changes hands.
pub fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    for id in topology.region_ids() {
        let region = topology.region(id);
        let (name, span) = (region.name.clone(), region.span);
        let known = known(topology, "region", &name);
        for part in parts_of_region(topology, id) {
            hand(topology, ("region", &name, span), known, part, out);
        }
    }
    for service in topology.services.clone() {
        let mut roles = topology.existing.roles.iter();
        let role = roles.find(|r| r.value == service.name).map(|r| r.span);
        let part = ("account", "account_of", role);
        let known = known(topology, "service", &service.name);
        hand(
            topology,
            ("service", &service.name, service.span),
            known,
            part,
            out,
        );
    }
}

/// Whether an earlier run has recorded something of a thing.
fn known(topology: &Topology, kind: &str, name: &str) -> bool {
    let mut entries = topology.lock.iter();
    entries.any(|(key, entry)| key.kind == kind && key.name == name && entry.span.is_some())
}

fn hand(
    topology: &mut Topology,
    (kind, name, span): (&str, &str, Span),
    known: bool,
    (what, key, others): Part,
    out: &mut Diagnostics,
) {
    let recorded = topology.lock.entry(kind, name, key).map(|e| e.span);
    match (others, recorded) {
        (Some(place), None) if known => {
            let line = format!("{kind} {name} {key} = {OTHERS}");
            let message = format!(
                "this system made the {what} of `{name}` so far, and the next apply would destroy it"
            );
            let label = "owned by others from now on";
            let help = format!(
                "move it into their state first (`terraform state mv`, or `state rm` here and `import` there), then add `{line}` to the lock"
            );
            out.push(Diagnostic::error(CHANGES_HANDS, place, message, label).help(help));
        }
        (Some(_), _) => topology.lock.set(kind, name, key, OTHERS),
        (None, Some(line)) => {
            let message = format!(
                "others own the {what} of `{name}`, and the next apply would make another one, with all that stands on it"
            );
            let error = Diagnostic::error(
                CHANGES_HANDS,
                span,
                message,
                "made by this system from now on",
            );
            let error = match line {
                Some(line) => error.also(line, "recorded here"),
                None => error,
            };
            let help = format!(
                "write it under `existing` again; or `import` it into the state here, and delete the line `{key}` of the lock"
            );
            out.push(error.help(help));
        }
        (None, None) => {}
    }
}

/// Says what must be true of DNS zones of others, and reports those that hold no host.
pub(super) fn zones(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    for (domain, zone) in topology.existing.zones.iter() {
        let mut hosts = topology.hosts.iter();
        if !hosts.any(|h| h.dns_zone.as_ref().is_some_and(|z| z.span == zone.span)) {
            let counts = "a zone is that of the hosts below its domain which name no `dns_zone`";
            idle(Some(zone.span), "zones", "here", counts, out);
            continue;
        }
        for says in [
            format!(
                "is public, holds {}, and the domain is delegated to it",
                domain.text
            ),
            "whoever applies may change its records; no other system writes those of these hosts"
                .to_string(),
            "DNSSEC is its owner's".to_string(),
        ] {
            deployment.demand(Demand {
                part: "zone",
                name: zone.value.clone(),
                at: "global".into(),
                says,
                planned: false,
            });
        }
    }
}

/// Reports services whose accounts are others', and have no names. `what` is what a cloud calls these.
pub(super) fn unnamed(topology: &Topology, what: &str, out: &mut Diagnostics) {
    let services = topology.services.iter();
    for service in services.filter(|s| topology.has_account(s) && s.account.is_none()) {
        out.push(lacks(
            service.span,
            &format!(
                "the {what} of `{}` are there, and nothing says what they are called",
                service.name
            ),
            &format!("its {what} are others'"),
            "write `account: shop-api-{region}`; `{region}` is the region's short name",
        ));
    }
}

/// Checks what is written of a cluster that others own. `network` is what a cloud calls what it stands in.
pub(super) fn cluster(topology: &Topology, id: RegionId, network: &str, out: &mut Diagnostics) {
    let Some(cluster) = topology.existing_cluster(id) else {
        return;
    };
    if !topology.needs_cluster(id) {
        let counts = "nothing here runs on a cluster";
        idle(
            Some(cluster.span),
            "clusters",
            "in this region",
            counts,
            out,
        );
    }
    if topology.existing_network(id).is_none() {
        out.push(lacks(
            cluster.span,
            &format!(
                "`{}` stands in a {network} of others, and nothing says which",
                cluster.name.value
            ),
            "what this system makes must reach it",
            &format!("write the {network} under `existing.networks`"),
        ));
    }
}

/// A fact that has to be written.
pub(super) fn lacks(place: Span, what: &str, why: &str, help: &str) -> Diagnostic {
    Diagnostic::error(INCOMPLETE, place, what.to_string(), why.to_string()).help(help.to_string())
}

/// Reports a text that is none of its kind.
pub(super) fn form(text: &Text, fits: bool, what: &str, help: &str, out: &mut Diagnostics) {
    if !fits {
        let message = format!("`{}` is not {what}", text.value);
        out.push(lacks(text.span, &message, "the plan would fail", help));
    }
}

/// Reports a text that is no range between two sizes.
pub(super) fn range(text: &Text, largest: u32, smallest: u32, out: &mut Diagnostics) {
    let block = Block::parse(text);
    let fits = block.is_some_and(|b| (largest..=smallest).contains(&b.bits));
    let help = format!("write a block of /{largest} to /{smallest}, such as `10.20.0.0/{largest}`");
    form(text, fits, "a range that fits here", &help, out);
}

/// Reports what another cloud would read.
pub(super) fn idle(
    place: Option<Span>,
    what: &str,
    here: &str,
    counts: &str,
    out: &mut Diagnostics,
) {
    out.extend(place.map(|place| no_effect::says(place, what, here, counts)));
}

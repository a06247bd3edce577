//! Two names that become one file, address or label.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Map, Name};
use crate::topology::Topology;
use std::collections::BTreeMap;

/// Two names that become one.
pub const CODE: Code = Code::new("NAME102", "names-collide");

/// Checks that no two names of a kind differ only in `-`, `_` and `.`: Terraform addresses
/// and variables have only one of them. Names of regions, services and stores have dashes only.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spec = &topology.spec;
    collisions("hosts", &spec.traffic, out);
    collisions("alerts", &spec.alerts, out);
    collisions("metrics", &spec.metrics, out);
    for (_, service) in spec.services.iter() {
        collisions("variables", &service.env, out);
    }
}

fn collisions<T>(kind: &str, map: &Map<T>, out: &mut Diagnostics) {
    let mut seen: BTreeMap<String, (&Name, Span)> = BTreeMap::new();
    for (name, _) in map.iter() {
        let slug = name.text.replace(['-', '.'], "_");
        match seen.get(&slug) {
            None => {
                seen.insert(slug, (name, name.span));
            }
            Some((first, span)) => out.push(
                Diagnostic::error(
                    CODE,
                    name.span,
                    format!(
                        "the {kind} `{}` and `{}` become one name",
                        first.text, name.text
                    ),
                    format!("becomes `{slug}`"),
                )
                .also(*span, format!("becomes `{slug}` too"))
                .help("rename one of the two: Terraform addresses and variables know only `_`"),
            ),
        }
    }
}

//! Calls and standbys that lead in a circle.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{ServiceId, Topology};

/// A circle.
pub const CODE: Code = Code::new("REF102", "cycle");

/// Checks that services do not need each other in a circle, and that regions do not stand by
/// for each other in one.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    services(topology, out);
    regions(topology, out);
}

fn services(topology: &Topology, out: &mut Diagnostics) {
    for start in 0..topology.services.len() {
        let mut path = Vec::new();
        if walk(topology, ServiceId(start), ServiceId(start), &mut path) {
            // Each circle is reported once, from its first member.
            if path.iter().all(|id| id.0 >= start) {
                let places: Vec<(String, Span)> = path
                    .iter()
                    .map(|id| {
                        (
                            topology.service(*id).name.clone(),
                            topology.service(*id).span,
                        )
                    })
                    .collect();
                out.push(circle("services need each other", &places));
            }
        }
    }
}

/// Looks for a way back to `start`; `path` is the way.
fn walk(topology: &Topology, start: ServiceId, at: ServiceId, path: &mut Vec<ServiceId>) -> bool {
    path.push(at);
    for next in &topology.service(at).needs {
        if *next == start || (!path.contains(next) && walk(topology, start, *next, path)) {
            return true;
        }
    }
    path.pop();
    false
}

fn regions(topology: &Topology, out: &mut Diagnostics) {
    for (index, region) in topology.regions.iter().enumerate() {
        let mut path = vec![(region.name.clone(), region.span)];
        let mut at = region;
        while let Some(pair) = &at.pair {
            let next = topology
                .regions
                .iter()
                .enumerate()
                .find(|(_, r)| r.name == pair.value);
            let Some((next_index, next)) = next.filter(|_| path.len() <= topology.regions.len())
            else {
                break;
            };
            if next_index == index {
                out.push(circle("regions stand by for each other", &path));
                break;
            }
            // Reported from its first member only.
            if next_index < index {
                break;
            }
            path.push((next.name.clone(), next.span));
            at = next;
        }
    }
}

fn circle(what: &str, path: &[(String, Span)]) -> Diagnostic {
    let mut names: Vec<&str> = path.iter().map(|(name, _)| name.as_str()).collect();
    names.extend(path.first().map(|(name, _)| name.as_str()));
    let way = names.join(" -> ");
    let first = path.first().map_or(Span::default(), |(_, span)| *span);
    let mut diagnostic = Diagnostic::error(
        CODE,
        first,
        format!("{what} in a circle: {way}"),
        "begins here",
    );
    for (name, span) in path.iter().skip(1) {
        diagnostic = diagnostic.also(*span, format!("through `{name}`"));
    }
    diagnostic.help("take one of the links out: in a circle nothing can be first")
}

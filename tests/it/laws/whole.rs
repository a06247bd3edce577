//! The laws over systems made by chance, on both clouds: a sample in `cargo test`, all five hundred
//! with `--ignored`.

use super::evidence::Files;
use super::generate::system;
use super::{copies, facts, mesh, numbers, promises};
use crate::support::{Case, Tree, property, spec};
use crate::{needs, offerings, order, series};
use meridian::diagnostic::Severity;
use std::collections::BTreeMap;

/// What breaks a law in a system, with the law before it.
fn faults(case: &Case, text: &str) -> Vec<String> {
    let files = Files::of(case);
    let tree: Tree = files.texts().clone();
    let probes = |f: &String| !f.starts_with("probe_");
    let laws: [(u8, Vec<String>); 8] = [
        (1, copies::faults(case).0),
        (2, numbers::faults(case, &files).0),
        (4, needs::of_case(case).0),
        (
            5,
            series::faults(&tree).into_iter().filter(probes).collect(),
        ),
        (6, promises::faults(case).0),
        (9, offerings::faults(&case.done)),
        (10, facts::faults(case)),
        (11, mesh::faults(case).0),
    ];
    let order = order::moved_by_order(text)
        .into_iter()
        .map(|f| format!("law 7: {f}"));
    let each = laws.into_iter();
    let each =
        each.flat_map(|(law, faults)| faults.into_iter().map(move |f| format!("law {law}: {f}")));
    each.chain(order).collect()
}

/// The codes of the errors that keep a system from being emitted.
fn refused(case: &Case) -> Vec<String> {
    let errors = case.done.diagnostics.iter();
    let errors = errors.filter(|d| d.severity == Severity::Error);
    errors
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect()
}

property!(laws_hold_in_systems_made_by_chance, 12, 500);

fn laws_hold_in_systems_made_by_chance(systems: u64) {
    let (mut emitted, mut broken) = (0, Vec::new());
    let mut why: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for seed in 0..systems {
        let text = system(seed);
        let case = spec(&text);
        let errors = refused(&case);
        if !errors.is_empty() {
            for error in errors {
                let code = error.split(' ').next().unwrap_or_default().to_string();
                why.entry(format!("{code} {error}")).or_insert((0, seed)).0 += 1;
            }
            continue;
        }
        emitted += 1;
        let found = faults(&case, &text);
        broken.extend(found.into_iter().map(|f| format!("{seed}: {f}")));
    }
    assert!(
        emitted * 10 >= systems * 8,
        "{emitted} of {systems} systems are emitted: {why:#?}"
    );
    assert!(
        broken.is_empty(),
        "{} faults, the first ones:\n{}",
        broken.len(),
        broken[..broken.len().min(40)].join("\n")
    );
}

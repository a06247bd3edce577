//! Law 2: a term of class emitted or enforced names the emitted numbers that it is made of, and
//! what is parsed back from the tree equals them. (That terms follow from them is shown by
//! `arithmetic`.)

use super::evidence::Files;
use super::systems;
use crate::support::Case;
use meridian::analysis::term::{Class, NEVER, Source, Term};

/// All terms of a system's results.
pub fn terms(case: &Case) -> Vec<&Term> {
    let analysis = case.done.analysis.as_ref().expect("an analysis");
    let times = analysis.recovery.times.iter();
    let times = times.flat_map(|t| t.budget.nodes.iter().map(|n| &n.term));
    let losses = analysis.recovery.losses.iter();
    let losses = losses.flat_map(|l| l.remaining.iter().map(|r| &r.lacks));
    times.chain(losses).collect()
}

/// Whether a term has a number of ours to show: one that adds nothing has none, and documented
/// numbers have a source instead.
fn is_ours(term: &Term) -> bool {
    let number = term.low != NEVER && term.high != Some(0);
    term.class <= Class::Enforced && number && matches!(term.source, Source::Spec)
}

/// What breaks the law in a system, and how many numbers were compared.
pub fn faults(case: &Case, files: &Files) -> (Vec<String>, usize) {
    let (mut faults, mut seen) = (Vec::new(), 0);
    for term in terms(case) {
        let named = format!("{} {} ({})", term.step.word(), term.of, term.because);
        if is_ours(term) && term.readings.is_empty() {
            faults.push(format!("{named} names nothing that is emitted"));
        }
        for reading in &term.readings {
            seen += 1;
            let wrong = files.holds(reading).err();
            faults.extend(wrong.map(|wrong| format!("{named}: {wrong}")));
        }
    }
    faults.sort();
    faults.dedup();
    (faults, seen)
}

/// Broken on purpose by a constant of `topology::settings` that an emitter does not share, and
/// below by a tree in which each number in turn is another.
#[test]
fn emitted_terms_are_what_the_tree_says() {
    let mut seen = 0;
    for (name, case) in systems() {
        let (faults, compared) = faults(&case, &Files::of(&case));
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
        seen += compared;
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn a_number_that_the_tree_says_otherwise_is_found() {
    let broken = [
        ("ggen", "interval_seconds    = 5", "interval_seconds    = 6"),
        ("ggen", "periodSeconds: 15", "periodSeconds: 16"),
        (
            "ggen",
            "down-after-milliseconds sessions 15000",
            "down-after-milliseconds sessions 9",
        ),
        ("ggen", "consecutive5xxErrors: 5", "consecutive5xxErrors: 7"),
        ("ggen", "group_wait: 10s", "group_wait: 30s"),
        ("ggen", "schedule: 15 3 * * *", "schedule: 15 */6 * * *"),
        (
            "aws-engines",
            "stop_writes_seconds = 60",
            "stop_writes_seconds = 90",
        ),
        (
            "aws-engines",
            "unhealthy_threshold = 3",
            "unhealthy_threshold = 4",
        ),
    ];
    let systems = systems();
    for (name, from, to) in broken {
        let (_, case) = systems.iter().find(|(n, _)| n.contains(name)).expect(name);
        let texts = case.done.artifacts.iter();
        let texts: Vec<_> = texts
            .map(|(p, f)| (p.to_string(), f.text.replace(from, to)))
            .collect();
        assert!(
            texts.iter().any(|(_, t)| t.contains(to)),
            "{name} has no {from}"
        );
        let (faults, _) = faults(case, &Files::new(texts.into_iter()));
        assert!(!faults.is_empty(), "{name}: {to} is not found");
    }
}

//! Topologies that people begin with: each is explained in its head, compiles without a warning in
//! both notations, and has something met.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{compiled, root};
use meridian::analysis::recovery::verdict::Verdict;
use meridian::diagnostic::Severity;

const STARTERS: [&str; 5] = [
    "serverless",
    "cache",
    "three-zones",
    "aurora-global",
    "two-clouds",
];

/// Fails with the first warning of a new rule that a starter does not keep: mend the starter.
#[test]
fn starters_compile_without_a_warning_and_keep_something() {
    for name in STARTERS {
        let folder = root().join("examples/starters").join(name);
        let yaml = compiled(&folder.join("topology.yaml"));
        let found = yaml.done.diagnostics.iter();
        let loud = found.filter(|d| d.severity != Severity::Note);
        let loud: Vec<String> = loud
            .map(|d| format!("{} {}", d.code.id, d.message))
            .collect();
        assert_eq!(loud, Vec::<String>::new(), "{name}");
        let kdl = compiled(&folder.join("topology.kdl"));
        let same = yaml.done.artifacts.iter().all(|(path, file)| {
            let twin = kdl.done.artifacts.get(path);
            twin.is_some_and(|t| t.text.replace("topology.kdl", "topology.yaml") == file.text)
        });
        assert!(same, "{name}: `meridian convert` the YAML again");

        let recovery = &yaml.done.analysis.as_ref().unwrap().recovery;
        let times = recovery.times.iter().map(|t| t.verdict);
        let losses = recovery.losses.iter().map(|l| l.verdict);
        let kept = |v: &Verdict| matches!(v, Verdict::Met | Verdict::MetIf);
        assert!(
            times.chain(losses).any(|v| kept(&v)),
            "{name}: nothing is met"
        );
    }
}

/// About ten lines say what it is for, what is lost, and what to change.
#[test]
fn starters_are_explained_in_ten_lines() {
    for name in STARTERS {
        let path = root()
            .join("examples/starters")
            .join(name)
            .join("topology.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let head = text.lines().skip(1).take_while(|l| l.starts_with('#'));
        let head: Vec<&str> = head.collect();
        assert!(
            (8..=12).contains(&head.len()),
            "{name}: {} lines",
            head.len()
        );
        let head = head.join("\n");
        assert!(
            head.contains("Begin here") && head.contains("Change:"),
            "{name}"
        );
    }
}

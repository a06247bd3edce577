//! `tests/cases/workflows`.

use crate::support::{between, case, case_after, difference, root};
use meridian::cli::load;
use meridian::diff::{Difference, Direction, Fate, ResourceFate, show};
use meridian::syntax::Limits;
use std::path::Path;

/// Those that are worse than a destroyed resource that holds nothing.
fn bad(d: &Difference) -> Vec<(Fate, &str)> {
    let bad = d.fates.iter().filter(|f| f.fate.is_bad());
    bad.map(|f| (f.fate, f.address.as_str())).collect()
}

fn first(d: &Difference) -> &ResourceFate {
    d.fates.first().expect("a fate")
}

/// Nothing but what the provider itself heeds stops the end of a database whose call is gone:
/// `prevent_destroy` went with it.
#[test]
fn min_rename() {
    let d = difference("workflows/min", "workflows/min-rename");
    let gone = first(&d);
    assert_eq!(gone.fate, Fate::DestroyedWithData);
    assert_eq!(
        gone.address,
        "module.firestore_main.google_firestore_database.this"
    );
    assert_eq!(
        gone.stopped_by.as_deref(),
        Some("the apply fails: deletion_policy")
    );
    let [rename] = &d.renames[..] else {
        panic!("{:?}", d.renames)
    };
    assert_eq!((rename.from.as_str(), rename.to.as_str()), ("main", "data"));
    let text = show::human(&d);
    assert!(!text.contains("prevent_destroy"), "{text}");
    assert!(text.contains("write `renamed_from: main` in it"), "{text}");
}

/// What was made keeps its name: nothing becomes of it. What is promised is
/// compared under the new name.
#[test]
fn min_renamed_from() {
    let d = difference("workflows/min", "workflows/min-renamed-from");
    assert_eq!(bad(&d), []);
    assert_eq!(d.fates, []);
    assert_eq!(d.consequences, []);
    assert_eq!(d.renames, []);
    let [cause] = &d.causes[..] else {
        panic!("{:?}", d.causes)
    };
    let paths: Vec<&str> = cause.values.iter().map(|v| v.path.as_str()).collect();
    assert_eq!(paths, ["datastores.data.renamed_from", "services.web.uses"]);
}

#[test]
fn min_location() {
    let d = difference("workflows/min", "workflows/min-location");
    let moved = first(&d);
    assert_eq!(moved.fate, Fate::ReplacedWithData);
    assert_eq!(moved.because, ["location_id"]);
    assert_eq!(
        moved.stopped_by.as_deref(),
        Some("the plan fails: prevent_destroy")
    );
    assert_eq!(moved.causes, [0]);
    let text = show::human(&d);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[3], "fates");
    assert!(
        lines[4].starts_with("  replaced with its data: module.firestore_main"),
        "{text}"
    );
    let comment = show::markdown(&d);
    assert!(
        comment.contains("**Fates:** 1 replaced with its data"),
        "{comment}"
    );
}

/// A name that everything is named after changes everything.
#[test]
fn min_name() {
    let d = difference("workflows/min", "workflows/min-name");
    let bad = bad(&d);
    assert!(bad.len() > 30, "{bad:?}");
    assert!(bad.iter().any(|(fate, _)| *fate == Fate::ReplacedWithData));
}

/// The claims of a StatefulSet do not grow by its template.
#[test]
fn redis_size() {
    let before = root().join("examples/ggen/topology.yaml");
    let d = between(
        &before,
        &root().join("tests/cases/workflows/redis-size.yaml"),
    );
    let refused = d.fates.iter().filter(|f| f.fate == Fate::Refused);
    let refused: Vec<&ResourceFate> = refused.collect();
    assert_eq!(refused.len(), 3, "{:?}", d.fates);
    for set in refused {
        assert!(
            set.address.starts_with("StatefulSet ggen/sessions-"),
            "{set:?}"
        );
        assert_eq!(set.because, ["spec.volumeClaimTemplates"]);
        assert!(set.instead.as_ref().unwrap().contains("--cascade=orphan"));
    }
}

/// A weaker promise is a change for the worse, however well it is kept.
#[test]
fn loosen() {
    let before = root().join("examples/ggen/topology.yaml");
    let d = between(&before, &root().join("tests/cases/workflows/loosen.yaml"));
    assert!(d.consequences.len() >= 5, "{:#?}", d.consequences);
    for row in &d.consequences {
        assert_eq!(row.direction, Some(Direction::Worse), "{row:?}");
    }
    let back = between(&root().join("tests/cases/workflows/loosen.yaml"), &before);
    for row in &back.consequences {
        assert_eq!(row.direction, Some(Direction::Better), "{row:?}");
    }
}

/// Two lines of a map exchanged are no change.
#[test]
fn k8s_swapped() {
    let before = case("workflows/k8s");
    assert!(!before.done.artifacts.is_empty());
    let swapped = case_after("workflows/k8s-swapped", &before);
    assert_eq!(before.done.artifacts, swapped.done.artifacts);
    assert_eq!(
        before.done.artifacts,
        case("workflows/k8s-swapped").done.artifacts
    );
}

/// What differs by environment stands in each environment and not in what both include: the help
/// says so, and it works.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests look at files")]
fn env_staging() {
    let said = |path: &Path| load::load(path, &Limits::default()).diagnostics;
    let cases = root().join("tests/cases/workflows");
    let twice = said(&cases.join("env-staging.yaml"));
    assert_eq!(twice.len(), 3);
    for d in twice.iter() {
        assert_eq!(d.code.id, "SYN105");
        let help = d.help.as_deref().unwrap_or_default();
        assert!(help.contains("stands in each of them"), "{help}");
    }
    let folder = tempfile::tempdir().unwrap();
    let text = |name: &str| std::fs::read_to_string(cases.join(name)).unwrap();
    let mut base = text("env-base.yaml");
    for differs in [
        "machine: db.r6g.large, ",
        "replicas: 2..10, ",
        "peak: 300/s, ",
    ] {
        assert!(base.contains(differs));
        base = base.replace(differs, "");
    }
    std::fs::write(folder.path().join("env-base.yaml"), base).unwrap();
    let staging = folder.path().join("env-staging.yaml");
    std::fs::write(&staging, text("env-staging.yaml")).unwrap();
    assert_eq!(said(&staging).len(), 0);
}

//! The first hour: what `init` writes has something met, and words of other tools are understood.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::cli::ran;
use crate::support::{example_text, spec};

/// On both clouds, in one region and in several: it checks without an error, something is met, and
/// it compiles.
#[test]
fn what_init_writes_has_something_met() {
    let cases: [&[&str]; 8] = [
        &["--cloud", "gcp"],
        &["--cloud", "aws"],
        &["--regions", "us-east-1,us-west-2", "--store", "dynamodb"],
        &["--regions", "eu-west-1,eu-central-1", "--store", "postgres"],
        &["--regions", "europe-west1,europe-west4"],
        &["--regions", "europe-west3"],
        &["--regions", "eu-north-1"],
        &["--cloud", "gcp", "--runtime", "kubernetes"],
    ];
    for flags in cases {
        let folder = tempfile::tempdir().unwrap();
        let (code, _, said) = ran(
            folder.path(),
            &[&["init", "--name", "shop"], flags].concat(),
        );
        assert_eq!(code, 0, "{flags:?}: {said}");
        let text = std::fs::read_to_string(folder.path().join("topology.yaml")).unwrap();
        assert!(text.lines().count() < 20, "{text}");
        let (code, analysis, said) = ran(folder.path(), &["analyze"]);
        assert_eq!(code, 0, "{flags:?}: {said}\n{text}");
        // Products that span the zones of a region have no terms, and an availability all the same.
        let met = analysis.lines().any(|l| {
            [" met ", " met if ", ": supported"]
                .iter()
                .any(|word| l.contains(word))
        });
        assert!(met, "{flags:?}\n{text}\n{analysis}");
        assert!(!analysis.contains(" violated "), "{flags:?}\n{analysis}");
        let (code, _, said) = ran(folder.path(), &["compile"]);
        assert_eq!(code, 0, "{flags:?}: {said}");
    }
}

#[test]
fn flags_that_make_no_system_are_refused_and_write_nothing() {
    let cases: [(&[&str], &str); 5] = [
        (
            &["--cloud", "aws", "--runtime", "cloud-run"],
            "these flags do not describe a valid system",
        ),
        (
            &["--cloud", "aws", "--regions", "us-central1"],
            "no cloud supports these flags",
        ),
        (&["--regions", "mars-1"], "no cloud has a region `mars-1`"),
        (
            &["--cloud", "azure"],
            "start with `--cloud gcp` or `--cloud aws`",
        ),
        (
            &["--template", "ggen", "--cloud", "aws"],
            "cannot be used with",
        ),
    ];
    for (flags, says) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (code, _, said) = ran(folder.path(), &[&["init"], flags].concat());
        assert!(code == 64 && said.contains(says), "{flags:?}: {said}");
        assert!(!folder.path().join("topology.yaml").exists());
    }
}

/// A store whose replication cannot be read has no copies, which is no finding of its own. Broken on
/// purpose by a `compile` that reports the analysis of what is read in part.
#[test]
fn what_cannot_be_read_breaks_no_promise() {
    let spec = |mode: &str| {
        spec(&format!(
            "version: 1\nname: shop\nobjectives: {{ rto: 30m, rpo: 5m }}\nclouds: {{ aws: {{ account: \"123456789012\" }} }}\nregions: {{ us-east-1: {{ role: primary }}, us-west-2: {{}} }}\ndatastores: {{ main: {{ engine: aurora, replication: {{ mode: {mode} }} }} }}\nservices: {{ web: {{ image: shop/web, uses: [main], replicas: 2 }} }}\n"
        ))
    };
    assert_eq!(spec("asynchronous").errors(), ["SPEC104"]);
    assert!(!spec("none").errors().is_empty());
}

#[test]
fn names_of_products_lead_to_the_kind_or_runtime() {
    let text = example_text("minimal");
    let cases = [
        ("engine: firestore", "engine: rds", "write `postgres`"),
        ("engine: firestore", "engine: ElastiCache", "write `redis`"),
        (
            "engine: firestore",
            "engine: oracle",
            "write one of these, or say who runs it",
        ),
        ("runtime: cloud-run", "runtime: eks", "write `kubernetes`"),
    ];
    for (from, to, help) in cases {
        let case = spec(&text.replace(from, to));
        let all: Vec<&str> = case
            .done
            .diagnostics
            .iter()
            .filter_map(|d| d.help.as_deref())
            .collect();
        assert!(all.iter().any(|h| h.contains(help)), "{to}: {all:?}");
    }
}

//! The lock: what it records stays, and what it cannot be is refused.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, case, example, root, spec_after};
use meridian::lock::print;
use std::fs;

fn text(case: &str) -> String {
    fs::read_to_string(root().join(format!("tests/cases/{case}.yaml"))).unwrap()
}

fn lock_of(case: &Case) -> String {
    print(case.lock())
}

#[test]
fn every_committed_lock_is_what_its_spec_decides() {
    let specs = [
        "examples/eden/topology",
        "examples/eden/before",
        "examples/ggen/topology",
        "examples/minimal/topology",
        "examples/paynow/topology",
        "examples/covergen/topology",
        "examples/starters/aurora-global/topology",
        "examples/starters/cache/topology",
        "examples/starters/serverless/topology",
        "examples/starters/three-zones/topology",
        "examples/starters/two-clouds/topology",
        "tests/fixtures/aws-engines",
        "tests/fixtures/gcp-cache",
        "tests/fixtures/gcp-data",
    ];
    for spec in specs {
        let path = root().join(spec);
        let lock = fs::read_to_string(path.with_extension("lock")).unwrap();
        let done = crate::support::compiled(&path.with_extension("yaml"));
        assert_eq!(lock_of(&done), lock, "{spec}");
    }
}

#[test]
fn two_regions_with_one_range_are_an_error_at_both_lines() {
    let before = case("second-day/three-regions");
    let lock = lock_of(&before);
    let range = |region: &str| before.lock().get("region", region, "network").unwrap();
    let merged = lock.replace(range("us-east1"), range("us-central1"));
    let after = spec_after(&text("second-day/three-regions"), &merged);
    assert_eq!(after.errors(), ["LCK105"]);
    let found = after.found("LCK105")[0];
    assert_eq!(found.secondary.len(), 1);
    assert!(found.message.contains("us-central1") && found.message.contains("us-east1"));
    // The cure: the line of one is deleted, and the other keeps its range.
    let line = format!("region us-east1 network = {}\n", range("us-central1"));
    assert!(merged.contains(&line));
    let cured = spec_after(
        &text("second-day/three-regions"),
        &merged.replace(&line, ""),
    );
    assert_eq!(cured.errors(), Vec::<&str>::new());
    assert_eq!(
        cured.lock().get("region", "us-central1", "network"),
        Some(range("us-central1"))
    );
}

#[test]
fn a_removed_region_keeps_its_range_until_its_line_is_deleted() {
    let before = case("second-day/three-regions-one-inserted");
    let range = before.lock().get("region", "us-west1", "network").unwrap();
    let lock = lock_of(&before) + "region us-west1 leaving = delete\n";
    let after = spec_after(&text("second-day/three-regions"), &lock);
    assert_eq!(
        after.lock().get("region", "us-west1", "network"),
        Some(range)
    );
}

#[test]
fn a_written_range_that_is_not_the_applied_one_is_an_error() {
    let before = case("second-day/three-regions");
    let moved = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, cidr: 10.252.0.0/14 }",
    );
    let after = spec_after(&moved, &lock_of(&before));
    assert_eq!(after.errors(), ["LCK104"]);
    let help = after.found("LCK104")[0].help.clone().unwrap();
    let applied = before.lock().get("region", "us-east1", "network").unwrap();
    assert!(
        help.contains(applied) && help.contains("delete this line"),
        "{help}"
    );
    let free = lock_of(&before).replace(&format!("region us-east1 network = {applied}\n"), "");
    let after = spec_after(&moved, &free);
    assert_eq!(after.errors(), Vec::<&str>::new());
    assert_eq!(
        after.lock().get("region", "us-east1", "network"),
        Some("10.252.0.0/14")
    );
    let written = moved.replace("10.252.0.0/14", applied);
    assert_eq!(
        spec_after(&written, &lock_of(&before)).errors(),
        Vec::<&str>::new()
    );
}

#[test]
fn places_of_a_secret_that_are_written_otherwise_are_an_error() {
    let before = case("second-day/three-regions");
    let moved = text("second-day/three-regions")
        .replace("used_by: [web]", "used_by: [web], regions: [us-central1]");
    let after = spec_after(&moved, &lock_of(&before));
    assert_eq!(after.errors(), ["LCK104"]);
    assert!(after.found("LCK104")[0].message.contains("its value lost"));
}

#[test]
fn the_lock_of_another_system_is_refused() {
    let after = spec_after(
        &text("second-day/trio"),
        &lock_of(&case("second-day/three-regions")),
    );
    assert_eq!(after.errors(), ["LCK102"]);
}

#[test]
fn a_range_of_control_planes_is_no_range_of_a_region() {
    let spec = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, cidr: 172.20.0.0/14 }",
    );
    assert_eq!(crate::support::spec(&spec).errors(), ["NET102"]);
}

#[test]
fn a_renamed_region_keeps_what_it_has() {
    let before = case("second-day/three-regions");
    let renamed = text("second-day/three-regions").replace(
        "us-east1: { role: secondary }",
        "east: { role: secondary, location: us-east1, renamed_from: us-east1 }",
    );
    let after = spec_after(&renamed, &lock_of(&before));
    assert_eq!(after.errors(), Vec::<&str>::new());
    assert_eq!(
        after.lock().get("region", "east", "made_as"),
        Some("us-east1")
    );
    let fates = meridian::diff::fates(&before.done.artifacts, &after.done.artifacts);
    assert_eq!(fates, []);
    // The lock knows the name from then on: `renamed_from` may go.
    let plain = renamed.replace(", renamed_from: us-east1", "");
    let later = spec_after(&plain, &lock_of(&after));
    assert_eq!(later.errors(), Vec::<&str>::new());
    assert!(later.lock().decides_as(after.lock()));
}

#[test]
fn a_successor_stays_when_a_nearer_region_comes() {
    let before = example("ggen");
    let spec = fs::read_to_string(root().join("examples/ggen/topology.yaml")).unwrap();
    let more = spec.replace(
        "  europe-west1: { role: secondary, weight: 15,",
        "  us-west1: { role: secondary, weight: 5 }\n  europe-west1: { role: secondary, weight: 10,",
    );
    assert_ne!(spec, more);
    let after = spec_after(&more, &lock_of(&before));
    for region in ["us-central1", "us-east1", "europe-west1"] {
        assert_eq!(
            before.lock().get("region", region, "successor"),
            after.lock().get("region", region, "successor")
        );
    }
}

#[test]
fn a_short_name_that_names_services_stays() {
    let paynow = fs::read_to_string(root().join("examples/paynow/topology.yaml")).unwrap();
    let lock = lock_of(&example("paynow"));
    let left_out = paynow.replace("role: primary, short: us }", "role: primary }");
    assert_ne!(paynow, left_out);
    let after = spec_after(&left_out, &lock);
    assert_eq!(after.done.artifacts, example("paynow").done.artifacts);
    let changed = paynow.replace("short: us }", "short: central }");
    assert_eq!(spec_after(&changed, &lock).errors(), ["LCK104"]);
}

mod program {
    //! The lock on disk, as the program reads and writes it.

    use super::text;
    use assert_cmd::Command;
    use std::fs;
    use std::path::Path;

    struct Run {
        code: i32,
        out: String,
        err: String,
    }

    fn run(folder: &Path, arguments: &[&str]) -> Run {
        fed(folder, arguments, "")
    }

    fn fed(folder: &Path, arguments: &[&str], input: &str) -> Run {
        let mut command = Command::cargo_bin("meridian").unwrap();
        let command = command
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .args(arguments);
        let output = command.write_stdin(input).output().unwrap();
        Run {
            code: output.status.code().expect("ended by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn folder(spec: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("topology.yaml"), spec).unwrap();
        folder
    }

    fn lock(folder: &Path) -> String {
        fs::read_to_string(folder.join("topology.lock")).unwrap()
    }

    #[test]
    fn compile_writes_the_lock_and_locked_forbids_it_to_change() {
        let folder = folder(&text("second-day/three-regions"));
        let at = folder.path();
        let fresh = run(at, &["compile", "--locked"]);
        assert_eq!(fresh.code, 2, "{}", fresh.err);
        assert!(!at.join("deploy").exists() && !at.join("topology.lock").exists());
        assert_eq!(run(at, &["compile"]).code, 0);
        let first = lock(at);
        for arguments in [
            &["compile", "--locked"][..],
            &["compile", "--check"],
            &["check", "--locked"],
        ] {
            assert_eq!(run(at, arguments).code, 0, "{arguments:?}");
        }
        // Another version of the tool alone changes no decision.
        let version = format!("meridian = {}", env!("CARGO_PKG_VERSION"));
        fs::write(
            at.join("topology.lock"),
            first.replace(&version, "meridian = 0.0.1"),
        )
        .unwrap();
        assert_eq!(run(at, &["compile", "--locked"]).code, 0);
        assert_eq!(lock(at), first);
        let more = text("second-day/three-regions-one-inserted");
        fs::write(at.join("topology.yaml"), more).unwrap();
        for arguments in [&["compile", "--locked"][..], &["check", "--locked"]] {
            let refused = run(at, arguments);
            assert_eq!(refused.code, 2, "{arguments:?}");
            assert!(
                refused.err.contains("region us-west1 network = 10."),
                "{}",
                refused.err
            );
            assert_eq!(lock(at), first);
        }
        let checked = run(at, &["compile", "--check"]);
        assert_eq!(checked.code, 2);
        assert_eq!(run(at, &["compile"]).code, 0);
        assert_ne!(lock(at), first);
        assert!(
            first
                .lines()
                .filter(|l| l.starts_with("region"))
                .all(|l| lock(at).contains(l))
        );
    }

    #[test]
    fn a_tree_without_its_lock_is_adopted_and_does_not_change() {
        let ggen = fs::read_to_string(super::root().join("examples/ggen/topology.yaml")).unwrap();
        let applied =
            fs::read_to_string(super::root().join("examples/ggen/topology.lock")).unwrap();
        let folder = folder(&ggen);
        let at = folder.path();
        fs::write(at.join("topology.lock"), &applied).unwrap();
        assert_eq!(run(at, &["compile"]).code, 0);
        fs::remove_file(at.join("topology.lock")).unwrap();
        for arguments in [&["compile"][..], &["compile", "--check"], &["diff"]] {
            let refused = run(at, arguments);
            assert_eq!(refused.code, 3, "{arguments:?}");
            assert!(refused.err.contains("LCK106") && refused.err.contains("--adopt deploy"));
        }
        let adopted = run(at, &["lock", "--adopt", "deploy"]);
        assert_eq!(adopted.code, 0, "{}", adopted.err);
        assert!(adopted.err.contains("as it is"), "{}", adopted.err);
        assert_eq!(lock(at), applied);
        assert_eq!(run(at, &["compile", "--check", "--locked"]).code, 0);
        assert_eq!(run(at, &["lock", "--adopt", "deploy"]).code, 3);
        fs::remove_file(at.join("topology.lock")).unwrap();
        assert_eq!(run(at, &["lock", "--adopt", "nowhere"]).code, 3);
    }

    #[test]
    fn the_tree_of_another_system_is_not_overwritten() {
        let folder = folder(&text("second-day/three-regions"));
        let at = folder.path();
        assert_eq!(run(at, &["compile"]).code, 0);
        fs::write(at.join("other.yaml"), text("second-day/trio")).unwrap();
        fs::write(
            at.join("other.lock"),
            super::lock_of(&super::case("second-day/trio")),
        )
        .unwrap();
        let refused = run(at, &["compile", "other.yaml"]);
        assert_eq!(refused.code, 3);
        assert!(
            refused.err.contains("OUT108") && refused.err.contains("--out"),
            "{}",
            refused.err
        );
        assert_eq!(run(at, &["compile", "--check"]).code, 0);
    }

    #[test]
    fn a_refused_tree_leaves_no_lock() {
        let folder = folder(&text("second-day/three-regions"));
        let at = folder.path();
        fs::create_dir_all(at.join("deploy")).unwrap();
        fs::write(at.join("deploy/README.md"), "mine\n").unwrap();
        assert_eq!(run(at, &["compile"]).code, 3);
        assert!(!at.join("topology.lock").exists());
    }

    #[test]
    fn standard_input_needs_a_lock_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let spec = text("second-day/three-regions");
        let at = folder.path();
        assert_eq!(fed(at, &["compile", "-"], &spec).code, 64);
        assert_eq!(fed(at, &["check", "-"], &spec).code, 0);
        let named = ["compile", "-", "--lock", "shop.lock"];
        assert_eq!(fed(at, &named, &spec).code, 0);
        assert!(at.join("shop.lock").exists());
        assert_eq!(
            fed(
                at,
                &["compile", "-", "--lock", "shop.lock", "--check"],
                &spec
            )
            .code,
            0
        );
    }

    #[test]
    fn a_lock_with_conflict_markers_stops_every_command() {
        let folder = folder(&text("second-day/three-regions"));
        let at = folder.path();
        assert_eq!(run(at, &["compile"]).code, 0);
        let marked = lock(at).replace(
            "region us-east1 network",
            "<<<<<<< ours\nregion us-east1 network",
        );
        fs::write(at.join("topology.lock"), &marked).unwrap();
        for command in ["compile", "check", "analyze", "diff"] {
            let refused = run(at, &[command]);
            assert_eq!(refused.code, 1, "{command}");
            assert!(refused.err.contains("LCK101"), "{command}: {}", refused.err);
        }
        assert_eq!(lock(at), marked);
    }

    /// Without locks as well: what the old spec decides holds for the new one.
    #[test]
    fn diff_keeps_what_is_decided_before() {
        let folder = folder(&text("second-day/three-regions-one-inserted"));
        let at = folder.path();
        fs::write(at.join("before.yaml"), text("second-day/three-regions")).unwrap();
        let told = run(at, &["diff", "--from", "before.yaml", "topology.yaml"]);
        assert_eq!(told.code, 2, "{}", told.err);
        assert!(
            !told.out.contains("~ module.gke") && !told.out.contains("control_plane_cidr"),
            "{}",
            told.out
        );
        fs::write(at.join("swapped.yaml"), text("workflows/k8s-swapped")).unwrap();
        fs::write(at.join("k8s.yaml"), text("workflows/k8s")).unwrap();
        let told = run(at, &["diff", "--from", "k8s.yaml", "swapped.yaml"]);
        assert_eq!(told.code, 0, "{}", told.out);
    }
}

//! A `compile` of what was compiled before: it reads the tree and no more, and finds everything
//! that a whole run finds.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const SPEC: &str = "include: [part.yaml]\n";

/// A folder with a spec of two files, compiled; its cache is beside them.
fn compiled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let whole = include_str!("../../examples/minimal/topology.yaml");
    fs::write(
        folder.path().join("topology.yaml"),
        format!("{SPEC}{whole}"),
    )
    .unwrap();
    let part = "channels: { team: { email: team@example.com } }\n";
    fs::write(folder.path().join("part.yaml"), part).unwrap();
    let (code, said) = ran(folder.path(), &["compile"]);
    assert_eq!(code, 0, "{said}");
    folder
}

fn ran(here: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("meridian"));
    command.current_dir(here).args(arguments);
    command.env("XDG_CACHE_HOME", here.join("cache"));
    let output = command.output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), said)
}

fn record(here: &Path) -> PathBuf {
    let all = fs::read_dir(here.join("cache/meridian/compiled")).unwrap();
    all.flatten().next().expect("a record").path()
}

/// Whether a run took the word of the record, which tells a lie here.
fn takes_the_record(here: &Path, arguments: &[&str]) -> bool {
    let text = fs::read_to_string(record(here)).unwrap();
    fs::write(
        record(here),
        text.replace("next: git diff", "a lie: git diff"),
    )
    .unwrap();
    let (_, said) = ran(here, arguments);
    fs::write(record(here), text).unwrap();
    said.contains("a lie: git diff")
}

/// Fails if the record is not kept, or not asked.
#[test]
fn nothing_is_compiled_again() {
    let folder = compiled();
    let here = folder.path();
    assert!(takes_the_record(here, &["compile"]));
    let (_, first) = ran(here, &["compile"]);
    fs::remove_dir_all(here.join("cache")).unwrap();
    let (_, whole) = ran(here, &["compile"]);
    let told = |said: &str| said.split_once(" ms: ").unwrap().1.to_string();
    assert_eq!(told(&first), told(&whole));
    assert!(
        whole.contains("(") && whole.contains(", 0 changed)"),
        "{whole}"
    );
}

/// Fails if one of these is left out of what a record holds.
#[test]
fn whatever_changes_is_seen() {
    let folder = compiled();
    let here = folder.path();
    for asked in [
        &["compile", "--check"][..],
        &["compile", "--overwrite"],
        &["compile", "--locked"],
        &["compile", "--skip", "scripts"],
        &["compile", "--out", "elsewhere"],
        &["compile", "--format", "json"],
        &["compile", "./topology.yaml"],
    ] {
        let folder = compiled();
        assert!(!takes_the_record(folder.path(), asked), "{asked:?}");
    }
    for file in ["topology.yaml", "part.yaml", "topology.lock"] {
        let path = here.join(file);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{before}\n")).unwrap();
        assert!(!takes_the_record(here, &["compile"]), "{file}");
        fs::write(&path, before).unwrap();
        assert!(takes_the_record(here, &["compile"]), "{file} as it was");
    }
}

#[test]
fn what_was_done_to_the_tree_is_found() {
    let folder = compiled();
    let here = folder.path();
    let page = here.join("deploy/DEPLOYMENT_GUIDE.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}by hand\n")).unwrap();
    let (code, said) = ran(here, &["compile"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("DEPLOYMENT_GUIDE.md"), "{said}");
    // Gone: written again.
    fs::remove_file(&page).unwrap();
    let (code, said) = ran(here, &["compile"]);
    assert_eq!(
        (code, fs::read_to_string(&page).unwrap()),
        (0, text),
        "{said}"
    );
    // A manifest that says otherwise, though the files are the same.
    let manifest = here.join("deploy/.meridian/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replacen("\"644\"", "\"755\"", 1)).unwrap();
    assert!(!takes_the_record(here, &["compile"]));
    assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
    // A run that is under way.
    let lock = here.join("deploy/.meridian/lock");
    let held = fs::File::create(&lock).unwrap();
    held.try_lock().unwrap();
    let (code, said) = ran(here, &["compile"]);
    assert_eq!(code, 3, "{said}");
}

/// The record is a convenience: where it cannot be kept or read, everything is compiled.
#[test]
fn without_a_cache_everything_is_compiled() {
    let folder = compiled();
    let here = folder.path();
    let place = record(here);
    for broken in ["", "{", "[]", "{\"asked\":1}"] {
        fs::write(&place, broken).unwrap();
        let (code, said) = ran(here, &["compile"]);
        assert_eq!(code, 0, "{said}");
    }
    fs::remove_dir_all(here.join("cache")).unwrap();
    fs::write(here.join("cache"), "a file").unwrap();
    let (code, said) = ran(here, &["compile"]);
    assert_eq!(code, 0, "{said}");
}

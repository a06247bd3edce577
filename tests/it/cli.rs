//! The command line: exit codes, what is written where, and that bad input loses nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const MINIMAL: &str = include_str!("../../examples/minimal/topology.yaml");

fn meridian(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("meridian").unwrap();
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

fn folder(spec: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topology.yaml"), spec).unwrap();
    folder
}

fn code(command: &mut Command) -> i32 {
    command
        .output()
        .unwrap()
        .status
        .code()
        .expect("ended by itself")
}

fn stderr(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| {
            let path = e.path().strip_prefix(folder).unwrap().display().to_string();
            (path, fs::read_to_string(e.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_fresh_start_compiles() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(meridian(folder.path()).arg("init")), 0);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    assert!(
        folder
            .path()
            .join("deploy/terraform/global/main.tf")
            .exists()
    );
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--check"])),
        0
    );
    // A second init never touches what is there.
    assert_eq!(code(meridian(folder.path()).arg("init")), 3);
}

/// The lock knows who wrote the tree; what another version changes is said before it is applied.
#[test]
fn another_version_says_what_it_changes_in_the_tree() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let lock = folder.path().join("topology.lock");
    let own = format!("meridian = {}", env!("CARGO_PKG_VERSION"));
    let text = fs::read_to_string(&lock).unwrap();
    assert!(text.contains(&own), "{text}");
    fs::write(&lock, text.replace(&own, "meridian = 0.0.1")).unwrap();
    // What an older version had emitted otherwise.
    let spec = folder.path().join("topology.yaml");
    fs::write(&spec, MINIMAL.replace("replicas: 2..10", "replicas: 2..12")).unwrap();
    let said = stderr(meridian(folder.path()).args(["compile", "--check"]));
    let begins = "meridian 0.0.1 wrote this tree; this is ";
    assert!(
        said.contains(begins) && said.contains(" · 2 changed in place."),
        "{said}"
    );
    assert!(stderr(meridian(folder.path()).arg("compile")).contains(begins));
    assert!(!stderr(meridian(folder.path()).arg("compile")).contains(begins));
}

/// Routes of the mesh that the managed control plane did not take change in steps: `compile` names their page, which
/// is there, as long as the tree has them.
#[test]
fn compile_leads_to_the_steps_of_a_migration() {
    let page = "docs/mesh-on-gke.md";
    let folder = folder(&crate::support::example_text("ggen"));
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    assert!(!stderr(meridian(folder.path()).arg("compile")).contains(page));
    let rules = folder
        .path()
        .join("deploy/kubernetes/us-east1/istio-config.yaml");
    let old = fs::read_to_string(&rules).unwrap() + "# distribute:\n";
    fs::write(&rules, old).unwrap();
    let said = stderr(meridian(folder.path()).args(["compile", "--check"]));
    assert!(said.contains(page), "{said}");
    assert!(crate::support::root().join(page).exists());
}

#[test]
fn check_mode_writes_nothing_and_says_what_differs() {
    let folder = folder(MINIMAL);
    let output = meridian(folder.path())
        .args(["compile", "--check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("missing README.md"));
    assert!(!folder.path().join("deploy").exists());
}

#[test]
fn usage_faults_exit_with_64() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(meridian(folder.path()).arg("compil")), 64);
    assert_eq!(code(meridian(folder.path()).args(["explain", "NOPE1"])), 64);
    assert_eq!(code(meridian(folder.path()).arg("--help")), 0);
    assert_eq!(code(meridian(folder.path()).arg("--version")), 0);
}

#[test]
fn a_file_changed_by_hand_stops_the_run_and_stays() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let readme = folder.path().join("deploy/README.md");
    fs::write(&readme, "mine").unwrap();
    let mut again = meridian(folder.path());
    again.arg("compile");
    assert_eq!(code(&mut again), 3);
    assert!(stderr(&mut again).contains("OUT101"));
    assert_eq!(fs::read_to_string(&readme).unwrap(), "mine");
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--overwrite"])),
        0
    );
    assert_ne!(fs::read_to_string(&readme).unwrap(), "mine");
}

#[test]
fn files_of_others_are_never_touched() {
    let folder = folder(MINIMAL);
    let deploy = folder.path().join("deploy");
    fs::create_dir_all(&deploy).unwrap();
    fs::write(deploy.join("README.md"), "theirs").unwrap();
    assert_eq!(code(meridian(folder.path()).arg("compile")), 3);
    assert_eq!(
        tree(&deploy),
        [("README.md".to_string(), "theirs".to_string())]
    );
}

#[test]
fn a_dropped_region_takes_its_files_along_and_nothing_else() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let region = folder.path().join("deploy/terraform/regions/us-east1");
    assert!(region.exists());
    fs::write(folder.path().join("deploy/terraform/mine.tf"), "# mine\n").unwrap();
    // One region cannot promise to survive itself.
    let smaller: String = MINIMAL
        .lines()
        .filter(|l| !l.contains("us-east1:") && !l.contains("objectives:"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(folder.path().join("topology.yaml"), smaller).unwrap();
    // The region was never applied: the lock need not remember it.
    let lock = folder.path().join("topology.lock");
    let lines = fs::read_to_string(&lock).unwrap();
    let lines = lines.lines().filter(|l| !l.contains("region us-east1 "));
    fs::write(&lock, lines.map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    assert!(!region.exists(), "empty folders go too");
    assert!(folder.path().join("deploy/terraform/mine.tf").exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let folder = folder(MINIMAL);
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deploy")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("deploy/terraform")).unwrap();
    let mut compile = meridian(folder.path());
    compile.arg("compile");
    assert_eq!(code(&mut compile), 3);
    assert!(stderr(&mut compile).contains("OUT103"));
    assert!(tree(outside.path()).is_empty());
    // The output folder itself may be a link.
    let real = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(real.path(), folder.path().join("linked")).unwrap();
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--out", "linked"])),
        0
    );
    assert!(real.path().join("README.md").exists());
}

#[cfg(unix)]
#[test]
fn modes_do_not_depend_on_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(MINIMAL);
    let program = assert_cmd::cargo::cargo_bin("meridian");
    let script = format!(
        "umask 077; cd '{}' && '{}' compile",
        folder.path().display(),
        program.display()
    );
    assert!(
        std::process::Command::new("sh")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
    );
    let mode = |path: &str| {
        fs::metadata(folder.path().join("deploy").join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("README.md"), 0o644);
    assert_eq!(mode("scripts/failover-region.sh"), 0o755);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_way_is_foreign_and_blocks_nothing() {
    let folder = folder(MINIMAL);
    let deploy = folder.path().join("deploy");
    fs::create_dir(&deploy).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(deploy.join("README.md"))
        .status()
        .unwrap();
    assert!(made.success());
    let begun = Instant::now();
    assert_eq!(code(meridian(folder.path()).arg("compile")), 3);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_lost_manifest_is_repaired_by_adopting() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let manifest = folder.path().join("deploy/.meridian/manifest.json");
    fs::write(&manifest, "<<<<<<< HEAD\n{}").unwrap();
    let mut broken = meridian(folder.path());
    broken.arg("compile");
    assert_eq!(code(&mut broken), 3);
    assert!(stderr(&mut broken).contains("--adopt"));
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--adopt"])),
        0
    );
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--check"])),
        0
    );
}

#[test]
fn line_ends_of_a_checkout_are_no_change() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let readme = folder.path().join("deploy/README.md");
    let text = fs::read_to_string(&readme).unwrap();
    fs::write(&readme, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--check"])),
        0
    );
}

#[test]
fn output_is_the_same_from_anywhere() {
    let first = folder(MINIMAL);
    assert_eq!(code(meridian(first.path()).arg("compile")), 0);
    let second = tempfile::tempdir().unwrap();
    let spec = first.path().join("topology.yaml");
    let mut other = meridian(second.path());
    other.args(["compile", spec.to_str().unwrap(), "--out", "deploy"]);
    other
        .env("TZ", "Asia/Tokyo")
        .env("LANG", "tr_TR.UTF-8")
        .env_remove("HOME");
    assert_eq!(code(&mut other), 0);
    assert_eq!(
        tree(&first.path().join("deploy")),
        tree(&second.path().join("deploy"))
    );
}

#[test]
fn standard_input_is_a_spec() {
    let folder = tempfile::tempdir().unwrap();
    let mut check = meridian(folder.path());
    check
        .args(["check", "-"])
        .write_stdin("version: 1\nnmae: x\n");
    let text = stderr(&mut check);
    assert!(
        text.contains("<stdin>:2:1") && text.contains("did you mean `name`"),
        "{text}"
    );
}

#[test]
fn formats_for_programs_are_results() {
    let folder = folder("version: 1\nname: x\nreigons: {}\n");
    let run = |format: &str| {
        let output = meridian(folder.path())
            .args(["check", "--format", format])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json[0]["primary"]["file"], "topology.yaml");
    assert!(run("github").starts_with("::error file=topology.yaml,line="));
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn includes_join_files_and_stay_inside() {
    let folder = folder(
        "version: 1\nname: x\ninclude: [regions.yaml]\nclouds: { gcp: { project: shop-prod } }\nservices: { web: { runtime: cloud-run, image: a/b } }\n",
    );
    fs::write(
        folder.path().join("regions.yaml"),
        "regions: { us-central1: { role: primary } }\n",
    )
    .unwrap();
    assert_eq!(code(meridian(folder.path()).arg("check")), 0);
    for bad in ["../x.yaml", "/etc/passwd", "topology.yaml", "missing.yaml"] {
        fs::write(
            folder.path().join("topology.yaml"),
            format!("version: 1\nname: x\ninclude: [{bad}]\n"),
        )
        .unwrap();
        let mut check = meridian(folder.path());
        check.arg("check");
        assert_eq!(code(&mut check), 1, "{bad}");
        assert!(stderr(&mut check).contains("IN102"), "{bad}");
    }
}

#[test]
fn unreadable_specs_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for spec in ["missing.yaml", "."] {
        let mut check = meridian(folder.path());
        check.args(["check", spec]);
        assert_eq!(code(&mut check), 1);
        assert!(stderr(&mut check).contains("IN101"), "{spec}");
    }
}

/// Bad input ends with a code, in time, and never by a signal.
fn refuses(spec: &[u8], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topology.yaml"), spec).unwrap();
    let begun = Instant::now();
    let output = meridian(folder.path()).arg("compile").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(output.status.code(), Some(1), "{expected}: {text}");
    assert!(text.contains(expected), "{expected} is not in: {text}");
    assert!(
        !text.contains('\u{1b}'),
        "a control character reached the terminal"
    );
    assert!(begun.elapsed() < Duration::from_secs(10), "{expected}");
    assert!(
        !folder.path().join("deploy").exists(),
        "something was written"
    );
}

#[test]
fn hostile_text_is_refused_by_code() {
    let deep = |c: &str| c.repeat(100_000).into_bytes();
    refuses(b"", "SYN101");
    refuses(b"# only a comment\n", "SYN101");
    refuses(b"---\n", "SYN101");
    refuses(b"version: 1\n---\nversion: 1\n", "SYN103");
    refuses(b"\xff\xfev\0e\0r\0", "IN101");
    refuses(b"name: caf\xe9\n", "IN101");
    refuses(b"name: a\0b\n", "SYN104");
    refuses(b"name: \"a\\u0000b\"\n", "SYN104");
    refuses(b"name: \"\\u001b[2J\"\n", "SYN104");
    refuses(b"name: x\nregions:\n\ta: 1\n", "SYN102");
    refuses(b"name: x\nname: y\n", "SYN105");
    refuses(b"regions: { a: {}, a: {} }\n", "SYN105");
    refuses(b"name: no\n", "SYN106");
    refuses(b"name: 0777\n", "SYN106");
    refuses(b"name: 1:30\n", "SYN106");
    refuses(b"name: 1_000\n", "SYN106");
    refuses(b"name: .nan\n", "SYN106");
    refuses(&deep("["), "SYN109");
    refuses(&deep("{a: "), "SYN109");
    refuses(&deep("- "), "SYN109");
    refuses(b"a: &a [*a]\n", "SYN108");
    refuses(b"a: *nothing\n", "SYN108");
    refuses(b"<<: *base\n", "SYN1");
    refuses(b"name: !!python/object x\n", "SYN107");
    refuses(b"%YAML 1.1\n---\nname: x\n", "SYN107");
    refuses("name: \"a\u{202e}b\"\n".as_bytes(), "SYN104");
    refuses(
        b"version: 1\nname: x\nregions: { ../../etc: {} }\n",
        "SPEC105",
    );
    refuses(b"version: 1\nname: x\nregions: { nul: {} }\n", "SPEC105");
    refuses(
        b"version: 1\nname: x\nobjectives: { rto: 99999999999999h, availability: 100.001% }\n",
        "SPEC104",
    );
}

#[test]
fn an_alias_bomb_is_cheap() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            [before.as_str(); 9].join(", ")
        ));
    }
    refuses(bomb.as_bytes(), "SYN110");
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let mut large = String::from("name: x\n");
    large.push_str(&"#\n".repeat(3 << 20));
    refuses(large.as_bytes(), "IN101");
}

#[test]
fn hostile_kdl_ends_with_one_diagnostic() {
    let nested = "a {".repeat(100_000);
    let comment = "/*".repeat(100_000);
    let cases = [
        (nested.as_str(), "SYN109"),
        (comment.as_str(), "SYN109"),
        ("name \"x\nregions {\n", "SYN102"),
        ("regions {\n  a {\n", "SYN102"),
        ("name true\n", "#true"),
        (
            "version 1\nname \"x\"\nname \"y\"\nclouds { gcp project=\"shop-prod\" }\nregions { us-central1 role=\"primary\" }\n",
            "SYN105",
        ),
    ];
    for (text, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("topology.kdl"), text).unwrap();
        let mut check = meridian(folder.path());
        check.args(["check", "topology.kdl"]);
        assert_eq!(code(&mut check), 1, "{expected}");
        let shown = stderr(&mut check);
        assert!(shown.contains(expected), "{expected}: {shown}");
        assert_eq!(shown.matches("see: meridian explain").count(), 1, "{shown}");
    }
}

#[test]
fn many_faults_are_all_counted_in_a_stable_order() {
    let mut spec = String::from("version: 1\nname: x\n");
    for n in 0..200 {
        spec.push_str(&format!("wrong{n}: 1\n"));
    }
    let folder = folder(&spec);
    let run = || stderr(meridian(folder.path()).arg("check"));
    let first = run();
    assert!(first.contains("more; `--max-diagnostics`"), "{first}");
    assert_eq!(first, run());
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_fine() {
    let text = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n"));
    let windows = folder(&text);
    assert_eq!(code(meridian(windows.path()).arg("compile")), 0);
    let unix = folder(MINIMAL);
    assert_eq!(code(meridian(unix.path()).arg("compile")), 0);
    assert_eq!(
        tree(&windows.path().join("deploy")),
        tree(&unix.path().join("deploy"))
    );
}

#[test]
fn a_diagnostic_reads_like_this() {
    let folder = folder(
        "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary, weight: 60 }, us-east1: { weight: 45 } }\n",
    );
    let shown = stderr(meridian(folder.path()).arg("check"));
    let expected = "  × error[TRF101]: the weights of the regions add up to 105, not 100
   ╭─[topology.yaml:4:50]
 3 │ clouds: { gcp: { project: shop-prod } }
 4 │ regions: { us-central1: { role: primary, weight: 60 }, us-east1: { weight: 45 } }
   ·                                                  ─┬                        ─┬
   ·                                                   │                         ╰── 45 here
   ·                                                   ╰── 60 here
   ╰────
  help: a weight is the percent of traffic that a region gets

  see: meridian explain TRF101

checked topology.yaml: 1 error
";
    assert_eq!(shown, expected);
}

/// Nothing runs past the edge of a terminal of 80 columns, where a place leaves its words room: here
/// one stands at the beginning of its line and is told with 120 characters.
#[test]
fn what_is_said_of_a_place_is_broken_into_lines() {
    let folder = folder(MINIMAL);
    let mut check = meridian(folder.path());
    let said = stderr(check.arg("check").env("COLUMNS", "80"));
    assert!(said.contains("warm up web: no bound"), "{said}");
    let long = |l: &&str| unicode_width::UnicodeWidthStr::width(*l) > 80;
    assert_eq!(said.lines().find(long), None, "{said}");
}

/// Places of two files stand one below the other, and what to do stands below both.
#[test]
fn places_of_two_files_are_read_in_order() {
    let folder = folder("version: 1\nname: x\ninclude: [more.yaml]\nowner: me\n");
    fs::write(folder.path().join("more.yaml"), "owner: you\n").unwrap();
    let said = stderr(meridian(folder.path()).arg("check"));
    let said = &said[said.find("error[SYN105]").unwrap()..];
    let parts = [
        "SYN105",
        "[more.yaml:1:1]",
        "again here",
        "[topology.yaml:4:1]",
        "first here",
        "help: ",
        "see: ",
    ];
    let found: Vec<_> = parts.iter().map(|p| said.find(p)).collect();
    assert!(found.is_sorted() && found[0].is_some(), "{said}");
    assert!(!said.contains("Advice"), "{said}");
}

/// A dashboard of what is named twice is made once, and one of a service that is called like the
/// dashboard of all regions, or like a region, has a file of its own.
#[test]
fn every_dashboard_has_a_file_of_its_own() {
    for name in ["overview", "us-east1"] {
        let named = format!("observability: {{ dashboards: {{ named: [{name}, {name}] }} }}\n");
        let folder = folder(&(MINIMAL.replace("web", name) + &named));
        assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
        let boards = folder.path().join("deploy/alerts/dashboards");
        let text = |file: String| fs::read_to_string(boards.join(file)).unwrap();
        assert_ne!(
            text(format!("{name}.json")),
            text(format!("{name}-board.json"))
        );
        assert!(!boards.join(format!("{name}-board-board.json")).exists());
    }
}

/// Runs a command in a folder: exit code, standard output, standard error.
pub fn ran(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = meridian(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().expect("ended by itself");
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn a_beginners_mistake_is_answered_with_what_to_do() {
    let folder = folder(MINIMAL);
    fs::write(folder.path().join("untidy.yaml"), "name:   x\n").unwrap();
    let cases: [(&[&str], i32, &str); 13] = [
        (&["check", "topology.yml"], 1, "there is `topology.yaml`"),
        (&["check", "."], 1, "name the spec in it: `topology.yaml`"),
        (
            &["check", "nowhere/x.yaml"],
            1,
            "begin one with `meridian init`",
        ),
        (&["init"], 3, "it already exists"),
        (&["init", "nowhere/x.yaml"], 3, "no such file or folder"),
        (
            &["init", "--name", "My Shop", "x.yaml"],
            64,
            "`My Shop` cannot be the name",
        ),
        (&["explain", "weights"], 64, "TRF101"),
        (&["explain", "SPEC1"], 64, "SPEC101"),
        (
            &["explain", "zzzz"],
            64,
            "`meridian explain` lists all codes",
        ),
        (&["man", "compil"], 64, "the commands are init, check"),
        (
            &["fmt", "--check", "untidy.yaml"],
            2,
            "`meridian fmt --write untidy.yaml`",
        ),
        (
            &["compile", "--out", "topology.yaml"],
            3,
            "this is a file, not a folder",
        ),
        (
            &["compile", "--check"],
            2,
            "run `meridian compile topology.yaml --out deploy`",
        ),
    ];
    for (arguments, code, said) in cases {
        let (ended, _, shown) = ran(folder.path(), arguments);
        assert_eq!(ended, code, "{arguments:?}: {shown}");
        assert!(shown.contains(said), "{arguments:?}: {shown}");
        assert!(!shown.contains("os error"), "{arguments:?}: {shown}");
    }
    assert!(!folder.path().join("deploy").exists());
}

#[test]
fn a_refusal_is_not_buried_in_notes() {
    let folder = folder(MINIMAL);
    fs::create_dir(folder.path().join("deploy")).unwrap();
    fs::write(folder.path().join("deploy/README.md"), "theirs").unwrap();
    let (code, _, shown) = ran(folder.path(), &["compile"]);
    assert_eq!(code, 3);
    assert!(
        shown.contains("OUT102") && !shown.contains("note["),
        "{shown}"
    );
}

#[test]
fn a_check_says_that_it_is_done() {
    let folder = folder(MINIMAL);
    let (code, out, shown) = ran(folder.path(), &["check"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(
        shown.ends_with("checked topology.yaml: 3 notes\n"),
        "{shown}"
    );
}

#[test]
fn a_spec_is_put_into_its_canonical_form() {
    let untidy = MINIMAL.replace("{ role: primary }", "{role:   primary}");
    assert_ne!(untidy, MINIMAL);
    let folder = folder(&untidy);
    let spec = folder.path().join("topology.yaml");
    let (_, canonical, _) = ran(folder.path(), &["fmt"]);
    assert_eq!(canonical, MINIMAL);
    assert_eq!(ran(folder.path(), &["fmt", "--write"]).0, 0);
    assert_eq!(fs::read_to_string(&spec).unwrap(), canonical);
    assert_eq!(ran(folder.path(), &["fmt", "--check"]).0, 0);
    // A spec with faults stays as it is.
    fs::write(&spec, "name: [x\n").unwrap();
    assert_eq!(ran(folder.path(), &["fmt", "--write"]).0, 1);
    assert_eq!(fs::read_to_string(&spec).unwrap(), "name: [x\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    // So does one that cannot be said: KDL has no empty list.
    fs::write(&spec, "name: x\nlist: []\n").unwrap();
    let (code, printed, shown) = ran(folder.path(), &["convert", "topology.yaml"]);
    assert_eq!((code, printed.as_str()), (1, ""));
    assert!(
        shown.contains("SYN113") && shown.contains(":2:7"),
        "{shown}"
    );
}

#[test]
fn every_command_has_a_page_and_every_option_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (_, page, _) = ran(folder.path(), &["man"]);
    assert!(page.contains("EXIT STATUS"), "{page}");
    for command in [
        "init",
        "check",
        "analyze",
        "compile",
        "expand",
        "explain",
        "schema",
        "fmt",
        "convert",
        "completions",
        "man",
    ] {
        let (code, page, _) = ran(folder.path(), &["man", command]);
        assert_eq!(code, 0);
        let lines: Vec<&str> = page.lines().collect();
        let options = lines
            .iter()
            .zip(&lines[1..])
            .filter(|(l, _)| l.starts_with("\\fB\\-\\-"));
        for (option, said) in options {
            assert!(!said.is_empty(), "{command}: {option}");
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_options_and_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let (_, script, _) = ran(folder.path(), &["completions", "bash"]);
    fs::write(folder.path().join("complete.bash"), script).unwrap();
    let completed = |words: &str| {
        let ask = format!(
            "source complete.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _meridian meridian \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[*]}}\""
        );
        let output = std::process::Command::new("bash")
            .args(["--norc", "-c", &ask])
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_string()
    };
    assert_eq!(completed("meridian comp"), "compile completions");
    assert_eq!(completed("meridian compile --form"), "--format");
    assert_eq!(completed("meridian init --template g"), "ggen");
}

#[test]
fn formats_for_programs_keep_to_their_rules() {
    let folder = tempfile::tempdir().unwrap();
    let name = "we,ird%:ü.yaml";
    fs::write(
        folder.path().join(name),
        "version: 1\nname: \"日本😀\"\nzz: {\n}\n",
    )
    .unwrap();
    let (_, github, _) = ran(folder.path(), &["check", name, "--format", "github"]);
    assert!(
        github.starts_with("::error file=we%2Cird%25%3Aü.yaml,line=1"),
        "{github}"
    );
    assert!(
        github.contains(",line=2,col=7,endLine=2,endColumn=12,title="),
        "{github}"
    );
    let (_, sarif, _) = ran(folder.path(), &["check", name, "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "we%2Cird%25%3A%C3%BC.yaml"
    );
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        assert!(
            rules.iter().any(|r| r["id"] == result["ruleId"]),
            "{result}"
        );
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
    let (_, markdown, _) = ran(folder.path(), &["check", name, "--format", "markdown"]);
    assert!(
        markdown.contains("- **error\\[SPEC102\\]**: there is no key `zz` here"),
        "{markdown}"
    );
}

#[test]
fn marks_stay_under_what_they_mark_at_any_width() {
    let long = "north-america, ".repeat(12);
    let spec = format!(
        "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ serves: [{long}],\tweigth: 100 }} }}\n"
    );
    let folder = folder(&spec);
    for width in [40, 60, 80, 200] {
        let mut check = meridian(folder.path());
        check.arg("check").env("COLUMNS", width.to_string());
        let shown = stderr(&mut check);
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines
            .iter()
            .position(|l| l.contains("weigth: "))
            .expect("the line");
        assert!(
            lines[at].chars().count() <= width.min(120),
            "{width}: {shown}"
        );
        let column = |line: &str, what: &str| {
            let byte = line.find(what).expect(what);
            line[..byte].chars().count()
        };
        assert_eq!(
            column(lines[at], "weigth"),
            column(lines[at + 1], "─"),
            "{shown}"
        );
        assert!(shown.contains("topology.yaml:4:"), "{shown}");
    }
}

#[test]
fn names_that_no_resource_can_have_are_refused() {
    for (from, to) in [
        ("name: hello", "name: Hello"),
        ("name: hello", "name: \"a b\""),
        ("name: hello", "name: 1st"),
        ("name: hello", "name: a/../b"),
        ("name: hello", "name: \"${file(x)}\""),
        ("  web:", "  w.eb:"),
        ("  main:", "  ma_in:"),
        ("role: primary }", "role: primary, short: É }"),
    ] {
        assert!(MINIMAL.contains(from));
        let spec = MINIMAL.replace(from, to);
        refuses(spec.as_bytes(), "SPEC105");
    }
}

#[test]
fn what_nobody_sees_is_refused_in_comments_too() {
    refuses("name: x # \u{202e}y\n".as_bytes(), "SYN104");
    refuses("name: \"a\u{2028}b\"\n".as_bytes(), "SYN104");
    refuses("name: \"a\u{ad}b\"\n".as_bytes(), "SYN104");
    refuses("name: \"a\u{e0041}b\"\n".as_bytes(), "SYN104");
}

#[test]
fn numbers_beyond_reason_are_refused() {
    for (from, to) in [
        ("role: primary }", "role: primary, weight: 4294967295 }"),
        ("image: hello/web,", "image: hello/web, port: 70000,"),
        ("location: nam5,", "location: nam5, nodes: 4294967295,"),
    ] {
        assert!(MINIMAL.contains(from));
        refuses(MINIMAL.replace(from, to).as_bytes(), "SPEC104");
    }
}

#[test]
fn more_hostile_text_is_refused_by_code() {
    refuses(b"name: 123456789012345678901234567890\n", "SPEC10");
    refuses(b"version: 1e3\nname: x\n", "SPEC104");
    refuses("? ".repeat(50_000).as_bytes(), "SYN1");
    refuses(b"name: !foo x\n", "SYN107");
    refuses(b"version: 1\nname: x\nregions: 5\n", "SPEC101");
    refuses(b"version: 1\nname: x\nregions: [a]\n", "SPEC101");
    refuses(b"version: 1\nname: null\n", "SPEC101");
    refuses(
        b"version: 1\nname: x\nobjectives: { rto: { a: 1 } }\n",
        "SPEC101",
    );
    for wrong in ["5", "5 min", "-5m", "5M", "99999999999999h"] {
        let spec = format!("version: 1\nname: x\nobjectives: {{ rto: {wrong} }}\n");
        refuses(spec.as_bytes(), "SPEC104");
    }
    refuses(
        format!("name: \"{}\"\n", "x".repeat(70_000)).as_bytes(),
        "SYN110",
    );
    refuses(
        MINIMAL
            .replace("image: hello/web,", "image: hello/web, cpu: lots,")
            .as_bytes(),
        "SPEC104",
    );
    for bad in [".", "..", "~", "-x", "a/b", "con", "nul.tf", "EU", "é"] {
        let spec = format!("version: 1\nname: x\nregions: {{ \"{bad}\": {{}} }}\n");
        refuses(spec.as_bytes(), "SPEC105");
    }
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    let spec = "version: 1\rname: x\rreigons: {}\r";
    let folder = folder(spec);
    let (code, _, shown) = ran(folder.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(
        shown.contains("topology.yaml:3:1") && shown.contains(" 3 │ reigons"),
        "{shown}"
    );
}

/// Whatever the file system refuses, the tree before stays whole and the next run completes.
#[cfg(unix)]
#[test]
fn a_file_system_that_refuses_leaves_each_file_old_or_new() {
    let folder = folder(MINIMAL);
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    let deploy = folder.path().join("deploy");
    let old = tree(&deploy);
    let changed = MINIMAL.replace("every: 5s", "every: 4s");
    fs::write(folder.path().join("topology.yaml"), changed).unwrap();
    // No file may grow beyond 1 KiB: the disk is full.
    let program = assert_cmd::cargo::cargo_bin("meridian");
    let script = format!("trap '' XFSZ; ulimit -f 1; '{}' compile", program.display());
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("OUT105"), "{shown}");
    let paths = |tree: &[(String, String)]| tree.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&tree(&deploy)), paths(&old), "nothing is left over");
    assert_eq!(code(meridian(folder.path()).arg("compile")), 0);
    assert_eq!(
        code(meridian(folder.path()).args(["compile", "--check"])),
        0
    );
}

#[cfg(unix)]
#[test]
fn specs_that_are_no_files_of_text_are_answered() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let sparse = fs::File::create(folder.path().join("large.yaml")).unwrap();
    sparse.set_len(10 << 30).unwrap();
    let begun = Instant::now();
    let (code, _, shown) = ran(folder.path(), &["check", "large.yaml"]);
    assert!(code == 1 && shown.contains("--max-file-bytes"), "{shown}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    fs::write(folder.path().join(name), "version: 1\nreigons: {}\n").unwrap();
    let output = meridian(folder.path())
        .arg("check")
        .arg(name)
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains("caf\u{fffd}.yaml:2:1"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let folder = folder(MINIMAL);
    let deploy = folder.path().join("deploy");
    fs::create_dir(&deploy).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("none");
    std::os::unix::fs::symlink(&target, deploy.join("README.md")).unwrap();
    let (code, _, shown) = ran(folder.path(), &["compile"]);
    assert_eq!(code, 3, "{shown}");
    assert!(shown.contains("OUT103") && !target.exists(), "{shown}");
}

#[test]
fn circles_are_shown_with_their_places() {
    let services = "services:\n  web: { runtime: cloud-run, image: a/b, needs: [api] }\n  api: { runtime: cloud-run, image: a/b, needs: [web] }\n";
    let spec = format!(
        "version: 1\nname: x\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary }} }}\n{services}"
    );
    let folder = folder(&spec);
    let (_, json, _) = ran(folder.path(), &["check", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    let circle = all
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["code"] == "REF102");
    let circle = circle.unwrap_or_else(|| panic!("{json}"));
    let lines: Vec<_> = std::iter::once(&circle["primary"])
        .chain(circle["secondary"].as_array().unwrap())
        .map(|p| p["line"].as_u64().unwrap())
        .collect();
    assert!(lines.contains(&6) && lines.contains(&7), "{json}");
}

#[test]
fn broken_yaml_is_explained_in_plain_words() {
    for (spec, fault) in [
        ("name: x\n  bad: 1\n", "a `:` where no key can be"),
        ("name: x: y\n", "a `:` where no key can be"),
        ("name: x\nbad\n", "a line without a `:`"),
        ("a: [1, 2\nb: 1\n", "a bracket is not closed"),
        ("a: {b: 1\n", "a bracket is not closed"),
        ("a: \"x\nb: 1\n", "a quote is not closed"),
        ("a:\n - 1\n b: 2\n", "a key among the items of a list"),
        ("a: @x\n", "a text cannot begin with this sign"),
    ] {
        refuses(spec.as_bytes(), fault);
    }
}

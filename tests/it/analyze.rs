//! `analyze` on the command line: what is chosen, how it is shown, how it ends.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Exit status, standard output and standard error.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn analyze(spec: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("meridian").unwrap();
    let command = command.env("NO_COLOR", "1").arg("analyze").arg(spec);
    let output = command.args(arguments).output().unwrap();
    Ran {
        code: output.status.code().expect("ended by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn example(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("examples").join(name)
}

fn ggen(arguments: &[&str]) -> Ran {
    analyze(&example("ggen/topology.yaml"), arguments)
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}\n{}\n{}", ran.out, ran.err))
}

/// Subject and scenario of every recovery time, then store and scenario of every loss.
fn rows(view: &Value) -> Vec<(String, String)> {
    let list = |key: &str| view[key].as_array().unwrap().clone();
    let named = |of: Value, name: &str| {
        let scenarios = of["scenarios"].as_array().unwrap().clone();
        let name = of[name].as_str().unwrap().to_string();
        let id = |s: Value| s["scenario"].as_str().unwrap().to_string();
        scenarios.into_iter().map(move |s| (name.clone(), id(s)))
    };
    let times = list("recovery")
        .into_iter()
        .flat_map(|of| named(of, "name"));
    let losses = list("data").into_iter().flat_map(|of| named(of, "store"));
    times.chain(losses).collect()
}

/// A spec in a folder of its own.
fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("topology.yaml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn changed(from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let text = fs::read_to_string(example("ggen/topology.yaml")).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    written(&text.replace(from, to))
}

#[test]
fn the_screen_says_every_subject_its_promise_and_what_is_not_covered() {
    let ran = ggen(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in [
        "service api · promised RTO 5m",
        "datastore marketplace · promised RTO 4h",
        "data sessions",
        "lose us-central1",
        "most effective change:",
        "not covered         gray failures",
        "no second failure",
    ] {
        assert!(ran.out.contains(said), "{said}\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'));
}

#[test]
fn a_scenario_or_its_kind_is_chosen() {
    let one = json(&ggen(&[
        "--scenario",
        "region:us-central1",
        "--format",
        "json",
    ]));
    let rows_of_one = rows(&one);
    assert!(rows_of_one.iter().any(|(of, _)| of == "api"));
    let only = |id: &str| id == "region:us-central1";
    assert!(
        rows_of_one.iter().all(|(_, id)| only(id)),
        "{rows_of_one:?}"
    );

    let kind = json(&ggen(&["--scenario", "region", "--format", "json"]));
    let rows_of_kind = rows(&kind);
    assert!(rows_of_kind.iter().all(|(_, id)| id.starts_with("region:")));
    assert!(rows_of_kind.len() > rows_of_one.len());

    // Asked for, a scenario shows its terms.
    let screen = ggen(&["--scenario", "corruption"]).out;
    assert!(screen.contains("restore marketplace"), "{screen}");
    assert!(!screen.contains("lose us-central1"), "{screen}");
}

#[test]
fn a_service_or_datastore_is_chosen() {
    let rows_of = |of: &str| rows(&json(&ggen(&["--of", of, "--format", "json"])));
    assert!(rows_of("api").iter().all(|(name, _)| name == "api"));
    let sessions = rows_of("sessions");
    assert!(sessions.iter().all(|(name, _)| name == "sessions"));
    assert!(sessions.iter().any(|(_, id)| id == "corruption"));
    let both = ["--of", "sessions", "--scenario", "pod", "--format", "json"];
    assert_eq!(rows(&json(&ggen(&both))).len(), 1);
}

#[test]
fn all_shows_the_terms_of_every_scenario() {
    let usual = ggen(&[]).out;
    let all = ggen(&["--all"]).out;
    let terms = |text: &str| text.lines().filter(|l| l.starts_with("      ")).count();
    assert!(terms(&all) > 2 * terms(&usual), "{all}");
    assert!(all.contains("lose the entry point"), "{all}");
}

#[test]
fn json_keeps_to_its_schema() {
    let schema = meridian::analysis::schema::schema();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut checked = 0;
    let mut specs: Vec<PathBuf> = walkdir::WalkDir::new(example(""))
        .into_iter()
        .flatten()
        .map(|e| e.into_path())
        .filter(|p| p.file_stem().is_some_and(|s| s == "topology"))
        .filter(|p| p.extension().is_some_and(|e| e != "lock"))
        .collect();
    let (_folder, hostile) = changed("rto: 5m\n", "rto: 1s\n");
    specs.push(hostile);
    for spec in specs {
        for more in [&[][..], &["--scenario", "region"], &["--all"]] {
            let ran = analyze(&spec, &[&["--format", "json"], more].concat());
            let view = json(&ran);
            let wrong = validator.iter_errors(&view);
            let wrong: Vec<_> = wrong
                .map(|e| format!("{e} at {}", e.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{spec:?}: {wrong:#?}");
            checked += rows(&view).len();
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn json_shows_infinity_as_null_and_the_places_of_terms() {
    let view = json(&ggen(&["--of", "api", "--format", "json"]));
    let scenarios = view["recovery"][0]["scenarios"].as_array().unwrap();
    let find = |id: &str| scenarios.iter().find(|s| s["scenario"] == id).unwrap();
    let entry = find("entry");
    assert_eq!(
        (&entry["low"], &entry["high"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(entry["verdict"], "not promised");
    let region = find("region:us-central1");
    let terms = region["terms"].as_array().unwrap();
    let detect = terms.iter().find(|t| t["class"] == "emitted").unwrap();
    let place = detect["place"].as_str().unwrap();
    let line: usize = place.rsplit(':').next().unwrap().parse().unwrap();
    let text = fs::read_to_string(example("ggen/topology.yaml")).unwrap();
    let found = text.lines().nth(line - 1).unwrap();
    assert!(found.contains("health: {"), "{place}: {found}");
}

/// The page goes on with who does what, which is a plan and no proof.
#[test]
fn markdown_is_the_page_that_is_compiled() {
    let page =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/minimal/tree/RECOVERY_BUDGET.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, body) = page.split_once("\n\n").unwrap();
    let (body, plan) = body.split_once("\n## Recovery plan\n").unwrap();
    assert!(plan.contains("Worst-case times."), "{plan}");
    let ran = analyze(&example("minimal/topology.yaml"), &["--format", "markdown"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out == body,
        "{}",
        similar::TextDiff::from_lines(body, &ran.out).unified_diff()
    );
}

#[test]
fn a_broken_promise_is_shown_and_fails() {
    let (_folder, spec) = changed("  rto: 5m\n", "  rto: 10s\n");
    let ran = analyze(&spec, &["--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("error[RTO101]"), "{}", ran.err);
    let verdicts = json(&ran)["verdicts"].clone();
    assert_eq!(verdicts[0]["verdict"], "violated");
    assert_eq!(analyze(&spec, &["--fail-level", "never"]).code, 0);
}

#[test]
fn what_is_unproven_fails_only_when_notes_do() {
    let minimal = example("minimal/topology.yaml");
    let ran = analyze(&minimal, &[]);
    assert_eq!(ran.code, 0);
    // The table says it; the notes would say it again.
    assert_eq!(ran.err, "");
    assert!(ran.out.contains("unproven"), "{}", ran.out);
    assert_eq!(analyze(&minimal, &["--fail-level", "note"]).code, 1);
}

#[test]
fn nothing_to_show_is_a_mistake_of_the_caller() {
    let scenarios = "region:us-central1, region:us-east1";
    let asked = [
        (&["--scenario", "earthquake"][..], scenarios),
        (
            &["--scenario", "region:us-cental1"],
            "did you mean `region:us-central1`?",
        ),
        (
            &["--of", "nobody"],
            "api, replication-worker, marketplace, sessions",
        ),
        (&["--of", "sesions"], "did you mean `sessions`?"),
        (&["--of", "api", "--scenario", "corruption"], scenarios),
    ];
    for (arguments, said) in asked {
        let ran = ggen(arguments);
        assert_eq!(ran.code, 64, "{arguments:?}");
        assert!(ran.out.is_empty(), "{}", ran.out);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    for format in ["sarif", "github", "gitlab", "junit"] {
        let ran = ggen(&["--format", format]);
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{format}");
        assert!(
            ran.err.contains("for the others use `check`"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_spec_that_cannot_be_settled_is_not_analysed() {
    for text in [
        "version: 1\nname: x\nregions: { nowhere: {} }\n",
        "version: [",
    ] {
        let (_folder, spec) = written(text);
        let ran = analyze(&spec, &["--format", "json"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        assert!(ran.err.contains("error["), "{}", ran.err);
    }
    assert_eq!(analyze(Path::new("/nowhere/topology.yaml"), &[]).code, 1);
}

#[test]
fn the_schemas_are_printed() {
    let schema = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("meridian").unwrap();
        let output = command.arg("schema").args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        schema(&[]),
        meridian::spec::schema::text(&meridian::cloud::reads::unread())
    );
    assert_eq!(schema(&["topology"]), schema(&[]));
    assert_eq!(schema(&["analysis"]), meridian::analysis::schema::text());
}

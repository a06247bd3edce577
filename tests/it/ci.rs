//! What runs in CI and before a commit: formats, workspaces, baselines, dates, and the workflow
//! files of examples/ci, each executed in a real git repository as far as a shell can.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and run programs"
)]

use crate::support::root;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MINIMAL: &str = include_str!("../../examples/minimal/topology.yaml");

/// A repository with two specs, one of them in parts and KDL, a workspace file and both trees.
struct Repository {
    folder: tempfile::TempDir,
}

fn meridian() -> PathBuf {
    assert_cmd::cargo::cargo_bin("meridian")
}

/// The exit code, standard output and standard error.
fn ran(command: &mut Command) -> (i32, String, String) {
    let done = command.env("NO_COLOR", "1").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        done.status.code().unwrap_or(-1),
        text(done.stdout),
        text(done.stderr),
    )
}

impl Repository {
    fn new() -> Self {
        let repository = Repository {
            folder: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write(
            "eu/topology.yaml",
            &MINIMAL.replace("name: hello", "name: hello-eu"),
        );
        let kdl = root().join("examples/minimal/topology.kdl");
        let kdl = fs::read_to_string(kdl).unwrap();
        let begin = kdl.find("clouds {").expect("clouds");
        let end = begin + kdl[begin..].find("\n}\n").expect("its end") + 3;
        let part = &kdl[begin..end];
        let whole = kdl.replace(part, "include \"parts/clouds.topology.kdl\"\n");
        repository.write("us/topology.kdl", &whole);
        repository.write("us/parts/clouds.topology.kdl", part);
        repository.write(
            "meridian.yaml",
            "version: 1\nlocked: true\nspecs:\n  - { spec: eu/topology.yaml, out: eu/deploy }\n  - { spec: us/topology.kdl, out: us/deploy }\n",
        );
        for (spec, out) in [
            ("eu/topology.yaml", "eu/deploy"),
            ("us/topology.kdl", "us/deploy"),
        ] {
            let (code, _, said) = repository.run(&["compile", spec, "--out", out]);
            assert_eq!(code, 0, "{said}");
        }
        repository.commit("first");
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(self.path());
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        let (code, _, said) = ran(command.args(arguments));
        assert_eq!(code, 0, "git {arguments:?}: {said}");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(meridian());
        ran(command
            .current_dir(self.path().join(folder))
            .args(arguments))
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_in("", arguments)
    }
}

/// From a folder below, and for a spec that it lists; `--locked=false` is how what it locks is
/// decided.
#[test]
fn the_workspace_counts_everywhere_in_its_repository() {
    let repository = Repository::new();
    repository.write("docs/x/page.md", "");
    let (code, _, said) = repository.run_in("docs/x", &["compile", "--check"]);
    assert_eq!(code, 0, "{said}");
    // The tree of a spec that is listed is where the workspace says.
    for (folder, spec) in [("", "eu/topology.yaml"), ("eu", "topology.yaml")] {
        let (code, _, said) = repository.run_in(folder, &["compile", "--check", spec]);
        assert_eq!(code, 0, "{said}");
    }
    assert!(!repository.path().join("deploy").exists());
    let line = "  us-east1: { role: secondary }\n";
    let more = format!("{line}  us-west1: {{ role: secondary }}\n");
    repository.edit("eu/topology.yaml", line, &more);
    let (code, _, said) = repository.run(&["compile"]);
    let way = "run `meridian compile --locked=false eu/topology.yaml`";
    assert!(code == 2 && said.contains(way), "{code} {said}");
    let (code, _, said) = repository.run(&["compile", "--locked=false", "eu/topology.yaml"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(repository.run(&["compile", "--check"]).0, 0);
    // Pages and JSON begin at the root, as annotations do.
    repository.edit("eu/topology.yaml", "rto: 15m", "rto: 1s");
    for format in ["markdown", "json", "github"] {
        let (_, said, _) = repository.run_in("eu", &["check", "--format", format]);
        assert!(said.contains("eu/topology.yaml"), "{format}: {said}");
    }
    let (_, said, _) = repository.run(&["check", "--format", "junit"]);
    let names = said.split(" name=\"").skip(1);
    let names: Vec<&str> = names.map(|n| n.split('"').next().unwrap()).collect();
    let all: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(all.len(), names.len(), "{said}");
}

#[test]
fn a_workspace_file_names_specs_folders_and_locks() {
    let repository = Repository::new();
    let (code, _, said) = repository.run(&["check"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("checked eu/topology.yaml") && said.contains("checked us/topology.kdl"),
        "{said}"
    );
    let (code, _, said) = repository.run(&["compile", "--check"]);
    assert_eq!(code, 0, "{said}");
    // A new region is a decision that the lock does not have: `locked` forbids it.
    repository.edit(
        "eu/topology.yaml",
        "  us-east1: { role: secondary }\n",
        "  us-east1: { role: secondary }\n  us-west1: { role: secondary }\n",
    );
    let (code, _, said) = repository.run(&["compile", "--check"]);
    assert!(
        code == 2 && said.contains("--locked forbids it"),
        "{code} {said}"
    );
    // Specs that it does not list have no folders of their own.
    for spec in ["a.yaml", "b.yaml"] {
        repository.write(spec, MINIMAL);
    }
    let (code, _, said) = repository.run(&["compile", "a.yaml", "b.yaml"]);
    assert!(code == 64 && said.contains("meridian.yaml"), "{said}");
    repository.write("meridian.yaml", "version: 1\nspecs: [{ spek: a.yaml }]\n");
    let (code, _, said) = repository.run(&["check"]);
    assert!(code == 1 && said.contains("did you mean `spec`"), "{said}");
}

#[test]
fn differences_of_several_specs_are_one_comment_or_one_array() {
    let repository = Repository::new();
    repository.edit("eu/topology.yaml", "replicas: 2..10", "replicas: 3..10");
    let (code, text, said) = repository.run(&["diff", "--base", "main", "--format", "json"]);
    assert_eq!(code, 2, "{said}");
    let all: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["system"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hello-eu", "hello"]);
    let (_, text, _) = repository.run(&["diff", "--base", "main", "--format", "markdown"]);
    assert!(
        text.contains("eu/topology.yaml") && text.contains("us/topology.kdl"),
        "{text}"
    );
    assert!(text.chars().count() < 65_536);
}

/// Paths of every format begin at the root of the repository, wherever the command runs.
#[test]
fn formats_name_files_from_the_root_of_the_repository() {
    let repository = Repository::new();
    repository.edit("eu/topology.yaml", "{ to: web }", "{ to: wbe }");
    let run = |format| repository.run_in("eu", &["check", "topology.yaml", "--format", format]);
    let (code, text, _) = run("github");
    assert!(
        code == 1 && text.contains("::error file=eu/topology.yaml,line="),
        "{text}"
    );
    let (_, text, _) = run("gitlab");
    let found: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(found[0]["location"]["path"], "eu/topology.yaml");
    assert_eq!(found[0]["check_name"], "REF101 dangling-reference");
    assert_eq!(found[0]["severity"], "critical");
    let mark = found[0]["fingerprint"].as_str().unwrap().to_string();
    let (_, text, _) = run("junit");
    assert!(
        text.contains("<testsuite name=\"eu/topology.yaml\" tests=\"1\" failures=\"1\">"),
        "{text}"
    );
    assert!(text.contains("file=\"eu/topology.yaml\" line="), "{text}");
    let (_, text, _) = run("sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let run_of = &log["runs"][0];
    let result = &run_of["results"][0];
    assert_eq!(
        run_of["automationDetails"]["id"],
        "meridian/eu/topology.yaml/"
    );
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "eu/topology.yaml"
    );
    assert_eq!(result["partialFingerprints"]["meridian/v1"], mark.as_str());
    let rule = &run_of["tool"]["driver"]["rules"][0];
    assert!(rule["helpUri"].as_str().unwrap().ends_with("/REF101.md"));
    assert!(
        rule["help"]["text"].as_str().unwrap().len() > 40
            && rule["shortDescription"]["text"].is_string(),
        "{rule}"
    );
    // Lines may move: the finding is the same.
    repository.edit(
        "eu/topology.yaml",
        "version: 1\n",
        "# one\n# two\nversion: 1\n",
    );
    let (_, text, _) = repository.run(&["check", "eu/topology.yaml", "--format", "gitlab"]);
    let moved: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(moved[0]["fingerprint"], mark.as_str());
    assert_ne!(moved[0]["location"]["lines"], found[0]["location"]["lines"]);
}

#[test]
fn a_tree_that_differs_is_told_file_by_file_in_every_format() {
    let repository = Repository::new();
    repository.edit("eu/deploy/README.md", "hello-eu", "hallo");
    repository.write("us/deploy/old.txt", "ours?");
    repository.edit("us/topology.kdl", "\"hello/web\"", "\"hello/site\"");
    let (code, text, said) = repository.run(&["compile", "--check", "--format", "github"]);
    assert_eq!(code, 2, "{said}");
    assert!(text.lines().all(|l| l.starts_with("::")), "{text}");
    assert!(
        text.contains("::error file=eu/deploy/README.md,line=1"),
        "{text}"
    );
    assert!(
        text.contains("OUT109 file-differs")
            && text.contains("move the manual edits into the spec"),
        "{text}"
    );
    assert!(
        text.contains("file=us/deploy/") && text.contains("is outdated"),
        "{text}"
    );
    for format in ["json", "gitlab", "sarif"] {
        let (code, text, _) = repository.run(&["compile", "--check", "--format", format]);
        assert!(
            code == 2 && serde_json::from_str::<Value>(&text).is_ok(),
            "{format}: {text}"
        );
    }
    let summary = repository.path().join("summary.md");
    let (_, _, _) = repository.run(&[
        "compile",
        "--check",
        "--format",
        "github",
        "--summary",
        "summary.md",
    ]);
    let page = fs::read_to_string(summary).unwrap();
    assert!(
        page.contains("### meridian: compile --check") && page.contains("eu/deploy/README.md"),
        "{page}"
    );
}

const WAIVED: &str = "waivers:\n  weights: { code: TRF101, reason: moved next week, owner: web-team, expires: 2027-03-01 }\n";

#[test]
fn what_is_accepted_is_suppressed_and_what_is_new_fails() {
    let repository = Repository::new();
    repository.edit(
        "eu/topology.yaml",
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, weight: 45 }",
    );
    repository.edit(
        "eu/topology.yaml",
        "us-central1: { role: primary }",
        "us-central1: { role: primary, weight: 60 }",
    );
    let spec = "eu/topology.yaml";
    assert_eq!(repository.run(&["check", spec]).0, 1);
    let (code, _, said) = repository.run(&["check", spec, "--baseline", "known.json"]);
    assert!(code == 64 && said.contains("--update-baseline"), "{said}");
    assert_eq!(
        repository
            .run(&[
                "check",
                spec,
                "--baseline",
                "known.json",
                "--update-baseline"
            ])
            .0,
        0
    );
    let (code, text, said) = repository.run(&[
        "check",
        spec,
        "--baseline",
        "known.json",
        "--format",
        "sarif",
    ]);
    assert_eq!(code, 0, "{said}");
    let suppressed = |text: &str| -> Vec<Value> {
        let log: Value = serde_json::from_str(text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results
            .into_iter()
            .filter(|r| r["suppressions"].is_array())
            .collect()
    };
    assert_eq!(
        suppressed(&text)
            .iter()
            .filter(|r| r["ruleId"] == "TRF101")
            .count(),
        1
    );
    assert_eq!(suppressed(&text)[0]["suppressions"][0]["kind"], "external");
    let page = "summary.md";
    let (_, _, said) =
        repository.run(&["check", spec, "--baseline", "known.json", "--summary", page]);
    let counted = "4 findings accepted by the baseline";
    assert!(said.contains(counted), "{said}");
    assert!(repository.read(page).contains(counted));
    repository.edit(spec, "{ to: web }", "{ to: wbe }");
    let (code, _, said) = repository.run(&["check", spec, "--baseline", "known.json"]);
    assert!(code == 1 && said.contains("REF101"), "{said}");
    repository.edit(spec, "{ to: wbe }", "{ to: web }");
    let text = repository.read(spec);
    repository.write(spec, &format!("{text}{WAIVED}"));
    let (code, text, _) =
        repository.run(&["check", spec, "--today", "2026-12-01", "--format", "sarif"]);
    assert_eq!(code, 0, "{text}");
    let waived = &suppressed(&text)[0]["suppressions"][0];
    assert_eq!(waived["kind"], "inSource");
    assert!(
        waived["justification"]
            .as_str()
            .unwrap()
            .contains("moved next week (web-team, until 2027-03-01)")
    );
}

/// An expired date fails `check`, and neither `compile` nor `diff`: an urgent fix is written.
#[test]
fn dates_fail_a_check_and_are_announced_and_stop_nothing_else() {
    let repository = Repository::new();
    let spec = "eu/topology.yaml";
    repository.edit(
        spec,
        "us-east1: { role: secondary }",
        "us-east1: { role: secondary, weight: 45 }",
    );
    repository.edit(
        spec,
        "us-central1: { role: primary }",
        "us-central1: { role: primary, weight: 60 }",
    );
    let text = repository.read(spec);
    repository.write(spec, &format!("{text}{WAIVED}"));
    let check = |more: &[&str]| repository.run(&[&["check", spec], more].concat());
    assert_eq!(check(&["--today", "2027-02-01"]).0, 0);
    let (code, _, said) = check(&["--today", "2027-02-01", "--expiring", "60d"]);
    assert!(
        code == 1 && said.contains("the waiver `weights` ends in 28 days, on 2027-03-01"),
        "{said}"
    );
    let (code, _, said) = check(&["--today", "2027-02-01", "--expiring", "7d"]);
    assert!(code == 0 && !said.contains("EXP101"), "{said}");
    let (code, _, said) = check(&["--today", "2027-03-02"]);
    assert!(
        code == 1 && said.contains("WVR101") && said.contains("TRF101"),
        "{said}"
    );
    assert_eq!(check(&["--today", "2027-02-30"]).0, 64);
    // A waiver that has ended for good.
    repository.edit(spec, "2027-03-01", "2026-01-01");
    assert_eq!(check(&[]).0, 1);
    let (code, _, said) = repository.run(&["compile", spec, "--out", "eu/deploy"]);
    assert_eq!(code, 0, "{said}");
    let (code, _, said) = repository.run(&["diff", spec, "--base", "main"]);
    assert!(code == 0 || code == 2, "{said}");
}

/// Programs that a workflow has and a test has not: they do nothing.
fn stubs(folder: &Path) -> String {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    for name in ["gh", "cargo"] {
        let path = bin.join(name);
        fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    if !bin.join("meridian").exists() {
        symlink(meridian(), bin.join("meridian")).unwrap();
    }
    format!(
        "{}:{}",
        bin.display(),
        std::env::var("PATH").unwrap_or_default()
    )
}

fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let document = meridian_yaml(&text);
    assert!(document.is_object() || document.is_array(), "{path}");
    document
}

/// YAML as JSON, by our own reader.
fn meridian_yaml(text: &str) -> Value {
    use meridian::syntax::{Kind, Node};
    fn json(node: &Node) -> Value {
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Scalar(s) => Value::String(s.text.clone()),
            Kind::List(items) => items.iter().map(json).collect(),
            Kind::Map(entries) => entries
                .iter()
                .map(|e| (e.key.text.clone(), json(&e.value)))
                .collect(),
        }
    }
    let mut sources = meridian::source::SourceMap::default();
    let file = sources.add("workflow.yaml", text);
    let mut out = meridian::diagnostic::Diagnostics::default();
    let document = meridian::syntax::parse(&sources, file, &Default::default(), &mut out);
    assert!(!out.has_errors(), "{:#?}", out);
    json(&document.expect("a document").root)
}

/// The steps of a job of GitHub for an event.
fn github(event: &str) -> Vec<String> {
    let workflow = yaml("examples/ci/github.yml");
    let steps = workflow["jobs"]["topology"]["steps"]
        .as_array()
        .unwrap()
        .clone();
    let runs = steps.iter().filter(|s| {
        let when = s["if"].as_str().unwrap_or("always()");
        when == "always()" || when.contains(event)
    });
    runs.filter_map(|s| s["run"].as_str().map(str::to_string))
        .collect()
}

fn gitlab(_: &str) -> Vec<String> {
    let pipeline = yaml("examples/ci/gitlab-ci.yml");
    let scripts = ["before_script", "script"]
        .map(|key| pipeline["topology"][key].as_array().unwrap().clone());
    scripts
        .concat()
        .iter()
        .map(|s| s.as_str().unwrap().to_string())
        .collect()
}

/// The first step that fails, run by bash as a runner does.
fn failing_step(repository: &Repository, steps: &[String]) -> Option<String> {
    let path = stubs(repository.folder.path());
    for step in steps {
        let mut shell = Command::new("bash");
        shell
            .args(["-e", "-c", step])
            .current_dir(repository.path())
            .env("PATH", &path);
        shell.env(
            "GITHUB_STEP_SUMMARY",
            repository.path().join("step-summary.md"),
        );
        shell
            .env("GITHUB_BASE_REF", "main")
            .env("GITHUB_HEAD_REF", "change");
        shell.env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
        let (code, _, said) = ran(&mut shell);
        if code != 0 {
            return Some(format!("{step}: {code}: {said}"));
        }
    }
    None
}

#[test]
fn the_workflows_pass_a_good_change_and_stop_a_bad_one() {
    for (name, steps) in [
        ("github", github as fn(&str) -> Vec<String>),
        ("gitlab", gitlab),
    ] {
        let repository = Repository::new();
        let steps = steps("pull_request");
        assert!(steps.len() >= 5, "{name}: {steps:?}");
        // The base of a pull request is a branch of the remote.
        repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        repository.git(&["checkout", "-q", "-b", "change"]);
        repository.edit("eu/topology.yaml", "replicas: 2..10", "replicas: 3..10");
        let stale = failing_step(&repository, &steps).expect("the output is not committed");
        assert!(stale.contains("compile --check"), "{name}: {stale}");
        repository.git(&["checkout", "-q", "meridian.yaml"]);
        assert_eq!(repository.run(&["compile"]).0, 0);
        repository.commit("more replicas");
        assert_eq!(failing_step(&repository, &steps), None, "{name}");
        let comment = repository.read("comment.md");
        assert!(comment.contains("replicas"), "{comment}");
        // The database is gone from the spec: the comment says so, and the last step fails.
        let spec = repository.read("eu/topology.yaml");
        let kept: Vec<&str> = spec
            .lines()
            .filter(|l| !l.contains("datastores:") && !l.contains("  main: {"))
            .collect();
        repository.write(
            "eu/topology.yaml",
            &(kept.join("\n").replace("uses: [main], ", "") + "\n"),
        );
        let lock = repository.path().join("eu/topology.lock");
        let lines = std::fs::read_to_string(&lock).unwrap();
        let kept: Vec<&str> = lines
            .lines()
            .filter(|l| !l.contains("datastore main "))
            .collect();
        repository.write("eu/topology.lock", &(kept.join("\n") + "\n"));
        assert_eq!(repository.run(&["compile"]).0, 0);
        repository.commit("no database");
        let lost = failing_step(&repository, &steps).expect("data is lost");
        assert!(lost.contains("--fail-on data-loss"), "{name}: {lost}");
        repository.edit("us/topology.kdl", "primary", "primry");
        let wrong = failing_step(&repository, &steps).expect("an error");
        assert!(wrong.starts_with("meridian check"), "{name}: {wrong}");
    }
    let repository = Repository::new();
    assert_eq!(failing_step(&repository, &github("schedule")), None);
}

/// The hooks as pre-commit runs them: the entry, with the staged files that fit.
fn hooks(repository: &Repository, staged: &[&str]) -> Vec<(String, i32)> {
    let path = stubs(repository.folder.path());
    let all = yaml(".pre-commit-hooks.yaml");
    let ids: BTreeSet<&str> = ["meridian-fmt", "meridian-check", "meridian-compile-check"].into();
    let config = yaml("examples/ci/pre-commit-config.yaml");
    let used = config["repos"][0]["hooks"].as_array().unwrap().clone();
    assert!(used.iter().all(|h| ids.contains(h["id"].as_str().unwrap())));
    let mut results = Vec::new();
    for hook in all.as_array().unwrap() {
        let entry = hook["entry"].as_str().unwrap();
        let fits = |name: &&&str| name.ends_with("topology.yaml") || name.ends_with("topology.kdl");
        let files: Vec<&str> = match hook["pass_filenames"].as_str() {
            Some("false") => Vec::new(),
            _ => staged.iter().filter(fits).copied().collect(),
        };
        if files.is_empty() && hook["always_run"].is_null() {
            continue;
        }
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("{entry} {}", files.join(" "))]);
        let (code, ..) = ran(shell.current_dir(repository.path()).env("PATH", &path));
        results.push((hook["id"].as_str().unwrap().to_string(), code));
    }
    results
}

#[test]
fn hooks_know_two_specs_parts_kdl_and_hand_edited_output() {
    let repository = Repository::new();
    let specs = [
        "eu/topology.yaml",
        "us/topology.kdl",
        "us/parts/clouds.topology.kdl",
    ];
    let passed = hooks(&repository, &specs);
    assert_eq!(
        passed.iter().map(|(_, code)| *code).collect::<Vec<_>>(),
        [0, 0, 0],
        "{passed:?}"
    );
    repository.edit("eu/deploy/README.md", "hello-eu", "hallo");
    let edited = hooks(&repository, &["eu/deploy/README.md"]);
    assert_eq!(edited, [("meridian-compile-check".to_string(), 2)]);
    repository.git(&["checkout", "-q", "eu/deploy/README.md"]);
    repository.edit("us/parts/clouds.topology.kdl", "gcp", "gpc");
    let wrong = hooks(&repository, &["us/parts/clouds.topology.kdl"]);
    assert!(
        wrong.contains(&("meridian-check".to_string(), 1)),
        "{wrong:?}"
    );
}

/// Filled variables are never offered for a commit, what roots hand on is, and reviews fold what is
/// generated.
#[test]
fn git_knows_what_is_generated_and_what_stays_out() {
    let repository = Repository::new();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        ran(command.current_dir(repository.path()).args(arguments))
    };
    let ignored = |path: &str| git(&["check-ignore", "-q", path]).0 == 0;
    assert!(ignored("eu/deploy/terraform/global/terraform.tfvars"));
    assert!(ignored("eu/deploy/terraform/global/terraform.tfstate"));
    assert!(!ignored("eu/deploy/terraform/global/us.auto.tfvars.json"));
    assert!(!ignored("eu/deploy/terraform/global/.terraform.lock.hcl"));
    let generated = |path: &str| {
        git(&["check-attr", "linguist-generated", path])
            .1
            .trim_end()
            .ends_with(": set")
    };
    assert!(generated("eu/deploy/README.md"));
    assert!(
        !generated("eu/deploy/terraform/global/main_override.tf") && !generated("eu/topology.yaml")
    );
    let page = repository.read("eu/deploy/EXTENDING.md");
    assert!(page.contains("CODEOWNERS") && page.contains("*_override.tf"));
    // A file of ours beside them stays.
    repository.write("eu/deploy/terraform/own_override.tf", "# ours\n");
    assert_eq!(repository.run(&["compile", "--check"]).0, 0);
    assert_eq!(repository.run(&["compile"]).0, 0);
    assert_eq!(
        repository.read("eu/deploy/terraform/own_override.tf"),
        "# ours\n"
    );
}

/// The archive, the wheel and their checksums, made of the program that is tested; the wheel's
/// program runs once it is unpacked as `pip` does.
#[test]
fn what_is_released_holds_the_program_and_its_checksums() {
    let folder = tempfile::tempdir().unwrap();
    let mut release = Command::new("bash");
    release
        .arg(root().join("packaging/release.sh"))
        .arg(folder.path());
    let (code, _, said) = ran(release.env("MERIDIAN_BINARY", meridian()));
    assert_eq!(code, 0, "{said}");
    let mut sums = Command::new("sha256sum");
    let (code, checked, _) = ran(sums
        .current_dir(folder.path())
        .args(["--check", "SHA256SUMS"]));
    assert!(
        code == 0 && checked.matches(": OK").count() == 2,
        "{checked}"
    );
    let unpack =
        "import glob, sys, zipfile; zipfile.ZipFile(glob.glob('*.whl')[0]).extractall('wheel')";
    let mut python = Command::new("python3");
    assert_eq!(
        ran(python.current_dir(folder.path()).args(["-c", unpack])).0,
        0
    );
    let version = env!("CARGO_PKG_VERSION");
    let program = folder.path().join(format!(
        "wheel/meridian_topology-{version}.data/scripts/meridian"
    ));
    assert_eq!(fs::read(&program).unwrap(), fs::read(meridian()).unwrap());
    let record = folder.path().join(format!(
        "wheel/meridian_topology-{version}.dist-info/RECORD"
    ));
    assert_eq!(fs::read_to_string(record).unwrap().lines().count(), 4);
}

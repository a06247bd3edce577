//! Documentation runs: each command in a block of README and CONTRIBUTING is executed, and each
//! sample of output is what the program prints. `GOLDEN=overwrite` writes the samples anew.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::support::root;
use assert_cmd::Command;
use std::fs;
use std::path::Path;

/// Lines of samples are cut to this width.
const WIDTH: usize = 170;

/// A fenced block of a page.
struct Block {
    /// The word behind the fence.
    kind: String,
    /// What stands inside.
    text: String,
    /// The last line before it that is not empty.
    before: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    let mut before = "";
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(kind) if !open => {
                found.push(Block {
                    kind: kind.to_string(),
                    text: String::new(),
                    before: before.to_string(),
                });
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let block = found.last_mut().expect("an open block");
                block.text += line;
                block.text.push('\n');
            }
            None => {}
        }
        if !line.trim().is_empty() {
            before = line;
        }
    }
    found
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// A folder with the examples, and one of them as `topology.yaml`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(root().join("examples"))
        .into_iter()
        .flatten()
    {
        let to = folder
            .path()
            .join(entry.path().strip_prefix(root()).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    let example = folder.path().join("examples/minimal/topology.yaml");
    fs::copy(example, folder.path().join("topology.yaml")).unwrap();
    fs::create_dir(folder.path().join("schema")).unwrap();
    folder
}

/// Programs of others in the samples, which a test does not run: they are what runs the test,
/// or need what a reader has.
const OTHERS: [&str; 6] = [
    "cargo install --locked --path .",
    "cargo test",
    "GOLDEN=overwrite cargo test golden",
    "GOLDEN=overwrite cargo test --test it immutable",
    "git diff deploy/",
    "tests/live/run",
];

/// Runs a command of a sample, without a shell: words, and a file that takes what is printed.
fn execute(command: &str, folder: &Path) {
    let command = command.replace("<name>", "minimal");
    if OTHERS.contains(&command.as_str()) {
        return;
    }
    let words = command
        .strip_prefix("meridian ")
        .or(command.strip_prefix("cargo run -- "));
    let words = words.unwrap_or_else(|| panic!("no test knows how to run `{command}`"));
    let (words, into) = match words.split_once(" > ") {
        Some((words, into)) => (words, Some(into)),
        None => (words, None),
    };
    let mut program = Command::cargo_bin("meridian").unwrap();
    program.current_dir(folder).env("NO_COLOR", "1");
    let output = program.args(words.split_whitespace()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(output.status.success(), "{command}: {said}");
    if let Some(into) = into {
        fs::write(folder.join(into), &output.stdout).unwrap();
        let kept = fs::read(root().join(into)).unwrap();
        assert_eq!(output.stdout, kept, "{command}: not what is committed");
    }
}

#[test]
fn every_command_in_a_block_runs() {
    let folder = folder();
    let mut run = 0;
    for name in ["README.md", "CONTRIBUTING.md"] {
        let page = page(name);
        for block in blocks(&page).iter().filter(|b| b.kind == "sh") {
            if block.text.contains("--check") {
                // The block before left the tree of another system there.
                fs::remove_dir_all(folder.path().join("deploy")).unwrap();
                execute("meridian compile topology.yaml --out deploy", folder.path());
            }
            let lines = block.text.lines();
            for command in lines.flat_map(|line| line.split(" && ")) {
                execute(command.trim(), folder.path());
                run += 1;
            }
        }
    }
    assert!(run >= 9, "{run}");
}

/// What a reader puts into the settings of an editor.
#[test]
fn settings_of_editors_are_read() {
    let readme = page("README.md");
    let blocks = blocks(&readme);
    let toml = blocks.iter().find(|b| b.kind == "toml").expect("Helix");
    let settings: toml::Table = toml::from_str(&toml.text).unwrap();
    assert_eq!(
        settings["language-server"]["meridian"]["args"][0].as_str(),
        Some("lsp")
    );
    let manifest = page("examples/editors/vscode/package.json");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["main"], "./extension.js");
    assert!(page("examples/editors/vscode/extension.js").contains("args: ['lsp']"));
    let pinned = format!("/v{}/schema/", env!("CARGO_PKG_VERSION"));
    assert!(readme.contains(&pinned), "README has another version");
}

#[test]
fn every_yaml_block_is_read() {
    for name in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        for block in blocks(&page(name)).iter().filter(|b| b.kind == "yaml") {
            let mut sources = meridian::source::SourceMap::default();
            let file = sources.add("topology.yaml", &block.text);
            let mut out = meridian::diagnostic::Diagnostics::default();
            meridian::syntax::parse(&sources, file, &Default::default(), &mut out);
            let comments = block.text.lines().all(|l| l.starts_with('#'));
            assert!(comments || !out.has_errors(), "{name}: {}", block.text);
        }
    }
}

/// A sample of output: which lines of it are shown, by what is in them, in their order. Between
/// them stands `…` where lines are left out.
struct Sample {
    /// What stands before the block.
    marker: &'static str,
    /// All lines that are printed.
    printed: fn() -> String,
    /// The first line of the block, if the command is shown.
    shown: Option<&'static str>,
    /// What is in the lines that are kept, with a line feed if the next one belongs to it; all
    /// lines if there are none.
    keep: &'static [&'static str],
    /// It compiles some two hundred times: run by `.ci/run`.
    slow: bool,
}

const SAMPLES: &[Sample] = &[
    Sample {
        marker: "<!-- sample: analyze -->",
        printed: || printed(folder().path(), &["analyze", "examples/ggen/topology.yaml"]),
        shown: None,
        keep: &[
            "ggen-marketplace: all",
            "breaks first\n",
            "service replication-worker",
            "  lose us-central1",
            "page firestore-replication\n",
            "decide firestore-replication  ",
            "redirect firestore-replication  ",
            "most effective change: decide\n",
            "service api",
            "  lose us-central1",
            "  lose a zone",
            "quorum\n",
            "capacity\n",
            "data residency\n",
        ],
        slow: false,
    },
    Sample {
        marker: "<!-- sample: check -->",
        printed: a_diagnostic,
        shown: None,
        keep: &[],
        slow: false,
    },
    Sample {
        marker: "<!-- sample: hover -->",
        printed: hovered,
        shown: None,
        keep: &[],
        slow: false,
    },
    Sample {
        marker: "<!-- sample: ci -->",
        printed: || {
            let folder = changed();
            let check = ["compile", "topology.yaml", "--out", "deploy", "--check"];
            let output = run(folder.path(), &check);
            [output.stdout, output.stderr].map(text).concat()
        },
        shown: Some("$ meridian compile topology.yaml --out deploy --check"),
        keep: &[
            "outdated RECOVERY_BUDGET.md",
            "outdated terraform/main.tf",
            "RTO202\n",
            " 10 │\n",
            "promised RTO: 5m",
            "139 │\n",
            "┤ detect\n",
            "1m30s .. 2m2s\n",
            "help: warm up\n",
            "outdated: ",
        ],
        slow: false,
    },
    Sample {
        marker: "<!-- sample: diff -->",
        printed: || {
            printed(
                changed().path(),
                &["diff", "topology.yaml", "--base", "main"],
            )
        },
        shown: Some("$ meridian diff topology.yaml --base main"),
        keep: &[
            "ggen-marketplace ·",
            "changed values ·",
            "fates",
            "changed in place: module.health_api\n",
            "changed values",
            "health.every",
            "health.unhealthy_after",
            "consequences",
            "RTO, lose us-central1\n",
            "M +69 -69",
            "terraform/main.tf",
        ],
        slow: false,
    },
    Sample {
        marker: "<!-- sample: why -->",
        printed: || {
            let folder = changed();
            let line = line_of(folder.path(), "RUNBOOK_FAILOVER.md", "detect a lost region");
            let line = format!("RUNBOOK_FAILOVER.md:{line}");
            printed(folder.path(), &["why", "--spec", "topology.yaml", &line])
        },
        shown: None,
        keep: &[
            "RUNBOOK_FAILOVER.md:\n",
            "follows from",
            "health.unhealthy_after",
            "health.every",
            "health.timeout",
        ],
        slow: true,
    },
];

fn run(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut program = Command::cargo_bin("meridian").unwrap();
    program.current_dir(folder).env("NO_COLOR", "1");
    program.args(arguments).output().unwrap()
}

fn text(printed: Vec<u8>) -> String {
    String::from_utf8(printed).unwrap()
}

/// What a command prints in a folder: its output, or its errors if there is none.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    if output.stdout.is_empty() {
        text(output.stderr)
    } else {
        text(output.stdout)
    }
}

/// The first diagnostic of the failing spec on a rule's page; it ends with its page.
fn a_diagnostic() -> String {
    let folder = folder();
    let fails = blocks(include_str!("../../src/rules/pages/TRF101.md"));
    let spec = fails.iter().find(|b| b.kind == "yaml fails").expect("one");
    fs::write(folder.path().join("topology.yaml"), &spec.text).unwrap();
    let text = printed(folder.path(), &["check", "topology.yaml"]);
    let end = text.lines().position(|l| l.contains("see: "));
    let lines: Vec<&str> = text.lines().take(end.expect("a page") + 1).collect();
    lines.join("\n")
}

const GGEN: &str = include_str!("../../examples/ggen/topology.yaml");
const CHECKED: &str = "every: 5s, timeout: 2s, unhealthy_after: 2";
const CHECKED_LESS: &str = "every: 30s, timeout: 2s, unhealthy_after: 4";

/// The change of the README: ggen's health check asks less often. Its repository, with what was
/// compiled before it.
fn changed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("topology.yaml"), GGEN).unwrap();
    let lock = root().join("examples/ggen/topology.lock");
    fs::copy(lock, at("topology.lock")).unwrap();
    printed(
        folder.path(),
        &["compile", "topology.yaml", "--out", "deploy"],
    );
    for arguments in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "ggen as it is"],
    ] {
        let mut git = std::process::Command::new("git");
        git.current_dir(folder.path());
        git.args(["-c", "user.name=us", "-c", "user.email=us@example.com"]);
        assert!(git.args(arguments).status().unwrap().success());
    }
    let change = GGEN.replace(CHECKED, CHECKED_LESS);
    assert_ne!(change, GGEN);
    fs::write(at("topology.yaml"), change).unwrap();
    folder
}

/// What an editor shows over the health check after the change.
fn hovered() -> String {
    let change = GGEN.replace(CHECKED, CHECKED_LESS);
    let mut editor = crate::lsp::Editor::new();
    editor.change("topology.yaml", &change);
    editor.hover("topology.yaml", &change, "unhealthy_after: 4, healthy")
}

/// The number of the first line of a generated file that has some text.
fn line_of(folder: &Path, file: &str, text: &str) -> usize {
    let page = fs::read_to_string(folder.join("deploy").join(file)).unwrap();
    1 + page.lines().position(|l| l.contains(text)).expect(text)
}

impl Sample {
    fn block(&self) -> String {
        let text = (self.printed)();
        let lines: Vec<&str> = text.lines().collect();
        let kept = match self.keep {
            [] => lines.iter().map(|l| l.to_string()).collect(),
            keep => excerpt(&lines, keep),
        };
        let shown = self.shown.iter().map(|s| s.to_string());
        let all: Vec<String> = shown.chain(kept).map(|l| cut(&l)).collect();
        all.join("\n") + "\n"
    }
}

/// The lines that have this in them, each the next one after the last.
fn excerpt(lines: &[&str], keep: &[&str]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut next = 0;
    for wanted in keep {
        let text = wanted.trim_end_matches('\n');
        let found = lines[next..].iter().position(|l| l.contains(text));
        let at = next + found.unwrap_or_else(|| panic!("no line has `{text}` any more"));
        let left_out = lines[next..at].iter().any(|l| !l.trim().is_empty());
        if left_out && next > 0 {
            kept.push("…".to_string());
        }
        let end = at + 1 + usize::from(wanted.ends_with('\n'));
        kept.extend(lines[at..end].iter().map(|l| l.to_string()));
        next = end;
    }
    kept
}

fn cut(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(WIDTH) {
        Some(_) => line.chars().take(WIDTH - 1).collect::<String>() + "…",
        None => line.to_string(),
    }
}

#[test]
fn the_samples_of_the_readme_are_what_is_printed() {
    hold(|sample| !sample.slow);
    // Every block of output but the picture is one of them.
    let readme = page("README.md");
    let blocks = blocks(&readme);
    let outputs = blocks.iter().filter(|b| b.kind == "text").count();
    assert_eq!(outputs, SAMPLES.len() + 1);
}

#[test]
#[ignore = "slow: run by .ci/run"]
fn slow_samples_of_the_readme_are_what_is_printed() {
    hold(|sample| sample.slow);
}

fn hold(which: fn(&&Sample) -> bool) {
    let mut readme = page("README.md");
    let overwrite = std::env::var("GOLDEN").is_ok_and(|v| v == "overwrite");
    for sample in SAMPLES.iter().filter(which) {
        let found = blocks(&readme)
            .into_iter()
            .find(|b| b.before == sample.marker);
        let block = found.unwrap_or_else(|| panic!("README has no {}", sample.marker));
        let printed = sample.block();
        if overwrite {
            readme = readme.replace(&block.text, &printed);
        } else {
            assert_eq!(block.text, printed, "run: GOLDEN=overwrite cargo test docs");
        }
    }
    if overwrite {
        fs::write(root().join("README.md"), &readme).unwrap();
    }
}

//! The generated scripts of a tree, beside stubs of the tools that note how they are called.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOLS: [&str; 9] = [
    "gcloud",
    "gke-gcloud-auth-plugin",
    "kubectl",
    "terraform",
    "helm",
    "curl",
    "bq",
    "aws",
    "dig",
];

/// The line of a stub that answers as a cloud would that does what it is told.
const ANSWER: &str = concat!(
    ". '",
    env!("CARGO_MANIFEST_DIR"),
    "/tests/live/scripts/tool'"
);

/// The scripts of an example, beside stubs that note how they are called.
pub struct Stage {
    pub folder: tempfile::TempDir,
    pub scripts: PathBuf,
    pub gateway: Option<String>,
}

impl Stage {
    pub fn new(example: &str) -> Self {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("golden")
            .join(example)
            .join("tree/scripts");
        let files = fs::read_dir(golden).unwrap().flatten();
        let files = files.map(|e| {
            let name = e.file_name().to_string_lossy().to_string();
            (name, fs::read_to_string(e.path()).unwrap())
        });
        Self::with(files)
    }

    /// The scripts of a spec among the fixtures.
    pub fn of_fixture(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name);
        let loaded = meridian::cli::load::load(&path, &meridian::syntax::Limits::default());
        let done = meridian::compile(
            loaded.document.as_ref(),
            loaded.lock.as_ref(),
            name,
            loaded.diagnostics,
            meridian::Until::Emitted,
            None,
        );
        let files = done.artifacts.iter().filter_map(|(path, artifact)| {
            let name = path.to_string().strip_prefix("scripts/")?.to_string();
            Some((name, artifact.text.clone()))
        });
        let stage = Self::with(files);
        let roots = ["global", "links", "regions/us-east-1", "regions/us-west-2"];
        for root in roots {
            fs::create_dir_all(stage.root(root)).unwrap();
        }
        stage
    }

    pub fn root(&self, name: &str) -> PathBuf {
        self.folder.path().join("tree/terraform").join(name)
    }

    fn with(files: impl Iterator<Item = (String, String)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scripts = folder.path().join("tree/scripts");
        fs::create_dir_all(&scripts).unwrap();
        for (name, text) in files {
            let to = scripts.join(name);
            fs::write(&to, text).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        for tool in TOOLS {
            let stub = bin.join(tool);
            let calls = folder.path().join("calls");
            let tree = folder.path().join("tree");
            // What the stub of the live tests answers, unless a test wants another answer.
            let text = format!(
                "#!/bin/bash\nprintf '%s' \"{tool}\" >> '{0}'\nprintf ' %s' \"$@\" >> '{0}'\nprintf '\\n' >> '{0}'\n\
                 export CALLS='{0}' TREE='{1}' REAL_DATE=date RECORDED=1\n{ANSWER}\n",
                calls.display(),
                tree.display(),
            );
            fs::write(&stub, text).unwrap();
            fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
        }
        clock(&bin, &folder.path().join("calls"));
        Stage {
            folder,
            scripts,
            gateway: None,
        }
    }

    pub fn run(&self, script: &str, arguments: &[&str]) -> Output {
        self.command(script, arguments).output().unwrap()
    }

    pub fn command(&self, script: &str, arguments: &[&str]) -> Command {
        let path = format!(
            "{}:{}",
            self.folder.path().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let mut command = Command::new(self.scripts.join(script));
        command
            .args(arguments)
            .env("PATH", path)
            .env("EVIDENCE_DIR", self.folder.path())
            .env("PROMETHEUS_URL", "http://prometheus.example.com")
            .env(
                "PUSHGATEWAY_URL",
                self.gateway.as_deref().unwrap_or_default(),
            )
            .current_dir(self.folder.path());
        command
    }

    pub fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.folder.path().join("calls"));
        text.lines().map(String::from).collect()
    }
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

/// Lets the stub of a tool answer with a text.
pub fn answers(stage: &Stage, tool: &str, text: &str) {
    let stub = stage.folder.path().join("bin").join(tool);
    let answer = stage.folder.path().join(format!("{tool}.answer"));
    fs::write(&answer, text).unwrap();
    let recorded = fs::read_to_string(&stub).unwrap();
    let quiet = recorded.replace(ANSWER, "");
    // It is in the right place all the same.
    let place = "case \"$*\" in *projectId*) echo \"$3\"; exit 0 ;; esac\n";
    fs::write(&stub, format!("{quiet}{place}cat '{}'\n", answer.display())).unwrap();
}

impl Stage {
    /// What the stubs remember of the cloud, by name.
    pub fn state(&self, name: &str) -> PathBuf {
        let state = self.folder.path().join("calls.state");
        fs::create_dir_all(&state).unwrap();
        state.join(name)
    }

    /// A stub does something first where a call has some words in it.
    pub fn where_called(&self, tool: &str, words: &str, does: &str) {
        let stub = self.folder.path().join("bin").join(tool);
        let text = fs::read_to_string(&stub).unwrap();
        let guard = format!("case \"$*\" in *\"{words}\"*) {does} ;; esac\n{ANSWER}");
        fs::write(&stub, text.replace(ANSWER, &guard)).unwrap();
    }

    /// A stub does nothing, successfully, where a call has some words in it: only what is read
    /// back shows it.
    pub fn ignores(&self, tool: &str, words: &str) {
        self.where_called(tool, words, "exit 0");
    }

    /// A stub answers `None`, as the CLI of AWS does where there is nothing, where a call has some
    /// words in it.
    pub fn answers_none(&self, tool: &str, words: &str) {
        self.where_called(tool, words, "echo None; exit 0");
    }

    /// A stub gives an answer where a call has some words in it.
    pub fn says(&self, tool: &str, words: &str, answer: &str) {
        self.where_called(tool, words, &format!("echo '{answer}'; exit 0"));
    }

    /// A stub fails, and says why, where a call has some words in it.
    pub fn fails_with(&self, tool: &str, words: &str, error: &str) {
        self.where_called(tool, words, &format!("echo '{error}' >&2; exit 254"));
    }

    /// A stub fails where a call has some words in it.
    pub fn refuses(&self, tool: &str, words: &str) {
        self.where_called(tool, words, "exit 1");
    }
}

/// Time goes on, sixtyfold: what waits for an hour waits for a minute, and sleeps for none.
fn clock(bin: &Path, calls: &Path) {
    let found = std::env::var("PATH").unwrap();
    let mut folders = std::env::split_paths(&found);
    let date = folders.find_map(|f| Some(f.join("date")).filter(|p| p.exists()));
    let date = date.expect("date");
    let (state, date) = (format!("{}.state", calls.display()), date.display());
    let now = format!("$(cat '{state}/clock' 2>/dev/null || echo 0)");
    let sleep = format!("mkdir -p '{state}'\necho $(({now} + 60 * ${{1%%.*}})) >'{state}/clock'");
    let date = format!(
        "case $* in '-u +%s') echo $(($('{date}' -u +%s) + {now})) ;; *) exec '{date}' \"$@\" ;; esac"
    );
    for (tool, text) in [("sleep", sleep), ("date", date)] {
        fs::write(bin.join(tool), format!("#!/bin/bash\n{text}\n")).unwrap();
        fs::set_permissions(bin.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// What a run printed, on either stream.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).to_string() + &String::from_utf8_lossy(&output.stderr)
}

//! The command line: the only part that reads the environment, the clock and the input.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 clean,
//! 1 diagnostics at or above `--fail-level`, 2 outputs differ, 3 output refused, 4 harm that
//! `--fail-on` names, 64 usage, 101 a bug.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the layer that may look outside"
)]

/// Says something to people on standard error. A stream that is closed or full is no reason
/// to stop: the exit code says what happened.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say(format_args!($($words)*)) };
}

mod analyze;
mod baseline;
mod beginning;
mod check;
mod compile;
mod diff;
mod expiring;
mod explain;
mod graph;
mod init;
pub mod load;
mod lockfile;
mod lsp;
mod notation;
mod overlay;
mod own_modules;
mod parts;
mod report;
mod tools;
mod unchanged;
mod why;
mod workspace;

use crate::source::printable;
use crate::syntax::Limits;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// One topology spec in, one reviewed tree of infrastructure out.
#[derive(Debug, Parser)]
#[command(name = "meridian", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    shared: Shared,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
struct Shared {
    /// Format of the diagnostics
    #[arg(long, global = true, value_enum, default_value_t = FormatArg::Human)]
    format: FormatArg,
    /// Lowest severity that fails the run
    #[arg(long, global = true, value_enum, default_value_t = FailLevel::Error)]
    fail_level: FailLevel,
    /// Path of the lock file, if it is not `<spec>.lock`
    ///
    /// The lock records applied network ranges, locations and names; `compile` writes it.
    #[arg(long, global = true, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Fail with 2 if the lock would change
    ///
    /// For CI: every new decision of `compile` must be committed before the merge. `--locked=false`
    /// writes the lock where `meridian.yaml` has `locked: true`.
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    locked: Option<bool>,
    /// Maximum number of diagnostics shown
    ///
    /// The text reports how many more there are; json, gitlab, junit and sarif always contain all.
    #[arg(long, global = true, default_value_t = 50, hide_short_help = true)]
    max_diagnostics: usize,
    /// The largest spec file, in bytes
    ///
    /// A larger one is refused unread; `include` splits a spec.
    #[arg(long, global = true, default_value_t = Limits::default().file_bytes, hide_short_help = true)]
    max_file_bytes: usize,
    /// The deepest nesting
    ///
    /// Of maps and lists in the spec; 512 at most.
    #[arg(long, global = true, default_value_t = Limits::default().depth, hide_short_help = true)]
    max_depth: usize,
    /// The most values, after aliases are expanded
    ///
    /// Keeps a small file with aliases of aliases from filling the memory.
    #[arg(long, global = true, default_value_t = Limits::default().nodes, hide_short_help = true)]
    max_nodes: usize,
    /// The longest text, in bytes
    ///
    /// Of one key or value.
    #[arg(long, global = true, default_value_t = Limits::default().scalar_bytes, hide_short_help = true)]
    max_scalar_bytes: usize,
}

impl Shared {
    /// Reads a spec and its lock.
    fn load(&self, spec: &std::path::Path) -> load::Loaded {
        load::load_with(spec, self.lock_path(spec).as_deref(), &self.limits())
    }

    /// Whether the lock must stay as it is.
    fn is_locked(&self) -> bool {
        self.locked == Some(true)
    }

    /// Where the lock of a spec lies; nowhere for standard input without `--lock`.
    fn lock_path(&self, spec: &std::path::Path) -> Option<PathBuf> {
        self.lock.clone().or_else(|| load::beside(spec))
    }

    fn limits(&self) -> Limits {
        Limits {
            file_bytes: self.max_file_bytes,
            depth: self.max_depth.min(512),
            nodes: self.max_nodes,
            scalar_bytes: self.max_scalar_bytes,
            ..Limits::default()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// Text for terminals, with excerpts of the spec
    Human,
    /// A JSON array of objects
    Json,
    /// GitHub Actions annotations on a pull request
    Github,
    /// GitLab code quality report for a merge request
    Gitlab,
    /// JUnit XML, supported by most CI systems
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Markdown for a workflow summary or a comment
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailLevel {
    /// Errors only
    Error,
    /// Warnings and errors
    Warning,
    /// Notes, warnings and errors
    Note,
    /// None; `compile` still refuses to write if there are errors
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a first topology.yaml
    Init(init::InitArgs),
    /// Check a spec without writing anything
    Check(check::CheckArgs),
    /// Show recovery time and data loss for each failure, with the evidence
    Analyze(analyze::AnalyzeArgs),
    /// Write the output tree
    Compile(compile::CompileArgs),
    /// Show the consequences of a spec change, or what `compile` would change
    Diff(diff::DiffArgs),
    /// Draw regions, services, datastores, replication and traffic, or the effect of a region loss
    Graph(graph::GraphArgs),
    /// Show which spec values produce a generated line
    Why(why::WhyArgs),
    /// Show which generated lines depend on a line of the spec
    Impact(why::ImpactArgs),
    /// Create the lock for a tree that was compiled without one
    Lock(lockfile::LockArgs),
    /// Print the spec with every default and its origin
    Expand(SpecArgs),
    /// Run the language server on standard input and output
    Lsp(lsp::LspArgs),
    /// Explain a diagnostic and its fix
    Explain(explain::ExplainArgs),
    /// Print a JSON schema: of the spec, or of the output of `analyze`, `diff` or `graph`
    Schema(tools::SchemaArgs),
    /// Print a spec in its canonical form
    Fmt(notation::FmtArgs),
    /// Convert between YAML and KDL
    Convert(notation::ConvertArgs),
    /// Print a shell completion script
    Completions(tools::CompletionsArgs),
    /// Print the manual page of meridian or of a command
    Man(tools::ManArgs),
}

#[derive(Debug, Args)]
struct SpecArgs {
    /// The spec, or `-` for standard input
    #[arg(default_value = "topology.yaml")]
    spec: PathBuf,
}

/// The exit codes.
pub mod exit {
    /// Nothing to complain about.
    pub const CLEAN: u8 = 0;
    /// Diagnostics at or above the fail level.
    pub const DIAGNOSTICS: u8 = 1;
    /// The output differs (`--check`, `diff`).
    pub const DIFFERS: u8 = 2;
    /// The output is refused.
    pub const REFUSED: u8 = 3;
    /// An applied resource has a fate that `diff --fail-on` names.
    pub const HARMS: u8 = 4;
    /// The command line is wrong.
    pub const USAGE: u8 = 64;
    /// A bug of ours.
    pub const BUG: u8 = 101;
}

/// Runs the command line; gives the exit code.
pub fn run() -> u8 {
    std::panic::set_hook(Box::new(|info| {
        say!(
            "meridian: a bug: {info}\nPlease report it with the spec that shows it: \
             https://github.com/meridian-compiler/meridian/issues"
        );
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                exit::USAGE
            } else {
                exit::CLEAN
            };
        }
    };
    let shared = &cli.shared;
    let code = std::panic::catch_unwind(|| match &cli.command {
        Command::Init(args) => init::run(args),
        Command::Check(args) => check::check(args, shared),
        Command::Analyze(args) => analyze::run(args, shared),
        Command::Compile(args) => compile::run(args, shared),
        Command::Diff(args) => diff::run(args, shared),
        Command::Graph(args) => graph::run(args, shared),
        Command::Why(args) => why::why(args, shared),
        Command::Impact(args) => why::impact(args, shared),
        Command::Lock(args) => lockfile::run(args, shared),
        Command::Expand(args) => check::expand(args, shared),
        Command::Lsp(args) => lsp::run(args, shared),
        Command::Explain(args) => explain::run(args),
        Command::Schema(args) => tools::schema(args),
        Command::Fmt(args) => notation::fmt(args, shared),
        Command::Convert(args) => notation::convert(args, shared),
        Command::Completions(args) => tools::completions(args),
        Command::Man(args) => tools::man(args),
    })
    .unwrap_or(exit::BUG);
    if code == exit::CLEAN && LOST.load(Ordering::Relaxed) {
        exit::REFUSED
    } else {
        code
    }
}

/// Whether a result could not be written to standard output.
static LOST: AtomicBool = AtomicBool::new(false);

fn say(words: std::fmt::Arguments<'_>) {
    let text = printable(&format!("{words}\n"));
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Today in UTC, to judge expiries.
fn today() -> Option<crate::spec::Date> {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(crate::spec::Date::from_days(
        (since.as_secs() / 86_400) as i64,
    ))
}

/// Why the file system refused, in words.
fn cause(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::AlreadyExists => "it already exists".into(),
        _ => error.to_string(),
    }
}

/// Prints a result to standard output. A reader that went away is no error; anything else is,
/// and the run does not end as a success.
fn print(text: &str) {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            LOST.store(true, Ordering::Relaxed);
            say!(
                "meridian: standard output: {}; the result was not written",
                cause(&error)
            );
        }
    }
}

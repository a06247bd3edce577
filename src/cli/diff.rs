//! `diff`: what a change of the spec brings about, or what a compile would change on disk.

use super::parts::Parts;
use super::workspace::{Target, targets};
use super::{FormatArg, Shared, exit, load, lockfile, print, report};
use crate::artifact::{self, Artifact, ArtifactSet, Change, ChangeSet, write};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::diff::{self, Difference, FileChange, ResourceFate, Side, difference, show};
use crate::lock::Lock;
use crate::source::SourceMap;
use crate::syntax::{Document, Kind};
use crate::topology::names::without_names;
use crate::{Compilation, Until, compile};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The revision to compare with cannot be had.
pub const NO_REVISION: Code = Code::new("IN103", "no-such-revision");

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The specs, or `-` for standard input; without any, those of `meridian.yaml`, or `topology.yaml`
    specs: Vec<PathBuf>,
    /// Compare with the spec in a git revision: `main`, `HEAD~1`
    #[arg(long, value_name = "REVISION", conflicts_with = "from")]
    base: Option<String>,
    /// Compare with another spec
    #[arg(long, value_name = "SPEC")]
    from: Option<PathBuf>,
    /// Output folder to compare with, without `--base` and `--from` [default: deploy]
    #[arg(long, short)]
    out: Option<PathBuf>,
    #[command(flatten)]
    parts: Parts,
    /// Print a patch of the generated files
    #[arg(long, short)]
    patch: bool,
    /// Exit with 4 if an applied resource is replaced, destroyed or orphaned; else with 0
    #[arg(long, value_enum, value_name = "HARM")]
    fail_on: Option<FailOn>,
}

/// The harm that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any replacement, destruction or orphaned resource
    Replace,
    /// Destroyed data or keys, or a shorter retention
    DataLoss,
}

impl FailOn {
    /// A replacement that only the real state can tell counts as one.
    fn counts(self, of: &ResourceFate) -> bool {
        match self {
            FailOn::Replace => of.fate.is_bad() || !of.unsure.is_empty(),
            FailOn::DataLoss => of.fate.loses_data(),
        }
    }
}

/// What a compile would change on disk.
#[derive(Debug, Serialize)]
struct Tree {
    fates: Vec<ResourceFate>,
    files: Vec<FileChange>,
}

/// A spec that was read and compiled.
struct Compiled {
    loaded: load::Loaded,
    done: Compilation,
}

impl Compiled {
    /// `other` is the lock to go by where it has none of its own.
    fn new(loaded: load::Loaded, other: Option<&Lock>, name: &str, parts: &Parts) -> Compiled {
        let mut loaded = loaded;
        parts.write_into(loaded.document.as_mut());
        // KDL writes a list of one like a value; only the language knows which is meant.
        loaded.document = loaded
            .document
            .as_ref()
            .map(crate::spec::schema::with_lists);
        let diagnostics = std::mem::take(&mut loaded.diagnostics);
        let system = loaded.document.as_ref().and_then(system);
        let other = other.filter(|l| system == Some(l.system.as_str()));
        let lock = loaded.lock.as_ref().or(other).map(without_names);
        let done = compile(
            loaded.document.as_ref(),
            lock.as_ref(),
            name,
            diagnostics,
            Until::Emitted,
            super::today(),
        );
        Compiled { loaded, done }
    }

    fn side<'a>(&'a self, name: &'a str) -> Option<Side<'a>> {
        Some(Side {
            name,
            sources: &self.loaded.sources,
            document: self.loaded.document.as_ref()?,
            done: &self.done,
        })
    }

    /// Shows what is wrong with it, if anything is.
    fn broken(&self, shared: &Shared) -> bool {
        let broken = self.done.diagnostics.has_errors();
        if broken {
            report::show_as(
                &self.loaded.sources,
                &self.done.diagnostics,
                shared,
                FormatArg::Human,
            );
        }
        broken
    }
}

/// The name of the system that a document describes.
fn system(document: &Document) -> Option<&str> {
    match &document.root.get("name")?.value.kind {
        Kind::Scalar(name) => Some(&name.text),
        _ => None,
    }
}

pub(super) fn run(args: &DiffArgs, shared: &Shared) -> u8 {
    if !matches!(
        shared.format,
        FormatArg::Human | FormatArg::Json | FormatArg::Markdown
    ) {
        say!(
            "meridian: `diff` supports the formats human, json and markdown; for the others use `check`"
        );
        return exit::USAGE;
    }
    let targets = match targets(&args.specs, args.out.as_deref(), shared) {
        Ok(targets) => targets,
        Err(code) => return code,
    };
    let results: Vec<(String, u8)> = targets.iter().map(|target| one(args, target)).collect();
    let texts: Vec<&str> = results.iter().map(|(text, _)| text.trim_end()).collect();
    match (shared.format, texts.as_slice()) {
        (FormatArg::Json, [_, _, ..]) => print(&format!("[\n{}\n]\n", texts.join(",\n"))),
        (FormatArg::Markdown, [_, _, ..]) => print(&show::together(&texts)),
        _ => results.iter().for_each(|(text, _)| print(text)),
    }
    let codes = results.iter().map(|(_, code)| *code);
    codes.fold(exit::CLEAN, u8::max)
}

/// What is said of one spec, and the exit code.
fn one(args: &DiffArgs, target: &Target) -> (String, u8) {
    let (shared, path) = (&target.shared, &target.spec);
    let failed = |code| (String::new(), code);
    let loaded = shared.load(path);
    let name = loaded.name.clone();
    let before = match (&args.base, &args.from) {
        (Some(revision), _) => match load::load_at(path, revision, &shared.limits()) {
            Ok(before) => (before, revision.clone()),
            Err(problem) => return failed(unknown(revision, &problem, shared)),
        },
        (None, Some(from)) => {
            let before = load::load(from, &shared.limits());
            (before, from.display().to_string())
        }
        (None, None) => {
            let after = Compiled::new(loaded, None, &name, &args.parts);
            return match after.broken(shared) {
                true => failed(exit::DIAGNOSTICS),
                false => with_tree(args, &after, target),
            };
        }
    };
    // Both are compiled under one name, so that headers do not differ, and with one lock, so that
    // nothing moves that is applied: what is decided before holds after.
    let (before, before_name) = before;
    let before = Compiled::new(before, loaded.lock.as_ref(), &name, &args.parts);
    let after = Compiled::new(loaded, before.done.lock(), &name, &args.parts);
    if after.broken(shared) {
        return failed(exit::DIAGNOSTICS);
    }
    if before.broken(shared) {
        say!("meridian: {before_name} does not compile, so there is no base to compare with");
        return failed(exit::DIAGNOSTICS);
    }
    let decided = before.done.lock().map(without_names);
    let again = |document: &Document| {
        let diagnostics = Diagnostics::default();
        compile(
            Some(document),
            decided.as_ref(),
            &name,
            diagnostics,
            Until::Emitted,
            super::today(),
        )
    };
    let after_name = path.display().to_string();
    let (Some(old), Some(new)) = (before.side(&before_name), after.side(&after_name)) else {
        return failed(exit::DIAGNOSTICS);
    };
    finish(
        &difference(old, new, &again),
        old.done,
        new.done,
        args,
        shared,
    )
}

fn finish(
    difference: &Difference,
    before: &Compilation,
    after: &Compilation,
    args: &DiffArgs,
    shared: &Shared,
) -> (String, u8) {
    let text = match shared.format {
        FormatArg::Json => json(difference),
        FormatArg::Markdown => show::markdown(difference),
        _ if args.patch => show::patches(&diff::hunks(&before.artifacts, &after.artifacts)),
        _ => show::human(difference),
    };
    (
        text,
        verdict(args, difference.is_empty(), &difference.fates),
    )
}

/// The exit code: whether anything differs, or whether it does the harm that is asked about.
fn verdict(args: &DiffArgs, same: bool, fates: &[ResourceFate]) -> u8 {
    match args.fail_on {
        Some(harm) if fates.iter().any(|f| harm.counts(f)) => exit::HARMS,
        Some(_) => exit::CLEAN,
        None if same => exit::CLEAN,
        None => exit::DIFFERS,
    }
}

fn json(of: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(of).unwrap_or_default();
    format!("{text}\n")
}

fn unknown(revision: &str, problem: &str, shared: &Shared) -> u8 {
    let diagnostic = Diagnostic::without_place(NO_REVISION, format!("`{revision}`: {problem}"))
        .help("name a branch, a tag or a commit that has the spec, or another spec with `--from`");
    tell(diagnostic, shared);
    exit::DIAGNOSTICS
}

/// Shows a diagnostic that is about no spec.
fn tell(diagnostic: Diagnostic, shared: &Shared) {
    let mut all = Diagnostics::default();
    all.push(diagnostic);
    report::show_as(&SourceMap::default(), &all, shared, FormatArg::Human);
}

/// What `compile` would change in the tree on disk.
fn with_tree(args: &DiffArgs, after: &Compiled, target: &Target) -> (String, u8) {
    let (shared, out) = (&target.shared, &target.out);
    if let Some(problem) = lockfile::missing(&after.loaded, out, &target.spec) {
        tell(problem, shared);
        return (String::new(), exit::REFUSED);
    }
    let set = &after.done.artifacts;
    let changes = match artifact::compare(set, out, write::Options::default()) {
        Ok(changes) => changes,
        Err(problem) => {
            tell(problem.diagnostic(), shared);
            return (String::new(), exit::REFUSED);
        }
    };
    let disk = on_disk(set, &changes, out);
    let tree = Tree {
        fates: diff::fates(&disk, set),
        files: diff::files(&disk, set),
    };
    let text = match shared.format {
        FormatArg::Json => json(&tree),
        FormatArg::Markdown => show::tree(&tree.fates, &tree.files, &diff::hunks(&disk, set)),
        _ if args.patch => show::patches(&diff::hunks(&disk, set)),
        _ => show::stat(&tree.fates, &tree.files),
    };
    for (path, change) in &changes {
        let whose = match change {
            Change::Foreign => "was not generated by meridian; `compile` refuses to change it",
            Change::Edited | Change::OrphanedEdited => {
                "was edited manually; `compile` refuses to change it without `--overwrite`"
            }
            _ => continue,
        };
        say!("meridian: {}/{path} {whose}", out.display());
    }
    (text, verdict(args, tree.files.is_empty(), &tree.fates))
}

/// The tree on disk, as far as it is ours or in our way.
pub(super) fn on_disk(set: &ArtifactSet, changes: &ChangeSet, out: &Path) -> ArtifactSet {
    let mut disk = ArtifactSet::default();
    for (path, change) in changes {
        let ours = set.get(path);
        let text = match (change, ours) {
            (Change::Missing | Change::LeftOut, _) => continue,
            (Change::Unchanged, Some(artifact)) => artifact.text.clone(),
            _ => text_of(&out.join(path)),
        };
        let artifact = Artifact {
            text,
            executable: ours.is_some_and(|a| a.executable),
            emitter: "disk",
        };
        disk.add(path.as_str(), artifact);
    }
    disk
}

/// A file's text; nothing for what is no file, which is never opened.
fn text_of(path: &Path) -> String {
    let file = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    let bytes = if file { std::fs::read(path).ok() } else { None };
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    text.replace("\r\n", "\n")
}

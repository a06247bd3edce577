//! The lock on disk: whether it is there, whether it would change, and `lock --adopt`.

use super::load::{self, Loaded};
use super::{Shared, exit, report};
use crate::artifact::write::{Options, put_beside};
use crate::artifact::{self, Change, MANIFEST};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::applied::Applied;
use crate::lock::{self, Lock};
use crate::topology::Topology;
use crate::{Compilation, Until, cloud};
use clap::Args;
use std::path::{Path, PathBuf};

/// A tree that was compiled without a lock.
pub const NO_LOCK: Code = Code::new("LCK106", "tree-without-lock");

/// A tree whose applied values cannot be adopted.
pub const NO_TREE: Code = Code::new("LCK107", "tree-not-adopted");

/// A tree is there and no lock: a new one would move what is applied.
pub(super) fn missing(loaded: &Loaded, out: &Path, spec: &Path) -> Option<Diagnostic> {
    let applied = loaded.lock.is_none() && out.join(MANIFEST).exists();
    let (out, spec) = (out.display(), spec.display());
    applied.then(|| {
        Diagnostic::without_place(
            NO_LOCK,
            format!("{out}/ is there, and the lock of {spec} is not: ranges and locations that are applied would move"),
        )
        .help(format!(
            "restore the lock from version control, or read the applied values from the tree with `meridian lock {spec} --adopt {out}`; for a new system, choose another folder with `--out`"
        ))
    })
}

/// The lock to write; nothing if the one on disk says the same.
pub(super) fn text(loaded: &Loaded, done: &Compilation) -> Option<String> {
    let next = done.lock()?;
    let same = |l: &Lock| l.decides_as(next) && l.tool == next.tool;
    let unchanged = loaded.lock.as_ref().is_some_and(same);
    (!unchanged).then(|| lock::print(next))
}

/// With `--locked`: whether the lock stays as it is; if not, says what would be decided.
pub(super) fn kept(loaded: &Loaded, done: &Compilation, shared: &Shared) -> u8 {
    let Some(next) = done.lock().filter(|_| shared.is_locked()) else {
        return exit::CLEAN;
    };
    let before = loaded.lock.as_ref();
    if before.is_some_and(|l| l.decides_as(next)) {
        return exit::CLEAN;
    }
    let spec = &loaded.shown;
    say!("meridian: the lock of {spec} would change, and --locked forbids it:");
    for (key, entry) in next.iter() {
        let old = before.and_then(|l| l.get(&key.kind, &key.name, &key.key));
        if old != Some(entry.value.as_str()) {
            let (kind, name, key) = (&key.kind, &key.name, &key.key);
            say!("  {kind} {name} {key} = {}", entry.value);
        }
    }
    say!("run `meridian compile --locked=false {spec}` and commit the lock");
    exit::DIFFERS
}

#[derive(Debug, Args)]
pub(super) struct LockArgs {
    /// The spec that the tree was compiled from
    #[arg(default_value = "topology.yaml")]
    spec: PathBuf,
    /// The tree whose applied values are read
    #[arg(long, value_name = "TREE")]
    adopt: PathBuf,
}

/// Writes the lock of a tree that was compiled without one.
pub(super) fn run(args: &LockArgs, shared: &Shared) -> u8 {
    let Some(path) = shared.lock_path(&args.spec) else {
        say!("meridian: name the lock with `--lock topology.lock`");
        return exit::USAGE;
    };
    let mut loaded = load::load_with(&args.spec, None, &shared.limits());
    let today = super::today();
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
    let mut compiled = |lock: Option<&Lock>, diagnostics, until| {
        let document = loaded.document.as_ref();
        crate::compile(document, lock, &loaded.name, diagnostics, until, today)
    };
    let done = compiled(None, diagnostics, Until::Checked);
    let Some(topology) = done.topology.as_ref() else {
        report::show(&loaded.sources, &done.diagnostics, shared);
        return exit::DIAGNOSTICS;
    };
    let result = adopt(&path, args, topology, &mut compiled);
    match result {
        Ok(code) => code,
        Err(problem) => {
            let all = std::iter::once(problem).collect();
            report::show(&loaded.sources, &all, shared);
            exit::REFUSED
        }
    }
}

fn adopt(
    path: &Path,
    args: &LockArgs,
    topology: &Topology,
    compiled: &mut dyn FnMut(Option<&Lock>, Diagnostics, Until) -> Compilation,
) -> Result<u8, Diagnostic> {
    let (tree, spec) = (args.adopt.display(), args.spec.display());
    if path.exists() {
        let message = format!("{} is there already", path.display());
        return Err(Diagnostic::without_place(NO_TREE, message)
            .help("delete it first if it is wrong: it records what is applied"));
    }
    let applied = applied(&args.adopt)?;
    let lock = cloud::adopt(topology, &applied);
    let done = compiled(Some(&lock), Diagnostics::default(), Until::Emitted);
    let next = done.lock().unwrap_or(&lock);
    put_beside(path, &lock::print(next)).map_err(|p| p.diagnostic())?;
    say!(
        "{} has {} decisions, {} of them read from {tree}/",
        path.display(),
        next.iter().count(),
        lock.iter().count()
    );
    let changes = artifact::compare(&done.artifacts, &args.adopt, Options::default());
    let changes = changes.map_err(|p| p.diagnostic())?;
    let differ = changes
        .values()
        .filter(|c| **c != Change::Unchanged)
        .count();
    match differ {
        0 => say!("{spec} compiles to {tree}/ as it is; commit the lock"),
        n => say!(
            "{spec} compiles to {tree}/ but for {n} files: read `meridian diff {spec} --out {tree}` before you commit the lock"
        ),
    }
    Ok(exit::CLEAN)
}

/// Reads the roots of a tree; modules have no values of their own.
fn applied(tree: &Path) -> Result<Applied, Diagnostic> {
    let refuse = |path: &Path, why: &str| {
        let message = format!("`{}` cannot be read: {why}", path.display());
        Diagnostic::without_place(NO_TREE, message)
            .help("name the folder that `meridian compile --out` wrote, with its Terraform")
    };
    let terraform = tree.join("terraform");
    let mut applied = Applied::default();
    let entries = walkdir::WalkDir::new(&terraform).sort_by_file_name();
    let entries = entries
        .into_iter()
        .filter_entry(|e| e.file_name() != "modules");
    for entry in entries {
        let entry = entry.map_err(|e| refuse(&terraform, &e.to_string()))?;
        let path = entry.path();
        if entry.file_type().is_file() && path.extension().is_some_and(|e| e == "tf") {
            let text =
                std::fs::read_to_string(path).map_err(|e| refuse(path, &super::cause(&e)))?;
            applied.read(&text).map_err(|why| refuse(path, &why))?;
        }
    }
    match applied.is_empty() {
        true => Err(refuse(&terraform, "it calls no module")),
        false => Ok(applied),
    }
}

//! `compile`: write the output tree, or say how it differs.

use super::{FailLevel, FormatArg, Shared, exit, lockfile, print, report};
use crate::analysis::view::verdicts;
use crate::artifact::{Change, ChangeSet, Problem, write};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::{Compilation, Until, artifact};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// The spec, or `-` for standard input
    #[arg(default_value = "topology.yaml")]
    spec: PathBuf,
    /// The folder that the tree is written into
    #[arg(long, short, default_value = "deploy")]
    out: PathBuf,
    /// Write nothing; exit with 2 if files are missing, different or left over
    #[arg(long)]
    check: bool,
    /// Discard changes that were made by hand
    #[arg(long)]
    overwrite: bool,
    /// Take over files that carry our first line although the manifest is lost
    #[arg(long)]
    adopt: bool,
}

pub(super) fn run(args: &CompileArgs, shared: &Shared) -> u8 {
    let begun = Instant::now();
    let Some(lock_path) = shared.lock_path(&args.spec) else {
        say!(
            "meridian: standard input has no lock beside it: name one with `--lock topology.lock`"
        );
        return exit::USAGE;
    };
    let mut loaded = shared.load(&args.spec);
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
    let done = crate::compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        diagnostics,
        Until::Emitted,
        super::today(),
    );
    let code = report::code(&done.diagnostics, shared);
    if done.diagnostics.has_errors() {
        report::show(&loaded.sources, &done.diagnostics, shared);
        return code.max(exit::DIAGNOSTICS);
    }
    if let Some(problem) = out_of_bounds(&args.out, &args.spec) {
        return refused(&problem.diagnostic(), &done, &loaded.sources, shared);
    }
    if let Some(problem) = lockfile::missing(&loaded, &args.out, &args.spec) {
        return refused(&problem, &done, &loaded.sources, shared);
    }
    let stale = lockfile::kept(&loaded, &done, shared);
    if stale != exit::CLEAN {
        return stale.max(code);
    }
    let lock = lockfile::text(&loaded, &done);
    let options = write::Options {
        overwrite: args.overwrite,
        adopt: args.adopt,
        beside: lock.as_deref().map(|text| (lock_path.as_path(), text)),
    };
    let result = if args.check {
        artifact::compare(&done.artifacts, &args.out, options)
    } else {
        artifact::write(&done.artifacts, &args.out, options)
    };
    match result {
        Ok(changes) => {
            report::show(
                &loaded.sources,
                &worth_a_stop(&done.diagnostics, shared),
                shared,
            );
            // A tree that depends on decisions that nobody recorded is not reproducible.
            let stale = lock
                .filter(|_| args.check)
                .map(|_| lock_path.display().to_string());
            finish(args, &done, (&changes, stale), code, begun)
        }
        Err(problem) => refused(&problem.diagnostic(), &done, &loaded.sources, shared),
    }
}

/// Why a folder is none to write a tree into.
fn out_of_bounds(out: &Path, spec: &Path) -> Option<Problem> {
    let absolute = |p: &Path| {
        std::fs::canonicalize(p)
            .or_else(|_| std::path::absolute(p))
            .ok()
    };
    let folder = absolute(out)?;
    let because = |why: &str| Some(Problem::Refused(out.display().to_string(), why.to_string()));
    if folder.parent().is_none() {
        return because("the root of the file system");
    }
    if folder.components().any(|c| c.as_os_str() == ".git") {
        return because("inside `.git`, which belongs to git");
    }
    let home = absolute(spec).filter(|_| spec != Path::new("-"))?;
    let above = home
        .parent()
        .is_some_and(|home| home != folder && home.starts_with(&folder));
    if above {
        return because("above the folder of the spec");
    }
    None
}

/// For people the summary counts what notes say one by one; `check` prints them.
fn worth_a_stop(diagnostics: &Diagnostics, shared: &Shared) -> Diagnostics {
    let mut shown = diagnostics.clone();
    let all = shared.format != FormatArg::Human || shared.fail_level == FailLevel::Note;
    shown.retain(|d| all || d.severity > Severity::Note);
    shown
}

fn refused(
    problem: &Diagnostic,
    done: &Compilation,
    sources: &crate::source::SourceMap,
    shared: &Shared,
) -> u8 {
    let mut all = worth_a_stop(&done.diagnostics, shared);
    all.push(problem.clone());
    report::show(sources, &all.sorted(), shared);
    exit::REFUSED
}

fn finish(
    args: &CompileArgs,
    done: &Compilation,
    (changes, stale_lock): (&ChangeSet, Option<String>),
    code: u8,
    begun: Instant,
) -> u8 {
    let differ: Vec<_> = changes
        .iter()
        .filter(|(_, c)| **c != Change::Unchanged)
        .collect();
    if args.check {
        if let Some(lock) = &stale_lock {
            print(&format!("outdated {lock}\n"));
        }
        for (path, change) in &differ {
            print(&format!("{} {path}\n", word(**change)));
        }
        say!("{}", compared(args, done.artifacts.len(), &differ));
        let differs = if differ.is_empty() && stale_lock.is_none() {
            exit::CLEAN
        } else {
            exit::DIFFERS
        };
        return if code == exit::CLEAN { differs } else { code };
    }
    say!("{}", summary(args, done, changes, begun));
    code
}

/// The end of `--check`: how many files, and what to do.
fn compared(args: &CompileArgs, total: usize, differ: &[(&String, &Change)]) -> String {
    let (spec, out) = (args.spec.display(), args.out.display());
    if differ.is_empty() {
        return format!("{out}/ is what {spec} compiles to: {total} files");
    }
    let by_hand = |c: &Change| matches!(c, Change::Edited | Change::OrphanedEdited);
    let foreign = differ.iter().any(|(_, c)| **c == Change::Foreign);
    let next = if foreign {
        "move what is foreign away, then "
    } else if differ.iter().any(|(_, c)| by_hand(c)) {
        "move what was edited by hand into the spec, or discard it with --overwrite, then "
    } else {
        ""
    };
    format!(
        "{out}/ differs from what {spec} compiles to; files: {}; {next}run `meridian compile {spec} --out {out}` and commit",
        differ.len(),
    )
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Unchanged => "unchanged",
        Change::Missing => "missing",
        Change::Outdated => "outdated",
        Change::Edited => "edited",
        Change::Foreign => "foreign",
        Change::Orphaned | Change::OrphanedEdited => "orphaned",
    }
}

/// The files that were deleted, by name.
fn deleted(changes: &ChangeSet) -> String {
    let gone = |c: &Change| matches!(c, Change::Orphaned | Change::OrphanedEdited);
    let gone = changes.iter().filter(|(_, c)| gone(c));
    gone.map(|(path, _)| format!("  deleted {path}\n"))
        .collect()
}

fn summary(args: &CompileArgs, done: &Compilation, changes: &ChangeSet, begun: Instant) -> String {
    let same = |c: &&Change| **c == Change::Unchanged;
    let changed = changes.len() - changes.values().filter(same).count();
    let total = done.artifacts.len();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, artifact) in done.artifacts.iter() {
        *kinds.entry(artifact.emitter).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(k, n)| format!("{k} {n}")).collect();
    let stdin = args.spec.as_os_str() == "-";
    let spec = args.spec.display();
    let source = if stdin {
        "<stdin>".to_string()
    } else {
        spec.to_string()
    };
    let out = args.out.display();
    let waivers = done.spec.as_ref().map_or(0, |s| s.waivers.len());
    let waivers = match waivers {
        0 => String::new(),
        1 => ", 1 waiver".to_string(),
        n => format!(", {n} waivers"),
    };
    let verdicts = done.analysis.iter().flat_map(verdicts);
    let verdicts: Vec<_> = verdicts
        .map(|v| format!("{} {}", v.count, v.verdict))
        .collect();
    let promises = match verdicts.is_empty() {
        true => String::new(),
        false => format!(
            "  promises: {}   meridian analyze {spec}\n",
            verdicts.join(" · ")
        ),
    };
    format!(
        "compiled {source} in {} ms: {total} files ({} unchanged, {changed} changed){waivers}\n  {}   in {out}/\n{}{promises}next: git diff {out}/ · meridian diff {spec} --base main · meridian compile --check {spec} --out {out} in CI · {out}/DEPLOYMENT_GUIDE.md",
        begun.elapsed().as_millis(),
        total.saturating_sub(changed),
        kinds.join(" · "),
        deleted(changes),
    )
}

//! `compile`: write the output tree, or say how it differs.

use super::load::Loaded;
use super::parts::Parts;
use super::report::Report;
use super::workspace::{Target, collide, targets};
use super::{FailLevel, FormatArg, Shared, exit, lockfile, own_modules, print, report, unchanged};
use crate::analysis::view::verdicts;
use crate::artifact::{Change, ChangeSet, Problem, Written, write};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::diff::{Fate, fates as fates_of};
use crate::source::Span;
use crate::spec::Part;
use crate::{Compilation, Until, artifact};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A file of the tree that is not what the spec compiles to.
pub const DIFFERS: Code = Code::new("OUT109", "file-differs");

#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// The specs, or `-` for standard input; without any, those of `meridian.yaml`, or `topology.yaml`
    specs: Vec<PathBuf>,
    /// Output folder [default: deploy]
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Write nothing; exit with 2 if files are missing, outdated or orphaned
    #[arg(long)]
    pub(super) check: bool,
    /// Discard manual edits of generated files
    #[arg(long)]
    overwrite: bool,
    /// Adopt files with the generated header if the manifest is lost
    #[arg(long)]
    adopt: bool,
    #[command(flatten)]
    parts: Parts,
    /// Delete files of skipped parts that earlier runs wrote
    #[arg(long)]
    prune: bool,
    /// Append a Markdown summary to this file, such as "$GITHUB_STEP_SUMMARY"
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

/// What became of a spec: what is said of it, a sentence for people, and the exit code.
struct Outcome {
    report: Report,
    said: Option<String>,
    code: u8,
}

impl Outcome {
    /// A run with nothing to report.
    fn clean(target: &Target, said: String) -> Outcome {
        Outcome {
            report: Report::empty(target.spec.display().to_string()),
            said: Some(said),
            code: exit::CLEAN,
        }
    }
}

pub(super) fn run(args: &CompileArgs, shared: &Shared) -> u8 {
    let targets = match targets(&args.specs, args.out.as_deref(), shared) {
        Ok(targets) => targets,
        Err(code) => return code,
    };
    if collide(&targets) {
        return exit::USAGE;
    }
    let mut reports = Vec::new();
    let mut worst = exit::CLEAN;
    for target in &targets {
        let outcome = match one(args, target) {
            Ok(outcome) => outcome,
            Err(code) => return code,
        };
        // For people each spec is told as soon as it is done.
        if shared.format == FormatArg::Human {
            report::show(&outcome.report.sources, &outcome.report.diagnostics, shared);
        }
        if let Some(said) = outcome.said {
            say!("{said}");
        }
        worst = worst.max(outcome.code);
        reports.push(outcome.report);
    }
    if shared.format != FormatArg::Human {
        report::show_all(&reports, shared);
    }
    if let Some(file) = &args.summary {
        let what = if args.check {
            "compile --check"
        } else {
            "compile"
        };
        worst = worst.max(report::summarize(&reports, what, file, shared));
    }
    worst
}

fn one(args: &CompileArgs, target: &Target) -> Result<Outcome, u8> {
    let begun = Instant::now();
    let (shared, spec, out) = (&target.shared, &target.spec, &target.out);
    let Some(lock_path) = shared.lock_path(spec) else {
        say!(
            "meridian: standard input has no lock beside it: name one with `--lock topology.lock`"
        );
        return Err(exit::USAGE);
    };
    if let Some(last) = unchanged::last(args, target) {
        let said = headline(target, last.files, 0, begun) + &last.told;
        return Ok(Outcome::clean(target, said));
    }
    let mut loaded = shared.load(spec);
    args.parts.write_into(loaded.document.as_mut());
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
    let mut done = crate::compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        diagnostics,
        Until::Emitted,
        super::today(),
    );
    own_modules::check(&done.own_modules, out, &mut done.diagnostics);
    let code = report::code(&done.diagnostics, shared);
    let outcome = |loaded: Loaded, diagnostics: Diagnostics, said, code| Outcome {
        report: Report {
            spec: loaded.shown,
            sources: loaded.sources,
            diagnostics,
            waived: done.waived.clone(),
        },
        said,
        code,
    };
    if done.diagnostics.has_errors() {
        let code = code.max(exit::DIAGNOSTICS);
        return Ok(outcome(loaded, done.diagnostics.clone(), None, code));
    }
    let refused = |loaded: Loaded, problem: Diagnostic| {
        let mut all = worth_a_stop(&done.diagnostics, shared);
        all.push(problem);
        Ok(outcome(loaded, all.sorted(), None, exit::REFUSED))
    };
    if let Some(problem) = out_of_bounds(out, spec) {
        return refused(loaded, problem.diagnostic());
    }
    if let Some(problem) = lockfile::missing(&loaded, out, spec) {
        return refused(loaded, problem);
    }
    let stale = lockfile::kept(&loaded, &done, shared);
    if stale != exit::CLEAN {
        return Ok(outcome(
            loaded,
            Diagnostics::default(),
            None,
            stale.max(code),
        ));
    }
    let lock = lockfile::text(&loaded, &done);
    let options = write::Options {
        overwrite: args.overwrite,
        adopt: args.adopt,
        prune: args.prune,
        beside: lock.as_deref().map(|text| (lock_path.as_path(), text)),
    };
    let upgrade = upgraded(&loaded, &done, target, options) + &migrated(&done, out);
    let mut all = worth_a_stop(&done.diagnostics, shared);
    if !args.check {
        let Written { changes, manifest } = match artifact::write(&done.artifacts, out, options) {
            Ok(written) => written,
            Err(problem) => return refused(loaded, problem.diagnostic()),
        };
        if code == exit::CLEAN && all.is_empty() && is_whole(args, target, &done, &changes) {
            let told = details(target, &done, &ChangeSet::new());
            let left = (manifest, done.artifacts.len(), told);
            unchanged::keep(args, target, &loaded, options.beside, left);
        }
        let said = summary(target, &done, &changes, begun) + &upgrade;
        return Ok(outcome(loaded, all, Some(said), code));
    }
    let changes = match artifact::compare(&done.artifacts, out, options) {
        Ok(changes) => changes,
        Err(problem) => return refused(loaded, problem.diagnostic()),
    };
    let differ: Vec<_> = changes.iter().filter(|(_, c)| differs(**c)).collect();
    // A tree that depends on decisions that nobody recorded is not reproducible.
    let stale_lock = lock.map(|_| lock_path.display().to_string());
    match shared.format {
        FormatArg::Human => {
            let lock = stale_lock.iter().map(|lock| format!("outdated {lock}\n"));
            let files = differ
                .iter()
                .map(|(path, change)| format!("{} {path}\n", word(**change)));
            print(&lock.chain(files).collect::<String>());
        }
        _ => {
            let lock = stale_lock
                .iter()
                .map(|lock| (lock.clone(), Change::Outdated));
            let files = differ
                .iter()
                .map(|(path, change)| (out.join(path).display().to_string(), **change));
            for (path, change) in lock.chain(files) {
                all.push(annotated(&mut loaded, target, &path, change));
            }
            all = all.sorted();
        }
    }
    let said =
        compared(target, done.artifacts.len(), &differ) + &staying(&changes, target) + &upgrade;
    let differs = match differ.is_empty() && stale_lock.is_none() {
        true => exit::CLEAN,
        false => exit::DIFFERS,
    };
    let code = if code == exit::CLEAN { differs } else { code };
    Ok(outcome(loaded, all, Some(said), code))
}

/// Whether all that a run says and does follows from the files that it read: no page to write, nothing
/// that others have in the repository.
fn is_whole(args: &CompileArgs, target: &Target, done: &Compilation, changes: &ChangeSet) -> bool {
    let left_out = changes.values().any(|c| *c == Change::LeftOut);
    target.shared.format == FormatArg::Human
        && target.spec != Path::new("-")
        && args.summary.is_none()
        && done.own_modules.is_empty()
        && !left_out
}

/// A finding at the beginning of a file of the tree that is not what it should be.
fn annotated(loaded: &mut Loaded, target: &Target, path: &str, change: Change) -> Diagnostic {
    let file = loaded.sources.add(path, "");
    let (spec, out) = (target.spec.display(), target.out.display());
    let message = format!("`{path}` is {}", word(change));
    let first = match change {
        Change::Edited | Change::OrphanedEdited => {
            "move the manual edits into the spec, or discard them with --overwrite, then "
        }
        Change::Foreign => "move it away, then ",
        _ => "",
    };
    Diagnostic::error(
        DIFFERS,
        Span::new(file, 0, 0),
        message,
        "not what the spec compiles to",
    )
    .help(format!(
        "{first}run `meridian compile {spec} --out {out}` and commit"
    ))
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

/// The end of `--check`: how many files, and what to do.
fn compared(target: &Target, total: usize, differ: &[(&String, &Change)]) -> String {
    let (spec, out) = (target.spec.display(), target.out.display());
    if differ.is_empty() {
        return format!("up to date: {out}/ matches {spec}, {total} files");
    }
    let by_hand = |c: &Change| matches!(c, Change::Edited | Change::OrphanedEdited);
    let foreign = differ.iter().any(|(_, c)| **c == Change::Foreign);
    let next = if foreign {
        "move the foreign files away, then "
    } else if differ.iter().any(|(_, c)| by_hand(c)) {
        "move the manual edits into the spec, or discard them with --overwrite, then "
    } else {
        ""
    };
    format!(
        "outdated: {} files of {out}/ do not match {spec}; {next}run `meridian compile {spec} --out {out}` and commit",
        differ.len(),
    )
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Unchanged => "unchanged",
        Change::LeftOut => "left out",
        Change::Missing => "missing",
        Change::Outdated => "outdated",
        Change::Edited => "edited",
        Change::Foreign => "foreign",
        Change::Orphaned | Change::OrphanedEdited => "orphaned",
    }
}

/// Whether a file is not what it should be.
fn differs(change: Change) -> bool {
    !matches!(change, Change::Unchanged | Change::LeftOut)
}

/// What earlier runs wrote of parts that are left out: how many files of each, and that they stay.
fn staying(changes: &ChangeSet, target: &Target) -> String {
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, _) in changes.iter().filter(|(_, c)| **c == Change::LeftOut) {
        *parts.entry(Part::of(path).word()).or_default() += 1;
    }
    if parts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = parts
        .iter()
        .map(|(part, n)| format!("{part} {n}"))
        .collect();
    format!(
        "\n  unchanged files of skipped parts: {}   in {}/ (`--prune` deletes them)",
        parts.join(" · "),
        target.out.display()
    )
}

/// What is other in the tree, where another version of meridian wrote it last: its lock says so. Without
/// a change of the spec, all of it is this version's doing.
fn upgraded(
    loaded: &Loaded,
    done: &Compilation,
    target: &Target,
    options: write::Options<'_>,
) -> String {
    let own = env!("CARGO_PKG_VERSION");
    let before = loaded.lock.as_ref().filter(|lock| lock.tool != own);
    let changes = before.map(|_| artifact::compare(&done.artifacts, &target.out, options));
    let (Some(lock), Some(Ok(changes))) = (before, changes) else {
        return String::new();
    };
    let files = changes.values().filter(|c| differs(**c)).count();
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    let disk = super::diff::on_disk(&done.artifacts, &changes, &target.out);
    for found in fates_of(&disk, &done.artifacts) {
        *fates.entry(found.fate).or_default() += 1;
    }
    let fates = fates
        .iter()
        .map(|(fate, n)| format!(" · {n} {}", fate.words()));
    format!(
        "\nmeridian {} wrote this tree; this is {own}. Changed files: {files}{}. Read `git diff {}` and the changelog of meridian before you apply; `requires` in the spec pins the version",
        lock.tool,
        fates.collect::<String>(),
        target.out.display()
    )
}

/// Changes that take steps before the next deployment: the end of a file's name, what it had and has no more, and the
/// page of the steps in the repository of meridian.
const MIGRATIONS: &[(&str, &str, &str)] =
    &[("/istio-config.yaml", "distribute:", "docs/mesh-on-gke.md")];

/// Which of those changes this tree is about to take.
fn migrated(done: &Compilation, out: &Path) -> String {
    let takes = |(name, had, _): &&(&str, &str, &str)| {
        done.artifacts.iter().any(|(path, new)| {
            path.ends_with(name)
                && !new.text.contains(had)
                && write::read_beside(&out.join(path))
                    .is_some_and(|old| String::from_utf8_lossy(&old).contains(had))
        })
    };
    let each = MIGRATIONS.iter().filter(takes).map(|(name, had, page)| {
        format!(
            "\n`{had}` is gone from {}: read {page} of meridian before you deploy, the change takes steps",
            name.trim_start_matches('/')
        )
    });
    each.collect()
}

/// What other teams have to provide, in one line.
fn contract(done: &Compilation, target: &Target) -> String {
    let set = &done.artifacts;
    if set.left_out.is_empty() && set.contract.is_empty() {
        return String::new();
    }
    let left: Vec<&str> = set.left_out.iter().map(|p| p.word()).collect();
    let asked: Vec<String> = set
        .contract
        .iter()
        .map(|(w, n)| format!("{w} {n}"))
        .collect();
    let asked = match asked.is_empty() {
        true => "nothing".to_string(),
        false => asked.join(" · "),
    };
    let left = match left.is_empty() {
        true => String::new(),
        false => format!("  provided by other teams: {}\n", left.join(", ")),
    };
    let out = target.out.display();
    format!("{left}  required from them: {asked}   {out}/CONTRACT.md\n")
}

/// The files that were deleted, by name.
fn deleted(changes: &ChangeSet) -> String {
    let gone = |c: &Change| matches!(c, Change::Orphaned | Change::OrphanedEdited);
    let gone = changes.iter().filter(|(_, c)| gone(c));
    gone.map(|(path, _)| format!("  deleted {path}\n"))
        .collect()
}

fn summary(target: &Target, done: &Compilation, changes: &ChangeSet, begun: Instant) -> String {
    let changed = changes.values().filter(|c| differs(**c)).count();
    headline(target, done.artifacts.len(), changed, begun) + &details(target, done, changes)
}

/// The beginning of what people are told.
fn headline(target: &Target, total: usize, changed: usize, begun: Instant) -> String {
    let source = match target.spec.as_os_str() == "-" {
        true => "<stdin>".to_string(),
        false => target.spec.display().to_string(),
    };
    format!(
        "compiled {source} in {} ms: {total} files ({} unchanged, {changed} changed)",
        begun.elapsed().as_millis(),
        total.saturating_sub(changed),
    )
}

/// The rest of it, which says nothing of what was there before but by `changes`.
fn details(target: &Target, done: &Compilation, changes: &ChangeSet) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, artifact) in done.artifacts.iter() {
        *kinds.entry(artifact.emitter).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(k, n)| format!("{k} {n}")).collect();
    let (spec, out) = (target.spec.display(), target.out.display());
    let waivers = done.spec.as_ref().map_or(0, |s| s.waivers.len());
    let waivers = match waivers {
        0 => String::new(),
        1 => ", 1 waiver".to_string(),
        n => format!(", {n} waivers"),
    };
    let verdicts = done.today().into_iter().flat_map(verdicts);
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
        "{waivers}\n  {}   in {out}/{}\n{}{}{promises}next: git diff {out}/ · meridian diff {spec} --base main · meridian compile --check {spec} --out {out} in CI · {out}/DEPLOYMENT_GUIDE.md",
        kinds.join(" · "),
        staying(changes, target),
        contract(done, target),
        deleted(changes),
    )
}

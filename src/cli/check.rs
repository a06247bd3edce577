//! `check` and `expand`: what a spec means, without output.

use super::report::Report;
use super::workspace::{Target, targets};
use super::{
    FailLevel, FormatArg, Shared, SpecArgs, baseline, exit, expiring, load, lockfile, print, report,
};
use crate::spec::decode::Scalar;
use crate::spec::{Date, Duration};
use crate::syntax::{Document, Line, Notation, print as printer};
use crate::{Until, compile, spec};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The specs, or `-` for standard input; without any, those of `meridian.yaml`, or `topology.yaml`
    specs: Vec<PathBuf>,
    /// Also report what expires within this time, and exit with 1 if anything does
    ///
    /// Waivers, transfers and measurements; a time such as `60d`.
    #[arg(long, value_name = "TIME", value_parser = parsed::<Duration>)]
    expiring: Option<Duration>,
    /// Date used to judge expiries [default: today]
    #[arg(long, value_name = "DATE", value_parser = parsed::<Date>)]
    today: Option<Date>,
    /// File with accepted findings
    ///
    /// Written by `--update-baseline`. New findings still fail.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all current findings into the baseline
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
    /// Append the findings as Markdown to this file, such as "$GITHUB_STEP_SUMMARY"
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

/// A value of the language on the command line.
fn parsed<T: Scalar>(text: &str) -> Result<T, String> {
    T::parse(text).map_err(|why| match why.is_empty() {
        true => format!("write {}", T::wanted()),
        false => format!("{why}; write {}", T::wanted()),
    })
}

/// Checks specs as `compile` would, and writes nothing; dates count fully.
pub(super) fn check(args: &CheckArgs, shared: &Shared) -> u8 {
    let targets = match targets(&args.specs, None, shared) {
        Ok(targets) => targets,
        Err(code) => return code,
    };
    let mut code = exit::CLEAN;
    let mut reports: Vec<Report> = Vec::new();
    for target in &targets {
        let (report, kept) = one(target, args);
        code = code.max(kept);
        // Two parts of one spec are checked once.
        if reports.iter().all(|known| known.spec != report.spec) {
            reports.push(report);
        }
    }
    match (&args.baseline, args.update_baseline) {
        (Some(file), true) => return baseline::update(file, &reports),
        (Some(file), false) => {
            if let Err(code) = baseline::apply(file, &mut reports) {
                return code;
            }
        }
        (None, _) => {}
    }
    report::show_all(&reports, shared);
    if shared.format == FormatArg::Human {
        for report in &reports {
            say!("checked {}: {}", report.spec, report::counts(report));
        }
    }
    if let Some(file) = &args.summary {
        code = code.max(report::summarize(&reports, "check", file, shared));
    }
    // Who asks what expires soon is told by the exit code too.
    let soon = |r: &Report| r.diagnostics.iter().any(|d| d.code == expiring::SOON);
    if reports.iter().any(soon) && shared.fail_level != FailLevel::Never {
        code = code.max(exit::DIAGNOSTICS);
    }
    let found = reports.iter().map(|r| report::code(&r.diagnostics, shared));
    found.fold(code, u8::max)
}

/// What is said of one spec, and whether its lock may stay as it is.
fn one(target: &Target, args: &CheckArgs) -> (Report, u8) {
    let shared = &target.shared;
    let mut loaded = shared.load(&target.spec);
    if let Some(whole) = load::whole_of(&loaded, &target.spec, &shared.limits()) {
        let (part, shown) = (target.spec.display(), whole.display());
        say!("{part} is a part of {shown}, and is checked with it");
        loaded = shared.load(&whole);
    }
    let today = args.today.or_else(super::today);
    let mut done = compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        std::mem::take(&mut loaded.diagnostics),
        Until::Checked,
        today,
    );
    if let (Some(within), Some(today), Some(spec)) = (args.expiring, today, &done.spec) {
        done.diagnostics
            .extend(expiring::within(spec, today, within));
        done.diagnostics = done.diagnostics.sorted();
    }
    let kept = lockfile::kept(&loaded, &done, shared);
    let report = Report {
        spec: loaded.shown,
        sources: loaded.sources,
        diagnostics: done.diagnostics,
        waived: done.waived,
    };
    (report, kept)
}

/// Prints the spec with its defaults.
pub(super) fn expand(args: &SpecArgs, shared: &Shared) -> u8 {
    let mut loaded = shared.load(&args.spec);
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
    let document = loaded.document.as_ref();
    let done = compile(
        document,
        loaded.lock.as_ref(),
        &loaded.name,
        diagnostics,
        Until::Settled,
        super::today(),
    );
    report::show(&loaded.sources, &done.diagnostics, shared);
    let Some(mut root) = done.spec.as_ref().and_then(spec::encode) else {
        return exit::DIAGNOSTICS;
    };
    let settled = done
        .topology
        .iter()
        .flat_map(crate::topology::settled_notes);
    root.notes.inside = settled.map(|n| Line::Comment(format!(" {n}"))).collect();
    let document = Document { root };
    print(&printer::print(&document, Notation::Yaml));
    report::code(&done.diagnostics, shared)
}

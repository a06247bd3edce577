//! `check` and `expand`: what a spec means, without output.

use super::{FormatArg, Shared, SpecArgs, exit, lockfile, print, report};
use crate::syntax::{Document, Notation, print as printer};
use crate::{Until, compile, spec};

/// Checks a spec as `compile` would, and writes nothing; dates count fully.
pub(super) fn check(args: &SpecArgs, shared: &Shared) -> u8 {
    let mut loaded = shared.load(&args.spec);
    let diagnostics = std::mem::take(&mut loaded.diagnostics);
    let document = loaded.document.as_ref();
    let done = compile(
        document,
        loaded.lock.as_ref(),
        &loaded.name,
        diagnostics,
        Until::Checked,
        super::today(),
    );
    report::show(&loaded.sources, &done.diagnostics, shared);
    if shared.format == FormatArg::Human {
        eprintln!(
            "checked {}: {}",
            loaded.shown,
            report::counts(&done.diagnostics)
        );
    }
    lockfile::kept(&loaded, &done, shared).max(report::code(&done.diagnostics, shared))
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
    let Some(root) = done.spec.as_ref().and_then(spec::encode) else {
        return exit::DIAGNOSTICS;
    };
    let document = Document {
        root,
        trailing: done
            .topology
            .iter()
            .flat_map(crate::topology::settled_notes)
            .collect(),
    };
    print(&printer::print(&document, Notation::Yaml));
    report::code(&done.diagnostics, shared)
}

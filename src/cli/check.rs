//! `check` and `expand`: what a spec means, without output.

use super::{FormatArg, Shared, SpecArgs, exit, load, lockfile, print, report};
use crate::syntax::{Document, Line, Notation, print as printer};
use crate::{Until, compile, spec};

/// Checks a spec as `compile` would, and writes nothing; dates count fully.
pub(super) fn check(args: &SpecArgs, shared: &Shared) -> u8 {
    let mut loaded = shared.load(&args.spec);
    if let Some(whole) = load::whole_of(&loaded, &args.spec, &shared.limits()) {
        let (part, shown) = (args.spec.display(), whole.display());
        say!("{part} is a part of {shown}, and is checked with it");
        loaded = shared.load(&whole);
    }
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
        say!(
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

//! `fmt` and `convert`: the same spec, written another way.

use super::{Shared, exit, load, print, report};
use crate::syntax::{Document, Notation, print as printer};
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// The specs, or `-` for standard input
    #[arg(default_value = "topology.yaml")]
    specs: Vec<PathBuf>,
    /// Write nothing; exit with 2 if the spec is not in its canonical form
    #[arg(long)]
    check: bool,
    /// Put it into the file instead of printing it
    #[arg(long, short, conflicts_with = "check")]
    write: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// The spec, or `-` for standard input
    spec: PathBuf,
    /// The notation to write; the other one if left out
    #[arg(long, value_enum)]
    to: Option<NotationArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NotationArg {
    Yaml,
    Kdl,
}

/// Prints the canonical form, or puts it into the files.
pub(super) fn fmt(args: &FmtArgs, shared: &Shared) -> u8 {
    let codes = args.specs.iter().map(|spec| format(spec, args, shared));
    codes.fold(exit::CLEAN, u8::max)
}

fn format(spec: &Path, args: &FmtArgs, shared: &Shared) -> u8 {
    let notation = Notation::of(&spec.to_string_lossy());
    printed(spec, shared, notation, Document::clone, |text, original| {
        if args.write && spec != Path::new("-") {
            return put(spec, text, original);
        }
        if !args.check {
            print(text);
            return exit::CLEAN;
        }
        if text == original {
            return exit::CLEAN;
        }
        let spec = spec.display();
        say!("{spec} is not in its canonical form: `meridian fmt --write {spec}` puts it there");
        exit::DIFFERS
    })
}

/// Replaces a file, whole or not at all.
fn put(spec: &Path, text: &str, original: &str) -> u8 {
    if text == original {
        return exit::CLEAN;
    }
    let replaced = || -> std::io::Result<()> {
        // A link stays one, and a file keeps who may read it.
        let real = std::fs::canonicalize(spec)?;
        let folder = real.parent().unwrap_or(Path::new("."));
        let mut next = tempfile::NamedTempFile::new_in(folder)?;
        next.write_all(text.as_bytes())?;
        next.as_file()
            .set_permissions(std::fs::metadata(&real)?.permissions())?;
        next.persist(&real)?;
        Ok(())
    };
    match replaced() {
        Ok(()) => {
            say!("wrote {}", spec.display());
            exit::CLEAN
        }
        Err(error) => {
            let cause = super::cause(&error);
            say!(
                "meridian: `{}`: {cause}; nothing was changed",
                spec.display()
            );
            exit::REFUSED
        }
    }
}

/// Prints the spec in the other notation.
pub(super) fn convert(args: &ConvertArgs, shared: &Shared) -> u8 {
    let from = Notation::of(&args.spec.to_string_lossy());
    let to = match (args.to, from) {
        (Some(NotationArg::Yaml), _) | (None, Notation::Kdl) => Notation::Yaml,
        (Some(NotationArg::Kdl), _) | (None, Notation::Yaml) => Notation::Kdl,
    };
    // KDL writes a list of one like a value; only the language knows which is meant.
    let tree = |document: &Document| printer::relaid(crate::spec::schema::with_lists(document));
    printed(&args.spec, shared, to, tree, |text, _| {
        print(text);
        exit::CLEAN
    })
}

/// Parses one file, without its includes, prints its tree and hands over both texts; nothing
/// if they would not mean the same.
fn printed(
    spec: &Path,
    shared: &Shared,
    to: Notation,
    tree: impl FnOnce(&Document) -> Document,
    then: impl FnOnce(&str, &str) -> u8,
) -> u8 {
    let mut loaded = load::load_one(spec, &shared.limits());
    let mut text = None;
    if let Some(document) = &loaded.document
        && !loaded.diagnostics.has_errors()
    {
        match printer::checked(&tree(document), to, &shared.limits()) {
            Ok(printed) => text = Some(printed),
            Err(fault) => loaded.diagnostics.push(*fault),
        }
    }
    report::show(&loaded.sources, &loaded.diagnostics.sorted(), shared);
    match (text, loaded.main) {
        (Some(text), Some(main)) => then(&text, &loaded.sources.file(main).text),
        _ => exit::DIAGNOSTICS,
    }
}

//! Which specs a command is about: those that are named, those of a workspace file, or the one
//! that is here.

use super::{Shared, exit, load, report};
use crate::spec::decode::Decode;
use crate::spec::workspace::Workspace;
use std::path::{Path, PathBuf};

/// The workspace file.
pub(super) const WORKSPACE: &str = "meridian.yaml";
/// The spec where none is named.
const SPEC: &str = "topology.yaml";
/// The folder of the tree where none is named.
const OUT: &str = "deploy";

/// A spec, where its tree is, and the options that are its own.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) spec: PathBuf,
    pub(super) out: PathBuf,
    pub(super) shared: Shared,
}

/// The specs that are meant.
///
/// # Errors
/// The exit code, if a workspace file cannot be read; what is wrong with it was said.
pub(super) fn targets(
    named: &[PathBuf],
    out: Option<&Path>,
    shared: &Shared,
) -> Result<Vec<Target>, u8> {
    let is_workspace = |p: &Path| p.file_name().is_some_and(|n| n == WORKSPACE);
    let here = [match Path::new(WORKSPACE).is_file() {
        true => PathBuf::from(WORKSPACE),
        false => PathBuf::from(SPEC),
    }];
    let named = if named.is_empty() { &here[..] } else { named };
    let mut targets: Vec<Target> = Vec::new();
    for path in named {
        if is_workspace(path) {
            targets.extend(of_workspace(path, shared)?);
        } else {
            targets.push(Target {
                spec: path.clone(),
                out: out.unwrap_or(Path::new(OUT)).to_path_buf(),
                shared: shared.clone(),
            });
        }
    }
    Ok(targets)
}

fn of_workspace(path: &Path, shared: &Shared) -> Result<Vec<Target>, u8> {
    let mut loaded = load::load_one(path, &shared.limits());
    let document = loaded.document.as_ref();
    let workspace = document.and_then(|d| Workspace::decode(&d.root, &mut loaded.diagnostics));
    if loaded.diagnostics.has_errors() {
        report::show(&loaded.sources, &loaded.diagnostics.sorted(), shared);
        return Err(exit::DIAGNOSTICS);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let targets = workspace
        .iter()
        .flat_map(|w| w.specs.iter().map(move |t| (w, t)));
    let targets = targets.map(|(workspace, target)| Target {
        spec: folder.join(&target.spec.value),
        out: folder.join(&target.out.value),
        shared: Shared {
            lock: target.lock.as_ref().map(|l| folder.join(&l.value)),
            locked: shared.locked || workspace.locked.value,
            ..shared.clone()
        },
    });
    Ok(targets.collect())
}

/// Says that two specs would be compiled into one folder, if they would.
pub(super) fn collide(targets: &[Target]) -> bool {
    let mut all = targets.iter().enumerate();
    let clash = all.find_map(|(index, target)| {
        let mut before = targets[..index].iter();
        let other = before.find(|other| other.out == target.out)?;
        Some((other.spec.display().to_string(), target))
    });
    match clash {
        None => false,
        Some((other, target)) => {
            let (out, spec) = (target.out.display(), target.spec.display());
            say!(
                "meridian: {other} and {spec} would both be compiled into {out}/: give each a folder in `{WORKSPACE}`"
            );
            true
        }
    }
}

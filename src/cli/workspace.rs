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
    let here = [spec_or_workspace()];
    let named = if named.is_empty() { &here[..] } else { named };
    let mut targets: Vec<Target> = Vec::new();
    for path in named {
        if is_workspace(path) {
            targets.extend(of_workspace(path, shared)?);
        } else {
            targets.push(of_spec(path, out, shared)?);
        }
    }
    Ok(targets)
}

/// What is meant where nothing is named: the workspace here, the spec here, or the workspace of
/// the repository that this folder is in.
fn spec_or_workspace() -> PathBuf {
    let [workspace, spec] = [WORKSPACE, SPEC].map(PathBuf::from);
    if workspace.is_file() {
        workspace
    } else if spec.is_file() {
        spec
    } else {
        above(Path::new("")).unwrap_or(spec)
    }
}

/// The workspace file of the repository that a folder is in.
fn above(folder: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(Path::new(".").join(folder)).ok()?;
    let mut up = folder.to_path_buf();
    for here in real.ancestors() {
        let found = up.join(WORKSPACE);
        if found.is_file() {
            return Some(found);
        }
        if here.join(".git").exists() {
            return None;
        }
        up.push("..");
    }
    None
}

/// A spec that is named. One that a workspace of its repository lists is what that says of it,
/// unless the folder of its tree is named too.
fn of_spec(spec: &Path, out: Option<&Path>, shared: &Shared) -> Result<Target, u8> {
    let alone = Target {
        spec: spec.to_path_buf(),
        out: out.unwrap_or(Path::new(OUT)).to_path_buf(),
        shared: shared.clone(),
    };
    let real = std::fs::canonicalize(spec).ok();
    let workspace = above(spec.parent().unwrap_or(Path::new("")));
    let (Some(real), Some(workspace), None) = (real, workspace, out) else {
        return Ok(alone);
    };
    let mut listed = of_workspace(&workspace, shared)?.into_iter();
    let same = |t: &Target| std::fs::canonicalize(&t.spec).is_ok_and(|p| p == real);
    let listed = listed.find(same);
    Ok(listed.map_or(alone, |target| Target {
        spec: spec.to_path_buf(),
        ..target
    }))
}

/// The spec of a generated file: the one that a workspace compiles into a folder above it, or the
/// only one that is meant here.
///
/// # Errors
/// As [`targets`].
pub(super) fn spec_of(generated: &Path, shared: &Shared) -> Result<PathBuf, u8> {
    let all = targets(&[], None, shared)?;
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let file = real(generated);
    let holds = |t: &&Target| match (&file, real(&t.out)) {
        (Some(file), Some(out)) => file.starts_with(out),
        _ => false,
    };
    let found = all.iter().find(holds).or(all.first());
    Ok(found.map_or(PathBuf::from(SPEC), |t| t.spec.clone()))
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
            locked: shared.locked.or(Some(workspace.locked.value)),
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

//! A `compile` of what was compiled before. A run that had nothing to say keeps a record: what it read,
//! the manifest of what it left, what it told people. While all of that is still so, the tree is what the
//! spec compiles to, and the next run only reads it, to find what was edited by hand.
//!
//! Records lie in the user's cache, never in the tree, which comes with the commits of others;
//! `--check` asks none.

use super::compile::CompileArgs;
use super::load::Loaded;
use super::workspace::Target;
use crate::artifact::is_intact;
use crate::artifact::write::{put_beside, read_beside};
use crate::format::hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Records that are kept: beyond that, all go, and each costs one compile.
const MOST: usize = 100;

/// What a run has left behind.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// SHA-256 of the program, the day and the options.
    asked: String,
    /// SHA-256 of every file that was read, by its path.
    read: BTreeMap<PathBuf, String>,
    /// SHA-256 of the manifest.
    manifest: String,
    /// How many files the tree has.
    pub(super) files: usize,
    /// What people were told after that.
    pub(super) told: String,
}

/// The record of the last run, if another would do the same and leave the same.
pub(super) fn last(args: &CompileArgs, target: &Target) -> Option<Record> {
    if args.check {
        return None;
    }
    let bytes = read_beside(&place(&target.out)?)?;
    let record: Record = serde_json::from_slice(&bytes).ok()?;
    let same = |(path, is): (&PathBuf, &String)| read_beside(path).is_some_and(|b| hash(b) == *is);
    let unchanged = record.asked == asked(args, target)?
        && record.read.iter().all(same)
        && is_intact(&target.out, &record.manifest);
    unchanged.then_some(record)
}

/// Keeps the record of a run that wrote `lock`, if any, and left a manifest of that hash. A cache that
/// cannot be written is none.
pub(super) fn keep(
    args: &CompileArgs,
    target: &Target,
    loaded: &Loaded,
    lock: Option<(&Path, &str)>,
    (manifest, files, told): (String, usize, String),
) {
    let sources = loaded.sources.ids().map(|id| loaded.sources.file(id));
    let sources = sources.map(|file| (PathBuf::from(&file.name), hash(&file.text)));
    let mut read: BTreeMap<PathBuf, String> = sources.collect();
    read.extend(lock.map(|(path, text)| (path.to_path_buf(), hash(text))));
    // Without a lock, one that appears would change what comes out.
    let locked = target.shared.lock_path(&target.spec);
    let known = locked.is_some_and(|path| read.contains_key(&path));
    let (Some(place), Some(asked), true) = (place(&target.out), asked(args, target), known) else {
        return;
    };
    let record = Record {
        asked,
        read,
        manifest,
        files,
        told,
    };
    let Some(folder) = place.parent() else { return };
    if std::fs::create_dir_all(folder).is_err() {
        return;
    }
    make_room(folder);
    if let Ok(text) = serde_json::to_string(&record) {
        let _ = put_beside(&place, &text);
    }
}

/// Where the record of a tree lies; nowhere for a user without a cache.
fn place(out: &Path) -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let home = || absolute("HOME").map(|home| home.join(".cache"));
    let cache = absolute("XDG_CACHE_HOME").or_else(home)?;
    let tree = std::fs::canonicalize(out).ok()?;
    let name = hash(tree.as_os_str().as_encoded_bytes());
    Some(cache.join("meridian/compiled").join(format!("{name}.json")))
}

/// Everything beside the files that decides what a run does: the program itself, for a version is
/// built more than once, the folder that paths begin at, the day, and the options.
fn asked(args: &CompileArgs, target: &Target) -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let about = std::fs::metadata(&program).ok()?;
    let built = about.modified().ok()?;
    let here = std::env::current_dir().ok()?;
    let today = super::today();
    Some(hash(format!(
        "{program:?} {} {built:?} {here:?} {today:?} {args:?} {target:?}",
        about.len()
    )))
}

fn make_room(folder: &Path) {
    let records = || std::fs::read_dir(folder).into_iter().flatten().flatten();
    if records().count() > MOST {
        for record in records() {
            let _ = std::fs::remove_file(record.path());
        }
    }
}

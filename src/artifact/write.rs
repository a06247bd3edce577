//! The output folder: what differs, and making it equal.
//!
//! Order of a write: lock, look at everything, refuse or go on; next manifest; each file
//! aside and renamed; orphans; manifest. Killed at any moment, the next run completes: a
//! file is ours if it has a hash of the last manifest or of the next one, and the next one
//! remembers what stood there when the run before it was killed.

use super::folder::{Folder, Found, Way};
use super::manifest::Manifest;
use super::problem::Problem;
use super::{Artifact, ArtifactSet};
use crate::format::hash;
use crate::topology::Part;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The folder of our own, in the output folder.
const META: &str = ".meridian";
const LAST: &str = "manifest.json";
const NEXT: &str = "manifest.next.json";
const LOCK: &str = "lock";
/// Where a file is written before it takes its name; one, because one run holds the lock,
/// so that a killed run leaves nothing that the next does not use or remove.
const ASIDE: &str = "aside";

/// What stands between the disk and the set, for one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The same.
    Unchanged,
    /// Not there yet.
    Missing,
    /// Ours, as we wrote it, and now different.
    Outdated,
    /// Ours, and changed by hand.
    Edited,
    /// There, and not ours.
    Foreign,
    /// Ours, and no longer produced.
    Orphaned,
    /// No longer produced, and changed by hand.
    OrphanedEdited,
    /// Of a part that others make now: an earlier run wrote it, and it stays as it is.
    LeftOut,
}

/// Every path that is produced or was.
pub type ChangeSet = BTreeMap<String, Change>;

/// What a write has made of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What was there before.
    pub changes: ChangeSet,
    /// SHA-256 of its manifest, for [`is_intact`].
    pub manifest: String,
}

/// How to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Discard changes made by hand.
    pub overwrite: bool,
    /// Take over files that carry our first line although no manifest names them.
    pub adopt: bool,
    /// Delete what earlier runs wrote of parts that others make now.
    pub prune: bool,
    /// A file outside of the folder that belongs to what is written, and its text: it is put down
    /// before anything in the folder changes, and not at all if the folder is refused.
    pub beside: Option<(&'a Path, &'a str)>,
}

/// Compares a set with a folder, touching nothing.
pub fn compare(set: &ArtifactSet, root: &Path, options: Options<'_>) -> Result<ChangeSet, Problem> {
    let root = resolved(root)?;
    if !root.exists() {
        return Ok(set
            .iter()
            .map(|(p, _)| (p.into(), Change::Missing))
            .collect());
    }
    let root = Folder::open(&root)?;
    let meta = root.inside(META, false)?;
    let tree = Tree::open(&root, meta.as_ref(), options)?;
    tree.same_system(set)?;
    tree.changes(set)
}

/// Makes a folder equal to a set, or refuses and leaves it as it was.
pub fn write(set: &ArtifactSet, root: &Path, options: Options<'_>) -> Result<Written, Problem> {
    let path = resolved(root)?;
    let fresh = !path.exists();
    fs::create_dir_all(&path).map_err(|e| Problem::io(&path, &e))?;
    let root = Folder::open(&path)?;
    let missing = || Problem::io(path.join(META), &std::io::ErrorKind::NotFound.into());
    let meta = root.inside(META, true)?.ok_or_else(missing)?;
    let lock = lock(&meta)?;
    let done = Tree::open(&root, Some(&meta), options).and_then(|tree| {
        tree.same_system(set)?;
        let changes = tree.changes(set)?;
        refuse(&changes, options)?;
        if let Some((path, text)) = options.beside {
            put_beside(path, text)?;
        }
        let manifest = tree.apply(&meta, set, &changes)?;
        Ok(Written { changes, manifest })
    });
    let _ = meta.remove(ASIDE);
    // Only its holder removes the lock, as the last thing; whoever waits looks again.
    let _ = meta.remove(LOCK);
    drop(lock);
    if done.is_err() && fresh {
        let _ = fs::remove_dir(path.join(META));
        let _ = fs::remove_dir(&path);
    }
    done
}

/// Whether a folder is as a run has left it whose manifest has this hash: every file has the text
/// that was written, and no other run is under way or was cut short. Nothing is written.
pub fn is_intact(root: &Path, manifest: &str) -> bool {
    let intact = || -> Result<bool, Problem> {
        let root = Folder::open(&resolved(root)?)?;
        let Some(meta) = root.inside(META, false)? else {
            return Ok(false);
        };
        let begun = [NEXT, LOCK].map(|name| meta.find(name));
        let Found::File(last) = meta.find(LAST)? else {
            return Ok(false);
        };
        if hash(&last) != manifest || begun.into_iter().any(|f| f != Ok(Found::Nothing)) {
            return Ok(false);
        }
        let Ok(last) = Manifest::parse(&String::from_utf8_lossy(&last)) else {
            return Ok(false);
        };
        let mut way = Way::from(&root);
        for (path, entry) in &last.files {
            match way.find(path)? {
                Found::File(bytes) if hash(&bytes) == entry.sha256 => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    };
    intact().unwrap_or(false)
}

/// The folder itself may be a link: it is followed once.
fn resolved(root: &Path) -> Result<PathBuf, Problem> {
    match fs::canonicalize(root) {
        Ok(real) if real.is_dir() => Ok(real),
        Ok(real) => Err(Problem::Io(
            real.display().to_string(),
            "this is a file, not a folder".to_string(),
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let parent = root.parent().filter(|p| !p.as_os_str().is_empty());
            match parent {
                Some(parent) if !parent.is_dir() => Err(Problem::Io(
                    parent.display().to_string(),
                    "there is no such folder to write into".to_string(),
                )),
                _ => Ok(root.to_path_buf()),
            }
        }
        Err(error) => Err(Problem::io(root, &error)),
    }
}

/// Takes the lock of a folder. A file that its holder removed meanwhile is no lock.
fn lock(meta: &Folder) -> Result<File, Problem> {
    loop {
        let mut file = meta.lock_file(LOCK)?;
        match file.try_lock() {
            Ok(()) if meta.still(LOCK, &file) => {
                let _ = file.set_len(0);
                let _ = writeln!(file, "pid {}", std::process::id());
                return Ok(file);
            }
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = (&file).take(100).read_to_string(&mut holder);
                return Err(Problem::Locked(format!("held by {}", holder.trim())));
            }
            Err(TryLockError::Error(error)) => {
                return Err(Problem::io(Path::new(META).join(LOCK), &error));
            }
        }
    }
}

fn refuse(changes: &ChangeSet, options: Options) -> Result<(), Problem> {
    let of = |wanted: &[Change]| -> Vec<String> {
        let hit = changes.iter().filter(|(_, c)| wanted.contains(c));
        hit.map(|(p, _)| p.clone()).collect()
    };
    let foreign = of(&[Change::Foreign]);
    if !foreign.is_empty() {
        return Err(Problem::Foreign(foreign));
    }
    let edited = of(&[Change::Edited, Change::OrphanedEdited]);
    if !edited.is_empty() && !options.overwrite {
        return Err(Problem::Edited(edited));
    }
    Ok(())
}

/// An output folder and what we know of it.
struct Tree<'a> {
    root: &'a Folder,
    last: Manifest,
    /// The manifest of a run that did not finish.
    next: Manifest,
    adopt: bool,
    prune: bool,
}

impl<'a> Tree<'a> {
    fn open(root: &'a Folder, meta: Option<&Folder>, options: Options) -> Result<Self, Problem> {
        let read = |name: &str| -> Result<Manifest, Problem> {
            let found = match meta {
                Some(meta) => meta.find(name)?,
                None => Found::Nothing,
            };
            let manifest = match found {
                Found::Nothing => return Ok(Manifest::default()),
                Found::Other => Err("it is no file, or larger than any that we write".to_string()),
                Found::File(bytes) => Manifest::parse(&String::from_utf8_lossy(&bytes)),
            };
            match manifest {
                Ok(manifest) => Ok(manifest),
                Err(_) if options.adopt || name == NEXT => Ok(Manifest::default()),
                Err(why) => Err(Problem::Manifest(why)),
            }
        };
        Ok(Tree {
            root,
            last: read(LAST)?,
            next: read(NEXT)?,
            adopt: options.adopt,
            prune: options.prune,
        })
    }

    /// Refuses a set of another system than the one that the folder holds.
    fn same_system(&self, set: &ArtifactSet) -> Result<(), Problem> {
        match &self.last.system {
            Some(system) if *system != set.system => Err(Problem::OtherSystem {
                here: system.clone(),
                new: set.system.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn changes(&self, set: &ArtifactSet) -> Result<ChangeSet, Problem> {
        let mut changes = ChangeSet::new();
        let mut way = Way::from(self.root);
        for (path, artifact) in set.iter() {
            let change = self.change(&mut way, path, Some(artifact))?;
            changes.insert(path.to_string(), change);
        }
        let known: BTreeSet<&String> = self
            .last
            .files
            .keys()
            .chain(self.next.files.keys())
            .collect();
        for path in known {
            if set.get(path).is_none() && super::is_ours_to_name(path) {
                let left_out = !self.prune && set.left_out.contains(&Part::of(path));
                let change = match self.change(&mut way, path, None)? {
                    Change::Missing => Change::Missing,
                    _ if left_out => Change::LeftOut,
                    change => change,
                };
                if change != Change::Missing {
                    changes.insert(path.clone(), change);
                }
            }
        }
        Ok(changes)
    }

    fn change(
        &self,
        way: &mut Way,
        path: &str,
        wanted: Option<&Artifact>,
    ) -> Result<Change, Problem> {
        let bytes = match text(way.find(path)?) {
            Found::Nothing => return Ok(Change::Missing),
            Found::Other => return Ok(Change::Foreign),
            Found::File(bytes) => bytes,
        };
        if wanted.is_some_and(|a| a.text.as_bytes() == bytes) {
            return Ok(Change::Unchanged);
        }
        let text = String::from_utf8_lossy(&bytes);
        let hash = hash(text.as_bytes());
        let written = [&self.last, &self.next].map(|m| m.files.get(path));
        let ours = written.iter().flatten().any(|e| e.has(&hash));
        let known = written.iter().flatten().next().is_some();
        let adopted = self.adopt && super::carries_header(&text);
        Ok(
            match (wanted.is_some(), ours || (adopted && !known), known) {
                (true, true, _) => Change::Outdated,
                (true, false, true) => Change::Edited,
                (true, false, false) => Change::Foreign,
                (false, true, _) => Change::Orphaned,
                (false, false, _) => Change::OrphanedEdited,
            },
        )
    }

    /// Makes the folder equal to the set; gives the hash of its manifest.
    fn apply(
        &self,
        meta: &Folder,
        set: &ArtifactSet,
        changes: &ChangeSet,
    ) -> Result<String, Problem> {
        let mut manifest = Manifest::of(set);
        let stays = |path: &String| changes.get(path) == Some(&Change::LeftOut);
        let known = [&self.next, &self.last].map(|m| &m.files);
        for (path, entry) in known.into_iter().flatten().filter(|(p, _)| stays(p)) {
            // What stays is known as ours, for when its part comes back.
            manifest.files.insert(path.clone(), entry.clone());
        }
        let same = |c: &Change| matches!(c, Change::Unchanged | Change::LeftOut);
        let settled = changes.values().all(same);
        if settled && self.last == manifest && self.next == Manifest::default() {
            meta.remove(NEXT)?;
            return Ok(hash(manifest.print()));
        }
        let spare = (meta, ASIDE);
        // A run that was killed may have left it.
        meta.remove(ASIDE)?;
        let next = self.remembering(manifest.clone(), changes)?;
        meta.put(NEXT, &next.print(), false, spare)?;
        let mut way = Way::from(self.root);
        for (path, artifact) in set.iter() {
            if changes.get(path) != Some(&Change::Unchanged) {
                way.put(path, &artifact.text, artifact.executable, spare)?;
            }
        }
        for (path, change) in changes {
            if matches!(change, Change::Orphaned | Change::OrphanedEdited) {
                self.root.remove_at(path)?;
            }
        }
        let manifest = manifest.print();
        meta.put(LAST, &manifest, false, spare)?;
        meta.remove(NEXT)?;
        Ok(hash(&manifest))
    }

    /// The next manifest, with what an interrupted run left behind: killed now, the run after
    /// this one must still know it as ours.
    fn remembering(&self, mut next: Manifest, changes: &ChangeSet) -> Result<Manifest, Problem> {
        for (path, entry) in &self.next.files {
            let ours = matches!(changes.get(path), Some(Change::Outdated | Change::Orphaned));
            if ours && let Found::File(bytes) = text(self.root.find(path)?) {
                let stands = hash(String::from_utf8_lossy(&bytes).as_bytes());
                let kept = next.files.entry(path.clone());
                kept.or_insert_with(|| entry.clone()).remember(stands);
            }
        }
        Ok(next)
    }
}

/// A file as we would have written it: a checkout may have turned the line ends around.
fn text(found: Found) -> Found {
    match found {
        Found::File(bytes) if bytes.contains(&b'\r') => {
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            Found::File(text.into_bytes())
        }
        found => found,
    }
}

/// The bytes of a file that lies outside of the folder; nothing if it is none, or a link.
pub fn read_beside(path: &Path) -> Option<Vec<u8>> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = Folder::open(parent.unwrap_or(Path::new("."))).ok()?;
    match folder.find(path.file_name()?.to_str()?) {
        Ok(Found::File(bytes)) => Some(bytes),
        _ => None,
    }
}

/// Writes a file that lies outside of the folder, whole or not at all.
///
/// # Errors
/// If it is a link or no file, or the file system refuses.
pub fn put_beside(path: &Path, text: &str) -> Result<(), Problem> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = Folder::open(parent.unwrap_or(Path::new(".")))?;
    let unnamed = || Problem::io(path, &std::io::ErrorKind::InvalidFilename.into());
    let name = path.file_name().and_then(|n| n.to_str());
    let name = name.ok_or_else(unnamed)?;
    if folder.find(name)? == Found::Other {
        return Err(Problem::Foreign(vec![path.display().to_string()]));
    }
    let aside = format!("{name}.{}", std::process::id());
    folder.remove(&aside)?;
    folder.put(name, text, false, (&folder, &aside))
}

//! The output folder: what differs, and making it equal.
//!
//! Order of a write: lock, look at everything, refuse or go on; next manifest; each file
//! aside and renamed; orphans; manifest. Killed at any moment, the next run completes: a
//! file is ours if it has the hash of the last manifest or of the next one.

use super::manifest::{self, Manifest, hash};
use super::problem::Problem;
use super::{Artifact, ArtifactSet};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const NEXT: &str = ".meridian/manifest.next.json";
const LOCK: &str = ".meridian/lock";
/// Where a file is written before it takes its name; one, because one run holds the lock,
/// so that a killed run leaves nothing that the next does not use or remove.
const ASIDE: &str = ".meridian/aside";

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
}

/// Every path that is produced or was.
pub type ChangeSet = BTreeMap<String, Change>;

/// How to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Discard changes made by hand.
    pub overwrite: bool,
    /// Take over files that carry our first line although no manifest names them.
    pub adopt: bool,
    /// A file outside of the folder that belongs to what is written, and its text: it is put down
    /// before anything in the folder changes, and not at all if the folder is refused.
    pub beside: Option<(&'a Path, &'a str)>,
}

/// Compares a set with a folder, touching nothing.
pub fn compare(set: &ArtifactSet, root: &Path, options: Options<'_>) -> Result<ChangeSet, Problem> {
    let root = resolved(root)?;
    let folder = Folder::open(&root, options)?;
    folder.same_system(set)?;
    folder.changes(set)
}

/// Makes a folder equal to a set, or refuses and leaves it as it was.
pub fn write(set: &ArtifactSet, root: &Path, options: Options<'_>) -> Result<ChangeSet, Problem> {
    let root = resolved(root)?;
    let meta = root.join(".meridian");
    refuse_link(&root, ".meridian")?;
    let fresh = !root.exists();
    fs::create_dir_all(&meta).map_err(|e| Problem::io(&meta, &e))?;
    let lock = lock(&root.join(LOCK))?;
    let done = Folder::open(&root, options).and_then(|folder| {
        folder.same_system(set)?;
        let changes = folder.changes(set)?;
        refuse(&changes, options)?;
        if let Some((path, text)) = options.beside {
            put_beside(path, text)?;
        }
        folder.apply(set, &changes)?;
        Ok(changes)
    });
    let _ = fs::remove_file(root.join(ASIDE));
    drop(lock);
    let _ = fs::remove_file(root.join(LOCK));
    if done.is_err() && fresh {
        let _ = fs::remove_dir(&meta);
        let _ = fs::remove_dir(&root);
    }
    done
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

fn lock(path: &Path) -> Result<File, Problem> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| Problem::io(path, &e))?;
    match file.try_lock() {
        Ok(()) => {
            let _ = file.set_len(0);
            let _ = writeln!(file, "pid {}", std::process::id());
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            Err(Problem::Locked(format!("held by {}", holder.trim())))
        }
        Err(TryLockError::Error(error)) => Err(Problem::io(path, &error)),
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
struct Folder<'a> {
    root: &'a Path,
    last: Manifest,
    /// The manifest of a run that did not finish.
    next: Manifest,
    adopt: bool,
}

impl<'a> Folder<'a> {
    fn open(root: &'a Path, options: Options) -> Result<Self, Problem> {
        let read = |name: &str| -> Result<Manifest, Problem> {
            match read_text(&root.join(name))? {
                None => Ok(Manifest::default()),
                Some(text) => match Manifest::parse(&text) {
                    Ok(manifest) => Ok(manifest),
                    Err(_) if options.adopt || name == NEXT => Ok(Manifest::default()),
                    Err(why) => Err(Problem::Manifest(why)),
                },
            }
        };
        Ok(Folder {
            root,
            last: read(manifest::PATH)?,
            next: read(NEXT)?,
            adopt: options.adopt,
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
        for (path, artifact) in set.iter() {
            changes.insert(path.to_string(), self.change(path, Some(artifact))?);
        }
        let known: BTreeSet<&String> = self
            .last
            .files
            .keys()
            .chain(self.next.files.keys())
            .collect();
        for path in known {
            if set.get(path).is_none() && super::is_plain_relative(path) {
                let change = self.change(path, None)?;
                if change != Change::Missing {
                    changes.insert(path.clone(), change);
                }
            }
        }
        Ok(changes)
    }

    fn change(&self, path: &str, wanted: Option<&Artifact>) -> Result<Change, Problem> {
        refuse_link(self.root, path)?;
        let full = self.root.join(path);
        let kind = match fs::symlink_metadata(&full) {
            Ok(meta) => meta.file_type(),
            Err(_) => return Ok(Change::Missing),
        };
        // A folder or a device in the way: never opened, so that a FIFO cannot block.
        if !kind.is_file() {
            return Ok(Change::Foreign);
        }
        let Some(text) = read_text(&full)? else {
            return Ok(Change::Missing);
        };
        // A checkout may have turned the line ends around; that is no change.
        let text = text.replace("\r\n", "\n");
        if wanted.is_some_and(|a| a.text == text) {
            return Ok(Change::Unchanged);
        }
        let hash = hash(&text);
        let written = [&self.last, &self.next].map(|m| m.files.get(path));
        let ours = written.iter().flatten().any(|e| e.sha256 == hash);
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

    fn apply(&self, set: &ArtifactSet, changes: &ChangeSet) -> Result<(), Problem> {
        let manifest = Manifest::of(set).print();
        self.put(NEXT, &manifest, false)?;
        for (path, artifact) in set.iter() {
            if changes.get(path) != Some(&Change::Unchanged) {
                self.put(path, &artifact.text, artifact.executable)?;
            }
        }
        for (path, change) in changes {
            if matches!(change, Change::Orphaned | Change::OrphanedEdited) {
                let full = self.root.join(path);
                fs::remove_file(&full).map_err(|e| Problem::io(&full, &e))?;
                self.remove_empty_parents(path);
            }
        }
        self.put(manifest::PATH, &manifest, false)?;
        let next = self.root.join(NEXT);
        fs::remove_file(&next).map_err(|e| Problem::io(&next, &e))
    }

    fn put(&self, path: &str, text: &str, executable: bool) -> Result<(), Problem> {
        let full = self.root.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(|e| Problem::io(parent, &e))?;
        }
        put(&self.root.join(ASIDE), &full, text, executable)
    }

    fn remove_empty_parents(&self, path: &str) {
        let mut parent = Path::new(path).parent();
        while let Some(folder) = parent.filter(|p| !p.as_os_str().is_empty()) {
            if fs::remove_dir(self.root.join(folder)).is_err() {
                return;
            }
            parent = folder.parent();
        }
    }
}

/// Writes a file aside and renames it, so that a reader sees the old text or the new one.
fn put(aside: &Path, full: &Path, text: &str, executable: bool) -> Result<(), Problem> {
    let written = File::create(aside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| set_mode(aside, executable))
        .and_then(|()| fs::rename(aside, full));
    written.map_err(|error| {
        let _ = fs::remove_file(aside);
        Problem::io(full, &error)
    })
}

/// Writes a file that lies outside of the folder, whole or not at all.
///
/// # Errors
/// If it is a link, or the file system refuses.
pub fn put_beside(path: &Path, text: &str) -> Result<(), Problem> {
    if fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink()) {
        return Err(Problem::Link(path.display().to_string()));
    }
    let aside = path.with_extension(format!("lock.{}", std::process::id()));
    put(&aside, path, text, false)
}

/// Refuses a path that leads through a link below the root.
fn refuse_link(root: &Path, path: &str) -> Result<(), Problem> {
    let mut full = root.to_path_buf();
    for part in path.split('/') {
        full.push(part);
        match fs::symlink_metadata(&full) {
            Ok(meta) if meta.file_type().is_symlink() => {
                let shown = full.strip_prefix(root).unwrap_or(&full);
                return Err(Problem::Link(shown.display().to_string()));
            }
            Ok(_) => {}
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// A file's text; `None` if there is no such file. Bytes that are not UTF-8 are replaced:
/// such a file is never equal to one of ours.
fn read_text(path: &Path) -> Result<Option<String>, Problem> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(Problem::io(path, &error)),
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: bool) -> std::io::Result<()> {
    Ok(())
}

//! An output folder that is held open: every path below it is walked from its handle, part
//! by part, and no link is followed. Whatever is swapped for a link meanwhile, nothing is
//! read or written elsewhere.

use super::Problem;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Bytes of the largest file that is read back: far more than any that is written.
const LARGEST: u64 = 64 << 20;

/// A folder that is open.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
    shown: PathBuf,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A file, with its bytes.
    File(Vec<u8>),
    /// A folder, a device, a pipe, or a file larger than any of ours.
    Other,
}

impl Folder {
    /// Opens a folder by its path; links that lead to it are followed.
    pub(super) fn open(path: &Path) -> Result<Folder, Problem> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::open(path, flags, Mode::empty());
        Ok(Folder {
            handle: handle.map_err(|e| Problem::io(path, &e.into()))?,
            shown: path.to_path_buf(),
        })
    }

    /// The folder of that name directly inside, made if it is wanted and missing.
    pub(super) fn inside(&self, name: &str, make: bool) -> Result<Option<Folder>, Problem> {
        let shown = self.shown.join(name);
        if make {
            match rustix::fs::mkdirat(&self.handle, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(Problem::io(&shown, &error.into())),
            }
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Some(Folder { handle, shown })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(self.no_folder(name, error)),
        }
    }

    /// Why a folder of that name cannot be opened.
    fn no_folder(&self, name: &str, error: Errno) -> Problem {
        let shown = self.shown.join(name).display().to_string();
        match self.kind(name) {
            Some(FileType::Symlink) => Problem::Link(shown),
            Some(FileType::Directory) | None => Problem::io(shown, &error.into()),
            Some(_) => Problem::Foreign(vec![shown]),
        }
    }

    fn kind(&self, name: &str) -> Option<FileType> {
        let found = rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(FileType::from_raw_mode(found.st_mode))
    }

    /// The folder that a path leads into and the last part; `None` if there is none and none
    /// is to be made.
    fn walk<'p>(&self, path: &'p str, make: bool) -> Result<Option<(Folder, &'p str)>, Problem> {
        let mut parts: Vec<&str> = path.split('/').collect();
        let last = parts.pop().unwrap_or_default();
        let mut here = self.again()?;
        for part in parts {
            match here.inside(part, make)? {
                Some(next) => here = next,
                None => return Ok(None),
            }
        }
        Ok(Some((here, last)))
    }

    fn again(&self) -> Result<Folder, Problem> {
        let handle = self.handle.try_clone();
        Ok(Folder {
            handle: handle.map_err(|e| Problem::io(&self.shown, &e))?,
            shown: self.shown.clone(),
        })
    }

    /// What stands at a path: never a wait, whatever it is.
    pub(super) fn find(&self, path: &str) -> Result<Found, Problem> {
        Way::from(self).find(path)
    }

    /// As [`Way::put`].
    pub(super) fn put(
        &self,
        path: &str,
        text: &str,
        executable: bool,
        spare: (&Folder, &str),
    ) -> Result<(), Problem> {
        Way::from(self).put(path, text, executable, spare)
    }

    fn read(&self, name: &str) -> Result<Found, Problem> {
        let shown = self.shown.join(name);
        match self.kind(name) {
            None => return Ok(Found::Nothing),
            Some(FileType::Symlink) => return Err(Problem::Link(shown.display().to_string())),
            Some(FileType::RegularFile) => {}
            Some(_) => return Ok(Found::Other),
        }
        let problem = |error: std::io::Error| Problem::io(&shown, &error);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let handle = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(Errno::NOENT) => return Ok(Found::Nothing),
            Err(error) => return Err(problem(error.into())),
        };
        let file = File::from(handle);
        // It may have become another since it was looked at.
        let about = file.metadata().map_err(problem)?;
        if !about.is_file() || about.len() > LARGEST {
            return Ok(Found::Other);
        }
        let mut bytes = Vec::new();
        file.take(LARGEST)
            .read_to_end(&mut bytes)
            .map_err(problem)?;
        Ok(Found::File(bytes))
    }

    /// Removes the file of that name directly inside, if there is one.
    pub(super) fn remove(&self, name: &str) -> Result<(), Problem> {
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(Problem::io(self.shown.join(name), &error.into())),
        }
    }

    /// Removes the file at a path, and the folders on the way that are empty then.
    pub(super) fn remove_at(&self, path: &str) -> Result<(), Problem> {
        if let Some((folder, name)) = self.walk(path, false)? {
            folder.remove(name)?;
        }
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            let Ok(Some((folder, name))) = self.walk(parent, false) else {
                break;
            };
            if rustix::fs::unlinkat(&folder.handle, name, AtFlags::REMOVEDIR).is_err() {
                break;
            }
            rest = parent;
        }
        Ok(())
    }

    /// Opens a file that is locked, making it if it is missing; never a link or a device.
    pub(super) fn lock_file(&self, name: &str) -> Result<File, Problem> {
        let shown = self.shown.join(name);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, name, flags, Mode::from_raw_mode(0o644)) {
            Ok(handle) => File::from(handle),
            Err(error) => return Err(self.no_folder(name, error)),
        };
        let about = file.metadata().map_err(|e| Problem::io(&shown, &e))?;
        if about.is_file() {
            Ok(file)
        } else {
            Err(Problem::Foreign(vec![shown.display().to_string()]))
        }
    }

    /// Whether an open file is still the one of that name.
    pub(super) fn still(&self, name: &str, file: &File) -> bool {
        let here = rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW);
        let open = rustix::fs::fstat(file);
        matches!((here, open), (Ok(a), Ok(b)) if (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino))
    }
}

/// A walk through a folder, file by file. The folder of the last file stays open, because the next
/// one mostly lies in it.
pub(super) struct Way<'a> {
    root: &'a Folder,
    last: Option<(String, Folder)>,
}

impl<'a> From<&'a Folder> for Way<'a> {
    fn from(root: &'a Folder) -> Self {
        Way { root, last: None }
    }
}

impl Way<'_> {
    /// As [`Folder::walk`].
    fn to<'p>(&mut self, path: &'p str, make: bool) -> Result<Option<(&Folder, &'p str)>, Problem> {
        let Some((above, name)) = path.rsplit_once('/') else {
            return Ok(Some((self.root, path)));
        };
        if self.last.as_ref().is_none_or(|(at, _)| at != above) {
            let walked = self.root.walk(path, make)?;
            self.last = walked.map(|(folder, _)| (above.to_string(), folder));
        }
        Ok(self.last.as_ref().map(|(_, folder)| (folder, name)))
    }

    /// What stands at a path: never a wait, whatever it is.
    pub(super) fn find(&mut self, path: &str) -> Result<Found, Problem> {
        let walked = match self.to(path, false) {
            // A file or device where one of our folders is to be.
            Err(Problem::Foreign(_)) => return Ok(Found::Other),
            walked => walked?,
        };
        match walked {
            Some((folder, name)) => folder.read(name),
            None => Ok(Found::Nothing),
        }
    }

    /// Writes a file aside, in `spare`, where none is, and renames it to its path, so that a reader sees the
    /// old text or the new one. Folders on the way are made.
    pub(super) fn put(
        &mut self,
        path: &str,
        text: &str,
        executable: bool,
        spare: (&Folder, &str),
    ) -> Result<(), Problem> {
        let shown = self.root.shown.join(path);
        let problem = |error: std::io::Error| Problem::io(&shown, &error);
        let Some((folder, name)) = self.to(path, true)? else {
            return Err(problem(Errno::NOENT.into()));
        };
        let (aside, spare) = spare;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
        let written = rustix::fs::openat(&aside.handle, spare, flags, mode)
            .map_err(std::io::Error::from)
            .and_then(|handle| {
                let mut file = File::from(handle);
                file.write_all(text.as_bytes())?;
                // Whatever the umask says.
                rustix::fs::fchmod(&file, mode)?;
                rustix::fs::renameat(&aside.handle, spare, &folder.handle, name)?;
                Ok(())
            });
        written.map_err(|error| {
            let _ = aside.remove(spare);
            problem(error)
        })
    }
}

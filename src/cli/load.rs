//! Reading the spec: the only input that there is.

use super::overlay;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::{self, Lock};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{self, Document, Entry, Kind, Limits, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The spec cannot be read.
pub const UNREADABLE: Code = Code::new("IN101", "unreadable-spec");
/// An include that leads in a circle or out of the project.
pub const BAD_INCLUDE: Code = Code::new("IN102", "bad-include");

/// Files on the way from the spec to the deepest include.
const INCLUDE_DEPTH: usize = 16;
/// Files that a spec may include, over all its includes.
const INCLUDES: usize = 500;

/// Bytes of the largest file that is no spec.
const LARGEST: u64 = 64 << 20;

/// How long a pipe may take to be opened by its writer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// What reading gave.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All files.
    pub sources: SourceMap,
    /// The main file with its includes merged in.
    pub document: Option<Document>,
    /// What earlier runs decided, if they left a lock.
    pub lock: Option<Lock>,
    /// What is wrong so far.
    pub diagnostics: Diagnostics,
    /// The main file.
    pub main: Option<FileId>,
    /// The name for generated headers: the last part of the path.
    pub name: String,
    /// The name for people: the path as given, or `<stdin>`.
    pub shown: String,
}

/// Where files are read.
enum Origin<'a> {
    /// The file system.
    Disk,
    /// The file system, but for files that are open in an editor.
    Open(&'a BTreeMap<PathBuf, String>),
    /// A commit of the repository that a folder is in.
    Commit {
        /// The folder.
        folder: PathBuf,
        /// The commit's full name.
        id: String,
    },
}

/// Reads a spec with its includes and the lock beside it: a path, or `-` for standard input,
/// which has no lock beside it.
pub fn load(path: &Path, limits: &Limits) -> Loaded {
    load_with(path, beside(path).as_deref(), limits)
}

/// The same with a lock of the caller's choosing.
pub fn load_with(path: &Path, lock: Option<&Path>, limits: &Limits) -> Loaded {
    let mut loaded = load_from(&Origin::Disk, path, limits);
    read_lock(&Origin::Disk, lock, limits, &mut loaded);
    loaded
}

/// The same with the texts of files that are open in an editor, by their absolute paths.
pub fn load_open(path: &Path, texts: &BTreeMap<PathBuf, String>, limits: &Limits) -> Loaded {
    let origin = Origin::Open(texts);
    let mut loaded = load_from(&origin, path, limits);
    read_lock(&origin, beside(path).as_deref(), limits, &mut loaded);
    loaded
}

/// Where the lock of a spec lies: beside it, under its stem.
pub fn beside(spec: &Path) -> Option<PathBuf> {
    (spec != Path::new("-")).then(|| spec.with_extension("lock"))
}

/// Reads a lock, if there is one.
fn read_lock(origin: &Origin, path: Option<&Path>, limits: &Limits, loaded: &mut Loaded) {
    let Some(path) = path.filter(|p| origin.has(p)) else {
        return;
    };
    let shown = path.display().to_string();
    let out = &mut loaded.diagnostics;
    if let Some(text) = read(origin, path, &shown, limits, out, None) {
        let file = loaded.sources.add(shown, text.clone());
        loaded.lock = lock::parse(&text, file, out);
    }
}

/// Reads a spec with its includes as they are in a git revision.
///
/// # Errors
/// What git says if it does not know the revision, or is not there.
pub fn load_at(path: &Path, revision: &str, limits: &Limits) -> Result<Loaded, String> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let commit = format!("{revision}^{{commit}}");
    let id = git(
        &folder,
        &["rev-parse", "--verify", "--end-of-options", &commit],
    );
    let id = id.map_err(|said| unknown_revision(&folder, revision, said))?;
    let id = String::from_utf8_lossy(&id).trim().to_string();
    let origin = Origin::Commit { folder, id };
    let mut loaded = load_from(&origin, path, limits);
    read_lock(&origin, beside(path).as_deref(), limits, &mut loaded);
    Ok(loaded)
}

/// Why a revision is not there; in CI it usually was not fetched.
fn unknown_revision(folder: &Path, revision: &str, said: String) -> String {
    let shallow = git(folder, &["rev-parse", "--is-shallow-repository"]);
    if shallow.is_ok_and(|answer| answer.starts_with(b"true")) {
        format!(
            "this clone is shallow and does not have it; fetch it first: `git fetch --depth=1 origin {revision}`, or check out with the whole history (`fetch-depth: 0` in GitHub Actions, `GIT_DEPTH: 0` in GitLab)"
        )
    } else if said.contains("Needed a single revision") {
        "this repository has no such branch, tag or commit".to_string()
    } else {
        said
    }
}

/// What git prints, or what it complains about.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = std::process::Command::new("git");
    let done = command.arg("-C").arg(folder).args(arguments).output();
    let done = done.map_err(|error| format!("git cannot be run: {error}"))?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(said
        .lines()
        .next()
        .unwrap_or("git knows no such revision")
        .to_string())
}

fn load_from(origin: &Origin, path: &Path, limits: &Limits) -> Loaded {
    let mut loaded = load_main(origin, path, limits);
    loaded.document = loaded.document.take().map(|document| {
        let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut includer = Includer {
            origin,
            root,
            limits,
            open: vec![origin.real(path)],
            seen: BTreeSet::new(),
            bytes: 0,
            sources: &mut loaded.sources,
            out: &mut loaded.diagnostics,
        };
        includer.merge_includes(document, path)
    });
    loaded
}

/// The spec that a part belongs to: a file without a name of its own, which another in its
/// folder, or in one of two above it, includes.
pub fn whole_of(loaded: &Loaded, part: &Path, limits: &Limits) -> Option<PathBuf> {
    let named = loaded.document.as_ref()?.root.get("name").is_some();
    if named || !part.is_file() {
        return None;
    }
    let real = normal(part);
    let includes_it = |spec: &PathBuf| {
        let folder = spec.parent().unwrap_or(Path::new(""));
        let document = load_one(spec, limits).document;
        let named = document
            .iter()
            .flat_map(|d| includes(&d.root).into_iter().chain(overlay::base(&d.root)));
        named
            .into_iter()
            .any(|(name, _)| normal(&folder.join(name)) == real)
    };
    let folder = normal_folder(part.parent().unwrap_or(Path::new("")));
    let folders = folder.ancestors().take(3);
    let candidates = folders.flat_map(|f| specs(f, 50));
    let mut candidates = candidates.filter(|spec| normal(spec) != real);
    let found = candidates.find(includes_it)?;
    Some(match std::env::current_dir() {
        Ok(here) => found
            .strip_prefix(normal(&here))
            .unwrap_or(&found)
            .to_path_buf(),
        Err(_) => found,
    })
}

/// Reads one file, leaving its includes as they are.
pub fn load_one(path: &Path, limits: &Limits) -> Loaded {
    load_main(&Origin::Disk, path, limits)
}

fn load_main(origin: &Origin, path: &Path, limits: &Limits) -> Loaded {
    let stdin = path == Path::new("-") && matches!(origin, Origin::Disk);
    let shown = if stdin {
        "<stdin>".to_string()
    } else {
        path.display().to_string()
    };
    let last = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let mut loaded = Loaded {
        name: last.filter(|_| !stdin).unwrap_or("stdin".into()),
        shown: shown.clone(),
        ..Loaded::default()
    };
    let out = &mut loaded.diagnostics;
    if let Some(text) = read(origin, path, &shown, limits, out, None) {
        let file = loaded.sources.add(shown, text);
        loaded.main = Some(file);
        loaded.document = syntax::parse(&loaded.sources, file, limits, out);
    }
    loaded
}

/// Reads one file as text.
fn read(
    origin: &Origin,
    path: &Path,
    shown: &str,
    limits: &Limits,
    out: &mut Diagnostics,
    from: Option<Span>,
) -> Option<String> {
    let text = origin.bytes(path, limits.file_bytes as u64);
    let text = text.and_then(|bytes| {
        let not_text = |p: syntax::EncodingProblem| Refusal {
            cause: format!("{} (byte {})", p.name, p.offset),
            help: "save the file as UTF-8".into(),
        };
        syntax::decode_text(bytes).map_err(not_text)
    });
    match text {
        Ok(text) => Some(text),
        Err(Refusal { cause, help }) => {
            let message = format!("`{shown}`: {cause}");
            let diagnostic = match from {
                Some(span) => Diagnostic::error(BAD_INCLUDE, span, message, "included here"),
                None => Diagnostic::without_place(UNREADABLE, message),
            };
            out.push(diagnostic.help(help));
            None
        }
    }
}

/// What to do instead of naming a folder.
fn inside(folder: &Path) -> String {
    match specs(folder, 1).first() {
        Some(spec) => format!("name the spec in it: `{}`", spec.display()),
        None => "name the spec in it, or begin one with `meridian init`".into(),
    }
}

/// What to do instead of naming a file that cannot be read.
fn near(path: &Path) -> String {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let near = specs(folder.unwrap_or(Path::new(".")), 3);
    let near = near.iter().filter(|p| p.as_path() != path);
    let near: Vec<String> = near.map(|p| format!("`{}`", p.display())).collect();
    match near.is_empty() {
        true => "name a spec that can be read, or begin one with `meridian init`".into(),
        false => format!(
            "there is {}: name it, or begin a spec with `meridian init`",
            near.join(", ")
        ),
    }
}

/// The first few files of a folder that may be specs, by name.
fn specs(folder: &Path, most: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let spec = |p: &PathBuf| {
        let extension = p.extension().and_then(|e| e.to_str());
        matches!(extension, Some("yaml" | "yml" | "kdl")) && p.is_file()
    };
    let mut found: Vec<PathBuf> = entries.map(|e| e.path()).filter(spec).collect();
    let found_in = |p: &mut PathBuf| *p = p.strip_prefix("./").unwrap_or(p).to_path_buf();
    found.iter_mut().for_each(found_in);
    found.sort();
    found.truncate(most);
    found
}

/// Why a file is not read.
struct Refusal {
    cause: String,
    help: String,
}

impl Refusal {
    fn too_large(cause: String) -> Refusal {
        Refusal {
            cause,
            help: "split the spec with `include`, or raise the limit with `--max-file-bytes`"
                .into(),
        }
    }

    fn unreadable(path: &Path, error: &std::io::Error) -> Refusal {
        Refusal {
            cause: super::cause(error),
            help: near(path),
        }
    }
}

impl Origin<'_> {
    /// A file's bytes, within the limit and never blocking on a pipe without an end.
    fn bytes(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
        let bytes = match self {
            Origin::Disk if path == Path::new("-") => up_to(path, std::io::stdin(), limit),
            Origin::Open(texts) if texts.contains_key(path) => Ok(texts[path].clone().into_bytes()),
            Origin::Disk | Origin::Open(_) => from_disk(path, limit),
            Origin::Commit { folder, id } => from_commit(folder, id, path, limit),
        }?;
        match bytes.len() as u64 > limit {
            true => Err(Refusal::too_large(format!("more than {limit} bytes"))),
            false => Ok(bytes),
        }
    }

    /// Whether there is such a file; one that cannot be looked at counts, and fails to be read.
    fn has(&self, path: &Path) -> bool {
        match self {
            Origin::Disk | Origin::Open(_) => std::fs::symlink_metadata(path)
                .err()
                .is_none_or(|e| e.kind() != std::io::ErrorKind::NotFound),
            Origin::Commit { folder, id } => {
                let inside = path.strip_prefix(folder).unwrap_or(path);
                let object = format!("{id}:./{}", inside.display());
                git(folder, &["cat-file", "-e", &object]).is_ok()
            }
        }
    }

    /// The file that a path leads to; a commit has no links that lead anywhere.
    fn real(&self, path: &Path) -> PathBuf {
        match self {
            Origin::Disk | Origin::Open(_) => normal(path),
            Origin::Commit { .. } => path
                .components()
                .filter(|c| *c != Component::CurDir)
                .collect(),
        }
    }

    fn real_folder(&self, folder: &Path) -> PathBuf {
        match self {
            Origin::Disk | Origin::Open(_) => normal_folder(folder),
            Origin::Commit { .. } => self.real(folder),
        }
    }
}

fn up_to(path: &Path, reader: impl Read, limit: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = reader.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Refusal::unreadable(path, &error))?;
    Ok(bytes)
}

/// The text of a file that is no spec, nor waited for without end.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let bytes = from_disk(path, LARGEST).map_err(|refusal| refusal.cause)?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_string())
}

fn from_disk(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let meta = std::fs::metadata(path).map_err(|error| Refusal::unreadable(path, &error))?;
    if meta.is_dir() {
        return Err(Refusal {
            cause: "this is a folder".into(),
            help: inside(path),
        });
    }
    if meta.len() > limit {
        let cause = format!("{} bytes, and the limit is {limit}", meta.len());
        return Err(Refusal::too_large(cause));
    }
    let file = if meta.is_file() {
        std::fs::File::open(path)
    } else {
        opened_in_time(path)
    };
    let file = file.map_err(|error| Refusal::unreadable(path, &error))?;
    up_to(path, file, limit)
}

/// Opens a pipe or a device; a pipe that nobody writes into would be waited for without end.
fn opened_in_time(path: &Path) -> std::io::Result<std::fs::File> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let opened = path.to_path_buf();
    std::thread::spawn(move || sender.send(std::fs::File::open(opened)));
    receiver
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(std::io::Error::other("a pipe that nobody writes into")))
}

fn from_commit(folder: &Path, id: &str, path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let object = format!("{id}:./{}", inside.display());
    let refuse = |cause: String| {
        Refusal {
        cause,
        help: "name a revision that has the spec; if it had another name there, `git show REVISION:OLD > old.yaml` and compare with `--from old.yaml`".into(),
    }
    };
    let size = git(folder, &["cat-file", "-s", &object]);
    let size = size.map_err(|_| {
        refuse(format!(
            "commit {} has no such file",
            &id[..id.len().min(12)]
        ))
    })?;
    let size: u64 = String::from_utf8_lossy(&size).trim().parse().unwrap_or(0);
    if size > limit {
        let cause = format!("{size} bytes, and the limit is {limit}");
        return Err(Refusal::too_large(cause));
    }
    git(folder, &["cat-file", "blob", &object]).map_err(refuse)
}

fn normal(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

struct Includer<'a> {
    origin: &'a Origin<'a>,
    /// The folder of the main file, which no include may leave.
    root: PathBuf,
    limits: &'a Limits,
    open: Vec<PathBuf>,
    /// Every file that was read; one that is included again says nothing new.
    seen: BTreeSet<PathBuf>,
    /// The size of all of them.
    bytes: usize,
    sources: &'a mut SourceMap,
    out: &'a mut Diagnostics,
}

impl Includer<'_> {
    fn merge_includes(&mut self, mut document: Document, path: &Path) -> Document {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        for (name, span) in includes(&document.root) {
            if let Some(included) = self.include(&folder, &name, span) {
                merge(&mut document.root, included.root, self.out);
            }
        }
        if let Some((name, span)) = overlay::base(&document.root)
            && let Some(base) = self.include(&folder, &name, span)
        {
            document.root = overlay::over(base.root, document.root);
        }
        document
    }

    fn include(&mut self, folder: &Path, name: &str, span: Span) -> Option<Document> {
        let refuse = |out: &mut Diagnostics, why: &str, help: &str| {
            out.push(
                Diagnostic::error(
                    BAD_INCLUDE,
                    span,
                    format!("`{name}` {why}"),
                    "included here",
                )
                .help(help),
            );
            None
        };
        let inside = Path::new(name)
            .components()
            .all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        if !inside {
            let help = "includes are relative and stay below the main file's folder";
            return refuse(self.out, "leaves the project", help);
        }
        let path = folder.join(name);
        let real = self.origin.real(&path);
        if !real.starts_with(self.origin.real_folder(&self.root)) {
            return refuse(
                self.out,
                "leads out of the project",
                "replace the link with the file",
            );
        }
        if self.open.contains(&real) {
            return refuse(
                self.out,
                "includes itself",
                "remove one include of the circle",
            );
        }
        if self.open.len() > INCLUDE_DEPTH {
            let why = format!("is included more than {INCLUDE_DEPTH} files deep");
            return refuse(self.out, &why, "include it from a file nearer to the spec");
        }
        if !self.seen.insert(real.clone()) {
            return None;
        }
        if self.seen.len() > INCLUDES {
            let why = format!("is one file too many: a spec may include {INCLUDES}");
            return refuse(self.out, &why, "join files that belong together");
        }
        let shown = path.display().to_string();
        let text = read(
            self.origin,
            &path,
            &shown,
            self.limits,
            self.out,
            Some(span),
        )?;
        self.bytes += text.len();
        let limit = self.limits.file_bytes.saturating_mul(4);
        if self.bytes > limit {
            let why = format!("brings all includes together to more than {limit} bytes");
            return refuse(
                self.out,
                &why,
                "`--max-file-bytes` raises the limit, which is four times as much",
            );
        }
        let file = self.sources.add(shown, text);
        let document = syntax::parse(self.sources, file, self.limits, self.out)?;
        self.open.push(real);
        let merged = self.merge_includes(document, &path);
        self.open.pop();
        Some(merged)
    }
}

fn normal_folder(folder: &Path) -> PathBuf {
    if folder.as_os_str().is_empty() {
        normal(Path::new("."))
    } else {
        normal(folder)
    }
}

/// The includes that a tree names; wrong types are the decoder's to report.
fn includes(root: &Node) -> Vec<(String, Span)> {
    let text = |node: &Node| match &node.kind {
        Kind::Scalar(s) => Some((s.text.clone(), node.span)),
        _ => None,
    };
    match root.get("include").map(|e| &e.value.kind) {
        Some(Kind::List(items)) => items.iter().filter_map(text).collect(),
        Some(Kind::Scalar(s)) if s.may_be_list => root
            .get("include")
            .and_then(|e| text(&e.value))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Adds the members of an included tree; maps merge, anything else may be there once.
fn merge(into: &mut Node, from: Node, out: &mut Diagnostics) {
    let Kind::Map(new) = from.kind else {
        return;
    };
    let Kind::Map(entries) = &mut into.kind else {
        return;
    };
    let names = entries.iter().enumerate();
    let mut places: BTreeMap<String, usize> =
        names.map(|(at, e)| (e.key.text.clone(), at)).collect();
    for entry in new {
        // Each file has its own version and includes.
        if matches!(entry.key.text.as_str(), "version" | "include") {
            continue;
        }
        match places.get(&entry.key.text) {
            None => {
                places.insert(entry.key.text.clone(), entries.len());
                entries.push(entry);
            }
            Some(at) => merge_entry(&mut entries[*at], entry, out),
        }
    }
}

fn merge_entry(first: &mut Entry, again: Entry, out: &mut Diagnostics) {
    let both = matches!(
        (&first.value.kind, &again.value.kind),
        (Kind::Map(_), Kind::Map(_))
    );
    if both {
        merge(&mut first.value, again.value, out);
    } else {
        out.push(
            Diagnostic::error(
                syntax::codes::DUPLICATE_KEY,
                again.key.span,
                format!("`{}` is there in two files", again.key.text),
                "again here",
            )
            .also(first.key.span, "first here")
            .help(
                "keep one of the two; what differs between systems that include the same file \
                 stands in each of them, not in the file; or take the file as a base with \
                 `extends`, and what is written here replaces what it has",
            ),
        );
    }
}

//! `lsp`: the language server. One connection over standard input and output, one thread: a
//! compilation takes less time than a key takes to come back up.

mod wire;

use super::load::{self, Loaded};
use super::{Shared, exit};
use crate::diagnostic::Diagnostics;
use crate::lsp::complete::{Draft, complete};
use crate::lsp::{Page, Project, actions, edit, hover, inlay, names, position, symbols};
use crate::source::Span;
use crate::syntax::{Limits, Notation, print as printer};
use crate::{Until, compile};
use clap::Args;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use lsp_types::notification::Notification as _;
use lsp_types::request::Request as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use wire::Wire;

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Accepted for editors that pass it: there is no other way
    #[arg(long)]
    stdio: bool,
}

/// The exit code that the protocol wants where the editor left without a word.
const WITHOUT_GOODBYE: u8 = 1;

/// Serves one editor until it says goodbye.
pub(super) fn run(_: &LspArgs, shared: &Shared) -> u8 {
    match serve(Wire::stdio(), shared) {
        Ok(Stage::Over) => exit::CLEAN,
        Ok(Stage::New | Stage::Serving) => WITHOUT_GOODBYE,
        Err(error) => {
            say!("meridian: lsp: {error}");
            exit::REFUSED
        }
    }
}

fn capabilities() -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        text_document_sync: Some(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::FULL),
                save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
                ..lsp::TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some(
                [":", " ", "[", "{", ",", "-", "=", "\""]
                    .map(String::from)
                    .to_vec(),
            ),
            ..lsp::CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(lsp::OneOf::Left(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        rename_provider: Some(lsp::OneOf::Right(lsp::RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        code_action_provider: Some(true.into()),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        document_formatting_provider: Some(lsp::OneOf::Left(true)),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        ..lsp::ServerCapabilities::default()
    }
}

type Served<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was agreed on.
    New,
    /// Everything is answered.
    Serving,
    /// Nothing is, but the last word.
    Over,
}

/// Answers until the last word; gives how far the conversation came.
fn serve(wire: Wire, shared: &Shared) -> Served<Stage> {
    let mut server = Server {
        wire,
        stage: Stage::New,
        watches: false,
        limits: shared.limits(),
        texts: BTreeMap::new(),
        versions: BTreeMap::new(),
        projects: BTreeMap::new(),
        published: BTreeMap::new(),
    };
    while let Some(message) = server.wire.receive()? {
        match message {
            Message::Request(request) => {
                let response = server.request(request);
                server.wire.send(response)?;
            }
            Message::Notification(n) if n.method == lsp::notification::Exit::METHOD => break,
            Message::Notification(n) if server.stage == Stage::Serving => server.notice(n)?,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    Ok(server.stage)
}

/// What is open, and what became of it.
struct Server {
    wire: Wire,
    stage: Stage,
    /// Whether the editor tells of files that change on disk, if it is asked to.
    watches: bool,
    limits: Limits,
    /// The texts of open files.
    texts: BTreeMap<PathBuf, String>,
    /// Their versions, as the editor counts them.
    versions: BTreeMap<PathBuf, i32>,
    /// The project of each open file, by the path of the spec that it belongs to.
    projects: BTreeMap<PathBuf, Project>,
    /// The files that diagnostics were sent for, by project.
    published: BTreeMap<PathBuf, BTreeSet<String>>,
}

impl Server {
    fn request(&mut self, request: Request) -> Response {
        use lsp::request::{Initialize, Shutdown};
        let refused =
            |id, code: ErrorCode, said: &str| Response::new_err(id, code as i32, said.to_string());
        let Request { id, method, params } = request;
        match (self.stage, method.as_str()) {
            (Stage::New, Initialize::METHOD) => {
                self.stage = Stage::Serving;
                let of_files = &params["capabilities"]["workspace"]["didChangeWatchedFiles"];
                self.watches = of_files["dynamicRegistration"] == true;
                let answer = serde_json::json!({
                    "capabilities": capabilities(),
                    "serverInfo": { "name": "meridian", "version": env!("CARGO_PKG_VERSION") },
                });
                Response::new_ok(id, answer)
            }
            (Stage::New, _) => refused(id, ErrorCode::ServerNotInitialized, "not initialized yet"),
            (Stage::Serving, Initialize::METHOD) => {
                refused(id, ErrorCode::InvalidRequest, "initialized already")
            }
            (Stage::Serving, Shutdown::METHOD) => {
                self.stage = Stage::Over;
                Response::new_ok(id, ())
            }
            (Stage::Serving, _) => self.answer(Request { id, method, params }),
            (Stage::Over, _) => refused(id, ErrorCode::InvalidRequest, "shut down already"),
        }
    }

    /// What is not understood is passed over: a notification has no answer.
    fn notice(&mut self, notification: Notification) -> Served<()> {
        use lsp::notification::{
            DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
            DidOpenTextDocument, DidSaveTextDocument, Initialized,
        };
        let Notification { method, params } = notification;
        match method.as_str() {
            Initialized::METHOD if self.watches => self.watch(),
            DidOpenTextDocument::METHOD => {
                let opened = read::<lsp::DidOpenTextDocumentParams>(params);
                opened.map_or(
                    Ok(()),
                    |lsp::DidOpenTextDocumentParams { text_document: d }| {
                        self.changed(&d.uri, d.version, d.text)
                    },
                )
            }
            DidChangeTextDocument::METHOD => {
                let change = read::<lsp::DidChangeTextDocumentParams>(params);
                let Some((of, mut texts)) = change.map(|c| (c.text_document, c.content_changes))
                else {
                    return Ok(());
                };
                match texts.pop() {
                    Some(last) => self.changed(&of.uri, of.version, last.text),
                    None => Ok(()),
                }
            }
            DidCloseTextDocument::METHOD => {
                let closed = read::<lsp::DidCloseTextDocumentParams>(params);
                let path = closed.and_then(|c| path_of(&c.text_document.uri));
                path.map_or(Ok(()), |path| self.closed(&path))
            }
            DidSaveTextDocument::METHOD => self.again(),
            DidChangeWatchedFiles::METHOD => {
                let changes = read::<lsp::DidChangeWatchedFilesParams>(params);
                let paths = changes.into_iter().flat_map(|c| c.changes);
                let mut paths = paths.filter_map(|change| path_of(&change.uri));
                // What is open counts as it is in the editor.
                match paths.any(|path| !self.texts.contains_key(&path)) {
                    true => self.again(),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Asks the editor to tell of specs, parts and locks that change on disk.
    fn watch(&mut self) -> Served<()> {
        let options = lsp::DidChangeWatchedFilesRegistrationOptions {
            watchers: vec![lsp::FileSystemWatcher {
                glob_pattern: lsp::GlobPattern::String("**/*.{yaml,yml,kdl,lock}".into()),
                kind: None,
            }],
        };
        let registration = lsp::Registration {
            id: "files".into(),
            method: lsp::notification::DidChangeWatchedFiles::METHOD.into(),
            register_options: Some(serde_json::to_value(options)?),
        };
        let params = lsp::RegistrationParams {
            registrations: vec![registration],
        };
        let method = lsp::request::RegisterCapability::METHOD.to_string();
        let id = RequestId::from("files".to_string());
        Ok(self.wire.send(Request::new(id, method, params))?)
    }

    /// A file counts as it is on disk from now on.
    fn closed(&mut self, path: &Path) -> Served<()> {
        self.texts.remove(path);
        self.versions.remove(path);
        for main in self.mains_with(path) {
            self.compile(&main)?;
            let project = self.projects.get(&main);
            let open = |project: &Project| {
                let mut names = project
                    .sources
                    .ids()
                    .map(|id| &project.sources.file(id).name);
                names.any(|name| self.texts.contains_key(Path::new(name)))
            };
            if !project.is_some_and(open) {
                self.projects.remove(&main);
                for name in self.published.remove(&main).unwrap_or_default() {
                    self.publish(&name, Vec::new())?;
                }
            }
        }
        Ok(())
    }

    /// Something on disk is new: every project is compiled again, and what had none may have one.
    fn again(&mut self) -> Served<()> {
        let mut mains: BTreeSet<PathBuf> = self.projects.keys().cloned().collect();
        let alone = self
            .texts
            .keys()
            .filter(|path| self.mains_with(path).is_empty());
        mains.extend(alone.filter_map(|path| self.main_of(path)));
        mains.iter().try_for_each(|main| self.compile(main))
    }

    /// The specs of the projects that have a file.
    fn mains_with(&self, path: &Path) -> BTreeSet<PathBuf> {
        let name = path.display().to_string();
        let has = |project: &Project| project.sources.named(&name).is_some();
        let with = self.projects.iter().filter(|(_, p)| has(p));
        with.map(|(main, _)| main.clone()).collect()
    }

    /// A file has another text: every spec that it belongs to is compiled again.
    fn changed(&mut self, uri: &lsp::Uri, version: i32, text: String) -> Served<()> {
        let Some(path) = path_of(uri) else {
            return Ok(());
        };
        // Columns count characters after a byte order mark, as files are read.
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_string)
            .unwrap_or(text);
        self.texts.insert(path.clone(), text);
        self.versions.insert(path.clone(), version);
        let mut mains = self.mains_with(&path);
        if mains.is_empty() {
            mains.extend(self.main_of(&path));
        }
        for main in mains {
            self.compile(&main)?;
        }
        Ok(())
    }

    /// The spec that a file belongs to: itself, unless it has no name and another includes it;
    /// none for YAML that is something else, which editors send too.
    fn main_of(&self, path: &Path) -> Option<PathBuf> {
        let loaded = load::load_open(path, &self.texts, &self.limits);
        let whole = load::whole_of(&loaded, path, &self.limits);
        let whole = whole.and_then(|whole| std::path::absolute(whole).ok());
        whole.or_else(|| is_spec(path, &loaded).then(|| path.to_path_buf()))
    }

    fn compile(&mut self, main: &Path) -> Served<()> {
        let loaded = load::load_open(main, &self.texts, &self.limits);
        let project = project(loaded, &self.limits);
        let before = self.published.remove(main).unwrap_or_default();
        let first = project.sources.ids().next();
        let mut sent = BTreeSet::new();
        for id in project.sources.ids() {
            let name = project.sources.file(id).name.clone();
            let found =
                project.diagnostics(id, first.unwrap_or(id), &|name| uri_of(Path::new(name)));
            self.publish(&name, found)?;
            sent.insert(name);
        }
        for gone in before.difference(&sent) {
            self.publish(gone, Vec::new())?;
        }
        self.published.insert(main.to_path_buf(), sent);
        self.projects.insert(main.to_path_buf(), project);
        Ok(())
    }

    fn publish(&mut self, name: &str, diagnostics: Vec<lsp::Diagnostic>) -> Served<()> {
        let Some(uri) = uri_of(Path::new(name)) else {
            return Ok(());
        };
        let version = self.versions.get(Path::new(name)).copied();
        let params = lsp::PublishDiagnosticsParams::new(uri, diagnostics, version);
        let method = lsp::notification::PublishDiagnostics::METHOD.to_string();
        Ok(self.wire.send(Notification::new(method, params))?)
    }

    fn answer(&self, request: Request) -> Response {
        use lsp::request::{
            CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition,
            HoverRequest, InlayHintRequest, PrepareRenameRequest, References, Rename,
        };
        let Request { id, method, params } = request;
        match method.as_str() {
            Completion::METHOD => respond(id, params, |p: lsp::CompletionParams| {
                let at = p.text_document_position;
                Ok(self.complete(&at.text_document.uri, at.position))
            }),
            HoverRequest::METHOD => respond(id, params, |p: lsp::HoverParams| {
                let at = p.text_document_position_params;
                Ok(self
                    .with(&at.text_document.uri, |page| {
                        hover::hover(page, at.position)
                    })
                    .flatten())
            }),
            GotoDefinition::METHOD => respond(id, params, |p: lsp::GotoDefinitionParams| {
                let at = p.text_document_position_params;
                Ok(self.places(&at, |o| o.given))
            }),
            References::METHOD => respond(id, params, |p: lsp::ReferenceParams| {
                let own = p.context.include_declaration;
                Ok(self.places(&p.text_document_position, |o| own || !o.given))
            }),
            PrepareRenameRequest::METHOD => {
                respond(id, params, |at: lsp::TextDocumentPositionParams| {
                    Ok(self.with(&at.text_document.uri, |page| {
                        let (_, _, places) = page.project.renamable(page, at.position).ok()?;
                        let ranges = places.iter().filter(|o| o.span.file == page.file);
                        let mut ranges = ranges.map(|o| page.project.range(o.span));
                        ranges.find(|r| r.start <= at.position && at.position <= r.end)
                    }))
                })
            }
            Rename::METHOD => respond(id, params, |p: lsp::RenameParams| self.rename(&p)),
            CodeActionRequest::METHOD => {
                respond(id, params, |p: lsp::CodeActionParams| Ok(self.actions(&p)))
            }
            DocumentSymbolRequest::METHOD => respond(id, params, |p: lsp::DocumentSymbolParams| {
                Ok(self.with(&p.text_document.uri, symbols::symbols))
            }),
            Formatting::METHOD => respond(id, params, |p: lsp::DocumentFormattingParams| {
                Ok(self.with(&p.text_document.uri, |page| self.formatted(page)))
            }),
            InlayHintRequest::METHOD => respond(id, params, |p: lsp::InlayHintParams| {
                Ok(self.with(&p.text_document.uri, |page| inlay::hints(page, p.range)))
            }),
            other => {
                let said = format!("`{other}` is not offered");
                Response::new_err(id, ErrorCode::MethodNotFound as i32, said)
            }
        }
    }

    /// The project that a file is in, with the path of its spec.
    fn project(&self, name: &str) -> Option<(&PathBuf, &Project)> {
        let mut all = self.projects.iter();
        all.find(|(_, p)| p.sources.named(name).is_some())
    }

    /// What is found in an open file, if it can be read.
    fn with<T>(&self, uri: &lsp::Uri, find: impl FnOnce(Page) -> T) -> Option<T> {
        let name = path_of(uri)?.display().to_string();
        Some(find(self.project(&name)?.1.page(&name)?))
    }

    fn complete(&self, uri: &lsp::Uri, at: lsp::Position) -> Option<Vec<lsp::CompletionItem>> {
        let path = path_of(uri)?;
        let name = path.display().to_string();
        let (main, project) = self.project(&name)?;
        let draft = Draft {
            project,
            file: project.sources.named(&name)?,
            text: self.texts.get(&path)?,
            notation: Notation::of(&name),
        };
        let attempt = |text: &str| self.attempt(main, &path, text);
        Some(complete(draft, at, &attempt))
    }

    /// What is said of a spec once one of its files has another text.
    fn attempt(&self, main: &Path, path: &Path, text: &str) -> Diagnostics {
        let mut texts = self.texts.clone();
        texts.insert(path.to_path_buf(), text.to_string());
        let loaded = load::load_open(main, &texts, &self.limits);
        compiled(&loaded).diagnostics
    }

    fn places(
        &self,
        at: &lsp::TextDocumentPositionParams,
        wanted: impl Fn(&names::Occurrence) -> bool,
    ) -> Option<Vec<lsp::Location>> {
        self.with(&at.text_document.uri, |page| {
            let (_, _, places) = page.project.named_at(page, at.position)?;
            let places = places.iter().filter(|o| wanted(o));
            Some(
                places
                    .filter_map(|o| location(page.project, o.span))
                    .collect(),
            )
        })
        .flatten()
    }

    fn rename(&self, params: &lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, String> {
        let at = &params.text_document_position;
        let edited = self.with(&at.text_document.uri, |page| {
            let attempt = |edits: &[(Span, String)]| self.edited(page.project, edits);
            let edits = page
                .project
                .rename(page, at.position, &params.new_name, &attempt)?;
            Ok(workspace_edit(page.project, &edits))
        });
        edited.transpose()
    }

    /// What is said of a project once it is edited.
    fn edited(&self, project: &Project, edits: &[(Span, String)]) -> Diagnostics {
        let mut texts = self.texts.clone();
        for id in project.sources.ids() {
            let here = edits.iter().filter(|(span, _)| span.file == id);
            let here: Vec<_> = here.cloned().collect();
            if !here.is_empty() {
                let file = project.sources.file(id);
                texts.insert(PathBuf::from(&file.name), edit::applied(&file.text, &here));
            }
        }
        let mut mains = self.projects.iter();
        let main = mains.find(|(_, p)| std::ptr::eq(*p, project));
        main.map_or(Diagnostics::default(), |(main, _)| {
            compiled(&load::load_open(main, &texts, &self.limits)).diagnostics
        })
    }

    fn actions(&self, params: &lsp::CodeActionParams) -> Option<Vec<lsp::CodeActionOrCommand>> {
        let path = path_of(&params.text_document.uri)?;
        let name = path.display().to_string();
        let (main, project) = self.project(&name)?;
        let page = project.page(&name)?;
        let range = (
            position::offset(page.text(), params.range.start),
            position::offset(page.text(), params.range.end),
        );
        let retry = |text: &str| self.attempt(main, &path, text);
        let found = actions::actions(page, range, &retry);
        let of = |code: &str| {
            let all = params.context.diagnostics.iter();
            let same = all.filter(|d| d.code == Some(lsp::NumberOrString::String(code.into())));
            same.cloned().collect::<Vec<_>>()
        };
        let found = found.into_iter().map(|action| {
            lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
                title: action.title,
                kind: Some(lsp::CodeActionKind::QUICKFIX),
                diagnostics: Some(of(action.code)),
                edit: Some(workspace_edit(project, &action.edits)),
                ..lsp::CodeAction::default()
            })
        });
        Some(found.collect())
    }

    /// The whole text in its canonical form; no edit if it is so already, or cannot be.
    fn formatted(&self, page: Page) -> Vec<lsp::TextEdit> {
        let text = printer::checked(page.document, page.notation(), &self.limits);
        let whole = Span::new(page.file, 0, page.text().len());
        let text = text.ok().filter(|text| text != page.text());
        let edit = text.map(|text| lsp::TextEdit::new(page.project.range(whole), text));
        edit.into_iter().collect()
    }
}

/// The parameters of a notification, if they are such.
fn read<P: DeserializeOwned>(params: Json) -> Option<P> {
    serde_json::from_value(params).ok()
}

fn respond<P: DeserializeOwned, R: Serialize>(
    id: RequestId,
    params: Json,
    find: impl FnOnce(P) -> Result<R, String>,
) -> Response {
    match serde_json::from_value(params) {
        Ok(params) => match find(params) {
            Ok(result) => Response::new_ok(id, result),
            Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
        },
        Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

/// Whether a file is a spec: by its name, or by what every spec has.
fn is_spec(path: &Path, loaded: &Loaded) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let has = |key: &str| {
        let document = loaded.document.as_ref();
        document.is_some_and(|d| d.root.get(key).is_some())
    };
    stem == "topology"
        || stem.ends_with(".topology")
        || has("version") && has("name") && (has("regions") || has("include"))
}

fn compiled(loaded: &Loaded) -> crate::Compilation {
    compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        loaded.diagnostics.clone(),
        Until::Checked,
        super::today(),
    )
}

fn project(loaded: Loaded, limits: &Limits) -> Project {
    let done = compiled(&loaded);
    Project::new(loaded.sources, done, limits)
}

fn location(project: &Project, span: Span) -> Option<lsp::Location> {
    let uri = uri_of(Path::new(&project.sources.file(span.file).name))?;
    Some(lsp::Location::new(uri, project.range(span)))
}

#[expect(
    clippy::mutable_key_type,
    reason = "the protocol's own type; an address does not change"
)]
#[expect(
    clippy::disallowed_types,
    reason = "the protocol's own type; its order reaches no output"
)]
fn workspace_edit(project: &Project, edits: &[(Span, String)]) -> lsp::WorkspaceEdit {
    let mut changes: std::collections::HashMap<lsp::Uri, Vec<lsp::TextEdit>> = Default::default();
    for (span, edit) in names::text_edits(project, edits) {
        if let Some(uri) = uri_of(Path::new(&project.sources.file(span.file).name)) {
            changes.entry(uri).or_default().push(edit);
        }
    }
    lsp::WorkspaceEdit {
        changes: Some(changes),
        ..lsp::WorkspaceEdit::default()
    }
}

/// The file behind an address; nothing for what is no file.
fn path_of(uri: &lsp::Uri) -> Option<PathBuf> {
    let encoded = uri.as_str().strip_prefix("file://")?;
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(PathBuf::from(String::from_utf8(bytes).ok()?))
}

/// The address of a file.
fn uri_of(path: &Path) -> Option<lsp::Uri> {
    let path = std::path::absolute(path).ok()?;
    crate::diagnostic::render::uri(&path.display().to_string())
        .parse()
        .ok()
}

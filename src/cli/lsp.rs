//! `lsp`: the language server. One connection over standard input and output, one thread: a
//! compilation takes less time than a key takes to come back up.

use super::load::{self, Loaded};
use super::{Shared, exit};
use crate::diagnostic::Diagnostics;
use crate::lsp::complete::{Draft, complete};
use crate::lsp::{Page, Project, actions, edit, hover, inlay, names, position, symbols};
use crate::rules::emission::no_effect;
use crate::source::Span;
use crate::syntax::{Limits, Notation, print as printer};
use crate::{Until, compile};
use clap::Args;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use lsp_types::notification::Notification as _;
use lsp_types::request::Request as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Accepted for editors that pass it: there is no other way
    #[arg(long)]
    stdio: bool,
}

/// Serves one editor until it says goodbye.
pub(super) fn run(_: &LspArgs, shared: &Shared) -> u8 {
    let (connection, threads) = Connection::stdio();
    let served = serve(connection, shared).and_then(|()| Ok(threads.join()?));
    match served {
        Ok(()) => exit::CLEAN,
        Err(error) => {
            say!("meridian: lsp: {error}");
            exit::REFUSED
        }
    }
}

fn capabilities() -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        text_document_sync: Some(lsp::TextDocumentSyncKind::FULL.into()),
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

fn serve(connection: Connection, shared: &Shared) -> Served<()> {
    let (id, _) = connection.initialize_start()?;
    let answer = serde_json::json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "meridian", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let mut server = Server {
        connection: &connection,
        limits: shared.limits(),
        texts: BTreeMap::new(),
        projects: BTreeMap::new(),
        published: BTreeMap::new(),
    };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    return Ok(());
                }
                let response = server.answer(request);
                connection.sender.send(response.into())?;
            }
            Message::Notification(notification) => server.notice(notification)?,
            Message::Response(_) => {}
        }
    }
    Ok(())
}

/// What is open, and what became of it.
struct Server<'a> {
    connection: &'a Connection,
    limits: Limits,
    /// The texts of open files.
    texts: BTreeMap<PathBuf, String>,
    /// The project of each open file, by the path of the spec that it belongs to.
    projects: BTreeMap<PathBuf, Project>,
    /// The files that diagnostics were sent for, by project.
    published: BTreeMap<PathBuf, BTreeSet<String>>,
}

impl Server<'_> {
    fn notice(&mut self, notification: Notification) -> Served<()> {
        use lsp::notification::{DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument};
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let opened: lsp::DidOpenTextDocumentParams = serde_json::from_value(params)?;
                self.changed(&opened.text_document.uri, opened.text_document.text)
            }
            DidChangeTextDocument::METHOD => {
                let change: lsp::DidChangeTextDocumentParams = serde_json::from_value(params)?;
                let text = change.content_changes.into_iter().next_back();
                match text {
                    Some(text) => self.changed(&change.text_document.uri, text.text),
                    None => Ok(()),
                }
            }
            DidCloseTextDocument::METHOD => {
                let closed: lsp::DidCloseTextDocumentParams = serde_json::from_value(params)?;
                if let Some(path) = path_of(&closed.text_document.uri) {
                    self.texts.remove(&path);
                    self.projects.remove(&path);
                    for name in self.published.remove(&path).unwrap_or_default() {
                        self.publish(&name, Vec::new())?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A file has another text: every spec that it belongs to is compiled again.
    fn changed(&mut self, uri: &lsp::Uri, text: String) -> Served<()> {
        let Some(path) = path_of(uri) else {
            return Ok(());
        };
        // Columns count characters after a byte order mark, as files are read.
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_string)
            .unwrap_or(text);
        self.texts.insert(path.clone(), text);
        let name = path.display().to_string();
        let has = |project: &Project| {
            project.page(&name).is_some() || project.sources.named(&name).is_some()
        };
        let touched = self.projects.iter().filter(|(_, p)| has(p));
        let mut mains: BTreeSet<PathBuf> = touched.map(|(main, _)| main.clone()).collect();
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

    fn publish(&self, name: &str, diagnostics: Vec<lsp::Diagnostic>) -> Served<()> {
        let Some(uri) = uri_of(Path::new(name)) else {
            return Ok(());
        };
        let params = lsp::PublishDiagnosticsParams::new(uri, diagnostics, None);
        let method = lsp::notification::PublishDiagnostics::METHOD.to_string();
        let message = Notification::new(method, params);
        Ok(self.connection.sender.send(message.into())?)
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
                        let (_, _, places) = page.project.named_at(page, at.position)?;
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
            let names::Renamed { mut edits, former } =
                page.project.rename(page, at.position, &params.new_name)?;
            if let Some(former) = former.filter(|f| self.counts(page.project, &edits, f)) {
                edits.push(former);
            }
            Ok(workspace_edit(page.project, &edits))
        });
        edited.transpose()
    }

    /// Whether a former name has an effect once a thing is renamed.
    fn counts(&self, project: &Project, edits: &[(Span, String)], former: &(Span, String)) -> bool {
        let all: Vec<_> = edits.iter().chain([former]).cloned().collect();
        let mut texts = self.texts.clone();
        for id in project.sources.ids() {
            let here: Vec<_> = all
                .iter()
                .filter(|(span, _)| span.file == id)
                .cloned()
                .collect();
            if !here.is_empty() {
                let file = project.sources.file(id);
                texts.insert(PathBuf::from(&file.name), edit::applied(&file.text, &here));
            }
        }
        let main = self
            .projects
            .iter()
            .find(|(_, p)| std::ptr::eq(*p, project));
        let Some((main, _)) = main else { return false };
        let loaded = load::load_open(main, &texts, &self.limits);
        let idle = |d: &crate::diagnostic::Diagnostic| {
            d.code == no_effect::CODE && d.message.starts_with("`renamed_from`")
        };
        let count = |of: &Diagnostics| of.iter().filter(|d| idle(d)).count();
        let after = compiled(&loaded).diagnostics;
        count(&after) <= count(&project.done.diagnostics)
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

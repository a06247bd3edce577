//! What an editor asks about a spec that is being written: completion, meaning, places of names,
//! edits that cure. Answers of the compiler for the text as it is in the editor.
//!
//! Architecture invariant: pure functions of texts and a compilation; `cli` has the connection.
//! An edit is offered only if compiling shows that it cures and brings nothing new.

pub mod actions;
pub mod complete;
mod derived;
pub mod edit;
pub mod hover;
pub mod inlay;
mod language;
pub mod names;
pub mod position;
pub mod rename;
pub mod symbols;

use crate::Compilation;
use crate::diagnostic::{Diagnostics, Severity};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{self, Document, Limits, Notation};
use lsp_types as lsp;

/// A spec with its includes as the editor has them, and what became of it.
#[derive(Debug)]
pub struct Project {
    /// All files, by their absolute paths; the lock may be among them.
    pub sources: SourceMap,
    /// The trees of the files, each by itself, as far as they can be read.
    pub files: Vec<(FileId, Document)>,
    /// What became of the whole.
    pub done: Compilation,
}

/// A file of a project.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The project.
    pub project: &'a Project,
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub document: &'a Document,
}

impl Project {
    /// Reads the trees of all files that are specs or parts of one.
    pub fn new(sources: SourceMap, done: Compilation, limits: &Limits) -> Self {
        let parts = sources
            .ids()
            .filter(|id| !sources.file(*id).name.ends_with(".lock"));
        let mut out = Diagnostics::default();
        let files =
            parts.filter_map(|id| Some((id, syntax::parse(&sources, id, limits, &mut out)?)));
        Project {
            files: files.collect(),
            sources,
            done,
        }
    }

    /// The file with that name.
    pub fn page(&self, name: &str) -> Option<Page<'_>> {
        let mut files = self.files.iter();
        let (file, document) = files.find(|(id, _)| self.sources.file(*id).name == name)?;
        Some(Page {
            project: self,
            file: *file,
            document,
        })
    }

    /// Where a span lies, for the editor.
    pub fn range(&self, span: Span) -> lsp::Range {
        position::range(&self.sources.file(span.file).text, span)
    }

    /// What is wrong in a file, with the places that contribute. What has no place at all stands
    /// at the beginning of `main`.
    pub fn diagnostics(
        &self,
        file: FileId,
        main: FileId,
        uri: &dyn Fn(&str) -> Option<lsp::Uri>,
    ) -> Vec<lsp::Diagnostic> {
        let here = |d: &&crate::diagnostic::Diagnostic| match &d.primary {
            Some(label) => label.span.file == file,
            None => file == main,
        };
        let found = self.done.diagnostics.iter().filter(here);
        found
            .map(|d| {
                let span = d.primary.as_ref().map_or(Span::new(file, 0, 0), |l| l.span);
                let related = d.secondary.iter().filter_map(|label| {
                    let name = &self.sources.file(label.span.file).name;
                    Some(lsp::DiagnosticRelatedInformation {
                        location: lsp::Location::new(uri(name)?, self.range(label.span)),
                        message: label.text.clone(),
                    })
                });
                let help = d.help.iter().map(|h| format!("\nhelp: {h}"));
                lsp::Diagnostic {
                    range: self.range(span),
                    severity: Some(severity(d.severity)),
                    code: Some(lsp::NumberOrString::String(d.code.id.into())),
                    code_description: crate::diagnostic::render::page(d.code.id)
                        .parse()
                        .ok()
                        .map(|href| lsp::CodeDescription { href }),
                    source: Some("meridian".into()),
                    message: format!("{}{}", d.message, help.collect::<String>()),
                    related_information: Some(related.collect()),
                    ..lsp::Diagnostic::default()
                }
            })
            .collect()
    }
}

impl Page<'_> {
    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.project.sources.file(self.file).text
    }

    /// How the file is written.
    pub fn notation(&self) -> Notation {
        Notation::of(&self.project.sources.file(self.file).name)
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Note => lsp::DiagnosticSeverity::INFORMATION,
    }
}

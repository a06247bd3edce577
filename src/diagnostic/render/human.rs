//! For a person at a terminal, drawn by miette.

use super::{Options, printable};
use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::{SourceFile, SourceMap};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    NamedSource, SourceCode, SourceSpan, SpanContents, ThemeStyles,
};
use std::fmt;

pub(super) fn render(sources: &SourceMap, diagnostics: &Diagnostics, options: Options) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(options.max) {
        out.push_str(&one(sources, diagnostic, options));
        out.push('\n');
    }
    let hidden = diagnostics.len().saturating_sub(options.max);
    if hidden > 0 {
        out.push_str(&format!(
            "and {hidden} more; `--max-diagnostics` shows them\n"
        ));
    }
    out
}

fn one(sources: &SourceMap, diagnostic: &Diagnostic, options: Options) -> String {
    let theme = GraphicalTheme {
        characters: miette::ThemeCharacters::unicode(),
        styles: if options.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(options.width)
        .with_context_lines(1)
        .without_cause_chain()
        .with_footer(format!("see: meridian explain {}", diagnostic.code.id));
    let report = Report::new(sources, diagnostic);
    let mut text = String::new();
    if handler.render_report(&mut text, &report).is_err() {
        text = format!("{report}\n");
    }
    format!("{}\n", text.trim_matches('\n'))
}

/// One diagnostic as miette wants it: labels of one file as one source, those of other
/// files as related reports.
#[derive(Debug)]
struct Report {
    message: String,
    severity: Severity,
    help: Option<String>,
    source: Option<Source>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report>,
}

impl Report {
    fn new(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        let primary = diagnostic.primary.as_ref();
        let same = |l: &&Label| primary.is_some_and(|p| p.span.file == l.span.file);
        let here = diagnostic.secondary.iter().filter(same);
        let mut labels: Vec<_> = primary.iter().map(|l| labeled(l, true)).collect();
        labels.extend(here.map(|l| labeled(l, false)));
        let code = diagnostic.code;
        let word = diagnostic.severity.word();
        Report {
            message: format!("{word}[{}]: {}", code.id, printable(&diagnostic.message)),
            severity: diagnostic.severity,
            help: diagnostic.help.as_deref().map(printable),
            source: primary.map(|l| named(sources.file(l.span.file))),
            labels,
            elsewhere: diagnostic
                .secondary
                .iter()
                .filter(|l| !same(l))
                .map(|l| Report {
                    message: printable(&l.text),
                    severity: Severity::Note,
                    help: None,
                    source: Some(named(sources.file(l.span.file))),
                    labels: vec![labeled(l, true)],
                    elsewhere: Vec::new(),
                })
                .collect(),
        }
    }
}

fn labeled(label: &Label, primary: bool) -> LabeledSpan {
    let span = (
        label.span.start as usize,
        (label.span.end - label.span.start) as usize,
    );
    let text = (!label.text.is_empty()).then(|| printable(&label.text));
    if primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

/// A source that counts the lines of an excerpt from its start. miette counts them from the
/// start of the file, takes excerpts far apart for overlapping, and prints all between.
#[derive(Debug)]
struct Source(NamedSource<String>);

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let excerpt = self.0.read_span(span, before, after)?;
        let lines = excerpt.data().iter().filter(|b| **b == b'\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name().to_string(),
            excerpt.data(),
            *excerpt.span(),
            excerpt.line(),
            excerpt.column(),
            lines,
        )))
    }
}

/// The source with control characters replaced one byte for one, so that spans stay right.
fn named(file: &SourceFile) -> Source {
    let visible: String = file
        .text
        .chars()
        .map(|c| {
            if c.is_ascii_control() && c != '\n' {
                ' '
            } else {
                c
            }
        })
        .collect();
    Source(NamedSource::new(printable(&file.name), visible))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        let source = self.source.as_ref()?;
        Some(source)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        let each = |r: &'a Report| -> &'a dyn miette::Diagnostic { r };
        Some(Box::new(self.elsewhere.iter().map(each)))
    }
}

//! For a person at a terminal, drawn by miette.

use super::excerpt::{Excerpt, excerpt};
use super::{Options, printable};
use crate::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::SourceMap;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeStyles};
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
        // Names hold dashes: a line ends between words only.
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_break_words(false)
        .with_context_lines(1)
        .without_cause_chain()
        .with_footer(format!("see: meridian explain {}", diagnostic.code.id));
    let report = Report::new(sources, diagnostic, options.width);
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
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report>,
}

impl Report {
    fn new(sources: &SourceMap, diagnostic: &Diagnostic, width: usize) -> Self {
        let primary = diagnostic.primary.as_ref();
        let same = |l: &&Label| primary.is_some_and(|p| p.span.file == l.span.file);
        let here = diagnostic.secondary.iter().filter(same);
        let here: Vec<&Label> = primary.into_iter().chain(here).collect();
        let elsewhere = diagnostic.secondary.iter().filter(|l| !same(l));
        let code = diagnostic.code;
        let word = diagnostic.severity.word();
        let message = format!("{word}[{}]: {}", code.id, printable(&diagnostic.message));
        Report {
            help: diagnostic.help.as_deref().map(printable),
            elsewhere: elsewhere
                .map(|l| {
                    let text = printable(&l.text);
                    Report::at(sources, text, Severity::Note, &[l], width)
                })
                .collect(),
            ..Report::at(sources, message, diagnostic.severity, &here, width)
        }
    }

    /// A message with places that are all in one file.
    fn at(
        sources: &SourceMap,
        message: String,
        severity: Severity,
        labels: &[&Label],
        width: usize,
    ) -> Self {
        let file = labels.first().map(|l| sources.file(l.span.file));
        let (source, labels) = file.map(|f| excerpt(f, labels, width)).unzip();
        Report {
            message,
            severity,
            help: None,
            source,
            labels: labels.unwrap_or_default(),
            elsewhere: Vec::new(),
        }
    }
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

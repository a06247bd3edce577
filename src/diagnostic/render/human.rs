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
    let drawn = Drawn::new(diagnostic, options);
    let mut files: Vec<Vec<&Label>> = Vec::new();
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        let known = files.iter_mut().find(|f| f[0].span.file == label.span.file);
        match known {
            Some(labels) => labels.push(label),
            None => files.push(vec![label]),
        }
    }
    let mut excerpts = files
        .iter()
        .map(|labels| excerpt(sources.file(labels[0].span.file), labels, options.width));
    let word = diagnostic.severity.word();
    let message = printable(&diagnostic.message);
    let mut text = drawn.report(Report {
        message: format!("{word}[{}]: {message}", diagnostic.code.id),
        excerpt: excerpts.next(),
        ..drawn.empty()
    });
    for excerpt in excerpts {
        text += &drawn.below(Report {
            excerpt: Some(excerpt),
            ..drawn.empty()
        });
    }
    text += &drawn.below(Report {
        help: diagnostic.help.as_deref().map(printable),
        ..drawn.empty()
    });
    let see = format!("see: meridian explain {}", diagnostic.code.id);
    format!("{}\n\n  {see}\n", text.trim_matches('\n'))
}

/// How miette draws one diagnostic. It draws one file a report, so the places of each file are a
/// report, one below the other, and what to do stands below them all.
struct Drawn {
    handler: GraphicalReportHandler,
    severity: Severity,
}

impl Drawn {
    fn new(diagnostic: &Diagnostic, options: Options) -> Self {
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
            .without_cause_chain();
        Drawn {
            handler,
            severity: diagnostic.severity,
        }
    }

    fn empty(&self) -> Report {
        Report {
            message: String::new(),
            severity: self.severity,
            help: None,
            excerpt: None,
        }
    }

    fn report(&self, report: Report) -> String {
        let mut text = String::new();
        match self.handler.render_report(&mut text, &report) {
            Ok(()) => text,
            Err(_) => format!("{report}\n"),
        }
    }

    /// A report without its headline.
    fn below(&self, report: Report) -> String {
        let text = self.report(report);
        text.split_once('\n')
            .map_or(String::new(), |(_, rest)| rest.to_string())
    }
}

/// What miette draws: a headline, places of one file, what to do.
#[derive(Debug)]
struct Report {
    message: String,
    severity: Severity,
    help: Option<String>,
    excerpt: Option<(Excerpt, Vec<LabeledSpan>)>,
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
        let (source, _) = self.excerpt.as_ref()?;
        Some(source)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, labels) = self.excerpt.as_ref()?;
        Some(Box::new(labels.iter().cloned()))
    }
}

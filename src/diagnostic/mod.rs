//! What the compiler has to say about a spec: a code, a place, a reason and a way out.
//!
//! Architecture invariant: nothing here knows the terminal, the colour or the output
//! format; [`render`] turns diagnostics into text, and only `cli` prints it.

pub mod render;

use crate::source::Span;
use std::fmt;

/// A diagnostic's identity: family letters and number, and a name that says the fault.
/// A code is never reused for another fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// Family and number, for example `RTO101`.
    pub id: &'static str,
    /// The fault, for example `detection-exceeds-rto`.
    pub name: &'static str,
}

impl Code {
    /// Declares a code; use it once per fault, as a constant.
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        Code { id, name }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

/// How much a finding matters. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a run unless asked to.
    Note,
    /// Probably a mistake; the output is still written.
    Warning,
    /// The topology contradicts itself or cannot be built; nothing is written.
    Error,
}

impl Severity {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place and what it has to do with the finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there, in a few words.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which fault.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// The fault in one sentence, without a full stop.
    pub message: String,
    /// The place that is wrong. `None` only where there is no input text at all.
    pub primary: Option<Label>,
    /// Other places that contribute, each in its own words.
    pub secondary: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// Whether it stands only because of today's date.
    pub dated: bool,
}

impl Diagnostic {
    fn new(
        severity: Severity,
        code: Code,
        span: Span,
        label: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: Some(Label {
                span,
                text: label.into(),
            }),
            secondary: Vec::new(),
            help: None,
            dated: false,
        }
    }

    /// An error at `span`; `label` is the text at the place, `message` the headline.
    pub fn error(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, span, label, message)
    }

    /// A warning at `span`.
    pub fn warning(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, span, label, message)
    }

    /// A note at `span`.
    pub fn note(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Note, code, span, label, message)
    }

    /// An error that has no place in any input text (a missing file, a full disk).
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: None,
            dated: false,
        }
    }

    /// Adds a contributing place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says that it stands only because of today's date.
    #[must_use]
    pub fn dated(mut self) -> Self {
        self.dated = true;
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A finding that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Why, who answers for it and until when; or where it is listed.
    pub because: String,
    /// Whether the spec accepts it; otherwise a baseline beside it does.
    pub in_spec: bool,
}

/// How many findings are accepted, and by what; nothing if none is.
pub fn accepted(waived: &[Waived]) -> Option<String> {
    let (waivers, baseline): (Vec<_>, Vec<_>) = waived.iter().partition(|w| w.in_spec);
    let said = |number: usize, how: &str| match number {
        0 => None,
        1 => Some(format!("1 finding {how}")),
        n => Some(format!("{n} findings {how}")),
    };
    let parts = [
        said(waivers.len(), "waived in the spec"),
        said(baseline.len(), "accepted by the baseline"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Findings in the order in which they were met; sorted by place when shown.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds a finding that several parts lead to, unless its headline is there already.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        if !self.iter().any(|d| d.message == diagnostic.message) {
            self.push(diagnostic);
        }
    }

    /// Adds all findings of another stage.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(other);
    }

    /// The findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether anything forbids writing output.
    pub fn has_errors(&self) -> bool {
        self.worst() == Some(Severity::Error)
    }

    /// The highest severity present.
    pub fn worst(&self) -> Option<Severity> {
        self.list.iter().map(|d| d.severity).max()
    }

    /// Keeps only the findings for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Takes out the findings for which `which` holds.
    pub fn take(&mut self, which: impl Fn(&Diagnostic) -> bool) -> Vec<Diagnostic> {
        let all = std::mem::take(&mut self.list).into_iter();
        let (taken, kept) = all.partition(|d| which(d));
        self.list = kept;
        taken
    }

    /// Says of the findings for which `which` holds that they stand only because of today's
    /// date.
    pub fn mark_dated(&mut self, which: impl Fn(&Diagnostic) -> bool) {
        for diagnostic in self.list.iter_mut().filter(|d| which(d)) {
            diagnostic.dated = true;
        }
    }

    /// Makes warnings of errors that stand only because of today's date.
    pub fn soften_dated(&mut self) {
        let dated = self.list.iter_mut().filter(|d| d.dated);
        for diagnostic in dated.filter(|d| d.severity == Severity::Error) {
            diagnostic.severity = Severity::Warning;
        }
    }

    /// Sorts by place, then code, then message, and drops exact repetitions.
    pub fn sorted(mut self) -> Self {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| d.primary.as_ref().map(|l| l.span);
            (key(a), a.code, &a.message).cmp(&(key(b), b.code, &b.message))
        });
        self.list.dedup();
        self
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(iter: T) -> Self {
        Diagnostics {
            list: iter.into_iter().collect(),
        }
    }
}

/// Names that are looked at for a suggestion: a spec may have thousands, and as many faults.
const CANDIDATES: usize = 500;

/// The name of `candidates` that `wrong` most probably means, if any is near enough.
pub fn did_you_mean<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let length = lower.chars().count();
    // The farthest that a near name can be, so that long texts cost nothing.
    let near = |c: &&str| c.chars().count().abs_diff(length) <= (length / 2).clamp(1, 8);
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(near)
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= (c.chars().count().max(3) / 3).max(1))
        .min()
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(
            did_you_mean("reigons", ["regions", "roles"]),
            Some("regions")
        );
        assert_eq!(did_you_mean("RTO", ["rto", "rpo"]), Some("rto"));
        assert_eq!(did_you_mean("banana", ["regions", "roles"]), None);
    }
}

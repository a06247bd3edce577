//! Edits that cure a finding: what its help says, as far as it names an edit. Each is tried by
//! compiling, and offered only if the finding is gone and nothing new appears.

use super::{Page, edit, language};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{SourceMap, Span};
use crate::syntax::print::Stands;
use crate::syntax::{self, Entry, Kind, Limits, Node};
use std::collections::BTreeMap;

/// An edit with what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does: ``write `replicas: 1..10` ``.
    pub title: String,
    /// The code of the finding that it cures.
    pub code: &'static str,
    /// The changes of the file.
    pub edits: Vec<(Span, String)>,
}

/// Finds what is wrong with a project once a file has another text.
pub type Retry<'a> = &'a dyn Fn(&str) -> Diagnostics;

/// The edits that cure findings which touch a range of bytes of a file.
pub fn actions(page: Page, (from, to): (usize, usize), retry: Retry) -> Vec<Action> {
    let before = &page.project.done.diagnostics;
    let touches = |d: &&Diagnostic| {
        let label = d.primary.as_ref().filter(|l| l.span.file == page.file);
        label.is_some_and(|l| l.span.start as usize <= to && from <= l.span.end as usize)
    };
    let mut found: Vec<Action> = Vec::new();
    for diagnostic in before.iter().filter(touches) {
        for (title, edits) in candidates(page, diagnostic) {
            let known = found.iter().any(|a| a.edits == edits);
            if !known && cures(page, diagnostic, &edits, retry) {
                found.push(Action {
                    title,
                    code: diagnostic.code.id,
                    edits,
                });
            }
        }
    }
    found
}

/// How often each thing is said.
fn said(all: &Diagnostics) -> BTreeMap<Said<'_>, usize> {
    let mut counts = BTreeMap::new();
    for d in all.iter() {
        let serious = d.severity > Severity::Note;
        *counts
            .entry((d.code.id, d.message.as_str(), serious))
            .or_default() += 1;
    }
    counts
}

/// A code, what is said, and whether it is more than a note.
type Said<'a> = (&'static str, &'a str, bool);

/// Families of findings that keep the rest of the spec from being checked.
const FIRST: [&str; 4] = ["SYN", "SPEC", "REF", "IN1"];

/// Whether a finding is gone after an edit, and nothing is said that was not said before. Where
/// a spec could not be checked any further, only what could have been said counts as new.
fn cures(page: Page, of: &Diagnostic, edits: &[(Span, String)], retry: Retry) -> bool {
    let done = &page.project.done;
    let after = retry(&edit::applied(page.text(), edits));
    let (before, after) = (said(&done.diagnostics), said(&after));
    let this = (
        of.code.id,
        of.message.as_str(),
        of.severity > Severity::Note,
    );
    let count = |of: &BTreeMap<_, usize>, key| of.get(&key).copied().unwrap_or(0);
    let could_be_said = |code: &str| {
        done.deployment.is_some() || FIRST.iter().any(|family| code.starts_with(family))
    };
    let mut new = after
        .iter()
        .filter(|(key, n)| key.2 && **n > count(&before, **key));
    count(&after, this) < count(&before, this) && !new.any(|((code, ..), _)| could_be_said(code))
}

type Candidate = (String, Vec<(Span, String)>);

/// The edits that a finding's help may mean.
fn candidates(page: Page, of: &Diagnostic) -> Vec<Candidate> {
    let Some(primary) = of.primary.as_ref() else {
        return Vec::new();
    };
    let help = of.help.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    for text in [help, &primary.text] {
        if let Some(near) = between(text, "did you mean `", "`") {
            let stands = match entry_at(page, primary.span).last() {
                Some((_, entry)) if entry.key.span == primary.span => Stands::Key,
                _ => Stands::Value,
            };
            let edit = edit::respelt_at(page, primary.span, near, stands);
            found.push((format!("write `{near}`"), vec![edit]));
        }
    }
    for snippet in snippets(help) {
        found.extend(written(page, primary.span, snippet));
    }
    if help.contains("without quotes") {
        let plain = page
            .project
            .sources
            .text(primary.span)
            .trim_matches(['"', '\''])
            .to_string();
        found.push(("remove the quotes".into(), vec![(primary.span, plain)]));
    }
    if ["remove", "leave it out", "keep one of"]
        .iter()
        .any(|w| help.contains(w))
    {
        let places = of.secondary.iter().map(|l| l.span).chain([primary.span]);
        for span in places.filter(|s| s.file == page.file) {
            let records = entry_at(page, span);
            let Some((_, meant)) = records.last() else {
                continue;
            };
            // A record that nothing is left in goes too, but for a thing with a name.
            let named = language::names(page.document);
            let mut way = records.iter().rev();
            let goes = way.find(|(map, _)| {
                let alone = map.entries().len() == 1;
                let record = records.iter().find(|(_, e)| e.value.span == map.span);
                !alone || record.is_none_or(|(_, e)| named.contains(&e.key.span))
            });
            if let Some((map, entry)) = goes {
                let title = format!("remove `{}`", meant.key.text);
                found.push((title, vec![edit::remove(page, map, entry)]));
            }
        }
    }
    found
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let rest = &text[text.find(open)? + open.len()..];
    Some(&rest[..rest.find(close)?])
}

/// What a text has in backticks, as far as it is complete and no example: what is named after
/// "such as" has nothing to do with what is written.
fn snippets(text: &str) -> impl Iterator<Item = &str> {
    let clauses = text.split("; ");
    let meant = clauses.map(|clause| clause.split("such as").next().unwrap_or(clause));
    let parts = meant.flat_map(|clause| clause.split('`').skip(1).step_by(2));
    parts.filter(|part| !part.contains('…') && !part.contains("..."))
}

/// The edits that write a snippet: members into the nearest record that can have them, or a word
/// in the place of the value that is wrong.
fn written(page: Page, at: Span, snippet: &str) -> Vec<Candidate> {
    let title = format!("write `{snippet}`");
    let members = members(snippet);
    if members.is_empty() {
        let entry = entry_at(page, at).last().map(|(_, entry)| *entry);
        let edit = match entry {
            Some(e) if e.value.span == at => edit::replace(page, at, snippet),
            Some(e) if e.key.span == at => edit::respelt_at(page, at, snippet, Stands::Key),
            _ => return Vec::new(),
        };
        return vec![(title, vec![edit])];
    }
    let records = entry_at(page, at);
    let mut found = Vec::new();
    for (_, record) in records.iter().rev() {
        let known = language::keys(page.document, record.key.span);
        if members.iter().all(|(key, _)| known.contains(&key.as_str())) {
            let edits = members
                .iter()
                .map(|(key, value)| edit::set(page, record, key, value));
            if let Some(edits) = edits.collect::<Option<Vec<_>>>() {
                found.push((title.clone(), edits));
            }
        }
    }
    if let [(key, value)] = members.as_slice()
        && page.document.root.get(key).is_none()
        && language::is_topmost(key)
    {
        let edits = edit::append(page, key, value);
        found.extend(edits.map(|e| (title, vec![e])));
    }
    found
}

/// The members that a snippet of YAML has: `every: 5s, timeout: 2s`.
fn members(snippet: &str) -> Vec<(String, String)> {
    let mut sources = SourceMap::default();
    let text = format!("{{ {snippet} }}");
    let file = sources.add("snippet.yaml", text.as_str());
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let Some(document) = document.filter(|_| out.is_empty() && snippet.contains(": ")) else {
        return Vec::new();
    };
    let entries = document.root.entries().iter();
    entries
        .filter(|e| !matches!(e.value.kind, Kind::Null))
        .map(|e| {
            (
                e.key.text.clone(),
                sources.text(e.value.span).trim().to_string(),
            )
        })
        .collect()
}

/// The entries that a place is in, each with the map that it is in, the outermost first.
fn entry_at<'a>(page: Page<'a>, place: Span) -> Vec<(&'a Node, &'a Entry)> {
    let covers = |e: &&Entry| {
        let end = e.value.span.end.max(e.key.span.end);
        e.key.span.start <= place.start && place.end <= end && e.key.span.file == place.file
    };
    let mut found = Vec::new();
    let mut nodes = vec![&page.document.root];
    while let Some(node) = nodes.pop() {
        match &node.kind {
            Kind::List(items) => nodes.extend(
                items
                    .iter()
                    .filter(|i| i.span.start <= place.start && place.end <= i.span.end),
            ),
            _ => {
                if let Some(entry) = node.entries().iter().find(covers) {
                    found.push((node, entry));
                    nodes.push(&entry.value);
                }
            }
        }
    }
    found
}

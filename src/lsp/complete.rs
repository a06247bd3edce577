//! What can be written at a place. A word is put there and the text is read again, so that what
//! is half written has a place in the tree; what the compiler would call without effect, or not
//! available, is not offered.

use super::language::{Here, walk};
use super::names::{Thing, keys_of, referred};
use super::{Page, Project, position};
use crate::cloud::{offering, reads};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::rules::emission::no_effect;
use crate::rules::runtime::cloud_run::OUTSIDE;
use crate::source::{FileId, SourceMap, Span};
use crate::spec::Provider;
use crate::spec::decode::Scalar;
use crate::syntax::{self, Document, Kind, Limits, Node, Notation};
use lsp_types as lsp;
use serde_json::Value as Json;

/// A word that nobody writes.
const MARK: &str = "meridian-cursor";

/// The kind of what somebody else runs, on any cloud.
const EXTERNAL: &str = "external";

/// Finds out what is said of the project once the file has another text.
pub type Try<'a> = &'a dyn Fn(&str) -> Diagnostics;

/// A file that is being written, which may not be readable as it is.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    /// The project as it was read last.
    pub project: &'a Project,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// How it is written.
    pub notation: Notation,
}

impl<'a> From<Page<'a>> for Draft<'a> {
    fn from(page: Page<'a>) -> Self {
        Draft {
            project: page.project,
            file: page.file,
            text: page.project.sources.file(page.file).text.as_str(),
            notation: page.notation(),
        }
    }
}

/// Something to write.
struct Offer {
    label: String,
    text: String,
    kind: lsp::CompletionItemKind,
    says: String,
    rank: u8,
}

/// What can be written at a place.
pub fn complete(draft: Draft, place: lsp::Position, attempt: Try) -> Vec<lsp::CompletionItem> {
    let at = position::offset(draft.text, place);
    let (start, end) = word_around(draft.text, at);
    let Some(marked) = Marked::of(draft, start, end) else {
        return Vec::new();
    };
    let typed = &draft.text[start..at];
    let mut offers = Vec::new();
    walk(&marked.document, &mut |here| {
        let is_mark = |node: &Node| matches!(&node.kind, Kind::Scalar(s) if s.text == MARK);
        let among = here.node.entries().iter().any(|e| e.key.text == MARK);
        if among || is_mark(here.node) && (here.schema["type"] == "object") {
            offers = marked.keys(here, attempt);
        } else if is_mark(here.node) && marked.begins_a_map(here) {
            offers = marked.named(here);
        } else if is_mark(here.node) {
            offers = marked.values(here, attempt);
        }
    });
    offers.retain(|o| o.label.starts_with(typed) || o.label.contains(typed));
    let range = lsp::Range::new(
        position::position(draft.text, start),
        position::position(draft.text, end),
    );
    let items = offers.into_iter().map(|offer| lsp::CompletionItem {
        sort_text: Some(format!("{}{}", offer.rank, offer.label)),
        filter_text: Some(offer.label.clone()),
        detail: offer.says.split(". ").next().map(str::to_string),
        documentation: Some(lsp::Documentation::String(offer.says)),
        kind: Some(offer.kind),
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit::new(
            range, offer.text,
        ))),
        label: offer.label,
        ..lsp::CompletionItem::default()
    });
    items.collect()
}

/// The word that a byte is in, as names and values are written.
fn word_around(text: &str, at: usize) -> (usize, usize) {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-%/".contains(c);
    let before = text[..at].trim_end_matches(part).len();
    let after = text[at..].find(|c| !part(c)).map_or(text.len(), |n| at + n);
    // A dash alone begins an item of a list.
    let dash = text[before..at].starts_with("- ") || &text[before..at] == "-";
    (if dash { before + 1 } else { before }, after)
}

/// A text with the mark, that can be read.
struct Marked<'a> {
    draft: Draft<'a>,
    document: Document,
    /// The text before the mark, and after it.
    around: (String, String),
    /// The whole text.
    text: String,
}

impl<'a> Marked<'a> {
    /// The first way to put the mark that gives a tree with it.
    fn of(draft: Draft<'a>, start: usize, end: usize) -> Option<Self> {
        let (before, after) = (&draft.text[..start], &draft.text[end..]);
        let closed = closers(before, after);
        let ways: &[&str] = match draft.notation {
            Notation::Yaml => &["", ":", ": x"],
            Notation::Kdl => &["", "=1", " 1"],
        };
        let afters = [after.to_string(), format!("{closed}{after}")];
        let all = afters
            .iter()
            .flat_map(|after| ways.iter().map(move |way| (way, after)));
        for (way, after) in all {
            let text = format!("{before}{MARK}{way}{after}");
            let mut sources = SourceMap::default();
            let name = if draft.notation == Notation::Kdl {
                "draft.kdl"
            } else {
                "draft.yaml"
            };
            let file = sources.add(name, text.as_str());
            let mut out = Diagnostics::default();
            let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
            if let Some(document) = document.filter(|d| !out.has_errors() && holds(&d.root)) {
                return Some(Marked {
                    draft,
                    document,
                    around: (before.to_string(), after.clone()),
                    text,
                });
            }
        }
        None
    }

    /// Whether the mark stands where a map by name could, on a line below its key: a single value
    /// for all names stands beside it.
    fn begins_a_map(&self, here: &Here) -> bool {
        let below = here.key.is_some_and(|key| {
            let between = key.span.end as usize..here.node.span.start as usize;
            self.text.get(between).is_some_and(|t| t.contains('\n'))
        });
        below && here.per_name
    }

    /// Keys of a record, or names of a map.
    fn keys(&self, here: &Here, attempt: Try) -> Vec<Offer> {
        let written = |key: &str| here.node.get(key).is_some();
        let Some(properties) = here.schema["properties"].as_object() else {
            return self.named(here);
        };
        let required = here.schema["required"].as_array();
        let needs = |key: &str| required.is_some_and(|all| all.iter().any(|k| k == key));
        let unread = self.unread(here);
        let open = properties.iter().filter(|(key, _)| !written(key));
        let open = open.filter(|(key, _)| !unread.contains(&key.as_str()));
        open.filter(|(key, about)| !self.idle(here, key, about, attempt))
            .map(|(key, about)| Offer {
                label: key.clone(),
                text: self.member(key),
                kind: lsp::CompletionItemKind::PROPERTY,
                says: about["description"]
                    .as_str()
                    .unwrap_or_default()
                    .to_string(),
                rank: if needs(key) { 0 } else { 1 },
            })
            .collect()
    }

    /// The keys of a record of a store that its engine does not read.
    fn unread(&self, here: &Here) -> Vec<&'static str> {
        let ["datastores", store, below @ ..] = here.path.as_slice() else {
            return Vec::new();
        };
        let store = self
            .document
            .root
            .get("datastores")
            .and_then(|s| s.value.get(store));
        let engine = store.and_then(|s| s.value.get("engine"));
        let Some(Kind::Scalar(engine)) = engine.map(|e| &e.value.kind) else {
            return Vec::new();
        };
        // A part by name has the settings of all parts.
        let below = match below {
            [map, _, rest @ ..] if here.named => [&[*map], rest].concat(),
            below => below.to_vec(),
        };
        let of_engine = reads::unread()
            .into_iter()
            .filter(|u| u.engine == engine.text);
        let paths = of_engine.flat_map(|u| u.paths);
        let prefix: String = below.iter().map(|key| format!("{key}.")).collect();
        let keys = paths.filter_map(|path| path.strip_prefix(&prefix));
        keys.filter(|key| !key.contains('.')).collect()
    }

    /// Names that the keys of a map stand for.
    fn named(&self, here: &Here) -> Vec<Offer> {
        let names: Vec<(String, String)> = if here.path == ["regions"] {
            self.places()
        } else if here.path == ["clouds"] {
            let all = Provider::schema()["enum"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let words = all.iter().filter_map(Json::as_str);
            words
                .map(|p| (p.to_string(), "a cloud".to_string()))
                .collect()
        } else {
            let things = keys_of(here.field, here.per_name).unwrap_or_default();
            self.names(things)
        };
        let open = names
            .into_iter()
            .filter(|(name, _)| here.node.get(name).is_none());
        open.map(|(name, says)| Offer {
            text: self.member(&name),
            label: name,
            kind: lsp::CompletionItemKind::REFERENCE,
            says,
            rank: 0,
        })
        .collect()
    }

    /// The locations of the clouds in use.
    fn places(&self) -> Vec<(String, String)> {
        let clouds = self.draft.project.given(&[Thing::Cloud]);
        let used = |word: &str| clouds.is_empty() || clouds.iter().any(|(_, c)| c == word);
        let places = crate::catalog::places()
            .iter()
            .filter(|p| used(p.provider.word()));
        places
            .map(|p| {
                (
                    p.location.to_string(),
                    format!("{}, {}", p.city, p.provider),
                )
            })
            .collect()
    }

    fn names(&self, things: &[Thing]) -> Vec<(String, String)> {
        let given = self.draft.project.given(things).into_iter();
        given
            .map(|(thing, name)| (name, format!("{thing:?}").to_lowercase()))
            .collect()
    }

    /// A key as it is written, with what follows it.
    fn member(&self, key: &str) -> String {
        let colon = self.around.1.starts_with(':') || self.around.1.starts_with('=');
        match self.draft.notation {
            _ if colon => key.to_string(),
            Notation::Yaml => format!("{key}: "),
            Notation::Kdl => format!("{key} "),
        }
    }

    /// Whether the compiler says that an example of a field has no effect here.
    fn idle(&self, here: &Here, key: &str, about: &Json, attempt: Try) -> bool {
        let example = about["examples"].get(0).or(about.get("default"));
        let Some(example) = example.filter(|_| here.path.len() > 1) else {
            return false;
        };
        let value = match (self.draft.notation, example) {
            (Notation::Yaml, example) => format!("{key}: {example}"),
            (Notation::Kdl, Json::String(_) | Json::Number(_)) => format!("{key}={example}"),
            (Notation::Kdl, _) => return false,
        };
        let begin = self.around.0.len() as u32;
        let found = self.attempt(&value, attempt);
        found.iter().any(|d| {
            let here = d
                .primary
                .as_ref()
                .filter(|l| l.span.file == self.draft.file);
            let inside = |start: u32| (begin..begin + value.len() as u32).contains(&start);
            [no_effect::CODE, OUTSIDE].contains(&d.code)
                && here.is_some_and(|l| inside(l.span.start))
        })
    }

    fn attempt(&self, value: &str, attempt: Try) -> Diagnostics {
        let (before, after) = &self.around;
        attempt(&format!("{before}{value}{after}"))
    }

    /// Words, names and examples for a value.
    fn values(&self, here: &Here, attempt: Try) -> Vec<Offer> {
        let alone = here.schema["type"] == "array";
        let schema = if alone {
            &here.schema["items"]
        } else {
            here.schema
        };
        let text = |word: &str| match (self.draft.notation, alone) {
            (Notation::Yaml, false) => word.to_string(),
            (Notation::Yaml, true) => format!("[{word}]"),
            (Notation::Kdl, _) if self.around.0.ends_with('"') => word.to_string(),
            (Notation::Kdl, _) => format!("\"{word}\""),
        };
        let offer = |word: &str, says: &str, kind, rank| Offer {
            label: word.to_string(),
            text: text(word),
            kind,
            says: says.to_string(),
            rank,
        };
        let mut offers = Vec::new();
        let things = referred(here.field).filter(|_| !matches!(here.field.0, "ScaleOn" | "Cost"));
        for (name, says) in self.names(things.unwrap_or_default()) {
            offers.push(offer(&name, &says, lsp::CompletionItemKind::REFERENCE, 0));
        }
        offers.extend(
            self.found(here, attempt)
                .into_iter()
                .map(|(word, says)| offer(&word, &says, lsp::CompletionItemKind::VALUE, 0)),
        );
        let words = schema["enum"].as_array().into_iter().flatten().enumerate();
        for (at, word) in words {
            let word = word.as_str().unwrap_or_default();
            let says = schema["markdownEnumDescriptions"][at]
                .as_str()
                .unwrap_or_default();
            if self.available(here, word, attempt) {
                offers.push(offer(word, says, lsp::CompletionItemKind::ENUM_MEMBER, 0));
            }
        }
        if schema["type"] == "boolean" {
            let bare = |word: &str| match self.draft.notation {
                Notation::Yaml => word.to_string(),
                Notation::Kdl => format!("#{word}"),
            };
            for word in ["true", "false"] {
                let base = offer(word, "", lsp::CompletionItemKind::VALUE, 0);
                offers.push(Offer {
                    text: bare(word),
                    ..base
                });
            }
        }
        let example = here.about["examples"].get(0).and_then(Json::as_str);
        if let Some(example) = example.filter(|_| offers.is_empty() && things.is_none()) {
            let says = super::hover::unit(here.about).unwrap_or("an example");
            offers.push(offer(example, says, lsp::CompletionItemKind::VALUE, 1));
        }
        offers
    }

    /// What is found in the spec, for a waiver: codes, or the places of findings.
    fn found(&self, here: &Here, attempt: Try) -> Vec<(String, String)> {
        let waiver = here.field.0 == "Waiver" && ["code", "at"].contains(&here.field.1);
        let waivers = self.document.root.get("waivers").filter(|_| waiver);
        let Some(waivers) = waivers else {
            return Vec::new();
        };
        // One that is half written keeps the rest from being checked.
        let start = waivers.key.span.start as usize;
        let end = (waivers.value.span.end as usize).max(start);
        let line = self.text[end..]
            .find('\n')
            .map_or(self.text.len(), |n| end + n);
        let text = format!("{}{}", &self.text[..start], &self.text[line..]);
        let own = match here.path.as_slice() {
            [_, name, ..] => waivers.value.get(name).and_then(|w| w.value.get("code")),
            _ => None,
        };
        let code = own.and_then(|code| match &code.value.kind {
            Kind::Scalar(code) if code.text != MARK => Some(code.text.as_str()),
            _ => None,
        });
        let all = attempt(&text);
        let open = all
            .iter()
            .filter(|d| crate::rules::waivers::waivable(d.code.id));
        let mut found: Vec<(String, String)> = match here.field.1 {
            "code" => open
                .map(|d| (d.code.id.to_string(), d.message.clone()))
                .collect(),
            _ => {
                let of_it = open.filter(|d| code.is_none_or(|code| code == d.code.id));
                let placed = of_it.filter_map(|d| Some((self.path(&text, d)?, d.message.clone())));
                placed.collect()
            }
        };
        found.sort();
        found.dedup_by(|a, b| a.0 == b.0);
        found
    }

    /// The path of the part that a finding stands at, in this file with another text or in
    /// another one; a name with dots has none.
    fn path(&self, text: &str, of: &Diagnostic) -> Option<String> {
        let span = of.primary.as_ref()?.span;
        let project = self.draft.project;
        let mut sources = SourceMap::default();
        let own;
        let document = if span.file == self.draft.file {
            let name = project.sources.file(span.file).name.clone();
            let file = sources.add(name, text);
            own = syntax::parse(
                &sources,
                file,
                &Limits::default(),
                &mut Diagnostics::default(),
            )?;
            &own
        } else {
            &project.files.iter().find(|(file, _)| *file == span.file)?.1
        };
        let mut node = &document.root;
        let mut path = Vec::new();
        let inside = |of: Span| of.start <= span.start && span.end <= of.end;
        while let Some(entry) = node.entries().iter().find(|e| inside(e.value.span)) {
            path.push(entry.key.text.as_str());
            node = &entry.value;
        }
        let said = !path.is_empty() && path.iter().all(|key| !key.contains('.'));
        said.then(|| path.join("."))
    }

    /// The clouds in use for which something is generated.
    fn clouds(&self) -> Vec<Provider> {
        let project = self.draft.project;
        let regions = project.done.topology.iter().flat_map(|t| &t.regions);
        let of_regions = regions.map(|r| r.place.provider);
        let named = project.given(&[Thing::Cloud]).into_iter();
        let named = named.filter_map(|(_, name)| Provider::parse(&name).ok());
        let all = of_regions.chain(named);
        all.filter(|p| offering::generated(*p)).collect()
    }

    /// Whether a cloud in use has a kind.
    fn available(&self, here: &Here, word: &str, attempt: Try) -> bool {
        let clouds = self.clouds();
        let has = |cloud: &Provider| reads::generates(*cloud, here.field, word);
        match here.field {
            ("Queue", "engine") => self.accepted(here, word, attempt),
            ("Datastore", "engine") if word == EXTERNAL => true,
            _ => clouds.is_empty() || clouds.iter().any(has),
        }
    }

    /// Whether the compiler finds a word available.
    fn accepted(&self, here: &Here, word: &str, attempt: Try) -> bool {
        let found = self.attempt(word, attempt);
        // It is said of the whole entry, whose name stands before the word.
        let entry = match here.path.as_slice() {
            [map, name, ..] => self.document.root.get(map).and_then(|m| m.value.get(name)),
            _ => None,
        };
        let Some(entry) = entry else { return true };
        let range = entry.key.span.start..=entry.value.span.end + word.len() as u32;
        !found.iter().any(|d| {
            let here = d
                .primary
                .as_ref()
                .filter(|l| l.span.file == self.draft.file);
            d.code == crate::cloud::NOT_AVAILABLE
                && here.is_some_and(|l| range.contains(&l.span.start))
        })
    }
}

fn holds(node: &Node) -> bool {
    let own = matches!(&node.kind, Kind::Scalar(s) if s.text == MARK);
    own || node.entries().iter().any(|e| e.key.text == MARK) || node.members().any(holds)
}

/// The brackets that are open on the line of a place and not closed after it.
fn closers(before: &str, after: &str) -> String {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = after.split('\n').next().unwrap_or_default();
    let mut open = Vec::new();
    for c in line.chars().chain(rest.chars()) {
        match c {
            '[' => open.push(']'),
            '{' => open.push('}'),
            c if open.last() == Some(&c) => {
                open.pop();
            }
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

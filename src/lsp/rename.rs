//! Another name for a thing: everywhere, and so that what was made under the old one stays.

use super::language::walk;
use super::names::{Occurrence, Thing};
use super::{Page, Project, edit};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::Span;
use crate::syntax::print::{self, Stands};
use crate::syntax::{Document, Entry, Kind, Node};
use lsp_types::Position;
use std::collections::BTreeMap;

/// Changes of files.
type Edits = Vec<(Span, String)>;

/// What is said of the project once it is edited.
pub type Attempt<'a> = &'a dyn Fn(&[(Span, String)]) -> Diagnostics;

impl Project {
    /// The thing at a place that can have another name, and every place that names it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn renamable(
        &self,
        page: Page,
        at: Position,
    ) -> Result<(Thing, String, Vec<Occurrence>), String> {
        let Some((thing, name, places)) = self.named_at(page, at) else {
            return Err("there is no name here".into());
        };
        if thing == Thing::Cloud {
            return Err(format!(
                "`{name}` stands for the provider, and everything made there stays there"
            ));
        }
        if places.iter().filter(|o| o.given).count() > 1 {
            return Err(format!("several things are called `{name}`"));
        }
        Ok((thing, name, places))
    }

    /// The edits that give a thing another name everywhere. What was made under the old one
    /// stays: the spec says so, and compiling shows that nothing new is said of it.
    ///
    /// # Errors
    /// Why it cannot have that name.
    pub fn rename(
        &self,
        page: Page,
        at: Position,
        to: &str,
        attempt: Attempt,
    ) -> Result<Edits, String> {
        let (thing, from, places) = self.renamable(page, at)?;
        if let Some(why) = crate::spec::decode::why_no_name(to) {
            return Err(format!("`{to}` cannot be a name: {why}"));
        }
        let taken = self.given(&[thing]).iter().any(|(_, name)| name == to);
        if taken && thing != Thing::Database {
            return Err(format!("`{to}` is there already"));
        }
        let spelt = |o: &Occurrence| {
            let old = self.sources.text(o.span);
            let notation = self.notation(o.span);
            (o.span, edit::respelt(old, to, o.stands, notation))
        };
        let mut edits: Edits = places.iter().map(spelt).collect();
        let given = places.iter().find(|o| o.given);
        let given = given.and_then(|o| self.entry(o.span));
        let Some((page, path, entry)) = given else {
            return Err("there is no name here".into());
        };
        edits.extend(self.waivers(&path, to));
        let mut refused = None;
        for kept in ways(page, thing, entry, &from) {
            let all: Edits = edits.iter().cloned().chain(kept).collect();
            match self.new_finding(&attempt(&all)) {
                None => return Ok(all),
                Some(finding) => refused = refused.or(Some(finding)),
            }
        }
        let why = refused.map_or(String::new(), |d| {
            format!(": {}; {}", d.message, d.help.unwrap_or_default())
        });
        Err(format!("`{from}` cannot be called `{to}`{why}"))
    }

    fn notation(&self, span: Span) -> crate::syntax::Notation {
        crate::syntax::Notation::of(&self.sources.file(span.file).name)
    }

    /// The entry whose key is at a place, with its page and the path that leads to it.
    fn entry(&self, key: Span) -> Option<(Page<'_>, String, &Entry)> {
        let (file, document) = self.files.iter().find(|(file, _)| *file == key.file)?;
        let page = Page {
            project: self,
            file: *file,
            document,
        };
        let entry = entry_of(&document.root, key)?;
        Some((page, path_of(document, key)?, entry))
    }

    /// Waivers whose place leads through a thing follow it.
    fn waivers(&self, path: &str, to: &str) -> Edits {
        let above = path.rsplit_once(PATH).map_or("", |(above, _)| above);
        let (old, new) = (
            path.replace(PATH, "."),
            format!("{above}{PATH}{to}").replace(PATH, "."),
        );
        let mut edits = Edits::new();
        for (_, document) in &self.files {
            walk(document, &mut |here| {
                let Kind::Scalar(at) = &here.node.kind else {
                    return;
                };
                let rest = at.text.strip_prefix(&old);
                let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('.'));
                if let Some(rest) = rest.filter(|_| here.field == ("Waiver", "at")) {
                    let span = here.node.span;
                    let text = format!("{new}{rest}");
                    let old = self.sources.text(span);
                    let spelt = edit::respelt(old, &text, Stands::Value, self.notation(span));
                    edits.push((span, spelt));
                }
            });
        }
        edits
    }

    /// Something that is said now and was not: of each code, more than before. What a finding
    /// says has names in it, so that it is not compared.
    fn new_finding(&self, after: &Diagnostics) -> Option<Diagnostic> {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        let serious = |d: &&Diagnostic| d.severity > Severity::Note;
        for before in self.done.diagnostics.iter().filter(serious) {
            *left.entry(before.code.id).or_default() += 1;
        }
        let mut after = after.iter().filter(serious);
        let new = after.find(|d| match left.get_mut(d.code.id) {
            Some(n) if *n > 0 => {
                *n -= 1;
                false
            }
            _ => true,
        });
        new.cloned()
    }
}

/// Between the keys of a path: names of hosts have dots.
const PATH: char = '\u{1f}';

fn path_of(document: &Document, key: Span) -> Option<String> {
    let mut found = None;
    walk(document, &mut |here| {
        if here.key.is_some_and(|k| k.span == key) {
            found = Some(here.path.join(&PATH.to_string()));
        }
    });
    found
}

fn entry_of(node: &Node, key: Span) -> Option<&Entry> {
    let own = node.entries().iter().find(|e| e.key.span == key);
    own.or_else(|| node.members().find_map(|member| entry_of(member, key)))
}

/// What is written in a thing so that what was made under its name stays, the surest first; the
/// compiler says which of them count.
fn ways(page: Page, thing: Thing, entry: &Entry, from: &str) -> Vec<Edits> {
    let value = print::text(from, Stands::Value, page.notation());
    let open = |key: &str| entry.value.get(key).is_none();
    let location =
        (thing == Thing::Region && open("location")).then(|| ("location", value.clone()));
    // One that is there already made it.
    let former = open("renamed_from").then_some(("renamed_from", value));
    let former = former.filter(|_| {
        use Thing::{Database, Queue, Region, Secret, Service, Store};
        matches!(thing, Region | Store | Database | Queue | Service | Secret)
    });
    let both: Vec<_> = location.iter().cloned().chain(former).collect();
    let one: Vec<_> = location.into_iter().collect();
    let mut ways = vec![both, one];
    ways.dedup();
    let write = |members: &Vec<(&str, String)>| match members.is_empty() {
        true => Some(Edits::new()),
        false => Some(vec![edit::insert(page, entry, members)?]),
    };
    ways.iter().filter_map(write).collect()
}

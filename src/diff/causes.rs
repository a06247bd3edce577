//! Which changed value is behind which file and which consequence.

use super::promises::{self, Row, Shown};
use super::renames::Rename;
use super::values::{self, Difference};
use super::{Cause, ResourceFate, Side, ValueChange, fates, files};
use crate::Compilation;
use crate::syntax::Document;

/// More causes than that are joined by the part of the spec that they are in before any is
/// tried, since each takes a compilation or two.
const TRIED: usize = 64;

/// Changes that are tried together.
type Group<'a> = Vec<Difference<'a>>;

/// What a cause does, found by one compilation.
struct Effect {
    /// It with the side that it was put into.
    tried: Compilation,
    /// Whether it was put into the old spec; otherwise it was taken out of the new one.
    forward: bool,
}

/// The causes, with the files that differ because of each; `rows` and `fated` learn which of them
/// are theirs.
pub fn causes(
    before: Side,
    after: Side,
    compile: &dyn Fn(&Document) -> Compilation,
    renames: &[Rename],
    (shown_before, shown_after): (&Shown, &Shown),
    (rows, fated): &mut (&mut [Row], &mut [ResourceFate]),
) -> Vec<Cause> {
    let all = values::differences(before.document, after.document);
    let trial = Trial {
        before,
        after,
        compile,
        renames,
    };
    let mut causes = Vec::new();
    for (group, effect) in trial.settle(all) {
        let mut cause = Cause {
            values: trial.values(&group),
            files: Vec::new(),
            hunks: Vec::new(),
        };
        if let Some(effect) = effect {
            let shown = promises::shown(&effect.tried);
            let (old, new, base) = match effect.forward {
                true => (before.done, &effect.tried, (shown_before, &shown)),
                false => (&effect.tried, after.done, (&shown, shown_after)),
            };
            cause.hunks = files::hunks(&old.artifacts, &new.artifacts);
            cause.files = cause.hunks.iter().map(|h| h.path.clone()).collect();
            learn(rows, causes.len(), base);
            if applied(&cause.files) && fated.iter().any(|f| f.fate.is_bad()) {
                brought(fated, causes.len(), &fates(&old.artifacts, &new.artifacts));
            }
        }
        causes.push(cause);
    }
    causes
}

fn learn(rows: &mut [Row], cause: usize, (old, new): (&Shown, &Shown)) {
    let touched = rows.iter_mut().filter(|row| row.differs(old, new));
    touched.for_each(|row| row.causes.push(cause));
}

/// Whether some of these files say what is applied.
fn applied(files: &[String]) -> bool {
    let folders = ["terraform/", "kubernetes/"];
    files
        .iter()
        .any(|f| folders.iter().any(|folder| f.starts_with(folder)))
}

/// Tells the fates that a cause alone brings about.
fn brought(fated: &mut [ResourceFate], cause: usize, alone: &[ResourceFate]) {
    for of in fated.iter_mut().filter(|f| f.fate.is_bad()) {
        let mut same = alone.iter();
        if same.any(|f| (f.fate, &f.root, &f.address) == (of.fate, &of.root, &of.address)) {
            of.causes.push(cause);
        }
    }
}

struct Trial<'a> {
    before: Side<'a>,
    after: Side<'a>,
    compile: &'a dyn Fn(&Document) -> Compilation,
    renames: &'a [Rename],
}

impl<'a> Trial<'a> {
    /// Groups of changes that can be tried, each with what it does; a group that cannot be
    /// tried even as a whole has no effect of its own.
    fn settle(&self, all: Vec<Difference<'a>>) -> Vec<(Group<'a>, Option<Effect>)> {
        let mut depth = all.iter().map(|d| d.path.len()).max().unwrap_or(0);
        let mut groups = self.renamed(all);
        while groups.len() > TRIED && depth > 1 {
            depth -= 1;
            groups = join(groups, depth);
        }
        let mut tried: Vec<(Group, Option<Effect>)> =
            groups.into_iter().map(|g| self.tried(g)).collect();
        while depth > 1 && tried.iter().any(|(_, effect)| effect.is_none()) {
            depth -= 1;
            tried = self.joined(tried, depth);
        }
        tried
    }

    /// Changes one by one; those that a new name brings about are one.
    fn renamed(&self, all: Vec<Difference<'a>>) -> Vec<Group<'a>> {
        let mut groups: Vec<Group> = self.renames.iter().map(|_| Vec::new()).collect();
        for change in all {
            let mut renames = self.renames.iter();
            match renames.position(|r| brings_about(r, &change)) {
                Some(place) => groups[place].push(change),
                None => groups.push(vec![change]),
            }
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// What a group changes, for people: what was renamed is compared under its new name.
    fn values(&self, group: &Group<'a>) -> Vec<ValueChange> {
        let first = group.first().map_or(&[][..], |d| &d.path);
        let rename = self
            .renames
            .iter()
            .find(|r| group.len() > 1 && r.holds(first));
        let entry = |of: &'a Document, name: &str| of.root.get(&rename?.map)?.value.get(name);
        let entries = rename.and_then(|r| {
            let old = entry(self.before.document, &r.from)?;
            Some((r, old, entry(self.after.document, &r.to)?))
        });
        let Some((rename, old, new)) = entries else {
            return group.iter().map(|d| self.value(d)).collect();
        };
        let path = [rename.map.clone(), rename.to.clone()];
        let inside = values::inside(&path, &old.value, &new.value);
        let others = group.iter().filter(|d| !rename.holds(&d.path));
        let all = inside.iter().chain(others);
        all.map(|d| self.value(d)).collect()
    }

    /// What a change does to the old spec; to the new one, if the old one shows nothing of it.
    fn tried(&self, group: Group<'a>) -> (Group<'a>, Option<Effect>) {
        let forward = self.forward(&group);
        let shows = |e: &Effect| e.tried.artifacts != self.before.done.artifacts;
        if forward.as_ref().is_some_and(shows) {
            return (group, forward);
        }
        let backward = self.backward(&group);
        (group, backward.or(forward))
    }

    /// Joins what cannot stand alone with its neighbours, and tries again.
    fn joined(
        &self,
        tried: Vec<(Group<'a>, Option<Effect>)>,
        depth: usize,
    ) -> Vec<(Group<'a>, Option<Effect>)> {
        let stuck: Vec<Vec<String>> = tried
            .iter()
            .filter(|(_, effect)| effect.is_none())
            .map(|(group, _)| prefix(group, depth))
            .collect();
        let (again, stay): (Vec<_>, Vec<_>) = tried
            .into_iter()
            .partition(|(group, _)| stuck.contains(&prefix(group, depth)));
        let again = again.into_iter().map(|(group, _)| group).collect();
        let again = join(again, depth).into_iter();
        let mut all: Vec<_> = again.map(|group| self.tried(group)).chain(stay).collect();
        all.sort_by_key(|(group, _)| self.order(group));
        all
    }

    /// Changes are told in the order of the new spec.
    fn order(&self, group: &Group) -> (bool, u32) {
        let first = group.first();
        let entry = first.and_then(|d| d.after.map(|e| (false, e)).or(d.before.map(|e| (true, e))));
        entry.map_or((true, u32::MAX), |(gone, entry)| {
            (gone, entry.key.span.start)
        })
    }

    fn forward(&self, group: &Group) -> Option<Effect> {
        let mut document = self.before.document.clone();
        for change in group {
            values::put(&mut document.root, &change.path, change.after);
        }
        self.effect(&document, true)
    }

    fn backward(&self, group: &Group) -> Option<Effect> {
        let mut document = self.after.document.clone();
        for change in group {
            values::put(&mut document.root, &change.path, change.before);
        }
        self.effect(&document, false)
    }

    fn effect(&self, document: &Document, forward: bool) -> Option<Effect> {
        let tried = (self.compile)(document);
        let compiles = !tried.diagnostics.has_errors() && !tried.artifacts.is_empty();
        compiles.then_some(Effect { tried, forward })
    }

    fn value(&self, change: &Difference) -> ValueChange {
        let of = match (change.after, change.before) {
            (Some(entry), _) => self.after.sources.line(entry.key.span),
            (None, Some(entry)) => self.before.sources.line(entry.key.span),
            (None, None) => String::new(),
        };
        ValueChange {
            path: values::path(&change.path),
            before: change.before.map(|e| values::shown(&e.value)),
            after: change.after.map(|e| values::shown(&e.value)),
            place: of,
        }
    }
}

fn brings_about(rename: &Rename, change: &Difference) -> bool {
    let explained = match (change.before, change.after) {
        (Some(old), Some(new)) => rename.explains(&old.value, &new.value),
        _ => false,
    };
    explained || rename.holds(&change.path)
}

fn prefix(group: &Group, depth: usize) -> Vec<String> {
    let path = group.first().map_or(&[][..], |d| &d.path);
    path[..path.len().min(depth)].to_vec()
}

/// Joins groups that are in the same part of the spec, as deep as that.
fn join(groups: Vec<Group<'_>>, depth: usize) -> Vec<Group<'_>> {
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        let fits = |known: &&mut Group| prefix(known, depth) == prefix(&group, depth);
        match joined.iter_mut().find(fits) {
            Some(known) => known.extend(group),
            None => joined.push(group),
        }
    }
    joined
}

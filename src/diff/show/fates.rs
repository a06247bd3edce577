//! Fates for people: what loses something row by row, all else by the call that it is in.

use super::comment::cell;
use super::{code, numbers, plural};
use crate::diff::{Fate, ResourceFate};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Addresses of a row that are shown; more are counted.
const ADDRESSES: usize = 6;
/// Rows in a comment.
const ROWS: usize = 30;

/// Resources that are told together.
struct Row<'a> {
    first: &'a ResourceFate,
    of: Vec<&'a ResourceFate>,
}

/// What is told together: of one fate, root and reason; of what goes on, of one call.
fn rows(fates: &[ResourceFate]) -> Vec<Row<'_>> {
    let key = |f: &ResourceFate| {
        let why = (&f.because, &f.stopped_by, &f.instead);
        let why = (f.fate.is_bad() && !runs_on(f)).then(|| format!("{why:?}"));
        let call = (!f.fate.is_bad()).then(|| call(f).to_string());
        (f.fate, f.root.clone(), why, call)
    };
    let mut found: Vec<Row> = Vec::new();
    let mut places = BTreeMap::new();
    for fate in fates {
        let place = *places.entry(key(fate)).or_insert_with(|| {
            found.push(Row {
                first: fate,
                of: Vec::new(),
            });
            found.len() - 1
        });
        found[place].of.push(fate);
    }
    found
}

/// A root that is gone is one row, whatever was in it.
fn runs_on(of: &ResourceFate) -> bool {
    of.fate == Fate::Orphaned && of.root.starts_with("terraform")
}

/// The module call that a resource is in, the kind of an object; what is in neither stands for
/// itself.
fn call(of: &ResourceFate) -> &str {
    if of.root.starts_with("kubernetes/") {
        return &of.kind;
    }
    let name = of.address.strip_prefix("module.");
    let end = name.and_then(|name| name.find('.'));
    end.map_or(&of.address, |end| &of.address["module.".len()..][..end])
}

impl Row<'_> {
    fn what(&self) -> String {
        if runs_on(self.first) {
            return plural(self.of.len(), "resource");
        }
        if !self.first.fate.is_bad() {
            return match self.of.len() {
                1 => self.first.address.clone(),
                n => format!("{} ({n})", call(self.first)),
            };
        }
        let shown: Vec<&str> = self
            .of
            .iter()
            .take(ADDRESSES)
            .map(|f| f.address.as_str())
            .collect();
        match self.of.len().saturating_sub(ADDRESSES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    /// The arguments behind it, what stops it, what is lost.
    fn why(&self) -> String {
        let mut parts = Vec::new();
        let mut because: Vec<&str> = Vec::new();
        for name in self.of.iter().flat_map(|f| &f.because) {
            if !because.contains(&name.as_str()) {
                because.push(name);
            }
        }
        if !because.is_empty() {
            parts.push(because.join(", "));
        }
        if let (1, Some(was)) = (self.of.len(), &self.first.was) {
            parts.push(format!("was {was}"));
        }
        if self.first.fate.is_bad() {
            let mut held: Vec<&str> = self.of.iter().filter_map(|f| f.holds.as_deref()).collect();
            held.sort_unstable();
            held.dedup();
            if !held.is_empty() {
                parts.push(format!("holds {}", held.join(", ")));
            }
        }
        let unsure: Vec<&str> = self
            .of
            .iter()
            .flat_map(|f| &f.unsure)
            .map(String::as_str)
            .collect();
        if !unsure.is_empty() {
            parts.push(format!(
                "replaced if the provider had chosen another {}",
                unsure.join(", ")
            ));
        }
        if self.first.fate.is_bad() {
            let ends = matches!(
                self.first.fate,
                Fate::DestroyedWithData | Fate::ReplacedWithData
            );
            let nothing = ends.then(|| "nothing stops it".to_string());
            parts.extend(self.first.stopped_by.clone().or(nothing));
        }
        parts.join("; ")
    }

    fn causes(&self) -> String {
        let all = self.of.iter().flat_map(|f| f.causes.iter().copied());
        numbers(&all.collect::<std::collections::BTreeSet<_>>())
    }
}

/// How many there are of each fate: `1 replaced with its data, 3 created`.
pub fn counts(fates: &[ResourceFate]) -> String {
    let count = |fate| fates.iter().filter(|f| f.fate == fate).count();
    let all = Fate::ALL
        .into_iter()
        .map(|fate| (count(fate), fate.words()));
    let all = all.filter(|(count, _)| *count > 0);
    let all: Vec<String> = all
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    all.join(", ")
}

/// The fates on a screen.
pub fn human(fates: &[ResourceFate]) -> String {
    let mut out = String::new();
    for row in rows(fates) {
        let first = row.first;
        let by = match row.causes().as_str() {
            "" => String::new(),
            causes => format!(" (by {causes})"),
        };
        let (fate, root) = (first.fate.words(), &first.root);
        let _ = writeln!(out, "  {fate}: {} · {root}{by}", row.what());
        let why = row.why();
        if !why.is_empty() {
            let _ = writeln!(out, "      {why}");
        }
        if let Some(instead) = &first.instead {
            let _ = writeln!(out, "      → {instead}");
        }
    }
    out
}

/// The fates in a comment: what loses something in a table, all else as counts.
pub fn markdown(fates: &[ResourceFate]) -> String {
    if fates.is_empty() {
        return String::new();
    }
    let mut out = format!("**Fates:** {}\n\n", counts(fates));
    let all = rows(fates);
    let bad: Vec<&Row> = all
        .iter()
        .filter(|r| r.first.fate.is_bad() || !r.first.unsure.is_empty())
        .collect();
    if bad.is_empty() {
        return out;
    }
    out.push_str("| fate | what | why | instead | because of |\n|---|---|---|---|---|\n");
    for row in bad.iter().take(ROWS) {
        let (fate, root) = (row.first.fate.words(), code(&row.first.root));
        let (what, why) = (code(&row.what()), cell(&row.why()));
        let instead = row.first.instead.as_deref().map_or("–".into(), cell);
        let causes = cell(&row.causes());
        let _ = writeln!(
            out,
            "| **{fate}** | `{what}` in `{root}` | {why} | {instead} | {causes} |"
        );
    }
    let rest = bad.len().saturating_sub(ROWS);
    if rest > 0 {
        let _ = writeln!(out, "\nand {}.", plural(rest, "more row"));
    }
    out.push('\n');
    out
}

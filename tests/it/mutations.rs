//! Changes of specs that are applied: what `diff` says becomes of each resource and object.
//! `tests/mutations/run` holds the same table against plans of Terraform.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, golden_trees, property, root, spec, spec_after, spread};
use meridian::Compilation;
use meridian::artifact::ArtifactSet;
use meridian::diff::{Fate, ResourceFate, fates};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

const FATES: &str = "tests/mutations/fates.txt";

/// A mutation of the table.
struct Mutation {
    name: String,
    before: Rc<Compilation>,
    after: Compilation,
}

/// Specs that were compiled, by their text: many mutations begin with the same.
type Known = BTreeMap<String, Rc<Compilation>>;

fn edited(text: &str, edits: Option<&toml::Value>, name: &str) -> String {
    let edits = edits.and_then(toml::Value::as_array).into_iter().flatten();
    edits.fold(text.to_string(), |text, edit| {
        let (from, to) = (edit[0].as_str().unwrap(), edit[1].as_str().unwrap());
        assert!(text.contains(from), "{name}: the spec has no {from:?}");
        text.replace(from, to)
    })
}

/// A spec, compiled with the lock of the one before it. Lines that it contradicts are deleted, as
/// the error says; another system has no lock.
fn decided(text: &str, lock: &str) -> Case {
    let after = spec_after(text, lock);
    let contradicted = ["LCK104", "LCK108"]
        .into_iter()
        .flat_map(|c| after.found(c));
    let labels = contradicted.flat_map(|d| &d.secondary);
    let gone: Vec<usize> = labels.map(|label| label.span.start as usize).collect();
    let mut start = 0;
    let mut kept = String::new();
    for line in lock.split_inclusive('\n') {
        let end = start + line.len();
        if !gone.iter().any(|at| (start..end).contains(at)) {
            kept.push_str(line);
        }
        start = end;
    }
    if after.errors().contains(&"LCK102") {
        spec(text)
    } else if gone.is_empty() {
        after
    } else {
        spec_after(text, &kept)
    }
}

fn mutation(of: &toml::Value, known: &mut Known) -> Result<Mutation, String> {
    let name = of["name"].as_str().unwrap();
    let path = |key: &str| root().join(of[key].as_str().unwrap());
    let text = |key: &str| std::fs::read_to_string(path(key)).unwrap();
    let first = edited(&text("spec"), of.get("base"), name);
    let before = known.entry(first.clone()).or_insert_with(|| {
        let lock = std::fs::read_to_string(path("spec").with_extension("lock"));
        let case = lock.map_or_else(|_| spec(&first), |lock| decided(&first, &lock));
        // With nothing applied, everything would be created, and no fate would be told.
        assert_eq!(case.errors(), Vec::<&str>::new(), "{name}: before");
        Rc::new(case.done)
    });
    let second = match of.get("after") {
        Some(_) => text("after"),
        None => edited(&first, of.get("edits"), name),
    };
    let lock = before.lock().expect("a topology, and so a lock");
    let after = decided(&second, &meridian::lock::print(lock));
    if !after.errors().is_empty() {
        return Err(format!("{name}: {:?}", after.errors()));
    }
    Ok(Mutation {
        name: name.to_string(),
        before: Rc::clone(before),
        after: after.done,
    })
}

/// So many mutations of the table.
fn table(most: u64) -> Vec<Mutation> {
    let text = std::fs::read_to_string(root().join("tests/mutations/table.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let all = table["mutation"].as_array().unwrap().iter().collect();
    let mut known = Known::new();
    let all = spread(all, most).into_iter();
    let all = all.map(|of| mutation(of, &mut known));
    let (good, bad): (Vec<_>, Vec<_>) = all.partition(Result::is_ok);
    let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    good.into_iter().filter_map(Result::ok).collect()
}

/// The type with how many there are; of what loses something also the argument and the guard.
fn line(of: &ResourceFate) -> String {
    let fate = serde_json::to_value(of.fate).unwrap();
    let fate = fate.as_str().unwrap();
    let many = matches!(of.fate, Fate::Orphaned | Fate::Created | Fate::Lost);
    if many && of.holds.is_none() {
        return format!("{fate} in {}", of.root);
    }
    let mut line = format!("{fate} {}", of.kind);
    if of.fate.is_bad() && of.fate != Fate::Orphaned && !of.because.is_empty() {
        let _ = write!(line, " because of {}", of.because.join(", "));
    }
    if let Some(guard) = &of.stopped_by {
        let _ = write!(line, "; {guard}");
    }
    if !of.unsure.is_empty() {
        let _ = write!(line, "; open: {}", of.unsure.join(", "));
    }
    line
}

fn summary(fates: &[ResourceFate]) -> String {
    let mut counts: BTreeMap<(Fate, String), usize> = BTreeMap::new();
    for fate in fates {
        *counts.entry((fate.fate, line(fate))).or_default() += 1;
    }
    let lines = counts.into_iter();
    lines
        .map(|((_, line), count)| format!("  {count} {line}\n"))
        .collect()
}

/// What is written down of each mutation: its name, and below it its lines.
fn sections(text: &str) -> BTreeMap<&str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut name = "";
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(_) => found
                .entry(name)
                .or_default()
                .push_str(&format!("{line}\n")),
            None => {
                name = line;
                found.entry(name).or_default();
            }
        }
    }
    found
}

property!(
    every_mutation_has_the_fates_that_are_written_down,
    20,
    u64::MAX
);
/// Of so many. Rewritten with `GOLDEN=overwrite`, all of them; to be read like code.
fn every_mutation_has_the_fates_that_are_written_down(most: u64) {
    let path = root().join(FATES);
    let overwrite = std::env::var("GOLDEN").as_deref() == Ok("overwrite");
    let all = overwrite || most == u64::MAX;
    let mut text = String::new();
    for mutation in table(if all { u64::MAX } else { most }) {
        let (before, after) = (&mutation.before.artifacts, &mutation.after.artifacts);
        let _ = write!(
            text,
            "{}\n{}",
            mutation.name,
            summary(&fates(before, after))
        );
    }
    if overwrite {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let known = sections(&written);
    for (name, lines) in sections(&text) {
        assert_eq!(known.get(name), Some(&lines), "{FATES} is stale: {name}");
    }
    assert!(!all || written == text, "{FATES} holds others");
}

/// What a tree becomes when it takes its own place: nothing. Whatever cannot be evaluated shows
/// here, for what is not known differs from itself.
#[test]
fn a_tree_in_its_own_place_changes_nothing() {
    for (_, files) in golden_trees() {
        let mut tree = ArtifactSet::default();
        for (path, text) in files {
            tree.text("test", &path, text);
        }
        assert_eq!(fates(&tree, &tree), []);
    }
}

//! What several tests need: a compiled case, what it says, and the rows of its analysis.
#![allow(
    dead_code,
    clippy::disallowed_methods,
    reason = "tests read files; not every test needs all of it"
)]

use meridian::analysis::recovery::Subject;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::cli::load;
use meridian::diagnostic::{Diagnostic, Diagnostics, Severity};
use meridian::diff::{Difference, Side};
use meridian::lock::Lock;
use meridian::syntax::{Document, Limits};
use meridian::{Compilation, Until, compile, spec};
use std::path::{Path, PathBuf};

/// The day on which all cases are judged.
pub const TODAY: spec::Date = spec::Date {
    year: 2026,
    month: 11,
    day: 28,
};

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A compiled spec.
pub struct Case {
    pub done: Compilation,
}

/// The text of `tests/cases/NAME.yaml`.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// `tests/cases/NAME.yaml`, compiled.
pub fn case(name: &str) -> Case {
    compiled(&path(name))
}

/// `tests/cases/NAME.yaml` with some text replaced, compiled.
pub fn case_with(name: &str, edits: &[(&str, &str)]) -> Case {
    let mut text = text(name);
    for (from, to) in edits {
        assert!(text.contains(from), "{name} has no {from:?}");
        text = text.replace(from, to);
    }
    spec(&text)
}

/// What differs between two of `tests/cases`.
pub fn difference(before: &str, after: &str) -> Difference {
    between(&path(before), &path(after))
}

/// What differs between two specs on disk.
pub fn between(before: &Path, after: &Path) -> Difference {
    let load = |path: &Path| {
        let mut loaded = load::load(path, &Limits::default());
        loaded.document = loaded.document.as_ref().map(spec::schema::with_lists);
        loaded
    };
    let run = |document: &Document, lock: Option<&Lock>| {
        let out = Diagnostics::default();
        let done = compile(
            Some(document),
            lock,
            "topology.yaml",
            out,
            Until::Emitted,
            None,
        );
        assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
        done
    };
    let (old, new) = (load(before), load(after));
    let documents = [&old, &new].map(|loaded| loaded.document.as_ref().expect("a document"));
    let name = |document: &Document| document.root.get("name").map(|e| e.value.kind.clone());
    // As the command line does: what is decided before holds after, in the same system.
    let same = name(documents[0]) == name(documents[1]);
    let before = run(
        documents[0],
        old.lock.as_ref().or(new.lock.as_ref().filter(|_| same)),
    );
    let decided = before.lock();
    let after = run(documents[1], new.lock.as_ref().or(decided.filter(|_| same)));
    let [old, new] = [
        Side {
            name: "before",
            sources: &old.sources,
            document: documents[0],
            done: &before,
        },
        Side {
            name: "after",
            sources: &new.sources,
            document: documents[1],
            done: &after,
        },
    ];
    let again = |document: &Document| {
        let out = Diagnostics::default();
        compile(
            Some(document),
            decided,
            "topology.yaml",
            out,
            Until::Emitted,
            None,
        )
    };
    meridian::diff::difference(old, new, &again)
}

fn path(name: &str) -> PathBuf {
    root().join(format!("tests/cases/{name}.yaml"))
}

/// The text of a spec, compiled.
pub fn spec(text: &str) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("topology.yaml");
    std::fs::write(&path, text).unwrap();
    compiled(&path)
}

/// `tests/cases/NAME.yaml`, compiled with the lock of an earlier compilation.
pub fn case_after(name: &str, before: &Case) -> Case {
    let path = root().join(format!("tests/cases/{name}.yaml"));
    let text = std::fs::read_to_string(path).unwrap();
    spec_after(&text, &meridian::lock::print(before.lock()))
}

/// The text of a spec, compiled with the text of a lock.
pub fn spec_after(text: &str, lock: &str) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("topology.yaml");
    std::fs::write(&path, text).unwrap();
    std::fs::write(path.with_extension("lock"), lock).unwrap();
    compiled(&path)
}

/// An example, compiled with its lock.
pub fn example(name: &str) -> Case {
    compiled(&root().join(format!("examples/{name}/topology.yaml")))
}

/// A spec on disk, compiled with the lock beside it.
pub fn compiled(path: &Path) -> Case {
    let loaded = load::load(path, &Limits::default());
    let done = compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        "topology.yaml",
        loaded.diagnostics,
        Until::Emitted,
        Some(TODAY),
    );
    Case { done }
}

impl Case {
    /// The lock to write.
    pub fn lock(&self) -> &Lock {
        self.done.lock().expect("a topology, and so a lock")
    }

    /// The arguments of a module call, wherever its root is.
    pub fn call(&self, name: &str) -> serde_json::Value {
        let files = self.done.artifacts.iter();
        let mut mains = files.filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"));
        let found = mains.find_map(|(_, file)| {
            let root: serde_json::Value = hcl::from_str(&file.text).unwrap();
            root["module"].get(name).cloned()
        });
        found.unwrap_or_else(|| panic!("no module {name}: {:?}", self.codes()))
    }

    /// Codes of all diagnostics, sorted.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<_> = self.done.diagnostics.iter().map(|d| d.code.id).collect();
        codes.sort_unstable();
        codes
    }

    /// Codes of the errors, sorted.
    pub fn errors(&self) -> Vec<&'static str> {
        let all = self.done.diagnostics.iter();
        let errors = all.filter(|d| d.severity == Severity::Error);
        let mut codes: Vec<_> = errors.map(|d| d.code.id).collect();
        codes.sort_unstable();
        codes
    }

    /// The diagnostics of a code.
    pub fn found(&self, code: &str) -> Vec<&Diagnostic> {
        let all = self.done.diagnostics.iter();
        all.filter(|d| d.code.id == code).collect()
    }

    /// An emitted file.
    pub fn file(&self, path: &str) -> &str {
        let paths = || {
            let all = self.done.artifacts.iter();
            all.map(|(p, _)| p).collect::<Vec<_>>().join("\n")
        };
        let file = self.done.artifacts.get(path);
        &file
            .unwrap_or_else(|| panic!("no {path} in:\n{}\n{:?}", paths(), self.codes()))
            .text
    }

    /// Recovery time of `service NAME` or `datastore NAME` in a scenario by its id
    /// (`region:us-east1`): milliseconds at best, at worst, verdict. `None` if the scenario
    /// does not touch it.
    pub fn rto(&self, subject: &str, scenario: &str) -> Option<(u64, Option<u64>, Verdict)> {
        let topology = self.done.topology.as_ref().expect("a topology");
        let analysis = self.done.analysis.as_ref().expect("an analysis");
        let named = |of: Subject| format!("{} {}", of.kind(), of.name(topology));
        let mut times = analysis.recovery.times.iter();
        let time =
            times.find(|t| named(t.subject) == subject && t.scenario.id(topology) == scenario)?;
        let (low, high) = time.budget.total();
        Some((low, high, time.verdict))
    }

    /// The terms of a recovery time that begin with some words (`decide web`), each as
    /// milliseconds at best and at worst.
    pub fn terms(&self, subject: &str, scenario: &str, named: &str) -> Vec<(u64, Option<u64>)> {
        let topology = self.done.topology.as_ref().expect("a topology");
        let analysis = self.done.analysis.as_ref().expect("an analysis");
        let id = |of: Subject| format!("{} {}", of.kind(), of.name(topology));
        let mut times = analysis.recovery.times.iter();
        let time = times.find(|t| id(t.subject) == subject && t.scenario.id(topology) == scenario);
        let nodes = time.map_or(&[][..], |t| &t.budget.nodes).iter();
        let terms = nodes.map(|n| &n.term);
        terms
            .filter(|t| format!("{} {}", t.step.word(), t.of) == named)
            .map(|t| (t.low, t.high))
            .collect()
    }

    /// The verdict on what is lost of a store (of its first dataset) in a scenario, with the
    /// copy that counts, if there is one.
    pub fn rpo(&self, store: &str, scenario: &str) -> Option<(Verdict, Option<String>)> {
        let topology = self.done.topology.as_ref().expect("a topology");
        let analysis = self.done.analysis.as_ref().expect("an analysis");
        let mut losses = analysis.recovery.losses.iter();
        let loss = losses.find(|l| {
            topology.datastore(l.store).name == store && l.scenario.id(topology) == scenario
        })?;
        let copy = loss.remaining.first().map(|r| r.copy.clone());
        Some((loss.verdict, copy))
    }
}

/// A YAML text as a value, read by the compiler's own reader of specs.
pub fn yaml(text: &str) -> Option<serde_json::Value> {
    use meridian::diagnostic::Diagnostics;
    use meridian::source::SourceMap;
    use meridian::syntax::{Kind, Node, parse};
    fn value(node: &Node) -> serde_json::Value {
        match &node.kind {
            Kind::Map(entries) => {
                let each = entries.iter();
                each.map(|e| (e.key.text.clone(), value(&e.value)))
                    .collect()
            }
            Kind::List(items) => items.iter().map(value).collect(),
            Kind::Scalar(scalar) => scalar.text.clone().into(),
            Kind::Null => serde_json::Value::Null,
        }
    }
    let mut sources = SourceMap::default();
    let file = sources.add("object.yaml", text);
    let document = parse(
        &sources,
        file,
        &Limits::default(),
        &mut Diagnostics::default(),
    )?;
    Some(value(&document.root))
}

//! Every code has a page, and the page's own specs show and cure it.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use meridian::diagnostic::{Diagnostic, Diagnostics, Severity};
use meridian::rules::pages;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Until, compile, spec};
use std::collections::BTreeSet;

/// What a spec leads to.
fn found(text: &str) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let today = spec::Date {
        year: 2026,
        month: 11,
        day: 21,
    };
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        Some(today),
    );
    done.diagnostics.iter().cloned().collect()
}

/// The codes that a spec leads to, errors marked.
fn codes(text: &str) -> Vec<(String, bool)> {
    let coded = |d: Diagnostic| (d.code.id.to_string(), d.severity == Severity::Error);
    found(text).into_iter().map(coded).collect()
}

fn block<'a>(page: &'a str, kind: &str) -> Option<&'a str> {
    let start = page.find(&format!("```yaml {kind}\n"))?;
    let body = &page[start..];
    let body = &body[body.find('\n')? + 1..];
    body.find("```\n").map(|end| &body[..end])
}

#[test]
fn the_specs_of_a_page_show_and_cure_its_code() {
    let mut shown = 0;
    for page in pages::all() {
        let Some(fails) = block(page.text, "fails") else {
            assert!(
                page.text.contains("No single spec shows it"),
                "{}: no spec and no reason",
                page.id
            );
            continue;
        };
        let found = codes(fails);
        assert!(
            found.iter().any(|(c, _)| c == page.id),
            "{}: the failing spec gives {found:?}",
            page.id
        );
        let cured = codes(block(page.text, "cured").expect("a cured spec"));
        assert!(
            cured.iter().all(|(c, error)| c != page.id && !error),
            "{}: the cured spec gives {cured:?}",
            page.id
        );
        shown += 1;
    }
    assert!(shown > 30, "{shown}");
}

/// Whoever reads a finding is told what to write: one without a help fails here, and one whose
/// help is its headline or label again.
#[test]
fn every_finding_of_a_page_says_what_to_do() {
    for page in pages::all() {
        for d in block(page.text, "fails").map_or_else(Vec::new, found) {
            let help = d.help.as_deref().unwrap_or_default();
            assert!(!help.is_empty(), "{}: {}", d.code.id, d.message);
            let labels = d.primary.iter().chain(&d.secondary);
            let mut said = labels.map(|l| &l.text).chain([&d.message]);
            assert!(
                !said.any(|text| text.contains(help)),
                "{}: {help}",
                d.code.id
            );
        }
    }
}

#[test]
fn every_code_in_the_source_has_a_page_and_every_page_a_code() {
    let mut declared = BTreeSet::new();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for entry in walkdir::WalkDir::new(source).into_iter().flatten() {
        if entry.path().extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let compact: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for rest in compact.split("Code::new(").skip(1) {
                let mut parts = rest.split('"');
                if let (Some(""), Some(id), _, Some(name)) = (
                    parts.next().map(str::trim),
                    parts.next(),
                    parts.next(),
                    parts.next(),
                ) {
                    assert!(
                        declared.insert((id.to_string(), name.to_string())),
                        "{id} is declared twice"
                    );
                }
            }
        }
    }
    let paged: BTreeSet<_> = pages::all()
        .iter()
        .map(|p| (p.id.to_string(), p.name.to_string()))
        .collect();
    assert_eq!(
        declared, paged,
        "write src/rules/pages/<CODE>.md for a new code, and remove the page of a dropped one"
    );
}

#[test]
fn every_rule_is_registered() {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    let registry = std::fs::read_to_string(format!("{rules}/mod.rs")).unwrap();
    for entry in walkdir::WalkDir::new(rules)
        .min_depth(2)
        .into_iter()
        .flatten()
    {
        let path = entry.path();
        let stem = path.file_stem().unwrap().to_string_lossy().to_string();
        if path.extension().is_some_and(|e| e == "rs") && stem != "mod" {
            let family = path
                .parent()
                .unwrap()
                .file_name()
                .unwrap()
                .to_string_lossy()
                .to_string();
            let line = format!("{family}::{stem}::check,");
            assert!(
                registry.contains(&line),
                "add `{line}` to RULES in src/rules/mod.rs"
            );
        }
    }
}

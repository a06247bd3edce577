//! One word for each idea: phrases that the glossary of ARCHITECTURE.md replaces are in no text that
//! people read. To see it fail, write one of them into a template.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::support::root;
use std::fs;
use std::path::Path;

/// Folders whose files are read whole, and folders of sources, of which string literals and the
/// comments that people see as help are read.
const TEXTS: [&str; 4] = ["templates", "src/rules/pages", "schema", "golden"];
const SOURCES: [&str; 1] = ["src"];

/// The phrases in the last column of the glossary.
fn replaced(page: &str) -> Vec<String> {
    let glossary = page.split("## Glossary").nth(1).expect("a glossary");
    let glossary = glossary.split("\n## ").next().unwrap_or_default();
    let rows = glossary.lines().filter(|l| l.starts_with("| "));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let words = last.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    words.map(str::to_lowercase).collect()
}

/// Whether a phrase is in a text as words of its own.
fn says(text: &str, phrase: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !letter(before) && !letter(after)
    })
}

/// Every file below a folder, as text; pictures and the like are left out.
fn files(folder: &str) -> Vec<(String, String)> {
    let found = walkdir::WalkDir::new(root().join(folder));
    let found = found.into_iter().flatten();
    let found = found.filter(|e| e.file_type().is_file());
    let text = |path: &Path| {
        let shown = path.strip_prefix(root()).unwrap_or(path);
        Some((shown.display().to_string(), fs::read_to_string(path).ok()?))
    };
    found.filter_map(|e| text(e.path())).collect()
}

/// Lines of Rust but for comments inside of code.
fn literals(source: &str) -> String {
    let lines = source.lines().filter(|l| {
        let line = l.trim_start();
        !line.starts_with("//") || line.starts_with("///")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn replaced_words_are_gone() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let replaced = replaced(&page);
    assert!(replaced.len() > 20, "{replaced:?}");
    let whole = TEXTS.iter().flat_map(|folder| files(folder));
    let sources = SOURCES.iter().flat_map(|folder| files(folder));
    let sources = sources.filter(|(path, _)| path.ends_with(".rs"));
    let sources = sources.map(|(path, text)| (path, literals(&text)));
    let mut found = Vec::new();
    for (path, text) in whole.chain(sources) {
        let text = text.to_lowercase();
        for phrase in replaced.iter().filter(|p| says(&text, p)) {
            found.push(format!("{path}: {phrase}"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_phrase_is_found_as_words_of_its_own() {
    assert!(says("say who is told here", "who is told"));
    assert!(!says("who is toldable", "who is told"));
    assert!(!says("the knobs", "knob"));
    assert_eq!(
        replaced(
            "## Glossary\n| term | meaning | replaces |\n|---|---|---|\n| a | b | `c d`, `E` |\n\n## Next\n| x | y | `z` |"
        ),
        ["c d", "e"]
    );
}

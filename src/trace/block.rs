//! Parts of generated files: what stands around a line.

use super::chart;
use crate::artifact::ArtifactSet;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its first and last line, from 1.
    pub lines: (usize, usize),
    /// How people know it: its first line, or `the file`.
    pub name: String,
}

/// Lines of a file: its path, and the first and the last line, from 1.
pub type Place = (String, (usize, usize));

/// Where our modules' copies lie in a tree.
const MODULES: &str = "terraform/modules/";

/// The template that a file is a copy of: ours, whatever the spec says.
pub fn template(path: &str) -> Option<String> {
    if chart::is_fixed(path) {
        return Some(path.to_string());
    }
    let file = path.strip_prefix(MODULES)?;
    Some(format!("modules/{file}"))
}

/// The parts of a file around a line, the smallest first; the last one is the file.
pub fn around(path: &str, lines: &[&str], line: usize) -> Vec<Block> {
    let begins: fn(&str) -> bool = match path.rsplit('.').next() {
        Some("tf") => |l| l.ends_with('{') && !l.starts_with(char::is_whitespace),
        Some("yaml" | "yml") => |l| l == "---",
        Some("md") => |l| l.starts_with('#'),
        Some("sh") => |l| l.ends_with("() {"),
        _ => |_| false,
    };
    let index = line - 1;
    let mut blocks = parents(lines, index);
    let begin = (0..=index).rev().find(|i| begins(lines[*i]));
    let end = (index + 1..lines.len()).find(|i| begins(lines[*i]));
    if begin.is_some() || end.is_some() {
        let begin = begin.unwrap_or(0);
        blocks.push(Block {
            lines: (begin + 1, end.unwrap_or(lines.len())),
            name: named(lines, begin),
        });
    }
    blocks.push(Block {
        lines: (1, lines.len()),
        name: "the file".into(),
    });
    blocks
}

/// What a line is indented under, the nearest first, each with all that is below it.
fn parents(lines: &[&str], index: usize) -> Vec<Block> {
    let depth = |i: usize| lines[i].len() - lines[i].trim_start().len();
    let mut blocks = Vec::new();
    let mut own = depth(index);
    let above = (0..index).rev().filter(|i| !lines[*i].trim().is_empty());
    for i in above {
        if own == 0 {
            break;
        }
        if depth(i) < own {
            own = depth(i);
            let deeper = |j: &usize| lines[*j].trim().is_empty() || depth(*j) > own;
            let end = (i + 1..lines.len()).take_while(deeper).last();
            blocks.push(Block {
                lines: (i + 1, end.unwrap_or(i) + 1),
                name: lines[i].trim().trim_end_matches(" {").to_string(),
            });
        }
    }
    blocks
}

/// What people call a part that begins in a line.
fn named(lines: &[&str], begin: usize) -> String {
    let rest = &lines[begin..];
    let of = |key: &str| {
        rest.iter()
            .take(12)
            .find_map(|l| l.trim().strip_prefix(key))
    };
    match (lines[begin], of("kind: "), of("name: ")) {
        ("---", Some(kind), Some(name)) => format!("{kind}/{name}"),
        (line, _, _) => line.trim_end_matches(" {").to_string(),
    }
}

/// The file and the lines of a Terraform address (`module.NAME`, with or without what is inside of
/// it) or of a Kubernetes object (`Kind/name`); each place where there is one. An object that the
/// chart makes has its template and the values that it is made from.
pub fn of_address(artifacts: &ArtifactSet, address: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for (path, artifact) in artifacts.iter().filter(|(p, _)| template(p).is_none()) {
        let lines: Vec<&str> = artifact.text.lines().collect();
        let starts = (0..lines.len()).filter(|i| begins_address(path, &lines, *i, address));
        for start in starts {
            let blocks = around(path, &lines, start + 1);
            let block = blocks.iter().rev().nth(1).unwrap_or(&blocks[0]);
            found.push((path.to_string(), block.lines));
        }
    }
    if let Some((kind, name)) = address.split_once('/') {
        found.extend(chart::of_object(artifacts, kind, name));
    }
    found
}

fn begins_address(path: &str, lines: &[&str], index: usize, address: &str) -> bool {
    let line = lines[index];
    if path.ends_with(".tf") {
        let parts: Vec<&str> = address.split('.').collect();
        let quoted = |words: &[&str]| {
            words
                .iter()
                .map(|w| format!(" \"{w}\""))
                .collect::<String>()
        };
        return match parts.as_slice() {
            ["module", name, ..] => line == format!("module{} {{", quoted(&[name])),
            ["output", name] => line == format!("output{} {{", quoted(&[name])),
            ["var", name] => line == format!("variable{} {{", quoted(&[name])),
            [kind, name] => line == format!("resource{} {{", quoted(&[kind, name])),
            _ => false,
        };
    }
    let Some((kind, name)) = address.split_once('/') else {
        return false;
    };
    let same = |text: &str, key: &str, value: &str| {
        let text = text
            .trim()
            .strip_prefix(key)
            .map(|t| t.trim().trim_matches('"'));
        text.is_some_and(|t| t.eq_ignore_ascii_case(value))
    };
    path.starts_with("kubernetes/")
        && line.starts_with("kind:")
        && same(line, "kind:", kind)
        && lines[index..]
            .iter()
            .take(4)
            .any(|l| same(l, "name:", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_in_what_it_is_indented_under() {
        let text = "---\nkind: A\nmetadata:\n  name: x\nspec:\n  a:\n    b: 1\n---\nkind: B\n";
        let lines: Vec<&str> = text.lines().collect();
        let names: Vec<_> = around("x.yaml", &lines, 7)
            .into_iter()
            .map(|b| (b.name, b.lines))
            .collect();
        let expected = [
            ("a:", (6, 7)),
            ("spec:", (5, 7)),
            ("A/x", (1, 7)),
            ("the file", (1, 9)),
        ];
        assert_eq!(names, expected.map(|(n, l)| (n.to_string(), l)));
    }
}

//! The chart: its templates are the same for every system, and an object that one of them makes
//! stands in no file of the tree.

use super::block::Place;
use crate::artifact::ArtifactSet;

/// Where its templates lie in a tree.
const TEMPLATES: &str = "helm/templates/";

/// Whether the chart's own folder has a file as it is in every tree.
pub(super) fn is_fixed(path: &str) -> bool {
    path.starts_with(TEMPLATES) || path == "helm/.helmignore"
}

/// Where an object of a service comes from that only the chart makes: its template, and what the
/// values say of the service, for all regions and for each.
pub(super) fn of_object(artifacts: &ArtifactSet, kind: &str, service: &str) -> Vec<Place> {
    let files = |folder: &'static str| {
        let files = artifacts.iter().filter(move |(p, _)| p.starts_with(folder));
        files.map(|(p, a)| (p, a.text.lines().collect::<Vec<_>>()))
    };
    let values: Vec<_> = files("helm/values")
        .filter_map(|(path, lines)| Some((path, of_service(&lines, service)?, lines)))
        .collect();
    let has = |word: &str| {
        let mut given = values
            .iter()
            .flat_map(|(_, (first, last), lines)| &lines[first - 1..*last]);
        given.any(|line| gives(line, word))
    };
    let templates = files(TEMPLATES).filter_map(|(path, lines)| {
        let begin = lines.iter().position(|l| *l == "---")?;
        let object = &lines[begin..];
        let is = |text: &str| object.iter().take(5).any(|l| l.trim() == text);
        let ours = is("name: {{ $name }}") && object.iter().any(|l| is_kind(l, kind));
        let made = ours && conditions(&lines[..begin]).all(has);
        made.then(|| (path.to_string(), (begin + 1, lines.len())))
    });
    let templates: Vec<Place> = templates.collect();
    if templates.is_empty() {
        return templates;
    }
    let fed = values.iter().map(|(p, lines, _)| (p.to_string(), *lines));
    templates.into_iter().chain(fed).collect()
}

fn is_kind(line: &str, kind: &str) -> bool {
    let own = line.strip_prefix("kind: ");
    own.is_some_and(|k| k.eq_ignore_ascii_case(kind))
}

/// Values of a service that an object is made for, as the template asks for them.
fn conditions<'a>(before: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let asked = before.iter().filter(|l| l.starts_with("{{- if "));
    let words = asked.flat_map(|l| l.split([' ', '(', ')']));
    words
        .filter_map(|w| w.strip_prefix("$service."))
        .filter(|w| !w.contains('.'))
}

/// Whether a line gives a service a value that counts as true.
fn gives(line: &str, word: &str) -> bool {
    let value = line.strip_prefix("    ").and_then(|l| l.strip_prefix(word));
    value.is_some_and(|v| v.starts_with(':') && !matches!(&v[1..], " {}" | " false"))
}

/// The lines of a file of values that are about a service, from 1.
fn of_service(lines: &[&str], service: &str) -> Option<(usize, usize)> {
    let services = lines.iter().position(|l| *l == "services:")?;
    let name = |l: &&str| l.trim().trim_end_matches(':').trim_matches('"') == service;
    let own = |l: &&str| l.starts_with("  ") && !l.starts_with("   ");
    let inside = lines.iter().skip(services + 1);
    let begin = services
        + 1
        + inside
            .take_while(|l| l.starts_with(' '))
            .position(|l| own(l) && name(l))?;
    let rest = lines[begin + 1..].iter();
    let length = rest.take_while(|l| l.starts_with("   ")).count();
    Some((begin + 1, begin + 1 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_lines_of_its_own() {
        let text = "a: 1\nservices:\n  api:\n    port: 1\n  web:\n    secrets: {}\n    enabled: true\nz: 2\n";
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(of_service(&lines, "api"), Some((3, 4)));
        assert_eq!(of_service(&lines, "web"), Some((5, 7)));
        assert_eq!(of_service(&lines, "port"), None);
        assert!(!gives("    secrets: {}", "secrets"));
        assert!(gives("    enabled: true", "enabled"));
    }
}

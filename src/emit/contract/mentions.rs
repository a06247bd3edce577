//! What texts name: paths of the output, names of resources, Kubernetes objects.

use std::collections::{BTreeMap, BTreeSet};

/// Files and folders that are left out, by each path under which a text may name one.
pub(super) struct Paths<'a> {
    files: BTreeSet<&'a str>,
    folders: BTreeSet<&'a str>,
}

impl<'a> Paths<'a> {
    /// `kept` are folders that are there all the same.
    pub(super) fn new(left: &[&'a str], kept: &[&str]) -> Self {
        let above = |path: &'a str| path.match_indices('/').map(move |(at, _)| &path[..at]);
        let there = |folder: &str| kept.iter().any(|p| p.starts_with(&format!("{folder}/")));
        let folders = left.iter().flat_map(|path| above(path));
        Paths {
            files: left.iter().copied().collect(),
            folders: folders.filter(|folder| !there(folder)).collect(),
        }
    }

    /// The files and folders that a text names: by the whole path, whatever stands before it. A
    /// folder at the top is a word of English and often a command, so it counts behind `=` or
    /// beside a slash, and in scripts, which run these commands on it.
    pub(super) fn named_in(&self, path: &str, text: &str) -> BTreeSet<&'a str> {
        let of_path =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '=');
        let words = text.split(|c| !of_path(c)).filter(|w| !w.is_empty());
        let script = path.starts_with("scripts/");
        words
            .filter_map(|word| self.named_by(word, script))
            .collect()
    }

    fn named_by(&self, word: &str, script: bool) -> Option<&'a str> {
        let word = word.trim_end_matches(['.', '-']);
        let is_path = script || word.contains(['/', '=']);
        let word = word
            .rsplit('=')
            .next()
            .unwrap_or(word)
            .trim_end_matches('/');
        let ends = word.match_indices('/').map(|(at, _)| &word[at + 1..]);
        let mut ends = std::iter::once(word).chain(ends);
        ends.find_map(|end| {
            let folder = self.folders.get(end).filter(|_| is_path);
            self.files.get(end).or(folder).copied()
        })
    }
}

/// The words of a text that may be names of resources.
pub(super) fn names(text: &str) -> BTreeSet<&str> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let words = text.split(|c| !of_name(c));
    words.map(|w| w.trim_end_matches('.')).collect()
}

/// The Kubernetes objects in a file, as kubectl takes them: `statefulset/sessions-node`.
pub(super) fn objects(manifest: &str) -> Vec<String> {
    let documents = manifest.split("\n---\n").filter_map(|document| {
        let mut lines = document.lines();
        let kind = lines.find_map(|l| l.strip_prefix("kind: "))?;
        let mut rest = document.lines().skip_while(|l| *l != "metadata:");
        let name = rest.find_map(|l| l.strip_prefix("  name: "))?;
        let name = name.trim_matches('"');
        Some(format!("{}/{name}", kind.to_lowercase()))
    });
    documents.collect()
}

/// The files that have a word, by word: `words` gives those of a path and its text.
pub(super) fn users<'a, W: Ord + Clone>(
    texts: &[(&'a str, &'a str)],
    words: impl Fn(&'a str, &'a str) -> BTreeSet<W>,
) -> BTreeMap<W, BTreeSet<&'a str>> {
    let mut found = BTreeMap::<W, BTreeSet<&str>>::new();
    for (of, text) in texts {
        for word in words(of, text) {
            found.entry(word).or_default().insert(of);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Paths, objects};

    #[test]
    fn a_path_is_found_behind_whatever_leads_to_it() {
        let left = ["terraform/global/main.tf", "RUNBOOK_X.md", "alerts/a.yaml"];
        let paths = Paths::new(&left, &["alerts/b.json"]);
        let named = |text: &str| {
            paths
                .named_in("README.md", text)
                .into_iter()
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named("run terraform -chdir=\"$root/terraform/global\" plan."),
            ["terraform/global"]
        );
        assert_eq!(
            named("https://x.example.com/r/RUNBOOK_X.md#here."),
            ["RUNBOOK_X.md"]
        );
        // The command, an English word, and a folder that is there.
        assert_eq!(
            named("terraform plan; alerts/ page; XRUNBOOK_X.md"),
            [""; 0]
        );
        assert_eq!(named("everything in terraform/."), ["terraform"]);
        assert_eq!(named("terraform -chdir=terraform init"), ["terraform"]);
        let in_script = paths.named_in("scripts/x.sh", "apply terraform");
        assert_eq!(in_script.into_iter().collect::<Vec<_>>(), ["terraform"]);
    }

    #[test]
    fn objects_are_named_as_kubectl_takes_them() {
        let text = "# x\nkind: Service\nmetadata:\n  labels:\n    name: no\n  name: \"a\"\n---\nkind: Pod\nmetadata:\n  name: b\n";
        assert_eq!(objects(text), ["service/a", "pod/b"]);
    }
}

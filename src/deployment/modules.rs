//! The Terraform modules of `templates/terraform`, by cloud.

use include_dir::{Dir, include_dir};
use std::collections::BTreeSet;

static MODULES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates/terraform");

/// The groups of modules: one for each cloud that has any, and for others that clouds share.
pub fn groups() -> impl Iterator<Item = &'static str> {
    let folders = MODULES.dirs();
    folders.filter_map(|d| d.path().file_name()?.to_str())
}

/// The names of a cloud's modules: `network` for `gcp/network`.
pub fn names(cloud: &str) -> Vec<&'static str> {
    let folder = MODULES.get_dir(cloud);
    let modules = folder.into_iter().flat_map(|f| f.dirs());
    modules
        .filter_map(|d| d.path().file_name()?.to_str())
        .collect()
}

/// A module's own files, without its tests.
pub fn files(module: &str) -> Vec<(&'static str, &'static str)> {
    let Some(dir) = MODULES.get_dir(module) else {
        return Vec::new();
    };
    let mut files: Vec<_> = dir
        .files()
        .filter_map(|f| Some((f.path().file_name()?.to_str()?, f.contents_utf8()?)))
        .filter(|(name, _)| name.ends_with(".tf") || *name == "README.md")
        .collect();
    files.sort_unstable();
    files
}

/// The names of the variables that a module of ours declares.
pub fn variables(module: &str) -> impl Iterator<Item = &'static str> {
    let files = files(module).into_iter();
    let declared = files.filter(|(name, _)| *name == "variables.tf");
    let lines = declared.flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.strip_prefix("variable \"")?.strip_suffix("\" {"))
}

/// The modules, and those that they call beside themselves (`source = "../pubsub"`).
pub fn with_siblings<'a>(modules: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut open: Vec<String> = modules.into_iter().map(str::to_string).collect();
    let mut all = BTreeSet::new();
    while let Some(module) = open.pop() {
        let cloud = module.split('/').next().unwrap_or_default().to_string();
        for (_, text) in files(&module) {
            open.extend(siblings(text).map(|name| format!("{cloud}/{name}")));
        }
        // A sibling is pushed again by each caller; the set keeps one.
        if !all.insert(module) {
            continue;
        }
        open.retain(|m| !all.contains(m));
    }
    all
}

fn siblings(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("source"))
        .filter_map(|rest| rest.trim_start().strip_prefix("= \"../"))
        .map(|rest| rest.trim_end_matches('"'))
}

//! The Terraform modules of `templates/terraform`, by cloud.

use include_dir::{Dir, include_dir};

static MODULES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates/terraform");

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

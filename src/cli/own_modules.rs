//! Modules of the user's own that lie in the repository: whether they take and give what the roots
//! expect of them.

use super::load;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::emit::contract::OwnModule;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// A module of the user's own that does not fit in place of ours.
pub const MISFIT: Code = Code::new("TFM104", "module-misfit");

/// What a module declares.
#[derive(Default)]
struct Declared {
    variables: Map<String, Value>,
    outputs: Map<String, Value>,
}

/// Checks every module whose address is a path, from the roots of a tree.
pub(super) fn check(modules: &[OwnModule], tree: &Path, out: &mut Diagnostics) {
    let local = |m: &&OwnModule| m.source.starts_with("./") || m.source.starts_with("../");
    for module in modules.iter().filter(local) {
        let folder = plain(&tree.join(&module.root).join(&module.source));
        match declared(&folder) {
            Ok(declared) => misfits(module, &declared, out),
            Err(why) => out.push(
                Diagnostic::warning(
                    MISFIT,
                    module.span,
                    format!(
                        "`{}` cannot be read from `{}`: {why}",
                        module.source, module.root
                    ),
                    "from the root's folder",
                )
                .help("a path begins at the folder of the root that calls it, in the output"),
            ),
        }
    }
}

/// A path without `..`: the root's folder may not be there yet.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let above = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if above => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The variables and outputs of the files of a folder.
fn declared(folder: &Path) -> Result<Declared, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| super::cause(&e))?;
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut all = Declared::default();
    let terraform = |p: &&PathBuf| p.extension().is_some_and(|e| e == "tf");
    for path in paths.iter().filter(terraform) {
        let shown = path.file_name().unwrap_or_default().to_string_lossy();
        let text = load::text(path)?;
        let file: Value = hcl::from_str(&text).map_err(|e| format!("{shown}: {e}"))?;
        for (kind, into) in [
            ("variable", &mut all.variables),
            ("output", &mut all.outputs),
        ] {
            let blocks = file.get(kind).and_then(Value::as_object);
            into.extend(
                blocks
                    .into_iter()
                    .flatten()
                    .map(|(n, b)| (n.clone(), b.clone())),
            );
        }
    }
    match all.variables.is_empty() && all.outputs.is_empty() {
        true => Err("it declares no variable and no output".to_string()),
        false => Ok(all),
    }
}

fn misfits(module: &OwnModule, declared: &Declared, out: &mut Diagnostics) {
    let lacks = |names: &mut dyn Iterator<Item = &str>, has: &Map<String, Value>| -> Vec<String> {
        let lacking = names.filter(|name| !has.contains_key(*name));
        lacking.map(|name| format!("`{name}`")).collect()
    };
    let variables = lacks(&mut module.inputs.iter().copied(), &declared.variables);
    let outputs = lacks(
        &mut module.outputs.iter().map(String::as_str),
        &declared.outputs,
    );
    let open = declared
        .variables
        .iter()
        .filter(|(_, v)| v.get("default").is_none());
    let given: BTreeSet<&str> = module.inputs.clone();
    let unasked = open.filter(|(name, _)| !given.contains(name.as_str()));
    let unasked: Vec<String> = unasked.map(|(name, _)| format!("`{name}`")).collect();
    let name = module.module.rsplit('/').next().unwrap_or(module.module);
    for (what, names, help) in [
        (
            "does not declare the variables",
            variables,
            "declare them, and use or ignore them: the root passes them",
        ),
        (
            "has no outputs",
            outputs,
            "add them: other calls of the root read them",
        ),
        (
            "asks for variables that nothing gives",
            unasked,
            "give each a default",
        ),
    ] {
        if names.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` in place of `{name}` {what} {}",
            module.source,
            names.join(", ")
        );
        let label = format!("called in `{}`", module.root);
        out.push(Diagnostic::error(MISFIT, module.span, message, label).help(help));
    }
}

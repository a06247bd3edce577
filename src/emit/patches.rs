//! Changes of emitted YAML that the language has no word for: applied to what was emitted, marked
//! in the file, and refused where they contradict what the rest of the tree says.

use super::Input;
use crate::analysis::term::Term;
use crate::artifact::ArtifactSet;
use crate::deployment::Evidence;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::format::{comment, patch, yaml};
use crate::source::Span;
use crate::syntax::value;
use crate::topology::{Name, Part, Patch};
use serde_json::Value;

/// A patch of something that is not there.
pub const TARGET: Code = Code::new("PCH101", "no-such-target");
/// A patch that cannot be read or applied.
pub const FORM: Code = Code::new("PCH102", "patch-does-not-apply");
/// A patch of what the rest of the tree depends on.
pub const DEPENDED_ON: Code = Code::new("PCH103", "patch-of-a-dependency");

/// Applies all patches, in the order of their names.
pub fn apply(input: Input, set: &mut ArtifactSet, out: &mut Diagnostics) {
    for (name, patch) in input.topology.patches.iter() {
        let job = Job { input, name, patch };
        if let Err(problem) = job.run(set, out) {
            out.push(problem);
        }
    }
}

/// Whether a path fits a pattern; `*` is any one folder or name.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut want, mut have) = (pattern.split('/'), path.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(want), Some(have)) if want == "*" || want == have => {}
            _ => return false,
        }
    }
}

/// One patch.
struct Job<'a> {
    input: Input<'a>,
    name: &'a Name,
    patch: &'a Patch,
}

impl Job<'_> {
    fn error(&self, code: Code, span: Span, message: String, help: &str) -> Diagnostic {
        Diagnostic::error(code, span, message, "patched here").help(help)
    }

    fn run(&self, set: &mut ArtifactSet, out: &mut Diagnostics) -> Result<(), Diagnostic> {
        let change = self.change()?;
        let files = self.files(set)?;
        for path in files {
            let before = set.get(&path).map_or("", |a| &a.text).to_string();
            let text = self.patched(&path, &before, &change, out)?;
            set.rewrite(&path, text);
        }
        Ok(())
    }

    /// The files that it is for.
    fn files(&self, set: &ArtifactSet) -> Result<Vec<String>, Diagnostic> {
        let file = &self.patch.file;
        let yaml = |path: &str| {
            // The chart's templates are Go templates.
            let template = path.starts_with("helm/templates/");
            (path.ends_with(".yaml") || path.ends_with(".yml")) && !template
        };
        let found = set.iter().map(|(path, _)| path).filter(|p| fits(file, p));
        let found: Vec<String> = found.map(String::from).collect();
        if found.is_empty() {
            let others = !self.input.topology.makes(Part::of(file));
            let names = set.iter().map(|(path, _)| path).filter(|p| yaml(p));
            let help = match did_you_mean(file, names) {
                _ if others => "patch it where it is made: this part is left to others".into(),
                Some(near) => format!("did you mean `{near}`?"),
                None => "a path below the output folder, such as `helm/values.yaml`; `*` stands for any one folder: `kubernetes/*/namespace.yaml`".into(),
            };
            let message = format!("no emitted file is `{}`", file.value);
            return Err(self.error(TARGET, file.span, message, &help));
        }
        match found.iter().find(|path| !yaml(path)) {
            None => Ok(found),
            Some(path) => Err(self.error(
                TARGET,
                file.span,
                format!("`{path}` is no YAML"),
                "patch manifests, values or rules; for Terraform, write a file `*_override.tf` beside the root's `main.tf`",
            )),
        }
    }

    /// What is changed.
    fn change(&self) -> Result<Change, Diagnostic> {
        let form = |span, message: String| {
            let help = "write `merge` (YAML that is merged key by key; `null` removes) or `operations` (a list as in RFC 6902: `[{ op: replace, path: /spec/replicas, value: 3 }]`)";
            self.error(FORM, span, message, help)
        };
        let (text, merges) = match (&self.patch.merge, &self.patch.operations) {
            (Some(text), None) => (text, true),
            (None, Some(text)) => (text, false),
            _ => {
                let message = "a patch has either `merge` or `operations`".to_string();
                return Err(form(self.patch.span, message));
            }
        };
        match (value(&text.value), merges) {
            (Some(value @ Value::Object(_)), true) => Ok(Change::Merge(value)),
            (Some(Value::Array(operations)), false) => Ok(Change::Operations(operations)),
            (_, true) => Err(form(text.span, "`merge` is no map in YAML".to_string())),
            (_, false) => Err(form(
                text.span,
                "`operations` is no list in YAML".to_string(),
            )),
        }
    }

    /// The text of a file with the change in it.
    fn patched(
        &self,
        path: &str,
        before: &str,
        change: &Change,
        out: &mut Diagnostics,
    ) -> Result<String, Diagnostic> {
        let (header, body) = before.split_once('\n').unwrap_or((before, ""));
        let several = body.starts_with("---\n") || body.contains("\n---\n");
        let documents: Vec<&str> = match several {
            true => body
                .split("---\n")
                .map(str::trim_start)
                .filter(|d| !comments_only(d))
                .collect(),
            false => vec![body],
        };
        let values: Option<Vec<Value>> = documents.iter().map(|d| value(d)).collect();
        let unreadable = || {
            let message = format!("`{path}` cannot be read back");
            self.error(
                FORM,
                self.patch.file.span,
                message,
                "report this with the spec",
            )
        };
        let mut values = values.ok_or_else(unreadable)?;
        let place = self.place(path, &values)?;
        let old = values[place].clone();
        change.apply(&mut values[place]).map_err(|why| {
            let message = format!(
                "`patches.{}` does not apply to `{path}`: {why}",
                self.name.text
            );
            let help = "compare with the emitted file, and correct the path or the value";
            self.error(FORM, self.patch.span, message, help)
        })?;
        self.identity(path, &old, &values[place])?;
        self.counted(path, &old, &values[place], out);
        let reason = self.patch.reason.as_ref();
        let reason = reason.map_or(String::new(), |r| format!(": {}", comment::line(r)));
        let mark = format!("# Patched by `patches.{}`{reason}", self.name.text);
        let mut text = format!("{header}\n{mark}\n");
        for (at, document) in documents.iter().enumerate() {
            if several {
                text.push_str("---\n");
            }
            match at == place {
                true => text.push_str(&yaml::print(&values[at])),
                false => text.push_str(document),
            }
        }
        Ok(text)
    }

    /// Which document of a file is meant.
    fn place(&self, path: &str, values: &[Value]) -> Result<usize, Diagnostic> {
        let id = |value: &Value| {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
            format!(
                "{}/{}",
                text(&value["kind"]),
                text(&value["metadata"]["name"])
            )
        };
        let ids: Vec<String> = values.iter().map(id).collect();
        let Some(object) = &self.patch.object else {
            return match values.len() {
                1 => Ok(0),
                _ => Err(self.error(
                    TARGET,
                    self.patch.span,
                    format!("`{path}` has several objects"),
                    &format!("say which: `object: {}`", ids.join("` or `object: ")),
                )),
            };
        };
        let found = ids.iter().position(|id| *id == object.value);
        found.ok_or_else(|| {
            let help = match did_you_mean(object, ids.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", ids.join(", ")),
            };
            let message = format!("`{path}` has no object `{}`", object.value);
            self.error(TARGET, object.span, message, &help)
        })
    }

    /// Refuses another object in place of the one that the rest of the tree names.
    fn identity(&self, path: &str, old: &Value, new: &Value) -> Result<(), Diagnostic> {
        let names = [
            "/apiVersion",
            "/kind",
            "/metadata/name",
            "/metadata/namespace",
        ];
        match names.iter().find(|at| old.pointer(at) != new.pointer(at)) {
            None => Ok(()),
            Some(at) => Err(self.error(
                DEPENDED_ON,
                self.patch.span,
                format!("`patches.{}` changes `{at}` in `{path}`", self.name.text),
                "other files, scripts and runbooks name this object: put one of your own beside the tree instead",
            )),
        }
    }

    /// Refuses another value for a number that the recovery budget counts with.
    fn counted(&self, path: &str, old: &Value, new: &Value, out: &mut Diagnostics) {
        let recovery = &self.input.analysis.recovery;
        let times = recovery.times.iter().flat_map(|t| &t.budget.nodes);
        let lacks = recovery.losses.iter().flat_map(|l| &l.remaining);
        let terms = times.map(|n| &n.term).chain(lacks.map(|r| &r.lacks));
        let changes = |at: &Evidence| {
            let (file, pointer, ours) = match at {
                Evidence::Object {
                    file,
                    kind,
                    name,
                    pointer,
                } => {
                    let is = old["kind"] == **kind && old["metadata"]["name"] == **name;
                    (file, pointer, is)
                }
                Evidence::Field { file, pointer } => (file, pointer, true),
                Evidence::Argument { .. } | Evidence::File { .. } => return false,
            };
            file == path && ours && pointed(old, pointer) != pointed(new, pointer)
        };
        let reads = |term: &&Term| term.readings.iter().any(|r| changes(&r.at));
        if let Some(term) = terms.into_iter().find(reads) {
            let message = format!(
                "`patches.{}` changes a number that the recovery budget counts with: {} {}, {}",
                self.name.text,
                term.step.word(),
                term.of,
                term.because
            );
            let help = "change the field of the spec that sets it, so that budget, alerts and runbooks follow";
            let problem = self.error(DEPENDED_ON, self.patch.span, message, help);
            out.push(match term.span {
                Some(span) => problem.also(span, "set here"),
                None => problem,
            });
        }
    }
}

/// A change, read.
enum Change {
    Merge(Value),
    Operations(Vec<Value>),
}

impl Change {
    fn apply(&self, value: &mut Value) -> Result<(), String> {
        match self {
            Change::Merge(change) => {
                let strategic = has_merge_keys(value);
                patch::merge(value, change, strategic);
                Ok(())
            }
            Change::Operations(operations) => patch::apply(value, operations),
        }
    }
}

/// Whether an object is of a kind of Kubernetes' own, whose lists have merge keys; the API server
/// replaces lists of custom resources.
fn has_merge_keys(object: &Value) -> bool {
    const OWN: &[&str] = &["apps", "batch", "autoscaling", "policy"];
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map(|(group, _)| group);
    !version.is_empty() && group.is_none_or(|g| OWN.contains(&g) || g.ends_with(".k8s.io"))
}

fn comments_only(text: &str) -> bool {
    text.lines()
        .all(|l| l.trim().is_empty() || l.starts_with('#'))
}

/// What a pointer leads to: see [`Evidence::Field`].
fn pointed<'a>(value: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let step = |value: &'a Value, part: &str| -> Vec<&'a Value> {
        let items = || value.as_array().into_iter().flatten();
        match part.split_once('=') {
            _ if part == "*" => items().collect(),
            Some((key, wanted)) => items().filter(|i| i[key] == *wanted).collect(),
            None => value.pointer(&format!("/{part}")).into_iter().collect(),
        }
    };
    let parts = pointer.split('/').skip(1);
    parts.fold(vec![value], |found, part| {
        found.into_iter().flat_map(|v| step(v, part)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_one_folder() {
        assert!(fits("kubernetes/*/a.yaml", "kubernetes/us/a.yaml"));
        assert!(!fits("kubernetes/*/a.yaml", "kubernetes/a.yaml"));
        assert!(!fits("kubernetes/*", "kubernetes/us/a.yaml"));
    }
}

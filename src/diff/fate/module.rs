//! Terraform modules as they are read from a tree.

use crate::artifact::ArtifactSet;
use hcl::{Block, Body, Expression};
use std::collections::BTreeMap;

/// The `.tf` files of one folder.
#[derive(Debug, Default)]
pub struct Module {
    /// The folder, as artifacts name it.
    pub folder: String,
    /// `variable` blocks by name.
    pub variables: BTreeMap<String, Body>,
    /// Local values by name.
    pub locals: BTreeMap<String, Expression>,
    /// `resource` blocks by type and name.
    pub resources: BTreeMap<(String, String), Body>,
    /// `data` blocks by type and name.
    pub data: BTreeMap<(String, String), Body>,
    /// `module` blocks by name.
    pub calls: BTreeMap<String, Body>,
    /// Values of `output` blocks by name.
    pub outputs: BTreeMap<String, Expression>,
    /// `moved` blocks: from, to.
    pub moved: Vec<(String, String)>,
    /// `removed` blocks that leave alone what was made.
    pub forgotten: Vec<String>,
    /// `provider` blocks with their names, alias and all: `aws.us_east_1`.
    pub providers: BTreeMap<String, Body>,
    /// Where the state is: kind and arguments, in words.
    pub backend: Option<String>,
    /// Values that `terraform.tfvars.example` gives.
    pub examples: BTreeMap<String, Expression>,
    /// Files that are no HCL.
    pub broken: Vec<String>,
}

/// All modules of a tree by folder; roots are among them.
pub fn modules(files: &ArtifactSet) -> BTreeMap<String, Module> {
    let mut all: BTreeMap<String, Module> = BTreeMap::new();
    for (path, artifact) in files.iter() {
        let Some((folder, name)) = path.rsplit_once('/') else {
            continue;
        };
        let example = name == "terraform.tfvars.example";
        if !example && !name.ends_with(".tf") {
            continue;
        }
        let module = all.entry(folder.to_string()).or_default();
        module.folder = folder.to_string();
        match hcl::from_str::<Body>(&artifact.text) {
            Ok(body) if example => {
                let values = body.into_attributes();
                module.examples = values.map(|a| (a.key.to_string(), a.expr)).collect();
            }
            Ok(body) => body.into_blocks().for_each(|b| module.add(b)),
            Err(_) => module.broken.push(path.to_string()),
        }
    }
    all
}

/// An attribute's expression.
pub fn attribute<'a>(body: &'a Body, name: &str) -> Option<&'a Expression> {
    let mut all = body.attributes();
    all.find(|a| a.key() == name).map(hcl::Attribute::expr)
}

/// A block's body.
pub fn block<'a>(body: &'a Body, name: &str) -> Option<&'a Body> {
    body.blocks()
        .find(|b| b.identifier() == name)
        .map(Block::body)
}

/// A reference as it is written: `module.a`, `aws_vpc.this`.
pub fn reference(of: &Expression) -> String {
    hcl::format::to_string(of).unwrap_or_default()
}

impl Module {
    /// Whether Terraform is run here: a root says where its state is, or configures providers.
    pub fn is_root(&self) -> bool {
        self.backend.is_some() || !self.providers.is_empty()
    }

    fn add(&mut self, block: Block) {
        let label = |i: usize| block.labels().get(i).map(|l| l.as_str().to_string());
        let (first, second) = (label(0).unwrap_or_default(), label(1).unwrap_or_default());
        let kind = block.identifier().to_string();
        let body = block.body;
        match kind.as_str() {
            "variable" => _ = self.variables.insert(first, body),
            "locals" => {
                let all = body.into_attributes();
                self.locals.extend(all.map(|a| (a.key.to_string(), a.expr)));
            }
            "resource" => _ = self.resources.insert((first, second), body),
            "data" => _ = self.data.insert((first, second), body),
            "module" => _ = self.calls.insert(first, body),
            "output" => {
                let value = attribute(&body, "value").cloned();
                self.outputs.extend(value.map(|v| (first, v)));
            }
            "moved" => {
                let place = |name| attribute(&body, name).map(reference);
                self.moved.extend(place("from").zip(place("to")));
            }
            "removed" => {
                let from = attribute(&body, "from").map(reference);
                let kept = from.filter(|_| leaves_alone(&body));
                self.forgotten.extend(kept);
            }
            "provider" => {
                let alias = match attribute(&body, "alias") {
                    Some(Expression::String(alias)) => format!(".{alias}"),
                    _ => String::new(),
                };
                self.providers.insert(format!("{first}{alias}"), body);
            }
            "terraform" => self.settings(&body),
            _ => {}
        }
    }

    fn settings(&mut self, body: &Body) {
        let Some(backend) = body.blocks().find(|b| b.identifier() == "backend") else {
            return;
        };
        // How a state is written and locked says nothing of where it is.
        let manner = ["encrypt", "use_lockfile", "dynamodb_table"];
        let kind = backend.labels().first().map_or("", |l| l.as_str());
        let places = backend.body().attributes();
        let places = places.filter(|a| !manner.contains(&a.key()));
        let places: BTreeMap<&str, String> =
            places.map(|a| (a.key(), reference(a.expr()))).collect();
        let places = places.iter().map(|(k, v)| format!(" {k}={v}"));
        self.backend = Some(format!("{kind}{}", places.collect::<String>()).replace('"', ""));
    }
}

/// Whether a `removed` block leaves alone what the resource made.
fn leaves_alone(body: &Body) -> bool {
    let rule = block(body, "lifecycle").and_then(|rule| attribute(rule, "destroy"));
    matches!(rule, Some(Expression::Bool(false)))
}

//! The files of one root.

use super::{EMITTER, Root, modules};
use crate::artifact::ArtifactSet;
use crate::deployment::{Argument, Call, ProviderUse, RootOutput, Scope, Variable};
use crate::emit::Input;
use crate::format::hcl::{Block, Body, Expr, Item, Part, print};
use std::collections::BTreeSet;

/// The versions of Terraform that the modules were written for: write-only arguments need
/// 1.11.
const TERRAFORM_VERSION: &str = ">= 1.11.0, < 2.0.0";

/// Emits the files of a root.
pub fn emit(input: Input, root: &Root, set: &mut ArtifactSet) {
    let writer = Writer::new(input, root);
    let calls = writer.calls();
    let variables = writer.variables(&calls);
    let files = [
        ("main.tf", writer.main(&calls)),
        ("variables.tf", writer.declarations(&variables)),
        ("outputs.tf", writer.outputs()),
        ("provider.tf", writer.providers(&calls)),
        ("terraform.tfvars.example", writer.example(&variables)),
    ];
    for (name, body) in files {
        if !body.0.is_empty() {
            writer.add(name, body, set);
        }
    }
    if let Some(backend) = writer.backend() {
        writer.add("backend.tf", backend, set);
    }
}

/// The names of a root's variables.
pub fn variables(input: Input, root: &Root) -> BTreeSet<String> {
    let writer = Writer::new(input, root);
    let variables = writer.variables(&writer.calls());
    variables.iter().map(|v| v.name.clone()).collect()
}

struct Writer<'a> {
    input: Input<'a>,
    root: &'a Root,
    /// Whether the system has modules of several clouds.
    clouds: bool,
}

impl<'a> Writer<'a> {
    fn new(input: Input<'a>, root: &'a Root) -> Self {
        let clouds = modules::of_several_clouds(input);
        Writer {
            input,
            root,
            clouds,
        }
    }

    fn calls(&self) -> Vec<&'a Call> {
        let calls = self.input.deployment.calls.iter();
        calls.filter(|c| self.root.holds(c)).collect()
    }

    fn add(&self, name: &str, body: Body, set: &mut ArtifactSet) {
        let mut items = vec![Item::Comment(self.input.header()), Item::Blank];
        items.extend(body.0);
        let path = format!("{}/{name}", self.root.path);
        set.text(EMITTER, path, print(&Body(items)));
    }

    fn main(&self, calls: &[&Call]) -> Body {
        let mut items = Vec::new();
        for call in calls {
            separate(&mut items);
            if !call.comment.is_empty() {
                items.push(Item::Comment(call.comment.clone()));
            }
            items.push(Item::Block(self.call(call)));
        }
        let gone = self.input.deployment.tombstones.iter();
        for tombstone in gone.filter(|t| self.root.had(t)) {
            separate(&mut items);
            items.push(Item::Block(removed(&tombstone.call)));
        }
        Body(items)
    }

    fn call(&self, call: &Call) -> Block {
        let mut items = self.source(call);
        if !call.providers.is_empty() {
            let given = call.providers.iter();
            let given = given.map(|(name, p)| ((*name).to_string(), p.clone()));
            items.push(Item::Blank);
            items.push(Item::Attribute(
                "providers".into(),
                Expr::Traversals(given.collect()),
            ));
        }
        if !call.arguments.is_empty() {
            items.push(Item::Blank);
        }
        for (name, value) in &call.arguments {
            items.push(Item::Attribute((*name).to_string(), self.expr(value)));
        }
        let here = |name: &&String| self.has(name);
        let after: Vec<Expr> = call
            .after
            .iter()
            .filter(here)
            .map(|name| Expr::Reference(format!("module.{name}")))
            .collect();
        if !after.is_empty() {
            items.push(Item::Blank);
            items.push(Item::Attribute("depends_on".into(), Expr::List(after)));
        }
        Block {
            kind: "module".into(),
            labels: vec![call.name.clone()],
            body: Body(items),
        }
    }

    /// The module's address: ours beside the roots, or the user's own.
    fn source(&self, call: &Call) -> Vec<Item> {
        let attribute = |name: &str, value: &str| {
            Item::Attribute(name.to_string(), Expr::Text(value.to_string()))
        };
        let folder = modules::folder(call.module, self.clouds);
        match self.input.topology.terraform.own(call.module) {
            Some(own) => {
                let version = own.version.iter().map(|v| attribute("version", v));
                std::iter::once(attribute("source", &own.source))
                    .chain(version)
                    .collect()
            }
            None => vec![attribute(
                "source",
                &format!("{}/{folder}", self.root.modules),
            )],
        }
    }

    fn expr(&self, value: &Argument) -> Expr {
        match value {
            Argument::Null => Expr::Null,
            Argument::Bool(b) => Expr::Bool(*b),
            Argument::Int(n) => Expr::Number(n.to_string()),
            Argument::Decimal(text) => Expr::Number(text.clone()),
            Argument::Text(text) => Expr::Text(text.clone()),
            Argument::List(values) => Expr::List(values.iter().map(|v| self.expr(v)).collect()),
            Argument::Map(entries) => Expr::Object(
                entries
                    .iter()
                    .map(|(k, v)| (k.clone(), self.expr(v)))
                    .collect(),
            ),
            Argument::Variable(name) => Expr::Reference(format!("var.{name}")),
            Argument::File(path) => self.file(path),
            Argument::Template(parts) => {
                Expr::Template(parts.iter().map(|p| self.part(p)).collect())
            }
            Argument::Output {
                call,
                output,
                elsewhere,
            } => {
                if self.has(call) {
                    Expr::Reference(format!("module.{call}.{output}"))
                } else {
                    self.expr(elsewhere)
                }
            }
        }
    }

    /// `file("${path.root}/../alerts/x.json")`, relative so that the tree can be moved.
    fn file(&self, path: &str) -> Expr {
        let up = "../".repeat(self.root.path.split('/').count());
        Expr::Call(
            "file".into(),
            vec![Expr::Template(vec![
                Part::Expr(Expr::Reference("path.root".into())),
                Part::Text(format!("/{up}{path}")),
            ])],
        )
    }

    fn part(&self, value: &Argument) -> Part {
        match value {
            Argument::Text(text) => Part::Text(text.clone()),
            other => Part::Expr(self.expr(other)),
        }
    }

    fn has(&self, call: &str) -> bool {
        self.root.calls.contains(call)
    }

    /// The variables that this root's calls and providers refer to, in declared order.
    fn variables(&self, calls: &[&Call]) -> Vec<&Variable> {
        let mut used = BTreeSet::new();
        for call in calls {
            for (_, value) in &call.arguments {
                self.collect(value, &mut used);
            }
        }
        for provider in self.configurations(calls) {
            let blocks = provider.blocks.iter().flat_map(|(_, block)| block);
            for (_, value) in provider.arguments.iter().chain(blocks) {
                self.collect(value, &mut used);
            }
        }
        let declared = self.input.deployment.variables.iter();
        declared.filter(|v| used.contains(&v.name)).collect()
    }

    fn collect(&self, value: &Argument, used: &mut BTreeSet<String>) {
        match value {
            Argument::Variable(name) => {
                used.insert(name.clone());
            }
            Argument::List(values) | Argument::Template(values) => {
                values.iter().for_each(|v| self.collect(v, used));
            }
            Argument::Map(entries) => entries.iter().for_each(|(_, v)| self.collect(v, used)),
            Argument::Output {
                call, elsewhere, ..
            } if !self.has(call) => self.collect(elsewhere, used),
            _ => {}
        }
    }

    fn declarations(&self, variables: &[&Variable]) -> Body {
        let mut items = Vec::new();
        for variable in variables {
            separate(&mut items);
            items.push(Item::Block(self.declaration(variable)));
        }
        Body(items)
    }

    fn declaration(&self, variable: &Variable) -> Block {
        let mut items = vec![
            Item::Attribute(
                "description".into(),
                Expr::Text(variable.description.clone()),
            ),
            Item::Attribute("type".into(), type_expr(variable.kind)),
        ];
        if let Some(default) = &variable.default {
            items.push(Item::Attribute("default".into(), self.expr(default)));
        }
        let nullable = variable.default == Some(Argument::Null);
        if !nullable {
            items.push(Item::Attribute("nullable".into(), Expr::Bool(false)));
        }
        if variable.sensitive {
            items.push(Item::Attribute("sensitive".into(), Expr::Bool(true)));
        }
        if let Some((pattern, message)) = variable.pattern {
            items.push(Item::Blank);
            items.push(Item::Block(validation(&variable.name, pattern, message)));
        }
        Block {
            kind: "variable".into(),
            labels: vec![variable.name.clone()],
            body: Body(items),
        }
    }

    fn outputs(&self) -> Body {
        let holds = |o: &&RootOutput| self.root.gives(o);
        let mut items = Vec::new();
        for output in self.input.deployment.outputs.iter().filter(holds) {
            separate(&mut items);
            items.push(Item::Block(Block {
                kind: "output".into(),
                labels: vec![output.name.clone()],
                body: Body(vec![
                    Item::Attribute("description".into(), Expr::Text(output.description.clone())),
                    Item::Attribute("value".into(), self.expr(&output.value)),
                ]),
            }));
        }
        Body(items)
    }

    /// The provider configurations that the calls use.
    fn configurations(&self, calls: &[&Call]) -> Vec<&ProviderUse> {
        let all = self.input.deployment.providers.iter();
        let used = |p: &&ProviderUse| calls.iter().any(|c| p.serves(c)) || self.may_need(p);
        all.filter(used).collect()
    }

    /// Whether a provider is needed for what is still in the state: nothing of it is called.
    fn may_need(&self, provider: &ProviderUse) -> bool {
        let mut left = self.input.topology.left.iter().enumerate();
        provider.cloud == self.root.cloud.word()
            && match &provider.alias {
                Some(alias) => left.any(|(at, l)| l.slug() == *alias && self.root.remembers(at)),
                None => matches!(self.root.scope, Some(Scope::Left(_))),
            }
    }

    fn providers(&self, calls: &[&Call]) -> Body {
        let providers = self.configurations(calls);
        let mut kinds = providers.clone();
        kinds.dedup_by_key(|p| p.name);
        let required = kinds.iter().map(|p| {
            let pins = vec![
                ("source".to_string(), Expr::Text(p.source.into())),
                ("version".to_string(), Expr::Text(p.version.into())),
            ];
            Item::Attribute(p.name.to_string(), Expr::Object(pins))
        });
        let terraform = Block {
            kind: "terraform".into(),
            labels: Vec::new(),
            body: Body(vec![
                Item::Attribute(
                    "required_version".into(),
                    Expr::Text(TERRAFORM_VERSION.into()),
                ),
                Item::Blank,
                Item::Block(Block {
                    kind: "required_providers".into(),
                    labels: Vec::new(),
                    body: Body(required.collect()),
                }),
            ]),
        };
        let mut items = vec![Item::Block(terraform)];
        for provider in providers {
            items.push(Item::Blank);
            items.push(Item::Block(self.provider(provider)));
        }
        Body(items)
    }

    fn provider(&self, provider: &ProviderUse) -> Block {
        let attribute = |(name, value): &(&'static str, Argument)| {
            Item::Attribute((*name).to_string(), self.expr(value))
        };
        let alias = provider.alias.iter();
        let alias = alias.map(|a| Item::Attribute("alias".into(), Expr::Text(a.clone())));
        let mut items: Vec<Item> = alias
            .chain(provider.arguments.iter().map(attribute))
            .collect();
        for (kind, arguments) in &provider.blocks {
            items.push(Item::Blank);
            items.push(Item::Block(Block {
                kind: (*kind).to_string(),
                labels: Vec::new(),
                body: Body(arguments.iter().map(attribute).collect()),
            }));
        }
        Block {
            kind: "provider".into(),
            labels: vec![provider.name.to_string()],
            body: Body(items),
        }
    }

    /// Where state lives: a place of its own for each root in the bucket of its cloud.
    fn backend(&self) -> Option<Body> {
        let part = self.input.deployment.clouds.get(&self.root.cloud)?;
        let kept = part.state.as_ref()?;
        let system = &self.input.topology.name;
        let place = format!("{system}/{}{}", self.root.state, kept.suffix);
        let own = [
            ("bucket", Argument::Text(kept.bucket.clone())),
            (kept.place, Argument::Text(place)),
        ];
        let arguments = own.iter().chain(&kept.arguments);
        let arguments =
            arguments.map(|(name, value)| Item::Attribute((*name).into(), self.expr(value)));
        let backend = Block {
            kind: "backend".into(),
            labels: vec![kept.kind.to_string()],
            body: Body(arguments.collect()),
        };
        Some(Body(vec![Item::Block(Block {
            kind: "terraform".into(),
            labels: Vec::new(),
            body: Body(vec![Item::Block(backend)]),
        })]))
    }

    /// An example of every variable without a default; secrets belong into the
    /// environment.
    fn example(&self, variables: &[&Variable]) -> Body {
        let mut items = Vec::new();
        for variable in variables.iter().filter(|v| v.default.is_none()) {
            separate(&mut items);
            items.push(Item::Comment(variable.description.clone()));
            if self
                .input
                .deployment
                .outputs
                .iter()
                .any(|o| o.name == variable.name)
            {
                items.push(Item::Comment(format!(
                    "The deployment writes the real one into {}.auto.tfvars.json.",
                    variable.name
                )));
            }
            if variable.sensitive {
                items.push(Item::Comment(format!(
                    "A secret: set TF_VAR_{} in the environment instead of this line.",
                    variable.name
                )));
            }
            items.push(Item::Attribute(
                variable.name.clone(),
                self.expr(&variable.example),
            ));
        }
        Body(items)
    }
}

fn separate(items: &mut Vec<Item>) {
    if !items.is_empty() {
        items.push(Item::Blank);
    }
}

/// What a call made leaves the state and is not destroyed.
fn removed(call: &str) -> Block {
    let from = Item::Attribute("from".into(), Expr::Reference(format!("module.{call}")));
    let lifecycle = Block {
        kind: "lifecycle".into(),
        labels: Vec::new(),
        body: Body(vec![Item::Attribute("destroy".into(), Expr::Bool(false))]),
    };
    Block {
        kind: "removed".into(),
        labels: Vec::new(),
        body: Body(vec![from, Item::Blank, Item::Block(lifecycle)]),
    }
}

fn validation(name: &str, pattern: &str, message: &str) -> Block {
    let matches = Expr::Call(
        "regex".into(),
        vec![
            Expr::Text(pattern.to_string()),
            Expr::Reference(format!("var.{name}")),
        ],
    );
    Block {
        kind: "validation".into(),
        labels: Vec::new(),
        body: Body(vec![
            Item::Attribute("condition".into(), Expr::Call("can".into(), vec![matches])),
            Item::Attribute("error_message".into(), Expr::Text(message.to_string())),
        ]),
    }
}

/// A type constraint such as `string` or `map(string)`.
fn type_expr(kind: &str) -> Expr {
    match kind.split_once('(') {
        Some((outer, inner)) => Expr::Call(
            outer.to_string(),
            vec![type_expr(inner.trim_end_matches(')'))],
        ),
        None => Expr::Reference(kind.to_string()),
    }
}

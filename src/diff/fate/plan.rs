//! A plan of a root, as Terraform would make it on the state that another tree left.

use super::compare::{self, Changes};
use super::module::{Module, attribute, block, reference};
use crate::artifact::ArtifactSet;
use crate::catalog::immutable;
use crate::catalog::providers::is_regional;
use crate::format::terraform::eval::{Evaluated, Fault, Names, With, eval};
use crate::format::terraform::types::converted;
use crate::format::terraform::value::{Fields, Value};
use hcl::expr::TraversalOperator;
use hcl::{Body, Expression};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Blocks and arguments of a resource that the provider never sees.
const META: [&str; 8] = [
    "lifecycle",
    "depends_on",
    "provider",
    "count",
    "for_each",
    "connection",
    "provisioner",
    "timeouts",
];

/// What a plan does with a resource.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is not in the state.
    Created,
    /// It is in the state, but the provider looks for it in another region: it is made anew,
    /// and the old one runs on.
    Lost,
    /// It stays, with these changes.
    Kept(Changes),
    /// It is destroyed and made anew.
    Replaced(Changes),
}

/// A resource of a root.
#[derive(Debug)]
pub struct Instance {
    /// Its type; `module` for a call of a module that is not in the tree.
    pub kind: String,
    /// Its address without its key: where its block is.
    pub block: String,
    /// Its arguments, with those that it keeps.
    pub values: Fields,
    /// Its provider's region, where that is where it is.
    pub place: Option<String>,
    /// Its address in the state that is planned on, if it is there.
    pub prior: Option<String>,
    /// What the plan does.
    pub outcome: Outcome,
}

impl Instance {
    /// Whether anything is done with it.
    fn changes(&self) -> bool {
        !matches!(&self.outcome, Outcome::Kept(changes) if changes.all.is_empty())
    }
}

/// The resources of a root by address.
pub type State = BTreeMap<String, Instance>;

/// What is planned.
#[derive(Default)]
pub struct Planned {
    /// All resources.
    pub state: State,
    /// Addresses of resources without their keys, and whether `prevent_destroy` stands there.
    pub guards: BTreeMap<String, bool>,
    /// Addresses that `removed` blocks of the root and of modules forget.
    pub forgotten: Vec<String>,
    /// What could not be evaluated, by address.
    pub faults: BTreeMap<String, Fault>,
}

/// Plans a root. Without a prior state everything is applied, and what the cloud chose then is
/// known by its address.
pub fn plan(
    files: &ArtifactSet,
    modules: &BTreeMap<String, Module>,
    root: &Module,
    prior: Option<&State>,
) -> Planned {
    let planner = Planner {
        files,
        modules,
        root,
        prior,
        waiting: RefCell::default(),
        known: RefCell::default(),
        busy: RefCell::default(),
        planned: RefCell::default(),
    };
    let top = Rc::new(Scope {
        module: root,
        address: String::new(),
        call: None,
    });
    planner.visit(&top);
    let all: Vec<String> = planner.waiting.borrow().keys().cloned().collect();
    for address in all {
        if let Err(fault) = planner.settle(&address) {
            planner.fault(&address, fault);
        }
    }
    planner.planned.into_inner()
}

struct Planner<'a> {
    files: &'a ArtifactSet,
    modules: &'a BTreeMap<String, Module>,
    root: &'a Module,
    prior: Option<&'a State>,
    /// Resources that were found, by address.
    waiting: RefCell<BTreeMap<String, Waiting<'a>>>,
    /// Variables, locals, outputs and collections that were evaluated.
    known: RefCell<BTreeMap<String, Evaluated>>,
    /// What is being evaluated: to need it then is a circle.
    busy: RefCell<BTreeSet<String>>,
    planned: RefCell<Planned>,
}

/// `each` and `count` of an instance, by name.
type Each = Vec<(String, Value)>;

/// A resource before its arguments are evaluated.
#[derive(Clone)]
struct Waiting<'a> {
    kind: &'a str,
    block: String,
    body: &'a Body,
    each: Each,
    scope: Rc<Scope<'a>>,
}

/// A module where it is called.
struct Scope<'a> {
    module: &'a Module,
    /// `module.a.module.b`; nothing for the root.
    address: String,
    call: Option<Call<'a>>,
}

/// How a module is called.
struct Call<'a> {
    body: &'a Body,
    /// `each` and `count` of the call.
    each: Each,
    parent: Rc<Scope<'a>>,
}

impl Scope<'_> {
    fn under(&self, name: &str) -> String {
        if self.address.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.address)
        }
    }
}

/// Whether an address is another one, or an element or part of it.
pub fn within(address: &str, of: &str) -> bool {
    let rest = address.strip_prefix(of);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What names mean in a module.
struct At<'p, 'a> {
    planner: &'p Planner<'a>,
    scope: Rc<Scope<'a>>,
}

impl Names for At<'_, '_> {
    fn name(&self, first: &str, rest: &[TraversalOperator]) -> Result<(Value, usize), Fault> {
        let (planner, scope) = (self.planner, &self.scope);
        let second = match rest.first() {
            Some(TraversalOperator::GetAttr(name)) => name.as_str(),
            _ => return Err(Fault(format!("{first} is no name"))),
        };
        Ok(match first {
            "var" => (planner.variable(scope, second)?, 1),
            "local" => {
                let of = scope.module.locals.get(second);
                let of = of.ok_or_else(|| Fault(format!("there is no local.{second}")))?;
                let key = scope.under(&format!("local.{second}"));
                (planner.once(key, || eval(of, self))?, 1)
            }
            "path" => {
                let root = second == "root";
                let of = if root { planner.root } else { scope.module };
                (Value::text(of.folder.clone()), 1)
            }
            "module" => (planner.call(scope, second)?, 1),
            "terraform" => (Value::Made(format!("terraform.{second}")), 1),
            "data" => match rest.get(1) {
                Some(TraversalOperator::GetAttr(name)) => (planner.data(scope, second, name)?, 2),
                _ => return Err(Fault(format!("data.{second} is no name"))),
            },
            kind => (planner.resource(scope, kind, second)?, 1),
        })
    }

    fn attribute(&self, address: &str, name: &str) -> Evaluated {
        self.planner.attribute(address, name)
    }

    fn made(&self, address: &str, path: &str) -> Evaluated {
        self.planner.made(address, path)
    }

    fn file(&self, path: &str) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                ".." => _ = parts.pop(),
                "." | "" => {}
                part => parts.push(part),
            }
        }
        let file = self.planner.files.get(&parts.join("/"));
        file.map(|f| f.text.clone())
    }
}

impl<'a> Planner<'a> {
    fn at(&self, scope: &Rc<Scope<'a>>) -> At<'_, 'a> {
        At {
            planner: self,
            scope: Rc::clone(scope),
        }
    }

    fn fault(&self, address: &str, fault: Fault) {
        let mut planned = self.planned.borrow_mut();
        planned.faults.insert(address.to_string(), fault);
    }

    /// Evaluates something the first time it is needed.
    fn once(&self, key: String, find: impl FnOnce() -> Evaluated) -> Evaluated {
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        if !self.busy.borrow_mut().insert(key.clone()) {
            return Err(Fault(format!("{key} needs itself")));
        }
        let found = find();
        self.busy.borrow_mut().remove(&key);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    /// Finds all resources of a module and of those that it calls.
    fn visit(&self, scope: &Rc<Scope<'a>>) {
        let forgotten = scope.module.forgotten.iter().map(|from| scope.under(from));
        self.planned.borrow_mut().forgotten.extend(forgotten);
        for (kind, name) in scope.module.resources.keys() {
            if let Err(fault) = self.resource(scope, kind, name) {
                self.fault(&scope.under(&format!("{kind}.{name}")), fault);
            }
        }
        for name in scope.module.calls.keys() {
            match self.scopes(scope, name) {
                Ok(called) => called.values().for_each(|inner| self.visit(inner)),
                Err(fault) => self.fault(&scope.under(&format!("module.{name}")), fault),
            }
        }
    }

    fn variable(&self, scope: &Rc<Scope<'a>>, name: &str) -> Evaluated {
        let key = scope.under(&format!("var.{name}"));
        self.once(key, || {
            let declared = scope.module.variables.get(name);
            let declared = declared.ok_or_else(|| Fault(format!("there is no var.{name}")))?;
            let kind = attribute(declared, "type");
            let given = match &scope.call {
                Some(call) => match attribute(call.body, name) {
                    Some(of) => {
                        let around = self.at(&call.parent);
                        let names = With {
                            names: call.each.clone(),
                            around: &around,
                        };
                        Some(eval(of, &names)?)
                    }
                    None => None,
                },
                None => match scope.module.examples.get(name) {
                    Some(of) => Some(eval(of, &self.at(scope))?),
                    None => None,
                },
            };
            let required = attribute(declared, "nullable") == Some(&Expression::Bool(false));
            let given = given.filter(|v| !(required && *v == Value::Null));
            let value = match (given, attribute(declared, "default")) {
                (Some(given), _) => given,
                (None, Some(default)) => eval(default, &self.at(scope))?,
                // What people give to a root is not in the tree.
                (None, None) => nothing(kind, &scope.under(&format!("var.{name}"))),
            };
            match kind {
                Some(kind) => converted(value, kind, &self.at(scope)),
                None => Ok(value),
            }
        })
    }

    /// The keys of `for_each` and `count` with what `each` and `count` are; one without either.
    fn instances(&self, body: &Body, names: &dyn Names) -> Result<Vec<(Key, Each)>, Fault> {
        if let Some(count) = attribute(body, "count") {
            let count = eval(count, names)?;
            let count = crate::format::terraform::eval::number(&count).unwrap_or_default() as usize;
            let each = |i: usize| {
                let index = Fields::from([("index".to_string(), Value::Number(i as f64))]);
                (
                    Key::Place(i),
                    vec![("count".to_string(), Value::Map(index))],
                )
            };
            return Ok((0..count).map(each).collect());
        }
        let Some(of) = attribute(body, "for_each") else {
            return Ok(vec![(Key::None, Vec::new())]);
        };
        let entries: Vec<(String, Value)> = match eval(of, names)? {
            Value::Map(fields) => fields.into_iter().collect(),
            Value::List(items) => {
                let texts = items.into_iter();
                texts.filter_map(|v| Some((v.to_text()?, v))).collect()
            }
            other => return Err(Fault(format!("for_each over {}", other.line()))),
        };
        let each = |(key, value): (String, Value)| {
            let of = [
                ("key".to_string(), Value::text(key.clone())),
                ("value".to_string(), value),
            ];
            (
                Key::Name(key),
                vec![("each".to_string(), Value::Map(Fields::from(of)))],
            )
        };
        Ok(entries.into_iter().map(each).collect())
    }

    /// The modules that a call makes, by key.
    fn scopes(
        &self,
        scope: &Rc<Scope<'a>>,
        name: &str,
    ) -> Result<BTreeMap<Key, Rc<Scope<'a>>>, Fault> {
        let body = scope.module.calls.get(name);
        let body = body.ok_or_else(|| Fault(format!("there is no module.{name}")))?;
        let source = match attribute(body, "source") {
            Some(Expression::String(source)) => joined(&scope.module.folder, source),
            _ => None,
        };
        let Some(module) = source.and_then(|folder| self.modules.get(&folder)) else {
            // A module of others is not in the tree: it is known by its arguments.
            let waiting = Waiting {
                kind: "module",
                block: scope.under(&format!("module.{name}")),
                body,
                each: Vec::new(),
                scope: Rc::clone(scope),
            };
            let address = waiting.block.clone();
            self.waiting.borrow_mut().insert(address, waiting);
            return Ok(BTreeMap::new());
        };
        let instances = self.instances(body, &self.at(scope))?;
        let made = instances.into_iter().map(|(key, each)| {
            let inner = Scope {
                module,
                address: scope.under(&format!("module.{name}{key}")),
                call: Some(Call {
                    body,
                    each,
                    parent: Rc::clone(scope),
                }),
            };
            (key, Rc::new(inner))
        });
        Ok(made.collect())
    }

    /// The outputs of a call.
    fn call(&self, scope: &Rc<Scope<'a>>, name: &str) -> Evaluated {
        let scopes = self.scopes(scope, name)?;
        if scopes.is_empty() {
            return Ok(Value::Resource(scope.under(&format!("module.{name}"))));
        }
        Ok(collected(scopes, |inner| {
            Value::Resource(inner.address.clone())
        }))
    }

    /// The scope of a module's address.
    fn scope(&self, address: &str) -> Result<Rc<Scope<'a>>, Fault> {
        let mut scope = Rc::new(Scope {
            module: self.root,
            address: String::new(),
            call: None,
        });
        for part in address.split("module.").skip(1) {
            let part = part.trim_end_matches('.');
            let name = part.split('[').next().unwrap_or_default();
            let found = self.scopes(&scope, name)?.into_iter();
            let wanted = scope.under(&format!("module.{part}"));
            let mut found = found.filter(|(_, inner)| inner.address == wanted);
            let found = found.next().map(|(_, inner)| inner);
            scope = found.ok_or_else(|| Fault(format!("there is no {wanted}")))?;
        }
        Ok(scope)
    }

    /// A resource, or all that `for_each` makes of it.
    fn resource(&self, scope: &Rc<Scope<'a>>, kind: &str, name: &str) -> Evaluated {
        let short = format!("{kind}.{name}");
        let address = scope.under(&short);
        self.once(format!("all {address}"), || {
            let found = scope
                .module
                .resources
                .get_key_value(&(kind.to_string(), name.to_string()));
            let ((kind, _), body) = found.ok_or_else(|| Fault(format!("there is no {short}")))?;
            let rule = block(body, "lifecycle").and_then(|l| attribute(l, "prevent_destroy"));
            let guarded = rule == Some(&Expression::Bool(true));
            self.planned
                .borrow_mut()
                .guards
                .insert(address.clone(), guarded);
            let instances = self.instances(body, &self.at(scope))?;
            let made = instances.into_iter().map(|(key, each)| {
                let waiting = Waiting {
                    kind,
                    block: address.clone(),
                    body,
                    each,
                    scope: Rc::clone(scope),
                };
                let address = format!("{address}{key}");
                self.waiting.borrow_mut().insert(address.clone(), waiting);
                (key, address)
            });
            let made: BTreeMap<Key, String> = made.collect();
            Ok(collected(made, Value::Resource))
        })
    }

    /// What a cloud answers: the same as long as it is asked the same. It is asked after the
    /// apply, and so not known, while something that it waits for changes.
    fn data(&self, scope: &Rc<Scope<'a>>, kind: &str, name: &str) -> Evaluated {
        let address = scope.under(&format!("data.{kind}.{name}"));
        let body = scope.module.data.get(&(kind.to_string(), name.to_string()));
        let body = body.ok_or_else(|| Fault(format!("there is no {address}")))?;
        self.once(address.clone(), || {
            if self.prior.is_some() && self.waits(scope, body)? {
                return Ok(Value::Unknown);
            }
            let asked = body.attributes().filter(|a| !META.contains(&a.key()));
            // What differs by `each` is told by the key with which the answer is looked up.
            let asked =
                asked.filter_map(|a| Some((a.key(), eval(a.expr(), &self.at(scope)).ok()?)));
            let asked = asked.map(|(key, value)| format!("{key} = {}", value.line()));
            let asked: Vec<String> = asked.collect();
            Ok(Value::Made(format!("{address}({})", asked.join(", "))))
        })
    }

    /// Whether something changes that a block says it depends on.
    fn waits(&self, scope: &Rc<Scope<'a>>, body: &Body) -> Result<bool, Fault> {
        let Some(Expression::Array(needs)) = attribute(body, "depends_on") else {
            return Ok(false);
        };
        for need in needs {
            let need = super::module::reference(need);
            if let Some((kind, name)) = need.split_once('.').filter(|(k, _)| *k != "module") {
                self.resource(scope, kind, name)?;
            }
            let need = scope.under(&need);
            let known: Vec<String> = self.waiting.borrow().keys().cloned().collect();
            for address in known.iter().filter(|a| within(a, &need)) {
                self.settle(address)?;
                if self.planned.borrow().state[address].changes() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// An attribute of a resource as the plan knows it, or an output of a module.
    fn attribute(&self, address: &str, name: &str) -> Evaluated {
        if !self.waiting.borrow().contains_key(address) {
            let scope = self.scope(address)?;
            let of = scope.module.outputs.get(name);
            let of = of.ok_or_else(|| Fault(format!("{address} has no output {name}")))?;
            return self.once(format!("{address}.{name}"), || eval(of, &self.at(&scope)));
        }
        self.settle(address)?;
        let given = self.planned.borrow().state[address]
            .values
            .get(name)
            .cloned();
        given.map_or_else(|| self.made(address, name), Ok)
    }

    /// What the cloud made of a resource: as it was, if it stays.
    fn made(&self, address: &str, path: &str) -> Evaluated {
        let planned = self.planned.borrow();
        let instance = planned.state.get(address);
        let instance = instance.ok_or_else(|| Fault(format!("{address} has no {path}")))?;
        Ok(match (&instance.outcome, &instance.prior, self.prior) {
            (_, _, None) => Value::Made(format!("{address}.{path}")),
            (Outcome::Kept(_), Some(prior), _) => Value::Made(format!("{prior}.{path}")),
            _ => Value::Unknown,
        })
    }

    /// Plans a resource, if that was not done before.
    fn settle(&self, address: &str) -> Result<(), Fault> {
        if self.planned.borrow().state.contains_key(address) {
            return Ok(());
        }
        let waiting = self.waiting.borrow()[address].clone();
        if !self.busy.borrow_mut().insert(address.to_string()) {
            return Err(Fault(format!("{address} needs itself")));
        }
        let instance = self.instance(address, &waiting);
        self.busy.borrow_mut().remove(address);
        let mut planned = self.planned.borrow_mut();
        planned.state.insert(address.to_string(), instance);
        Ok(())
    }

    fn instance(&self, address: &str, waiting: &Waiting<'a>) -> Instance {
        let around = self.at(&waiting.scope);
        let names = With {
            names: waiting.each.clone(),
            around: &around,
        };
        let call: &[&str] = &["providers", "depends_on", "count", "for_each"];
        let meta = if waiting.kind == "module" {
            call
        } else {
            &META
        };
        let mut values = self.body(address, waiting.body, &names, meta);
        let provider = self.provider(waiting);
        inherit(waiting.kind, &provider, &mut values);
        let place = provider.get("region").and_then(Value::to_text);
        let place = place.filter(|_| is_regional(waiting.kind));
        let prior = self
            .prior_of(address, &waiting.scope)
            .filter(|(_, old)| old.kind == waiting.kind);
        let outcome = match prior {
            None => Outcome::Created,
            Some((_, old)) if old.place != place => Outcome::Lost,
            Some((_, old)) => {
                let ignored = ignored(waiting.body);
                let kind = immutable::kind(waiting.kind);
                let unknown = immutable::Kind::default();
                let kind = kind.unwrap_or(&unknown);
                compare::keep(kind, &old.values, &mut values, &ignored);
                let changes = compare::changes(kind, &old.values, &values);
                if changes.forced.is_empty() {
                    Outcome::Kept(changes)
                } else {
                    Outcome::Replaced(changes)
                }
            }
        };
        Instance {
            kind: waiting.kind.to_string(),
            block: waiting.block.clone(),
            values,
            place,
            prior: prior.map(|(address, _)| address),
            outcome,
        }
    }

    /// The resource of the prior state that has this address now; its module and those around it
    /// may have moved it.
    fn prior_of(&self, address: &str, scope: &Scope<'a>) -> Option<(String, &'a Instance)> {
        let prior = self.prior?;
        if let Some(found) = prior.get(address) {
            return Some((address.to_string(), found));
        }
        let former = scope.module.moved.iter().filter_map(|(from, to)| {
            let to = scope.under(to);
            let rest = address.strip_prefix(&to)?;
            within(address, &to).then(|| format!("{}{rest}", scope.under(from)))
        });
        let mut former = former.filter_map(|a| prior.get(&a).map(|found| (a, found)));
        let around = scope.call.as_ref().map(|call| &call.parent);
        former.next().or_else(|| self.prior_of(address, around?))
    }

    /// The arguments of a resource or block; what cannot be evaluated is unknown.
    fn body(&self, address: &str, body: &Body, names: &dyn Names, meta: &[&str]) -> Fields {
        let mut fields = Fields::new();
        let meta = |name: &str| meta.contains(&name);
        for argument in body.attributes().filter(|a| !meta(a.key())) {
            let value = eval(argument.expr(), names).unwrap_or_else(|fault| {
                self.fault(&format!("{address}.{}", argument.key()), fault);
                Value::Unknown
            });
            if value != Value::Null {
                fields.insert(argument.key().to_string(), value);
            }
        }
        for inner in body.blocks().filter(|b| !meta(b.identifier())) {
            let (name, made) = match (inner.identifier(), inner.labels().first()) {
                ("dynamic", Some(label)) => {
                    let made = self.dynamic(address, label.as_str(), inner.body(), names);
                    (label.as_str(), made)
                }
                (name, _) => (name, vec![self.body(address, inner.body(), names, &[])]),
            };
            let all = fields
                .entry(name.to_string())
                .or_insert(Value::List(Vec::new()));
            if let Value::List(all) = all {
                all.extend(made.into_iter().map(Value::Map));
            }
        }
        fields
    }

    fn dynamic(&self, address: &str, label: &str, body: &Body, names: &dyn Names) -> Vec<Fields> {
        let iterator = attribute(body, "iterator").map(reference);
        let iterator = iterator.unwrap_or_else(|| label.to_string());
        let (Some(of), Some(content)) = (attribute(body, "for_each"), block(body, "content"))
        else {
            return Vec::new();
        };
        let pairs = eval(of, names).and_then(|of| crate::format::terraform::eval::pairs(&of));
        let pairs = pairs.unwrap_or_else(|fault| {
            self.fault(&format!("{address}.{label}"), fault);
            Vec::new()
        });
        let made = pairs.into_iter().map(|(key, value)| {
            let of = Fields::from([("key".to_string(), key), ("value".to_string(), value)]);
            let inner = With {
                names: vec![(iterator.clone(), Value::Map(of))],
                around: names,
            };
            self.body(address, content, &inner, &[])
        });
        made.collect()
    }

    /// The configuration of a resource's provider.
    fn provider(&self, of: &Waiting<'a>) -> Fields {
        let own = attribute(of.body, "provider").map(reference);
        let named = || of.kind.split('_').next().unwrap_or_default().to_string();
        let mut name = own.unwrap_or_else(named);
        let mut scope = Rc::clone(&of.scope);
        while let Some(call) = &scope.call {
            if let Some(Expression::Object(given)) = attribute(call.body, "providers") {
                let given = given.iter().find(|(key, _)| match key {
                    hcl::expr::ObjectKey::Identifier(key) => key.as_str() == name,
                    hcl::expr::ObjectKey::Expression(key) => reference(key) == name,
                    _ => false,
                });
                name = given.map_or(name, |(_, to)| reference(to));
            }
            scope = Rc::clone(&call.parent);
        }
        let body = scope.module.providers.get(&name);
        let key = format!("provider {name}");
        let value = self.once(key, || {
            let fields = body.map(|body| self.body(&name, body, &self.at(&scope), &[]));
            Ok(Value::Map(fields.unwrap_or_default()))
        });
        match value {
            Ok(Value::Map(fields)) => fields,
            _ => Fields::new(),
        }
    }
}

/// What tells the instances of a resource or call apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// There is only one.
    None,
    /// `[0]`.
    Place(usize),
    /// `["us-east1"]`.
    Name(String),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::None => Ok(()),
            Key::Place(place) => write!(f, "[{place}]"),
            Key::Name(name) => write!(f, "[{name:?}]"),
        }
    }
}

/// Instances as an expression sees them: one, a list, a map.
fn collected<T>(made: BTreeMap<Key, T>, value: impl Fn(T) -> Value) -> Value {
    let (mut list, mut fields) = (Vec::new(), Fields::new());
    for (key, one) in made {
        match key {
            Key::None => return value(one),
            Key::Place(_) => list.push(value(one)),
            Key::Name(name) => _ = fields.insert(name, value(one)),
        }
    }
    if list.is_empty() {
        Value::Map(fields)
    } else {
        Value::List(list)
    }
}

/// A value of a variable that nothing gives: what is empty of a collection.
fn nothing(kind: Option<&Expression>, address: &str) -> Value {
    let Some(Expression::FuncCall(of)) = kind else {
        return Value::Made(address.to_string());
    };
    match of.name.name.as_str() {
        "list" | "set" => Value::List(Vec::new()),
        "map" => Value::Map(Fields::new()),
        _ => Value::Made(address.to_string()),
    }
}

/// A folder as seen from another one: `terraform/x` and `../modules/gke`.
fn joined(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    if !to.starts_with('.') {
        return None;
    }
    for part in to.split('/') {
        match part {
            "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What `ignore_changes` names.
fn ignored(body: &Body) -> Vec<String> {
    let of = block(body, "lifecycle").and_then(|l| attribute(l, "ignore_changes"));
    match of {
        Some(Expression::Array(items)) => items.iter().map(reference).collect(),
        Some(all) => vec![reference(all)],
        None => Vec::new(),
    }
}

/// What a resource takes from its provider's configuration: the project, labels and tags.
fn inherit(kind: &str, provider: &Fields, values: &mut Fields) {
    let Some(known) = immutable::kind(kind) else {
        return;
    };
    if let Some(project) = provider.get("project")
        && known.inherits.contains("project")
    {
        let own = values.entry("project".into());
        own.or_insert_with(|| project.clone());
    }
    let tags = match provider.get("default_tags") {
        Some(Value::List(blocks)) => blocks.first().map(|b| b.at("tags").clone()),
        _ => None,
    };
    let labels = provider.get("default_labels").cloned();
    for (name, all, given) in [
        ("labels", "effective_labels", labels),
        ("tags", "tags_all", tags),
    ] {
        if known.inherits.contains(name)
            && let Some(Value::Map(mut merged)) = given
        {
            if let Some(Value::Map(own)) = values.get(name) {
                merged.extend(own.clone());
            }
            values.insert(all.to_string(), Value::Map(merged));
        }
    }
}

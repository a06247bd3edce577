//! What a module takes: its `validation` blocks of numbers and words, held against the arguments of
//! a call before Terraform does. Patterns of names are not read; nothing is decided of what only
//! the cloud knows.

use super::{Argument, Call, modules};
use crate::format::terraform::eval::{Evaluated, Fault, Names, eval, joined, number, truth};
use crate::format::terraform::types::converted;
use crate::format::terraform::value::{Fields, Value};
use hcl::expr::{Operation, TraversalOperator};
use hcl::{Body, Expression};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// An argument that a module refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The call: `pg_us_east_1`.
    pub call: String,
    /// Its module: `aws/rds-postgres`.
    pub module: &'static str,
    /// The argument: `backup_days`.
    pub argument: String,
    /// The way to the value within it: `main`, `rotation_seconds`.
    pub path: Vec<String>,
    /// The value, where it is one number that another would cure.
    pub value: Option<f64>,
    /// The nearest number that is taken.
    pub nearest: Option<f64>,
    /// What the module says of it, a sentence.
    pub reason: String,
}

/// A variable of a module.
#[derive(Debug, Default)]
struct Variable {
    kind: Option<Expression>,
    default: Option<Expression>,
    required: bool,
    /// Conditions that hold something against numbers or words, each with what is said otherwise.
    rules: Vec<(Expression, String)>,
}

/// A declaration in a module, which is parsed when somebody asks: most have no rule, and no rule
/// names them.
#[derive(Debug)]
struct Declared {
    text: &'static str,
    variable: OnceLock<Variable>,
}

impl Declared {
    fn variable(&self) -> &Variable {
        self.variable.get_or_init(|| {
            let body = hcl::parse(self.text).unwrap_or_default();
            body.blocks()
                .next()
                .map_or_else(Variable::default, |b| variable(b.body()))
        })
    }

    /// Whether a call that gives these arguments could break a rule of it: the defaults of a module
    /// keep its rules.
    fn is_ruled(&self, arguments: &[(&'static str, Argument)]) -> bool {
        let named = |name: &str| {
            let mut rest = self.text.split("var.").skip(1);
            rest.any(|r| r.starts_with(name))
        };
        self.text.contains("validation {") && arguments.iter().any(|(name, _)| named(name))
    }
}

type Variables = BTreeMap<&'static str, Declared>;

/// Modules as they have been read: each once in a process, because a language server compiles often.
static READ: Mutex<BTreeMap<&'static str, Arc<Variables>>> = Mutex::new(BTreeMap::new());

fn variables(module: &'static str) -> Arc<Variables> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let variables = read.entry(module).or_insert_with(|| {
        let files = modules::files(module);
        let text = files.iter().find(|(name, _)| *name == "variables.tf");
        Arc::new(text.map_or_else(Variables::new, |(_, text)| parse(text)))
    });
    variables.clone()
}

/// The variables of a file as `terraform fmt` leaves it: a block ends with the first line that is
/// its brace alone.
fn parse(text: &'static str) -> Variables {
    const BEGIN: &str = "variable \"";
    let blocks = text.split_inclusive("\n}\n");
    let blocks = blocks.filter_map(|b| match b.starts_with(BEGIN) {
        true => Some(b),
        false => b.find("\nvariable \"").map(|at| &b[at + 1..]),
    });
    let named = blocks.filter_map(|text| {
        let (name, _) = text.strip_prefix(BEGIN)?.split_once('"')?;
        let variable = OnceLock::new();
        Some((name, Declared { text, variable }))
    });
    named.collect()
}

fn variable(body: &Body) -> Variable {
    let of = |body: &Body, name: &str| {
        let mut all = body.attributes();
        all.find(|a| a.key() == name).map(|a| a.expr().clone())
    };
    let rules = body.blocks().filter(|b| b.identifier() == "validation");
    let rules = rules.filter_map(|rule| {
        let condition = of(rule.body(), "condition").filter(measures)?;
        let said = match of(rule.body(), "error_message")? {
            Expression::String(text) => text,
            other => hcl::format::to_string(&other).ok()?,
        };
        Some((condition, said))
    });
    Variable {
        rules: rules.collect(),
        kind: of(body, "type"),
        default: of(body, "default"),
        required: of(body, "nullable") == Some(Expression::Bool(false)),
    }
}

/// Whether a condition holds something against numbers or words of its own, not only a pattern.
fn measures(condition: &Expression) -> bool {
    let mut found = false;
    walk(condition, &mut |e| {
        found |= matches!(e, Expression::Number(_) | Expression::Array(_))
            || matches!(e, Expression::Operation(o) if matches!(**o, Operation::Binary(_)));
    });
    found
}

fn walk(of: &Expression, seen: &mut impl FnMut(&Expression)) {
    seen(of);
    match of {
        Expression::Array(items) => items.iter().for_each(|e| walk(e, seen)),
        Expression::Parenthesis(inner) => walk(inner, seen),
        Expression::FuncCall(call) => call.args.iter().for_each(|e| walk(e, seen)),
        Expression::Conditional(of) => {
            for part in [&of.cond_expr, &of.true_expr, &of.false_expr] {
                walk(part, seen);
            }
        }
        Expression::Operation(of) => match &**of {
            Operation::Unary(of) => walk(&of.expr, seen),
            Operation::Binary(of) => {
                walk(&of.lhs_expr, seen);
                walk(&of.rhs_expr, seen);
            }
        },
        Expression::ForExpr(of) => {
            walk(&of.collection_expr, seen);
            walk(&of.value_expr, seen);
        }
        _ => {}
    }
}

/// The variables of a module as a call gives them, one of them otherwise.
struct Given<'a> {
    variables: &'a Variables,
    arguments: &'a [(&'static str, Argument)],
    instead: Option<(&'a str, &'a Value)>,
}

impl Given<'_> {
    fn value(&self, name: &str) -> Evaluated {
        if let Some((_, value)) = self.instead.filter(|(other, _)| *other == name) {
            return Ok(value.clone());
        }
        let variable = self.variables.get(name).map(Declared::variable);
        let variable = variable.ok_or_else(|| Fault(format!("there is no variable {name}")))?;
        let given = self.arguments.iter().find(|(n, _)| *n == name);
        let given = given.map(|(_, argument)| value(argument));
        let given = given.filter(|v| !(variable.required && *v == Value::Null));
        let value = match (given, &variable.default) {
            (Some(given), _) => given,
            (None, Some(default)) => eval(default, self)?,
            (None, None) => Value::Made(format!("var.{name}")),
        };
        match &variable.kind {
            Some(kind) => converted(value, kind, self),
            None => Ok(value),
        }
    }
}

impl Names for Given<'_> {
    fn name(&self, first: &str, rest: &[TraversalOperator]) -> Result<(Value, usize), Fault> {
        match (first, rest.first()) {
            ("var", Some(TraversalOperator::GetAttr(name))) => Ok((self.value(name.as_str())?, 1)),
            _ => Err(Fault(format!("there is no {first}"))),
        }
    }

    fn attribute(&self, address: &str, name: &str) -> Evaluated {
        Err(Fault(format!("{address} has no {name}")))
    }

    fn made(&self, address: &str, path: &str) -> Evaluated {
        Err(Fault(format!("{address} has no {path}")))
    }

    fn file(&self, _: &str) -> Option<String> {
        None
    }
}

/// An argument as a value; what another call or a person gives is known to be something.
pub fn value(of: &Argument) -> Value {
    match of {
        Argument::Null => Value::Null,
        Argument::Bool(b) => Value::Bool(*b),
        Argument::Int(n) => Value::Number(*n as f64),
        Argument::Decimal(text) => text.parse().map_or(Value::Null, Value::Number),
        Argument::Text(text) => Value::text(text),
        Argument::List(items) => Value::List(items.iter().map(value).collect()),
        Argument::Map(fields) => {
            let fields = fields.iter().map(|(k, v)| (k.clone(), value(v)));
            Value::Map(fields.collect())
        }
        Argument::Template(parts) => joined(&parts.iter().map(value).collect::<Vec<_>>()),
        Argument::Variable(name) => Value::Made(format!("var.{name}")),
        Argument::File(path) => Value::Made(format!("file({path:?})")),
        Argument::Output { call, output, .. } => Value::Made(format!("module.{call}.{output}")),
    }
}

/// What the module of a call refuses of its arguments.
pub fn refusals(call: &Call) -> Vec<Refusal> {
    let variables = variables(call.module);
    let mut found = Vec::new();
    for (name, declared) in variables
        .iter()
        .filter(|(_, d)| d.is_ruled(&call.arguments))
    {
        for (condition, reason) in &declared.variable().rules {
            let rule = Rule {
                variables: &variables,
                call,
                name,
                condition,
            };
            let refused = rule.refused().into_iter();
            found.extend(refused.map(|(path, change)| Refusal {
                call: call.name.clone(),
                module: call.module,
                argument: (*name).to_string(),
                path,
                value: change.map(|(value, _)| value),
                nearest: change.map(|(_, nearest)| nearest),
                reason: reason.clone(),
            }));
        }
    }
    found
}

/// A condition on a variable.
struct Rule<'a> {
    variables: &'a Variables,
    call: &'a Call,
    name: &'a str,
    condition: &'a Expression,
}

/// The way to a value, and the number that it is with the nearest one that is taken.
type Refused = (Vec<String>, Option<(f64, f64)>);

impl Rule<'_> {
    /// Whether the condition holds with a value of the variable; nothing if it is unknown.
    fn holds(&self, instead: Option<&Value>) -> Option<bool> {
        let given = Given {
            variables: self.variables,
            arguments: &self.call.arguments,
            instead: instead.map(|value| (self.name, value)),
        };
        eval(self.condition, &given).ok().as_ref().and_then(truth)
    }

    fn refused(&self) -> Vec<Refused> {
        if self.holds(None) != Some(false) {
            return Vec::new();
        }
        let given = Given {
            variables: self.variables,
            arguments: &self.call.arguments,
            instead: None,
        };
        let value = given.value(self.name).unwrap_or(Value::Null);
        // Of entries beside one another, each that is refused alone.
        let entries = value.fields().into_iter().flatten();
        let alone = entries.map(|(k, v)| Value::Map(Fields::from([(k.clone(), v.clone())])));
        let alone = alone.filter(|one| self.holds(Some(one)) == Some(false));
        let alone: Vec<Value> = alone.collect();
        match alone.is_empty() {
            true => vec![self.cured(&value)],
            false => alone.iter().map(|one| self.cured(one)).collect(),
        }
    }

    /// The number in a refused value that another one would cure, the nearest of those that the
    /// condition or the value itself names.
    fn cured(&self, value: &Value) -> Refused {
        let mut leaves = Vec::new();
        numbers(value, &mut Vec::new(), &mut leaves);
        let mut bounds: Vec<f64> = leaves.iter().map(|(_, n)| *n).collect();
        walk(self.condition, &mut |e| {
            if let Expression::Number(n) = e {
                bounds.extend(n.as_f64());
            }
        });
        let bounds = bounds.iter().flat_map(|n| [*n, n - 1.0, n + 1.0]);
        let bounds: Vec<f64> = bounds.collect();
        let mut cures = Vec::new();
        for (path, now) in &leaves {
            let taken = bounds.iter().filter(|to| {
                let with = replaced(value, path, **to);
                self.holds(Some(&with)) == Some(true)
            });
            let nearest = taken.min_by(|a, b| (*a - now).abs().total_cmp(&(*b - now).abs()));
            cures.extend(nearest.map(|to| {
                (
                    path.clone(),
                    Some((*now, self.nearer(value, path, *now, *to))),
                )
            }));
        }
        let first = cures.into_iter().next();
        first.unwrap_or_else(|| {
            let only = value.fields().filter(|f| f.len() == 1);
            (
                only.into_iter().flatten().map(|(k, _)| k.clone()).collect(),
                None,
            )
        })
    }
}

impl Rule<'_> {
    /// The nearest whole number that is taken, between one that is refused and one that is taken.
    fn nearer(&self, value: &Value, path: &[String], refused: f64, taken: f64) -> f64 {
        let (mut refused, mut taken) = (refused, taken);
        while (refused - taken).abs() > 1.0 {
            let middle = ((refused + taken) / 2.0).floor();
            match self.holds(Some(&replaced(value, path, middle))) {
                Some(true) => taken = middle,
                _ => refused = middle,
            }
        }
        taken
    }
}

fn numbers(of: &Value, way: &mut Vec<String>, found: &mut Vec<(Vec<String>, f64)>) {
    let members: Vec<(String, &Value)> = match of {
        Value::Map(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::List(items) => {
            let items = items.iter().enumerate();
            items.map(|(i, v)| (i.to_string(), v)).collect()
        }
        other => {
            found.extend(number(other).map(|n| (way.clone(), n)));
            return;
        }
    };
    for (name, member) in members {
        way.push(name);
        numbers(member, way, found);
        way.pop();
    }
}

fn replaced(of: &Value, way: &[String], to: f64) -> Value {
    let Some((first, rest)) = way.split_first() else {
        return Value::Number(to);
    };
    match of {
        Value::Map(fields) => {
            let fields = fields.iter().map(|(k, v)| match k == first {
                true => (k.clone(), replaced(v, rest, to)),
                false => (k.clone(), v.clone()),
            });
            Value::Map(fields.collect())
        }
        Value::List(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(i, v)| match i.to_string() == *first {
                    true => replaced(v, rest, to),
                    false => v.clone(),
                });
            Value::List(items.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails if a declaration is taken apart otherwise than HCL is: a one-line block, for one.
    #[test]
    fn declarations_are_those_that_hcl_reads() {
        for cloud in ["gcp", "aws"] {
            for module in modules::names(cloud) {
                let files = modules::files(&format!("{cloud}/{module}"));
                let text = files.iter().find(|(name, _)| *name == "variables.tf");
                let Some((_, text)) = text else { continue };
                let body: Body = hcl::from_str(text).expect("HCL");
                let declared = parse(text);
                let blocks: Vec<_> = body.blocks().collect();
                assert_eq!(declared.len(), blocks.len(), "{module}");
                for block in blocks {
                    let read = declared[block.labels()[0].as_str()].variable();
                    assert_eq!(format!("{read:?}"), format!("{:?}", variable(block.body())));
                }
            }
        }
    }
}

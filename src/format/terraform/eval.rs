//! Expressions of Terraform, evaluated as far as they are known without a cloud.

use super::functions;
use super::value::{Fields, Value};
use hcl::expr::{
    BinaryOperator, Conditional, ForExpr, FuncCall, ObjectKey, Operation, TraversalOperator,
    UnaryOperator,
};
use hcl::template::{Directive, Element, Template};
use hcl::{Expression, Traversal};

/// What an expression cannot be evaluated for: a mistake in it, or a part of the language
/// that our modules do not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

/// A value, or why there is none.
pub type Evaluated = Result<Value, Fault>;

/// What names mean where an expression stands.
pub trait Names {
    /// The value of a name with the attributes after it, as many as it takes: how many that
    /// were. `var.region` takes one, a resource type one more.
    fn name(&self, first: &str, rest: &[TraversalOperator]) -> Result<(Value, usize), Fault>;
    /// An attribute of a resource, or an output of a module.
    fn attribute(&self, address: &str, name: &str) -> Evaluated;
    /// What the cloud makes of a resource at a path that no argument gives.
    fn made(&self, address: &str, path: &str) -> Evaluated;
    /// A file of the tree as text.
    fn file(&self, path: &str) -> Option<String>;
}

/// Values by name on top of other names: of a `for`, of `each`, of a dynamic block.
pub struct With<'a> {
    /// The names.
    pub names: Vec<(String, Value)>,
    /// What all others mean.
    pub around: &'a dyn Names,
}

impl Names for With<'_> {
    fn name(&self, first: &str, rest: &[TraversalOperator]) -> Result<(Value, usize), Fault> {
        match self.names.iter().rev().find(|(n, _)| n == first) {
            Some((_, value)) => Ok((value.clone(), 0)),
            None => self.around.name(first, rest),
        }
    }

    fn attribute(&self, address: &str, name: &str) -> Evaluated {
        self.around.attribute(address, name)
    }

    fn made(&self, address: &str, path: &str) -> Evaluated {
        self.around.made(address, path)
    }

    fn file(&self, path: &str) -> Option<String> {
        self.around.file(path)
    }
}

/// The value of an expression.
pub fn eval(of: &Expression, names: &dyn Names) -> Evaluated {
    Ok(match of {
        Expression::Null => Value::Null,
        Expression::Bool(b) => Value::Bool(*b),
        Expression::Number(n) => Value::Number(n.as_f64().unwrap_or_default()),
        Expression::String(text) => Value::Text(text.clone()),
        Expression::Array(items) => {
            let items = items.iter().map(|i| eval(i, names));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Expression::Object(entries) => {
            let mut fields = Fields::new();
            for (key, value) in entries.iter() {
                match self::key(key, names)? {
                    Some(key) => _ = fields.insert(key, eval(value, names)?),
                    None => return Ok(Value::Unknown),
                }
            }
            Value::Map(fields)
        }
        Expression::TemplateExpr(template) => {
            let template = Template::from_expr(template).map_err(|e| Fault(e.to_string()))?;
            text(&template, names)?
        }
        Expression::Variable(name) => names.name(name.as_str(), &[])?.0,
        Expression::Traversal(traversal) => self::traversal(traversal, names)?,
        Expression::FuncCall(call) => self::call(call, names)?,
        Expression::Parenthesis(inner) => eval(inner, names)?,
        Expression::Conditional(of) => conditional(of, names)?,
        Expression::Operation(of) => operation(of, names)?,
        Expression::ForExpr(of) => self::each(of, names)?,
        _ => return Err(Fault(format!("{of:?}"))),
    })
}

/// The key of an entry; `None` if it is not known before apply.
fn key(of: &ObjectKey, names: &dyn Names) -> Result<Option<String>, Fault> {
    match of {
        ObjectKey::Identifier(name) => Ok(Some(name.to_string())),
        ObjectKey::Expression(Expression::Variable(name)) => Ok(Some(name.to_string())),
        ObjectKey::Expression(key) => Ok(plain_key(&eval(key, names)?)),
        _ => Err(Fault("an object's key".into())),
    }
}

/// A key that only the cloud knows is told from others by how it comes about.
fn plain_key(value: &Value) -> Option<String> {
    let known = !value.has_unknown();
    known.then(|| value.to_text().unwrap_or_else(|| value.line()))
}

fn text(template: &Template, names: &dyn Names) -> Evaluated {
    let mut parts = Vec::new();
    for element in template.elements() {
        parts.push(match element {
            Element::Literal(text) => Value::text(text.clone()),
            Element::Interpolation(of) => eval(&of.expr, names)?,
            Element::Directive(of) => directive(of, names)?,
        });
    }
    // `"${x}"` alone is x itself.
    if let [only] = &parts[..]
        && matches!(template.elements(), [Element::Interpolation(_)])
    {
        return Ok(only.clone());
    }
    Ok(joined(&parts))
}

/// Texts one after the other.
pub fn joined(parts: &[Value]) -> Value {
    if parts.iter().any(Value::has_unknown) {
        return Value::Unknown;
    }
    let texts: Option<Vec<String>> = parts.iter().map(Value::to_text).collect();
    match texts {
        Some(texts) => Value::Text(texts.concat()),
        None => Value::Made(parts.iter().map(Value::line).collect::<Vec<_>>().join("+")),
    }
}

fn directive(of: &Directive, names: &dyn Names) -> Evaluated {
    match of {
        Directive::If(of) => match (truth(&eval(&of.cond_expr, names)?), &of.false_template) {
            (Some(true), _) => text(&of.true_template, names),
            (Some(false), Some(other)) => text(other, names),
            (Some(false), None) => Ok(Value::text("")),
            (None, _) => Ok(Value::Unknown),
        },
        Directive::For(of) => {
            let mut parts = Vec::new();
            for (key, value) in pairs(&eval(&of.collection_expr, names)?)? {
                let inner = inner(names, of.key_var.as_ref(), &of.value_var, key, value);
                parts.push(text(&of.template, &inner)?);
            }
            Ok(joined(&parts))
        }
    }
}

fn inner<'a>(
    around: &'a dyn Names,
    key_name: Option<&hcl::Identifier>,
    value_name: &hcl::Identifier,
    key: Value,
    value: Value,
) -> With<'a> {
    let mut own = vec![(value_name.to_string(), value)];
    own.extend(key_name.map(|name| (name.to_string(), key)));
    With { names: own, around }
}

/// The elements of a collection with their keys or places.
pub fn pairs(of: &Value) -> Result<Vec<(Value, Value)>, Fault> {
    match of {
        Value::List(items) => {
            let items = items.iter().cloned().enumerate();
            Ok(items.map(|(i, v)| (Value::Number(i as f64), v)).collect())
        }
        Value::Map(fields) => {
            let fields = fields.iter();
            Ok(fields
                .map(|(k, v)| (Value::text(k.clone()), v.clone()))
                .collect())
        }
        other => Err(Fault(format!("{} has no elements", other.line()))),
    }
}

fn traversal(of: &Traversal, names: &dyn Names) -> Evaluated {
    let (value, taken) = match &of.expr {
        Expression::Variable(name) => names.name(name.as_str(), &of.operators)?,
        other => (eval(other, names)?, 0),
    };
    follow(value, &of.operators[taken..], names, None)
}

/// A path in a resource: its address and the path.
type Origin = Option<(String, String)>;

fn follow(
    value: Value,
    operators: &[TraversalOperator],
    names: &dyn Names,
    origin: Origin,
) -> Evaluated {
    let Some((first, rest)) = operators.split_first() else {
        return Ok(value);
    };
    let name = match first {
        TraversalOperator::GetAttr(name) => name.to_string(),
        TraversalOperator::LegacyIndex(place) => place.to_string(),
        TraversalOperator::Index(index) => {
            let index = eval(index, names)?;
            match index.to_text() {
                Some(index) => index,
                None if index.has_unknown() => return Ok(Value::Unknown),
                None => {
                    let made = Value::Made(format!("{}[{}]", value.line(), index.line()));
                    return follow(made, rest, names, None);
                }
            }
        }
        TraversalOperator::AttrSplat | TraversalOperator::FullSplat => {
            let items = match value {
                Value::List(items) => items,
                Value::Null => Vec::new(),
                Value::Unknown => return Ok(Value::Unknown),
                Value::Made(text) => return Ok(Value::Made(format!("{text}[*]"))),
                one => vec![one],
            };
            let items = items.into_iter();
            let items = items.map(|item| follow(item, rest, names, None));
            return Ok(Value::List(items.collect::<Result<_, _>>()?));
        }
    };
    let origin = match (&value, origin) {
        (Value::Resource(address), _) => Some((address.clone(), name.clone())),
        (_, Some((address, path))) => Some((address, format!("{path}.{name}"))),
        _ => None,
    };
    let next = match member(value, &name, names) {
        Err(fault) => match &origin {
            Some((address, path)) if path.contains('.') => names.made(address, path)?,
            _ => return Err(fault),
        },
        Ok(next) => next,
    };
    follow(next, rest, names, origin)
}

/// A field of an object, an element of a list, an attribute of a resource.
fn member(of: Value, name: &str, names: &dyn Names) -> Evaluated {
    match of {
        Value::Map(mut fields) => fields
            .remove(name)
            .ok_or_else(|| Fault(format!("there is no {name}"))),
        Value::List(items) => {
            let place: Option<usize> = name.parse().ok();
            let item = place.and_then(|place| items.into_iter().nth(place));
            item.ok_or_else(|| Fault(format!("there is no element {name}")))
        }
        Value::Resource(address) => names.attribute(&address, name),
        Value::Made(text) => Ok(Value::Made(format!("{text}.{name}"))),
        Value::Unknown => Ok(Value::Unknown),
        other => Err(Fault(format!("{} has no {name}", other.line()))),
    }
}

fn call(of: &FuncCall, names: &dyn Names) -> Evaluated {
    let name = of.name.name.as_str();
    match name {
        "try" => {
            let mut tried = of.args.iter().map(|arg| eval(arg, names));
            return tried
                .find(Result::is_ok)
                .unwrap_or_else(|| Err(Fault("nothing that was tried can be had".into())));
        }
        "can" => {
            let all = of.args.iter().all(|arg| eval(arg, names).is_ok());
            return Ok(Value::Bool(all));
        }
        _ => {}
    }
    let mut arguments = Vec::new();
    for argument in &of.args {
        arguments.push(eval(argument, names)?);
    }
    if of.expand_final {
        match arguments.pop() {
            Some(Value::List(items)) => arguments.extend(items),
            Some(Value::Unknown) => return Ok(Value::Unknown),
            other => return Err(Fault(format!("{name}({other:?}...)"))),
        }
    }
    if name == "file" {
        let path = arguments.first().and_then(Value::to_text);
        let path = path.ok_or_else(|| Fault("the path of a file".into()))?;
        let file = names.file(&path).map(Value::Text);
        return file.ok_or_else(|| Fault(format!("there is no file {path}")));
    }
    functions::call(name, &arguments)
}

/// A condition that is known.
pub fn truth(of: &Value) -> Option<bool> {
    match of {
        Value::Bool(b) => Some(*b),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn conditional(of: &Conditional, names: &dyn Names) -> Evaluated {
    let condition = eval(&of.cond_expr, names)?;
    match truth(&condition) {
        Some(true) => return eval(&of.true_expr, names),
        Some(false) => return eval(&of.false_expr, names),
        None => {}
    }
    let (yes, no) = (eval(&of.true_expr, names)?, eval(&of.false_expr, names)?);
    Ok(match condition {
        _ if yes == no => yes,
        Value::Unknown => Value::Unknown,
        _ if yes.has_unknown() || no.has_unknown() => Value::Unknown,
        made => Value::Made(format!("{} ? {} : {}", made.line(), yes.line(), no.line())),
    })
}

fn operation(of: &Operation, names: &dyn Names) -> Evaluated {
    match of {
        Operation::Unary(of) => {
            let value = eval(&of.expr, names)?;
            Ok(match (of.operator, &value) {
                (_, Value::Unknown) => Value::Unknown,
                (UnaryOperator::Not, value) => match truth(value) {
                    Some(b) => Value::Bool(!b),
                    None => Value::Made(format!("!{}", value.line())),
                },
                (UnaryOperator::Neg, Value::Number(n)) => Value::Number(-n),
                (UnaryOperator::Neg, other) => Value::Made(format!("-{}", other.line())),
            })
        }
        Operation::Binary(of) => {
            let left = eval(&of.lhs_expr, names)?;
            match (of.operator, truth(&left)) {
                (BinaryOperator::And, Some(false)) => return Ok(Value::Bool(false)),
                (BinaryOperator::Or, Some(true)) => return Ok(Value::Bool(true)),
                _ => {}
            }
            Ok(binary(of.operator, &left, &eval(&of.rhs_expr, names)?))
        }
    }
}

fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    use BinaryOperator as Op;
    let known = |v: &Value| !v.has_unknown() && !v.has_made();
    if matches!(operator, Op::Eq | Op::NotEq) {
        if let Some(equal) = equal(left, right) {
            return Value::Bool(equal == (operator == Op::Eq));
        }
    } else if let (Some(a), Some(b)) = (truth(left), truth(right)) {
        match operator {
            Op::And => return Value::Bool(a && b),
            Op::Or => return Value::Bool(a || b),
            _ => {}
        }
    } else if known(left)
        && known(right)
        && let (Some(a), Some(b)) = (number(left), number(right))
    {
        return match operator {
            Op::Less => Value::Bool(a < b),
            Op::LessEq => Value::Bool(a <= b),
            Op::Greater => Value::Bool(a > b),
            Op::GreaterEq => Value::Bool(a >= b),
            Op::Plus => Value::Number(a + b),
            Op::Minus => Value::Number(a - b),
            Op::Mul => Value::Number(a * b),
            Op::Div => Value::Number(a / b),
            Op::Mod => Value::Number(a % b),
            Op::Eq | Op::NotEq | Op::And | Op::Or => Value::Unknown,
        };
    }
    if left.has_unknown() || right.has_unknown() {
        return Value::Unknown;
    }
    let operator = operator.as_str();
    Value::Made(format!("{} {operator} {}", left.line(), right.line()))
}

/// Whether two values are equal, as far as that is known; what the cloud makes is not null.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, Value::Unknown) | (Value::Unknown, Value::Null) => None,
        (Value::Null, other) | (other, Value::Null) => Some(*other == Value::Null),
        _ if left.has_unknown() || right.has_unknown() => None,
        _ if left == right => Some(true),
        _ if left.has_made() || right.has_made() => None,
        _ => Some(false),
    }
}

/// A number, or a text that is one.
pub fn number(of: &Value) -> Option<f64> {
    match of {
        Value::Number(n) => Some(*n),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn each(of: &ForExpr, names: &dyn Names) -> Evaluated {
    let collection = eval(&of.collection_expr, names)?;
    match &collection {
        Value::Unknown => return Ok(Value::Unknown),
        Value::Made(text) => {
            let how = hcl::format::to_string(of).unwrap_or_default();
            return Ok(Value::Made(format!("{how} in ({text})")));
        }
        _ => {}
    }
    let (mut items, mut fields) = (Vec::new(), Fields::new());
    for (key, value) in pairs(&collection)? {
        let inner = inner(names, of.key_var.as_ref(), &of.value_var, key, value);
        if let Some(condition) = &of.cond_expr {
            match truth(&eval(condition, &inner)?) {
                Some(true) => {}
                Some(false) => continue,
                None => return Ok(Value::Unknown),
            }
        }
        let value = eval(&of.value_expr, &inner)?;
        match &of.key_expr {
            None => items.push(value),
            Some(key) => {
                let Some(key) = plain_key(&eval(key, &inner)?) else {
                    return Ok(Value::Unknown);
                };
                if of.grouping {
                    let group = fields.entry(key).or_insert(Value::List(Vec::new()));
                    if let Value::List(group) = group {
                        group.push(value);
                    }
                } else {
                    fields.insert(key, value);
                }
            }
        }
    }
    Ok(match of.key_expr {
        Some(_) => Value::Map(fields),
        None => Value::List(items),
    })
}

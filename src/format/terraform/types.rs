//! Types of variables: what a value becomes when it is given to a module.

use super::eval::{Evaluated, Fault, Names, eval, number, truth};
use super::functions::set;
use super::value::{Fields, Value};
use hcl::Expression;
use hcl::expr::ObjectKey;

/// A value as a variable of that type has it, defaults of optional attributes included.
pub fn converted(value: Value, kind: &Expression, names: &dyn Names) -> Evaluated {
    if matches!(value, Value::Null | Value::Made(_) | Value::Unknown) {
        return Ok(value);
    }
    match kind {
        Expression::Variable(name) => Ok(match name.as_str() {
            "string" => value.to_text().map_or(value, Value::Text),
            "number" => number(&value).map_or(value, Value::Number),
            "bool" => truth(&value).map_or(value, Value::Bool),
            _ => value,
        }),
        Expression::FuncCall(of) => {
            let inner = of.args.first();
            match (of.name.name.as_str(), value, inner) {
                ("list", Value::List(items), Some(kind)) => {
                    Ok(Value::List(all(items, kind, names)?))
                }
                ("set", Value::List(items), Some(kind)) => {
                    Ok(Value::List(set(&all(items, kind, names)?)))
                }
                ("map", Value::Map(fields), Some(kind)) => {
                    let fields = fields.into_iter();
                    let fields = fields.map(|(k, v)| Ok((k, converted(v, kind, names)?)));
                    Ok(Value::Map(fields.collect::<Result<_, Fault>>()?))
                }
                ("object", Value::Map(fields), Some(Expression::Object(kinds))) => {
                    object(fields, kinds, names)
                }
                (_, value, _) => Ok(value),
            }
        }
        _ => Ok(value),
    }
}

fn all(items: Vec<Value>, kind: &Expression, names: &dyn Names) -> Result<Vec<Value>, Fault> {
    let items = items.into_iter();
    items.map(|item| converted(item, kind, names)).collect()
}

fn object(
    mut fields: Fields,
    kinds: &hcl::expr::Object<ObjectKey, Expression>,
    names: &dyn Names,
) -> Evaluated {
    let mut out = Fields::new();
    for (key, kind) in kinds.iter() {
        let name = match key {
            ObjectKey::Identifier(name) => name.to_string(),
            ObjectKey::Expression(Expression::Variable(name)) => name.to_string(),
            ObjectKey::Expression(Expression::String(name)) => name.clone(),
            _ => return Err(Fault("an object's type".into())),
        };
        let given = fields.remove(&name).unwrap_or(Value::Null);
        let value = match kind {
            Expression::FuncCall(of) if of.name.name.as_str() == "optional" => {
                let value = match (&given, of.args.get(1)) {
                    (Value::Null, Some(default)) => eval(default, names)?,
                    _ => given,
                };
                let inner = of.args.first().unwrap_or(&Expression::Null);
                converted(value, inner, names)?
            }
            kind => converted(given, kind, names)?,
        };
        out.insert(name, value);
    }
    Ok(Value::Map(out))
}

//! Functions of Terraform that decide which resources there are. All others are kept as they
//! are written: equal arguments have equal results, and more need not be known.

use super::eval::{Evaluated, Fault, number, truth};
use super::value::{Fields, Value};

/// The value of a function.
pub fn call(name: &str, arguments: &[Value]) -> Evaluated {
    let first = arguments.first().unwrap_or(&Value::Null);
    match name {
        "merge" => return Ok(merge(arguments)),
        "concat" => return Ok(concat(arguments)),
        "flatten" => return Ok(flatten(first)),
        "coalesce" => {
            let mut given = arguments.iter();
            let given = given.find(|v| !matches!(v, Value::Null) && **v != Value::text(""));
            return given
                .cloned()
                .ok_or_else(|| Fault("nothing to coalesce".into()));
        }
        "nonsensitive" | "sensitive" | "tolist" | "tomap" => return Ok(first.clone()),
        "length" if known_size(first) => return Ok(Value::Number(size(first) as f64)),
        "keys" => {
            if let Value::Map(fields) = first {
                return Ok(Value::List(fields.keys().map(Value::text).collect()));
            }
        }
        "values" => {
            if let Value::Map(fields) = first {
                return Ok(Value::List(fields.values().cloned().collect()));
            }
        }
        "lookup" => {
            if let (Value::Map(fields), Some(key)) = (first, text_at(arguments, 1)) {
                let found = fields.get(&key).or(arguments.get(2)).cloned();
                return found.ok_or_else(|| Fault(format!("there is no {key}")));
            }
        }
        _ => {}
    }
    if arguments.iter().any(Value::has_unknown) {
        return Ok(Value::Unknown);
    }
    let known = !arguments.iter().any(Value::has_made);
    let computed = if known { plain(name, arguments) } else { None };
    Ok(computed.unwrap_or_else(|| {
        let arguments: Vec<String> = arguments.iter().map(Value::line).collect();
        Value::Made(format!("{name}({})", arguments.join(", ")))
    }))
}

fn known_size(of: &Value) -> bool {
    matches!(of, Value::List(_) | Value::Map(_) | Value::Text(_))
}

fn size(of: &Value) -> usize {
    match of {
        Value::List(items) => items.len(),
        Value::Map(fields) => fields.len(),
        Value::Text(text) => text.chars().count(),
        _ => 0,
    }
}

fn merge(arguments: &[Value]) -> Value {
    let mut all = Fields::new();
    for argument in arguments {
        match argument {
            Value::Map(fields) => all.extend(fields.clone()),
            Value::Null => {}
            Value::Unknown => return Value::Unknown,
            _ => {
                let lines: Vec<String> = arguments.iter().map(Value::line).collect();
                return Value::Made(format!("merge({})", lines.join(", ")));
            }
        }
    }
    Value::Map(all)
}

fn concat(arguments: &[Value]) -> Value {
    let mut all = Vec::new();
    for argument in arguments {
        match argument {
            Value::List(items) => all.extend(items.iter().cloned()),
            Value::Unknown => return Value::Unknown,
            _ => {
                let lines: Vec<String> = arguments.iter().map(Value::line).collect();
                return Value::Made(format!("concat({})", lines.join(", ")));
            }
        }
    }
    Value::List(all)
}

fn flatten(of: &Value) -> Value {
    fn into(of: &Value, all: &mut Vec<Value>) {
        match of {
            Value::List(items) => items.iter().for_each(|item| into(item, all)),
            other => all.push(other.clone()),
        }
    }
    let mut all = Vec::new();
    into(of, &mut all);
    Value::List(all)
}

fn text_at(arguments: &[Value], place: usize) -> Option<String> {
    arguments.get(place).and_then(Value::to_text)
}

fn items(of: Option<&Value>) -> Option<&Vec<Value>> {
    match of {
        Some(Value::List(items)) => Some(items),
        _ => None,
    }
}

/// Elements in the order of their text, each once: as a set has them.
pub fn set(items: &[Value]) -> Vec<Value> {
    let mut items = items.to_vec();
    items.sort_by_key(Value::line);
    items.dedup();
    items
}

/// Functions of values that are all known; `None` for those that nothing here needs.
fn plain(name: &str, arguments: &[Value]) -> Option<Value> {
    let text = |place| text_at(arguments, place);
    let list = || items(arguments.first());
    let texts = || -> Option<Vec<String>> { list()?.iter().map(Value::to_text).collect() };
    Some(match name {
        "toset" | "sort" => Value::List(set(list()?)),
        "distinct" => {
            let mut seen: Vec<Value> = Vec::new();
            for item in list()? {
                if !seen.contains(item) {
                    seen.push(item.clone());
                }
            }
            Value::List(seen)
        }
        "compact" => {
            let kept = list()?.iter().filter(|v| !v.is_empty());
            Value::List(kept.cloned().collect())
        }
        "contains" => Value::Bool(list()?.contains(arguments.get(1)?)),
        "alltrue" => Value::Bool(list()?.iter().all(|v| truth(v) == Some(true))),
        "anytrue" => Value::Bool(list()?.iter().any(|v| truth(v) == Some(true))),
        "one" => list()?.first().cloned().unwrap_or(Value::Null),
        "element" => {
            let place = number(arguments.get(1)?)? as usize;
            list()?.get(place % list()?.len().max(1))?.clone()
        }
        "slice" => {
            let (from, to) = (number(arguments.get(1)?)?, number(arguments.get(2)?)?);
            Value::List(list()?.get(from as usize..to as usize)?.to_vec())
        }
        "range" => {
            let numbers: Option<Vec<f64>> = arguments.iter().map(number).collect();
            let (from, to) = match numbers?[..] {
                [to] => (0, to as i64),
                [from, to] => (from as i64, to as i64),
                _ => return None,
            };
            Value::List((from..to).map(|n| Value::Number(n as f64)).collect())
        }
        "setproduct" => product(arguments)?,
        "zipmap" => {
            let values = items(arguments.get(1))?.iter().cloned();
            Value::Map(texts()?.into_iter().zip(values).collect())
        }
        "join" => {
            let parts: Option<Vec<String>> = items(arguments.get(1))?
                .iter()
                .map(Value::to_text)
                .collect();
            Value::Text(parts?.join(&text(0)?))
        }
        "split" => {
            let (by, of) = (text(0)?, text(1)?);
            Value::List(of.split(&by).map(Value::text).collect())
        }
        "tostring" => match &arguments[0] {
            Value::Null => Value::Null,
            other => Value::Text(other.to_text()?),
        },
        "tonumber" => Value::Number(number(&arguments[0])?),
        "tobool" => Value::Bool(truth(&arguments[0])?),
        "startswith" => Value::Bool(text(0)?.starts_with(&text(1)?)),
        "endswith" => Value::Bool(text(0)?.ends_with(&text(1)?)),
        "strcontains" => Value::Bool(text(0)?.contains(&text(1)?)),
        "trimprefix" => Value::text(text(0)?.strip_prefix(&text(1)?).unwrap_or(&text(0)?)),
        "trimsuffix" => Value::text(text(0)?.strip_suffix(&text(1)?).unwrap_or(&text(0)?)),
        "lower" => Value::Text(text(0)?.to_lowercase()),
        "upper" => Value::Text(text(0)?.to_uppercase()),
        "replace" if !text(1)?.starts_with('/') => {
            Value::Text(text(0)?.replace(&text(1)?, &text(2)?))
        }
        "substr" => {
            let (from, count) = (number(arguments.get(1)?)?, number(arguments.get(2)?)?);
            let of = text(0)?;
            let rest = of.chars().skip(from as usize);
            if count < 0.0 {
                Value::Text(rest.collect())
            } else {
                Value::Text(rest.take(count as usize).collect())
            }
        }
        "floor" => Value::Number(number(&arguments[0])?.floor()),
        "ceil" => Value::Number(number(&arguments[0])?.ceil()),
        "min" | "max" => {
            let numbers: Option<Vec<f64>> = arguments.iter().map(number).collect();
            let best = if name == "min" { f64::min } else { f64::max };
            Value::Number(numbers?.into_iter().reduce(best)?)
        }
        _ => return None,
    })
}

fn product(of: &[Value]) -> Option<Value> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in of {
        let list = items(Some(list))?;
        let longer = rows.iter().flat_map(|row| {
            let with = |item: &Value| [row.as_slice(), std::slice::from_ref(item)].concat();
            list.iter().map(with)
        });
        rows = longer.collect();
    }
    Some(Value::List(rows.into_iter().map(Value::List).collect()))
}

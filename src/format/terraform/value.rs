//! Values as far as they are known without a cloud.

use std::collections::BTreeMap;

/// The arguments of a resource, or any other object.
pub type Fields = BTreeMap<String, Value>;

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list or set.
    List(Vec<Value>),
    /// A map or object.
    Map(Fields),
    /// A resource, by its address: its attributes are looked up when they are asked for.
    Resource(String),
    /// What only the cloud knows, or what is computed of that; equal texts are equal values.
    Made(String),
    /// Not known before apply: an attribute of what is about to be made.
    Unknown,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// What the providers take for nothing: null, false, zero, and what is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null | Value::Bool(false) => true,
            Value::Number(n) => *n == 0.0,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(fields) => fields.values().all(Value::is_empty),
            _ => false,
        }
    }

    /// Whether some part of it is unknown.
    pub fn has_unknown(&self) -> bool {
        match self {
            Value::Unknown => true,
            Value::List(items) => items.iter().any(Value::has_unknown),
            Value::Map(fields) => fields.values().any(Value::has_unknown),
            _ => false,
        }
    }

    /// Whether some part of it is known to the cloud only.
    pub fn has_made(&self) -> bool {
        match self {
            Value::Made(_) | Value::Resource(_) => true,
            Value::List(items) => items.iter().any(Value::has_made),
            Value::Map(fields) => fields.values().any(Value::has_made),
            _ => false,
        }
    }

    /// It in one line; equal values have equal lines.
    pub fn line(&self) -> String {
        match self {
            Value::Null => "null".into(),
            Value::Bool(b) => b.to_string(),
            Value::Number(n) => n.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Value::line).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(fields) => {
                let fields = fields.iter().map(|(k, v)| format!("{k} = {}", v.line()));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            Value::Resource(address) => address.clone(),
            Value::Made(text) => format!("({text})"),
            Value::Unknown => "(known after apply)".into(),
        }
    }

    /// It as a text, where Terraform converts it.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(self.line()),
            _ => None,
        }
    }

    /// The fields of an object; none of anything else.
    pub fn fields(&self) -> Option<&Fields> {
        match self {
            Value::Map(fields) => Some(fields),
            _ => None,
        }
    }

    /// The value at a dotted path; `0` is a place in a list.
    pub fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |value, name| {
            value.member(name).unwrap_or(&Value::Null)
        })
    }

    /// A field of an object, or an element of a list by its place.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields.get(name),
            Value::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        }
    }
}

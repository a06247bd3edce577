//! Prose and scripts from templates: undefined values are errors, every value is escaped
//! for the language of the file, and no template runs for ever.

use super::{comment, markdown, shell};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind, merge_maps};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use std::collections::BTreeMap;

/// The most steps that one template may take.
const FUEL: u64 = 5_000_000;

/// Text as it is written at a place.
type Filter = fn(&str) -> String;

/// Places that a value can have beside plain text, each with what it does to it there. There
/// is none that passes a value as it is.
const FILTERS: [(&str, Filter); 7] = [
    ("comment", comment::line),
    ("quoted", shell::in_quotes),
    ("prose", markdown::prose),
    ("block", markdown::block),
    ("mermaid", markdown::mermaid),
    ("evidence", markdown::evidence),
    ("code", markdown::code),
];

/// What templates read, made ready once for all that read it.
pub struct Context(Value);

impl From<&serde_json::Value> for Context {
    fn from(value: &serde_json::Value) -> Self {
        Context(Value::from(Serde(value)))
    }
}

impl Context {
    /// The same with one more name, for a template that reads more than the others.
    pub fn with(&self, name: &str, value: &serde_json::Value) -> Self {
        self.and(name, Value::from(Serde(value)))
    }

    /// The same with a part of ours that stands as it is in the language of the file.
    pub fn with_part(&self, name: &str, part: &'static str) -> Self {
        self.and(name, Value::from_safe_string(part.to_string()))
    }

    fn and(&self, name: &str, value: Value) -> Self {
        let more = BTreeMap::from([(name.to_string(), value)]);
        Context(merge_maps([self.0.clone(), Value::from(more)]))
    }
}

/// Templates that may include each other, parsed once.
pub struct Templates(Environment<'static>);

impl Templates {
    /// Parses templates, given by name and text. The extension of a name chooses the escaping:
    /// `.md` or `.sh`. In a script a list is a command, `{ "does": list, "or": list }` one with what
    /// follows if it fails, and everything else one word. A word of a list may have parameters of a
    /// function in it: `{ "filled": ["text", "parameter", "text"] }`.
    ///
    /// # Panics
    /// If one is not a template: a bug of ours that every compile shows.
    pub fn new(sources: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let mut environment = environment();
        for (name, source) in sources {
            if let Err(error) = environment.add_template(name, source) {
                panic!("{name}: {error:#}");
            }
        }
        Templates(environment)
    }

    /// Renders a template.
    ///
    /// # Errors
    /// An unknown name or extension, an undefined value, or a fault of the template: all are bugs
    /// of ours, and the text says which.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, String> {
        let template = self.0.get_template(name);
        template
            .and_then(|t| t.render(&context.0))
            .map_err(|error| format!("{name}: {error:#}"))
    }
}

/// What all templates have in common.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(syntax());
    environment.set_auto_escape_callback(|name| match extension(name) {
        "md" => AutoEscape::Custom("md".into()),
        "sh" => AutoEscape::Custom("sh".into()),
        _ => AutoEscape::Custom("unknown".into()),
    });
    environment.set_formatter(|out, state, value| {
        if value.is_safe() {
            return minijinja::escape_formatter(out, state, value);
        }
        let language = match state.auto_escape() {
            AutoEscape::Custom(name) => name,
            _ => "",
        };
        let escaped = match language {
            "md" => markdown::text(&value.to_string()),
            "sh" => command(value)?,
            _ => {
                let what = minijinja::ErrorKind::InvalidOperation;
                return Err(minijinja::Error::new(what, "no escaping for this file"));
            }
        };
        out.write_str(&escaped).map_err(minijinja::Error::from)
    });
    for (name, filter) in FILTERS {
        environment.add_filter(name, move |value: String| {
            Value::from_safe_string(filter(&value))
        });
    }
    environment
}

/// A value in a script.
fn command(value: &Value) -> Result<String, minijinja::Error> {
    match value.kind() {
        ValueKind::Seq => {
            let words = value.try_iter()?.map(|word| match word.kind() {
                ValueKind::Map => command(&word),
                _ => Ok(shell::argument(&word.to_string())),
            });
            Ok(words.collect::<Result<Vec<_>, _>>()?.join(" "))
        }
        ValueKind::Map if !value.get_attr("does")?.is_undefined() => {
            let does = command(&value.get_attr("does")?)?;
            let or = value.get_attr("or")?;
            Ok(match or.len() {
                None | Some(0) => does,
                Some(_) => format!("{does} || {}", command(&or)?),
            })
        }
        ValueKind::Map => {
            let parts = value.get_attr("filled")?;
            let parts: Vec<String> = parts.try_iter()?.map(|p| p.to_string()).collect();
            Ok(shell::filled(&parts))
        }
        _ => Ok(shell::word(&value.to_string())),
    }
}

/// Tags on lines of their own leave nothing behind.
fn syntax() -> SyntaxConfig {
    let mut builder = SyntaxConfig::builder();
    builder
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    builder.build().expect("the default delimiters are legal")
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rendered(
        name: &'static str,
        source: &'static str,
        context: &serde_json::Value,
    ) -> Result<String, String> {
        Templates::new([(name, source)]).render(name, &Context::from(context))
    }

    #[test]
    fn values_are_escaped_by_the_kind_of_file() {
        let context = json!({ "x": "$(id) | <b>" });
        assert_eq!(
            rendered("a.sh", "echo {{ x }}", &context).unwrap(),
            "echo \"\\$(id) | <b>\""
        );
        assert_eq!(
            rendered("a.md", "{{ x }}", &context).unwrap(),
            "$(id) \\| &lt;b&gt;"
        );
    }

    #[test]
    fn what_is_missing_is_an_error() {
        assert!(rendered("a.md", "{{ nothing }}", &json!({})).is_err());
        let list = json!({ "x": ["echo", "$(id)", "$NAME"] });
        assert_eq!(
            rendered("a.sh", "{{ x }} # {{ x[1] | comment }}", &list).unwrap(),
            "echo \"\\$(id)\" \"${NAME}\" # $(id)"
        );
        let line = json!({ "x": { "does": ["echo", { "filled": ["$(id) ", "name", ""] }], "or": ["die", "75"] } });
        assert_eq!(
            rendered("a.sh", "{{ x }}", &line).unwrap(),
            "echo \"\\$(id) ${name}\" || die 75"
        );
        assert!(rendered("a.xyz", "{{ x }}", &json!({ "x": 1 })).is_err());
    }
}

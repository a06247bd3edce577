//! Prose and scripts from templates: undefined values are errors, every value is escaped
//! for the language of the file, and no template runs for ever.

use super::{markdown, shell};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

/// The most steps that one template may take.
const FUEL: u64 = 5_000_000;

/// Renders a template. The extension of `name` chooses the escaping: `.md` or `.sh`.
///
/// # Errors
/// An unknown extension, an undefined value, or a fault of the template: all are bugs of
/// ours, and the text says which.
pub fn render(name: &str, source: &str, context: &serde_json::Value) -> Result<String, String> {
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
        let text = value.to_string();
        let language = match state.auto_escape() {
            AutoEscape::Custom(name) => name.to_string(),
            _ => String::new(),
        };
        let escaped = match language.as_str() {
            "md" => markdown::text(&text),
            "sh" => shell::word(&text),
            _ => {
                let what = minijinja::ErrorKind::InvalidOperation;
                return Err(minijinja::Error::new(what, "no escaping for this file"));
            }
        };
        out.write_str(&escaped).map_err(minijinja::Error::from)
    });
    // Text that is already in the file's language: commands, code spans, our own Markdown.
    environment.add_filter("trusted", |value: String| Value::from_safe_string(value));
    environment.add_filter("prose", |value: String| {
        Value::from_safe_string(markdown::prose(&value))
    });
    environment.add_filter("mermaid", |value: String| {
        Value::from_safe_string(markdown::mermaid(&value))
    });
    environment.add_filter("code", |value: String| {
        Value::from_safe_string(format!(
            "`{}`",
            value.replace('`', "'").replace(['\n', '|'], " ")
        ))
    });
    environment
        .render_named_str(name, source, Value::from(Serde(context)))
        .map_err(|error| format!("{name}: {error:#}"))
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

    #[test]
    fn values_are_escaped_by_the_kind_of_file() {
        let context = json!({ "x": "$(id) | <b>" });
        assert_eq!(
            render("a.sh", "echo {{ x }}", &context).unwrap(),
            "echo \"\\$(id) | <b>\""
        );
        assert_eq!(
            render("a.md", "{{ x }}", &context).unwrap(),
            "$(id) \\| &lt;b&gt;"
        );
    }

    #[test]
    fn what_is_missing_is_an_error() {
        assert!(render("a.md", "{{ nothing }}", &json!({})).is_err());
        assert!(render("a.xyz", "{{ x }}", &json!({ "x": 1 })).is_err());
    }
}

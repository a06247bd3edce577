//! Matchers of Alertmanager, in the notation that its classic and its UTF-8 parser read alike
//! (prometheus.io/docs/alerting/latest/configuration, "Matchers").

use super::promql::regex;

/// A label that has exactly this value.
pub fn equals(label: &'static str, value: &str) -> String {
    format!("{label}={}", quoted(value))
}

/// A label that has any other value than this.
pub fn differs(label: &'static str, value: &str) -> String {
    format!("{label}!={}", quoted(value))
}

/// A label that has one of these values; with `or_none` also none at all.
pub fn one_of<'a>(
    label: &'static str,
    values: impl IntoIterator<Item = &'a str>,
    or_none: bool,
) -> String {
    let values = values.into_iter().map(regex);
    let none = or_none.then(String::new);
    let each: Vec<String> = none.into_iter().chain(values).collect();
    format!("{label}=~{}", quoted(&each.join("|")))
}

/// A label that is a list with commas, and has this value in it.
pub fn lists(label: &'static str, value: &str) -> String {
    let pattern = format!("(.*,)?{}(,.*)?", regex(value));
    format!("{label}=~{}", quoted(&pattern))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_values() {
        assert_eq!(equals("a", "x\",b=~\".*"), r#"a="x\",b=~\".*""#);
        assert_eq!(one_of("a", ["b.c", "d"], true), r#"a=~"|b\\.c|d""#);
        assert_eq!(lists("tell", "ops"), r#"tell=~"(.*,)?ops(,.*)?""#);
    }
}

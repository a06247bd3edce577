//! Values inside PromQL selectors.

/// A label's value, in its quotes: Prometheus reads back exactly this text
/// (prometheus.io/docs/prometheus/latest/querying/basics, "String literals").
pub fn value(text: &(impl AsRef<str> + ?Sized)) -> String {
    let mut out = String::from("\"");
    for c in text.as_ref().chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The right side of `=~` that matches exactly these texts.
pub fn one_of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    value(&alternatives(texts))
}

/// The right side of `=~` that matches one of these texts between two patterns of ours.
pub fn between<T: AsRef<str>>(
    before: &'static str,
    texts: impl IntoIterator<Item = T>,
    after: &'static str,
) -> String {
    value(&format!("{before}({}){after}", alternatives(texts)))
}

/// The right side of `=~` that matches this text with more behind it.
pub fn begins(text: &str, rest: &'static str) -> String {
    value(&(regex(text) + rest))
}

fn alternatives<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let each: Vec<String> = texts.into_iter().map(|t| regex(t.as_ref())).collect();
    each.join("|")
}

/// A text as a regular expression that matches nothing else
/// (pkg.go.dev/regexp, `QuoteMeta`).
pub fn regex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Why a text cannot stand as one expression before a comparison: it would swallow what
/// follows, or end before it does.
pub fn fault(expression: &str) -> Option<&'static str> {
    let mut open = Vec::new();
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        match c {
            '#' => return Some("it has a comment, which swallows the bound behind it"),
            '"' | '\'' | '`' if !ends_string(c, &mut chars) => {
                return Some("a string in it does not end");
            }
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => {
                return Some("its brackets do not pair");
            }
            c if c.is_control() && !c.is_whitespace() => return Some("it has control characters"),
            _ => {}
        }
    }
    if expression.trim().is_empty() {
        Some("it is empty")
    } else if open.is_empty() {
        None
    } else {
        Some("its brackets do not pair")
    }
}

/// Skips to the end of a string; whether it has one.
fn ends_string(quote: char, chars: &mut std::str::Chars) -> bool {
    while let Some(c) = chars.next() {
        match c {
            '\\' if quote != '`' => {
                chars.next();
            }
            '\n' if quote != '`' => return false,
            c if c == quote => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_string() {
        assert_eq!(value("a\"} or vector(1) #"), r#""a\"} or vector(1) #""#);
        assert_eq!(value("a\\\n\u{1b}"), r#""a\\\n\u001b""#);
        assert_eq!(one_of(["a.b", ".*"]), r#""a\\.b|\\.\\*""#);
        assert_eq!(begins("a.b", "-.*"), r#""a\\.b-.*""#);
    }

    #[test]
    fn an_expression_is_whole_or_refused() {
        for good in [
            "sum(rate(a{b=\"#(\"}[5m]))",
            "a / ignoring (x) b",
            "vector(1)",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["", "vector(1) #", "a)", "(a", "a{b=\"}", "a{]", "a \u{1b}"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}

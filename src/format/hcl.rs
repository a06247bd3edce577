//! HCL as values, printed as `terraform fmt` would leave it.
//!
//! Neither `hcl-rs` nor `hcl-edit` prints what `terraform fmt` accepts, and the former
//! cannot write comments; reading back is `hcl-rs`'s (see the tests).

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its decimal text.
    Number(String),
    /// Literal text: whatever it holds, the reader gets it back.
    Text(String),
    /// Text with values in it.
    Template(Vec<Part>),
    /// A list.
    List(Vec<Expr>),
    /// An object or map, in order.
    Object(Vec<(String, Expr)>),
    /// An object whose keys are traversals too: `{ aws.peer = aws.us_west_2 }`.
    Traversals(Vec<(String, String)>),
    /// A traversal: `module.network.network_id`.
    Reference(String),
    /// A function call.
    Call(String, Vec<Expr>),
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// A value, written `${...}`.
    Expr(Expr),
}

/// What stands between braces, or in a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body(pub Vec<Item>);

/// One thing in a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `name = value`.
    Attribute(String, Expr),
    /// `kind "label" { ... }`.
    Block(Block),
    /// A comment; each of its lines gets a `#`.
    Comment(String),
    /// An empty line.
    Blank,
}

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// `resource`, `module`, ...
    pub kind: String,
    /// Its labels, without quotes.
    pub labels: Vec<String>,
    /// What it holds.
    pub body: Body,
}

/// Columns up to which a list of words stays on one line.
const WIDTH: usize = 80;

/// Prints a file's body.
pub fn print(body: &Body) -> String {
    let mut out = String::new();
    items(&body.0, 0, &mut out);
    out
}

fn items(all: &[Item], depth: usize, out: &mut String) {
    let mut at = 0;
    while at < all.len() {
        match &all[at] {
            Item::Attribute(..) => {
                let run = run_length(&all[at..], depth);
                attributes(&all[at..at + run], depth, out);
                at += run;
                continue;
            }
            Item::Block(b) => block(b, depth, out),
            Item::Comment(text) => comment(text, depth, out),
            Item::Blank => out.push('\n'),
        }
        at += 1;
    }
}

/// How many attributes from here on have their `=` under each other: up to and without the
/// first whose value spans lines, or that one alone.
fn run_length(all: &[Item], depth: usize) -> usize {
    let single = |item: &&Item| match item {
        Item::Attribute(_, value) => !spans_lines(value, depth),
        _ => false,
    };
    all.iter().take_while(single).count().max(1)
}

fn attributes(run: &[Item], depth: usize, out: &mut String) {
    let pairs: Vec<(String, &Expr)> = run
        .iter()
        .filter_map(|item| match item {
            Item::Attribute(name, value) => Some((name.clone(), value)),
            _ => None,
        })
        .collect();
    aligned(&pairs, depth, out);
}

/// `name = value` lines with their `=` in one column.
fn aligned(pairs: &[(String, &Expr)], depth: usize, out: &mut String) {
    let width = pairs.iter().map(|(n, _)| columns(n)).max().unwrap_or(0);
    for (name, value) in pairs {
        indent(depth, out);
        out.push_str(name);
        out.push_str(&" ".repeat(width - columns(name)));
        out.push_str(" = ");
        expr(value, depth, out);
        out.push('\n');
    }
}

fn columns(text: &str) -> usize {
    text.graphemes(true).count()
}

fn indent(depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
}

fn comment(text: &str, depth: usize, out: &mut String) {
    for line in text.lines() {
        indent(depth, out);
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.extend(line.nfc().filter(|c| !c.is_control()));
        }
        out.push('\n');
    }
}

fn block(block: &Block, depth: usize, out: &mut String) {
    indent(depth, out);
    out.push_str(&block.kind);
    for label in &block.labels {
        out.push(' ');
        quoted(label, out);
    }
    if block.body.0.is_empty() {
        out.push_str(" {}\n");
        return;
    }
    out.push_str(" {\n");
    items(&block.body.0, depth + 1, out);
    indent(depth, out);
    out.push_str("}\n");
}

fn expr(value: &Expr, depth: usize, out: &mut String) {
    match value {
        Expr::Null => out.push_str("null"),
        Expr::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Expr::Number(text) => out.push_str(text),
        Expr::Text(text) => quoted(text, out),
        Expr::Template(parts) => template(parts, depth, out),
        Expr::List(values) => list(values, depth, out),
        Expr::Object(entries) => {
            let keyed: Vec<_> = entries.iter().map(|(k, v)| (key(k), v)).collect();
            object(&keyed, depth, out);
        }
        Expr::Traversals(pairs) => traversals(pairs, depth, out),
        Expr::Reference(path) => {
            debug_assert!(is_traversal(path), "not a traversal: {path}");
            out.push_str(path);
        }
        Expr::Call(name, arguments) => call(name, arguments, depth, out),
    }
}

fn is_traversal(path: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && p.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-[]\"".contains(c))
    };
    path.split('.').all(part)
}

fn spans_lines(value: &Expr, depth: usize) -> bool {
    match value {
        Expr::List(values) => !values.is_empty() && !fits_on_a_line(values, depth),
        Expr::Object(entries) => !entries.is_empty(),
        Expr::Traversals(pairs) => !pairs.is_empty(),
        Expr::Call(_, arguments) => arguments.iter().any(|a| spans_lines(a, depth)),
        _ => false,
    }
}

fn fits_on_a_line(values: &[Expr], depth: usize) -> bool {
    let scalar = |v: &Expr| !matches!(v, Expr::List(_) | Expr::Object(_) | Expr::Call(..));
    if !values.iter().all(scalar) {
        return false;
    }
    let mut line = String::new();
    comma_separated(values, depth, &mut line);
    columns(&line) + depth * 2 <= WIDTH
}

fn comma_separated(values: &[Expr], depth: usize, out: &mut String) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        expr(value, depth, out);
    }
}

fn list(values: &[Expr], depth: usize, out: &mut String) {
    if values.is_empty() || fits_on_a_line(values, depth) {
        out.push('[');
        comma_separated(values, depth, out);
        out.push(']');
        return;
    }
    out.push_str("[\n");
    for value in values {
        indent(depth + 1, out);
        expr(value, depth + 1, out);
        out.push_str(",\n");
    }
    indent(depth, out);
    out.push(']');
}

fn traversals(pairs: &[(String, String)], depth: usize, out: &mut String) {
    let values = pairs.iter().map(|(_, v)| Expr::Reference(v.clone()));
    let values: Vec<_> = values.collect();
    let keyed: Vec<_> = pairs.iter().map(|(k, _)| k.clone()).zip(&values).collect();
    object(&keyed, depth, out);
}

fn object(keyed: &[(String, &Expr)], depth: usize, out: &mut String) {
    if keyed.is_empty() {
        out.push_str("{}");
        return;
    }
    out.push_str("{\n");
    let mut at = 0;
    while at < keyed.len() {
        let run = keyed[at..]
            .iter()
            .take_while(|(_, v)| !spans_lines(v, depth + 1))
            .count()
            .max(1);
        aligned(&keyed[at..at + run], depth + 1, out);
        at += run;
    }
    indent(depth, out);
    out.push('}');
}

/// An object's key: bare if it is an identifier.
fn key(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let bare = first && chars.all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if bare && !matches!(text, "null" | "true" | "false" | "for" | "if") {
        return text.to_string();
    }
    let mut out = String::new();
    quoted(text, &mut out);
    out
}

fn call(name: &str, arguments: &[Expr], depth: usize, out: &mut String) {
    out.push_str(name);
    out.push('(');
    comma_separated(arguments, depth, out);
    out.push(')');
}

fn template(parts: &[Part], depth: usize, out: &mut String) {
    // `"${x}"` alone is `x`.
    if let [Part::Expr(only)] = parts {
        return expr(only, depth, out);
    }
    out.push('"');
    for part in parts {
        match part {
            Part::Text(text) => escaped(text, out),
            Part::Expr(value) => {
                out.push_str("${");
                expr(value, depth, out);
                out.push('}');
            }
        }
    }
    out.push('"');
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    escaped(text, out);
    out.push('"');
}

/// The one escaping function for text in HCL.
fn escaped(text: &str, out: &mut String) {
    let mut chars = text.nfc().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What `terraform fmt` makes of a text; `None` where Terraform is not installed.
    fn terraform_fmt(text: &str) -> Option<String> {
        let mut child = Command::new("terraform")
            .args(["fmt", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        String::from_utf8(output.stdout).ok()
    }

    fn attribute(name: &str, value: Expr) -> Item {
        Item::Attribute(name.into(), value)
    }

    fn sample() -> Body {
        let words = |n: usize| Expr::List(vec![Expr::Text("europe-west1".into()); n]);
        Body(vec![
            Item::Comment("Code generated".into()),
            Item::Blank,
            Item::Block(Block {
                kind: "module".into(),
                labels: vec!["gke_us_central1".into()],
                body: Body(vec![
                    attribute("source", Expr::Text("./modules/gke".into())),
                    Item::Blank,
                    attribute("a", Expr::Number("1".into())),
                    attribute("longer", words(2)),
                    attribute("much_longer", words(12)),
                    attribute("x", Expr::Bool(true)),
                    attribute(
                        "labels",
                        Expr::Object(vec![
                            ("a".into(), Expr::Text("é".into())),
                            ("cost-center".into(), Expr::Null),
                            ("us central".into(), words(12)),
                            (
                                "z".into(),
                                Expr::List(vec![Expr::Object(vec![("k".into(), Expr::Null)])]),
                            ),
                        ]),
                    ),
                    attribute("y", Expr::Reference("module.a.b".into())),
                    attribute(
                        "path",
                        Expr::Call(
                            "file".into(),
                            vec![Expr::Template(vec![
                                Part::Expr(Expr::Reference("path.root".into())),
                                Part::Text("/x".into()),
                            ])],
                        ),
                    ),
                    Item::Blank,
                    attribute(
                        "depends_on",
                        Expr::List(vec![Expr::Reference("module.apis".into())]),
                    ),
                ]),
            }),
        ])
    }

    #[test]
    fn output_is_what_terraform_fmt_leaves() {
        let text = print(&sample());
        match terraform_fmt(&text) {
            Some(formatted) => assert_eq!(text, formatted),
            None => eprintln!("terraform is not installed: not compared"),
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_as_it_was(text in "\\PC{0,40}|.*\\$\\{.*|.*%\\{.*") {
            let body = Body(vec![attribute("x", Expr::Text(text.clone()))]);
            let read: hcl::Body = hcl::from_str(&print(&body)).expect("valid HCL");
            let value = read.attributes().next().expect("one attribute").expr.clone();
            let got = match value {
                hcl::Expression::String(s) => s,
                hcl::Expression::TemplateExpr(t) => {
                    let template = hcl::template::Template::from_expr(&t).expect("template");
                    template.elements().iter().map(|e| match e {
                        hcl::template::Element::Literal(l) => l.clone(),
                        other => panic!("not literal: {other:?}"),
                    }).collect()
                }
                other => panic!("not text: {other:?}"),
            };
            prop_assert_eq!(got.replace("$${", "${").replace("%%{", "%{"), text.nfc().collect::<String>().replace("$${", "${").replace("%%{", "%{"));
        }
    }
}

//! HCL as values, printed as `terraform fmt` would leave it.
//!
//! Neither `hcl-rs` nor `hcl-edit` prints what `terraform fmt` accepts, and the former
//! cannot write comments; reading back is `hcl-rs`'s (see the tests).

use super::spaces;
use std::borrow::{Borrow, Cow};
use unicode_normalization::{UnicodeNormalization, is_nfc};
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
    let mut run = Run::default();
    for item in all {
        match item {
            Item::Attribute(name, value) => {
                run.add(name, value, depth, out);
                continue;
            }
            _ => run.end(depth, out),
        }
        match item {
            Item::Block(b) => block(b, depth, out),
            Item::Comment(text) => comment(text, depth, out),
            Item::Blank => out.push('\n'),
            Item::Attribute(..) => {}
        }
    }
    run.end(depth, out);
}

/// Attributes whose `=` stand under each other: up to and without the first whose value spans
/// lines, or that one alone. Each value is printed once, before the width of the run is known.
#[derive(Default)]
struct Run<'a> {
    names: Vec<Cow<'a, str>>,
    /// The values one after the other, and where each ends.
    values: String,
    ends: Vec<usize>,
}

impl<'a> Run<'a> {
    /// Takes the next attribute; what it cannot stand with is written before.
    fn add(&mut self, name: impl Into<Cow<'a, str>>, value: &Expr, depth: usize, out: &mut String) {
        let start = self.values.len();
        expr(value, depth, &mut self.values);
        // Text has no line ends in it once it is escaped.
        let spans_lines = self.values[start..].contains('\n');
        if spans_lines {
            let alone = self.values.split_off(start);
            self.end(depth, out);
            self.values = alone;
        }
        self.names.push(name.into());
        self.ends.push(self.values.len());
        if spans_lines {
            self.end(depth, out);
        }
    }

    /// Writes the lines of the run, with their `=` in one column.
    fn end(&mut self, depth: usize, out: &mut String) {
        let width = self.names.iter().map(|n| columns(n)).max().unwrap_or(0);
        let mut start = 0;
        for (name, end) in self.names.iter().zip(&self.ends) {
            indent(depth, out);
            out.push_str(name);
            spaces(width - columns(name), out);
            out.push_str(" = ");
            out.push_str(&self.values[start..*end]);
            out.push('\n');
            start = *end;
        }
        self.names.clear();
        self.values.clear();
        self.ends.clear();
    }
}

/// The columns that a text without line ends takes.
fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).count()
    }
}

fn indent(depth: usize, out: &mut String) {
    spaces(depth * 2, out);
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
        Expr::Object(entries) => object(entries.iter().map(|(k, v)| (key(k), v)), depth, out),
        Expr::Traversals(pairs) => {
            let value = |v: &String| Expr::Reference(v.clone());
            let entries = pairs.iter().map(|(k, v)| (k.as_str().into(), value(v)));
            object(entries, depth, out);
        }
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

fn comma_separated(values: &[Expr], depth: usize, out: &mut String) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        expr(value, depth, out);
    }
}

fn list(values: &[Expr], depth: usize, out: &mut String) {
    let scalar = |v: &Expr| !matches!(v, Expr::List(_) | Expr::Object(_) | Expr::Call(..));
    if values.iter().all(scalar) {
        let start = out.len();
        out.push('[');
        comma_separated(values, depth, out);
        if columns(&out[start + 1..]) + depth * 2 <= WIDTH {
            out.push(']');
            return;
        }
        out.truncate(start);
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

/// An object whose keys are printed already.
fn object<'a, V: Borrow<Expr>>(
    entries: impl Iterator<Item = (Cow<'a, str>, V)>,
    depth: usize,
    out: &mut String,
) {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        out.push_str("{}");
        return;
    }
    out.push_str("{\n");
    let mut run = Run::default();
    for (key, value) in entries {
        run.add(key, value.borrow(), depth + 1, out);
    }
    run.end(depth + 1, out);
    indent(depth, out);
    out.push('}');
}

/// An object's key: bare if it is an identifier.
fn key(text: &str) -> Cow<'_, str> {
    let mut chars = text.chars();
    let first = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let bare = first && chars.all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if bare && !matches!(text, "null" | "true" | "false" | "for" | "if") {
        return text.into();
    }
    let mut out = String::new();
    quoted(text, &mut out);
    out.into()
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
    if is_nfc(text) {
        escape(text.chars(), out);
    } else {
        escape(text.nfc(), out);
    }
}

fn escape(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut chars = chars.peekable();
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

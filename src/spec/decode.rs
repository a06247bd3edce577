//! From tree to typed spec: one definition per record gives the decoder, the JSON schema
//! and the printer, so that the three cannot disagree.

use super::intent;
pub use super::map::{Map, Name};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::{Entry, Key, Kind, Node, Scalar as Text, Style, shown};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A value of the wrong shape or unit.
pub const WRONG_TYPE: Code = Code::new("SPEC101", "wrong-type");
/// A key that no version of the language has here.
pub const UNKNOWN_KEY: Code = Code::new("SPEC102", "unknown-key");
/// A key that must be there and is not.
pub const MISSING_KEY: Code = Code::new("SPEC103", "missing-key");
/// A scalar that does not have the form of its unit.
pub const BAD_VALUE: Code = Code::new("SPEC104", "bad-value");
/// A name that cannot become a file, label or resource name.
pub const BAD_NAME: Code = Code::new("SPEC105", "bad-name");

/// A key that a tool for YAML 1.1 rewrote.
pub const REWRITTEN_KEY: Code = Code::new("SPEC108", "rewritten-key");

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The user wrote it.
    Written,
    /// The language's documented default.
    Default,
}

/// A scalar that knows where it came from. A default's span is that of the record it
/// completes, so that every diagnostic has a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Value<T> {
    /// The value.
    pub value: T,
    /// Where it stands, or the record that it completes.
    pub span: Span,
    /// Who said so.
    pub origin: Origin,
}

impl<T> std::ops::Deref for Value<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Value<T> {
    /// Whether the user wrote it.
    pub fn written(&self) -> bool {
        self.origin == Origin::Written
    }
}

/// Definitions of a JSON schema, by record name.
pub type Definitions = BTreeMap<String, Json>;

/// What every part of the spec can do.
pub trait Decode: Sized {
    /// Reads the value, reporting everything that is wrong with it.
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self>;
    /// The value to use when the key is absent, for a record at `parent`; `None` if the
    /// key is required.
    fn absent(_parent: Span) -> Option<Self> {
        None
    }
    /// Its JSON schema; records put themselves into `definitions`.
    fn schema(definitions: &mut Definitions) -> Json;
    /// The value as a tree again, `None` if there is nothing to show. Defaults carry a
    /// comment that says so.
    fn encode(&self) -> Option<Node>;
    /// Whether the value came from a default (only scalars do).
    fn defaulted(&self) -> bool {
        false
    }
    /// The same value, remembered as a default.
    fn into_default(self) -> Self {
        self
    }
}

/// What can be written as one word.
pub trait Scalar: Sized {
    /// What is wanted, for messages: "a duration such as `30s`".
    fn wanted() -> String;
    /// Reads the text; the error is empty if `wanted` says enough.
    fn parse(text: &str) -> Result<Self, String>;
    /// What a text that cannot be read most likely means, as it would be written; whether it can
    /// be read then is asked in [`Scalar::understood`].
    fn meant(_text: &str) -> Option<String> {
        None
    }
    /// The canonical text of what a text says or most likely means, if it can be one at all.
    fn understood(text: &str) -> Option<String> {
        let read = |text: &str| Self::parse(text).ok();
        let value = read(text).or_else(|| read(&Self::meant(text)?));
        value.map(|value| value.print())
    }
    /// Whether quoted text is accepted. Numbers and booleans must be plain.
    fn quoted() -> bool {
        true
    }
    /// The canonical text.
    fn print(&self) -> String;
    /// The JSON schema.
    fn schema() -> Json;
    /// The JSON type that a default or example has.
    fn json(text: &str) -> Json {
        Json::String(text.to_string())
    }
}

impl<T: Scalar> Decode for Value<T> {
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self> {
        let Kind::Scalar(scalar) = &node.kind else {
            out.push(wrong_type(node, &T::wanted()));
            return None;
        };
        if scalar.style == Style::Quoted && !T::quoted() {
            out.push(wrong_type(node, &T::wanted()).help("write it without quotes"));
            return None;
        }
        match T::parse(&scalar.text) {
            Ok(value) => Some(Value {
                value,
                span: node.span,
                origin: Origin::Written,
            }),
            Err(why) => {
                let meant = T::understood(&scalar.text);
                out.push(bad_value(node, (&scalar.text, meant), &T::wanted(), &why));
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        let mut schema = T::schema();
        // Editors say this instead of the pattern.
        if schema["pattern"].is_string() {
            let wanted = json!(format!("write {}", T::wanted()));
            schema["patternErrorMessage"] = wanted.clone();
            schema["errorMessage"] = wanted;
        }
        schema
    }

    fn encode(&self) -> Option<Node> {
        let text = self.value.print();
        let plain = !matches!(T::json(&text), Json::String(_));
        Some(scalar_node(text, plain))
    }

    fn defaulted(&self) -> bool {
        self.origin == Origin::Default
    }
    fn into_default(mut self) -> Self {
        self.origin = Origin::Default;
        self
    }
}

fn scalar_node(text: String, plain: bool) -> Node {
    let style = if plain { Style::Plain } else { Style::Quoted };
    let scalar = Text {
        text,
        style,
        may_be_list: false,
    };
    tree(Kind::Scalar(scalar))
}

fn tree(kind: Kind) -> Node {
    Node::new(Span::default(), kind)
}

fn wrong_type(node: &Node, wanted: &str) -> Diagnostic {
    Diagnostic::error(
        WRONG_TYPE,
        node.span,
        format!("expected {wanted}, found {}", node.what()),
        format!("this is {}", node.what()),
    )
    .help(format!("write {wanted}"))
}

fn bad_value(
    node: &Node,
    (text, meant): (&str, Option<String>),
    wanted: &str,
    why: &str,
) -> Diagnostic {
    let shown: String = text.chars().take(60).collect();
    let label = if why.is_empty() {
        format!("expected {wanted}")
    } else {
        why.to_string()
    };
    Diagnostic::error(
        BAD_VALUE,
        node.span,
        format!("`{shown}` is not {wanted}"),
        label,
    )
    .help(match meant {
        Some(meant) => format!("write `{meant}`"),
        None => format!("write {wanted}"),
    })
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self> {
        T::decode(node, out).map(Some)
    }
    fn absent(_: Span) -> Option<Self> {
        Some(None)
    }
    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
    fn encode(&self) -> Option<Node> {
        self.as_ref().and_then(T::encode)
    }
    fn defaulted(&self) -> bool {
        self.as_ref().is_some_and(T::defaulted)
    }
    fn into_default(self) -> Self {
        self.map(T::into_default)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self> {
        match &node.kind {
            Kind::List(items) => {
                let decoded: Vec<_> = items.iter().map(|item| T::decode(item, out)).collect();
                decoded.into_iter().collect()
            }
            Kind::Scalar(scalar) if scalar.may_be_list => T::decode(node, out).map(|t| vec![t]),
            _ => {
                out.push(wrong_type(node, "a list"));
                None
            }
        }
    }
    fn absent(_: Span) -> Option<Self> {
        Some(Vec::new())
    }
    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "array", "items": T::schema(definitions) })
    }
    fn encode(&self) -> Option<Node> {
        if self.is_empty() {
            return None;
        }
        Some(tree(Kind::List(
            self.iter().filter_map(T::encode).collect(),
        )))
    }
}

impl<T: Decode> Decode for Map<T> {
    fn decode(node: &Node, out: &mut Diagnostics) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            out.push(wrong_type(node, "a map from names to values"));
            return None;
        };
        let mut map = Map {
            span: node.span,
            entries: Vec::new(),
            broken: Vec::new(),
        };
        for entry in entries {
            let name = checked_name(&entry.key, out);
            match (name, T::decode(&entry.value, out)) {
                (Some(name), Some(value)) => map.entries.push((name, value)),
                _ => map.broken.push(entry.key.text.clone()),
            }
        }
        map.entries.sort_by(|(a, _), (b, _)| a.text.cmp(&b.text));
        map.broken.sort();
        Some(map)
    }
    fn absent(parent: Span) -> Option<Self> {
        Some(Map::empty(parent))
    }
    fn schema(definitions: &mut Definitions) -> Json {
        json!({
            "type": "object",
            "propertyNames": { "pattern": NAME_PATTERN, "maxLength": NAME_LIMIT },
            "additionalProperties": T::schema(definitions),
        })
    }
    fn encode(&self) -> Option<Node> {
        if self.entries.is_empty() {
            return None;
        }
        let entries = self.entries.iter().map(|(name, value)| {
            let node = value.encode().unwrap_or(tree(Kind::Map(Vec::new())));
            entry(&name.text, node)
        });
        Some(tree(Kind::Map(entries.collect())))
    }
}

fn entry(key: &str, value: Node) -> Entry {
    Entry {
        key: Key {
            text: key.to_string(),
            span: Span::default(),
        },
        value,
    }
}

/// The longest identifier. Derived names have their provider's own, often shorter, limit.
pub const NAME_LIMIT: usize = 63;

/// What an identifier looks like. Dots are for host names, which are keys of `traffic`.
pub const NAME_PATTERN: &str = "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$";

fn checked_name(key: &Key, out: &mut Diagnostics) -> Option<Name> {
    match name_fault(&key.text) {
        None => Some(Name {
            text: key.text.clone(),
            span: key.span,
        }),
        Some((why, help)) => {
            out.push(
                Diagnostic::error(
                    BAD_NAME,
                    key.span,
                    format!("`{}` cannot be a name: {why}", shown(&key.text)),
                    why,
                )
                .help(help),
            );
            None
        }
    }
}

/// Refuses free text that becomes part of names of resources, hosts and files: letters a to z,
/// digits and dashes, and a letter first.
pub fn check_part_of_names(what: &str, text: &str, span: Span, out: &mut Diagnostics) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let bad = text.chars().find(|c| !allowed(*c));
    let why = match (name_fault(text), bad) {
        (Some((why, _)), _) => why,
        (None, Some(bad)) => format!("`{bad}` is not allowed"),
        (None, None) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            "it begins with a digit".to_string()
        }
        _ => return,
    };
    out.push(
        Diagnostic::error(
            BAD_NAME,
            span,
            format!("`{}` cannot be {what}: {why}", shown(text)),
            why,
        )
        .help(match intent::name(text) {
            name if name.starts_with(|c: char| c.is_ascii_lowercase()) => format!("write `{name}`"),
            _ => {
                "begin with a letter from a to z, then letters, digits and dashes such as `my-shop`"
                    .to_string()
            }
        }),
    );
}

/// Names that Windows keeps for devices, with or without an extension.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Why a text cannot be an identifier; nothing if it can.
pub fn why_no_name(text: &str) -> Option<String> {
    name_fault(text).map(|(why, _)| why)
}

/// Why a text cannot be an identifier, and what to write instead.
fn name_fault(text: &str) -> Option<(String, String)> {
    let fault = |why: &str, help: &str| Some((why.to_string(), help.to_string()));
    if text.is_empty() {
        return fault("it is empty", "give it a name such as `api`");
    }
    if text.len() > NAME_LIMIT {
        return Some((
            format!("it has {} characters", text.chars().count()),
            format!("use at most {NAME_LIMIT} characters"),
        ));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if let Some(bad) = text.chars().find(|c| !allowed(*c)) {
        let lower = text.to_ascii_lowercase();
        let help = if lower.chars().all(allowed) {
            format!("write `{lower}`: files and labels ignore case on some systems")
        } else {
            let rule = "use lower-case letters a to z, digits and dashes";
            match intent::name(text) {
                name if name.is_empty() => rule.to_string(),
                name => format!("{rule}: write `{name}`"),
            }
        };
        return Some((format!("`{}` is not allowed", bad), help));
    }
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !ends(text.chars().next()) || !ends(text.chars().last()) || text.contains("..") {
        return fault(
            "it must begin and end with a letter or digit",
            "remove the dots and dashes at its ends",
        );
    }
    let stem = text.split('.').next().unwrap_or(text);
    let device = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    if RESERVED.contains(&device) && (stem.len() == 3 || stem.len() == 4) {
        return fault("it is a device name on Windows", "choose another name");
    }
    None
}

/// A record's field, as the macro describes it.
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// Its documentation, line by line.
    pub doc: &'static [&'static str],
    /// Its default, as it would be written.
    pub default: Option<&'static str>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its schema.
    pub schema: Json,
}

/// Unknown keys of a record that are held against all keys there are; more are no slips.
const GUESSED: usize = 100;

/// Reads a record's members and reports the ones that nobody asked for.
pub struct Members<'a> {
    node: &'a Node,
    record: &'static str,
    keys: &'static [&'static str],
}

impl<'a> Members<'a> {
    /// Begins reading `node` as a record; reports if it is not a map.
    pub fn new(
        node: &'a Node,
        record: &'static str,
        keys: &'static [&'static str],
        out: &mut Diagnostics,
    ) -> Option<Self> {
        // `api:` with nothing after it is an empty record: what is required is reported.
        if !matches!(node.kind, Kind::Map(_) | Kind::Null) {
            let sample = keys.iter().take(3).copied().collect::<Vec<_>>().join(", ");
            out.push(wrong_type(
                node,
                &format!("a map with keys such as {sample}"),
            ));
            return None;
        }
        let members = Members { node, record, keys };
        members.report_unknown(out);
        Some(members)
    }

    fn report_unknown(&self, out: &mut Diagnostics) {
        let on = self.rewritten("on");
        let mut unknown = 0;
        for entry in self.node.entries() {
            if on.is_some_and(|e| std::ptr::eq(e, entry)) {
                out.push(rewritten(&entry.key));
            } else if !self.keys.contains(&entry.key.text.as_str()) {
                unknown += 1;
                out.push(self.unknown(&entry.key, unknown <= GUESSED));
            }
        }
    }

    /// The entry of a key that YAML 1.1 takes for a boolean, as its tools write it back.
    fn rewritten(&self, key: &str) -> Option<&'a Entry> {
        let wanted = key == "on" && self.keys.contains(&key) && self.node.get(key).is_none();
        wanted.then(|| self.node.get("true")).flatten()
    }

    /// A key that the record does not have, with what was meant if that is to be guessed.
    fn unknown(&self, key: &Key, guessed: bool) -> Diagnostic {
        let shown = shown(&key.text);
        let diagnostic = Diagnostic::error(
            UNKNOWN_KEY,
            key.span,
            format!("there is no key `{shown}` here"),
            "unknown key",
        );
        let near = || did_you_mean(&key.text, self.keys.iter().copied());
        if let Some(near) = guessed.then(near).flatten() {
            return diagnostic.help(format!("did you mean `{near}`?"));
        }
        let homes = guessed.then(|| super::schema::homes_of(&key.text));
        match homes.unwrap_or_default() {
            homes if !homes.is_empty() => diagnostic.help(format!(
                "`{shown}` belongs under {}",
                homes
                    .iter()
                    .map(|h| format!("`{h}`"))
                    .collect::<Vec<_>>()
                    .join(" or ")
            )),
            _ => diagnostic.help(format!(
                "the keys of a {} are {}",
                spaced(self.record),
                self.keys.join(", ")
            )),
        }
    }

    /// Reads one field. A broken optional field counts as absent, so that the rest of the
    /// record can still be checked.
    pub fn field<T: Decode>(
        &self,
        key: &'static str,
        default: Option<&'static str>,
        out: &mut Diagnostics,
    ) -> Option<T> {
        match self.node.get(key).or_else(|| self.rewritten(key)) {
            Some(entry) => T::decode(&entry.value, out).or_else(|| self.fallback(default)),
            None => self.fallback(default).or_else(|| {
                out.push(self.missing(key));
                None
            }),
        }
    }

    fn fallback<T: Decode>(&self, default: Option<&'static str>) -> Option<T> {
        match default {
            Some(text) => T::decode(
                &default_node(text, self.node.span),
                &mut Diagnostics::default(),
            )
            .map(T::into_default),
            None => T::absent(self.node.span),
        }
    }

    fn missing(&self, key: &str) -> Diagnostic {
        Diagnostic::error(
            MISSING_KEY,
            self.node.span,
            format!("a {} needs `{key}`", spaced(self.record)),
            format!("`{key}` is missing"),
        )
        .help(match super::schema::example_of(self.record, key) {
            Some(example) => format!("add it, such as `{key}: {example}`"),
            None => format!("add `{key}:`"),
        })
    }
}

fn rewritten(key: &Key) -> Diagnostic {
    Diagnostic::warning(
        REWRITTEN_KEY,
        key.span,
        "`true` is read as `on`",
        "a tool for YAML 1.1 rewrote this key",
    )
    .help("write `on:`, and keep tools for YAML 1.1 from rewriting the spec")
}

/// The tree of a default's text: a word, or a list `[a, b]` of words.
fn default_node(text: &str, span: Span) -> Node {
    let word = |t: &str| {
        let scalar = Text {
            text: t.to_string(),
            style: Style::Plain,
            may_be_list: false,
        };
        Node::new(span, Kind::Scalar(scalar))
    };
    match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(inner) => {
            let words = inner.split(", ").filter(|t| !t.is_empty());
            Node::new(span, Kind::List(words.map(word).collect()))
        }
        None => word(text),
    }
}

/// `ScaleOn` as people say it: "scale on".
fn spaced(record: &str) -> String {
    let mut out = String::new();
    for c in record.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The JSON schema of a record.
pub fn record_schema(doc: &[&str], fields: Vec<Field>) -> Json {
    let required: Vec<_> = fields
        .iter()
        .filter(|f| !f.optional)
        .map(|f| f.key)
        .collect();
    let mut properties = serde_json::Map::new();
    for field in fields {
        properties.insert(field.key.to_string(), field_schema(field));
    }
    let mut schema = json!({
        "type": "object",
        "description": description(doc),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn field_schema(field: Field) -> Json {
    let mut schema = field.schema;
    // draft-07 ignores the neighbours of `$ref`, so a reference is wrapped.
    if schema.get("$ref").is_some() {
        schema = json!({ "allOf": [schema] });
    }
    schema["description"] = Json::String(description(field.doc));
    if let Some(default) = field.default {
        schema["default"] = typed(&schema, default);
    }
    if let Some(example) = example(field.doc) {
        schema["examples"] = json!([typed(&schema, &example)]);
    }
    schema
}

/// A default or example in the JSON type that the schema asks for.
fn typed(schema: &Json, text: &str) -> Json {
    if text.starts_with(['[', '{']) {
        let node = flow(text);
        return node.unwrap_or_else(|| Json::String(text.to_string()));
    }
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_string()))
        }
        _ => Json::String(text.to_string()),
    }
}

/// A YAML flow collection in a documentation comment as JSON.
fn flow(text: &str) -> Option<Json> {
    let mut sources = crate::source::SourceMap::default();
    let file = sources.add("example.yaml", text);
    let mut out = Diagnostics::default();
    let document = crate::syntax::parse(&sources, file, &Default::default(), &mut out)?;
    Some(document.root.json())
}

/// The prose of a documentation comment, without its example.
pub fn description(doc: &[&str]) -> String {
    let lines = doc.iter().map(|l| l.trim());
    let text = lines.collect::<Vec<_>>().join(" ");
    let prose = text.split("Example: ").next().unwrap_or(&text);
    prose.trim().to_string()
}

/// The example of a documentation comment: what follows `Example:`, in backticks.
pub fn example(doc: &[&str]) -> Option<String> {
    let text = doc.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ");
    let after = text.split("Example: ").nth(1)?;
    Some(after.trim().trim_matches('`').to_string())
}

/// A record's members as a tree; used by the macro.
pub fn encode_record(members: Vec<(&'static str, Option<Node>, bool)>) -> Option<Node> {
    let entries = members.into_iter().filter_map(|(key, node, defaulted)| {
        node.map(|mut node| {
            node.notes.beside = defaulted.then(|| " default".to_string());
            entry(key, node)
        })
    });
    Some(tree(Kind::Map(entries.collect())))
}

/// Defines a record of the language. Each field is documented in prose with an `Example:`;
/// `= "text"` gives the default as a user would write it.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident : $ty:ty $(= $default:literal)? , )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Where the record stands.
            pub span: $crate::source::Span,
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::syntax::Node,
                out: &mut $crate::diagnostic::Diagnostics,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$( stringify!($field) ),*];
                let members =
                    $crate::spec::decode::Members::new(node, stringify!($name), KEYS, out)?;
                $(
                    let $field = members.field::<$ty>(
                        stringify!($field),
                        record!(@default $($default)?),
                        out,
                    );
                )*
                Some($name { span: node.span, $( $field: $field?, )* })
            }

            fn schema(
                definitions: &mut $crate::spec::decode::Definitions,
            ) -> serde_json::Value {
                let key = stringify!($name).to_string();
                if !definitions.contains_key(&key) {
                    definitions.insert(key.clone(), serde_json::Value::Null);
                    let fields = vec![$(
                        $crate::spec::decode::Field {
                            key: stringify!($field),
                            doc: &[$($field_doc),*],
                            default: record!(@default $($default)?),
                            optional: record!(@default $($default)?).is_some()
                                || <$ty as $crate::spec::decode::Decode>::absent(
                                    $crate::source::Span::default(),
                                )
                                .is_some(),
                            schema: <$ty as $crate::spec::decode::Decode>::schema(definitions),
                        },
                    )*];
                    let schema = $crate::spec::decode::record_schema(&[$($doc),*], fields);
                    definitions.insert(key.clone(), schema);
                }
                serde_json::json!({ "$ref": format!("#/definitions/{key}") })
            }

            fn encode(&self) -> Option<$crate::syntax::Node> {
                $crate::spec::decode::encode_record(vec![$(
                    (stringify!($field), self.$field.encode(), self.$field.defaulted()),
                )*])
            }
        }
    };
    (@default) => { None::<&'static str> };
    (@default $default:literal) => { Some($default) };
}

/// Defines a word out of a fixed set.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $( $(#[doc = $variant_doc:literal])* $variant:ident = $text:literal , )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $variant_doc])* $variant, )* }

        impl $name {
            /// Every one, in the order of the language.
            pub const ALL: &'static [Self] = &[$( $name::$variant ),*];

            /// The word as it is written.
            pub fn word(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl $crate::spec::decode::Scalar for $name {
            fn wanted() -> String {
                format!("one of {}", [$( $text ),*].join(", "))
            }
            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $( $text => Ok($name::$variant), )*
                    _ => Err($crate::diagnostic::did_you_mean(text, [$( $text ),*])
                        .map(|near| format!("did you mean `{near}`?"))
                        .unwrap_or_default()),
                }
            }
            fn meant(text: &str) -> Option<String> {
                $crate::spec::intent::kind(text)
            }
            fn print(&self) -> String {
                self.word().to_string()
            }
            fn schema() -> serde_json::Value {
                serde_json::json!({
                    "type": "string",
                    "enum": [$( $text ),*],
                    "markdownEnumDescriptions": [$(
                        $crate::spec::decode::description(&[$($variant_doc),*])
                    ),*],
                })
            }
        }
    };
}

pub(crate) use {choice, record};

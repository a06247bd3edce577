//! Hostile text in every field of every example that takes text, and in the file's name: each
//! is refused at its field, or stays text in every language that it reaches.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and run programs"
)]

use super::support::root;
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::{SourceMap, Span};
use meridian::spec::schema;
use meridian::syntax::{self, Document, Kind, Limits, Node, Style};
use meridian::{Compilation, Until, compile};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const EXAMPLES: [&str; 5] = [
    "minimal/topology",
    "ggen/topology",
    "paynow/topology",
    "eden/topology",
    "eden/before",
];

const HOSTILE: [&str; 18] = [
    "$(touch CANARY)",
    "`touch CANARY`",
    "'; touch CANARY; '",
    "\"; touch CANARY; \"",
    "a\ntouch CANARY\n```",
    "\"} or vector(1) #",
    ".*",
    "{{ . }}",
    "%{ if true }x%{ endif }",
    "${x}",
    "a --> b */ c",
    "\u{1b}[2J\u{7}",
    "\u{202e}a",
    "*",
    "-rf",
    "](javascript:alert(1))",
    "<script>alert(1)</script>|x",
    "\\",
];

/// What stands in the same fields when nobody means harm.
const TAME: &str = "tame";

/// One text in many fields of one example.
struct Filled {
    example: &'static str,
    text: &'static str,
    done: Compilation,
    /// The same with a tame text in the same fields.
    tame: Compilation,
    /// Fields that held it, in the order of the document.
    held: BTreeSet<usize>,
    /// Fields that refused it.
    refused: BTreeSet<usize>,
}

fn document(example: &str) -> Document {
    let path = root().join(format!("examples/{example}.yaml"));
    let text = fs::read_to_string(&path).unwrap();
    read(&text).unwrap_or_else(|| panic!("{example} is no YAML"))
}

fn read(text: &str) -> Option<Document> {
    let mut sources = SourceMap::default();
    let file = sources.add("x.yaml", text);
    syntax::parse(
        &sources,
        file,
        &Limits::default(),
        &mut Diagnostics::default(),
    )
}

/// Calls `visit` for every scalar that the language types as text, with its number.
fn each_text(document: &mut Document, visit: &mut dyn FnMut(usize, &mut Node)) {
    let schema = schema::schema();
    let mut count = 0;
    walk(&schema, &schema, &mut document.root, &mut |node| {
        visit(count, node);
        count += 1;
    });
}

fn walk(schema: &Value, here: &Value, node: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    let reference = here["allOf"][0]["$ref"].as_str().or(here["$ref"].as_str());
    if let Some(name) = reference.and_then(|r| r.strip_prefix("#/definitions/")) {
        return walk(schema, &schema["definitions"][name], node, visit);
    }
    // What is all text may be written as a number too (`app_version: 1`).
    let text = here["not"]["type"] == serde_json::json!(["object", "array", "null"]);
    match &mut node.kind {
        Kind::Scalar(_) if text => visit(node),
        Kind::Scalar(_) | Kind::Null => {}
        Kind::List(items) => {
            for item in items {
                walk(schema, &here["items"], item, visit);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let own = here["properties"].get(&entry.key.text);
                let own = own.unwrap_or(&here["additionalProperties"]);
                walk(schema, own, &mut entry.value, visit);
            }
        }
    }
}

/// The example with a text in these fields.
fn with(example: &str, text: &str, fields: &BTreeSet<usize>) -> Document {
    let mut document = document(example);
    each_text(&mut document, &mut |number, node| {
        if let Kind::Scalar(scalar) = &mut node.kind
            && fields.contains(&number)
        {
            scalar.text = text.to_string();
            scalar.style = Style::Quoted;
        }
    });
    document
}

fn compiled(document: &Document, name: &str) -> Compilation {
    compile(
        Some(document),
        None,
        name,
        Diagnostics::default(),
        Until::Emitted,
        None,
    )
}

/// Fills every text field and takes out those that refuse it, or the tame text.
fn filled(example: &'static str, text: &'static str) -> Filled {
    let mut spans = Vec::new();
    each_text(&mut document(example), &mut |_, node| spans.push(node.span));
    let mut refused = BTreeSet::new();
    let all: BTreeSet<usize> = (0..spans.len()).collect();
    let (_, held) = settled(example, text, &spans, all, &mut refused);
    let (tame, held) = settled(example, TAME, &spans, held, &mut refused);
    let (done, held) = settled(example, text, &spans, held, &mut refused);
    Filled {
        example,
        text,
        done,
        tame,
        held,
        refused,
    }
}

/// Takes out the fields that errors are about, until it compiles.
fn settled(
    example: &str,
    text: &str,
    spans: &[Span],
    mut held: BTreeSet<usize>,
    refused: &mut BTreeSet<usize>,
) -> (Compilation, BTreeSet<usize>) {
    loop {
        let done = compiled(&with(example, text, &held), &format!("{text}.yaml"));
        let errors = done.diagnostics.iter();
        let errors = errors.filter(|d| d.severity == Severity::Error);
        let mut found = BTreeSet::new();
        let mut reported = Vec::new();
        for error in errors {
            let labels = error.primary.iter().chain(&error.secondary);
            let places: Vec<Span> = labels.map(|l| l.span).collect();
            found.extend(about(&held, spans, &places));
            reported.push(error);
        }
        if reported.is_empty() {
            return (done, held);
        }
        assert!(!found.is_empty(), "{example}: {text:?}: {reported:#?}");
        held.retain(|n| !found.contains(n));
        refused.extend(found);
    }
}

/// The fields that an error is about: at one of its places, else inside of one.
fn about(held: &BTreeSet<usize>, spans: &[Span], places: &[Span]) -> Vec<usize> {
    let at = held.iter().filter(|n| places.contains(&spans[**n]));
    let at: Vec<usize> = at.copied().collect();
    let inside = |n: &&usize| {
        let own = spans[**n];
        let around = |p: &Span| p.file == own.file && p.start <= own.start && own.end <= p.end;
        places.iter().any(around)
    };
    match at.is_empty() {
        true => held.iter().filter(inside).copied().collect(),
        false => at,
    }
}

fn check(filled: &Filled) {
    let tree = tempfile::tempdir().unwrap();
    for (path, artifact) in filled.done.artifacts.iter() {
        let to = tree.path().join("tree").join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(&to, &artifact.text).unwrap();
        let mode = if artifact.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&to, fs::Permissions::from_mode(mode)).unwrap();
    }
    scripts(filled, tree.path());
    readers(filled);
    pages(filled);
    rules(tree.path());
}

/// Programs of the clouds, which do nothing here.
const STUBS: [&str; 11] = [
    "gcloud",
    "gke-gcloud-auth-plugin",
    "kubectl",
    "terraform",
    "helm",
    "curl",
    "bq",
    "aws",
    "dig",
    "timeout",
    "redis-cli",
];

/// Every script is Bash, and does nothing but print.
fn scripts(filled: &Filled, folder: &Path) {
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    for stub in STUBS {
        fs::write(bin.join(stub), "#!/bin/sh\nexit 0\n").unwrap();
        fs::set_permissions(bin.join(stub), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let topology = filled.done.topology.as_ref().unwrap();
    let mut regions = topology.regions.iter().map(|r| r.name.as_str());
    let from = regions.next().unwrap_or_default();
    let to = regions.next().unwrap_or(from);
    let name_of = |name: Option<&String>| name.cloned().unwrap_or_default();
    let host = name_of(topology.hosts.first().map(|h| &h.name));
    let store = name_of(topology.datastores.first().map(|d| &d.name));
    let queue = name_of(topology.queues.first().map(|q| &q.name));
    let flag = topology.flags.names().next().unwrap_or_default();
    fs::write(folder.join("vars"), "").unwrap();
    let calls: [&[&str]; 13] = [
        &["deploy-all-regions.sh", "--help"],
        &["deploy-all-regions.sh", "--var-file", "vars", "--bootstrap"],
        &["failover-region.sh", "--from", from, "--to", to],
        &["failover-region.sh", "--status"],
        &["promote-region.sh", "--region", from],
        &["restore-from-backup.sh", "--list"],
        &[
            "restore-from-backup.sh",
            "--datastore",
            &store,
            "--into",
            "x",
            "--backup",
            "y",
        ],
        &[
            "dr-test.sh",
            "--primary",
            from,
            "--secondary",
            to,
            "--test-type",
            "region-failure",
        ],
        &["cost-report.sh"],
        &["switch-dns.sh", "--host", &host, "--to", to],
        &["shift-traffic.sh", "--from", from, "--to", to],
        &["set-flag.sh", "--flag", flag, "--value", "true"],
        &["replay-dead-letters.sh", "--queue", &queue],
    ];
    for call in calls {
        let script = folder.join("tree/scripts").join(call[0]);
        if !script.exists() {
            continue;
        }
        let parsed = Command::new("bash")
            .arg("-n")
            .arg(&script)
            .output()
            .unwrap();
        assert!(
            parsed.status.success(),
            "{:?} in {}: {parsed:?}",
            filled.text,
            call[0]
        );
        let ran = Command::new("bash")
            .arg(&script)
            .args(&call[1..])
            .env("PATH", &path)
            .env("EVIDENCE_DIR", folder)
            .current_dir(folder)
            .output()
            .unwrap();
        // 127 is a word that became a command.
        assert_ne!(
            ran.status.code(),
            Some(127),
            "{:?} in {call:?}: {ran:?}",
            filled.text
        );
    }
    let canaries = walkdir::WalkDir::new(folder).into_iter().flatten();
    let canaries = canaries.filter(|e| e.file_name() == "CANARY").count();
    assert_eq!(canaries, 0, "{:?} ran in {}", filled.text, filled.example);
}

/// Every file reads back to the same values, with the hostile text where the tame one is.
fn readers(filled: &Filled) {
    for (path, artifact) in filled.done.artifacts.iter() {
        let path = path.to_string();
        let same = filled.tame.artifacts.get(&path).map(|a| a.text.as_str());
        let read: fn(&str) -> Option<Value> = match path.rsplit('.').next() {
            Some("yaml") if !path.starts_with("helm/templates") => |t| yaml(t),
            Some("json") => |t| serde_json::from_str(t).ok(),
            Some("tf") => |t| hcl::from_str(t).ok(),
            _ => continue,
        };
        let own = read(&artifact.text);
        let own = own
            .unwrap_or_else(|| panic!("{:?}: {path} is not read:\n{}", filled.text, artifact.text));
        let same = same.unwrap_or_else(|| panic!("{:?}: {path} is there alone", filled.text));
        compare(filled.text, &path, &read(same).unwrap(), &own);
    }
}

fn yaml(text: &str) -> Option<Value> {
    let documents = text.split("\n---\n");
    let documents = documents.filter(|d| !d.lines().all(|l| l.starts_with('#') || l.is_empty()));
    let each: Option<Vec<Value>> = documents.map(|d| Some(plain(&read(d)?.root))).collect();
    each.map(Value::Array)
}

fn plain(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar(scalar) => Value::String(scalar.text.clone()),
        Kind::List(items) => items.iter().map(plain).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|e| (e.key.text.clone(), plain(&e.value)))
            .collect(),
    }
}

/// Both trees have one shape, and differ in the text alone.
fn compare(text: &str, at: &str, tame: &Value, hostile: &Value) {
    match (tame, hostile) {
        (Value::Object(a), Value::Object(b)) => {
            let names =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(a), names(b), "{text:?}: {at}");
            for (key, value) in a {
                compare(text, &format!("{at}/{key}"), value, &b[key]);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{text:?}: {at}: {a:#?} {b:#?}");
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(text, &format!("{at}/{index}"), a, b);
            }
        }
        (Value::String(a), Value::String(b)) if a != b => {
            let inner = |t: &str| {
                serde_json::from_str(t)
                    .ok()
                    .filter(|v: &Value| !v.is_string())
            };
            if let (Some(a), Some(b)) = (inner(a), inner(b)) {
                return compare(text, at, &a, &b);
            }
            let ways = [TEXT, GO, PROMQL, SHELL, HCL, MARKDOWN];
            let wanted = ways.map(|write| a.replace(TAME, &write(text)));
            let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
            let shown: String = b.chars().skip(start.saturating_sub(60)).take(300).collect();
            assert!(
                wanted.contains(b),
                "{text:?}: {at}: not as it was written: …{shown}"
            );
        }
        (a, b) => assert_eq!(a, b, "{text:?}: {at}"),
    }
}

/// How a text may be written inside another: as it is, or as a language inside reads it back.
type Write = fn(&str) -> String;
const TEXT: Write = |t| t.to_string();
const GO: Write = |t| t.replace("{{", "{{ \"{{\" }}");
const PROMQL: Write = |t| {
    let quoted = meridian::format::promql::value(t);
    quoted[1..quoted.len() - 1].to_string()
};
const SHELL: Write = |t| meridian::format::shell::word(t);
const HCL: Write = |t| t.replace("${", "$${").replace("%{", "%%{");
const MARKDOWN: Write = |t| meridian::format::markdown::text(t);

/// No page has live HTML, a live link or another heading, and tables keep their columns.
fn pages(filled: &Filled) {
    for (path, artifact) in filled.done.artifacts.iter() {
        let path = path.to_string();
        if !path.ends_with(".md") || path.starts_with("terraform/") {
            continue;
        }
        let own = shape(&artifact.text);
        let same = shape(&filled.tame.artifacts.get(&path).unwrap().text);
        assert_eq!(own, same, "{:?}: {path}", filled.text);
        let header = artifact.text.lines().next().unwrap_or_default();
        assert_eq!(
            header.find("-->"),
            Some(header.len() - 3),
            "{path}: {header}"
        );
        let live = |part: &String| {
            let part = part.replace("\\]", "");
            part.contains("](javascript:") || part.contains("<script")
        };
        assert_eq!(prose(&artifact.text).find(live), None, "{path}");
    }
}

/// Whether a line begins or ends a block: one that is indented by four is text (CommonMark 0.31, 4.5).
fn is_fence(line: &str) -> bool {
    let start = line.trim_start();
    start.starts_with("```") && line.len() - start.len() <= 3
}

/// What is neither in the header nor in spans and blocks of code. A block in a list is indented.
fn prose(page: &str) -> impl Iterator<Item = String> {
    let mut fenced = false;
    let outside = page.lines().skip(1).filter(move |line| {
        fenced ^= is_fence(line);
        !fenced && !is_fence(line)
    });
    outside.flat_map(|l| {
        let text = l.replace("\\`", "");
        let parts = text.split('`').step_by(2);
        parts.map(String::from).collect::<Vec<_>>()
    })
}

/// Of each line outside a fence: how many cells it has, and whether it opens or closes something.
fn shape(page: &str) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let mut fenced = false;
    for line in page.lines() {
        let start = line.trim_start();
        let kind = match start {
            _ if is_fence(line) => {
                fenced = !fenced;
                "fence"
            }
            _ if fenced => continue,
            _ if start.starts_with('#') => "heading",
            _ if start.starts_with("<!--") => "comment",
            _ => "line",
        };
        *counts.entry(kind).or_default() += 1;
        let bars = line.replace("\\|", "").matches('|').count();
        *counts.entry("bars").or_default() += if kind == "comment" { 0 } else { bars };
    }
    counts.remove("line");
    counts
}

/// Prometheus and Alertmanager load what is theirs.
fn rules(folder: &Path) {
    let alerts = folder.join("tree/alerts");
    let files = [
        ("promtool", vec!["check", "rules"], "prometheus/rules.yaml"),
        ("amtool", vec!["check-config"], "alertmanager.yaml"),
    ];
    for (tool, arguments, file) in files {
        let Some(tool) = tool_path(tool) else {
            continue;
        };
        let output = Command::new(tool)
            .args(arguments)
            .arg(alerts.join(file))
            .output()
            .unwrap();
        assert!(output.status.success(), "{file}: {output:?}");
    }
}

/// A tool on the way, or where the conformance suite puts them; with `REQUIRE_TOOLS=1` it must
/// be there.
fn tool_path(name: &str) -> Option<PathBuf> {
    let home = std::env::var("HOME").unwrap_or_default();
    let own = std::env::var("MERIDIAN_TOOLS").unwrap_or(format!("{home}/.cache/meridian-tools"));
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([Path::new(&own).join("bin")]);
    let found = folders.map(|f| f.join(name)).find(|p| p.is_file());
    let required = std::env::var("REQUIRE_TOOLS").is_ok_and(|r| r == "1");
    assert!(found.is_some() || !required, "{name} is missing");
    found
}

#[test]
fn hostile_text_is_refused_or_stays_text() {
    for (example, text) in [
        ("ggen/topology", HOSTILE[0]),
        ("paynow/topology", HOSTILE[5]),
    ] {
        let filled = filled(example, text);
        assert!(!filled.held.is_empty(), "every field refuses {text:?}");
        assert!(!filled.refused.is_empty(), "every field takes {text:?}");
        check(&filled);
    }
}

/// All examples and all texts: some minutes.
#[test]
#[ignore = "slow: run by .ci/run"]
fn slow_hostile_text_is_refused_or_stays_text_everywhere() {
    let all = EXAMPLES.iter().flat_map(|e| HOSTILE.map(|t| (*e, t)));
    let fails = |(example, text): &(&'static str, &'static str)| {
        std::panic::catch_unwind(|| check(&filled(example, text))).is_err()
    };
    let failed: Vec<_> = all.filter(fails).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What nobody sees is refused wherever it is written.
#[test]
fn text_that_is_not_seen_is_refused() {
    for text in ["\u{1b}[2J\u{7}", "\u{202e}a"] {
        assert!(filled("minimal/topology", text).held.is_empty());
    }
}

//! YAML and KDL say the same, and printing loses nothing.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::spec::schema::with_lists;
use meridian::syntax::print::print;
use meridian::syntax::{self, Document, Kind, Limits, Node, Notation};
use proptest::prelude::*;

fn parse(text: &str, notation: Notation) -> Document {
    let name = if notation == Notation::Yaml {
        "x.yaml"
    } else {
        "x.kdl"
    };
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    assert!(out.is_empty(), "{out:#?}\n{text}");
    document.expect("a tree")
}

/// A tree without places: what two readers must agree on.
fn plain(node: &Node) -> serde_json::Value {
    match &node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Scalar(s) => serde_json::Value::String(s.text.clone()),
        Kind::List(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Kind::Map(entries) => serde_json::Value::Object(
            entries
                .iter()
                .map(|e| (e.key.text.clone(), plain(&e.value)))
                .collect(),
        ),
    }
}

fn example(name: &str, extension: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read_to_string(format!("{root}/examples/{name}/topology.{extension}")).unwrap()
}

#[test]
fn examples_go_both_ways_and_keep_their_comments() {
    for name in ["ggen", "minimal"] {
        let yaml = parse(&example(name, "yaml"), Notation::Yaml);
        let kdl_text = print(&yaml, Notation::Kdl);
        assert_eq!(
            kdl_text,
            example(name, "kdl"),
            "{name}: run `meridian convert`"
        );
        let kdl = with_lists(&parse(&kdl_text, Notation::Kdl));
        assert_eq!(plain(&yaml.root), plain(&kdl.root), "{name}");
        let back = parse(&print(&kdl, Notation::Yaml), Notation::Yaml);
        assert_eq!(plain(&yaml.root), plain(&back.root), "{name}");
        let comments = |text: &str, sign: &str| {
            let lines = text.lines().filter_map(|l| l.trim().strip_prefix(sign));
            lines.map(|l| l.trim().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            comments(&example(name, "yaml"), "#"),
            comments(&kdl_text, "//"),
            "{name}"
        );
    }
}

#[test]
fn the_canonical_form_is_its_own() {
    for (name, extension, notation) in [
        ("ggen", "yaml", Notation::Yaml),
        ("ggen", "kdl", Notation::Kdl),
        ("minimal", "yaml", Notation::Yaml),
    ] {
        let once = print(&parse(&example(name, extension), notation), notation);
        let twice = print(&parse(&once, notation), notation);
        assert_eq!(once, twice, "{name}.{extension}");
    }
}

proptest! {
    #[test]
    fn any_text_survives_both_notations(text in "[ -~\u{e9}\u{4e2d}]{0,40}", key in "[a-z][a-z0-9-]{0,10}") {
        let quoted = serde_json::to_string(&text).unwrap();
        let yaml = parse(&format!("{key}: {quoted}\nother: [a, {quoted}]\n"), Notation::Yaml);
        for notation in [Notation::Yaml, Notation::Kdl] {
            let again = parse(&print(&yaml, notation), notation);
            prop_assert_eq!(plain(&yaml.root), plain(&again.root));
        }
    }
}

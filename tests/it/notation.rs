//! YAML and KDL say the same, and printing loses nothing.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::spec::schema::with_lists;
use meridian::syntax::print::{print, relaid};
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
    for name in ["ggen", "minimal", "paynow", "eden", "covergen"] {
        let yaml = parse(&example(name, "yaml"), Notation::Yaml);
        let kdl_text = print(&relaid(with_lists(&yaml)), Notation::Kdl);
        assert_eq!(
            kdl_text,
            example(name, "kdl"),
            "{name}: run `meridian convert`"
        );
        let kdl = with_lists(&parse(&kdl_text, Notation::Kdl));
        assert_eq!(plain(&yaml.root), plain(&kdl.root), "{name}");
        let back = parse(&print(&relaid(kdl), Notation::Yaml), Notation::Yaml);
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
fn the_shipped_examples_are_formatted() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut count = 0;
    for file in walkdir::WalkDir::new(examples).into_iter().flatten() {
        let name = file.path().to_string_lossy().into_owned();
        if name.ends_with(".yaml") || name.ends_with(".kdl") {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let notation = Notation::of(&name);
            assert_eq!(print(&parse(&text, notation), notation), text, "{name}");
            count += 1;
        }
    }
    assert!(count >= 9, "{count}");
}

/// Both texts are given whole: what `fmt` moves, and what it leaves.
#[test]
fn comments_blank_lines_rows_and_anchors_keep_their_places() {
    let untidy = r##"# head


name:   "shop"   # beside
regions:  # on the key
    # above
    us: {role: primary,  weight: 50}

    eu: { role: secondary }
    # at the end of regions

# above lists
lists:
- one   # first
-   &two [a,"b, c"]
# between
- *two
- - nested
  - "no"
-
  key: 'it''s'

  other: |
     Two lines,
     # both text
long: {a: [
  x, z] }
base: &base
  a: 1
also: { b: *base }
empty: {}
nothing:
# last
"##;
    let tidy = r##"# head

name: shop # beside
regions: # on the key
  # above
  us: { role: primary, weight: 50 }

  eu: { role: secondary }
  # at the end of regions

# above lists
lists:
  - one # first
  - &two [a, "b, c"]
  # between
  - *two
  - - nested
    - "no"
  - key: "it's"

    other: |
      Two lines,
      # both text
long: { a: [x, z] }
base: &base
  a: 1
also: { b: *base }
empty: {}
nothing:
# last
"##;
    let print_again = |text| print(&parse(text, Notation::Yaml), Notation::Yaml);
    assert_eq!(print_again(untidy), tidy);
    assert_eq!(print_again(tidy), tidy);
}

#[test]
fn comments_blank_lines_and_rows_keep_their_places_in_kdl() {
    let untidy = r##"// head


name   "shop" // beside
regions { // on the key
  // above
  us role="primary"   weight=50

  eu {role "secondary"; serves "a" "b"}
  /- old {
    role "gone"
  }
  // at the end
} // after it
/* of two
   lines */
version 1.10
list {
  - "one" // first
  - a=1 /* here */ b=2
}
"##;
    let tidy = r##"// head

name "shop" // beside
regions { // on the key
    // above
    us role="primary" weight=50

    eu { role "secondary"; serves "a" "b" }
    // old {
    //   role "gone"
    // }
    // at the end
    // after it
}
// of two
// lines
version 1.10
list {
    - "one" // first
    // here
    - a=1 b=2
}
"##;
    let print_again = |text| print(&parse(text, Notation::Kdl), Notation::Kdl);
    assert_eq!(print_again(untidy), tidy);
    assert_eq!(print_again(tidy), tidy);
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

//! What the targets share. Each takes a text as a file of a user's, and holds that no text makes
//! the compiler panic or point outside of it.
#![allow(dead_code, reason = "each target uses a part of it")]

use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Document, Limits};
use meridian::{Compilation, Until};

pub const YAML: &str = "topology.yaml";
pub const KDL: &str = "topology.kdl";

/// The tree of a text, if it has one, and what is said of it.
pub fn parsed(name: &str, text: &str) -> (Option<Document>, Diagnostics) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    inside(&out, text);
    assert!(
        document.is_some() || out.has_errors(),
        "no tree, and no reason"
    );
    (document, out)
}

/// What becomes of a text, as far as that; both notations, since any text may be in either.
pub fn compiled(name: &str, text: &str, until: Until) -> Compilation {
    let (document, out) = parsed(name, text);
    let done = meridian::compile(document.as_ref(), None, name, out, until, None);
    inside(&done.diagnostics, text);
    done
}

/// Every place lies inside the text, on borders of characters.
fn inside(said: &Diagnostics, text: &str) {
    for diagnostic in said.iter() {
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            let place = label.span.start as usize..label.span.end as usize;
            assert!(text.get(place).is_some(), "outside: {diagnostic:?}");
        }
    }
}

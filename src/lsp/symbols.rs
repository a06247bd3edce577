//! The parts of a file, as an outline.

use super::{Page, position};
use crate::source::Span;
use crate::syntax::{Entry, Kind};
use lsp_types::{DocumentSymbol, SymbolKind};

/// Keys deeper than this are values, and no parts.
const DEPTH: usize = 3;

/// The outline of a file.
pub fn symbols(page: Page) -> Vec<DocumentSymbol> {
    let entries = page.document.root.entries().iter();
    entries.map(|entry| symbol(page, entry, 1)).collect()
}

#[expect(
    deprecated,
    reason = "the field has to be named, and has a successor in `tags`"
)]
fn symbol(page: Page, entry: &Entry, depth: usize) -> DocumentSymbol {
    let key = entry.key.span;
    let end = entry.value.span.end.max(key.end);
    let inside = entry.value.entries().iter().filter(|_| depth < DEPTH);
    let children: Vec<DocumentSymbol> = inside.map(|e| symbol(page, e, depth + 1)).collect();
    let (kind, detail) = match &entry.value.kind {
        Kind::Map(_) if depth == 1 => (SymbolKind::NAMESPACE, None),
        Kind::Map(_) => (SymbolKind::OBJECT, None),
        Kind::List(_) => (SymbolKind::ARRAY, None),
        Kind::Scalar(scalar) => (SymbolKind::PROPERTY, Some(scalar.text.clone())),
        Kind::Null => (SymbolKind::NULL, None),
    };
    DocumentSymbol {
        name: match entry.key.text.is_empty() {
            true => "\"\"".into(),
            false => entry.key.text.clone(),
        },
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: position::range(page.text(), Span { end, ..key }),
        selection_range: position::range(page.text(), key),
        children: Some(children).filter(|c| !c.is_empty()),
    }
}

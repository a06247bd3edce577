//! The page of every code: what it means, why it hurts, a spec that shows it and one that
//! does not. The pages' specs run as tests.

use include_dir::{Dir, include_dir};

static PAGES: Dir = include_dir!("$CARGO_MANIFEST_DIR/src/rules/pages");

/// A code's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// `REF101`.
    pub id: &'static str,
    /// `dangling-reference`.
    pub name: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// The whole page.
    pub text: &'static str,
}

/// All pages by code.
pub fn all() -> Vec<Page> {
    let mut pages: Vec<Page> = PAGES
        .files()
        .filter_map(|f| page(f.contents_utf8()?))
        .collect();
    pages.sort_unstable_by_key(|p| p.id);
    pages
}

/// A page begins `# REF101 dangling-reference: title`.
fn page(text: &'static str) -> Option<Page> {
    let heading = text.lines().next()?.strip_prefix("# ")?;
    let (code, title) = heading.split_once(": ")?;
    let (id, name) = code.split_once(' ')?;
    Some(Page {
        id,
        name,
        title,
        text,
    })
}

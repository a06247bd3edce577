//! Values by name, in no order but that of their names.

use crate::source::Span;

/// Values by name. A map has no order: its members are sorted by name, so that nothing can
/// depend on where one stands in the file.
#[derive(Debug, Clone)]
pub struct Map<T> {
    /// The map's own place; the enclosing record's if it was not written.
    pub span: Span,
    pub(super) entries: Vec<(Name, T)>,
    /// Names that were written but whose value has errors of its own; a reference to one
    /// is not dangling.
    pub(super) broken: Vec<String>,
}

/// A checked identifier: lower-case letters, digits and single dashes, not a reserved
/// file name. (Host names and file paths are not identifiers.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The identifier.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl<T> Map<T> {
    /// No members, of a record at `parent`.
    pub fn empty(parent: Span) -> Self {
        Map {
            span: parent,
            entries: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// The members by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.entries.iter().map(|(n, t)| (n, t))
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entries
            .iter()
            .find(|(n, _)| n.text == name)
            .map(|(_, t)| t)
    }

    /// The name as it was written, if it is there.
    pub fn name(&self, name: &str) -> Option<&Name> {
        self.entries.iter().map(|(n, _)| n).find(|n| n.text == name)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(n, _)| n.text.as_str())
    }

    /// The names that were written, with or without errors below them.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.names().chain(self.broken.iter().map(String::as_str))
    }

    /// Whether the name was written, with or without errors below it.
    pub fn knows(&self, name: &str) -> bool {
        self.written().any(|n| n == name)
    }

    /// Other members by the same names.
    pub fn map<U>(&self, to: impl Fn(&Name, &T) -> U) -> Map<U> {
        let entries = self.entries.iter();
        Map {
            span: self.span,
            entries: entries.map(|(n, t)| (n.clone(), to(n, t))).collect(),
            broken: self.broken.clone(),
        }
    }

    /// Keeps the members that fit.
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.entries.retain(|(_, member)| keep(member));
    }

    /// The members, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, member)| member)
    }

    /// Gives the members other names; one whose name becomes nothing is taken out.
    pub fn rename(&mut self, to: &dyn Fn(&str) -> Option<String>) {
        let entries = std::mem::take(&mut self.entries).into_iter();
        let named = entries.filter_map(|(name, member)| {
            let text = to(&name.text)?;
            Some((Name { text, ..name }, member))
        });
        self.entries = named.collect();
        self.entries.sort_by(|(a, _), (b, _)| a.text.cmp(&b.text));
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

//! Placeholder until the parser lands.
use super::{Document, Limits};
use crate::diagnostic::Diagnostics;
use crate::source::{FileId, SourceMap};

pub(super) fn parse(_: &SourceMap, _: FileId, _: &Limits, _: &mut Diagnostics) -> Option<Document> {
    None
}

//! Verdicts beside promises, where they are written.

use super::{Page, derived, position};
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range};

/// The verdicts of the promises in a range of a file.
pub fn hints(page: Page, range: Range) -> Vec<InlayHint> {
    let judged = derived::judged(&page.project.done);
    let here = judged
        .into_iter()
        .filter(|(span, _)| span.file == page.file);
    let hints = here.map(|(span, judged)| InlayHint {
        position: position::position(page.text(), span.end as usize),
        label: InlayHintLabel::String(format!("{}: {}", judged.interval, judged.verdict.word())),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: Some(judged.words().into()),
        padding_left: Some(true),
        padding_right: Some(true),
        data: None,
    });
    let within = |h: &InlayHint| range.start <= h.position && h.position <= range.end;
    hints.filter(within).collect()
}

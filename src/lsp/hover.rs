//! The meaning of what stands at a place: of the field, of the word, and what follows from it.

use super::language::{Here, at};
use super::{Page, derived, position};
use crate::syntax::Kind;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use serde_json::Value as Json;

/// Times that are shown beside a value.
const TIMES: usize = 8;

/// What a place means; nothing where the language has nothing to say.
pub fn hover(page: Page, place: Position) -> Option<Hover> {
    let offset = position::offset(page.text(), place);
    let here = at(page.document, offset)?;
    let mut parts = vec![field(&here)?];
    parts.extend(word(&here));
    let derived = follows(page, &here);
    if !derived.is_empty() {
        parts.push(derived.join("\n"));
    }
    let span = here.key.map_or(here.node.span, |k| k.span);
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: MarkupKind::Markdown,
            value: parts.join("\n\n"),
        }),
        range: Some(position::range(page.text(), span)),
    })
}

/// The field: its meaning, its unit, its default, an example.
fn field(here: &Here) -> Option<String> {
    let name = here.path.last()?;
    let about = match here.named {
        true => here.schema,
        false => here.about,
    };
    let said = about["description"]
        .as_str()
        .or(here.schema["description"].as_str());
    let mut text = format!("**{name}**");
    text.extend(said.map(|d| format!(": {d}")));
    text.extend(unit(about).map(|u| format!("\n\nUnit: {u}.")));
    let shown = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(default) = about.get("default").filter(|_| !here.named) {
        text.push_str(&format!("\n\nDefault: `{}`.", shown(default)));
    }
    if let Some(example) = about["examples"].get(0).filter(|_| !here.named) {
        text.push_str(&format!("\n\nExample: `{}`.", shown(example)));
    }
    Some(text)
}

/// What kind of value it takes, in words.
pub(super) fn unit(schema: &Json) -> Option<&str> {
    let inside = schema["anyOf"].get(0);
    let own = schema["patternErrorMessage"].as_str();
    let said = own.or_else(|| inside?["patternErrorMessage"].as_str());
    said.map(|s| s.trim_start_matches("write "))
}

/// The meaning of a word out of a choice.
fn word(here: &Here) -> Option<String> {
    let Kind::Scalar(scalar) = &here.node.kind else {
        return None;
    };
    let words = here.schema["enum"].as_array()?;
    let at = words.iter().position(|w| *w == scalar.text.as_str())?;
    let means = here.schema["markdownEnumDescriptions"].get(at)?.as_str()?;
    Some(format!("`{}`: {means}", scalar.text))
}

/// What the compiler works out from it.
fn follows(page: Page, here: &Here) -> Vec<String> {
    let done = &page.project.done;
    let span = here.node.span;
    let mut lines = Vec::new();
    let judged = derived::judged(done);
    let promises = judged
        .iter()
        .filter(|(at, _)| at.file == span.file && span.start <= at.start && at.end <= span.end);
    lines.extend(promises.map(|(_, j)| format!("- {}", j.words())));
    if let ["regions", region, ..] = here.path.as_slice() {
        lines.extend(
            derived::shares(done, region)
                .into_iter()
                .map(|s| format!("- {s}")),
        );
    }
    // A whole part of the spec has more times than anybody reads.
    if here.path.len() > 1 {
        let times = derived::times(done, span);
        let rest = times.len().saturating_sub(TIMES);
        lines.extend(times.into_iter().take(TIMES).map(|t| format!("- {t}")));
        if rest > 0 {
            lines.push(format!("- and {rest} more: `meridian analyze --all`"));
        }
    }
    lines
}

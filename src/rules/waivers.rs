//! Accepted findings: each has a reason, an owner and an end.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Waived};
use crate::source::Span;
use crate::spec::{Date, Spec, Waiver};
use crate::syntax::{Document, Node};

/// A waiver that has ended.
pub const EXPIRED: Code = Code::new("WVR101", "waiver-expired");
/// A waiver of something that is not found any more.
pub const UNUSED: Code = Code::new("WVR102", "waiver-unused");
/// A waiver of a code or a place that does not exist.
pub const UNKNOWN: Code = Code::new("WVR103", "waiver-unknown");

/// A waiver without a reason or an owner.
pub const EMPTY: Code = Code::new("WVR104", "waiver-empty");
/// A waiver that nobody has to look at again.
pub const TOO_LONG: Code = Code::new("WVR105", "waiver-too-long");

/// The longest that a waiver lasts: somebody decides again within two years.
const LONGEST_DAYS: i64 = 731;

/// What is wrong with text and values cannot be accepted: there is nothing to build from.
const NEVER: [&str; 6] = ["SYN", "SPEC", "REF", "IN1", "OUT", "PRV101"];

/// Whether a finding of a code can be accepted.
pub fn waivable(code: &str) -> bool {
    let known = super::pages::all().iter().any(|p| p.id == code);
    known && !NEVER.iter().any(|family| code.starts_with(family))
}

/// Takes away what is waived, and reports waivers that are of no use. Expiry is judged
/// against `today`; without it no waiver has ended. Gives what was taken away.
pub fn apply(
    spec: &Spec,
    document: &Document,
    today: Option<Date>,
    out: &mut Diagnostics,
) -> Vec<Waived> {
    let mut waived = Vec::new();
    for (name, waiver) in spec.waivers.iter() {
        match usable(waiver, document, today) {
            Err(problem) => {
                // What it accepted is back, and only because of the day.
                if problem.code == EXPIRED {
                    out.mark_dated(|d| d.code.id == waiver.code.value);
                }
                out.push(problem);
            }
            Ok(place) => {
                let accepted = out.take(|d| d.code.id == waiver.code.value && inside(d, place));
                if accepted.is_empty() {
                    out.push(
                        Diagnostic::warning(
                            UNUSED,
                            name.span,
                            format!("nothing is waived by `{}`", name.text),
                            "unused",
                        )
                        .help("remove it: what it accepted is not found any more"),
                    );
                }
                waived.extend(accepted.into_iter().map(|diagnostic| Waived {
                    diagnostic,
                    because: because(waiver),
                    in_spec: true,
                }));
            }
        }
    }
    waived
}

fn because(waiver: &Waiver) -> String {
    format!(
        "{} ({}, until {})",
        waiver.reason.value, waiver.owner.value, waiver.expires.value
    )
}

fn inside(diagnostic: &Diagnostic, place: Option<Span>) -> bool {
    let Some(place) = place else {
        return true;
    };
    diagnostic.primary.as_ref().is_some_and(|label| {
        label.span.file == place.file
            && label.span.start >= place.start
            && label.span.end <= place.end
    })
}

/// The place that a waiver covers, if it may be used.
fn usable(
    waiver: &Waiver,
    document: &Document,
    today: Option<Date>,
) -> Result<Option<Span>, Diagnostic> {
    let code = &waiver.code;
    let known = super::pages::all().iter().any(|p| p.id == code.value);
    if !waivable(&code.value) {
        return Err(Diagnostic::error(
            UNKNOWN,
            code.span,
            format!("`{}` cannot be waived", code.value),
            if known { "an error that nothing can be built on" } else { "no such code" },
        )
        .help("`meridian explain` lists the codes; findings about text, values and references must be mended"));
    }
    for (key, text) in [("reason", &waiver.reason), ("owner", &waiver.owner)] {
        // A dot is no reason, and a dash nobody.
        if !text.contains(char::is_alphanumeric) {
            return Err(Diagnostic::error(
                EMPTY,
                text.span,
                format!("a waiver needs a `{key}`"),
                "empty",
            )
            .help("say why the finding is accepted, and who answers for it"));
        }
    }
    if let Some(today) = today.filter(|t| waiver.expires.value.days() - t.days() > LONGEST_DAYS) {
        return Err(Diagnostic::error(
            TOO_LONG,
            waiver.expires.span,
            format!("a waiver ends within {LONGEST_DAYS} days"),
            format!("today is {today}"),
        )
        .dated()
        .help("write a day by which its owner decides again"));
    }
    if let Some(today) = today.filter(|t| waiver.expires.value < *t) {
        return Err(Diagnostic::error(
            EXPIRED,
            waiver.expires.span,
            format!("this waiver ended on {}", waiver.expires.value),
            format!("today is {today}"),
        )
        .dated()
        .help("mend what it accepted, or have its owner decide again"));
    }
    match &waiver.at {
        None => Ok(None),
        Some(at) => node_at(&document.root, at)
            .map(|n| Some(n.span))
            .ok_or_else(|| {
                Diagnostic::error(
                    UNKNOWN,
                    at.span,
                    format!("there is no `{}`", at.value),
                    "no such place",
                )
                .help("write a path such as `services.api`")
            }),
    }
}

fn node_at<'a>(root: &'a Node, path: &str) -> Option<&'a Node> {
    let mut node = root;
    for part in path.split('.') {
        node = &node.get(part)?.value;
    }
    Some(node)
}

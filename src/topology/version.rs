//! Which compiler a spec is for.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::Spec;
use crate::spec::decode::BAD_VALUE;

/// A version of the language that this compiler does not know.
pub const UNKNOWN_VERSION: Code = Code::new("SPEC106", "unknown-version");
/// A spec that asks for another version of meridian.
pub const OTHER_TOOL: Code = Code::new("SPEC109", "other-tool-version");
/// A topology without a region or a service has nothing to compile.
pub const NOTHING_TO_RUN: Code = Code::new("SPEC107", "nothing-to-run");

/// The spec may pin the versions of meridian that compile it.
fn check_tool(spec: &Spec, out: &mut Diagnostics) {
    let Some(wanted) = &spec.requires else {
        return;
    };
    let own = env!("CARGO_PKG_VERSION");
    let met = match semver::VersionReq::parse(wanted) {
        Ok(range) => semver::Version::parse(own).is_ok_and(|own| range.matches(&own)),
        Err(error) => {
            out.push(
                Diagnostic::error(
                    BAD_VALUE,
                    wanted.span,
                    format!("`{}` is not a range of versions: {error}", wanted.value),
                    "not a range of versions",
                )
                .help("write a range such as `>= 0.1, < 0.3`"),
            );
            return;
        }
    };
    if !met {
        out.push(
            Diagnostic::error(
                OTHER_TOOL,
                wanted.span,
                format!("the spec requires meridian {}, and this is {own}", wanted.value),
                "required here",
            )
            .help("install a version in this range, or change `requires` for everybody and read `meridian diff` before you apply"),
        );
    }
}

/// Checks that this compiler knows the language and may compile the spec, and that there is
/// something to compile.
pub(super) fn check(spec: &Spec, out: &mut Diagnostics) {
    check_tool(spec, out);
    if *spec.version != 1 {
        let found = *spec.version;
        out.push(
            Diagnostic::error(
                UNKNOWN_VERSION,
                spec.version.span,
                format!("version {found} of the language is not known"),
                "this compiler reads version 1",
            )
            .help("write `version: 1`"),
        );
    }
    if spec.regions.is_empty() {
        out.push(
            Diagnostic::error(
                NOTHING_TO_RUN,
                spec.span,
                "the topology has no regions",
                "`regions` is missing",
            )
            .help(
                "add `regions: { us-central1: { role: primary } }`, or begin with `meridian init`",
            ),
        );
    }
}

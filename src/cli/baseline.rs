//! A baseline: what was found in a system before anybody asked, and is accepted until somebody
//! gets to it. What is new fails all the same.

use super::report::{Report, base};
use super::{exit, load};
use crate::diagnostic::Waived;
use crate::diagnostic::render::fingerprints;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// The file: findings by the marks that stay the same while lines move.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    version: u32,
    /// Marks, sorted.
    accepted: BTreeSet<String>,
}

/// Takes out of reports what a baseline accepts.
///
/// # Errors
/// The exit code, if the file cannot be read; that was said.
pub(super) fn apply(file: &Path, reports: &mut [Report]) -> Result<(), u8> {
    let refuse = |why: String| {
        let shown = file.display();
        say!(
            "meridian: `{shown}`: {why}; `meridian check --baseline {shown} --update-baseline` writes it"
        );
        exit::USAGE
    };
    let text = load::text(file).map_err(refuse)?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|e| refuse(e.to_string()))?;
    for report in reports {
        let marks = fingerprints(&report.sources, report.diagnostics.iter(), &base());
        let mut kept = Vec::new();
        for (diagnostic, mark) in std::mem::take(&mut report.diagnostics)
            .into_iter()
            .zip(marks)
        {
            if baseline.accepted.contains(&mark) {
                report.waived.push(Waived {
                    diagnostic,
                    because: format!("in the baseline {}", file.display()),
                    in_spec: false,
                });
            } else {
                kept.push(diagnostic);
            }
        }
        report.diagnostics = kept.into_iter().collect();
    }
    Ok(())
}

/// Writes everything that is found now as the baseline.
pub(super) fn update(file: &Path, reports: &[Report]) -> u8 {
    let base = base();
    let marks = reports
        .iter()
        .flat_map(|r| fingerprints(&r.sources, r.diagnostics.iter(), &base));
    let baseline = Baseline {
        version: 1,
        accepted: marks.collect(),
    };
    let text = serde_json::to_string_pretty(&baseline).unwrap_or_default() + "\n";
    match std::fs::write(file, text) {
        Ok(()) => {
            say!(
                "wrote {}: {} findings",
                file.display(),
                baseline.accepted.len()
            );
            exit::CLEAN
        }
        Err(error) => {
            say!("meridian: `{}`: {}", file.display(), super::cause(&error));
            exit::REFUSED
        }
    }
}

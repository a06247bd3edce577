//! Steps of a team's own: operations beside those of the offerings, so that page, script and
//! recovery budget have them like any other.

use crate::deployment::{Deployment, Operation, OperationKind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{ExtraStep, StepPlace, StepWord, Topology};

/// A step that does nothing, or says two things.
pub const FORM: Code = Code::new("STP101", "step-form");

/// Adds the steps to what plans are made of.
pub(super) fn lower(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (name, step) in topology.steps.iter() {
        let Some(command) = command(step, out) else {
            continue;
        };
        let named = step.region.as_ref().and_then(|r| topology.region_named(r));
        let regions = topology
            .region_ids()
            .filter(|id| named.is_none_or(|n| n == *id));
        let side = match step.when.value {
            StepPlace::Before => &mut before,
            StepPlace::After => &mut after,
        };
        side.extend(regions.map(|id| Operation {
            kind: kind(step.at.value),
            subject: name.text.clone(),
            region: Some(id),
            title: match &step.says {
                Some(says) => says.value.clone(),
                None => format!("Run the step {} of this team", name.text),
            },
            command: command.clone(),
            expect: step.expect.value.clone().into(),
            budget_seconds: step.takes.secs(),
            otherwise: step.otherwise.value.clone(),
        }));
    }
    deployment.operations.splice(0..0, before);
    deployment.operations.extend(after);
}

fn kind(at: StepWord) -> OperationKind {
    match at {
        StepWord::Freeze => OperationKind::Hold,
        StepWord::Fence => OperationKind::Fence,
        StepWord::Serve => OperationKind::Unfence,
    }
}

/// The words of a step's command: its own, or those that show what a person has to do.
fn command(step: &ExtraStep, out: &mut Diagnostics) -> Option<Vec<String>> {
    let run: Vec<String> = step.run.iter().map(|w| w.value.clone()).collect();
    let open = step.run.iter().find(|w| w.starts_with('$'));
    let (span, message, help) = match (&step.says, open) {
        (_, Some(word)) => (
            word.span,
            format!("`{}` is set by no script", word.value),
            "write the value, or a program of yours that reads it",
        ),
        (None, None) if run.is_empty() => (
            step.span,
            "a step has a command or a sentence".to_string(),
            "write `run: [program, argument]`, or `says` for what a person does",
        ),
        (Some(says), None) if run.is_empty() => {
            return Some(vec!["echo".into(), says.value.clone()]);
        }
        _ => return Some(run),
    };
    out.push(Diagnostic::error(FORM, span, message, "does nothing").help(help));
    None
}

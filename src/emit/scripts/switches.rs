//! How restored copies come into service and out of it, as the script reads it.

use super::tables::{self, Line};
use super::{clusters_of, proved, ran};
use crate::deployment::{Proof, Stays, Switch, SwitchStep};
use crate::emit::Input;
use crate::format::json::json;
use serde_json::Value;
use std::collections::BTreeSet;

/// What can be switched, and how names of its copies begin.
pub(super) fn subjects(input: Input) -> Value {
    let switches = input.deployment.switches.iter();
    let each = switches.map(|s| json!({ "subject": s.subject, "begins": s.begins }));
    each.collect()
}

/// Every switch that there is, for the script that does it.
pub(super) fn all(input: Input) -> Value {
    let switches = input.deployment.switches.iter();
    switches.map(|s| switch(input, s)).collect()
}

/// How a restored copy comes into service and out of it.
fn switch(input: Input, switch: &Switch) -> Value {
    let before = &switch.before;
    let befores = [
        ("to", &before.to_copy, "Check the copy before it serves"),
        (
            "back-from",
            &before.to_original,
            "Check the original before it serves",
        ),
        (
            "delete",
            &before.delete,
            "Check the copy before it is deleted",
        ),
    ];
    let words = switch.steps().flat_map(|s| &s.operation.command);
    let befores = befores.iter().filter(|(_, proofs, _)| !proofs.is_empty());
    let befores = befores.map(|(way, proofs, title)| {
        let each = proofs.iter().map(|p| tables::lines(&p.title, [proof(p)]));
        json!({ "way": way, "steps": tables::parts(title, each) })
    });
    json!({
        "subject": switch.subject,
        "to_copy": steps("Put the copy into service", &switch.to_copy),
        "to_original": steps("Put the original into service", &switch.to_original),
        "copying": switch.copying.as_ref().map(|c| json!({
            "stop": steps("Stop the copying", &c.stop),
            "join": steps("Join the copying", &c.join),
            "resume": steps("Resume the copying", &c.resume),
            "joins": !c.others.is_empty(),
        })),
        "delete": steps("Delete the copy", &switch.delete),
        "begins": switch.begins,
        "in_place": switch.stays == Stays::InOriginal,
        "settles": switch.stays == Stays::UnderItsName,
        "serves": switch.serves(),
        "clusters": clusters_of(input, words),
        "before": befores.collect::<Vec<_>>(),
    })
}

/// Steps one after the other, which stop at the first that fails.
fn steps(title: &str, steps: &[SwitchStep]) -> Value {
    let each = steps.iter().map(|step| {
        let proofs = step.proof.iter().map(proof);
        let run = Line {
            does: ran("run", &step.operation),
            or: or(&step.operation.otherwise),
        };
        tables::lines(&step.operation.title, std::iter::once(run).chain(proofs))
    });
    tables::parts(title, each)
}

fn proof(proof: &Proof) -> Line {
    Line {
        does: proved(proof),
        or: or(&proof.otherwise),
    }
}

fn or(otherwise: &str) -> Vec<String> {
    ["die", "75", otherwise].map(String::from).to_vec()
}

/// The programs of switches: those of the other scripts, and what reads a cloud's answers.
pub(super) fn tools(input: Input) -> BTreeSet<String> {
    let mut found = super::tools(input);
    let switches = input.deployment.switches.iter();
    let mut steps = switches.flat_map(|s| s.to_copy.iter());
    let reads = steps.any(|a| {
        let proof = a.proof.iter().flat_map(|p| &p.command);
        let mut words = a.operation.command.iter().chain(proof);
        words.any(|w| w.contains("| jq "))
    });
    if reads {
        found.insert("jq".into());
    }
    found
}

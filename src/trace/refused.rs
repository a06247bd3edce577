//! Values that a module would refuse when Terraform plans, at the place in the spec that they
//! follow from.

use super::Traced;
use super::inputs::Input;
use super::trial::Trial;
use crate::artifact::ArtifactSet;
use crate::deployment::limits::{Refusal, refusals, value};
use crate::deployment::{Call, Deployment};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::format::terraform::value::Value;
use crate::spec::Duration;
use crate::spec::decode::Scalar;
use crate::syntax::Document;
use crate::topology::Topology;
use std::collections::BTreeSet;

/// A value that Terraform would refuse.
pub const CODE: Code = Code::new("PRV104", "value-out-of-range");

/// Reports what the modules refuse of the arguments that they are given. What something else has
/// said of the same place is enough.
pub fn check(
    document: &Document,
    topology: &Topology,
    deployment: &Deployment,
    out: &mut Diagnostics,
) {
    let ours = |call: &&Call| topology.terraform.own(call.module).is_none();
    let all = deployment.calls.iter().filter(ours).flat_map(refusals);
    // What an error left out makes arguments that do not fit together: one fault is said once.
    let whole = !out.has_errors();
    let all = all.filter(|refusal| whole || refusal.value.is_some());
    let mut said = BTreeSet::new();
    for refusal in all {
        // The same value in each region is one fault.
        let same = format!("{} {} {:?}", refusal.module, refusal.reason, refusal.value);
        if said.insert(same) {
            let found = at_its_place(document, topology, deployment, &refusal);
            let stands = |d: &Diagnostic| {
                let place = |d: &Diagnostic| d.primary.as_ref().map(|l| l.span);
                d.severity == Severity::Error && place(d) == place(&found)
            };
            if !out.iter().any(stands) {
                out.push(found);
            }
        }
    }
}

fn at_its_place(
    document: &Document,
    topology: &Topology,
    deployment: &Deployment,
    refusal: &Refusal,
) -> Diagnostic {
    let artifacts = ArtifactSet::default();
    let traced = Traced {
        document,
        lock: &topology.lock,
        spec_name: &topology.spec_name,
        artifacts: &artifacts,
    };
    let now = given(deployment, refusal);
    let other = |changed: &Deployment| {
        let then = given(changed, refusal);
        then.is_some() && then != now
    };
    let fits = |input: &Input| refusal.value.is_some_and(|v| reads_as(&input.text, v));
    let input = Trial::new(traced, None).origin(&fits, &other);
    let argument = match refusal.path.last() {
        Some(last) => last,
        None => &refusal.argument,
    };
    let written = input.as_ref().map(|i| format!("`{}`: ", i.shown()));
    let written = written.unwrap_or_default();
    let is = refusal.value.map(|v| format!(" = {v}"));
    let diagnostic = Diagnostic::error(
        CODE,
        input.as_ref().map_or(topology.span, |i| i.span),
        format!(
            "{written}`{}` does not take `{argument}{}`",
            refusal.module,
            is.unwrap_or_default()
        ),
        refusal.reason.trim_end_matches('.'),
    );
    match refusal.nearest {
        Some(nearest) => diagnostic.help(help(argument, nearest, input.as_ref())),
        None => diagnostic,
    }
}

/// The value in question, of the call that has it.
fn given(deployment: &Deployment, refusal: &Refusal) -> Option<Value> {
    let call = deployment.calls.iter().find(|c| c.name == refusal.call)?;
    let argument = call.arguments.iter().find(|(n, _)| *n == refusal.argument);
    let whole = argument.map_or(Value::Null, |(_, argument)| value(argument));
    let mut way = refusal.path.iter();
    // Names of entries have dots.
    Some(way.try_fold(&whole, |of, name| of.member(name))?.clone())
}

/// Units in which arguments are, by how their names end, each in milliseconds.
const TIMES: [(&str, u64); 3] = [
    ("_seconds", 1000),
    ("_minutes", 60_000),
    ("_days", 86_400_000),
];

/// Whether a text of the spec is a number in a unit that arguments are in, rounded up.
fn reads_as(text: &str, number: f64) -> bool {
    let near = |n: f64| (0.0..1.0).contains(&(number - n));
    let units = TIMES.iter().map(|(_, unit)| *unit as f64);
    if let Ok(time) = Duration::parse(text) {
        return units.clone().any(|unit| near(time.millis() as f64 / unit));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = text.split_at(digits.unwrap_or(text.len()));
    let scale = match unit {
        "Ti" => 1024.0,
        _ => 1.0,
    };
    digits.parse::<f64>().is_ok_and(|n| near(n * scale))
}

/// What to write instead: the nearest value in the words of the spec.
fn help(argument: &str, nearest: f64, input: Option<&Input>) -> String {
    let key = input.and_then(|i| i.path.last()).map(String::as_str);
    let time = TIMES.iter().find(|(end, _)| argument.ends_with(end));
    let text = match time {
        Some((_, unit)) => Duration::from_millis(nearest as u64 * unit).to_string(),
        None if argument.ends_with("_per_minute") => format!("{nearest}/min"),
        None if argument.ends_with("_gb") => format!("{nearest}Gi"),
        None => nearest.to_string(),
    };
    match key {
        Some(key) => format!("the nearest that it takes is `{key}: {text}`"),
        None => format!("the nearest that it takes is {text}"),
    }
}

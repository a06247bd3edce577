//! Arguments that the spec adds to calls of our modules, beside those that follow from it.

use crate::deployment::{Argument, Call, Deployment, modules};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::value;
use crate::topology::{ExtraArguments, Text, Topology};
use serde_json::{Map, Value};

/// An argument that a call cannot be given.
pub const REFUSED: Code = Code::new("TFM105", "refused-argument");

/// Adds what `terraform.arguments` says to the calls of each module.
pub(super) fn lower(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    for (_, extra) in topology.terraform.arguments.iter() {
        let wanted = |call: &Call| wants(topology, extra, call);
        if !deployment.calls.iter().any(wanted) {
            let names = deployment.calls.iter().map(|c| name(c.module));
            let help = match did_you_mean(&extra.module, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "the names are those of the folders in `terraform/modules` of the output".into()
                }
            };
            let message = format!("no root calls a module `{}` there", extra.module.value);
            out.push(refused(extra.module.span, &message, &help));
            continue;
        }
        match values(&extra.values) {
            Ok(values) => {
                for call in deployment.calls.iter_mut().filter(|c| wanted(c)) {
                    add(call, &extra.values, &values, out);
                }
            }
            Err(message) => out.push(refused(
                extra.values.span,
                &message,
                "write a map in YAML: `timeouts: { create: 90m }`",
            )),
        }
    }
}

/// The name of a module's folder.
fn name(module: &str) -> &str {
    module.rsplit('/').next().unwrap_or(module)
}

fn wants(topology: &Topology, extra: &ExtraArguments, call: &Call) -> bool {
    let is = name(call.module) == extra.module.as_str()
        || call.module.replace('/', ".") == extra.module.as_str();
    let slugs = || extra.regions.iter().map(|r| r.replace(['-', '.'], "_"));
    let ours = topology.terraform.own(call.module).is_none();
    let there =
        extra.regions.is_empty() || slugs().any(|slug| call.name.ends_with(&format!("_{slug}")));
    is && ours && there
}

fn values(text: &Text) -> Result<Map<String, Value>, String> {
    match value(text) {
        Some(Value::Object(values)) => Ok(values),
        _ => Err("`values` is no map in YAML".into()),
    }
}

fn add(call: &mut Call, text: &Text, values: &Map<String, Value>, out: &mut Diagnostics) {
    for (key, value) in values {
        let (module, at) = (name(call.module), text.span);
        let given = call.arguments.iter().any(|(name, _)| name == key);
        match modules::variables(call.module).find(|own| own == key) {
            None => {
                let known = modules::variables(call.module);
                let help = match did_you_mean(key, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "`terraform/modules/{module}/README.md` of the output lists its inputs"
                    ),
                };
                out.push_once(refused(
                    at,
                    &format!("`{module}` has no input `{key}`"),
                    &help,
                ));
            }
            Some(_) if given => {
                let message = format!("`{key}` of `{}` follows from the spec already", call.name);
                let help = "change the field of the spec: other files and the recovery budget count with it";
                out.push_once(refused(at, &message, help));
            }
            Some(own) => call.arguments.push((own, argument(value))),
        }
    }
}

fn refused(place: Span, message: &str, help: &str) -> Diagnostic {
    let label = "the plan would fail, or contradict other files";
    Diagnostic::error(REFUSED, place, message.to_string(), label).help(help.to_string())
}

fn argument(value: &Value) -> Argument {
    match value {
        Value::Null => Argument::Null,
        Value::Bool(b) => Argument::Bool(*b),
        Value::Number(n) => match n.as_i64() {
            Some(n) => Argument::Int(n),
            None => Argument::Decimal(n.to_string()),
        },
        Value::String(text) => Argument::Text(text.clone()),
        Value::Array(items) => Argument::List(items.iter().map(argument).collect()),
        Value::Object(fields) => {
            Argument::map(fields.iter().map(|(k, v)| (k.clone(), argument(v))))
        }
    }
}

//! Texts that the decoder alone cannot judge: parts of names, places, amounts of CPU, and words
//! that only what is external may be called by.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::decode::{BAD_VALUE, MISSING_KEY, Scalar, check_part_of_names};
use crate::spec::{Engine, OneOf, QueueEngine, Spec, Value};

/// Reports every text that cannot be what it stands for.
pub(super) fn check(spec: &Spec, out: &mut Diagnostics) {
    check_parts_of_names(spec, out);
    check_jurisdictions(spec, out);
    check_cpu(spec, out);
    check_names_of_others(spec, out);
}

/// Names of resources are made of these.
fn check_parts_of_names(spec: &Spec, out: &mut Diagnostics) {
    let namespace = spec.mesh.iter().flat_map(|m| &m.namespace);
    let short = spec.regions.iter().flat_map(|(_, r)| &r.short);
    let texts = [
        ("the name of a system", &spec.name),
        ("an environment", &spec.environment),
    ]
    .into_iter()
    .chain(namespace.map(|n| ("a namespace", n)))
    .chain(short.map(|s| ("a short name", s)));
    for (what, text) in texts {
        check_part_of_names(what, text, text.span, out);
    }
    let regions = spec.regions.iter().map(|(n, _)| ("a region", n));
    let services = spec.services.iter().map(|(n, _)| ("a service", n));
    let stores = spec.datastores.iter().map(|(n, _)| ("a datastore", n));
    let queues = spec.queues.iter().map(|(n, _)| ("a queue", n));
    let secrets = spec.secrets.iter().map(|(n, _)| ("a secret", n));
    let names = regions
        .chain(services)
        .chain(stores)
        .chain(queues)
        .chain(secrets);
    for (what, name) in names {
        check_part_of_names(what, &name.text, name.span, out);
    }
}

/// A place that nothing is in would forbid everything, or nothing.
fn check_jurisdictions(spec: &Spec, out: &mut Diagnostics) {
    let zones = spec.compliance.iter().flat_map(|c| c.zones.iter());
    for place in zones.flat_map(|(_, z)| &z.jurisdictions) {
        let country = place.len() == 2 && place.chars().all(|c| c.is_ascii_alphabetic());
        if country || place.eq_ignore_ascii_case("eea") {
            continue;
        }
        out.push(
            Diagnostic::error(
                BAD_VALUE,
                place.span,
                format!("`{}` is not a jurisdiction", place.value),
                "neither `eea` nor a country",
            )
            .help("write `eea`, or a country's code of two letters (ISO 3166) such as `US`"),
        );
    }
}

/// CPU as Kubernetes writes it: cores, or thousandths with `m`.
fn check_cpu(spec: &Spec, out: &mut Diagnostics) {
    for (_, service) in spec.services.iter() {
        let cpu = &service.cpu;
        let thousandths = cpu
            .strip_suffix('m')
            .map(|m| m.parse::<u32>().is_ok_and(|m| m > 0));
        let cores = || cpu.parse::<f64>().is_ok_and(|c| c.is_finite() && c > 0.0);
        if thousandths.unwrap_or_else(cores) {
            continue;
        }
        out.push(
            Diagnostic::error(
                BAD_VALUE,
                cpu.span,
                format!("`{}` is not an amount of CPU", cpu.value),
                "neither cores nor thousandths of one",
            )
            .help("write cores such as `2` or `0.5`, or thousandths such as `500m`"),
        );
    }
}

/// A name that the language does not have is somebody else's; an image is ours.
fn check_names_of_others(spec: &Spec, out: &mut Diagnostics) {
    for (_, store) in spec.datastores.iter() {
        let known = store.engine.known().filter(|e| *e != Engine::External);
        check_name(known, &store.engine, store.external.is_some(), out);
    }
    for (_, queue) in spec.queues.iter() {
        let known = queue.engine.known();
        let known = known.filter(|e| *e != QueueEngine::External);
        check_name(known, &queue.engine, queue.external.is_some(), out);
    }
    for (name, service) in spec.services.iter() {
        if service.image.is_none() && service.external.is_none() {
            let message = format!("`{}` has no `image`", name.text);
            let found = Diagnostic::error(MISSING_KEY, name.span, message, "`image` is missing");
            out.push(found.help(
                "name its `image` such as `team/name`; `external: { run_by: …, at: […] }` if somebody else runs it",
            ));
        }
    }
}

fn check_name<T: Scalar + Copy>(
    known: Option<T>,
    name: &Value<OneOf<T>>,
    external: bool,
    out: &mut Diagnostics,
) {
    if known.is_some() || external {
        return;
    }
    let text = name.to_string();
    let near = T::parse(&text).err().filter(|why| !why.is_empty());
    let label = near.unwrap_or_else(|| "somebody else's kind".into());
    let message = format!("`{text}` is not {}", T::wanted());
    let others = "say who runs it: `external: { run_by: …, at: [{ country: DE }] }`";
    let help = match T::meant(&text).filter(|word| T::parse(word).is_ok()) {
        Some(word) => format!("write `{word}`, or {others}"),
        None => format!("write one of these, or {others}"),
    };
    out.push(Diagnostic::error(BAD_VALUE, name.span, message, label).help(help));
}

//! Texts that the decoder alone cannot judge: parts of names, codes that others publish, and
//! words that only what is external may be called by.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::decode::{BAD_VALUE, MISSING_KEY, Scalar, check_part_of_names};
use crate::spec::{Engine, OneOf, QueueEngine, Spec, Value};

/// Reports every text that cannot be what it stands for.
pub(super) fn check(spec: &Spec, out: &mut Diagnostics) {
    check_parts_of_names(spec, out);
    check_jurisdictions(spec, out);
    check_cpu(spec, out);
    check_codes(spec, out);
    check_names_of_others(spec, out);
    check_variables(spec, out);
}

/// Names of environment variables, as a shell takes them.
fn check_variables(spec: &Spec, out: &mut Diagnostics) {
    let flags = spec.flags.iter().filter_map(|(_, f)| f.variable.as_ref());
    let regions = spec.services.iter().map(|(_, s)| &s.region_variable);
    for name in flags.chain(regions) {
        let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        let whole = name.chars().all(|c| letter(c) || c.is_ascii_digit());
        if whole && name.starts_with(letter) {
            continue;
        }
        let message = format!("`{}` is no name of a variable", name.value);
        out.push(
            Diagnostic::error(BAD_VALUE, name.span, message, "no process finds it")
                .help("write letters, digits and underscores, such as `MULTI_REGION_ENABLED`"),
        );
    }
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

/// Countries and currencies are codes that others publish.
fn check_codes(spec: &Spec, out: &mut Diagnostics) {
    let letters = |text: &str, count: usize| {
        text.len() == count && text.chars().all(|c| c.is_ascii_uppercase())
    };
    let blocked = spec.traffic.iter().filter_map(|(_, h)| h.protect.as_ref());
    let blocked = blocked.flat_map(|p| &p.block_countries);
    let collectors = spec.observability.iter();
    let collectors = collectors
        .flat_map(|o| [&o.metrics, &o.logs, &o.traces])
        .flatten();
    let outside = collectors.filter_map(|t| t.external.as_ref());
    let stores = spec.datastores.iter();
    let stores = stores.filter_map(|(_, s)| s.external.as_ref());
    let queues = spec.queues.iter();
    let queues = queues.filter_map(|(_, q)| q.external.as_ref());
    let services = spec.services.iter();
    let services = services.filter_map(|(_, s)| s.external.as_ref());
    let hosts = spec.traffic.iter();
    let hosts = hosts.filter_map(|(_, h)| h.external.as_ref());
    let others = stores.chain(queues).chain(services).chain(hosts);
    let at = outside
        .flat_map(|o| &o.at)
        .chain(others.flat_map(|e| &e.at));
    let at = at.filter_map(|s| s.country.as_ref());
    let countries = blocked.chain(at).filter(|c| !letters(c, 2));
    let countries = countries.map(|c| {
        (
            c,
            "a country",
            "a code of two letters (ISO 3166), such as `DE`",
        )
    });
    let currency = spec.cost.as_ref().map(|c| &c.currency);
    let currency = currency.filter(|c| !letters(c, 3));
    let currency = currency.map(|c| {
        (
            c,
            "a currency",
            "a code of three letters (ISO 4217), such as `USD`",
        )
    });
    for (text, what, wanted) in countries.chain(currency) {
        let message = format!("`{}` is not {what}", text.value);
        out.push(
            Diagnostic::error(BAD_VALUE, text.span, message, format!("not {wanted}"))
                .help(format!("write {wanted}")),
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
                "write `image: team/name`, or `external: { run_by: …, at: […] }` if somebody else runs it",
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
    out.push(Diagnostic::error(BAD_VALUE, name.span, message, label).help(
        "write one of these, or say who runs it: `external: { run_by: …, at: [{ country: DE }] }`",
    ));
}

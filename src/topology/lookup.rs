//! Names that must be there: what a reference is to, or what there is instead.

use super::resolve::DANGLING;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::spec::{self, Map, Ref};

pub(super) fn id<T, I>(
    name: &Ref,
    kind: &str,
    map: &Map<T>,
    make: impl Fn(usize) -> I,
    out: &mut Diagnostics,
) -> Option<I> {
    let index = map.names().position(|n| n == name.value);
    if index.is_none() {
        lookup(kind, map, name, out);
    }
    index.map(make)
}

pub(super) fn ids<T, I>(
    names: &[Ref],
    kind: &str,
    map: &Map<T>,
    make: impl Fn(usize) -> I + Copy,
    out: &mut Diagnostics,
) -> Vec<I> {
    let each = |n: &Ref| id(n, kind, map, make, out);
    names.iter().filter_map(each).collect()
}

pub(super) fn lookup<T>(kind: &str, map: &Map<T>, name: &Ref, out: &mut Diagnostics) {
    if !map.knows(name) {
        out.push(dangling(kind, name, map.written()));
    }
}

/// The same for the key of a map.
pub(super) fn key<T>(kind: &str, map: &Map<T>, name: &spec::Name, out: &mut Diagnostics) {
    let name = Ref {
        value: name.text.clone(),
        span: name.span,
        origin: spec::Origin::Written,
    };
    lookup(kind, map, &name, out);
}

pub(super) fn dangling<'a>(
    kind: &str,
    name: &Ref,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the topology has no {kind} yet: add `{}`", name.value),
        None => format!("the topology has {}", known.join(", ")),
    };
    Diagnostic::error(
        DANGLING,
        name.span,
        format!("there is no {kind} `{}`", name.value),
        format!("no such {kind}"),
    )
    .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, Span};

    fn unknown(name: &str, known: &[&str]) -> Diagnostic {
        let mut sources = SourceMap::default();
        let file = sources.add("topology.yaml", name);
        let name = Ref {
            value: name.into(),
            span: Span::new(file, 0, name.len()),
            origin: spec::Origin::Written,
        };
        dangling("service", &name, known.iter().copied())
    }

    #[test]
    fn an_unknown_name_is_told_what_there_is() {
        let help = |name, known: &[&str]| unknown(name, known).help.unwrap_or_default();
        assert_eq!(help("wbe", &["web", "worker"]), "did you mean `web`?");
        assert_eq!(
            help("billing", &["web", "worker"]),
            "the topology has web, worker"
        );
        assert_eq!(
            help("web", &[]),
            "the topology has no service yet: add `web`"
        );
    }
}

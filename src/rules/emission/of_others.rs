//! What somebody else runs is not made by us: settings of it that we would make change nothing.

use super::no_effect::CODE;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Datastore, Host, Map, Name, PerRegion, Queue, Service, Spec, Value};
use crate::topology::Topology;

/// Settings of a part: the key, and where it is written, if it is.
type Settings = Vec<(&'static str, Option<Span>)>;

/// Reports what is written of a part of others and read by nothing.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let Spec {
        datastores,
        queues,
        services,
        traffic,
        ..
    } = topology.written();
    for (name, store) in datastores.iter().filter(|(_, s)| s.external.is_some()) {
        say(name, store_settings(store), out);
    }
    for (name, queue) in queues.iter().filter(|(_, q)| q.external.is_some()) {
        say(name, queue_settings(queue), out);
    }
    for (name, service) in services.iter().filter(|(_, s)| s.external.is_some()) {
        let external = service.external.iter();
        let settings = external.map(|e| ("secret", e.secret.as_ref().map(|s| s.span)));
        let unused = settings.filter(|_| !called(topology, name));
        say(
            name,
            service_settings(service)
                .into_iter()
                .chain(unused)
                .collect(),
            out,
        );
    }
    for (name, host) in traffic.iter().filter(|(_, h)| h.external.is_some()) {
        say(name, host_settings(host), out);
    }
}

/// Whether a service of ours calls one of others.
fn called(topology: &Topology, name: &Name) -> bool {
    let mut services = topology.services.iter();
    let is_called = |at: &usize| topology.outside[*at].name == name.text;
    services.any(|s| s.needs_outside.iter().any(is_called))
}

fn say(name: &Name, settings: Settings, out: &mut Diagnostics) {
    for (key, place) in settings {
        let Some(place) = place else { continue };
        let message = format!("`{key}` has no effect on `{}`", name.text);
        out.push(
            Diagnostic::warning(CODE, place, message, "somebody else runs it")
                .help("remove it; its times stand in `facts`, its places in `external: { at: … }`"),
        );
    }
}

fn at<T>(value: &Option<Value<T>>) -> Option<Span> {
    value.as_ref().map(|v| v.span)
}

fn written<T>(value: &Value<T>) -> Option<Span> {
    value.written().then_some(value.span)
}

fn first<T>(list: &[Value<T>]) -> Option<Span> {
    list.first().map(|v| v.span)
}

fn map<T>(map: &Map<T>) -> Option<Span> {
    (!map.is_empty()).then_some(map.span)
}

fn each<T>(value: &Option<PerRegion<Value<T>>>) -> Option<Span> {
    value.as_ref().map(|v| match v {
        PerRegion::All(all) => all.span,
        PerRegion::Each(map) => map.span,
    })
}

fn store_settings(store: &Datastore) -> Settings {
    let backup = store.backup.as_ref();
    vec![
        ("engine_version", at(&store.engine_version)),
        ("location", at(&store.location)),
        ("databases", map(&store.databases)),
        ("regions", first(&store.regions)),
        ("read_replicas", first(&store.read_replicas)),
        ("nodes", each(&store.nodes)),
        ("replicas", at(&store.replicas)),
        ("sentinels", each(&store.sentinels)),
        ("node_groups", first(&store.node_groups)),
        ("size", at(&store.size)),
        ("machine", at(&store.machine)),
        ("replication", store.replication.as_ref().map(|r| r.span)),
        ("health", store.health.as_ref().map(|h| h.span)),
        ("lifecycle", map(&store.lifecycle)),
        ("renamed_from", at(&store.renamed_from)),
        ("copies_to", backup.and_then(|b| first(&b.copies_to))),
        ("immutable", backup.and_then(|b| written(&b.immutable))),
    ]
}

fn queue_settings(queue: &Queue) -> Settings {
    let external = queue.external.as_ref();
    let shown = external.is_some_and(|e| e.signals.knows("queue-backlog"));
    vec![
        // Who receives its messages counts: they are there, and wait for it.
        ("path", queue.push.as_ref().and_then(|p| written(&p.path))),
        ("ordered_by", at(&queue.ordered_by)),
        ("dead_letter", queue.dead_letter.as_ref().map(|d| d.span)),
        ("keep", written(&queue.keep)),
        ("ack_within", written(&queue.ack_within)),
        ("regions", first(&queue.regions)),
        ("backlog_limit", at(&queue.backlog_limit).filter(|_| !shown)),
    ]
}

fn service_settings(service: &Service) -> Settings {
    vec![
        ("runtime", written(&service.runtime)),
        ("image", at(&service.image)),
        ("tag", at(&service.tag)),
        ("regions", first(&service.regions)),
        ("named", at(&service.named)),
        ("account", at(&service.account)),
        ("port", written(&service.port)),
        ("needs", first(&service.needs)),
        ("publishes", first(&service.publishes)),
        ("secrets", first(&service.secrets)),
        ("env", map(&service.env)),
        ("region_variable", written(&service.region_variable)),
        ("replicas", each(&service.replicas)),
        ("capacity", service.capacity.as_ref().map(|c| c.span)),
        ("scale_on", service.scale_on.as_ref().map(|s| s.span)),
        ("calls", service.calls.as_ref().map(|c| c.span)),
        ("ready", service.ready.as_ref().map(|r| r.span)),
        ("cpu", written(&service.cpu)),
        ("memory", written(&service.memory)),
        ("concurrency", at(&service.concurrency)),
        ("renamed_from", at(&service.renamed_from)),
        ("objectives", service.objectives.as_ref().map(|o| o.span)),
    ]
}

fn host_settings(host: &Host) -> Settings {
    vec![
        ("routing", at(&host.routing)),
        ("health", host.health.as_ref().map(|h| h.span)),
        ("protect", host.protect.as_ref().map(|p| p.span)),
        ("ttl", written(&host.ttl)),
        ("dns_zone", at(&host.dns_zone)),
        ("domain", at(&host.domain)),
        ("dns", at(&host.dns)),
        ("cors", first(&host.cors)),
        ("backup", written(&host.backup)),
        ("cdn", host.cdn.as_ref().map(|c| c.span)),
    ]
}

//! Accounts, systems and hosts: every setting that not every cloud has, less what theirs read.

use super::CloudReads;
use super::Unread::{self, NoEffect, NotEmitted};
use crate::cloud::offering::provider_of;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::rules::emission::{no_effect, not_emitted};
use crate::source::Span;
use crate::spec::{self, Singleton, Spec};
use crate::topology::{Host, Topology};

/// A setting of `clouds`, where it counts, and where it is written.
type OfAccount = (&'static str, &'static str, fn(&spec::Cloud) -> Option<Span>);

const ACCOUNT: &[OfAccount] = &[
    ("project", FOR_GOOGLE, |c| span(&c.project)),
    ("project_number", FOR_GOOGLE, |c| span(&c.project_number)),
    ("billing_account", FOR_GOOGLE, |c| span(&c.billing_account)),
    ("account", "a project is named by `project`", |c| {
        span(&c.account)
    }),
    ("existing", "it is for AWS and Google Cloud", |c| {
        c.existing.first().map(|e| e.span)
    }),
    ("plan", "it is for Cloudflare", |c| span(&c.plan)),
];
const FOR_GOOGLE: &str = "it is for Google Cloud";

/// Whose word counts for a setting of the system.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    /// One of its clouds reads it.
    Any,
    /// All of them do.
    All,
}
use By::{All, Any};

/// A setting of the system: who must read it, what is said if nobody does, why it has no effect
/// and where it counts, and where it is written.
struct OfSystem {
    path: &'static str,
    by: By,
    unread: Unread,
    here: &'static str,
    counts: &'static str,
    place: fn(&Spec) -> Option<Span>,
}

const fn not_emitted(
    path: &'static str,
    by: By,
    what: &'static str,
    place: fn(&Spec) -> Option<Span>,
) -> OfSystem {
    OfSystem {
        path,
        by,
        unread: NotEmitted(what),
        here: "",
        counts: "",
        place,
    }
}

const SYSTEM: &[OfSystem] = &[
    not_emitted("terraform.state_region", Any, "a region for state", |s| {
        span(&s.terraform.as_ref()?.state_region)
    }),
    OfSystem {
        path: "mesh.trust_domain",
        by: Any,
        unread: NoEffect,
        here: "in a managed mesh, whose trust domain is the project's workload identity pool",
        counts: "it is for meshes whose control plane is yours",
        place: |s| span(&s.mesh.as_ref()?.trust_domain),
    },
    OfSystem {
        path: "observability.traces.sample",
        by: Any,
        unread: NoEffect,
        here: "on Google Cloud, whose mesh takes no share",
        counts: "set the share in the collector of traces",
        place: |s| span(&s.observability.as_ref()?.traces.as_ref()?.sample),
    },
    // Networks are global on Google Cloud, and regional on AWS.
    not_emitted("network.links", All, "private links", |s| {
        let links = &s.network.as_ref()?.links;
        (!links.is_empty()).then_some(links.span)
    }),
    not_emitted("network.isolated", All, "isolated regions", |s| {
        Some(s.network.as_ref()?.isolated.first()?.span)
    }),
    not_emitted("failover.shift", All, "shifting traffic in steps", |s| {
        Some(s.failover.as_ref()?.shift.as_ref()?.span)
    }),
    not_emitted("failover.undo", All, "undoing a shift", |s| {
        Some(s.failover.as_ref()?.undo.as_ref()?.span)
    }),
    not_emitted(
        "failover.detect",
        All,
        "detection by error rate and latency",
        |s| Some(s.failover.as_ref()?.detect.as_ref()?.span),
    ),
    not_emitted(
        "failover.healthy_below",
        All,
        "a share of healthy targets",
        |s| span(&s.failover.as_ref()?.healthy_below),
    ),
    not_emitted(
        "observability.dashboards.named",
        All,
        "a dashboard of that name",
        |s| {
            let boards = s.observability.as_ref()?.dashboards.as_ref()?;
            Some(boards.named.first()?.span)
        },
    ),
    not_emitted(
        "cost.billing_export",
        Any,
        "the export of the bill on this cloud",
        |s| {
            let export = &s.cost.as_ref()?.billing_export;
            export.value.then_some(export.span)
        },
    ),
    OfSystem {
        path: "cost.budget",
        by: Any,
        unread: NoEffect,
        here: "without `billing_export: true`",
        counts: "a budget stands beside the export of the bill",
        place: |s| span(&s.cost.as_ref()?.budget),
    },
    OfSystem {
        path: "keys.hardware",
        by: Any,
        unread: NoEffect,
        here: "on these clouds",
        counts: FOR_GOOGLE,
        place: |s| {
            let hardware = &s.keys.as_ref()?.hardware;
            hardware.written().then_some(hardware.span)
        },
    },
];

/// A setting of a host: what is said if its cloud does not read it, where it counts, and where
/// it is written.
type OfHost = (
    &'static str,
    Unread,
    &'static str,
    fn(&spec::Host) -> Option<Span>,
);

const HOST: &[OfHost] = &[
    ("health.timeout", NoEffect, READY, |h| {
        span(&h.health.as_ref()?.timeout)
    }),
    ("health.healthy_after", NoEffect, READY, |h| {
        written(&h.health.as_ref()?.healthy_after)
    }),
    (
        "health.status",
        NoEffect,
        "Route 53 takes any status from 200 to 399; `body` asks for a text",
        |h| written(&h.health.as_ref()?.status),
    ),
    (
        "protect.firewall: false",
        NoEffect,
        "Cloud Armor refuses known attacks on every host here",
        |h| {
            let firewall = &h.protect.as_ref()?.firewall;
            (!firewall.value).then_some(firewall.span)
        },
    ),
    (
        "cors",
        NoEffect,
        "no load balancer of AWS is given headers yet: answer them in the service",
        |h| Some(h.cors.first()?.span),
    ),
    (
        "backup",
        NotEmitted("a backup load balancer for Kubernetes"),
        "",
        |h| h.backup.value.then_some(h.backup.span),
    ),
];
const READY: &str =
    "a load balancer has no health checks of Cloud Run; `ready` of the service counts";

/// The settings of an account.
pub(super) fn of_accounts() -> impl Iterator<Item = &'static str> {
    ACCOUNT.iter().map(|s| s.0)
}

/// The settings of the system.
pub(super) fn of_systems() -> impl Iterator<Item = &'static str> {
    SYSTEM.iter().map(|s| s.path)
}

/// The settings of a host.
pub(super) fn of_hosts() -> impl Iterator<Item = &'static str> {
    HOST.iter().map(|s| s.0)
}

/// Reports what is written of accounts, the system and hosts, and read by no cloud of theirs.
pub(super) fn check(topology: &Topology, out: &mut Diagnostics) {
    accounts(topology, out);
    system(topology, out);
    hosts(topology, out);
}

fn accounts(topology: &Topology, out: &mut Diagnostics) {
    for (name, cloud) in topology.written().clouds.iter() {
        let Some(provider) = crate::topology::provider_of(name, cloud) else {
            continue;
        };
        let reads = crate::cloud::reads_of(provider);
        for (what, counts, place) in ACCOUNT.iter().filter(|s| !reads.account.contains(&s.0)) {
            let here = format!("on {}", provider.word());
            let place = place(cloud);
            out.extend(place.map(|place| no_effect::says(place, what, &here, counts)));
        }
        let used = |thing: Singleton| {
            let mut made = reads.existing.iter();
            made.any(|(kind, when)| *kind == thing && when(topology))
        };
        let all = cloud.existing.iter();
        let idle = all.filter(|e| reads.account.contains(&"existing") && !used(e.value));
        for thing in idle {
            let what = format!("existing: {}", thing.value.word());
            let here = format!("on {}: this system would not make it", provider.word());
            let counts = "name what a system makes and others have made already";
            out.push(no_effect::says(thing.span, &what, &here, counts));
        }
    }
}

fn system(topology: &Topology, out: &mut Diagnostics) {
    let reads = |path: &str| -> Vec<bool> {
        let of = |reads: &CloudReads| {
            let mut own = reads.system.iter();
            own.any(|(field, when)| *field == path && when(topology))
        };
        let clouds = topology.providers().into_iter();
        clouds.map(|p| of(crate::cloud::reads_of(p))).collect()
    };
    for setting in SYSTEM {
        let read = match setting.by {
            Any => reads(setting.path).contains(&true),
            All => !reads(setting.path).contains(&false),
        };
        let place = (setting.place)(topology.written()).filter(|_| !read);
        let what = key(setting.path);
        out.extend(place.map(|place| match setting.unread {
            NotEmitted(what) => not_emitted::says(place, what),
            NoEffect => no_effect::says(place, what, setting.here, setting.counts),
        }));
    }
}

fn hosts(topology: &Topology, out: &mut Diagnostics) {
    for host in topology.hosts.iter().filter(|h| h.external().is_none()) {
        let Some(provider) = provider_of(topology, &host.regions) else {
            continue;
        };
        let Some(written) = topology.written().traffic.get(&host.name) else {
            continue;
        };
        let own = crate::cloud::reads_of(provider).hosts;
        for (path, unread, counts, place) in HOST {
            let mut own = own.iter();
            let read = own.any(|(field, when)| field == path && when(topology, host));
            let place = place(written).filter(|_| !read);
            out.extend(place.map(|place| said(*unread, place, key(path), host, counts)));
        }
        for (at, policy) in written.policy.iter().enumerate() {
            let idle = crate::cloud::reads_of(provider).idle_policy;
            let here = format!("at the entry of `{}`", host.name);
            let counts = idle(topology, host, at, policy.value);
            let word = policy.value.word();
            out.extend(counts.map(|counts| no_effect::says(policy.span, word, &here, counts)));
        }
    }
}

/// Takes out the policies that lead nobody.
pub(super) fn settle(topology: &mut Topology) {
    for index in 0..topology.hosts.len() {
        let host = &topology.hosts[index];
        let provider = provider_of(topology, &host.regions);
        let Some(provider) = provider.filter(|_| host.external().is_none()) else {
            continue;
        };
        let idle = crate::cloud::reads_of(provider).idle_policy;
        let policies = host.policy.iter().enumerate();
        let read = policies.filter(|(at, p)| idle(topology, host, *at, p.value).is_none());
        let read = read.map(|(_, p)| *p).collect();
        topology.hosts[index].policy = read;
    }
}

fn said(unread: Unread, place: Span, key: &str, host: &Host, counts: &str) -> Diagnostic {
    match unread {
        NotEmitted(what) => not_emitted::says(place, what),
        NoEffect => no_effect::says(place, key, &format!("on `{}`", host.name), counts),
    }
}

/// The last word of a path.
fn key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn span<T>(value: &Option<spec::Value<T>>) -> Option<Span> {
    value.as_ref().map(|v| v.span)
}

fn written<T>(value: &spec::Value<T>) -> Option<Span> {
    value.written().then_some(value.span)
}

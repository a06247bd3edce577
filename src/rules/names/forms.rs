//! Text that becomes a name or an identifier somewhere has the form that is taken there.

use crate::catalog::providers::spelling;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::format::promql;
use crate::source::Span;
use crate::spec::{Datastore, Engine, Host, Service, Spec, Spot, Text};
use crate::topology::{Topology, provider_of};

/// Text that cannot be what it becomes.
pub const CODE: Code = Code::new("NAME103", "not-an-identifier");

/// What a text becomes.
struct Form {
    /// As people call it, with its article.
    what: &'static str,
    /// What is allowed, and an example.
    help: &'static str,
    fits: fn(&str) -> bool,
}

/// cloud.google.com/resource-manager/docs/creating-managing-projects, read 2026-11.
const PROJECT: Form = Form {
    what: "a project id of Google Cloud",
    help: "6 to 30 lower-case letters, digits and dashes; a letter first, no dash last: `shop-prod`",
    fits: |t| (6..=30).contains(&t.len()) && label(t),
};
/// cloud.google.com/resource-manager/docs/creating-managing-projects: assigned by Google.
const PROJECT_NUMBER: Form = Form {
    what: "a project number of Google Cloud",
    help: "digits only, as `gcloud projects describe` prints it: `123456789012`",
    fits: |t| (1..=20).contains(&t.len()) && digits(t),
};
/// docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html.
const TWELVE_DIGITS: Form = Form {
    what: "an account id of AWS",
    help: "12 digits without dashes, in quotes: `\"123456789012\"`",
    fits: |t| t.len() == 12 && digits(t),
};
const ACCOUNT: Form = Form {
    what: "an account id",
    help: "letters and digits only",
    fits: |t| !t.is_empty() && t.chars().all(|c| c.is_ascii_alphanumeric()),
};
/// cloud.google.com/billing/docs/how-to/find-billing-account-id.
const BILLING_ACCOUNT: Form = Form {
    what: "a billing account id",
    help: "three groups of six letters and digits: `01ABCD-234567-89EFGH`",
    fits: |t| {
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let groups: Vec<&str> = t.split('-').collect();
        groups.len() == 3 && groups.iter().all(|g| g.len() == 6 && g.chars().all(upper))
    },
};
/// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and
/// cloud.google.com/storage/docs/buckets#naming.
const BUCKET: Form = Form {
    what: "the name of a bucket",
    help: "3 to 63 lower-case letters, digits, dots and dashes, with a letter or digit at both ends: `shop-tfstate`",
    fits: |t| {
        let inner = |c: char| lower(c) || "-._".contains(c);
        (3..=63).contains(&t.len())
            && t.chars().all(inner)
            && bounded(t, lower)
            && !t.contains("..")
            && !t.starts_with("goog")
            && !t.starts_with("xn--")
    },
};
/// RFC 1035 labels, which services, service accounts and roles share.
const LABEL: Form = Form {
    what: "a name in a region",
    help: "lower-case letters, digits and dashes, a letter first, no dash last; `{region}` stands for the region's short name: `shop-web-{region}`",
    fits: |t| t.len() <= 63 && label(t),
};
const FORMER: Form = Form {
    what: "a name before this one",
    help: "lower-case letters, digits and dashes, a letter or digit at both ends",
    fits: |t| t.len() <= 63 && t.chars().all(|c| lower(c) || c == '-') && bounded(t, lower),
};
const LOCATION: Form = Form {
    what: "a location",
    help: "a region or multi-region as the provider writes it: `nam5`, `europe-west1`",
    fits: |t| t.chars().all(|c| lower(c) || c == '-') && bounded(t, lower),
};
/// postgresql.org/docs/current/sql-syntax-lexical.html, 4.1.1: without quotes, and at most
/// 63 bytes (NAMEDATALEN - 1).
const DATABASE: Form = Form {
    what: "the name of a PostgreSQL database",
    help: "lower-case letters, digits and `_`, no digit first, at most 63: `shop_orders`",
    fits: |t| sql_name(t),
};
const TABLE: Form = Form {
    what: "the name of a PostgreSQL table",
    help: "lower-case letters, digits and `_`, with its schema before a dot if it has one: `public.orders`",
    fits: |t| t.split('.').count() <= 2 && t.split('.').all(sql_name),
};
const FIELD: Form = Form {
    what: "the name of a column or field",
    help: "letters, digits and `_`, no digit first; dots between nested ones: `expires_at`",
    fits: |t| t.len() <= 255 && t.split('.').all(identifier),
};
/// cloud.google.com/firestore/quotas (collection ids: no `/`), DynamoDB and object prefixes
/// are narrower.
const COLLECTION: Form = Form {
    what: "the name of a collection, table or prefix",
    help: "letters, digits, `_`, `-`, `.` and `/`, a letter, digit or `_` first: `orders`",
    fits: |t| {
        let inner = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        t.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && t.chars().all(inner)
    },
};
const ATTRIBUTE: Form = Form {
    what: "the name of an attribute",
    help: "letters, digits, `_` and `-`, a letter first: `ordering_key`",
    fits: |t| {
        let inner = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        t.starts_with(|c: char| c.is_ascii_alphabetic()) && t.chars().all(inner)
    },
};
const VERSION: Form = Form {
    what: "a version",
    help: "letters, digits, dots, dashes and `_`: `16.6`",
    fits: |t| tame(t, "._-"),
};
const MINOR: Form = Form {
    what: "a version of Kubernetes",
    help: "the minor version: `\"1.33\"`",
    fits: |t| {
        let minor = t.strip_prefix("1.").unwrap_or_default();
        minor.len() == 2 && minor.bytes().all(|b| b.is_ascii_digit())
    },
};
const MACHINE: Form = Form {
    what: "a machine type",
    help: "letters, digits, dots and dashes, as the provider writes it: `db.r6g.large`",
    fits: |t| tame(t, ".-"),
};
/// The reference grammar of distribution (pkg.go.dev/github.com/distribution/reference).
const IMAGE: Form = Form {
    what: "an image without its tag",
    help: "lower-case parts between slashes, and a registry with its port before them if need be: `shop/api`",
    fits: image,
};
/// The same grammar: a tag, or a digest.
const TAG: Form = Form {
    what: "the tag or digest of an image",
    help: "at most 128 letters, digits, `_`, `.` and `-`: `1.4.2`; or `sha256:` and 64 hex digits",
    fits: |t| {
        let hex = |h: &str| h.len() == 64 && h.chars().all(|c| c.is_ascii_hexdigit());
        match t.strip_prefix("sha256:") {
            Some(digest) => hex(digest),
            None => t.len() <= 128 && !t.starts_with(['.', '-']) && tame(t, "_.-"),
        }
    },
};
/// POSIX.1-2024, 8.1: names that shells can read.
const VARIABLE: Form = Form {
    what: "the name of an environment variable",
    help: "letters, digits and `_`, no digit first: `REGION`",
    fits: identifier,
};
/// RFC 3986, 3.3 and 3.4: a path with its query, nothing encoded anew.
const PATH: Form = Form {
    what: "a path",
    help: "begin with `/`; write everything else than letters, digits and `-._~/?=&%:@+,` in its encoded form: `/health`",
    fits: |t| path(t, ""),
};
const PATHS: Form = Form {
    what: "a pattern of paths",
    help: "begin with `/`; `*` stands for any text: `/img/*`",
    fits: |t| path(t, "*"),
};
const ZONE: Form = Form {
    what: "a DNS zone",
    help: "the name or id of an existing zone: `example-com`, `Z0123456789ABC`",
    fits: |t| t.len() <= 255 && tame(t, ".-"),
};
/// ISO 3166-1 alpha-2.
const COUNTRY: Form = Form {
    what: "a country",
    help: "its two letters of ISO 3166: `KP`",
    fits: |t| t.len() == 2 && t.chars().all(|c| c.is_ascii_uppercase()),
};
/// RFC 4632, 3.1.
const RANGE: Form = Form {
    what: "a range of IPv4 addresses",
    help: "an address and the length of its prefix: `10.200.0.0/16`",
    fits: |t| {
        let parts = t.split_once('/');
        parts.is_some_and(|(address, bits)| {
            let address = address.parse::<std::net::Ipv4Addr>();
            address.is_ok() && bits.parse::<u8>().is_ok_and(|b| b <= 32)
        })
    },
};
/// ISO 4217.
const CURRENCY: Form = Form {
    what: "a currency",
    help: "its three letters of ISO 4217: `USD`",
    fits: |t| t.len() == 3 && t.chars().all(|c| c.is_ascii_uppercase()),
};
/// RFC 6454, 6.1.
const ORIGIN: Form = Form {
    what: "an origin",
    help: "scheme and host, and a port if need be, without a path: `https://shop.example.com`",
    fits: |t| t == "*" || web(t).is_some_and(|rest| tame(rest, ".-:")),
};
/// github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md, 2.1.
const TRUST_DOMAIN: Form = Form {
    what: "a trust domain",
    help: "at most 255 lower-case letters, digits, dots, dashes and `_`: `shop.internal`",
    fits: |t| {
        let inner = |c: char| lower(c) || ".-_".contains(c);
        t.len() <= 255 && t.chars().all(inner) && bounded(t, lower)
    },
};
/// RFC 9110, 5.1.
const HEADER: Form = Form {
    what: "the name of a header",
    help: "letters, digits and dashes: `user-region`",
    fits: |t| tame(t, "-_"),
};
/// slack.com/help/articles/201402297: names of channels; ids of channels and people too.
const SLACK: Form = Form {
    what: "a Slack channel",
    help: "its name with `#`, or its id: `\"#incidents\"`",
    fits: |t| {
        let name = t.strip_prefix(['#', '@']).unwrap_or(t);
        let inner = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        name.starts_with(char::is_alphanumeric) && name.len() <= 80 && name.chars().all(inner)
    },
};
/// RFC 5321, 4.1.2, without quoted local parts.
const MAIL: Form = Form {
    what: "a mail address",
    help: "one address without a name: `ops@example.com`",
    fits: |t| {
        let local = |c: char| c.is_ascii_alphanumeric() || "!#&*+-/=?^_.~".contains(c);
        t.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && name.chars().all(local) && tame(host, ".-")
        })
    },
};
/// RFC 3986: what an address may hold without being encoded.
const URL: Form = Form {
    what: "an address on the web",
    help: "begin with `https://` or `http://` and encode spaces, quotes and brackets: `https://runbooks.example.com/shop`",
    fits: |t| {
        web(t).is_some_and(|rest| {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            tame(host, ".-:@") && (path.is_empty() || self::path(path, "#!;*"))
        })
    },
};
const ENDPOINT: Form = Form {
    what: "a host with its port",
    help: "a host name, and its port after a colon: `mongo-1.example.com:27017`",
    fits: |t| tame(t, ".-:"),
};

/// Checks every text of a spec that becomes part of something with a form.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spec = topology.written();
    clouds(spec, out);
    all(&spec.renamed_from, &FORMER, out);
    for (_, region) in spec.regions.iter() {
        all(&region.renamed_from, &FORMER, out);
    }
    for (_, service) in spec.services.iter() {
        of_service(topology, service, out);
    }
    for (_, store) in spec.datastores.iter() {
        of_store(store, out);
    }
    for (_, secret) in spec.secrets.iter() {
        all(&secret.renamed_from, &FORMER, out);
    }
    for (_, queue) in spec.queues.iter() {
        all(&queue.renamed_from, &FORMER, out);
        all(&queue.ordered_by, &ATTRIBUTE, out);
        all(queue.push.iter().map(|p| &p.path), &PATH, out);
    }
    for (_, host) in spec.traffic.iter() {
        of_host(host, out);
    }
    people(spec, out);
    others(spec, out);
    rest(spec, out);
}

/// What somebody else runs: where it is, and how it is reached.
fn others(spec: &Spec, out: &mut Diagnostics) {
    let stores = spec
        .datastores
        .iter()
        .filter_map(|(_, s)| s.external.as_ref());
    let queues = spec.queues.iter().filter_map(|(_, q)| q.external.as_ref());
    let services = spec
        .services
        .iter()
        .filter_map(|(_, s)| s.external.as_ref());
    let hosts = spec.traffic.iter().filter_map(|(_, h)| h.external.as_ref());
    let all_of_them = stores.chain(queues).chain(services).chain(hosts);
    for external in all_of_them {
        all(countries(&external.at), &COUNTRY, out);
        all(external.egress.iter().map(|e| &e.range), &RANGE, out);
    }
    let observability = spec.observability.iter();
    let telemetry = observability.flat_map(|o| [&o.metrics, &o.logs, &o.traces]);
    for outside in telemetry.flatten().filter_map(|t| t.external.as_ref()) {
        all(countries(&outside.at), &COUNTRY, out);
    }
}

fn countries(at: &[Spot]) -> impl Iterator<Item = &Text> {
    at.iter().filter_map(|spot| spot.country.as_ref())
}

fn clouds(spec: &Spec, out: &mut Diagnostics) {
    for (name, cloud) in spec.clouds.iter() {
        all(&cloud.project, &PROJECT, out);
        all(&cloud.project_number, &PROJECT_NUMBER, out);
        all(&cloud.billing_account, &BILLING_ACCOUNT, out);
        let digits = provider_of(name, cloud).and_then(|p| spelling(p).account);
        let form = match digits {
            Some(12) => &TWELVE_DIGITS,
            _ => &ACCOUNT,
        };
        all(&cloud.account, form, out);
    }
    if let Some(terraform) = &spec.terraform {
        let buckets = terraform.state_bucket.iter();
        all(buckets.flat_map(|b| b.values()), &BUCKET, out);
        all(&terraform.state_region, &LOCATION, out);
    }
}

fn of_service(topology: &Topology, service: &Service, out: &mut Diagnostics) {
    all(&service.image, &IMAGE, out);
    all(&service.tag, &TAG, out);
    all([&service.region_variable], &VARIABLE, out);
    all(&service.renamed_from, &FORMER, out);
    all(service.ready.iter().map(|r| &r.path), &PATH, out);
    for pattern in service.named.iter().chain(&service.account) {
        // Short names are checked where they are written.
        let short = topology.regions.first().map_or("r", |r| r.short.as_str());
        judge(pattern, &pattern.replace("{region}", short), &LABEL, out);
    }
}

fn of_store(store: &Datastore, out: &mut Diagnostics) {
    let sql = matches!(
        store.engine.known(),
        Some(Engine::Postgres | Engine::Aurora)
    );
    all(&store.engine_version, &VERSION, out);
    all(&store.machine, &MACHINE, out);
    all(&store.location, &LOCATION, out);
    all(&store.renamed_from, &FORMER, out);
    all(&store.node_groups, &DATABASE, out);
    for (_, database) in store.databases.iter() {
        all([&database.location], &LOCATION, out);
        all(&database.renamed_from, &FORMER, out);
    }
    for (_, member) in store.members.iter() {
        all(&member.host, &ENDPOINT, out);
    }
    for (_, dataset) in store.datasets.iter() {
        let form = if sql { &TABLE } else { &COLLECTION };
        all(&dataset.collections, form, out);
        all(&dataset.expires_at, &FIELD, out);
    }
    if let Some(replication) = &store.replication {
        all(&replication.timestamp, &FIELD, out);
        all(&replication.conflict_log, &TABLE, out);
    }
}

fn of_host(host: &Host, out: &mut Diagnostics) {
    if let Some(health) = &host.health {
        all([&health.path], &PATH, out);
        all(&health.also, &PATH, out);
    }
    if let Some(protect) = &host.protect {
        all(&protect.block_countries, &COUNTRY, out);
    }
    all(&host.dns_zone, &ZONE, out);
    all(&host.cors, &ORIGIN, out);
    let rules = host.cdn.iter().flat_map(|c| c.rules.iter());
    all(rules.flat_map(|(_, r)| &r.paths), &PATHS, out);
}

/// Where people are told, and what is measured for them.
fn people(spec: &Spec, out: &mut Diagnostics) {
    for (_, channel) in spec.channels.iter() {
        all(&channel.slack, &SLACK, out);
        all(&channel.email, &MAIL, out);
        all(&channel.webhook, &URL, out);
    }
    all(&spec.runbooks, &URL, out);
    let metrics = spec.metrics.iter().filter_map(|(_, m)| m.query.as_ref());
    let alerts = spec.alerts.iter().filter_map(|(_, a)| a.query.as_ref());
    for query in metrics.chain(alerts) {
        if let Some(why) = promql::fault(query) {
            let message = format!("this is no whole expression of PromQL: {why}");
            let help = "write one expression whose value is compared with the bound: `sum(rate(failures_total[5m]))`";
            out.push(Diagnostic::error(CODE, query.span, message, why).help(help));
        }
    }
}

fn rest(spec: &Spec, out: &mut Diagnostics) {
    if let Some(mesh) = &spec.mesh {
        all(&mesh.trust_domain, &TRUST_DOMAIN, out);
        all(&mesh.geography_header, &HEADER, out);
    }
    let versions = spec.kubernetes.iter().flat_map(|k| &k.version);
    all(versions.flat_map(|v| v.values()), &MINOR, out);
    if let Some(observability) = &spec.observability {
        let kinds = [
            &observability.metrics,
            &observability.logs,
            &observability.traces,
        ];
        for telemetry in kinds.into_iter().flatten() {
            all(&telemetry.address, &URL, out);
            all(&telemetry.location, &LOCATION, out);
        }
    }
    for (_, flag) in spec.flags.iter() {
        all(&flag.variable, &VARIABLE, out);
    }
    all(spec.cost.iter().map(|c| &c.currency), &CURRENCY, out);
}

fn all<'a>(texts: impl IntoIterator<Item = &'a Text>, form: &Form, out: &mut Diagnostics) {
    for text in texts {
        judge(text, text, form, out);
    }
}

/// Judges what a text becomes.
fn judge(text: &Text, becomes: &str, form: &Form, out: &mut Diagnostics) {
    if !(form.fits)(becomes) {
        out.push(refusal(&text.value, text.span, form));
    }
}

fn refusal(text: &str, span: Span, form: &Form) -> Diagnostic {
    let mut shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().count() > 40 {
        shown.push('…');
    }
    let message = format!("`{shown}` cannot be {}", form.what);
    Diagnostic::error(CODE, span, message, "refused where it is used").help(form.help)
}

fn lower(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

/// Whether a text begins and ends with such a character.
fn bounded(text: &str, fits: fn(char) -> bool) -> bool {
    text.starts_with(fits) && text.ends_with(fits)
}

/// Letters, digits and these, with a letter or digit first.
fn tame(text: &str, also: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

fn label(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(lower)
        && text.chars().all(|c| lower(c) || c == '-')
}

fn identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn sql_name(text: &str) -> bool {
    text.len() <= 63 && identifier(text) && !text.contains(|c: char| c.is_ascii_uppercase())
}

/// What is behind the scheme of the web.
fn web(text: &str) -> Option<&str> {
    text.strip_prefix("https://")
        .or(text.strip_prefix("http://"))
}

fn path(text: &str, also: &str) -> bool {
    let inner =
        |c: char| c.is_ascii_alphanumeric() || "-._~/?=&%:@+,".contains(c) || also.contains(c);
    text.starts_with('/') && text.chars().all(inner)
}

fn image(text: &str) -> bool {
    let part =
        |part: &str| bounded(part, lower) && part.chars().all(|c| lower(c) || "._-".contains(c));
    let (first, rest) = match text.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    };
    let registry = || {
        let (host, port) = first.split_once(':').unwrap_or((first, "1"));
        tame(host, ".-") && !port.is_empty() && digits(port)
    };
    match rest {
        None => part(first),
        Some(rest) => (part(first) || registry()) && rest.split('/').all(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_take_what_providers_take_and_nothing_else() {
        let takes: [(&Form, &[&str]); 10] = [
            (&PROJECT, &["shop-prod", "a12345"]),
            (&TWELVE_DIGITS, &["123456789012"]),
            (&BUCKET, &["abc", "shop.prod-tf_state"]),
            (&LABEL, &["a", "siraj-webhook-us"]),
            (
                &IMAGE,
                &[
                    "web",
                    "a/b",
                    "localhost:5000/a/b",
                    "europe-docker.pkg.dev/p/r/web",
                ],
            ),
            (&TAG, &["1.4.2", "v1_a-b"]),
            (&PATH, &["/", "/a/b?c=d&e=%20"]),
            (&URL, &["https://x.example.com", "https://x:8443/a#b"]),
            (&MAIL, &["ops+a@example.com"]),
            (&SLACK, &["#incidents", "ops", "C0123ABCD"]),
        ];
        let hostile = [
            "",
            "$(touch x)",
            "`x`",
            "a b",
            "a\nb",
            "\"",
            "'",
            "-rf",
            "*!",
            "{{ . }}",
            "${x}",
            "%{ if }",
            "-->",
            "../a",
            "a\"} or vector(1) #",
            "](javascript:",
            "\u{202e}a",
        ];
        for (form, good) in takes {
            for text in good {
                assert!((form.fits)(text), "{}: {text}", form.what);
            }
            for text in hostile {
                assert!(!(form.fits)(text), "{}: {text:?}", form.what);
            }
        }
    }
}

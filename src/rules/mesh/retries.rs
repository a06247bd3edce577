//! Time and tries of calls through several services.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Duration, Service, ServiceId, Topology};

/// Retries on several layers multiply.
pub const MULTIPLY: Code = Code::new("MSH104", "retries-multiply");
/// One try may take the whole time of a call.
pub const NO_TIME: Code = Code::new("MSH105", "no-time-for-a-retry");
/// A service waits for another longer than anybody waits for it.
pub const OUTLIVES: Code = Code::new("MSH106", "callee-outlives-caller");

/// The most calls that one call may become: four tries on each of three layers is the example
/// of what overloads the last one (sre.google/sre-book/addressing-cascading-failures).
const MOST_CALLS: u64 = 64;

/// Checks retries and timeouts against those of the services around.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    if topology.mesh.is_none() {
        return;
    }
    for (index, service) in topology.services.iter().enumerate() {
        out.extend(no_time(service));
        let id = ServiceId(index);
        let called = topology.services.iter().any(|s| s.needs.contains(&id));
        if !called {
            out.extend(multiply(topology, id));
        }
        for callee in &service.needs {
            out.extend(outlives(service, topology.service(*callee)));
        }
    }
}

fn no_time(service: &Service) -> Option<Diagnostic> {
    let per_try = service.calls.as_ref()?.per_try.as_ref()?;
    let (whole, span) = service.call_timeout()?;
    if per_try.millis() < whole || service.retries() == 0 {
        return None;
    }
    let each = Duration::from_millis(whole / (u64::from(service.retries()) + 1));
    Some(
        Diagnostic::warning(
            NO_TIME,
            per_try.span,
            format!("a call of `{}` has no time for a second try", service.name),
            format!("one try may take {}", per_try.value),
        )
        .also(span, "and the whole call no longer than this")
        .help(format!(
            "write `per_try: {each}`: all tries then fit into the timeout"
        )),
    )
}

fn outlives(caller: &Service, callee: &Service) -> Option<Diagnostic> {
    let (before, span) = caller.call_timeout()?;
    let own = callee.call_timeout();
    if own.is_some_and(|(after, _)| after <= before) || !callee.on_cluster() {
        return None;
    }
    let before = Duration::from_millis(before);
    let waits = match own {
        Some((after, _)) => format!("waits up to {}", Duration::from_millis(after)),
        None => "waits without a bound".into(),
    };
    Some(
        Diagnostic::warning(
            OUTLIVES,
            own.map_or(callee.span, |(_, span)| span),
            format!(
                "`{}` {waits} for `{}`, and its own callers give up after {before}",
                caller.name, callee.name
            ),
            "work that nobody waits for any more",
        )
        .also(span, format!("the timeout of `{}`", caller.name))
        .help(format!(
            "write a timeout for `{}` that is no longer: `calls: {{ timeout: {before} }}`",
            callee.name
        )),
    )
}

/// The services from one on through which a call becomes most calls, and how many.
fn worst(topology: &Topology, id: ServiceId, above: &[ServiceId]) -> (u64, Vec<ServiceId>) {
    let service = topology.service(id);
    let tries = u64::from(service.retries()) + 1;
    let mut path = above.to_vec();
    path.push(id);
    let next = service.needs.iter().filter(|n| !path.contains(n));
    let below = next.map(|n| worst(topology, *n, &path));
    let (most, rest) = below
        .max_by_key(|(calls, _)| *calls)
        .unwrap_or((1, Vec::new()));
    let chain = std::iter::once(id).chain(rest).collect();
    (tries.saturating_mul(most), chain)
}

fn multiply(topology: &Topology, id: ServiceId) -> Option<Diagnostic> {
    let (calls, chain) = worst(topology, id, &[]);
    if calls <= MOST_CALLS || chain.len() < 2 {
        return None;
    }
    let place = |id: &ServiceId| topology.service(*id).retries_at();
    let name = |id: &ServiceId| topology.service(*id).name.as_str();
    let tries = chain
        .iter()
        .map(|id| (topology.service(*id).retries() + 1).to_string());
    let tries: Vec<String> = tries.collect();
    let [first, middle @ .., last] = &chain[..] else {
        return None;
    };
    let found = Diagnostic::warning(
        MULTIPLY,
        place(last),
        format!(
            "one call of `{}` may become {calls} calls of `{}`",
            name(first),
            name(last)
        ),
        format!("retries multiply over the layers: {}", tries.join(" x ")),
    );
    let others = std::iter::once(first).chain(middle);
    let found = others.fold(found, |found, id| {
        found.also(place(id), format!("tries of `{}`", name(id)))
    });
    let below: Vec<&str> = chain[1..].iter().map(name).collect();
    Some(found.help(format!(
        "retry on one layer alone: `calls: {{ retries: 0 }}` on {}",
        below.join(", ")
    )))
}

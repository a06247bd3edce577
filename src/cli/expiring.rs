//! What expires soon: waivers, transfers and measurements.

use crate::diagnostic::{Code, Diagnostic};
use crate::spec::{Date, Duration, Spec, Value};

/// Something that ends within the time that was asked about.
pub const SOON: Code = Code::new("EXP101", "expires-soon");

/// What ends from today on and within a time, a warning each.
pub(super) fn within(spec: &Spec, today: Date, time: Duration) -> Vec<Diagnostic> {
    let waivers = spec
        .waivers
        .iter()
        .map(|(n, w)| ("waiver", &n.text, Some(&w.expires)));
    let transfers = spec.compliance.iter().flat_map(|c| c.transfers.iter());
    let transfers = transfers.map(|(n, t)| ("transfer", &n.text, Some(&t.expires)));
    let facts = spec
        .facts
        .iter()
        .map(|(n, f)| ("measurement", &n.text, f.expires.as_ref()));
    let all = waivers.chain(transfers).chain(facts);
    let all = all.filter_map(|(what, name, expires)| Some((what, name, expires?)));
    all.filter_map(|(what, name, expires)| soon(what, name, expires, today, time))
        .collect()
}

fn soon(
    what: &str,
    name: &str,
    expires: &Value<Date>,
    today: Date,
    time: Duration,
) -> Option<Diagnostic> {
    let left = expires.value.days() - today.days();
    let most = (time.millis() / 86_400_000) as i64;
    if !(0..=most).contains(&left) {
        return None;
    }
    let days = if left == 1 { "day" } else { "days" };
    let found = Diagnostic::warning(
        SOON,
        expires.span,
        format!(
            "the {what} `{name}` ends in {left} {days}, on {}",
            expires.value
        ),
        format!("today is {today}"),
    );
    Some(found.help("renew it now: after that day `check` fails, or the measurement is ignored"))
}

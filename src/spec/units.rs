//! Scalars with units. A bare number where a unit belongs is an error.

use super::decode::Scalar;
use super::intent;
use crate::source::unseen;
use serde_json::{Value as Json, json};
use std::fmt;

/// A length of time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration {
    millis: u64,
}

impl Duration {
    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Duration { millis }
    }
    /// From seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Duration {
            millis: seconds * 1000,
        }
    }
    /// In milliseconds.
    pub const fn millis(self) -> u64 {
        self.millis
    }
    /// In whole seconds, rounded up: a budget never shrinks by rounding.
    pub const fn secs(self) -> u64 {
        self.millis.div_ceil(1000)
    }
}

const TIME_UNITS: [(&str, u64); 6] = [
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

impl fmt::Display for Duration {
    /// `90s` as `1m30s`, `7d` as `7d`: the largest units that are exact, weeks as days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.millis;
        for (unit, size) in &TIME_UNITS[1..] {
            if rest >= *size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

/// Splits `1m30s` into (1, "m"), (30, "s"); digits and units must alternate.
fn amounts(text: &str) -> Option<Vec<(u64, &str)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let unit = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit);
        parts.push((number.parse().ok()?, unit));
        rest = next;
    }
    Some(parts)
}

impl Scalar for Duration {
    fn wanted() -> String {
        "a duration such as `500ms`, `30s`, `5m`, `1h30m` or `7d`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        if text.chars().all(|c| c.is_ascii_digit()) {
            return Err(format!("the unit is missing: `{text}s`? `{text}m`?"));
        }
        let parts = amounts(text).filter(|p| !p.is_empty()).ok_or("")?;
        let mut millis: u64 = 0;
        for (amount, unit) in parts {
            let size = TIME_UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, size)| *size)
                .ok_or_else(|| format!("`{unit}` is not a unit of time"))?;
            millis = amount
                .checked_mul(size)
                .and_then(|m| millis.checked_add(m))
                .filter(|m| *m <= 100 * 366 * 86_400_000)
                .ok_or("longer than a hundred years")?;
        }
        Ok(Duration { millis })
    }
    fn meant(text: &str) -> Option<String> {
        intent::duration(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^([0-9]+(w|d|h|ms|m|s))+$" })
    }
}

/// A share of a whole, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Percent {
    millionths: u32,
}

impl Percent {
    /// From whole percent.
    pub const fn new(percent: u32) -> Self {
        Percent {
            millionths: percent * 10_000,
        }
    }
    /// In millionths of the whole.
    pub const fn millionths(self) -> u32 {
        self.millionths
    }
    /// As a ratio from 0 to 1.
    pub fn ratio(self) -> f64 {
        f64::from(self.millionths) / 1e6
    }
    /// The ratio as an exact decimal: `99.95%` is `0.9995`.
    pub fn decimal(self) -> String {
        decimal(self.millionths, 6)
    }
    /// What is missing to the whole: `99.95%` gives `0.05%`.
    pub const fn complement(self) -> Self {
        Percent {
            millionths: 1_000_000 - self.millionths,
        }
    }
}

/// `value / 10^places` without trailing zeros.
fn decimal(value: u32, places: usize) -> String {
    let digits = format!("{value:0width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        whole.to_string()
    } else {
        format!("{whole}.{fraction}")
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", decimal(self.millionths, 4))
    }
}

impl Scalar for Percent {
    fn wanted() -> String {
        "a percentage such as `70%` or `99.95%`, at most four decimals".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').ok_or("the `%` is missing")?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 4 {
            return Err(String::new());
        }
        let scaled = format!("{whole}{fraction:0<4}");
        match scaled.parse::<u32>() {
            Ok(millionths) if millionths <= 1_000_000 => Ok(Percent { millionths }),
            _ => Err("more than 100%".into()),
        }
    }
    fn meant(text: &str) -> Option<String> {
        intent::percent(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^(100(\\.0{1,4})?|[0-9]{1,2}(\\.[0-9]{1,4})?)%$" })
    }
}

/// A share that moves at once: from one percent, so that steps end, to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepShare(Percent);

impl std::ops::Deref for StepShare {
    type Target = Percent;
    fn deref(&self) -> &Percent {
        &self.0
    }
}

impl fmt::Display for StepShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for StepShare {
    fn wanted() -> String {
        "a percentage from `1%` to `100%`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        match Percent::parse(text)? {
            share if share < Percent::new(1) => Err("less than 1%".into()),
            share => Ok(StepShare(share)),
        }
    }
    fn meant(text: &str) -> Option<String> {
        intent::percent(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^(100(\\.0{1,4})?|[1-9][0-9]?(\\.[0-9]{1,4})?)%$" })
    }
}

/// Events per second, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate {
    amount: u64,
    per: Per,
}

/// The time unit of a [`Rate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Per {
    #[default]
    Second,
    Minute,
    Hour,
    Day,
}

impl Per {
    const ALL: [(&str, Per, u64); 4] = [
        ("s", Per::Second, 1),
        ("min", Per::Minute, 60),
        ("h", Per::Hour, 3600),
        ("d", Per::Day, 86_400),
    ];
    fn entry(self) -> (&'static str, u64) {
        let found = Self::ALL.iter().find(|(_, per, _)| *per == self);
        found.map_or(("s", 1), |(word, _, seconds)| (word, *seconds))
    }
}

impl Rate {
    /// Whole events per second.
    pub const fn per_second_of(amount: u64) -> Self {
        Rate {
            amount,
            per: Per::Second,
        }
    }
    /// Events per second.
    pub fn per_second(self) -> f64 {
        self.amount as f64 / self.per.entry().1 as f64
    }
    /// Events in that many seconds, rounded up.
    pub fn in_seconds(self, seconds: u64) -> u64 {
        (self.amount * seconds).div_ceil(self.per.entry().1)
    }
    /// The number and the seconds that it counts over: `1000/min` is (1000, 60).
    pub fn parts(self) -> (u64, u64) {
        (self.amount, self.per.entry().1)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.amount, self.per.entry().0)
    }
}

impl Scalar for Rate {
    fn wanted() -> String {
        "a rate such as `1000/s`, `60/min` or `2000000/d`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_once('/').ok_or("`/s` is missing")?;
        let amount = number.parse::<u64>().map_err(|_| String::new())?;
        if amount > 1_000_000_000_000 {
            return Err("more than any system serves".into());
        }
        Per::ALL
            .iter()
            .find(|(word, ..)| *word == unit)
            .map(|(_, per, _)| Rate { amount, per: *per })
            .ok_or_else(|| format!("`{unit}` is not `s`, `min`, `h` or `d`"))
    }
    fn meant(text: &str) -> Option<String> {
        intent::rate(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+/(s|min|h|d)$" })
    }
}

/// An amount of memory or storage, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bytes(u64);

const SIZES: [(&str, u64); 4] = [
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
];

impl Bytes {
    /// In bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// In gibibytes, rounded up.
    pub const fn gibibytes(self) -> u64 {
        self.0.div_ceil(1 << 30)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SIZES.iter().find(|(_, size)| self.0.is_multiple_of(*size)) {
            Some((unit, size)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Scalar for Bytes {
    fn wanted() -> String {
        "a size such as `512Mi` or `10Gi`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let (number, size) = SIZES
            .iter()
            .find_map(|(unit, size)| text.strip_suffix(unit).map(|n| (n, *size)))
            .ok_or("the unit is missing: `Ki`, `Mi`, `Gi` or `Ti`")?;
        number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(size))
            .map(Bytes)
            .ok_or_else(String::new)
    }
    fn meant(text: &str) -> Option<String> {
        intent::bytes(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti)$" })
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, four digits.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    pub fn days(self) -> i64 {
        let (y, m, d) = (
            i64::from(self.year),
            i64::from(self.month),
            i64::from(self.day),
        );
        let y = if m <= 2 { y - 1 } else { y };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// The day that many days after 1970-01-01.
    pub fn from_days(days: i64) -> Self {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Date {
            year: (yoe + era * 400 + i64::from(month <= 2)) as u16,
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Scalar for Date {
    fn wanted() -> String {
        "a date such as `2026-12-31`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split('-').collect();
        let [year, month, day] = parts[..] else {
            return Err(String::new());
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return Err(String::new());
        }
        let date = Date {
            year: year.parse().map_err(|_| String::new())?,
            month: month.parse().map_err(|_| String::new())?,
            day: day.parse().map_err(|_| String::new())?,
        };
        if !(1..=12).contains(&date.month) || date.day == 0 || Date::from_days(date.days()) != date
        {
            return Err("there is no such day".into());
        }
        Ok(date)
    }
    fn meant(text: &str) -> Option<String> {
        intent::date(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
    }
}

/// A whole number without a unit: a count, a port, a weight.
impl Scalar for u32 {
    fn wanted() -> String {
        "a whole number such as `3`".into()
    }
    fn quoted() -> bool {
        false
    }
    fn parse(text: &str) -> Result<Self, String> {
        if !text.chars().all(|c| c.is_ascii_digit()) {
            return Err(String::new());
        }
        text.parse().map_err(|_| "too large".to_string())
    }
    fn meant(text: &str) -> Option<String> {
        intent::whole(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// A whole number with bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> std::ops::Deref for Within<MIN, MAX> {
    type Target = u32;
    fn deref(&self) -> &u32 {
        &self.0
    }
}

impl<const MIN: u32, const MAX: u32> Scalar for Within<MIN, MAX> {
    fn wanted() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }
    fn quoted() -> bool {
        false
    }
    fn parse(text: &str) -> Result<Self, String> {
        match u32::parse(text)? {
            few if few < MIN => Err(format!("less than {MIN}")),
            many if many > MAX => Err(format!("more than {MAX}")),
            number => Ok(Within(number)),
        }
    }
    fn meant(text: &str) -> Option<String> {
        intent::whole(text)
    }
    fn print(&self) -> String {
        self.0.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
    fn json(text: &str) -> Json {
        u32::json(text)
    }
}

/// A ratio or factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor(pub f64);

impl Scalar for Factor {
    fn wanted() -> String {
        "a number such as `0.5` or `2`".into()
    }
    fn quoted() -> bool {
        false
    }
    fn parse(text: &str) -> Result<Self, String> {
        let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
        match text.parse::<f64>() {
            Ok(number) if plain && number.is_finite() => Ok(Factor(number)),
            _ => Err(String::new()),
        }
    }
    fn meant(text: &str) -> Option<String> {
        intent::factor(text)
    }
    fn print(&self) -> String {
        self.0.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "number", "minimum": 0 })
    }
    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl Scalar for bool {
    fn wanted() -> String {
        "`true` or `false`".into()
    }
    fn quoted() -> bool {
        false
    }
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }
    fn meant(text: &str) -> Option<String> {
        intent::flag(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
    fn json(text: &str) -> Json {
        Json::Bool(text == "true")
    }
}

/// Free text: shown to people, never interpreted.
impl Scalar for String {
    fn wanted() -> String {
        "text".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        // Joiners belong to some scripts.
        let strange = |c: &char| unseen(*c) && !matches!(c, '\u{200c}' | '\u{200d}');
        match text.chars().find(strange) {
            Some(c) => Err(format!(
                "the character {} is seen by nobody and changes what is read",
                c.escape_unicode()
            )),
            None => Ok(text.to_string()),
        }
    }
    fn print(&self) -> String {
        self.clone()
    }
    fn schema() -> Json {
        // A plain YAML number or boolean is text here too (`app_version: 1`), as the decoder has it; said by what it
        // is not, or editors offer `true` and `false` for every text.
        json!({ "not": { "type": ["object", "array", "null"] } })
    }
}

/// A word of a closed list, or another name: what is `external` may be called anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneOf<T> {
    /// A word that the language has.
    Known(T),
    /// Another name.
    Other(String),
}

impl<T: Copy> OneOf<T> {
    /// The word, if the language has it.
    pub fn known(&self) -> Option<T> {
        match self {
            OneOf::Known(word) => Some(*word),
            OneOf::Other(_) => None,
        }
    }
}

impl<T: Scalar> fmt::Display for OneOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print())
    }
}

impl<T: Scalar> Scalar for OneOf<T> {
    fn wanted() -> String {
        T::wanted()
    }
    fn parse(text: &str) -> Result<Self, String> {
        match T::parse(text) {
            Ok(word) => Ok(OneOf::Known(word)),
            Err(why) if text.trim().is_empty() => Err(why),
            Err(_) => Ok(OneOf::Other(text.to_string())),
        }
    }
    fn meant(text: &str) -> Option<String> {
        T::meant(text)
    }
    fn print(&self) -> String {
        match self {
            OneOf::Known(word) => word.print(),
            OneOf::Other(name) => name.clone(),
        }
    }
    fn schema() -> Json {
        json!({ "anyOf": [T::schema(), { "type": "string" }] })
    }
}

/// How many copies may run: `3`, or `3..20` between an autoscaler's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

impl fmt::Display for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max {
            write!(f, "{}", self.min)
        } else {
            write!(f, "{}..{}", self.min, self.max)
        }
    }
}

impl Scalar for Replicas {
    fn wanted() -> String {
        "a number of replicas such as `3`, or a range such as `3..20`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let (min, max) = text.split_once("..").unwrap_or((text, text));
        let number = |t: &str| u32::parse(t).ok().filter(|n| *n <= 10_000 && !t.is_empty());
        match (number(min), number(max)) {
            (Some(min), Some(max)) if min <= max && max > 0 => Ok(Replicas { min, max }),
            (Some(_), Some(0)) => Err("at most none can run".into()),
            (Some(min), Some(max)) => Err(format!("{min} is more than {max}")),
            _ => Err(String::new()),
        }
    }
    fn meant(text: &str) -> Option<String> {
        intent::replicas(text)
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn schema() -> Json {
        json!({ "type": ["string", "integer"], "pattern": "^[0-9]+(\\.\\.[0-9]+)?$", "minimum": 1 })
    }
}

/// A threshold: `> 10s`, `< 98%`, `>= 3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// `>`, `>=`, `<` or `<=`.
    pub comparison: &'static str,
    /// The bound, in the metric's base unit (seconds, ratio, bytes, count, per second).
    pub bound: f64,
    /// The bound as it was written, with its unit.
    pub text: String,
}

impl Scalar for Threshold {
    fn wanted() -> String {
        "a comparison such as `> 10s`, `< 98%` or `> 100`".into()
    }
    fn parse(text: &str) -> Result<Self, String> {
        let comparison = [">=", "<=", ">", "<"]
            .into_iter()
            .find(|c| text.starts_with(c))
            .ok_or("begin with `>`, `>=`, `<` or `<=`")?;
        let amount = text[comparison.len()..].trim();
        let bound = None
            .or_else(|| {
                Duration::parse(amount)
                    .ok()
                    .map(|d| d.millis() as f64 / 1e3)
            })
            .or_else(|| Percent::parse(amount).ok().map(Percent::ratio))
            .or_else(|| Rate::parse(amount).ok().map(Rate::per_second))
            .or_else(|| Bytes::parse(amount).ok().map(|b| b.get() as f64))
            .or_else(|| Factor::parse(amount).ok().map(|f| f.0))
            .ok_or("the amount is not a number, duration, percentage, rate or size")?;
        Ok(Threshold {
            comparison,
            bound,
            text: amount.to_string(),
        })
    }
    fn meant(text: &str) -> Option<String> {
        intent::threshold(text, |amount| {
            let ways = [
                Duration::understood,
                Percent::understood,
                Rate::understood,
                Bytes::understood,
                Factor::understood,
            ];
            ways.iter().find_map(|way| way(amount))
        })
    }
    fn print(&self) -> String {
        format!("{} {}", self.comparison, self.text)
    }
    fn schema() -> Json {
        json!({ "type": "string", "pattern": "^(>=|<=|>|<) ?[0-9]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_up_and_print_back() {
        for (text, millis, printed) in [
            ("500ms", 500, "500ms"),
            ("90s", 90_000, "1m30s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("2w", 1_209_600_000, "14d"),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.millis(), millis);
            assert_eq!(duration.to_string(), printed);
        }
    }

    #[test]
    fn bad_units_are_refused_without_overflow() {
        for text in ["5", "5 min", "-5m", "5M", "99999999999999h", "", "m", "5m3"] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
        for text in ["100.001%", "99.95", "-1%", "1.23456%", "%"] {
            assert!(Percent::parse(text).is_err(), "{text}");
        }
        for text in ["20..3", "0", "a..b", "..", "99999"] {
            assert!(Replicas::parse(text).is_err(), "{text}");
        }
        for text in ["2026-02-30", "2026-1-1", "yesterday"] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn percentages_are_exact() {
        let slo = Percent::parse("99.95%").unwrap();
        assert_eq!(slo.decimal(), "0.9995");
        assert_eq!(slo.complement().to_string(), "0.05%");
    }

    #[test]
    fn dates_count_days() {
        let date = Date::parse("2026-11-21").unwrap();
        assert_eq!(Date::from_days(date.days()), date);
        assert_eq!(Date::parse("1970-01-02").unwrap().days(), 1);
    }

    #[test]
    fn thresholds_reach_base_units() {
        assert_eq!(Threshold::parse("> 10s").unwrap().bound, 10.0);
        assert_eq!(Threshold::parse("< 98%").unwrap().bound, 0.98);
        assert_eq!(Threshold::parse(">1500000/d").unwrap().comparison, ">");
    }
}

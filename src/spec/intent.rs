//! What a text with a unit most likely means, where it is not written as the language writes it:
//! `5 minutes` is `5m`, `12GB` is `12Gi`. Each gives a text that its unit's parser reads, made of
//! what is written; what could be two things gives nothing.

/// Names of products and other words for what the language calls otherwise.
const KINDS: &[(&str, &[&str])] = &[
    (
        "postgres",
        &[
            "rds",
            "postgresql",
            "pg",
            "rds-postgres",
            "cloud-sql",
            "cloudsql",
            "alloydb",
        ],
    ),
    (
        "aurora",
        &["aurora-postgresql", "aurora-global", "aurora-postgres"],
    ),
    ("dynamodb", &["dynamo", "ddb"]),
    ("firestore", &["datastore"]),
    ("mysql", &["mariadb", "rds-mysql"]),
    ("mongodb", &["mongo", "documentdb", "atlas"]),
    ("redis", &["memorystore", "elasticache", "valkey"]),
    ("object-storage", &["s3", "gcs", "bucket", "oss", "blob"]),
    ("kafka", &["msk"]),
    ("search", &["elasticsearch", "opensearch", "elastic"]),
    ("kubernetes", &["gke", "eks", "k8s", "ack"]),
    ("cloud-run", &["cloudrun", "run", "serverless"]),
    ("gcp", &["google", "gcloud", "google-cloud"]),
    ("aws", &["amazon"]),
    ("alibaba", &["aliyun", "alicloud"]),
];

/// `rds` as `postgres`, `eks` as `kubernetes`.
pub(crate) fn kind(text: &str) -> Option<String> {
    unit(
        KINDS,
        &text.trim().to_ascii_lowercase().replace([' ', '_'], "-"),
    )
    .map(String::from)
}

/// Splits `1 hour 30 min` into (1, "hour"), (30, "min"), in lower case.
fn amounts(text: &str) -> Option<Vec<(String, String)>> {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c| !number(c)).unwrap_or(rest.len());
        let (amount, after) = rest.split_at(digits);
        let after = after.trim_start();
        let unit = after.find(number).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit);
        amount.parse::<f64>().ok()?;
        parts.push((amount.to_string(), unit.trim().to_ascii_lowercase()));
        rest = next;
    }
    (!parts.is_empty()).then_some(parts)
}

/// The only amount of a text, with its unit.
fn amount(text: &str) -> Option<(String, String)> {
    let mut parts = amounts(text)?;
    parts.pop().filter(|_| parts.is_empty())
}

/// The word of a unit, by the ways to write it.
fn unit(units: &[(&'static str, &[&str])], written: &str) -> Option<&'static str> {
    let mut units = units.iter();
    let found = units.find(|(word, ways)| *word == written || ways.contains(&written));
    found.map(|(word, _)| *word)
}

/// A lone `m` is a minute here too; months and years have no fixed length.
const TIMES: &[(&str, &[&str])] = &[
    ("ms", &["msec", "millis", "millisecond", "milliseconds"]),
    ("s", &["sec", "secs", "second", "seconds"]),
    ("m", &["min", "mins", "minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours"]),
    ("d", &["day", "days"]),
    ("w", &["week", "weeks"]),
];

/// `5 minutes` as `5m`, `1 hour 30 min` as `1h30m`.
pub(super) fn duration(text: &str) -> Option<String> {
    let parts = amounts(text)?.into_iter();
    let parts = parts.map(|(n, word)| Some(format!("{n}{}", unit(TIMES, &word)?)));
    parts.collect()
}

/// `99.9` and `99,9 %` as `99.9%`. A ratio below one could be either.
pub(super) fn percent(text: &str) -> Option<String> {
    let (number, word) = amount(&text.replace(',', "."))?;
    let said = ["%", "percent", "pct"].contains(&word.as_str());
    let above_one = number.parse::<f64>().is_ok_and(|n| n > 1.0);
    (said || word.is_empty() && above_one).then(|| format!("{number}%"))
}

const RATES: &[(&str, &[&str])] = &[
    ("s", &["sec", "second", "ps"]),
    ("min", &["m", "minute", "pm"]),
    ("h", &["hr", "hour", "ph"]),
    ("d", &["day"]),
];

/// `50`, `50 rps` and `50 per second` as `50/s`.
pub(super) fn rate(text: &str) -> Option<String> {
    let (number, word) = amount(text)?;
    let word = word.replace("per ", "/");
    let word = match word.split_once('/') {
        Some((_, per)) => per.trim(),
        None => word.strip_prefix(['r', 'q']).unwrap_or(&word),
    };
    let per = match word {
        "" => "s",
        word => unit(RATES, word)?,
    };
    Some(format!("{number}/{per}"))
}

/// `12GB` as `12Gi`, `1.5 GiB` as `1536Mi`.
pub(super) fn bytes(text: &str) -> Option<String> {
    let (number, word) = amount(text)?;
    let letter = word.trim_end_matches('b').trim_end_matches('i');
    let at = ["k", "m", "g", "t"].iter().position(|l| *l == letter)?;
    let words = ["Ki", "Mi", "Gi", "Ti"];
    if !number.contains('.') {
        return Some(format!("{number}{}", words[at]));
    }
    let below = number.parse::<f64>().ok()? * 1024.0;
    let whole = at > 0 && below.fract() == 0.0 && below < 1e6;
    whole.then(|| format!("{below:.0}{}", words[at - 1]))
}

/// `2026/1/5` as `2026-01-05`.
pub(super) fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let full = year.len() == 4;
    full.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// `1_000` as `1000`, `3.0` as `3`.
pub(super) fn whole(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    rest.chars().all(|c| c == '0').then(|| whole.to_string())
}

/// `0,5` as `0.5`.
pub(super) fn factor(text: &str) -> Option<String> {
    Some(text.trim().replace(',', "."))
}

/// `yes` as `true`.
pub(super) fn flag(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true".into()),
        "false" | "no" | "off" => Some("false".into()),
        _ => None,
    }
}

/// `3-20`, `3 to 20` and `3...20` as `3..20`.
pub(super) fn replicas(text: &str) -> Option<String> {
    let digits = |c: char| c.is_ascii_digit();
    let (min, rest) = text.trim().split_at(text.trim().find(|c| !digits(c))?);
    let between = rest.trim_end_matches(digits);
    let max = &rest[between.len()..];
    let known = ["-", "to", "–", "…", "...", "..=", ":", ".."];
    known
        .contains(&between.trim())
        .then(|| format!("{min}..{max}"))
}

/// `≥ 10 seconds` as `>= 10s`; `amount` reads what is compared with.
pub(super) fn threshold(text: &str, amount: impl Fn(&str) -> Option<String>) -> Option<String> {
    let signs = [
        (">=", ">="),
        ("=>", ">="),
        ("≥", ">="),
        ("<=", "<="),
        ("=<", "<="),
        ("≤", "<="),
        (">", ">"),
        ("<", "<"),
    ];
    let (sign, rest) = signs
        .iter()
        .find_map(|(way, sign)| Some((*sign, text.trim().strip_prefix(way)?)))?;
    Some(format!("{sign} {}", amount(rest.trim())?))
}

/// `Hello World` as `hello-world`: what of a text can be in a name.
pub(super) fn name(text: &str) -> String {
    let lower = text.to_lowercase();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let words = lower.split(|c| !allowed(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

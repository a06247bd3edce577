//! A difference as a comment under a pull request: the most important first, and never longer
//! than a comment may be, whatever changes.

use super::{arrow, code, fates, numbers, plural, proposal};
use crate::diff::{
    Cause, Consequence, Difference, Direction, FileChange, Finding, Hunks, Kind, ResourceFate,
    ValueChange,
};
use crate::format::markdown::text as escaped;

/// GitHub takes comments of up to 65,536 characters; some are left for whoever posts it.
const COMMENT: usize = 60_000;
/// Rows of a table, and items of a list.
const ROWS: usize = 40;
/// Characters of the lines that are shown of one cause, so that the first does not push out all
/// others.
const CAUSE: usize = 9_000;
/// Characters of a text of the spec or of a row.
const CELL: usize = 400;
/// Characters that are kept for what says how much was left out.
const END: usize = 400;

/// A comment that is being written.
#[derive(Default)]
struct Comment {
    text: String,
    used: usize,
    /// Files whose lines did not fit.
    left: usize,
}

impl Comment {
    /// Adds a whole part; nothing of it if it does not fit.
    fn add(&mut self, part: &str) -> bool {
        let length = part.chars().count();
        let fits = self.used + length + END <= COMMENT;
        if fits {
            self.used += length;
            self.text.push_str(part);
        }
        fits
    }

    /// Adds lines below a heading until one does not fit, and says how many more there are.
    fn list(&mut self, heading: &str, lines: Vec<String>, what: &str) {
        if lines.is_empty() || !self.add(heading) {
            return;
        }
        let total = lines.len();
        let shown = lines
            .iter()
            .take(ROWS)
            .take_while(|line| self.add(line))
            .count();
        if shown < total {
            self.add(&format!("\nand {}.\n", plural(total - shown, what)));
        }
        self.add("\n");
    }

    /// Adds a folded part with patches, as many as fit.
    fn details(&mut self, title: &str, hunks: &[Hunks]) {
        if hunks.is_empty() {
            self.add(&format!("- {title}\n"));
            return;
        }
        let close = "</details>\n";
        let open = format!("<details><summary>{title}</summary>\n\n");
        // What is opened is closed: both are added, or neither.
        if !self.add(&format!("{open}{close}")) {
            self.left += hunks.len();
            return;
        }
        self.text.truncate(self.text.len() - close.len());
        let end = self.used + CAUSE;
        for hunk in hunks {
            let shown = patch(hunk);
            if self.used + shown.chars().count() > end || !self.add(&shown) {
                self.left += 1;
            }
        }
        self.text.push_str(close);
    }

    fn finished(mut self) -> String {
        if self.left > 0 {
            let files = plural(self.left, "file");
            let said = format!(
                "\nThe lines of {files} are left out; `meridian diff --patch` shows them.\n"
            );
            self.text.push_str(&said);
        }
        self.text
    }
}

/// A comment about two specs.
pub fn markdown(difference: &Difference) -> String {
    let d = difference;
    let mut comment = Comment::default();
    comment.add(&format!(
        "**{}** of {}\n\n",
        super::consequences(d),
        summary(d)
    ));
    if !d.left_out.is_empty() {
        comment.add(&format!(
            "{}\n\n",
            escaped(&super::handed_over(&d.left_out))
        ));
    }
    comment.add(&fates::markdown(&d.fates));
    let renames = d
        .renames
        .iter()
        .map(|r| format!("- {}\n", cell(&proposal(r))));
    comment.list("", renames.collect(), "more proposal");
    let serious = d.findings.iter().filter(|f| f.new && f.severity != "note");
    comment.list("", serious.map(finding).collect(), "more finding");
    comment.list(
        "| | before | after | because of |\n|---|---|---|---|\n",
        consequences(d),
        "more consequence",
    );
    let gone = d.findings.iter().filter(|f| !f.new && f.severity != "note");
    comment.list("", gone.map(finding).collect(), "more finding that is gone");
    for (index, cause) in d.causes.iter().enumerate() {
        comment.details(&cause_title(index, cause), &cause.hunks);
    }
    if !d.unexplained.is_empty() {
        let files = plural(d.unexplained.len(), "file");
        comment.details(&format!("by several together: {files}"), &d.unexplained);
    }
    comment.finished()
}

/// A comment about what a compile would change on disk.
pub fn tree(fates: &[ResourceFate], files: &[FileChange], hunks: &[Hunks]) -> String {
    let mut comment = Comment::default();
    let files = plural(files.len(), "file");
    comment.add(&format!("**{files}** of the tree would change\n\n"));
    comment.add(&fates::markdown(fates));
    comment.details("lines", hunks);
    comment.finished()
}

/// A text in a cell or an item, cut before it is escaped, so that no escape is cut.
pub(super) fn cell(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => escaped(&text[..end]) + "…",
        None => escaped(text),
    }
}

fn summary(d: &Difference) -> String {
    let values = d.causes.iter().map(|c| c.values.len()).sum();
    format!(
        "{} in `{}` since `{}` · {}",
        plural(values, "change"),
        code(&d.after),
        code(&d.before),
        plural(d.files.len(), "file")
    )
}

fn finding(of: &Finding) -> String {
    let what = if of.new { "new" } else { "gone" };
    format!(
        "- {what}: {} `{}`: {}\n",
        of.severity,
        of.code,
        cell(&of.message)
    )
}

/// The rows of consequences, what is worse first.
fn consequences(d: &Difference) -> Vec<String> {
    let rank = |c: &&Consequence| match c.direction {
        Some(Direction::Worse) => 0,
        None => 1,
        Some(Direction::Better) => 2,
    };
    let mut all: Vec<&Consequence> = d.consequences.iter().collect();
    all.sort_by_key(rank);
    all.into_iter().map(consequence).collect()
}

fn consequence(row: &Consequence) -> String {
    let about = cell(&row.about);
    let about = match row.direction {
        Some(Direction::Worse) => format!("**{about}**"),
        _ => about,
    };
    let side = |side: &Option<String>| side.as_deref().map_or("–".into(), cell);
    let because = match numbers(&row.causes) {
        none if none.is_empty() => "several together".into(),
        causes => cell(&causes),
    };
    let (before, after) = (side(&row.before), side(&row.after));
    format!("| {about} | {before} | {after} | {because} |\n")
}

fn cause_title(index: usize, cause: &Cause) -> String {
    let files = plural(cause.files.len(), "file");
    let Some(first) = cause.values.first() else {
        return format!("{}: {files}", index + 1);
    };
    let fields = fields(&cause.values);
    let shown = fields.iter().take(FIELDS).map(|(path, value, count)| {
        let change = format!(
            "{}: {}",
            cell(path),
            cell(&arrow(&value.before, &value.after))
        );
        match count {
            1 => change,
            n => format!("{change}, {} like it", n - 1),
        }
    });
    let shown = shown.collect::<Vec<_>>().join("; ");
    let more = match fields.len().saturating_sub(FIELDS) {
        0 => String::new(),
        n => format!("; and {}", plural(n, "more field")),
    };
    let place = cell(&first.place);
    format!("{}: {shown}{more} ({place}): {files}", index + 1)
}

/// Fields that a title names.
const FIELDS: usize = 8;

/// Changed values by their fields, each with the first that changes and how many do: entries of
/// the same map that change alike are one row.
fn fields(values: &[ValueChange]) -> Vec<(String, &ValueChange, usize)> {
    let mut found: Vec<(String, &ValueChange, usize)> = Vec::new();
    for value in values {
        let field = field(&value.path);
        match found.iter_mut().find(|(known, _, _)| *known == field) {
            Some((_, _, count)) => *count += 1,
            None => found.push((field, value, 1)),
        }
    }
    for (field, value, count) in &mut found {
        if *count == 1 {
            field.clone_from(&value.path);
        }
    }
    found
}

/// A path without the name of its entry: `services.*.image`.
fn field(path: &str) -> String {
    let mut quoted = false;
    let parts: Vec<&str> = path
        .split(|c: char| {
            quoted ^= c == '"';
            c == '.' && !quoted
        })
        .collect();
    match parts.as_slice() {
        [map, _, field @ ..] if !field.is_empty() => format!("{map}.*.{}", field.join(".")),
        [map, _] => format!("{map}.*"),
        _ => path.to_string(),
    }
}

fn patch(hunk: &Hunks) -> String {
    let fence = fence(&hunk.patch);
    match hunk.kind {
        Kind::Changed => format!("{fence}diff\n{}{fence}\n\n", hunk.patch),
        Kind::Added => format!("new: `{}`\n\n", code(&hunk.path)),
        Kind::Removed => format!("gone: `{}`\n\n", code(&hunk.path)),
    }
}

/// A fence that no line of the text ends.
fn fence(text: &str) -> String {
    let longest = text
        .lines()
        .map(|line| line.trim_start_matches(['+', '-', ' ']));
    let longest = longest.map(|l| l.chars().take_while(|c| *c == '`').count());
    "`".repeat(longest.max().unwrap_or(0).max(2) + 1)
}

/// Comments about several specs as one, each cut to its part of what fits.
pub fn together(comments: &[&str]) -> String {
    let most = COMMENT / comments.len().max(1);
    let parts = comments.iter().map(|text| shortened(text, most));
    parts.collect::<Vec<_>>().join("\n---\n\n")
}

/// A comment without its folded parts, and if need be without its last lines.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return format!("{text}\n");
    }
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("<details>"));
    let (mut out, mut used) = (String::new(), END);
    for line in lines {
        used += line.chars().count() + 1;
        if used > most {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out + "\nThe rest is left out; `meridian diff SPEC --format markdown` shows one spec alone.\n"
}

#[cfg(test)]
mod tests {
    use super::{ValueChange, fields};

    #[test]
    fn entries_that_change_alike_are_one_field() {
        let value = |path: &str| ValueChange {
            path: path.into(),
            before: Some("1".into()),
            after: Some("2".into()),
            place: "topology.yaml:1".into(),
        };
        let values = [
            "services.a.image",
            "services.b.image",
            "traffic.\"a.example.com\".ttl",
        ];
        let values = values.map(value);
        let found = fields(&values);
        let found: Vec<_> = found.iter().map(|(f, _, n)| (f.as_str(), *n)).collect();
        let ttl = ("traffic.\"a.example.com\".ttl", 1);
        assert_eq!(found, [("services.*.image", 2), ttl]);
    }
}

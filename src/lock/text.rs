//! The lock as text: written sorted, read line by line with a place for each fault.

use super::{Entry, FORMAT, Key, Lock, MANGLED, NEWER};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Span};

/// The kind of the lines about the lock itself.
const SYSTEM: &str = "system";

/// The text of a lock.
pub fn print(lock: &Lock) -> String {
    let of_system = [
        ("format", FORMAT.to_string()),
        ("language", lock.language.to_string()),
        ("meridian", lock.tool.clone()),
    ];
    let name = &lock.system;
    let of_system = of_system.map(|(key, value)| format!("{SYSTEM} {name} {key} = {value}\n"));
    let entries = lock.iter();
    let entries = entries.map(|(k, e)| format!("{} {} {} = {}\n", k.kind, k.name, k.key, e.value));
    let mut lines: Vec<String> = of_system.into_iter().chain(entries).collect();
    lines.sort();
    format!("{}{}", header(name), lines.concat())
}

fn header(system: &str) -> String {
    format!(
        "\
# Decisions of meridian on the system `{system}`: ranges, locations and names that are applied.
# Written by `meridian compile`, one decision a line: kind name key = value. Commit it with the spec.
#
# A decision never moves by itself, whatever is added, removed, renamed or reordered in the spec.
# A spec that contradicts one is an error. To let one move, delete its line, compile, and read
# `meridian diff` before you apply: most of them replace what they are about.
# Lines of something removed from the spec keep its ranges reserved; delete them once it is gone.
# Merge conflict: keep the lines of both sides, delete the markers, compile.

"
    )
}

/// Reads a lock. Everything wrong with it is reported at its line; a lock with errors is none.
pub fn parse(text: &str, file: FileId, out: &mut Diagnostics) -> Option<Lock> {
    let mut reader = Reader {
        file,
        lock: Lock::default(),
        format: None,
        faults: Diagnostics::default(),
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let span = Span::new(file, start, start + content.len());
        start += line.len();
        if !content.is_empty() && !content.starts_with('#') {
            reader.line(content, span);
        }
    }
    reader.finish(out)
}

struct Reader {
    file: FileId,
    lock: Lock,
    format: Option<u32>,
    faults: Diagnostics,
}

impl Reader {
    fn line(&mut self, line: &str, span: Span) {
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|m| line.starts_with(m))
        {
            return self.fault(
                span,
                "the lock holds merge conflict markers",
                "a marker",
                "keep the lines of both sides, delete the markers, and compile",
            );
        }
        let Some((key, value)) = read(line) else {
            return self.fault(
                span,
                "this line of the lock cannot be read",
                "not `kind name key = value`",
                "restore the lock from version control",
            );
        };
        if key.kind == SYSTEM {
            return self.of_system(&key, value, span);
        }
        let entry = Entry {
            value: value.to_string(),
            span: Some(span),
        };
        let what = format!("`{} {} {}`", key.kind, key.name, key.key);
        match self.lock.entries.get(&key) {
            Some(first) if first.value != value => {
                let first = first.span.unwrap_or(span);
                self.faults.push(
                    Diagnostic::error(
                        MANGLED,
                        span,
                        format!("{what} is decided twice"),
                        "again here",
                    )
                    .also(first, "first here")
                    .help("keep the line that is applied and delete the other"),
                );
            }
            _ => {
                self.lock.entries.insert(key, entry);
            }
        }
    }

    fn of_system(&mut self, key: &Key, value: &str, span: Span) {
        if self.lock.system.is_empty() {
            self.lock.system = key.name.clone();
            self.lock.span = span;
        } else if self.lock.system != key.name {
            let message = format!(
                "the lock is of `{}` and of `{}`",
                self.lock.system, key.name
            );
            self.fault(
                span,
                &message,
                "another system",
                "each spec has a lock of its own: restore it from version control",
            );
        }
        match key.key.as_str() {
            "format" => self.format = value.parse().ok(),
            "language" => self.lock.language = value.parse().unwrap_or(0),
            "meridian" => self.lock.tool = value.to_string(),
            _ => {}
        }
    }

    fn fault(&mut self, span: Span, message: &str, label: &str, help: &str) {
        let error = Diagnostic::error(MANGLED, span, message, label);
        self.faults.push(error.help(help));
    }

    /// The lock, if it is whole and not from the future.
    fn finish(mut self, out: &mut Diagnostics) -> Option<Lock> {
        let newer = self.format.is_some_and(|f| f > FORMAT)
            || version(&self.lock.tool) > version(env!("CARGO_PKG_VERSION"));
        if newer {
            // What it holds cannot be judged by an older reader.
            self.faults = Diagnostics::default();
            self.faults.push(
                Diagnostic::error(
                    NEWER,
                    self.lock.span,
                    format!(
                        "the lock is from meridian {}, and this is {}",
                        self.lock.tool,
                        env!("CARGO_PKG_VERSION")
                    ),
                    "written by a newer version",
                )
                .help("use that version or a later one: an older one does not know all decisions"),
            );
        } else if self.faults.is_empty() && (self.lock.system.is_empty() || self.format.is_none()) {
            let start = Span::new(self.file, 0, 0);
            self.fault(
                start,
                "the lock does not say which system it is of",
                "`system … format = 1` is missing",
                "restore the lock from version control",
            );
        }
        let whole = self.faults.is_empty();
        debug_assert!(self.faults.iter().all(|d| d.severity == Severity::Error));
        out.extend(self.faults);
        whole.then_some(self.lock)
    }
}

/// `kind name key = value`.
fn read(line: &str) -> Option<(Key, &str)> {
    let (left, value) = line.split_once(" = ")?;
    let words: Vec<&str> = left.split(' ').collect();
    match words[..] {
        [kind, name, key] if words.iter().all(|w| !w.is_empty()) && !value.trim().is_empty() => {
            Some((Key::new(kind, name, key), value.trim()))
        }
        _ => None,
    }
}

/// A version's numbers; what is no number counts as zero.
fn version(text: &str) -> Vec<u64> {
    let numbers = text.split(['.', '-', '+']).take(3);
    numbers.map(|n| n.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn read(text: &str) -> (Option<Lock>, Vec<&'static str>) {
        let file = SourceMap::default().add("topology.lock", text);
        let mut out = Diagnostics::default();
        let lock = parse(text, file, &mut out);
        (lock, out.iter().map(|d| d.code.id).collect())
    }

    fn sample() -> Lock {
        let mut lock = Lock::new("shop");
        lock.set("region", "us-east1", "network", "10.4.0.0/14");
        lock.set("secret", "token", "places", "us-central1 us-east1");
        lock
    }

    #[test]
    fn what_is_printed_is_read_again_and_sorted() {
        let text = print(&sample());
        let (lock, faults) = read(&text);
        assert_eq!(faults, Vec::<&str>::new());
        assert!(lock.as_ref().is_some_and(|l| l.decides_as(&sample())));
        let lines: Vec<&str> = text
            .lines()
            .skip_while(|l| l.starts_with('#') || l.is_empty())
            .collect();
        let mut sorted = lines.clone();
        sorted.sort_unstable();
        assert_eq!(lines, sorted);
    }

    #[test]
    fn lines_of_both_sides_in_any_order_are_one_lock() {
        let text = print(&sample());
        let turned: Vec<&str> = text.lines().rev().collect();
        let (lock, _) = read(&turned.join("\r\n"));
        assert!(lock.is_some_and(|l| l.decides_as(&sample())));
    }

    #[test]
    fn mangled_locks_are_refused() {
        let good = print(&sample());
        for bad in [
            good.replace("region us-east1", "<<<<<<< HEAD\nregion us-east1"),
            good.replace("network = ", "network "),
            good.clone() + "region us-east1 network = 10.8.0.0/14\n",
            good.replace("system shop format = 1\n", ""),
            good.clone() + "system other format = 1\n",
            String::new(),
        ] {
            assert_eq!(read(&bad).1, [MANGLED.id], "{bad}");
            assert!(read(&bad).0.is_none());
        }
    }

    #[test]
    fn a_lock_from_the_future_is_refused() {
        let good = print(&sample());
        let format = good.replace("format = 1", "format = 2") + "a line of another form\n";
        assert_eq!(read(&format).1, [NEWER.id]);
        let tool = format!("meridian = {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            read(&good.replace(&tool, "meridian = 99.0.0")).1,
            [NEWER.id]
        );
    }
}

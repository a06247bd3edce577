//! Where Terraform's state is: another bucket or layout is refused before anything is written, with
//! the commands that move it, so that nothing is made a second time.

use crate::support::{Case, example, example_text, spec_after};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the calls of each root of a tree, by the file that its state is pulled into.
fn calls(case: &Case) -> BTreeMap<String, BTreeSet<String>> {
    let files = case.done.artifacts.iter();
    let roots = files.filter(|(p, _)| p.ends_with("/main.tf") && !p.contains("/modules/"));
    let of = |(path, file): (&str, &meridian::artifact::Artifact)| {
        let body: hcl::Body = hcl::from_str(&file.text).unwrap();
        let calls = body.into_blocks().filter(|b| b.identifier() == "module");
        let calls = calls.map(|b| b.labels()[0].as_str().to_string()).collect();
        let root = path.strip_prefix("terraform/").unwrap();
        let root = root.strip_suffix("/main.tf").unwrap_or("all").to_string();
        (format!("{}.tfstate", root.replace('/', "-")), calls)
    };
    roots.map(of).collect()
}

/// The calls that the commands of a help move, by the file that they go to or come from.
fn moved(help: &str, flag: &str) -> BTreeMap<String, BTreeSet<String>> {
    let loops = help.split("for m in ").skip(1);
    let of = |text: &str| {
        let (names, rest) = text.split_once("; do ").unwrap();
        let file = rest.split(flag).nth(1).unwrap();
        let file = file.split(' ').next().unwrap().to_string();
        (file, names.split(' ').map(str::to_string).collect())
    };
    loops.map(of).collect()
}

/// Why a change of an applied example is refused, and what it is once its line of the lock is gone.
fn changed(before: &Case, text: &str, key: &str) -> (String, Case) {
    let lock = meridian::lock::print(before.lock());
    let refused = spec_after(text, &lock);
    assert_eq!(refused.errors(), ["LCK104"]);
    let message = &refused.found("LCK104")[0].message;
    assert!(message.contains("a second time"), "{message}");
    let line = |l: &&str| !(l.starts_with("cloud ") && l.contains(&format!(" {key} = ")));
    let kept: String = lock
        .lines()
        .filter(line)
        .map(|l| format!("{l}\n"))
        .collect();
    assert_ne!(kept, lock);
    let after = spec_after(text, &kept);
    assert_eq!(after.errors(), Vec::<&str>::new());
    (refused.found("LCK104")[0].help.clone().unwrap(), after)
}

/// Fails if a call is left out of the commands, or goes to the state of another root.
#[test]
fn another_layout_says_where_the_state_of_every_call_goes() {
    for (name, cut) in [("ggen", true), ("paynow", false), ("eden", false)] {
        let before = example(name);
        let text = example_text(name);
        let text = match cut {
            true => text.replace("layout: single", "layout: per-region"),
            false if text.contains("layout: per-region") => {
                text.replace("layout: per-region", "layout: single")
            }
            false => text.replace("  state_bucket:", "  layout: single\n  state_bucket:"),
        };
        let (help, after) = changed(&before, &text, "layout");
        let (parts, flag) = match cut {
            true => (calls(&after), "-state-out="),
            false => (calls(&before), "-state="),
        };
        assert!(parts.len() > 2, "{name}: {parts:?}");
        let with_calls = parts.into_iter().filter(|(_, calls)| !calls.is_empty());
        assert_eq!(moved(&help, flag), with_calls.collect(), "{name}: {help}");
        assert!(help.contains("stop all deployments"), "{help}");
        assert!(help.ends_with("`terraform plan` shows no change"), "{help}");
    }
}

/// Fails if the commands name another place than that of the lock and that of the spec.
#[test]
fn another_bucket_says_how_the_state_gets_there() {
    for (name, scheme, system) in [
        ("ggen", "gs", "ggen-marketplace"),
        ("paynow", "gs", "paynow"),
        ("eden", "s3", "eden"),
    ] {
        let before = example(name);
        let locked = before.lock().all("cloud", "bucket");
        let old = locked.map(|(_, e)| e.value.clone()).next().unwrap();
        let text = example_text(name).replace(&old, "another-bucket");
        let (help, after) = changed(&before, &text, "bucket");
        let places = format!("{scheme}://{old}/{system} {scheme}://another-bucket/{system}`");
        assert!(help.contains(&places), "{name}: {help}");
        let roots = after.done.artifacts.iter();
        let mut roots = roots.filter(|(p, _)| p.ends_with("backend.tf") || p.ends_with("main.tf"));
        assert!(
            roots.any(|(_, f)| f.text.contains("another-bucket")),
            "{name}"
        );
    }
}

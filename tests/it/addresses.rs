//! What modules once made is applied somewhere: an address that leaves a module without a word
//! is destroyed there, even if another root has what it made.
#![expect(
    clippy::disallowed_methods,
    reason = "reads and writes a list of addresses"
)]

use crate::support::root;
use meridian::deployment::modules;
use std::collections::BTreeSet;

/// All addresses that modules have made, one a line: module and address. It only grows.
const ADDRESSES: &str = "tests/mutations/addresses.txt";

/// What a module has at its addresses, and the addresses that it moves or forgets.
#[derive(Default)]
struct Found {
    there: BTreeSet<String>,
    handed_over: BTreeSet<String>,
}

fn found() -> Found {
    let mut found = Found::default();
    for cloud in modules::groups() {
        for name in modules::names(cloud) {
            let module = format!("{cloud}/{name}");
            let files = modules::files(&module).into_iter();
            for (_, text) in files.filter(|(file, _)| file.ends_with(".tf")) {
                let body: hcl::Body = hcl::from_str(text).unwrap();
                body.into_blocks().for_each(|b| found.add(&module, &b));
            }
        }
    }
    found
}

impl Found {
    fn add(&mut self, module: &str, block: &hcl::Block) {
        let labels = block.labels().iter().map(hcl::BlockLabel::as_str);
        let name = labels.collect::<Vec<_>>().join(".");
        match block.identifier() {
            "resource" => _ = self.there.insert(format!("{module} {name}")),
            "module" => _ = self.there.insert(format!("{module} module.{name}")),
            "moved" | "removed" => {
                let mut all = block.body().attributes();
                let from = all.find(|a| a.key() == "from").unwrap();
                let from = hcl::format::to_string(from.expr()).unwrap();
                self.handed_over.insert(format!("{module} {from}"));
            }
            _ => {}
        }
    }
}

/// Fails if the `removed` block of `aws/alb` is taken out, or a resource of any module is renamed
/// without a `moved` block: the records that prove hosts to ACM went so to another root.
#[test]
fn what_a_module_made_is_still_there_moved_or_forgotten() {
    let path = root().join(ADDRESSES);
    let known = std::fs::read_to_string(&path).unwrap();
    let found = found();
    let mut known: BTreeSet<String> = known.lines().map(str::to_string).collect();
    let lost: Vec<_> = known
        .iter()
        .filter(|a| !found.there.contains(*a) && !found.handed_over.contains(*a))
        .collect();
    assert!(
        lost.is_empty(),
        "destroyed where they are applied: {lost:#?}"
    );
    known.extend(found.there.iter().cloned());
    let text: String = known.iter().map(|line| format!("{line}\n")).collect();
    if std::env::var("GOLDEN").is_ok_and(|v| v == "overwrite") {
        std::fs::write(&path, text).unwrap();
    } else {
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            written, text,
            "{ADDRESSES}: GOLDEN=overwrite adds what is new"
        );
    }
}

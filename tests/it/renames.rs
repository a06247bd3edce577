//! Names that change while what was made under them stays: of databases, systems and hosts.

use crate::support::{Case, case, example, spec_after, text};
use meridian::diff::{Fate, ResourceFate, fates};
use meridian::lock::print;

fn ggen() -> String {
    crate::support::example_text("ggen")
}

/// A text with exchanges, each of which must be possible.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "no {from:?}");
        text.replace(from, to)
    })
}

/// The next compilation, with the lock of the one before.
fn next(before: &Case, text: &str) -> Case {
    spec_after(text, &print(before.lock()))
}

fn changes(before: &Case, after: &Case) -> Vec<ResourceFate> {
    assert_eq!(after.errors(), Vec::<&str>::new());
    fates(&before.done.artifacts, &after.done.artifacts)
}

const US: &str = "      us: { location: nam5, serves";

/// Physical ids of databases were once counted: a second one renamed the first.
#[test]
fn a_database_keeps_its_id_whatever_comes_beside_it() {
    let one = case("workflows/min");
    let call = |of: &Case| of.call("firestore_main")["database_id"].clone();
    let before = call(&one);
    assert_eq!(before, "hello-main");
    let two = next(&one, &text("workflows/min-two-databases"));
    let bad = changes(&one, &two);
    let bad: Vec<_> = bad.iter().filter(|f| f.fate.loses_data()).collect();
    assert_eq!(bad, Vec::<&ResourceFate>::new());
    assert_eq!(call(&two), before);
    let archive = two.call("firestore_main_archive")["database_id"].clone();
    assert_eq!(archive, "hello-main-archive");
    // The lock knows: `renamed_from` may go, and the other database may leave again.
    let plain = text("workflows/min-two-databases").replace(", renamed_from: main", "");
    assert_eq!(changes(&two, &next(&two, &plain)), []);
    let leaves = plain.replace(
        "taken_over_by: [us-central1] }",
        "taken_over_by: [us-central1], leaving: { since: 2026-11-28, data: keep } }",
    );
    let gone = next(&two, &leaves);
    let all = changes(&two, &gone);
    assert!(!all.iter().any(|f| f.fate.loses_data()), "{all:#?}");
    assert!(all.iter().any(|f| f.fate == Fate::Forgotten), "{all:#?}");
    assert_eq!(call(&gone), before);
}

#[test]
fn a_database_with_another_name_says_so() {
    let before = example("ggen");
    let silent = next(
        &before,
        &edited(&ggen(), &[(US, "      na: { location: nam5, serves")]),
    );
    assert_eq!(silent.errors(), ["LCK108"]);
    let help = silent.found("LCK108")[0].help.clone().unwrap();
    assert!(
        help.contains("`renamed_from: us` in `datastores.marketplace.databases.na`"),
        "{help}"
    );
    let said = [(US, "      na: { renamed_from: us, location: nam5, serves")];
    assert_eq!(
        changes(&before, &next(&before, &edited(&ggen(), &said))),
        []
    );
    // Its store may have another name at the same time.
    let both = [
        said[0],
        (
            "  marketplace:\n",
            "  shop:\n    renamed_from: marketplace\n",
        ),
        ("uses: [marketplace, ", "uses: [shop, "),
        ("uses: [marketplace]", "uses: [shop]"),
        ("on: marketplace,", "on: shop,"),
    ];
    assert_eq!(
        changes(&before, &next(&before, &edited(&ggen(), &both))),
        []
    );
}

#[test]
fn a_system_with_another_name_says_so() {
    for (before, text, name, other) in [
        (example("ggen"), ggen(), "ggen-marketplace", "ggen-market"),
        (
            example("eden"),
            crate::support::example_text("eden"),
            "eden",
            "paradise",
        ),
    ] {
        let line = format!("\nname: {name}\n");
        let silent = edited(&text, &[(&line, &format!("\nname: {other}\n"))]);
        let silent = next(&before, &silent);
        assert_eq!(silent.errors(), ["LCK102"]);
        let help = silent.found("LCK102")[0].help.clone().unwrap();
        assert!(help.contains(&format!("`renamed_from: {name}`")), "{help}");
        let said = format!("\nname: {other}\nrenamed_from: {name}\n");
        let said = next(&before, &edited(&text, &[(&line, &said)]));
        assert_eq!(changes(&before, &said), []);
        assert_eq!(print(said.lock()), print(before.lock()));
    }
}

/// Users know a host by its name, so it is not exchanged: another one comes beside it first.
#[test]
fn a_host_gets_another_name_beside_the_old_one() {
    const OLD: &str = "api.ggen-marketplace.example.com:\n";
    const NEW: &str = "api.ggen.example.com:\n";
    let before = example("ggen");
    let exchanged = next(&before, &edited(&ggen(), &[(OLD, NEW)]));
    assert_eq!(exchanged.errors(), ["LCK108"]);
    let help = exchanged.found("LCK108")[0].help.clone().unwrap();
    assert!(help.contains("beside the new one"), "{help}");
    let entry = ggen();
    let start = entry.find(OLD).unwrap();
    let end = start + entry[start..].find("\nmesh:").unwrap();
    let block = &entry[start..end];
    let twin = format!("{}\n  {block}", block.replace(OLD, NEW).trim_end());
    let beside = edited(&ggen(), &[(block, &twin)]);
    let two = next(&before, &beside);
    let gone = |all: &[ResourceFate]| {
        let bad = all.iter().filter(|f| f.fate.is_bad());
        bad.filter(|f| {
            !f.address
                .replace('-', "_")
                .contains("ggen_marketplace_example_com")
        })
        .cloned()
        .collect::<Vec<_>>()
    };
    let all = changes(&before, &two);
    assert!(!all.iter().any(|f| f.fate.is_bad()), "{all:#?}");
    let old = format!("  {OLD}");
    let leaves = format!("{old}    leaving: {{ since: 2026-11-28 }}\n");
    let leaving = next(&two, &edited(&beside, &[(&old, &leaves)]));
    assert_eq!(gone(&changes(&two, &leaving)), []);
    let entry_gone = beside.replace(&format!("  {block}"), "");
    assert_eq!(gone(&changes(&leaving, &next(&leaving, &entry_gone))), []);
}

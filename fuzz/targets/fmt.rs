#![no_main]

mod common;

use meridian::syntax::print::checked;
use meridian::syntax::{Limits, Notation};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for (name, notation) in [(common::YAML, Notation::Yaml), (common::KDL, Notation::Kdl)] {
        let (Some(document), said) = common::parsed(name, text) else {
            continue;
        };
        if said.has_errors() {
            continue;
        }
        // What cannot be printed with the same meaning is refused.
        let Ok(canonical) = checked(&document, notation, &Limits::default()) else {
            continue;
        };
        let (again, said) = common::parsed(name, &canonical);
        let again = again.filter(|_| !said.has_errors());
        let again = again.expect("what is printed can be read");
        let stays = checked(&again, notation, &Limits::default()).expect("and printed again");
        assert_eq!(stays, canonical, "the canonical form is its own");
    }
});

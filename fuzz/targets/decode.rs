#![no_main]

mod common;

use meridian::Until;

libfuzzer_sys::fuzz_target!(|text: &str| {
    common::compiled(common::YAML, text, Until::Spec);
    common::compiled(common::KDL, text, Until::Spec);
});

#![no_main]

mod common;

use meridian::Until;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let done = common::compiled(common::YAML, text, Until::Emitted);
    let errors = done.diagnostics.has_errors();
    assert_eq!(done.artifacts.is_empty(), errors, "a tree or a reason");
});

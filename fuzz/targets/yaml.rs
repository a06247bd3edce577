#![no_main]

mod common;

libfuzzer_sys::fuzz_target!(|text: &str| {
    common::parsed(common::YAML, text);
});

//! The YAML reader's commonest complaints in the words of somebody who writes YAML.

/// What the reader says, what is wrong, and what to write instead.
const COMPLAINTS: [(&str, &str, &str); 9] = [
    (
        "mapping values are not allowed",
        "a `:` where no key can be",
        "put a text that holds `: ` in quotes; else check the indentation here, and that the line before has a `:` of its own",
    ),
    (
        "simple key expected",
        "a line without a `:`",
        "write `key: value`; a text of several lines needs quotes or `|`",
    ),
    ("illegal placement of ':'", OPEN, CLOSE),
    ("expected ',' or", OPEN, CLOSE),
    ("unclosed bracket", OPEN, CLOSE),
    (
        "multiline quoted scalar",
        "a quote is not closed",
        "add the closing quote on the line where it opens",
    ),
    (
        "did not find expected '-'",
        "a key among the items of a list",
        "begin the line with `- `, or indent it like the key above the list",
    ),
    (
        "did not find expected key",
        "a line is indented unlike its neighbours",
        "indent the keys of a map alike",
    ),
    (
        "unexpected character",
        "a text cannot begin with this sign",
        "put the text in quotes",
    ),
];

const OPEN: &str = "a bracket is not closed";
const CLOSE: &str = "close the bracket with `]` or `}`, or put a `,` before this";

/// The fault and the way out, for what the reader says.
pub(super) fn plain(said: &str) -> (String, &'static str) {
    match COMPLAINTS.iter().find(|(known, ..)| said.contains(known)) {
        Some((_, fault, cure)) => (format!("this is not YAML: {fault}"), cure),
        None => (
            format!("this is not YAML: {said}"),
            "check quotes, brackets and indentation on this line and the one before",
        ),
    }
}

//! Shell words.

use crate::source::unseen;

/// A word as Bash reads it back, always on one line: bare if nothing in it is special, else in
/// single quotes; as `$'…'` where it holds control or invisible characters; in double ones, escaped, where
/// it holds an expansion that is meant for another shell, because linters take that in single
/// quotes for a mistake.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_string()
    } else if text.chars().any(letters_only) {
        escaped(text)
    // An interactive shell takes `!` for its history, in double quotes too.
    } else if text.contains('$') && !text.contains('!') {
        format!("\"{}\"", in_quotes(text))
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Text inside double quotes of a template.
pub fn in_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A word of a function that has parameters in it: texts and names of parameters in turn, a text
/// first. It is what the word would be with the values in their places, whatever they are.
pub fn filled(parts: &[String]) -> String {
    let texts = || parts.iter().step_by(2);
    let each = parts.iter().enumerate();
    if texts().any(|text| text.chars().any(letters_only)) {
        let each = each.map(|(index, part)| match index % 2 {
            0 if part.is_empty() => String::new(),
            0 => word(part),
            _ => format!("\"${{{part}}}\""),
        });
        return each.collect();
    }
    let each = each.map(|(index, part)| match index % 2 {
        0 => in_quotes(part),
        _ => format!("${{{part}}}"),
    });
    format!("\"{}\"", each.collect::<String>())
}

/// Whether a character is written as letters: who reads a script must see it.
fn letters_only(c: char) -> bool {
    c.is_control() || unseen(c)
}

/// A word as `$'…'`, where every byte can be written as letters.
fn escaped(text: &str) -> String {
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if letters_only(c) => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                out.extend(bytes.map(|byte| format!("\\{byte:03o}")));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A command line, word by word.
pub fn command(words: &[String]) -> String {
    let each = words.iter().map(|w| argument(w));
    each.collect::<Vec<_>>().join(" ")
}

/// A word of a command line: what is a variable's name after a `$` stands for its value.
pub fn argument(text: &str) -> String {
    match variable(text) {
        Some(name) => format!("\"${{{name}}}\""),
        None => word(text),
    }
}

fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let letters = |c: char| c.is_ascii_uppercase() || c == '_';
    (!name.is_empty() && name.chars().all(letters)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn hostile_words_come_back_as_they_were() {
        for text in [
            "$(id)",
            "`id`",
            "a'b",
            "",
            "-rf",
            "*",
            "~",
            "a\nb",
            "${HOME}",
            "\\",
            "$(id) \"a\" 'b' \\ `id` ${HOME} !x",
            "a\u{202e}b\u{200b}",
            "\u{1b}[2J\r\u{7f}\u{85}'\\n$(id)7",
        ] {
            let script = format!("printf %s {}", word(text));
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{script}");
        }
    }

    #[test]
    fn variables_are_quoted() {
        let words = [
            "rm".to_string(),
            "$TARGET".to_string(),
            "$target".to_string(),
        ];
        assert_eq!(command(&words), "rm \"${TARGET}\" \"\\$target\"");
    }

    #[test]
    fn parameters_stand_in_words_as_they_are() {
        for text in ["a", "", "$(id) \"a\" 'b' \\ `id` ${HOME} !x", "a\nb\t'"] {
            let parts = [
                text.into(),
                "name".into(),
                "'\"$".into(),
                "more".into(),
                text.into(),
            ];
            let line = format!("printf %s {}", filled(&parts));
            let script =
                format!("f() {{ local name=$1 more=$2\n{line}; }}\nf \"\\$(id)\" $'x\\ny'");
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            let wanted = format!("{text}$(id)'\"$x\ny{text}");
            assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{script}");
        }
    }
}

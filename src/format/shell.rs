//! Shell words.

/// A word as the shell reads it back: bare if nothing in it is special, else in single
/// quotes; in double ones, escaped, where it holds an expansion that is meant for another
/// shell, because linters take that in single quotes for a mistake.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_string()
    } else if text.contains('$') {
        let escaped = |c: char| match c {
            '\\' | '"' | '$' | '`' => format!("\\{c}"),
            other => other.to_string(),
        };
        format!("\"{}\"", text.chars().map(escaped).collect::<String>())
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A command line; a word that is a variable's name after a `$` stands for its value.
pub fn command(words: &[String]) -> String {
    let each = words.iter().map(|w| match variable(w) {
        Some(name) => format!("\"${{{name}}}\""),
        None => word(w),
    });
    each.collect::<Vec<_>>().join(" ")
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
        ] {
            let script = format!("printf %s {}", word(text));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
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
}

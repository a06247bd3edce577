//! Text inside Go templates: annotations of Prometheus, messages of Alertmanager.

/// Text that the template leaves as it is (pkg.go.dev/text/template).
pub fn literal(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_action_is_left() {
        assert_eq!(literal("{{ . }}"), "{{ \"{{\" }} . }}");
        assert_eq!(literal("{{{{ x"), "{{ \"{{\" }}{{ \"{{\" }} x");
        assert_eq!(literal("plain {"), "plain {");
    }
}

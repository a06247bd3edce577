//! `--only` and `--skip`: the parts of the output of this run, in place of `outputs` of the spec.

use crate::source::Span;
use crate::spec::Part;
use crate::spec::decode::Scalar;
use crate::syntax::{Document, Entry, Key, Kind, Node, Scalar as Word, Style};
use clap::Args;

#[derive(Debug, Clone, Default, Args)]
pub(super) struct Parts {
    /// Make only these parts: terraform, kubernetes, chart, values, observability, alerts,
    /// dashboards, runbooks, pages, scripts
    ///
    /// Other teams make the rest, and CONTRACT.md lists what they must provide. `outputs` in the spec
    /// says the same for every run.
    #[arg(long, value_name = "PART", value_delimiter = ',', value_parser = part)]
    only: Vec<Part>,
    /// Make all parts but these
    #[arg(long, value_name = "PART", value_delimiter = ',', value_parser = part, conflicts_with = "only")]
    skip: Vec<Part>,
}

fn part(word: &str) -> Result<Part, String> {
    Part::parse(word).map_err(|near| match near.is_empty() {
        true => format!("write {}", Part::wanted()),
        false => near,
    })
}

impl Parts {
    /// Writes them into a spec, as its `outputs`: everything after this reads the spec alone.
    pub(super) fn write_into(&self, document: Option<&mut Document>) {
        let members = [("only", &self.only), ("skip", &self.skip)];
        let chosen = members.into_iter().filter(|(_, parts)| !parts.is_empty());
        let chosen: Vec<_> = chosen.map(|(key, parts)| entry(key, list(parts))).collect();
        let (false, Some(document)) = (chosen.is_empty(), document) else {
            return;
        };
        let outputs = entry("outputs", Node::new(Span::default(), Kind::Map(chosen)));
        if let Kind::Map(entries) = &mut document.root.kind {
            entries.retain(|e| e.key.text != "outputs");
            entries.push(outputs);
        }
    }
}

fn entry(key: &str, value: Node) -> Entry {
    let key = Key {
        text: key.to_string(),
        span: Span::default(),
    };
    Entry { key, value }
}

fn list(parts: &[Part]) -> Node {
    let word = |part: &Part| {
        let word = Word {
            text: part.print(),
            style: Style::Plain,
            may_be_list: false,
        };
        Node::new(Span::default(), Kind::Scalar(word))
    };
    Node::new(
        Span::default(),
        Kind::List(parts.iter().map(word).collect()),
    )
}

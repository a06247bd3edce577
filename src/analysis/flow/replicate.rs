//! Links among the live copies of a store: what replicates, as far as a dataset may go.

use super::build::{Builder, Node};
use super::copy::{Copy, Holder, Keep, Kind, Site};
use crate::diagnostic::Label;
use crate::source::Span;
use crate::topology::{Reach, Ref};
use std::collections::BTreeMap;

impl Builder<'_, '_> {
    /// Replication of the live copies among each other.
    pub(super) fn replication(&mut self) {
        let replication = self.store.replication.as_ref();
        let copied = self.store.is_copied() || self.has_replicas();
        if !copied || self.reach() == Reach::Origin || self.roots.len() < 2 {
            return;
        }
        let reasons = self.replication_reasons();
        let links = replication.map(|r| &r.links).filter(|l| !l.is_empty());
        if let Some(links) = links {
            for (from, targets) in links.iter() {
                self.linked(&from.text, targets, &reasons);
            }
        } else if self.one_writer() {
            self.fan_out(&reasons);
        } else {
            self.carried(&reasons);
        }
    }

    fn replication_reasons(&self) -> Vec<Label> {
        let copies = &self.subject.dataset.copies;
        let label = |span: Span, text: &str| Label {
            span,
            text: text.into(),
        };
        let mut reasons = vec![label(
            copies.span,
            match self.reach() {
                Reach::Everywhere => "copies go everywhere that the store is",
                _ => "copies go within the zone",
            },
        )];
        let mode = self.store.replication.as_ref().map(|r| &r.mode);
        reasons.extend(mode.map(|m| label(m.span, "replicated")));
        reasons
    }

    /// Whether `copies` lets a record go from one live copy to another.
    fn may_go(&self, from: &Copy, to: &Copy) -> bool {
        match self.reach() {
            Reach::Everywhere => true,
            Reach::WithinZone => from.site.zone == to.site.zone,
            Reach::Origin => false,
        }
    }

    fn linked(&mut self, from: &str, targets: &[Ref], reasons: &[Label]) {
        let at = |name: &str| {
            let id = self.world.topology.region_named(name);
            let here = move |(_, c): &&(usize, &Copy)| c.site.region == id && id.is_some();
            self.roots.iter().find(here).copied()
        };
        let Some((source, copy)) = at(from) else {
            return;
        };
        let ends: Vec<_> = targets
            .iter()
            .filter_map(|t| at(&t.value).map(|(node, to)| (node, to, t.span)))
            .filter(|(_, to, _)| self.may_go(copy, to))
            .collect();
        for (node, _, span) in ends {
            let mut reasons = reasons.to_vec();
            let text = format!("{from} sends here");
            reasons.push(Label { span, text });
            self.link(source, node, reasons);
        }
    }

    fn fan_out(&mut self, reasons: &[Label]) {
        let Some((source, copy)) = self.writer() else {
            return;
        };
        let ends = self.roots.iter().copied();
        let ends: Vec<_> = ends
            .filter(|(node, to)| *node != source && self.may_go(copy, to))
            .collect();
        for (node, _) in ends {
            self.link(source, node, reasons.to_vec());
        }
    }

    /// Every copy to every other, through what carries them: a link for each, not a pair.
    fn carried(&mut self, reasons: &[Label]) {
        let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (node, copy) in &self.roots {
            let zone = copy.site.zone.as_deref();
            let group = zone.filter(|_| self.reach() == Reach::WithinZone);
            groups.entry(group).or_default().push(*node);
        }
        for nodes in groups.into_values().filter(|n| n.len() > 1) {
            let carrier = self.carrier();
            self.carriers.push(carrier);
            for node in nodes {
                if self.graph.nodes[node].kind == Kind::Store {
                    self.link(node, carrier, Vec::new());
                }
                self.link(carrier, node, reasons.to_vec());
            }
        }
    }

    fn carrier(&mut self) -> usize {
        let replication = self.store.replication.as_ref();
        let named = replication.and_then(|r| r.worker.as_ref().or(r.by.as_ref()));
        self.node(Node {
            kind: Kind::Carrier,
            name: named.map_or_else(
                || format!("replication of {}", self.store.name),
                |n| n.value.clone(),
            ),
            site: Site::default(),
            keeps: Keep::Passing,
            holder: Some(Holder::Store(self.subject.store)),
            places: Vec::new(),
            source: String::new(),
        })
    }
}

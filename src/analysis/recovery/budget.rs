//! A budget: terms and what each waits for. Its total is the longest path.

use crate::analysis::term::{Class, NEVER, Term};

/// A term and the terms that must end before it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The term.
    pub term: Term,
    /// Places of other nodes in the budget, all before this one.
    pub after: Vec<usize>,
}

/// Terms in an order in which each comes after what it waits for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budget {
    /// The nodes.
    pub nodes: Vec<Node>,
}

impl Budget {
    /// Adds a term that begins when the others have ended; gives its place.
    pub fn add(&mut self, term: Term, after: Vec<usize>) -> usize {
        self.nodes.push(Node { term, after });
        self.nodes.len() - 1
    }

    /// Adds terms one after the other; gives the place of the last, or what it would have
    /// waited for.
    pub fn add_serial(&mut self, terms: Vec<Term>, after: Vec<usize>) -> Vec<usize> {
        let mut last = after;
        for term in terms {
            last = vec![self.add(term, last)];
        }
        last
    }

    /// When each node ends at best and at worst.
    pub fn ends(&self) -> Vec<(u64, Option<u64>)> {
        let mut ends: Vec<(u64, Option<u64>)> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let (low, high) = self.begin(node, &ends);
            let high = high.zip(node.term.high).map(|(a, b)| a.saturating_add(b));
            ends.push((low.saturating_add(node.term.low), high));
        }
        ends
    }

    fn begin(&self, node: &Node, ends: &[(u64, Option<u64>)]) -> (u64, Option<u64>) {
        let low = node.after.iter().map(|i| ends[*i].0).max().unwrap_or(0);
        let high = node
            .after
            .iter()
            .try_fold(0, |worst: u64, i| Some(worst.max(ends[*i].1?)));
        (low, high)
    }

    /// The longest path at best and at worst; `None` without a bound.
    pub fn total(&self) -> (u64, Option<u64>) {
        let ends = self.ends();
        let low = ends.iter().map(|(low, _)| *low).max().unwrap_or(0);
        let high = ends
            .iter()
            .try_fold(0, |worst: u64, (_, high)| Some(worst.max((*high)?)));
        (low, high)
    }

    /// The terms on the longest path at worst, in order; a term without a bound is longest.
    pub fn longest(&self) -> Vec<&Term> {
        let length = |high: Option<u64>| high.unwrap_or(NEVER);
        let mut ends: Vec<u64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let begins = node.after.iter().map(|i| ends[*i]).max().unwrap_or(0);
            ends.push(begins.saturating_add(length(node.term.high)));
        }
        let last = (0..ends.len()).max_by_key(|i| ends[*i]);
        let before = |i: usize| self.nodes[i].after.iter().copied().max_by_key(|i| ends[*i]);
        let mut path: Vec<usize> = std::iter::successors(last, |i| before(*i)).collect();
        path.reverse();
        path.into_iter().map(|i| &self.nodes[i].term).collect()
    }

    /// The weakest class among the terms that may take time.
    pub fn class(&self) -> Class {
        let terms = self.nodes.iter().map(|n| &n.term);
        let counted = terms.filter(|t| t.high != Some(0) || t.class > Class::Enforced);
        counted.map(|t| t.class).max().unwrap_or(Class::Emitted)
    }

    /// The terms that are not ours to enforce, largest first.
    pub fn assumptions(&self) -> Vec<&Term> {
        let terms = self.nodes.iter().map(|n| &n.term);
        let mut found: Vec<&Term> = terms.filter(|t| t.class > Class::Enforced).collect();
        found.sort_by_key(|t| std::cmp::Reverse(t.high.unwrap_or(NEVER)));
        found
    }

    /// The terms without a bound.
    pub fn unknown(&self) -> impl Iterator<Item = &Term> {
        self.nodes
            .iter()
            .map(|n| &n.term)
            .filter(|t| t.high.is_none())
    }

    /// The longest path through a node without the node itself, where all is bounded.
    fn around(&self, place: usize) -> Option<u64> {
        let ends = self.ends();
        let head = self.begin(&self.nodes[place], &ends).1?;
        let mut tails: Vec<u64> = vec![0; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate().rev() {
            for before in &node.after {
                tails[*before] = tails[*before].max(tails[index] + node.term.high?);
            }
        }
        Some(head + tails[place])
    }

    /// The total at worst if a node took no time.
    fn without(&self, place: usize) -> Option<u64> {
        let mut less = self.clone();
        less.nodes[place].term.high = Some(0);
        less.total().1
    }

    /// What would help most: nodes that can change, by how much the total shrinks if they
    /// took no time, and the most that each may take for the total to stay within `promise`.
    pub fn reductions(&self, promise: Option<u64>) -> Vec<Reduction<'_>> {
        let Some(total) = self.total().1 else {
            return Vec::new();
        };
        let mut found: Vec<Reduction> = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            if node.term.change.is_none() || node.term.high == Some(0) {
                continue;
            }
            let Some(without) = self.without(place) else {
                continue;
            };
            let enough = promise.filter(|p| without <= *p);
            found.push(Reduction {
                term: &node.term,
                gain: total - without,
                within: enough.and_then(|p| p.checked_sub(self.around(place)?)),
            });
        }
        found.retain(|r| r.gain > 0);
        found.sort_by_key(|r| std::cmp::Reverse(r.gain));
        found
    }
}

/// A term whose reduction helps.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction<'a> {
    /// The term.
    pub term: &'a Term,
    /// How much the total at worst shrinks if it took no time, in milliseconds.
    pub gain: u64,
    /// The most that it may take for the promise to hold, if it alone can make it hold.
    pub within: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::term::{Change, Step};

    fn term(low: u64, high: Option<u64>) -> Term {
        Term {
            high,
            class: if high.is_none() {
                Class::Unknown
            } else {
                Class::Emitted
            },
            change: Some(Change::Value("x")),
            ..Term::emitted(Step::Detect, "x", (low, 0), String::new())
        }
    }

    /// Two branches side by side, and one term after both.
    fn diamond() -> Budget {
        let mut budget = Budget::default();
        let a = budget.add(term(1, Some(10)), vec![]);
        let b = budget.add(term(5, Some(6)), vec![a]);
        let c = budget.add(term(9, Some(9)), vec![]);
        budget.add(term(1, Some(2)), vec![b, c]);
        budget
    }

    #[test]
    fn the_total_is_the_longest_path() {
        assert_eq!(diamond().total(), (10, Some(18)));
    }

    #[test]
    fn the_longest_path_is_the_one_that_adds_up() {
        let highs: Vec<_> = diamond().longest().iter().map(|t| t.high).collect();
        assert_eq!(highs, [Some(10), Some(6), Some(2)]);
    }

    #[test]
    fn an_unknown_anywhere_leaves_no_bound() {
        let mut budget = diamond();
        budget.add(term(0, None), vec![]);
        assert_eq!(budget.total(), (10, None));
        assert_eq!(budget.class(), Class::Unknown);
    }

    #[test]
    fn a_reduction_says_how_small_is_small_enough() {
        let budget = diamond();
        let reductions = budget.reductions(Some(12));
        let first = &reductions[0];
        // Without the first term the other branch is the longest: 9 + 2.
        assert_eq!((first.gain, first.within), (7, Some(4)));
        let mut smaller = budget.clone();
        smaller.nodes[0].term.high = Some(4);
        assert_eq!(smaller.total().1, Some(12));
        smaller.nodes[0].term.high = Some(5);
        assert_eq!(smaller.total().1, Some(13));
    }
}

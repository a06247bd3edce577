//! Reachability with reasons: which nodes data comes to, by which shortest way, and where
//! that way first leaves what is allowed. Knows nothing of clouds or zones.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A way from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The node that data comes from.
    pub from: usize,
    /// The node that it comes to.
    pub to: usize,
    /// Whether the way is open only after a loss.
    pub after_loss: bool,
}

/// How data comes to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The last link of the way; `None` at the origin.
    pub by: Option<usize>,
    /// Whether it comes there only after a loss.
    pub after_loss: bool,
    /// Whether every way there leads through a node that is outside already.
    pub beyond: bool,
}

/// How data of node 0 comes to every node, `None` where it does not. `outside` says of a
/// node, and of whether a loss came first, that data must not rest there.
///
/// Ways that are always open go before those after a loss, ways that stay inside before
/// those that do not, and of these the one with the fewest links. Takes time in proportion
/// to the links, times the logarithm of their number.
pub fn walk(
    nodes: usize,
    links: &[Link],
    outside: impl Fn(usize, bool) -> bool,
) -> Vec<Option<Arrival>> {
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (index, link) in links.iter().enumerate() {
        leaving[link.from].push(index);
    }
    let mut arrivals: Vec<Option<Arrival>> = vec![None; nodes];
    // After a loss, beyond the border, links so far, the node, the last link.
    let mut next = BinaryHeap::from([Reverse((false, false, 0usize, 0usize, None))]);
    while let Some(Reverse((after_loss, beyond, hops, node, by))) = next.pop() {
        if nodes == 0 || arrivals[node].is_some() {
            continue;
        }
        arrivals[node] = Some(Arrival {
            by,
            after_loss,
            beyond,
        });
        let beyond = beyond || outside(node, after_loss);
        for index in &leaving[node] {
            let link = links[*index];
            if arrivals[link.to].is_none() {
                let after_loss = after_loss || link.after_loss;
                next.push(Reverse((
                    after_loss,
                    beyond,
                    hops + 1,
                    link.to,
                    Some(*index),
                )));
            }
        }
    }
    arrivals
}

/// The links of the way to a node, from the origin on; empty where data does not come.
pub fn way(links: &[Link], arrivals: &[Option<Arrival>], node: usize) -> Vec<usize> {
    let mut way = Vec::new();
    let mut at = node;
    while let Some(by) = arrivals[at].and_then(|a| a.by) {
        way.push(by);
        at = links[by].from;
    }
    way.reverse();
    way
}

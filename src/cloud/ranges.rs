//! Network ranges: those that the spec names, those that the lock records, and for the rest a
//! free block that the region's name alone decides. What a cloud makes of a region's range is
//! its own matter.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::ranges::{Block, allocate};
use crate::lock::{self, Lock, MANGLED, RANGE_TWICE};
use crate::source::Span;
use crate::topology::{RegionId, Topology};

/// The network's range has no room for all regions.
pub const RANGE_TOO_SMALL: Code = Code::new("NET101", "range-too-small");
/// Two ranges share addresses.
pub const OVERLAP: Code = Code::new("NET102", "ranges-overlap");

/// Bits of the range that each region takes: a /14.
const REGION_BITS: u32 = 14;
/// The key of a region's range in the lock.
const NETWORK: &str = "network";
/// What no region may use: control planes and services of clusters have addresses here.
pub const CLUSTERS: Block = Block {
    base: 0xAC10_0000,
    bits: 12,
};

/// The first address of a region.
pub fn base(topology: &Topology, id: RegionId) -> u32 {
    let range = topology
        .lock
        .get("region", &topology.region(id).name, NETWORK);
    range.and_then(Block::parse).map_or(0, |block| block.base)
}

/// A block in CIDR notation.
pub fn block(base: u32, bits: u32) -> String {
    Block { base, bits }.to_string()
}

/// Records the range of a region whose part at `offset` begins at `range`.
pub fn record(topology: &Topology, id: RegionId, range: &str, offset: u32, lock: &mut Lock) {
    let region = topology.region(id);
    let Some(part) = Block::parse(range) else {
        return;
    };
    let base = part.base.wrapping_sub(offset);
    let whole = Block {
        base,
        bits: REGION_BITS,
    };
    let written = region.cidr.as_ref().and_then(|c| Block::parse(c));
    let written = written.filter(|w| w.base == base);
    // A range that was written once may be smaller than what is allocated today.
    let derived = if whole.first(REGION_BITS) == whole {
        whole
    } else {
        part
    };
    let block = written.unwrap_or(derived).to_string();
    lock.set("region", &region.name, NETWORK, block);
}

/// A range and who has it.
struct Held {
    block: Block,
    region: String,
    span: Option<Span>,
    /// Whether the span is of the spec.
    written: bool,
}

/// Settles the range of every region and reports those that share addresses.
pub fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    let mut held = locked(topology, "network", RANGE_TWICE, out);
    for (at, region) in topology.regions.iter().enumerate() {
        let existing = topology.existing_network(RegionId(at)).map(|n| &n.cidr);
        let Some(cidr) = existing.or(region.cidr.as_ref()) else {
            continue;
        };
        // Another range than a block is reported by the cloud, which knows the smallest.
        let Some(block) = Block::parse(cidr) else {
            continue;
        };
        let entry = topology.lock.entry("region", &region.name, NETWORK);
        if let Some(entry) =
            entry.filter(|e| Block::parse(&e.value).is_some_and(|b| b.base != block.base))
        {
            let what = format!(
                "the network of `{}` and everything in it would be replaced",
                region.name
            );
            out.push(lock::disagrees(entry, cidr.span, cidr, &what));
        }
        held.retain(|h| h.region != region.name);
        held.push(Held {
            block,
            region: region.name.clone(),
            span: Some(cidr.span),
            written: true,
        });
    }
    overlaps(&held, out);
    let (network, span) = network(topology);
    let mut fresh: Vec<String> = topology.regions.iter().map(|r| r.name.clone()).collect();
    fresh.retain(|name| held.iter().all(|h| h.region != *name));
    fresh.sort();
    let regions = topology.regions.len();
    for region in fresh {
        let taken: Vec<Block> = held.iter().map(|h| h.block).chain([CLUSTERS]).collect();
        let found = network.and_then(|space| allocate(&region, space, REGION_BITS, &taken));
        let Some(block) = found else {
            out.push(no_room(network, span, regions));
            return;
        };
        held.push(Held {
            block,
            region,
            span: None,
            written: false,
        });
    }
    for one in held {
        if topology.region_named(&one.region).is_some() {
            let block = one.block.to_string();
            topology.lock.set("region", &one.region, NETWORK, block);
        }
    }
}

/// The blocks that the lock records for regions under a key, those of regions that are gone too;
/// two that share addresses are a fault of a merge.
fn locked(topology: &Topology, key: &str, code: Code, out: &mut Diagnostics) -> Vec<Held> {
    let mut held: Vec<Held> = Vec::new();
    for (region, entry) in topology.lock.all("region", key) {
        let span = entry.span.unwrap_or(topology.lock.span);
        let Some(block) = Block::parse(&entry.value) else {
            out.push(
                Diagnostic::error(
                    MANGLED,
                    span,
                    format!("`{}` is not a range", entry.value),
                    "recorded here",
                )
                .help("restore the lock from version control"),
            );
            continue;
        };
        if let Some(first) = held.iter().find(|h| h.block.overlaps(block)) {
            let other = &first.region;
            out.push(
                Diagnostic::error(
                    code,
                    span,
                    format!("`{other}` and `{region}` have one range, {block}: two branches allocated it"),
                    format!("`{region}` has it here"),
                )
                .also(first.span.unwrap_or(span), format!("`{other}` has it here"))
                .help("delete the line of the region that is not applied yet and compile: it gets a free range"),
            );
        }
        held.push(Held {
            block,
            region: region.to_string(),
            span: Some(span),
            written: false,
        });
    }
    held
}

/// Reports written ranges that share addresses with others, or with what clusters use.
fn overlaps(held: &[Held], out: &mut Diagnostics) {
    for (index, one) in held.iter().enumerate().filter(|(_, h)| h.written) {
        let Some(span) = one.span else { continue };
        if one.block.overlaps(CLUSTERS) {
            out.push(
                Diagnostic::error(
                    OVERLAP,
                    span,
                    format!("{} holds addresses of {CLUSTERS}", one.block),
                    "a region's range",
                )
                .help(format!(
                    "write a range outside of {CLUSTERS}: control planes and services of clusters have addresses there"
                )),
            );
        }
        // Written ranges stand behind the recorded ones: each pair is met once.
        let others = held[..index].iter();
        for other in others.filter(|o| o.block.overlaps(one.block)) {
            let (a, b) = (&one.region, &other.region);
            let whose = match other.written {
                true => format!("the range of `{b}`"),
                false => format!("the range of `{b}`, which is applied"),
            };
            let error = Diagnostic::error(
                OVERLAP,
                span,
                format!(
                    "the ranges of `{a}` and `{b}` share addresses: {} and {}",
                    one.block, other.block
                ),
                format!("the range of `{a}`"),
            );
            let error = match other.span {
                Some(place) => error.also(place, whose),
                None => error,
            };
            out.push(error.help(
                "write a range that no other region has, or leave `cidr` out to have a free one",
            ));
        }
    }
}

/// The declared space and where it is declared.
fn network(topology: &Topology) -> (Option<Block>, Span) {
    let cidr = &topology.network.cidr;
    (Block::parse(cidr), cidr.span)
}

fn no_room(network: Option<Block>, span: Span, regions: usize) -> Diagnostic {
    let room = network.map_or(0, |n| (1u64 << REGION_BITS) >> n.bits);
    Diagnostic::error(
        RANGE_TOO_SMALL,
        span,
        format!("the network has room for {room} regions, and there are {regions}"),
        "every region takes a /14",
    )
    .help("write a larger range, such as `network: { cidr: 10.0.0.0/8 }`; ranges of removed regions stay reserved while the lock has their lines")
}

/// Reports regions whose own range is none, or smaller than a block of `bits`.
pub fn check_own(topology: &Topology, regions: &[RegionId], bits: u32, out: &mut Diagnostics) {
    let own = regions
        .iter()
        .filter(|id| topology.existing_network(**id).is_none());
    for region in own.map(|id| topology.region(*id)) {
        if let Some(cidr) = &region.cidr
            && Block::parse(cidr).is_none_or(|own| own.bits > bits)
        {
            out.push(
                Diagnostic::error(
                    RANGE_TOO_SMALL,
                    cidr.span,
                    format!("`{}` is not a range of at least a /{bits}", cidr.value),
                    "a region's range",
                )
                .help(format!(
                    "write a range such as `10.64.0.0/{bits}`, or leave it out"
                )),
            );
        }
    }
}

/// Settles a block of `bits` in `space` for each region under a key of the lock.
pub fn settle_each(
    topology: &mut Topology,
    regions: &[RegionId],
    key: &'static str,
    space: Block,
    bits: u32,
    out: &mut Diagnostics,
) {
    let held = locked(topology, key, RANGE_TWICE, out);
    let mut taken: Vec<Block> = held.iter().map(|h| h.block).collect();
    let names = regions.iter().map(|id| topology.region(*id).name.clone());
    let mut fresh: Vec<String> = names
        .filter(|n| held.iter().all(|h| h.region != *n))
        .collect();
    fresh.sort();
    for region in fresh {
        if let Some(block) = allocate(&region, space, bits, &taken) {
            taken.push(block);
            topology.lock.set("region", &region, key, block.to_string());
        }
    }
}

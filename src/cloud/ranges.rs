//! Network ranges, cut by a region's place in the spec: adding a region behind the others
//! moves none. What a cloud makes of a region's range is its own matter.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{RegionId, Topology};

/// The network's range has no room for all regions.
pub const RANGE_TOO_SMALL: Code = Code::new("NET101", "range-too-small");

/// Bits of the range that each region takes: a /14.
const REGION_BITS: u32 = 14;
/// Addresses of one region.
const STRIDE: u32 = 1 << (32 - REGION_BITS);

/// The first address of a region.
pub fn base(topology: &Topology, id: RegionId) -> u32 {
    let region = topology.region(id);
    let own = region.written.cidr.as_ref().and_then(|c| parse(c));
    own.map_or_else(
        || network(topology).0 + STRIDE * region.ordinal as u32,
        |(base, _)| base,
    )
}

/// A block in CIDR notation.
pub fn block(base: u32, bits: u32) -> String {
    format!("{}/{bits}", std::net::Ipv4Addr::from(base))
}

/// Reports a network without room for all regions.
pub fn check_network(topology: &Topology, out: &mut Diagnostics) {
    let (base, bits) = network(topology);
    let room = (1u64 << (32 - bits)) / u64::from(STRIDE);
    let count = topology.regions.len() as u64;
    if base == 0 || count > room {
        let cidr = topology.spec.network.as_ref().map(|n| &n.cidr);
        let span = cidr.map_or(topology.spec.span, |c| c.span);
        out.push(
            Diagnostic::error(
                RANGE_TOO_SMALL,
                span,
                format!("the network has room for {room} regions, and there are {count}"),
                "every region takes a /14",
            )
            .help("write a larger range, such as `network: { cidr: 10.0.0.0/8 }`"),
        );
    }
}

/// Reports regions whose own range is none, or smaller than a block of `bits`.
pub fn check_own(topology: &Topology, regions: &[RegionId], bits: u32, out: &mut Diagnostics) {
    for region in regions.iter().map(|id| topology.region(*id)) {
        if let Some(cidr) = &region.written.cidr
            && parse(cidr).is_none_or(|(_, own)| own > bits)
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

fn network(topology: &Topology) -> (u32, u32) {
    let cidr = topology.spec.network.as_ref().map(|n| n.cidr.as_str());
    cidr.map_or(Some((0x0A00_0000, 8)), parse)
        .unwrap_or((0, 32))
}

fn parse(cidr: &str) -> Option<(u32, u32)> {
    let (address, bits) = cidr.split_once('/')?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|b| (1..=32).contains(b))?;
    let base = u32::from(address);
    (base.trailing_zeros() >= 32 - bits).then_some((base, bits))
}

//! Network ranges, cut by a region's place in the spec: adding a region behind the others
//! moves none.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{RegionId, Topology};

/// The network's range has no room for all regions.
pub const RANGE_TOO_SMALL: Code = Code::new("NET101", "range-too-small");

/// Addresses of one region: a /14.
const STRIDE: u32 = 1 << 18;

/// Ranges of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    /// Nodes and internal load balancers: a /20.
    pub nodes: String,
    /// Pods: a /16.
    pub pods: String,
    /// Services: a /20.
    pub services: String,
    /// Proxies of load balancers in the region: a /23.
    pub proxies: String,
    /// The control plane: a /28 of 172.16.0.0/12.
    pub control_plane: String,
}

impl Ranges {
    /// The ranges of a region.
    pub fn of(topology: &Topology, id: RegionId) -> Self {
        let region = topology.region(id);
        let own = region.written.cidr.as_ref().and_then(|c| parse(c));
        let base = own.map_or_else(
            || network(topology).0 + STRIDE * region.ordinal as u32,
            |(base, _)| base,
        );
        Ranges {
            nodes: format!("{}/20", dotted(base)),
            pods: format!("{}/16", dotted(base + (1 << 16))),
            services: format!("{}/20", dotted(base + (2 << 16))),
            proxies: format!("{}/23", dotted(base + (3 << 16))),
            control_plane: format!("{}/28", dotted(0xAC10_0000 + 16 * region.ordinal as u32)),
        }
    }
}

/// Reports ranges that are no ranges or too small.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
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
    for region in &topology.regions {
        if let Some(cidr) = &region.written.cidr
            && parse(cidr).is_none_or(|(_, bits)| bits > 14)
        {
            out.push(
                Diagnostic::error(
                    RANGE_TOO_SMALL,
                    cidr.span,
                    format!("`{}` is not a range of at least a /14", cidr.value),
                    "a region's range",
                )
                .help("write a range such as `10.64.0.0/14`, or leave it out"),
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

fn dotted(address: u32) -> String {
    std::net::Ipv4Addr::from(address).to_string()
}

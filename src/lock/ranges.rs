//! Blocks of IPv4 addresses, and room for new ones: found from the name, never by position.

use sha2::{Digest, Sha256};
use std::fmt;
use std::net::Ipv4Addr;

/// A block of addresses, as CIDR writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// The first address.
    pub base: u32,
    /// The length of its prefix in bits, 1 to 32.
    pub bits: u32,
}

impl Block {
    /// Reads `10.4.0.0/14`; nothing if an address lies off the prefix.
    pub fn parse(cidr: &str) -> Option<Block> {
        let (address, bits) = cidr.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok().filter(|b| (1..=32).contains(b))?;
        let base = u32::from(address);
        (base.trailing_zeros() >= 32 - bits).then_some(Block { base, bits })
    }

    /// Whether the two have an address in common.
    pub fn overlaps(self, other: Block) -> bool {
        let bits = self.bits.min(other.bits);
        (self.base ^ other.base) >> (32 - bits) == 0
    }

    /// The block of `bits` that its first address begins.
    pub fn first(self, bits: u32) -> Block {
        Block {
            base: self.base >> (32 - bits) << (32 - bits),
            bits,
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.base), self.bits)
    }
}

/// A block of `bits` within `space` that overlaps none of `taken`: the first free one from a
/// place that the name alone decides. Nothing if there is no room.
pub fn allocate(name: &str, space: Block, bits: u32, taken: &[Block]) -> Option<Block> {
    let slots = 1u64 << bits.checked_sub(space.bits)?;
    let start = u64::from(hash(name)) % slots;
    let block = |slot: u64| Block {
        base: space.base + ((slot as u32) << (32 - bits)),
        bits,
    };
    (0..slots)
        .map(|step| block((start + step) % slots))
        .find(|block| taken.iter().all(|t| !t.overlaps(*block)))
}

/// A number that a name alone decides.
pub fn hash(name: &str) -> u32 {
    let digest = Sha256::digest(name.as_bytes());
    digest
        .iter()
        .take(4)
        .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(cidr: &str) -> Block {
        Block::parse(cidr).unwrap()
    }

    #[test]
    fn blocks_overlap_if_one_holds_the_other() {
        let ten = block("10.0.0.0/8");
        assert!(ten.overlaps(block("10.4.0.0/14")) && block("10.4.0.0/14").overlaps(ten));
        assert!(!block("10.4.0.0/14").overlaps(block("10.8.0.0/14")));
        assert!(block("172.16.0.0/12").overlaps(block("172.20.0.0/16")));
        assert_eq!(Block::parse("10.1.0.0/14"), None);
        assert_eq!(block("10.4.0.0/16").first(14), block("10.4.0.0/14"));
    }

    #[test]
    fn room_is_found_from_the_name_and_used_up_to_the_last_block() {
        let space = block("10.0.0.0/12");
        let mut taken = Vec::new();
        for name in ["a", "b", "c", "d"] {
            let found = allocate(name, space, 14, &taken).unwrap();
            assert!(found.overlaps(space) && taken.iter().all(|t: &Block| !t.overlaps(found)));
            taken.push(found);
        }
        assert_eq!(allocate("e", space, 14, &taken), None);
        assert_eq!(allocate("e", space, 10, &[]), None);
        let alone = allocate("c", space, 14, &[]);
        assert_eq!(alone, allocate("c", space, 14, &[]));
    }
}

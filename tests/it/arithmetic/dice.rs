//! Chance that is the same on every machine and every day.

/// SplitMix64: small, and good enough to choose topologies.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `least` to `most`.
    pub fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// True that many times in a hundred.
    pub fn often(&mut self, percent: u64) -> bool {
        self.from(1, 100) <= percent
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.from(0, of.len() as u64 - 1) as usize]
    }

    /// Something, that many times in a hundred.
    pub fn maybe<T>(&mut self, percent: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.often(percent).then(|| make(self))
    }

    /// Some of a list in their order, each that many times in a hundred.
    pub fn some<T: Copy>(&mut self, percent: u64, of: &[T]) -> Vec<T> {
        of.iter().copied().filter(|_| self.often(percent)).collect()
    }

    /// That many of a list, in any order.
    pub fn pick<T: Copy>(&mut self, count: usize, of: &[T]) -> Vec<T> {
        let mut left = of.to_vec();
        let mut picked = Vec::new();
        while picked.len() < count && !left.is_empty() {
            let index = self.from(0, left.len() as u64 - 1) as usize;
            picked.push(left.remove(index));
        }
        picked
    }
}

//! Lanes beside and between boxes, in which arrows run.

/// Ranges that are in use, by lane: two arrows share a lane only where they do not touch.
#[derive(Debug, Default, Clone)]
pub(super) struct Lanes {
    used: Vec<Vec<(i32, i32)>>,
}

impl Lanes {
    /// The first lane that is free over a range, which is then in use.
    pub(super) fn take(&mut self, from: i32, to: i32) -> i32 {
        let range = (from.min(to), from.max(to));
        let free = |lane: &Vec<(i32, i32)>| lane.iter().all(|(a, b)| range.1 < *a || *b < range.0);
        let at = match self.used.iter().position(free) {
            Some(at) => at,
            None => {
                self.used.push(Vec::new());
                self.used.len() - 1
            }
        };
        self.used[at].push(range);
        at as i32
    }

    /// How many lanes there are.
    pub(super) fn count(&self) -> i32 {
        self.used.len() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;

    #[test]
    fn arrows_share_a_lane_only_where_they_do_not_touch() {
        let mut lanes = Lanes::default();
        assert_eq!(
            [lanes.take(0, 2), lanes.take(5, 3), lanes.take(2, 3)],
            [0, 0, 1]
        );
        assert_eq!(lanes.count(), 2);
    }
}

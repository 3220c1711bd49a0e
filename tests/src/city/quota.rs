//! [`Quota`]: splits a total by weight, one part after the other, so that the parts add up exactly.

/// Each part is the difference of two rounded running shares; the last running share is the total.
#[derive(Clone, Debug)]
pub struct Quota {
    total: u128,
    all_weight: u128,
    weight: u128,
    given: u128,
}

impl Quota {
    /// `all_weight`: the sum of the weights that [`Quota::take`] will be called with.
    pub fn new(total: u64, all_weight: u64) -> Self {
        Self { total: total.into(), all_weight: all_weight.into(), weight: 0, given: 0 }
    }

    pub fn take(&mut self, weight: u64) -> u64 {
        self.weight += u128::from(weight);
        let due = (self.total * self.weight).checked_div(self.all_weight).unwrap_or(0);
        let part = due - self.given;
        self.given = due;
        part as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Quota;

    #[test]
    fn the_parts_add_up_to_the_total_whatever_the_weights() {
        for (total, weights) in [(0, vec![1, 2, 3]), (7, vec![5]), (100, vec![3, 0, 9, 1, 1]), (3, vec![1; 1000])] {
            let mut quota = Quota::new(total, weights.iter().sum());
            let parts: Vec<u64> = weights.iter().map(|w| quota.take(*w)).collect();
            assert_eq!(parts.iter().sum::<u64>(), total, "{parts:?}");
        }
    }
}

//! The seqs of one transaction.

use shared::ids::Seq;

/// Numbers given out within one transaction: counted first, drawn from the clock as late as possible.
pub struct SeqNumbers {
    last: u64,
}

impl SeqNumbers {
    /// Seqs after `last`.
    pub fn after(last: Seq) -> Self {
        Self { last: last.0 }
    }

    pub fn take(&mut self) -> Seq {
        self.last += 1;
        Seq(self.last)
    }
}

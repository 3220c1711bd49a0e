//! The seqs of one transaction.

use shared::ids::Seq;

/// Hands out the seqs that one transaction took from the store. They are counted first and taken as late as possible,
/// because no other transaction gets seqs until this one commits.
pub struct SeqNumbers {
    last: u64,
}

impl SeqNumbers {
    /// Seqs after `last`.
    pub fn after(last: Seq) -> Self {
        Self { last: last.0 }
    }

    /// The next seq.
    pub fn take(&mut self) -> Seq {
        self.last += 1;
        Seq(self.last)
    }
}

//! Events of the core, for example for a metrics endpoint. An event carries numbers and no ids: what a
//! counter publishes can name no person.

use shared::Outcome;

/// How many operations of one push, bundle or retry ended in each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    pub applied: u64,
    pub merged: u64,
    pub in_review: u64,
    pub rejected: u64,
    /// Operations that the server could not read or does not know yet; they count as rejected, too.
    pub quarantined: u64,
}

impl OutcomeCounts {
    /// Counts one outcome.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Applied => self.applied += 1,
            Outcome::Merged { .. } => self.merged += 1,
            Outcome::InReview { .. } => self.in_review += 1,
            Outcome::Rejected(_) => self.rejected += 1,
            // Only a newer server has it.
            Outcome::Other(_) => {}
        }
    }
}

/// Receives the events of a [`super::ServerCore`]. Every method does nothing unless it is implemented. Methods are
/// called on the caller's task after the transaction is durable; they must return quickly and must not panic.
pub trait Observer: Send + Sync + 'static {
    /// Operations that arrived for the first time were evaluated. A repeated push counts nothing.
    fn operations_evaluated(&self, _counts: OutcomeCounts) {}
    /// `n` operations were left to a supervisor.
    fn reviews_raised(&self, _n: u64) {}
    /// A supervisor decided a review at the console. Decisions of devices count as operations only.
    fn review_decided(&self, _accepted: bool) {}
    /// A device compared or fetched rows of a scope whose digest differed.
    fn repair_served(&self) {}
    /// A device announced a photo whose bytes the server does not have. Announcing it again before the first byte
    /// counts again.
    fn photo_announced(&self) {}
    /// The bytes of a photo are complete, checked and stored.
    fn photo_verified(&self) {}
    /// A step was refused with the time after which the device shall try again.
    fn device_asked_to_wait(&self) {}
}

/// Counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}

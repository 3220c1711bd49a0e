//! The profile of a seed: how many people there are, what they mostly do, and which faults occur. Each seed favours
//! some faults and leaves others out, so that a failure is easy to read.

use super::{fault::Fault, mutants::Bug};
use crate::city::dice::Dice;

#[derive(Clone, Debug)]
pub struct Profile {
    pub workers: usize,
    pub recipients: usize,
    pub steps: u32,
    /// Longest pause between two steps, in seconds.
    pub pause_s: i64,
    /// Notes have the maximal length, so that pushes and pulls take several pages.
    pub long_notes: bool,
    /// Deliveries that meet a fault, per thousand.
    pub network: u64,
    /// Weights of the next event: a person acts, a sync takes a step, the office acts, a fault.
    pub next: [u64; 4],
    /// Weights of the faults besides those of the network.
    pub faults: Vec<(Fault, u64)>,
    /// The server is of an older build until it is upgraded.
    pub older: bool,
    /// Weeks and months pass, and devices lie in drawers.
    pub long_pauses: bool,
    /// Server processes over one store.
    pub processes: usize,
    /// Replies that a power cut would undo, per thousand.
    pub power_cuts: u64,
    /// Pushes hold a few operations, and some are pipelined.
    pub forced_batch: bool,
}

impl Profile {
    pub fn of(dice: &mut Dice) -> Self {
        let faultless = dice.chance(150);
        let older = !faultless && dice.chance(400);
        let weight = |dice: &mut Dice| if faultless { 0 } else { dice.one_of(&[0, 0, 1, 1, 3]) };
        // An older server needs operations that it cannot read.
        let minimum = |fault: Fault| if older && fault == Fault::NewerOperation { 3 } else { 0 };
        let faults = Fault::ALL.iter().map(|fault| (*fault, weight(dice).max(minimum(*fault)))).collect();
        Self {
            workers: dice.between(2, 4) as usize,
            recipients: dice.between(5, 12) as usize,
            steps: dice.between(300, 700) as u32,
            pause_s: dice.one_of(&[60, 600, 3600, 10_000]),
            long_notes: dice.chance(120),
            network: if faultless { 0 } else { dice.one_of(&[0, 50, 150, 300]) },
            next: [
                25 + dice.below(20),
                45 + dice.below(20),
                2 + dice.below(8),
                if faultless { 0 } else { 2 + dice.below(7) },
            ],
            faults,
            processes: dice.one_of(&[1, 1, 2, 3]),
            long_pauses: dice.chance(300),
            older,
            forced_batch: dice.chance(500),
            power_cuts: if faultless { 0 } else { dice.one_of(&[0, 200, 500]) },
        }
    }
}

impl Profile {
    /// For a planted bug: leaves out no kind of fault, since the bug may need any of them to show.
    pub fn eventful(self, bug: Bug) -> Self {
        let faults = self.faults.into_iter().map(|(fault, weight)| (fault, weight.max(1))).collect();
        let [people, sync, office, fault] = self.next;
        let next = [people, sync, office.max(4), fault.max(4)];
        let long_pauses = self.long_pauses
            || matches!(bug, Bug::PruneFloorIgnored | Bug::CompactedTooEarly | Bug::SweepDeletesPhotos);
        let older = self.older || matches!(bug, Bug::QuarantineNeverRetried | Bug::LateOutcomeNotSent);
        let forced_batch = match bug {
            Bug::OvertakingPushAcknowledged => true,
            // This bug shows when a push holds more than a few operations.
            Bug::OpsBehindUnreadableDropped => false,
            _ => self.forced_batch,
        };
        let (network, pause_s) = (self.network.max(200), self.pause_s.max(3600));
        let power_cuts = if bug == Bug::SaveNotSynced { 500 } else { self.power_cuts };
        Self { faults, next, network, pause_s, long_pauses, older, forced_batch, power_cuts, ..self }
    }
}

/// A random index with the given weights; `None` when all are zero.
pub fn weighted(dice: &mut Dice, weights: impl IntoIterator<Item = u64> + Clone) -> Option<usize> {
    let total: u64 = weights.clone().into_iter().sum();
    let mut left = dice.below(total);
    weights.into_iter().position(|weight| {
        let hit = left < weight;
        left = left.saturating_sub(weight);
        hit
    })
}

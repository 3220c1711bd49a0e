//! What kind of world a seed makes: how many people, what they mostly do, and which faults they live with. Each seed
//! favours some and leaves others out, so that a failure is not drowned in noise.

use super::{faults::Fault, mutants::Bug};
use crate::city::dice::Dice;

#[derive(Clone, Debug)]
pub struct Profile {
    pub workers: usize,
    pub recipients: usize,
    pub steps: u32,
    /// Longest pause between two steps, in seconds.
    pub pause_s: i64,
    /// Notes as long as they may be, so that pushes and pulls take several pages.
    pub wordy: bool,
    /// In a thousand deliveries so many meet a fault.
    pub network: u64,
    /// Weights of what comes next: somebody records, a sync takes a step, the office acts, a fault.
    pub next: [u64; 4],
    /// Weights of faults beyond the network.
    pub faults: Vec<(Fault, u64)>,
    /// The server is of an older build until it is upgraded.
    pub older: bool,
    /// Weeks and months pass, and devices lie in drawers.
    pub seasons: bool,
    /// Server processes over one store.
    pub processes: usize,
    /// In a thousand replies so many are taken in while a power cut would take them back.
    pub unsynced: u64,
    /// Pushes of a few operations, some of which go out before the reply to the one before them.
    pub forced_batch: bool,
}

impl Profile {
    pub fn of(dice: &mut Dice) -> Self {
        let calm = dice.chance(150);
        let older = !calm && dice.chance(400);
        let weight = |dice: &mut Dice| if calm { 0 } else { dice.one_of(&[0, 0, 1, 1, 3]) };
        // An older server proves nothing without work that is ahead of it.
        let least = |fault: Fault| if older && fault == Fault::NewerOperation { 3 } else { 0 };
        let faults = Fault::ALL.iter().map(|fault| (*fault, weight(dice).max(least(*fault)))).collect();
        Self {
            workers: dice.between(2, 4) as usize,
            recipients: dice.between(5, 12) as usize,
            steps: dice.between(300, 700) as u32,
            pause_s: dice.one_of(&[60, 600, 3600, 10_000]),
            wordy: dice.chance(120),
            network: if calm { 0 } else { dice.one_of(&[0, 50, 150, 300]) },
            next: [
                25 + dice.below(20),
                45 + dice.below(20),
                2 + dice.below(8),
                if calm { 0 } else { 2 + dice.below(7) },
            ],
            faults,
            processes: dice.one_of(&[1, 1, 2, 3]),
            seasons: dice.chance(300),
            older,
            forced_batch: dice.chance(500),
            unsynced: if calm { 0 } else { dice.one_of(&[0, 200, 500]) },
        }
    }
}

impl Profile {
    /// For a planted bug: no kind of fault is left out, since the bug may need any of them to show.
    pub fn eventful(self, bug: Bug) -> Self {
        let faults = self.faults.into_iter().map(|(fault, weight)| (fault, weight.max(1))).collect();
        let [people, sync, office, fault] = self.next;
        let next = [people, sync, office.max(4), fault.max(4)];
        let seasons =
            self.seasons || matches!(bug, Bug::FloorForgotten | Bug::FoldedTooEarly | Bug::SweepTakesPhotosAlong);
        let older = self.older || matches!(bug, Bug::KeptAsideForGood | Bug::JudgedAgainUntold);
        let forced_batch = match bug {
            Bug::OvertakerAcknowledged => true,
            // Shows where a push holds more than a few operations.
            Bug::NeighboursOfTheUnreadableDropped => false,
            _ => self.forced_batch,
        };
        let (network, pause_s) = (self.network.max(200), self.pause_s.max(3600));
        let unsynced = if bug == Bug::SaveDoesNotWaitForDisk { 500 } else { self.unsynced };
        Self { faults, next, network, pause_s, seasons, older, forced_batch, unsynced, ..self }
    }
}

/// An index, each as likely as its weight; `None` when all are zero.
pub fn weighted(dice: &mut Dice, weights: impl IntoIterator<Item = u64> + Clone) -> Option<usize> {
    let total: u64 = weights.clone().into_iter().sum();
    let mut left = dice.below(total);
    weights.into_iter().position(|weight| {
        let hit = left < weight;
        left = left.saturating_sub(weight);
        hit
    })
}

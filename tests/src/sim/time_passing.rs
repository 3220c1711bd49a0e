//! Weeks and months in which little happens: devices lie in drawers meanwhile, and the server keeps house every day.

use super::{clock::DAY_MS, fixture::days, mutants::Bug, world::World};

/// In a thousand steps so many end in a pause of weeks, in runs that have seasons.
const PAUSES: u64 = 15;
/// In a thousand so many devices are put into a drawer when a season begins.
const PUT_AWAY: u64 = 250;

impl World {
    /// Now and then weeks pass. Devices that are put away miss more than that.
    pub(super) async fn season(&mut self) -> anyhow::Result<()> {
        if !self.profile.seasons || !self.dice.chance(PAUSES) {
            return Ok(());
        }
        for at in 0..self.handsets.len() {
            if self.handsets[at].away_until <= self.clock.now_ms() && self.dice.chance(PUT_AWAY) {
                let weeks = self.dice.between(4, 24);
                self.handsets[at].away_until = self.clock.now_ms() + days(7 * weeks);
                self.note_fault("device in a drawer", format!("{} lies away {weeks} weeks", self.handsets[at].name));
            }
        }
        let weeks = self.dice.between(1, 6);
        self.clock.advance(days(7 * weeks));
        self.note_fault("weeks pass", format!("{weeks} weeks pass"));
        Ok(())
    }

    /// The daily sweeps, by whichever process has its turn.
    pub(super) async fn housekeeping_round(&mut self) -> anyhow::Result<()> {
        let today = self.clock.now_ms() / DAY_MS;
        if std::mem::replace(&mut self.kept_house, today) == today {
            return Ok(());
        }
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let server = self.server.processes[process].clone();
        let pruned = server.prune().await?;
        let abandoned = server.forget_abandoned().await?;
        if self.bug == Some(Bug::SweepTakesPhotosAlong) {
            self.server.photos.put_back(None)?;
        }
        let rows = pruned.left_area_feeds + pruned.left_workers;
        self.trace.reach_often("housekeeping: rows that left pruned", rows);
        self.trace.reach_often("housekeeping: codes pruned", pruned.codes);
        self.trace.reach_often("housekeeping: uploads forgotten", u64::from(abandoned));
        if rows + pruned.codes + u64::from(abandoned) > 0 {
            self.event(format!("the server keeps house: {pruned:?}, {abandoned} uploads"), Vec::new());
        }
        Ok(())
    }

    /// It lies in a drawer: nobody touches it, and it does not sync.
    pub(super) fn away(&self, at: usize) -> bool {
        self.handsets[at].away_until > self.clock.now_ms()
    }
}

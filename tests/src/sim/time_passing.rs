//! Weeks and months in which little happens: devices lie unused in drawers, and the server does its daily housekeeping.

use super::{clock::DAY_MS, fixture::days, mutants::Bug, simulation::Simulation};

/// 15 ‰ of the steps end in a pause of weeks, in runs with `long_pauses`.
const PAUSES: u64 = 15;
/// 250 ‰ of the devices are put into a drawer before such a pause.
const IN_DRAWER: u64 = 250;

impl Simulation {
    /// Sometimes lets weeks pass. Devices in drawers stay there longer.
    pub(super) async fn let_weeks_pass(&mut self) -> anyhow::Result<()> {
        if !self.profile.long_pauses || !self.dice.chance(PAUSES) {
            return Ok(());
        }
        for at in 0..self.devices.len() {
            if self.devices[at].away_until <= self.clock.now_ms() && self.dice.chance(IN_DRAWER) {
                let weeks = self.dice.between(4, 24);
                self.devices[at].away_until = self.clock.now_ms() + days(7 * weeks);
                self.note_fault("device in a drawer", format!("{} lies away {weeks} weeks", self.devices[at].name));
            }
        }
        let weeks = self.dice.between(1, 6);
        self.clock.advance(days(7 * weeks));
        self.note_fault("weeks pass", format!("{weeks} weeks pass"));
        Ok(())
    }

    /// The daily housekeeping, by a random process.
    pub(super) async fn housekeeping_round(&mut self) -> anyhow::Result<()> {
        let today = self.clock.now_ms() / DAY_MS;
        if std::mem::replace(&mut self.last_housekeeping_day, today) == today {
            return Ok(());
        }
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let server = self.server.processes[process].clone();
        let pruned = server.prune().await?;
        let abandoned = server.forget_abandoned().await?;
        if self.bug == Some(Bug::SweepDeletesPhotos) {
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

    /// The device lies in a drawer: it is not used and does not sync.
    pub(super) fn away(&self, at: usize) -> bool {
        self.devices[at].away_until > self.clock.now_ms()
    }
}

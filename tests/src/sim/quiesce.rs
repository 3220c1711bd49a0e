//! The end of a run: faults stop, disks are free, and all devices sync until nothing changes any more.

use super::{device::CallState, simulation::Simulation};
use device_core::{Command, views::Phase};

/// 8: a clone may need a round for a new incarnation, one for its operations, and one for the outcome of a review.
const ROUNDS: u32 = 8;
/// 3: a sync already in progress, one after enrolling again, one to spare.
const TRIES: u32 = 3;
/// 300 steps for one device: its whole backlog, page by page, and every photo.
const STEPS: u32 = 300;

impl Simulation {
    pub async fn quiesce(&mut self) -> anyhow::Result<()> {
        self.quiesced = true;
        self.old_requests.clear();
        self.event("all is quiet".into(), Vec::new());
        self.upgrade_server().await?;
        self.trace.reach_often("operations judged again by a newer build", self.server.quarantine_retry);
        for at in 0..self.devices.len() {
            if self.devices[at].full {
                self.devices[at].free_disk()?;
            }
            // Planned kills are cancelled, and calls on their way are lost.
            self.devices[at].killed();
            self.devices[at].away_until = 0;
            self.devices[at].drop_calls();
        }
        for round in 0..ROUNDS {
            if round == 1 {
                // The next day, so that the server's sweeps run once more before the checks.
                self.clock.advance(super::fixture::days(1));
                self.housekeeping_round().await?;
            }
            let before = super::checks::dump::head(&self.server.store).await?;
            for at in 0..self.devices.len() {
                self.clock.advance(60_000);
                self.sync_to_the_end(at).await?;
                if self.failure.is_some() {
                    return Ok(());
                }
            }
            // The first round may only finish a sync that pulled earlier.
            if round > 0 && super::checks::dump::head(&self.server.store).await? == before {
                return Ok(());
            }
        }
        self.fail("the run comes to rest", format!("the server still changed after {ROUNDS} rounds"), Vec::new());
        Ok(())
    }

    async fn sync_to_the_end(&mut self, at: usize) -> anyhow::Result<()> {
        // The enrolment of a twin, or a revocation, ends the token of this device: it enrols again.
        let mut problem = None;
        for _ in 0..TRIES {
            if self.devices[at].phase() != Phase::Ready && !self.enrol_for_good(at).await? {
                return Ok(());
            }
            self.begin_sync(at, true);
            self.finish_within_limit(at).await?;
            self.count_evaluations();
            problem = self.problem(at);
            match problem.as_deref() {
                None => return Ok(()),
                Some("token-unknown" | "revoked") => {
                    if !self.enrol_for_good(at).await? {
                        return Ok(());
                    }
                }
                // Twins may have redirected a run in progress until it gave up; the next run succeeds.
                Some(_) => {}
            }
        }
        let what = format!("{} cannot sync: {}", self.devices[at].name, problem.unwrap_or_default());
        self.fail("everybody can sync when all is quiet", what, Vec::new());
        Ok(())
    }

    /// False when the worker has left, since the office issues no code then.
    async fn enrol_for_good(&mut self, at: usize) -> anyhow::Result<bool> {
        if self.fixture.person(self.devices[at].worker).left {
            self.devices[at].cut_off = true;
            return Ok(false);
        }
        self.begin_enrolment(at).await?;
        self.finish_within_limit(at).await?;
        Ok(self.devices[at].phase() == Phase::Ready)
    }

    async fn finish_within_limit(&mut self, at: usize) -> anyhow::Result<()> {
        for _ in 0..STEPS {
            if matches!(self.devices[at].call, CallState::Idle) || self.failure.is_some() {
                return Ok(());
            }
            self.clock.advance(100);
            self.sync_step(at).await?;
        }
        self.fail("a sync ends", format!("{} syncs without end", self.devices[at].name), Vec::new());
        Ok(())
    }

    /// The last problem that the sync screen shows.
    fn problem(&mut self, at: usize) -> Option<String> {
        use device_core::{Reply, views::SyncProblem as P};
        let Reply::Sync(view) = self.devices[at].core.handle(Command::SyncState) else {
            return Some("no answer from the sync screen".to_owned());
        };
        Some(match view.last_problem? {
            P::Revoked => "revoked".to_owned(),
            P::Refused(code) => code.word().to_owned(),
            other => format!("{other:?}"),
        })
    }
}

//! The quiet end of a run: faults are off, disks are free, everybody is online and syncs until nothing moves any more.

use super::{handset::Flight, world::World};
use device_core::{Command, views::Phase};

/// 8: a clone may need a new incarnation, its work another look, and a review's outcome one more.
const ROUNDS: u32 = 8;
/// 3: one that was under way, one after enrolling again, one to spare.
const TRIES: u32 = 3;
/// 300 steps for one device: its whole backlog page by page, and every photo.
const STEPS: u32 = 300;

impl World {
    pub async fn calm_down(&mut self) -> anyhow::Result<()> {
        self.quiet = true;
        self.strays.clear();
        self.event("all is quiet".into(), Vec::new());
        self.upgrade_server().await?;
        self.trace.reach_often("operations judged again by a newer build", self.server.quarantine_retry);
        for at in 0..self.handsets.len() {
            if self.handsets[at].full {
                self.handsets[at].free_disk()?;
            }
            // A kill that was planned does not come, and whatever was on its way never arrived.
            self.handsets[at].killed();
            self.handsets[at].away_until = 0;
            self.handsets[at].give_up();
        }
        for round in 0..ROUNDS {
            if round == 1 {
                // The next day: what the server's sweeps must not touch, they could have touched by now.
                self.clock.advance(super::fixture::days(1));
                self.housekeeping_round().await?;
            }
            let before = super::checks::dump::head(&self.server.store).await?;
            for at in 0..self.handsets.len() {
                self.clock.advance(60_000);
                self.sync_to_the_end(at).await?;
                if self.failure.is_some() {
                    return Ok(());
                }
            }
            // The first round may only end a sync that had its news before.
            if round > 0 && super::checks::dump::head(&self.server.store).await? == before {
                return Ok(());
            }
        }
        self.fail("the run comes to rest", format!("the server still changed after {ROUNDS} rounds"), Vec::new());
        Ok(())
    }

    async fn sync_to_the_end(&mut self, at: usize) -> anyhow::Result<()> {
        // A twin's enrolment ends this one's token; a revocation ends it too. Who is told so enrols again.
        let mut problem = None;
        for _ in 0..TRIES {
            if self.handsets[at].phase() != Phase::Ready && !self.enrol_for_good(at).await? {
                return Ok(());
            }
            self.begin_sync(at, true);
            self.bounded(at).await?;
            self.count_judged();
            problem = self.problem(at);
            match problem.as_deref() {
                None => return Ok(()),
                Some("token-unknown" | "revoked") => {
                    if !self.enrol_for_good(at).await? {
                        return Ok(());
                    }
                }
                // A run that was under way may have been sent round by twins often enough to give up; the next may not.
                Some(_) => {}
            }
        }
        let what = format!("{} cannot sync: {}", self.handsets[at].name, problem.unwrap_or_default());
        self.fail("everybody can sync when all is quiet", what, Vec::new());
        Ok(())
    }

    /// False for who has left: the office gives no code to them.
    async fn enrol_for_good(&mut self, at: usize) -> anyhow::Result<bool> {
        if self.town.person(self.handsets[at].worker).left {
            self.handsets[at].cut_off = true;
            return Ok(false);
        }
        self.begin_enrolment(at).await?;
        self.bounded(at).await?;
        Ok(self.handsets[at].phase() == Phase::Ready)
    }

    async fn bounded(&mut self, at: usize) -> anyhow::Result<()> {
        for _ in 0..STEPS {
            if matches!(self.handsets[at].flight, Flight::Idle) || self.failure.is_some() {
                return Ok(());
            }
            self.clock.advance(100);
            self.sync_step(at).await?;
        }
        self.fail("a sync ends", format!("{} syncs without end", self.handsets[at].name), Vec::new());
        Ok(())
    }

    /// What stands on the sync screen as the last problem, in the protocol's word.
    fn problem(&mut self, at: usize) -> Option<String> {
        use device_core::{Reply, views::SyncProblem as P};
        let Reply::Sync(view) = self.handsets[at].core.handle(Command::SyncState) else {
            return Some("no answer from the sync screen".to_owned());
        };
        Some(match view.last_problem? {
            P::Revoked => "revoked".to_owned(),
            P::Refused(code) => code.word().to_owned(),
            other => format!("{other:?}"),
        })
    }
}

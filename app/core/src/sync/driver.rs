//! What a driver asks of a core between steps, and a minimal driver for tests.

use super::job::Job;
use crate::{Command, Core, Refusal, Reply, store::meta, views::Progress};
use shared::protocol::SyncProtocol;

impl Core {
    /// Adds bytes on the wire, as the driver counted them since the last reply, to the progress of the run.
    pub fn count_traffic(&mut self, up: u64, down: u64) {
        if let Some(run) = &mut self.session.run {
            run.progress.bytes_up += up;
            run.progress.bytes_down += down;
        }
    }

    /// The progress of the current run.
    pub fn progress(&mut self) -> Option<Progress> {
        self.session.run.as_ref().map(|run| run.progress)
    }

    pub fn is_running(&mut self, job: Job) -> bool {
        let Some(ctx) = self.sync_ctx() else { return false };
        match job {
            Job::Enrol => ctx.session.enrolling.is_some(),
            Job::Sync => ctx.session.run.is_some(),
            Job::Report => ctx.session.report.is_some(),
        }
    }

    /// The result of the job begun last, once [`Core::next_step`] has no step left for it.
    pub fn network_reply(&mut self) -> Reply {
        let begun = self.session.last_begun.take();
        begun.and_then(|job| self.take_reply(job)).unwrap_or(Reply::Refused(Refusal::NotNow))
    }

    /// The result of a job that has ended. Each result is given once.
    pub fn take_reply(&mut self, job: Job) -> Option<Reply> {
        if self.is_running(job) {
            return None;
        }
        self.session.results[job as usize].take()
    }

    /// The address of the server that the next step goes to.
    pub fn server(&mut self) -> Option<String> {
        let ctx = self.sync_ctx()?;
        match &ctx.session.enrolling {
            Some(enrolling) => Some(enrolling.server.clone()),
            None => Some(meta::enrolment(ctx.store.conn()).ok()??.server),
        }
    }
}

/// Runs a command over `p` to its end, one step at a time. A command that needs no network is simply handled. For
/// tests, the simulator and the demo.
pub async fn run_to_end<P: SyncProtocol>(core: &mut Core, command: Command, p: &P) -> Reply {
    if Job::of(&command).is_none() {
        return core.handle(command);
    }
    if let Some(refused) = core.begin(&command) {
        return refused;
    }
    while let Some(step) = core.next_step() {
        let reply = step.run(p).await;
        core.apply(reply);
    }
    core.network_reply()
}

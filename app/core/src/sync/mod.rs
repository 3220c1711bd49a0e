//! Sync without I/O: what to send, then what to do with the reply. A driver moves the bytes:
//!
//! ```text
//! begin(command) ─► next_step() ─► Step ──(run over any SyncProtocol)──► StepReply ─► apply() ─┐
//!                        ▲                                                                     │
//!                        └──────────────────── until next_step() is None ◄─────────────────────┘
//!                                               then network_reply()
//! ```
//!
//! Between any two steps the core serves commands, so saving never waits for a connection. A reply that never comes is
//! applied as [`Step::lost`]; the next session asks again and nothing doubles.
//!
//! One file per step, its request and its reply beside each other: [`enrol`], [`push`], [`pull`], [`repair`], [`relay`],
//! [`media`], [`report`]. [`session`] holds what runs; [`begin`] begins it, [`next`] decides what comes next, [`pipeline`] what may go out
//! before that is known, [`end`] ends it; [`pace`] says when the next one begins;
//! [`version`] which version of the protocol is spoken; [`view`] what the sync screen shows.

mod begin;
mod clock;
mod end;
mod enrol;
mod epoch;
mod media;
mod next;
pub mod pace;
mod pipeline;
mod pull;
mod push;
mod relay;
mod repair;
mod report;
mod session;
#[cfg(test)]
mod tests;
mod version;
mod view;

pub use pipeline::STEPS_AT_ONCE;
pub use session::{Applied, Job, Session};

use crate::{Command, Core, Reply};
use shared::{
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    wire::{
        BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
        PushRequest, RepairReply, RepairRequest, Report, ReportRequest, SyncError, Token,
    },
};

/// One call to the server, complete with all it needs.
#[derive(Clone, Debug)]
pub enum Step {
    Enrol { request: EnrolRequest },
    Push { token: Token, request: PushRequest },
    Pull { token: Token, request: PullRequest },
    Repair { token: Token, request: RepairRequest },
    MediaCreate { token: Token, request: MediaCreate },
    MediaStatus { token: Token, upload: UploadId },
    MediaChunk { token: Token, chunk: MediaChunk },
    MediaFinish { token: Token, upload: UploadId },
    Bundle { token: Token, bytes: Vec<u8> },
    Report { token: Token, request: ReportRequest },
}

/// The answer to a [`Step`].
#[derive(Clone, Debug)]
pub enum StepReply {
    Enrol(Answer<EnrolReply>),
    Push(Answer<PushReply>),
    Pull(Answer<PullReply>),
    Repair(Answer<RepairReply>),
    /// To any of the four media steps; the session knows which one it sent.
    Media(Answer<MediaStatus>),
    Bundle(Answer<BundleReply>),
    Report(Answer<Report>),
}

impl StepReply {
    /// The kind of reply, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrol(_) => "enrol",
            Self::Push(_) => "push",
            Self::Pull(_) => "pull",
            Self::Repair(_) => "repair",
            Self::Media(_) => "media",
            Self::Bundle(_) => "bundle",
            Self::Report(_) => "report",
        }
    }

    /// Why the call failed, if it did.
    fn error(&self) -> Option<&SyncError> {
        match self {
            Self::Enrol(answer) => answer.as_ref().err(),
            Self::Push(answer) => answer.as_ref().err(),
            Self::Pull(answer) => answer.as_ref().err(),
            Self::Repair(answer) => answer.as_ref().err(),
            Self::Media(answer) => answer.as_ref().err(),
            Self::Bundle(answer) => answer.as_ref().err(),
            Self::Report(answer) => answer.as_ref().err(),
        }
    }

    /// True when the server did what it was asked: it was reached, and this device has access.
    pub fn is_contact(&self) -> bool {
        match self {
            Self::Enrol(answer) => answer.is_ok(),
            Self::Push(answer) => answer.is_ok(),
            Self::Pull(answer) => answer.is_ok(),
            Self::Repair(answer) => answer.is_ok(),
            Self::Media(answer) => answer.is_ok(),
            Self::Bundle(answer) => answer.is_ok(),
            Self::Report(answer) => answer.is_ok(),
        }
    }
}

impl Step {
    /// Makes the call.
    pub async fn run<P: SyncProtocol>(self, p: &P) -> StepReply {
        match self {
            Self::Enrol { request } => StepReply::Enrol(p.enrol(request).await),
            Self::Push { token, request } => StepReply::Push(p.push(&token, request).await),
            Self::Pull { token, request } => StepReply::Pull(p.pull(&token, request).await),
            Self::Repair { token, request } => StepReply::Repair(p.repair(&token, request).await),
            Self::MediaCreate { token, request } => StepReply::Media(p.media_create(&token, request).await),
            Self::MediaStatus { token, upload } => StepReply::Media(p.media_status(&token, upload).await),
            Self::MediaChunk { token, chunk } => StepReply::Media(p.media_chunk(&token, chunk).await),
            Self::MediaFinish { token, upload } => StepReply::Media(p.media_finish(&token, upload).await),
            Self::Bundle { token, bytes } => StepReply::Bundle(p.bundle(&token, bytes).await),
            Self::Report { token, request } => StepReply::Report(p.report(&token, request).await),
        }
    }

    /// What to apply when the reply never came.
    pub fn failed(&self, error: SyncError) -> StepReply {
        match self {
            Self::Enrol { .. } => StepReply::Enrol(Err(error)),
            Self::Push { .. } => StepReply::Push(Err(error)),
            Self::Pull { .. } => StepReply::Pull(Err(error)),
            Self::Repair { .. } => StepReply::Repair(Err(error)),
            Self::MediaCreate { .. }
            | Self::MediaStatus { .. }
            | Self::MediaChunk { .. }
            | Self::MediaFinish { .. } => StepReply::Media(Err(error)),
            Self::Bundle { .. } => StepReply::Bundle(Err(error)),
            Self::Report { .. } => StepReply::Report(Err(error)),
        }
    }

    /// What to apply when the reply never came.
    pub fn lost(&self) -> StepReply {
        self.failed(SyncError::Offline("the reply never came".to_owned()))
    }

    /// The step's name, for progress and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrol { .. } => "enrol",
            Self::Push { .. } => "push",
            Self::Pull { .. } => "pull",
            Self::Repair { .. } => "repair",
            Self::MediaCreate { .. } => "media_create",
            Self::MediaStatus { .. } => "media_status",
            Self::MediaChunk { .. } => "media_chunk",
            Self::MediaFinish { .. } => "media_finish",
            Self::Bundle { .. } => "bundle",
            Self::Report { .. } => "report",
        }
    }
}

/// Carries a network command out over `p`, from the first step to its receipt: what a driver does, without one. For
/// tests, the simulator and the demo; a command that needs no network is simply handled.
pub async fn carry_out<P: SyncProtocol>(core: &mut Core, command: Command, p: &P) -> Reply {
    if Job::of(&command).is_none() {
        return core.handle(command);
    }
    if let Some(receipt) = core.begin(&command) {
        return receipt;
    }
    while let Some(step) = core.next_step() {
        let reply = step.run(p).await;
        core.apply(reply);
    }
    core.network_reply()
}

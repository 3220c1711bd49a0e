//! One call to the server, its reply, and what the reply changed.
//!
//! A [`Step`] holds everything that its call needs, so that a driver can make the call on another thread while the core
//! serves commands. A [`StepReply`] is either a [`ReplyBody`] or the reason why there is none.

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

/// The answer to a [`Step`]. `Ok` means that the server was reached and that this device has access.
pub type StepReply = Answer<ReplyBody>;

/// What the server says when a call succeeds.
#[derive(Clone, Debug)]
pub enum ReplyBody {
    Enrol(EnrolReply),
    Push(PushReply),
    Pull(PullReply),
    Repair(RepairReply),
    /// The reply to each of the four media steps.
    Media(MediaStatus),
    Bundle(BundleReply),
    Report(Report),
}

impl Step {
    /// Makes the call.
    ///
    /// # Errors
    /// Those of the [`SyncProtocol`] call: no connection, an unreadable reply, or a refusal by the server.
    pub async fn run<P: SyncProtocol>(self, p: &P) -> StepReply {
        Ok(match self {
            Self::Enrol { request } => ReplyBody::Enrol(p.enrol(request).await?),
            Self::Push { token, request } => ReplyBody::Push(p.push(&token, request).await?),
            Self::Pull { token, request } => ReplyBody::Pull(p.pull(&token, request).await?),
            Self::Repair { token, request } => ReplyBody::Repair(p.repair(&token, request).await?),
            Self::MediaCreate { token, request } => ReplyBody::Media(p.media_create(&token, request).await?),
            Self::MediaStatus { token, upload } => ReplyBody::Media(p.media_status(&token, upload).await?),
            Self::MediaChunk { token, chunk } => ReplyBody::Media(p.media_chunk(&token, chunk).await?),
            Self::MediaFinish { token, upload } => ReplyBody::Media(p.media_finish(&token, upload).await?),
            Self::Bundle { token, bytes } => ReplyBody::Bundle(p.bundle(&token, bytes).await?),
            Self::Report { token, request } => ReplyBody::Report(p.report(&token, request).await?),
        })
    }

    /// The reply to apply when none arrived. The server may have carried the call out all the same; every call may be
    /// repeated.
    ///
    /// # Errors
    /// Always [`SyncError::Offline`].
    pub fn no_reply() -> StepReply {
        Err(SyncError::Offline("the reply never came".to_owned()))
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

/// What a reply changed, for the driver's listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records or outcomes changed.
    pub changed: bool,
    /// The phase changed: enrolled, revoked, no longer inactivity locked.
    pub status: bool,
}

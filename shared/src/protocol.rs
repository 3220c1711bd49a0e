//! The contract: the HTTP client on the device and the server core both implement [`SyncProtocol`], so a test can put a
//! device on a server with or without a socket, and the compiler keeps the two in agreement.

use crate::ids::UploadId;
use crate::wire::{
    EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply, PushRequest,
    RepairReply, RepairRequest, Report, ReportRequest, SyncError, Token,
};
use std::future::Future;

/// `Send` where there are threads; nothing in a browser, whose futures cannot be sent.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

pub type Answer<T> = Result<T, SyncError>;

pub trait SyncProtocol {
    /// Turns a one-time code into this device's token.
    fn enrol(&self, request: EnrolRequest) -> impl Future<Output = Answer<EnrolReply>> + MaybeSend;
    /// Offers operations. What is acknowledged is durable.
    fn push(&self, token: &Token, request: PushRequest) -> impl Future<Output = Answer<PushReply>> + MaybeSend;
    /// Fetches what changed in the device's scopes.
    fn pull(&self, token: &Token, request: PullRequest) -> impl Future<Output = Answer<PullReply>> + MaybeSend;
    /// Finds out in which parts a scope differs, and fetches what is missing in them. A server of version 1 has no such
    /// call and answers "not found".
    fn repair(&self, token: &Token, request: RepairRequest) -> impl Future<Output = Answer<RepairReply>> + MaybeSend;
    /// Begins an upload, or finds the one begun before; `Verified` at once when the bytes are known already.
    fn media_create(
        &self,
        token: &Token,
        request: MediaCreate,
    ) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Where an upload stands.
    fn media_status(&self, token: &Token, upload: UploadId) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Adds bytes at an offset; an offset that is not the upload's own answers with where it stands.
    fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Checks the hash and stores the photo.
    fn media_finish(&self, token: &Token, upload: UploadId) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Figures for an area and a period; supervisors only.
    fn report(&self, token: &Token, request: ReportRequest) -> impl Future<Output = Answer<Report>> + MaybeSend;
}

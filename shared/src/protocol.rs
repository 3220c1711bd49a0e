//! The protocol as a trait. The HTTP client on the device and the server core both implement [`SyncProtocol`], so that
//! a test can connect a device to a server with or without a socket, and the compiler keeps both sides in agreement.

use crate::ids::UploadId;
use crate::wire::{
    BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
    PushRequest, RepairReply, RepairRequest, Report, ReportRequest, SyncError, Token,
};
use std::future::Future;

/// `Send` where there are threads; no bound in a browser, whose futures are not `Send`.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}
/// No bound: futures of a browser are not `Send`.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

/// The result of a call.
pub type Answer<T> = Result<T, SyncError>;

/// The calls of the protocol.
///
/// # Errors
/// Every call fails with [`SyncError::Offline`] without a connection, [`SyncError::Refused`] when the server refuses,
/// and [`SyncError::BadReply`] when its reply cannot be read.
pub trait SyncProtocol {
    /// Exchanges a one-time code for this device's token.
    fn enrol(&self, request: EnrolRequest) -> impl Future<Output = Answer<EnrolReply>> + MaybeSend;
    /// Sends operations. Acknowledged operations are durable on the server.
    fn push(&self, token: &Token, request: PushRequest) -> impl Future<Output = Answer<PushReply>> + MaybeSend;
    /// Fetches the rows that changed in the device's scopes.
    fn pull(&self, token: &Token, request: PullRequest) -> impl Future<Output = Answer<PullReply>> + MaybeSend;
    /// Compares a scope bucket by bucket, and fetches missing rows. A server of version 1 does not know the call and
    /// answers "not found".
    fn repair(&self, token: &Token, request: RepairRequest) -> impl Future<Output = Answer<RepairReply>> + MaybeSend;
    /// Begins or finds an upload; the state is `Verified` at once when the server has these bytes already.
    fn media_create(
        &self,
        token: &Token,
        request: MediaCreate,
    ) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// The state of an upload.
    fn media_status(&self, token: &Token, upload: UploadId) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Appends bytes at an offset. A wrong offset changes nothing; the reply holds the right one.
    fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Checks the hash and stores the photo.
    fn media_finish(&self, token: &Token, upload: UploadId) -> impl Future<Output = Answer<MediaStatus>> + MaybeSend;
    /// Hands in a bundle of this or another device, as the bytes of its file.
    fn bundle(&self, token: &Token, bytes: Vec<u8>) -> impl Future<Output = Answer<BundleReply>> + MaybeSend;
    /// Figures for an area and a period; supervisors only.
    fn report(&self, token: &Token, request: ReportRequest) -> impl Future<Output = Answer<Report>> + MaybeSend;
}

//! The protocol's trait on the server. Each call goes to the file of its step; a refusal with a waiting time is
//! reported to the observer.

use super::{error::CoreError, server::ServerCore};
use crate::store::Store;
use shared::{
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    wire::{
        BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
        PushRequest, RepairReply, RepairRequest, Report, ReportRequest, SyncError, Token,
    },
};

impl<S: Store> ServerCore<S> {
    /// Reports to the observer if the caller is asked to wait.
    fn answer<T>(&self, result: Result<T, CoreError>) -> Answer<T> {
        result.map_err(|error| {
            let error = SyncError::from(error);
            if matches!(&error, SyncError::Refused(refused) if refused.retry_after.is_some()) {
                self.observer().device_asked_to_wait();
            }
            error
        })
    }
}

impl<S: Store> SyncProtocol for ServerCore<S> {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.answer(self.enrol_step(request).await)
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        self.answer(self.push_step(token, request).await)
    }
    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        self.answer(self.pull_step(token, request).await)
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        self.answer(self.repair_step(token, request).await)
    }
    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        self.answer(self.media_create_step(token, request).await)
    }
    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.answer(self.media_status_step(token, upload).await)
    }
    async fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        self.answer(self.media_chunk_step(token, chunk).await)
    }
    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.answer(self.media_finish_step(token, upload).await)
    }
    async fn bundle(&self, token: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        self.answer(self.bundle_step(token, bytes).await)
    }
    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        self.answer(self.report_step(token, request).await)
    }
}

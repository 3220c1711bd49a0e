//! The protocol's trait on the server: each call goes to its step's file.

use super::server::ServerCore;
use crate::store::Store;
use shared::{
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    wire::{
        BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
        PushRequest, RepairReply, RepairRequest, Report, ReportRequest, Token,
    },
};

impl<S: Store> SyncProtocol for ServerCore<S> {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        Ok(self.enrol_step(request).await?)
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        Ok(self.push_step(token, request).await?)
    }
    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        Ok(self.pull_step(token, request).await?)
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        Ok(self.repair_step(token, request).await?)
    }
    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        Ok(self.media_create_step(token, request).await?)
    }
    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        Ok(self.media_status_step(token, upload).await?)
    }
    async fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        Ok(self.media_chunk_step(token, chunk).await?)
    }
    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        Ok(self.media_finish_step(token, upload).await?)
    }
    async fn bundle(&self, token: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        Ok(self.bundle_step(token, bytes).await?)
    }
    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        Ok(self.report_step(token, request).await?)
    }
}

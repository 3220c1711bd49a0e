//! The protocol's trait on the server: each call goes to its step's file.

use super::ServerCore;
use crate::store::Store;
use shared::{
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    wire::{
        EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply, PushRequest,
        Report, ReportRequest, Token,
    },
};

impl<S: Store> SyncProtocol for ServerCore<S> {
    async fn enrol(&self, _request: EnrolRequest) -> Answer<EnrolReply> {
        todo!()
    }
    async fn push(&self, _token: &Token, _request: PushRequest) -> Answer<PushReply> {
        todo!()
    }
    async fn pull(&self, _token: &Token, _request: PullRequest) -> Answer<PullReply> {
        todo!()
    }
    async fn media_create(&self, _token: &Token, _request: MediaCreate) -> Answer<MediaStatus> {
        todo!()
    }
    async fn media_status(&self, _token: &Token, _upload: UploadId) -> Answer<MediaStatus> {
        todo!()
    }
    async fn media_chunk(&self, _token: &Token, _chunk: MediaChunk) -> Answer<MediaStatus> {
        todo!()
    }
    async fn media_finish(&self, _token: &Token, _upload: UploadId) -> Answer<MediaStatus> {
        todo!()
    }
    async fn report(&self, _token: &Token, _request: ReportRequest) -> Answer<Report> {
        todo!()
    }
}

//! A place among the requests of a kind that are under way, as an extractor: a handler that takes one before its body reads nothing
//! while all are taken, so what does not fit costs no memory.

use super::{peer::Peer, state::Api};
use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use shared::wire::{ErrorCode, SyncError};
use std::{marker::PhantomData, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Which permits.
pub trait Permits {
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore>;
}

pub struct Pushes;

impl Permits for Pushes {
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore> {
        &api.pushes
    }
}

pub struct Bundles;

impl Permits for Bundles {
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore> {
        &api.bundles
    }
}

pub struct Permit<K>(
    #[expect(dead_code, reason = "held until the answer is out")] OwnedSemaphorePermit,
    PhantomData<fn() -> K>,
);

impl<P: Send + Sync + 'static, K: Permits> FromRequestParts<Arc<Api<P>>> for Permit<K> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Response> {
        let busy = |_| Peer::of(&parts.headers).refuse(&SyncError::refused(ErrorCode::Busy));
        K::of(api).clone().try_acquire_owned().map(|permit| Self(permit, PhantomData)).map_err(busy)
    }
}

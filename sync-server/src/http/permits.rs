//! Extractors that reserve capacity before the body is read: a slot for a push or a bundle, and the place of a push
//! among those of its device. A handler that takes them before its body reads nothing when no slot is free, so an
//! excess request costs no memory.

use super::{
    auth::bearer,
    push_order::{PushOrder, PushTurn},
    reply_format::ReplyFormat,
    state::Api,
};
use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use shared::wire::{ErrorCode, SyncError};
use std::{convert::Infallible, marker::PhantomData, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A kind of request with a bounded number in progress.
pub trait Permits {
    /// The semaphore that bounds this kind.
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore>;
}

/// Pushes in progress.
pub struct Pushes;

impl Permits for Pushes {
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore> {
        &api.pushes
    }
}

/// Bundles in progress.
pub struct Bundles;

impl Permits for Bundles {
    fn of<P>(api: &Api<P>) -> &Arc<Semaphore> {
        &api.bundles
    }
}

/// A slot, held until it is dropped. Rejects with `busy` when none is free.
pub struct Permit<K>(
    #[expect(dead_code, reason = "held until the handler returns")] OwnedSemaphorePermit,
    PhantomData<fn() -> K>,
);

impl<P: Send + Sync + 'static, K: Permits> FromRequestParts<Arc<Api<P>>> for Permit<K> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Response> {
        let busy = |_| ReplyFormat::of(&parts.headers).refuse(&SyncError::refused(ErrorCode::Busy));
        K::of(api).clone().try_acquire_owned().map(|permit| Self(permit, PhantomData)).map_err(busy)
    }
}

impl<P: Send + Sync + 'static> FromRequestParts<Arc<Api<P>>> for PushTurn {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Infallible> {
        // `DeviceToken` has rejected requests without a token before.
        Ok(PushOrder::take_turn(&api.push_order, bearer(&parts.headers).unwrap_or_default()))
    }
}

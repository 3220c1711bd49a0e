//! What every handler holds: the core behind the protocol, and the limits in front of it.

use super::{
    limits::{Limits, LoginThrottle, RateLimiter},
    push_order::PushOrder,
};
use crate::{core::ServerCore, store::Store};
use shared::protocol::SyncProtocol;
use std::{future::Future, sync::Arc};
use tokio::sync::Semaphore;

/// What stands behind the endpoints: the protocol, and whether its store answers.
pub trait Backend: SyncProtocol + Send + Sync + 'static {
    /// True while the store can be read.
    fn healthy(&self) -> impl Future<Output = bool> + Send;
}

impl<S: Store> Backend for ServerCore<S> {
    async fn healthy(&self) -> bool {
        Self::healthy(self).await.inspect_err(|error| tracing::error!(%error, "the store does not answer")).is_ok()
    }
}

/// The endpoints' shared state.
pub struct Api<P> {
    pub core: Arc<P>,
    pub limits: Limits,
    /// Requests per device, by its token.
    pub rate: RateLimiter,
    /// Wrong enrolment codes, by the code.
    pub codes: LoginThrottle,
    /// Pushes under way.
    pub pushes: Arc<Semaphore>,
    /// Which of them are of one device.
    pub push_order: Arc<PushOrder>,
    /// Bundles under way.
    pub bundles: Arc<Semaphore>,
}

impl<P> Api<P> {
    pub fn new(core: Arc<P>, limits: Limits) -> Self {
        Self {
            core,
            rate: RateLimiter::new(limits.burst, limits.per_second),
            codes: LoginThrottle::new(limits.free_tries),
            pushes: Arc::new(Semaphore::new(limits.pushes_at_once)),
            push_order: Arc::default(),
            bundles: Arc::new(Semaphore::new(limits.bundles_at_once)),
            limits,
        }
    }
}
